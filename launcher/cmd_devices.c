/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/devices_look.h"

static int run_devices(const struct globals *g, int argc, char **argv);

const struct cmd cmd_devices = {
	.name = "devices",
	.args = "",
	.help = N_("draw the IOMMU groups, and what the host loses with its iGPU"),
	.more = N_("What is in one group goes to a VM together or not at all; the iGPU's group has a\n"
		   "star. Below: the outputs, the console and the nodes that the host has no more\n"
		   "while a VM has the iGPU. Reads only, needs no privilege."),
	.json = true,
	.run = run_devices,
};

static void cleanup_look(struct devices_look **s)
{
	if (*s)
		host_done(&(*s)->own);
	free(*s);
}
#define _look_	__attribute__((cleanup(cleanup_look)))

/* COLUMNS is what a caller wants; else the terminal; else what everybody has. */
static int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;
	uint64_t n;

	if (columns && str_u64(columns, 10, 1000, &n) && n)
		return (int)n;
	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col)
		return w.ws_col;
	return 80;
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

static int print_people(const struct devices *d)
{
	struct devices_style style = {
		.width = terminal_width(),
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
		.colour = wants_colour(),
	};
	_free_ char *text = devices_draw(d, &style);

	if (!text) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	fputs(text, stdout);
	return EXIT_OK;
}

static int print_json(const struct devices *d)
{
	_json_ json_t *out = devices_json(d);

	if (!out) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	json_dumpf(out, stdout, JSON_INDENT(2));
	putchar('\n');
	return EXIT_OK;
}

static int run_devices(const struct globals *g, int argc, char **argv)
{
	_look_ struct devices_look *s = NULL;
	int r;

	if (cmd_getopt(&cmd_devices, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind != argc)
		return cmd_usage(&cmd_devices, _("%s takes no name"), "devices");
	s = calloc(1, sizeof(*s));
	r = s ? host_read(g->root, HOST_VFIO_NEVER, &s->own) : -ENOMEM;
	if (!r)
		r = devices_look(g->root, &s->own, s);
	if (r) {
		say("%s: %s", g->root, strerror(-r));
		return EXIT_FAILED;
	}
	if (!s->own.n_pci) {
		say(_("%s: no PCI devices can be read in sys/bus/pci/devices"), g->root);
		return EXIT_FAILED;
	}
	return g->json ? print_json(&s->devices) : print_people(&s->devices);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/decide/devices.h"

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

/* All that the drawing is made of; big, so on the heap. */
struct seen {
	struct host_facts host;
	struct pci_name names[HOST_PCI_MAX];
	struct display_facts display;
	struct devices devices;
};

static void cleanup_seen(struct seen **s)
{
	if (*s)
		host_done(&(*s)->host);
	free(*s);
}
#define _seen_	__attribute__((cleanup(cleanup_seen)))

static int read_tree(const char *root, struct seen *s)
{
	_fd_ int fd = -1;
	struct tree t;
	int r = tree_init(&t, root);

	if (r)
		return r;
	fd = t.fd;
	r = host_pci_names(&t, root, s->host.pci, s->host.n_pci, s->names);
	if (!r && s->host.igpu >= 0)
		display_read(&t, s->host.pci[s->host.igpu].bdf, &s->display);
	return r;
}

static int look(const char *root, struct seen *s)
{
	int r = host_read(root, HOST_VFIO_NEVER, &s->host);

	if (r)
		return r;
	r = read_tree(root, s);
	if (r)
		return r;
	s->devices.host = &s->host;
	s->devices.names = s->names;
	s->devices.display = s->host.igpu >= 0 ? &s->display : NULL;
	devices_sort(&s->devices);
	return 0;
}

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
	_seen_ struct seen *s = NULL;
	int r;

	if (cmd_getopt(&cmd_devices, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind != argc)
		return cmd_usage(&cmd_devices, _("%s takes no name"), "devices");
	s = calloc(1, sizeof(*s));
	r = s ? look(g->root, s) : -ENOMEM;
	if (r) {
		say("%s: %s", g->root, strerror(-r));
		return EXIT_FAILED;
	}
	if (!s->host.n_pci) {
		say(_("%s: no PCI devices can be read in sys/bus/pci/devices"), g->root);
		return EXIT_FAILED;
	}
	return g->json ? print_json(&s->devices) : print_people(&s->devices);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_logs.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/supervise.h"

enum { OPT_RAW = 0x100 };

#define LINES_MAX	10000000u
#define SPAWN_MS	2000

static const struct opt opts[] = {
	{ "stream", 's', "NAME", N_("qemu (default), firmware or serial"), 's' },
	{ "lines", 'n', "N", N_("only the last N lines"), 'n' },
	{ "follow", 'f', NULL, N_("go on with what comes, until the VM has ended"), 'f' },
	{ "raw", 0, NULL, N_("the bytes as they came, also on a terminal"), OPT_RAW },
	{ 0 }
};

static int run_logs(const struct globals *g, int argc, char **argv);

const struct cmd cmd_logs = {
	.name = "logs",
	.args = "NAME",
	.help = N_("what QEMU, the firmware or the serial console of a VM said"),
	.more = N_("Oldest line first. The last runs are kept, up to 8 MiB for each stream. What a guest\n"
		   "says may hold control characters: they are shown as '?' unless --raw is given."),
	.opts = opts,
	.run = run_logs,
};

/* Names of the rings; "events" is what `igvm events` shows. */
static bool is_stream(const char *name)
{
	static const char *const names[] = { "qemu", "firmware", "serial" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

int cmd_logs_print(const char *verb, const struct globals *g, const struct follow *f)
{
	int r;

	/* The logs need none, but who reads them wants to know what the VM does. */
	r = supervise_spawn(f->paths, g->root, f->name, SPAWN_MS);
	if (!r)
		say(_("%s had no supervisor; it has one now"), f->name);
	r = follow_ring(f);
	if (r == -ENOENT) {
		if (!strcmp(verb, "logs") && !strcmp(f->stream, "qemu"))
			say(_("%s: QEMU has said nothing; the guest's console is `igvm logs -s serial %s`"), f->name,
			    f->name);
		else
			say(_("%s: nothing was logged there yet"), f->name);
		return EXIT_OK;
	}
	return r ? cmd_status_fail(verb, f->paths, f->name, r) : EXIT_OK;
}

static int run_logs(const struct globals *g, int argc, char **argv)
{
	struct follow f = { .stream = "qemu" };
	struct paths p;
	int o, r;

	while ((o = cmd_getopt(&cmd_logs, argc, argv)) != -1) {
		f.raw |= o == OPT_RAW;
		f.wait |= o == 'f';
		if (o == 's' && !is_stream(f.stream = optarg))
			return cmd_usage(&cmd_logs, _("--stream wants qemu, firmware or serial"));
		if (o == 'n' && (!str_u64(optarg, 10, LINES_MAX, &f.lines) || !f.lines))
			return cmd_usage(&cmd_logs, _("--lines wants a number from 1"));
		if (o == '?')
			return EXIT_USAGE;
	}
	r = cmd_vm_name(&cmd_logs, g, argc, argv, &f.name, &p);
	f.paths = &p;
	return r ? r : cmd_logs_print("logs", g, &f);
}

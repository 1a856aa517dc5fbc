/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/program.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/supervise_status.h"

static int run_view(const struct globals *g, int argc, char **argv);

const struct cmd cmd_view = {
	.name = "view",
	.args = "NAME",
	.help = N_("open the emulated display in the viewer that is installed"),
	.more = N_("Takes remote-viewer, else TigerVNC's viewer: those that reach a unix socket. A picture\n"
		   "on the iGPU is on the monitor and cannot be seen from the host."),
	.run = run_view,
};

/* Viewers known to take the socket, and what they want in front of its path. */
static const struct viewer {
	const char *program, *prefix;
} viewers[] = {
	{ "remote-viewer", "vnc+unix://" },
	{ "xtigervncviewer", "" },
	{ "vncviewer", "" },
};

static int open_viewer(const char *name, const char *socket)
{
	char where[PATH_MAX + 16], program[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(viewers); i++) {
		const struct viewer *v = &viewers[i];

		/* execvp() alone would say only that the last one is missing. */
		if (!program_find(program_path(), v->program, program, sizeof(program)))
			continue;
		snprintf(where, sizeof(where), "%s%s", v->prefix, socket);
		fflush(NULL);
		execl(program, v->program, where, (char *)NULL);
		say(_("%s: cannot be executed: %m"), program);
		return EXIT_FAILED;
	}
	say(_("%s: no viewer is installed: install virt-viewer or tigervnc-viewer, or point another at %s"),
	    name, socket);
	return EXIT_FAILED;
}

static int run_view(const struct globals *g, int argc, char **argv)
{
	_json_ json_t *status = NULL;
	const char *name, *socket;
	struct paths p;
	int r;

	if (cmd_getopt(&cmd_view, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_here(&cmd_view, g);
	if (!r)
		r = cmd_vm_name(&cmd_view, g, argc, argv, &name, &p);
	if (r)
		return r;
	if (p.system && geteuid())
		return cmd_vm_needs_root("view", name);
	r = status_read(&p, name, &status);
	if (r) {
		say("%s: %s", name, strerror(-r));
		return EXIT_FAILED;
	}
	socket = json_string_value(json_object_get(status, "vnc"));
	if (socket)
		return open_viewer(name, socket);
	if (!json_is_true(json_object_get(status, "running"))) {
		say(_("%s does not run."), name);
		return EXIT_NOT_RUNNING;
	}
	say(_("%s: has no emulated display: its picture is on the monitor; `igvm start --rescue %s` brings one back"),
	    name, name);
	return EXIT_FAILED;
}

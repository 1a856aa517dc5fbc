/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"
#include "launcher/facts/wish.h"
#include "launcher/run/supervise_status.h"

static int run_list(const struct globals *g, int argc, char **argv);

const struct cmd cmd_list = {
	.name = "list",
	.args = "",
	.help = N_("every VM there is and what it does"),
	.more = N_("An ordinary user sees his own VMs and the system's, marked as such."),
	.json = true,
	.run = run_list,
};

/* The row of a VM that may not be looked at: it is there, and that is all that is known. */
static json_t *unknown_row(const struct paths *p, const char *name)
{
	return json_pack("{s:s, s:s, s:s, s:n, s:n, s:b}", "name", name, "scope",
			 p->system ? "system" : "user", "state", "unknown", "running", "pid",
			 "supervised", 0);
}

static json_t *make_row(const struct paths *p, const char *name)
{
	static const char *const members[] = { "name", "scope", "state", "running", "pid",
					       "supervised" };
	_json_ json_t *status = NULL;
	json_t *row;

	if (status_read(p, name, &status))
		return unknown_row(p, name);
	row = json_object();
	for (size_t i = 0; row && i < ARRAY_SIZE(members); i++)
		json_object_set(row, members[i], json_object_get(status, members[i]));
	return row;
}

/* 0, or -errno of the directory; one that is not there holds no VM. */
static int add_rows(const struct paths *p, json_t *rows)
{
	_free_ char **names = NULL;
	int r = wish_list(p, &names);

	if (r)
		return r == -ENOENT ? 0 : r;
	for (char **n = names; *n; n++)
		if (!vm_name_check(*n))
			json_array_append_new(rows, make_row(p, *n));
	return 0;
}

static int collect(const struct globals *g, json_t *rows)
{
	struct paths p;
	int r = paths_mine(&p, g->root);

	if (r) {
		say(_("no place for your VMs: neither HOME nor the XDG variables say where"));
		return EXIT_FAILED;
	}
	r = add_rows(&p, rows);
	if (r) {
		say("%s: %s", p.vms, strerror(-r));
		return r == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
	}
	if (p.system)
		return EXIT_OK;
	paths_system(&p, g->root);
	r = add_rows(&p, rows);
	/* Whose VMs may not be seen are not this user's to list. */
	if (r && r != -EACCES && r != -EPERM)
		say("%s: %s", p.vms, strerror(-r));
	return EXIT_OK;
}

static void print_rows(const json_t *rows)
{
	size_t i;
	json_t *row;

	printf("%-24s %-7s %-13s %s\n", _("NAME"), _("SCOPE"), _("STATE"), _("PROCESS"));
	json_array_foreach(rows, i, row) {
		const json_t *pid = json_object_get(row, "pid");

		printf("%-24s %-7s %-13s ", json_string_value(json_object_get(row, "name")),
		       json_string_value(json_object_get(row, "scope")),
		       json_string_value(json_object_get(row, "state")));
		if (json_is_integer(pid))
			printf("%lld\n", (long long)json_integer_value(pid));
		else
			printf("-\n");
	}
}

int cmd_list_print(const struct globals *g)
{
	_json_ json_t *rows = json_array(), *all = NULL;
	int r = collect(g, rows);

	if (r)
		return r;
	if (g->json) {
		all = json_pack("{s:i, s:s, s:O}", "version", 1, "kind", "list", "vms", rows);
		cmd_vm_print_json(all);
	} else if (json_array_size(rows)) {
		print_rows(rows);
	} else {
		say(_("there is no VM yet"));
	}
	return EXIT_OK;
}

static int run_list(const struct globals *g, int argc, char **argv)
{
	if (cmd_getopt(&cmd_list, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind != argc)
		return cmd_usage(&cmd_list, _("%s takes no name"), "list");
	return cmd_list_print(g);
}

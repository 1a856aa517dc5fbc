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

static json_t *make_row(const struct paths *p, const char *name, bool json)
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
	if (row && !json && status_is_unseen(status))
		json_object_set_new(row, "unseen", json_true());
	return row;
}

/* 0, or -errno of the directory; one that is not there holds no VM. */
static int add_rows(const struct paths *p, json_t *rows, bool json)
{
	_free_ char **names = NULL;
	int r = wish_list(p, &names);

	if (r)
		return r == -ENOENT ? 0 : r;
	for (char **n = names; *n; n++)
		if (!vm_name_check(*n))
			json_array_append_new(rows, make_row(p, *n, json));
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
	r = add_rows(&p, rows, g->json);
	if (r) {
		say("%s: %s", p.vms, strerror(-r));
		return r == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
	}
	if (p.system)
		return EXIT_OK;
	paths_system(&p, g->root);
	r = add_rows(&p, rows, g->json);
	/* Whose VMs may not be seen are not this user's to list. */
	if (r && r != -EACCES && r != -EPERM)
		say("%s: %s", p.vms, strerror(-r));
	return EXIT_OK;
}

/* For people; the words are not in the JSON. */
static const char *row_state(const json_t *row)
{
	if (json_is_true(json_object_get(row, "unseen")))
		return _("stopped, ended while nobody watched");
	return cmd_vm_state_text(json_string_value(json_object_get(row, "state")));
}

/* Columns of UTF-8 text as far as it matters here: one each character. */
static int display_width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

/* How wide the states of these rows are, on the terminal. */
static int state_width(const json_t *rows)
{
	int width = display_width(_("STATE"));
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row) {
		int n = display_width(row_state(row));

		width = n > width ? n : width;
	}
	return width;
}

static void print_state(const char *text, int width)
{
	printf("%s%*s ", text, width - display_width(text), "");
}

static void print_rows(const json_t *rows)
{
	int width = state_width(rows);
	size_t i;
	json_t *row;

	printf("%-24s %-7s ", _("NAME"), _("SCOPE"));
	print_state(_("STATE"), width);
	printf("%s\n", _("PROCESS"));
	json_array_foreach(rows, i, row) {
		const json_t *pid = json_object_get(row, "pid");

		printf("%-24s %-7s ", text_of(row, "name"), text_of(row, "scope"));
		print_state(row_state(row), width);
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

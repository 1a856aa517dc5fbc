/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/paths.h"
#include "launcher/facts/rom_store.h"
#include "launcher/rom/rom.h"

static int run_list(const struct globals *g, int argc, char **argv);

const struct cmd rom_list = {
	.name = "rom list",
	.args = "",
	.help = N_("the ROMs in igvm's store"),
	.more = N_("rom = auto in a VM file takes one of them when exactly one fits best."),
	.json = true,
	.run = run_list,
};

static int print_json(const struct rom_store *s)
{
	_json_ json_t *roms = json_array(), *bad = json_array(), *answer = NULL;

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(roms, rom_store_entry_json(&s->entry[i]));
	for (size_t i = 0; i < s->n_bad && i < ARRAY_SIZE(s->bad); i++)
		json_array_append_new(bad, json_pack("{s:s, s:s}", "file", s->bad[i].name, "why",
						     s->bad[i].why));
	answer = json_pack("{s:i, s:s, s:s, s:O, s:O, s:I}", "version", 1, "kind", "rom-list", "folder",
			   s->dir, "roms", roms, "bad", bad, "skipped", (json_int_t)s->n_bad);
	if (!answer || json_dumpf(answer, stdout, JSON_INDENT(2))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	putchar('\n');
	return EXIT_OK;
}

static void print_people(const struct rom_store *s)
{
	if (s->n)
		printf("%-40s %-7s %-9s %-7s %9s  %s\n", _("NAME"), _("KIND"), _("PLATFORM"), _("DEVICE"),
		       _("BYTES"), _("FROM"));
	for (size_t i = 0; i < s->n; i++) {
		const struct rom_store_entry *e = &s->entry[i];

		printf("%-40s %-7s %-9s %04x    %9llu  %s\n", e->name, rom_store_kind_id(e->kind),
		       *e->platform ? e->platform : "-", e->device, (unsigned long long)e->size, e->source);
	}
	if (!s->n)
		printf(_("no ROM is in %s\n"), s->dir);
	for (size_t i = 0; i < s->n_bad && i < ARRAY_SIZE(s->bad); i++)
		say("%s%s%s: %s", s->dir, *s->bad[i].name ? "/" : "", s->bad[i].name, s->bad[i].why);
}

static int run_list(const struct globals *g, int argc, char **argv)
{
	_free_ struct rom_store *s = calloc(1, sizeof(*s));
	struct paths p;
	int v;

	while ((v = cmd_getopt(&rom_list, argc, argv)) != -1)
		return EXIT_USAGE;
	if (optind != argc)
		return cmd_usage(&rom_list, _("rom list takes no names"));
	if (paths_mine(&p, g->root)) {
		say(_("no place for your ROMs: neither HOME nor the XDG variables say where"));
		return EXIT_FAILED;
	}
	if (!s || rom_store_read(p.roms, s)) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	if (g->json)
		return print_json(s);
	print_people(s);
	return EXIT_OK;
}

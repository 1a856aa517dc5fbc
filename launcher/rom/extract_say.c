/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/rom/extract.h"

static void print_places(const struct extract *x)
{
	for (int i = 0; x->live && i < LIVE_N; i++) {
		const struct live *l = &x->place[i];

		printf("%-26s ", _(live_place_text((enum live_place)i)));
		if (l->state == LIVE_READ)
			printf(ngettext("%zu byte", "%zu bytes", l->n), l->n);
		printf("%s%s\n", l->state == LIVE_READ && *l->why ? "; " : "", l->why);
	}
}

static void print_piece(const struct extract *x, const struct found *f)
{
	printf("%-9s %zu bytes, sha256 %.16s..., %s (%s)\n", piece_kind_id(f->kind), f->n, f->sha256,
	       f->label, f->source);
	if (f->twin)
		printf(_("          the same bytes as another\n"));
	else if (f->differs_from >= 0)
		printf(_("          differs from that of %s, which is the better place: not written\n"),
		       x->v[f->differs_from].source);
	else if (*f->file)
		printf(_("          in %s\n"), f->file);
}

void extract_people(const struct extract *x)
{
	print_places(x);
	for (size_t i = 0; i < x->n; i++)
		print_piece(x, &x->v[i]);
	if (x->dropped)
		printf(ngettext("and %zu more, not taken\n", "and %zu more, not taken\n", x->dropped),
		       x->dropped);
}

static json_t *places_json(const struct extract *x)
{
	json_t *list = json_array();

	for (int i = 0; list && x->live && i < LIVE_N; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I}", "source",
						       live_place_id((enum live_place)i), "state",
						       live_state_id(x->place[i].state), "detail",
						       x->place[i].why, "size", (json_int_t)x->place[i].n));
	return list;
}

static json_t *pieces_json(const struct extract *x)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < x->n; i++) {
		const struct found *f = &x->v[i];

		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:s, s:I, s:s, s:s?, s:b, s:s?}", "kind", piece_kind_id(f->kind),
			"source", f->source, "where", f->label, "size", (json_int_t)f->n, "sha256", f->sha256,
			"file", *f->file ? f->file : NULL, "same-as-other", f->twin, "differs-from",
			f->differs_from < 0 ? NULL : x->v[f->differs_from].source));
	}
	return list;
}

int extract_json(const struct extract *x)
{
	_json_ json_t *answer = json_pack("{s:i, s:s, s:o, s:o}", "version", 1, "kind", "rom-extract",
					  "sources", places_json(x), "pieces", pieces_json(x));

	if (!answer || json_dumpf(answer, stdout, JSON_INDENT(2))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	putchar('\n');
	return x->code;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes down what the decoders hand out, one "path.key = value" a line, for
 * tests that compare it with what others say of the same bytes.
 *
 *   vbtdump [-v|-o|-r] FILE...   a VBT, its user view, an OpRegion, an option ROM
 *
 * Lists count from 0 in the path. "@OFFSET+SIZE" stands behind a key: "@-"
 * means that the value is nowhere in the bytes. Notes come last as "note = ID".
 * Ends with 1 when a file cannot be read or is not of its kind.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "romfiles/opregion_fields.h"
#include "romfiles/oprom_fields.h"
#include "romfiles/vbt_fields.h"
#include "romfiles/vbt_view.h"

#define DEPTH_MAX 16

struct sink {
	struct show show;
	const char *key[DEPTH_MAX]; /* NULL: an element of a list */
	size_t n[DEPTH_MAX];        /* which element, and how many were there */
	size_t depth;
};

static void put_path(const struct sink *k)
{
	for (size_t i = 0; i < k->depth; i++)
		if (k->key[i])
			printf("%s.", k->key[i]);
		else
			printf("%zu.", k->n[i]);
}

static void put_place(size_t at, size_t size)
{
	if (at == SHOW_NOWHERE)
		printf("@-");
	else
		printf("@%zu+%zu", at, size);
}

static void sink_open(struct show *s, const char *key, bool list, size_t at, size_t size)
{
	struct sink *k = (struct sink *)s;

	(void)list;
	if (k->depth == DEPTH_MAX)
		abort();
	k->key[k->depth++] = key;
	put_path(k);
	put_place(at, size);
	printf(" =\n");
	if (k->depth < DEPTH_MAX)
		k->n[k->depth] = 0;
}

static void put_bytes(struct span b)
{
	uint8_t c;

	for (size_t i = 0; span_u8(b, i, &c); i++)
		printf("%02x", c);
}

/* What is no plain letter is written as \xHH. */
static void put_text(const char *text)
{
	for (; *text; text++)
		if (*text >= ' ' && *text <= '~' && *text != '\\')
			putchar(*text);
		else
			printf("\\x%02x", (unsigned char)*text);
}

static void sink_field(struct show *s, const struct show_field *f)
{
	put_path((struct sink *)s);
	printf("%s", f->key);
	put_place(f->at, f->size);
	printf(" = ");
	if (f->kind == SHOW_TEXT)
		put_text(f->text);
	else if (f->kind == SHOW_BYTES)
		put_bytes(f->bytes);
	else
		printf(f->kind == SHOW_HEX ? "0x%" PRIx64 : "%" PRIu64, f->value);
	putchar('\n');
}

static void sink_close(struct show *s)
{
	struct sink *k = (struct sink *)s;

	k->depth--;
	k->n[k->depth]++;
}

static void put_notes(const struct notes *ns)
{
	for (size_t i = 0; i < ns->n; i++)
		printf("note@%zu = %s\n", ns->note[i].at, note_id(ns->note[i].code));
}

static void put_outputs(const struct vbt_view *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct vbt_output *o = &w->output[i];

		printf("output.%zu = %s %s port=%s ddc=%u gmbus=%u aux=%c dp=%u hdmi=%u lanes=%u"
		       "%s%s%s%s%s\n", i, o->name, vbt_kind_name(o->kind), o->port, o->ddc_pin,
		       o->gmbus, o->aux ? o->aux : '-', o->dp_mbps, o->hdmi_mhz, o->lanes,
		       o->usb_c ? " usb-c" : "", o->thunderbolt ? " thunderbolt" : "",
		       o->lspcon ? " lspcon" : "", o->lane_reversal ? " lane-reversal" : "",
		       o->hpd_invert ? " hpd-invert" : "");
	}
}

static void put_view(struct span s, const struct vbt *v)
{
	struct vbt_view w;

	vbt_view_make(s, v, NULL, &w);
	put_outputs(&w);
	printf("panel = %d\n", w.panel);
	if (w.has_mode)
		printf("mode = %ux%u %u kHz\n", w.mode.h_active, w.mode.v_active,
		       w.mode.clock_khz);
	if (w.has_light)
		printf("light = %d %u Hz low=%d min=%u/%u\n", w.light, w.pwm_hz, w.active_low,
		       w.light_min, w.light_min_of);
	if (w.has_power)
		printf("power = %u %u %u %u %u\n", w.power.t1_t3, w.power.t8, w.power.t9,
		       w.power.t10, w.power.t11_t12);
	if (w.has_fixed)
		printf("fixed = %d %ux%u\n", w.fixed_on, w.fixed_x, w.fixed_y);
	printf("sign-on = %s\n", w.sign_on);
}

static int dump(struct span s, char what, struct sink *k)
{
	struct opregion o;
	struct oprom r;
	struct vbt v;
	int e;

	if (what == 'o') {
		e = opregion_parse(s, 0, &o);
		if (e)
			return e;
		opregion_fields(s, &o, &k->show);
		put_notes(&o.notes);
		return 0;
	}
	if (what == 'r') {
		e = oprom_parse(s, &r);
		if (e)
			return e;
		oprom_fields(s, &r, &k->show);
		put_notes(&r.notes);
		return 0;
	}
	e = vbt_parse(s, &v);
	if (e)
		return e;
	if (what == 'v')
		put_view(s, &v);
	else
		vbt_fields(s, &v, &k->show);
	put_notes(&v.notes);
	return 0;
}

static int dump_file(const char *path, char what)
{
	static uint8_t buf[1 << 20];
	struct sink k = { .show = { sink_open, sink_field, sink_close } };
	FILE *f = fopen(path, "rb");
	size_t n;
	int e;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	e = dump((struct span){ buf, n }, what, &k);
	if (e)
		fprintf(stderr, "%s: %s\n", path, strerror(-e));
	return !!e;
}

int main(int argc, char **argv)
{
	char what = 0;
	int e = 0, i = 1;

	if (i < argc && argv[i][0] == '-' && argv[i][1])
		what = argv[i++][1];
	if (i == argc) {
		fprintf(stderr, "usage: vbtdump [-v|-o|-r] FILE...\n");
		return 2;
	}
	for (int files = argc - i; i < argc; i++) {
		if (files > 1)
			printf("file = %s\n", argv[i]);
		e |= dump_file(argv[i], what);
	}
	return e;
}

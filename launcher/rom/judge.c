/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/judge.h"

#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/check_rom.h"
#include "launcher/rom/frame.h"
#include "romfiles/gop.h"
#include "romfiles/igd.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"

/* --- in the sandbox ---------------------------------------------------------------------- */

/* The image a ROM is known by: a GOP driver that is of use, a VBIOS, else any driver for an iGPU. */
static size_t choose_image(const struct oprom *r, struct judged *v)
{
	size_t x86 = r->n, gop = r->n, assign = r->n;

	for (size_t i = r->n; i-- > 0;) {
		const struct oprom_image *im = &r->image[i];

		if (oprom_is_vbios(im))
			x86 = i;
		if (im->code == OPROM_EFI && im->gop)
			gop = i;
		if (im->code == OPROM_EFI && (im->igvm_assign || im->other_assign))
			assign = i;
		v->compressed |= im->code == OPROM_EFI && im->compression;
	}
	v->known = true;
	v->kind = ROM_STORE_GOP;
	if (gop < r->n && (assign < r->n || x86 == r->n))
		return gop;
	v->kind = ROM_STORE_VBIOS;
	if (x86 < r->n)
		return x86;
	v->kind = ROM_STORE_ASSIGN;
	v->known = assign < r->n;
	return assign;
}

static bool names(const struct judged *v, uint16_t id)
{
	for (size_t i = 0; i < v->n_ids; i++)
		if (v->ids[i] == id)
			return true;
	return false;
}

static void read_ids(struct span rom, const struct oprom_image *im, struct judged *v)
{
	uint16_t id;

	v->device = im->device;
	for (size_t i = 0; i < im->n_ids && v->n_ids < ROM_STORE_IDS_MAX - 1; i++)
		if (span_le16(rom, im->list_at + 2 * i, &id))
			v->ids[v->n_ids++] = id;
	if (!names(v, im->device))
		v->ids[v->n_ids++] = im->device;
}

/* The ids in a driver say more than its version, where they were found. */
static enum judge_drives drives(const struct gop_facts *g, const char *version, uint16_t device)
{
	const struct igd_platform *pf = igd_find(device);

	if (!pf || (!g->n_ids && !*version))
		return JUDGE_UNKNOWN;
	if (g->n_ids ? gop_knows_platform(g, device) : gop_version_fits(version, pf))
		return JUDGE_DRIVES;
	return JUDGE_DRIVES_NOT;
}

static uint16_t choose_meant(const struct judged *v, const struct gop_facts *g,
			     const struct judge_question *q)
{
	if (q->said)
		return q->device;
	if (v->kind == ROM_STORE_ASSIGN)
		return 0;
	if (q->host && igd_find(q->host_device) &&
	    (names(v, q->host_device) || (v->kind == ROM_STORE_GOP &&
					  drives(g, v->version, q->host_device) == JUDGE_DRIVES)))
		return q->host_device;
	for (size_t i = 0; i < v->n_ids; i++)
		if (igd_find(v->ids[i]))
			return v->ids[i];
	return 0;
}

static void look(struct span rom, const struct judge_question *q, struct judged *v)
{
	struct gop_facts g = { 0 };
	struct oprom r;
	struct span body;
	size_t which;

	if (oprom_parse(rom, &r))
		return;
	which = choose_image(&r, v);
	v->assign = oprom_find_assign(&r, PE_MACHINE_X64) < r.n;
	if (!v->known)
		return;
	read_ids(rom, &r.image[which], v);
	if (v->kind == ROM_STORE_GOP && span_sub(rom, r.image[which].at, r.image[which].size, &body)) {
		gop_version(body, v->version);
		gop_parse(body, &g);
	}
	v->meant = choose_meant(v, &g, q);
	if (v->kind == ROM_STORE_GOP)
		v->drives = drives(&g, v->version, v->meant);
}

static json_t *findings_of(struct span s, const struct judged *v)
{
	struct rom_question q = {
		.device = v->meant, .era = IGD_QEMU_10_0, .seabios = v->kind == ROM_STORE_VBIOS,
		.ovmf = v->kind != ROM_STORE_VBIOS,
	};
	json_t *list = json_array();
	struct findings f = { 0 };
	struct rom_answer a;

	if (v->known)
		check_rom(s, &q, &f, &a);
	for (size_t i = 0; list && i < f.n; i++)
		if (v->meant || f.v[i].id != FINDING_IGPU_UNKNOWN_DEVICE)
			json_array_append_new(list, json_pack("{s:s, s:s}", "id", finding_def(f.v[i].id)->id,
							      "seen", f.v[i].seen));
	return list;
}

int judge_work(struct span s, const struct judge_question *q, FILE *out)
{
	struct judged v = { .format = rom_kind(s) };
	_json_ json_t *json = NULL, *ids = json_array();

	if (v.format == KIND_OPROM)
		look(s, q, &v);
	for (size_t i = 0; i < v.n_ids; i++)
		json_array_append_new(ids, json_integer(v.ids[i]));
	json = json_pack("{s:i, s:i, s:b, s:b, s:i, s:O, s:i, s:b, s:i, s:s, s:o}", "format", v.format,
			 "kind", v.kind, "known", v.known, "compressed", v.compressed, "device", v.device,
			 "ids", ids, "meant", v.meant, "assign", v.assign, "drives", v.drives, "version",
			 v.version, "findings", findings_of(s, &v));
	return !json || frame_write(out, json, (struct span){ NULL, 0 });
}

/* --- the parent ---------------------------------------------------------------------------- */

static bool read_ids_json(const json_t *ids, struct judged *v)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(ids) || json_array_size(ids) > ROM_STORE_IDS_MAX)
		return false;
	json_array_foreach(ids, i, one) {
		json_int_t id = json_integer_value(one);

		if (!json_is_integer(one) || id < 0 || id > UINT16_MAX)
			return false;
		v->ids[v->n_ids++] = (uint16_t)id;
	}
	return true;
}

/* Severity and texts are the table's own; what was seen is made harmless by finding_add(). */
static bool read_findings(const json_t *list, struct findings *f)
{
	const json_t *one;
	enum finding_id id;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > FINDINGS_MAX)
		return false;
	json_array_foreach(list, i, one) {
		const char *text = json_string_value(json_object_get(one, "id"));
		const char *seen = json_string_value(json_object_get(one, "seen"));

		if (!text || !seen || !finding_find_id(text, &id))
			return false;
		finding_add(f, id, "%s", seen);
	}
	return true;
}

static bool in_range(int value, int n)
{
	return value >= 0 && value < n;
}

bool judge_read(const json_t *json, struct judged *v, struct findings *f)
{
	int format, kind, known, compressed, device, meant, assign, drive;
	const json_t *ids, *findings;
	const char *version;

	*v = (struct judged){ 0 };
	if (json_unpack((json_t *)json, "{s:i, s:i, s:b, s:b, s:i, s:o, s:i, s:b, s:i, s:s, s:o}",
			"format", &format, "kind", &kind, "known", &known, "compressed", &compressed,
			"device", &device, "ids", &ids, "meant", &meant, "assign", &assign, "drives",
			&drive, "version", &version, "findings", &findings))
		return false;
	if (!in_range(format, KIND_N) || !in_range(kind, ROM_STORE_KINDS) ||
	    !in_range(device, UINT16_MAX + 1) || !in_range(meant, UINT16_MAX + 1) ||
	    !in_range(drive, JUDGE_DRIVES_NOT + 1) || version[strspn(version, "0123456789.")] ||
	    !str_copy(v->version, sizeof(v->version), version))
		return false;
	v->format = (enum rom_kind)format;
	v->kind = (enum rom_store_kind)kind;
	v->known = known;
	v->compressed = compressed;
	v->device = (uint16_t)device;
	v->meant = (uint16_t)meant;
	v->assign = assign;
	v->drives = (enum judge_drives)drive;
	return read_ids_json(ids, v) && read_findings(findings, f);
}

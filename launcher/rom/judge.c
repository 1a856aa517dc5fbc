/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/judge.h"

#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/rom/frame.h"
#include "romfiles/igd.h"
#include "romfiles/pe.h"

/* --- in the sandbox ---------------------------------------------------------------------- */

/* The image a ROM is known by: a GOP driver that is of use, a VBIOS, else any driver for an iGPU. */
static size_t choose_image(const struct oprom *r, struct judged *v)
{
	size_t x86 = r->n, gop = r->n, assign = r->n;

	for (size_t i = r->n; i-- > 0;) {
		const struct oprom_image *im = &r->image[i];

		if (im->code == OPROM_X86 && im->vendor == IGD_VENDOR_INTEL)
			x86 = i;
		if (im->code == OPROM_EFI && im->intel_gop)
			gop = i;
		if (im->code == OPROM_EFI && (im->igvm_assign || im->other_assign))
			assign = i;
		v->compressed |= im->code == OPROM_EFI && im->compression;
		v->cut |= im->size < im->claimed;
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

static bool is_one_of(const uint16_t *ids, size_t n, uint16_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
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
	if (!is_one_of(v->ids, v->n_ids, im->device))
		v->ids[v->n_ids++] = im->device;
}

static void look(struct span rom, struct judged *v)
{
	struct oprom r;
	size_t which, saved;
	struct span body;

	if (oprom_parse(rom, &r))
		return;
	which = choose_image(&r, v);
	v->assign = oprom_find_assign(&r, PE_MACHINE_X64) < r.n;
	if (!v->known)
		return;
	read_ids(rom, &r.image[which], v);
	v->sum = r.image[which].sum;
	v->why = oprom_ovmf_image(&r, which, PE_MACHINE_X64);
	v->cached = oprom_find_cached_bdsm(rom, &r.image[which], &saved) == OPROM_CACHED_FOUND;
	if (v->kind == ROM_STORE_GOP && span_sub(rom, r.image[which].at, r.image[which].size, &body))
		gop_version(body, v->version);
}

int judge_work(struct span s, FILE *out)
{
	struct judged v = { .format = rom_kind(s) };
	_json_ json_t *json = NULL, *ids = json_array();

	if (v.format == KIND_OPROM)
		look(s, &v);
	for (size_t i = 0; i < v.n_ids; i++)
		json_array_append_new(ids, json_integer(v.ids[i]));
	json = json_pack("{s:i, s:i, s:b, s:b, s:i, s:O, s:b, s:b, s:b, s:i, s:i, s:s}", "format", v.format,
			 "kind", v.kind, "known", v.known, "compressed", v.compressed, "device", v.device,
			 "ids", ids, "assign", v.assign, "cut", v.cut, "cached", v.cached, "sum", v.sum,
			 "why", v.why, "version", v.version);
	return !json || frame_write(out, json, (struct span){ NULL, 0 });
}

/* --- the parent ---------------------------------------------------------------------------- */

static bool read_numbers(json_t *ids, struct judged *v)
{
	json_t *one;
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

static bool in_range(int value, int n)
{
	return value >= 0 && value < n;
}

bool judge_read(const json_t *json, struct judged *v)
{
	int format, kind, known, compressed, device, assign, cut, cached, sum, why;
	const char *version;
	json_t *ids;

	*v = (struct judged){ 0 };
	if (json_unpack((json_t *)json, "{s:i, s:i, s:b, s:b, s:i, s:o, s:b, s:b, s:b, s:i, s:i, s:s}",
			"format", &format, "kind", &kind, "known", &known, "compressed", &compressed,
			"device", &device, "ids", &ids, "assign", &assign, "cut", &cut, "cached", &cached,
			"sum", &sum, "why", &why, "version", &version))
		return false;
	if (!in_range(format, KIND_N) || !in_range(kind, ROM_STORE_KINDS) ||
	    !in_range(device, UINT16_MAX + 1) || !in_range(sum, OPROM_SUM_CUT + 1) ||
	    !in_range(why, OPROM_UNREADABLE + 1) || version[strspn(version, "0123456789.")] ||
	    !str_copy(v->version, sizeof(v->version), version))
		return false;
	v->format = (enum rom_kind)format;
	v->kind = (enum rom_store_kind)kind;
	v->known = known;
	v->compressed = compressed;
	v->device = (uint16_t)device;
	v->assign = assign;
	v->cut = cut;
	v->cached = cached;
	v->sum = (enum oprom_sum)sum;
	v->why = (enum oprom_why)why;
	return read_numbers(ids, v);
}

/* In a store nothing is as it was wished: what would flag a plan blocks here. */
static void block(struct findings *f, enum finding_id id, const char *name, const char *what)
{
	finding_add(f, id, "%.200s: %s", name, what);
	f->v[f->n - 1].severity = SEVERITY_BLOCK;
}

void judge_findings(const struct judged *v, const char *name, struct findings *f)
{
	if (v->cut)
		block(f, FINDING_ROM_BAD, name, _("an image reaches past the end of the file"));
	if (v->kind == ROM_STORE_VBIOS) {
		if (v->sum == OPROM_SUM_BAD)
			block(f, FINDING_ROM_BAD, name, _("wrong checksum; `igvm rom fix` mends it"));
		else if (v->sum != OPROM_SUM_OK && !v->cut)
			block(f, FINDING_ROM_BAD, name, _("the image is cut or damaged"));
		if (v->cached)
			block(f, FINDING_ROM_CACHED_BDSM, name,
			      _("remembers an address; `igvm rom fix` clears it"));
		return;
	}
	if (v->why != OPROM_RUNS && !v->cut)
		block(f, FINDING_ROM_BAD, name, _("OVMF would not start its driver"));
	if (v->kind == ROM_STORE_GOP && !v->assign)
		block(f, FINDING_ROM_NO_ASSIGNMENT_DRIVER, name,
		      _("only a GOP driver; `igvm rom build --gop` makes a whole ROM of it"));
}

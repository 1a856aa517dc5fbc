/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/build_work.h"

#include <errno.h>

#include "launcher/rom/frame.h"
#include "romfiles/build.h"
#include "romfiles/gop.h"
#include "romfiles/gop_version.h"
#include "romfiles/kind.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"

/* --- in the sandbox: the driver in an option ROM --------------------------------------- */

/* A driver image whose program is there as it is; @im may be the policy driver, too. */
static bool can_be_taken(const struct oprom_image *im)
{
	return im->code == OPROM_EFI && im->efi_header && !im->compression && im->payload_at &&
	       im->size == im->claimed && !im->igvm_assign && !im->other_assign;
}

static struct span payload(struct span rom, const struct oprom_image *im)
{
	struct span pe = { 0 };

	span_sub(rom, im->payload_at, im->at + im->size - im->payload_at, &pe);
	return pe;
}

static json_t *candidate(struct span rom, const struct oprom_image *im, size_t i)
{
	char version[GOP_VERSION_MAX];
	bool gop = gop_version(payload(rom, im), version);

	return json_pack("{s:I, s:I, s:I, s:i, s:b, s:s}", "image", (json_int_t)i + 1, "at",
			 (json_int_t)im->at, "size", (json_int_t)im->size, "machine", im->machine, "gop",
			 gop, "version", version);
}

/* Those that name themselves Intel's GOP driver; when none does, all drivers. */
static json_t *candidates(struct span rom, const struct oprom *r)
{
	json_t *list = json_array();
	bool named = false;

	for (size_t i = 0; i < r->n; i++)
		named |= can_be_taken(&r->image[i]) && r->image[i].intel_gop;
	for (size_t i = 0; i < r->n; i++)
		if (can_be_taken(&r->image[i]) && (!named || r->image[i].intel_gop))
			json_array_append_new(list, candidate(rom, &r->image[i], i));
	return list;
}

static enum build_result no_candidate(const struct oprom *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->image[i].code == OPROM_EFI && r->image[i].compression)
			return BUILD_COMPRESSED;
	return BUILD_NO_GOP;
}

static enum build_result take_gop(const struct build *b, struct span rom, json_t *answer,
				  struct span *pe)
{
	_json_ json_t *list = NULL;
	struct oprom r;
	size_t i = b->image;

	if (oprom_parse(rom, &r))
		return BUILD_NO_DRIVER;
	list = candidates(rom, &r);
	if (!i && json_array_size(list) > 1) {
		json_object_set(answer, "candidates", list);
		return BUILD_MANY_GOPS;
	}
	if (!i && !json_array_size(list))
		return no_candidate(&r);
	if (!i)
		i = (size_t)json_integer_value(json_object_get(json_array_get(list, 0), "image"));
	if (i > r.n || !can_be_taken(&r.image[i - 1]))
		return BUILD_NO_IMAGE;
	*pe = payload(rom, &r.image[i - 1]);
	return BUILD_DONE;
}

/* --- in the sandbox: the ROM -------------------------------------------------------------- */

static json_t *driver_json(const struct build *b, const struct build_driver *d, struct span pe)
{
	char version[GOP_VERSION_MAX];
	struct pe_facts f = { 0 };
	struct gop_facts g;
	bool gop = gop_version(pe, version), knows = true;

	if (pe_parse(pe, &f))
		f.machine = 0;
	gop_parse(pe, &g);
	for (size_t i = 0; i < b->n_ids; i++)
		knows = knows && (!igd_find(b->ids[i]) || gop_knows_platform(&g, b->ids[i]));
	return json_pack("{s:I, s:I, s:i, s:b, s:b, s:s, s:I, s:b}", "at",
			 (json_int_t)(pe.p - (const uint8_t *)d->in.bytes), "size", (json_int_t)pe.n,
			 "machine", f.machine, "boot-service", f.subsystem == PE_SUBSYSTEM_BOOT_DRIVER,
			 "gop", gop, "version", version, "ids", (json_int_t)g.n_ids, "knows", knows);
}

static enum build_result collect(const struct build *b, json_t *answer, struct rom_driver *d,
				 size_t *bad)
{
	json_t *list = json_object_get(answer, "drivers");

	for (size_t i = 0; i < b->n; i++) {
		const struct build_driver *from = &b->driver[i];
		struct span in = input_span(&from->in);
		enum build_result r = BUILD_DONE;

		d[i] = (struct rom_driver){ in, from->class_code, from->revision };
		if (from->take_gop && rom_kind(in) == KIND_OPROM)
			r = take_gop(b, in, answer, &d[i].pe);
		if (r) {
			*bad = i;
			return r;
		}
		json_array_append_new(list, driver_json(b, from, d[i].pe));
	}
	return BUILD_DONE;
}

static enum build_result make(const struct build *b, json_t *answer, uint8_t **rom, size_t *len,
			      size_t *bad)
{
	const struct rom_wish w = { .vendor = b->vendor, .ids = b->ids, .n_ids = b->n_ids };
	struct rom_driver d[BUILD_DRIVERS_MAX];
	enum build_result result = collect(b, answer, d, bad);
	int r;

	if (result)
		return result;
	r = rom_build(&w, d, b->n, NULL, 0, len, bad);
	if (!r) {
		*rom = malloc(*len);
		r = *rom ? rom_build(&w, d, b->n, *rom, *len, len, bad) : -EFBIG;
	}
	return !r ? BUILD_DONE : r == -EBADMSG ? BUILD_NO_DRIVER : BUILD_TOO_LARGE;
}

int build_work(const struct build *b, FILE *out)
{
	_json_ json_t *answer = json_pack("{s:[], s:[]}", "candidates", "drivers");
	_free_ uint8_t *rom = NULL;
	size_t len = 0, bad = 0;
	enum build_result r;

	if (!answer)
		return 1;
	r = make(b, answer, &rom, &len, &bad);
	/* rom_build() blames no single driver for the size of all. */
	if (bad >= b->n)
		bad = b->n - 1;
	if (json_object_set_new(answer, "result", json_integer(r)) ||
	    json_object_set_new(answer, "driver", json_integer((json_int_t)bad)))
		return 1;
	return frame_write(out, answer, (struct span){ rom, r ? 0 : len });
}

/* --- the parent ------------------------------------------------------------------------------ */

/* Where the driver @i is in what was read; false: the answer cannot be true. */
static bool source(const struct build *b, const json_t *json, size_t i, struct span *pe)
{
	const struct build_driver *d = &b->driver[i];
	json_t *one = json_array_get(json_object_get(json, "drivers"), i);
	json_int_t at, size;

	if (!one || json_unpack(one, "{s:I, s:I}", "at", &at, "size", &size) || at < 0 || size <= 0)
		return false;
	if (!d->take_gop && (at || (size_t)size != d->in.n))
		return false;
	return span_sub(input_span(&d->in), (size_t)at, (size_t)size, pe);
}

bool build_is_true(const struct build *b, const json_t *json, struct span rom)
{
	size_t at = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct span pe, image;
		uint16_t blocks;

		/* The image's size, as its header says it, must be what its parts need. */
		if (!source(b, json, i, &pe) || !span_is(rom, at, "\x55\xaa", 2) ||
		    !span_le16(rom, at + 2, &blocks) ||
		    !span_sub(rom, at, (size_t)blocks * OPROM_BLOCK, &image) || image.n <= pe.n ||
		    image.n - pe.n > 0x38 + 2 * (BUILD_IDS_MAX + 1) + OPROM_BLOCK ||
		    !span_is(image, image.n - pe.n, pe.p, pe.n))
			return false;
		at += image.n;
	}
	return at == rom.n;
}

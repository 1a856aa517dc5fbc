/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * One pass goes from the inside out, because each checksum counts what is
 * inside it: the table's own fields, the table's checksum, the image's fields,
 * the image's checksum. It changes the copy as it goes and writes down each
 * change. Bytes of a file may overlap in ways no firmware has (a table that
 * lies over the checksum byte): a second pass over the result must find the
 * same parts and nothing to mend, else the whole is refused. That is also what makes it idempotent.
 */
#include "romfiles/fix.h"

#include <errno.h>

#include "romfiles/igd.h"
#include "romfiles/opregion.h"
#include "romfiles/oprom.h"
#include "romfiles/vbt.h"

/* Marks a text for xgettext; whoever shows it translates it. */
#define N_(text) text

/* PCI Firmware Specification 3.0, section 5.1.2; byte 6 as QEMU uses it (hw/vfio/pci.c). */
#define PCIR_DEVICE 6
#define PCIR_INDICATOR 0x15
#define X86_SUM_BYTE 6
#define VBT_SUM_BYTE 26
#define CLASS_DISPLAY 0x03

static const struct {
	const char *id, *text;
} rows[FIX_N] = {
	[FIX_DEVICE_ID] = {
		"device-id",
		N_("SeaBIOS runs an image only on the device that its PCIR names"),
	},
	[FIX_CHAIN] = {
		"chain",
		N_("exactly the last image says that it is the last one; firmware stops there"),
	},
	[FIX_CACHED_BDSM] = {
		"cached-bdsm",
		N_("a host's stolen memory address is remembered; the guest would draw into it"),
	},
	[FIX_VBT_BDB_SIZE] = {
		"vbt-bdb-size",
		N_("bdb_size is one byte too small, and readers lose the last block"),
	},
	[FIX_VBT_CHILD_SIZE] = {
		"vbt-child-size",
		N_("child_dev_size is not the size of the entries, and readers lose ports"),
	},
	[FIX_VBT_CHECKSUM] = {
		"vbt-checksum",
		N_("the bytes of the table sum to zero; Intel's firmware driver looks"),
	},
	[FIX_ROM_CHECKSUM] = {
		"rom-checksum",
		N_("the bytes of an x86 image sum to zero; SeaBIOS looks"),
	},
};

/** struct work - a pass: the copy, what is asked for, what was done */
struct work {
	uint8_t *p;
	struct span s; /* the same bytes */
	const struct fix_wish *w;
	struct fixes *fx;
	size_t seen; /* images and tables: mending takes none away */
	bool full;
};

static bool asked(const struct work *k, enum fix_code code)
{
	return k->w->only & 1u << code;
}

/* Bytes that are as wanted are no change. */
static void change(struct work *k, enum fix_code code, size_t at, uint32_t value, uint8_t n)
{
	struct fix_change c = { .code = code, .at = at, .n = n };

	for (uint8_t i = 0; i < n; i++)
		c.after[i] = (uint8_t)(value >> 8 * i);
	if (!span_copy(k->s, at, c.before, n) || !memcmp(c.before, c.after, n))
		return;
	if (k->fx->n == FIX_CHANGES_MAX) {
		k->full = true;
		return;
	}
	k->fx->change[k->fx->n++] = c;
	fix_apply(k->p, k->s.n, &c);
}

/* --- a table --------------------------------------------------------------------------- */

/* The table that begins @where, a part of the copy; @at is its offset there. */
static void mend_vbt(struct work *k, struct span where, size_t at)
{
	size_t before = k->fx->n;
	struct vbt v;

	if (vbt_parse(where, &v))
		return;
	k->seen++;
	if (asked(k, FIX_VBT_BDB_SIZE) && note_find(&v.notes, NOTE_VBT_BDB_SHORT))
		change(k, FIX_VBT_BDB_SIZE, at + v.bdb_at + 20, (uint32_t)v.bdb_size + 1, 2);
	if (asked(k, FIX_VBT_CHILD_SIZE) && note_find(&v.notes, NOTE_VBT_CHILD_SIZE))
		change(k, FIX_VBT_CHILD_SIZE,
		       at + note_find(&v.notes, NOTE_VBT_CHILD_SIZE)->at, (uint32_t)v.child_size, 1);
	if (!asked(k, FIX_VBT_CHECKSUM) && k->fx->n == before)
		return;
	/* The sum counts what was just changed. */
	if (!vbt_parse(where, &v))
		change(k, FIX_VBT_CHECKSUM, at + VBT_SUM_BYTE, v.checksum_wanted, 1);
}

/* --- an option ROM ---------------------------------------------------------------------- */

static void mend_sum(struct work *k, const struct oprom_image *im)
{
	struct span image;
	uint8_t now;

	if (!im->init || !span_sub(k->s, im->at, im->init, &image) ||
	    !span_u8(image, X86_SUM_BYTE, &now))
		return;
	change(k, FIX_ROM_CHECKSUM, im->at + X86_SUM_BYTE, (uint8_t)(now - span_sum8(image)), 1);
}

/* An indicator is under its image's checksum like any byte. */
static bool chain_changed(const struct work *k, const struct oprom_image *im)
{
	for (size_t i = 0; i < k->fx->n; i++) {
		const struct fix_change *c = &k->fx->change[i];

		if (c->code == FIX_CHAIN && c->at >= im->at && c->at - im->at < im->init)
			return true;
	}
	return false;
}

static void mend_image(struct work *k, const struct oprom_image *im)
{
	size_t before = k->fx->n, saved;
	struct span body;

	if (im->code != OPROM_X86 || !span_sub(k->s, im->at, im->size, &body))
		return;
	if (im->vbt_at)
		mend_vbt(k, span_from(body, im->vbt_at - im->at), im->vbt_at);
	if (asked(k, FIX_DEVICE_ID) && k->w->set_device && im->vendor == IGD_VENDOR_INTEL)
		change(k, FIX_DEVICE_ID, im->pcir_at + PCIR_DEVICE, k->w->device, 2);
	if (asked(k, FIX_CACHED_BDSM) &&
	    oprom_find_cached_bdsm(k->s, im, &saved) == OPROM_CACHED_FOUND)
		change(k, FIX_CACHED_BDSM, saved, 0, 4);
	if (asked(k, FIX_ROM_CHECKSUM) || k->fx->n != before || chain_changed(k, im))
		mend_sum(k, im);
}

/*
 * Does another image of this ROM stand where the walk ended? The 128 KiB below
 * 0xc0000 hold other cards' ROMs, too, which are no part of this one.
 */
static bool goes_on(struct span s, const struct oprom *r)
{
	struct oprom rest;

	if (oprom_parse(span_from(s, r->end_at), &rest) || !rest.image[0].size ||
	    rest.image[0].size != rest.image[0].claimed)
		return false;
	return rest.image[0].vendor == r->image[0].vendor &&
	       (!rest.image[0].class_code || rest.image[0].class_code >> 16 == CLASS_DISPLAY);
}

static void set_last(struct work *k, const struct oprom_image *im, bool last)
{
	uint8_t now = 0;

	span_u8(k->s, im->pcir_at + PCIR_INDICATOR, &now);
	change(k, FIX_CHAIN, im->pcir_at + PCIR_INDICATOR,
	       last ? now | OPROM_LAST : now & ~OPROM_LAST & 0xff, 1);
}

/* The images of the whole chain, once their indicators are right, into *@r. */
static int mend_chain(struct work *k, struct oprom *r)
{
	const struct oprom_image *im;

	/* Each turn lets the walk see one image more. */
	for (size_t i = 0; i <= OPROM_IMAGES_MAX; i++) {
		if (oprom_parse(k->s, r))
			return -EBADMSG;
		if (!asked(k, FIX_CHAIN) || r->end != OPROM_END_LAST || !goes_on(k->s, r))
			break;
		if (r->n == OPROM_IMAGES_MAX)
			break;
		set_last(k, &r->image[r->n - 1], false);
	}
	im = &r->image[r->n - 1];
	if (asked(k, FIX_CHAIN) && !im->last && im->size && im->size == im->claimed &&
	    r->end != OPROM_END_MANY)
		set_last(k, im, true);
	return oprom_parse(k->s, r);
}

static int mend_oprom(struct work *k)
{
	bool device = false;
	struct oprom r;
	int e = mend_chain(k, &r);

	if (e)
		return e;
	k->seen += r.n;
	for (size_t i = 0; i < r.n; i++) {
		device |= r.image[i].code == OPROM_X86 && r.image[i].vendor == IGD_VENDOR_INTEL;
		mend_image(k, &r.image[i]);
	}
	return k->w->set_device && !device ? -ENOENT : 0;
}

/* --- the whole ----------------------------------------------------------------------------- */

static int mend_opregion(struct work *k, const struct opregion *o)
{
	struct span there;

	if (o->vbt == OPREGION_VBT_HERE && span_sub(k->s, o->vbt_at, o->vbt_size, &there))
		mend_vbt(k, there, o->vbt_at);
	return k->w->set_device ? -ENOENT : 0;
}

static int pass(struct work *k)
{
	struct opregion o;
	struct vbt v;

	switch (rom_kind(k->s)) {
	case KIND_OPREGION:
		return opregion_parse(k->s, 0, &o) ? -EBADMSG : mend_opregion(k, &o);
	case KIND_VBT:
		if (vbt_parse(k->s, &v))
			return -EBADMSG;
		mend_vbt(k, k->s, 0);
		return k->w->set_device ? -ENOENT : 0;
	case KIND_OPROM:
		return mend_oprom(k);
	default:
		return -ENOTSUP;
	}
}

/* What the result still has to be said of. */
static void keep_notes(struct span s, struct notes *left)
{
	struct opregion o;
	struct oprom r;
	struct vbt v;

	if (!opregion_parse(s, 0, &o))
		*left = o.notes;
	else if (!vbt_parse(s, &v))
		*left = v.notes;
	else if (!oprom_parse(s, &r))
		*left = r.notes;
}

int fix_make(struct span s, const struct fix_wish *w, uint8_t *out, struct fixes *fx)
{
	struct fixes again = { 0 };
	struct work k = { .p = out, .s = { out, s.n }, .w = w, .fx = fx };
	size_t seen;
	int r;

	*fx = (struct fixes){ 0 };
	if (!s.n)
		return -ENOTSUP;
	memcpy(out, s.p, s.n);
	r = pass(&k);
	if (!r) {
		k.fx = &again;
		seen = k.seen;
		k.seen = 0;
		r = pass(&k) || again.n || k.full || k.seen != seen ? -ELOOP : 0;
	}
	if (r)
		fx->n = 0;
	else
		keep_notes(k.s, &fx->left);
	return r;
}

bool fix_apply(uint8_t *p, size_t n, const struct fix_change *c)
{
	struct span s = { p, n };

	if (!c->n || c->n > FIX_BYTES_MAX || !span_is(s, c->at, c->before, c->n))
		return false;
	memcpy(p + c->at, c->after, c->n);
	return true;
}

const char *fix_id(enum fix_code code)
{
	return rows[code].id;
}

enum fix_code fix_find_id(const char *id, size_t n)
{
	for (enum fix_code i = 0; i < FIX_N; i++)
		if (strlen(rows[i].id) == n && !memcmp(rows[i].id, id, n))
			return i;
	return FIX_N;
}

const char *fix_text(enum fix_code code)
{
	return rows[code].text;
}

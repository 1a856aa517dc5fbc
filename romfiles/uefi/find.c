/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a walk is for. Contents decide; the name of a file counts only where a
 * driver has no text to be known by.
 */
#include "romfiles/gop_version.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"
#include "romfiles/span_find.h"
#include "romfiles/uefi/walk.h"
#include "romfiles/vbt.h"

/* "Intel(R) " begins no further before "Graphics Controller" than this. */
#define TEXT_BEFORE 64
/* From the start of its image, in steps of 4: 0x40 in Intel's. */
#define PCIR_MIN 0x1c
#define PCIR_MAX 0x200

static struct uefi_candidate *add(struct walk *w, enum uefi_what what, uint32_t node, size_t at,
				  struct span bytes)
{
	struct uefi *u = w->u;
	struct uefi_candidate *c;

	if (u->n_candidates == UEFI_CANDIDATES_MAX) {
		walk_note(w, 0, NOTE_UEFI_CANDIDATES);
		return NULL;
	}
	if (!walk_grow(w, &u->candidate, u->n_candidates, &u->cap_candidates, sizeof(*c)))
		return NULL;
	c = &u->candidate[u->n_candidates++];
	*c = (struct uefi_candidate){
		.what = what, .by_content = true, .node = node,
		.file = uefi_file_of(u, node), .at = at, .bytes = bytes,
	};
	return c;
}

/* Printable ASCII from @s up to what is not. */
static void copy_text(struct span s, char *out, size_t n)
{
	size_t i = 0;

	while (i + 1 < n && i < s.n && s.p[i] >= ' ' && s.p[i] <= '~') {
		out[i] = (char)s.p[i];
		i++;
	}
	while (i && out[i - 1] == ' ')
		i--;
	out[i] = '\0';
}

static const uint8_t *search(struct span s, const void *what, size_t n)
{
	return s.n >= n ? memmem(s.p, s.n, what, n) : NULL;
}

/* --- GOP drivers ---------------------------------------------------------------------- */

/* The string itself is U"..." without terminators: its wide bytes, little endian. */
static bool says_gop(struct span s)
{
	static const char driver[] = "I\0n\0t\0e\0l\0(\0R\0)\0 \0G\0O\0P\0 \0D\0r\0i\0v\0e\0r";
	static const char graphics[] =
		"G\0r\0a\0p\0h\0i\0c\0s\0 \0C\0o\0n\0t\0r\0o\0l\0l\0e\0r";
	static const char intel[] = "I\0n\0t\0e\0l\0(\0R\0)\0 ";
	const uint8_t *hit;

	if (search(s, driver, sizeof(driver)))
		return true;
	while ((hit = search(s, graphics, sizeof(graphics)))) {
		size_t at = (size_t)(hit - s.p), from = at > TEXT_BEFORE ? at - TEXT_BEFORE : 0;
		struct span before = { s.p + from, at - from };

		if (search(before, intel, sizeof(intel)))
			return true;
		s = span_from(s, at + sizeof(graphics));
	}
	return false;
}

void find_pe(struct walk *w, uint32_t i)
{
	struct uefi *u = w->u;
	struct span pe = uefi_contents(u, i);
	uint32_t file = uefi_file_of(u, i);
	struct uefi_candidate *c;
	struct pe_facts f;
	bool said;

	if (pe_parse(pe, &f) || f.subsystem != PE_SUBSYSTEM_BOOT_DRIVER)
		return;
	said = says_gop(pe);
	if (!said && (file == UEFI_NONE || guid_role(u->node[file].guid) != ROLE_GOP))
		return;
	c = add(w, UEFI_GOP, i, u->node[i].at + u->node[i].header, pe);
	if (!c)
		return;
	c->by_content = said;
	c->machine = f.machine;
	(void)gop_version(pe, c->version);
}

/* --- VBIOS -------------------------------------------------------------------------------- */

/* A legacy image that begins at @s, points to Intel's @pcir, and is all there. */
static bool read_vbios(struct span s, size_t pcir, struct oprom *r)
{
	struct span image;
	uint16_t blocks;

	/* Its own bytes only: what follows it in firmware is not its chain. */
	if (!span_is(s, 0, "\x55\xaa", 2) || !span_le16(s, pcir + 16, &blocks) || !blocks ||
	    !span_sub(s, 0, (size_t)blocks * OPROM_BLOCK, &image))
		return false;
	return !oprom_parse(image, r) && oprom_is_vbios(&r->image[0]);
}

static size_t find_vbios_at(struct walk *w, uint32_t i, struct span s, size_t at,
			    size_t pcir)
{
	static const char build[] = "Build Number: ";
	struct span image = span_from(s, at);
	struct uefi_candidate *c;
	const uint8_t *hit;
	struct oprom r;

	if (!read_vbios(image, pcir, &r))
		return 0;
	image.n = r.image[0].size;
	c = add(w, UEFI_VBIOS, i, w->u->node[i].at + w->u->node[i].header + at, image);
	if (!c)
		return image.n;
	c->device = r.image[0].device;
	hit = search(image, build, sizeof(build) - 1);
	if (hit)
		copy_text(span_from(image, (size_t)(hit - image.p) + sizeof(build) - 1),
			  c->version, sizeof(c->version));
	return image.n;
}

/* Backwards from a PCIR to the image that points to it; how far the search may go on. */
static size_t vbios_before(struct walk *w, uint32_t i, struct span s, size_t from, size_t pcir)
{
	for (size_t back = PCIR_MIN; back <= PCIR_MAX && back <= pcir - from; back += 4) {
		size_t at = pcir - back, n;
		uint16_t points = 0;

		if (s.p[at] != 0x55 || !span_le16(s, at + 0x18, &points) || points != back)
			continue;
		n = find_vbios_at(w, i, s, at, back);
		if (n)
			return at + n;
	}
	return pcir + 4;
}

static void find_vbioses(struct walk *w, uint32_t i, struct span s)
{
	size_t from = 0, look = 0, hit;

	while ((hit = span_find(s, look, "PCIR\x86\x80", 6, 2)) < s.n) {
		look = vbios_before(w, i, s, from, hit);
		if (look > hit + 4)
			from = look;
	}
}

/* --- VBT ------------------------------------------------------------------------------------ */

static size_t in_vbios(const struct uefi *u, uint32_t i, const uint8_t *p)
{
	for (size_t j = 0; j < u->n_candidates; j++) {
		const struct uefi_candidate *c = &u->candidate[j];

		if (c->what == UEFI_VBIOS && c->node == i && p >= c->bytes.p &&
		    p < c->bytes.p + c->bytes.n)
			return c->bytes.n - (size_t)(p - c->bytes.p);
	}
	return 0;
}

static size_t find_vbt_at(struct walk *w, uint32_t i, struct span s, size_t at)
{
	struct span table = span_from(s, at);
	struct uefi_candidate *c;
	struct vbt v;

	table.n = vbt_size(table);
	if (!table.n || vbt_parse(table, &v))
		return 0;
	c = add(w, UEFI_VBT, i, w->u->node[i].at + w->u->node[i].header + at, table);
	if (!c)
		return v.size;
	c->bdb_version = v.bdb_version;
	memcpy(c->version, v.chip, sizeof(v.chip));
	return v.size;
}

/* The one of a VBIOS belongs to that. */
static void find_vbts(struct walk *w, uint32_t i, struct span s)
{
	size_t at = 0, n;

	while ((at = span_find(s, at, "$VBT", 4, 1)) < s.n) {
		n = vbt_size(span_from(s, at)) ? in_vbios(w->u, i, s.p + at) : 0;
		if (!n)
			n = find_vbt_at(w, i, s, at);
		at += n ? n : 4;
	}
}

void find_bytes(struct walk *w, uint32_t i)
{
	struct span s = uefi_contents(w->u, i);

	find_vbioses(w, i, s);
	find_vbts(w, i, s);
}

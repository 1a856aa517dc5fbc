/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * The walk is recursive: image, volume, file, section, and what a section
 * unpacks to. Every step inwards adds a node, and walk_add() refuses one that
 * is too deep or too many; what has no node is not looked into. So depth,
 * memory and time are bounded in one place, and a loop cannot arise: children
 * lie strictly inside the bytes of their parent, or in bytes newly unpacked,
 * whose total unpack() bounds.
 *
 * Nodes are added before what is inside them, hence their order. The array
 * moves while it grows: everything holds indices and no pointers.
 */
#include "romfiles/uefi/uefi.h"

#include <errno.h>
#include <stdlib.h>

#include "romfiles/uefi/walk.h"

static const struct uefi_limits defaults = {
	.in_max = (size_t)64 << 20,
	.out_max = (size_t)256 << 20,
	.depth = 32,
	.nodes = (size_t)128 << 10,
};

/* --- places and nodes ------------------------------------------------------------- */

struct place place_sub(const struct place *p, size_t off, size_t len)
{
	struct place sub = { p->parent, p->buffer, p->at + off, { NULL, 0 } };

	span_sub(p->s, off, len, &sub.s);
	return sub;
}

struct place place_inside(const struct walk *w, uint32_t i, size_t header)
{
	const struct uefi_node *n = &w->u->node[i];
	struct place p = { i, n->buffer, n->at + header, { NULL, 0 } };

	p.s = span_from(uefi_bytes(w->u, i), header);
	return p;
}

void walk_note(struct walk *w, uint32_t i, enum note_code code)
{
	if (i != UEFI_NONE)
		w->u->node[i].notes |= 1u << (code - NOTE_UEFI_FIRST);
}

bool walk_grow(struct walk *w, void *array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? 2 * *cap : 64;
	void *p;

	if (n < *cap)
		return true;
	memcpy(&p, array, sizeof(p));
	p = realloc(p, more * size);
	if (!p) {
		w->error = -ENOMEM;
		return false;
	}
	memcpy(array, &p, sizeof(p));
	*cap = more;
	return true;
}

uint32_t walk_add(struct walk *w, const struct place *p, enum uefi_kind kind)
{
	struct uefi *u = w->u;
	unsigned int depth = p->parent == UEFI_NONE ? 0 : u->node[p->parent].depth + 1u;

	if (w->error)
		return UEFI_NONE;
	if (depth > w->limits.depth) {
		walk_note(w, p->parent, NOTE_UEFI_DEPTH);
		return UEFI_NONE;
	}
	if (u->n_nodes >= w->limits.nodes) {
		walk_note(w, 0, NOTE_UEFI_MANY);
		return UEFI_NONE;
	}
	if (!walk_grow(w, &u->node, u->n_nodes, &u->cap_nodes, sizeof(*u->node)))
		return UEFI_NONE;
	u->node[u->n_nodes] = (struct uefi_node){
		.kind = kind, .parent = p->parent, .buffer = p->buffer,
		.depth = (uint16_t)depth, .at = p->at, .size = p->s.n,
	};
	return (uint32_t)u->n_nodes++;
}

bool all_bytes(struct span s, uint8_t value)
{
	return !s.n || (s.p[0] == value && !memcmp(s.p, s.p + 1, s.n - 1));
}

void walk_gap(struct walk *w, const struct place *p, size_t from, size_t to)
{
	struct place gap;
	uint32_t i;

	if (from >= to)
		return;
	gap = place_sub(p, from, to - from);
	i = walk_add(w, &gap, UEFI_PADDING);
	if (i != UEFI_NONE && !all_bytes(gap.s, gap.s.p[0]))
		find_bytes(w, i);
}

/* Volumes were seen in bytes that nothing claims. */
void walk_between(struct walk *w, const struct place *p, size_t from, size_t to)
{
	struct place part;

	if (from >= to)
		return;
	part = place_sub(p, from, to - from);
	if (!walk_raw(w, &part))
		walk_gap(w, p, from, to);
}

/* --- flash descriptor ---------------------------------------------------------------- */

#define REGIONS_MAX 16
#define REGION_BIOS 1
#define DESCRIPTOR_MAP_SIZE 0x1000

struct region {
	uint8_t type;
	size_t base, end; /* first byte behind it */
};

/* The signature is at 0x10; at 0 on ICH8. The map is 4 bytes behind it. */
static bool find_descriptor(struct span s, size_t *map)
{
	static const uint8_t signature[] = { 0x5a, 0xa5, 0xf0, 0x0f };

	*map = span_is(s, 0x10, signature, 4) ? 0x14 : 4;
	return s.n >= DESCRIPTOR_MAP_SIZE &&
	       (*map == 0x14 || span_is(s, 0, signature, 4));
}

/*
 * How many regions there are is not written anywhere: their registers end
 * where the next table of the map begins.
 */
static size_t count_registers(struct span s, size_t map, size_t regions)
{
	size_t n = REGIONS_MAX;
	uint32_t v = 0;

	for (size_t i = 0; i < 3; i++)
		for (unsigned int shift = 0; shift <= 16; shift += 16) {
			size_t base;

			if (!span_le32(s, map + 4 * i, &v))
				return 0;
			base = (size_t)(v >> shift & 0xff) << 4;
			if (base > regions && (base - regions) / 4 < n)
				n = (base - regions) / 4;
		}
	return n;
}

static size_t read_regions(struct span s, size_t map, struct region r[REGIONS_MAX])
{
	uint32_t v = 0;
	size_t table, n = 0, registers;

	span_le32(s, map, &v);
	table = (size_t)(v >> 16 & 0xff) << 4;
	registers = count_registers(s, map, table);
	for (size_t i = 0; i < registers && span_le32(s, table + 4 * i, &v); i++) {
		struct region one = { (uint8_t)i, (size_t)(v & 0x7fff) << 12,
				      ((size_t)(v >> 16 & 0x7fff) + 1) << 12 };
		size_t at = n;

		if (one.base >= one.end || (i && !v) || v == UINT32_MAX)
			continue;
		for (; at && r[at - 1].base > one.base; at--)
			r[at] = r[at - 1];
		r[at] = one;
		n++;
	}
	return n;
}

static void walk_region(struct walk *w, const struct place *p, const struct region *r,
			bool overlaps)
{
	size_t end = r->end < p->s.n ? r->end : p->s.n;
	struct place part;
	uint32_t i;

	if (r->base >= p->s.n) {
		walk_note(w, p->parent, NOTE_UEFI_CUT);
		return;
	}
	part = place_sub(p, r->base, end - r->base);
	i = walk_add(w, &part, UEFI_REGION);
	if (i == UEFI_NONE)
		return;
	w->u->node[i].type = r->type;
	if (end < r->end)
		walk_note(w, i, NOTE_UEFI_CUT);
	if (overlaps)
		walk_note(w, i, NOTE_UEFI_OVERLAP);
	part.parent = i;
	/* The descriptor itself holds no volumes. */
	if (r->type && !walk_raw(w, &part))
		find_bytes(w, i);
}

static bool walk_flash(struct walk *w, const struct place *p)
{
	struct region r[REGIONS_MAX];
	size_t map, n, end = 0;
	bool bios = false;

	if (!find_descriptor(p->s, &map))
		return false;
	n = read_regions(p->s, map, r);
	for (size_t i = 0; i < n; i++)
		bios |= r[i].type == REGION_BIOS && r[i].base < p->s.n;
	if (!bios)
		return false;
	for (size_t i = 0; i < n; i++) {
		walk_between(w, p, end, r[i].base < p->s.n ? r[i].base : p->s.n);
		walk_region(w, p, &r[i], r[i].base < end);
		end = r[i].end > end ? r[i].end : end;
	}
	walk_between(w, p, end, p->s.n);
	return true;
}

/* --- capsules --------------------------------------------------------------------------- */

/* UEFI 2.10, section 8.5.3; AMI's and Toshiba's begin with the same fields. */
static bool capsule_header(struct span s, size_t *header, size_t *size)
{
	static const char *const kinds[] = {
		"3B6686BD-0D76-4030-B70E-B5519E2FC5A0", /* EFI */
		"6DCBD5ED-E82D-4C44-BDA1-7194199AD92A", /* firmware management protocol */
		"539182B9-ABB5-4391-B69A-E3A943F72FCC", /* Intel */
		"E20BAFD3-9914-4F4F-9537-3129E090EB3C", /* Lenovo */
		"25B5FE76-8243-4A5C-A9BD-7EE3246198B5", /* Lenovo */
		"3BE07062-1D51-45D2-832B-F093257ED461", /* Toshiba */
		"4A3CA68B-7723-48FB-803D-578CC1FEC44D", /* AMI, signed */
		"14EEBB90-890A-43DB-AED1-5D3C4588A418", /* AMI */
	};
	uint32_t h, n;
	size_t i = 0;

	if (!span_le32(s, 16, &h) || !span_le32(s, 24, &n))
		return false;
	while (i < sizeof(kinds) / sizeof(kinds[0]) && !guid_is(s.p, kinds[i]))
		i++;
	*header = h;
	*size = n;
	return i < sizeof(kinds) / sizeof(kinds[0]) && h >= 28 && h <= n && h <= s.n;
}

static void walk_image(struct walk *w, const struct place *p);

static bool walk_capsule(struct walk *w, const struct place *p)
{
	struct place part, body;
	size_t header, size;
	uint32_t i;

	if (!capsule_header(p->s, &header, &size))
		return false;
	part = place_sub(p, 0, size < p->s.n ? size : p->s.n);
	i = walk_add(w, &part, UEFI_CAPSULE);
	if (i == UEFI_NONE)
		return true;
	memcpy(w->u->node[i].guid, part.s.p, UEFI_GUID_SIZE);
	w->u->node[i].has_guid = true;
	w->u->node[i].header = header;
	if (size > p->s.n)
		walk_note(w, i, NOTE_UEFI_CUT);
	body = place_inside(w, i, header);
	walk_image(w, &body);
	walk_between(w, p, part.s.n, p->s.n);
	return true;
}

/* Below the node p->parent, whose bytes these are. */
static void walk_image(struct walk *w, const struct place *p)
{
	if (walk_capsule(w, p) || walk_flash(w, p) || walk_raw(w, p))
		return;
	walk_note(w, p->parent, NOTE_UEFI_NOTHING);
	find_bytes(w, p->parent);
}

/* --- what callers see ---------------------------------------------------------------------- */

static struct uefi_limits fill_limits(const struct uefi_limits *l)
{
	struct uefi_limits f = l ? *l : defaults;

	f.in_max = f.in_max ? f.in_max : defaults.in_max;
	f.out_max = f.out_max ? f.out_max : defaults.out_max;
	f.depth = f.depth ? f.depth : defaults.depth;
	f.depth = f.depth < UEFI_DEPTH_MAX ? f.depth : UEFI_DEPTH_MAX;
	f.nodes = f.nodes ? f.nodes : defaults.nodes;
	f.nodes = f.nodes < UEFI_NONE ? f.nodes : UEFI_NONE - 1;
	return f;
}

static void walk_all(struct walk *w, struct span image)
{
	struct place p = { UEFI_NONE, 0, 0, image };

	if (!walk_grow(w, &w->u->buffer, 0, &w->u->cap_buffers, sizeof(*w->u->buffer)))
		return;
	w->u->buffer[0] = (struct uefi_buffer){ image, NULL };
	w->u->n_buffers = 1;
	p.parent = walk_add(w, &p, UEFI_IMAGE);
	if (p.parent != UEFI_NONE)
		walk_image(w, &p);
}

static int start(struct span image, const struct uefi_limits *limits, bool quick,
		 struct uefi **out)
{
	struct walk w = { .limits = fill_limits(limits), .quick = quick };

	*out = NULL;
	if (image.n > w.limits.in_max)
		return -EFBIG;
	w.u = calloc(1, sizeof(*w.u));
	if (!w.u)
		return -ENOMEM;
	walk_all(&w, image);
	if (w.error) {
		uefi_free(w.u);
		return w.error;
	}
	*out = w.u;
	return 0;
}

int uefi_parse(struct span image, const struct uefi_limits *limits, struct uefi **out)
{
	return start(image, limits, false, out);
}

int uefi_find(struct span image, const struct uefi_limits *limits, struct uefi **out)
{
	return start(image, limits, true, out);
}

void uefi_free(struct uefi *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->n_buffers; i++)
		free(u->buffer[i].owned);
	free(u->buffer);
	free(u->node);
	free(u->candidate);
	free(u);
}

struct span uefi_bytes(const struct uefi *u, size_t i)
{
	const struct uefi_node *n = &u->node[i];
	struct span s = { NULL, 0 };

	span_sub(u->buffer[n->buffer].bytes, n->at, n->size, &s);
	return s;
}

struct span uefi_contents(const struct uefi *u, size_t i)
{
	const struct uefi_node *n = &u->node[i];

	if (n->unpacked)
		return u->buffer[n->unpacked].bytes;
	return span_from(uefi_bytes(u, i), n->header);
}

uint32_t uefi_file_of(const struct uefi *u, uint32_t i)
{
	while (i != UEFI_NONE && u->node[i].kind != UEFI_FILE)
		i = u->node[i].parent;
	return i;
}

bool uefi_noted(const struct uefi_node *n, enum note_code code)
{
	return n->notes >> (code - NOTE_UEFI_FIRST) & 1;
}

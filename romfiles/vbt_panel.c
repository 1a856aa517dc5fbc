/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/vbt_panel.h"

#include <errno.h>

#include "romfiles/vbt_rows.h"

#define FP_SIZE_155 38
#define FP_SLACK 6 /* bytes most tables leave out of fp_timing's size */
#define FP_MIN 32
#define ROW 9 /* bytes of a panel in block 41 */
#define NAMES_AT 145
#define GENERIC_ENTRY 28

/* Offset and size number @k (fp_timing, dtd, pnp) of panel @i; zero beyond the block's end. */
static void read_pointer(struct span b41, size_t at, uint16_t *offset, uint8_t *size)
{
	*offset = 0;
	*size = 0;
	span_le16(b41, at, offset);
	span_u8(b41, at + 2, size);
}

/* Every panel's row is the first one's, moved by the stride. */
static bool is_uniform(struct span b41, size_t stride)
{
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 1; i < VBT_PANELS; i++) {
			uint16_t before, here;
			uint8_t size_before, size;

			read_pointer(b41, 1 + (i - 1) * ROW + 3 * k, &before, &size_before);
			read_pointer(b41, 1 + i * ROW + 3 * k, &here, &size);
			if (size != size_before || here < before || here - before != (int)stride)
				return false;
		}
	return true;
}

static bool terminators_stand(struct span b42, const struct vbt_panel_map *m)
{
	for (size_t i = 0; i < VBT_PANELS; i++) {
		uint16_t end = 0;

		span_le16(b42, i * m->stride + m->fp_size - 2, &end);
		if (end != 0xffff)
			return false;
	}
	return true;
}

/* Block 41 counts from the BDB, the map from block 42's data, @base into it. */
static bool read_names(struct span b41, size_t base, struct vbt_panel_map *m)
{
	uint16_t offset;
	uint8_t size;

	read_pointer(b41, NAMES_AT, &offset, &size);
	if (!size)
		return true;
	if (size != VBT_NAME_SIZE || offset < base)
		return false;
	m->names = offset - base;
	return span_holds((struct span){ NULL, m->size }, m->names, VBT_PANELS * VBT_NAME_SIZE);
}

static bool read_pointers(struct span b41, size_t base, struct vbt_panel_map *m)
{
	uint16_t fp, dtd, pnp, next;
	uint8_t n, fp_size, dtd_size, pnp_size;

	if (!span_u8(b41, 0, &n) || n != 3)
		return false;
	read_pointer(b41, 1, &fp, &fp_size);
	read_pointer(b41, 4, &dtd, &dtd_size);
	read_pointer(b41, 7, &pnp, &pnp_size);
	read_pointer(b41, 1 + ROW, &next, &n);
	if (fp != base || next < fp || fp_size < FP_MIN || dtd_size != VBT_DTD_SIZE ||
	    pnp_size != VBT_PNP_SIZE || dtd < base || pnp < base)
		return false;
	m->stride = (size_t)(next - fp);
	m->dtd = dtd - base;
	m->pnp = pnp - base;
	m->fp_size = fp_size;
	if (m->stride == (size_t)fp_size + FP_SLACK + VBT_DTD_SIZE + VBT_PNP_SIZE)
		m->fp_size += FP_SLACK;
	return m->dtd == m->fp_size && m->pnp == m->dtd + VBT_DTD_SIZE &&
	       m->stride == m->pnp + VBT_PNP_SIZE && is_uniform(b41, m->stride) &&
	       read_names(b41, base, m);
}

static void assume_layout(struct vbt_panel_map *m)
{
	m->fp_size = FP_SIZE_155;
	m->dtd = m->fp_size;
	m->pnp = m->dtd + VBT_DTD_SIZE;
	m->stride = m->pnp + VBT_PNP_SIZE;
	if (m->size >= VBT_PANELS * (m->stride + VBT_NAME_SIZE))
		m->names = VBT_PANELS * m->stride;
}

int vbt_panel_map_find(struct span s, const struct vbt *v, struct vbt_panel_map *out)
{
	const struct vbt_block *b41 = vbt_find_block(v, VBT_LFP_POINTERS);
	const struct vbt_block *b42 = vbt_find_block(v, VBT_LFP_DATA);
	struct span pointers = { NULL, 0 }, data;

	*out = (struct vbt_panel_map){ 0 };
	if (!b42 || !span_sub(s, b42->at, b42->size, &data))
		return -ENOENT;
	out->at = b42->at;
	out->size = b42->size;
	if (b41) {
		out->pointed = true;
		span_sub(s, b41->at, b41->size, &pointers);
		if (!read_pointers(pointers, b42->at - v->bdb_at, out))
			return -EBADMSG;
	} else if (v->bdb_version < 155) {
		return -ENODATA;
	} else {
		assume_layout(out);
	}
	if (out->size < VBT_PANELS * out->stride)
		return out->pointed ? -EBADMSG : -ENODATA;
	return terminators_stand(data, out) ? 0 : -EBADMSG;
}

/* --- timings -------------------------------------------------------------------------- */

static uint32_t bits_of(struct span s, size_t at, uint8_t shift, uint8_t bits)
{
	uint8_t b = 0;

	span_u8(s, at, &b);
	return (uint32_t)(b >> shift) & ((1u << bits) - 1);
}

uint32_t vbt_dtd_number(struct span s, size_t at, unsigned int part)
{
	const struct vbt_split *p = &vbt_dtd_split[part];
	struct span dtd;

	if (!span_sub(s, at, VBT_DTD_SIZE, &dtd))
		return 0;
	return bits_of(dtd, p->at, p->shift, p->bits) |
	       bits_of(dtd, p->high_at, p->high_shift, p->high_bits) << p->bits;
}

bool vbt_dtd_mode(struct span s, size_t at, struct vbt_mode *out)
{
	struct span dtd;
	uint32_t n[VBT_DTD_SPLITS];
	uint16_t clock = 0;

	*out = (struct vbt_mode){ 0 };
	if (!span_sub(s, at, VBT_DTD_SIZE, &dtd))
		return false;
	for (unsigned int i = 0; i < VBT_DTD_SPLITS; i++)
		n[i] = vbt_dtd_number(dtd, 0, i);
	span_le16(dtd, 0, &clock);
	out->clock_khz = clock * 10u;
	out->h_active = n[VBT_DTD_H_ACTIVE];
	out->h_sync_start = out->h_active + n[VBT_DTD_H_SYNC_OFFSET];
	out->h_sync_end = out->h_sync_start + n[VBT_DTD_H_SYNC_WIDTH];
	out->h_total = out->h_active + n[VBT_DTD_H_BLANK];
	out->v_active = n[VBT_DTD_V_ACTIVE];
	out->v_sync_start = out->v_active + n[VBT_DTD_V_SYNC_OFFSET];
	out->v_sync_end = out->v_sync_start + n[VBT_DTD_V_SYNC_WIDTH];
	out->v_total = out->v_active + n[VBT_DTD_V_BLANK];
	out->width_mm = n[VBT_DTD_WIDTH_MM];
	out->height_mm = n[VBT_DTD_HEIGHT_MM];
	return true;
}

/* Block 58; what its fields mean is in vbt_generic_dtd_rows. */
static bool generic_mode(struct span s, const struct vbt *v, size_t i, struct vbt_mode *out)
{
	const struct vbt_block *b = vbt_find_block(v, VBT_GENERIC_DTD);
	struct span block, e;
	uint16_t size, w[10] = { 0 };
	uint32_t clock = 0;

	if (!b || !span_sub(s, b->at, b->size, &block) || !span_le16(block, 0, &size) ||
	    size < GENERIC_ENTRY || !span_sub(block, 2 + i * size, GENERIC_ENTRY, &e))
		return false;
	span_le32(e, 0, &clock);
	for (size_t k = 0; k < 10; k++)
		span_le16(e, 4 + 2 * k, &w[k]);
	*out = (struct vbt_mode){
		.clock_khz = clock < UINT32_MAX / 10 ? clock * 10 : UINT32_MAX,
		.h_active = w[0], .h_total = (uint32_t)w[0] + w[1],
		.h_sync_start = (uint32_t)w[0] + w[2],
		.h_sync_end = (uint32_t)w[0] + w[2] + w[3],
		.v_active = w[4], .v_total = (uint32_t)w[4] + w[5],
		.v_sync_start = (uint32_t)w[4] + w[6],
		.v_sync_end = (uint32_t)w[4] + w[6] + w[7],
		.width_mm = w[8], .height_mm = w[9],
	};
	return true;
}

static bool is_used(const struct vbt_mode *m)
{
	return m->clock_khz && m->h_active && m->v_active;
}

bool vbt_panel_mode(struct span s, const struct vbt *v, size_t i, struct vbt_mode *out)
{
	struct vbt_panel_map m;

	*out = (struct vbt_mode){ 0 };
	if (i >= VBT_PANELS)
		return false;
	if (generic_mode(s, v, i, out) && is_used(out))
		return true;
	if (vbt_panel_map_find(s, v, &m) ||
	    !vbt_dtd_mode(s, m.at + i * m.stride + m.dtd, out))
		return false;
	return is_used(out);
}

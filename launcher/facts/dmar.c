/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/dmar.h"

#include <errno.h>
#include <string.h>

#define TABLE_HEAD	48	/* ACPI header of 36, then width, flags, 10 reserved (8.1) */
#define FLAG_REMAP	0x01
#define FLAG_OPT_IN	0x04
#define TYPE_DRHD	0	/* 8.3 */
#define TYPE_RMRR	1	/* 8.4 */
#define SCOPE_ENDPOINT	1	/* 8.3.1 */

/* A device of bus 0 or behind bridges; only the path's last step of a one-step path is an address. */
static bool scope_bdf(struct span scope, uint16_t segment, struct bdf *bdf)
{
	uint8_t head[8];

	if (scope.n != sizeof(head) || !span_copy(scope, 0, head, sizeof(head)) ||
	    head[0] != SCOPE_ENDPOINT)
		return false;
	*bdf = (struct bdf){ segment, head[5], head[6] & 0x1f, head[7] & 7 };
	return true;
}

/* The scope at *@at, and *@at behind it; false: none is left. */
static bool next_scope(struct span body, size_t *at, struct span *scope)
{
	uint8_t len;

	if (!span_u8(body, *at + 1, &len) || len < 6 || !span_sub(body, *at, len, scope))
		return false;
	*at += len;
	return true;
}

static void drhd(struct span body, struct bdf igpu, struct dmar *d)
{
	uint16_t segment = 0;
	struct span scope;
	struct bdf bdf;
	size_t at = 16;

	d->units++;
	(void)span_le16(body, 6, &segment);
	while (next_scope(body, &at, &scope))
		if (scope_bdf(scope, segment, &bdf) && bdf_equal(bdf, igpu))
			d->igpu_unit = true;
}

static void rmrr(struct span body, struct dmar *d)
{
	uint64_t first, last;
	uint16_t segment;
	struct span scope;
	struct bdf bdf;
	size_t at = 24;

	if (!span_le16(body, 6, &segment) || !span_le64(body, 8, &first) ||
	    !span_le64(body, 16, &last))
		return;
	while (next_scope(body, &at, &scope) && d->n_rmrr < DMAR_RMRR_MAX)
		if (scope_bdf(scope, segment, &bdf))
			d->rmrr[d->n_rmrr++] = (struct dmar_rmrr){ bdf, first, last };
}

int dmar_parse(struct span table, struct bdf igpu, struct dmar *d)
{
	struct span body;
	size_t at = TABLE_HEAD;
	uint32_t size;

	*d = (struct dmar){ 0 };
	if (!span_is(table, 0, "DMAR", 4) || !span_le32(table, 4, &size) || size < TABLE_HEAD ||
	    !span_sub(table, 0, size, &table))
		return -EBADMSG;
	d->valid = true;
	d->width = table.p[36] + 1;
	d->remapping = table.p[37] & FLAG_REMAP;
	d->preboot = table.p[37] & FLAG_OPT_IN;
	while (at < table.n) {
		uint16_t type, len;

		if (!span_le16(table, at, &type) || !span_le16(table, at + 2, &len) || len < 4 ||
		    !span_sub(table, at, len, &body)) {
			d->cut = true;
			return 0;
		}
		if (type == TYPE_DRHD)
			drhd(body, igpu, d);
		else if (type == TYPE_RMRR)
			rmrr(body, d);
		at += len;
	}
	return 0;
}

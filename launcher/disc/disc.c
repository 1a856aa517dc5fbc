/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/disc/disc.h"

#include <errno.h>
#include <string.h>

int disc_at(struct disc *d, uint64_t off, size_t len, struct span *s)
{
	if (len > DISC_PIECE_MAX)
		return -EFBIG;
	if (off > d->size || len > d->size - off)
		return -ENODATA;
	for (size_t i = 0; i < d->n; i++) {
		const struct disc_piece *p = &d->piece[i];

		if (off >= p->off && off - p->off <= p->bytes.n &&
		    span_sub(p->bytes, (size_t)(off - p->off), len, s))
			return 0;
	}
	d->want_off = off;
	d->want_len = len;
	return -EAGAIN;
}

int disc_file_at(struct disc *d, const struct disc_file *f, uint64_t off, size_t len,
		 struct span *s)
{
	if (off > f->size || len > f->size - off)
		return -ENODATA;
	for (size_t i = 0; i < f->n; i++) {
		uint64_t here = f->extent[i].len;

		if (off >= here) {
			off -= here;
			continue;
		}
		return len <= here - off ? disc_at(d, f->extent[i].off + off, len, s) : -EBADMSG;
	}
	return -EBADMSG;
}

int disc_mount(struct disc *d, struct disc_volume *v)
{
	struct disc_volume iso = { 0 };
	int r = iso_mount(d, &iso);

	*v = (struct disc_volume){ 0 };
	if (r == -EAGAIN)
		return r;
	if (r && r != -ENODATA)
		return r;
	r = udf_mount(d, v);
	if (r == -EAGAIN || (r && !iso.side))
		return r;
	/* Beside a UDF side that cannot be read an ISO 9660 one may still be whole. */
	if (r || v->side == DISC_NONE)
		*v = iso;
	v->el_torito = iso.el_torito;
	if (v->partition + v->partition_len > iso.size)
		iso.size = v->partition + v->partition_len;
	v->size = iso.size;
	if (!*v->label)
		memcpy(v->label, iso.label, sizeof(v->label));
	return 0;
}

static int root(struct disc *d, const struct disc_volume *v, struct disc_file *f)
{
	return v->side == DISC_UDF ? udf_root(d, v, f) : iso_root(v, f);
}

int disc_find(struct disc *d, const struct disc_volume *v, const char *path, struct disc_file *f)
{
	struct disc_file dir;
	int r = v->side == DISC_NONE ? -ENOENT : root(d, v, f);

	while (!r && *path) {
		size_t n = strcspn(path, "/");

		if (!f->directory)
			return -ENOENT;
		dir = *f;
		r = v->side == DISC_UDF ? udf_lookup(d, v, &dir, path, n, f) :
					  iso_lookup(d, v, &dir, path, n, f);
		path += n + (path[n] == '/');
	}
	return r;
}

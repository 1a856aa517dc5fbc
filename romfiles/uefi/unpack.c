/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * A packed stream says how large it will be, and it may lie. Output grows by
 * doubling, from a guess that depends on the input, up to what limits.out_max
 * has left; every byte produced is charged, also by a stream that turns out to
 * be broken. So all streams of an image together cost at most out_max bytes of
 * memory and the time to produce them, and one that states more than is left
 * costs nothing.
 */
#include <brotli/decode.h>
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

#include "romfiles/uefi/tiano.h"
#include "romfiles/uefi/walk.h"

#define GUESS_RATIO 16
#define GUESS_MIN ((size_t)64 << 10)
#define LZMA_HEADER 13 /* properties, u32 dictionary, u64 size or all ones */
#define BROTLI_HEADER 16 /* EDK2: u64 size, u64 scratch memory */

/** struct sink - where output goes; @max is the end of it */
struct sink {
	uint8_t *p;
	size_t n, cap, max;
};

/* Room for at least one more byte. */
static int sink_grow(struct sink *s, size_t first)
{
	size_t cap = s->cap ? 2 * s->cap : first;
	uint8_t *p;

	if (s->n < s->cap)
		return 0;
	if (s->n >= s->max)
		return -EFBIG;
	if (cap > s->max)
		cap = s->max;
	p = realloc(s->p, cap);
	if (!p)
		return -ENOMEM;
	s->p = p;
	s->cap = cap;
	return 0;
}

static size_t first_guess(struct span in, size_t stated)
{
	size_t guess = in.n < SIZE_MAX / GUESS_RATIO ? in.n * GUESS_RATIO : in.n;

	guess = guess < GUESS_MIN ? GUESS_MIN : guess;
	return stated < guess ? stated : guess;
}

/* --- LZMA ------------------------------------------------------------------------------ */

/* The size is known to liblzma, or the x86 filter would keep back the last bytes. */
static int lzma_options(struct span in, size_t max, lzma_options_lzma *o, uint64_t *size)
{
	uint32_t dictionary;
	uint64_t need;
	uint8_t p;

	if (!span_u8(in, 0, &p) || !span_le32(in, 1, &dictionary) || !span_le64(in, 5, size) ||
	    p >= 9 * 5 * 5)
		return -EBADMSG;
	if (*size != UINT64_MAX && *size > max)
		return -EFBIG;
	/* A dictionary larger than the output is memory for nothing. */
	need = *size < max ? *size : max;
	*o = (lzma_options_lzma){
		.dict_size = dictionary < need ? dictionary : (uint32_t)need,
		.lc = p % 9,
		.lp = p / 9 % 5,
		.pb = p / 45,
		.ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM,
		.ext_size_low = (uint32_t)*size,
		.ext_size_high = (uint32_t)(*size >> 32),
	};
	if (o->dict_size < LZMA_DICT_SIZE_MIN)
		o->dict_size = LZMA_DICT_SIZE_MIN;
	return 0;
}

static int run_lzma(lzma_stream *z, struct sink *out, size_t first)
{
	lzma_ret r = LZMA_OK;

	while (r == LZMA_OK) {
		int e = sink_grow(out, first);

		if (e)
			return e;
		z->next_out = out->p + out->n;
		z->avail_out = out->cap - out->n;
		r = lzma_code(z, LZMA_FINISH);
		out->n = out->cap - z->avail_out;
	}
	return r == LZMA_STREAM_END ? 0 : r == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static int unpack_lzma(struct span in, bool x86, struct sink *out)
{
	lzma_options_lzma options;
	lzma_filter filters[3] = { { LZMA_FILTER_X86, NULL },
				   { LZMA_FILTER_LZMA1EXT, &options },
				   { LZMA_VLI_UNKNOWN, NULL } };
	lzma_stream z = LZMA_STREAM_INIT;
	struct span body = span_from(in, LZMA_HEADER);
	uint64_t size;
	lzma_ret z_r;
	int r = lzma_options(in, out->max, &options, &size);

	if (r)
		return r;
	z_r = lzma_raw_decoder(&z, filters + !x86);
	if (z_r != LZMA_OK)
		return z_r == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
	z.next_in = body.p;
	z.avail_in = body.n;
	/* One byte more than stated: liblzma wants room to say that it has ended. */
	if (size != UINT64_MAX)
		out->max = (size_t)size + 1;
	r = run_lzma(&z, out, first_guess(body, out->max));
	lzma_end(&z);
	/* EDK2's decoder stops at the size, whatever follows. */
	return r == -EBADMSG && out->n == size ? 0 : r;
}

/* --- Brotli ------------------------------------------------------------------------------ */

static int unpack_brotli(struct span in, struct sink *out)
{
	struct span body = span_from(in, BROTLI_HEADER);
	BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	BrotliDecoderState *d;
	uint64_t size;
	int e = 0;

	if (!span_le64(in, 0, &size) || !span_holds(in, 0, BROTLI_HEADER))
		return -EBADMSG;
	if (size > out->max)
		return -EFBIG;
	out->max = (size_t)size + 1;
	d = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (!d)
		return -ENOMEM;
	while (r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t *next;
		size_t room;

		e = sink_grow(out, first_guess(body, out->max));
		if (e)
			break;
		next = out->p + out->n;
		room = out->cap - out->n;
		r = BrotliDecoderDecompressStream(d, &body.n, &body.p, &room, &next, NULL);
		out->n = out->cap - room;
	}
	BrotliDecoderDestroyInstance(d);
	if (e == -ENOMEM)
		return e;
	return r == BROTLI_DECODER_RESULT_SUCCESS && out->n == size ? 0 : -EBADMSG;
}

/* --- EFI 1.1 and Tiano ----------------------------------------------------------------------- */

static size_t budget(const struct walk *w)
{
	return w->u->unpacked < w->limits.out_max ? w->limits.out_max - w->u->unpacked : 0;
}

static int try_tiano(struct walk *w, struct span in, enum tiano_variant v, struct sink *out,
		     bool *exact)
{
	size_t done;
	int r = tiano_unpack(in, v, out->p, out->cap, &done, exact);

	out->n = done;
	w->u->unpacked += done;
	return r;
}

/*
 * Nothing says which variant a section has; boards are known that keep Tiano's
 * under the number of EFI 1.1. The one that ends where its bytes end is right.
 */
static int unpack_tiano(struct walk *w, enum uefi_packing *how, struct span in, struct sink *out)
{
	bool exact = false, other = false;
	size_t size;
	int r = tiano_size(in, &size);

	if (r)
		return r;
	if (size > out->max)
		return -EFBIG;
	out->p = malloc(size ? size : 1);
	if (!out->p)
		return -ENOMEM;
	out->cap = size;
	if (*how == UEFI_TIANO)
		return try_tiano(w, in, TIANO_TIANO, out, &exact);
	r = try_tiano(w, in, TIANO_EFI11, out, &exact);
	if (exact || size > budget(w))
		return r;
	if (!try_tiano(w, in, TIANO_TIANO, out, &other) && (other || r)) {
		*how = UEFI_TIANO;
		return 0;
	}
	return r ? r : try_tiano(w, in, TIANO_EFI11, out, &exact);
}

/* --- all --------------------------------------------------------------------------------------- */

static int keep(struct walk *w, struct sink *out, uint32_t *buffer)
{
	struct uefi *u = w->u;

	if (!walk_grow(w, &u->buffer, u->n_buffers, &u->cap_buffers, sizeof(*u->buffer)))
		return -ENOMEM;
	*buffer = (uint32_t)u->n_buffers++;
	u->buffer[*buffer] = (struct uefi_buffer){ { out->p, out->n }, out->p };
	return 0;
}

int unpack(struct walk *w, enum uefi_packing *how, struct span in, uint32_t *buffer)
{
	struct sink out = { .max = budget(w) };
	int r;

	if (*how == UEFI_EFI11 || *how == UEFI_TIANO) {
		r = unpack_tiano(w, how, in, &out);
	} else {
		r = *how == UEFI_BROTLI ? unpack_brotli(in, &out) :
					  unpack_lzma(in, *how == UEFI_LZMA_X86, &out);
		w->u->unpacked += out.n;
	}
	if (!r)
		r = keep(w, &out, buffer);
	if (r)
		free(out.p);
	if (r == -ENOMEM)
		w->error = r;
	return r;
}

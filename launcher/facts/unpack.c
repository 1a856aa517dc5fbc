/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/unpack.h"

#include <errno.h>
#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "launcher/base/clock.h"
#include "launcher/base/str.h"

#define LZMA_MEMORY	(256ull << 20)
#define ZSTD_WINDOW_LOG	27	/* 128 MiB, the kernel's own bound (lib/zstd) */
#define LZ4_MAGIC	0x184c2102u
#define LZ4_BLOCK	(8u << 20)	/* the legacy format's blocks (lib/decompress_unlz4.c) */

int unpack_init(struct unpack *u, int fd, uint64_t at, uint64_t end)
{
	*u = (struct unpack){ .fd = fd, .at = at, .end = end };
	u->in = malloc(UNPACK_IN_SIZE);
	u->out = malloc(UNPACK_OUT_SIZE);
	if (u->in && u->out)
		return 0;
	unpack_done(u);
	return -ENOMEM;
}

void unpack_done(struct unpack *u)
{
	free(u->in);
	free(u->out);
	u->in = u->out = NULL;
}

uint64_t unpack_offset(const struct unpack *u)
{
	return u->at - (u->len - u->pos);
}

static int give_up(struct unpack *u, int err, const char *why)
{
	str_fit(u->why, sizeof(u->why), why);
	return err;
}

static int check_time(struct unpack *u)
{
	if ((uint64_t)clock_ms() <= u->deadline_ms)
		return 0;
	return give_up(u, -ETIME, "it takes too long to read");
}

/* Reads behind what is still there. */
static int read_more(struct unpack *u)
{
	uint64_t left = u->end - u->at;
	size_t room = UNPACK_IN_SIZE - u->len;
	ssize_t n;
	int r = check_time(u);

	if (r)
		return r;
	if (!left)
		return 0;
	if (u->in_total >= u->in_max)
		return give_up(u, -E2BIG, "it is larger than an initramfs can be");
	do
		n = pread(u->fd, u->in + u->len, left < room ? (size_t)left : room, (off_t)u->at);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		str_fit(u->why, sizeof(u->why), strerror(errno));
		return -errno;
	}
	u->at += (uint64_t)n;
	u->in_total += (uint64_t)n;
	u->len += (size_t)n;
	return (int)n;
}

int unpack_fill(struct unpack *u)
{
	int r;

	if (u->pos < u->len)
		return (int)(u->len - u->pos);
	u->pos = u->len = 0;
	r = read_more(u);
	return r;
}

const uint8_t *unpack_peek(struct unpack *u, size_t n)
{
	if (u->len - u->pos < n) {
		memmove(u->in, u->in + u->pos, u->len - u->pos);
		u->len -= u->pos;
		u->pos = 0;
		while (u->len < n)
			if (read_more(u) <= 0)
				return NULL;
	}
	return u->in + u->pos;
}

void unpack_skip(struct unpack *u, uint64_t n)
{
	uint64_t buffered = u->len - u->pos;

	if (n <= buffered) {
		u->pos += (size_t)n;
		return;
	}
	u->pos = u->len = 0;
	n -= buffered;
	u->at = n < u->end - u->at ? u->at + n : u->end;
}

enum unpack_kind unpack_kind(struct unpack *u)
{
	static const struct {
		enum unpack_kind kind;
		uint8_t n;
		uint8_t magic[6];
	} rows[] = {
		{ UNPACK_GZIP, 2, { 0x1f, 0x8b } },
		{ UNPACK_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
		{ UNPACK_LZMA, 3, { 0x5d, 0x00, 0x00 } },
		{ UNPACK_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
		{ UNPACK_LZ4, 4, { 0x02, 0x21, 0x4c, 0x18 } },
		{ UNPACK_BZIP2, 3, { 'B', 'Z', 'h' } },
		{ UNPACK_LZO, 4, { 0x89, 'L', 'Z', 'O' } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint8_t *p = unpack_peek(u, rows[i].n);

		if (p && !memcmp(p, rows[i].magic, rows[i].n))
			return rows[i].kind;
	}
	return UNPACK_NONE;
}

static int emit(struct unpack *u, const uint8_t *p, size_t n)
{
	u->total += n;
	if (u->total > u->total_max)
		return give_up(u, -E2BIG, "it unpacks to more than an initramfs can be");
	return n ? u->emit(u->arg, p, n) : 0;
}

static int cut(struct unpack *u)
{
	return give_up(u, -EBADMSG, "it ends in the middle of its compressed data");
}

static int damaged(struct unpack *u, const char *what)
{
	snprintf(u->why, sizeof(u->why), "its compressed data is damaged (%s)", what);
	return -EBADMSG;
}

/* --- one step of each library: bytes from in to out --------------------------------------- */

/* *@made bytes are in u->out; 1: the member is complete. */
typedef int (*step_fn)(struct unpack *u, void *lib, size_t *made);

/*
 * Fills and steps until the member is complete. A library may hold back output while its input
 * is used up: it is asked again before that is called a cut.
 */
static int run_steps(struct unpack *u, step_fn step, void *lib)
{
	for (;;) {
		size_t made = 0, before;
		int have = unpack_fill(u), r, end;

		if (have < 0)
			return have;
		before = u->pos;
		end = step(u, lib, &made);
		if (end < 0)
			return end;
		r = emit(u, u->out, made);
		if (r || end)
			return r;
		if (!made && u->pos == before)
			return have ? damaged(u, "no progress") : cut(u);
	}
}

static int step_zstd(struct unpack *u, void *lib, size_t *made)
{
	ZSTD_inBuffer in = { u->in + u->pos, u->len - u->pos, 0 };
	ZSTD_outBuffer out = { u->out, UNPACK_OUT_SIZE, 0 };
	size_t r = ZSTD_decompressStream(lib, &out, &in);

	u->pos += in.pos;
	*made = out.pos;
	if (ZSTD_getErrorCode(r) == ZSTD_error_memory_allocation)
		return -ENOMEM;
	if (ZSTD_isError(r))
		return damaged(u, ZSTD_getErrorName(r));
	return !r;
}

static int unpack_zstd(struct unpack *u)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();
	int r = -ENOMEM;

	if (z && !ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG)))
		r = run_steps(u, step_zstd, z);
	ZSTD_freeDCtx(z);
	return r;
}

static int step_zlib(struct unpack *u, void *lib, size_t *made)
{
	z_stream *z = lib;
	int r;

	z->next_in = u->in + u->pos;
	z->avail_in = (uInt)(u->len - u->pos);
	z->next_out = u->out;
	z->avail_out = UNPACK_OUT_SIZE;
	r = inflate(z, Z_NO_FLUSH);
	u->pos = u->len - z->avail_in;
	*made = UNPACK_OUT_SIZE - z->avail_out;
	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return damaged(u, z->msg ? z->msg : "gzip");
	return r == Z_STREAM_END;
}

static int unpack_gzip(struct unpack *u)
{
	z_stream z = { 0 };
	int r;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	r = run_steps(u, step_zlib, &z);
	inflateEnd(&z);
	return r;
}

static int step_lzma(struct unpack *u, void *lib, size_t *made)
{
	lzma_stream *z = lib;
	lzma_ret r;

	z->next_in = u->in + u->pos;
	z->avail_in = u->len - u->pos;
	z->next_out = u->out;
	z->avail_out = UNPACK_OUT_SIZE;
	r = lzma_code(z, LZMA_RUN);
	u->pos = u->len - z->avail_in;
	*made = UNPACK_OUT_SIZE - z->avail_out;
	if (r == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (r == LZMA_MEMLIMIT_ERROR)
		return give_up(u, -E2BIG, "it needs more memory to unpack than an initramfs can");
	if (r != LZMA_OK && r != LZMA_STREAM_END && r != LZMA_BUF_ERROR)
		return damaged(u, "lzma");
	return r == LZMA_STREAM_END;
}

static int unpack_lzma(struct unpack *u, bool alone)
{
	lzma_stream z = LZMA_STREAM_INIT;
	int r = -ENOMEM;

	if ((alone ? lzma_alone_decoder(&z, LZMA_MEMORY) :
	     lzma_stream_decoder(&z, LZMA_MEMORY, 0)) == LZMA_OK)
		r = run_steps(u, step_lzma, &z);
	lzma_end(&z);
	return r;
}

/* --- lz4, the legacy frame: blocks behind their lengths, no end mark ------------------------ */

static bool take_le32(struct unpack *u, uint32_t *v)
{
	const uint8_t *p = unpack_peek(u, 4);

	if (!p)
		return false;
	*v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	u->pos += 4;
	return true;
}

static int take_bytes(struct unpack *u, uint8_t *p, size_t n)
{
	while (n) {
		int have = unpack_fill(u);
		size_t more;

		if (have <= 0)
			return have ? have : cut(u);
		more = (size_t)have < n ? (size_t)have : n;
		memcpy(p, u->in + u->pos, more);
		u->pos += more;
		p += more;
		n -= more;
	}
	return 0;
}

static int lz4_block(struct unpack *u, uint32_t size, char *packed, char *plain)
{
	int r, n;

	if (size > (uint32_t)LZ4_COMPRESSBOUND(LZ4_BLOCK))
		return damaged(u, "an lz4 block of impossible length");
	r = take_bytes(u, (uint8_t *)packed, size);
	if (r)
		return r;
	n = LZ4_decompress_safe(packed, plain, (int)size, (int)LZ4_BLOCK);
	return n < 0 ? damaged(u, "an lz4 block") : emit(u, (uint8_t *)plain, (size_t)n);
}

static int unpack_lz4(struct unpack *u)
{
	_free_ char *packed = malloc(LZ4_COMPRESSBOUND(LZ4_BLOCK)), *plain = malloc(LZ4_BLOCK);
	uint32_t size;
	int r = 0;

	if (!packed || !plain)
		return -ENOMEM;
	u->pos += 4;
	/* A length of zero is padding: the member is over. The magic may come again. */
	while (!r && take_le32(u, &size) && size)
		if (size != LZ4_MAGIC)
			r = lz4_block(u, size, packed, plain);
	return r;
}

int unpack_member(struct unpack *u, enum unpack_kind kind)
{
	switch (kind) {
	case UNPACK_GZIP:
		return unpack_gzip(u);
	case UNPACK_XZ:
		return unpack_lzma(u, false);
	case UNPACK_LZMA:
		return unpack_lzma(u, true);
	case UNPACK_ZSTD:
		return unpack_zstd(u);
	case UNPACK_LZ4:
		return unpack_lz4(u);
	case UNPACK_BZIP2:
		return give_up(u, -ENOSYS, "it is packed with bzip2, which igvm does not read");
	case UNPACK_LZO:
		return give_up(u, -ENOSYS, "it is packed with lzo, which igvm does not read");
	case UNPACK_NONE:
	case UNPACK_KINDS:
		break;
	}
	return give_up(u, -EBADMSG, "neither a cpio archive nor a compression the kernel knows");
}

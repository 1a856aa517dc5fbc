/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each of our own allocations fails in turn: -ENOMEM, and nothing is left over. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/uefi/uefi.h"
#include "tests/tools/gen_fv.h"

static long left = -1; /* this many succeed, then one fails; < 0: all do */

/* The linker wraps these (Makefile). */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool refuse(void)
{
	return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t n)
{
	return refuse() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return refuse() ? NULL : __real_realloc(p, n);
}

/* Every packing, more nodes and buffers than the first arrays hold, a candidate each. */
static void make(struct gen_buf *image)
{
	static const char *const how[] = { GEN_LZMA, GEN_BROTLI, GEN_TIANO_GUID, NULL };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };
	struct gen_buf s = { 0 }, in = { 0 }, files = { 0 };
	uint8_t pe[2048];

	gen_section(&in, 0x10, pe, gen_gop(0x8664, "Intel(R) GOP Driver", pe));
	for (size_t i = 0; i < 80; i++)
		gen_packed(&s, how[i % 4], how[i % 4] ? 5 : 4, in.p, in.n);
	gen_file_add(&files, &f, s.p, s.n);
	gen_volume_add(image, &v, &files);
	gen_free(&s);
	gen_free(&in);
	gen_free(&files);
}

static void each_allocation_fails(void **state)
{
	struct gen_buf image = { 0 };
	struct uefi *u;
	long n = 0;
	int r;

	(void)state;
	make(&image);
	do {
		left = n++;
		r = uefi_parse((struct span){ image.p, image.n }, NULL, &u);
		if (left >= 0)
			break;
		assert_int_equal(r, -ENOMEM);
		assert_null(u);
	} while (n < 10000);
	left = -1;
	assert_int_equal(r, 0);
	assert_true(n > 80);
	assert_int_equal(u->n_candidates, 80);
	uefi_free(u);
	gen_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

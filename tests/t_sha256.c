/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/sha256.h"

static void expect(const void *p, size_t n, const char *want)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	sha256_sum(p, n, sum);
	sha256_hex(sum, hex);
	assert_string_equal(hex, want);
}

/* The examples NIST publishes with FIPS 180-4. */
static void published_examples(void **state)
{
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	expect(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect(two, strlen(two),
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void a_million_letters(void **state)
{
	size_t n = 1000000;
	char *p = malloc(n);

	(void)state;
	assert_non_null(p);
	memset(p, 'a', n);
	expect(p, n, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(p);
}

/* Every length around the padding boundary, in pieces of every size. */
static void pieces_give_the_same(void **state)
{
	uint8_t data[200], whole[SHA256_BYTES], part[SHA256_BYTES];
	struct sha256 s;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof(data); n++) {
		sha256_sum(data, n, whole);
		for (size_t step = 1; step <= 70; step += 23) {
			sha256_init(&s);
			for (size_t at = 0; at < n; at += step)
				sha256_add(&s, data + at, n - at < step ? n - at : step);
			sha256_done(&s, part);
			assert_memory_equal(whole, part, sizeof(whole));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_examples),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(pieces_give_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

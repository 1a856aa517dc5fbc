/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/pe.h"
#include "tests/tools/gen.h"

#define COFF 0x40
#define OPT (COFF + 24)
#define SECTIONS (OPT + 240) /* of PE32+ */

static uint8_t buf[4096];

/* Exactly the bytes, so that a sanitizer sees their end; @f is untouched by a failure. */
static int parse(size_t n, struct pe_facts *f)
{
	struct pe_facts before = { .machine = 0x1234, .subsystem = 0x5678 };
	uint8_t *exact = malloc(n + !n);
	int r;

	assert_non_null(exact);
	memcpy(exact, buf, n);
	*f = before;
	r = pe_parse((struct span){ exact, n }, f);
	free(exact);
	assert_true(r == 0 || r == -EBADMSG);
	assert_true(!r || (f->machine == 0x1234 && f->subsystem == 0x5678));
	return r;
}

static size_t make(uint16_t machine)
{
	static const uint8_t body[64] = { 'b' };

	return gen_pe(machine, PE_SUBSYSTEM_BOOT_DRIVER, body, sizeof(body), buf);
}

static void both_forms(void **state)
{
	static const struct {
		uint16_t machine;
		bool plus;
	} t[] = { { PE_MACHINE_X64, true }, { PE_MACHINE_AA64, true }, { PE_MACHINE_IA32, false } };
	struct pe_facts f;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_int_equal(parse(make(t[i].machine), &f), 0);
		assert_int_equal(f.machine, t[i].machine);
		assert_int_equal(f.subsystem, PE_SUBSYSTEM_BOOT_DRIVER);
		assert_int_equal(f.plus, t[i].plus);
	}
}

/* The section reaches to the end: no byte less will do. */
static void every_truncation(void **state)
{
	size_t n = make(PE_MACHINE_X64);
	struct pe_facts f;

	(void)state;
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(parse(cut, &f), -EBADMSG);
	assert_int_equal(parse(n, &f), 0);
	/* Nothing but headers: then the table of sections is what ends the file. */
	gen32(buf + OPT + 60, 0);
	gen32(buf + SECTIONS + 16, 0);
	for (size_t cut = 0; cut < SECTIONS + 40; cut++)
		assert_int_equal(parse(cut, &f), -EBADMSG);
	assert_int_equal(parse(SECTIONS + 40, &f), 0);
	/* And without sections the optional header. */
	gen16(buf + COFF + 6, 0);
	assert_int_equal(parse(SECTIONS, &f), 0);
	assert_int_equal(parse(SECTIONS - 1, &f), -EBADMSG);
}

static void optional_headers(void **state)
{
	size_t n = make(PE_MACHINE_X64);
	struct pe_facts f;

	(void)state;
	gen16(buf + COFF + 6, 0);
	for (unsigned int size = 0; size < 240; size++) {
		gen16(buf + COFF + 20, size);
		/* The subsystem is the last of what is read. */
		assert_int_equal(parse(n, &f), size < 70 ? -EBADMSG : 0);
	}
}

static void fields_that_lie(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
		unsigned int width;
		int want;
	} t[] = {
		{ "MZ", 0, 0x4d5a, 2, -EBADMSG },
		{ "header at 0", 0x3c, 0, 4, -EBADMSG },
		{ "header at the end", 0x3c, GEN_PE_HEADERS + 64, 4, -EBADMSG },
		{ "header at max", 0x3c, UINT32_MAX, 4, -EBADMSG },
		{ "PE", COFF, 0x4550 ^ 1, 2, -EBADMSG },
		{ "NE", COFF, 0x454e, 2, -EBADMSG },
		{ "optional header max", COFF + 20, 0xffff, 2, -EBADMSG },
		{ "no sections", COFF + 6, 0, 2, 0 },
		{ "sections max", COFF + 6, 0xffff, 2, -EBADMSG },
		{ "ROM image", OPT, 0x107, 2, -EBADMSG },
		{ "PE32 where PE32+ is usual", OPT, 0x10b, 2, 0 },
		{ "headers of the whole file", OPT + 60, GEN_PE_HEADERS + 64, 4, 0 },
		{ "headers larger", OPT + 60, GEN_PE_HEADERS + 65, 4, -EBADMSG },
		{ "headers max", OPT + 60, UINT32_MAX, 4, -EBADMSG },
		{ "section of nothing", SECTIONS + 16, 0, 4, 0 },
		{ "section one byte larger", SECTIONS + 16, 65, 4, -EBADMSG },
		{ "section max", SECTIONS + 16, UINT32_MAX, 4, -EBADMSG },
		{ "section one byte later", SECTIONS + 20, GEN_PE_HEADERS + 1, 4, -EBADMSG },
		{ "section at max", SECTIONS + 20, UINT32_MAX, 4, -EBADMSG },
		{ "section over the headers", SECTIONS + 20, 0, 4, 0 },
	};
	struct pe_facts f;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		size_t n = make(PE_MACHINE_X64);

		if (t[i].width == 2)
			gen16(buf + t[i].at, t[i].value);
		else
			gen32(buf + t[i].at, t[i].value);
		if (parse(n, &f) != t[i].want)
			fail_msg("%s", t[i].name);
	}
}

static void machines(void **state)
{
	(void)state;
	assert_string_equal(pe_machine_text(PE_MACHINE_X64), "X64");
	assert_string_equal(pe_machine_text(PE_MACHINE_IA32), "IA32");
	assert_string_equal(pe_machine_text(PE_MACHINE_AA64), "AA64");
	assert_null(pe_machine_text(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(optional_headers),
		cmocka_unit_test(fields_that_lie),
		cmocka_unit_test(machines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

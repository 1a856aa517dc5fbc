/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/opregion.h"
#include "romfiles/vbt.h"
#include "tests/tools/gen.h"

#define BASE UINT64_C(0x7fffb000)

static uint8_t small[GEN_VBT_MAX], large[GEN_VBT_MAX], buf[GEN_OPREGION_MAX];
static size_t small_n, large_n;

static int make_tables(void **state)
{
	struct gen_vbt w = { 0 };

	(void)state;
	small_n = gen_vbt(&w, small);
	w.pad = 9216;
	large_n = gen_vbt(&w, large);
	return small_n && large_n ? 0 : -1;
}

static struct span make(const struct gen_opregion *w)
{
	size_t n;

	memset(buf, 0, sizeof(buf));
	n = gen_opregion(w, buf);
	assert_true(n);
	return (struct span){ buf, n };
}

static void put64(size_t at, uint64_t v)
{
	gen32(buf + at, (uint32_t)v);
	gen32(buf + at + 4, (uint32_t)(v >> 32));
}

static void vbt_in_mailbox_4(void **state)
{
	struct gen_opregion w = { .vbt = small, .vbt_n = small_n };
	struct opregion o;

	(void)state;
	assert_int_equal(opregion_parse(make(&w), 0, &o), 0);
	assert_int_equal(o.size_kib, 8);
	assert_int_equal(o.major, 2);
	assert_int_equal(o.minor, 0);
	assert_int_equal(o.mailboxes,
			 OPREGION_HAS_ACPI | OPREGION_HAS_ASLE | OPREGION_HAS_VBT);
	assert_int_equal(o.rvda_kind, OPREGION_RVDA_NONE);
	assert_int_equal(o.vbt, OPREGION_VBT_HERE);
	assert_int_equal(o.vbt_at, OPREGION_MAILBOX4);
	assert_int_equal(o.vbt_size, small_n);
	assert_int_equal(o.notes.n, 0);
	assert_int_equal(opregion_vfio_size(&o), OPREGION_SIZE);
}

static void vbt_behind_it(void **state)
{
	struct gen_opregion w = { .vbt = large, .vbt_n = large_n };
	struct opregion o;
	struct vbt v;
	struct span s = make(&w), t;

	(void)state;
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.minor, 1);
	assert_int_equal(o.rvda_kind, OPREGION_RVDA_RELATIVE);
	assert_int_equal(o.rvda, 0x2000);
	assert_int_equal(o.rvds, 9216);
	assert_int_equal(o.vbt, OPREGION_VBT_HERE);
	assert_int_equal(o.vbt_at, 0x2000);
	assert_int_equal(o.vbt_size, 9216);
	assert_int_equal(o.notes.n, 0);
	assert_int_equal(opregion_vfio_size(&o), s.n);
	assert_true(span_sub(s, o.vbt_at, o.vbt_size, &t));
	assert_int_equal(vbt_parse(t, &v), 0);
	assert_int_equal(v.n_children, 2);
	/* An 8 KiB dump of the same machine does not have it. */
	s.n = OPREGION_SIZE;
	assert_int_equal(opregion_parse(s, BASE, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_FAR);
	assert_non_null(note_find(&o.notes, NOTE_OPREGION_RVDA_OUTSIDE));
}

static void absolute_address(void **state)
{
	struct gen_opregion w = { .vbt = large, .vbt_n = large_n, .rvda = GEN_RVDA_ABSOLUTE,
				  .rvda_address = BASE + 0x2000 };
	struct opregion o;
	struct span s = make(&w);

	(void)state;
	assert_int_equal(opregion_parse(s, BASE, &o), 0);
	assert_int_equal(o.minor, 0);
	assert_int_equal(o.rvda_kind, OPREGION_RVDA_ABSOLUTE);
	assert_int_equal(o.vbt, OPREGION_VBT_HERE);
	assert_int_equal(o.vbt_at, 0x2000);
	assert_int_equal(o.notes.n, 0);
	/* Elsewhere, below, or at an unknown place. */
	assert_int_equal(opregion_parse(s, BASE - 0x100000, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_FAR);
	assert_int_equal(opregion_parse(s, BASE + 0x100000, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_FAR);
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_FAR);
	assert_non_null(note_find(&o.notes, NOTE_OPREGION_RVDA_OUTSIDE));
	/* A low address is no offset. */
	put64(0x3ba, 0x2000);
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_FAR);
}

static void refused(void **state)
{
	struct gen_opregion w = { .bad_signature = true };
	struct opregion o;

	(void)state;
	assert_int_equal(opregion_parse(make(&w), 0, &o), -EBADMSG);
	w = (struct gen_opregion){ .size_zero = true };
	assert_int_equal(opregion_parse(make(&w), 0, &o), -ENODATA);
	assert_int_equal(opregion_parse((struct span){ NULL, 0 }, 0, &o), -EBADMSG);
}

/* One field of a good OpRegion changed: VBT of mailbox 4, RVDA form of 2.1. */
static const struct {
	const char *name;
	unsigned int minor;
	size_t at;
	uint32_t value;
	size_t width;
	enum opregion_vbt vbt;
	size_t vbt_at;
	int note; /* -1: none */
} changed[] = {
	{ "nothing", 1, 0x10, 8, 4, OPREGION_VBT_HERE, 0x2000, -1 },
	{ "size 1", 1, 0x10, 1, 4, OPREGION_VBT_HERE, 0x2000, NOTE_OPREGION_SIZE },
	{ "size max", 1, 0x10, UINT32_MAX, 4, OPREGION_VBT_HERE, 0x2000, NOTE_OPREGION_SIZE },
	{ "major 1 has no RVDA", 1, 0x17, 1, 1, OPREGION_VBT_NONE, 0, -1 },
	{ "major 3", 0, 0x17, 3, 1, OPREGION_VBT_HERE, 0x2000, -1 },
	{ "no ASLE mailbox", 1, 0x58, 0x09, 1, OPREGION_VBT_NONE, 0, NOTE_OPREGION_NO_ASLE },
	{ "RVDS 0", 1, 0x3c2, 0, 4, OPREGION_VBT_NONE, 0, NOTE_OPREGION_RVDA_HALF },
	{ "RVDA 0", 1, 0x3ba, 0, 4, OPREGION_VBT_NONE, 0, NOTE_OPREGION_RVDA_HALF },
	{ "RVDS 1", 1, 0x3c2, 1, 4, OPREGION_VBT_NONE, 0, NOTE_OPREGION_RVDA_NO_VBT },
	{ "RVDS one too large", 1, 0x3c2, 9217, 4, OPREGION_VBT_FAR, 0,
	  NOTE_OPREGION_RVDA_OUTSIDE },
	{ "RVDS max", 1, 0x3c2, UINT32_MAX, 4, OPREGION_VBT_FAR, 0, NOTE_OPREGION_RVDA_OUTSIDE },
	{ "RVDA not at the table", 1, 0x3ba, 0x2001, 1, OPREGION_VBT_FAR, 0,
	  NOTE_OPREGION_RVDA_OUTSIDE },
	{ "RVDA inside", 1, 0x3ba, 0x1000, 4, OPREGION_VBT_NONE, 0, NOTE_OPREGION_RVDA_INSIDE },
	{ "RVDA max", 1, 0x3be, UINT32_MAX, 4, OPREGION_VBT_FAR, 0, NOTE_OPREGION_RVDA_OUTSIDE },
};

static void changed_fields(void **state)
{
	struct opregion o;

	(void)state;
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		struct gen_opregion w = { .vbt = large, .vbt_n = large_n, .major = 2,
					  .minor = changed[i].minor, .rvda = GEN_RVDA_RELATIVE };
		struct span s = make(&w);

		for (size_t j = 0; j < changed[i].width; j++)
			buf[changed[i].at + j] = (uint8_t)(changed[i].value >> 8 * j);
		assert_int_equal(opregion_parse(s, BASE, &o), 0);
		if (o.vbt != changed[i].vbt)
			fail_msg("%s: VBT %d", changed[i].name, o.vbt);
		if (o.vbt == OPREGION_VBT_HERE && o.vbt_at != changed[i].vbt_at)
			fail_msg("%s: VBT at %zx", changed[i].name, o.vbt_at);
		if (changed[i].note < 0 ? o.notes.n != 0
					: !note_find(&o.notes, (enum note_code)changed[i].note))
			fail_msg("%s: %zu notes, not the one expected", changed[i].name,
				 o.notes.n);
	}
}

static void rvda_that_wraps(void **state)
{
	struct gen_opregion w = { .vbt = large, .vbt_n = large_n };
	struct span s = make(&w);
	struct opregion o;

	(void)state;
	for (unsigned int minor = 0; minor < 2; minor++) {
		buf[0x16] = (uint8_t)minor;
		put64(0x3ba, UINT64_MAX - 9215);
		assert_int_equal(opregion_parse(s, BASE, &o), 0);
		assert_non_null(note_find(&o.notes, NOTE_OPREGION_RVDA_WRAPS));
		assert_int_equal(o.vbt, OPREGION_VBT_NONE);
		put64(0x3ba, UINT64_MAX - 9216);
		assert_int_equal(opregion_parse(s, BASE, &o), 0);
		assert_null(note_find(&o.notes, NOTE_OPREGION_RVDA_WRAPS));
		assert_int_equal(o.vbt, OPREGION_VBT_FAR);
	}
}

static void mailbox_4_when_rvda_is_no_vbt(void **state)
{
	struct gen_opregion w = { .vbt = large, .vbt_n = large_n };
	struct span s = make(&w);
	struct opregion o;

	(void)state;
	memcpy(buf + OPREGION_MAILBOX4, small, small_n);
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.vbt_at, 0x2000);
	buf[0x2000] = 'x';
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_HERE);
	assert_int_equal(o.vbt_at, OPREGION_MAILBOX4);
	assert_int_equal(o.vbt_size, small_n);
	assert_non_null(note_find(&o.notes, NOTE_OPREGION_RVDA_NO_VBT));
}

/* mailbox 4 is 6 KiB; i915 reads on when mailbox 5 is marked absent */
static void a_table_that_runs_into_mailbox_5(void **state)
{
	static uint8_t t[GEN_VBT_MAX];
	struct gen_vbt v = { .pad = GEN_MAILBOX4_SIZE + 10 };
	struct gen_opregion w = { 0 };
	struct span s = make(&w);
	struct opregion o;
	size_t n = gen_vbt(&v, t);

	(void)state;
	memcpy(buf + OPREGION_MAILBOX4, t, n);
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.vbt_size, n);
	assert_non_null(note_find(&o.notes, NOTE_OPREGION_MAILBOX5));
	buf[0x58] |= OPREGION_HAS_ASLE_EXT;
	assert_int_equal(opregion_parse(s, 0, &o), 0);
	assert_int_equal(o.vbt, OPREGION_VBT_NONE);
}

static void every_truncation(void **state)
{
	struct gen_opregion w = { .vbt = large, .vbt_n = large_n };
	struct span s = make(&w);
	struct opregion o;

	(void)state;
	for (size_t n = 0; n < s.n; n += n < 0x500 || n > s.n - 20 ? 1 : 61) {
		uint8_t *p = malloc(n ? n : 1);
		int r;

		assert_non_null(p);
		memcpy(p, s.p, n);
		r = opregion_parse((struct span){ p, n }, 0, &o);
		assert_int_equal(r, n < OPREGION_HEADER_SIZE ? -EBADMSG : 0);
		if (!r && !o.notes.n)
			fail_msg("%zu of %zu bytes: neither error nor note", n, s.n);
		if (!r)
			assert_int_not_equal(o.vbt, OPREGION_VBT_HERE);
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vbt_in_mailbox_4),
		cmocka_unit_test(vbt_behind_it),
		cmocka_unit_test(absolute_address),
		cmocka_unit_test(refused),
		cmocka_unit_test(changed_fields),
		cmocka_unit_test(rvda_that_wraps),
		cmocka_unit_test(mailbox_4_when_rvda_is_no_vbt),
		cmocka_unit_test(a_table_that_runs_into_mailbox_5),
		cmocka_unit_test(every_truncation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_tables, NULL);
}

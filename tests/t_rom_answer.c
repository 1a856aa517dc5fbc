/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sandbox answers is believed as far as the parent can check it: answers that lie. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/rom/build_work.h"
#include "launcher/rom/fix_work.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/judge.h"
#include "romfiles/pe.h"
#include "tests/tools/gen.h"

static uint8_t buf[8192];

/** struct answer - of a piece of work; owned */
struct answer {
	char *bytes;
	size_t n;
	FILE *f;
};

static FILE *begin(struct answer *a)
{
	*a = (struct answer){ 0 };
	a->f = open_memstream(&a->bytes, &a->n);
	assert_non_null(a->f);
	return a->f;
}

static struct sandbox_answer end(struct answer *a)
{
	assert_int_equal(fclose(a->f), 0);
	return (struct sandbox_answer){ .bytes = a->bytes, .n = a->n };
}

static void a_frame(void **state)
{
	json_t *json = json_pack("{s:s}", "what", "bytes"), *back;
	struct answer a;
	struct sandbox_answer s;
	struct span bytes;
	uint64_t n;

	(void)state;
	assert_int_equal(frame_write(begin(&a), json, (struct span){ (const uint8_t *)"abc", 3 }), 0);
	s = end(&a);
	assert_int_equal(frame_read(&s, &back, &bytes), 0);
	assert_true(json_equal(json, back));
	assert_int_equal(bytes.n, 3);
	assert_memory_equal(bytes.p, "abc", 3);
	json_decref(back);
	/* Cut anywhere inside the object it is none; behind it, it has fewer bytes. */
	for (size_t cut = 0; cut < s.n; cut++) {
		struct sandbox_answer part = { .bytes = s.bytes, .n = cut };

		if (cut < s.n - 3) {
			assert_int_equal(frame_read(&part, &back, &bytes), -EBADMSG);
			assert_null(back);
		} else {
			assert_int_equal(frame_read(&part, &back, &bytes), 0);
			assert_int_equal(bytes.n, cut - (s.n - 3));
			json_decref(back);
		}
	}
	/* Lengths at their ends. */
	static const uint64_t lengths[] = { 0, 1, FRAME_JSON_MAX + 1, UINT64_MAX, UINT64_MAX - 7 };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		n = lengths[i];
		memcpy(a.bytes, &n, sizeof(n));
		assert_int_equal(frame_read(&s, &back, &bytes), -EBADMSG);
	}
	free(a.bytes);
	json_decref(json);
	/* JSON that is no object. */
	begin(&a);
	n = 2;
	fwrite(&n, sizeof(n), 1, a.f);
	fputs("[]", a.f);
	s = end(&a);
	assert_int_equal(frame_read(&s, &back, &bytes), -EBADMSG);
	free(a.bytes);
}

/* --- fix ------------------------------------------------------------------------------- */

static void a_fix_that_lies(void **state)
{
	static const char *const lies[] = {
		"{\"id\":\"chain\",\"at\":85,\"before\":\"00\"}",			/* no after */
		"{\"id\":\"luck\",\"at\":85,\"before\":\"80\",\"after\":\"00\"}",	/* no such code */
		"{\"id\":\"chain\",\"at\":-1,\"before\":\"80\",\"after\":\"00\"}",
		"{\"id\":\"chain\",\"at\":9999999,\"before\":\"80\",\"after\":\"00\"}",
		"{\"id\":\"chain\",\"at\":85,\"before\":\"81\",\"after\":\"00\"}",	/* it was not */
		"{\"id\":\"chain\",\"at\":85,\"before\":\"80\",\"after\":\"0000\"}",
		"{\"id\":\"chain\",\"at\":85,\"before\":\"\",\"after\":\"\"}",
		"{\"id\":\"chain\",\"at\":85,\"before\":\"8g\",\"after\":\"00\"}",
		"{\"id\":\"chain\",\"at\":85,\"before\":\"8000000000\",\"after\":\"0000000000\"}",
		"{\"id\":\"chain\",\"at\":85,\"before\":\"80\",\"after\":\"00\"}",	/* not in the bytes */
		"7",
	};
	struct gen_vbios w = { .device = 0x3e92, .bad_checksum = true };
	struct span s = { buf, gen_vbios(&w, buf) }, bytes;
	struct fix_wish all = { .only = FIX_ALL };
	uint8_t mended[8192];
	struct answer a;
	struct sandbox_answer got;
	json_t *json, *changes;

	(void)state;
	assert_int_equal(fix_work(s, &all, begin(&a)), FIX_DONE);
	got = end(&a);
	assert_int_equal(frame_read(&got, &json, &bytes), 0);
	assert_true(fix_is_true(s, json, bytes));
	changes = json_object_get(json, "changes");
	assert_int_equal(json_array_size(changes), 1);
	/* One byte more or fewer, or another one. */
	assert_false(fix_is_true(s, json, (struct span){ bytes.p, bytes.n - 1 }));
	memcpy(mended, bytes.p, bytes.n);
	mended[bytes.n] = 0;
	assert_false(fix_is_true(s, json, (struct span){ mended, bytes.n + 1 }));
	mended[0x300] ^= 1;
	assert_false(fix_is_true(s, json, (struct span){ mended, bytes.n }));
	/* A list that is longer, shorter, or says something else. */
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		json_array_append_new(changes, json_loads(lies[i], JSON_DECODE_ANY, NULL));
		if (fix_is_true(s, json, bytes))
			fail_msg("%s", lies[i]);
		json_array_remove(changes, 1);
	}
	assert_true(fix_is_true(s, json, bytes));
	json_array_clear(changes);
	assert_false(fix_is_true(s, json, bytes));
	json_object_del(json, "changes");
	assert_false(fix_is_true(s, json, bytes));
	/* Notes that are none: they are shown. */
	json_object_set_new(json, "changes", json_array());
	assert_true(fix_is_true(s, json, s));
	json_object_set_new(json, "left", json_pack("[{s:s, s:i}]", "id", "\033[31m", "at", 1));
	assert_false(fix_is_true(s, json, s));
	json_object_set_new(json, "left", json_pack("[{s:s, s:i}]", "id", "oprom.gap", "at", 1));
	assert_true(fix_is_true(s, json, s));
	json_object_del(json, "left");
	assert_false(fix_is_true(s, json, s));
	json_decref(json);
	free(a.bytes);
	/* What cannot be mended says what it is in one byte. */
	assert_int_equal(fix_work((struct span){ (const uint8_t *)"PK\3\4", 4 }, &all, begin(&a)),
			 FIX_NOT_A_KIND);
	got = end(&a);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.bytes[0], KIND_ZIP);
	free(a.bytes);
}

/* --- build ------------------------------------------------------------------------------- */

static void a_build_that_lies(void **state)
{
	static uint8_t pe[1024], rom[8192];
	static struct build b = { .vendor = 0x8086, .ids = { 0x4692 }, .n_ids = 1, .n = 2 };
	struct answer a;
	struct sandbox_answer got;
	struct span bytes;
	json_t *json, *drivers, *one;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		b.driver[i].in = (struct input){
			.bytes = (char *)pe, .n = gen_pe(PE_MACHINE_X64, PE_SUBSYSTEM_BOOT_DRIVER, "body", 4, pe),
		};
	assert_int_equal(build_work(&b, begin(&a)), 0);
	got = end(&a);
	assert_int_equal(frame_read(&got, &json, &bytes), 0);
	assert_int_equal(json_integer_value(json_object_get(json, "result")), BUILD_DONE);
	assert_true(build_is_true(&b, json, bytes));
	/* Every byte that is a driver's. */
	memcpy(rom, bytes.p, bytes.n);
	for (size_t i = 0; i < bytes.n; i++) {
		size_t in_image = i % 1024;

		rom[i] ^= 1;
		if (in_image >= 1024 - b.driver[0].in.n || in_image < 4)
			assert_false(build_is_true(&b, json, (struct span){ rom, bytes.n }));
		rom[i] ^= 1;
	}
	for (size_t n = 0; n < bytes.n; n++)
		assert_false(build_is_true(&b, json, (struct span){ bytes.p, n }));
	assert_false(build_is_true(&b, json, (struct span){ rom, bytes.n + 512 }));
	/* A driver that is not all of its file, or outside it, or not there. */
	drivers = json_object_get(json, "drivers");
	one = json_array_get(drivers, 0);
	for (json_int_t at = -1; at < 2; at += 2) {
		json_object_set_new(one, "at", json_integer(at));
		assert_false(build_is_true(&b, json, bytes));
	}
	json_object_set_new(one, "at", json_integer(0));
	json_object_set_new(one, "size", json_integer(0));
	assert_false(build_is_true(&b, json, bytes));
	json_object_set_new(one, "size", json_integer(INT64_MAX));
	assert_false(build_is_true(&b, json, bytes));
	json_array_clear(drivers);
	assert_false(build_is_true(&b, json, bytes));
	json_decref(json);
	free(a.bytes);
}

/* --- import ------------------------------------------------------------------------------- */

static void a_judgement_that_lies(void **state)
{
	static const struct {
		const char *key, *value;
	} lies[] = {
		{ "format", "-1" }, { "format", "999" }, { "kind", "3" }, { "kind", "-1" },
		{ "device", "65536" }, { "device", "-1" }, { "meant", "65536" }, { "drives", "3" },
		{ "known", "1" }, { "version", "\"17\\u001b[0m\"" }, { "version", "7" },
		{ "version", "\"1111111111111111111111111\"" }, { "ids", "[65536]" }, { "ids", "[-1]" },
		{ "ids", "[\"a\"]" }, { "ids", "{}" }, { "findings", "{}" }, { "findings", "[7]" },
		{ "findings", "[{\"id\": \"no.such\", \"seen\": \"x\"}]" },
		{ "findings", "[{\"id\": \"rom.bad\"}]" },
	};
	static const uint16_t ids[] = { 0x3e92, 0x0406 };
	struct gen_vbios w = { .device = 0x0406, .ids = ids, .n_ids = 2 };
	struct span s = { buf, gen_vbios(&w, buf) }, bytes;
	struct judge_question q = { 0 };
	struct findings f = { 0 };
	struct judged v;
	struct answer a;
	struct sandbox_answer got;
	json_t *json, *many;

	(void)state;
	assert_int_equal(judge_work(s, &q, begin(&a)), 0);
	got = end(&a);
	assert_int_equal(frame_read(&got, &json, &bytes), 0);
	assert_true(judge_read(json, &v, &f));
	assert_true(v.known && v.kind == ROM_STORE_VBIOS && v.device == 0x0406);
	assert_int_equal(v.n_ids, 2);	/* the list has the PCIR's own, too */
	assert_int_equal(v.meant, 0x3e92);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.v[0].id, FINDING_ROM_WRONG_DEVICE);
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		json_t *lie = json_copy(json);

		f.n = 0;
		json_object_set_new(lie, lies[i].key, json_loads(lies[i].value, JSON_DECODE_ANY, NULL));
		if (judge_read(lie, &v, &f))
			fail_msg("%s: %s", lies[i].key, lies[i].value);
		json_decref(lie);
	}
	many = json_object_get(json, "ids");
	while (json_array_size(many) <= ROM_STORE_IDS_MAX)
		json_array_append_new(many, json_integer(1));
	assert_false(judge_read(json, &v, &f));
	json_array_clear(many);
	/* What was seen cannot change a terminal, nor the severity. */
	json_object_set_new(json, "findings", json_pack("[{s:s, s:s, s:s}]", "id", "rom.bad", "seen",
							"\033[2Jgood", "severity", "note"));
	f.n = 0;
	assert_true(judge_read(json, &v, &f));
	assert_string_equal(f.v[0].seen, "?[2Jgood");
	assert_int_equal(f.v[0].severity, SEVERITY_BLOCK);
	json_decref(json);
	free(a.bytes);
	/* Every truncation is judged, and none is taken for whole but the whole. */
	q = (struct judge_question){ .said = true, .device = 0x0406 };
	for (size_t n = 0; n <= s.n; n++) {
		assert_int_equal(judge_work((struct span){ buf, n }, &q, begin(&a)), 0);
		got = end(&a);
		assert_int_equal(frame_read(&got, &json, &bytes), 0);
		f.n = 0;
		assert_true(judge_read(json, &v, &f));
		if (v.format == KIND_OPROM && v.known)
			assert_int_equal(finding_worst(&f) == SEVERITY_BLOCK, n < s.n);
		json_decref(json);
		free(a.bytes);
	}
}

/* Which iGPU a ROM is taken for. */
static void who_is_meant(void **state)
{
	static const uint16_t ids[] = { 0x1912, 0x3e92 };
	static const struct {
		struct judge_question q;
		uint16_t meant;
	} cases[] = {
		{ { 0 }, 0x1912 },
		{ { .host = true, .host_device = 0x3e92 }, 0x3e92 },
		{ { .host = true, .host_device = 0x4692 }, 0x1912 },
		{ { .host = true, .host_device = 0x3e92, .said = true, .device = 0x5912 }, 0x5912 },
	};
	struct gen_vbios w = { .device = 0x0406, .ids = ids, .n_ids = 2 };
	struct span s = { buf, gen_vbios(&w, buf) }, bytes;
	struct findings f = { 0 };
	struct judged v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a;
		struct sandbox_answer got;
		json_t *json;

		assert_int_equal(judge_work(s, &cases[i].q, begin(&a)), 0);
		got = end(&a);
		assert_int_equal(frame_read(&got, &json, &bytes), 0);
		assert_true(judge_read(json, &v, &f));
		assert_int_equal(v.meant, cases[i].meant);
		json_decref(json);
		free(a.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame),
		cmocka_unit_test(a_fix_that_lies),
		cmocka_unit_test(a_build_that_lies),
		cmocka_unit_test(a_judgement_that_lies),
		cmocka_unit_test(who_is_meant),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of findings: no hole, no id twice, every text there; the list and its JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/finding.h"

static void test_texts(void **state)
{
	static const char *const areas[] = { "firmware", "kernel", "device", "qemu",
					     "rom", "guest", "files" };

	(void)state;
	for (enum finding_id id = 0; id < FINDING_COUNT; id++) {
		const struct finding_def *d = finding_def(id);
		bool area = false;

		assert_non_null(d->id);
		if (!d->wanted || !d->fix || !d->explain)
			fail_msg("%s has a text missing", d->id);
		if (strlen(d->wanted) < 5 || strlen(d->fix) < 4 || strlen(d->explain) < 40)
			fail_msg("%s has a text that says nothing", d->id);
		if (d->explain[strlen(d->explain) - 1] != '.')
			fail_msg("%s: the explanation is no sentence", d->id);
		for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
			area = area || !strcmp(areas[i], d->area);
		if (!area)
			fail_msg("%s: area %s", d->id, d->area);
	}
}

/* An id is AREA-LIKE.WORDS in small letters, so that it can be typed and never needs quoting. */
static void test_ids(void **state)
{
	(void)state;
	for (enum finding_id id = 0; id < FINDING_COUNT; id++) {
		const char *text = finding_def(id)->id, *dot = strchr(text, '.');
		enum finding_id found;

		if (!dot || dot == text || !dot[1] || strchr(dot + 1, '.') ||
		    text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-")])
			fail_msg("%s is no id", text);
		assert_true(finding_find_id(text, &found));
		if (found != id)
			fail_msg("%s is there twice", text);
	}
	assert_false(finding_find_id("iommu", &(enum finding_id){ 0 }));
	assert_false(finding_find_id("", &(enum finding_id){ 0 }));
}

static void test_list(void **state)
{
	struct findings f = { 0 };

	(void)state;
	assert_int_equal(finding_worst(&f), SEVERITY_NOTE);
	finding_add(&f, FINDING_IGPU_NO_FLR, "seen %d", 7);
	assert_int_equal(finding_worst(&f), SEVERITY_WARN);
	assert_string_equal(f.v[0].seen, "seen 7");
	finding_add(&f, FINDING_IOMMU_OFF, "a\x1b[2Jb");
	assert_int_equal(finding_worst(&f), SEVERITY_BLOCK);
	assert_string_equal(f.v[1].seen, "a?[2Jb");
	assert_true(finding_has(&f, FINDING_IOMMU_OFF));
	assert_false(finding_has(&f, FINDING_QEMU_MISSING));
	for (int i = 0; i < 2 * FINDINGS_MAX; i++)
		finding_add(&f, FINDING_VBT_CHECKSUM, "%0500d", i);
	assert_int_equal(f.n, FINDINGS_MAX);
	assert_int_equal(strlen(f.v[2].seen), sizeof(f.v[2].seen) - 1);
	assert_string_equal(f.v[0].seen, "seen 7");
}

static void test_json(void **state)
{
	struct findings f = { 0 };
	_json_ json_t *j = NULL;
	const json_t *row;

	(void)state;
	finding_add(&f, FINDING_IOMMU_OFF, "no group\xff");
	j = findings_json(&f, "doctor", VERDICT_BLOCKED);
	assert_non_null(j);
	assert_int_equal(json_integer_value(json_object_get(j, "version")), 1);
	assert_string_equal(json_string_value(json_object_get(j, "kind")), "doctor");
	assert_string_equal(json_string_value(json_object_get(j, "verdict")), "blocked");
	row = json_array_get(json_object_get(j, "findings"), 0);
	assert_int_equal(json_object_size(row), 6);
	assert_string_equal(json_string_value(json_object_get(row, "id")), "iommu.off");
	assert_string_equal(json_string_value(json_object_get(row, "severity")), "block");
	assert_string_equal(json_string_value(json_object_get(row, "area")), "firmware");
	assert_string_equal(json_string_value(json_object_get(row, "seen")), "no group?");
}

/* The ids in the committed list may not disappear: scripts and threads name them. */
static void test_schema_lists_every_id(void **state)
{
	_json_ json_t *schema = json_load_file("tests/schema/findings.json", 0, NULL);
	json_t *ids, *item;
	size_t i;

	(void)state;
	if (!schema)
		fail_msg("tests/schema/findings.json: cannot be read (tests run from the top folder)");
	if (json_unpack(schema, "{s:{s:{s:{s:{s:{s:o}}}}}}", "properties", "findings", "items",
			"properties", "id", "enum", &ids))
		fail_msg("tests/schema/findings.json: the list of ids is not where it was");
	assert_true(json_array_size(ids) > 0);
	json_array_foreach(ids, i, item) {
		enum finding_id id;

		if (!finding_find_id(json_string_value(item), &id))
			fail_msg("%s was taken out of the table", json_string_value(item));
	}
	for (enum finding_id id = 0; id < FINDING_COUNT; id++) {
		bool there = false;

		json_array_foreach(ids, i, item)
			there = there || !strcmp(json_string_value(item), finding_def(id)->id);
		if (!there)
			fail_msg("%s is missing in tests/schema/findings.json", finding_def(id)->id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts), cmocka_unit_test(test_ids),
		cmocka_unit_test(test_list),  cmocka_unit_test(test_json),
		cmocka_unit_test(test_schema_lists_every_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

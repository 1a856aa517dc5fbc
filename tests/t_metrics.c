/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics of a status that lies: what is of the wrong type has no sample, and no text leaves its label. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/metrics.h"

static char *print(const char *name, const char *status)
{
	struct metrics_vm vm = { .scope = "system", .works = -1 };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	snprintf(vm.name, sizeof(vm.name), "%s", name);
	vm.status = status ? json_loads(status, 0, NULL) : NULL;
	assert_true(!status || vm.status);
	assert_true(metrics_print(f, &vm, 1));
	assert_int_equal(fclose(f), 0);
	json_decref(vm.status);
	return text;
}

/* How many samples there are of anything but the build. */
static size_t samples(const char *text)
{
	size_t n = 0;

	for (const char *s = text; (s = strstr(s, "\nigvm_vm_")); s++)
		n++;
	return n;
}

static void nothing_is_known(void **state)
{
	_free_ char *none = print("a", NULL), *empty = print("a", "{}");

	(void)state;
	assert_int_equal(samples(none), 1);
	assert_non_null(strstr(none, "\nigvm_vm_status_known{vm=\"a\",scope=\"system\"} 0\n"));
	assert_int_equal(samples(empty), 1);
	assert_non_null(strstr(empty, "\nigvm_vm_status_known{vm=\"a\",scope=\"system\"} 1\n"));
}

static void wrong_types_are_no_samples(void **state)
{
	_free_ char *text = print("a", "{\"running\": 1, \"state\": 7, \"healthy\": \"yes\", \"supervised\": null, "
				       "\"counts\": [], \"started\": true, \"starts\": \"3\", \"end\": {\"end\": 1, \"ended\": \"x\"}, "
				       "\"previous_end\": {\"end\": \"clean\", \"ended\": 5}, \"run_state\": {}, \"agent\": 0}");

	(void)state;
	assert_int_equal(samples(text), 1);
	assert_null(strstr(text, "} 5\n"));
}

static void an_unknown_word_is_none_of_them(void **state)
{
	_free_ char *text = print("a", "{\"state\": \"dancing\"}");

	(void)state;
	assert_non_null(strstr(text, "state=\"running\"} 0\n"));
	assert_null(strstr(text, "dancing"));
	assert_int_equal(samples(text), 12);
}

static void labels_are_escaped(void **state)
{
	_free_ char *text = print("a\"} 1\nb\\c", NULL);

	(void)state;
	assert_non_null(strstr(text, "{vm=\"a\\\"} 1\\nb\\\\c\",scope=\"system\"} 0\n"));
	assert_int_equal(samples(text), 1);
}

static void the_last_end_is_the_newest(void **state)
{
	_free_ char *text = print("a", "{\"end\": {\"end\": \"failed\", \"ended\": 9}, "
				       "\"previous_end\": {\"end\": \"clean\", \"ended\": 5}}");

	(void)state;
	assert_non_null(strstr(text, "kind=\"failed\"} 1\n"));
	assert_non_null(strstr(text, "kind=\"clean\"} 0\n"));
	assert_non_null(strstr(text, "igvm_vm_last_end_time_seconds{vm=\"a\",scope=\"system\"} 9\n"));
}

static void a_full_disk_is_told(void **state)
{
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	assert_false(metrics_print(f, NULL, 0));
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known), cmocka_unit_test(wrong_types_are_no_samples),
		cmocka_unit_test(an_unknown_word_is_none_of_them), cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(the_last_end_is_the_newest), cmocka_unit_test(a_full_disk_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

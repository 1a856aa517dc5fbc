/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of processors, and which of them were made with graphics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/cpu.h"

static const struct {
	const char *model, *name;
	enum tri igpu;
} rows[] = {
	{ "12th Gen Intel(R) Core(TM) i5-12400", "i5-12400", TRI_YES },
	{ "13th Gen Intel(R) Core(TM) i5-1340P", "i5-1340P", TRI_YES },
	{ "13th Gen Intel(R) Core(TM) i5-13400F", "i5-13400F", TRI_NO },
	{ "13th Gen Intel(R) Core(TM) i9-13900KF", "i9-13900KF", TRI_NO },
	{ "13th Gen Intel(R) Core(TM) i9-13900KS", "i9-13900KS", TRI_YES },
	{ "13th Gen Intel(R) Core(TM) i9-13900HX", "i9-13900HX", TRI_YES },
	{ "Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz", "i7-8700", TRI_YES },
	{ "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "i7-8550U", TRI_YES },
	{ "Intel(R) Core(TM) i9-10980XE CPU @ 3.00GHz", "i9-10980XE", TRI_NO },
	{ "Intel(R) Core(TM) i7-5820K CPU @ 3.30GHz", "i7-5820K", TRI_NO },
	{ "Intel(R) Core(TM) i7-3820 CPU @ 3.60GHz", "i7-3820", TRI_NO },
	{ "Intel(R) Core(TM) i7-6820HQ CPU @ 2.70GHz", "i7-6820HQ", TRI_YES },
	{ "Intel(R) Core(TM) i7-4790K CPU @ 4.00GHz", "i7-4790K", TRI_YES },
	{ "Intel(R) Core(TM) i7 CPU         920  @ 2.67GHz", "Core i7 920", TRI_YES },
	{ "Intel(R) Core(TM) Ultra 7 155H", "Core Ultra 7 155H", TRI_YES },
	{ "Intel(R) Core(TM) Ultra 9 285K", "Core Ultra 9 285K", TRI_YES },
	{ "Intel(R) Core(TM) Ultra 5 225F", "Core Ultra 5 225F", TRI_NO },
	{ "Intel(R) N100", "N100", TRI_YES },
	{ "Intel(R) Celeron(R) N5095 @ 2.00GHz", "Celeron N5095", TRI_YES },
	{ "Intel(R) Pentium(R) Gold G5400 CPU @ 3.70GHz", "Pentium Gold G5400", TRI_YES },
	{ "Intel(R) Xeon(R) E-2276G CPU @ 3.80GHz", "Xeon E-2276G", TRI_YES },
	{ "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "Xeon E5-2680 v4", TRI_UNKNOWN },
	{ "AMD Ryzen 5 5600X 6-Core Processor", "AMD Ryzen 5 5600X 6-Core Processor", TRI_UNKNOWN },
	{ "QEMU Virtual CPU version 2.5+", "QEMU Virtual CPU version 2.5+", TRI_UNKNOWN },
	{ "Intel", "Intel", TRI_UNKNOWN },
	{ "Intel(R (TM( )@", "Intel(R (TM( )@", TRI_UNKNOWN },
	{ "", "", TRI_UNKNOWN },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[CPU_NAME_MAX];

		if (strcmp(cpu_name(rows[i].model, name), rows[i].name) ||
		    cpu_has_igpu(rows[i].model) != rows[i].igpu)
			fail_msg("%s: '%s', %d", rows[i].model, name, cpu_has_igpu(rows[i].model));
	}
}

static void test_vtd(void **state)
{
	static const struct {
		const char *model;
		enum tri vtd;
	} v[] = {
		{ "Intel(R) Core(TM) i5-2500K CPU @ 3.30GHz", TRI_NO },
		{ "Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz", TRI_UNKNOWN },
		{ "Intel(R) Core(TM) i7-3770K CPU @ 3.50GHz", TRI_NO },
		{ "Intel(R) Core(TM) i7-3770 CPU @ 3.40GHz", TRI_UNKNOWN },
		{ "Intel(R) Core(TM) i7-4790K CPU @ 4.00GHz", TRI_UNKNOWN },
		{ "Intel(R) Core(TM) i3-4130T CPU @ 2.90GHz", TRI_NO },
		{ "Intel(R) Core(TM) i3-4130U CPU @ 2.90GHz", TRI_UNKNOWN },
		{ "Intel(R) Pentium(R) CPU G3258 @ 3.20GHz", TRI_NO },
		{ "Intel(R) Pentium(R) CPU G4560 @ 3.50GHz", TRI_UNKNOWN },
		{ "Intel(R) Celeron(R) CPU G1610 @ 2.60GHz", TRI_NO },
		{ "Intel(R) Celeron(R) CPU G3900 @ 2.80GHz", TRI_UNKNOWN },
		{ "12th Gen Intel(R) Core(TM) i5-12400", TRI_UNKNOWN },
		{ "AMD Ryzen 7 3770K", TRI_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		if (cpu_has_vtd(v[i].model) != v[i].vtd)
			fail_msg("%s: %d", v[i].model, cpu_has_vtd(v[i].model));
}

/* Every name cut at every place: bounds hold (under the sanitizers), and nothing is longer. */
static void test_cut(void **state)
{
	char model[96], name[CPU_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t n = 0; n <= strlen(rows[i].model); n++) {
			memcpy(model, rows[i].model, n);
			model[n] = '\0';
			assert_true(strlen(cpu_name(model, name)) <= n);
			(void)cpu_has_igpu(model);
			(void)cpu_has_vtd(model);
		}
	memset(model, 'i', sizeof(model) - 1);
	model[sizeof(model) - 1] = '\0';
	memcpy(model, "Intel ", 6);
	cpu_name(model, name);
	assert_true(strlen(name) < CPU_NAME_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_vtd),
					    cmocka_unit_test(test_cut) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

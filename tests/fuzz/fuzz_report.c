/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any JSON as somebody's report: refused with a sentence, or judged, made anonymous and shown within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static void show(const json_t *report)
{
	char *text = report_text(report), *page = report_html(report);
	size_t lines = 0;

	must(text && page);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	must(lines <= REPORT_LINES_MAX);
	must(!strstr(page, "<script"));
	free(text);
	free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct report_names names = { .user = { "alice" }, .n_user = 1, .host = "rumpel" };
	json_t *report = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	const char *why = NULL;

	if (!report)
		return 0;
	if (report_check(report, &why)) {
		must(why != NULL);
	} else {
		must(!report_again(report));
		must(!report_redact(report, &names));
		show(report);
	}
	json_decref(report);
	return 0;
}

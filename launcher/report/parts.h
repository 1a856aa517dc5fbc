/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into a report that may be anything; nobody outside launcher/report includes this. */
#ifndef IGVM_REPORT_PARTS_H
#define IGVM_REPORT_PARTS_H

#include <string.h>
#include <time.h>

#include "launcher/report/report.h"

/** report_at() - "vm.plan.machine": the member, borrowed, NULL: not there */
const json_t *report_at(const json_t *o, const char *path);

/** report_text_at() - the text there; "" when there is none */
const char *report_text_at(const json_t *o, const char *path);

/** report_number_at() - the integer there; 0 when there is none */
json_int_t report_number_at(const json_t *o, const char *path);

/** report_origin() - the file that the one named at @path is a copy of; that one itself when it is no copy */
const char *report_origin(const json_t *report, const char *path);

/** report_findings() - the array to show: again's, else doctor's; may be NULL */
const json_t *report_findings(const json_t *report);

/** report_time() - seconds since 1970 as "2026-01-31 08:15 UTC"; "" for 0 and less */
char *report_time(json_int_t seconds, char buf[static 32]);

/** report_fit() - bytes of @s that fit in @n, without cutting a character of UTF-8 */
size_t report_fit(const char *s, size_t n);

/** report_device_word() - does this word say how the guest sees the iGPU, or on what machine? */
bool report_device_word(const json_t *word);

/** struct report_span - a state of the VM, from @from to @to, milliseconds since its first */
struct report_span {
	const char *state, *by;
	json_int_t from, to;
};

#define REPORT_SPANS_MAX	24u

/** report_spans() - the states of the VM's run, oldest first; how many */
size_t report_spans(const json_t *report, struct report_span out[static REPORT_SPANS_MAX]);

/** report_draw_spans() - them as an SVG drawing on @f; nothing when there are none */
void report_draw_spans(FILE *f, const json_t *report);

/** report_escape() - @text for HTML, in an element or an attribute */
void report_escape(FILE *f, const char *text);

#endif

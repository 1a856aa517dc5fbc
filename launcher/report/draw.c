/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run as a drawing: a row for each state, its bar from when to when. */
#include "launcher/report/parts.h"

#define WIDTH		900
#define LABEL		170	/* columns of text in front of the bars */
#define BARS		560
#define ROW		24

static int x_of(json_int_t ms, json_int_t all)
{
	return LABEL + (int)((double)ms / (double)all * BARS);
}

static void draw_row(FILE *f, const struct report_span *s, size_t i, json_int_t all)
{
	int y = (int)i * ROW + 4, x = x_of(s->from, all), w = x_of(s->to, all) - x;

	fprintf(f, "<text x=\"0\" y=\"%d\">", y + 13);
	report_escape(f, s->state);
	fprintf(f, "</text><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\"><title>", x, y, w < 2 ? 2 : w);
	report_escape(f, s->by);
	fprintf(f, "</title></rect><text x=\"%d\" y=\"%d\">%.3f s, for %.3f s</text>\n", LABEL + BARS + 12, y + 13,
		(double)s->from / 1000, (double)(s->to - s->from) / 1000);
}

void report_draw_spans(FILE *f, const json_t *report)
{
	struct report_span spans[REPORT_SPANS_MAX];
	size_t n = report_spans(report, spans);
	json_int_t all = n ? spans[n - 1].to : 0;

	if (!n)
		return;
	fprintf(f, "<h2>The run</h2>\n<svg viewBox=\"0 0 %d %zu\" role=\"img\" aria-label=\"states of the VM over time\">\n",
		WIDTH, n * ROW + 8);
	for (size_t i = 0; i < n; i++)
		draw_row(f, &spans[i], i, all > 0 ? all : 1);
	fputs("</svg>\n", f);
}

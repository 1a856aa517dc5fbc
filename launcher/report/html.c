/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as one page: no script, and a policy that forbids it to load anything. All text passes report_escape(). */
#include "launcher/base/memory.h"
#include "launcher/report/parts.h"

static const char style[] =
	":root{color-scheme:light dark;--line:#8886;--bad:#c22;--warn:#a60;--good:#282}"
	"body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em}"
	"h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em;border-bottom:1px solid var(--line)}"
	"table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
	"padding:.3em .8em .3em 0;border-bottom:1px solid var(--line)}th{white-space:nowrap;font-weight:600}"
	"code,pre,.word{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}"
	"pre{white-space:pre-wrap;background:#8881;padding:.8em}"
	".block,.blocked,.broken{color:var(--bad)}.warn{color:var(--warn)}.ready,.works{color:var(--good)}"
	"article{border-left:3px solid var(--line);padding-left:1em;margin:1em 0}article.block{border-color:var(--bad);color:inherit}"
	"article.warn{border-color:var(--warn);color:inherit}article h3{margin:0;font-size:1em}article p{margin:.3em 0}"
	"ul{padding-left:1.2em}.mine{font-weight:600}svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:currentColor}"
	"svg rect{fill:#47a}";

void report_escape(FILE *f, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&': fputs("&amp;", f); break;
		case '<': fputs("&lt;", f); break;
		case '>': fputs("&gt;", f); break;
		case '"': fputs("&quot;", f); break;
		case '\'': fputs("&#39;", f); break;
		default: fputc(*text, f);
		}
}

static void fact(FILE *f, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(f, "<tr><th>%s</th><td>", label);
	report_escape(f, text);
	fputs("</td></tr>\n", f);
}

static void fact_at(FILE *f, const char *label, const json_t *o, const char *path)
{
	fact(f, label, report_text_at(o, path));
}

static void write_igpu(FILE *f, const json_t *report)
{
	const json_t *d = report_at(report, "doctor.igpu");
	char text[320];

	if (!json_is_object(d)) {
		fact(f, "iGPU", "none");
		return;
	}
	snprintf(text, sizeof(text), "%.24s %04llx:%04llx, %.24s, driver %.32s, group %lld",
		 report_text_at(d, "address"), (long long)report_number_at(d, "vendor"),
		 (long long)report_number_at(d, "device"), report_text_at(d, "platform"),
		 *report_text_at(d, "driver") ? report_text_at(d, "driver") : "none",
		 (long long)report_number_at(d, "group"));
	fact(f, "iGPU", text);
}

static void write_facts(FILE *f, const json_t *report)
{
	char when[32];

	fputs("<h2>What it is about</h2>\n<table>\n", f);
	fact(f, "made", report_time(report_number_at(report, "time"), when));
	fact_at(f, "igvm", report, "igvm");
	fact_at(f, "CPU", report, "doctor.cpu_name");
	write_igpu(f, report);
	fact_at(f, "kernel", report, "doctor.kernel");
	fact_at(f, "QEMU", report, "doctor.qemu.version");
	fact_at(f, "VM", report, "vm.name");
	fact_at(f, "guest", report, "vm.plan.os");
	fact_at(f, "machine", report, "vm.plan.machine");
	fact_at(f, "display", report, "vm.plan.display");
	fact(f, "firmware", report_origin(report, "vm.plan.firmware_code"));
	fact_at(f, "option ROM", report, "vm.plan.igpu.rom");
	fact_at(f, "state", report, "vm.state");
	fact(f, "started", report_time(report_number_at(report, "vm.started"), when));
	fact_at(f, "last end", report, "vm.end.end");
	fputs("</table>\n", f);
}

static void write_guest(FILE *f, const json_t *report)
{
	const json_t *seen = report_at(report, "vm.seen");
	char when[32];

	if (!json_is_object(seen))
		return;
	fputs("<h2>The guest's driver (what the guest claims)</h2>\n<table>\n", f);
	fact_at(f, "verdict", seen, "verdict");
	fact_at(f, "cause", seen, "cause");
	fact(f, "looked at", report_time(report_number_at(seen, "time"), when));
	fact_at(f, "system", seen, "manifest.guest");
	fact_at(f, "driver", seen, "manifest.driver");
	fact_at(f, "agent", seen, "manifest.agent");
	fact(f, "last seen to work", report_time(report_number_at(seen, "worked.time"), when));
	fputs("</table>\n", f);
}

static void paragraph(FILE *f, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(f, "<p><b>%s</b> ", label);
	report_escape(f, text);
	fputs("</p>\n", f);
}

/* A class of ours only: the text may be anything. */
static const char *class_of(const char *severity)
{
	for (enum severity s = SEVERITY_NOTE; s <= SEVERITY_BLOCK; s++)
		if (!strcmp(severity, severity_text(s)))
			return severity_text(s);
	return "";
}

static void write_finding(FILE *f, const json_t *x)
{
	const char *id = report_text_at(x, "id"), *severity = report_text_at(x, "severity");
	enum finding_id known;

	fprintf(f, "<article class=\"%s\" id=\"", class_of(severity));
	report_escape(f, id);
	fputs("\">\n<h3>", f);
	report_escape(f, severity);
	fputs(" <code>", f);
	report_escape(f, id);
	fputs("</code></h3>\n", f);
	paragraph(f, "seen", report_text_at(x, "seen"));
	paragraph(f, "wanted", report_text_at(x, "wanted"));
	paragraph(f, "fix", report_text_at(x, "fix"));
	if (finding_find_id(id, &known))
		paragraph(f, "why", finding_def(known)->explain);
	fputs("</article>\n", f);
}

static void write_findings(FILE *f, const json_t *report)
{
	const json_t *list = report_findings(report), *x;
	size_t i;

	fputs("<h2>Findings</h2>\n", f);
	json_array_foreach(list, i, x)
		write_finding(f, x);
	if (!json_array_size(list))
		fputs("<p>Nothing was found that is wrong.</p>\n", f);
}

static void write_device(FILE *f, const json_t *d)
{
	fputs("<li><code>", f);
	report_escape(f, report_text_at(d, "address"));
	fprintf(f, " %04llx:%04llx</code> ", (long long)report_number_at(d, "vendor"),
		(long long)report_number_at(d, "device"));
	report_escape(f, report_text_at(d, "name"));
	if (*report_text_at(d, "driver")) {
		fputs(", driver ", f);
		report_escape(f, report_text_at(d, "driver"));
	}
	fputs("</li>\n", f);
}

static void write_groups(FILE *f, const json_t *report)
{
	const json_t *group, *d;
	size_t i, j;

	if (!json_array_size(report_at(report, "devices.groups")))
		return;
	fputs("<h2>IOMMU groups</h2>\n<ul>\n", f);
	json_array_foreach(report_at(report, "devices.groups"), i, group) {
		bool mine = json_is_true(json_object_get(group, "igpu"));

		if (json_is_integer(json_object_get(group, "group")))
			fprintf(f, "<li%s>group %lld%s<ul>\n", mine ? " class=\"mine\"" : "",
				(long long)report_number_at(group, "group"), mine ? ", the iGPU's" : "");
		else
			fputs("<li>in no group<ul>\n", f);
		json_array_foreach(json_object_get(group, "devices"), j, d)
			write_device(f, d);
		fputs("</ul></li>\n", f);
	}
	fputs("</ul>\n", f);
}

static void write_texts(FILE *f, const char *heading, const json_t *list, const char *before, const char *between,
			const char *after)
{
	const json_t *v;
	size_t i;

	if (!json_array_size(list))
		return;
	fprintf(f, "<h2>%s</h2>\n%s", heading, before);
	json_array_foreach(list, i, v) {
		fputs(i ? between : "", f);
		report_escape(f, json_is_string(v) ? json_string_value(v) : "");
	}
	fputs(after, f);
}

static void write_words(FILE *f, const json_t *report)
{
	const json_t *word;
	size_t i;

	if (!json_array_size(report_at(report, "vm.command.words")))
		return;
	fputs("<h2>Command line</h2>\n<table>\n", f);
	json_array_foreach(report_at(report, "vm.command.words"), i, word) {
		fputs("<tr><td class=\"word\">", f);
		report_escape(f, report_text_at(word, "option"));
		fputc(' ', f);
		report_escape(f, report_text_at(word, "value"));
		fputs("</td><td>", f);
		report_escape(f, report_text_at(word, "why"));
		fputs("</td></tr>\n", f);
	}
	fputs("</table>\n", f);
}

static void write_removed(FILE *f, const json_t *report)
{
	const json_t *removed = json_object_get(report, "removed"), *x;
	size_t i;

	fputs("<h2>Removed</h2>\n<ul>\n", f);
	json_array_foreach(removed, i, x) {
		fputs("<li>", f);
		report_escape(f, report_text_at(x, "what"));
		fprintf(f, ": %lld</li>\n", (long long)report_number_at(x, "count"));
	}
	fputs(json_array_size(removed) ? "</ul>\n" : "<li>nothing</li></ul>\n", f);
}

static void write_page(FILE *f, const json_t *report)
{
	const char *verdict = verdict_text(report_verdict(report));

	fprintf(f,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>igvm report: %s</title>\n"
		"<style>%s</style>\n</head>\n<body>\n<h1>igvm report: <span class=\"%s\">%s</span></h1>\n",
		verdict, style, verdict, verdict);
	write_facts(f, report);
	write_guest(f, report);
	write_findings(f, report);
	report_draw_spans(f, report);
	write_groups(f, report);
	write_texts(f, "Outputs that the VBT names", report_at(report, "connectors"), "<p>", ", ", "</p>\n");
	write_words(f, report);
	write_texts(f, "Last lines about the iGPU", report_at(report, "vm.log"), "<pre>", "\n", "</pre>\n");
	write_removed(f, report);
	fputs("</body>\n</html>\n", f);
}

char *report_html(const json_t *report)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = memory_open(&text, &n);

	if (!f)
		return NULL;
	write_page(f, report);
	return memory_close(f, &text) ? NULL : text;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as the text that people paste. Each part has its share of the lines, so that none is cut off by the end. */
#include <stdarg.h>

#include "launcher/base/memory.h"
#include "launcher/report/parts.h"

#define COLUMNS		200
#define FINDINGS_SHOWN	12u
#define WORDS_SHOWN	8u
#define LOG_SHOWN	12u

static void row(FILE *f, const char *label, const char *fmt, ...) printf_(3, 4);

/* One line: a value with a newline in it has been made safe by report_redact(). */
static void row(FILE *f, const char *label, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (*text)
		fprintf(f, "%-9s %.*s\n", label, (int)report_fit(text, COLUMNS), text);
}

static const char *or_unknown(const char *s)
{
	return *s ? s : "unknown";
}

static const char *yes_no(const json_t *v)
{
	return json_is_true(v) ? "yes" : json_is_false(v) ? "no" : "unknown";
}

static void write_igpu(FILE *f, const json_t *report)
{
	const json_t *d = report_at(report, "doctor.igpu");
	char stolen[48] = "";

	if (!json_is_object(d)) {
		row(f, "iGPU", "none");
		return;
	}
	if (json_is_integer(json_object_get(d, "stolen_bytes")))
		snprintf(stolen, sizeof(stolen), ", stolen %lld MiB",
			 (long long)report_number_at(d, "stolen_bytes") >> 20);
	row(f, "iGPU", "%.24s %04llx:%04llx %.24s, driver %.32s, group %lld%s", report_text_at(d, "address"),
	    (long long)report_number_at(d, "vendor"), (long long)report_number_at(d, "device"),
	    or_unknown(report_text_at(d, "platform")),
	    *report_text_at(d, "driver") ? report_text_at(d, "driver") : "none",
	    (long long)report_number_at(d, "group"), stolen);
}

static void write_host(FILE *f, const json_t *report)
{
	const char *cpu = report_text_at(report, "doctor.cpu_name");

	row(f, "CPU", "%.120s", or_unknown(*cpu ? cpu : report_text_at(report, "doctor.cpu")));
	write_igpu(f, report);
	row(f, "kernel", "%.80s, UEFI %s, Secure Boot %s, IOMMU in firmware %s",
	    or_unknown(report_text_at(report, "doctor.kernel")), yes_no(report_at(report, "doctor.firmware.uefi")),
	    yes_no(report_at(report, "doctor.firmware.secure_boot")),
	    yes_no(report_at(report, "doctor.firmware.iommu")));
	row(f, "QEMU", "%.40s, %.120s", or_unknown(report_text_at(report, "doctor.qemu.version")),
	    or_unknown(report_text_at(report, "doctor.qemu.path")));
}

static void write_end(FILE *f, const json_t *vm)
{
	char when[32];

	if (*report_text_at(vm, "end.end"))
		row(f, "ended", "%s, %.24s", report_time(report_number_at(vm, "end.ended"), when),
		    report_text_at(vm, "end.end"));
}

static void write_vm(FILE *f, const json_t *report)
{
	const json_t *vm = json_object_get(report, "vm");
	char when[32];

	if (!json_is_object(vm))
		return;
	row(f, "VM", "%.48s: %.16s, display %.16s, %.40s, %lld CPUs, %lld MiB, %.24s",
	    report_text_at(vm, "name"), or_unknown(report_text_at(vm, "plan.os")),
	    or_unknown(report_text_at(vm, "plan.display")), or_unknown(report_text_at(vm, "plan.machine")),
	    (long long)report_number_at(vm, "plan.cpus"),
	    (long long)report_number_at(vm, "plan.memory_bytes") >> 20, or_unknown(report_text_at(vm, "state")));
	row(f, "firmware", "%.140s", report_origin(report, "vm.plan.firmware_code"));
	row(f, "started", "%s", report_time(report_number_at(vm, "started"), when));
	write_end(f, vm);
}

static void write_guest(FILE *f, const json_t *report)
{
	const json_t *seen = report_at(report, "vm.seen");
	char when[32];

	if (!json_is_object(seen))
		return;
	row(f, "guest", "%.16s%s%.60s, looked at %s; what follows is the guest's word",
	    report_text_at(seen, "verdict"), *report_text_at(seen, "cause") ? ": " : "",
	    report_text_at(seen, "cause"), report_time(report_number_at(seen, "time"), when));
	row(f, "", "%.160s", report_text_at(seen, "manifest.guest"));
	row(f, "driver", "%.160s", report_text_at(seen, "manifest.driver"));
}

/* Notes are not what is wrong. */
static bool is_shown(const json_t *x)
{
	return strcmp(report_text_at(x, "severity"), severity_text(SEVERITY_NOTE)) != 0;
}

static void write_findings(FILE *f, const json_t *report)
{
	const json_t *x;
	unsigned int n = 0;
	size_t i;

	fputs("\n", f);
	json_array_foreach(report_findings(report), i, x) {
		if (!is_shown(x) || ++n > FINDINGS_SHOWN)
			continue;
		row(f, report_text_at(x, "severity"), "%.60s: %.300s", report_text_at(x, "id"),
		    report_text_at(x, "seen"));
		row(f, "", "fix: %.300s", report_text_at(x, "fix"));
	}
	if (n > FINDINGS_SHOWN)
		row(f, "", "and %u more", n - FINDINGS_SHOWN);
	if (!n)
		fputs("nothing was found that is wrong\n", f);
}

static void write_words(FILE *f, const json_t *report)
{
	const json_t *word;
	unsigned int n = 0;
	size_t i;

	json_array_foreach(report_at(report, "vm.command.words"), i, word) {
		if (!report_device_word(word) || ++n > WORDS_SHOWN)
			continue;
		fputs(n == 1 ? "\nwords for QEMU\n" : "", f);
		fprintf(f, "  %.40s %.*s\n", report_text_at(word, "option"),
			(int)report_fit(report_text_at(word, "value"), COLUMNS), report_text_at(word, "value"));
	}
}

static void write_log(FILE *f, const json_t *report)
{
	const json_t *log = report_at(report, "vm.log");
	size_t n = json_array_size(log);

	for (size_t i = n > LOG_SHOWN ? n - LOG_SHOWN : 0; i < n; i++) {
		const char *line = json_string_value(json_array_get(log, i));

		fputs(i + LOG_SHOWN == n || !i ? "\nlast lines about the iGPU\n" : "", f);
		if (line)
			fprintf(f, "  %.*s\n", (int)report_fit(line, COLUMNS), line);
	}
}

static void write_removed(FILE *f, const json_t *report)
{
	const json_t *removed = json_object_get(report, "removed"), *x;
	size_t i;

	fputs("\nremoved   ", f);
	json_array_foreach(removed, i, x) {
		if (i >= 8)
			break;
		fprintf(f, "%s%.40s (%lld)", i ? ", " : "", report_text_at(x, "what"), (long long)report_number_at(x, "count"));
	}
	fprintf(f, "%s\neach id   igvm explain ID, igvm-findings(7)\n", json_array_size(removed) ? "" : "nothing");
}

static void write_all_parts(FILE *f, const json_t *report)
{
	char when[32];

	fprintf(f, "igvm report, igvm %.24s, %s\n", or_unknown(report_text_at(report, "igvm")),
		report_time(report_number_at(report, "time"), when));
	row(f, "verdict", "%s%s", verdict_text(report_verdict(report)),
	    json_is_object(json_object_get(report, "again")) ? ", judged again by igvm " IGVM_VERSION : "");
	write_host(f, report);
	write_vm(f, report);
	write_guest(f, report);
	write_findings(f, report);
	write_words(f, report);
	write_log(f, report);
	write_removed(f, report);
}

char *report_text(const json_t *report)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = memory_open(&text, &n);

	if (!f)
		return NULL;
	write_all_parts(f, report);
	return memory_close(f, &text) ? NULL : text;
}

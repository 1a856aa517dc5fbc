/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/report/parts.h"

#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

const json_t *report_at(const json_t *o, const char *path)
{
	char key[64];

	while (o && *path) {
		size_t n = strcspn(path, ".");

		if (n >= sizeof(key))
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		o = json_object_get(o, key);
		path += n + (path[n] == '.');
	}
	return o;
}

const char *report_text_at(const json_t *o, const char *path)
{
	const char *s = json_string_value(report_at(o, path));

	return s ? s : "";
}

json_int_t report_number_at(const json_t *o, const char *path)
{
	return json_integer_value(report_at(o, path));
}

const json_t *report_findings(const json_t *report)
{
	const json_t *again = report_at(report, "again.findings");

	return again ? again : report_at(report, "doctor.findings");
}

char *report_time(json_int_t seconds, char buf[static 32])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	buf[0] = '\0';
	if (t > 0 && gmtime_r(&t, &tm))
		strftime(buf, 32, "%Y-%m-%d %H:%M UTC", &tm);
	return buf;
}

size_t report_fit(const char *s, size_t n)
{
	size_t len = strlen(s);

	if (len <= n)
		return len;
	while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

bool report_device_word(const json_t *word)
{
	static const char *const options[] = { "-machine", "-accel", "-cpu", "-bios" };
	const char *option = report_text_at(word, "option"), *value = report_text_at(word, "value");

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(option, options[i]))
			return true;
	return strstr(value, "vfio-pci") || (strstr(value, "pflash") && strstr(value, "readonly=on"));
}

const char *report_origin(const json_t *report, const char *path)
{
	const char *to = report_text_at(report, path);
	const json_t *file;
	size_t i;

	json_array_foreach(report_at(report, "vm.plan.files"), i, file)
		if (*to && !strcmp(report_text_at(file, "to"), to))
			return report_text_at(file, "from");
	return to;
}

/* --- shape -------------------------------------------------------------------------------------- */

static bool too_deep(const json_t *v, unsigned int left)
{
	const char *key;
	json_t *child;
	size_t i;

	if (!json_is_object(v) && !json_is_array(v))
		return false;
	if (!left)
		return true;
	json_array_foreach(v, i, child)
		if (too_deep(child, left - 1))
			return true;
	json_object_foreach((json_t *)(uintptr_t)v, key, child)
		if (too_deep(child, left - 1))
			return true;
	return false;
}

int report_check(const json_t *report, const char **why)
{
	const json_t *version = json_object_get(report, "version");

	if (strcmp(report_text_at(report, "kind"), "report") != 0 || !json_is_integer(version)) {
		*why = N_("is not what igvm --json report prints");
		return -EBADMSG;
	}
	if (json_integer_value(version) != 1) {
		*why = N_("is of a newer igvm than this one");
		return -EPROTO;
	}
	if (too_deep(report, REPORT_DEPTH_MAX)) {
		*why = N_("is nested deeper than any report is");
		return -EBADMSG;
	}
	if (!json_is_array(report_at(report, "doctor.findings"))) {
		*why = N_("has no findings of igvm doctor in it");
		return -EBADMSG;
	}
	return 0;
}

/* What was seen in an earlier run says nothing of this one; and of none that goes on, not that it works. */
static const char *guest_verdict(const json_t *report)
{
	const json_t *started = report_at(report, "vm.started");
	const char *seen = report_text_at(report, "vm.seen.verdict");
	json_int_t then = json_integer_value(report_at(report, "vm.seen.time"));

	if (json_is_integer(started) ? then < json_integer_value(started) : !strcmp(seen, verdict_text(VERDICT_WORKS)))
		return "";
	return seen;
}

enum verdict report_verdict(const json_t *report)
{
	const json_t *again = json_object_get(report, "again");
	const char *host = report_text_at(report, json_is_object(again) ? "again.verdict" : "doctor.verdict"),
		   *guest = guest_verdict(report);

	if (!strcmp(host, verdict_text(VERDICT_BLOCKED)))
		return VERDICT_BLOCKED;
	if (!strcmp(guest, verdict_text(VERDICT_BROKEN)))
		return VERDICT_BROKEN;
	if (!strcmp(guest, verdict_text(VERDICT_WORKS)))
		return VERDICT_WORKS;
	return !strcmp(host, verdict_text(VERDICT_READY)) ? VERDICT_READY : VERDICT_UNKNOWN;
}

/* --- the run ---------------------------------------------------------------------------------------- */

size_t report_spans(const json_t *report, struct report_span out[static REPORT_SPANS_MAX])
{
	json_int_t first = 0, last = 0;
	const json_t *event;
	size_t n = 0, i;

	json_array_foreach(report_at(report, "vm.events"), i, event) {
		json_int_t at = report_number_at(event, "time_ms");

		/* A clock that was set back draws nothing to the left. */
		if (at < last)
			continue;
		last = at;
		if (n)
			out[n - 1].to = at - first;
		if (strcmp(report_text_at(event, "event"), "state") != 0)
			continue;
		if (n == REPORT_SPANS_MAX)
			break;
		first = n ? first : at;
		out[n++] = (struct report_span){ .state = report_text_at(event, "data.to"),
						 .by = report_text_at(event, "data.by"), .from = at - first,
						 .to = at - first };
	}
	return n;
}

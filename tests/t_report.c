/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is taken out of a report, what is left, and the forms it is shown in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/report/parts.h"

static const struct report_names nobody = { .n_user = 0 };

static json_t *report_with(const char *key, json_t *value)
{
	json_t *r = json_pack("{s:i, s:s, s:s, s:i, s:{s:i, s:s, s:[], s:s}, s:[]}", "version", 1, "kind", "report",
			      "igvm", "9.9", "time", 1700000000, "doctor", "version", 1, "kind", "doctor",
			      "findings", "verdict", "ready", "removed");

	assert_non_null(r);
	if (key)
		json_object_set_new(r, key, value);
	return r;
}

static void redacted(const char *in, const char *out, const struct report_names *names)
{
	json_t *r = report_with("vm", json_pack("{s:s}", "name", in));

	assert_int_equal(report_redact(r, names), 0);
	assert_string_equal(report_text_at(r, "vm.name"), out);
	/* Once is enough. */
	assert_int_equal(report_redact(r, names), 0);
	assert_string_equal(report_text_at(r, "vm.name"), out);
	json_decref(r);
}

static void takes_out(void **state)
{
	static const struct report_names names = { .user = { "alice", "bo", "mei-ling" }, .n_user = 3, .host = "rumpel" };
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "mac=52:54:00:12:34:56", "mac=[mac 1]" },
		{ "52-54-00-AB-CD-EF, 52:54:00:12:34:56 52-54-00-AB-CD-EF", "[mac 1], [mac 2] [mac 1]" },
		{ "-uuid 3f1c0a52-0000-4000-8000-000000000001", "-uuid [uuid 1]" },
		{ "initrd=\\0123456789abcdef0123456789abcdef\\6.12", "initrd=\\[uuid 1]\\6.12" },
		{ "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  "sha256 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
		{ "-object secret,id=s,data=hush,format=raw", "-object secret,id=s,data=[secret 1],format=raw" },
		{ "/dev/mapper/rumpel--vg-root /dev/rumpel-vg/win11", "/dev/mapper/[host 1]--vg-root /dev/[host 1]-vg/win11" },
		{ "/dev/mapper/mei--ling-x /srv/alice-vms/vm_alice.qcow2", "/dev/mapper/[user 1]-x /srv/[user 2]-vms/vm_[user 2].qcow2" },
		{ "luks-3f1c0a52-0000-4000-8000-000000000001", "luks-[uuid 1]" },
		{ "root=UUID=ABCD-1234 ro", "root=UUID=[serial 1] ro" },
		{ "root=PARTUUID=00112233-02 ro", "root=PARTUUID=[serial 1] ro" },
		{ "nvme,serial=S4EWNX0R,id=x", "nvme,serial=[serial 1],id=x" },
		{ "/dev/disk/by-id/nvme-Samsung_SSD_S5GX", "/dev/disk/by-id/[serial 1]" },
		{ "key ABCDE-12345-FGHIJ-67890-KLMNO.", "key [key 1]." },
		{ "/home/carol/vm/a.qcow2", "/home/[user 1]/vm/a.qcow2" },
		{ "/var/home/carol", "/var/home/[user 1]" },
		{ "Xorg of alice (pid 1207)", "Xorg of [user 1] (pid 1207)" },
		{ "mei-ling's rumpel", "[user 1]'s [host 1]" },
		{ "/home/alice, alice", "/home/[user 1], [user 1]" },
		{ "a\033[31m\nb", "a?[31m?b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		redacted(rows[i].in, rows[i].out, &names);
}

/* What looks alike, and helps who reads it. */
static void leaves(void **state)
{
	static const struct report_names names = { .user = { "alice", "bo" }, .n_user = 2, .host = "debian" };
	static const char *const rows[] = {
		"0000:00:02.0", "8086:4692", "31.0.101.5333", "bo", "malice alice2 xalice", "debian 13",
		"52:54:00:12:34", "3f1c0a52-0000-4000-8000-0000000000011",
		"abcde-12345-fghij-67890-klmno", "by-id/", "serial=", "at home", "/homes/x", "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		redacted(rows[i], rows[i], &names);
}

static void lists_what(void **state)
{
	json_t *r = report_with("vm", json_pack("{s:[s,s], s:s}", "log", "52:54:00:12:34:56", "52:54:00:12:34:57", "name",
						"/home/u"));
	char *text;

	(void)state;
	assert_int_equal(report_redact(r, &nobody), 0);
	text = json_dumps(json_object_get(r, "removed"), JSON_COMPACT);
	assert_string_equal(text, "[{\"what\":\"MAC addresses\",\"count\":2},{\"what\":\"user names\",\"count\":1}]");
	free(text);
	/* What was taken out elsewhere stays in the list. */
	json_object_set_new(r, "igvm", json_string("52:54:00:12:34:58"));
	assert_int_equal(report_redact(r, &nobody), 0);
	text = json_dumps(json_object_get(r, "removed"), JSON_COMPACT);
	assert_string_equal(text, "[{\"what\":\"MAC addresses\",\"count\":3},{\"what\":\"user names\",\"count\":1}]");
	free(text);
	json_decref(r);
}

static void checks(void **state)
{
	json_t *good = report_with(NULL, NULL), *deep = json_array();
	const char *why = NULL;

	(void)state;
	assert_int_equal(report_check(good, &why), 0);
	for (int i = 0; i < 40; i++) {
		json_t *outer = json_array();

		json_array_append_new(outer, deep);
		deep = outer;
	}
	json_object_set_new(good, "vm", deep);
	assert_int_equal(report_check(good, &why), -EBADMSG);
	json_object_set_new(good, "vm", json_null());
	json_object_set_new(good, "version", json_integer(2));
	assert_int_equal(report_check(good, &why), -EPROTO);
	json_object_set_new(good, "version", json_integer(1));
	json_object_set_new(json_object_get(good, "doctor"), "findings", json_null());
	assert_int_equal(report_check(good, &why), -EBADMSG);
	json_object_set_new(good, "kind", json_string("doctor"));
	assert_int_equal(report_check(good, &why), -EBADMSG);
	json_decref(good);
	assert_int_equal(report_check(json_null(), &why), -EBADMSG);
	assert_int_equal(report_check(NULL, &why), -EBADMSG);
}

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static json_t *many(size_t n, json_t *one)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append(list, one);
	json_decref(one);
	return list;
}

/* As much of everything as there may be, and longer than any of it is. */
static json_t *big_report(void)
{
	static char wide[5000];
	json_t *r, *finding;

	memset(wide, 'x', sizeof(wide) - 1);
	finding = json_pack("{s:s, s:s, s:s, s:s}", "id", "iommu.off", "severity", "block", "seen", wide, "fix", wide);
	r = report_with("doctor", json_pack("{s:o, s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s}}", "findings", many(90, finding),
					    "verdict", "blocked", "kernel", wide, "cpu_name", wide, "qemu", "path", wide,
					    "version", wide, "igpu", "address", wide));
	json_object_set_new(r, "vm",
		json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:o}, s:s, s:i, s:{s:s, s:i}, s:o, s:o, s:{s:s, s:s, s:i, s:{s:s, s:s}}}",
			  "name", wide, "plan", "os", wide, "firmware_code", wide, "command", "qemu", wide, "words",
			  many(200, json_pack("{s:s, s:s, s:s}", "option", "-device", "value", "vfio-pci", "why", wide)),
			  "state", wide, "started", 1700000000, "end", "end", wide, "ended", 1700000001, "events",
			  many(300, json_pack("{s:s, s:I, s:{s:s, s:s}}", "event", "state", "time_ms",
					      (json_int_t)1700000000000, "data", "to", wide, "by", wide)),
			  "log", many(300, json_string(wide)), "seen", "verdict", "broken", "cause", wide, "time",
			  1700000002, "manifest", "guest", wide, "driver", wide));
	json_object_set_new(r, "removed", many(50, json_pack("{s:s, s:i}", "what", wide, "count", 7)));
	return r;
}

static void is_no_longer(void **state)
{
	json_t *r = big_report();
	char *text = report_text(r);

	(void)state;
	assert_non_null(text);
	assert_true(lines_of(text) <= REPORT_LINES_MAX);
	assert_true(lines_of(text) > 50);
	for (const char *p = text; *p; p += strcspn(p, "\n") + 1)
		assert_true(strcspn(p, "\n") <= 400);
	assert_non_null(strstr(text, "\neach id   igvm explain ID, igvm-findings(7)\n"));
	free(text);
	json_decref(r);
}

static void names_its_verdict(void **state)
{
	static const struct {
		const char *host, *guest;
		enum verdict v;
	} rows[] = {
		{ "blocked", "works", VERDICT_BLOCKED }, { "ready", "broken", VERDICT_BROKEN },
		{ "ready", "works", VERDICT_WORKS },	 { "ready", "", VERDICT_READY },
		{ "", "", VERDICT_UNKNOWN },		 { "nonsense", "nonsense", VERDICT_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *r = report_with("vm", json_pack("{s:{s:s, s:i}, s:i}", "seen", "verdict", rows[i].guest, "time", 9,
							"started", 9));

		json_object_set_new(json_object_get(r, "doctor"), "verdict", json_string(rows[i].host));
		assert_int_equal(report_verdict(r), rows[i].v);
		json_object_set_new(r, "again", json_pack("{s:s}", "verdict", "blocked"));
		assert_int_equal(report_verdict(r), VERDICT_BLOCKED);
		json_decref(r);
	}
}

/* Seen before this run, or before it was stopped: that it worked is no more known, and no news either that it did not. */
static void knows_an_old_verdict(void **state)
{
	static const struct {
		const char *guest;
		int seen, started;	/* 0: it does not run */
		enum verdict v;
	} rows[] = {
		{ "works", 10, 9, VERDICT_WORKS },   { "works", 8, 9, VERDICT_READY },	 { "works", 8, 0, VERDICT_READY },
		{ "broken", 10, 9, VERDICT_BROKEN }, { "broken", 8, 9, VERDICT_READY }, { "broken", 8, 0, VERDICT_BROKEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *r = report_with("vm", json_pack("{s:{s:s, s:i}, s:o}", "seen", "verdict", rows[i].guest, "time",
							rows[i].seen, "started",
							rows[i].started ? json_integer(rows[i].started) : json_null()));

		assert_int_equal(report_verdict(r), rows[i].v);
		json_decref(r);
	}
}

/* A stranger's page must not become ours: no element, no attribute of theirs. */
static void escapes(void **state)
{
	static const char bad[] = "<script>alert(1)</script>\"'><img src=x onerror=y>&";
	json_t *r = big_report(), *finding = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", bad, "severity", bad, "seen", bad,
						       "fix", bad, "wanted", bad);
	char *page;

	(void)state;
	json_object_set_new(json_object_get(r, "doctor"), "findings", many(2, finding));
	json_object_set_new(json_object_get(r, "vm"), "name", json_string(bad));
	json_object_set_new(json_object_get(r, "vm"), "log", many(2, json_string(bad)));
	json_object_set_new(r, "connectors", many(2, json_string(bad)));
	json_object_set_new(json_object_get(r, "vm"), "events",
			    many(2, json_pack("{s:s, s:i, s:{s:s, s:s}}", "event", "state", "time_ms", 5, "data", "to",
					      bad, "by", bad)));
	json_object_set_new(r, "devices", json_pack("{s:[{s:i, s:b, s:[{s:s, s:s, s:s}]}]}", "groups", "group", 1, "igpu", 1,
						    "devices", "address", bad, "name", bad, "driver", bad));
	page = report_html(r);
	assert_non_null(page);
	assert_null(strstr(page, "<script"));
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "\"'>"));
	assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;"));
	free(page);
	json_decref(r);
}

static void finds_spans(void **state)
{
	struct report_span spans[REPORT_SPANS_MAX];
	json_t *r = report_with("vm", json_loads(
		"{\"events\":[{\"event\":\"attached\",\"time_ms\":900},"
		"{\"event\":\"state\",\"time_ms\":1000,\"data\":{\"to\":\"attaching\",\"by\":\"a\"}},"
		"{\"event\":\"state\",\"time_ms\":1250,\"data\":{\"to\":\"running\",\"by\":\"b\"}},"
		"{\"event\":\"state\",\"time_ms\":300,\"data\":{\"to\":\"back\",\"by\":\"c\"}},"
		"{\"event\":\"RESET\",\"time_ms\":4000}, 7, null]}", 0, NULL));

	(void)state;
	assert_int_equal(report_spans(r, spans), 2);
	assert_string_equal(spans[0].state, "attaching");
	assert_int_equal(spans[0].to, 250);
	assert_string_equal(spans[1].state, "running");
	assert_int_equal(spans[1].from, 250);
	assert_int_equal(spans[1].to, 3000);
	json_decref(r);
}

static bool has_finding(const json_t *report, const char *id)
{
	const json_t *x;
	size_t i;

	json_array_foreach(report_findings(report), i, x)
		if (!strcmp(report_text_at(x, "id"), id))
			return true;
	return false;
}

static void judges_again(void **state)
{
	json_t *r = report_with("vm", json_loads(
		"{\"command\":{\"qemu\":\"/usr/bin/qemu-system-x86_64\",\"words\":["
		"{\"option\":\"-machine\",\"value\":\"q35\"},{\"option\":\"-accel\",\"value\":\"kvm\"},"
		"{\"option\":\"-device\",\"value\":\"vfio-pci,host=0000:00:02.0,bus=pcie.0,addr=03.0\"}]}}", 0, NULL));
	json_t *doctor = json_object_get(r, "doctor");

	(void)state;
	json_object_set_new(doctor, "igpu", json_pack("{s:i}", "device", 0x4692));
	assert_int_equal(report_again(r), 0);
	assert_true(has_finding(r, "line.slot"));
	assert_int_equal(report_verdict(r), VERDICT_BLOCKED);

	/* The same words of a VM that has no iGPU say nothing. */
	json_object_set_new(json_object_get(r, "vm"), "plan", json_pack("{s:n}", "igpu"));
	assert_int_equal(report_again(r), 0);
	assert_int_equal(report_verdict(r), VERDICT_READY);
	/* What blocked it there, though no word shows it, and what only a newer igvm knows. */
	json_object_set_new(doctor, "findings", json_pack("[{s:s, s:s, s:s}]", "id", "kernel.missing", "severity", "block",
							  "seen", "x"));
	json_object_set_new(json_object_get(r, "vm"), "plan", json_pack("{s:{}}", "igpu"));
	assert_int_equal(report_again(r), 0);
	assert_true(has_finding(r, "kernel.missing") && has_finding(r, "line.slot"));
	json_object_set_new(doctor, "findings", json_pack("[{s:s, s:s, s:s}]", "id", "gpu.of-tomorrow", "severity", "block",
							  "seen", "x"));
	json_object_set_new(json_object_get(r, "vm"), "plan", json_pack("{s:n}", "igpu"));
	assert_int_equal(report_again(r), 0);
	assert_int_equal(report_verdict(r), VERDICT_UNKNOWN);
	json_decref(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_out),	   cmocka_unit_test(leaves),
		cmocka_unit_test(lists_what),	   cmocka_unit_test(checks),
		cmocka_unit_test(is_no_longer),	   cmocka_unit_test(names_its_verdict), cmocka_unit_test(knows_an_old_verdict),
		cmocka_unit_test(escapes),	   cmocka_unit_test(finds_spans),
		cmocka_unit_test(judges_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

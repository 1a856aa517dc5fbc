/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a QEMU can do: recorded answers of each era, programs that are no
 * QEMU or die or hang or shout, the cache, and the real QEMU where there is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/facts/qemu_ask.h"
#include "launcher/facts/qemu_caps.h"

static char base[64];

static int setup(void **state)
{
	(void)state;
	strcpy(base, "/tmp/igvm-t_caps-XXXXXX");
	return mkdtemp(base) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(base);
}

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

/* An executable file; returns its path. */
static const char *program(const char *name, const char *text)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

/* --- recorded answers ------------------------------------------------------------------ */

struct recorded {
	int major, minor;
	const char *props;	/* of vfio-pci beside x-igd-opregion; NULL: no such type */
	const char *opregion;	/* default-value, JSON */
	bool lpc, trace;
	enum qemu_era era;
};

static json_t *answers(const struct recorded *r)
{
	char text[2048];
	json_t *json;

	snprintf(text, sizeof(text),
		 "{\"version\": 1, \"query-version\": {\"qemu\": {\"major\": %d, \"minor\": %d, "
		 "\"micro\": 3}, \"package\": \"v\\u001b[0m\"}, \"query-machines\": [{\"name\": \"none\"}, "
		 "{\"name\": \"pc-q35-x\", \"alias\": \"q35\"}, {\"name\": \"pc-i440fx-x\", \"alias\": "
		 "\"pc\"}], \"device-list-properties\": {\"vfio-pci\": %s%s%s%s%s, "
		 "\"vfio-pci-igd-lpc-bridge\": %s}, \"qom-list-properties\": {\"kvm-accel\": true, "
		 "\"tcg-accel\": false}, \"trace-event-get-state\": {\"vfio_pci_igd_vbios_patched\": %s}}",
		 r->major, r->minor, r->props ? "[{\"name\": \"x-igd-opregion\", \"default-value\": " : "null",
		 r->props ? r->opregion : "", r->props ? "}" : "", r->props ? r->props : "",
		 r->props ? "]" : "", r->lpc ? "true" : "false", r->trace ? "true" : "false");
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	return json;
}

#define GMS	", {\"name\": \"x-igd-gms\"}"
#define V10_0	GMS ", {\"name\": \"x-igd-lpc\"}, {\"name\": \"x-igd-legacy-mode\"}"
#define V10_1	V10_0 ", {\"name\": \"x-pci-class-code\"}"
#define V11_0	V10_1 ", {\"name\": \"x-vpasid-cap-offset\"}"

static void test_eras(void **state)
{
	static const struct recorded rows[] = {
		{ 7, 2, GMS, "false", true, false, QEMU_7_2 },
		{ 9, 1, GMS, "false", true, false, QEMU_7_2 },
		{ 9, 2, GMS, "false", true, false, QEMU_9_2 },
		{ 10, 0, V10_0, "false", true, true, QEMU_10_0 },
		{ 10, 1, V10_1, "true", true, false, QEMU_10_1 },
		{ 10, 2, V10_1, "true", true, false, QEMU_10_2 },
		{ 11, 0, V11_0, "true", true, false, QEMU_10_2 },
		{ 11, 1, V11_0, "true", true, true, QEMU_10_2 },
		/* A backport: what it can do counts, not what it is called. */
		{ 9, 1, V10_0, "false", true, false, QEMU_10_0 },
		{ 10, 1, V11_0, "true", true, false, QEMU_10_2 },
		{ 10, 1, V10_1, "true", false, false, QEMU_NO_IGD },
		{ 10, 1, NULL, "true", true, false, QEMU_NO_IGD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct recorded *r = &rows[i];
		_json_ json_t *json = answers(r);
		struct qemu_caps c;

		assert_int_equal(qemu_caps_from_json(json, &c), 0);
		assert_int_equal(c.era, r->era);
		assert_int_equal(c.major, r->major);
		assert_int_equal(c.micro, 3);
		assert_int_equal(c.vfio_pci, r->props != NULL);
		assert_int_equal(c.igd_opregion, r->props != NULL);
		assert_int_equal(c.igd_opregion_default_on, r->props && !strcmp(r->opregion, "true"));
		assert_int_equal(c.igd_legacy_mode, r->props && strstr(r->props, "legacy") != NULL);
		assert_int_equal(c.igd_lpc, c.igd_legacy_mode);
		assert_int_equal(c.class_code, r->props && strstr(r->props, "class") != NULL);
		assert_int_equal(c.vbios_patched, r->trace);
		assert_true(c.kvm);
		assert_false(c.tcg);
		assert_string_equal(c.machine_pc, "pc-i440fx-x");
		assert_string_equal(c.machine_q35, "pc-q35-x");
		assert_string_equal(c.package, "v?[0m");
	}
}

static void test_bad_answers(void **state)
{
	static const char *const texts[] = {
		"{}", "[]", "null", "{\"version\": 1}",
		"{\"version\": 2, \"query-version\": {\"qemu\": {\"major\": 1, \"minor\": 1, \"micro\": 1}},"
		" \"device-list-properties\": {}, \"query-machines\": []}",
		"{\"version\": 1, \"query-version\": {\"qemu\": {\"major\": -1, \"minor\": 1, \"micro\": 1}},"
		" \"device-list-properties\": {}, \"query-machines\": []}",
		"{\"version\": 1, \"query-version\": {\"qemu\": {\"major\": 1, \"minor\": \"1\", \"micro\": 1}},"
		" \"device-list-properties\": {}, \"query-machines\": []}",
		"{\"version\": 1, \"query-version\": {\"qemu\": {\"major\": 1, \"minor\": 1, \"micro\": 1}},"
		" \"device-list-properties\": [], \"query-machines\": []}",
		"{\"version\": 1, \"query-version\": {\"qemu\": {\"major\": 1, \"minor\": 1, \"micro\": 1}},"
		" \"device-list-properties\": {}, \"query-machines\": {}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_json_ json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		struct qemu_caps c;

		assert_int_equal(qemu_caps_from_json(json, &c), -EBADMSG);
	}
	assert_int_equal(qemu_caps_from_json(NULL, &(struct qemu_caps){ 0 }), -EBADMSG);
}

/* Odd entries inside well-formed answers are passed over. */
static void test_odd_answers(void **state)
{
	_json_ json_t *json = json_loads(
		"{\"version\": 1, \"query-version\": {\"qemu\": {\"major\": 10, \"minor\": 0, \"micro\": 0}},"
		" \"device-list-properties\": {\"vfio-pci\": [1, null, [], {\"name\": 7}, {\"name\": \"x-igd-gms\"}],"
		" \"vfio-pci-igd-lpc-bridge\": 1}, \"query-machines\": [5, {\"alias\": \"pc\"}, {\"alias\": \"pc\","
		" \"name\": \"a-name-that-is-much-longer-than-any-machine-has-ever-been-called\"}]}", 0, NULL);
	struct qemu_caps c;

	(void)state;
	assert_int_equal(qemu_caps_from_json(json, &c), 0);
	assert_true(c.igd_gms);
	assert_false(c.igd_opregion);
	assert_int_equal(c.era, QEMU_NO_IGD);
	assert_string_equal(c.machine_pc, "");
	assert_false(c.kvm);
}

static void test_load(void **state)
{
	static const struct recorded r = { 10, 0, V10_0, "false", true, true, QEMU_10_0 };
	_json_ json_t *json = answers(&r);
	struct qemu_caps c;

	(void)state;
	json_object_set_new(json, "path", json_string("/opt/qemu/bin/qemu-system-x86_64"));
	assert_int_equal(file_replace_json_at(AT_FDCWD, path_of("caps.json"), json, 0644), 0);
	assert_int_equal(qemu_caps_load(path_of("caps.json"), &c), 0);
	assert_int_equal(c.era, QEMU_10_0);
	assert_string_equal(c.path, "/opt/qemu/bin/qemu-system-x86_64");
	assert_int_equal(qemu_caps_load(path_of("none.json"), &c), -ENOENT);
	program("bad.json", "{");
	assert_int_equal(qemu_caps_load(path_of("bad.json"), &c), -EBADMSG);
	assert_int_equal(c.major, 0);
}

/* --- programs --------------------------------------------------------------------------- */

/* Says it is 10.1 and answers each question shortly; the id is the last member of a command. */
#define GREET	"echo '{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 1, \"major\": 10}, " \
		"\"package\": \"\"}, \"capabilities\": []}}'\n"
#define ANSWER	"while read -r l; do id=${l##*:}; id=${id%%\\}*}; case $l in\n" \
	"*qmp_cap*) v={};;\n" \
	"*query-version*) v='{\"qemu\": {\"micro\": 1, \"minor\": 1, \"major\": 10}, \"package\": \"\"}';;\n" \
	"*query-machines*) v='[{\"name\": \"pc-q35-10.1\", \"alias\": \"q35\"}]';;\n" \
	"*lpc-bridge*) echo \"{\\\"error\\\": {\\\"class\\\": \\\"DeviceNotFound\\\", " \
		"\\\"desc\\\": \\\"no\\\"}, \\\"id\\\": $id}\"; continue;;\n" \
	"*) v='[{\"name\": \"x-igd-opregion\", \"default-value\": true}]';;\n" \
	"esac; echo \"{\\\"return\\\": $v, \\\"id\\\": $id}\"; done\n"
#define GOOD	"#!/bin/sh\n" GREET ANSWER

static void test_fake(void **state)
{
	const char *path = program("good", GOOD);
	struct qemu_caps c;
	char why[200];

	(void)state;
	assert_int_equal(qemu_caps_read(path, NULL, &c, why, sizeof(why)), 0);
	assert_string_equal(c.path, path);
	assert_int_equal(c.major, 10);
	assert_true(c.vfio_pci);
	assert_int_equal(c.era, QEMU_NO_IGD);
	assert_string_equal(c.machine_q35, "pc-q35-10.1");
	assert_string_equal(c.machine_pc, "");
	assert_true(c.vbios_patched);
}

static void test_not_there(void **state)
{
	static const struct {
		const char *path;
		int err;
	} rows[] = {
		{ "/nonexistent/qemu", -ENOENT }, { "/tmp", -EACCES }, { "/etc/passwd", -EACCES },
		{ "/etc/passwd/qemu", -ENOENT }, { "/dev/null", -EACCES }, { "", -ENOENT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct qemu_caps c;
		char why[200] = "";

		assert_int_equal(qemu_caps_read(rows[i].path, NULL, &c, why, sizeof(why)),
				 rows[i].err);
		assert_string_not_equal(why, "");
	}
}

static void test_not_qemu(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *why;	/* part of the sentence */
	} rows[] = {
		{ "#!/bin/sh\nexit 0\n", -ENOEXEC, "not a QEMU" },
		{ "#!/bin/sh\necho hello\n", -ENOEXEC, "not a QEMU" },
		{ "#!/bin/sh\nwhile :; do echo '{}'; done\n", -ENOEXEC, "not a QEMU" },
		{ "#!/bin/sh\nexec tr '\\0' x < /dev/zero\n", -ENOEXEC, "not a QEMU" },
		{ "#!/bin/sh\nexec >&- <&-\nsleep 60\n", -ENOEXEC, "not a QEMU" },
		{ "#!/bin/sh\n" GREET "read -r l\n", -ENOEXEC, "not a QEMU" },
		{ "#!/bin/sh\necho first >&2\necho 'no such option' >&2\nexit 3\n", -ECHILD,
		  "exit status 3: no such option" },
		{ "#!/bin/sh\nprintf 'a\\033[2Jb' >&2\nkill -SEGV $$\n", -ECHILD, "signal 11" },
		{ "#!/bin/sh\n" GREET "kill -ABRT $$\n", -ECHILD, "signal 6" },
		{ "#!/bin/sh\n" GREET "read -r l\necho a >&2\necho 'the last line' >&2\nkill -KILL $$\n",
		  -ECHILD, "died of signal 9 (Killed): the last line" },
		/* Something of it lives on and keeps the channel open. */
		{ "#!/bin/sh\n" GREET "sleep 60 &\nkill -KILL $$\n", -ECHILD, "died of signal 9" },
		{ "#!/nonexistent/interpreter\n", -ENOENT, "cannot be run" },
		{ "", -ENOEXEC, "cannot be run" },
		{ "\177ELF, but not really", -ENOEXEC, "cannot be run" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *path = program("other", rows[i].text);
		struct qemu_caps c;
		char why[300] = "";

		assert_int_equal(qemu_caps_read(path, base, &c, why, sizeof(why)), rows[i].err);
		if (!strstr(why, rows[i].why))
			fail_msg("row %zu: %s", i, why);
		assert_null(strchr(why, '\033'));
		assert_int_equal(c.major, 0);
	}
}

/* All questions refused: it speaks QMP and still is not what we need. */
static void test_refuses(void **state)
{
	const char *path = program("refuses", "#!/bin/sh\n" GREET
		"while read -r l; do id=${l##*:}; id=${id%\\}*}; case $l in\n"
		"*qmp_cap*) echo \"{\\\"return\\\": {}, \\\"id\\\": $id}\";;\n"
		"*) echo \"{\\\"error\\\": {\\\"class\\\": \\\"CommandNotFound\\\", \\\"desc\\\": "
		"\\\"no\\\"}, \\\"id\\\": $id}\";; esac; done\n");
	struct qemu_caps c;
	char why[200];

	(void)state;
	assert_int_equal(qemu_caps_read(path, NULL, &c, why, sizeof(why)), -ENOEXEC);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool lives(const char *pid_file)
{
	_free_ char *text = NULL;

	for (int i = 0; i < 50; i++) {
		char stat[64], state = 'X';
		_file_ FILE *f = NULL;

		free(TAKE(text));
		if (file_read_at(AT_FDCWD, pid_file, 64, &text, NULL) || !*text)
			return true;
		snprintf(stat, sizeof(stat), "/proc/%ld/stat", strtol(text, NULL, 10));
		f = fopen(stat, "r");
		/* Whoever inherits an orphan may take a while to reap it. */
		if (!f || fscanf(f, "%*d %*s %c", &state) != 1 || state == 'Z')
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	return true;
}

/* It hangs, ignores SIGTERM, and has a child of its own: both are gone afterwards. */
static void test_hangs(void **state)
{
	static const char *const texts[] = {
		"#!/bin/sh\ntrap '' TERM INT HUP\nsleep 61 &\necho $! > %s/pid\nwait\n",
		"#!/bin/sh\nsleep 62 &\necho $! > %s/pid\n" GREET "while read -r l; do :; done\nsleep 62\n",
		"#!/bin/sh\nsleep 63 &\necho $! > %s/pid\n" GREET
		"while :; do echo '{\"event\": \"X\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 1}}'; "
		"echo noise >&2; done\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_json_ json_t *json = NULL;
		char text[1024], why[200];
		int64_t begin = now_ms();

		unlink(path_of("pid"));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), texts[i], base);
#pragma GCC diagnostic pop
		program("hangs", text);
		assert_int_equal(qemu_ask(path_of("hangs"), 700, &json, why, sizeof(why)), -ETIMEDOUT);
		assert_true(now_ms() - begin >= 700);
		assert_true(now_ms() - begin < 5000);
		assert_non_null(strstr(why, "in time"));
		assert_null(json);
		assert_false(lives(path_of("pid")));
	}
}

/* The program sees no descriptor of ours and no variable of ours. */
static void test_clean(void **state)
{
	_free_ char *text = NULL;
	char why[200], script[512];
	_json_ json_t *json = NULL;
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	/* Two that are not close-on-exec. The shell keeps its own from 10 on. */
	assert_int_equal(dup2(fd, 7), 7);
	assert_int_equal(dup2(fd, 20), 20);
	assert_int_equal(setenv("IGVM_SECRET", "1", 1), 0);
	snprintf(script, sizeof(script), "#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > %s/env\n"
		 "for n in 0 1 2 3 4 5 6 7 8 9 20; do [ ! -e /proc/$$/fd/$n ] || "
		 "printf '%%s ' $n; done > %s/fds\n", base, base);
	program("clean", script);
	assert_int_equal(qemu_ask(path_of("clean"), 5000, &json, why, sizeof(why)), -ENOEXEC);
	assert_int_equal(file_read_at(AT_FDCWD, path_of("env"), 4096, &text, NULL), 0);
	assert_null(strstr(text, "IGVM_SECRET"));
	assert_non_null(strstr(text, "LC_ALL=C\n"));
	free(TAKE(text));
	assert_int_equal(file_read_at(AT_FDCWD, path_of("fds"), 4096, &text, NULL), 0);
	assert_string_equal(text, "0 1 2 ");
	close(fd);
	close(7);
	close(20);
}

/* --- the cache and the real one ------------------------------------------------------------ */

#define REAL	"/usr/bin/qemu-system-x86_64"

static void cache_file(char *path, size_t size)
{
	_dir_ DIR *d = NULL;
	char dir[128];
	struct dirent *e;

	snprintf(dir, sizeof(dir), "%s/cache/qemu-caps", base);
	d = opendir(dir);
	assert_non_null(d);
	path[0] = '\0';
	while ((e = readdir(d)))
		if (*e->d_name != '.')
			snprintf(path, size, "%s/%.200s", dir, e->d_name);
	assert_string_not_equal(path, "");
}

static void replace_in(const char *path, const char *from, const char *to)
{
	_free_ char *text = NULL;
	size_t n;
	char *at;

	assert_int_equal(file_read_at(AT_FDCWD, path, 1 << 20, &text, &n), 0);
	at = strstr(text, from);
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
	assert_int_equal(file_replace_at(AT_FDCWD, path, text, n, 0644), 0);
}

static void test_real(void **state)
{
	char why[300] = "", file[512], cache[128];
	struct qemu_caps first, again;
	struct stat before, after;

	(void)state;
	if (access(REAL, X_OK))
		skip();
	snprintf(cache, sizeof(cache), "%s/cache", base);
	if (qemu_caps_read(REAL, cache, &first, why, sizeof(why)))
		fail_msg("%s", why);
	assert_true(first.major >= 4);
	assert_true(first.vfio_pci);
	assert_true(first.kvm || first.tcg);
	assert_non_null(strstr(first.machine_q35, "q35"));
	assert_string_equal(first.path, REAL);

	/* Taken from the cache: a change there is believed. */
	cache_file(file, sizeof(file));
	replace_in(file, "\"kvm-accel\": true", "\"kvm-accel\": null");
	assert_int_equal(qemu_caps_read(REAL, cache, &again, why, sizeof(why)), 0);
	assert_int_equal(again.major, first.major);
	assert_false(again.kvm);

	/* Another binary: asked again, and the file replaced. */
	replace_in(file, "\"inode\": ", "\"inodf\": ");
	assert_int_equal(stat(file, &before), 0);
	assert_int_equal(qemu_caps_read(REAL, cache, &again, why, sizeof(why)), 0);
	assert_int_equal(again.kvm, first.kvm);
	assert_int_equal(stat(file, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);

	/* Broken: ignored and rewritten. */
	assert_int_equal(truncate(file, 100), 0);
	assert_int_equal(qemu_caps_read(REAL, cache, &again, why, sizeof(why)), 0);
	assert_memory_equal(&again, &first, sizeof(first));
	assert_int_equal(stat(file, &after), 0);
	assert_true(after.st_size > 100);

	/* Not ours to write: asked, without a cache. */
	snprintf(cache, sizeof(cache), "%s/open", base);
	assert_int_equal(mkdir(cache, 0755), 0);
	snprintf(file, sizeof(file), "%s/qemu-caps", cache);
	assert_int_equal(mkdir(file, 0755), 0);
	assert_int_equal(chmod(file, 0777), 0);
	assert_int_equal(qemu_caps_read(REAL, cache, &again, why, sizeof(why)), 0);
	assert_memory_equal(&again, &first, sizeof(first));
	assert_int_equal(rmdir(file), 0);
}

/* What a script starts can change behind its back. */
static void test_script_not_cached(void **state)
{
	const char *path = program("good", GOOD);
	char cache[128], file[160], why[200];
	struct qemu_caps c;

	(void)state;
	snprintf(cache, sizeof(cache), "%s/scripts", base);
	assert_int_equal(qemu_caps_read(path, cache, &c, why, sizeof(why)), 0);
	snprintf(file, sizeof(file), "%s/qemu-caps", cache);
	assert_int_equal(access(file, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eras),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_odd_answers),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_fake),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_not_qemu),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_hangs),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_script_not_cached),
	};

	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}

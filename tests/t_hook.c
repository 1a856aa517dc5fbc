/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The owner's program: whom root trusts, who it is, how it may end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/run/hook.h"

/* Root's folders alone lead there; the build's might be anybody's. */
static char dir[64], path[96];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, geteuid() ? "/tmp/igvm-hook.XXXXXX" : "/run/igvm-hook.XXXXXX");
	if (!mkdtemp(dir) || chmod(dir, 0755))
		return -1;
	snprintf(path, sizeof(path), "%s/hook", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return dir_remove(dir);
}

static void write_hook(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* What it writes is in @out. */
static int run(char *out, size_t size, int *code, char why[static 256])
{
	struct hook h = { .path = path, .name = "vm", .when = "starting", .uid = geteuid() ? geteuid() : 60999 };
	int pair[2], r;
	ssize_t n;

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	h.out = pair[1];
	*code = -1;
	r = hook_run(&h, code, why, 256);
	close(pair[1]);
	n = read(pair[0], out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	close(pair[0]);
	return r;
}

static void runs_as_the_user_it_is_given(void **state)
{
	char out[256], want[64], why[256];
	int code;

	(void)state;
	write_hook("#!/bin/sh\necho \"$1 $2 $(id -u) $(id -g) $(id -G | wc -w)\"; exit 7\n", 0755);
	assert_int_equal(run(out, sizeof(out), &code, why), 0);
	assert_int_equal(code, 7);
	snprintf(want, sizeof(want), "vm starting %u ", geteuid() ? geteuid() : 60999u);
	assert_memory_equal(out, want, strlen(want));
	if (!geteuid())
		assert_string_equal(out, "vm starting 60999 60999 1\n");
}

static void tells_of_a_signal(void **state)
{
	char out[256], why[256];
	int code;

	(void)state;
	write_hook("#!/bin/sh\nkill -TERM $$\n", 0755);
	assert_int_equal(run(out, sizeof(out), &code, why), 0);
	assert_int_equal(code, 128 + 15);
}

static void says_what_cannot_be_executed(void **state)
{
	char out[256], why[256];
	int code;

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(run(out, sizeof(out), &code, why), -ENOENT);
	write_hook("#!/nonexistent\n", 0755);
	assert_int_equal(run(out, sizeof(out), &code, why), -ENOENT);
	write_hook("#!/bin/sh\n", 0644);
	assert_int_equal(run(out, sizeof(out), &code, why), -EACCES);
	write_hook("neither script nor program\n", 0755);
	assert_int_equal(run(out, sizeof(out), &code, why), -ENOEXEC);
}

static void root_runs_what_is_roots_alone(void **state)
{
	char out[256], why[256], link[96];
	int code;

	(void)state;
	if (geteuid())
		skip();
	write_hook("#!/bin/sh\necho ran\n", 0755);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(run(out, sizeof(out), &code, why), -EPERM);
	assert_non_null(strstr(why, "belongs to user 65534"));
	assert_string_equal(out, "");
	assert_int_equal(chown(path, 0, 0), 0);
	write_hook("#!/bin/sh\necho ran\n", 0775);
	assert_int_equal(run(out, sizeof(out), &code, why), -EPERM);
	assert_non_null(strstr(why, "others may write it"));
	/* By another name it is the same file. */
	snprintf(link, sizeof(link), "%s/real", dir);
	assert_int_equal(rename(path, link), 0);
	assert_int_equal(symlink(link, path), 0);
	assert_int_equal(run(out, sizeof(out), &code, why), -EPERM);
	assert_int_equal(chmod(link, 0755), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(run(out, sizeof(out), &code, why), -EPERM);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(run(out, sizeof(out), &code, why), 0);
	assert_string_equal(out, "ran\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_as_the_user_it_is_given),
		cmocka_unit_test(tells_of_a_signal),
		cmocka_unit_test(says_what_cannot_be_executed),
		cmocka_unit_test(root_runs_what_is_roots_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

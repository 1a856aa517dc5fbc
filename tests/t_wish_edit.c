/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing one value in the text of a VM file; and who counts as a Remote Desktop server. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/facts/wish_edit.h"
#include "launcher/run/rdp.h"

static struct wish_error e;

static void becomes(const char *text, const char *section, const char *key, const char *value,
		    const char *wanted)
{
	_free_ char *out = NULL;

	assert_int_equal(wish_edit_set(text, strlen(text), section, key, value, &out, &e), 0);
	assert_string_equal(out, wanted);
}

static void replaces_a_line(void **state)
{
	(void)state;
	becomes("# a\n[vm]\n cpus=2\n\n# b\nos = linux\n", "vm", "cpus", "3",
		"# a\n[vm]\ncpus = 3\n\n# b\nos = linux\n");
	becomes("[vm]\nos = linux", "vm", "os", "windows", "[vm]\nos = windows\n");
	becomes("[disk a]\npath = /a\n[disk b]\npath = /b\n", "disk b", "path", "/c",
		"[disk a]\npath = /a\n[disk b]\npath = /c\n");
}

static void adds_to_a_section(void **state)
{
	(void)state;
	becomes("[vm]\nos = linux\n\n[igpu]\ndevice = none\n", "vm", "cpus", "3",
		"[vm]\nos = linux\ncpus = 3\n\n[igpu]\ndevice = none\n");
	becomes("[vm]\nos = linux", "vm", "cpus", "3", "[vm]\nos = linux\ncpus = 3\n");
	becomes("[ vm ]\n", "vm", "cpus", "3", "[ vm ]\ncpus = 3\n");
}

static void adds_a_section(void **state)
{
	(void)state;
	becomes("", "vm", "cpus", "3", "[vm]\ncpus = 3\n");
	becomes("[vm]\nos = linux\n", "net a", "type", "slirp", "[vm]\nos = linux\n[net a]\ntype = slirp\n");
	/* A key of the same name elsewhere, and a section whose name only begins like it. */
	becomes("[net ab]\ntype = tap\n", "net a", "type", "slirp",
		"[net ab]\ntype = tap\n[net a]\ntype = slirp\n");
}

static void refuses_what_is_no_vm_file(void **state)
{
	char *out = (char *)"x";

	(void)state;
	assert_int_equal(wish_edit_set("[vm]\nx\n", 7, "vm", "cpus", "3", &out, &e), -EINVAL);
	assert_null(out);
	assert_int_equal(e.line, 2);
	assert_int_equal(wish_edit_set("[vm]\n\0\n", 7, "vm", "cpus", "3", &out, &e), -EINVAL);
}

static void differs(const char *before, const char *after, const char *wanted)
{
	_free_ char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	wish_edit_diff(f, before, after);
	fclose(f);
	assert_string_equal(text, wanted);
}

static void shows_the_difference(void **state)
{
	(void)state;
	differs("", "", "");
	differs("a\nb\n", "a\nb\n", "");
	differs("a\nb\nc\n", "a\nx\nc\n", "-2   b\n+2   x\n");
	differs("a\n", "a\na\n", "+2   a\n");
	differs("a\na\n", "a\n", "-2   a\n");
	differs("", "a\n", "+1   a\n");
	differs("a\n", "\x1b[2J\n", "-1   a\n+1   ?[2J\n");
}

/* A server that answers every connection with @n bytes; its port. */
static unsigned int serve(const void *bytes, size_t n, pid_t *pid)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, len) | listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*pid = fork();
	if (!*pid) {
		char ask[64];
		int c = accept(fd, NULL, NULL);

		if (read(c, ask, sizeof(ask)) != 19 || ask[0] != 3 || (n && write(c, bytes, n) < 0))
			_exit(1);
		(void)!read(c, ask, sizeof(ask));
		_exit(0);
	}
	close(fd);
	return ntohs(a.sin_port);
}

static bool answers(const void *bytes, size_t n)
{
	pid_t pid;
	bool yes = rdp_answers(serve(bytes, n, &pid), 300);
	int status;

	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	return yes;
}

static void loses(const char *text, const char *section, const char *wanted)
{
	_free_ char *out = NULL;

	assert_int_equal(wish_edit_drop(text, strlen(text), section, &out, &e), 0);
	assert_string_equal(out, wanted);
}

static void drops_a_section(void **state)
{
	_free_ char *out = NULL;

	(void)state;
	loses("[vm]\nos = linux\n\n[usb a]\nport = 1-4\n", "usb a", "[vm]\nos = linux\n");
	loses("[vm]\nos = linux\n[usb a]\n# mine\nport = 1-4\n\n[net b]\ntype = user\n", "usb a",
	      "[vm]\nos = linux\n\n[net b]\ntype = user\n");
	loses("[usb a]\nport = 1-4\n[usb ab]\nport = 1-5\n", "usb a", "[usb ab]\nport = 1-5\n");
	loses("[usb a]\n", "usb a", "");
	assert_int_equal(wish_edit_drop("[usb ab]\n", 9, "usb a", &out, &e), -ENOENT);
	assert_null(out);
	assert_int_equal(wish_edit_drop("[usb a\n", 7, "usb a", &out, &e), -EINVAL);
}

static void knows_remote_desktop(void **state)
{
	(void)state;
	assert_true(answers("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00", 19));
	assert_true(answers("\x03\x00\x00\x0b\x06\xd0\x00\x00\x12\x34\x00", 11));
	assert_false(answers("SSH-2.0-OpenSSH\r\n", 17));
	assert_false(answers("\x03\x00\x00\x0b\x06\x80\x00\x00\x12\x34\x00", 11));
	assert_false(answers("\x03\x00", 2));
	assert_false(answers("", 0));
	assert_false(rdp_answers(1, 300));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_a_line), cmocka_unit_test(adds_to_a_section),
		cmocka_unit_test(adds_a_section), cmocka_unit_test(refuses_what_is_no_vm_file),
		cmocka_unit_test(shows_the_difference), cmocka_unit_test(drops_a_section),
		cmocka_unit_test(knows_remote_desktop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

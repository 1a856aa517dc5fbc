/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client on a real socket: against the pretend QEMU in each of its
 * behaviours, and against the QEMU that is installed, if one is.
 */
#include "tests/t_qmp.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "qmp/qga.h"
#include "qmp/qmp_cmd.h"
#include "qmp/qmp_fd.h"

static const char *const wanted[] = { "SHUTDOWN", "RESUME", "STOP", "POWERDOWN", "RESET", NULL };

struct vm {
	pid_t pid;
	char dir[32];
	struct sockaddr_un at, agent_at;
	int fd;
	struct qmp *q;
	struct qmp_item last;		/* what step_until() stopped at */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int listen_at(struct sockaddr_un *at, const char *dir, const char *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);	/* inherited */

	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(at->sun_path, sizeof(at->sun_path), "%s/%s", dir, name);
	assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void connect_to(struct vm *vm, const struct sockaddr_un *at)
{
	vm->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(vm->fd, (const struct sockaddr *)at, sizeof(*at)), 0);
}

static const char *fakeqemu(void)
{
	static char path[PATH_MAX];
	char self[PATH_MAX - 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	snprintf(path, sizeof(path), "%s/tools/fakeqemu", dirname(self));
	return path;
}

static void exec_fake(int qmp, int qga, const char *behaviour)
{
	char chardev[64], agent[64];

	snprintf(chardev, sizeof(chardev), "socket,id=qmp,fd=%d,server=on,wait=off", qmp);
	snprintf(agent, sizeof(agent), "socket,id=qga,fd=%d,server=on,wait=off", qga);
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a failed test leaves nobody behind */
	setenv("FAKEQEMU_SCRIPT", behaviour, 1);
	setenv("FAKEQEMU_AGENT", "yes", 1);
	execl(fakeqemu(), "qemu-system-x86_64", "-S", "-name", "guest=win11,debug-threads=on",
	      "-uuid", "11111111-2222-3333-4444-555555555555", "-chardev", chardev,
	      "-qmp", "chardev:qmp", "-chardev", agent, NULL);
	_exit(127);
}

/* Run it and connect before it has run its first instruction. */
static void start(struct vm *vm, const char *behaviour)
{
	int qmp, qga;

	*vm = (struct vm){ .fd = -1 };
	snprintf(vm->dir, sizeof(vm->dir), "/tmp/igvm-qmp-XXXXXX");
	assert_non_null(mkdtemp(vm->dir));
	qmp = listen_at(&vm->at, vm->dir, "qmp");
	qga = listen_at(&vm->agent_at, vm->dir, "qga");
	vm->pid = fork();
	if (!vm->pid)
		exec_fake(qmp, qga, behaviour);
	close(qmp);
	close(qga);
	connect_to(vm, &vm->at);
	vm->q = qmp_new(wanted);
	assert_non_null(vm->q);
}

/* What became of it; it is killed when it stays. */
static int stop(struct vm *vm)
{
	int status = -1;

	close(vm->fd);
	kill(vm->pid, SIGKILL);
	assert_int_equal(waitpid(vm->pid, &status, 0), vm->pid);
	qmp_item_done(&vm->last);
	qmp_free(vm->q);
	unlink(vm->at.sun_path);
	unlink(vm->agent_at.sun_path);
	rmdir(vm->dir);
	return status;
}

/* How it ends by itself, within ten seconds. */
static int reap(struct vm *vm)
{
	int64_t deadline = now_ms() + 10000;
	int status = -1;

	while (waitpid(vm->pid, &status, WNOHANG) == 0) {
		assert_true(now_ms() < deadline);
		poll(NULL, 0, 2);
	}
	vm->pid = fork();		/* something for stop() to reap */
	if (!vm->pid)
		_exit(0);
	return status;
}

/* The next item within @ms, into vm->last; false: the deadline passed first. */
static bool next_item(struct vm *vm, int ms)
{
	int64_t deadline = now_ms() + ms;

	qmp_item_done(&vm->last);
	while (!qmp_next(vm->q, &vm->last)) {
		struct pollfd p = { vm->fd, qmp_fd_events(vm->q), 0 };
		int64_t left = deadline - now_ms();

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return false;
		(void)qmp_fd_step(vm->q, vm->fd, p.revents);
	}
	return true;
}

/* Come to @state without a word, and hear none for a while in it. */
static void expect_silence(struct vm *vm, enum qmp_state state)
{
	int64_t deadline = now_ms() + 10000;

	do {
		assert_true(now_ms() < deadline);
		assert_false(next_item(vm, 20));
	} while (qmp_state(vm->q) != state || qmp_wants_out(vm->q));
	assert_false(next_item(vm, 100));
	assert_int_equal(qmp_state(vm->q), state);
}

static void expect_item(struct vm *vm, const char *want)
{
	char *text;

	assert_true(next_item(vm, 10000));
	text = item_text(&vm->last);
	assert_string_equal(text, want);
	free(text);
}

static void submit(struct vm *vm, enum qmp_cmd cmd)
{
	assert_true(qmp_cmd_submit(vm->q, cmd, NULL, NULL) > 0);
}

#define RUNNING_NOT	"{\"running\":false,\"singlestep\":false,\"status\":\"prelaunch\"}"

static void whole_life(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "normal");
	submit(&vm, QMP_CMD_QUERY_STATUS);
	submit(&vm, QMP_CMD_QUERY_NAME);
	submit(&vm, QMP_CMD_QUERY_UUID);
	submit(&vm, QMP_CMD_CONT);
	expect_item(&vm, "reply 1 query-status ok " RUNNING_NOT);
	expect_item(&vm, "reply 2 query-name ok {\"name\":\"win11\"}");
	expect_item(&vm,
		    "reply 3 query-uuid ok {\"UUID\":\"11111111-2222-3333-4444-555555555555\"}");
	expect_item(&vm, "event RESUME -");
	expect_item(&vm, "reply 4 cont ok {}");
	submit(&vm, QMP_CMD_SYSTEM_POWERDOWN);
	expect_item(&vm, "event POWERDOWN -");
	expect_item(&vm, "reply 5 system_powerdown ok {}");
	expect_item(&vm, "event SHUTDOWN {\"guest\":true,\"reason\":\"guest-shutdown\"}");
	expect_item(&vm, "end ECONNRESET");
	assert_int_equal(reap(&vm), 0);
	stop(&vm);
}

static void quits(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "ignores-powerdown");
	submit(&vm, QMP_CMD_SYSTEM_POWERDOWN);
	expect_item(&vm, "event POWERDOWN -");
	expect_item(&vm, "reply 1 system_powerdown ok {}");
	assert_false(next_item(&vm, 200));
	submit(&vm, QMP_CMD_QUIT);
	expect_item(&vm, "event SHUTDOWN {\"guest\":false,\"reason\":\"host-qmp-quit\"}");
	expect_item(&vm, "reply 2 quit ok {}");
	expect_item(&vm, "end ECONNRESET");
	assert_int_equal(reap(&vm), 0);
	stop(&vm);
}

/* The end must be an end for us too, however it comes. */
static void ends(void **state)
{
	static const struct {
		const char *behaviour, *err;
		int status;
	} rows[] = {
		{ "dies-before-greeting", "ECONNRESET", 1 << 8 },
		{ "greets-then-aborts", "ECONNRESET", SIGABRT },
		{ "dies-in-handshake", "ECONNRESET", 1 << 8 },
		{ "half-a-line-then-dies", "ECONNRESET", 1 << 8 },
		{ "half-reply", "ECONNRESET", 1 << 8 },
		{ "not-qmp", "EPROTO", SIGKILL },
		{ "refuses-capabilities", "EPROTO", SIGKILL },
		{ "huge-reply", "EPROTO", SIGKILL },
		{ "endless-line", "EPROTO", SIGKILL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		struct vm vm;
		int status;

		print_message("# %s\n", rows[i].behaviour);
		start(&vm, rows[i].behaviour);
		submit(&vm, QMP_CMD_QUERY_STATUS);
		snprintf(text, sizeof(text), "reply 1 query-status ended %s", rows[i].err);
		expect_item(&vm, text);
		snprintf(text, sizeof(text), "end %s", rows[i].err);
		expect_item(&vm, text);
		assert_int_equal(qmp_state(vm.q), QMP_DEAD);
		status = rows[i].status == SIGKILL ? SIGKILL : reap(&vm);
		assert_int_equal(status & ~0x80, rows[i].status);
		stop(&vm);
	}
}

/* It is silent: the deadline is the caller's, and the caller's error comes back. */
static void silences(void **state)
{
	static const struct {
		const char *behaviour;
		enum qmp_state state;
	} rows[] = {
		{ "hangs", QMP_GREETING }, { "half-a-line", QMP_GREETING },
		{ "hangs-after-greeting", QMP_NEGOTIATING }, { "deaf", QMP_READY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vm vm;

		start(&vm, rows[i].behaviour);
		submit(&vm, QMP_CMD_QUERY_STATUS);
		expect_silence(&vm, rows[i].state);
		qmp_hangup(vm.q, -ETIMEDOUT);
		expect_item(&vm, "reply 1 query-status ended ETIMEDOUT");
		expect_item(&vm, "end ETIMEDOUT");
		stop(&vm);
	}
}

/* One deaf ear: forgotten, and the conversation goes on. */
static void forgets(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "deaf");
	submit(&vm, QMP_CMD_QUERY_STATUS);
	expect_silence(&vm, QMP_READY);
	assert_int_equal(qmp_forget(vm.q, 1), 0);
	submit(&vm, QMP_CMD_QUERY_NAME);
	expect_item(&vm, "reply 2 query-name ok {\"name\":\"win11\"}");
	stop(&vm);
}

static void wrong_ids(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "wrong-ids");
	submit(&vm, QMP_CMD_QUERY_STATUS);
	expect_item(&vm, "reply 1 query-status ok " RUNNING_NOT);
	submit(&vm, QMP_CMD_QUERY_NAME);
	expect_item(&vm, "reply 2 query-name ok {\"name\":\"win11\"}");
	assert_int_equal(qmp_counts(vm.q)->strays, 4);
	stop(&vm);
}

static void flood(void **state)
{
	struct vm vm;
	int64_t start_ms, worst = 0, until;
	int n = 0;

	(void)state;
	start(&vm, "flood");
	/* Half a second of it, longer only where the machine is too busy to make a flood. */
	for (until = now_ms() + 500; now_ms() < until || n < 2 ||
	     (qmp_counts(vm.q)->skipped <= 1000 && now_ms() < until + 20000); n++) {
		start_ms = now_ms();
		submit(&vm, QMP_CMD_QUERY_STATUS);
		assert_true(next_item(&vm, 10000));
		assert_int_equal(vm.last.kind, QMP_REPLY);
		if (now_ms() - start_ms > worst)
			worst = now_ms() - start_ms;
	}
	print_message("# %d answers among %llu events, the slowest after %lld ms\n", n,
		      (unsigned long long)qmp_counts(vm.q)->skipped, (long long)worst);
	assert_true(qmp_counts(vm.q)->skipped > 1000);
	stop(&vm);
}

/* A client dies, another takes over: a new greeting, and the VM lives. */
static void readopts(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "normal");
	submit(&vm, QMP_CMD_CONT);
	expect_item(&vm, "event RESUME -");
	for (int i = 0; i < 3; i++) {
		close(vm.fd);
		qmp_free(vm.q);
		connect_to(&vm, &vm.at);
		vm.q = qmp_new(wanted);
		submit(&vm, QMP_CMD_QUERY_STATUS);
		expect_item(&vm, "reply 1 query-status ok "
			    "{\"running\":true,\"singlestep\":false,\"status\":\"running\"}");
	}
	kill(vm.pid, SIGTERM);
	expect_item(&vm, "event SHUTDOWN {\"guest\":false,\"reason\":\"host-signal\"}");
	expect_item(&vm, "end ECONNRESET");
	assert_int_equal(reap(&vm), 0);
	stop(&vm);
}

/* kill -9 with our command unread in its socket gives ECONNRESET instead of end of file. */
static void killed(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "hangs-after-greeting");
	submit(&vm, QMP_CMD_QUERY_STATUS);
	expect_silence(&vm, QMP_NEGOTIATING);
	kill(vm.pid, SIGKILL);
	expect_item(&vm, "reply 1 query-status ended ECONNRESET");
	expect_item(&vm, "end ECONNRESET");
	stop(&vm);
}

/* Last words, said before the write that fails, are heard. */
static void last_words(void **state)
{
	static const char words[] = "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true}}\r\n";
	struct vm vm = { .q = qmp_new(wanted) };
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	vm.fd = pair[0];
	make_ready(vm.q);
	assert_int_equal(send(pair[1], words, sizeof(words) - 1, 0), sizeof(words) - 1);
	close(pair[1]);
	submit(&vm, QMP_CMD_QUIT);
	expect_item(&vm, "event SHUTDOWN {\"guest\":true}");
	expect_item(&vm, "reply 1 quit ended ECONNRESET");
	expect_item(&vm, "end ECONNRESET");
	close(vm.fd);
	qmp_free(vm.q);
}

static void bad_descriptor(void **state)
{
	struct vm vm = { .q = qmp_new(NULL), .fd = -1 };

	(void)state;
	assert_int_equal(qmp_fd_step(vm.q, 999, POLLNVAL), -ECONNRESET);
	expect_item(&vm, "end ECONNRESET");
	assert_int_equal(qmp_fd_step(vm.q, 999, POLLIN | POLLOUT), -ECONNRESET);
	qmp_free(vm.q);
}

static void guest_agent(void **state)
{
	struct vm vm;

	(void)state;
	start(&vm, "normal");
	close(vm.fd);
	qmp_free(vm.q);
	connect_to(&vm, &vm.agent_at);
	vm.q = qga_new();
	assert_int_equal(qga_sync(vm.q, 0x123456789abcdef), 0);
	assert_int_equal(qga_ping(vm.q, NULL), 1);
	expect_item(&vm, "reply 1 guest-ping ok {}");
	assert_int_equal(qga_info(vm.q, NULL), 2);
	expect_item(&vm,
		    "reply 2 guest-info error CommandNotFound: The command has not been found");
	assert_true(qga_shutdown(vm.q, QGA_POWERDOWN, NULL) > 0);
	expect_item(&vm, "reply 3 guest-shutdown ended ECONNRESET");
	expect_item(&vm, "end ECONNRESET");
	assert_int_equal(reap(&vm), 0);
	stop(&vm);
}

/* --- the QEMU that is installed -------------------------------------------- */

/* On stdin and stdout QEMU takes no descriptors, on a socket chardev it does. */
enum { REAL_FD = 100 };

static bool start_real(struct vm *vm, char *const *words)
{
	int pair[2], status;

	*vm = (struct vm){ .q = qmp_new(wanted) };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	vm->fd = pair[0];
	vm->pid = fork();
	if (!vm->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		dup2(pair[1], REAL_FD);
		execvp(words[0], words);
		_exit(127);
	}
	close(pair[1]);
	submit(vm, QMP_CMD_QUERY_VERSION);
	if (next_item(vm, 10000) && vm->last.kind == QMP_REPLY && !vm->last.err)
		return true;
	close(vm->fd);
	qmp_item_done(&vm->last);
	qmp_free(vm->q);
	kill(vm->pid, SIGKILL);
	assert_int_equal(waitpid(vm->pid, &status, 0), vm->pid);
	assert_int_equal(status, 127 << 8);
	print_message("# skipped: no qemu-system-x86_64 here\n");
	return false;
}

static const struct qmp_answer *ask_real(struct vm *vm, enum qmp_cmd cmd, const char *const *args)
{
	static struct qmp_answer answer;

	assert_true(qmp_cmd_submit(vm->q, cmd, args, NULL) > 0);
	do
		assert_true(next_item(vm, 10000));
	while (vm->last.kind == QMP_EVENT);
	assert_int_equal(vm->last.kind, QMP_REPLY);
	if (vm->last.err)
		fail_msg("%s: %s", qmp_cmd_name(cmd), vm->last.error_desc);
	assert_int_equal(qmp_cmd_decode(cmd, vm->last.value, &answer), 0);
	return &answer;
}

static void stop_real(struct vm *vm)
{
	int status;

	submit(vm, QMP_CMD_QUIT);
	do
		assert_true(next_item(vm, 10000));
	while (vm->last.kind != QMP_END);
	assert_int_equal(waitpid(vm->pid, &status, 0), vm->pid);
	assert_int_equal(status, 0);
	assert_int_equal(qmp_counts(vm->q)->strays, 0);
	close(vm->fd);
	qmp_item_done(&vm->last);
	qmp_free(vm->q);
}

/* What the capability probe asks, from a QEMU without a machine. */
static void real_without_machine(void **state)
{
	static struct qmp_machines machines;
	static struct qmp_properties properties;
	char *words[] = { "qemu-system-x86_64", "-M", "none", "-accel", "tcg", "-nodefaults",
			  "-display", "none", "-S", "-qmp", "stdio", NULL };
	const struct qmp_answer *a;
	struct vm vm;

	(void)state;
	if (!start_real(&vm, words))
		return;
	a = ask_real(&vm, QMP_CMD_QUERY_VERSION, NULL);
	print_message("# QEMU %u.%u.%u %s\n", a->version.major, a->version.minor,
		      a->version.micro, a->version.package);
	assert_true(a->version.major >= 7);
	assert_int_equal(ask_real(&vm, QMP_CMD_QUERY_STATUS, NULL)->status.run, QMP_RUN_PRELAUNCH);
	a = ask_real(&vm, QMP_CMD_QUERY_MACHINES, NULL);
	assert_int_equal(qmp_machines_decode(a->value, &machines), 0);
	assert_true(machines.n > 5);
	/* its defaults hold numbers that do not fit int64 */
	a = ask_real(&vm, QMP_CMD_DEVICE_LIST_PROPERTIES, (const char *[]){ "pci-bridge", NULL });
	assert_int_equal(qmp_properties_decode(a->value, &properties), 0);
	assert_true(properties.n > 5);
	assert_false(ask_real(&vm, QMP_CMD_QUERY_KVM, NULL)->kvm.enabled);
	assert_string_equal(ask_real(&vm, QMP_CMD_QUERY_NAME, NULL)->text, "");
	assert_true(qmp_submit(vm.q, "query-qmp-schema", NULL, NULL) > 0);
	assert_true(next_item(&vm, 10000));
	assert_int_equal(vm.last.err, 0);
	assert_true(json_array_size(vm.last.value) > 500);
	stop_real(&vm);
}

/* A screen into a descriptor, as from inside a sandbox. */
static void screendump_to_descriptor(struct vm *vm)
{
	static const char *const args[] = { "7", NULL };
	static const char *const dump[] = { "/dev/fdset/7", "png", NULL };
	char name[] = "/tmp/igvm-screen-XXXXXX", magic[8];
	int fd = mkstemp(name), out = open(name, O_WRONLY | O_CLOEXEC);
	json_t *built;

	assert_true(fd >= 0 && out >= 0);
	assert_int_equal(qmp_cmd_args(QMP_CMD_ADD_FD, args, &built), 0);
	assert_true(qmp_submit_fd(vm->q, "add-fd", built, NULL, out) > 0);
	assert_true(next_item(vm, 10000));
	assert_int_equal(vm->last.err, 0);
	ask_real(vm, QMP_CMD_SCREENDUMP, dump);
	ask_real(vm, QMP_CMD_REMOVE_FD, args);
	assert_int_equal(pread(fd, magic, 8, 0), 8);
	assert_memory_equal(magic, "\x89PNG\r\n\x1a\n", 8);
	close(out);
	close(fd);
	unlink(name);
}

static void real_machine(void **state)
{
	static struct qmp_pci pci;
	char *words[] = { "qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-m", "32",
			  "-nodefaults", "-device", "VGA,id=screen", "-display", "none", "-S",
			  "-name", "t", "-uuid", "11111111-2222-3333-4444-555555555555",
			  "-chardev", "socket,id=qmp,fd=100", "-qmp", "chardev:qmp", NULL };
	const struct qmp_answer *a;
	struct vm vm;
	bool seen = false;

	(void)state;
	if (!start_real(&vm, words))
		return;
	assert_string_equal(ask_real(&vm, QMP_CMD_QUERY_NAME, NULL)->text, "t");
	assert_string_equal(ask_real(&vm, QMP_CMD_QUERY_UUID, NULL)->text,
			    "11111111-2222-3333-4444-555555555555");
	a = ask_real(&vm, QMP_CMD_QUERY_PCI, NULL);
	assert_int_equal(qmp_pci_decode(a->value, &pci), 0);
	for (size_t i = 0; i < pci.n; i++)
		seen |= pci.device[i].vendor == 0x1234 && pci.device[i].class_code == 0x300 &&
			!strcmp(pci.device[i].qdev_id, "screen") &&
			pci.device[i].bar[0].present;
	assert_true(seen);
	a = ask_real(&vm, QMP_CMD_QOM_GET, (const char *[]){ "/machine", "type", NULL });
	assert_non_null(strstr(json_string_value(a->value), "-machine"));
	ask_real(&vm, QMP_CMD_CONT, NULL);
	assert_int_equal(ask_real(&vm, QMP_CMD_QUERY_STATUS, NULL)->status.run, QMP_RUN_RUNNING);
	ask_real(&vm, QMP_CMD_SEND_KEY, (const char *[]){ "ctrl", "alt", "delete", NULL });
	ask_real(&vm, QMP_CMD_SYSTEM_RESET, NULL);
	ask_real(&vm, QMP_CMD_STOP, NULL);
	assert_int_equal(ask_real(&vm, QMP_CMD_QUERY_STATUS, NULL)->status.run, QMP_RUN_PAUSED);
	screendump_to_descriptor(&vm);
	stop_real(&vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_life), cmocka_unit_test(quits), cmocka_unit_test(ends),
		cmocka_unit_test(silences), cmocka_unit_test(forgets), cmocka_unit_test(wrong_ids),
		cmocka_unit_test(flood), cmocka_unit_test(readopts), cmocka_unit_test(killed),
		cmocka_unit_test(last_words), cmocka_unit_test(bad_descriptor),
		cmocka_unit_test(guest_agent), cmocka_unit_test(real_without_machine),
		cmocka_unit_test(real_machine),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

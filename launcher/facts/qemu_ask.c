/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * The binary may be anything: QEMU, another program, something that hangs or
 * prints for ever. It gets one end of a socket pair as input and output and a
 * pipe as stderr. All commands are queued at once; the loop below runs until
 * they are answered, the conversation ends, or the deadline passes. Whatever
 * happened, the child's process group is killed and the child reaped: with
 * -M none there is nothing to lose. What is said about a failure comes from how the
 * child ended and from its last line on stderr.
 *
 * qom-list-types is not asked: it loads every module, and QEMU aborts when
 * one of them is of another build. Exact names load at most the one module.
 */
#include "launcher/facts/qemu_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "launcher/base/clock.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "qmp/qmp_fd.h"

/* One question. Its answer goes to answers[command][value], or answers[command]; null on error. */
struct question {
	const char *command, *key, *value;
	bool only_whether;	/* the answer is kept as true or false */
};

static const struct question questions[] = {
	{ "query-version", NULL, NULL, false },
	{ "query-machines", NULL, NULL, false },
	{ "device-list-properties", "typename", "vfio-pci", false },
	{ "device-list-properties", "typename", "vfio-pci-igd-lpc-bridge", true },
	{ "device-list-properties", "typename", "usb-host", true },
	{ "device-list-properties", "typename", "pvpanic-pci", true },
	{ "device-list-properties", "typename", "i6300esb", true },
	{ "device-list-properties", "typename", "vhost-user-fs-pci", true },
	{ "qom-list-properties", "typename", "kvm-accel", true },
	{ "qom-list-properties", "typename", "tcg-accel", true },
	{ "trace-event-get-state", "name", "vfio_pci_igd_vbios_patched", true },
};

struct ask {
	pid_t pid;
	int sock, err, pidfd;
	struct qmp *q;
	json_t *answers;
	size_t answered;
	bool timed_out;
	bool ended;		/* the child had ended before it was killed */
	char tail[2048];	/* the end of stderr */
	size_t tail_len;
};

#define WORDS_MAX	9

/* TCG first: it works where /dev/kvm may not be opened, and starts no vCPU with -M none. */
static const char *const talk_words[WORDS_MAX + 1] = {
	"-M", "none,accel=tcg:kvm:qtest", "-nodefaults", "-no-user-config", "-display", "none", "-S",
	"-qmp", "stdio",
};

/* QMP does not say which audio drivers there are; this lists those whose modules are installed, too. */
static const char *const audio_words[WORDS_MAX + 1] = { "-audiodev", "help" };

/* After fork(): async-signal-safe calls only. Never returns. */
static void __attribute__((noreturn)) child(const char *path, const char *const *words, int sock,
					    int err, int report, pid_t parent)
{
	const char *argv[WORDS_MAX + 2] = { path };
	const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	sigset_t none;

	memcpy(argv + 1, words, (WORDS_MAX + 1) * sizeof(*words));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(sock, 0) >= 0 && dup2(sock, 1) >= 0 && dup2(err, 2) >= 0 &&
	    dup3(report, 3, O_CLOEXEC) >= 0 && !close_range(4, ~0U, 0))
		execve(path, (char *const *)argv, (char *const *)env);
	report = errno;
	if (write(3, &report, sizeof(report)) < 0)
		_exit(126);
	_exit(127);
}

/* All three above 3, so that the child can lay its 0 to 3 over them. */
static int high_fd(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	int err = -errno;

	close(fd);
	return high < 0 ? err : high;
}

static int start(struct ask *a, const char *path, const char *const *words)
{
	_fd_ int sock = -1, err = -1, report_r = -1, report_w = -1;
	int pair[2], pipe_err[2], pipe_report[2], failed = 0;
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	a->sock = pair[0];
	sock = high_fd(pair[1]);
	if (pipe2(pipe_err, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	a->err = pipe_err[0];
	err = high_fd(pipe_err[1]);
	if (pipe2(pipe_report, O_CLOEXEC))
		return -errno;
	report_r = pipe_report[0];
	report_w = high_fd(pipe_report[1]);
	if (sock < 0 || err < 0 || report_w < 0)
		return -EMFILE;
	a->pid = fork();
	if (a->pid < 0)
		return -errno;
	if (!a->pid)
		child(path, words, sock, err, report_w, parent);
	setpgid(a->pid, a->pid);
	a->pidfd = pidfd_open(a->pid, 0);
	close(TAKE_FD(report_w));
	if (read(report_r, &failed, sizeof(failed)) == (ssize_t)sizeof(failed))
		return failed > 0 ? -failed : -EIO;
	return 0;
}

static int submit(struct ask *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		const struct question *q = &questions[i];
		json_t *args = q->key ? json_pack("{s:s}", q->key, q->value) : NULL;
		int64_t id;

		if (q->key && !args)
			return -ENOMEM;
		id = qmp_submit(a->q, q->command, args, (void *)(uintptr_t)q);
		if (id < 0)
			return (int)id;
	}
	return 0;
}

static int keep(struct ask *a, const struct question *q, json_t *value)
{
	json_t *group = a->answers;
	const char *name = q->command;

	if (q->value) {
		group = json_object_get(a->answers, q->command);
		if (!group) {
			group = json_object();
			if (json_object_set_new(a->answers, q->command, group))
				return -ENOMEM;
		}
		name = q->value;
	}
	if (q->only_whether)
		return json_object_set_new(group, name, json_boolean(value != NULL)) ? -ENOMEM : 0;
	return json_object_set_new(group, name, value ? json_incref(value) : json_null()) ?
	       -ENOMEM : 0;
}

/* Hand out what has come; 0, or -errno when the conversation is over. */
static int take_items(struct ask *a)
{
	struct qmp_item item;
	int r = 0;

	while (qmp_next(a->q, &item)) {
		const struct question *q = item.cookie;

		if (item.kind == QMP_END) {
			r = r ? r : item.err;
		} else if (item.kind == QMP_REPLY && (!item.err || item.err == -EREMOTEIO)) {
			int kept = keep(a, q, item.value);

			r = r ? r : kept;
			a->answered++;
		}
		qmp_item_done(&item);
	}
	return r;
}

static void read_stderr(struct ask *a)
{
	char buf[1024];
	ssize_t n;

	/* A bounded number of turns: the other side may write without end. */
	for (int i = 0; i < 16 && (n = read(a->err, buf, sizeof(buf))) > 0; i++) {
		size_t len = (size_t)n, over;

		if (a->tail_len + len > sizeof(a->tail) - 1) {
			over = a->tail_len + len - (sizeof(a->tail) - 1);
			memmove(a->tail, a->tail + over, a->tail_len - over);
			a->tail_len -= over;
		}
		memcpy(a->tail + a->tail_len, buf, len);
		a->tail_len += len;
	}
	a->tail[a->tail_len] = '\0';
}

static int talk(struct ask *a, int timeout_ms)
{
	int64_t deadline = clock_ms() + timeout_ms;
	bool err_open = true;
	int r = 0;

	while (!r && a->answered < ARRAY_SIZE(questions)) {
		struct pollfd p[] = {
			{ .fd = a->sock, .events = qmp_fd_events(a->q) },
			{ .fd = err_open ? a->err : -1, .events = POLLIN },
			{ .fd = a->pidfd, .events = POLLIN },
		};
		int64_t left = deadline - clock_ms();

		if (left <= 0) {
			a->timed_out = true;
			return -ETIMEDOUT;
		}
		if (poll(p, ARRAY_SIZE(p), (int)left) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (p[1].revents) {
			read_stderr(a);
			err_open = p[1].revents & POLLIN;
		}
		if (p[0].revents)
			qmp_fd_step(a->q, a->sock, p[0].revents);
		r = take_items(a);
		/* It has ended and all it wrote is read; what it started may keep the channel open. */
		if (!r && p[2].revents && !p[0].revents)
			r = -ECONNRESET;
	}
	return a->answered < ARRAY_SIZE(questions) ? r : 0;
}

/* Give a child that has ended its output a moment to end itself, then end it. Its status. */
static int finish(struct ask *a, int grace_ms)
{
	struct pollfd p = { .fd = a->pidfd, .events = POLLIN };
	siginfo_t end = { 0 };
	int status = 0;

	if (a->pid <= 0)
		return 0;
	if (grace_ms && a->pidfd >= 0)
		poll(&p, 1, grace_ms);
	/* A SIGKILL in the status may be ours or not; only now can they be told apart. */
	a->ended = !waitid(P_PID, (id_t)a->pid, &end, WEXITED | WNOHANG | WNOWAIT) && end.si_pid;
	/* The group is the child's until it is reaped, so this cannot hit anybody else. */
	kill(-a->pid, SIGKILL);
	while (waitpid(a->pid, &status, 0) < 0 && errno == EINTR)
		;
	a->pid = 0;
	read_stderr(a);
	return status;
}

static const char *last_line(struct ask *a)
{
	char *s;

	while (a->tail_len && strchr("\r\n\t ", a->tail[a->tail_len - 1]))
		a->tail[--a->tail_len] = '\0';
	s = strrchr(a->tail, '\n');
	s = s ? s + 1 : a->tail;
	str_sanitize(s);
	return s;
}

/* The conversation ended with @r: which of the promised errors is it, and the sentence. */
static int explain(struct ask *a, int r, const char *path, int status, char *why, size_t size)
{
	const char *line = last_line(a);
	const char *colon = *line ? ": " : "";

	if (r == -ENOMEM) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	if (a->ended && WIFSIGNALED(status)) {
		snprintf(why, size, _("%s died of signal %d (%s)%s%s"), path, WTERMSIG(status),
			 strsignal(WTERMSIG(status)), colon, line);
		return -ECHILD;
	}
	if (a->timed_out) {
		snprintf(why, size, _("%s gave no answer in time%s%s"), path, colon, line);
		return -ETIMEDOUT;
	}
	if (r == -ECONNRESET && WIFEXITED(status) && WEXITSTATUS(status)) {
		snprintf(why, size, _("%s ended with exit status %d%s%s"), path,
			 WEXITSTATUS(status), colon, line);
		return -ECHILD;
	}
	snprintf(why, size, _("%s is not a QEMU system emulator: it does not speak QMP%s%s"), path,
		 colon, line);
	return -ENOEXEC;
}

static int explain_start(int r, const char *path, char *why, size_t size)
{
	snprintf(why, size, _("%s cannot be run: %s"), path, strerror(-r));
	if (r == -ENOENT || r == -EACCES || r == -ENOMEM)
		return r;
	return r == -EPERM ? -EACCES : -ENOEXEC;
}

/* What is written until the end of file, within the time; false: too much, or too late. */
static bool read_out(struct ask *a, char *text, size_t size, int timeout_ms)
{
	int64_t deadline = clock_ms() + timeout_ms;
	size_t have = 0;

	while (have < size - 1) {
		struct pollfd p[] = {
			{ .fd = a->sock, .events = POLLIN }, { .fd = a->err, .events = POLLIN },
		};
		int64_t left = deadline - clock_ms();
		ssize_t n;

		if (left <= 0 || poll(p, ARRAY_SIZE(p), (int)left) < 0)
			return false;
		if (p[1].revents & POLLIN)
			read_stderr(a);
		if (!p[0].revents)
			continue;
		n = read(a->sock, text + have, size - 1 - have);
		text[have += n > 0 ? (size_t)n : 0] = '\0';
		if (n <= 0)
			return !n;
	}
	return false;
}

/* "Available audio drivers:", then one a line. NULL: it does not say. */
static json_t *ask_audio(const char *path, int timeout_ms)
{
	struct ask a = { .sock = -1, .err = -1, .pidfd = -1 };
	_json_ json_t *list = json_array();
	_fd_ int sock = -1, err = -1, pidfd = -1;
	char text[4096] = "", *save = NULL;
	bool whole = list && !start(&a, path, audio_words);

	sock = a.sock;
	err = a.err;
	pidfd = a.pidfd;
	whole = whole && read_out(&a, text, sizeof(text), timeout_ms);
	if (finish(&a, whole ? 1000 : 0) || !whole)
		return NULL;
	for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		if (*s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")])
			json_array_append_new(list, json_string(s));
	return TAKE(list);
}

int qemu_ask(const char *path, int timeout_ms, json_t **answers, char *why, size_t why_size)
{
	struct ask a = { .sock = -1, .err = -1, .pidfd = -1 };
	_fd_ int sock = -1, err = -1, pidfd = -1;
	_json_ json_t *result = json_pack("{s:i,s:s,s:s}", "version", 1, "kind", "qemu-caps",
					  "path", path);
	int r, status;

	*answers = NULL;
	a.answers = result;
	a.q = result ? qmp_new(NULL) : NULL;
	r = a.q ? start(&a, path, talk_words) : -ENOMEM;
	sock = a.sock;
	err = a.err;
	pidfd = a.pidfd;
	if (r) {
		finish(&a, 0);
		r = explain_start(r, path, why, why_size);
	} else {
		r = submit(&a);
		if (!r)
			r = talk(&a, timeout_ms);
		status = finish(&a, r == -ECONNRESET ? 1000 : 0);
		if (r)
			r = explain(&a, r, path, status, why, why_size);
	}
	qmp_free(a.q);
	if (!r && json_object_set_new(result, "audiodev", ask_audio(path, timeout_ms)))
		json_object_set_new(result, "audiodev", json_null());
	if (!r)
		*answers = TAKE(result);
	return r;
}

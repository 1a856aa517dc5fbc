/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/create/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "launcher/base/program.h"
#include "launcher/base/str.h"

#define SEARCH		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define SBIN		"/usr/sbin:/sbin"	/* not in an ordinary user's PATH */
#define NO_PROGRAM	127
#define LAST_BYTES	2048u
/* How long a signal may go unnoticed that came just before poll(). */
#define LOOK_MS		500

volatile sig_atomic_t tool_interrupted;

static void on_signal(int sig)
{
	(void)sig;
	tool_interrupted = 1;
}

void tool_catch_signals(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		sigaction(ends[i], &a, NULL);
}

static const char *search(void)
{
	const char *path = getenv("PATH");

	/* As root whoever called sudo does not choose the programs. */
	return geteuid() && path && *path ? path : SEARCH;
}

bool tool_find(const char *name)
{
	char file[PATH_MAX];

	return program_find(search(), name, file, sizeof(file)) || program_find(SBIN, name, file, sizeof(file));
}

static void set_environment(const struct tool *t)
{
	char path[PATH_MAX];

	if (str_print(path, sizeof(path), "%s:" SBIN, search()))
		setenv("PATH", path, 1);
	setenv("LC_ALL", "C", 1);
	setenv("DEBIAN_FRONTEND", "noninteractive", 1);
	for (const char *const *e = t->env; e && *e; e++)
		putenv((char *)(uintptr_t)*e);
}

_Noreturn static void become(const struct tool *t, int out, int err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out < 0 ? null : out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(1);
	umask(t->umask);
	if (t->own_mounts && (unshare(CLONE_NEWNS) ||
			      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)))
		_exit(1);
	if (t->dir && chdir(t->dir))
		_exit(1);
	set_environment(t);
	execvp(t->argv[0], (char *const *)(uintptr_t)t->argv);
	_exit(errno == ENOENT ? NO_PROGRAM : 1);
}

/** struct pipe_end - what comes out of a pipe */
struct pipe_end {
	int fd;
	char *buf;
	size_t n, size;
	bool last;		/* keep the end of it, not its beginning */
};

static void take(struct pipe_end *p)
{
	char more[4096];
	ssize_t n = read(p->fd, more, sizeof(more));
	size_t got = n > 0 ? (size_t)n : 0, room = p->size - 1 - p->n;

	if (n < 0 && errno == EINTR)
		return;
	if (!got) {
		close(TAKE_FD(p->fd));
		return;
	}
	if (p->last && got > room) {
		size_t drop = got - room > p->n ? p->n : got - room;

		memmove(p->buf, p->buf + drop, p->n - drop);
		p->n -= drop;
		room += drop;
	}
	if (got > room)
		got = room;
	memcpy(p->buf + p->n, more, got);
	p->n += got;
}

static void take_all(pid_t pid, struct pipe_end *a, struct pipe_end *b)
{
	while (a->fd >= 0 || b->fd >= 0) {
		struct pollfd p[] = { { .fd = a->fd, .events = POLLIN }, { .fd = b->fd, .events = POLLIN } };
		int n = poll(p, 2, LOOK_MS);

		if (tool_interrupted && pid > 0)
			kill(pid, SIGTERM);
		if (n <= 0)
			continue;
		if (p[0].revents)
			take(a);
		if (p[1].revents)
			take(b);
	}
	a->buf[a->n] = '\0';
	if (b->buf)
		b->buf[b->n] = '\0';
}

static void last_line(char *text, char *say, size_t size)
{
	size_t n = strlen(text);
	char *line;

	while (n && strchr("\n\r ", text[n - 1]))
		text[--n] = '\0';
	line = strrchr(text, '\n');
	str_fit(say, size, line ? line + 1 : text);
	str_sanitize(say);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFEXITED(status))
		return -ECANCELED;
	if (WEXITSTATUS(status) == NO_PROGRAM)
		return -ENOENT;
	return WEXITSTATUS(status) ? -EIO : 0;
}

int tool_run(const struct tool *t, char *say, size_t size)
{
	char text[LAST_BYTES] = "";
	_free_ char *out = t->out ? malloc(TOOL_OUT_MAX) : NULL;
	struct pipe_end err = { .fd = -1, .buf = text, .size = sizeof(text), .last = true };
	struct pipe_end std = { .fd = -1, .buf = out, .size = TOOL_OUT_MAX };
	int pe[2], po[2] = { -1, -1 }, r;
	pid_t pid;

	*say = '\0';
	if (tool_interrupted)
		return -ECANCELED;
	if (t->out && !out)
		return -ENOMEM;
	if (pipe2(pe, O_CLOEXEC))
		return -errno;
	if (t->out && pipe2(po, O_CLOEXEC)) {
		close(pe[0]);
		close(pe[1]);
		return -errno;
	}
	fflush(NULL);
	pid = fork();
	if (!pid)
		become(t, po[1], pe[1]);
	r = pid < 0 ? -errno : 0;
	close(pe[1]);
	if (po[1] >= 0)
		close(po[1]);
	err.fd = pe[0];
	std.fd = po[0];
	take_all(pid, &err, &std);
	if (pid > 0)
		r = wait_for(pid);
	if (r && tool_interrupted)
		r = -ECANCELED;
	last_line(text, say, size);
	if (!r && t->out)
		*t->out = TAKE(out);
	return r;
}

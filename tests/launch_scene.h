/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small world to launch in: directories of its own below /tmp, a plan and
 * words made by hand, and a process that plays the caller of launch_exec().
 */
#ifndef TESTS_LAUNCH_SCENE_H
#define TESTS_LAUNCH_SCENE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"

enum { SCENE_WORDS = 64 };

struct scene {
	char dir[64];
	struct paths paths;
	struct plan plan;
	struct word word[SCENE_WORDS];
	char value[SCENE_WORDS][512];
	struct words words;
	pid_t pid;		/* the process that becomes QEMU */
	char error[1024];	/* what it said on the status pipe; "" when exec closed it */
};

static inline void nap_ms(int ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

static inline void scene_word(struct scene *s, const char *option, const char *fmt, ...) printf_(3, 4);

static inline void scene_word(struct scene *s, const char *option, const char *fmt, ...)
{
	size_t i = s->words.n;
	va_list ap;

	if (i >= SCENE_WORDS)
		abort();
	s->word[i].option = (char *)option;
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(s->value[i], sizeof(s->value[0]), fmt, ap);
		va_end(ap);
		s->word[i].value = s->value[i];
	}
	s->words.v = s->word;
	s->words.n++;
}

static inline struct plan_fd *scene_fd(struct scene *s, enum plan_fd_kind kind)
{
	struct plan_fd *f = &s->plan.fd[s->plan.n_fd];

	*f = (struct plan_fd){ .kind = kind, .fd = 3 + (int)s->plan.n_fd };
	s->plan.n_fd++;
	return f;
}

/** scene_path() - @name below the scene's directory; four buffers in turn */
static inline const char *scene_path(const struct scene *s, const char *name)
{
	static char buf[4][PATH_MAX];
	static int i;

	i = (i + 1) % 4;
	snprintf(buf[i], PATH_MAX, "%s/%s", s->dir, name);
	return buf[i];
}

static inline void scene_write(const struct scene *s, const char *name, const char *text, mode_t mode)
{
	int fd = open(scene_path(s, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write_all(fd, text, strlen(text)) || fchmod(fd, mode))
		abort();
	close(fd);
}

static inline struct scene *scene_new(const char *name)
{
	struct scene *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	strcpy(s->dir, "/tmp/igvm-launch.XXXXXX");
	if (!mkdtemp(s->dir) || chmod(s->dir, 0755))
		abort();
	s->paths.system = !geteuid();
	snprintf(s->paths.run, PATH_MAX, "%s/run", s->dir);
	snprintf(s->paths.data, PATH_MAX, "%s/data", s->dir);
	str_fit(s->plan.name, sizeof(s->plan.name), name);
	snprintf(s->plan.run_dir, PATH_MAX, "%s/run/%s", s->dir, name);
	snprintf(s->plan.data_dir, PATH_MAX, "%s/data/%s", s->dir, name);
	s->plan.accel = ACCEL_TCG;
	s->plan.start_ms = 10000;
	s->plan.stop_ms = 10000;
	scene_fd(s, PLAN_FD_VM_LOCK);
	return s;
}

static inline void scene_free(struct scene *s)
{
	int r;

	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	r = vm_cleanup("/", &s->paths, s->plan.name);
	/* Some scenes have a run directory that is refused. */
	if (r && r != -EPERM && r != -ENOTDIR && r != -ELOOP)
		fprintf(stderr, "# cleanup of %s: %s\n", s->dir, strerror(-r));
	if (dir_remove(s->dir))
		fprintf(stderr, "# %s is left: %s\n", s->dir, strerror(errno));
	free(s);
}

/** scene_launch() - fork, lock, launch_exec(); returns 0 when exec was reached, else -1 and s->error */
static inline int scene_launch(struct scene *s, const char *sysroot)
{
	size_t have = 0;
	int status[2];
	ssize_t n;

	if (pipe2(status, O_CLOEXEC))
		abort();
	fflush(NULL);
	s->pid = fork();
	if (!s->pid) {
		struct launch l = {
			.paths = &s->paths, .plan = &s->plan, .words = &s->words,
			.device_lock = -1, .status_fd = status[1], .sysroot = sysroot,
			.previous_driver = "i915",
		};

		close(status[0]);
		l.vm_lock = lock_vm(&s->paths, s->plan.name);
		if (l.vm_lock < 0) {
			dprintf(status[1], "lock: %s\n", strerror(-l.vm_lock));
			_exit(75);
		}
		_exit(launch_exec(&l) ? 1 : 0);
	}
	close(status[1]);
	while ((n = read(status[0], s->error + have, sizeof(s->error) - 1 - have)) > 0)
		have += (size_t)n;
	close(status[0]);
	s->error[have] = '\0';
	if (!have)
		return 0;
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
	return -1;
}

/** scene_log() - what ring @stream holds once it has @until in it (or after 3 s); owned */
static inline char *scene_log(const struct scene *s, enum keeper_stream stream, const char *until)
{
	char path[PATH_MAX + 40], ring[32], *text = NULL;

	snprintf(path, sizeof(path), "%s/%s", s->plan.run_dir, keeper_ring_path(stream, 0, ring));
	for (int i = 0; i < 300; i++) {
		free(text);
		text = NULL;
		if (!file_read_at(AT_FDCWD, path, RING_BYTES, &text, NULL) &&
		    strstr(text, until))
			return text;
		nap_ms(10);
	}
	return text;
}

/** scene_connect() - connect to @name in the run directory; descriptor or -errno */
static inline int scene_connect(const struct scene *s, const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%.60s/run/%.20s/%.20s", s->dir, s->plan.name, name);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		int err = errno;

		close(fd);
		return -err;
	}
	return fd;
}

/** talk() - send @text (may be ""), read until @want is seen, at most 10 s; the last 4 KiB read are in @buf */
static inline bool talk(int fd, const char *text, const char *want, char buf[static 4096])
{
	size_t have = 0;

	if (*text && write_all(fd, text, strlen(text)))
		return false;
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&pfd, 1, 10000) <= 0)
			return false;
		if (have > 3000)
			have = 0;
		n = read(fd, buf + have, 4095 - have);
		if (n <= 0)
			return false;
		have += (size_t)n;
		buf[have] = '\0';
		if (strstr(buf, want))
			return true;
	}
}

#endif

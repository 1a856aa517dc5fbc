/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts a QEMU (or a pretended one) through the real launch_exec() with a
 * plan of its own making and no device, for tests of supervision.
 *
 *	suprun ROOT launch NAME START_MS STOP_MS QEMU [WORD...]
 *		QEMU becomes nobody's child; nobody supervises it
 *	suprun ROOT start NAME START_MS STOP_MS QEMU [WORD...]
 *		as `igvm start` does it: a supervisor that has QEMU as its child. Waits for ready or failed.
 *		SUPRUN_QUIT_MS, SUPRUN_ANSWER_MS: the supervisor's own durations
 *		SUPRUN_TRIAL_MS: the start is a trial of that length
 *	suprun ROOT supervise NAME
 *		a supervisor in this process, with the same two
 *
 * ROOT is the directory below which /run and /var are taken. Prints "pid N" of
 * QEMU and "supervisor N"; exit status 1 and a line on stderr when it failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/supervise.h"

static struct paths paths;
static struct plan plan;
static struct words words;
static char uuid[37];

_Noreturn static void die(const char *what, int r)
{
	fprintf(stderr, "suprun: %s: %s\n", what, strerror(-r));
	exit(1);
}

static void add_word(const char *option, const char *value)
{
	words.v = realloc(words.v, (words.n + 1) * sizeof(*words.v));
	words.v[words.n++] = (struct word){ strdup(option), value ? strdup(value) : NULL, "" };
}

static void make_uuid(void)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		die("getrandom", -errno);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(uuid, sizeof(uuid),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
}

/* What words_build() would say for a VM without anything, and the test's own words behind it. */
static void make_words(int n, char **more)
{
	add_word("-uuid", uuid);
	add_word("-chardev", "socket,id=qmp,fd=4,server=on,wait=off");
	add_word("-qmp", "chardev:qmp");
	add_word("-chardev", "socket,id=qga,fd=5,server=on,wait=off");
	add_word("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	for (int i = 0; i < n; i++) {
		const char *value = i + 1 < n && more[i + 1][0] != '-' ? more[i + 1] : NULL;

		add_word(more[i], value);
		i += value != NULL;
		if (value && strstr(value, "VGA"))
			plan.emulated_display = true;
	}
}

static void make_plan(const char *name, const char *start_ms, const char *stop_ms, const char *qemu)
{
	uint64_t start, stop;

	if (!str_u64(start_ms, 10, INT32_MAX, &start) || !str_u64(stop_ms, 10, INT32_MAX, &stop))
		die("milliseconds", -EINVAL);
	plan = (struct plan){ .accel = ACCEL_TCG, .gms = -1, .start_ms = (unsigned int)start,
			      .stop_ms = (unsigned int)stop, .n_fd = 3 };
	plan.fd[0] = (struct plan_fd){ .kind = PLAN_FD_VM_LOCK, .fd = 3 };
	plan.fd[1] = (struct plan_fd){ .kind = PLAN_FD_QMP, .fd = 4 };
	plan.fd[2] = (struct plan_fd){ .kind = PLAN_FD_AGENT, .fd = 5 };
	if (!str_copy(plan.name, sizeof(plan.name), name) ||
	    !str_print(plan.run_dir, sizeof(plan.run_dir), "%s/%s", paths.run, name) ||
	    !str_print(plan.data_dir, sizeof(plan.data_dir), "%s/%s", paths.data, name) ||
	    !str_copy(plan.qemu, sizeof(plan.qemu), qemu))
		die(name, -ENAMETOOLONG);
}

static void set_ms(const char *variable, unsigned int *ms)
{
	uint64_t v;

	if (getenv(variable) && str_u64(getenv(variable), 10, INT32_MAX, &v))
		*ms = (unsigned int)v;
}

/* Forks what becomes QEMU; returns its pid once it has, or says why not. */
static pid_t launch(int lock)
{
	struct launch l = { .paths = &paths, .plan = &plan, .words = &words, .vm_lock = lock,
			    .device_lock = -1, .sysroot = "/" };
	char text[1024];
	int status[2];
	ssize_t n;
	pid_t pid;

	set_ms("SUPRUN_TRIAL_MS", &l.trial_ms);
	str_fit(l.uuid, sizeof(l.uuid), uuid);
	if (pipe2(status, O_CLOEXEC))
		die("pipe", -errno);
	pid = fork();
	if (!pid) {
		close(status[0]);
		l.status_fd = status[1];
		_exit(launch_exec(&l) ? 1 : 0);
	}
	close(status[1]);
	close(lock);
	n = pid < 0 ? 0 : read(status[0], text, sizeof(text) - 1);
	close(status[0]);
	if (pid > 0 && n <= 0)
		return pid;
	text[n > 0 ? n : 0] = '\0';
	fprintf(stderr, "suprun: launch: %s", text);
	exit(1);
}

static void set_durations(struct supervise *s)
{
	set_ms("SUPRUN_QUIT_MS", &s->quit_ms);
	set_ms("SUPRUN_ANSWER_MS", &s->answer_ms);
}

/* The process between makes QEMU init's child. */
static int do_launch(int lock)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		printf("pid %d\n", launch(lock));
		fflush(stdout);
		_exit(0);
	}
	close(lock);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork", -errno);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

_Noreturn static void become_supervisor(int lock, int ready)
{
	struct supervise s = { .paths = &paths, .sysroot = "/", .name = plan.name, .ready_fd = ready };

	/* Nobody waits for the end of our stdout; what we log goes to stderr. */
	if (!freopen("/dev/null", "w", stdout))
		die("/dev/null", -errno);
	setsid();
	dprintf(ready, "supervisor %d\n", getpid());
	s.child = launch(lock);
	dprintf(ready, "pid %d\n", s.child);
	set_durations(&s);
	_exit(supervise_run(&s));
}

static int do_start(int lock)
{
	char line[2048];
	int ready[2];
	FILE *f;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe", -errno);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		become_supervisor(lock, ready[1]);
	}
	close(ready[1]);
	close(lock);
	f = fdopen(ready[0], "r");
	line[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		if (!strcmp(line, "ready\n"))
			return 0;
		printf("%s", line);
		fflush(stdout);
	}
	fprintf(stderr, "suprun: %s", *line ? line : "the supervisor ended\n");
	return 1;
}

static int do_supervise(const char *name)
{
	struct supervise s = { .paths = &paths, .sysroot = "/", .name = name, .ready_fd = -1 };

	set_durations(&s);
	return supervise_run(&s);
}

int main(int argc, char **argv)
{
	bool start;
	int lock;

	log_init(NULL);
	if (argc < 4)
		return EXIT_USAGE;
	paths_system(&paths, argv[1]);
	if (!strcmp(argv[2], "supervise"))
		return do_supervise(argv[3]);
	start = !strcmp(argv[2], "start");
	if (argc < 7 || (!start && strcmp(argv[2], "launch")))
		return EXIT_USAGE;
	make_uuid();
	make_plan(argv[3], argv[4], argv[5], argv[6]);
	make_words(argc - 7, argv + 7);
	lock = lock_vm(&paths, argv[3]);
	if (lock == -EBUSY) {
		fprintf(stderr, "suprun: %s is locked\n", argv[3]);
		return EXIT_BUSY;
	}
	if (lock < 0)
		die("lock", lock);
	if (vm_cleanup_locked("/", &paths, argv[3]))
		fprintf(stderr, "suprun: not everything was cleaned up\n");
	return start ? do_start(lock) : do_launch(lock);
}

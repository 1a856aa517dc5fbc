/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `igvm start` costs over the same QEMU run bare, in pairs.
 *
 *   bench_start IGVM NAME ROUNDS
 *
 * Bare: the very words igvm would use, with descriptors of the kinds the plan
 * lists, fork and exec, and nothing else; measured until query-status has
 * answered. igvm: fork and exec of `IGVM start NAME` until it returns, which
 * it does after the same answer. Each round does both, in turn first.
 */
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
#include <unistd.h>

#include "launcher/pipeline.h"
#include "qmp/qmp_cmd.h"
#include "qmp/qmp_fd.h"
#include "tests/tools/bench.h"

#define ROUNDS_MAX	200

static int die(const char *what)
{
	fprintf(stderr, "bench_start: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- bare QEMU ------------------------------------------------------------------- */

static char socket_path[64];

static int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1))
		die(path);
	return fd;
}

static int connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die(path);
	return fd;
}

static int make_fd(const struct plan_fd *row)
{
	int pair[2];

	switch (row->kind) {
	case PLAN_FD_QMP:
		return listen_at(socket_path);
	case PLAN_FD_AGENT:
	case PLAN_FD_CONSOLE: {
		char other[80];

		snprintf(other, sizeof(other), "%s.%d", socket_path, row->fd);
		return listen_at(other);
	}
	case PLAN_FD_FIRMWARE_LOG:
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			die("socketpair");
		return pair[0];
	case PLAN_FD_FILE:
		return open(row->path, row->writable ? O_RDWR : O_RDONLY);
	case PLAN_FD_VM_LOCK:
	case PLAN_FD_DEVICE_LOCK:
	case PLAN_FD_SERIAL_LOG:
		return open("/dev/null", O_WRONLY);
	case PLAN_FD_TPM:
	case PLAN_FD_PASST:
	case PLAN_FD_BRIDGE:
	case PLAN_FD_TAP:
	case PLAN_FD_USB:
	case PLAN_FD_PIPEWIRE:
		break;
	}
	fprintf(stderr, "bench_start: a VM with a TPM, a USB device or a network of the host's cannot be run bare\n");
	exit(1);
}

_Noreturn static void exec_bare(const struct plan *p, char **argv, const int *made)
{
	int high[PLAN_FDS_MAX], null = open("/dev/null", O_RDWR);

	for (size_t i = 0; i < p->n_fd; i++)
		high[i] = fcntl(made[i], F_DUPFD, 100);
	for (size_t i = 0; i < p->n_fd; i++)
		dup2(high[i], p->fd[i].fd);
	dup2(null, 0);
	dup2(null, 1);
	closefrom(3 + (int)p->n_fd);
	execv(p->qemu, argv);
	_exit(127);
}

/* Talk until @command has answered; 0, or the error that ended the connection. */
static int ask(int fd, enum qmp_cmd command)
{
	struct qmp *q = qmp_new(NULL);
	struct qmp_item item;
	int r = 1;

	if (!q || qmp_cmd_submit(q, command, NULL, NULL) < 0)
		die("qmp");
	while (r == 1) {
		struct pollfd pfd = { .fd = fd, .events = qmp_fd_events(q) };

		poll(&pfd, 1, 60000);
		qmp_fd_step(q, fd, pfd.revents);
		while (qmp_next(q, &item)) {
			if (item.kind == QMP_REPLY)
				r = item.err;
			else if (item.kind == QMP_END && r == 1)
				r = item.err;
			qmp_item_done(&item);
		}
	}
	qmp_free(q);
	return r;
}

/* The one directory the words need; igvm removes it at the end of each run. */
static void make_vnc_dir(const struct plan *p)
{
	char path[PATH_MAX + 16];

	mkdir(p->run_dir, 0755);
	snprintf(path, sizeof(path), "%s/" PLAN_VNC_DIR, p->run_dir);
	mkdir(path, 0700);
}

static double run_bare(const struct plan *p, char **argv)
{
	int made[PLAN_FDS_MAX], fd;
	double start, ms;
	pid_t pid;

	for (size_t i = 0; i < p->n_fd; i++)
		made[i] = make_fd(&p->fd[i]);
	make_vnc_dir(p);
	start = now_ms();
	pid = fork();
	if (!pid)
		exec_bare(p, argv, made);
	fd = connect_to(socket_path);
	if (ask(fd, QMP_CMD_QUERY_STATUS)) {
		fprintf(stderr, "bench_start: bare QEMU did not answer\n");
		exit(1);
	}
	ms = now_ms() - start;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	for (size_t i = 0; i < p->n_fd; i++)
		close(made[i]);
	return ms;
}

/* --- igvm --------------------------------------------------------------------------- */

static void run_command(const char *igvm, const char *verb, const char *name)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		execl(igvm, igvm, verb, name, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench_start: %s %s %s failed\n", igvm, verb, name);
		exit(1);
	}
}

static double run_igvm(const char *igvm, const char *name)
{
	double start = now_ms(), ms;

	run_command(igvm, "start", name);
	ms = now_ms() - start;
	run_command(igvm, "kill", name);
	return ms;
}

int main(int argc, char **argv)
{
	static double bare[ROUNDS_MAX], igvm[ROUNDS_MAX], ratio[ROUNDS_MAX], added[ROUNDS_MAX];
	struct globals g = { .root = "/" };
	size_t rounds = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	struct pipeline *p;
	char **words;

	if (!rounds || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_start IGVM NAME ROUNDS (1 to %d)\n", ROUNDS_MAX);
		return 2;
	}
	snprintf(socket_path, sizeof(socket_path), "/tmp/igvm-bench-%d", (int)getpid());
	p = pipeline_new(&g, argv[2]);
	if (!p || pipeline_wish(p) || pipeline_facts(p, HOST_VFIO_NEVER))
		return 1;
	run_command(argv[1], "start", argv[2]);	/* puts NVRAM and the like in place */
	run_command(argv[1], "kill", argv[2]);
	if (pipeline_plan(p, PLAN_RUN, false, false)) {
		findings_print(stderr, &p->findings, SEVERITY_BLOCK);
		return 1;
	}
	words = words_argv(&p->words, p->plan.qemu);
	for (size_t i = 0; i < rounds; i++) {
		if (i & 1)
			igvm[i] = run_igvm(argv[1], argv[2]);
		bare[i] = run_bare(&p->plan, words);
		if (!(i & 1))
			igvm[i] = run_igvm(argv[1], argv[2]);
		ratio[i] = igvm[i] / bare[i];
		added[i] = igvm[i] - bare[i];
	}
	printf("QEMU %d.%d.%d, machine %s, until query-status has answered:\n", p->caps.major,
	       p->caps.minor, p->caps.micro, p->plan.machine);
	print_row("bare QEMU", bare, rounds, " ms");
	print_row("igvm start", igvm, rounds, " ms");
	print_row("igvm start / bare, by pair", ratio, rounds, "x ");
	print_row("added by igvm, by pair", added, rounds, " ms");
	unlink(socket_path);
	free(words);
	pipeline_free(p);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `igvm start` and `igvm kill` cost over the same QEMU run bare, in pairs.
 *
 *	bench_start IGVM NAME ROUNDS [virsh | systemd]
 *
 * Bare: the very words igvm would use, with descriptors of the kinds the plan
 * lists, fork and exec, and nothing else; measured until query-status has
 * answered, and again from "quit" until it is reaped. It ends with its guest
 * paused, which else takes the processors from who ends it. igvm: fork and exec of
 * `IGVM start NAME` until it returns, which it does after the same answer, and
 * of `IGVM kill NAME`. virsh: `virsh start NAME --paused`, whose guest does not
 * disturb libvirt's questions after the start, and `virsh destroy NAME`, of a
 * domain that exists. systemd: `systemctl start igvm@NAME`, which returns when
 * QEMU is executed; with igvm-supervise@NAME, which is started with it anyway,
 * so that it returns when QEMU has answered; and of igvm-bench@NAME, a unit
 * with the same settings that does nothing. Each round does all, in turn first.
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

static char dir[64] = "/tmp/igvm-bench-XXXXXX", socket_path[80];

static void remove_dir(void)
{
	char path[96];

	for (int fd = -1; fd < 3 + PLAN_FDS_MAX; fd++) {
		snprintf(path, sizeof(path), fd < 0 ? "%s" : "%s.%d", socket_path, fd);
		unlink(path);
	}
	rmdir(dir);
}

static void make_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp && (size_t)snprintf(dir, sizeof(dir), "%s/igvm-bench-XXXXXX", tmp) >= sizeof(dir))
		snprintf(dir, sizeof(dir), "/tmp/igvm-bench-XXXXXX");
	if (!mkdtemp(dir))
		die(dir);
	snprintf(socket_path, sizeof(socket_path), "%s/qmp", dir);
	atexit(remove_dir);
}

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
		char other[96];

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
	case PLAN_FD_SHARE:
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
static int ask(struct qmp *q, int fd, enum qmp_cmd command)
{
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

struct times {
	double start, end;	/* milliseconds: until it answers, until it is gone */
};

static struct times talk_bare(pid_t pid, double began)
{
	int fd = connect_to(socket_path);
	struct qmp *q = qmp_new(NULL);
	struct times t;
	double quit;

	if (ask(q, fd, QMP_CMD_QUERY_STATUS)) {
		fprintf(stderr, "bench_start: bare QEMU did not answer\n");
		exit(1);
	}
	t.start = now_ms() - began;
	ask(q, fd, QMP_CMD_STOP);
	quit = now_ms();
	ask(q, fd, QMP_CMD_QUIT);
	waitpid(pid, NULL, 0);
	t.end = now_ms() - quit;
	qmp_free(q);
	close(fd);
	return t;
}

static struct times run_bare(const struct plan *p, char **argv)
{
	int made[PLAN_FDS_MAX];
	struct times t;
	double began;
	pid_t pid;

	for (size_t i = 0; i < p->n_fd; i++)
		made[i] = make_fd(&p->fd[i]);
	make_vnc_dir(p);
	began = now_ms();
	pid = fork();
	if (!pid)
		exec_bare(p, argv, made);
	t = talk_bare(pid, began);
	for (size_t i = 0; i < p->n_fd; i++)
		close(made[i]);
	return t;
}

/* --- programs -------------------------------------------------------------------------- */

enum who { BARE, IGVM, VIRSH, UNIT, UNITS, EMPTY, WHO_COUNT };

/* NAME stands for the VM's. */
static struct {
	const char *start[5], *end[5];
	const char *pause[5], *settle[5];	/* before and after the end; not timed */
} program[WHO_COUNT] = {
	[IGVM]	= { { "igvm", "start", "NAME" }, { "igvm", "kill", "NAME" }, { "igvm", "pause", "NAME" } },
	[VIRSH]	= { { "virsh", "start", "NAME", "--paused" }, { "virsh", "destroy", "NAME" } },
	[UNIT]	= { { "systemctl", "start", "igvm@NAME" }, { "igvm", "kill", "NAME" }, { NULL },
		    { "systemctl", "stop", "igvm@NAME", "igvm-supervise@NAME" } },
	[UNITS]	= { { "systemctl", "start", "igvm@NAME", "igvm-supervise@NAME" }, { "igvm", "kill", "NAME" },
		    { NULL }, { "systemctl", "stop", "igvm@NAME", "igvm-supervise@NAME" } },
	[EMPTY]	= { { "systemctl", "start", "igvm-bench@NAME" }, { "systemctl", "stop", "igvm-bench@NAME" } },
};

/* IGVM is the one to be measured, and NAME the VM's. */
static void fill_in(const char *words[static 5], const char *igvm, const char *name)
{
	for (size_t i = 0; i < 5 && words[i]; i++) {
		const char *at = strstr(words[i], "NAME");
		char *filled;

		if (!strcmp(words[i], "igvm")) {
			words[i] = igvm;
		} else if (at) {
			if (asprintf(&filled, "%.*s%s%s", (int)(at - words[i]), words[i], name, at + 4) < 0)
				die("asprintf");
			words[i] = filled;
		}
	}
}

static double run_command(const char *const words[static 5])
{
	double began = now_ms();
	int status;
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		execlp(words[0], words[0], words[1], words[2], words[3], words[4], NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench_start: %s %s %s failed\n", words[0], words[1], words[2]);
		exit(1);
	}
	return now_ms() - began;
}

static struct times run_program(enum who who)
{
	struct times t = { .start = run_command(program[who].start) };

	if (program[who].pause[0])
		run_command(program[who].pause);
	t.end = run_command(program[who].end);
	if (program[who].settle[0])
		run_command(program[who].settle);
	return t;
}

/* --- rounds ---------------------------------------------------------------------------- */

static enum who who[WHO_COUNT];
static size_t n_who, rounds;
static struct times took[WHO_COUNT][ROUNDS_MAX];

static double start_of(enum who w, size_t i)
{
	return took[w][i].start;
}

static double end_of(enum who w, size_t i)
{
	return took[w][i].end;
}

/* Over what bare QEMU takes. */
static double added_by(enum who w, size_t i)
{
	return took[w][i].start - took[BARE][i].start;
}

/* The least that systemd can do: a unit that does nothing, and QEMU. */
static double bare_and_empty(enum who w, size_t i)
{
	(void)w;
	return took[BARE][i].start + took[EMPTY][i].start;
}

static void print_ms(const char *what, double (*of)(enum who, size_t), enum who w)
{
	double v[ROUNDS_MAX];

	for (size_t i = 0; i < rounds; i++)
		v[i] = of(w, i);
	print_row(what, v, rounds, " ms");
}

static void print_ratio(const char *what, double (*of)(enum who, size_t), enum who w, double (*per)(enum who, size_t),
			enum who other)
{
	double v[ROUNDS_MAX];

	for (size_t i = 0; i < rounds; i++)
		v[i] = of(w, i) / per(other, i);
	print_row(what, v, rounds, "x ");
}

static void print_start(void)
{
	printf("until query-status has answered (wanted: igvm / bare at most 1.25):\n");
	print_ms("  bare QEMU", start_of, BARE);
	print_ms("  igvm start", start_of, IGVM);
	print_ratio("  igvm start / bare", start_of, IGVM, start_of, BARE);
	print_ms("  added by igvm", added_by, IGVM);
	printf("a paused guest, until it is gone (wanted: igvm kill / bare quit at most 2):\n");
	print_ms("  bare QEMU, quit", end_of, BARE);
	print_ms("  igvm kill", end_of, IGVM);
	print_ratio("  igvm kill / bare quit", end_of, IGVM, end_of, BARE);
}

static void print_virsh(void)
{
	printf("against libvirt (wanted: added igvm / virsh at most 0.35):\n");
	print_ms("  virsh start --paused", start_of, VIRSH);
	print_ratio("  virsh start / bare", start_of, VIRSH, start_of, BARE);
	print_ms("  added by virsh", added_by, VIRSH);
	print_ratio("  added igvm / virsh", added_by, IGVM, added_by, VIRSH);
	print_ms("  virsh destroy", end_of, VIRSH);
	print_ratio("  igvm kill / virsh destroy", end_of, IGVM, end_of, VIRSH);
}

static void print_systemd(void)
{
	printf("as units (wanted: answered / (bare + empty unit) at most 1.15):\n");
	print_ms("  bare QEMU", start_of, BARE);
	print_ms("  empty unit", start_of, EMPTY);
	print_ms("  systemctl start: executed", start_of, UNIT);
	print_ms("  systemctl start: answered", start_of, UNITS);
	print_ms("  igvm start", start_of, IGVM);
	print_ratio("  executed / (bare + empty)", start_of, UNIT, bare_and_empty, BARE);
	print_ratio("  answered / (bare + empty)", start_of, UNITS, bare_and_empty, BARE);
	print_ratio("  igvm / (bare + empty)", start_of, IGVM, bare_and_empty, BARE);
}

static void run_rounds(const struct pipeline *p, char **words)
{
	for (size_t i = 0; i < rounds; i++) {
		for (size_t k = 0; k < n_who; k++) {
			enum who w = who[(i + k) % n_who];

			took[w][i] = w == BARE ? run_bare(&p->plan, words) : run_program(w);
		}
	}
}

/* Which of them there are. */
static bool choose(const char *with)
{
	who[n_who++] = BARE;
	who[n_who++] = IGVM;
	if (!strcmp(with, "virsh")) {
		who[n_who++] = VIRSH;
	} else if (!strcmp(with, "systemd")) {
		who[n_who++] = UNIT;
		who[n_who++] = UNITS;
		who[n_who++] = EMPTY;
		memcpy(program[IGVM].settle, program[UNIT].settle, sizeof(program[IGVM].settle));
	} else if (*with) {
		return false;
	}
	return true;
}

static void prepare(const char *igvm, const char *name)
{
	for (size_t i = 1; i < n_who; i++) {
		fill_in(program[who[i]].start, igvm, name);
		fill_in(program[who[i]].end, igvm, name);
		fill_in(program[who[i]].pause, igvm, name);
		fill_in(program[who[i]].settle, igvm, name);
		run_program(who[i]);	/* puts NVRAM and the like in place */
	}
}

int main(int argc, char **argv)
{
	struct globals g = { .root = "/" };
	const char *with = argc == 5 ? argv[4] : "";
	struct pipeline *p;
	char **words;

	rounds = argc == 4 || argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
	if (!rounds || rounds > ROUNDS_MAX || !choose(with)) {
		fprintf(stderr, "usage: bench_start IGVM NAME ROUNDS [virsh | systemd] (1 to %d)\n", ROUNDS_MAX);
		return 2;
	}
	make_dir();
	p = pipeline_new(&g, argv[2]);
	if (!p || pipeline_wish(p) || pipeline_facts(p, HOST_VFIO_NEVER))
		return 1;
	prepare(argv[1], argv[2]);
	if (pipeline_plan(p, PLAN_RUN, false, false)) {
		findings_print(stderr, &p->findings, SEVERITY_BLOCK);
		return 1;
	}
	words = words_argv(&p->words, p->plan.qemu);
	run_rounds(p, words);
	printf("QEMU %d.%d.%d, machine %s, by pair:\n", p->caps.major, p->caps.minor, p->caps.micro,
	       p->plan.machine);
	if (!strcmp(with, "systemd"))
		print_systemd();
	else
		print_start();
	if (!strcmp(with, "virsh"))
		print_virsh();
	free(words);
	pipeline_free(p);
	return 0;
}

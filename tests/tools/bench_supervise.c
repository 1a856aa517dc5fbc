/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a supervisor costs, of a VM that runs.
 *
 *	bench_supervise adopt IGVM NAME ROUNDS
 *	bench_supervise flood ROOT IGVM NAME SECONDS
 *	bench_supervise rate NAME SECONDS
 *
 * adopt: each round kills the VM's supervisor, then measures from fork and
 * exec of `IGVM supervise NAME` until it says READY (QEMU has answered
 * query-status), and until `IGVM status NAME` has been answered after that;
 * then the memory of the new one. flood: each second, while QEMU sends what it
 * sends, processor time of the supervisor and of QEMU, QEMU's memory and the
 * wall time of `IGVM --root ROOT status NAME`, ten times. rate: ends the
 * supervisor, takes its place at QEMU and counts the lines of each second.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/run/lock.h"
#include "tests/tools/bench.h"

#define ROUNDS_MAX	500
#define ASKS		10	/* a second */

static struct paths paths;

static _Noreturn void die(const char *what, int err)
{
	fprintf(stderr, "bench_supervise: %s: %s\n", what, strerror(err));
	exit(1);
}

static pid_t spawn(char *const *argv)
{
	pid_t pid = spawn_silent(argv);

	if (pid < 0)
		die("fork", errno);
	return pid;
}

static double ask_status(const char *root, const char *igvm, const char *name)
{
	char *argv[] = { (char *)igvm, (char *)"--root", (char *)root, (char *)"status", (char *)name, NULL };
	double began = now_ms();
	int status;

	if (waitpid(spawn(argv), &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench_supervise: %s status %s failed\n", igvm, name);
		exit(1);
	}
	return now_ms() - began;
}

static pid_t supervisor_of(const char *name)
{
	int pidfd = -1;
	pid_t pid = lock_supervisor_holder(&paths, name, &pidfd);

	if (pid <= 0)
		die("no supervisor", pid ? -pid : ESRCH);
	close(pidfd);
	return pid;
}

/* KiB of @key in /proc/@pid/@file, as "Rss:" */
static double proc_kib(pid_t pid, const char *file, const char *key)
{
	char path[64], line[256];
	double kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "re");
	while (f && kib < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			kib = strtod(line + strlen(key), NULL);
	if (kib < 0)
		die(path, f ? ENOMSG : errno);
	fclose(f);
	return kib;
}

/* --- adopt ----------------------------------------------------------------------- */

static int listen_for_ready(char path[static 108])
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(path, 108, "%s/igvm-bench-%d", getenv("TMPDIR") ?: "/tmp", (int)getpid());
	strcpy(a.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die(path, errno);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void wait_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[512];
	ssize_t n;

	do {
		if (poll(&p, 1, 10000) <= 0)
			die("the supervisor does not get ready", ETIMEDOUT);
		n = recv(fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
	} while (!strstr(text, "READY=1"));
}

static void end_supervisor(const char *name)
{
	int pidfd = -1;
	struct pollfd p = { .events = POLLIN };

	if (lock_supervisor_holder(&paths, name, &pidfd) <= 0)
		die("no supervisor", ESRCH);
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0))
		die("kill", errno);
	p.fd = pidfd;
	poll(&p, 1, 10000);
	close(pidfd);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static int adopt(char **argv, size_t rounds)
{
	static double ready[ROUNDS_MAX], answered[ROUNDS_MAX], rss[ROUNDS_MAX], dirty[ROUNDS_MAX];
	char *supervise[] = { argv[0], (char *)"supervise", argv[1], NULL };
	char path[108];
	int fd;

	paths_system(&paths, "/");
	fd = listen_for_ready(path);
	for (size_t i = 0; i < rounds; i++) {
		double began;
		pid_t pid;

		end_supervisor(argv[1]);
		began = now_ms();
		pid = spawn(supervise);
		wait_ready(fd);
		ready[i] = now_ms() - began;
		ask_status("/", argv[0], argv[1]);
		answered[i] = now_ms() - began;
		rss[i] = proc_kib(pid, "smaps_rollup", "Rss:") / 1024;
		dirty[i] = proc_kib(pid, "smaps_rollup", "Private_Dirty:") / 1024;
	}
	unlink(path);
	printf("a new supervisor after kill -9, from exec (wanted: at most 25 ms):\n");
	print_row("  READY", ready, rounds, " ms");
	print_row("  igvm status answered, too", answered, rounds, " ms");
	printf("its memory (wanted: at most 4 MB, of which dirty at most 1 MB):\n");
	print_row("  resident", rss, rounds, " MB");
	print_row("  private, dirty", dirty, rounds, " MB");
	return 0;
}

/* --- flood ------------------------------------------------------------------------- */

/* Nanoseconds on a processor, of all its threads. */
static double cpu_ns(pid_t pid)
{
	clockid_t clock;
	struct timespec t;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		die("processor time", ESRCH);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static pid_t qemu_of(const char *name)
{
	int pidfd = -1;
	pid_t pid = lock_vm_qemu(&paths, name, &pidfd);

	if (pid <= 0)
		die("no QEMU", pid ? -pid : ESRCH);
	close(pidfd);
	return pid;
}

static int flood(char **argv, size_t seconds)
{
	static double used[ROUNDS_MAX], theirs[ROUNDS_MAX], rss[ROUNDS_MAX], asked[ROUNDS_MAX * ASKS];
	pid_t sup, qemu;
	double first;

	paths_system(&paths, argv[0]);
	sup = supervisor_of(argv[2]);
	qemu = qemu_of(argv[2]);
	first = proc_kib(qemu, "status", "VmRSS:") / 1024;
	for (size_t i = 0; i < seconds; i++) {
		double began = now_ms(), sup_ns = cpu_ns(sup), qemu_ns = cpu_ns(qemu), ms;

		for (size_t k = 0; k < ASKS; k++) {
			asked[i * ASKS + k] = ask_status(argv[0], argv[1], argv[2]);
			poll(NULL, 0, 1000 / ASKS);
		}
		ms = now_ms() - began;
		used[i] = (cpu_ns(sup) - sup_ns) / ms / 1e4;
		theirs[i] = (cpu_ns(qemu) - qemu_ns) / ms / 1e4;
		rss[i] = proc_kib(qemu, "status", "VmRSS:") / 1024 - first;
	}
	print_row("  supervisor, of a core", used, seconds, " % ");
	print_row("  QEMU, of a core", theirs, seconds, " % ");
	printf("  QEMU's resident memory     %8.2f MB, after %zu s %+.2f MB\n", first, seconds, rss[seconds - 1]);
	print_row("  igvm status", asked, seconds * ASKS, " ms");
	printf("  the 99th of 100            %8.2f ms\n", asked[seconds * ASKS * 99 / 100]);
	return 0;
}

/* --- rate -------------------------------------------------------------------------- */

static int connect_qmp(const char *name)
{
	static const char hello[] = "{\"execute\": \"qmp_capabilities\"}\n";
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "/run/igvm/%s/qmp", name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) || write(fd, hello, sizeof(hello) - 1) < 0)
		die(a.sun_path, errno);
	return fd;
}

static int rate(char **argv, size_t seconds)
{
	static double lines[ROUNDS_MAX];
	static char text[65536];
	double began;
	ssize_t n;
	int fd;

	paths_system(&paths, "/");
	end_supervisor(argv[0]);
	fd = connect_qmp(argv[0]);
	for (size_t i = 0; i < seconds; i++) {
		began = now_ms();
		while (now_ms() - began < 1000) {
			n = read(fd, text, sizeof(text));
			if (n <= 0)
				die("QEMU", n ? errno : ECONNRESET);
			for (char *p = text; (p = memchr(p, '\n', (size_t)(text + n - p))); p++)
				lines[i]++;
		}
		lines[i] /= (now_ms() - began) / 1000;
	}
	print_row("  events", lines, seconds, "/s");
	return 0;
}

int main(int argc, char **argv)
{
	bool rates = argc == 4 && !strcmp(argv[1], "rate");
	bool adopts = argc == 5 && !strcmp(argv[1], "adopt"), floods = argc == 6 && !strcmp(argv[1], "flood");
	size_t n = adopts || floods || rates ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (!n || n > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_supervise adopt IGVM NAME ROUNDS\n"
				"       bench_supervise flood ROOT IGVM NAME SECONDS\n"
				"       bench_supervise rate NAME SECONDS (1 to %d)\n", ROUNDS_MAX);
		return 2;
	}
	if (rates)
		return rate(argv + 2, n);
	return adopts ? adopt(argv + 2, n) : flood(argv + 2, n);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. The probe runs under the VM's own words, with copies of
 * NVRAM, an empty TPM, no disks and no network, in a run directory of its own,
 * holding the same locks. The ROM is the VM's with the probe's image behind it
 * (UEFI), or the probe is the kernel (SeaBIOS). It writes its report to the
 * debug port, which the keeper puts on disk; it is read there until
 * the end line or the deadline, then QEMU is ended and the report judged.
 */
#include "launcher/probe_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"
#include "launcher/decide/probe.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "romfiles/build.h"
#include "romfiles/join.h"

struct probe {
	struct pipeline *pl;
	pid_t pid;
	int pidfd;
	unsigned int timeout_s;
	bool exited;
};

/* --- the ROM ------------------------------------------------------------------- */

static int join_rom(const struct pipeline *p, const char *probe_rom)
{
	_free_ uint8_t *both = malloc(ROM_BUILD_MAX);
	_free_ char *probe = NULL;
	size_t probe_len, len;
	int r = both ? file_read_at(AT_FDCWD, probe_rom, ROM_BUILD_MAX, &probe, &probe_len) : -ENOMEM;

	if (!r)
		r = rom_join((struct span){ (uint8_t *)p->rom, p->rom ? p->rom_len : 0 },
			     (struct span){ (uint8_t *)probe, probe_len }, both, ROM_BUILD_MAX, &len);
	return r ? r : file_replace_at(AT_FDCWD, p->plan.rom, both, len, 0600);
}

/* The VM's ROM with the probe's image behind it, in the probe's run directory. */
static int place_rom(const struct pipeline *p)
{
	char probe_rom[PATH_MAX];
	int fd, r;

	if (p->plan.firmware != PLAN_OVMF)
		return EXIT_OK;
	snprintf(probe_rom, sizeof(probe_rom), "%s/roms/igvm-probe.rom", paths_datadir());
	fd = dir_open_mine(p->plan.run_dir, 0755);
	cleanup_fd(&fd);
	r = fd < 0 ? fd : join_rom(p, probe_rom);
	if (!r)
		return EXIT_OK;
	say(_("%s: the probe's ROM cannot be made in %s from %s: %s"), p->name, p->plan.run_dir,
	    probe_rom, strerror(-r));
	return EXIT_FAILED;
}

/* --- one run --------------------------------------------------------------------- */

static int start_qemu(struct probe *pr)
{
	struct pipeline *p = pr->pl;
	struct launch l = {
		.paths = &p->paths, .plan = &p->plan, .words = &p->words, .vm_lock = p->vm_lock,
		.device_lock = p->device_lock, .previous_driver = p->previous_driver,
	};
	char text[512] = "";
	int status[2];
	ssize_t n;

	if (pipe2(status, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pr->pid = fork();
	if (!pr->pid) {
		l.status_fd = status[1];
		/* To a service manager only the VM itself is ready. */
		unsetenv("NOTIFY_SOCKET");
		_exit(launch_exec(&l) ? EXIT_FAILED : EXIT_OK);
	}
	close(status[1]);
	n = pr->pid < 0 ? -1 : read(status[0], text, sizeof(text) - 1);
	close(status[0]);
	if (pr->pid < 0 || n != 0) {
		text[n > 0 ? n : 0] = '\0';
		text[strcspn(text, "\n")] = '\0';
		say("%s: %s", p->name, *text ? text : strerror(errno));
		if (pr->pid > 0)
			waitpid(pr->pid, NULL, 0);
		return -ECHILD;
	}
	pr->pidfd = pidfd_open(pr->pid, 0);
	if (pr->pidfd >= 0)
		return 0;
	say(_("%s: QEMU cannot be watched: %m"), p->name);
	kill(pr->pid, SIGKILL);
	waitpid(pr->pid, NULL, 0);
	return -ECHILD;
}

static char *read_ring(const struct probe *pr, enum keeper_stream stream, size_t *len)
{
	char path[PATH_MAX + 64], ring[32], *text = NULL;

	snprintf(path, sizeof(path), "%s/%s", pr->pl->plan.run_dir, keeper_ring_path(stream, 0, ring));
	return file_read_at(AT_FDCWD, path, RING_BYTES, &text, len) ? NULL : text;
}

static json_t *read_report(const struct probe *pr)
{
	size_t len = 0;
	_free_ char *text = read_ring(pr, KEEPER_FIRMWARE, &len);

	return probe_parse(text ? text : "", len);
}

static void show_progress(const struct probe *pr, unsigned int waited_ms)
{
	if (!isatty(STDERR_FILENO) || !waited_ms || waited_ms % 2000)
		return;
	fprintf(stderr, _("igvm: %s: the guest's firmware runs, %u s"), pr->pl->name,
		waited_ms / 1000);
	fputc('\r', stderr);
}

/* Until the end line, QEMU's end or the deadline. Returns the report so far. */
static json_t *wait_report(struct probe *pr)
{
	enum { STEP_MS = 100 };
	json_t *report = NULL;

	for (unsigned int waited = 0; waited < pr->timeout_s * 1000; waited += STEP_MS) {
		struct pollfd pfd = { .fd = pr->pidfd, .events = POLLIN };

		json_decref(report);
		report = read_report(pr);
		if (!report || probe_ended(report))
			break;
		if (pr->exited || tool_interrupted)
			break;
		/* One more look after QEMU's end: the keeper may still be writing. */
		pr->exited = poll(&pfd, 1, STEP_MS) > 0;
		show_progress(pr, waited);
	}
	return report;
}

static void end_qemu(struct probe *pr)
{
	struct pollfd pfd = { .fd = pr->pidfd, .events = POLLIN };

	/* QEMU takes SIGTERM as "quit" and closes what it has open. */
	pidfd_send_signal(pr->pidfd, SIGTERM, NULL, 0);
	if (poll(&pfd, 1, 5000) <= 0)
		pidfd_send_signal(pr->pidfd, SIGKILL, NULL, 0);
	waitpid(pr->pid, NULL, 0);
	close(pr->pidfd);
}

/* QEMU went by itself: what it said last is why. */
static void say_qemu_ended(const struct probe *pr)
{
	_fd_ int run = open(pr->pl->plan.run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char tail[KEEPER_TAIL_BYTES + 1], *line = tail, *next;

	say(_("%s: QEMU ended before the guest had reported; its last words:"), pr->pl->name);
	if (run < 0 || !launch_stderr_tail(run, tail, sizeof(tail)))
		return;
	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		str_sanitize(line);
		fprintf(stderr, "  %s\n", line);
	}
}

/* --- judging ----------------------------------------------------------------------- */

static void judge(const struct probe *pr, const json_t *report)
{
	struct pipeline *p = pr->pl;
	_free_ char *log = read_ring(pr, KEEPER_QEMU, NULL);
	struct probe_expect expect;

	probe_expect_make(&p->plan, &p->host, &expect);
	probe_judge(&p->plan, &expect, report, &p->findings);
	probe_judge_qemu(&p->plan, log ? log : "", &p->findings);
}

/* The VM's user loses the group's node, helpers end; the device stays claimed. */
static void clean_up(const struct pipeline *p)
{
	int r = vm_cleanup_dir(p->plan.run_dir);

	if (r)
		say(_("%s: the probe could not be cleaned up completely: %s"), p->name, strerror(-r));
}

static int conclude(const struct probe *pr, const json_t *report)
{
	if (tool_interrupted) {
		say(_("%s: interrupted; the probe is ended"), pr->pl->name);
		return EXIT_FAILED;
	}
	if (!report) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	if (pr->exited && !probe_ended(report))
		say_qemu_ended(pr);
	judge(pr, report);
	return EXIT_OK;
}

static int run_once(struct pipeline *p, unsigned int timeout_s, json_t **report)
{
	struct probe pr = { .pl = p, .timeout_s = timeout_s };
	int code = EXIT_FAILED;

	*report = NULL;
	if (place_rom(p))
		return EXIT_FAILED;
	if (!start_qemu(&pr)) {
		*report = wait_report(&pr);
		end_qemu(&pr);
		code = conclude(&pr, *report);
	}
	clean_up(p);
	if (code)
		json_decref(TAKE(*report));
	return code;
}

/* QEMU has a session of its own: Ctrl-C reaches us alone, and nobody else watches it. */
int probe_once(struct pipeline *p, unsigned int timeout_s, json_t **report)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction was[ARRAY_SIZE(ends)];
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		sigaction(ends[i], NULL, &was[i]);
	tool_catch_signals();
	r = run_once(p, timeout_s, report);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		sigaction(ends[i], &was[i], NULL);
	return r;
}

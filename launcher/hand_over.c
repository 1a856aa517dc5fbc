/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. Who types `igvm start` in a window of the desktop types it in a program that
 * the hand-over ends. So once it is agreed, a child goes on: in a session of its own, under
 * systemd in a scope of its own (run/outside.c), its output in run/NAME/start.{out,log}, which the
 * parent prints for as long as there is somebody to read it. What the child does is on disk before it
 * does it, and a watcher sees to it that the screen comes back even if the child is killed.
 */
#include "launcher/hand_over.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/run/outside.h"
#include "launcher/run/screen.h"

enum { FOLLOW_MS = 100 };

/* Beside each other in run/NAME: what it answers, and what it says. */
static const char *const log_files[] = {
	[STDOUT_FILENO] = "start.out", [STDERR_FILENO] = "start.log",
};

int hand_over_look(struct hand_over *h)
{
	struct tree t;
	int r = tree_init(&t, "/");

	if (!r) {
		r = holders_read(&t, h->bdf, &h->holders);
		close(t.fd);
	}
	if (!r)
		return EXIT_OK;
	say(_("%s: cannot see who uses the screen: %s"), h->what, strerror(-r));
	return EXIT_FAILED;
}

bool hand_over_needed(const struct hand_over *h)
{
	for (size_t i = 0; i < h->holders.n; i++)
		if (!holder_is_vm(&h->holders.v[i]))
			return true;
	return false;
}

bool hand_over_closes(const struct hand_over *h)
{
	return holders_screen(&h->holders) > 0;
}

/* --- asking ----------------------------------------------------------------- */

static void list_what_closes(const struct hand_over *h)
{
	char text[160], bdf[BDF_TEXT_MAX];

	fprintf(stderr, _("igvm: %s: this host's screen is on %s. What closes when it is handed over:\n"),
		h->what, bdf_text(h->bdf, bdf));
	for (size_t i = 0; i < h->holders.n; i++)
		if (holder_is_screen(&h->holders.v[i]))
			fprintf(stderr, "  %s, %s\n", holder_text(&h->holders.v[i], text, sizeof(text)),
				h->holders.v[i].node);
	if (h->holders.more)
		fprintf(stderr, _("  and more\n"));
	if (*h->holders.manager)
		fprintf(stderr, _("  %s: stopped now, started again when the screen comes back\n"),
			h->holders.manager);
	fprintf(stderr, _("What is not saved in these programs, and in those that run in their session, is lost.\n"));
}

static bool says_yes(void)
{
	char line[64];

	fprintf(stderr, _("Go on? [y/N] "));
	fflush(stderr);
	if (!fgets(line, sizeof(line), stdin))
		return false;
	return line[0] == 'y' || line[0] == 'Y';
}

int hand_over_agree(struct hand_over *h)
{
	struct screen_error e = { 0 };

	if (screen_refuse("/", &h->holders, &e)) {
		say("%s: %s", h->what, e.text);
		return EXIT_REFUSED;
	}
	if (!hand_over_closes(h))
		return EXIT_OK;
	list_what_closes(h);
	if (h->yes)
		return EXIT_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		say(_("%s: refused: there is no terminal to ask on; --yes agrees beforehand"), h->what);
		return EXIT_REFUSED;
	}
	if (says_yes())
		return EXIT_OK;
	say(_("%s: nothing was changed"), h->what);
	return EXIT_REFUSED;
}

/* --- outside ---------------------------------------------------------------- */

static int open_log(const struct hand_over *h, int which, int flags)
{
	char dir[PATH_MAX];
	_fd_ int run = dir_open_mine(h->paths->run, 0755), mine = -1;
	int fd;

	if (run < 0)
		return run;
	if (!str_print(dir, sizeof(dir), "%s/%s", h->paths->run, h->what))
		return -ENAMETOOLONG;
	mine = dir_open_mine(dir, 0755);
	if (mine < 0)
		return mine;
	fd = openat(mine, log_files[which], flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int leave(const struct hand_over *h, int out, int log)
{
	_fd_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int r;

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	r = outside_move("/", h->what);
	if (!r)
		return EXIT_OK;
	say(_("%s: cannot leave the session that closes (busctl, of systemd, did not move it): nothing was changed"),
	    h->what);
	return EXIT_FAILED;
}

pid_t hand_over_leave(const struct hand_over *h, int *code)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
	_fd_ int out = open_log(h, STDOUT_FILENO, flags);
	_fd_ int log = open_log(h, STDERR_FILENO, flags);
	pid_t pid;

	*code = EXIT_FAILED;
	if (out < 0 || log < 0) {
		say(_("%s: its log cannot be written below %s: %s"), h->what, h->paths->run,
		    strerror(out < 0 ? -out : -log));
		return -1;
	}
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		say("%s: %m", h->what);
	if (!pid)
		*code = leave(h, out, log);
	return pid;
}

static void print_new(const int from[static 3])
{
	char buf[4096];
	ssize_t n;

	for (int to = STDOUT_FILENO; to <= STDERR_FILENO; to++)
		while (from[to] >= 0 && (n = read(from[to], buf, sizeof(buf))) > 0)
			(void)!write_all(to, buf, (size_t)n);
}

int hand_over_follow(const struct hand_over *h, pid_t child)
{
	_fd_ int out = open_log(h, STDOUT_FILENO, O_RDONLY), log = open_log(h, STDERR_FILENO, O_RDONLY);
	const int from[] = { -1, out, log };
	int status = 0;

	/* Ctrl-C ends this one only; what goes on outside is stopped by `igvm stop`. */
	while (waitpid(child, &status, WNOHANG) == 0) {
		print_new(from);
		poll(NULL, 0, FOLLOW_MS);
	}
	print_new(from);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	say(_("%s: what went on outside this session was ended by a signal; `igvm status %s` tells more"),
	    h->what, h->what);
	return EXIT_FAILED;
}

/* --- the screen --------------------------------------------------------------- */

static int say_screen(const struct hand_over *h, const struct screen_error *e)
{
	say("%s: %s: %s", h->what, e->text, strerror(e->err));
	return EXIT_FAILED;
}

int hand_over_take(struct hand_over *h)
{
	struct screen_error e = { 0 }, back = { 0 };

	if (screen_begin("/", h->paths, h->bdf, h->what, &h->holders, &e))
		return say_screen(h, &e);
	if (outside_watch(h->paths, "/", h->what, h->vm) < 0)
		say(_("%s: nobody watches over the screen: %m"), h->what);
	if (!screen_take("/", h->paths, h->bdf, &e))
		return EXIT_OK;
	say_screen(h, &e);
	if (screen_give_back("/", h->paths, h->bdf, &back))
		say_screen(h, &back);
	return EXIT_FAILED;
}

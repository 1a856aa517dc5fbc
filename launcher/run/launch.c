/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. The order is what can fail harmlessly first, what
 * changes the host next (each change journaled before it is made), what cannot be
 * taken back last:
 *
 *   limit on open files  refuse what is too small
 *   directories, files   refuse what is not ours
 *   access               what QEMU opens itself, tried as the VM's user
 *   descriptors          sockets clients may connect to from here on, disks
 *   keeper, swtpm ...    in the journal
 *   the owner's hook     in the journal
 *   limits, processors, VFIO node    in the journal
 *   event devices        in the journal
 *   state.json
 *   the VM's user        from here on nothing can be undone by this process
 *   descriptor numbers
 *   READY=1, exec
 *
 * A failure before the VM's user undoes everything from the journal, the
 * same way vm_cleanup() does for a launch that was killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/signals.h"
#include "launcher/base/str.h"
#include "launcher/run/launch_parts.h"
#include "launcher/run/record.h"

char *const launch_environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LC_ALL=C.UTF-8",
	NULL
};

int launch_fail(struct launching *s, int err, const char *fmt, ...)
{
	va_list ap;

	errno = err; /* for %m */
	va_start(ap, fmt);
	vsnprintf(s->error, sizeof(s->error), fmt, ap);
	va_end(ap);
	return err ? -err : -EIO;
}

/* The uuid QEMU will answer: the one in its words, which is the plan's. */
static const char *find_uuid(const struct launch *l)
{
	for (size_t i = 0; i < l->words->n; i++)
		if (!strcmp(l->words->v[i].option, "-uuid") && l->words->v[i].value)
			return l->words->v[i].value;
	return *l->plan->uuid ? l->plan->uuid : l->uuid;
}

static int write_state(struct launching *s)
{
	static const char *const of_last_run[] = { "end.json", "ready.json", "confirmed.json", LAUNCH_VBT_FILE };
	char uuid[37] = "";
	struct record r;
	int err;

	str_fit(uuid, sizeof(uuid), find_uuid(s->l));
	record_make(s->p, uuid, &r);
	if (s->l->previous_driver)
		str_fit(r.previous_driver, sizeof(r.previous_driver), s->l->previous_driver);
	r.trial_ms = s->l->trial_ms;
	record_follow(s->run_fd, &r);
	s->recorded = true;
	/* The uuid is the VM's, not the run's: what tells of the run before must not seem to be of this one. */
	for (size_t i = 0; i < ARRAY_SIZE(of_last_run); i++)
		unlinkat(s->run_fd, of_last_run[i], 0);
	err = record_write(s->run_fd, &r);
	if (!err && s->l->vbt.n)
		err = file_replace_at(s->run_fd, LAUNCH_VBT_FILE, s->l->vbt.p, s->l->vbt.n, 0600);
	return err ? launch_fail(s, -err, _("%s/state.json: cannot be written: %s"), s->p->run_dir,
				 strerror(-err)) : 0;
}

/* sd_notify(3): one datagram to the socket named by the service manager. */
static void notify_ready(void)
{
	static const char text[] = "READY=1\nSTATUS=QEMU is being executed\n";
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	_fd_ int fd = -1;

	if (!path || (*path != '/' && *path != '@') ||
	    !str_copy(a.sun_path, sizeof(a.sun_path), path))
		return;
	if (*path == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && sendto(fd, text, sizeof(text) - 1, MSG_NOSIGNAL, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))) < 0)
		errno = 0; /* the service manager will time out and say so */
}

/* libpipewire takes the name of its socket from there; QEMU has it as a descriptor. */
static void fill_environment(const struct plan *p, char *env[static 4], char remote[static 64])
{
	size_t n = 0;

	while (launch_environment[n]) {
		env[n] = launch_environment[n];
		n++;
	}
	env[n] = NULL;
	if (words_fd(p, PLAN_FD_PIPEWIRE) < 0)
		return;
	snprintf(remote, 64, "PIPEWIRE_REMOTE=/proc/self/fd/%d", words_fd(p, PLAN_FD_PIPEWIRE));
	env[n++] = remote;
	env[n] = NULL;
}

/*
 * Threads inherit it, and QEMU's sandbox lets it change nothing: all of QEMU runs there, and nothing of it elsewhere.
 * Helpers are started before.
 */
static int pin_processors(struct launching *s)
{
	char text[256];
	cpu_set_t set;

	if (!cpu_list_count(&s->p->pin))
		return 0;
	CPU_ZERO(&set);
	for (unsigned int i = 0; i < CPU_LIST_MAX; i++)
		if (cpu_list_has(&s->p->pin, i))
			CPU_SET(i, &set);
	if (!sched_setaffinity(0, sizeof(set), &set))
		return 0;
	return launch_fail(s, errno, _("pin = %s: the kernel refuses these processors: %m"),
			   cpu_list_text(&s->p->pin, text, sizeof(text)));
}

static int prepare(struct launching *s)
{
	static int (*const step[])(struct launching *) = {
		launch_nofile, launch_dirs, launch_files, launch_access, launch_fds, launch_helpers,
		launch_hook, launch_limits, pin_processors, launch_node, launch_evdevs, launch_inputs_note, write_state,
	};

	for (size_t i = 0; i < ARRAY_SIZE(step); i++) {
		int r = step[i](s);

		if (r)
			return r;
	}
	return 0;
}

/* Everything this process changed, undone; it still holds the VM's lock. */
static void undo(struct launching *s)
{
	for (size_t i = 0; i < s->p->n_fd; i++)
		cleanup_fd(&s->fd[i]);
	cleanup_fd(&s->out);
	for (int i = 0; i < KEEPER_NSTREAMS; i++)
		cleanup_fd(&s->keeper_in[i]);
	if (s->run_fd < 0)
		return;
	/* Until then it tells of the run before, and how many there were. */
	if (s->recorded)
		unlinkat(s->run_fd, "state.json", 0);
	close(s->run_fd);
	if (vm_cleanup_dir(s->p->run_dir))
		errno = 0; /* the journal keeps what could not be undone for the next cleanup */
}

/* The point of no return is behind: on failure only the sentence is left to give. */
static int become_qemu(struct launching *s, char **argv)
{
	char *env[4], remote[64];
	int r;

	fill_environment(s->p, env, remote);
	setsid(); /* a terminal's Ctrl-C is not for the VM; EPERM: it has its session already */
	r = launch_become(s);
	if (r)
		return launch_fail(s, -r, _("cannot become uid %u: %s"), (unsigned int)s->uid,
				   strerror(-r));
	if (chdir("/"))
		return launch_fail(s, errno, "/: %m");
	r = launch_place_fds(s);
	if (r)
		return r;
	signals_reset();
	notify_ready();
	execve(s->p->qemu, argv, env);
	return launch_fail(s, errno, _("%s: cannot be executed: %m"), s->p->qemu);
}

static void report(struct launching *s)
{
	size_t n;

	if (s->status < 0)
		return;
	str_sanitize(s->error);
	n = strlen(s->error);
	s->error[n++] = '\n';
	/* Nobody is left to be told when this fails. */
	for (size_t done = 0; done < n;) {
		ssize_t w = write(s->status, s->error + done, n - done);

		if (w <= 0 && errno != EINTR)
			return;
		done += w > 0 ? (size_t)w : 0;
	}
}

int launch_exec(const struct launch *l)
{
	struct launching s = {
		.l = l, .p = l->plan, .sysroot = l->sysroot ? l->sysroot : "/",
		.root = !geteuid(), .run_fd = -1, .out = -1, .status = l->status_fd,
	};
	_free_ char **argv = words_argv(l->words, l->plan->qemu);
	int r;

	for (size_t i = 0; i < PLAN_FDS_MAX; i++)
		s.fd[i] = -1;
	for (int i = 0; i < KEEPER_NSTREAMS; i++)
		s.keeper_in[i] = -1;
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	r = argv ? prepare(&s) : launch_fail(&s, ENOMEM, _("out of memory"));
	if (r)
		undo(&s);
	else
		r = become_qemu(&s, argv);
	report(&s);
	return r;
}

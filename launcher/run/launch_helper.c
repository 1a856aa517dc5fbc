/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Helpers are processes that live as long as QEMU: the keeper, which reads
 * its output, swtpm, which is its TPM, passt, which is its network, and
 * virtiofsd, which has a folder for the guest. They are init's children, not
 * QEMU's (which reaps nobody), and end by themselves when QEMU's ends of
 * their pipes close; the journal is for those that do not.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/journal.h"
#include "launcher/run/launch_parts.h"

#define SWTPM		"swtpm"
#define TELL_FD		(LAUNCH_HELPER_FD + 1)	/* O_CLOEXEC: pid, or -errno of exec */
#define SWTPM_MS	5000

/* swtpm's control protocol (its tpm_ioctl.h): CMD_GET_CAPABILITY, answered by 8 bytes of flags. */
#define CTRL_GET_CAPABILITY	1

int launch_journal_helper(struct launching *s, const char *name, pid_t pid)
{
	struct journal_entry e = { .what = JOURNAL_HELPER };
	int r = identity_read(pid, &e.id);

	/* passt executes a build of itself for this processor, sooner or later: its number and start time tell who it is. */
	*e.id.exe = '\0';
	str_fit(e.helper, sizeof(e.helper), name);
	if (!r)
		r = journal_add(s->run_fd, &e);
	return r ? launch_fail(s, -r, _("%s/journal.json: %s cannot be noted: %s"), s->p->run_dir, name,
			       strerror(-r)) : 0;
}

static int start_keeper(struct launching *s)
{
	pid_t pid = keeper_start(s->run_fd, s->keeper_in);

	for (int i = 0; i < KEEPER_NSTREAMS; i++)
		s->keeper_in[i] = -1;
	if (pid < 0)
		return launch_fail(s, -pid, _("the log keeper cannot be started: %s"), strerror(-pid));
	return launch_journal_helper(s, "keeper", pid);
}

/* The VM's user owns its TPM's state, also what an earlier user of the VM left. */
static int own_tpm_dir(struct launching *s, int fd)
{
	_dir_ DIR *dir = NULL;
	struct dirent *e;
	struct stat st;
	int copy;

	if (fstat(fd, &st))
		return -errno;
	/* Once it is the user's, names in it are the user's too: root follows none. */
	if (!s->root || st.st_uid == s->uid)
		return 0;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir)
		return -errno;
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    fchownat(fd, e->d_name, s->uid, s->gid, AT_SYMLINK_NOFOLLOW))
			return -errno;
	return fchown(fd, s->uid, s->gid) ? -errno : 0;
}

/* The VM's TPM lives in its data directory; the probe gets an empty one that is thrown away. */
static int make_tpm_dir(struct launching *s, char path[static PATH_MAX])
{
	bool probe = s->p->purpose == PLAN_PROBE;
	_fd_ int fd = -1;
	int r = 0;

	if (!str_print(path, PATH_MAX, "%s/tpm", probe ? s->p->run_dir : s->p->data_dir))
		r = -ENAMETOOLONG;
	if (!r && probe)
		r = dir_remove(path);
	if (!r && mkdir(path, 0700) && errno != EEXIST)
		r = -errno;
	if (!r) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = fd < 0 ? -errno : own_tpm_dir(s, fd);
	}
	return r ? launch_fail(s, -r, _("%s: no place for the TPM's state: %s"), path, strerror(-r)) : 0;
}

_Noreturn static void tell_and_exit(int fd, int value)
{
	_exit(write(fd, &value, sizeof(value)) != sizeof(value));
}

/* In the process that becomes the helper. Its stderr is QEMU's: the keeper has it for the failure report. */
_Noreturn static void exec_helper(const struct launching *s, char *const argv[], int ctrl, int tell,
				   launch_enter *enter, size_t i)
{
	int pid = getpid(), null = open("/dev/null", O_RDWR | O_CLOEXEC), out = s->out;

	if (null < 0 || (null = fcntl(null, F_DUPFD_CLOEXEC, 64)) < 0 ||
	    (out = fcntl(out, F_DUPFD_CLOEXEC, 64)) < 0 ||
	    (ctrl = fcntl(ctrl, F_DUPFD_CLOEXEC, 64)) < 0 ||
	    (tell = fcntl(tell, F_DUPFD_CLOEXEC, 64)) < 0)
		_exit(1);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    dup2(ctrl, LAUNCH_HELPER_FD) < 0 || dup3(tell, TELL_FD, O_CLOEXEC) < 0 ||
	    close_range(TELL_FD + 1, ~0U, 0))
		tell_and_exit(tell, -errno);
	tell = TELL_FD;
	null = enter ? enter(s, i) : launch_become(s);
	if (null)
		tell_and_exit(tell, null);
	if (write(tell, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	execvpe(argv[0], argv, launch_environment);
	tell_and_exit(tell, -errno);
}

pid_t launch_spawn_helper(struct launching *s, char *const argv[], int ctrl, launch_enter *enter, size_t i)
{
	int told[2], pid = -ECHILD, err = 0;
	pid_t middle;

	if (pipe2(told, O_CLOEXEC))
		return -errno;
	middle = fork();
	if (!middle) {
		setsid();
		if (!fork())
			exec_helper(s, argv, ctrl, told[1], enter, i);
		_exit(0);
	}
	close(told[1]);
	if (middle > 0) {
		while (waitpid(middle, NULL, 0) < 0 && errno == EINTR)
			;
		if (read(told[0], &pid, sizeof(pid)) != sizeof(pid))
			pid = -ECHILD;
		else if (pid > 0 && read(told[0], &err, sizeof(err)) == sizeof(err))
			pid = err;
	}
	close(told[0]);
	return pid;
}

/* One question on the control channel, as QEMU will ask many: is anybody there who answers? */
static int ask_swtpm(int fd)
{
	uint32_t question = htobe32(CTRL_GET_CAPABILITY);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t answer;
	ssize_t n;

	if (send(fd, &question, sizeof(question), MSG_NOSIGNAL) != sizeof(question))
		return -errno;
	if (poll(&pfd, 1, SWTPM_MS) <= 0)
		return -ETIMEDOUT;
	n = recv(fd, &answer, sizeof(answer), MSG_WAITALL | MSG_DONTWAIT);
	return n == sizeof(answer) ? 0 : -EPIPE;
}

static const char *swtpm_reason(int err)
{
	switch (err) {
	case ENOENT:
		return _("the program is not installed");
	case ETIMEDOUT:
		return _("it does not answer");
	case EPIPE:
	case ECONNRESET:
		return _("it ended at once");
	default:
		return strerror(err);
	}
}

static int start_swtpm(struct launching *s, size_t i)
{
	char dir[PATH_MAX], state[PATH_MAX + 32];
	char *const argv[] = {
		SWTPM, "socket", "--tpm2", "--tpmstate", state, "--ctrl",
		"type=unixio,clientfd=3", "--terminate", NULL
	};
	int pair[2], r = make_tpm_dir(s, dir);
	_fd_ int theirs = -1;
	pid_t pid;

	if (r)
		return r;
	snprintf(state, sizeof(state), "dir=%s,mode=0600", dir);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return launch_fail(s, errno, _("no socket for the TPM: %m"));
	s->fd[i] = pair[0];
	theirs = pair[1];
	pid = launch_spawn_helper(s, argv, theirs, NULL, i);
	close(TAKE_FD(theirs));
	r = pid < 0 ? pid : launch_journal_helper(s, SWTPM, pid);
	if (pid > 0 && r)
		return r;
	if (!r)
		r = ask_swtpm(s->fd[i]);
	return r ? launch_fail(s, -r, _("the TPM emulator (swtpm, state in %s) cannot be started: %s"),
			       dir, swtpm_reason(-r)) : 0;
}

int launch_helpers(struct launching *s)
{
	int r = start_keeper(s);

	for (size_t i = 0; !r && i < s->p->n_fd; i++) {
		if (s->p->fd[i].kind == PLAN_FD_TPM)
			r = start_swtpm(s, i);
		else if (s->p->fd[i].kind == PLAN_FD_PASST)
			r = launch_passt(s, i);
		else if (s->p->fd[i].kind == PLAN_FD_SHARE)
			r = launch_share(s, i);
	}
	return r;
}

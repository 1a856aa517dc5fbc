/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * virtiofsd gives files the owners the guest names, so it has to be root, and a guest that has taken it over
 * would be root on the host. It is root of a user namespace instead, in which the host's root does not exist: 0 in there is
 * the VM's user, every other id is itself. So the guest can make files of any owner but root, and
 * what is root's it sees as nobody's and gets from it what others get. No capability that reaches beyond is needed, and
 * the service's unit grants none (igvm@.service).
 *
 * A file of the share that is set-user-ID or set-group-ID would be so on the host, where mount options of this namespace
 * do not count: it cannot be made one (seccomp). virtiofsd needs CAP_SETUID, so one that was taken over could also signal
 * processes of host users other than root.
 *
 * The namespace's mounts are all read-only but the folder, which is mounted where the VM's run directory was: a path without
 * commas, by which virtiofsd separates its options. virtiofsd then shuts itself into it by chroot. Its own
 * "namespace" would mount a new /proc, which the kernel allows nobody who sees only parts of the old one, as
 * the unit has it (mount_too_revealing() in fs/namespace.c).
 *
 * QEMU's end is connected before virtiofsd runs: the socket's name is gone then, and nobody else can come first.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/launch_parts.h"

#define SOCKET		"share"

/* Linux' asm-generic/unistd.h, since 6.6 */
#ifndef __NR_fchmodat2
#define __NR_fchmodat2	452
#endif

#define FILES		1000000	/* virtiofsd's own limit, which it can no more set when it is root of a namespace */

/* QEMU's own, in C, was there until 8.0. It tells of each queue that the guest starts; its successor does not know the word. */
#define OF_QEMU		"/usr/lib/qemu/"

static int write_map(const char *path, const char *text)
{
	_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = (ssize_t)strlen(text);

	return fd < 0 || write(fd, text, (size_t)n) != n ? -errno : 0;
}

/* user_namespaces(7): lines of "inside outside count"; 4294967295 is no id. */
static int map_ids(pid_t pid, uid_t uid)
{
	char path[64], text[128];
	int r;

	snprintf(text, sizeof(text), "0 %u 1\n1 1 %u\n%u %u %u\n", uid, uid - 1, uid + 1, uid + 1, UINT32_MAX - uid - 1);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	r = write_map(path, text);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	return r ? r : write_map(path, text);
}

/* Only a process outside may map more than one id: it waits for the byte that says that there is a namespace. */
static pid_t start_mapper(uid_t uid, int *go)
{
	pid_t self = getpid(), pid;
	int pair[2];
	char byte;

	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		close(pair[1]);
		_exit(read(pair[0], &byte, 1) == 1 ? -map_ids(self, uid) : ECANCELED);
	}
	close(pair[0]);
	*go = pair[1];
	return pid < 0 ? -errno : pid;
}

static int enter_namespaces(uid_t uid)
{
	int status, r = 0, go = -1;
	pid_t mapper = start_mapper(uid, &go);

	if (mapper < 0)
		r = (int)mapper;
	else if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) || write(go, "", 1) != 1)
		r = -errno;
	close(go);
	if (mapper > 0 && (waitpid(mapper, &status, 0) < 0 || !WIFEXITED(status)))
		return r ? r : -ECHILD;
	if (!r && mapper > 0 && WEXITSTATUS(status))
		r = -WEXITSTATUS(status);
	if (!r && (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0)))
		r = -errno;
	return r;
}

/* By number: glibc has the calls since 2.36. */
static int mount_folder(const struct wish_share *share, const char *at)
{
	/* Private: what is mounted below it later would come without these attributes. */
	struct mount_attr folder = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, .propagation = MS_PRIVATE },
			  all = { .attr_set = MOUNT_ATTR_RDONLY };
	_fd_ int tree = -1, dir = dir_open_nolink(share->path);

	if (dir < 0)
		return dir;
	tree = (int)syscall(SYS_open_tree, dir, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
	folder.attr_set |= share->read_only ? MOUNT_ATTR_RDONLY : 0;
	if (tree < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &folder, sizeof(folder)) ||
	    syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &all, sizeof(all)) ||
	    syscall(SYS_move_mount, tree, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH))
		return -errno;
	return 0;
}

/* As RestrictSUIDSGID= of systemd.exec(5) does it; openat2() has its mode where seccomp cannot look. */
static int refuse_setid(void)
{
	static const struct {
		int call;
		unsigned int mode;	/* which argument that is */
	} calls[] = {
		{ SCMP_SYS(chmod), 1 }, { SCMP_SYS(fchmod), 1 }, { SCMP_SYS(fchmodat), 2 }, { SCMP_SYS(fchmodat2), 2 },
		{ SCMP_SYS(mkdir), 1 }, { SCMP_SYS(mkdirat), 2 }, { SCMP_SYS(mknod), 1 }, { SCMP_SYS(mknodat), 2 },
		{ SCMP_SYS(creat), 1 }, { SCMP_SYS(open), 2 }, { SCMP_SYS(openat), 3 },
	};
	static const scmp_datum_t bits[] = { S_ISUID, S_ISGID };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = ctx ? seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) : -ENOMEM;

	for (size_t i = 0; !r && i < ARRAY_SIZE(calls) * ARRAY_SIZE(bits); i++) {
		scmp_datum_t bit = bits[i % 2];

		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i / 2].call, 1,
				     SCMP_CMP(calls[i / 2].mode, SCMP_CMP_MASKED_EQ, bit, bit));
	}
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

/* A descriptor for each file that the guest knows: as many as virtiofsd itself would ask for, else as many as there are. */
static void raise_files(void)
{
	struct rlimit have, want = { .rlim_cur = FILES, .rlim_max = FILES };

	if (getrlimit(RLIMIT_NOFILE, &have) || !setrlimit(RLIMIT_NOFILE, &want))
		return;
	have.rlim_cur = have.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &have);
}

static int enter_share(const struct launching *s, size_t i)
{
	const struct wish_share *share = &s->p->share[s->p->fd[i].index];
	int r;

	raise_files();
	r = enter_namespaces(s->uid);
	if (!r)
		r = mount_folder(share, s->p->run_dir);
	return r ? r : refuse_setid();
}

/* QEMU's end of a connection that virtiofsd, who gets *@listener, will find waiting. */
static int connect_early(struct launching *s, int *listener)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*listener = launch_socket(s, SOCKET);
	if (*listener < 0)
		return *listener;
	if (!str_print(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/" SOCKET, s->run_fd))
		errno = ENAMETOOLONG;
	else if (fd >= 0 && !connect(fd, (struct sockaddr *)&a, sizeof(a)) && !unlinkat(s->run_fd, SOCKET, 0))
		return TAKE_FD(fd);
	return launch_fail(s, errno, _("no socket for virtiofsd: %m"));
}

int launch_share(struct launching *s, size_t i)
{
	const struct wish_share *share = &s->p->share[s->p->fd[i].index];
	char options[PATH_MAX + 64];
	char *const argv[] = { (char *)s->p->virtiofsd, "--fd=3", "--rlimit-nofile=0", "-o", options, NULL };
	_fd_ int listener = -1;
	pid_t pid;

	snprintf(options, sizeof(options), "source=%s,sandbox=chroot%s", s->p->run_dir,
		 str_starts(s->p->virtiofsd, OF_QEMU) ? ",log_level=err" : "");
	s->fd[i] = connect_early(s, &listener);
	if (s->fd[i] < 0)
		return s->fd[i];
	pid = launch_spawn_helper(s, argv, listener, enter_share, i);
	if (pid < 0)
		return launch_fail(s, -pid, _("[share %s]: virtiofsd cannot be started for %s: %s"), share->name, share->path,
				   strerror(-pid));
	return launch_journal_helper(s, "virtiofsd", pid);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What makes the process the VM's: limits, the VFIO node, and giving up
 * root. QEMU's own -runas/-run-with user= cannot be used: under its full -sandbox
 * QEMU is killed when it calls setuid (seen on 7.2, 10.0 and 11.1).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/launch_parts.h"
#include "launcher/run/node.h"

#define KVM_NODE	"/dev/kvm"
#define OOM_FILE	"/proc/self/oom_score_adj"

bool launch_vfio_path(const char *sysroot, int group, char path[static PATH_MAX])
{
	return str_print(path, PATH_MAX, "%s/dev/vfio/%d", strcmp(sysroot, "/") ? sysroot : "",
			 group);
}

static int fail_node(struct launching *s, const char *path, int err)
{
	if (err == -EINVAL)
		return launch_fail(s, EINVAL, _("%s: is not a device node"), path);
	return launch_fail(s, -err, _("%s: cannot be given to the VM's user: %s"), path, strerror(-err));
}

int launch_node(struct launching *s)
{
	char path[PATH_MAX];
	int r;

	if (!s->p->igpu || !s->root)
		return 0;
	if (!launch_vfio_path(s->sysroot, s->p->group, path))
		return launch_fail(s, ENAMETOOLONG, "%s: %s", s->sysroot, strerror(ENAMETOOLONG));
	r = node_give(s->run_fd, s->sysroot, path, s->uid);
	return r ? fail_node(s, path, r) : 0;
}

/*
 * input-linux opens the node itself (words_inputs.c). Its group keeps its rights, so the host's own
 * programs read on while the host has the keyboard.
 */
int launch_evdevs(struct launching *s)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < s->p->n_evdev; i++) {
		const struct plan_evdev *e = &s->p->evdev[i];
		int r = !e->there ? 0 : node_event(s->sysroot, e->wish.path, path);

		if (r)
			return launch_fail(s, -r, r == -EINVAL ? _("%s: is no event device")
							       : _("%s: cannot be opened: %m"), e->wish.path);
		if (e->there && s->root)
			r = node_give(s->run_fd, s->sysroot, path, s->uid);
		if (r)
			return fail_node(s, path, r);
	}
	return 0;
}

/* Both limits to at least @need; *@have: what they were. */
static int raise_limit(int which, rlim_t need, struct rlimit *have)
{
	struct rlimit want;

	if (getrlimit(which, have))
		return -errno;
	want = *have;
	if (want.rlim_max < need)
		want.rlim_max = need;
	if (want.rlim_cur < need)
		want.rlim_cur = need;
	return setrlimit(which, &want) ? -errno : 0;
}

static int raise_memlock(struct launching *s)
{
	struct rlimit have = { 0 };
	int r = s->p->memlock_bytes ? raise_limit(RLIMIT_MEMLOCK, s->p->memlock_bytes, &have) : 0;

	return r ? launch_fail(s, -r, _("the limit on locked memory (RLIMIT_MEMLOCK) is %ju bytes, the VM needs %ju: %s"),
			       (uintmax_t)have.rlim_max, (uintmax_t)s->p->memlock_bytes, strerror(-r)) : 0;
}

int launch_nofile(struct launching *s)
{
	struct rlimit have = { 0 };
	int r = raise_limit(RLIMIT_NOFILE, LAUNCH_NOFILE, &have);

	return r ? launch_fail(s, -r, _("the limit on open files (RLIMIT_NOFILE) is %ju, the VM needs %u: %s"),
			       (uintmax_t)have.rlim_max, LAUNCH_NOFILE, strerror(-r)) : 0;
}

/* A protected caller (sshd: -1000) must not make guest RAM the last thing the kernel frees. */
static void reset_oom_score(void)
{
	char text[16];
	int fd;

	if (file_read_line_at(AT_FDCWD, OOM_FILE, text, sizeof(text)) || *text != '-')
		return;
	fd = open(OOM_FILE, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "0", 1) < 0)
		errno = 0; /* it is a matter of order, not of safety */
	close(fd);
}

int launch_limits(struct launching *s)
{
	/* A core file of QEMU is the guest's memory. */
	static const struct rlimit no_core = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &no_core))
		return launch_fail(s, errno, "RLIMIT_CORE: %m");
	reset_oom_score();
	return raise_memlock(s);
}

/* The group of @node, unless that is root's: then it would be worth more than the node. */
static size_t add_group(const char *node, gid_t *gid)
{
	struct stat st;

	if (stat(node, &st) || !st.st_gid)
		return 0;
	*gid = st.st_gid;
	return 1;
}

/*
 * ALSA opens a handful of nodes, and others when a card comes: the group that has them all
 * needs no giving and no taking back.
 */
static size_t groups_of(const struct launching *s, gid_t gid[static 2])
{
	size_t n = add_group(KVM_NODE, gid);

	if (s->p->audio == AUDIO_ALSA)
		n += add_group("/dev/snd/timer", gid + n);
	return n;
}

static int drop_bounding_set(void)
{
	for (int cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return errno == EINVAL ? 0 : -errno;
	return 0;
}

/*
 * QEMU 10.2 and later run their main loop over io_uring where the kernel lets
 * them. 11.1.3 was seen to leave its ring without a single poll request and to
 * sleep for ever, the firmware waiting for its TPM (one start of 14 to 60
 * under Linux 6.12; tests/lab/README.md). Refused, it polls as the versions before
 * did. A VM needs io_uring for nothing else, and it is much of a kernel to
 * leave open to a guest.
 */
static int refuse_io_uring(void)
{
	static const int refused[] = {
		SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < ARRAY_SIZE(refused); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

int launch_drop(uid_t uid, gid_t gid, const gid_t *groups, size_t n)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	int r;

	if (!geteuid()) {
		r = drop_bounding_set();
		if (r)
			return r;
		if (setgroups(n, groups) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			return -errno;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &head, none))
		return -errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int launch_become(const struct launching *s)
{
	gid_t groups[2];
	int r = launch_drop(s->uid, s->gid, groups, groups_of(s, groups));

	return r ? r : refuse_io_uring();
}

/** struct wanted - something QEMU opens by itself; @hint says what to do when it cannot */
struct wanted {
	const char *path;
	enum { TO_RUN, TO_PASS, TO_READ, TO_WRITE } use;
	const char *hint;	/* N_(); NULL none */
};

static const int use_mode[] = {
	[TO_RUN] = X_OK, [TO_PASS] = X_OK, [TO_READ] = R_OK, [TO_WRITE] = R_OK | W_OK,
};

enum { WANTED_MAX = PLAN_FILES_MAX + 8 + WISH_EVDEV_MAX };

static bool is_copied(const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->n_file; i++)
		if (!strcmp(p->file[i].from, path))
			return true;
	return false;
}

static size_t list_wanted(const struct launching *s, struct wanted v[static WANTED_MAX])
{
	const struct plan *p = s->p;
	size_t n = 0;

	v[n++] = (struct wanted){ p->qemu, TO_RUN, NULL };
	v[n++] = (struct wanted){ p->data_dir, TO_PASS, NULL };
	v[n++] = (struct wanted){ p->run_dir, TO_PASS, NULL };
	for (size_t i = 0; i < p->n_file; i++)
		v[n++] = (struct wanted){ p->file[i].to, p->file[i].writable ? TO_WRITE : TO_READ, NULL };
	if (*p->kernel && !is_copied(p, p->kernel))
		v[n++] = (struct wanted){ p->kernel, TO_READ, NULL };
	if (*p->initrd && !is_copied(p, p->initrd))
		v[n++] = (struct wanted){ p->initrd, TO_READ, NULL };
	if (p->accel == ACCEL_KVM)
		v[n++] = (struct wanted){ KVM_NODE, TO_WRITE,
					  N_("; it should be of group kvm, with mode 0660") };
	for (size_t i = 0; i < p->n_evdev; i++)
		if (p->evdev[i].there && !s->root)
			v[n++] = (struct wanted){ p->evdev[i].wish.path, TO_WRITE,
						  N_("; the group input may") };
	if (p->igpu && !strcmp(s->sysroot, "/"))
		v[n++] = (struct wanted){ "/dev/vfio/vfio", TO_WRITE, N_("; its mode should be 0666") };
	return n;
}

/* In the child: index and errno of the first thing that cannot be had. */
_Noreturn static void try_wanted(const struct launching *s, const struct wanted *v, size_t n, int tell)
{
	int answer[2] = { -1, 0 };

	/* Above all the VM's lock: this child must not keep it when its parent is killed. */
	if (dup2(tell, 3) < 0 || close_range(4, ~0U, 0))
		_exit(1);
	tell = 3;
	answer[1] = -launch_become(s);
	for (size_t i = 0; !answer[1] && i < n; i++)
		if (access(v[i].path, use_mode[v[i].use])) {
			answer[0] = (int)i;
			answer[1] = errno;
		}
	_exit(write(tell, answer, sizeof(answer)) != sizeof(answer));
}

static int refuse_use(struct launching *s, const struct wanted *v, int err)
{
	unsigned int uid = (unsigned int)s->uid;
	const char *why = strerror(err), *hint = v->hint ? _(v->hint) : "";

	switch (v->use) {
	case TO_RUN:
		return launch_fail(s, err, _("%s: cannot be executed by the VM's user (uid %u): %s%s"),
				   v->path, uid, why, hint);
	case TO_PASS:
		return launch_fail(s, err, _("%s: cannot be entered by the VM's user (uid %u): %s%s"),
				   v->path, uid, why, hint);
	case TO_READ:
		return launch_fail(s, err, _("%s: cannot be read by the VM's user (uid %u): %s%s"),
				   v->path, uid, why, hint);
	case TO_WRITE:
		break;
	}
	return launch_fail(s, err, _("%s: cannot be read and written by the VM's user (uid %u): %s%s"),
			   v->path, uid, why, hint);
}

int launch_access(struct launching *s)
{
	struct wanted v[WANTED_MAX];
	size_t n = list_wanted(s, v);
	int answer[2] = { -1, ECHILD }, told[2];
	pid_t pid;

	if (pipe2(told, O_CLOEXEC))
		return launch_fail(s, errno, "pipe: %m");
	pid = fork();
	if (!pid)
		try_wanted(s, v, n, told[1]);
	close(told[1]);
	if (pid > 0 && read(told[0], answer, sizeof(answer)) != sizeof(answer))
		answer[1] = ECHILD;
	close(told[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (!answer[1])
		return 0;
	if (answer[0] < 0)
		return launch_fail(s, answer[1], _("cannot become uid %u: %s"),
				   (unsigned int)s->uid, strerror(answer[1]));
	return refuse_use(s, &v[answer[0]], answer[1]);
}

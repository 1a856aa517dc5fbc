/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sock_diag(7) tells of each connection that a socket file serves the inode of the other end, and /proc
 * who has that open. The credentials of our own connection would not do: they are the listener's.
 */
#include "launcher/run/unix_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

enum { PEERS_MAX = 16 };

struct peers {
	uint32_t inode[PEERS_MAX];
	size_t n;
};

static int ask(int fd)
{
	const struct {
		struct nlmsghdr head;
		struct unix_diag_req req;
	} message = {
		.head = { .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.req = { .sdiag_family = AF_UNIX, .udiag_states = 1 << TCP_ESTABLISHED,
			 .udiag_show = UDIAG_SHOW_VFS | UDIAG_SHOW_PEER },
	};

	return send(fd, &message, sizeof(message), 0) == sizeof(message) ? 0 : -errno;
}

/* The kernel's own device number there, not that of stat(2). */
static bool is_file(const struct unix_diag_vfs *v, const struct stat *st)
{
	return v->udiag_vfs_ino == (uint32_t)st->st_ino &&
	       v->udiag_vfs_dev == (major(st->st_dev) << 20 | minor(st->st_dev));
}

static void take_socket(struct nlmsghdr *head, const struct stat *st, struct peers *peers)
{
	struct unix_diag_msg *message = NLMSG_DATA(head);
	int left = (int)head->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*message));
	bool ours = false;
	uint32_t peer = 0;

	for (struct rtattr *a = (struct rtattr *)(message + 1); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == UNIX_DIAG_VFS && RTA_PAYLOAD(a) >= sizeof(struct unix_diag_vfs))
			ours = is_file(RTA_DATA(a), st);
		else if (a->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(a) >= sizeof(peer))
			memcpy(&peer, RTA_DATA(a), sizeof(peer));
	}
	if (ours && peer && peers->n < PEERS_MAX)
		peers->inode[peers->n++] = peer;
}

/* 1: there is more to come, 0, -errno. */
static int take_answer(int fd, const struct stat *st, struct peers *peers)
{
	_Alignas(struct nlmsghdr) char buf[16384];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	int left = (int)n;

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	for (struct nlmsghdr *h = (struct nlmsghdr *)buf; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		if (h->nlmsg_type == NLMSG_DONE)
			return 0;
		if (h->nlmsg_type == NLMSG_ERROR)
			return h->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ?
			       -EPROTO : ((struct nlmsgerr *)NLMSG_DATA(h))->error;
		if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct unix_diag_msg)))
			take_socket(h, st, peers);
	}
	return 1;
}

static int find_peers(const struct stat *st, struct peers *peers)
{
	_fd_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int r = fd < 0 ? -errno : ask(fd);

	if (r)
		return r;
	do {
		r = take_answer(fd, st, peers);
	} while (r > 0);
	return r;
}

static bool has_open(int proc, const struct peers *peers)
{
	_fd_ int fds = openat(proc, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_dir_ DIR *dir = fds < 0 ? NULL : fdopendir(fds);
	char target[64];
	struct dirent *e;
	uint32_t inode;

	if (dir)
		(void)TAKE_FD(fds);
	while (dir && (e = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		if (sscanf(target, "socket:[%u]", &inode) != 1)
			continue;
		for (size_t i = 0; i < peers->n; i++)
			if (peers->inode[i] == inode)
				return true;
	}
	return false;
}

static pid_t find_owner(const struct peers *peers, pid_t but)
{
	_dir_ DIR *dir = opendir("/proc");
	struct dirent *e;
	uint64_t pid;

	while (dir && (e = readdir(dir))) {
		_fd_ int proc = -1;

		if (!str_u64(e->d_name, 10, INT32_MAX, &pid) || (pid_t)pid == but)
			continue;
		proc = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc >= 0 && has_open(proc, peers))
			return (pid_t)pid;
	}
	return -ESRCH;
}

pid_t unix_peer(int dir, const char *file, pid_t but)
{
	struct peers peers = { .n = 0 };
	struct stat st;
	int r;

	if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	r = find_peers(&st, &peers);
	if (r)
		return r;
	return peers.n ? find_owner(&peers, but) : -ESRCH;
}

char *unix_peer_text(int dir, const char *file, pid_t but, char *buf, size_t size)
{
	pid_t pid = unix_peer(dir, file, but);
	char path[32], comm[32];

	buf[0] = '\0';
	if (pid <= 0)
		return buf;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (file_read_line_at(AT_FDCWD, path, comm, sizeof(comm)))
		str_fit(comm, sizeof(comm), "?");
	str_sanitize(comm);
	snprintf(buf, size, "%s (pid %d)", comm, pid);
	return buf;
}

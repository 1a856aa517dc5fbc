/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * igdsim: a simulated Intel iGPU for QEMU's vfio-user-pci.
 *
 * The programs of this folder's README put a whole machine around it. It is
 * also useful alone, one QEMU away from a firmware driver under development.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "igd.h"
#include "launcher/base/cleanup.h"

static const char usage[] =
	"usage: igdsim [--stay] SOCKET PROFILE...\n"
	"Serve a simulated iGPU on the Unix socket SOCKET. The device shows the\n"
	"first PROFILE; a 32-bit write of N to config offset 0xf8 shows the N-th\n"
	"(from 0). Ends when the peer closes the connection.\n"
	"  --stay  wait for the next peer instead; the device keeps its state\n";

static int listen_on(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, path, strlen(path));
	if (!lstat(path, &st) && S_ISSOCK(st.st_mode))
		unlink(path);		/* of one that was killed */
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1))
		return -errno;
	return TAKE_FD(fd);
}

static int serve(int listener, struct igd *g, bool stay)
{
	struct vfu_device dev = igd_device(g);
	int r;

	do {
		_fd_ int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return -errno;
		r = vfu_serve(fd, &dev);
	} while (stay && !r);
	return r;
}

static int run(const char *path, const struct profile *profiles, unsigned int n, bool stay)
{
	struct igd g;
	_fd_ int fd = -1;
	int r = igd_init(&g, profiles, n);

	if (!r) {
		r = fd = listen_on(path);
		if (fd >= 0) {
			r = serve(fd, &g, stay);
			unlink(path);
		}
	}
	igd_done(&g);
	if (r)
		fprintf(stderr, "igdsim: %s: %s\n", path, strerror(-r));
	return r;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "stay", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	_free_ struct profile *profiles = NULL;
	unsigned int n = 0;
	bool stay = false;
	int c, r = 0;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h')
			return fputs(usage, stdout) < 0;
		if (c != 's')
			return fputs(usage, stderr), 2;
		stay = true;
	}
	if (argc - optind < 2)
		return fputs(usage, stderr), 2;
	signal(SIGPIPE, SIG_IGN);
	profiles = calloc((size_t)(argc - optind - 1), sizeof(*profiles));
	if (!profiles)
		return 1;
	for (int i = optind + 1; i < argc && !r; i++)
		r = profile_read(&profiles[n++], argv[i]);
	if (!r)
		r = run(argv[optind], profiles, n, stay);
	for (unsigned int i = 0; i < n; i++)
		profile_done(&profiles[i]);
	return r ? 1 : 0;
}

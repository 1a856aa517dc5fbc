/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU docs/interop/qcow2.rst: a cluster that was written is named in the L1 table by way of an L2. */
#include "launcher/facts/disk_blank.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/cleanup.h"

#define HEADER_BYTES	72
#define L1_MAX		(4u << 20)	/* entries: QEMU's own limit is 32 MiB of them */

static uint64_t be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static bool all_zero(int fd, uint64_t off, uint64_t n)
{
	uint8_t buf[4096];

	while (n) {
		ssize_t got = pread(fd, buf, n < sizeof(buf) ? (size_t)n : sizeof(buf), (off_t)off);

		if (got <= 0)
			return false;
		for (ssize_t i = 0; i < got; i++)
			if (buf[i])
				return false;
		off += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return true;
}

bool disk_is_blank(const char *path, bool qcow2)
{
	_fd_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	uint8_t head[HEADER_BYTES];
	uint64_t entries, table;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	if (!qcow2)
		return st.st_size && lseek(fd, 0, SEEK_DATA) < 0 && errno == ENXIO;
	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) || memcmp(head, "QFI\xfb", 4) ||
	    be(head + 8, 8))
		return false;
	entries = be(head + 36, 4);
	table = be(head + 40, 8);
	return entries <= L1_MAX && table <= INT64_MAX - (uint64_t)L1_MAX * 8 &&
	       all_zero(fd, table, entries * 8);
}

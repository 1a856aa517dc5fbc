/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An initramfs image of any bytes; plain archives also in pieces, which must not change a thing. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "launcher/base/file.h"
#include "launcher/facts/cpio.h"
#include "launcher/facts/initramfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct digest {
	uint64_t sum;
	size_t bytes;
	bool odd;
};

/* Every other file is wanted. */
static bool see_entry(void *arg, const char *path, uint32_t size)
{
	struct digest *d = arg;

	d->sum = d->sum * 31 + strlen(path) + size;
	d->odd = !d->odd;
	return d->odd;
}

static int see_data(void *arg, const uint8_t *p, size_t n)
{
	struct digest *d = arg;

	for (size_t i = 0; i < n; i++)
		d->sum = d->sum * 31 + p[i];
	d->bytes += n;
	return 0;
}

static int feed(const uint8_t *data, size_t size, size_t piece, struct digest *d, size_t *end)
{
	struct cpio_user user = { .entry = see_entry, .data = see_data, .arg = d };
	struct cpio c;
	int r = 0;

	cpio_init(&c, &user, 1000);
	for (*end = 0; !r && *end < size;) {
		size_t n = size - *end < piece ? size - *end : piece, taken;

		r = cpio_feed(&c, data + *end, n, &taken);
		if (taken > n)
			abort();
		*end += taken;
		if (taken < n)
			break;
	}
	return r;
}

static void compare_pieces(const uint8_t *data, size_t size)
{
	struct digest whole = { 0 }, pieces = { 0 };
	size_t a, b;
	int r = feed(data, size, size, &whole, &a), q = feed(data, size, 7, &pieces, &b);

	if (r != q || a != b || whole.sum != pieces.sum || whole.bytes != pieces.bytes || whole.bytes > size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ends[] = { "modprobe.d/a.conf" };
	struct initramfs_facts f;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write_all(fd, data, size))
		abort();
	if (initramfs_read_fd(fd, ends, 1, &f))
		abort();
	if (f.offset > size || (f.state == INITRAMFS_READ) != !*f.why || f.n_texts > INITRAMFS_TEXTS_MAX)
		abort();
	for (size_t i = 0; i < f.n_texts; i++)
		if (f.text[i].text && f.text[i].text[f.text[i].len])
			abort();
	initramfs_done(&f);
	close(fd);
	compare_pieces(data, size);
	return 0;
}

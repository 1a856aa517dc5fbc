/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/cpio.h"

#include <errno.h>
#include <string.h>

/* Offsets of the 8-digit fields behind the magic (init/initramfs.c parse_header()). */
enum { AT_SIZE = 6 + 6 * 8, AT_NAME_SIZE = 6 + 11 * 8, AT_CHECK = 6 + 12 * 8 };

void cpio_init(struct cpio *c, const struct cpio_user *user, uint32_t entries_max)
{
	memset(c, 0, sizeof(*c));
	c->user = *user;
	c->entries_max = entries_max;
}

static int bad(struct cpio *c, const char *why)
{
	c->why = why;
	return -EBADMSG;
}

static bool hex8(const uint8_t *p, uint32_t *v)
{
	*v = 0;
	for (int i = 0; i < 8; i++) {
		uint8_t d = p[i];

		d = d >= '0' && d <= '9' ? (uint8_t)(d - '0') :
		    d >= 'a' && d <= 'f' ? (uint8_t)(d - 'a' + 10) :
		    d >= 'A' && d <= 'F' ? (uint8_t)(d - 'A' + 10) : 16;
		if (d > 15)
			return false;
		*v = *v << 4 | d;
	}
	return true;
}

static int parse_header(struct cpio *c)
{
	const uint8_t *h = c->header;

	if (memcmp(h, "07070", 5) || (h[5] != '1' && h[5] != '2'))
		return bad(c, memcmp(h, "070707", 6) ? "no cpio header where one belongs" :
			   "an old cpio archive (070707), which the kernel does not take");
	if (!hex8(h + AT_SIZE, &c->size) || !hex8(h + AT_NAME_SIZE, &c->name_size) ||
	    !hex8(h + AT_CHECK, &c->check))
		return bad(c, "a cpio header whose numbers are none");
	if (!c->name_size || c->name_size > CPIO_NAME_MAX)
		return bad(c, "a cpio header with a name of impossible length");
	if (c->entries++ == c->entries_max) {
		c->why = "more files than an initramfs can have";
		return -E2BIG;
	}
	c->crc = h[5] == '2';
	c->state = CPIO_NAME;
	c->have = 0;
	return 0;
}

static void data_done(struct cpio *c)
{
	c->left = -c->size & 3;
	c->state = CPIO_DATA_PAD;
}

static int begin_data(struct cpio *c)
{
	c->trailer = !strcmp(c->name, "TRAILER!!!");
	c->wanted = !c->trailer && c->user.entry && c->user.entry(c->user.arg, c->name, c->size);
	c->sum = 0;
	c->left = c->size;
	c->state = CPIO_DATA;
	return 0;
}

static int parse_name(struct cpio *c)
{
	if (c->name[c->name_size - 1])
		return bad(c, "a cpio name without an end");
	/* Header and name together are padded to four bytes. */
	c->left = -(uint32_t)(sizeof(c->header) + c->name_size) & 3;
	c->state = CPIO_NAME_PAD;
	return 0;
}

static int end_data(struct cpio *c)
{
	if (c->crc && !c->trailer && c->sum != c->check && c->size)
		c->bad_sum = true;
	data_done(c);
	return c->wanted && c->user.end ? c->user.end(c->user.arg) : 0;
}

/* As much of a field of @size bytes as there is; true: it is complete. */
static bool collect(void *field, uint32_t size, uint32_t *have, const uint8_t *p, size_t n, size_t *used)
{
	size_t more = size - *have < n ? size - *have : n;

	memcpy((uint8_t *)field + *have, p, more);
	*have += (uint32_t)more;
	*used = more;
	return *have == size;
}

static size_t pass(struct cpio *c, size_t n)
{
	n = n < c->left ? n : c->left;
	c->left -= (uint32_t)n;
	return n;
}

static int feed_data(struct cpio *c, const uint8_t *p, size_t n, size_t *used)
{
	int r = 0;

	*used = pass(c, n);
	if (c->crc)
		for (size_t i = 0; i < *used; i++)
			c->sum += p[i];
	if (c->wanted && *used && c->user.data)
		r = c->user.data(c->user.arg, p, *used);
	return r;
}

/* One step within one state; *@used may be 0 when the state alone went on. */
static int step(struct cpio *c, const uint8_t *p, size_t n, size_t *used)
{
	*used = 0;
	switch (c->state) {
	case CPIO_BETWEEN:
		while (*used < n && !p[*used])
			++*used;
		if (*used < n && p[*used] == '0') {
			c->state = CPIO_HEADER;
			c->have = 0;
		}
		return 0;
	case CPIO_HEADER:
		return collect(c->header, sizeof(c->header), &c->have, p, n, used) ? parse_header(c) : 0;
	case CPIO_NAME:
		return collect(c->name, c->name_size, &c->have, p, n, used) ? parse_name(c) : 0;
	case CPIO_NAME_PAD:
		*used = pass(c, n);
		return c->left ? 0 : begin_data(c);
	case CPIO_DATA:
		if (c->left)
			return feed_data(c, p, n, used);
		return end_data(c);
	case CPIO_DATA_PAD:
		*used = pass(c, n);
		if (c->left)
			return 0;
		c->state = c->trailer ? CPIO_BETWEEN : CPIO_HEADER;
		c->have = 0;
		return 0;
	}
	return 0;
}

/* Does the state go on without another byte? */
static bool goes_on(const struct cpio *c)
{
	return !c->left && (c->state == CPIO_NAME_PAD || c->state == CPIO_DATA ||
			    c->state == CPIO_DATA_PAD);
}

int cpio_feed(struct cpio *c, const uint8_t *p, size_t n, size_t *taken)
{
	size_t used;
	int r = 0;

	*taken = 0;
	while (!r && (*taken < n || goes_on(c))) {
		/* A byte that begins no archive is somebody else's. */
		if (c->state == CPIO_BETWEEN && p[*taken] && p[*taken] != '0')
			return 0;
		r = step(c, p + *taken, n - *taken, &used);
		*taken += used;
	}
	return r;
}

size_t cpio_skippable(const struct cpio *c)
{
	return c->state == CPIO_DATA && !c->wanted && !c->crc ? c->left : 0;
}

void cpio_skip(struct cpio *c, size_t n)
{
	c->left -= (uint32_t)n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pieces wish_read() is put together from; `create` lists the templates by it, and nobody
 * else includes this.
 */
#ifndef IGVM_FACTS_WISH_PARTS_H
#define IGVM_FACTS_WISH_PARTS_H

#include "launcher/facts/wish.h"

/** struct wish_reader - where values are being read from, and whom to tell */
struct wish_reader {
	struct wish *w;
	struct wish_error *e;
	const struct paths *p;
	const char *file;
	bool own;			/* @file is the VM's own, no template */
	struct wish_where igpu_key;	/* the first key of [igpu] in the VM's own files */
};

/** wish_refuse() - fill *@r->e for line @line of r->file (0 = the file); returns -EINVAL */
int wish_refuse(struct wish_reader *r, int line, const char *fmt, ...) printf_(3, 4);

/** wish_finish() - judge the values together, once all files are read: 0 or -EINVAL */
int wish_finish(struct wish_reader *r);

/**
 * wish_templates() - the names of all templates as "linux, win11", the administrator's first; as many
 * as @size holds
 *
 * Returns how many there are in @out, which is "" without one.
 */
size_t wish_templates(const struct paths *p, char *out, size_t size);

#endif

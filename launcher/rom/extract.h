/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm rom extract` found, and how it is told. */
#ifndef IGVM_ROM_EXTRACT_H
#define IGVM_ROM_EXTRACT_H

#include <limits.h>

#include "launcher/cmd.h"
#include "launcher/rom/input.h"
#include "launcher/rom/live.h"
#include "launcher/rom/piece.h"
#include "romfiles/kind.h"
#include "romfiles/sha256.h"

#define PIECES_MAX	64

/** struct found - a piece with where it comes from; bytes owned */
struct found {
	enum piece_kind kind;
	char label[96];
	const char *source;	/* id of the place; "file" */
	char *bytes;
	size_t n;
	char sha256[SHA256_HEX];
	char file[PATH_MAX];	/* written to; "" not */
	int differs_from;	/* index of the better place's piece of this kind, when it differs; -1 */
	bool twin;		/* the same bytes as another's, or the beginning of it */
};

struct extract {
	const struct globals *g;
	const char *dir, *stem;
	bool list, force, live;
	const struct live *place;	/* LIVE_N of them, with @live */
	struct input in;
	struct found v[PIECES_MAX];
	size_t n, dropped;
	int code;
	enum rom_kind kind;	/* of FILE */
};

/** extract_people() - places and pieces, on stdout */
void extract_people(const struct extract *x);

/** extract_json() - the same as JSON; returns x->code, or EXIT_FAILED without memory */
int extract_json(const struct extract *x);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One INI file as rows, each with its line. Nothing is looked up, nothing is merged. */
#ifndef IGVM_FACTS_WISH_INI_H
#define IGVM_FACTS_WISH_INI_H

#include <stddef.h>

#include "launcher/facts/wish.h"

#define WISH_FILE_MAX	(64 * 1024)	/* bytes of a VM file */
#define WISH_LINE_MAX	8192		/* bytes of a line: a path and its key fit */

/** struct wish_row - one `key = value`; owned texts */
struct wish_row {
	char *section, *key, *value;
	int line;
};

/** struct wish_rows - the rows of one file in the order of their lines */
struct wish_rows {
	struct wish_row *v;
	size_t n;
};

/**
 * wish_ini_parse() - the rows of @text
 *
 * Returns 0; -EINVAL with line and text of *@e filled (its file is left alone); -EFBIG over
 * WISH_FILE_MAX, likewise filled; -ENOMEM.
 */
nodiscard_ int wish_ini_parse(const char *text, size_t len, struct wish_rows *rows,
			      struct wish_error *e);

/** wish_rows_done() - release; harmless on a zeroed one */
void wish_rows_done(struct wish_rows *rows);

#endif

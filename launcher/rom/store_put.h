/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ROM and its sidecar into igvm's store (launcher/facts/rom_store.h). */
#ifndef IGVM_ROM_STORE_PUT_H
#define IGVM_ROM_STORE_PUT_H

#include <sys/types.h>

#include "launcher/facts/rom_store.h"
#include "romfiles/span.h"

/** enum store_done - what became of it */
enum store_done {
	STORE_PUT,	/* it is there now */
	STORE_THERE,	/* it was there already */
	STORE_TAKEN,	/* another ROM has that name, and @replace is false */
	STORE_FULL,	/* ROM_STORE_MAX are there */
};

/** struct store_wish - how; @mode is for the folder when it is missing */
struct store_wish {
	mode_t mode;
	bool named;	/* the entry's name is the owner's choice: it may be another's already */
	bool replace;	/* ... and is taken over then */
	bool retell;	/* platform and ids are said anew also of one that is there */
};

/**
 * store_put() - put the file of @bytes, described by *@e, into the folder @dir
 *
 * The folder is locked meanwhile, calls at the same time take turns. The same
 * bytes are never there twice: *@e becomes the entry that has them. A file
 * that was changed since its import is put right. 0, -ENOMEM, -EPERM (others
 * may write the folder), or -errno of a file.
 */
nodiscard_ int store_put(const char *dir, const struct store_wish *w, struct rom_store_entry *e,
			 struct span bytes, enum store_done *done);

#endif

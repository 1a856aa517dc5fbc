/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. The journal is a directory of root's below igvm's data,
 * DATA/setup: journal.json, and one file per configuration file that was there,
 * with its original bytes (file-0, file-1, ...).
 *
 * Before the first change the saved bytes are written and synced, then
 * journal.json, which names each file with what belonged to it and the SHA-256
 * of its bytes before and after. Each file is then replaced by a rename. So after a loss of power
 * every file is its old or its new self as a whole, with owner, mode, times, labels, and what
 * has to be done is told from the files alone, by their hash: after: restore; before: done already;
 * anything else: somebody changed it, hands off. Nothing in the journal counts steps, hence
 * undo can be cut off anywhere, too, and begun anew.
 *
 * Adopted files have a third text, their stock: the original without the hand-made lines. undo with stock writes
 * that one, keeps their entries, and so a later undo still leads to the original.
 *
 * The directory itself is the lock (flock): two setups never run together.
 * journal.json goes first when all is undone, then the rest; what is left without one is rubbish.
 */
#ifndef IGVM_SETUP_SETUP_JOURNAL_H
#define IGVM_SETUP_SETUP_JOURNAL_H

#include "launcher/setup/setup_made.h"
#include "launcher/setup/setup_place.h"
#include "launcher/setup/setup_plan.h"
#include "romfiles/sha256.h"

enum setup_state {
	SETUP_NONE,		/* no journal; never on disk */
	SETUP_APPLYING,		/* files may be old or new */
	SETUP_APPLIED,
	SETUP_UNDOING,		/* files may be new, old or stock; commands are due */
	SETUP_STOCK,		/* undone, but for hand-made lines, which are kept here alone */
	SETUP_STATES
};

/** struct setup_entry - one file that igvm changes, made or removes */
struct setup_entry {
	char path[256];
	bool existed;
	bool trial;		/* it belongs to the trial: confirm removes it */
	bool kept;		/* undo found that somebody changed it, and left it */
	bool adopted;		/* hand-made lines were in it; with @existed */
	struct setup_meta meta;	/* as it was, with @existed */
	char before[SHA256_HEX]; /* "": there was no file */
	char after[SHA256_HEX];	/* "": the file is to go */
	char also[SHA256_HEX];	/* what an earlier apply made of it; "" none */
	unsigned int saved;	/* its bytes are in file-N, with @existed */
	char stock[SHA256_HEX];	/* with @adopted: without those lines; "": then the file is to go */
	unsigned int saved_stock; /* those bytes are in file-N, with @stock */
};

/** struct setup_dir - a directory whose entries change, or that igvm makes */
struct setup_dir {
	char path[256];
	bool made;		/* by igvm: it goes with undo, if it is empty */
	bool restore;		/* nobody else has changed its entries: its times come back */
	struct timespec atime, mtime;	/* as they were */
	struct timespec left;	/* mtime when apply was over */
};

#define SETUP_ENTRIES_MAX	64
#define SETUP_DIRS_MAX		64
#define SETUP_SAVED_MAX		1024	/* saved files; those of entries that went stay until the journal goes */
#define SETUP_BOOT_MAX		40

struct setup_journal {
	enum setup_state state;
	enum setup_way way;
	uint64_t since;		/* seconds since the epoch */
	char boot[SETUP_BOOT_MAX]; /* boot id when it was applied; "" unknown */
	unsigned int trial;	/* seconds of the boot after this one; 0: none, or confirmed */
	struct setup_entry e[SETUP_ENTRIES_MAX];
	size_t n;
	struct setup_dir d[SETUP_DIRS_MAX];
	size_t n_dirs;
	struct setup_command c[SETUP_COMMANDS_MAX]; /* why is "" when read from disk */
	size_t n_commands;
	struct setup_mades made; /* what the tools had made before they ran for setup; not whole: unknown */
};

/** struct setup_store - the journal's directory, locked while it is open */
struct setup_store {
	int fd;			/* -1: there is none */
};

/**
 * setup_store_open() - DATA/setup below the root, locked
 *
 * @make: created when missing, and what is there without a journal removed. 0; -ENOENT;
 * -EBUSY another setup runs; -EPERM it is not the caller's own or others may write to it; -errno.
 */
nodiscard_ int setup_store_open(const struct tree *t, bool make, struct setup_store *s);
void setup_store_done(struct setup_store *s);

/** setup_store_remove() - journal first, then what is saved, the directory, and DATA if nothing else is in it */
nodiscard_ int setup_store_remove(const struct tree *t, struct setup_store *s);

/** setup_store_save() - file-@n becomes these bytes, on disk; 0 or -errno */
nodiscard_ int setup_store_save(const struct setup_store *s, unsigned int n, const void *data, size_t len);

/** setup_store_load() - file-@n, if its SHA-256 is @hash; -EBADMSG it is not, -errno */
nodiscard_ int setup_store_load(const struct setup_store *s, unsigned int n, const char *hash, char **text,
				size_t *len);

/**
 * setup_journal_new() - an empty one; NULL without memory. setup_journal_free() takes NULL
 */
struct setup_journal *setup_journal_new(void);
void setup_journal_free(struct setup_journal *j);

/**
 * setup_journal_read() - @j must be new
 *
 * 0, with SETUP_NONE when there is none; -EBADMSG it is damaged, names a path that none of ours can be, or
 * a saved file is not the one it names; -EPROTO a newer igvm wrote it; -errno.
 */
nodiscard_ int setup_journal_read(const struct setup_store *s, struct setup_journal *j);

/** setup_journal_write() - replace it on disk; 0 or -errno */
nodiscard_ int setup_journal_write(const struct setup_store *s, const struct setup_journal *j);

/** setup_journal_find() - the entry of @path, or NULL */
struct setup_entry *setup_journal_find(struct setup_journal *j, const char *path);

/** setup_journal_drop() - take the entry out of the list */
void setup_journal_drop(struct setup_journal *j, struct setup_entry *e);

/** setup_hash() - SHA-256 of the bytes as text; "" for no file (NULL) */
void setup_hash(const char *data, size_t len, char hex[static SHA256_HEX]);

/** setup_state_text() - "none", "applying", "applied", "undoing", "stock" */
const char *setup_state_text(enum setup_state s);

#endif

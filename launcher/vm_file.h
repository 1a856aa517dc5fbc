/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing a VM file: read, validated as a whole with its template and
 * drop-ins, judged, shown, replaced. Parts of `set` and `edit`: they say what
 * is wrong, once, and return an exit code.
 */
#ifndef IGVM_VM_FILE_H
#define IGVM_VM_FILE_H

#include <sys/stat.h>

#include "launcher/cmd.h"
#include "launcher/facts/wish.h"

struct vm_file {
	const struct globals *g;
	const char *name;
	struct paths paths;
	char path[PATH_MAX];	/* NAME.conf */
	char *text;		/* owned, NUL-terminated, as it was read */
	size_t len;
	struct stat st;
	bool readable;		/* it was a VM file without a fault: @before is it */
	struct wish before, after;
	bool live;		/* the caller changes the running VM, too */
};

/** vm_file_load() - the file of VM @name; EXIT_NO_VM, EXIT_USAGE, EXIT_PRIVILEGE, EXIT_FAILED */
int vm_file_load(const struct globals *g, const char *name, struct vm_file **f);

/** vm_file_check() - is @text a whole VM file in its place? EXIT_USAGE: it was said where it is not */
int vm_file_check(struct vm_file *f, const char *text, size_t len);

/**
 * vm_file_replace() - check and judge @text, show in which lines it differs, replace the file by it
 *
 * @show: print the difference. EXIT_REFUSED where the life of the display forbids it and @force is false. EXIT_BUSY when
 * somebody else has changed the file since vm_file_load(). A text that differs in nothing is EXIT_OK.
 */
int vm_file_replace(struct vm_file *f, const char *text, size_t len, bool force, bool show);

/** vm_file_free() - release; NULL allowed */
void vm_file_free(struct vm_file *f);

static inline void cleanup_vm_file(struct vm_file **f)
{
	vm_file_free(*f);
}
#define _vm_file_	__attribute__((cleanup(cleanup_vm_file)))

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that was not given. Whoever reads a host goes on without what he could not read, and says that it
 * is unknown; when the reason is that memory ran out, nothing that is then said can be relied on. It is
 * noted here, and main() makes a failure of it.
 */
#ifndef IGVM_BASE_MEMORY_H
#define IGVM_BASE_MEMORY_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

/** memory_watch_json() - jansson's memory counts, too; before its first use, once */
void memory_watch_json(void);

/** memory_note() - @r, an -errno or 0: noted when it is -ENOMEM; returns @r */
int memory_note(int r);

/** memory_dir() - fdopendir() that notes; NULL for a negative @fd, too */
DIR *memory_dir(int fd);

/**
 * memory_open() - a stream into memory; NULL: there is none
 *
 * As open_memstream(), which does not say that memory ran out while it was written to: *@text and *@n
 * hold when memory_close() has returned 0. *@text is then owned by the caller, and ends in NUL.
 */
FILE *memory_open(char **text, size_t *n);

/** memory_close() - 0; -ENOMEM, noted: *@text, that of memory_open(), is NULL */
int memory_close(FILE *f, char **text);

/** memory_ran_out() - was it noted, in this process? */
bool memory_ran_out(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cleanup attributes: a variable marked with one of these is released when
 * its scope ends. Ownership is handed over by TAKE() (pointers) or
 * TAKE_FD() (descriptors), which leave the "nothing" value behind.
 */
#ifndef IGVM_BASE_CLEANUP_H
#define IGVM_BASE_CLEANUP_H

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define nodiscard_	__attribute__((warn_unused_result))
#define printf_(a, b)	__attribute__((format(printf, a, b)))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static inline void cleanup_json(json_t **j)
{
	json_decref(*j);
}

#define _free_	__attribute__((cleanup(cleanup_free)))
#define _fd_	__attribute__((cleanup(cleanup_fd)))
#define _file_	__attribute__((cleanup(cleanup_file)))
#define _dir_	__attribute__((cleanup(cleanup_dir)))
#define _json_	__attribute__((cleanup(cleanup_json)))

#define TAKE(p)	({ __typeof__(p) take_ = (p); (p) = NULL; take_; })
#define TAKE_FD(fd)	({ int take_ = (fd); (fd) = -1; take_; })

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Write one report line after the other (report.h). Pure: where the bytes go
 * is the caller's @put. Keys and strings are ours and are not escaped.
 */
#ifndef ROMFILES_EFI_EMIT_H
#define ROMFILES_EFI_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/efi/report.h"

/** struct emit - one report in the making */
struct emit {
	const char *prefix; /* REPORT_*_PREFIX */
	const char *kind;   /* "assign", "policy", "probe" */
	void (*put)(void *ctx, const char *text, size_t n);
	void *ctx;
	unsigned int lines; /* written so far */
	size_t n;           /* used of @text */
	bool full;
	char text[REPORT_LINE_MAX];
};

/** emit_open() - begin the line about @subject */
void emit_open(struct emit *e, const char *subject);

/** emit_str() - a string member; NULL gives null */
void emit_str(struct emit *e, const char *key, const char *value);

/** emit_hex() - a hex string of at least @digits digits, up to 16 */
void emit_hex(struct emit *e, const char *key, uint64_t value, unsigned int digits);

/** emit_num() - a number; null above INT64_MAX, where JSON readers give up */
void emit_num(struct emit *e, const char *key, uint64_t value);

void emit_bool(struct emit *e, const char *key, bool value);
void emit_null(struct emit *e, const char *key);

/** emit_bdf() - member "bdf" of bus 0, as "00:02.0" */
void emit_bdf(struct emit *e, unsigned int devfn);

/**
 * emit_close() - end the line and put it out
 *
 * A line that did not fit goes out as the bare subject with the error
 * "overflow", so that it stays one valid object.
 */
void emit_close(struct emit *e);

/** emit_begin() - the first line: subject begin, version, firmware (or NULL) */
void emit_begin(struct emit *e, const char *firmware);

/** emit_end() - the last line, with the number of lines including itself */
void emit_end(struct emit *e);

#endif

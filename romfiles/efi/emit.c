/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/emit.h"

#include <string.h>

/* Room that closing a line always needs: `}` and LF. */
#define TAIL 2

static void add(struct emit *e, const char *s, size_t n)
{
	if (e->full || n > sizeof(e->text) - TAIL - e->n) {
		e->full = true;
		return;
	}
	memcpy(e->text + e->n, s, n);
	e->n += n;
}

static void add_str(struct emit *e, const char *s)
{
	add(e, s, strlen(s));
}

static void add_key(struct emit *e, const char *key)
{
	add_str(e, ",\"");
	add_str(e, key);
	add_str(e, "\":");
}

static void add_subject(struct emit *e, const char *subject)
{
	e->n = 0;
	e->full = false;
	add_str(e, "\n");
	add_str(e, e->prefix);
	add_str(e, "{\"");
	add_str(e, e->kind);
	add_str(e, "\":\"");
	add_str(e, subject);
	add_str(e, "\"");
}

void emit_open(struct emit *e, const char *subject)
{
	add_subject(e, subject);
}

void emit_str(struct emit *e, const char *key, const char *value)
{
	if (!value) {
		emit_null(e, key);
		return;
	}
	add_key(e, key);
	add_str(e, "\"");
	add_str(e, value);
	add_str(e, "\"");
}

void emit_hex(struct emit *e, const char *key, uint64_t value, unsigned int digits)
{
	static const char digit[] = "0123456789abcdef";
	char text[2 + 16 + 1] = "0x";
	unsigned int n = 2;

	for (unsigned int i = 16; i--;)
		if (i < digits || value >> 4 * i)
			text[n++] = digit[value >> 4 * i & 0xf];
	text[n] = '\0';
	emit_str(e, key, text);
}

/*
 * Long division by ten in steps of 16 bits: a 64-bit division would call a
 * run-time function that the 32-bit probe does not have.
 */
static unsigned int div10(uint64_t *v)
{
	uint64_t quotient = 0;
	uint32_t rest = 0;

	for (unsigned int i = 4; i--;) {
		rest = rest << 16 | (uint32_t)(*v >> 16 * i & 0xffff);
		quotient = quotient << 16 | rest / 10;
		rest %= 10;
	}
	*v = quotient;
	return rest;
}

void emit_num(struct emit *e, const char *key, uint64_t value)
{
	char text[19]; /* INT64_MAX has 19 digits */
	size_t n = sizeof(text);

	if (value > INT64_MAX) {
		emit_null(e, key);
		return;
	}
	do
		text[--n] = (char)('0' + div10(&value));
	while (value);
	add_key(e, key);
	add(e, text + n, sizeof(text) - n);
}

void emit_bool(struct emit *e, const char *key, bool value)
{
	add_key(e, key);
	add_str(e, value ? "true" : "false");
}

void emit_null(struct emit *e, const char *key)
{
	add_key(e, key);
	add_str(e, "null");
}

void emit_bdf(struct emit *e, unsigned int devfn)
{
	char text[] = "00:00.0";

	text[3] = (char)('0' + (devfn >> 7 & 1));
	text[4] = "0123456789abcdef"[devfn >> 3 & 0xf];
	text[6] = (char)('0' + (devfn & 7));
	emit_str(e, "bdf", text);
}

/* The subject of a line that overflowed: what stands up to the first comma. */
static void cut_to_subject(struct emit *e)
{
	size_t n = 0;

	while (n < e->n && e->text[n] != ',')
		n++;
	e->n = n;
	e->full = false;
	emit_str(e, "error", "overflow");
}

void emit_close(struct emit *e)
{
	if (e->full)
		cut_to_subject(e);
	e->text[e->n++] = '}';
	e->text[e->n++] = '\n';
	e->lines++;
	e->put(e->ctx, e->text, e->n);
}

void emit_begin(struct emit *e, const char *firmware)
{
	emit_open(e, "begin");
	emit_num(e, "version", REPORT_VERSION);
	if (firmware)
		emit_str(e, "firmware", firmware);
	emit_close(e);
}

void emit_end(struct emit *e)
{
	emit_open(e, "end");
	emit_num(e, "lines", e->lines + UINT64_C(1));
	emit_close(e);
}

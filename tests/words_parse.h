/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's own reading of "a,key=value,..." (util/qemu-option.c, get_opt_value():
 * a doubled comma is a comma, a single one ends the value), written a second time so
 * that what is written can be read back.
 */
#ifndef IGVM_TESTS_WORDS_PARSE_H
#define IGVM_TESTS_WORDS_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/** parse_item() - the item at *@at, unescaped and owned; *@at moves on; NULL at the end */
static inline char *parse_item(const char **at)
{
	char *out, *q;

	if (!*at)
		return NULL;
	out = q = malloc(strlen(*at) + 1);
	while (**at) {
		if (**at == ',' && (*at)[1] != ',')
			break;
		*at += **at == ',';
		*q++ = *(*at)++;
	}
	*q = '\0';
	*at = **at == ',' ? *at + 1 : NULL;
	return out;
}

/** parse_key() - value of @key in @text, owned; NULL: there is none, or it is there twice */
static inline char *parse_key(const char *text, const char *key)
{
	const char *at = text;
	char *item, *hit = NULL;
	size_t n = strlen(key), hits = 0;

	while ((item = parse_item(&at))) {
		if (strlen(item) > n && item[n] == '=' && !memcmp(item, key, n)) {
			free(hit);
			hit = strdup(item + n + 1);
			hits++;
		}
		free(item);
	}
	if (hits > 1) {
		free(hit);
		return NULL;
	}
	return hit;
}

static inline size_t parse_count(const char *text)
{
	const char *at = text;
	size_t n = 0;
	char *item;

	while ((item = parse_item(&at))) {
		free(item);
		n++;
	}
	return n;
}

#endif

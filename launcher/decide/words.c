/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * Words are written in the key=value form that every guide, report and
 * mailing list uses, through words_value(): the one place that doubles commas
 * and refuses control bytes. Each group of options is a function in words_*.c;
 * they run in the order people read a command line. Nothing is decided here.
 *
 * Addresses on the root bus are fixed per kind of device, so that adding a
 * disk does not move the network card under the guest's feet:
 *   01 emulated display (q35)   02 the iGPU, nothing else ever
 *   03 agent port   04 random numbers   05 emulated display (i440fx)
 *   06 USB          07 network cards, one function each
 *   08-0a SATA      0b-1a other disks   1b sound
 *   1c panic device 1d watchdog         1e shared folders, one function each
 *   1f q35's own
 */
#include "launcher/decide/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/decide/words_parts.h"

static void *grow(struct builder *b, void *old, size_t bytes)
{
	void *v = b->err ? NULL : realloc(old, bytes);

	if (!v && !b->err)
		b->err = memory_note(-ENOMEM);
	return v;
}

void words_add(struct builder *b, const char *option, const char *why)
{
	struct words *w = b->words;
	struct word *v = grow(b, w->v, (w->n + 1) * sizeof(*v));

	if (!v)
		return;
	w->v = v;
	v[w->n] = (struct word){ .why = why };
	v[w->n].option = strdup(option);
	if (!v[w->n++].option)
		b->err = memory_note(-ENOMEM);
}

/* Append @n bytes to the value of the last word. */
static void append(struct builder *b, const char *text, size_t n)
{
	struct word *last;
	size_t old;
	char *v;

	if (b->err)
		return;
	last = &b->words->v[b->words->n - 1];
	old = last->value ? strlen(last->value) : 0;
	v = grow(b, last->value, old + n + 1);
	if (!v)
		return;
	memcpy(v + old, text, n);
	v[old + n] = '\0';
	last->value = v;
}

static bool text_ok(struct builder *b, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c >= 0x20 && *c != 0x7f)
			continue;
		if (!b->err && b->bad)
			*b->bad = text;
		b->err = b->err ? b->err : -EINVAL;
		return false;
	}
	return true;
}

void words_plain(struct builder *b, const char *text)
{
	if (text_ok(b, text))
		append(b, text, strlen(text));
}

void words_value(struct builder *b, const char *text)
{
	if (!text_ok(b, text))
		return;
	append(b, "", 0);
	while (*text) {
		size_t n = strcspn(text, ",");

		append(b, text, n);
		text += n;
		if (*text == ',') {
			append(b, ",,", 2);
			text++;
		}
	}
}

void words_key(struct builder *b, const char *key, const char *value)
{
	const struct word *last;

	if (b->err)
		return;
	last = &b->words->v[b->words->n - 1];
	if (last->value)
		append(b, ",", 1);
	append(b, key, strlen(key));
	append(b, "=", 1);
	words_value(b, value);
}

void words_keyf(struct builder *b, const char *key, const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	words_key(b, key, text);
}

void words_path(struct builder *b, const char *key, const char *dir, const char *name)
{
	words_key(b, key, dir);
	append(b, "/", 1);
	words_value(b, name);
}

int words_fd(const struct plan *p, enum plan_fd_kind kind)
{
	for (size_t i = 0; i < p->n_fd; i++)
		if (p->fd[i].kind == kind)
			return p->fd[i].fd;
	return -1;
}

int words_build(const struct plan *p, struct words *w, const char **bad)
{
	struct builder b = { .words = w, .p = p, .bad = bad };

	*w = (struct words){ 0 };
	words_machine(&b);
	words_firmware(&b);
	words_channels(&b);
	words_display(&b);
	words_igpu(&b);
	words_disks(&b);
	words_nets(&b);
	words_inputs(&b);
	words_jobs(&b);
	words_limits(&b);
	/* Last: an option of theirs that lacks its value would take the word that follows it, -sandbox say. */
	words_extra(&b);
	if (b.err)
		words_done(w);
	return b.err;
}

char **words_argv(const struct words *w, const char *argv0)
{
	size_t bytes = strlen(argv0) + 1, n = 1, slots = 2 * w->n + 2;
	char **argv, *text;

	for (size_t i = 0; i < w->n; i++) {
		bytes += strlen(w->v[i].option) + 1;
		bytes += w->v[i].value ? strlen(w->v[i].value) + 1 : 0;
	}
	argv = malloc(slots * sizeof(*argv) + bytes);
	if (!argv)
		return NULL;
	text = (char *)(argv + slots);
	argv[0] = strcpy(text, argv0);
	text += strlen(text) + 1;
	for (size_t i = 0; i < w->n; i++) {
		argv[n++] = strcpy(text, w->v[i].option);
		text += strlen(text) + 1;
		if (!w->v[i].value)
			continue;
		argv[n++] = strcpy(text, w->v[i].value);
		text += strlen(text) + 1;
	}
	argv[n] = NULL;
	return argv;
}

void words_done(struct words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->v[i].option);
		free(w->v[i].value);
	}
	free(w->v);
	*w = (struct words){ 0 };
}

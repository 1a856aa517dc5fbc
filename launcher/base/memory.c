/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/memory.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool ran_out;

int memory_note(int r)
{
	ran_out |= r == -ENOMEM;
	return r;
}

bool memory_ran_out(void)
{
	return ran_out;
}

/* A list without what it had no memory for would be a list all the same. */
static void *json_memory(size_t n)
{
	void *p = malloc(n);

	if (!p)
		ran_out = true;
	return p;
}

void memory_watch_json(void)
{
	json_set_alloc_funcs(json_memory, free);
}

DIR *memory_dir(int fd)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		memory_note(-errno);
	return dir;
}

/* --- a stream ---------------------------------------------------------------------- */

struct stream {
	char **text;
	size_t *n;
	size_t room;
};

/* 0 is an error to the C library. */
static ssize_t stream_write(void *cookie, const char *p, size_t n)
{
	struct stream *s = cookie;
	size_t need = *s->n + n + 1;

	if (need > s->room) {
		char *more = realloc(*s->text, 2 * need);

		if (!more)
			return 0;
		*s->text = more;
		s->room = 2 * need;
	}
	memcpy(*s->text + *s->n, p, n);
	*s->n += n;
	(*s->text)[*s->n] = '\0';
	return (ssize_t)n;
}

static int stream_close(void *cookie)
{
	free(cookie);
	return 0;
}

FILE *memory_open(char **text, size_t *n)
{
	struct stream *s = malloc(sizeof(*s));
	FILE *f = NULL;

	*text = strdup("");
	*n = 0;
	if (s && *text) {
		*s = (struct stream){ .text = text, .n = n };
		f = fopencookie(s, "w", (cookie_io_functions_t){ .write = stream_write, .close = stream_close });
	}
	if (f)
		return f;
	free(s);
	free(*text);
	*text = NULL;
	memory_note(-ENOMEM);
	return NULL;
}

int memory_close(FILE *f, char **text)
{
	bool whole = !fflush(f) && !ferror(f);

	fclose(f);
	if (whole)
		return 0;
	free(*text);
	*text = NULL;
	return memory_note(-ENOMEM);
}

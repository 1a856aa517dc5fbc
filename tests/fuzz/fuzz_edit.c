/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration files of any bytes: the first byte chooses the format. What a scanner takes has its words inside the text, in
 * order; no change gives the same bytes; a word that is put in is found again, unless the text is refused then.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/cleanup.h"
#include "launcher/setup/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int scan(int format, const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	switch (format) {
	case 0: return edit_shell(text, len, "GRUB_CMDLINE_LINUX", false, w, e);
	case 1: return edit_shell(text, len, "HOOKS", true, w, e);
	case 2: return edit_cmdline(text, len, w, e);
	case 3: return edit_bls(text, len, w, e);
	case 4: return edit_limine(text, len, w, e);
	default: return edit_lines(text, len, w, e);
	}
}

static void check_words(const struct edit_words *w, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].at < at || w->v[i].at > len || w->v[i].len > len - w->v[i].at || !w->v[i].line)
			abort();
		at = w->v[i].at + w->v[i].len;
	}
	for (size_t i = 0; i < w->n_insert; i++)
		if (w->insert[i] > len || w->from[i] > w->insert[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct edit_change add = { NULL, "igvm.fuzz=1" };
	int format = size ? data[0] % 6 : 0;
	_free_ char *text = malloc(size + 1), *same = NULL, *with = NULL;
	size_t len = size ? size - 1 : 0, out;
	struct edit_words w;
	struct edit_error e;

	if (!text)
		return 0;
	if (len)
		memcpy(text, data + 1, len);
	text[len] = '\0';
	if (scan(format, text, len, &w, &e)) {
		if (!e.why || w.v)
			abort();
		return 0;
	}
	check_words(&w, len);
	if (edit_apply(text, len, &w, NULL, 0, &same, &out) || out != len || memcmp(same, text, len) ||
	    edit_apply(text, len, &w, &add, 1, &with, &out))
		abort();
	edit_words_done(&w);
	if (format < 5 && !scan(format, with, out, &w, &e)) {
		if (!edit_has(with, &w, add.to))
			abort();
		edit_words_done(&w);
	}
	return 0;
}

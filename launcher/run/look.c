/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "qmp/base64.h"

#define FILE_MAX	65536u

/* Without comment lines and indentation; @to holds as much as @from. */
static size_t squeeze(char *to, const char *from)
{
	size_t n = 0;

	while (*from) {
		const char *text = from + strspn(from, " \t");
		size_t len = strcspn(text, "\n");

		if (len && *text != '#') {
			memcpy(to + n, text, len);
			n += len;
			to[n++] = '\n';
		}
		from = text + len + (text[len] == '\n');
	}
	to[n] = '\0';
	return n;
}

static char *encode(const char *text, size_t n)
{
	_free_ char *wide = malloc(2 * n + 1);

	for (size_t i = 0; wide && i < n; i++) {
		wide[2 * i] = text[i];
		wide[2 * i + 1] = '\0';
	}
	return wide ? base64_encode(wide, 2 * n) : NULL;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if (*s & 0x80)
			return false;
	return true;
}

static int make_windows(const char *script, size_t n, struct look_words *w)
{
	const char *const argv[] = { "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy",
				     "Bypass", "-EncodedCommand" };

	if (!is_ascii(script))
		return -EINVAL;
	w->text = encode(script, n);
	if (!w->text)
		return -ENOMEM;
	/* The agent looks for it along the service's PATH, whatever drive Windows is on. */
	w->path = "powershell.exe";
	memcpy(w->argv, argv, sizeof(argv));
	w->argv[ARRAY_SIZE(argv)] = w->text;
	return 0;
}

int look_words_make(const char *script, bool windows, bool quick, struct look_words *w)
{
	static const char *const first[2][2] = { { "quick=\n", "quick=1\n" },
						 { "$quick=''\n", "$quick='1'\n" } };
	const char *head = first[windows][quick];
	_free_ char *text = malloc(strlen(head) + strlen(script) + 2);
	size_t n;

	*w = (struct look_words){ 0 };
	if (!text)
		return -ENOMEM;
	strcpy(text, head);
	n = strlen(head) + squeeze(text + strlen(head), script);
	if (n > LOOK_SCRIPT_MAX)
		return -E2BIG;
	if (windows)
		return make_windows(text, n, w);
	w->path = "/bin/sh";
	w->text = TAKE(text);
	w->argv[0] = "-c";
	w->argv[1] = w->text;
	return 0;
}

void look_words_done(struct look_words *w)
{
	free(w->text);
	*w = (struct look_words){ 0 };
}

int look_words_load(bool windows, bool quick, struct look_words *w)
{
	_free_ char *script = NULL;
	char path[PATH_MAX];
	int r;

	*w = (struct look_words){ 0 };
	if (!str_print(path, sizeof(path), "%s/guest/%s", paths_datadir(),
		       windows ? "look-windows.ps1" : "look-linux.sh"))
		return -ENAMETOOLONG;
	r = file_read_at(AT_FDCWD, path, FILE_MAX, &script, NULL);
	return r ? r : look_words_make(script, windows, quick, w);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/str.h"

const char *program_path(void)
{
	const char *path = getenv("PATH");

	return path ? path : "/usr/local/bin:/usr/bin:/bin";
}

/* access() says yes to directories, too. */
static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

bool program_find(const char *dirs, const char *name, char *path, size_t size)
{
	for (const char *d = dirs; *d; d += strcspn(d, ":"), d += *d == ':')
		if (*d == '/' && str_print(path, size, "%.*s/%s", (int)strcspn(d, ":"), d, name) &&
		    is_program(path))
			return true;
	if (size)
		*path = '\0';
	return false;
}

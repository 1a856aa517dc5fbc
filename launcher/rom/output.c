/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"

int output_check(const char *path, const char *in, bool force)
{
	struct stat out, from;

	/* Through links: what matters is which bytes would be lost. */
	if (stat(path, &out))
		return 0;
	if (!(strcmp(in, "-") ? stat(in, &from) : fstat(STDIN_FILENO, &from)) && stat_is_same(&out, &from))
		return -EXDEV;
	if (!S_ISREG(out.st_mode))
		return S_ISDIR(out.st_mode) ? -EISDIR : -EINVAL;
	return force ? 0 : -EEXIST;
}

/* Not every file system can refuse to replace (NFS); a second name can be refused by all that have it. */
static int rename_new(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (link(from, to))
		return -errno;
	unlink(from);
	return 0;
}

static mode_t file_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0644 & ~mask;
}

int output_write(const char *path, const void *bytes, size_t n, bool force)
{
	char temp[PATH_MAX];
	int r;

	if (force)
		return file_replace_at(AT_FDCWD, path, bytes, n, file_mode());
	if (!str_print(temp, sizeof(temp), "%s.%d.part", path, (int)getpid()))
		return -ENAMETOOLONG;
	r = file_replace_at(AT_FDCWD, temp, bytes, n, file_mode());
	if (!r)
		r = rename_new(temp, path);
	/* It may be there although it failed: whole, but not known to be on disk. */
	if (r)
		unlink(temp);
	return r;
}

void output_say_error(const char *path, int err)
{
	if (err == -EXDEV)
		say(_("%s: is the file that is read; igvm never changes an original, give another name"), path);
	else if (err == -EEXIST)
		say(_("%s: exists; --force overwrites it"), path);
	else if (err == -EINVAL)
		say(_("%s: not a regular file"), path);
	else
		say(_("%s: cannot be written: %s"), path, strerror(-err));
}

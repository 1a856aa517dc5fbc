/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What qemu-img does to one disk. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"
#include "launcher/snapshot/parts.h"

int snapshot_fail(struct snapshot_error *e, const char *what, int r, const char *text)
{
	str_fit(e->what, sizeof(e->what), what);
	str_fit(e->text, sizeof(e->text), text && *text ? text : strerror(-r));
	return r;
}

/* The child inherits it: what qemu-img opens is what was looked at here. */
static int open_image(const struct snapshot_disk *d, bool write, struct snapshot_error *e)
{
	struct stat st;
	int fd = open(d->path, (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return snapshot_fail(e, d->path, -errno, NULL);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return snapshot_fail(e, d->path, -EOPNOTSUPP, _("is no regular file"));
}

/* qcow2 and nothing else, and without the image below it, which is not ours to open. */
static char *image_words(int fd)
{
	_json_ json_t *json = json_pack("{s:s, s:n, s:{s:s, s:o}}", "driver", "qcow2", "backing", "file", "driver",
					"file", "filename", json_sprintf("/proc/self/fd/%d", fd));
	_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	char *words;

	return text && asprintf(&words, "json:%s", text) >= 0 ? words : NULL;
}

static int run(const struct snapshot_disk *d, const char *const *argv, char **out, struct snapshot_error *e)
{
	char text[256];
	int r = tool_run(&(struct tool){ .argv = argv, .umask = 077, .out = out }, text, sizeof(text));

	return r ? snapshot_fail(e, d->path, r, r == -ENOENT ? _("qemu-img is not installed") : text) : 0;
}

int snapshot_image(const struct snapshot_disk *d, const char *verb, const char *tag, struct snapshot_error *e)
{
	_fd_ int fd = open_image(d, true, e);
	_free_ char *image = fd < 0 ? NULL : image_words(fd), *name = NULL;

	if (fd < 0)
		return fd;
	if (!image || asprintf(&name, "igvm-%s", tag) < 0)
		return snapshot_fail(e, d->path, -ENOMEM, NULL);
	return run(d, (const char *const[]){ "qemu-img", "snapshot", "-q", verb, name, image, NULL }, NULL, e);
}

static bool is_listed(const json_t *info, const char *tag)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(info, "snapshots"), i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *rest = name ? str_starts(name, "igvm-") : NULL;

		if (rest && !strcmp(rest, tag))
			return true;
	}
	return false;
}

int snapshot_in_disk(const struct snapshot_disk *d, const char *tag, bool shared, struct snapshot_error *e)
{
	_fd_ int fd = open_image(d, false, e);
	_free_ char *image = fd < 0 ? NULL : image_words(fd), *out = NULL;
	_json_ json_t *info = NULL;
	int r;

	if (fd < 0)
		return fd;
	if (!image)
		return snapshot_fail(e, d->path, -ENOMEM, NULL);
	r = run(d, shared ? (const char *const[]){ "qemu-img", "info", "--output=json", "-U", image, NULL }
			  : (const char *const[]){ "qemu-img", "info", "--output=json", image, NULL }, &out, e);
	if (r)
		return r;
	info = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	return info ? is_listed(info, tag) : snapshot_fail(e, d->path, -EBADMSG, NULL);
}

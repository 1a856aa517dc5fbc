/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"

enum { CHUNK = 64 << 10 };

/* A pipe tells no size: until its end, or one byte too many. */
static int read_stdin(struct input *in)
{
	size_t room = 0;
	ssize_t got;

	do {
		if (room - in->n < CHUNK) {
			char *more = realloc(in->bytes, room = room ? room * 2 : 4 * CHUNK);

			if (!more)
				return -ENOMEM;
			in->bytes = more;
		}
		got = read(STDIN_FILENO, in->bytes + in->n, CHUNK);
		if (got < 0 && errno != EINTR)
			return -errno;
		in->n += got > 0 ? (size_t)got : 0;
		if (in->n > INPUT_MAX)
			return -EFBIG;
	} while (got);
	return 0;
}

void input_read(const char *path, struct input *in)
{
	*in = (struct input){ .name = path };
	if (strcmp(path, "-"))
		in->err = -file_read_at(AT_FDCWD, path, INPUT_MAX, &in->bytes, &in->n);
	else
		in->err = -read_stdin(in);
}

void input_done(struct input *in)
{
	free(in->bytes);
	*in = (struct input){ 0 };
}

void input_say_error(const struct input *in)
{
	if (in->err == EFBIG)
		say(_("%s: larger than %zu MiB, which no board's firmware is"), in->name, INPUT_MAX >> 20);
	else if (in->err == EINVAL)
		say(_("%s: not a regular file"), in->name);
	else
		say("%s: %s", in->name, strerror(in->err));
}

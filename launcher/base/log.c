/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/str.h"

static struct {
	char vm[64];
	bool journal, trace;
} log_state;

/* systemd.exec(5): JOURNAL_STREAM holds "device:inode" of the stream it connected. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st))
		return false;
	return str_print(mine, sizeof(mine), "%ju:%ju", (uintmax_t)st.st_dev,
			 (uintmax_t)st.st_ino) && !strcmp(mine, stream);
}

void log_init(const char *vm)
{
	str_fit(log_state.vm, sizeof(log_state.vm), vm ? vm : "");
	log_state.journal = stderr_is_journal();
	log_state.trace = getenv("IGVM_DEBUG") != NULL;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	int saved = errno;
	char text[1024];
	va_list ap;

	if (level == LOG_TRACE && !log_state.trace)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_sanitize(text);
	if (log_state.journal)
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "igvm: %s%s%s\n", log_state.vm, *log_state.vm ? ": " : "", text);
	errno = saved;
}

void say(const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_sanitize(text);
	fprintf(stderr, "igvm: %s\n", text);
}

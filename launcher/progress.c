/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/progress.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/time.h>

enum { SILENT_S = 2 };

static char text[256];
static volatile sig_atomic_t seconds;

/* Of the calls that a signal's handler may make (signal-safety(7)), write() alone. */
static void show(int sig)
{
	char line[320] = "\rigvm: ", digits[12];
	size_t n = strlen(line), len = strlen(text), d = sizeof(digits);
	int err = errno;

	(void)sig;
	if (++seconds < SILENT_S)
		return;
	memcpy(line + n, text, len);
	n += len;
	for (int v = seconds; v && d; v /= 10)
		digits[--d] = (char)('0' + v % 10);
	memcpy(line + n, digits + d, sizeof(digits) - d);
	n += sizeof(digits) - d;
	memcpy(line + n, " s", 2);
	n += 2;
	(void)!write(STDERR_FILENO, line, n);
	errno = err;
}

static void set_timer(int every_s)
{
	const struct itimerval t = { { every_s, 0 }, { every_s, 0 } };

	setitimer(ITIMER_REAL, &t, NULL);
}

void progress_begin(const char *fmt, ...)
{
	const struct sigaction sa = { .sa_handler = show, .sa_flags = SA_RESTART };
	va_list ap;
	int n;

	if (!isatty(STDERR_FILENO))
		return;
	progress_end();
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text) - 2, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	strcat(text, ", ");
	sigaction(SIGALRM, &sa, NULL);
	set_timer(1);
}

void progress_end(void)
{
	static const char clear[] = "\r\033[K";

	set_timer(0);
	if (seconds >= SILENT_S)
		(void)!write(STDERR_FILENO, clear, sizeof(clear) - 1);
	seconds = 0;
}

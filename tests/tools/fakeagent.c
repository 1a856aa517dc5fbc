/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pretended guest agent: answers on a listening socket as the guest of a script would, for
 * guests that are not here (Windows), and for answers no real agent gives. It shares no code with
 * qmp/, so that a mistake there is not made here too.
 *
 *	fakeagent FD SCRIPT		(FAKEQEMU_AGENT=SCRIPT starts it with QEMU's descriptor)
 *
 * A line of SCRIPT is COMMAND HOW [ARGUMENT]; a command without one is answered as by an agent
 * that is whole:
 *	guest-exec-status output FILE	the process has ended and had printed FILE
 *	... cut N FILE			... its first N bytes
 *	... running			never ends
 *	... slow MS FILE		ends after that time
 *	... status N FILE		ends with exit code N
 *	COMMAND error TEXT		an error
 *	COMMAND value JSON		this value
 *	COMMAND raw TEXT		these bytes and a newline; $ID is the command's id
 *	COMMAND other JSON		an answer to another request first, then nothing
 *	COMMAND garbage N		N bytes that are no JSON, without a line end
 *	COMMAND flood			lines without end
 *	COMMAND silent			nothing
 *	COMMAND hangup			the connection is closed
 *	COMMAND reset			QEMU says that the guest was reset; then nothing
 *	COMMAND log FILE		the command as it came is written there; the next row answers it
 */
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int conn = -1;
static char *id;		/* of the command, as JSON; NULL none */
static const char *script;
static int64_t began;		/* when guest-exec came */

static void say_bytes(const char *p, size_t n)
{
	while (n && conn >= 0) {
		ssize_t r = write(conn, p, n);

		if (r <= 0) {		/* whoever asked has left */
			close(conn);
			conn = -1;
			return;
		}
		p += r;
		n -= (size_t)r;
	}
}

static void say_text(const char *text)
{
	say_bytes(text, strlen(text));
}

static void say_value(const char *value)
{
	say_text("{\"return\": ");
	say_text(value);
	if (id) {
		say_text(", \"id\": ");
		say_text(id);
	}
	say_text("}\n");
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 4 << 20);

	if (!f || !text) {
		fprintf(stderr, "fakeagent: %s: %m\n", path);
		exit(99);
	}
	*n = fread(text, 1, 4 << 20, f);
	fclose(f);
	return text;
}

static void say_base64(const unsigned char *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc(n / 3 * 4 + 8);
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		unsigned int left = n - i > 2 ? 3 : (unsigned int)(n - i);
		unsigned int v = (unsigned int)p[i] << 16 | (left > 1 ? (unsigned int)p[i + 1] << 8 : 0) |
				 (left > 2 ? p[i + 2] : 0);

		text[at++] = digits[v >> 18];
		text[at++] = digits[v >> 12 & 63];
		text[at++] = left > 1 ? digits[v >> 6 & 63] : '=';
		text[at++] = left > 2 ? digits[v & 63] : '=';
	}
	say_bytes(text, at);
	free(text);
}

static void say_exited(int status, const char *bytes, size_t n)
{
	char head[96];

	snprintf(head, sizeof(head), "{\"return\": {\"exited\": true, \"exitcode\": %d, \"out-data\": \"", status);
	say_text(head);
	say_base64((const unsigned char *)bytes, n);
	say_text("\"}");
	if (id) {
		say_text(", \"id\": ");
		say_text(id);
	}
	say_text("}\n");
}

static void say_running(void)
{
	say_value("{\"exited\": false}");
}

/* --- the rows ---------------------------------------------------------------- */

static void how_output(char *arg)
{
	size_t n;
	char *text = read_file(arg, &n);

	say_exited(0, text, n);
	free(text);
}

static void how_cut(char *arg)
{
	char *file;
	size_t most = strtoul(arg, &file, 10), n;
	char *text = read_file(file + 1, &n);

	say_exited(0, text, n < most ? n : most);
	free(text);
}

static void how_status(char *arg)
{
	char *file;
	int status = (int)strtol(arg, &file, 10);
	size_t n;
	char *text = read_file(file + 1, &n);

	say_exited(status, text, n);
	free(text);
}

static void how_slow(char *arg)
{
	char *file;
	int64_t ms = strtol(arg, &file, 10);

	if (now_ms() - began < ms)
		say_running();
	else
		how_output(file + 1);
}

static void how_error(char *arg)
{
	say_text("{\"error\": {\"class\": \"GenericError\", \"desc\": \"");
	say_text(arg);
	say_text("\"}");
	if (id) {
		say_text(", \"id\": ");
		say_text(id);
	}
	say_text("}\n");
}

static void how_value(char *arg)
{
	say_value(arg);
}

static void how_raw(char *arg)
{
	char *at;

	while ((at = strstr(arg, "$ID"))) {
		say_bytes(arg, (size_t)(at - arg));
		say_text(id ? id : "null");
		arg = at + 3;
	}
	say_text(arg);
	say_text("\n");
}

static void how_other(char *arg)
{
	say_text("{\"return\": ");
	say_text(arg);
	say_text(", \"id\": 987654}\n");
}

static void how_garbage(char *arg)
{
	char block[4096];

	memset(block, '%', sizeof(block));
	for (size_t n = strtoul(arg, NULL, 10); n >= sizeof(block); n -= sizeof(block))
		say_bytes(block, sizeof(block));
}

static void how_flood(char *arg)
{
	(void)arg;
	while (conn >= 0)
		say_text("{\"return\": {}, \"id\": 1}\n\xff{\"return\": 5}\nnonsense\n");
}

static void how_running(char *arg)
{
	(void)arg;
	say_running();
}

static void how_silent(char *arg)
{
	(void)arg;
}

static void how_hangup(char *arg)
{
	(void)arg;
	close(conn);
	conn = -1;
}

static void how_reset(char *arg)
{
	(void)arg;
	kill(getppid(), SIGUSR1);
}

static const struct {
	const char *word;
	void (*run)(char *arg);
} hows[] = {
	{ "output", how_output }, { "cut", how_cut },	      { "status", how_status },
	{ "slow", how_slow },	  { "error", how_error },     { "value", how_value },
	{ "raw", how_raw },	  { "other", how_other },     { "garbage", how_garbage },
	{ "flood", how_flood },	  { "running", how_running }, { "silent", how_silent },
	{ "hangup", how_hangup }, { "reset", how_reset },
};

static void run_how(char *row)
{
	char *arg = row + strcspn(row, " ");

	if (*arg)
		*arg++ = '\0';
	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		if (strcmp(hows[i].word, row))
			continue;
		hows[i].run(arg);
		return;
	}
	fprintf(stderr, "fakeagent: no such answer: %s\n", row);
	exit(99);
}

/* What an agent that is whole says. */
static void answer_well(const char *command, const json_t *args)
{
	char text[64];

	if (!strcmp(command, "guest-sync-delimited")) {
		snprintf(text, sizeof(text), "%lld",
			 (long long)json_integer_value(json_object_get(args, "id")));
		say_bytes("\xff", 1);
		say_value(text);
	} else if (!strcmp(command, "guest-info")) {
		say_value("{\"version\": \"9.2.0\", \"supported_commands\": ["
			  "{\"enabled\": true, \"name\": \"guest-exec\", \"success-response\": true},"
			  "{\"enabled\": true, \"name\": \"guest-exec-status\", \"success-response\": true}]}");
	} else if (!strcmp(command, "guest-exec")) {
		say_value("{\"pid\": 4242}");
	} else if (!strcmp(command, "guest-exec-status")) {
		say_running();
	} else {
		say_value("{}");
	}
}

static void write_line(const char *path, const char *line)
{
	FILE *f = fopen(path, "ae");

	if (f) {
		fprintf(f, "%s\n", line);
		fclose(f);
	}
}

static void answer(const char *line, const char *command, const json_t *args)
{
	size_t n, len = strlen(command);
	char *text = read_file(script, &n), *row, *rest = NULL;

	for (row = strtok_r(text, "\n", &rest); row; row = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(row, command, len) || row[len] != ' ')
			continue;
		if (strncmp(row + len + 1, "log ", 4)) {
			run_how(row + len + 1);
			break;
		}
		write_line(row + len + 5, line);
	}
	if (!row)
		answer_well(command, args);
	free(text);
}

static void take_line(char *line)
{
	char *text = strchr(line, '{');
	json_t *root = text ? json_loads(text, 0, NULL) : NULL;
	const char *command = json_string_value(json_object_get(root, "execute"));
	json_t *the_id = json_object_get(root, "id");

	if (!command)
		return;
	if (!strcmp(command, "guest-exec"))
		began = now_ms();
	free(id);
	id = the_id ? json_dumps(the_id, JSON_ENCODE_ANY) : NULL;
	answer(text, command, json_object_get(root, "arguments"));
	json_decref(root);
}

int main(int argc, char **argv)
{
	static char buf[1 << 20];

	if (argc != 3)
		return 2;
	script = argv[2];
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		size_t have = 0;
		char *end;

		conn = accept4(atoi(argv[1]), NULL, NULL, SOCK_CLOEXEC);
		while (conn >= 0) {
			ssize_t r = read(conn, buf + have, sizeof(buf) - have - 1);

			if (r <= 0)
				break;
			have += (size_t)r;
			while (conn >= 0 && (end = memchr(buf, '\n', have))) {
				*end = '\0';
				take_line(buf);
				have -= (size_t)(end + 1 - buf);
				memmove(buf, end + 1, have);
			}
		}
		if (conn >= 0)
			close(conn);
	}
}

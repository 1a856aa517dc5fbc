/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pretend QEMU for tests: takes QEMU's words, speaks QMP on the inherited
 * listening socket (-chardev socket,id=qmp,fd=N,server=on) or on stdin and
 * stdout (-qmp stdio), and lives or dies as told. It shares no code with
 * qmp/, so that a mistake there is not made here too. A command it does not
 * know, or one a script did not expect, ends it with a line on stderr and
 * exit code 99.
 *
 * Settings come from the environment, or, since a launcher may clear that,
 * from lines KEY=VALUE in the file "<its own path as run>.settings":
 *
 * FAKEQEMU_SCRIPT	a behaviour below by name, or the path of a file with
 *			steps like those in the table (a path has a slash)
 * FAKEQEMU_CAPS	a JSON file: {"query-version": VALUE, ...,
 *			"device-list-properties": {TYPE: VALUE, ...}}
 * FAKEQEMU_AGENT	"yes": answer as guest agent on -chardev socket,id=qga or agent;
 *			a path: "fakeagent" beside us answers by that script, and
 *			SIGUSR1 from it is a reset of the guest
 * FAKEQEMU_ARGV	a file to write our own words to, one a line
 * FAKEQEMU_FLOODED	a file to write to, once a second of a flood, how many events were sent and how long the queue of
 *			what the client has not taken was, as QEMU's has no limit
 * FAKEQEMU_LIFETIME	seconds until it ends itself with exit code 98 (60)
 *
 * Steps, one a line:
 *	accept		wait for a client	close		close it
 *	greet		send the greeting	< TEXT		send a line
 *	<< TEXT		the same without its end
 *	> COMMAND	expect this command; $ID is then its id
 *	stderr TEXT	sleep MS		exit N		signal N
 *	chatter N	N bytes in lines to stderr
 *	hang		do nothing, for ever	serve		be a QEMU from here on
 * and before serve, what kind:
 *	status WORD	what query-status says	deaf COMMAND	never answer it
 *	ignore COMMAND	answer, do nothing	flood N [EVENT]	events a second
 *	huge-to COMMAND	answer with 5 MiB	hang-up-at COMMAND  close instead
 *	wrong-ids huge-reply endless-line half-reply		to query-status
 *	down-after MS	the guest shuts down by itself
 *	resets N	the guest resets itself N times at once, when query-status is asked
 *	panics		it crashes then, and QEMU goes down
 *	linger		SHUTDOWN, but stay
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *name, *steps;
} behaviours[] = {
	{ "normal", "serve" },
	{ "slow", "sleep 2500\nserve" },
	{ "dies-before-greeting", "stderr fakeqemu: cannot set up guest memory\nexit 1" },
	{ "greets-then-aborts",
	  "accept\ngreet\nstderr fakeqemu: error: failed to set MSR\nsignal 6" },
	{ "dies-in-handshake", "accept\ngreet\n> qmp_capabilities\nexit 1" },
	{ "hangs", "accept\nhang" },
	{ "hangs-after-greeting", "accept\ngreet\nhang" },
	{ "half-a-line", "accept\n<< {\"QMP\": {\"version\": {\"qe\nhang" },
	{ "half-a-line-then-dies", "accept\n<< {\"QMP\": {\"version\": {\"qe\nexit 1" },
	{ "not-qmp", "accept\n< SSH-2.0-OpenSSH_9.2\nhang" },
	{ "refuses-capabilities",
	  "accept\ngreet\n> qmp_capabilities\n"
	  "< {\"id\": $ID, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\nhang" },
	{ "deaf", "deaf query-status\nserve" },
	{ "deaf-keys", "deaf send-key\nserve" },
	{ "flood", "flood 60000\nserve" },
	{ "flood-of-troubles", "flood 60000 BLOCK_IO_ERROR\nserve" },
	{ "huge-to-name", "huge-to query-name\nserve" },
	{ "hangs-up", "hang-up-at query-name\nserve" },
	{ "chatters-and-dies", "accept\ngreet\nchatter 20000000\nstderr fakeqemu: this was the last\nexit 1" },
	{ "ignores-powerdown", "ignore system_powerdown\nserve" },
	{ "ignores-stop", "ignore system_powerdown\nignore quit\nserve" },
	{ "lingers", "linger\nserve" },
	{ "guest-shuts-down", "down-after 300\nserve" },
	{ "wrong-ids", "wrong-ids\nserve" },
	{ "huge-reply", "huge-reply\nserve" },
	{ "endless-line", "endless-line\nserve" },
	{ "half-reply", "half-reply\nserve" },
	{ "io-error", "status io-error\nserve" },
	{ "internal-error", "status internal-error\nserve" },
	{ "storms", "resets 40\nignore system_powerdown\nserve" },
	{ "reboots", "resets 20\nserve" },
	{ "panics", "panics\nserve" },
	{ "guest-panicked", "status guest-panicked\nserve" },
};

/* One conversation: QMP, or the guest agent's. */
struct channel {
	int listener, conn, out;	/* conn is also out, except on stdin and stdout */
	bool negotiated;
	char in[65536];
	size_t n;
};

static struct {
	int argc;
	char **argv;
	struct channel qmp, qga;
	char status[32];
	char deaf[32], huge_to[32], hang_up_at[32], flood_event[32], ignore[4][32];
	size_t n_ignore;
	bool wrong_ids, huge, endless, half, linger;
	unsigned flood, resets;
	bool panics;
	int64_t down_at;		/* milliseconds; 0: not */
	char id[64];
	json_t *caps;
} fake = {
	.qmp = { .listener = -1, .conn = -1, .out = -1 },
	.qga = { .listener = -1, .conn = -1, .out = -1 },
	.flood_event = "GUEST_CRASHLOADED",
};

__attribute__((noreturn, format(printf, 2, 3))) static void die(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("fakeqemu: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(code);
}

static void lifetime_over(int sig)
{
	static const char text[] = "fakeqemu: nobody ended me within FAKEQEMU_LIFETIME\n";

	(void)sig;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(97);
	_exit(98);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* --- settings and words ---------------------------------------------------- */

/* Returned text lives as long as the program. */
static const char *setting(const char *key)
{
	static char line[4096];
	const char *value = getenv(key);
	char path[4096];
	size_t len = strlen(key);
	FILE *f;

	if (value)
		return value;
	snprintf(path, sizeof(path), "%s.settings", fake.argv[0]);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, key, len) && line[len] == '=') {
			value = strdup(line + len + 1);
			break;
		}
	}
	if (f)
		fclose(f);
	return value;
}

static const char *word_after(const char *option, int *from)
{
	for (int i = *from; i + 1 < fake.argc; i++) {
		if (strcmp(fake.argv[i], option))
			continue;
		*from = i + 1;
		return fake.argv[i + 1];
	}
	return NULL;
}

static bool has_word(const char *word)
{
	for (int i = 1; i < fake.argc; i++)
		if (!strcmp(fake.argv[i], word))
			return true;
	return false;
}

/* The listening descriptor of -chardev socket,id=@id, or -1. */
static int chardev_fd(const char *id)
{
	const char *word;
	char want[64];

	snprintf(want, sizeof(want), "socket,id=%s,", id);
	for (int at = 1; (word = word_after("-chardev", &at));) {
		const char *fd = strstr(word, ",fd=");

		if (strncmp(word, want, strlen(want)))
			continue;
		if (!fd || !strstr(word, ",server=on"))
			die(99, "-chardev %s: want fd=N,server=on", word);
		return atoi(fd + 4);
	}
	return -1;
}

static void write_words(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		die(99, "%s: %s", path, strerror(errno));
	for (int i = 0; i < fake.argc; i++)
		fprintf(f, "%s\n", fake.argv[i]);
	fclose(f);
}

/* --- bytes ----------------------------------------------------------------- */

/* What the client has not taken of a flood: QEMU does not wait for it, so this does not. */
static struct {
	char *text;
	size_t n, size, most;
} queue;

static void hang_up(struct channel *c)
{
	if (c->conn < 0)
		return;
	if (c == &fake.qmp)
		queue.n = 0;
	if (c->listener < 0)
		exit(0);		/* -qmp stdio: whoever asked has left */
	close(c->conn);
	c->conn = c->out = -1;
	c->n = 0;
	c->negotiated = false;
}

static void queue_bytes(const char *p, size_t n)
{
	if (queue.n + n > queue.size) {
		queue.size = (queue.n + n) * 2;
		queue.text = realloc(queue.text, queue.size);
		if (!queue.text)
			die(99, "out of memory");
	}
	memcpy(queue.text + queue.n, p, n);
	queue.n += n;
}

static void queue_flush(void)
{
	struct channel *c = &fake.qmp;
	size_t done = 0;

	while (done < queue.n && c->out >= 0) {
		ssize_t r = send(c->out, queue.text + done, queue.n - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (r < 0 && errno != EINTR && errno != EAGAIN)
			hang_up(c);
		if (r < 0 && errno != EINTR)
			break;
		done += r > 0 ? (size_t)r : 0;
	}
	if (!queue.n)
		return;
	queue.n -= done;
	memmove(queue.text, queue.text + done, queue.n);
}

static void send_bytes(struct channel *c, const char *p, size_t n)
{
	if (c == &fake.qmp && queue.n) {
		queue_bytes(p, n);
		return;
	}
	while (n && c->out >= 0) {
		ssize_t r = write(c->out, p, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			hang_up(c);
			return;
		}
		p += r;
		n -= (size_t)r;
	}
}

__attribute__((format(printf, 2, 3))) static void send_line(struct channel *c, const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - 2)
		die(99, "a line of mine is too long");
	memcpy(line + n, "\r\n", 2);
	send_bytes(c, line, (size_t)n + 2);
}

static void send_event(const char *name, const char *data)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (fake.qmp.negotiated)
		send_line(&fake.qmp, "{\"timestamp\": {\"seconds\": %lld, \"microseconds\": %ld}, "
			  "\"event\": \"%s\"%s%s}", (long long)t.tv_sec, t.tv_nsec / 1000, name,
			  data ? ", \"data\": " : "", data ? data : "");
}

static void greet(struct channel *c)
{
	send_line(c,
		  "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10},"
		  " \"package\": \"fake\"}, \"capabilities\": [\"oob\"]}}");
}

static void wait_client(struct channel *c)
{
	while (c->conn < 0) {
		c->conn = c->out = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
		if (c->conn < 0 && errno != EINTR)
			die(99, "accept: %s", strerror(errno));
	}
}

/* The next whole line in the buffer, its end replaced by NUL; NULL: none yet. */
static char *take_line(struct channel *c, char *line, size_t size)
{
	char *nl = memchr(c->in, '\n', c->n);
	size_t len;

	if (!nl)
		return NULL;
	len = (size_t)(nl - c->in);
	if (len >= size)
		die(99, "a command is too long");
	memcpy(line, c->in, len);
	line[len] = '\0';
	c->n -= len + 1;
	memmove(c->in, nl + 1, c->n);
	return line;
}

static void read_some(struct channel *c)
{
	ssize_t r;

	if (c->n == sizeof(c->in))
		die(99, "a command is too long");
	r = read(c->conn, c->in + c->n, sizeof(c->in) - c->n);
	if (r > 0)
		c->n += (size_t)r;
	else if (r == 0 || errno != EINTR)
		hang_up(c);
}

/* --- ends ------------------------------------------------------------------ */

__attribute__((noreturn)) static void end_by_signal(int sig)
{
	signal(sig, SIG_DFL);
	raise(sig);
	die(99, "signal %d did not end me", sig);
}

static void shut_down(bool guest, const char *reason)
{
	char data[96];

	snprintf(data, sizeof(data), "{\"guest\": %s, \"reason\": \"%s\"}",
		 guest ? "true" : "false", reason);
	send_event("SHUTDOWN", data);
}

static bool is_ignored(const char *command)
{
	for (size_t i = 0; i < fake.n_ignore; i++)
		if (!strcmp(fake.ignore[i], command))
			return true;
	return false;
}

/* --- answers --------------------------------------------------------------- */

static void reply(struct channel *c, const char *value)
{
	send_bytes(c, "{\"return\": ", 11);
	send_bytes(c, value, strlen(value));
	if (fake.id[0])
		send_line(c, ", \"id\": %s}", fake.id);
	else
		send_line(c, "}");
}

static void reply_json(struct channel *c, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	if (!text)
		die(99, "out of memory");
	reply(c, text);
	free(text);
}

static void reply_error(struct channel *c, const char *class, const char *desc)
{
	send_line(c, "{\"id\": %s, \"error\": {\"class\": \"%s\", \"desc\": \"%s\"}}",
		  fake.id[0] ? fake.id : "null", class, desc);
}

/* 5 MiB, or without end. */
static void send_much(struct channel *c, bool endless)
{
	char x[65536];

	memset(x, 'x', sizeof(x));
	send_bytes(c, "{\"return\": \"", 12);
	for (int i = 0; (endless || i < 80) && c->out >= 0; i++)
		send_bytes(c, x, sizeof(x));
	send_bytes(c, "\"}\r\n", 4);
}

static void answer_status(struct channel *c)
{
	char text[128];

	snprintf(text, sizeof(text), "{\"status\": \"%s\", \"singlestep\": false, \"running\": %s}",
		 fake.status, strcmp(fake.status, "running") ? "false" : "true");
	if (fake.wrong_ids) {
		send_line(c, "{\"return\": %s, \"id\": 4711}", text);
		send_line(c, "{\"return\": %s}", text);
		send_line(c, "{\"return\": %s, \"id\": \"%s\"}", text, fake.id);
	}
	if (fake.half) {
		send_bytes(c, "{\"return\": {\"sta", 15);
		exit(1);
	}
	if (fake.huge || fake.endless)
		send_much(c, fake.endless);
	else
		reply(c, text);
	if (fake.wrong_ids)
		reply(c, text);		/* once more: a duplicate */
}

/* What the guest does once QEMU has shown that it runs. */
static void act_as_guest(void)
{
	for (; fake.resets; fake.resets--)
		send_event("RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}");
	if (!fake.panics)
		return;
	send_event("GUEST_PANICKED", "{\"action\": \"poweroff\", \"info\": {\"type\": \"hyper-v\"}}");
	shut_down(false, "guest-panic");
	exit(0);
}

static void run_state(struct channel *c, const char *status, const char *event)
{
	if (strcmp(fake.status, status))
		send_event(event, NULL);
	snprintf(fake.status, sizeof(fake.status), "%s", status);
	reply(c, "{}");
}

static void answer_quit(struct channel *c)
{
	if (!is_ignored("quit"))
		shut_down(false, "host-qmp-quit");
	reply(c, "{}");
	if (!is_ignored("quit") && !fake.linger)
		exit(0);
}

static void answer_powerdown(struct channel *c)
{
	send_event("POWERDOWN", NULL);
	reply(c, "{}");
	if (!is_ignored("system_powerdown"))
		fake.down_at = now_ms() + 50;
}

static void answer_uuid(struct channel *c)
{
	int at = 1;
	const char *uuid = word_after("-uuid", &at);
	char text[128];

	snprintf(text, sizeof(text), "{\"UUID\": \"%s\"}",
		 uuid ? uuid : "00000000-0000-0000-0000-000000000000");
	reply(c, text);
}

static void answer_name(struct channel *c)
{
	int at = 1;
	const char *name = word_after("-name", &at);
	char text[256];

	if (name && !strncmp(name, "guest=", 6))
		name += 6;
	if (name)
		snprintf(text, sizeof(text), "{\"name\": \"%.*s\"}", (int)strcspn(name, ","), name);
	reply(c, name ? text : "{}");
}

static void answer_screendump(struct channel *c, const json_t *args)
{
	const char *path = json_string_value(json_object_get(args, "filename"));
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || write(fd, "P6 1 1 255\n\xff\xff\xff", 14) != 14)
		reply_error(c, "GenericError", "failed to open file");
	else
		reply(c, "{}");
	if (fd >= 0)
		close(fd);
}

/* From FAKEQEMU_CAPS; false: it has no answer to this. */
static bool answer_recorded(struct channel *c, const char *command, const json_t *args)
{
	const json_t *value = json_object_get(fake.caps, command);
	const char *type;

	if (!strcmp(command, "device-list-properties") && value) {
		type = json_string_value(json_object_get(args, "typename"));
		value = type ? json_object_get(value, type) : NULL;
		if (!value) {
			reply_error(c, "DeviceNotFound", "Device not found");
			return true;
		}
	}
	if (value)
		reply_json(c, value);
	return value;
}

/* The guest has opened the agent's port where it is to have an agent. */
static void answer_chardevs(struct channel *c)
{
	reply_json(c, json_pack("[{s:s, s:s, s:b}, {s:s, s:s, s:b}]", "label", "console", "filename", "unix:console",
				"frontend-open", 1, "label", "agent", "filename", "unix:agent",
				"frontend-open", setting("FAKEQEMU_AGENT") != NULL));
}

static void answer(struct channel *c, const char *command, const json_t *args)
{
	if (!strcmp(command, "qmp_capabilities")) {
		c->negotiated = true;
		reply(c, "{}");
	} else if (!c->negotiated) {
		die(99, "%s before qmp_capabilities", command);
	} else if (!strcmp(command, fake.deaf)) {
		return;
	} else if (!strcmp(command, fake.huge_to)) {
		send_much(c, false);
	} else if (!strcmp(command, fake.hang_up_at)) {
		hang_up(c);
	} else if (answer_recorded(c, command, args)) {
		return;
	} else if (!strcmp(command, "query-status")) {
		answer_status(c);
		act_as_guest();
	} else if (!strcmp(command, "cont")) {
		run_state(c, "running", "RESUME");
	} else if (!strcmp(command, "stop")) {
		run_state(c, "paused", "STOP");
	} else if (!strcmp(command, "quit")) {
		answer_quit(c);
	} else if (!strcmp(command, "system_powerdown")) {
		answer_powerdown(c);
	} else if (!strcmp(command, "system_reset")) {
		send_event("RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
		reply(c, "{}");
	} else if (!strcmp(command, "query-uuid")) {
		answer_uuid(c);
	} else if (!strcmp(command, "query-chardev")) {
		answer_chardevs(c);
	} else if (!strcmp(command, "query-name")) {
		answer_name(c);
	} else if (!strcmp(command, "query-version")) {
		reply(c, "{\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \"package\": "
			 "\"fake\"}");
	} else if (!strcmp(command, "query-kvm")) {
		reply(c, "{\"enabled\": true, \"present\": true}");
	} else if (!strcmp(command, "query-pci")) {
		reply(c, "[]");
	} else if (!strcmp(command, "send-key")) {
		reply(c, "{}");
	} else if (!strcmp(command, "add-fd")) {
		reply(c, "{\"fdset-id\": 1, \"fd\": 9}");
	} else if (!strcmp(command, "remove-fd")) {
		reply(c, "{}");
	} else if (!strcmp(command, "query-fdsets") || !strcmp(command, "qom-list")) {	/* an older igvm asks */
		reply(c, "[]");
	} else if (!strcmp(command, "screendump")) {
		answer_screendump(c, args);
	} else {
		die(99, "unexpected command %s", command);
	}
}

/* Programs of the pretended guest: what guest-exec-status says of each, in base64 where it is output. */
static const struct {
	const char *path, *status;
} programs[] = {
	{ "/bin/true", "{\"exited\": true, \"exitcode\": 0}" },
	{ "/bin/false", "{\"exited\": true, \"exitcode\": 1, \"err-data\": \"bm8K\"}" },	/* no */
	{ "/bin/echo", "{\"exited\": true, \"exitcode\": 42, \"out-data\": \"aGVsbG8K\"}" },	/* hello */
	{ "/killed", "{\"exited\": true, \"signal\": 9}" },
	{ "/windows", "{\"exited\": true, \"exitcode\": 3221225477}" },
	{ "/lies", "{\"exited\": true, \"exitcode\": -5, \"out-data\": \"%%%\"}" },
	{ "/sleeps", "{\"exited\": false}" },
	{ "/silent", NULL },
	{ "/floods", NULL },
};

static void answer_exec(struct channel *c, const json_t *args)
{
	const char *path = json_string_value(json_object_get(args, "path"));
	char text[64];

	for (int i = 0; path && i < (int)(sizeof(programs) / sizeof(programs[0])); i++)
		if (!strcmp(path, programs[i].path)) {
			snprintf(text, sizeof(text), "{\"pid\": %d}", i + 1);
			reply(c, text);
			return;
		}
	reply_error(c, "GenericError", "Failed to execute child process \\u001b[31m");
}

/* The second look sees /sleeps awake. */
static void answer_exec_status(struct channel *c, const json_t *args)
{
	static int looks;
	json_int_t pid = json_integer_value(json_object_get(args, "pid"));
	const char *path = pid > 0 && pid <= (json_int_t)(sizeof(programs) / sizeof(programs[0])) ?
			   programs[pid - 1].path : "";

	if (!strcmp(path, "/silent"))
		return;
	if (!strcmp(path, "/floods")) {
		for (int i = 0; i < 400; i++) {
			char filler[1024];

			memset(filler, 'A', sizeof(filler));
			send_bytes(c, filler, sizeof(filler));
		}
		return;
	}
	if (!*path)
		reply_error(c, "GenericError", "PID does not exist");
	else if (!strcmp(path, "/sleeps") && looks++)
		reply(c, programs[0].status);
	else
		reply(c, programs[pid - 1].status);
}

static void answer_agent(struct channel *c, const char *command, const json_t *args)
{
	if (!strcmp(command, "guest-sync-delimited")) {
		send_bytes(c, "\xff", 1);
		reply_json(c, json_object_get(args, "id"));
	} else if (!strcmp(command, "guest-ping")) {
		reply(c, "{}");
	} else if (!strcmp(command, "guest-shutdown")) {
		if (!is_ignored("guest-shutdown"))
			fake.down_at = now_ms() + 50;
	} else if (!strcmp(command, "guest-exec")) {
		answer_exec(c, args);
	} else if (!strcmp(command, "guest-exec-status")) {
		answer_exec_status(c, args);
	} else if (!answer_recorded(c, command, args)) {
		reply_error(c, "CommandNotFound", "The command has not been found");
	}
}

/* Parse one line; fake.id is then its id as text, or empty. Returned: owned. */
static json_t *parse_command(const char *line, const char **command)
{
	json_t *root = json_loads(line, 0, NULL);
	char *id;

	*command = json_string_value(json_object_get(root, "execute"));
	if (!*command)
		die(99, "this is no command: %s", line);
	id = json_dumps(json_object_get(root, "id"), JSON_ENCODE_ANY);
	snprintf(fake.id, sizeof(fake.id), "%s", id ? id : "");
	free(id);
	return root;
}

static void answer_all(struct channel *c)
{
	static char line[65536];
	const char *command;
	char *text;
	json_t *root;

	while (c->conn >= 0 && take_line(c, line, sizeof(line))) {
		text = strchr(line, '{');
		root = parse_command(text ? text : line, &command);
		if (c == &fake.qga)
			answer_agent(c, command, json_object_get(root, "arguments"));
		else
			answer(c, command, json_object_get(root, "arguments"));
		json_decref(root);
	}
}

/* --- the loop -------------------------------------------------------------- */

static volatile sig_atomic_t guest_reset;

static void queue_event(void)
{
	char line[256];
	struct timespec t;
	int n;

	clock_gettime(CLOCK_REALTIME, &t);
	n = snprintf(line, sizeof(line), "{\"timestamp\": {\"seconds\": %lld, \"microseconds\": %ld}, "
		     "\"event\": \"%s\", \"data\": {\"action\": \"run\"}}\r\n",
		     (long long)t.tv_sec, t.tv_nsec / 1000, fake.flood_event);
	queue_bytes(line, (size_t)n);
	queue_flush();
	if (queue.n > queue.most)
		queue.most = queue.n;
}

static void note_flood(int64_t now, int64_t n)
{
	static int64_t since, sent;
	static const char *path;
	FILE *f;

	sent += n;
	if (!since) {
		since = now;
		path = setting("FAKEQEMU_FLOODED");
	}
	if (now - since < 1000 || !path)
		return;
	f = fopen(path, "we");
	if (f)
		fprintf(f, "%lld events/s sent, %zu bytes not taken, at most %zu\n", (long long)(sent * 1000 / (now - since)),
			queue.n, queue.most);
	if (f)
		fclose(f);
	since = now;
	sent = 0;
}

static void flood(void)
{
	static int64_t last;
	int64_t now = now_ms(), n = last ? (now - last) * fake.flood / 1000 : 1;

	last = now;
	for (int64_t i = 0; i < n && fake.qmp.negotiated; i++)
		queue_event();
	note_flood(now, n);
}

static void serve_channel(struct channel *c, short events)
{
	if (!events)
		return;
	if (c->conn < 0) {
		wait_client(c);
		if (c == &fake.qmp)
			greet(c);
		return;
	}
	read_some(c);
	answer_all(c);
}

__attribute__((noreturn)) static void serve(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sig = signalfd(-1, &set, SFD_CLOEXEC);
	if (fake.qmp.conn >= 0 && fake.qmp.listener < 0)
		greet(&fake.qmp);
	for (;;) {
		struct channel *const c[] = { &fake.qmp, &fake.qga };
		struct pollfd p[3] = { { .fd = sig, .events = POLLIN } };

		for (int i = 0; i < 2; i++)
			p[i + 1] = (struct pollfd){ c[i]->conn >= 0 ? c[i]->conn : c[i]->listener,
						    POLLIN, 0 };
		if (poll(p, 3, fake.flood ? 1 : fake.down_at ? 10 : -1) < 0) {
			if (guest_reset)
				send_event("RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}");
			guest_reset = 0;
			continue;
		}
		if (p[0].revents) {
			shut_down(false, "host-signal");
			exit(0);
		}
		serve_channel(c[0], p[1].revents);
		serve_channel(c[1], p[2].revents);
		if (fake.flood)
			flood();
		if (!fake.down_at || now_ms() < fake.down_at)
			continue;
		fake.down_at = 0;
		shut_down(true, "guest-shutdown");
		if (!fake.linger)
			exit(0);
	}
}

/* --- scripts --------------------------------------------------------------- */

static void expect(const char *want)
{
	char line[65536];
	const char *command;
	json_t *root;

	while (fake.qmp.conn >= 0 && !take_line(&fake.qmp, line, sizeof(line)))
		read_some(&fake.qmp);
	if (fake.qmp.conn < 0)
		die(99, "the client left, %s was expected", want);
	root = parse_command(line, &command);
	if (strcmp(command, want))
		die(99, "unexpected command %s, %s was expected", command, want);
	json_decref(root);
}

/* Send @text with every $ID replaced. */
static void send_text(const char *text, bool line_end)
{
	const char *id;

	while ((id = strstr(text, "$ID"))) {
		send_bytes(&fake.qmp, text, (size_t)(id - text));
		send_bytes(&fake.qmp, fake.id, strlen(fake.id));
		text = id + 3;
	}
	send_bytes(&fake.qmp, text, strlen(text));
	if (line_end)
		send_bytes(&fake.qmp, "\r\n", 2);
}

static bool kind_step(const char *word, const char *rest)
{
	if (!strcmp(word, "status"))
		snprintf(fake.status, sizeof(fake.status), "%s", rest);
	else if (!strcmp(word, "deaf"))
		snprintf(fake.deaf, sizeof(fake.deaf), "%s", rest);
	else if (!strcmp(word, "ignore") && fake.n_ignore < 4)
		snprintf(fake.ignore[fake.n_ignore++], sizeof(fake.ignore[0]), "%s", rest);
	else if (!strcmp(word, "huge-to"))
		snprintf(fake.huge_to, sizeof(fake.huge_to), "%s", rest);
	else if (!strcmp(word, "hang-up-at"))
		snprintf(fake.hang_up_at, sizeof(fake.hang_up_at), "%s", rest);
	else if (!strcmp(word, "flood"))
		sscanf(rest, "%u %31s", &fake.flood, fake.flood_event);
	else if (!strcmp(word, "resets"))
		fake.resets = (unsigned)atoi(rest);
	else if (!strcmp(word, "panics"))
		fake.panics = true;
	else if (!strcmp(word, "down-after"))
		fake.down_at = now_ms() + atoi(rest);
	else if (!strcmp(word, "wrong-ids"))
		fake.wrong_ids = true;
	else if (!strcmp(word, "huge-reply"))
		fake.huge = true;
	else if (!strcmp(word, "endless-line"))
		fake.endless = true;
	else if (!strcmp(word, "half-reply"))
		fake.half = true;
	else if (!strcmp(word, "linger"))
		fake.linger = true;
	else
		return false;
	return true;
}

static void chatter(long n)
{
	for (long i = 0; i < n; i += 64)
		fprintf(stderr, "%063ld\n", i);
}

static void run_step(char *step)
{
	char *rest = step + strcspn(step, " ");
	char none[] = "";

	rest = *rest ? (*rest = '\0', rest + 1) : none;
	if (!strcmp(step, "accept"))
		wait_client(&fake.qmp);
	else if (!strcmp(step, "close"))
		hang_up(&fake.qmp);
	else if (!strcmp(step, "greet"))
		greet(&fake.qmp);
	else if (!strcmp(step, "<") || !strcmp(step, "<<"))
		send_text(rest, !step[1]);
	else if (!strcmp(step, ">"))
		expect(rest);
	else if (!strcmp(step, "stderr"))
		fprintf(stderr, "%s\n", rest);
	else if (!strcmp(step, "chatter"))
		chatter(atol(rest));
	else if (!strcmp(step, "sleep"))
		poll(NULL, 0, atoi(rest));
	else if (!strcmp(step, "exit"))
		exit(atoi(rest));
	else if (!strcmp(step, "signal"))
		end_by_signal(atoi(rest));
	else if (!strcmp(step, "hang"))
		for (;;)
			pause();
	else if (!strcmp(step, "serve"))
		serve();
	else if (*step && *step != '#' && !kind_step(step, rest))
		die(99, "no such step: %s", step);
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	if (!f || !text)
		die(99, "%s: %s", path, strerror(errno));
	if (fread(text, 1, (1 << 20) - 1, f) == 0)
		die(99, "%s: it is empty", path);
	fclose(f);
	return text;
}

static char *script_text(const char *name)
{
	if (strchr(name, '/'))
		return read_file(name);
	for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (!strcmp(behaviours[i].name, name))
			return strdup(behaviours[i].steps);
	die(99, "no such behaviour: %s", name);
}

static void note_reset(int sig)
{
	(void)sig;
	guest_reset = 1;
}

/* igvm's words call it agent, those of tests/tools/suprun.c qga. */
static int agent_listener(void)
{
	int fd = chardev_fd("qga");

	return fd >= 0 ? fd : chardev_fd("agent");
}

/* Ends with us. */
static void start_agent(const char *agent_script)
{
	char program[4096], fd[16];

	signal(SIGUSR1, note_reset);
	snprintf(program, sizeof(program), "%.*s/fakeagent",
		 (int)(strrchr(fake.argv[0], '/') - fake.argv[0]), fake.argv[0]);
	snprintf(fd, sizeof(fd), "%d", agent_listener());
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(program, program, fd, agent_script, (char *)NULL);
	die(99, "%s: %s", program, strerror(errno));
}

static void find_channels(void)
{
	const char *agent = setting("FAKEQEMU_AGENT");
	int at = 1;
	const char *qmp = word_after("-qmp", &at);

	fake.qmp.listener = chardev_fd("qmp");
	if (qmp && !strcmp(qmp, "stdio")) {
		fake.qmp.conn = 0;
		fake.qmp.out = 1;
	} else if (fake.qmp.listener < 0) {
		die(99, "neither -chardev socket,id=qmp,fd=N,server=on nor -qmp stdio");
	}
	if (agent && !strcmp(agent, "yes"))
		fake.qga.listener = agent_listener();
	else if (agent)
		start_agent(agent);
}

/* Its settings live until exit; a leak report would change the exit status that is played. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(int argc, char **argv)
{
	const char *script, *caps, *words, *lifetime;
	char *steps, *save = NULL;

	fake.argc = argc;
	fake.argv = argv;
	if (has_word("--version") || has_word("-version"))
		return puts("QEMU emulator version 10.0.2 (fake)") < 0;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, lifetime_over);
	lifetime = setting("FAKEQEMU_LIFETIME");
	alarm(lifetime ? (unsigned)atoi(lifetime) : 60);
	words = setting("FAKEQEMU_ARGV");
	if (words)
		write_words(words);
	find_channels();
	snprintf(fake.status, sizeof(fake.status), "%s", has_word("-S") ? "prelaunch" : "running");
	caps = setting("FAKEQEMU_CAPS");
	if (caps && !(fake.caps = json_load_file(caps, 0, NULL)))
		die(99, "%s: not JSON", caps);
	script = setting("FAKEQEMU_SCRIPT");
	steps = script_text(script ? script : "normal");
	for (char *s = strtok_r(steps, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
		run_step(s);
	return 0;
}

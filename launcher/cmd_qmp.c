/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's own control protocol, for what igvm has no verb for. Through the supervisor, because QEMU serves
 * one client, and a second one on its socket would wait without a word.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/control.h"
#include "qmp/qmp.h"

#define ASK_MS	35000

static int run_qmp(const struct globals *g, int argc, char **argv);

const struct cmd cmd_qmp = {
	.name = "qmp",
	.args = "NAME [COMMAND]",
	.help = N_("send QEMU a command of its own protocol, for experts"),
	.more = N_("COMMAND is the name of a QMP command, as query-block, or the whole of it in JSON:\n"
		   "{\"execute\": \"...\", \"arguments\": {...}}. Without COMMAND each line of standard input\n"
		   "is one. Prints QEMU's answer, one JSON object a line; an error of QEMU's is an answer, and\n"
		   "exit status 1. One command at a time, of at most 1900 bytes. Nothing keeps you from\n"
		   "breaking the VM: igvm does not know what you have changed."),
	.run = run_qmp,
};

struct session {
	const struct globals *g;
	struct paths paths;
	const char *name;
};

/* "query-status", or {"execute": "query-status", "arguments": {...}}: the request to the supervisor, or NULL */
static json_t *make_request(const char *text)
{
	_json_ json_t *json = NULL;
	const char *command = text;
	json_t *args = NULL, *request;

	if (*text == '{') {
		const char *key;
		json_t *v;

		json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		command = json_string_value(json_object_get(json, "execute"));
		args = json_object_get(json, "arguments");
		json_object_foreach(json, key, v)
			if (strcmp(key, "execute") && strcmp(key, "arguments"))
				return NULL;
	}
	if (!command || !*command || command[strspn(command, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
						    "0123456789-_.")] ||
	    (args && !json_is_object(args)))
		return NULL;
	request = json_pack("{s:s, s:s}", "op", "qmp", "command", command);
	if (request && args)
		json_object_set(request, "arguments", args);
	return request;
}

/* On a terminal what the guest has put into QEMU's answer is escaped by JSON already, but for bytes above ASCII. */
static int print_reply(const char *name, int fd)
{
	_free_ char *text = NULL;
	_json_ json_t *json = NULL;
	char path[32];
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = file_read_at(AT_FDCWD, path, 2 * QMP_MESSAGE_MAX, &text, NULL);
	json = r ? NULL : json_loads(text, 0, NULL);
	if (!json) {
		say(_("%s: QEMU's answer cannot be read: %s"), name, r ? strerror(-r) : strerror(EBADMSG));
		return EXIT_FAILED;
	}
	json_dumpf(json, stdout, JSON_COMPACT | (isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0));
	putchar('\n');
	fflush(stdout);
	return json_object_get(json, "error") ? EXIT_FAILED : EXIT_OK;
}

static int send_one(const struct session *s, const char *text)
{
	json_t *request = make_request(text);
	_json_ json_t *answer = NULL;
	_fd_ int fd = -1;
	int r;

	if (!request)
		return cmd_usage(&cmd_qmp, _("'%s' is neither the name of a QMP command nor {\"execute\": ..., \"arguments\": {...}}"),
				 text);
	r = cmd_vm_ask("qmp", s->g, &s->paths, s->name, request, ASK_MS, &answer, &fd);
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run; `igvm start %s`"), s->name, s->name);
	return r ? r : print_reply(s->name, fd);
}

/* The worst of them; what is no command at all ends it. */
static int send_lines(const struct session *s)
{
	_free_ char *line = NULL;
	int code = EXIT_OK;
	size_t size = 0;

	while (getline(&line, &size, stdin) >= 0) {
		int r;

		line[strcspn(line, "\r\n")] = '\0';
		if (!*line)
			continue;
		r = send_one(s, line);
		if (r && r != EXIT_FAILED)
			return r;
		code = r ? r : code;
	}
	return code;
}

static int run_qmp(const struct globals *g, int argc, char **argv)
{
	const char *command = NULL;
	struct session s = { .g = g };
	int r;

	if (cmd_getopt(&cmd_qmp, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 2 == argc)
		command = argv[--argc];
	r = cmd_vm_here(&cmd_qmp, g);
	if (!r)
		r = cmd_vm_name(&cmd_qmp, g, argc, argv, &s.name, &s.paths);
	if (r)
		return r;
	return command ? send_one(&s, command) : send_lines(&s);
}

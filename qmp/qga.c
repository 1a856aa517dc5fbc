/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qmp/qga.h"

#include "qmp/base64.h"
#include "qmp/qmp_core.h"

#include <stdlib.h>
#include <string.h>

/*
 * What follows a sentinel while the answer to qga_sync() is awaited. Answers
 * to older ones may come first; the agent also complains about our 0xFF,
 * without one of its own, and that was dropped before.
 */
static bool qga_hello(struct qmp *q, const json_t *root)
{
	const json_t *id = json_object_get(root, "return");

	if (q->stage != QMP_NEGOTIATING || !qmp_core_sent(q, SLOT_HELLO) ||
	    !json_is_integer(id) || json_integer_value(id) != q->sync_id) {
		q->counts.strays++;
		return true;
	}
	qmp_core_release(q, SLOT_HELLO);
	q->stage = QMP_READY;
	return true;
}

/*
 * The agent reads the next command only when it has answered the last. It
 * echoes ids since QEMU 3.1; older ones are still found in Windows guests.
 */
static const struct qmp_dialect qga_dialect = {
	.limits = { QGA_MESSAGE_MAX, QGA_TOKENS_MAX, QGA_NESTING_MAX },
	.in_flight = 1,
	.sentinel = true,
	.id_optional = true,
	.hello = qga_hello,
};

struct qmp *qga_new(void)
{
	return qmp_core_new(&qga_dialect, NULL);
}

/* The 0xFF in front makes the agent drop whatever half a command it holds. */
static int say_hello(struct qmp *q, uint64_t id)
{
	json_t *root = json_pack("{s:s, s:{s:I}}", "execute", "guest-sync-delimited", "arguments",
				 "id", (json_int_t)id);
	char text[128] = "\xff";
	size_t n = root ? json_dumpb(root, text + 1, sizeof(text) - 3, JSON_COMPACT) : 0;

	json_decref(root);
	if (!n || n > sizeof(text) - 3)
		return -ENOMEM;
	memcpy(text + 1 + n, "\n", 2);
	return qmp_core_say_hello(q, text);
}

int qga_sync(struct qmp *q, uint64_t id)
{
	int r;

	if (q->end_err)
		return q->end_err;
	if (!id || id > INT64_MAX)
		return -EINVAL;
	for (unsigned i = 0; i < QMP_SLOTS; i++)
		if (q->slots[i].state == SLOT_SENT)
			return -EBUSY;
	r = say_hello(q, id);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < QMP_SLOTS; i++)
		if (q->slots[i].state == SLOT_FORGOTTEN)
			qmp_core_release(q, i);
	q->sync_id = (int64_t)id;
	q->flushed = false;
	return 0;
}

/* --- commands -------------------------------------------------------------- */

int64_t qga_ping(struct qmp *q, void *cookie)
{
	return qmp_submit(q, "guest-ping", NULL, cookie);
}

int64_t qga_info(struct qmp *q, void *cookie)
{
	return qmp_submit(q, "guest-info", NULL, cookie);
}

int64_t qga_shutdown(struct qmp *q, enum qga_shutdown how, void *cookie)
{
	static const char *const modes[] = {
		[QGA_POWERDOWN] = "powerdown",
		[QGA_HALT] = "halt",
		[QGA_REBOOT] = "reboot",
	};
	json_t *args = json_pack("{s:s}", "mode", modes[how]);

	return args ? qmp_submit(q, "guest-shutdown", args, cookie) : -ENOMEM;
}

/* *@err is set when it fails, and left alone else. */
static void add(json_t *object, const char *name, json_t *value, int *err)
{
	if (json_object_set_new(object, name, value) < 0 && !*err)
		*err = -ENOMEM;
}

static json_t *text_value(const char *text, int *err)
{
	json_t *v = json_string(text), *raw;

	if (v)
		return v;
	raw = json_string_nocheck(text);
	*err = raw ? -EINVAL : -ENOMEM;		/* it is not UTF-8, or no memory */
	json_decref(raw);
	return NULL;
}

static json_t *words_value(const char *const *argv, int *err)
{
	json_t *list = json_array();

	for (size_t i = 0; list && argv[i]; i++)
		if (json_array_append_new(list, text_value(argv[i], err)) < 0 && !*err)
			*err = -ENOMEM;
	return list;
}

int64_t qga_exec(struct qmp *q, const struct qga_exec *exec, void *cookie)
{
	json_t *args = json_object();
	char *input;
	int err = 0;

	if (!args)
		return -ENOMEM;
	add(args, "path", text_value(exec->path, &err), &err);
	if (exec->argv)
		add(args, "arg", words_value(exec->argv, &err), &err);
	if (exec->input) {
		input = base64_encode(exec->input, exec->input_len);
		add(args, "input-data", input ? json_string(input) : NULL, &err);
		free(input);
	}
	add(args, "capture-output", json_boolean(exec->capture), &err);
	if (!err)
		return qmp_submit(q, "guest-exec", args, cookie);
	json_decref(args);
	return err;
}

int64_t qga_exec_status(struct qmp *q, int64_t pid, void *cookie)
{
	json_t *args = json_pack("{s:I}", "pid", (json_int_t)pid);

	return args ? qmp_submit(q, "guest-exec-status", args, cookie) : -ENOMEM;
}

/* --- answers --------------------------------------------------------------- */

static int note_command(const json_t *row, struct qga_info *out)
{
	const char *name = json_string_value(json_object_get(row, "name"));
	const json_t *enabled = json_object_get(row, "enabled");

	if (!name || !json_is_boolean(enabled))
		return -EBADMSG;
	if (!strcmp(name, "guest-ping"))
		out->ping = json_is_true(enabled);
	else if (!strcmp(name, "guest-shutdown"))
		out->shutdown = json_is_true(enabled);
	else if (!strcmp(name, "guest-exec"))
		out->exec = json_is_true(enabled);
	else if (!strcmp(name, "guest-exec-status"))
		out->exec_status = json_is_true(enabled);
	return 0;
}

int qga_decode_info(const json_t *value, struct qga_info *out)
{
	const char *version = json_string_value(json_object_get(value, "version"));
	const json_t *list = json_object_get(value, "supported_commands"), *row;
	size_t i;

	*out = (struct qga_info){ 0 };
	if (!version || !json_is_array(list))
		return -EBADMSG;
	if (json_array_size(list) > QGA_COMMANDS_MAX || strlen(version) >= sizeof(out->version))
		return -E2BIG;
	strcpy(out->version, version);
	json_array_foreach(list, i, row)
		if (note_command(row, out) < 0)
			return -EBADMSG;
	return 0;
}

int qga_decode_exec(const json_t *value, int64_t *pid)
{
	const json_t *v = json_object_get(value, "pid");

	*pid = json_integer_value(v);
	return json_is_integer(v) && *pid >= 0 ? 0 : -EBADMSG;
}

static int read_integer(const json_t *value, const char *name, int64_t *out)
{
	const json_t *v = json_object_get(value, name);

	if (v)
		*out = json_integer_value(v);
	return !v || json_is_integer(v) ? 0 : -EBADMSG;
}

static int read_flag(const json_t *value, const char *name, bool *out)
{
	const json_t *v = json_object_get(value, name);

	*out |= json_is_true(v);
	return !v || json_is_boolean(v) ? 0 : -EBADMSG;
}

static int read_output(const json_t *value, const char *name, char **out, size_t *len)
{
	const json_t *v = json_object_get(value, name);

	if (!v)
		return 0;
	if (!json_is_string(v))
		return -EBADMSG;
	return base64_decode(json_string_value(v), json_string_length(v), QGA_OUTPUT_MAX, out, len);
}

int qga_decode_exec_status(const json_t *value, struct qga_exec_status *out)
{
	int r;

	*out = (struct qga_exec_status){ .exitcode = -1 };
	if (!json_is_boolean(json_object_get(value, "exited")))
		return -EBADMSG;
	if ((r = read_flag(value, "exited", &out->exited)) < 0 ||
	    (r = read_flag(value, "out-truncated", &out->truncated)) < 0 ||
	    (r = read_flag(value, "err-truncated", &out->truncated)) < 0 ||
	    (r = read_integer(value, "exitcode", &out->exitcode)) < 0 ||
	    (r = read_integer(value, "signal", &out->signal)) < 0 ||
	    (r = read_output(value, "out-data", &out->out, &out->out_len)) < 0 ||
	    (r = read_output(value, "err-data", &out->err, &out->err_len)) < 0) {
		qga_exec_status_done(out);
		return r;
	}
	return 0;
}

void qga_exec_status_done(struct qga_exec_status *s)
{
	free(s->out);
	free(s->err);
	*s = (struct qga_exec_status){ .exitcode = -1 };
}

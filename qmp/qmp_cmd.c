/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qmp/qmp_cmd.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

enum { SEND_KEY_MAX = 16 };

/* --- the table ------------------------------------------------------------- */

struct arg {
	const char *name;
	bool number, optional;
};

struct row {
	const char *name;
	struct arg args[2];
	bool keys;		/* a list of qcodes instead */
	unsigned timeout_ms;
};

/*
 * 5 s is what Proxmox gives a plain command. cont may wait for block devices
 * to wake; stop flushes them; a screen of 4K takes QEMU a second or two to
 * compress under load.
 */
static const struct row rows[QMP_CMD_COUNT] = {
	[QMP_CMD_QUERY_STATUS] = { "query-status", .timeout_ms = 5000 },
	[QMP_CMD_CONT] = { "cont", .timeout_ms = 10000 },
	[QMP_CMD_STOP] = { "stop", .timeout_ms = 30000 },
	[QMP_CMD_SYSTEM_POWERDOWN] = { "system_powerdown", .timeout_ms = 5000 },
	[QMP_CMD_SYSTEM_RESET] = { "system_reset", .timeout_ms = 5000 },
	[QMP_CMD_QUIT] = { "quit", .timeout_ms = 5000 },
	[QMP_CMD_QUERY_PCI] = { "query-pci", .timeout_ms = 5000 },
	[QMP_CMD_QOM_GET] = { "qom-get", { { .name = "path" }, { .name = "property" } },
		.timeout_ms = 5000 },
	[QMP_CMD_QUERY_VERSION] = { "query-version", .timeout_ms = 5000 },
	[QMP_CMD_QUERY_UUID] = { "query-uuid", .timeout_ms = 5000 },
	[QMP_CMD_QUERY_NAME] = { "query-name", .timeout_ms = 5000 },
	[QMP_CMD_SCREENDUMP] = { "screendump",
		{ { .name = "filename" }, { .name = "format", .optional = true } },
		.timeout_ms = 10000 },
	[QMP_CMD_DEVICE_LIST_PROPERTIES] = { "device-list-properties", { { .name = "typename" } },
		.timeout_ms = 5000 },
	[QMP_CMD_QUERY_MACHINES] = { "query-machines", .timeout_ms = 5000 },
	[QMP_CMD_QUERY_KVM] = { "query-kvm", .timeout_ms = 5000 },
	[QMP_CMD_SEND_KEY] = { "send-key", .keys = true, .timeout_ms = 5000 },
	[QMP_CMD_ADD_FD] = { "add-fd", { { .name = "fdset-id", .number = true } },
		.timeout_ms = 5000 },
	[QMP_CMD_REMOVE_FD] = { "remove-fd", { { .name = "fdset-id", .number = true } },
		.timeout_ms = 5000 },
};

const char *qmp_cmd_name(enum qmp_cmd cmd)
{
	return rows[cmd].name;
}

unsigned qmp_cmd_timeout_ms(enum qmp_cmd cmd)
{
	return rows[cmd].timeout_ms;
}

/* --- builders -------------------------------------------------------------- */

/* Text or number, as the table says; NULL: -EINVAL or -ENOMEM, told apart in *err. */
static json_t *build_arg(const struct arg *arg, const char *text, int *err)
{
	json_t *v;
	char *end;
	long i;

	*err = -EINVAL;
	if (arg->number) {
		errno = 0;
		i = strtol(text, &end, 10);
		if (errno || end == text || *end)
			return NULL;
		v = json_integer(i);
	} else {
		v = json_string(text);
		if (!v && (v = json_string_nocheck(text))) {	/* it is not UTF-8 */
			json_decref(v);
			return NULL;
		}
	}
	*err = -ENOMEM;
	return v;
}

static int build_members(const struct row *row, const char *const *args, json_t *out)
{
	size_t i;
	int r = 0;

	for (i = 0; i < ROWS(row->args) && row->args[i].name && args && args[i]; i++) {
		json_t *v = build_arg(&row->args[i], args[i], &r);

		if (!v)
			return r;
		if (json_object_set_new(out, row->args[i].name, v) < 0)
			return -ENOMEM;
	}
	if (i < ROWS(row->args) && row->args[i].name && !row->args[i].optional)
		return -EINVAL;
	return args && args[i] ? -EINVAL : 0;
}

/* QKeyCode's members have no other characters (qapi/ui.json). */
static const char qcode_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

static int build_keys(const char *const *args, json_t *out)
{
	json_t *keys = json_array();
	size_t n = 0;

	if (!keys || json_object_set_new(out, "keys", keys) < 0)
		return -ENOMEM;
	for (; args && args[n]; n++) {
		if (n == SEND_KEY_MAX || args[n][strspn(args[n], qcode_chars)])
			return -EINVAL;
		if (json_array_append_new(keys, json_pack("{s:s, s:s}", "type", "qcode", "data",
							  args[n])) < 0)
			return -ENOMEM;
	}
	return n ? 0 : -EINVAL;
}

int qmp_cmd_args(enum qmp_cmd cmd, const char *const *args, json_t **out)
{
	const struct row *row = &rows[cmd];
	int r;

	*out = NULL;
	if (!row->keys && !row->args[0].name)
		return args && args[0] ? -EINVAL : 0;
	*out = json_object();
	if (!*out)
		return -ENOMEM;
	r = row->keys ? build_keys(args, *out) : build_members(row, args, *out);
	if (r < 0) {
		json_decref(*out);
		*out = NULL;
	}
	return r;
}

int64_t qmp_cmd_submit(struct qmp *q, enum qmp_cmd cmd, const char *const *args, void *cookie)
{
	json_t *built;
	int r = qmp_cmd_args(cmd, args, &built);

	return r < 0 ? r : qmp_submit(q, rows[cmd].name, built, cookie);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What QEMU's replies say. */
#include <string.h>

#include "qmp/qmp_cmd.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

/* --- members of an object, by table ---------------------------------------- */

enum kind { K_BOOL, K_U32, K_I64, K_TEXT, K_ANY };

struct member {
	const char *name;
	enum kind kind;
	size_t offset;
	bool optional;		/* left zero, or "" */
};

static bool read_u32(const json_t *v, uint32_t *out)
{
	json_int_t i = json_integer_value(v);

	if (!json_is_integer(v) || i < 0 || i > (json_int_t)UINT32_MAX)
		return false;
	*out = (uint32_t)i;
	return true;
}

static bool read_member(const json_t *v, enum kind kind, void *out)
{
	switch (kind) {
	case K_BOOL:
		*(bool *)out = json_is_true(v);
		return json_is_boolean(v);
	case K_U32:
		return read_u32(v, out);
	case K_I64:
		*(int64_t *)out = json_integer_value(v);
		return json_is_integer(v);
	case K_TEXT:
		*(const char **)out = json_string_value(v);
		return json_is_string(v);
	case K_ANY:
		*(const json_t **)out = v;
		return v;
	}
	return false;
}

static int read_members(const json_t *object, const struct member *rows, size_t n, void *out)
{
	if (!json_is_object(object))
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		void *to = (char *)out + rows[i].offset;
		const json_t *v = json_object_get(object, rows[i].name);

		if (!v && rows[i].optional && rows[i].kind == K_TEXT)
			*(const char **)to = "";
		else if (!v && rows[i].optional)
			continue;
		else if (!read_member(v, rows[i].kind, to))
			return -EBADMSG;
	}
	return 0;
}

#define M(type, field, text, what, ...) \
	{ .name = text, .kind = what, .offset = offsetof(struct type, field), ##__VA_ARGS__ }
#define OPTIONAL	.optional = true

static const struct member status_rows[] = {
	M(qmp_status, running, "running", K_BOOL),
	M(qmp_status, status, "status", K_TEXT),
};

static const struct member version_rows[] = {
	M(qmp_version, major, "major", K_U32),
	M(qmp_version, minor, "minor", K_U32),
	M(qmp_version, micro, "micro", K_U32),
};

static const struct member kvm_rows[] = {
	M(qmp_kvm, enabled, "enabled", K_BOOL),
	M(qmp_kvm, present, "present", K_BOOL),
};

static const struct member fdset_rows[] = {
	M(qmp_fdset, fd, "fd", K_I64),
	M(qmp_fdset, fdset, "fdset-id", K_I64),
};

static const struct member property_rows[] = {
	M(qmp_property, name, "name", K_TEXT),
	M(qmp_property, type, "type", K_TEXT),
	M(qmp_property, default_value, "default-value", K_ANY, OPTIONAL),
};

static const struct member machine_rows[] = {
	M(qmp_machine, name, "name", K_TEXT),
	M(qmp_machine, alias, "alias", K_TEXT, OPTIONAL),
	M(qmp_machine, is_default, "is-default", K_BOOL, OPTIONAL),
	M(qmp_machine, deprecated, "deprecated", K_BOOL, OPTIONAL),
};

static const struct member pci_rows[] = {
	M(qmp_pci_device, bus, "bus", K_U32),
	M(qmp_pci_device, slot, "slot", K_U32),
	M(qmp_pci_device, function, "function", K_U32),
	M(qmp_pci_device, qdev_id, "qdev_id", K_TEXT, OPTIONAL),
};

static const struct member pci_id_rows[] = {
	M(qmp_pci_device, vendor, "vendor", K_U32),
	M(qmp_pci_device, device, "device", K_U32),
	M(qmp_pci_device, subvendor, "subsystem-vendor", K_U32, OPTIONAL),
	M(qmp_pci_device, subdevice, "subsystem", K_U32, OPTIONAL),
};

static const struct member pci_class_rows[] = {
	M(qmp_pci_device, class_code, "class", K_U32),
};

#define READ(object, rows, out)	read_members(object, rows, ROWS(rows), out)

/* --- decoders -------------------------------------------------------------- */

static const char *const run_names[QMP_RUN_COUNT] = {
	[QMP_RUN_UNKNOWN] = "unknown",
	[QMP_RUN_DEBUG] = "debug",
	[QMP_RUN_INMIGRATE] = "inmigrate",
	[QMP_RUN_INTERNAL_ERROR] = "internal-error",
	[QMP_RUN_IO_ERROR] = "io-error",
	[QMP_RUN_PAUSED] = "paused",
	[QMP_RUN_POSTMIGRATE] = "postmigrate",
	[QMP_RUN_PRELAUNCH] = "prelaunch",
	[QMP_RUN_FINISH_MIGRATE] = "finish-migrate",
	[QMP_RUN_RESTORE_VM] = "restore-vm",
	[QMP_RUN_RUNNING] = "running",
	[QMP_RUN_SAVE_VM] = "save-vm",
	[QMP_RUN_SHUTDOWN] = "shutdown",
	[QMP_RUN_SUSPENDED] = "suspended",
	[QMP_RUN_WATCHDOG] = "watchdog",
	[QMP_RUN_GUEST_PANICKED] = "guest-panicked",
	[QMP_RUN_COLO] = "colo",
};

const char *qmp_run_name(enum qmp_run run)
{
	return run < QMP_RUN_COUNT ? run_names[run] : run_names[QMP_RUN_UNKNOWN];
}

static int decode_status(const json_t *value, struct qmp_answer *out)
{
	int r = READ(value, status_rows, &out->status);

	if (r < 0)
		return r;
	for (unsigned i = QMP_RUN_UNKNOWN + 1; i < QMP_RUN_COUNT; i++)
		if (!strcmp(out->status.status, run_names[i]))
			out->status.run = (enum qmp_run)i;
	return 0;
}

static int decode_version(const json_t *value, struct qmp_answer *out)
{
	const json_t *package = json_object_get(value, "package");
	int r = READ(json_object_get(value, "qemu"), version_rows, &out->version);

	if (r < 0 || !json_is_string(package))
		return -EBADMSG;
	out->version.package = json_string_value(package);
	return 0;
}

static int decode_kvm(const json_t *value, struct qmp_answer *out)
{
	return READ(value, kvm_rows, &out->kvm);
}

static int decode_fdset(const json_t *value, struct qmp_answer *out)
{
	return READ(value, fdset_rows, &out->fdset);
}

static bool is_uuid(const char *s)
{
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (!s[i] || (dash ? s[i] != '-' : !strchr("0123456789abcdefABCDEF", s[i])))
			return false;
	}
	return !s[36];
}

static int decode_uuid(const json_t *value, struct qmp_answer *out)
{
	out->text = json_string_value(json_object_get(value, "UUID"));
	return out->text && is_uuid(out->text) ? 0 : -EBADMSG;
}

static int decode_name(const json_t *value, struct qmp_answer *out)
{
	const json_t *name = json_object_get(value, "name");

	if (!json_is_object(value) || (name && !json_is_string(name)))
		return -EBADMSG;
	out->text = name ? json_string_value(name) : "";
	return 0;
}

static int decode_empty(const json_t *value, struct qmp_answer *out)
{
	(void)out;
	return json_is_object(value) ? 0 : -EBADMSG;
}

static int decode_list(const json_t *value, struct qmp_answer *out)
{
	out->value = value;
	return json_is_array(value) ? 0 : -EBADMSG;
}

static int decode_any(const json_t *value, struct qmp_answer *out)
{
	out->value = value;
	return value ? 0 : -EBADMSG;
}

int qmp_properties_decode(const json_t *value, struct qmp_properties *list)
{
	list->n = 0;
	if (!json_is_array(value))
		return -EBADMSG;
	if (json_array_size(value) > ROWS(list->property))
		return -E2BIG;
	for (; list->n < json_array_size(value); list->n++) {
		struct qmp_property *p = &list->property[list->n];

		*p = (struct qmp_property){ 0 };
		if (READ(json_array_get(value, list->n), property_rows, p) < 0)
			return -EBADMSG;
	}
	return 0;
}

int qmp_machines_decode(const json_t *value, struct qmp_machines *list)
{
	list->n = 0;
	if (!json_is_array(value))
		return -EBADMSG;
	if (json_array_size(value) > ROWS(list->machine))
		return -E2BIG;
	for (; list->n < json_array_size(value); list->n++) {
		struct qmp_machine *m = &list->machine[list->n];

		*m = (struct qmp_machine){ 0 };
		if (READ(json_array_get(value, list->n), machine_rows, m) < 0)
			return -EBADMSG;
	}
	return 0;
}

static int decode_bar(const json_t *region, struct qmp_pci_device *d)
{
	const char *type = json_string_value(json_object_get(region, "type"));
	const json_t *address = json_object_get(region, "address");
	const json_t *size = json_object_get(region, "size");
	uint32_t bar;

	if (!type || !read_u32(json_object_get(region, "bar"), &bar) || bar >= ROWS(d->bar) ||
	    !json_is_integer(address) || !json_is_integer(size) || json_integer_value(size) < 0)
		return -EBADMSG;
	d->bar[bar] = (struct qmp_pci_bar){
		.present = true,
		.io = !strcmp(type, "io"),
		.address = json_integer_value(address),
		.size_bytes = (uint64_t)json_integer_value(size),
	};
	return 0;
}

static int decode_device(const json_t *value, struct qmp_pci_device *d)
{
	const json_t *regions = json_object_get(value, "regions"), *region;
	size_t i;

	*d = (struct qmp_pci_device){ 0 };
	if (READ(value, pci_rows, d) < 0 ||
	    READ(json_object_get(value, "id"), pci_id_rows, d) < 0 ||
	    READ(json_object_get(value, "class_info"), pci_class_rows, d) < 0 ||
	    !json_is_array(regions))
		return -EBADMSG;
	json_array_foreach(regions, i, region)
		if (decode_bar(region, d) < 0)
			return -EBADMSG;
	return 0;
}

/* Recursion is as deep as the bridges, which the text's nesting limit bounds. */
static int decode_bus(const json_t *devices, struct qmp_pci *out)
{
	const json_t *device, *bridge, *below;
	size_t i;
	int r = json_is_array(devices) ? 0 : -EBADMSG;

	json_array_foreach(devices, i, device) {
		if (out->n == ROWS(out->device))
			return -E2BIG;
		r = decode_device(device, &out->device[out->n++]);
		bridge = json_object_get(device, "pci_bridge");
		below = json_object_get(bridge, "devices");
		if (!r && bridge && !json_is_object(bridge))
			r = -EBADMSG;
		if (!r && below)
			r = decode_bus(below, out);
		if (r < 0)
			break;
	}
	return r;
}

int qmp_pci_decode(const json_t *value, struct qmp_pci *out)
{
	const json_t *bus;
	size_t i;
	int r = json_is_array(value) ? 0 : -EBADMSG;

	out->n = 0;
	json_array_foreach(value, i, bus) {
		r = decode_bus(json_object_get(bus, "devices"), out);
		if (r < 0)
			break;
	}
	return r;
}

/* --- the table ------------------------------------------------------------- */

static int (*const decoders[QMP_CMD_COUNT])(const json_t *value, struct qmp_answer *out) = {
	[QMP_CMD_QUERY_STATUS] = decode_status,
	[QMP_CMD_CONT] = decode_empty,
	[QMP_CMD_STOP] = decode_empty,
	[QMP_CMD_SYSTEM_POWERDOWN] = decode_empty,
	[QMP_CMD_SYSTEM_RESET] = decode_empty,
	[QMP_CMD_QUIT] = decode_empty,
	[QMP_CMD_QUERY_PCI] = decode_list,
	[QMP_CMD_QOM_GET] = decode_any,
	[QMP_CMD_QUERY_VERSION] = decode_version,
	[QMP_CMD_QUERY_UUID] = decode_uuid,
	[QMP_CMD_QUERY_NAME] = decode_name,
	[QMP_CMD_SCREENDUMP] = decode_empty,
	[QMP_CMD_DEVICE_LIST_PROPERTIES] = decode_list,
	[QMP_CMD_QUERY_MACHINES] = decode_list,
	[QMP_CMD_QUERY_KVM] = decode_kvm,
	[QMP_CMD_SEND_KEY] = decode_empty,
	[QMP_CMD_ADD_FD] = decode_fdset,
	[QMP_CMD_REMOVE_FD] = decode_empty,
};

int qmp_cmd_decode(enum qmp_cmd cmd, const json_t *value, struct qmp_answer *out)
{
	*out = (struct qmp_answer){ 0 };
	return decoders[cmd](value, out);
}

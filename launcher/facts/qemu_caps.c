/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/qemu_caps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/qemu_ask.h"
#include "romfiles/sha256.h"

#define TIMEOUT_MS	10000
#define CACHE_MAX	(1u << 20)

static const json_t *find_property(const json_t *list, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *s = json_string_value(json_object_get(item, "name"));

		if (s && !strcmp(s, name))
			return item;
	}
	return NULL;
}

static bool version_number(const json_t *v, const char *key, int *n)
{
	const json_t *j = json_object_get(v, key);

	if (!json_is_integer(j) || json_integer_value(j) < 0 || json_integer_value(j) > 9999)
		return false;
	*n = (int)json_integer_value(j);
	return true;
}

static bool version(const json_t *answer, struct qemu_caps *c)
{
	const json_t *v = json_object_get(answer, "qemu");
	const char *package = json_string_value(json_object_get(answer, "package"));

	str_fit(c->package, sizeof(c->package), package ? package : "");
	str_sanitize(c->package);
	return version_number(v, "major", &c->major) && version_number(v, "minor", &c->minor) &&
	       version_number(v, "micro", &c->micro);
}

static bool at_least(const struct qemu_caps *c, int major, int minor)
{
	return c->major > major || (c->major == major && c->minor >= minor);
}

/* igd-qemu facts: what tells the versions of hw/vfio/igd.c apart, see enum qemu_era. */
static enum qemu_era era(const struct qemu_caps *c, bool lpc_type, bool vpasid)
{
	if (!lpc_type || !c->vfio_pci)
		return QEMU_NO_IGD;
	if (!c->igd_legacy_mode)
		return at_least(c, 9, 2) ? QEMU_9_2 : QEMU_7_2;
	if (!c->class_code)
		return QEMU_10_0;
	return vpasid || at_least(c, 10, 2) ? QEMU_10_2 : QEMU_10_1;
}

static void machine(const json_t *list, const char *alias, char *dst, size_t size)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *a = json_string_value(json_object_get(item, "alias"));
		const char *name = json_string_value(json_object_get(item, "name"));

		if (a && name && !strcmp(a, alias) && str_copy(dst, size, name))
			return;
	}
}

static bool answer_is(const json_t *answers, const char *command, const char *name)
{
	return json_is_true(json_object_get(json_object_get(answers, command), name));
}

static enum tri answer_tri(const json_t *answer)
{
	return json_is_true(answer) ? TRI_YES : json_is_false(answer) ? TRI_NO : TRI_UNKNOWN;
}

static enum tri audio_driver(const json_t *list, const char *name)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(list))
		return TRI_UNKNOWN;
	json_array_foreach(list, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), name))
			return TRI_YES;
	return TRI_NO;
}

int qemu_caps_from_json(const json_t *answers, struct qemu_caps *c)
{
	const json_t *devices = json_object_get(answers, "device-list-properties");
	const json_t *vfio = json_object_get(devices, "vfio-pci");
	const json_t *machines = json_object_get(answers, "query-machines");

	memset(c, 0, sizeof(*c));
	if (json_integer_value(json_object_get(answers, "version")) != 1 ||
	    !version(json_object_get(answers, "query-version"), c) ||
	    !json_is_object(devices) || !json_is_array(machines)) {
		memset(c, 0, sizeof(*c));
		return -EBADMSG;
	}
	c->vfio_pci = json_is_array(vfio);
	c->igd_opregion = find_property(vfio, "x-igd-opregion") != NULL;
	c->igd_opregion_default_on = json_is_true(
		json_object_get(find_property(vfio, "x-igd-opregion"), "default-value"));
	c->igd_lpc = find_property(vfio, "x-igd-lpc") != NULL;
	c->igd_legacy_mode = find_property(vfio, "x-igd-legacy-mode") != NULL;
	c->igd_gms = find_property(vfio, "x-igd-gms") != NULL;
	c->class_code = find_property(vfio, "x-pci-class-code") != NULL;
	c->era = era(c, answer_is(answers, "device-list-properties", "vfio-pci-igd-lpc-bridge"),
		     find_property(vfio, "x-vpasid-cap-offset") != NULL);
	c->vbios_patched = answer_is(answers, "trace-event-get-state",
				     "vfio_pci_igd_vbios_patched");
	c->kvm = answer_is(answers, "qom-list-properties", "kvm-accel");
	c->tcg = answer_is(answers, "qom-list-properties", "tcg-accel");
	c->usb_host = answer_tri(json_object_get(devices, "usb-host"));
	c->panic = answer_tri(json_object_get(devices, "pvpanic-pci"));
	c->watchdog = answer_tri(json_object_get(devices, "i6300esb"));
	c->share = answer_tri(json_object_get(devices, "vhost-user-fs-pci"));
	c->alsa = audio_driver(json_object_get(answers, "audiodev"), "alsa");
	c->pipewire = audio_driver(json_object_get(answers, "audiodev"), "pipewire");
	machine(machines, "pc", c->machine_pc, sizeof(c->machine_pc));
	machine(machines, "q35", c->machine_q35, sizeof(c->machine_q35));
	return 0;
}

static const char *path_of(const json_t *json)
{
	const char *path = json_string_value(json_object_get(json, "path"));

	return path ? path : "";
}

int qemu_caps_load(const char *file, struct qemu_caps *caps)
{
	int r;
	_json_ json_t *json = file_load_json_at(AT_FDCWD, file, CACHE_MAX, &r);

	memset(caps, 0, sizeof(*caps));
	if (!json)
		return r;
	r = qemu_caps_from_json(json, caps);
	if (!r)
		str_fit(caps->path, sizeof(caps->path), path_of(json));
	return r;
}

/* The binary is the same one while its place, size and time are. */
static json_t *cache_key(const struct stat *st)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I}", "device", (json_int_t)st->st_dev, "inode",
			 (json_int_t)st->st_ino, "size", (json_int_t)st->st_size, "seconds",
			 (json_int_t)st->st_mtim.tv_sec, "nanoseconds", (json_int_t)st->st_mtim.tv_nsec);
}

/* A script starts something else, whose age its own does not tell. */
static bool is_script(const char *path)
{
	_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char magic[2];

	return fd < 0 || read(fd, magic, 2) != 2 || !memcmp(magic, "#!", 2);
}

static int open_cache(const char *cache_dir, const char *path, char *name, size_t size)
{
	uint8_t sum[SHA256_BYTES];
	char dir[PATH_MAX], hex[SHA256_HEX];

	if (!cache_dir || !*cache_dir || is_script(path) ||
	    !str_print(dir, sizeof(dir), "%s/qemu-caps", cache_dir))
		return -1;
	sha256_sum(path, strlen(path), sum);
	sha256_hex(sum, hex);
	if (!str_print(name, size, "%.16s.json", hex))
		return -1;
	return dir_open_mine(dir, 0755);
}

static bool from_cache(int dir, const char *name, const char *path, const json_t *key,
		       struct qemu_caps *caps)
{
	int r;
	_json_ json_t *json = file_load_json_at(dir, name, CACHE_MAX, &r);

	/* Without "audiodev" it was asked by an igvm that asked less. */
	return json && !strcmp(path_of(json), path) && json_object_get(json, "audiodev") &&
	       json_equal(json_object_get(json, "key"), key) && !qemu_caps_from_json(json, caps);
}

/* A cache that cannot be written costs the next caller a tenth of a second, no more. */
static void to_cache(int dir, const char *name, const json_t *key, json_t *answers)
{
	if (!json_object_set(answers, "key", (json_t *)(uintptr_t)key) &&
	    file_replace_json_at(dir, name, answers, 0644))
		return;
}

static int look(const char *path, struct stat *st, char *why, size_t why_size)
{
	int r = 0;

	if (stat(path, st))
		r = errno == EACCES ? -EACCES : -ENOENT;
	else if (!S_ISREG(st->st_mode) || access(path, X_OK))
		r = -EACCES;
	if (r == -ENOENT)
		snprintf(why, why_size, _("%s is not there"), path);
	else if (r)
		snprintf(why, why_size, _("%s is not a program that may be run"), path);
	return r;
}

int qemu_caps_read(const char *path, const char *cache_dir, struct qemu_caps *caps, char *why,
		   size_t why_size)
{
	_json_ json_t *answers = NULL, *key = NULL;
	_fd_ int dir = -1;
	char name[80];
	struct stat st;
	int r;

	memset(caps, 0, sizeof(*caps));
	r = look(path, &st, why, why_size);
	if (r)
		return r;
	key = cache_key(&st);
	dir = key ? open_cache(cache_dir, path, name, sizeof(name)) : -1;
	if (dir >= 0 && from_cache(dir, name, path, key, caps)) {
		str_fit(caps->path, sizeof(caps->path), path);
		return 0;
	}
	r = qemu_ask(path, TIMEOUT_MS, &answers, why, why_size);
	if (r)
		return r;
	r = qemu_caps_from_json(answers, caps);
	if (r) {
		snprintf(why, why_size, _("%s answers in a form that is not known"), path);
		return -ENOEXEC;
	}
	str_fit(caps->path, sizeof(caps->path), path);
	if (dir >= 0)
		to_cache(dir, name, key, answers);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define DESCRIPTOR_MAX	(64u << 10)
#define NAMES_MAX	512

static bool array_has(const json_t *array, const char *word)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), word))
			return true;
	return false;
}

/* "machines" are fnmatch() patterns over versioned names: pc-q35-*. */
static bool machines_have(const json_t *machines, const char *prefix, const char *some)
{
	const json_t *item;
	size_t i;

	json_array_foreach(machines, i, item) {
		const char *s = json_string_value(item);

		if (s && (str_starts(s, prefix) || !fnmatch(s, some, 0)))
			return true;
	}
	return false;
}

static void targets(const json_t *list, struct firmware_fact *f)
{
	const json_t *item, *machines;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *arch = json_string_value(json_object_get(item, "architecture"));

		if (!arch || strcmp(arch, "x86_64"))
			continue;
		machines = json_object_get(item, "machines");
		f->q35 |= machines_have(machines, "pc-q35-", "pc-q35-10.0");
		f->i440fx |= machines_have(machines, "pc-i440fx-", "pc-i440fx-10.0");
	}
}

static bool take_path(const json_t *file, bool with_format, char *dst, size_t size)
{
	const char *path = json_string_value(json_object_get(file, "filename"));
	const char *format = json_string_value(json_object_get(file, "format"));

	if (!path || *path != '/' || (with_format && (!format || strcmp(format, "raw"))))
		return false;
	return str_copy(dst, size, path);
}

static bool mapping(const json_t *map, struct firmware_fact *f)
{
	const char *device = json_string_value(json_object_get(map, "device"));
	const char *mode = json_string_value(json_object_get(map, "mode"));

	if (!device)
		return false;
	if (!strcmp(device, "memory")) {
		f->stateless = true;
		return take_path(map, false, f->code, sizeof(f->code));
	}
	/* "combined" needs a copy of the code per VM, "kernel" is for other uses: neither is taken. */
	if (strcmp(device, "flash") ||
	    (mode && strcmp(mode, "split") && strcmp(mode, "stateless")))
		return false;
	if (!take_path(json_object_get(map, "executable"), true, f->code, sizeof(f->code)))
		return false;
	f->stateless = mode && !strcmp(mode, "stateless");
	return f->stateless || take_path(json_object_get(map, "nvram-template"), true, f->vars,
					 sizeof(f->vars));
}

bool firmware_from_json(const json_t *json, struct firmware_fact *f)
{
	const json_t *interfaces = json_object_get(json, "interface-types");
	const json_t *features = json_object_get(json, "features");

	*f = (struct firmware_fact){
		.uefi = array_has(interfaces, "uefi"),
		.bios = array_has(interfaces, "bios"),
		.secure_boot = array_has(features, "secure-boot"),
		.enrolled_keys = array_has(features, "enrolled-keys"),
		.requires_smm = array_has(features, "requires-smm"),
	};
	targets(json_object_get(json, "targets"), f);
	return (f->uefi || f->bios) && (f->q35 || f->i440fx) &&
	       mapping(json_object_get(json, "mapping"), f);
}

/* One directory's *.json names, appended to @names unless already there. */
static int list_names(const struct tree *t, const char *dir, char **names, size_t *n)
{
	_fd_ int fd = tree_open(t, dir, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	if (!d)
		return 0;
	fd = -1;
	while ((e = readdir(d)) && *n < NAMES_MAX) {
		size_t len = strlen(e->d_name), i;

		if (len < 6 || strcmp(e->d_name + len - 5, ".json"))
			continue;
		for (i = 0; i < *n && strcmp(names[i], e->d_name); i++)
			;
		if (i < *n)
			continue;
		names[*n] = strdup(e->d_name);
		if (!names[*n])
			return -ENOMEM;
		(*n)++;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_present(const struct tree *t, const struct firmware_fact *f)
{
	return tree_is_file(t, f->code) && (!*f->vars || tree_is_file(t, f->vars));
}

/* The descriptor @name from the first of @dirs that has it, hidden ones included. */
static bool read_one(const struct tree *t, const char *const *dirs, const char *name,
		     struct firmware_fact *f)
{
	_free_ char *text = NULL;
	_json_ json_t *json = NULL;
	char path[PATH_MAX];
	size_t len = 0;
	int r = -ENOENT;

	for (; *dirs && r == -ENOENT; dirs++) {
		if (!str_print(path, sizeof(path), "%s/%s", *dirs, name))
			return false;
		r = tree_read(t, path, DESCRIPTOR_MAX, &text, &len);
	}
	if (r || !len)
		return false;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json || !firmware_from_json(json, f))
		return false;
	f->present = is_present(t, f);
	return str_print(f->file, sizeof(f->file), "%s%s", *path == '/' ? "" : "/", path);
}

static int read_dirs(const struct tree *t, const char *const *dirs, struct firmware_fact *v,
		     size_t max, size_t *n)
{
	_free_ char **names = calloc(NAMES_MAX, sizeof(char *));
	size_t count = 0;
	int r = names ? 0 : -ENOMEM;

	for (const char *const *d = dirs; *d && !r; d++)
		r = list_names(t, *d, names, &count);
	if (!r)
		qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 0; i < count; i++) {
		if (!r && *n < max && read_one(t, dirs, names[i], &v[*n]))
			(*n)++;
		free(names[i]);
	}
	return r;
}

int firmware_read(const struct tree *t, struct firmware_fact *v, size_t max, size_t *n)
{
	static const char *const dirs[] = {
		"etc/qemu/firmware", "usr/share/qemu/firmware", NULL,
	};

	*n = 0;
	return read_dirs(t, dirs, v, max, n);
}

int firmware_read_beside(const char *qemu, struct firmware_fact *v, size_t max, size_t *n)
{
	_free_ char *real = realpath(qemu, NULL);
	const char *dirs[2] = { NULL };
	char dir[PATH_MAX];
	_fd_ int fd = -1;
	struct tree t;
	char *slash;
	int r;

	if (!real)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < 2; i++) {
		slash = strrchr(real, '/');
		if (!slash)
			return 0;
		*slash = '\0';
	}
	if (!*real || !strcmp(real, "/usr") ||
	    !str_print(dir, sizeof(dir), "%s/share/qemu/firmware", real))
		return 0;
	r = tree_init(&t, "/");
	if (r)
		return 0;
	fd = t.fd;
	dirs[0] = dir;
	return read_dirs(&t, dirs, v, max, n);
}

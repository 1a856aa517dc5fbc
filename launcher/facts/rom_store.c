/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/rom_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "romfiles/build.h"

#define SUFFIX		".rom"
#define SIDECAR		".json"
#define SUFFIX_LEN	(sizeof(SUFFIX) - 1)
#define SIDECAR_LEN	(sizeof(SIDECAR) - 1)
#define NAMES_MAX	1024	/* files of a folder that are looked at at all */

static const char *const kinds[ROM_STORE_KINDS] = {
	[ROM_STORE_VBIOS] = "vbios",
	[ROM_STORE_GOP] = "gop",
	[ROM_STORE_ASSIGN] = "assign",
};

const char *rom_store_kind_id(enum rom_store_kind k)
{
	return kinds[k];
}

const struct rom_store_entry *rom_store_find_sha256(const struct rom_store *s, const char *sha256)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->entry[i].sha256, sha256))
			return &s->entry[i];
	return NULL;
}

const char *rom_store_name_check(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (!*name || !strchr(first, *name) || name[strspn(name, more)])
		return N_("a name has only letters, digits, '.', '_' and '-', and starts with one of the first two");
	if (strlen(name) > 64)
		return N_("a name has at most 64 bytes");
	return NULL;
}

/* --- a sidecar ----------------------------------------------------------------------------- */

static json_t *ids_json(const struct rom_store_entry *e)
{
	json_t *list = json_array();
	char id[8];

	for (size_t i = 0; list && i < e->n_ids; i++) {
		snprintf(id, sizeof(id), "%04x", e->ids[i]);
		json_array_append_new(list, json_string(id));
	}
	return list;
}

json_t *rom_store_entry_json(const struct rom_store_entry *e)
{
	char device[8];

	snprintf(device, sizeof(device), "%04x", e->device);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:s, s:I, s:s, s:s}", "version", 1,
			 "kind", "rom-store-entry", "file", e->name, "rom", kinds[e->kind], "platform",
			 e->platform, "generation", e->generation, "device", device, "devices", ids_json(e),
			 "assign", e->assign, "source", e->source, "size", (json_int_t)e->size, "sha256",
			 e->sha256, "imported", e->imported);
}

static bool parse_id(const json_t *json, uint16_t *id)
{
	const char *text = json_string_value(json);
	uint64_t v;

	if (!text || strlen(text) != 4 || !str_u64(text, 16, UINT16_MAX, &v))
		return false;
	*id = (uint16_t)v;
	return true;
}

static bool parse_ids(const json_t *list, struct rom_store_entry *e)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > ROM_STORE_IDS_MAX)
		return false;
	json_array_foreach(list, i, one)
		if (!parse_id(one, &e->ids[e->n_ids++]))
			return false;
	return true;
}

static bool parse_kind(const char *text, enum rom_store_kind *k)
{
	for (size_t i = 0; i < ROM_STORE_KINDS; i++)
		if (!strcmp(kinds[i], text)) {
			*k = (enum rom_store_kind)i;
			return true;
		}
	return false;
}

static bool is_sha256(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* A platform's key: it becomes part of file names. */
static bool is_key(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] == '\0';
}

static bool has_suffix(const char *name, const char *suffix, size_t len)
{
	size_t n = strlen(name);

	return n > len && !strcmp(name + n - len, suffix);
}

static bool is_rom_name(const char *name)
{
	char stem[ROM_STORE_NAME_MAX];

	return has_suffix(name, SUFFIX, SUFFIX_LEN) && str_copy(stem, sizeof(stem), name) &&
	       (stem[strlen(stem) - SUFFIX_LEN] = '\0', !rom_store_name_check(stem));
}

const char *rom_store_entry_parse(const json_t *json, struct rom_store_entry *e)
{
	const char *kind, *file, *rom, *platform, *generation, *source, *sum, *imported;
	const json_t *device, *devices;
	int version, assign;
	json_int_t size;

	*e = (struct rom_store_entry){ 0 };
	if (json_unpack((json_t *)json, "{s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:s, s:I, s:s, s:s}",
			"version", &version, "kind", &kind, "file", &file, "rom", &rom, "platform",
			&platform, "generation", &generation, "device", &device, "devices", &devices, "assign",
			&assign, "source", &source, "size", &size, "sha256", &sum, "imported", &imported))
		return N_("a member is missing or of the wrong type");
	if (version != 1 || strcmp(kind, "rom-store-entry"))
		return N_("it is of another version or kind");
	if (!is_rom_name(file) || !str_copy(e->name, sizeof(e->name), file))
		return N_("it names no ROM file");
	if (!parse_kind(rom, &e->kind) || !is_key(platform) ||
	    !str_copy(e->platform, sizeof(e->platform), platform) ||
	    generation[strspn(generation, "0123456789.")] ||
	    !str_copy(e->generation, sizeof(e->generation), generation))
		return N_("it names no kind or platform");
	if (!parse_id(device, &e->device) || !parse_ids(devices, e))
		return N_("a device id is none");
	if (size <= 0 || (uint64_t)size > ROM_BUILD_MAX || !is_sha256(sum))
		return N_("size or SHA-256 are none");
	e->assign = assign;
	e->size = (uint64_t)size;
	str_fit(e->sha256, sizeof(e->sha256), sum);
	str_fit(e->source, sizeof(e->source), source);
	str_fit(e->imported, sizeof(e->imported), imported);
	str_sanitize(e->source);
	str_sanitize(e->imported);
	return NULL;
}

/* --- the folder ------------------------------------------------------------------------------ */

static void add_bad(struct rom_store *s, const char *name, const char *why)
{
	struct rom_store_bad *b;

	if (s->n_bad++ >= ARRAY_SIZE(s->bad))
		return;
	b = &s->bad[s->n_bad - 1];
	str_fit(b->name, sizeof(b->name), name);
	str_fit(b->why, sizeof(b->why), why);
	str_sanitize(b->name);
}

static void read_entry(int dir, const char *sidecar, struct rom_store *s)
{
	_json_ json_t *json = NULL;
	struct rom_store_entry *e = &s->entry[s->n];
	const char *wrong;
	struct stat st;
	int err;

	if (s->n == ROM_STORE_MAX) {
		add_bad(s, sidecar, _("the store has more files than are looked at"));
		return;
	}
	json = file_load_json_at(dir, sidecar, ROM_STORE_SIDECAR_MAX, &err);
	if (!json) {
		add_bad(s, sidecar, err == -EBADMSG ? _("it is no JSON") : strerror(-err));
		return;
	}
	wrong = rom_store_entry_parse(json, e);
	if (wrong)
		add_bad(s, sidecar, _(wrong));
	else if (strncmp(e->name, sidecar, strlen(sidecar) - SIDECAR_LEN) ||
		 strlen(e->name) - SUFFIX_LEN != strlen(sidecar) - SIDECAR_LEN)
		add_bad(s, sidecar, _("it belongs to another file"));
	else if (fstatat(dir, e->name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		add_bad(s, sidecar, _("its ROM file is missing"));
	else
		s->n++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Owned names of the sidecars, sorted; a hidden file is somebody's temporary one. */
static int list_sidecars(DIR *dir, char **names, size_t *n)
{
	struct dirent *e;

	while ((e = readdir(dir)) && *n < NAMES_MAX) {
		if (*e->d_name == '.' || !has_suffix(e->d_name, SIDECAR, SIDECAR_LEN))
			continue;
		names[*n] = strdup(e->d_name);
		if (!names[(*n)++])
			return -ENOMEM;
	}
	qsort(names, *n, sizeof(*names), by_name);
	return 0;
}

static int read_all(int fd, struct rom_store *s)
{
	_free_ char **names = calloc(NAMES_MAX, sizeof(*names));
	_dir_ DIR *dir = NULL;
	size_t n = 0;
	int r, copy = names ? dup(fd) : -1;

	if (copy >= 0)
		dir = memory_dir(copy);
	if (!dir) {
		if (copy >= 0)
			close(copy);
		return -ENOMEM;
	}
	r = list_sidecars(dir, names, &n);
	for (size_t i = 0; !r && i < n; i++)
		read_entry(fd, names[i], s);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	return r;
}

int rom_store_read(const char *dir, struct rom_store *s)
{
	_fd_ int fd = -1;
	struct stat st;

	memset(s, 0, sizeof(*s));
	if (!str_copy(s->dir, sizeof(s->dir), dir))
		return 0;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT)
			add_bad(s, "", strerror(errno));
		return 0;
	}
	if (fstat(fd, &st) || (st.st_uid && st.st_uid != geteuid()) || st.st_mode & (S_IWGRP | S_IWOTH)) {
		add_bad(s, "", _("the folder belongs to somebody else, or others may write it"));
		return 0;
	}
	return read_all(fd, s);
}

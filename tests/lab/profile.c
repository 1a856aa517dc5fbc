/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/cleanup.h"

/* Where the parser is: only for messages. */
struct place {
	const char *path;
	unsigned int line;
};

static int complain(const struct place *at, const char *what, const char *word)
{
	fprintf(stderr, "igdsim: %s:%u: %s '%s'\n", at->path, at->line, what, word);
	return -EINVAL;
}

static int parse_number(const char *text, uint32_t *out)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || v > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

static char *rom_path(const char *profile, const char *rom)
{
	const char *slash = strrchr(profile, '/');
	char *path;

	if (*rom == '/' || !slash)
		return strdup(rom);
	if (asprintf(&path, "%.*s/%s", (int)(slash - profile), profile, rom) < 0)
		return NULL;
	return path;
}

static int read_rom(struct profile *p, const char *rom)
{
	_free_ char *path = rom_path(p->path, rom);
	_file_ FILE *f = path ? fopen(path, "re") : NULL;
	size_t n, size = 2048;

	if (!f)
		return -errno;
	free(p->rom);
	p->rom = malloc(PROFILE_ROM_MAX);
	if (!p->rom)
		return -ENOMEM;
	memset(p->rom, 0xff, PROFILE_ROM_MAX);
	n = fread(p->rom, 1, PROFILE_ROM_MAX, f);
	if (ferror(f))
		return -EIO;
	if (!n)
		return -ENODATA;
	if (fgetc(f) != EOF)
		return -EFBIG;
	while (size < n)
		size *= 2;
	p->rom_size = size;
	return 0;
}

static int set_flr(struct profile *p, const char *value)
{
	p->flr = !strcmp(value, "yes");
	return p->flr || !strcmp(value, "no") ? 0 : -EINVAL;
}

static int set_dma(struct profile *p, const char *value)
{
	p->dma = !strcmp(value, "yes");
	return p->dma || !strcmp(value, "no") ? 0 : -EINVAL;
}

static int set_rom(struct profile *p, const char *value)
{
	return strcmp(value, "none") ? read_rom(p, value) : 0;
}

static int set_asls(struct profile *p, const char *value)
{
	p->asls_set = true;
	return parse_number(value, &p->asls);
}

static int set_bdsm_reg(struct profile *p, const char *value)
{
	if (!strcmp(value, "none")) {
		p->bdsm_reg = 0;
		return 0;
	}
	if (parse_number(value, &p->bdsm_reg))
		return -EINVAL;
	return p->bdsm_reg == 0x5c || p->bdsm_reg == 0xc0 ? 0 : -EINVAL;
}

static int set_mmio(struct profile *p, const char *offset, const char *value)
{
	struct profile_reg *r = &p->mmio[p->mmio_n];

	if (p->mmio_n == PROFILE_MMIO_MAX)
		return -E2BIG;
	if (parse_number(offset, &r->offset) || parse_number(value, &r->value))
		return -EINVAL;
	p->mmio_n++;
	return 0;
}

/* Either a number at an offset of the struct, or a function. */
static const struct profile_key {
	const char *name;
	size_t offset;
	uint32_t max;
	int (*set)(struct profile *p, const char *value);
} keys[] = {
	{ "device", offsetof(struct profile, device), 0xffff, NULL },
	{ "subsystem", offsetof(struct profile, subsystem), UINT32_MAX, NULL },
	{ "revision", offsetof(struct profile, revision), 0xff, NULL },
	{ "class", offsetof(struct profile, class), 0xffff, NULL },
	{ "ggc", offsetof(struct profile, ggc), 0xffff, NULL },
	{ "bdsm", offsetof(struct profile, bdsm), UINT32_MAX, NULL },
	{ "gone_after", offsetof(struct profile, gone_after_s), 3600, NULL },
	{ "exit_after", offsetof(struct profile, exit_after_s), 3600, NULL },
	{ "bdsm_reg", 0, 0, set_bdsm_reg },
	{ "asls", 0, 0, set_asls },
	{ "flr", 0, 0, set_flr },
	{ "dma", 0, 0, set_dma },
	{ "rom", 0, 0, set_rom },
};

static int set_key(struct profile *p, const char *key, const char *value)
{
	uint32_t v;

	if (!strncmp(key, "mmio.", 5))
		return set_mmio(p, key + 5, value);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, key))
			continue;
		if (keys[i].set)
			return keys[i].set(p, value);
		if (parse_number(value, &v) || v > keys[i].max)
			return -EINVAL;
		memcpy((char *)p + keys[i].offset, &v, sizeof(v));
		return 0;
	}
	return -ENOENT;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int parse_line(struct profile *p, char *line, const struct place *at)
{
	char *key, *value, *eq;
	int r;

	line[strcspn(line, "#")] = '\0';
	key = trim(line);
	if (!*key)
		return 0;
	eq = strchr(key, '=');
	if (!eq)
		return complain(at, "no '=' in", key);
	*eq = '\0';
	key = trim(key);
	value = trim(eq + 1);
	r = set_key(p, key, value);
	if (r == -ENOENT && strcmp(key, "rom"))
		return complain(at, "unknown key", key);
	if (r == -EINVAL)
		return complain(at, "bad value", value);
	if (r)
		fprintf(stderr, "igdsim: %s:%u: %s: %s\n", at->path, at->line, value,
			strerror(-r));
	return r;
}

int profile_read(struct profile *p, const char *path)
{
	struct place at = { path, 0 };
	_file_ FILE *f = fopen(path, "re");
	char line[512];
	int r;

	*p = (struct profile){
		.subsystem = 0x7d251462, .revision = 0x0c, .class = 0x0300,
		.ggc = 0x01c0, .bdsm_reg = 0xc0, .bdsm = 0x7c000000, .flr = true, .dma = true,
	};
	p->path = strdup(path);
	if (!f || !p->path) {
		r = -errno;
		fprintf(stderr, "igdsim: %s: %s\n", path, strerror(errno));
		return r;
	}
	while (fgets(line, sizeof(line), f)) {
		at.line++;
		r = parse_line(p, line, &at);
		if (r)
			return r;
	}
	if (!p->device)
		return complain(&at, "missing key", "device");
	return 0;
}

void profile_done(struct profile *p)
{
	free(TAKE(p->path));
	free(TAKE(p->rom));
}

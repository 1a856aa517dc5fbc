/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/verify/seen.h"

#include <string.h>

#include "launcher/base/str.h"
#include "romfiles/sha256.h"
#include "romfiles/vbt.h"

static const char *const end_texts[LOOK_ENDS] = {
	[LOOK_RAN] = "ran",	      [LOOK_ABSENT] = "absent",	  [LOOK_OLD] = "old",
	[LOOK_NO_SHELL] = "no-shell", [LOOK_SLOW] = "slow",	  [LOOK_GARBAGE] = "garbage",
	[LOOK_RESET] = "reset",	      [LOOK_GONE] = "gone",	  [LOOK_STOPPED] = "stopped",
};

const char *look_end_text(enum look_end e)
{
	return end_texts[e];
}

enum look_end look_end_find(const char *text)
{
	for (int i = 0; text && i < LOOK_ENDS; i++)
		if (!strcmp(text, end_texts[i]))
			return (enum look_end)i;
	return LOOK_GARBAGE;
}

/* --- QEMU's words --------------------------------------------------------------------- */

/* The value of @key in "a,key=value,b"; commas in values are doubled. false: it is not there. */
static bool value_of(const char *word, const char *key, char *buf, size_t size)
{
	size_t n = strlen(key), at = 0;

	*buf = '\0';
	while (*word) {
		size_t len = strcspn(word, ",");

		if (len > n && !strncmp(word, key, n) && word[n] == '=')
			break;
		word += len + (word[len] == ',');
	}
	if (!*word)
		return false;
	for (word += n + 1; *word && at + 1 < size; word++) {
		if (*word == ',' && *++word != ',')
			break;
		buf[at++] = *word;
	}
	buf[at] = '\0';
	return true;
}

static bool is_value(const char *word, const char *key, const char *want)
{
	char buf[32];

	return value_of(word, key, buf, sizeof(buf)) && !strcmp(buf, want);
}

static bool is_driver(const char *word, const char *name)
{
	const char *rest = str_starts(word, name);

	return rest && (!*rest || *rest == ',');
}

static void take_device(const char *word, struct seen_asked *a)
{
	static const char *const displays[] = { "VGA", "virtio-vga", "virtio-gpu-pci", "bochs-display",
						"qxl-vga", "ramfb" };

	for (size_t i = 0; i < ARRAY_SIZE(displays); i++)
		if (is_driver(word, displays[i]))
			a->emulated_display = true;
	if (!is_driver(word, "vfio-pci") || !is_value(word, "id", "igd0"))
		return;
	a->igpu = true;
	a->opregion = is_value(word, "x-igd-opregion", "on");
	a->legacy = is_value(word, "x-igd-legacy-mode", "on");
	a->gms_zero = is_value(word, "x-igd-gms", "0") || is_value(word, "x-igd-gms", "0x0");
	(void)value_of(word, "romfile", a->rom, sizeof(a->rom));
}

static void take_drive(const char *word, struct seen_asked *a)
{
	if (!*a->code && is_value(word, "if", "pflash") && is_value(word, "readonly", "on"))
		(void)value_of(word, "file", a->code, sizeof(a->code));
}

/* QEMU's ways to hide it: qemu-cpu-models(7), target/i386/cpu.c. */
static void take_cpu(const char *word, struct seen_asked *a)
{
	static const char *const hiding[] = { "kvm=off", "hypervisor=off", "-hypervisor" };

	while (*word) {
		size_t len = strcspn(word, ",");

		for (size_t i = 0; i < ARRAY_SIZE(hiding); i++)
			if (len == strlen(hiding[i]) && !strncmp(word, hiding[i], len))
				a->hidden = true;
		word += len + (word[len] == ',');
	}
}

void seen_asked_parse(const char *words, size_t len, struct seen_asked *a)
{
	static const struct {
		const char *option;
		void (*take)(const char *value, struct seen_asked *a);
	} rows[] = {
		{ "-device", take_device }, { "-drive", take_drive }, { "-cpu", take_cpu },
	};
	const char *end = words + len, *last = "";

	*a = (struct seen_asked){ .read = len != 0 };
	/* A word without its NUL was cut off: it is not judged. */
	for (const char *w = words, *nul; w < end && (nul = memchr(w, '\0', (size_t)(end - w)));
	     w = nul + 1) {
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			if (!strcmp(last, rows[i].option))
				rows[i].take(w, a);
		last = w;
	}
}

/* --- the host's table -------------------------------------------------------------------- */

void seen_vbt_parse(const void *bytes, size_t len, struct seen_host *h)
{
	struct span s = { bytes, len };
	uint8_t sum[SHA256_BYTES];
	struct vbt v;

	h->vbt_size = h->n_connector = 0;
	if (vbt_parse(s, &v))
		return;
	h->vbt_size = len;
	sha256_sum(bytes, len, sum);
	sha256_hex(sum, h->vbt_sha256);
	for (size_t i = 0; i < v.n_children; i++) {
		const char *kind[VBT_CONNECTORS_MAX];
		size_t n = vbt_connectors(&v.child[i], kind);

		for (size_t k = 0; k < n && h->n_connector < ARRAY_SIZE(h->connector); k++)
			str_fit(h->connector[h->n_connector++], sizeof(h->connector[0]), kind[k]);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text in a path is one value to QEMU, the same that was given, or is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/decide/words.h"
#include "tests/words_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static const char *find(const struct words *w, const char *option, const char *prefix)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->v[i].option, option) && w->v[i].value &&
		    !strncmp(w->v[i].value, prefix, strlen(prefix)))
			return w->v[i].value;
	abort();
}

static void must_be(const char *text, const char *key, const char *want)
{
	char *value = parse_key(text, key);

	must(value && !strcmp(value, want));
	free(value);
}

/* A shell gives back what was quoted: everything inside '' is itself. */
static void check_quote(const char *s)
{
	char *q = words_quote(s), *out, *o;
	bool inside = false;

	must(q != NULL);
	out = o = malloc(strlen(q) + 1);
	for (const char *c = q; *c; c++) {
		if (*c == '\'')
			inside = !inside;
		else if (!inside && *c == '\\')
			*o++ = *++c;
		else
			*o++ = *c;
	}
	*o = '\0';
	must(!inside && !strcmp(out, s));
	free(out);
	free(q);
}

static void check(const struct words *w, const char *text)
{
	const char *device = find(w, "-device", "vfio-pci,"), *drive = find(w, "-drive", "if=pflash,unit=0");
	char **argv = words_argv(w, "qemu");

	must(argv != NULL);
	free(argv);
	must_be(device, "romfile", text);
	must_be(device, "addr", "02.0");
	must_be(device, "host", "0000:00:02.0");
	must(parse_count(device) == 8);
	must_be(drive, "file", text);
	must_be(drive, "readonly", "on");
	must(parse_count(drive) == 5);
	must(!strcmp(find(w, "-append", text), text));
	check_quote(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan p;
	char text[512];
	const char *bad = NULL;
	struct words w;
	int r;

	if (size >= sizeof(text) || memchr(data, 0, size) || !size)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	p = (struct plan){
		.q35 = true, .era = QEMU_10_0, .igpu = true, .opregion = true, .gms = -1,
		.host_bdf = { 0, 0, 2, 0 }, .cpus = 1, .memory_bytes = 1 << 30,
		.machine = "pc-q35-10.0", .name = "vm", .uuid = "0", .run_dir = "/run",
		.kernel = "/k",
	};
	strcpy(p.rom, text);
	strcpy(p.ovmf_code, text);
	strcpy(p.ovmf_vars, text);
	strcpy(p.kernel_args, text);
	r = words_build(&p, &w, &bad);
	if (r) {
		must(r == -EINVAL && bad && has_control(text) && !w.n);
		return 0;
	}
	must(!has_control(text));
	check(&w, text);
	words_done(&w);
	return 0;
}

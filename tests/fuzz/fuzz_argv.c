/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan's texts as QEMU's argv and back: the words are taken as QEMU takes them (option, its value, whatever
 * that begins with; then "key=value,..." with doubled commas), and each text has to come out of exactly the
 * option it was meant for. Input: a byte of choices, then texts that end in NUL.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/words.h"
#include "tests/words_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)	do { if (!(x)) abort(); } while (0)

enum { NAME, RUN_DIR, ROM, CODE, VARS, KERNEL, INITRD, APPEND, STOLEN, DISK, N_TEXTS };

static char texts[N_TEXTS][256];

static void take_texts(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < N_TEXTS; i++) {
		const uint8_t *end = memchr(p, 0, n);
		size_t len = end ? (size_t)(end - p) : n, most = i == DISK ? 31 : 255;

		memset(texts[i], 0, sizeof(texts[i]));
		memcpy(texts[i], p, len < most ? len : most);
		p += len + (end != NULL);
		n -= len + (end != NULL);
	}
}

static void fill_plan(struct plan *p, unsigned int choices)
{
	*p = (struct plan){
		.q35 = choices & 1, .era = QEMU_10_0, .igpu = true, .opregion = true, .gms = -1,
		.host_bdf = { 0, 0, 2, 0 }, .cpus = 1, .memory_bytes = 1 << 30, .machine = "pc-q35-10.0",
		.uuid = "0", .vnc = true, .tpm = choices & 2, .smm = choices & 4, .os = choices & 8 ? OS_WINDOWS : OS_LINUX,
		.firmware = choices & 16 ? PLAN_SEABIOS : PLAN_OVMF, .n_disk = 1, .n_fd = 1,
	};
	str_fit(p->name, sizeof(p->name), texts[NAME]);
	strcpy(p->run_dir, texts[RUN_DIR]);
	strcpy(p->rom, texts[ROM]);
	strcpy(p->ovmf_code, texts[CODE]);
	strcpy(p->ovmf_vars, texts[VARS]);
	strcpy(p->kernel, texts[KERNEL]);
	strcpy(p->initrd, texts[INITRD]);
	strcpy(p->kernel_args, texts[APPEND]);
	strcpy(p->stolen_file, texts[STOLEN]);
	strcpy(p->disk[0].name, texts[DISK]);
	p->disk[0].bus = DISK_NVME;
	p->fd[0] = (struct plan_fd){ .kind = PLAN_FD_FILE, .fd = 3, .fdset = 1 };
}

/* --- QEMU's side ---------------------------------------------------------------------------- */

/* qemu-options.hx: those of igvm's options that have no argument. */
static bool takes_value(const char *option)
{
	return strcmp(option, "-nodefaults") && strcmp(option, "-no-user-config");
}

/* The value of the one @option whose text begins with @prefix; NULL: there is none. */
static const char *value_of(char **argv, const char *option, const char *prefix)
{
	const char *hit = NULL;

	for (size_t i = 1; argv[i]; i++) {
		const char *word = argv[i], *value = NULL;

		CHECK(*word == '-');	/* else QEMU takes it for a disk */
		if (takes_value(word))
			CHECK(value = argv[++i]);
		if (strcmp(word, option) || strncmp(value ? value : "", prefix, strlen(prefix)))
			continue;
		CHECK(!hit);
		hit = value;
	}
	return hit;
}

static void key_is(char **argv, const char *option, const char *prefix, const char *key, const char *want)
{
	const char *text = value_of(argv, option, prefix);
	char *value;

	CHECK(text);
	value = parse_key(text, key);
	CHECK(value && !strcmp(value, want));
	free(value);
}

/* The whole word is the value; without one there is no such option. */
static void word_is(char **argv, const char *option, const char *want)
{
	const char *text = value_of(argv, option, "");

	CHECK(*want ? text && !strcmp(text, want) : !text);
}

static void vnc_is(char **argv, const char *run_dir)
{
	const char *at = value_of(argv, "-vnc", "unix:");
	char want[512], *path = parse_item(&at);

	snprintf(want, sizeof(want), "unix:%s/" PLAN_VNC_SOCKET, run_dir);
	CHECK(path && !at && !strcmp(path, want));
	free(path);
}

static void check(const struct plan *p, char **argv)
{
	key_is(argv, "-name", "", "guest", p->name);
	key_is(argv, "-name", "", "debug-threads", "on");
	key_is(argv, "-device", "vfio-pci,", "host", "0000:00:02.0");
	if (*p->rom)
		key_is(argv, "-device", "vfio-pci,", "romfile", p->rom);
	else
		key_is(argv, "-device", "vfio-pci,", "rombar", "0");
	if (p->firmware == PLAN_OVMF) {
		key_is(argv, "-drive", "if=pflash,unit=0,", "file", p->ovmf_code);
		key_is(argv, "-drive", "if=pflash,unit=0,", "readonly", "on");
		key_is(argv, "-drive", "if=pflash,unit=1,", "file", p->ovmf_vars);
	}
	if (*p->stolen_file)
		key_is(argv, "-fw_cfg", "", "file", p->stolen_file);
	key_is(argv, "-add-fd", "fd=3,", "opaque", p->disk[0].name);
	key_is(argv, "-device", "nvme,", "serial", p->disk[0].name);
	key_is(argv, "-sandbox", "on,", "spawn", "deny");
	word_is(argv, "-kernel", p->kernel);
	word_is(argv, "-initrd", *p->kernel ? p->initrd : "");
	word_is(argv, "-append", *p->kernel ? p->kernel_args : "");
	vnc_is(argv, p->run_dir);
}

static bool has_control(void)
{
	for (size_t i = 0; i < N_TEXTS; i++)
		for (const char *c = texts[i]; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan p;
	const char *bad = NULL;
	struct words w;
	char **argv;
	int r;

	if (!size)
		return 0;
	take_texts(data + 1, size - 1);
	fill_plan(&p, *data);
	r = words_build(&p, &w, &bad);
	if (r) {
		CHECK(r == -EINVAL && bad && has_control() && !w.n);
		return 0;
	}
	argv = words_argv(&w, "qemu");
	CHECK(argv);
	check(&p, argv);
	free(argv);
	words_done(&w);
	return 0;
}

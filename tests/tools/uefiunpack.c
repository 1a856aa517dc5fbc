/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uefiunpack efi-1.1|tiano|lzma|lzma-x86|brotli IN OUT
 *
 * Decompresses a bare stream with the decoders of romfiles/uefi. Ends with 1
 * when it is none. efi-1.1 prints which variant it took the stream for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "romfiles/uefi/walk.h"

#define IN_MAX ((size_t)64 << 20)

static struct span read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = malloc(IN_MAX);
	struct span s = { p, 0 };

	if (f && p)
		s.n = fread(p, 1, IN_MAX, f);
	if (!f || !p || ferror(f) || fclose(f)) {
		fprintf(stderr, "uefiunpack: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	return s;
}

int main(int argc, char **argv)
{
	struct walk w = { .u = calloc(1, sizeof(*w.u)), .limits = { .out_max = 4 * IN_MAX } };
	enum uefi_packing how = UEFI_EFI11, got;
	uint32_t buffer = 0;
	struct span in, out;
	FILE *f;
	int r;

	while (argc == 4 && how <= UEFI_BROTLI && strcmp(argv[1], uefi_packing_word(how)))
		how++;
	if (argc != 4 || how > UEFI_BROTLI || !w.u) {
		fprintf(stderr, "usage: uefiunpack PACKING IN OUT\n");
		return 2;
	}
	in = read_file(argv[2]);
	got = how;
	r = unpack(&w, &got, in, &buffer);
	if (r) {
		fprintf(stderr, "uefiunpack: %s: %s\n", argv[2], strerror(-r));
		return 1;
	}
	out = w.u->buffer[buffer].bytes;
	f = fopen(argv[3], "wb");
	if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f)) {
		fprintf(stderr, "uefiunpack: %s: %s\n", argv[3], strerror(errno));
		return 2;
	}
	if (how == UEFI_EFI11)
		puts(uefi_packing_word(got));
	uefi_free(w.u);
	free((void *)in.p);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plain main() for a fuzz target: feeds it each file named, so that seeds
 * and past crashes are tested by any compiler, without a fuzzer.
 *
 *   fuzz_NAME [--tap] FILE...
 *
 * Ends with 0 when every file was read and fed; 1 when one cannot be read; 2
 * without files. What a target finds ends the program by a signal.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No seed is large; a file that is, was put there by mistake. */
#define SEED_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly the file's size is allocated, so that a sanitizer sees its end. */
static uint8_t *read_seed(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long size;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (size = ftell(f)) >= 0 && (size_t)size <= SEED_MAX &&
	    !fseek(f, 0, SEEK_SET)) {
		*n = (size_t)size;
		p = malloc(*n ? *n : 1);
		if (p && fread(p, 1, *n, f) != *n) {
			free(p);
			p = NULL;
			errno = EIO;
		}
	} else if (!errno) {
		errno = EFBIG;
	}
	fclose(f);
	return p;
}

static bool replay(const char *path)
{
	uint8_t *p;
	size_t n = 0;

	errno = 0;
	p = read_seed(path, &n);
	if (!p) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	return true;
}

int main(int argc, char **argv)
{
	bool tap = argc > 1 && !strcmp(argv[1], "--tap");
	int first = tap ? 2 : 1, bad = 0;

	if (first >= argc) {
		fprintf(stderr, "usage: %s [--tap] FILE...\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (tap)
		printf("1..%d\n", argc - first);
	for (int i = first; i < argc; i++) {
		bool ok = replay(argv[i]);

		bad += !ok;
		if (tap)
			printf("%s %d - %s\n", ok ? "ok" : "not ok", i - first + 1, argv[i]);
	}
	return bad ? 1 : 0;
}

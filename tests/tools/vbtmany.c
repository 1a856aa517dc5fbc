/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes VBTs of every BDB version, with random but repeatable contents, for
 * comparisons with other decoders (tests/vbt_decode.sh).
 *
 *   vbtmany DIR FROM TO
 *
 * DIR/VERSION-whole.vbt for each version, and for some versions one of each
 * defect of real tables.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/gen.h"

static const struct {
	const char *name;
	struct gen_many w;
} variants[] = {
	{ "whole", { .seed = 1 } },
	{ "short", { .seed = 3, .short_bdb = true } },
	{ "mipi", { .seed = 4, .short_bdb = true, .mipi_last = true } },
	{ "unpointed", { .seed = 5, .no_pointers = true } },
	{ "unended", { .seed = 6, .bad_panels = true } },
	{ "stride", { .seed = 7, .wrong_stride = true } },
	{ "backlight", { .seed = 8, .wrong_backlight = true } },
	{ "cut", { .seed = 10, .cut = true } },
	{ "twice", { .seed = 9, .twice = true } },
};

static bool has_defects(unsigned int version)
{
	static const unsigned int versions[] = { 122, 142, 155, 190, 228, 229, 250, 266 };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i] == version)
			return true;
	return false;
}

static bool write_file(const char *dir, unsigned int version, const char *variant,
		       const uint8_t *p, size_t n)
{
	char path[4096];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/%u-%s.vbt", dir, version, variant);
	f = fopen(path, "wb");
	ok = f && fwrite(p, 1, n, f) == n;
	if (f && fclose(f))
		ok = false;
	if (!ok)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return ok;
}

int main(int argc, char **argv)
{
	static uint8_t buf[GEN_VBT_MAX];
	unsigned int from, to;

	if (argc != 4) {
		fprintf(stderr, "usage: vbtmany DIR FROM TO\n");
		return 2;
	}
	from = (unsigned int)strtoul(argv[2], NULL, 10);
	to = (unsigned int)strtoul(argv[3], NULL, 10);
	for (unsigned int v = from; v <= to; v++)
		for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
			struct gen_many w = variants[i].w;
			size_t n;

			if (i && !has_defects(v))
				continue;
			w.bdb_version = v;
			/* Tables since 229 have no block 41, older ones may not lack it. */
			w.no_pointers |= v >= 229;
			n = gen_many(&w, buf);
			if (!n || !write_file(argv[1], v, variants[i].name, buf, n))
				return 1;
		}
	return 0;
}

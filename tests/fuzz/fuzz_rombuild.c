/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the builder takes for a driver, the reader finds again. */
#include <stdlib.h>

#include "romfiles/build.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ids[] = { 0x4680, 0x4692 };
	struct rom_wish w = { .vendor = 0x8086, .ids = ids, .n_ids = 2 };
	struct rom_driver d[2] = { { .pe = { data, size } }, { .pe = { data, size } } };
	size_t len = 0, bad = 2;
	struct pe_facts pe;
	struct oprom o;
	uint8_t *out;

	if (rom_build(&w, d, 2, NULL, 0, &len, &bad)) {
		must(bad <= 2);
		return 0;
	}
	must(!pe_parse(d[0].pe, &pe));
	out = malloc(len);
	if (!out)
		return 0;
	must(!rom_build(&w, d, 2, out, len, &len, &bad));
	must(!oprom_parse((struct span){ out, len }, &o) && o.n == 2 && !o.notes.n);
	for (size_t i = 0; i < 2; i++) {
		must(oprom_ovmf_image(&o, i, pe.machine) == OPROM_RUNS);
		must(span_is((struct span){ out, len }, o.image[i].payload_at, data, size));
	}
	free(out);
	return 0;
}

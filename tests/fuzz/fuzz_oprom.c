/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "romfiles/join.h"
#include "romfiles/oprom_fields.h"
#include "romfiles/pe.h"
#include "tests/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* What is joined is written nowhere else, and is a ROM again. */
static void join(struct span rom)
{
	struct oprom both;
	size_t len = 0;
	uint8_t *out;

	if (rom_join(rom, rom, NULL, 0, &len) != -ENOSPC)
		return;
	out = malloc(len);
	if (!out)
		return;
	must(!rom_join(rom, rom, out, len, &len));
	must(!oprom_parse((struct span){ out, len }, &both) && both.n >= 1);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rom = { data, size };
	struct sink k = sink_make(rom, NULL);
	struct oprom r;
	size_t which, at = 0;

	must(!oprom_parse(rom, &r) == (r.n > 0));
	must(r.n <= OPROM_IMAGES_MAX && r.notes.n <= NOTES_MAX && r.end_at <= size);
	for (size_t i = 0; i < r.n; i++) {
		const struct oprom_image *im = &r.image[i];

		must(span_holds(rom, im->at, im->size) && im->at % OPROM_BLOCK == 0);
		must(!i || im->at >= r.image[i - 1].at + r.image[i - 1].size);
		must(!im->vbt_at || span_is(rom, im->vbt_at, "$VBT", 4));
		must(!im->payload_at || im->payload_at < size);
		must(span_holds(rom, im->list_at, 2u * im->n_ids));
		if (oprom_find_cached_bdsm(rom, im, &at) == OPROM_CACHED_FOUND)
			must(span_holds(rom, at, 4));
		oprom_lists(rom, im, 0x3e92);
	}
	oprom_fields(rom, &r, &k.show);
	must(!k.depth && k.fields >= 3 + 20 * r.n);
	if (oprom_seabios(&r, 0x8086, 0x3e92, &which) == OPROM_NO_IMAGE)
		must(which == r.n);
	else
		must(which < r.n);
	if (oprom_ovmf(&r, PE_MACHINE_X64, &which) == OPROM_RUNS)
		must(which < r.n && r.image[which].code == OPROM_EFI);
	must(oprom_find_assign(&r, PE_MACHINE_X64) <= r.n);
	join(rom);
	return 0;
}

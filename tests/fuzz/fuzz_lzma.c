/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our handling of the libraries' decoders: sizes that lie, streams that end
 * early or never, output that grows up to its limit.
 */
#include <stdlib.h>

#include "romfiles/uefi/walk.h"

#define OUT_MAX ((size_t)1 << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* The first byte chooses the decoder. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum uefi_packing packings[] = { UEFI_LZMA, UEFI_LZMA_X86, UEFI_BROTLI,
						      UEFI_EFI11 };
	struct walk w = { .u = calloc(1, sizeof(*w.u)), .limits = { .out_max = OUT_MAX } };
	struct span in = span_from((struct span){ data, size }, 1);
	enum uefi_packing how = packings[size ? data[0] % 4 : 0];
	uint32_t buffer = UINT32_MAX;
	int r;

	must(w.u != NULL);
	r = unpack(&w, &how, in, &buffer);
	must(r || w.u->buffer[buffer].bytes.n <= OUT_MAX);
	must(!r == (w.u->n_buffers == 1));
	must(w.u->unpacked <= 3 * OUT_MAX);
	uefi_free(w.u);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "romfiles/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pe_facts f = { 0 };
	int r = pe_parse((struct span){ data, size }, &f);

	if ((r && r != -EBADMSG) || (!r && size < 0x40 + 24 + 70))
		abort();
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "launcher/facts/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture p;

	if (!picture_read((struct span){ data, size }, &p) && (!p.width || !p.height))
		abort();
	return 0;
}

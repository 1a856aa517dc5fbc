/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the test double asks of a VBT, in its own words and not in igvm's. Pure. */
#ifndef TESTS_EFI_GOP_VBT_H
#define TESTS_EFI_GOP_VBT_H

#include "romfiles/span.h"

#define GOP_VBT_HEADER 0x30

/** gop_vbt_error() - NULL: the double would start with @s; else why not */
static inline const char *gop_vbt_error(struct span s)
{
	uint16_t bytes;

	if (s.n < GOP_VBT_HEADER || !span_is(s, 0, "$VBT", 4))
		return "no-vbt";
	if (!span_le16(s, 0x18, &bytes) || bytes != s.n)
		return "size";
	return span_sum8(s) ? "checksum" : NULL;
}

#endif

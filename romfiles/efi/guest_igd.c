/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/guest_igd.h"

/* Two arrays, as one of structs would be a quarter padding. */
#define ROW(id, bdsm, gms) id,
static const uint16_t ids[] = {
#include "efi/igd_rows.h"
};
#undef ROW

#define ROW(id, bdsm, gms) bdsm << 4 | gms,
static const uint8_t kinds[] = {
#include "efi/igd_rows.h"
};
#undef ROW

bool guest_igd_find(uint16_t device_id, struct igd_platform *pf)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (ids[i] != device_id)
			continue;
		*pf = (struct igd_platform){
			.bdsm = (enum igd_bdsm)(kinds[i] >> 4),
			.gms = (enum igd_gms)(kinds[i] & 0xf),
		};
		return true;
	}
	return false;
}

const char *guest_igd_register(const struct igd_platform *pf)
{
	if (!pf)
		return "unknown";
	switch (pf->bdsm) {
	case IGD_BDSM_32:
		return "0x5c";
	case IGD_BDSM_64:
		return "0xc0";
	case IGD_BDSM_NONE:
		break;
	}
	return "none";
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/guest_igd.h"

static const struct {
	uint16_t device_id;
	uint8_t bdsm;
	uint8_t gms;
} rows[] = {
#include "efi/igd_rows.h"
};

bool guest_igd_find(uint16_t device_id, struct igd_platform *pf)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].device_id != device_id)
			continue;
		*pf = (struct igd_platform){
			.bdsm = (enum igd_bdsm)rows[i].bdsm,
			.gms = (enum igd_gms)rows[i].gms,
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs while building: print the rows of guest_igd.c from romfiles/igd.c. */
#include <stdio.h>

#include "romfiles/igd.h"

int main(void)
{
	const struct igd_id *id;

	for (size_t i = 0; (id = igd_id_at(i)); i++) {
		const struct igd_platform *pf = igd_find(id->device_id);

		if (printf("ROW(0x%04x, %d, %d)\n", id->device_id, (int)pf->bdsm,
			   (int)pf->gms) < 0)
			return 1;
	}
	return fflush(stdout) ? 1 : 0;
}

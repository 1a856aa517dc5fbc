/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people have reported of versions of Intel's Windows driver: templates/intel-driver-versions. */
#ifndef IGVM_VERIFY_DRIVERS_H
#define IGVM_VERIFY_DRIVERS_H

#include "launcher/base/cleanup.h"

enum driver_report { DRIVER_UNREPORTED, DRIVER_GOOD, DRIVER_BAD };

/**
 * driver_reported() - the first row of @table for @platform (igd_platform.key) and @version
 *
 * @why (may be NULL) becomes the row's sentence, "" without one. A row that cannot be understood is as
 * if it were not there; @version that is not four numbers has no row.
 */
enum driver_report driver_reported(const char *table, const char *platform, const char *version,
				   char why[static 256]);

#endif

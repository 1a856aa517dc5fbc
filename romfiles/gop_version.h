/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The version of Intel's GOP driver, which it tells as part of its name
 * ("Intel(R) GOP Driver [17.0.1061]", in UCS-2, whole or in parts), and which
 * iGPUs a version is known to drive.
 */
#ifndef ROMFILES_GOP_VERSION_H
#define ROMFILES_GOP_VERSION_H

#include <stdbool.h>

#include "romfiles/igd.h"
#include "romfiles/span.h"

#define GOP_VERSION_MAX 24

/**
 * gop_version() - the version an uncompressed driver tells of itself
 *
 * "17.0.1061" into @version, "11.x.1014" when its minor is not to be known (see
 * gop_version.c), "" when it tells none. false: it does not call
 * itself Intel's GOP driver.
 */
bool gop_version(struct span pe, char version[static GOP_VERSION_MAX]);

/** gop_version_fits() - is @version one that @pf's row in igd.c lists? An empty one is not */
bool gop_version_fits(const char *version, const struct igd_platform *pf);

#endif

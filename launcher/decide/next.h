/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which one step to take now. Pure. */
#ifndef IGVM_DECIDE_NEXT_H
#define IGVM_DECIDE_NEXT_H

#include "launcher/decide/finding.h"

/**
 * next_step() - the finding to mend first; NULL: nothing is to be done
 *
 * Of the blocks, else of the warnings, the first by area: firmware (it needs a restart and changes what is seen
 * after it), kernel, device, then what runs the VM. Findings that ask for nothing are left out.
 */
const struct finding *next_step(const struct findings *list);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/i18n.h"
#include "launcher/cmd.h"
#include "launcher/rom/rom.h"

static const struct cmd *const verbs[] = {
#define ROM_VERB(name) &rom_##name,
	ROM_VERB_LIST
#undef ROM_VERB
	NULL
};

const struct cmd cmd_rom = {
	.name = "rom",
	.args = "VERB [OPTIONS] [FILE...]",
	.help = N_("firmware of the iGPU: extract, show, check, mend, build, keep"),
	.sub = verbs,
	.json = true,
};

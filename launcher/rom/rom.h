/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom`: one file per verb. What is decoded here comes from forums and
 * from vendors' sites, so bytes are decoded in a child without rights
 * (sandbox.h) and what the child answers is text or bytes, nothing more.
 */
#ifndef IGVM_ROM_ROM_H
#define IGVM_ROM_ROM_H

#include "launcher/cmd.h"

#define ROM_VERB_LIST		\
	ROM_VERB(show)		\
	ROM_VERB(extract)	\
	ROM_VERB(check)

#define ROM_VERB(name) extern const struct cmd rom_##name;
ROM_VERB_LIST
#undef ROM_VERB

#endif

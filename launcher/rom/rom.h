/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom`: one file per verb. What is decoded here comes from forums and
 * from vendors' sites, so bytes are decoded in a child without rights
 * (sandbox.h) and what the child answers is text or bytes, nothing more.
 */
#ifndef IGVM_ROM_ROM_H
#define IGVM_ROM_ROM_H

#include <stdint.h>

#include "launcher/cmd.h"

#define ROM_VERB_LIST		\
	ROM_VERB(show)		\
	ROM_VERB(extract)	\
	ROM_VERB(check)		\
	ROM_VERB(fix)		\
	ROM_VERB(build_cmd)	\
	ROM_VERB(import)	\
	ROM_VERB(list)

#define ROM_VERB(name) extern const struct cmd rom_##name;
ROM_VERB_LIST
#undef ROM_VERB

/** rom_parse_id() - "4692", "0x4692": a PCI id, hexadecimal as everywhere; false: none */
bool rom_parse_id(const char *text, uint16_t *id);

/** rom_host_device() - device id of the Intel iGPU of the host below @root; false: none, or not to be read */
bool rom_host_device(const char *root, uint16_t *id);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every command, in the order of `igvm --help`; each is defined in its cmd_NAME.c. */
#ifndef IGVM_CMD_ALL_H
#define IGVM_CMD_ALL_H

#include "launcher/cmd.h"

#define CMD_LIST	\
	CMD(doctor)	\
	CMD(create)	\
	CMD(start)	\
	CMD(probe)	\
	CMD(status)	\
	CMD(list)	\
	CMD(stop)	\
	CMD(kill)	\
	CMD(logs)	\
	CMD(console)	\
	CMD(screenshot)	\
	CMD(showcmd)	\
	CMD(explain)	\
	CMD(rom)	\
	CMD(bind)	\
	CMD(release)	\
	CMD(launch)	\
	CMD(supervise)	\
	CMD(cleanup)

#define CMD(name) extern const struct cmd cmd_##name;
CMD_LIST
#undef CMD

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every command, in the order of `igvm --help`; each is defined in its cmd_NAME.c. */
#ifndef IGVM_CMD_ALL_H
#define IGVM_CMD_ALL_H

#include "launcher/cmd.h"

#define CMD_LIST	\
	CMD(doctor)	\
	CMD(devices)	\
	CMD(create)	\
	CMD(start)	\
	CMD(probe)	\
	CMD(verify)	\
	CMD(status)	\
	CMD(list)	\
	CMD(metrics)	\
	CMD(restart)	\
	CMD(pause)	\
	CMD(resume)	\
	CMD(reset)	\
	CMD(autostart)	\
	CMD(confirm)	\
	CMD(stop)	\
	CMD(kill)	\
	CMD(logs)	\
	CMD(events)	\
	CMD(console)	\
	CMD(exec)	\
	CMD(qmp)	\
	CMD(screenshot)	\
	CMD(type)	\
	CMD(view)	\
	CMD(showcmd)	\
	CMD(report)	\
	CMD(lint)	\
	CMD(export)	\
	CMD(usb)	\
	CMD(set)	\
	CMD(edit)	\
	CMD(upgrade)	\
	CMD(snapshot)	\
	CMD(delete)	\
	CMD(explain)	\
	CMD(rom)	\
	CMD(setup)	\
	CMD(bind)	\
	CMD(release)	\
	CMD(selftest)	\
	CMD(launch)	\
	CMD(supervise)	\
	CMD(cleanup)

#define CMD(name) extern const struct cmd cmd_##name;
CMD_LIST
#undef CMD

#endif

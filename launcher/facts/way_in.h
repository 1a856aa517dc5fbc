/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ways into the host that need no picture of the iGPU. Read below a root;
 * what is missing is unknown, and unknown is no way in.
 */
#ifndef IGVM_FACTS_WAY_IN_H
#define IGVM_FACTS_WAY_IN_H

#include "launcher/facts/host.h"
#include "launcher/facts/host_tree.h"

struct way_in_facts {
	enum tri sshd_enabled;	/* started at boot by systemd or OpenRC */
	enum tri sshd_listens;	/* a socket listens on its port now (proc/net/tcp, tcp6) */
	unsigned int ssh_port;	/* sshd_config's first Port; 22 by default */
	enum tri net_system;	/* an address comes without anybody's login */
	char net_by[64];	/* who gives it: "NetworkManager", "systemd-networkd", ...; "" nobody */
	enum tri serial_console; /* console=ttyS* on the command line, and a login on it */
	char serial[16];	/* "ttyS0"; "" none */
	enum tri second_gpu;	/* another display device, with a driver of the host's */
	char gpu[96];		/* its address and driver; "" none */
};

/** way_in_read() - @h is of the same tree; fills all of *@w */
void way_in_read(const struct tree *t, const struct host_facts *h, struct way_in_facts *w);

/** way_in_address() - an address of this machine that others reach; false: none. For the ssh line */
nodiscard_ bool way_in_address(char *buf, size_t size);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network around a VM: which ports are taken, by whom, and whether what
 * its cards want is there. Read below a root; what cannot be read is unknown.
 */
#ifndef IGVM_FACTS_NET_H
#define IGVM_FACTS_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/facts/host.h"
#include "launcher/facts/wish.h"

#define NET_CLAIMS_MAX	64

/** struct net_claim - a port that the file of another VM names */
struct net_claim {
	char vm[49];
	unsigned int port;
};

struct net_facts {
	enum tri ports;			/* yes: listening[] is whole; unknown where nobody wants a port */
	uint64_t listening[65536 / 64];	/* TCP ports of any address somebody listens on, a bit each */
	struct net_claim claim[NET_CLAIMS_MAX];
	size_t n_claim;
	enum tri passt;			/* the program is installed */
	enum tri route;			/* there is a default route, IPv4 or IPv6 */
	enum tri interface[WISH_NETS_MAX]; /* of wish->net[i]: its bridge is one, its tap device is one */
};

/**
 * net_read() - fill *@n for the VM @w from the tree below @root
 *
 * Reads proc/net/route and ipv6_route, sys/class/net, and where passt would be; proc/net/tcp and tcp6 where @w
 * wants Remote Desktop to be reached.
 * Claims are left empty. Returns 0, or -errno when @root cannot be opened.
 */
nodiscard_ int net_read(const char *root, const struct wish *w, struct net_facts *n);

/** net_claims() - what the files of the other VMs below @p name; files that cannot be read claim nothing */
void net_claims(const struct paths *p, const char *name, struct net_facts *n);

/** net_is_listening() - does somebody listen on TCP port @port (below 65536)? */
static inline bool net_is_listening(const struct net_facts *n, unsigned int port)
{
	return port < 65536 && (n->listening[port / 64] >> (port % 64) & 1);
}

/** net_rdp_wanted() - does @w want Remote Desktop to be reached? RDP_AUTO decided */
static inline bool net_rdp_wanted(const struct wish *w)
{
	return w->rdp == RDP_AUTO ? w->os == OS_WINDOWS : w->rdp != RDP_OFF;
}

#endif

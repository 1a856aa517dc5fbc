/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network cards and what is behind each. */
#include <string.h>

#include "launcher/decide/words_parts.h"

#define RDP_OF_GUEST	3389

static int net_fd(const struct plan *p, size_t net)
{
	for (size_t i = 0; i < p->n_fd; i++) {
		const struct plan_fd *fd = &p->fd[i];
		bool card = fd->kind == PLAN_FD_PASST || fd->kind == PLAN_FD_BRIDGE ||
			    fd->kind == PLAN_FD_TAP;

		if (card && fd->index == net)
			return fd->fd;
	}
	return -1;
}

static void add_slirp(struct builder *b, size_t i)
{
	const struct plan *p = b->p;
	bool rdp = p->rdp_port && p->rdp_net == i;

	words_add(b, "-netdev", rdp
		  ? N_("a network of its own behind the host's address, and a port of the host for its Remote Desktop")
		  : N_("a network of its own behind the host's address"));
	words_plain(b, "user");
	words_keyf(b, "id", "net%zu", i);
	if (rdp)
		words_keyf(b, "hostfwd", "tcp:%s:%u-:%d", p->rdp_lan ? "0.0.0.0" : "127.0.0.1",
			   p->rdp_port, RDP_OF_GUEST);
}

static void add_backend(struct builder *b, size_t i)
{
	const struct plan *p = b->p;

	if (p->net[i].type == NET_SLIRP) {
		add_slirp(b, i);
		return;
	}
	if (p->net[i].type == NET_PASST) {
		words_add(b, "-netdev", N_("the channel to passt, which igvm has started"));
		words_plain(b, "stream");
		words_keyf(b, "id", "net%zu", i);
		words_key(b, "server", "off");
		words_key(b, "addr.type", "fd");
		words_keyf(b, "addr.str", "%d", net_fd(p, i));
		return;
	}
	words_add(b, "-netdev", p->net[i].type == NET_BRIDGE
				? N_("a tap device in the host's bridge, opened by igvm")
				: N_("the host's tap device, opened by igvm"));
	words_plain(b, "tap");
	words_keyf(b, "id", "net%zu", i);
	words_keyf(b, "fd", "%d", net_fd(p, i));
}

void words_nets(struct builder *b)
{
	const struct plan *p = b->p;

	for (size_t i = 0; i < p->n_net; i++) {
		add_backend(b, i);
		words_add(b, "-device", N_("the network card"));
		words_plain(b, p->net[i].model == NIC_E1000E ? "e1000e" : "virtio-net-pci");
		words_keyf(b, "id", "card%zu", i);
		words_keyf(b, "netdev", "net%zu", i);
		words_key(b, "mac", p->net[i].mac);
		words_slot(b, SLOT_NET, (unsigned int)i);
		if (!i && p->n_net > 1)
			words_key(b, "multifunction", "on");
		words_key(b, "romfile", "");
	}
}

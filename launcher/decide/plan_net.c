/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network cards, what is behind each, and the port that leads to the guest's Remote Desktop. */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"
#include "romfiles/sha256.h"

/* Where rdp-port = auto looks: ten times 3389, beside nobody's registered port. */
#define RDP_FIRST	33890
#define RDP_PORTS	1000

/* QEMU's own prefix 52:54:00, then three bytes of a hash: the same name, the same card. */
static void name_mac(const char *vm, const char *card, char out[static 18])
{
	uint8_t h[SHA256_BYTES];
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, vm, strlen(vm) + 1);
	sha256_add(&s, card, strlen(card));
	sha256_done(&s, h);
	snprintf(out, 18, "52:54:00:%02x:%02x:%02x", h[0], h[1], h[2]);
}

static bool is_user(const struct wish_net *n)
{
	return n->type == NET_PASST || n->type == NET_SLIRP;
}

/* passt copies the host's addresses and routes: without a route it ends at once. */
static void choose_user(struct planning *g, struct wish_net *n)
{
	const struct net_facts *f = g->in->net;

	if (n->type == NET_PASST && f && f->passt == TRI_NO)
		plan_flag(g, FINDING_NET_NO_PASST, _("[net %s] type = passt, and passt is not installed"),
			  n->name);
	if (n->type == NET_USER)
		n->type = f && f->passt == TRI_YES && f->route == TRI_YES ? NET_PASST : NET_SLIRP;
}

static void look_at_interface(struct planning *g, const struct wish_net *n, size_t i)
{
	const struct net_facts *f = g->in->net;

	if (!f || f->interface[i] != TRI_NO)
		return;
	if (n->type == NET_BRIDGE)
		plan_flag(g, FINDING_NET_NO_BRIDGE, _("%.150s:%d: [net %s]: %s is no bridge of this host"),
			  n->where.file, n->where.line, n->name, n->bridge);
	if (n->type == NET_TAP)
		plan_flag(g, FINDING_NET_NO_TAP, _("%.150s:%d: [net %s]: %s is no tap device of this host"),
			  n->where.file, n->where.line, n->name, n->tap);
}

static void plan_cards(struct planning *g)
{
	struct plan *p = g->p;

	for (size_t i = 0; i < g->w->n_net; i++) {
		struct wish_net *n = &p->net[i];

		*n = g->w->net[i];
		choose_user(g, n);
		look_at_interface(g, n, i);
		if (!*n->mac)
			name_mac(p->name, n->name, n->mac);
	}
	p->n_net = g->w->n_net;
}

/* --- Remote Desktop ------------------------------------------------------------------- */

static const struct net_claim *claimed_by(const struct net_facts *f, unsigned int port)
{
	for (size_t i = 0; i < f->n_claim; i++)
		if (f->claim[i].port == port)
			return &f->claim[i];
	return NULL;
}

/* Always the same one of the VM's name while it is free: people write it down. */
static unsigned int free_port(const struct net_facts *f, const char *name)
{
	uint8_t h[SHA256_BYTES];
	unsigned int start;

	sha256_sum(name, strlen(name), h);
	start = ((unsigned int)h[0] << 8 | h[1]) % RDP_PORTS;
	for (unsigned int i = 0; i < RDP_PORTS; i++) {
		unsigned int port = RDP_FIRST + (start + i) % RDP_PORTS;

		if (!f || (!net_is_listening(f, port) && !claimed_by(f, port)))
			return port;
	}
	return 0;
}

static void look_at_port(struct planning *g, unsigned int port)
{
	const struct wish_where *at = &g->w->where_rdp;
	const struct net_facts *f = g->in->net;
	const struct net_claim *c = f ? claimed_by(f, port) : NULL;

	if (c)
		plan_flag(g, FINDING_NET_PORT_TAKEN, _("%.150s:%d: port %u is that of %s, too"), at->file,
			  at->line, port, c->vm);
	else if (f && net_is_listening(f, port))
		plan_flag(g, FINDING_NET_PORT_TAKEN, _("%.150s:%d: somebody listens on port %u already"),
			  at->file, at->line, port);
}

static void plan_rdp(struct planning *g)
{
	const struct wish *w = g->w;
	struct plan *p = g->p;
	size_t i = 0;

	if (!net_rdp_wanted(w))
		return;
	while (i < p->n_net && !is_user(&p->net[i]))
		i++;
	if (i == p->n_net) {
		if (w->rdp != RDP_AUTO)
			plan_say(g, FINDING_NET_NO_FORWARD, _("rdp = %s, and no network that forwards"),
				 w->rdp == RDP_LAN ? "lan" : "local");
		return;
	}
	p->rdp_net = i;
	p->rdp_lan = w->rdp == RDP_LAN;
	p->rdp_port = w->rdp_port ? w->rdp_port : free_port(g->in->net, p->name);
	if (!p->rdp_port)
		plan_flag(g, FINDING_NET_NO_PORT, _("no port is free for Remote Desktop"));
	else if (w->rdp_port)
		look_at_port(g, w->rdp_port);
	if (p->rdp_lan)
		plan_say(g, FINDING_NET_RDP_LAN, _("rdp = lan: port %u on every address of this host"),
			 p->rdp_port);
}

void plan_net(struct planning *g)
{
	plan_cards(g);
	plan_rdp(g);
}

void plan_net_fds(struct plan *p)
{
	static const enum plan_fd_kind kind[] = {
		[NET_PASST] = PLAN_FD_PASST, [NET_BRIDGE] = PLAN_FD_BRIDGE, [NET_TAP] = PLAN_FD_TAP,
	};

	for (size_t i = 0; i < p->n_net; i++) {
		const struct wish_net *n = &p->net[i];
		struct plan_fd *fd;

		if (n->type == NET_SLIRP)
			continue;
		fd = plan_fd_add(p, kind[n->type], NULL);
		fd->index = i;
		str_fit(fd->path, sizeof(fd->path), n->type == NET_BRIDGE ? n->bridge :
			n->type == NET_TAP ? n->tap : "");
	}
}

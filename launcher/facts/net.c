/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/host_tree.h"

#define TABLE_MAX	(16u << 20)	/* a line has 150 bytes; 100000 sockets fit */

/* include/net/tcp_states.h: TCP_LISTEN, as proc/net/tcp writes it */
#define LISTEN		"0A"

/* The blank-separated words of a line, at most @max of them, in place. */
static size_t split(char *line, char **word, size_t max)
{
	size_t n = 0;

	for (char *save, *w = strtok_r(line, " \t", &save); w && n < max; w = strtok_r(NULL, " \t", &save))
		word[n++] = w;
	return n;
}

/* proc(5): "sl local_address rem_address st ...", an address is HEX:PORT in hexadecimal. */
static void take_socket(char *line, void *to)
{
	struct net_facts *n = to;
	char *word[4], *port;
	uint64_t v;

	if (split(line, word, 4) != 4 || strcmp(word[3], LISTEN))
		return;
	port = strchr(word[1], ':');
	if (port && str_u64(port + 1, 16, 65535, &v))
		n->listening[v / 64] |= 1ull << (v % 64);
}

/* "Iface Destination Gateway Flags RefCnt Use Metric Mask ..." */
static void take_route(char *line, void *to)
{
	char *word[8];

	if (split(line, word, 8) == 8 && !strcmp(word[1], "00000000") && !strcmp(word[7], "00000000"))
		*(enum tri *)to = TRI_YES;
}

/* "destination length source length next-hop metric refcnt use flags device"; lo has one to nowhere. */
static void take_route6(char *line, void *to)
{
	char *word[10];

	if (split(line, word, 10) == 10 && !strcmp(word[0], "00000000000000000000000000000000") &&
	    !strcmp(word[1], "00") && strcmp(word[9], "lo"))
		*(enum tri *)to = TRI_YES;
}

/* false: the table cannot be read as a whole. */
static bool each_line(const struct tree *t, const char *path, void (*take)(char *line, void *to),
		      void *to)
{
	_free_ char *text = NULL;
	size_t len;

	if (tree_read(t, path, TABLE_MAX, &text, &len))
		return false;
	for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take(line, to);
	return true;
}

/* A kernel without IPv6 has no tcp6, and nobody listens there. */
static void read_ports(const struct tree *t, struct net_facts *n)
{
	if (!each_line(t, "proc/net/tcp", take_socket, n))
		return;
	if (each_line(t, "proc/net/tcp6", take_socket, n) ||
	    tree_exists(t, "proc/net/tcp6") == TRI_NO)
		n->ports = TRI_YES;
}

static void read_route(const struct tree *t, struct net_facts *n)
{
	bool known = each_line(t, "proc/net/route", take_route, &n->route);

	known |= each_line(t, "proc/net/ipv6_route", take_route6, &n->route);
	if (known && n->route == TRI_UNKNOWN)
		n->route = TRI_NO;
}

static enum tri is_interface(const struct tree *t, const char *name, const char *proof)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/class/net/%s/%s", name, proof);
	if (tree_exists(t, "sys/class/net") != TRI_YES)
		return TRI_UNKNOWN;
	return tree_exists(t, path);
}

/* passt is looked for where the launch will look: launch_environment's PATH. */
static enum tri find_passt(const struct tree *t)
{
	static const char *const dir[] = { "usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(dir); i++) {
		snprintf(path, sizeof(path), "%s/passt", dir[i]);
		if (tree_is_file(t, path))
			return TRI_YES;
	}
	return tree_exists(t, "usr/bin") == TRI_YES ? TRI_NO : TRI_UNKNOWN;
}

int net_read(const char *root, const struct wish *w, struct net_facts *n)
{
	struct tree t;
	int r = tree_init(&t, root);

	*n = (struct net_facts){ 0 };
	if (r)
		return r;
	/* The kernel looks through a table of all connections that there could be, which takes milliseconds. */
	if (net_rdp_wanted(w))
		read_ports(&t, n);
	read_route(&t, n);
	n->passt = find_passt(&t);
	for (size_t i = 0; i < w->n_net; i++) {
		if (w->net[i].type == NET_BRIDGE)
			n->interface[i] = is_interface(&t, w->net[i].bridge, "bridge");
		else if (w->net[i].type == NET_TAP)
			n->interface[i] = is_interface(&t, w->net[i].tap, "tun_flags");
	}
	close(t.fd);
	return 0;
}

void net_claims(const struct paths *p, const char *name, struct net_facts *n)
{
	struct wish *w = malloc(sizeof(*w));
	_free_ char **names = NULL;

	if (w && !wish_list(p, &names)) {
		for (char **vm = names; *vm && n->n_claim < NET_CLAIMS_MAX; vm++) {
			struct net_claim *c = &n->claim[n->n_claim];
			struct wish_error e;

			if (!strcmp(*vm, name) || wish_read(p, *vm, w, &e) || !net_rdp_wanted(w) ||
			    !w->rdp_port)
				continue;
			str_fit(c->vm, sizeof(c->vm), *vm);
			c->port = w->rdp_port;
			n->n_claim++;
		}
	}
	free(w);
}

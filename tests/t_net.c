/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network around a VM, read from trees: whole, cut, absent, hostile. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/facts/net.h"
#include "launcher/facts/wish_keys.h"

#define TCP	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"

static char root[64];
static struct wish w;
static struct net_facts n;

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/igvm-t_net-XXXXXX");
	wish_defaults(&w, "a");
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(root);
}

static void put(const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.60s/%s", root, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0755), 0);
	path[strlen(path)] = '/';
	assert_int_equal(file_replace_at(AT_FDCWD, path, text, strlen(text), 0644), 0);
}

static void look(void)
{
	assert_int_equal(net_read(root, &w, &n), 0);
}

static void nothing_is_unknown(void **state)
{
	(void)state;
	w.n_net = 2;
	w.net[0].type = NET_BRIDGE;
	strcpy(w.net[0].bridge, "br0");
	w.net[1].type = NET_TAP;
	strcpy(w.net[1].tap, "tap0");
	look();
	assert_int_equal(n.ports, TRI_UNKNOWN);
	assert_int_equal(n.route, TRI_UNKNOWN);
	assert_int_equal(n.passt, TRI_UNKNOWN);
	assert_int_equal(n.interface[0], TRI_UNKNOWN);
	assert_int_equal(n.interface[1], TRI_UNKNOWN);
	assert_int_equal(net_read("/no/such/root", &w, &n), -ENOENT);
}

static void ports(void **state)
{
	(void)state;
	put("proc/net/tcp", TCP "   0: 0100007F:8462 00000000:0000 0A 00000000:00000000 00:0 0 0\n"
				"   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:0 0 0\n");
	w.rdp = RDP_OFF;
	look();
	assert_int_equal(n.ports, TRI_UNKNOWN);	/* nobody wants a port */
	assert_false(net_is_listening(&n, 0x8462));
	w.rdp = RDP_LOCAL;
	look();
	assert_int_equal(n.ports, TRI_YES);	/* a kernel without IPv6 */
	assert_true(net_is_listening(&n, 0x8462));
	assert_false(net_is_listening(&n, 0x1f90));	/* a connection, nobody listens */
	put("proc/net/tcp6", TCP "   0: 00000000000000000000000000000000:FFFF "
				 "00000000000000000000000000000000:0000 0A 0:0 00:0 0 0\n");
	look();
	assert_true(net_is_listening(&n, 65535));
	assert_true(net_is_listening(&n, 0x8462));
	assert_false(net_is_listening(&n, 65536));
	assert_false(net_is_listening(&n, ~0u));
}

static void hostile_ports(void **state)
{
	static const char *const lines[] = {
		"", "\n\n\n", "x", "0: 0100007F 0 0A", "0: :FFFFF 0 0A", "0: : 0 0A", "0: 0:-1 0 0A",
		"0: 0:12345678901234567890 0 0A", "0: 0:zz 0 0A", "\t\t\t\t", "0: 0:8462 0 0a",
	};

	(void)state;
	w.rdp = RDP_LOCAL;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		put("proc/net/tcp", lines[i]);
		look();
		for (unsigned int port = 0; port < 65536; port++)
			if (net_is_listening(&n, port))
				fail_msg("'%s' listens on %u", lines[i], port);
	}
}

static void routes(void **state)
{
	static const char head[] = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n";
	char text[512];

	(void)state;
	put("proc/net/route", head);
	look();
	assert_int_equal(n.route, TRI_NO);
	snprintf(text, sizeof(text), "%seth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n", head);
	put("proc/net/route", text);
	look();
	assert_int_equal(n.route, TRI_NO);
	/* Half of the addresses, as VPNs write it, is no default route. */
	snprintf(text, sizeof(text), "%stun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\n", head);
	put("proc/net/route", text);
	look();
	assert_int_equal(n.route, TRI_NO);
	snprintf(text, sizeof(text), "%seth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\n", head);
	put("proc/net/route", text);
	look();
	assert_int_equal(n.route, TRI_YES);
	put("proc/net/route", head);
	put("proc/net/ipv6_route",
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n");
	look();
	assert_int_equal(n.route, TRI_NO);
	put("proc/net/ipv6_route",
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n");
	look();
	assert_int_equal(n.route, TRI_YES);
}

static void interfaces_and_passt(void **state)
{
	(void)state;
	w.n_net = 4;
	w.net[0].type = w.net[1].type = NET_BRIDGE;
	strcpy(w.net[0].bridge, "br0");
	strcpy(w.net[1].bridge, "eth0");
	w.net[2].type = w.net[3].type = NET_TAP;
	strcpy(w.net[2].tap, "tap0");
	strcpy(w.net[3].tap, "gone");
	put("sys/class/net/br0/bridge/bridge_id", "8000.525400\n");
	put("sys/class/net/eth0/address", "52:54:00:12:34:56\n");
	put("sys/class/net/tap0/tun_flags", "0x1002\n");
	put("usr/bin/true", "");
	look();
	assert_int_equal(n.interface[0], TRI_YES);
	assert_int_equal(n.interface[1], TRI_NO);
	assert_int_equal(n.interface[2], TRI_YES);
	assert_int_equal(n.interface[3], TRI_NO);
	assert_int_equal(n.passt, TRI_NO);
	put("usr/bin/passt", "");
	look();
	assert_int_equal(n.passt, TRI_YES);
}

/* What files of other VMs claim: broken ones nothing, and never the VM's own. */
static void claims(void **state)
{
	struct paths p = { 0 };

	(void)state;
	snprintf(p.vms, sizeof(p.vms), "%s/vms", root);
	put("vms/a.conf", "[vm]\nos = windows\nrdp-port = 40000\n");
	put("vms/b.conf", "[vm]\nos = windows\nrdp-port = 40001\n");
	put("vms/c.conf", "[vm]\nos = windows\nrdp = off\nrdp-port = 40002\n");
	put("vms/d.conf", "[vm]\nrdp-port = 40003\n");
	put("vms/e.conf", "[vm]\nos = windows\n");
	put("vms/f.conf", "[vm]\nrdp-port = 40004\nbroken\n");
	n.n_claim = 0;
	net_claims(&p, "a", &n);
	assert_int_equal(n.n_claim, 1);
	assert_string_equal(n.claim[0].vm, "b");
	assert_int_equal(n.claim[0].port, 40001);
}

static void more_claims_than_room(void **state)
{
	struct paths p = { 0 };
	char name[32];

	(void)state;
	snprintf(p.vms, sizeof(p.vms), "%s/vms", root);
	for (int i = 0; i < NET_CLAIMS_MAX + 5; i++) {
		snprintf(name, sizeof(name), "vms/v%d.conf", i);
		put(name, "[vm]\nrdp = local\nrdp-port = 40000\n");
	}
	n.n_claim = 0;
	net_claims(&p, "a", &n);
	assert_int_equal(n.n_claim, NET_CLAIMS_MAX);
}

int main(void)
{
#define CASE(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(nothing_is_unknown), CASE(ports), CASE(hostile_ports), CASE(routes),
		CASE(interfaces_and_passt), CASE(claims), CASE(more_claims_than_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

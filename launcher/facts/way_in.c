/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/way_in.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define TEXT_MAX	262144
#define SYSTEM		"etc/systemd/system/"

/* --- small helpers -------------------------------------------------------------------- */

/* A link to a unit may lead to what only a running system has: the link itself counts. */
static bool has_entry(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH | O_NOFOLLOW);

	return fd >= 0;
}

static bool has_any(const struct tree *t, const char *const *paths)
{
	for (; *paths; paths++)
		if (has_entry(t, *paths))
			return true;
	return false;
}

/* Does a file of @dir end in @suffix, and, unless NULL, does @good like its text? */
static bool any_file(const struct tree *t, const char *dir, const char *suffix,
		     bool (*good)(const char *text))
{
	int fd = tree_open(t, dir, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	if (!d && fd >= 0)
		close(fd);
	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name), s = strlen(suffix);
		_free_ char *text = NULL;
		char path[PATH_MAX];

		if (n <= s || strcmp(e->d_name + n - s, suffix))
			continue;
		if (!good)
			return true;
		if (str_print(path, sizeof(path), "%s/%s", dir, e->d_name) &&
		    !tree_read(t, path, TEXT_MAX, &text, NULL) && good(text))
			return true;
	}
	return false;
}

/* The rest of the line that begins with the word @key, any case, after blanks; NULL: none. */
static const char *find_line(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = text; s; s = strchr(s, '\n')) {
		s += strspn(s, "\n");
		s += strspn(s, " \t");
		if (!strncasecmp(s, key, n) && s[n] && strchr(" \t=", s[n]))
			return s + n + strspn(s + n, " \t=");
		if (!*s)
			break;
	}
	return NULL;
}

/* --- ssh -------------------------------------------------------------------- */

static const char *const sshd_starts[] = {
	SYSTEM "multi-user.target.wants/ssh.service", SYSTEM "multi-user.target.wants/sshd.service",
	SYSTEM "sockets.target.wants/ssh.socket", SYSTEM "sockets.target.wants/sshd.socket",
	"etc/runlevels/default/sshd", NULL,
};

static unsigned int sshd_port(const struct tree *t)
{
	_free_ char *text = NULL;
	const char *port = NULL;
	unsigned int v;

	if (!tree_read(t, "etc/ssh/sshd_config", TEXT_MAX, &text, NULL))
		port = find_line(text, "Port");
	return port && sscanf(port, "%5u", &v) == 1 && v && v < 65536 ? v : 22;
}

/* Lines "0: 00000000:0016 00000000:0000 0A": address:port in hex, state; 0A is LISTEN (tcp_states.h). */
static enum tri listens(const struct tree *t, const char *path, unsigned int port, bool v6)
{
	_free_ char *text = NULL;

	if (tree_read(t, path, 4 * TEXT_MAX, &text, NULL))
		return TRI_UNKNOWN;
	for (const char *s = strchr(text, '\n'); s && s[1]; s = strchr(s + 1, '\n')) {
		char address[33];
		unsigned int p, state;

		if (sscanf(s, " %*u: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", address, &p, &state) != 3 ||
		    p != port || state != 0x0a)
			continue;
		/* 127.0.0.0/8 and ::1 are no way in. */
		if (!v6 && strlen(address) == 8 && !strcmp(address + 6, "7F"))
			continue;
		if (v6 && !strcmp(address, "00000000000000000000000001000000"))
			continue;
		return TRI_YES;
	}
	return TRI_NO;
}

static enum tri sshd_listens(const struct tree *t, unsigned int port)
{
	enum tri v4 = listens(t, "proc/net/tcp", port, false);
	enum tri v6 = listens(t, "proc/net/tcp6", port, true);

	return v4 == TRI_YES || v6 == TRI_YES ? TRI_YES : v4 == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_NO;
}

/* --- the address -------------------------------------------------------------------- */

/* "auto eth0" and "iface eth0 inet dhcp|static"; lo alone is none. */
static bool ifupdown(const char *text)
{
	char name[32], method[16];

	for (const char *s = text; s && *s; s = strchr(s, '\n')) {
		s += strspn(s, "\n \t");
		if (sscanf(s, "iface %31s inet%*[6] %15s", name, method) != 2 &&
		    sscanf(s, "iface %31s inet %15s", name, method) != 2)
			continue;
		if (strcmp(name, "lo") && (!strcmp(method, "dhcp") || !strcmp(method, "static") ||
					   !strcmp(method, "auto")))
			return true;
	}
	return false;
}

/* Of the system: nobody's own, brought up without a login, and its secret is not in a user's keyring. */
static bool nm_system(const char *text)
{
	const char *users = find_line(text, "permissions");
	const char *start = find_line(text, "autoconnect"), *secret = find_line(text, "psk-flags");

	return !(users && !strncmp(users, "user:", 5)) && !(start && !strncmp(start, "false", 5)) &&
	       !(secret && *secret == '1');
}

/* NetworkManager makes a DHCP connection for each wired device that has none (no-auto-default unset). */
static bool nm_wired_default(const struct tree *t)
{
	int fd = tree_open(t, "sys/class/net", O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	if (!d && fd >= 0)
		close(fd);
	while (d && (e = readdir(d))) {
		char path[300];
		uint64_t carrier;

		if (e->d_name[0] != 'e' ||
		    !str_print(path, sizeof(path), "sys/class/net/%s/carrier", e->d_name))
			continue;
		if (tree_number(t, path, 10, 1, &carrier) && carrier)
			return true;
	}
	return false;
}

static const char *address_by(const struct tree *t)
{
	static const char *const nm[] = { SYSTEM "multi-user.target.wants/NetworkManager.service",
					  "etc/runlevels/default/NetworkManager", NULL };
	static const char *const networkd[] = { SYSTEM "multi-user.target.wants/systemd-networkd.service",
						NULL };
	static const char *const dhcpcd[] = { SYSTEM "multi-user.target.wants/dhcpcd.service",
					      "etc/runlevels/default/dhcpcd", NULL };
	_free_ char *text = NULL;

	if (!tree_read(t, "etc/network/interfaces", TEXT_MAX, &text, NULL) && ifupdown(text))
		return "ifupdown";
	if (any_file(t, "etc/netplan", ".yaml", NULL))
		return "netplan";
	if (has_any(t, networkd) && any_file(t, "etc/systemd/network", ".network", NULL))
		return "systemd-networkd";
	if (has_any(t, nm) && (any_file(t, "etc/NetworkManager/system-connections", ".nmconnection", nm_system) ||
			       nm_wired_default(t)))
		return "NetworkManager";
	return has_any(t, dhcpcd) ? "dhcpcd" : NULL;
}

/* --- serial, second GPU ---------------------------------------------------------------- */

/*
 * systemd's getty generator puts a login on each console= that is a serial line; others have it in
 * inittab. A port whose chip was not found ("uart:unknown") leads nowhere.
 */
static enum tri serial_console(const struct tree *t, const char *cmdline, char name[static 16])
{
	const char *s = strstr(cmdline, "console=ttyS");
	_free_ char *inittab = NULL, *ports = NULL;
	char line[24];
	const char *port;

	name[0] = '\0';
	if (!s || (s != cmdline && s[-1] != ' '))
		return TRI_NO;
	s += strlen("console=");
	snprintf(name, 16, "%.*s", (int)(strspn(s, "ttyS0123456789")), s);
	if (!tree_read(t, "proc/tty/driver/serial", TEXT_MAX, &ports, NULL)) {
		snprintf(line, sizeof(line), "\n%s:", name + 4);
		port = strstr(ports, line);
		if (!port || !strncmp(port + strlen(line), " uart:unknown", 13))
			return TRI_NO;
	}
	if (tree_exists(t, "usr/lib/systemd/system-generators/systemd-getty-generator") == TRI_YES ||
	    tree_exists(t, "lib/systemd/system-generators/systemd-getty-generator") == TRI_YES ||
	    tree_exists(t, "run/systemd/system") == TRI_YES)
		return TRI_YES;
	if (tree_read(t, "etc/inittab", TEXT_MAX, &inittab, NULL))
		return TRI_UNKNOWN;
	return strstr(inittab, name) ? TRI_YES : TRI_NO;
}

static enum tri second_gpu(const struct host_facts *h, char text[static 96])
{
	char bdf[BDF_TEXT_MAX];

	for (size_t i = 0; i < h->n_pci; i++) {
		const struct pci_fact *f = &h->pci[i];

		if ((int)i == h->igpu || f->class >> 16 != 0x03 || !*f->driver ||
		    !strcmp(f->driver, "vfio-pci"))
			continue;
		snprintf(text, 96, "%s (%s)", bdf_text(f->bdf, bdf), f->driver);
		return TRI_YES;
	}
	return h->n_pci ? TRI_NO : TRI_UNKNOWN;
}

void way_in_read(const struct tree *t, const struct host_facts *h, struct way_in_facts *w)
{
	const char *by = address_by(t);

	*w = (struct way_in_facts){ 0 };
	w->sshd_enabled = has_any(t, sshd_starts) ? TRI_YES :
			  tree_exists(t, "etc") == TRI_YES ? TRI_NO : TRI_UNKNOWN;
	w->ssh_port = sshd_port(t);
	w->sshd_listens = sshd_listens(t, w->ssh_port);
	w->net_system = by ? TRI_YES : TRI_NO;
	str_fit(w->net_by, sizeof(w->net_by), by ? by : "");
	w->serial_console = serial_console(t, h->cmdline, w->serial);
	w->second_gpu = second_gpu(h, w->gpu);
}

/* IPv4 first: that is what people type. Link-local ones need a zone, so they are left out. */
static int address_rank(const struct ifaddrs *i, char *buf, size_t size)
{
	if (!i->ifa_addr || (i->ifa_flags & IFF_LOOPBACK) || !(i->ifa_flags & IFF_UP))
		return 0;
	if (i->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const void *)i->ifa_addr;

		return inet_ntop(AF_INET, &a->sin_addr, buf, (socklen_t)size) ? 2 : 0;
	}
	if (i->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a = (const void *)i->ifa_addr;

		return !IN6_IS_ADDR_LINKLOCAL(&a->sin6_addr) &&
		       inet_ntop(AF_INET6, &a->sin6_addr, buf, (socklen_t)size);
	}
	return 0;
}

bool way_in_address(char *buf, size_t size)
{
	struct ifaddrs *all;
	int best = 0;

	buf[0] = '\0';
	if (getifaddrs(&all))
		return false;
	for (struct ifaddrs *i = all; i; i = i->ifa_next) {
		char text[INET6_ADDRSTRLEN];
		int rank = address_rank(i, text, sizeof(text));

		if (rank > best && str_copy(buf, size, text))
			best = rank;
	}
	freeifaddrs(all);
	return best > 0;
}

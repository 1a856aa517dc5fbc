/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/get_in.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define HOST_SIZE	256

/* VNC's display 0: a viewer needs no port to be told then. */
#define VNC_PORT	5900

/* The name this host calls itself by; what others call it igvm cannot know. */
static void host_name(char name[static HOST_SIZE])
{
	if (gethostname(name, HOST_SIZE))
		strcpy(name, "HOST");
	name[HOST_SIZE - 1] = '\0';
	str_sanitize(name);
}

/* Who would log in: the person behind sudo, else the caller. */
static const char *login_name(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *name = geteuid() ? NULL : getenv("SUDO_USER");
	const struct passwd *pw = name ? NULL : getpwuid(getuid());

	if (pw)
		name = pw->pw_name;
	return name && *name && !name[strspn(name, letters)] ? name : "USER";
}

/* The socket of a system's VM is root's to reach. */
static const char *vnc_login(const json_t *status)
{
	const char *scope = json_string_value(json_object_get(status, "scope"));

	return scope && !strcmp(scope, "system") ? "root" : login_name();
}

static void row(const char *what, const char *value)
{
	printf("  %-12s %s\n", what, value);
}

static void print_rdp(const char *rdp, const char *host)
{
	const char *port = strrchr(rdp, ':');
	char text[HOST_SIZE + 128];

	if (!port)
		return;
	port++;
	if (str_starts(rdp, "0.0.0.0:")) {
		snprintf(text, sizeof(text), _("%s:%s, also from other machines"), host, port);
		row(_("RDP:"), text);
		return;
	}
	row(_("RDP:"), rdp);
	snprintf(text, sizeof(text), _("ssh -L %s:127.0.0.1:%s %s@%s, then RDP to 127.0.0.1:%s"), port, port,
		 login_name(), host, port);
	row(_("  from afar:"), text);
}

static void print_vnc(const json_t *status, const char *socket, const char *host)
{
	char text[HOST_SIZE + 512];

	row(_("VNC:"), socket);
	snprintf(text, sizeof(text), _("ssh -L %d:%.300s %s@%s, then VNC to 127.0.0.1:%d"), VNC_PORT, socket,
		 vnc_login(status), host, VNC_PORT);
	row(_("  from afar:"), text);
}

void get_in_print(const json_t *status)
{
	const char *rdp = json_string_value(json_object_get(status, "rdp"));
	const char *vnc = json_string_value(json_object_get(status, "vnc"));
	const char *console = json_string_value(json_object_get(status, "console"));
	const char *name = json_string_value(json_object_get(status, "name"));
	char host[HOST_SIZE], text[96];

	host_name(host);
	if (rdp)
		print_rdp(rdp, host);
	if (vnc)
		print_vnc(status, vnc, host);
	if (!console || !name)
		return;
	snprintf(text, sizeof(text), "igvm console %s", name);
	row(_("console:"), text);
}

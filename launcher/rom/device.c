/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/facts/host.h"

static int parse(const struct cmd *c, const char *text, uint16_t *device)
{
	const char *digits = str_starts(text, "8086:");
	unsigned long v;
	char *end;

	if (!digits)
		digits = str_starts(text, "0x");
	if (!digits)
		digits = text;
	errno = 0;
	v = strtoul(digits, &end, 16);
	if (strlen(digits) != 4 || *end || errno || strspn(digits, "0123456789abcdefABCDEF") != 4)
		return cmd_usage(c, _("'%.40s' is no PCI device id: four hexadecimal digits, such as 4692"),
				 text);
	*device = (uint16_t)v;
	return 0;
}

int rom_device(const struct cmd *c, const struct globals *g, const char *text, uint16_t *device)
{
	_free_ struct host_facts *h = NULL;
	int r;

	if (text)
		return parse(c, text, device);
	h = calloc(1, sizeof(*h));
	r = h ? host_read(g->root, HOST_VFIO_NEVER, h) : -ENOMEM;
	if (r) {
		say(_("%s: cannot read the host: %s"), g->root, strerror(-r));
		return EXIT_FAILED;
	}
	r = h->igpu < 0 ? -1 : h->pci[h->igpu].device;
	host_done(h);
	if (r < 0)
		return cmd_usage(c, _("this host has no Intel iGPU: name one with --device"));
	*device = (uint16_t)r;
	return 0;
}

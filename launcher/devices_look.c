/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/devices_look.h"

#include <unistd.h>

int devices_look(const char *root, const struct host_facts *h, struct devices_look *s)
{
	_fd_ int fd = -1;
	struct tree t;
	int r = tree_init(&t, root);

	if (r)
		return r;
	fd = t.fd;
	r = host_pci_names(&t, root, h->pci, h->n_pci, s->names);
	if (r)
		return r;
	if (h->igpu >= 0)
		display_read(&t, h->pci[h->igpu].bdf, &s->display);
	s->devices.host = h;
	s->devices.names = s->names;
	s->devices.display = h->igpu >= 0 ? &s->display : NULL;
	devices_sort(&s->devices);
	return 0;
}

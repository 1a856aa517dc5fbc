/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has a node of the device open, for one sentence; facts/holders.c looks. */
#include <errno.h>

#include "launcher/base/str.h"
#include "launcher/facts/holders.h"
#include "launcher/run/bind.h"

bool bind_holder(const char *sysroot, struct bdf bdf, struct bind_error *e)
{
	_free_ struct holders *h = malloc(sizeof(*h));
	struct tree t;
	bool found = false;

	if (!h || tree_init(&t, *sysroot ? sysroot : "/"))
		return false;
	/* Without proc/ there is nobody to be seen. */
	(void)!holders_read(&t, bdf, h);
	close(t.fd);
	for (size_t i = 0; i < h->n && !found; i++) {
		if (!h->v[i].pid)
			continue;
		str_fit(e->path, sizeof(e->path), h->v[i].node);
		holder_text(&h->v[i], e->value, sizeof(e->value));
		e->err = EBUSY;
		found = true;
	}
	return found;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/live_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"

int live_host_read(const struct globals *g, enum host_vfio vfio, struct live_host *l)
{
	int r;

	*l = (struct live_host){ .host = calloc(1, sizeof(*l->host)) };
	r = l->host ? host_read(g->root, vfio, l->host) : -ENOMEM;
	if (r) {
		say(_("%s: cannot read the host: %s"), g->root, strerror(-r));
		return EXIT_FAILED;
	}
	if (l->host->igpu < 0) {
		say(_("no Intel display function at 0000:00:02.0"));
		return EXIT_FAILED;
	}
	l->igpu = &l->host->pci[l->host->igpu];
	live_read(g->root, l->host, l->igpu, l->place);
	return 0;
}

/* i915's debugfs shows 8 KiB of an OpRegion that goes on behind them. */
static bool is_part_of(const struct live *a, const struct live *b)
{
	return a->n <= b->n && !memcmp(a->bytes, b->bytes, a->n);
}

/* Of two that are the same the better place's, which comes first, stays. */
static bool is_elsewhere(const struct live_host *l, size_t i)
{
	for (size_t k = 0; k < LIVE_N; k++) {
		const struct live *other = &l->place[k];

		if (k != i && other->n && is_part_of(&l->place[i], other) &&
		    (k < i || other->n > l->place[i].n))
			return true;
	}
	return false;
}

size_t live_host_inputs(const struct live_host *l, bool json, struct input in[static LIVE_N])
{
	size_t n = 0;

	for (size_t i = 0; i < LIVE_N; i++) {
		const struct live *p = &l->place[i];

		if (!p->n || is_elsewhere(l, i))
			continue;
		in[n] = (struct input){
			.name = json ? live_place_id((enum live_place)i)
				     : _(live_place_text((enum live_place)i)),
			.bytes = p->bytes, .n = p->n,
		};
		n++;
	}
	return n;
}

void live_host_print_unread(const struct live_host *l, FILE *out)
{
	for (size_t i = 0; i < LIVE_N; i++)
		if (l->place[i].state != LIVE_READ)
			fprintf(out, _("%s: not read: %s\n"), _(live_place_text((enum live_place)i)),
				l->place[i].why);
}

bool live_host_differs(const struct live_host *l)
{
	for (size_t i = 0; i < LIVE_N; i++)
		if (l->place[i].state == LIVE_DIFFERS)
			return true;
	return false;
}

void live_host_say_nothing(void)
{
	say(_("no place of this host gave firmware of the iGPU; as root, with the device at i915, "
	      "xe or vfio-pci, there is more to read"));
}

void live_host_done(struct live_host *l)
{
	live_done(l->place);
	if (l->host)
		host_done(l->host);
	free(l->host);
	*l = (struct live_host){ 0 };
}

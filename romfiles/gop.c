/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/gop.h"

/* So many different ids inside so many bytes are no chance. */
#define NEAR_BYTES 64
#define NEAR_IDS 3
#define RECENT 8

static bool find_name(struct span s)
{
	for (size_t at = 0; at < s.n; at++)
		if (s.p[at] == 'I' && (span_is_ucs2(s, at, "Intel(R) GOP Driver") ||
				       span_is_ucs2(s, at, "Intel(R) Valley View Graphics Controller")))
			return true;
	return false;
}

static void add(struct gop_facts *g, uint16_t id)
{
	size_t i = g->n_ids;

	if (gop_knows(g, id) || g->n_ids == GOP_IDS_MAX)
		return;
	for (; i && g->id[i - 1] > id; i--)
		g->id[i] = g->id[i - 1];
	g->id[i] = id;
	g->n_ids++;
}

/* A ring of the last places where a known id stands. */
struct recent {
	struct {
		size_t at;
		uint16_t id;
	} v[RECENT];
	size_t n;
};

static void note(struct recent *r, size_t at, uint16_t id)
{
	r->v[r->n % RECENT].at = at;
	r->v[r->n % RECENT].id = id;
	r->n++;
}

/* Those of the last places that are near @at, when they are different enough. */
static void collect(const struct recent *r, size_t at, struct gop_facts *g)
{
	uint16_t near[RECENT];
	size_t n = 0, have = r->n < RECENT ? r->n : RECENT;

	for (size_t i = 0; i < have; i++) {
		bool seen = at - r->v[i].at > NEAR_BYTES;

		for (size_t j = 0; j < n; j++)
			seen = seen || near[j] == r->v[i].id;
		if (!seen)
			near[n++] = r->v[i].id;
	}
	for (size_t i = 0; n >= NEAR_IDS && i < n; i++)
		add(g, near[i]);
}

void gop_parse(struct span pe, struct gop_facts *out)
{
	struct recent recent = { 0 };
	uint8_t known[8192] = { 0 }; /* a bit for each 16-bit id */

	*out = (struct gop_facts){ .named = find_name(pe) };
	for (size_t i = 0; igd_id_at(i); i++)
		known[igd_id_at(i)->device_id >> 3] |= (uint8_t)(1 << (igd_id_at(i)->device_id & 7));
	for (size_t at = 0; at + 1 < pe.n; at++) {
		uint16_t id = (uint16_t)(pe.p[at] | pe.p[at + 1] << 8);

		if (!(known[id >> 3] & 1 << (id & 7)))
			continue;
		note(&recent, at, id);
		collect(&recent, at, out);
	}
}

bool gop_knows(const struct gop_facts *g, uint16_t device)
{
	for (size_t i = 0; i < g->n_ids; i++)
		if (g->id[i] == device)
			return true;
	return false;
}

bool gop_knows_platform(const struct gop_facts *g, uint16_t device)
{
	const struct igd_platform *pf = igd_find(device);

	for (size_t i = 0; i < g->n_ids; i++)
		if (pf && igd_find(g->id[i]) == pf)
			return true;
	return false;
}

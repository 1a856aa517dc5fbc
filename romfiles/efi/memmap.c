/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/memmap.h"

static bool ranges_join(const struct mem_range *a, const struct mem_range *b)
{
	return a->kind == b->kind && a->readable == b->readable &&
	       a->base + a->bytes == b->base;
}

void memmap_add(struct memmap *m, struct mem_range r)
{
	if (r.bytes > UINT64_MAX - r.base)
		r.bytes = UINT64_MAX - r.base;
	if (!r.bytes)
		return;
	if (m->n && ranges_join(&m->range[m->n - 1], &r))
		m->range[m->n - 1].bytes += r.bytes;
	else if (m->n < MEMMAP_MAX)
		m->range[m->n++] = r;
	else
		m->cut = true;
}

static bool range_has(const struct mem_range *r, uint64_t at)
{
	return at >= r->base && at - r->base < r->bytes;
}

/*
 * The entry that decides about @at. Entries may overlap (E820 promises
 * nothing): reserved wins, as it does in operating systems.
 */
static const struct mem_range *range_at(const struct memmap *m, uint64_t at)
{
	const struct mem_range *found = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (range_has(&m->range[i], at) && (!found || found->kind == MEM_FREE))
			found = &m->range[i];
	return found;
}

/*
 * How far from @at on the answer of range_at() cannot change: to the next
 * place where any entry begins or ends, @left at most.
 */
static uint64_t same_for(const struct memmap *m, uint64_t at, uint64_t left)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->range[i];

		if (r->base > at && r->base - at < left)
			left = r->base - at;
		if (range_has(r, at) && r->bytes - (at - r->base) < left)
			left = r->bytes - (at - r->base);
	}
	return left;
}

enum mem_answer memmap_ask(const struct memmap *m, uint64_t base, uint64_t bytes)
{
	bool unlisted = false, taken = false, reserved = false;
	uint64_t step;

	if (m->cut || bytes > UINT64_MAX - base)
		return MEM_ANSWER_UNKNOWN;
	for (; bytes; base += step, bytes -= step) {
		const struct mem_range *r = range_at(m, base);

		unlisted |= !r;
		taken |= r && r->kind == MEM_FREE;
		reserved |= r && r->kind == MEM_RESERVED;
		step = same_for(m, base, bytes);
	}
	if (unlisted + taken + reserved > 1)
		return MEM_ANSWER_PARTLY;
	if (reserved)
		return MEM_ANSWER_YES;
	return taken ? MEM_ANSWER_NO : MEM_ANSWER_UNLISTED;
}

bool memmap_readable(const struct memmap *m, uint64_t base, uint64_t bytes)
{
	uint64_t step;

	if (!bytes || base < 0x1000 || bytes > UINT64_MAX - base)
		return false;
	for (; bytes; base += step, bytes -= step) {
		const struct mem_range *r = range_at(m, base);

		if (!r || !r->readable)
			return false;
		step = same_for(m, base, bytes);
	}
	return true;
}

const char *memmap_word(enum mem_answer answer)
{
	static const char words[][9] = {
		[MEM_ANSWER_UNLISTED] = "unlisted", [MEM_ANSWER_NO] = "no",
		[MEM_ANSWER_YES] = "yes", [MEM_ANSWER_PARTLY] = "partly",
		[MEM_ANSWER_UNKNOWN] = "unknown",
	};

	return words[answer];
}

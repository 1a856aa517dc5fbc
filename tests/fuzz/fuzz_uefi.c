/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "romfiles/show.h"
#include "romfiles/uefi/uefi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small, so that an input that unpacks a lot is as quick as any other. */
static const struct uefi_limits limits = { .out_max = 1 << 20, .depth = 20, .nodes = 2000 };

static void must(bool held)
{
	if (!held)
		abort();
}

struct counter {
	struct show s;
	int depth;
};

static void on_open(struct show *s, const char *key, bool list, size_t at, size_t size)
{
	must(key || !list);
	must(at == SHOW_NOWHERE || size != SHOW_NOWHERE);
	((struct counter *)s)->depth++;
}

static void on_field(struct show *s, const struct show_field *f)
{
	must(((struct counter *)s)->depth >= 0 && f->key);
}

static void on_close(struct show *s)
{
	must(--((struct counter *)s)->depth >= 0);
}

static void check_node(const struct uefi *u, size_t i)
{
	const struct uefi_node *n = &u->node[i], *parent;
	char text[UEFI_TEXT_MAX];

	must(n->buffer < u->n_buffers && n->unpacked < u->n_buffers);
	must(span_holds(u->buffer[n->buffer].bytes, n->at, n->size));
	uefi_name(u, i, text);
	uefi_version(u, i, text);
	uefi_type_word(n);
	if (!i) {
		must(n->parent == UEFI_NONE && !n->depth);
		return;
	}
	must(n->parent < i && n->depth <= limits.depth);
	parent = &u->node[n->parent];
	must(n->depth == parent->depth + 1);
	/* Inside its parent's bytes, or in what was unpacked from them. */
	if (n->buffer == parent->buffer)
		must(n->at >= parent->at && n->at - parent->at <= parent->size &&
		     n->size <= parent->size - (n->at - parent->at));
	else
		must(n->buffer == parent->unpacked);
}

static void check_candidate(const struct uefi *u, const struct uefi_candidate *c)
{
	struct span s;

	must(c->node < u->n_nodes);
	must(span_sub(u->buffer[u->node[c->node].buffer].bytes, c->at, c->bytes.n, &s));
	must(s.p == c->bytes.p && c->bytes.n);
	must(c->file == uefi_file_of(u, c->node));
	must(memchr(c->version, 0, sizeof(c->version)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counter shown = { .s = { on_open, on_field, on_close } };
	struct uefi *u, *quick;

	/* No volume, table or ROM is smaller. */
	if (size < 48)
		return 0;
	must(!uefi_parse((struct span){ data, size }, &limits, &u));
	must(u->n_nodes && u->n_nodes <= limits.nodes);
	for (size_t i = 0; i < u->n_nodes; i++)
		check_node(u, i);
	for (size_t i = 0; i < u->n_candidates; i++)
		check_candidate(u, &u->candidate[i]);
	uefi_fields(u, &shown.s);
	must(!shown.depth);
	must(!uefi_find((struct span){ data, size }, &limits, &quick));
	must(quick->n_candidates == u->n_candidates && quick->n_nodes == u->n_nodes);
	uefi_free(quick);
	uefi_free(u);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/show.h"
#include "romfiles/uefi/walk.h"

static void text(struct show *s, const char *key, const char *value)
{
	if (value && *value)
		show_text(s, key, SHOW_NOWHERE, 0, value);
}

static void guid(struct show *s, const char *key, const uint8_t *g)
{
	char out[UEFI_GUID_TEXT];

	text(s, key, uefi_guid(g, out));
}

static void dec(struct show *s, const char *key, uint64_t v)
{
	show_dec(s, key, SHOW_NOWHERE, 0, v);
}

static void notes(const struct uefi_node *n, struct show *s)
{
	if (!n->notes)
		return;
	s->open(s, "notes", true, SHOW_NOWHERE, 0);
	for (enum note_code c = NOTE_UEFI_FIRST; c <= NOTE_UEFI_LAST; c++) {
		if (!uefi_noted(n, c))
			continue;
		s->open(s, NULL, false, SHOW_NOWHERE, 0);
		text(s, "id", note_id(c));
		text(s, "text", note_text(c));
		s->close(s);
	}
	s->close(s);
}

static void type(const struct uefi_node *n, struct show *s)
{
	const char *word = uefi_type_word(n);

	if (n->kind == UEFI_FILE || n->kind == UEFI_SECTION || n->kind == UEFI_REGION)
		s->field(s, &(struct show_field){ .key = "type", .kind = SHOW_HEX,
						  .at = SHOW_NOWHERE, .size = 1,
						  .value = n->type, .text = word });
	else
		text(s, "type", word);
}

static void node(const struct uefi *u, size_t i, struct show *s)
{
	const struct uefi_node *n = &u->node[i];
	char out[UEFI_TEXT_MAX];

	dec(s, "node", i);
	text(s, "kind", uefi_kind_word(n->kind));
	type(n, s);
	if (n->has_guid)
		guid(s, "guid", n->guid);
	if (n->has_name_guid)
		guid(s, "name-guid", n->name_guid);
	text(s, "name", uefi_name(u, i, out));
	text(s, "version", uefi_version(u, i, out));
	dec(s, "buffer", n->buffer);
	dec(s, "offset", n->at);
	dec(s, "size", n->size);
	if (n->packing != UEFI_PLAIN)
		text(s, "packing", uefi_packing_word(n->packing));
	if (n->unpacked) {
		dec(s, "unpacked-buffer", n->unpacked);
		dec(s, "unpacked-size", u->buffer[n->unpacked].bytes.n);
	}
	notes(n, s);
}

static void candidate(const struct uefi *u, const struct uefi_candidate *c, struct show *s)
{
	const struct uefi_node *n = &u->node[c->node];
	char out[UEFI_TEXT_MAX];

	s->open(s, NULL, false, n->buffer ? SHOW_NOWHERE : c->at, c->bytes.n);
	text(s, "what", uefi_what_word(c->what));
	dec(s, "node", c->node);
	dec(s, "buffer", n->buffer);
	dec(s, "offset", c->at);
	dec(s, "size", c->bytes.n);
	show_bool(s, "by-content", SHOW_NOWHERE, 0, c->by_content);
	if (c->file != UEFI_NONE) {
		guid(s, "guid", u->node[c->file].guid);
		text(s, "name", uefi_name(u, c->file, out));
		text(s, "known-as", uefi_guid_name(u->node[c->file].guid));
		text(s, "file-version", uefi_version(u, c->file, out));
	}
	if (c->what == UEFI_GOP)
		show_hex(s, "machine", SHOW_NOWHERE, 2, c->machine);
	if (c->what == UEFI_VBIOS)
		show_hex(s, "device", SHOW_NOWHERE, 2, c->device);
	if (c->what == UEFI_VBT)
		dec(s, "bdb-version", c->bdb_version);
	text(s, "version", c->version);
	s->close(s);
}

/* The order of the nodes is that of the text: only depth says what to close. */
static void tree(const struct uefi *u, struct show *s)
{
	for (size_t i = 1; i < u->n_nodes; i++) {
		const struct uefi_node *n = &u->node[i];
		unsigned int next = i + 1 < u->n_nodes ? u->node[i + 1].depth : 1;

		s->open(s, NULL, false, n->buffer ? SHOW_NOWHERE : n->at, n->size);
		node(u, i, s);
		if (next > n->depth) {
			s->open(s, "inside", true, SHOW_NOWHERE, 0);
			continue;
		}
		s->close(s);
		for (unsigned int d = n->depth; d > next; d--) {
			s->close(s);
			s->close(s);
		}
	}
}

void uefi_fields(const struct uefi *u, struct show *s)
{
	dec(s, "size", u->buffer[0].bytes.n);
	dec(s, "unpacked", u->unpacked);
	notes(&u->node[0], s);
	s->open(s, "candidates", true, SHOW_NOWHERE, 0);
	for (size_t i = 0; i < u->n_candidates; i++)
		candidate(u, &u->candidate[i], s);
	s->close(s);
	s->open(s, "nodes", true, SHOW_NOWHERE, 0);
	tree(u, s);
	s->close(s);
}

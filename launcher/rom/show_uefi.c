/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/pe.h"
#include "romfiles/uefi/uefi.h"

/* --- what was found -------------------------------------------------------------- */

static const char *what_text(enum uefi_what what)
{
	static const char *const text[UEFI_WHATS] = {
		[UEFI_GOP] = N_("Intel GOP driver"), [UEFI_VBT] = N_("Video BIOS Table"),
		[UEFI_VBIOS] = N_("legacy video BIOS"),
	};

	return text[what];
}

static void print_candidate(FILE *out, const struct uefi *u, const struct uefi_candidate *c)
{
	char guid[UEFI_GUID_TEXT], name[UEFI_TEXT_MAX] = "";

	fprintf(out, _("  found  %s, %zu bytes"), _(what_text(c->what)), c->bytes.n);
	if (c->what == UEFI_GOP)
		fprintf(out, ", %s", c->machine == PE_MACHINE_X64 ? "X64" :
				     c->machine == PE_MACHINE_IA32 ? "IA32" : "?");
	if (c->what == UEFI_VBIOS)
		fprintf(out, ", 8086:%04x", c->device);
	if (c->what == UEFI_VBT)
		fprintf(out, ", BDB %u", c->bdb_version);
	if (*c->version)
		fprintf(out, ", %s", c->version);
	if (c->file != UEFI_NONE)
		fprintf(out, _(", in %s %s"), uefi_guid(u->node[c->file].guid, guid),
			uefi_name(u, c->file, name));
	if (!c->by_content)
		fputs(_(" (by its name only)"), out);
	putc('\n', out);
}

static void print_candidates(FILE *out, const struct uefi *u)
{
	for (size_t i = 0; i < u->n_candidates; i++)
		print_candidate(out, u, &u->candidate[i]);
	if (!u->n_candidates)
		fputs(_("  nothing of an Intel iGPU was found in it\n"), out);
}

/* --- the tree ------------------------------------------------------------------------ */

static void print_node_notes(FILE *out, const struct uefi_node *n)
{
	for (int code = 0; code < NOTE_N; code++)
		if (uefi_noted(n, (enum note_code)code))
			fprintf(out, "  [%s]", note_id((enum note_code)code));
}

static void print_node(FILE *out, const struct uefi *u, size_t i)
{
	const struct uefi_node *n = &u->node[i];
	char guid[UEFI_GUID_TEXT], text[UEFI_TEXT_MAX];
	const char *type = uefi_type_word(n);

	fprintf(out, "  %0*zx %8zu  %*s%s", n->buffer ? 6 : 8, n->at, n->size, 2 * (n->depth - 1), "",
		uefi_kind_word(n->kind));
	if (type)
		fprintf(out, " %s", type);
	if (n->kind == UEFI_SECTION && n->packing != UEFI_PLAIN)
		fprintf(out, " %s", uefi_packing_word(n->packing));
	if (n->has_guid)
		fprintf(out, " %s", uefi_guid(n->guid, guid));
	if (n->kind == UEFI_FILE)
		fprintf(out, " %s", uefi_name(u, i, text));
	print_node_notes(out, n);
	putc('\n', out);
}

/* Sections that only hold a driver's code are left out unless all is wanted. */
static bool is_shown(const struct uefi_node *n, bool all)
{
	return all || n->kind != UEFI_SECTION || n->type == UEFI_SECTION_VOLUME || n->unpacked;
}

static void print_tree(FILE *out, const struct uefi *u, bool all)
{
	fputs(_("  offset      size  (six digits: in what was decompressed around it)\n"), out);
	for (size_t i = 1; i < u->n_nodes; i++)
		if (is_shown(&u->node[i], all))
			print_node(out, u, i);
}

/* The checksums of all contents take longer than all else: they are asked for. */
int show_uefi(struct span s, const struct show_wish *wish, FILE *out)
{
	struct uefi *u;
	int r = wish->all ? uefi_parse(s, NULL, &u) : uefi_find(s, NULL, &u);

	if (r)
		return r;
	print_candidates(out, u);
	print_tree(out, u, wish->all);
	uefi_free(u);
	return 0;
}

int show_uefi_json(struct span s, const struct show_wish *wish, json_t *item)
{
	struct write_json w;
	struct uefi *u;
	int r = uefi_parse(s, NULL, &u);

	if (r)
		return r;
	write_json_init(&w, item, wish->all);
	uefi_fields(u, &w.show);
	uefi_free(u);
	return w.failed ? -ENOMEM : 0;
}

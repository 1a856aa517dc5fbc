/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/opregion_fields.h"
#include "romfiles/vbt.h"

static void print_where(FILE *out, const struct opregion *o)
{
	switch (o->vbt) {
	case OPREGION_VBT_HERE:
		fprintf(out, _("  VBT: %s, at %#zx, %zu bytes\n"),
			o->rvda_kind == OPREGION_RVDA_NONE ? _("mailbox 4") : "RVDA", o->vbt_at, o->vbt_size);
		break;
	case OPREGION_VBT_FAR:
		fprintf(out, _("  VBT: %s, at %#llx, %u bytes, which are not in this file\n"),
			o->rvda_kind == OPREGION_RVDA_ABSOLUTE ? _("RVDA, physical address")
							       : _("RVDA, from the OpRegion on"),
			(unsigned long long)o->rvda, o->rvds);
		break;
	default:
		fputs(_("  VBT: none\n"), out);
	}
}

int show_opregion(struct span s, const struct show_wish *wish, FILE *out)
{
	struct write_lines w;
	struct opregion o;
	struct vbt v;
	int r = opregion_parse(s, 0, &o);

	if (r) {
		fputs(r == -ENODATA ? _("  its size field is 0: the kernel refuses it\n")
				    : _("  cut: its header is not whole\n"), out);
		return r;
	}
	fprintf(out, _("  version %u.%u, mailboxes %#x%s\n"), o.major, o.minor, o.mailboxes,
		o.pcon & OPREGION_PCON_HEADLESS ? _(", a board without outputs") : "");
	print_where(out, &o);
	if (o.vbt == OPREGION_VBT_HERE && !vbt_parse(span_from(s, o.vbt_at), &v)) {
		show_vbt_table(span_from(s, o.vbt_at), &v, wish, out);
		write_notes(out, &v.notes);
	}
	write_notes(out, &o.notes);
	if (wish->all) {
		write_lines_init(&w, out);
		opregion_fields(s, &o, &w.show);
	}
	return 0;
}

int show_opregion_json(struct span s, const struct show_wish *wish, json_t *item)
{
	struct write_json w;
	struct opregion o;
	struct vbt v;
	int r = opregion_parse(s, 0, &o);

	if (r)
		return r;
	write_json_init(&w, item, wish->all);
	opregion_fields(s, &o, &w.show);
	if (json_object_set_new(item, "notes", write_notes_json(&o.notes)))
		return -ENOMEM;
	if (o.vbt == OPREGION_VBT_HERE && !vbt_parse(span_from(s, o.vbt_at), &v)) {
		w.all = false;
		w.show.open(&w.show, "table", false, o.vbt_at, o.vbt_size);
		show_vbt_table_json(span_from(s, o.vbt_at), &v, wish, &w.show);
		w.show.close(&w.show);
	}
	return w.failed ? -ENOMEM : 0;
}

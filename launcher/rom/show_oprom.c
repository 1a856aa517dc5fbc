/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/oprom_fields.h"
#include "romfiles/pe.h"

static const char *code_text(const struct oprom_image *im)
{
	switch (im->code) {
	case OPROM_X86:
		return im->class_code >> 16 == 0x03 ? N_("legacy x86 (video BIOS)") : N_("legacy x86");
	case OPROM_EFI:
		return N_("EFI");
	case OPROM_OPEN_FIRMWARE:
		return "Open Firmware";
	default:
		return N_("of an unknown kind");
	}
}

static const char *machine_text(uint16_t machine)
{
	const char *text = pe_machine_text(machine);

	return text ? text : N_("another processor");
}

static const char *driver_text(const struct oprom_image *im)
{
	if (im->igvm_assign)
		return N_("igvm's IGD assignment driver");
	if (im->other_assign)
		return N_("an IGD assignment driver");
	if (im->igvm_policy)
		return N_("igvm's GOP policy driver");
	if (im->other_policy)
		return N_("a GOP policy driver");
	if (im->intel_gop)
		return N_("Intel GOP driver");
	return im->gop ? N_("GOP driver") : N_("driver");
}

static void print_sum(FILE *out, enum oprom_sum sum)
{
	if (sum == OPROM_SUM_OK)
		fputs(_(", checksum right"), out);
	else if (sum == OPROM_SUM_BAD)
		fputs(_(", checksum wrong"), out);
	else if (sum == OPROM_SUM_CUT)
		fputs(_(", cut"), out);
}

static void print_image(FILE *out, const struct oprom_image *im, size_t i)
{
	fprintf(out, _("  image %zu at %#zx: %s, %zu bytes, for %04x:%04x"), i + 1, im->at,
		_(code_text(im)), im->size, im->vendor, im->device);
	if (im->n_ids)
		fprintf(out, ngettext(" and a list of %u id", " and a list of %u ids", im->n_ids), im->n_ids);
	print_sum(out, im->sum);
	if (im->efi_header)
		fprintf(out, ", %s %s%s", _(machine_text(im->machine)), _(driver_text(im)),
			im->compression ? _(" (compressed: not recognised)") : "");
	if (im->vbt_at)
		fprintf(out, _(", VBT at %#zx"), im->vbt_at);
	putc('\n', out);
}

/* The VBT inside a video BIOS, as if it were a file. */
static void print_vbt(FILE *out, struct span s, const struct oprom_image *im,
		      const struct show_wish *wish)
{
	struct vbt v;

	if (im->vbt_at && !vbt_parse(span_from(s, im->vbt_at), &v))
		show_vbt_table(span_from(s, im->vbt_at), &v, wish, out);
}

int show_oprom(struct span s, const struct show_wish *wish, FILE *out)
{
	struct write_lines w;
	struct oprom r;
	int e = oprom_parse(s, &r);

	for (size_t i = 0; !e && i < r.n; i++) {
		print_image(out, &r.image[i], i);
		print_vbt(out, s, &r.image[i], wish);
	}
	if (e)
		fputs(_("  its first image cannot be read: cut, damaged, or no ROM of a PCI device\n"), out);
	write_notes(out, &r.notes);
	if (wish->all && !e) {
		write_lines_init(&w, out);
		oprom_fields(s, &r, &w.show);
	}
	return e;
}

int show_oprom_json(struct span s, const struct show_wish *wish, json_t *item)
{
	struct write_json w;
	struct oprom r;
	int e = oprom_parse(s, &r);

	if (json_object_set_new(item, "notes", write_notes_json(&r.notes)))
		return -ENOMEM;
	if (e)
		return e;
	write_json_init(&w, item, wish->all);
	oprom_fields(s, &r, &w.show);
	return w.failed ? -ENOMEM : 0;
}

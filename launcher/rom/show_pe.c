/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A UEFI program by itself, as `rom extract` writes GOP drivers. */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/gop.h"
#include "romfiles/pe.h"

static const char *machine_text(const struct pe_facts *f)
{
	const char *text = pe_machine_text(f->machine);

	return text ? text : N_("another processor");
}

static bool is_driver(const struct pe_facts *f)
{
	return f->subsystem == PE_SUBSYSTEM_BOOT_DRIVER || f->subsystem == PE_SUBSYSTEM_RUNTIME_DRIVER;
}

static void print_ids(FILE *out, const struct gop_facts *g)
{
	fprintf(out, ngettext("  names %zu iGPU:", "  names %zu iGPUs:", g->n_ids), g->n_ids);
	for (size_t i = 0; i < g->n_ids; i++)
		fprintf(out, " %04x", g->id[i]);
	putc('\n', out);
}

int show_pe(struct span s, const struct show_wish *wish, FILE *out)
{
	struct pe_facts f;
	struct gop_facts g;

	(void)wish;
	if (pe_parse(s, &f)) {
		fputs(_("  cut or damaged, or a program for DOS: no whole PE image\n"), out);
		return -EBADMSG;
	}
	gop_parse(s, &g);
	fprintf(out, "  %s, %s%s\n", _(machine_text(&f)), is_driver(&f) ? _("UEFI driver") : _("not a driver"),
		g.named ? _(", Intel GOP driver") : "");
	if (g.named && g.n_ids)
		print_ids(out, &g);
	return 0;
}

int show_pe_json(struct span s, const struct show_wish *wish, json_t *item)
{
	struct pe_facts f;
	struct gop_facts g;
	json_t *ids;
	char id[8];

	(void)wish;
	if (pe_parse(s, &f))
		return -EBADMSG;
	gop_parse(s, &g);
	ids = json_array();
	for (size_t i = 0; ids && i < g.n_ids; i++) {
		snprintf(id, sizeof(id), "0x%04x", g.id[i]);
		json_array_append_new(ids, json_string(id));
	}
	return json_object_set_new(item, "machine", json_string(machine_text(&f))) ||
	       json_object_set_new(item, "driver", json_boolean(is_driver(&f))) ||
	       json_object_set_new(item, "intel-gop", json_boolean(g.named)) ||
	       json_object_set_new(item, "devices", ids) ? -ENOMEM : 0;
}

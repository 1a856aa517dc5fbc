/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/show.h"

#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/kind.h"

/* One row per format that is read; kinds without a row are only named. */
static const struct {
	int (*people)(struct span s, const struct show_wish *wish, FILE *out);
	int (*json)(struct span s, const struct show_wish *wish, json_t *item);
} formats[KIND_N] = {
	[KIND_OPROM] = { show_oprom, show_oprom_json },
	[KIND_VBT] = { show_vbt, show_vbt_json },
	[KIND_OPREGION] = { show_opregion, show_opregion_json },
	[KIND_PE] = { show_pe, show_pe_json },
	[KIND_UEFI] = { show_uefi, show_uefi_json },
};

int show_people(struct span s, const struct show_wish *wish, FILE *out)
{
	enum rom_kind k = rom_kind(s);

	fprintf(out, _("%s, %zu bytes\n"), _(rom_kind_text(k)), s.n);
	if (!formats[k].people)
		return 1;
	return formats[k].people(s, wish, out) ? 1 : 0;
}

int show_json(struct span s, const struct show_wish *wish, FILE *out)
{
	enum rom_kind k = rom_kind(s);
	_json_ json_t *item = json_pack("{s:s, s:I, s:b}", "format", rom_kind_id(k), "size",
					(json_int_t)s.n, "read", 0);
	int r = item && formats[k].json ? formats[k].json(s, wish, item) : 1;

	if (!item)
		return 1;
	json_object_set_new(item, "read", json_boolean(!r));
	return json_dumpf(item, out, 0) || r ? 1 : 0;
}

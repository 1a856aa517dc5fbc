/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/facts/host.h"
#include "launcher/rom/rom.h"

static const struct cmd *const verbs[] = {
#define ROM_VERB(name) &rom_##name,
	ROM_VERB_LIST
#undef ROM_VERB
	NULL
};

const struct cmd cmd_rom = {
	.name = "rom",
	.args = "VERB [OPTIONS] [FILE...]",
	.help = N_("firmware of the iGPU: extract, show, check, mend, build, keep"),
	.sub = verbs,
	.json = true,
};

bool rom_parse_id(const char *text, uint16_t *id)
{
	const char *digits = str_starts(text, "0x");
	uint64_t v;

	if (!str_u64(digits ? digits : text, 16, UINT16_MAX, &v))
		return false;
	*id = (uint16_t)v;
	return true;
}

bool rom_host_device(const char *root, uint16_t *id)
{
	struct host_facts h = { 0 };
	bool found = !host_read(root, HOST_VFIO_NEVER, &h) && h.igpu >= 0;

	if (found)
		*id = h.pci[h.igpu].device;
	host_done(&h);
	return found;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/export/parts.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/lint/line_parts.h"

void export_note(const struct exporting *x, const char *fmt, ...)
{
	struct export_notes *n = x->notes;
	va_list ap;

	if (n->n == EXPORT_NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(n->v[n->n], sizeof(n->v[0]), fmt, ap);
	va_end(ap);
	str_sanitize(n->v[n->n++]);
}

const char *export_from(const struct plan *p, const char *to)
{
	for (size_t i = 0; i < p->n_file; i++)
		if (!strcmp(p->file[i].to, to) && *p->file[i].from)
			return p->file[i].from;
	return to;
}

int export_device(const struct exporting *x, const char *id, struct props *p)
{
	for (size_t i = 0; i < x->w->n; i++) {
		const char *has;
		int r;

		if (strcmp(x->w->v[i].option, "-device") != 0)
			continue;
		r = props_parse(x->w->v[i].value, "driver", p);
		has = props_get(p, "id");
		if (r == -ENOMEM || (!r && has && !strcmp(has, id)))
			return r;
		props_done(p);
	}
	return -ENOENT;
}

const char *export_value(const struct exporting *x, const char *option)
{
	for (size_t i = 0; i < x->w->n; i++)
		if (!strcmp(x->w->v[i].option, option))
			return x->w->v[i].value;
	return NULL;
}

bool export_slot(const struct exporting *x, const char *id, unsigned int *slot, unsigned int *fn)
{
	_props_ struct props p = { 0 };
	const char *addr = export_device(x, id, &p) ? NULL : props_get(&p, "addr");

	return addr && line_addr(addr, slot, fn);
}

void export_leftovers(const struct exporting *x)
{
	const struct plan *p = x->p;

	if (p->firmware == PLAN_OVMF)
		export_note(x, _("the firmware's variables start anew, and with them boot entries and enrolled keys; "
				 "igvm's are in %.200s"), p->ovmf_vars);
	if (p->tpm)
		export_note(x, _("the TPM starts empty: suspend BitLocker in the guest before you change over; "
				 "igvm's is in %.200s"), p->data_dir);
	if (*p->hook)
		export_note(x, _("the hook %.200s is not called"), p->hook);
	if (*p->stolen_file)
		export_note(x, _("the host's stolen memory address %#llx is not handed over, which igvm does by "
				 "-fw_cfg name=opt/igvm/stolen-base,file=FILE (8 bytes, little endian): the ROM's driver "
				 "then chooses a place itself, which some drivers of Alder Lake-P and Raptor Lake-P "
				 "were reported not to like"), (unsigned long long)p->stolen_base);
	if (p->igpu)
		export_note(x, _("QEMU's trace lines about the iGPU (-trace vfio_pci_igd_*), by which igvm sees that "
				 "OpRegion and stolen memory were set up, are left out: igvm probe and verify do not "
				 "know this VM"));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks that look into bytes: OpRegion, video BIOS table, stolen memory. */
#include <errno.h>
#include <string.h>

#include "launcher/decide/check_parts.h"
#include "romfiles/opregion.h"
#include "romfiles/vbt.h"

/* A copy that starts like a table, wherever the table should be, but is none to i915. */
static bool starts_like_vbt(struct span s)
{
	return span_is(s, OPREGION_MAILBOX4, "$VBT", 4) || span_is(s, OPREGION_SIZE, "$VBT", 4);
}

static void check_vbt(const struct checking *c, struct span region, const struct opregion *o)
{
	struct span table;
	struct vbt vbt;

	if (o->vbt == OPREGION_VBT_FAR) {
		check_say(c, FINDING_VBT_MISSING, _("RVDA points outside of the OpRegion that was read"));
		return;
	}
	if (o->vbt == OPREGION_VBT_NONE || !span_sub(region, o->vbt_at, o->vbt_size, &table)) {
		if (starts_like_vbt(region))
			check_say(c, FINDING_VBT_INVALID, _("there is a $VBT whose sizes do not agree"));
		else
			check_say(c, FINDING_VBT_MISSING, _("the OpRegion holds no $VBT"));
		return;
	}
	if (vbt_parse(table, &vbt))
		check_say(c, FINDING_VBT_INVALID, _("the table at %#zx has no BIOS data block"), o->vbt_at);
	else if (!vbt.checksum_ok)
		check_say(c, FINDING_VBT_CHECKSUM, _("its bytes do not sum up to 0"));
}

static void check_region(const struct checking *c)
{
	const struct vfio_facts *v = &c->host->vfio;
	struct span region = { v->opregion, v->opregion_len };
	struct opregion o;
	int r = opregion_parse(region, 0, &o);

	if (r) {
		check_say(c, FINDING_OPREGION_INVALID,
			  r == -ENODATA ? _("its size is 0") : _("it does not begin with IntelGraphicsMem"));
		return;
	}
	if (o.pcon & OPREGION_PCON_HEADLESS)
		check_say(c, FINDING_OPREGION_HEADLESS, _("bit 13 of PCON is set"));
	check_vbt(c, region, &o);
}

/* Boards without a panel often have an entry for one, so it means something only beside a lid. */
const char *check_vbt_panel(const struct checking *c)
{
	const struct vfio_facts *v = &c->host->vfio;
	struct span region = { v->opregion, v->opregion_len }, table;
	struct opregion o;
	struct vbt vbt;

	if (v->state != REGION_READ || !v->opregion || opregion_parse(region, 0, &o) ||
	    !span_sub(region, o.vbt_at, o.vbt_size, &table) || vbt_parse(table, &vbt))
		return NULL;
	for (size_t i = 0; i < vbt.n_children; i++) {
		const char *kind[VBT_CONNECTORS_MAX];
		size_t n = vbt_connectors(&vbt.child[i], kind);

		for (size_t k = 0; k < n; k++)
			if (!strcmp(kind[k], "eDP") || !strcmp(kind[k], "LVDS") || !strcmp(kind[k], "DSI"))
				return kind[k];
	}
	return NULL;
}

/* ASLS of the host tells without opening the device; 0 while all else is unread means absent. */
static bool asls_is_none(const struct pci_fact *d)
{
	uint32_t asls;

	if (d->config_len < IGD_CFG_ASLS + 4)
		return false;
	memcpy(&asls, d->config + IGD_CFG_ASLS, sizeof(asls));
	return asls == 0 || asls == UINT32_MAX;
}

void check_opregion(const struct checking *c)
{
	const struct vfio_facts *v = &c->host->vfio;

	if (c->wish && c->wish->opregion == SWITCH_OFF)
		return;
	if (v->state == REGION_READ && v->opregion)
		check_region(c);
	else if (v->state == REGION_READ && c->more && c->more->config == TRI_YES &&
		 c->more->config_igd == TRI_NO)
		return;		/* the kernel's fault, which vfio.no-igd tells */
	else if (v->state == REGION_READ)
		check_say(c, FINDING_OPREGION_ABSENT, _("vfio-pci offers no OpRegion of this device"));
	else if (asls_is_none(c->dev))
		check_say(c, FINDING_OPREGION_ABSENT, _("ASLS (config space 0xfc) holds no address"));
	else if (v->state == REGION_FAILED && v->err == EINVAL)
		check_say(c, FINDING_OPREGION_INVALID, "%s", v->why);
	else
		check_say(c, FINDING_OPREGION_UNREAD, "%s", *v->why ? v->why : _("not asked"));
}

/* DVMT pre-allocated: 64 MiB is what current drivers are content with (several reports). */
void check_stolen(const struct checking *c)
{
	const uint8_t *config = c->dev->config;
	uint64_t bytes;

	/* Meteor Lake and later keep the size behind BAR 0, which is not read here. */
	if (!c->pf || c->pf->gms == IGD_GMS_MTL)
		return;
	if (c->dev->config_len < IGD_CFG_GGC + 2) {
		check_say(c, FINDING_STOLEN_UNKNOWN, _("only the first %zu bytes of config space were read"),
			  c->dev->config_len);
		return;
	}
	bytes = igd_stolen_bytes(c->pf, (uint16_t)(config[IGD_CFG_GGC] | config[IGD_CFG_GGC + 1] << 8));
	if (!bytes)
		check_say(c, FINDING_STOLEN_ZERO, _("no stolen memory"));
	else if (bytes < 64ull << 20)
		check_say(c, FINDING_STOLEN_SMALL, _("%llu MiB of stolen memory"),
			  (unsigned long long)(bytes >> 20));
}

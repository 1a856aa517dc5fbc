/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A VBT for people: one line per connector, then what there is of a panel. */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/vbt_fields.h"
#include "romfiles/vbt_view.h"

static void print_rates(FILE *out, const struct vbt_port *p)
{
	const char *rate = vbt_dp_rate_text(p->dp_rate_10mhz);

	if (p->lanes)
		fprintf(out, ngettext(", %u lane", ", %u lanes", p->lanes), p->lanes);
	if (rate)
		fprintf(out, ", %s", rate);
	if (p->hdmi_mhz)
		fprintf(out, ", TMDS %u MHz", p->hdmi_mhz);
}

static void print_flags(FILE *out, const struct vbt_port *p)
{
	const struct {
		bool on;
		const char *text;
	} flags[] = {
		{ p->usb_c, "USB-C" }, { p->thunderbolt, "Thunderbolt" }, { p->lspcon, "LSPCON" },
		{ p->lane_reversal, N_("lanes reversed") }, { p->hpd_inverted, N_("HPD inverted") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].on)
			fprintf(out, ", %s", _(flags[i].text));
}

static void print_port(FILE *out, const struct vbt_port *p)
{
	fprintf(out, "  %-5s %-5s %-6s", p->name, p->kind, *p->ddi ? p->ddi : "-");
	if (p->child->ddc_pin)
		fprintf(out, _("  DDC pin %u"), p->child->ddc_pin);
	if (p->child->ddc_pin && p->gmbus_pin != p->child->ddc_pin)
		fprintf(out, _(" (GMBUS %u)"), p->gmbus_pin);
	if (p->aux)
		fprintf(out, "  AUX %c", p->aux);
	print_rates(out, p);
	print_flags(out, p);
	putc('\n', out);
}

static void print_mode(FILE *out, const struct vbt_mode *m)
{
	if (m->width)
		fprintf(out, ", %ux%u, %u.%02u Hz", m->width, m->height, m->refresh_mhz / 1000,
			m->refresh_mhz % 1000 / 10);
}

static void print_panel(FILE *out, const struct vbt_view *w)
{
	if (w->panel_type >= VBT_PANELS)
		fputs(_("  panel: its type is asked of OpRegion or EDID\n"), out);
	else {
		fprintf(out, _("  panel type %u"), w->panel_type);
		print_mode(out, &w->mode);
		putc('\n', out);
	}
	if (w->backlight)
		fprintf(out, _("  backlight: PWM %u Hz%s, at least %u of 255\n"), w->backlight_hz,
			w->backlight_active_low ? _(", active low") : "", w->backlight_min);
	if (w->power_sequence)
		fprintf(out, _("  power sequence in ms: T1+T3 %u.%u, T8 %u.%u, T9 %u.%u, T10 %u.%u, T11+T12 %u.%u\n"),
			w->t1_t3 / 10, w->t1_t3 % 10, w->t8 / 10, w->t8 % 10, w->t9 / 10, w->t9 % 10,
			w->t10 / 10, w->t10 % 10, w->t11_t12 / 10, w->t11_t12 % 10);
}

static void print_head(FILE *out, const struct vbt *v, const struct vbt_view *w)
{
	fputs("  ", out);
	write_harmless(out, *v->chip ? v->chip : "?");
	fprintf(out, _(", BDB %u, %zu bytes, checksum %s\n"), v->bdb_version, v->size,
		v->checksum_ok ? _("right") : _("wrong"));
	if (*w->sign_on) {
		fputs("  \"", out);
		write_harmless(out, w->sign_on);
		fputs("\"\n", out);
	}
	if (w->custom_version)
		fprintf(out, _("  custom version %u\n"), w->custom_version);
}

void show_vbt_table(struct span s, const struct vbt *v, const struct show_wish *wish, FILE *out)
{
	struct vbt_view w;

	vbt_view_make(s, v, wish->device, &w);
	print_head(out, v, &w);
	for (size_t i = 0; i < w.n_ports; i++)
		print_port(out, &w.port[i]);
	if (!w.n_ports)
		fputs(_("  no connector is described\n"), out);
	if (w.panel)
		print_panel(out, &w);
	if (w.fixed_x)
		fprintf(out, _("  fixed mode %ux%u\n"), w.fixed_x, w.fixed_y);
}

static int say_cut(struct span s, FILE *out)
{
	uint16_t wanted = 0;

	if (span_le16(s, 24, &wanted) && wanted > s.n)
		fprintf(out, _("  cut: the table has %u bytes, %zu are here\n"), wanted, s.n);
	else
		fputs(_("  damaged: sizes or the BDB header do not agree\n"), out);
	return -EBADMSG;
}

int show_vbt(struct span s, const struct show_wish *wish, FILE *out)
{
	struct write_lines w;
	struct vbt v;

	if (vbt_parse(s, &v))
		return say_cut(s, out);
	show_vbt_table(s, &v, wish, out);
	write_notes(out, &v.notes);
	if (wish->all) {
		write_lines_init(&w, out);
		vbt_fields(s, &v, &w.show);
	}
	return 0;
}

/* --- JSON: the view, then every field ----------------------------------------------- */

static void port_json(struct show *s, const struct vbt_port *p)
{
	s->open(s, NULL, false, SHOW_NOWHERE, 0);
	show_text(s, "name", SHOW_NOWHERE, 0, p->name);
	show_text(s, "connector", SHOW_NOWHERE, 0, p->kind);
	show_text(s, "ddi", SHOW_NOWHERE, 0, p->ddi);
	show_dec(s, "ddc-pin", SHOW_NOWHERE, 1, p->child->ddc_pin);
	show_dec(s, "gmbus-pin", SHOW_NOWHERE, 1, p->gmbus_pin);
	show_text(s, "aux", SHOW_NOWHERE, 0, p->aux ? (char[]){ p->aux, '\0' } : "");
	show_dec(s, "lanes", SHOW_NOWHERE, 1, p->lanes);
	show_dec(s, "dp-rate-10mhz", SHOW_NOWHERE, 2, p->dp_rate_10mhz);
	show_dec(s, "tmds-mhz", SHOW_NOWHERE, 2, p->hdmi_mhz);
	show_bool(s, "usb-c", SHOW_NOWHERE, 0, p->usb_c);
	show_bool(s, "thunderbolt", SHOW_NOWHERE, 0, p->thunderbolt);
	show_bool(s, "lspcon", SHOW_NOWHERE, 0, p->lspcon);
	show_bool(s, "lane-reversal", SHOW_NOWHERE, 0, p->lane_reversal);
	show_bool(s, "hpd-inverted", SHOW_NOWHERE, 0, p->hpd_inverted);
	s->close(s);
}

static void panel_json(struct show *s, const struct vbt_view *w)
{
	s->open(s, "panel", false, SHOW_NOWHERE, 0);
	show_dec(s, "type", SHOW_NOWHERE, 1, w->panel_type);
	show_dec(s, "width", SHOW_NOWHERE, 2, w->mode.width);
	show_dec(s, "height", SHOW_NOWHERE, 2, w->mode.height);
	show_dec(s, "refresh-mhz", SHOW_NOWHERE, 4, w->mode.refresh_mhz);
	if (w->backlight) {
		show_dec(s, "backlight-hz", SHOW_NOWHERE, 2, w->backlight_hz);
		show_bool(s, "backlight-active-low", SHOW_NOWHERE, 0, w->backlight_active_low);
		show_dec(s, "backlight-min", SHOW_NOWHERE, 1, w->backlight_min);
	}
	s->close(s);
}

void show_vbt_table_json(struct span t, const struct vbt *v, const struct show_wish *wish,
			 struct show *s)
{
	struct vbt_view w;

	vbt_view_make(t, v, wish->device, &w);
	show_text(s, "chip", 4, 16, v->chip);
	show_dec(s, "bdb-version", v->bdb_at + 16, 2, v->bdb_version);
	show_dec(s, "table-bytes", 24, 2, v->size);
	show_bool(s, "checksum-right", 26, 1, v->checksum_ok);
	show_bool(s, "wiring-guessed", SHOW_NOWHERE, 0, w.wiring_guessed);
	show_text(s, "sign-on", SHOW_NOWHERE, 0, w.sign_on);
	s->open(s, "connectors", true, SHOW_NOWHERE, 0);
	for (size_t i = 0; i < w.n_ports; i++)
		port_json(s, &w.port[i]);
	s->close(s);
	if (w.panel)
		panel_json(s, &w);
}

int show_vbt_json(struct span s, const struct show_wish *wish, json_t *item)
{
	struct write_json w;
	struct vbt v;

	if (vbt_parse(s, &v))
		return -EBADMSG;
	write_json_init(&w, item, false);
	show_vbt_table_json(s, &v, wish, &w.show);
	if (json_object_set_new(item, "notes", write_notes_json(&v.notes)))
		return -ENOMEM;
	w.all = wish->all;
	vbt_fields(s, &v, &w.show);
	return w.failed ? -ENOMEM : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A VBT for people: one line per connector, then what there is of a panel. */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/rom/show_parts.h"
#include "launcher/rom/write.h"
#include "romfiles/igd.h"
#include "romfiles/vbt_fields.h"
#include "romfiles/vbt_view.h"

static void print_rates(FILE *out, const struct vbt_output *p)
{
	if (p->lanes)
		fprintf(out, ngettext(", %u lane", ", %u lanes", p->lanes), p->lanes);
	if (p->dp_mbps)
		fprintf(out, _(", %u.%02u Gbit/s a lane"), p->dp_mbps / 1000, p->dp_mbps % 1000 / 10);
	if (p->hdmi_mhz)
		fprintf(out, ", TMDS %u MHz", p->hdmi_mhz);
}

static void print_flags(FILE *out, const struct vbt_output *p)
{
	const struct {
		bool on;
		const char *text;
	} flags[] = {
		{ p->usb_c, "USB-C" }, { p->thunderbolt, "Thunderbolt" }, { p->lspcon, "LSPCON" },
		{ p->lane_reversal, N_("lanes reversed") }, { p->hpd_invert, N_("HPD inverted") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].on)
			fprintf(out, ", %s", _(flags[i].text));
}

/* "DDI B", "TC1"; a letter alone is a DDI's. */
static const char *port_text(const struct vbt_output *p, char text[static 16])
{
	snprintf(text, 16, "%s%s", *p->port && !p->port[1] ? "DDI " : "", *p->port ? p->port : "-");
	return text;
}

static void print_port(FILE *out, const struct vbt_output *p)
{
	char port[16];

	fprintf(out, "  %-5s %-5s %-6s", *p->name ? p->name : "?", vbt_kind_name(p->kind),
		port_text(p, port));
	if (p->ddc_pin)
		fprintf(out, _("  DDC pin %u"), p->ddc_pin);
	if (p->ddc_pin && p->gmbus && p->gmbus != p->ddc_pin)
		fprintf(out, _(" (GMBUS %u)"), p->gmbus);
	if (p->aux)
		fprintf(out, "  AUX %c", p->aux);
	print_rates(out, p);
	print_flags(out, p);
	putc('\n', out);
}

/* In thousandths of a hertz. */
static unsigned int refresh(const struct vbt_mode *m)
{
	uint64_t pixels = (uint64_t)m->h_total * m->v_total;

	return pixels ? (unsigned int)((uint64_t)m->clock_khz * 1000000 / pixels) : 0;
}

static void print_light(FILE *out, const struct vbt_view *w)
{
	if (w->light == VBT_LIGHT_PWM)
		fprintf(out, _("  backlight: PWM %u Hz%s, at least %u of %u\n"), w->pwm_hz,
			w->active_low ? _(", active low") : "", w->light_min, w->light_min_of);
	else if (w->light == VBT_LIGHT_I2C)
		fputs(_("  backlight: by I2C\n"), out);
	else
		fputs(_("  backlight: none\n"), out);
}

static void print_panel(FILE *out, const struct vbt_view *w)
{
	const struct vbt_power *t = &w->power;

	if (w->panel == VBT_PANEL_ASK)
		fputs(_("  panel: its type is asked of OpRegion or EDID\n"), out);
	else if (w->panel == VBT_PANEL_WRONG)
		fputs(_("  panel: its type is a number that no panel has\n"), out);
	if (w->panel < 0)
		return;
	fprintf(out, _("  panel type %d"), w->panel);
	if (w->has_mode)
		fprintf(out, ", %ux%u, %u.%02u Hz", w->mode.h_active, w->mode.v_active,
			refresh(&w->mode) / 1000, refresh(&w->mode) % 1000 / 10);
	putc('\n', out);
	if (w->has_light)
		print_light(out, w);
	if (w->has_power)
		fprintf(out, _("  power sequence in ms: T1+T3 %u.%u, T8 %u.%u, T9 %u.%u, T10 %u.%u, T11+T12 %u.%u\n"),
			t->t1_t3 / 10, t->t1_t3 % 10, t->t8 / 10, t->t8 % 10, t->t9 / 10, t->t9 % 10,
			t->t10 / 10, t->t10 % 10, t->t11_t12 / 10, t->t11_t12 % 10);
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
	if (w->has_custom && w->custom_version)
		fprintf(out, _("  custom version %u\n"), w->custom_version);
}

static const char *platform_of(const struct show_wish *wish)
{
	const struct igd_platform *pf = igd_find(wish->device);

	return pf ? pf->key : NULL;
}

/* A panel's data is in every table; it means something where a panel is. */
static bool has_panel(const struct vbt_view *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->output[i].kind == VBT_KIND_EDP || w->output[i].kind == VBT_KIND_LVDS ||
		    w->output[i].kind == VBT_KIND_DSI)
			return true;
	return false;
}

void show_vbt_table(struct span s, const struct vbt *v, const struct show_wish *wish, FILE *out)
{
	struct vbt_view w;

	vbt_view_make(s, v, platform_of(wish), &w);
	print_head(out, v, &w);
	for (size_t i = 0; i < w.n; i++)
		print_port(out, &w.output[i]);
	if (!w.n)
		fputs(_("  no connector is described\n"), out);
	if (has_panel(&w))
		print_panel(out, &w);
	if (w.has_fixed && w.fixed_on)
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

static void port_json(struct show *s, const struct vbt_output *p)
{
	s->open(s, NULL, false, p->at, 0);
	show_text(s, "name", SHOW_NOWHERE, 0, p->name);
	show_text(s, "connector", SHOW_NOWHERE, 0, vbt_kind_name(p->kind));
	show_text(s, "port", SHOW_NOWHERE, 0, p->port);
	show_dec(s, "ddc-pin", SHOW_NOWHERE, 1, p->ddc_pin);
	show_dec(s, "gmbus-pin", SHOW_NOWHERE, 1, p->gmbus);
	show_text(s, "aux", SHOW_NOWHERE, 0, p->aux ? (char[]){ p->aux, '\0' } : "");
	show_dec(s, "lanes", SHOW_NOWHERE, 1, p->lanes);
	show_dec(s, "dp-mbps", SHOW_NOWHERE, 4, p->dp_mbps);
	show_dec(s, "tmds-mhz", SHOW_NOWHERE, 2, p->hdmi_mhz);
	show_bool(s, "usb-c", SHOW_NOWHERE, 0, p->usb_c);
	show_bool(s, "thunderbolt", SHOW_NOWHERE, 0, p->thunderbolt);
	show_bool(s, "lspcon", SHOW_NOWHERE, 0, p->lspcon);
	show_bool(s, "lane-reversal", SHOW_NOWHERE, 0, p->lane_reversal);
	show_bool(s, "hpd-inverted", SHOW_NOWHERE, 0, p->hpd_invert);
	s->close(s);
}

static void panel_json(struct show *s, const struct vbt_view *w)
{
	s->open(s, "panel", false, SHOW_NOWHERE, 0);
	show_dec(s, "type", SHOW_NOWHERE, 1, (uint64_t)w->panel);
	if (w->has_mode) {
		show_dec(s, "width", SHOW_NOWHERE, 4, w->mode.h_active);
		show_dec(s, "height", SHOW_NOWHERE, 4, w->mode.v_active);
		show_dec(s, "refresh-mhz", SHOW_NOWHERE, 4, refresh(&w->mode));
	}
	if (w->has_light && w->light == VBT_LIGHT_PWM) {
		show_dec(s, "backlight-hz", SHOW_NOWHERE, 2, w->pwm_hz);
		show_bool(s, "backlight-active-low", SHOW_NOWHERE, 0, w->active_low);
		show_dec(s, "backlight-min", SHOW_NOWHERE, 2, w->light_min);
		show_dec(s, "backlight-max", SHOW_NOWHERE, 2, w->light_min_of);
	}
	s->close(s);
}

void show_vbt_table_json(struct span t, const struct vbt *v, const struct show_wish *wish,
			 struct show *s)
{
	struct vbt_view w;

	vbt_view_make(t, v, platform_of(wish), &w);
	show_text(s, "chip", 4, 16, v->chip);
	show_dec(s, "bdb-version", v->bdb_at + 16, 2, v->bdb_version);
	show_dec(s, "table-bytes", 24, 2, v->size);
	show_bool(s, "checksum-right", 26, 1, v->checksum_ok);
	show_bool(s, "wiring-guessed", SHOW_NOWHERE, 0, w.engine_guessed);
	show_text(s, "sign-on", SHOW_NOWHERE, 0, w.sign_on);
	s->open(s, "connectors", true, SHOW_NOWHERE, 0);
	for (size_t i = 0; i < w.n; i++)
		port_json(s, &w.output[i]);
	s->close(s);
	if (has_panel(&w) && w.panel >= 0)
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

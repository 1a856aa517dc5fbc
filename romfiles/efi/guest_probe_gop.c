/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output protocol that the firmware's picture comes from: is it the device's? */
#include "romfiles/efi/guest_probe_parts.h"

static bool bar_holds(const struct bar *b, const struct probe_gop *g)
{
	return !b->io && b->base && g->base >= b->base && g->base - b->base <= b->bytes &&
	       g->bytes <= b->bytes - (g->base - b->base);
}

/* Without a byte there is nothing that could lie anywhere. */
static void emit_bar(const struct subject *s, const struct probe_gop *g)
{
	for (unsigned int i = 0; g->bytes && i < 6; i++) {
		if (bar_holds(&s->bars[i], g)) {
			emit_num(s->env->emit, "bar", i);
			return;
		}
	}
	emit_null(s->env->emit, "bar");
}

static void emit_mode(const struct subject *s, const struct probe_gop *g)
{
	struct emit *e = s->env->emit;

	emit_num(e, "width", g->width);
	emit_num(e, "height", g->height);
	emit_num(e, "stride", g->stride);
	emit_num(e, "mode", g->mode);
	emit_num(e, "modes", g->modes);
	emit_str(e, "format", g->format);
	if (g->blt_only)
		return;
	emit_hex(e, "base", g->base, 8);
	emit_num(e, "size", g->bytes);
	emit_bar(s, g);
}

void probe_gop(const struct subject *s)
{
	struct probe_gop g = { 0 };

	s->env->gop(s->env->ctx, &g);
	emit_open(s->env->emit, "gop");
	emit_num(s->env->emit, "count", g.count);
	emit_bool(s->env->emit, "on_device", g.on_device);
	if (g.format)
		emit_mode(s, &g);
	emit_close(s->env->emit);
}

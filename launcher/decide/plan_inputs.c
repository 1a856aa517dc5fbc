/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the guest is used with: USB devices, keyboards and mice shared with the host, sound.
 * The probe gets none of it: it must not take anybody's keyboard.
 *
 * A device that is not plugged in refuses nothing: the supervisor plugs it in when it comes.
 */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"
#include "launcher/decide/way_in_judge.h"

static bool is_alone(const struct planning *g)
{
	return g->w->igpu && !g->p->emulated_display;
}

/* --- USB ------------------------------------------------------------------------------- */

static const char *usb_text(const struct wish_usb *u, char text[static 40])
{
	if (*u->port)
		snprintf(text, 40, "port %s", u->port);
	else
		snprintf(text, 40, "%04x:%04x", u->vendor, u->product);
	return text;
}

/* Judges what was found; false: it cannot be passed. */
static bool usb_usable(struct planning *g, const struct wish_usb *u, int i)
{
	const struct inputs *in = g->in->inputs;
	const struct usb_device *d = &in->usb[i];
	char what[40];

	usb_text(u, what);
	if (usb_find(in, u, i + 1) >= 0)
		plan_flag(g, FINDING_USB_AMBIGUOUS, _("%.150s:%d: [usb %s]: more than one device is %s"),
			  u->where.file, u->where.line, u->name, what);
	else if (d->kinds & USB_HUB)
		plan_flag(g, FINDING_USB_HUB, _("%.150s:%d: [usb %s]: %s is a hub"), u->where.file,
			  u->where.line, u->name, what);
	else if (d->vm_runs)
		plan_flag(g, FINDING_USB_IN_USE, _("%.150s:%d: [usb %s]: %s runs and has %s"), u->where.file,
			  u->where.line, u->name, d->vm, what);
	else
		return true;
	return false;
}

static void plan_usb_device(struct planning *g, const struct wish_usb *u)
{
	struct plan_usb *pu = &g->p->usb[g->p->n_usb++];
	const struct inputs *in = g->in->inputs;
	int i = in ? usb_find(in, u, 0) : -1;
	char what[40];

	*pu = (struct plan_usb){ .wish = *u };
	if (i < 0) {
		if (in && in->usb_known == TRI_YES)
			plan_say(g, FINDING_USB_ABSENT, _("%.150s:%d: [usb %s]: nothing is plugged in at %s"),
				 u->where.file, u->where.line, u->name, usb_text(u, what));
		return;
	}
	if (!usb_usable(g, u, i))
		return;
	if (*in->usb[i].vm)
		plan_say(g, FINDING_USB_TWO_FILES, _("[usb %s]: the file of %s names it, too"), u->name,
			 in->usb[i].vm);
	pu->there = true;
	pu->bus = in->usb[i].bus;
	pu->dev = in->usb[i].dev;
	str_fit(pu->port, sizeof(pu->port), in->usb[i].port);
}

static void plan_usb(struct planning *g)
{
	const struct qemu_caps *caps = g->in->caps;

	for (size_t i = 0; i < g->w->n_usb; i++)
		plan_usb_device(g, &g->w->usb[i]);
	if (g->w->n_usb && caps->usb_host == TRI_NO)
		plan_flag(g, FINDING_QEMU_NO_USB, _("%.200s has no usb-host"), g->p->qemu);
}

/* Is a keyboard among the devices that go, and none left for the host, which nobody reaches otherwise? */
static void look_at_keyboards(struct planning *g)
{
	const struct inputs *in = g->in->inputs;
	const char *port[WISH_USB_MAX];
	const struct way_in_facts *w = g->in->way_in;
	size_t n = 0;

	/* A second GPU's screen is no way in without a keyboard. */
	if (!in || in->evdev_known != TRI_YES || !w || way_in_ssh(w) || w->serial_console == TRI_YES)
		return;
	for (size_t i = 0; i < g->p->n_usb; i++)
		if (g->p->usb[i].there)
			port[n++] = g->p->usb[i].port;
	if (!n || !inputs_keyboards(in, port, 0) || inputs_keyboards(in, port, n))
		return;
	plan_flag(g, FINDING_USB_ONLY_KEYBOARD,
		  _("the host's only keyboard goes to the guest, and there is no other way into the host"));
}

/* --- event devices ----------------------------------------------------------------------- */

static void plan_evdev(struct planning *g, const struct wish_evdev *e, const struct evdev_look *look)
{
	struct plan_evdev *pe = &g->p->evdev[g->p->n_evdev++];
	const struct evdev *d = look && look->at >= 0 ? &g->in->inputs->evdev[look->at] : NULL;

	*pe = (struct plan_evdev){ .wish = *e };
	if (!look)
		return;
	if (look->state == EVDEV_MISSING)
		plan_say(g, FINDING_INPUT_ABSENT, _("%.150s:%d: [input %s]: %.100s is not there"),
			 e->where.file, e->where.line, e->name, e->path);
	if (look->state == EVDEV_OTHER)
		plan_flag(g, FINDING_INPUT_NOT_EVDEV, _("%.150s:%d: [input %s]: %.100s is no event device"),
			  e->where.file, e->where.line, e->name, e->path);
	if (d && d->vm_runs)
		plan_flag(g, FINDING_USB_IN_USE, _("%.150s:%d: [input %s]: %s runs and has %.100s"),
			  e->where.file, e->where.line, e->name, d->vm, e->path);
	pe->there = d && !d->vm_runs;
}

/* --- sound --------------------------------------------------------------------------------- */

/* Only ALSA by default is given up without asking: nobody wrote that he wants it. */
static void plan_alsa(struct planning *g)
{
	const struct qemu_caps *caps = g->in->caps;
	const struct inputs *in = g->in->inputs;
	bool asked = g->w->audio == AUDIO_ALSA;

	if (caps->alsa == TRI_NO && asked)
		plan_flag(g, FINDING_AUDIO_NO_DRIVER, _("audio = alsa, and %.200s has no driver for it"),
			  g->p->qemu);
	else if (caps->alsa == TRI_NO)
		plan_say(g, FINDING_AUDIO_SILENT, _("%.200s has no driver for ALSA"), g->p->qemu);
	else if (in && in->sound == TRI_NO)
		plan_say(g, FINDING_AUDIO_SILENT, _("this host has no sound card"));
	else
		return;
	g->p->audio = AUDIO_NONE;
}

static void plan_audio(struct planning *g)
{
	struct plan *p = g->p;

	p->audio = g->w->audio == AUDIO_AUTO ? is_alone(g) ? AUDIO_ALSA : AUDIO_NONE : g->w->audio;
	str_fit(p->audio_user, sizeof(p->audio_user), g->w->audio_user);
	if (p->audio == AUDIO_ALSA)
		plan_alsa(g);
	if (p->audio == AUDIO_PIPEWIRE && g->in->caps->pipewire == TRI_NO)
		plan_flag(g, FINDING_AUDIO_NO_DRIVER, _("audio = pipewire, and %.200s has no driver for it"),
			  p->qemu);
	if (p->audio == AUDIO_USB && !p->n_usb)
		plan_flag(g, FINDING_AUDIO_NO_USB, _("audio = usb, and no [usb NAME] passes a device"));
}

void plan_inputs(struct planning *g)
{
	const struct inputs *in = g->in->inputs;
	struct plan *p = g->p;

	p->xhci = p->emulated_display;
	p->audio = AUDIO_NONE;
	if (p->purpose == PLAN_PROBE)
		return;
	plan_usb(g);
	for (size_t i = 0; i < g->w->n_evdev; i++)
		plan_evdev(g, &g->w->evdev[i], in ? &in->look[i] : NULL);
	p->xhci |= is_alone(g) || p->n_usb;
	look_at_keyboards(g);
	if (is_alone(g) && !p->n_usb && !p->n_evdev && g->w->input != INPUT_NONE)
		plan_flag(g, FINDING_INPUT_NONE,
			  _("the picture is on the monitor alone, and the guest gets no keyboard"));
	plan_audio(g);
}

void plan_usb_fds(struct plan *p, int *fdset)
{
	for (size_t i = 0; i < p->n_usb; i++) {
		const struct plan_usb *u = &p->usb[i];
		struct usb_device d = { .bus = u->bus, .dev = u->dev };
		struct plan_fd *fd;

		if (!u->there)
			continue;
		fd = plan_fd_add(p, PLAN_FD_USB, fdset);
		fd->index = i;
		usb_node(&d, fd->path, sizeof(fd->path));
	}
	if (p->audio == AUDIO_PIPEWIRE)
		plan_fd_add(p, PLAN_FD_PIPEWIRE, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB devices, event devices, sound. Tried on QEMU 7.2.22, 10.0.13 and 11.1.3:
 *
 *  - usb-host opens hostdevice= the way it opens images: /dev/fdset/N is a descriptor that
 *    igvm has opened as root, and QEMU's user needs no right to any node. With
 *    hostbus/hostport QEMU would look for the device itself, and could not open what
 *    is plugged in later: its node is root's. The supervisor passes that in the same form.
 *  - input-linux opens evdev= with a plain open(): /dev/fdset/N is "No such file", and
 *    /proc/self/fd/N asks for the node's rights again. So launch gives it the node.
 */
#include <string.h>

#include "launcher/decide/words_parts.h"

static void add_usb(struct builder *b, const struct plan_fd *fd)
{
	const struct plan_usb *u = &b->p->usb[fd->index];

	words_add(b, "-add-fd", N_("the USB device, opened by igvm; the supervisor tells by the text which it is"));
	words_keyf(b, "fd", "%d", fd->fd);
	words_keyf(b, "set", "%d", fd->fdset);
	words_keyf(b, "opaque", "usb %s %u %u", u->wish.name, u->bus, u->dev);
	words_add(b, "-device", N_("a USB device of the host, for the guest"));
	words_plain(b, "usb-host");
	words_keyf(b, "id", "usb-%s", u->wish.name);
	words_key(b, "bus", "usb0.0");
	words_keyf(b, "hostdevice", "/dev/fdset/%d", fd->fdset);
}

static void add_evdev(struct builder *b, const struct wish_evdev *e)
{
	words_add(b, "-object", N_("keyboard or mouse of the host; both Ctrl keys together hand all of them over "
				   "and back, and what the guest has never reaches the host"));
	words_plain(b, "input-linux");
	words_keyf(b, "id", "input-%s", e->name);
	words_key(b, "evdev", e->path);
	words_key(b, "grab_all", "on");
	words_key(b, "repeat", e->repeat ? "on" : "off");
	words_key(b, "grab-toggle", "ctrl-ctrl");
}

static void add_audio(struct builder *b)
{
	words_add(b, "-audiodev", b->p->audio == AUDIO_ALSA
				  ? N_("the guest's sound, to the host's sound card")
				  : N_("the guest's sound, to the PipeWire of a user of the host"));
	words_plain(b, b->p->audio == AUDIO_ALSA ? "alsa" : "pipewire");
	words_key(b, "id", "audio0");
	words_add(b, "-device", N_("a sound card that every guest knows"));
	words_plain(b, "ich9-intel-hda");
	words_key(b, "id", "sound0");
	words_slot(b, SLOT_SOUND, 0);
	words_add(b, "-device", N_("its loudspeaker and microphone"));
	words_plain(b, "hda-duplex");
	words_key(b, "bus", "sound0.0");
	words_key(b, "audiodev", "audio0");
}

void words_inputs(struct builder *b)
{
	const struct plan *p = b->p;

	for (size_t i = 0; i < p->n_fd; i++)
		if (p->fd[i].kind == PLAN_FD_USB)
			add_usb(b, &p->fd[i]);
	for (size_t i = 0; i < p->n_evdev; i++)
		if (p->evdev[i].there)
			add_evdev(b, &p->evdev[i].wish);
	if (p->audio == AUDIO_ALSA || p->audio == AUDIO_PIPEWIRE)
		add_audio(b);
}

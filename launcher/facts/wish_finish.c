/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be judged only when every file of a VM has been read. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_parts.h"

int wish_refuse(struct wish_reader *r, int line, const char *fmt, ...)
{
	va_list ap;

	str_fit(r->e->file, sizeof(r->e->file), r->file);
	r->e->line = line;
	va_start(ap, fmt);
	vsnprintf(r->e->text, sizeof(r->e->text), fmt, ap);
	va_end(ap);
	str_sanitize(r->e->text);
	return -EINVAL;
}

/* Windows has a driver for NVMe and none for virtio. */
static int disk_finish(struct wish_reader *r, struct wish_disk *d)
{
	if (!d->path_given) {
		r->file = d->where.file;
		return wish_refuse(r, d->where.line, _("[disk %s] has no path"), d->name);
	}
	if (!*d->path)
		return 0;
	if (d->cdrom) {
		d->read_only = true;
		d->qcow2 = false;
		if (d->bus == DISK_VIRTIO || d->bus == DISK_NVME)
			return wish_refuse(r, 0, _("[disk %s]: an optical disc has bus = sata"), d->name);
	}
	/* Nobody keeps an image on a disk of his own by chance: who does writes it. */
	if (d->device && !d->format_given)
		d->qcow2 = false;
	if (d->bus == DISK_AUTO)
		d->bus = d->cdrom ? DISK_SATA : r->w->os == OS_WINDOWS ? DISK_NVME : DISK_VIRTIO;
	return 0;
}

static int net_finish(struct wish_reader *r, const struct wish_net *n)
{
	bool bridge = n->type == NET_BRIDGE;

	if (bridge ? *n->bridge : n->type != NET_TAP || *n->tap)
		return 0;
	r->file = n->where.file;
	return wish_refuse(r, n->where.line, bridge ? _("[net %s]: type = bridge wants bridge = NAME")
						    : _("[net %s]: type = tap wants tap = NAME"), n->name);
}

static int usb_finish(struct wish_reader *r, const struct wish_usb *u)
{
	if (!*u->port || !u->vendor)
		return 0;
	r->file = u->where.file;
	return wish_refuse(r, u->where.line, _("[usb %s] has port and id: write one of them"), u->name);
}

/* USB devices without port and id, inputs and shares without path were taken out, too. */
static int inputs_finish(struct wish_reader *r)
{
	struct wish *w = r->w;
	size_t n = 0;

	for (size_t i = 0; i < w->n_usb; i++) {
		int err = usb_finish(r, &w->usb[i]);

		if (err)
			return err;
		if (*w->usb[i].port || w->usb[i].vendor)
			w->usb[n++] = w->usb[i];
	}
	w->n_usb = n;
	n = 0;
	for (size_t i = 0; i < w->n_evdev; i++)
		if (*w->evdev[i].path)
			w->evdev[n++] = w->evdev[i];
	w->n_evdev = n;
	n = 0;
	for (size_t i = 0; i < w->n_share; i++)
		if (*w->share[i].path)
			w->share[n++] = w->share[i];
	w->n_share = n;
	return 0;
}

/* Disks with an empty path and cards without network were taken out by a later file. */
static int lists_finish(struct wish_reader *r)
{
	struct wish *w = r->w;
	size_t n = 0;

	for (size_t i = 0; i < w->n_disk; i++) {
		int err = disk_finish(r, &w->disk[i]);

		if (err)
			return err;
		if (*w->disk[i].path)
			w->disk[n++] = w->disk[i];
	}
	w->n_disk = n;
	n = 0;
	for (size_t i = 0; i < w->n_net; i++) {
		int err = net_finish(r, &w->net[i]);

		if (err)
			return err;
		if (w->net[i].type != NET_NONE)
			w->net[n++] = w->net[i];
	}
	w->n_net = n;
	return inputs_finish(r);
}

int wish_finish(struct wish_reader *r)
{
	const struct wish *w = r->w;
	int err = lists_finish(r);

	if (err)
		return err;
	if (*w->initrd && !*w->kernel)
		return wish_refuse(r, 0, _("[vm] has initrd without kernel"));
	if (*w->kernel_args && !*w->kernel)
		return wish_refuse(r, 0, _("[vm] has kernel-args without kernel"));
	/* Whoever writes how the iGPU is passed means to pass it; the default is none. */
	if (r->igpu_key.line && !w->where_igpu.line) {
		r->file = r->igpu_key.file;
		return wish_refuse(r, r->igpu_key.line, _("[igpu] names no device: write device = auto"));
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB and event devices that come and go while the VM runs.
 *
 * QEMU has lost all rights by then, and a device that is plugged in again is a new node of
 * root's. We are root still: what the guest is to have (inputs.json) is compared with what the host
 * has (sysfs) and what QEMU has (asked over QMP), and the difference is made good. Nothing is
 * remembered between two looks, so it does not matter who looked before, or whether anybody did:
 *
 *  - A USB device is a descriptor of ours in a set of QEMU's, whose text names its [usb NAME], bus and
 *    number. The number is new after each plugging, so what has another one was unplugged.
 *  - An event device's node is given to the VM's user. The kernel makes a new node after each plugging,
 *    which is root's: so a node that is not yet the user's is one that QEMU has not opened.
 *
 * A look is two questions, then commands that QEMU works on in their order. It is made when the kernel
 * says that something came or went, and again a little later: udev has its links ready after the
 * kernel has spoken.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/inputs.h"
#include "launcher/run/inputs_held.h"
#include "launcher/run/launch.h"
#include "launcher/run/node.h"
#include "launcher/run/uevent.h"
#include "launcher/run/usb_open.h"

/* Far from the numbers that a plan gives to disks; 128 numbers a bus. */
#define USB_FDSET	2000000

/* How long whoever attaches a device waits for QEMU. */
#define ANSWER_MS	10000

/* When to look after the kernel has spoken: at once bounces, and udev takes its time on a busy machine. */
static const int look_ms[] = { 300, 1500, 5000 };

/* --- commands ------------------------------------------------------------------------------ */

static void answer_waiters(struct sup *sup, const char *error)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd < 0 || c->wait != CONTROL_WAIT_INPUTS)
			continue;
		if (error)
			control_refuse(&sup->control, c, EXIT_FAILED, error);
		else
			control_answer(&sup->control, c, NULL, -1);
	}
	sup->inputs.by = -1;
}

static void finish(struct sup *sup)
{
	struct sup_inputs *in = &sup->inputs;

	in->open = false;
	while (in->n_fd)
		close(in->fd[--in->n_fd]);
	answer_waiters(sup, *in->text ? in->text : NULL);
}

static void on_done(struct sup *sup, const struct qmp_item *item)
{
	struct sup_inputs *in = &sup->inputs;

	if (item->err && !*in->text) {
		str_fit(in->text, sizeof(in->text), item->error_desc ? item->error_desc
								     : strerror(-item->err));
		str_sanitize(in->text);
		sup_log(sup, LOG_WARNING, "qmp %s: %s", item->command, in->text);
	}
	if (!--in->pending)
		finish(sup);
}

static const struct sup_call done_call = { on_done };

static void command(struct sup *sup, const char *name, json_t *args, int fd)
{
	if (args && sup_link_submit(sup, name, args, fd, &done_call))
		sup->inputs.pending++;
}

static void take_usb(struct sup *sup, const json_t *devices, const struct input_held *h)
{
	char id[48];

	snprintf(id, sizeof(id), "usb-%s", h->name);
	if (inputs_has(devices, "usb-", h->name))
		command(sup, "device_del", json_pack("{s:s}", "id", id), -1);
	command(sup, "remove-fd", json_pack("{s:i}", "fdset-id", h->fdset), -1);
	sup_log(sup, LOG_NOTE, "USB device %s (bus %u, device %u) is gone from the guest", h->name, h->bus,
		h->dev);
}

static void give_usb(struct sup *sup, const struct wish_usb *u, const struct usb_device *d)
{
	struct sup_inputs *in = &sup->inputs;
	int fd = in->n_fd < ARRAY_SIZE(in->fd) ? usb_open(sup->s->sysroot, d) : -EMFILE;
	char opaque[64], set[32], id[48];
	int fdset = USB_FDSET + (int)(d->bus * 128 + d->dev);

	if (fd < 0) {
		snprintf(in->text, sizeof(in->text), "/dev/bus/usb/%03u/%03u: %s", d->bus, d->dev,
			 strerror(-fd));
		sup_log(sup, LOG_WARNING, "USB device %s: %s", u->name, in->text);
		return;
	}
	in->fd[in->n_fd++] = fd;
	snprintf(opaque, sizeof(opaque), INPUTS_OPAQUE "%s %u %u", u->name, d->bus, d->dev);
	snprintf(set, sizeof(set), "/dev/fdset/%d", fdset);
	snprintf(id, sizeof(id), "usb-%s", u->name);
	command(sup, "add-fd", json_pack("{s:i, s:s}", "fdset-id", fdset, "opaque", opaque), fd);
	command(sup, "device_add", json_pack("{s:s, s:s, s:s, s:s}", "driver", "usb-host", "id", id, "bus",
					     "usb0.0", "hostdevice", set), -1);
	sup_log(sup, LOG_NOTE, "USB device %s (port %s, bus %u, device %u) goes to the guest", u->name, d->port,
		d->bus, d->dev);
}

/* Several devices of one id: the guest gets none of them, as at its start. */
static const struct usb_device *find_device(const struct inputs *host, const struct wish_usb *u)
{
	int i = usb_find(host, u, 0);

	if (i < 0 || usb_find(host, u, i + 1) >= 0 || host->usb[i].kinds & USB_HUB)
		return NULL;
	return &host->usb[i];
}

static const struct wish_usb *wanted(const struct inputs_note *n, const char *name)
{
	for (size_t i = 0; i < n->n_usb; i++)
		if (!strcmp(n->usb[i].name, name))
			return &n->usb[i];
	return NULL;
}

static bool is_right(const struct sup *sup, const struct inputs *host, const json_t *devices,
		     const struct input_held *h)
{
	const struct wish_usb *u = wanted(&sup->inputs.want, h->name);
	const struct usb_device *d = u ? find_device(host, u) : NULL;

	return d && d->bus == h->bus && d->dev == h->dev && inputs_has(devices, "usb-", h->name);
}

static void mend_usb(struct sup *sup, const struct inputs *host, const json_t *devices)
{
	const struct inputs_note *want = &sup->inputs.want;
	struct inputs_held all;

	inputs_held(sup->inputs.fdsets, &all);
	for (size_t i = 0; i < all.n; i++)
		if (!is_right(sup, host, devices, &all.v[i]))
			take_usb(sup, devices, &all.v[i]);
	for (size_t i = 0; i < want->n_usb; i++) {
		const struct usb_device *d = find_device(host, &want->usb[i]);
		bool there = false;

		for (size_t j = 0; j < all.n; j++)
			there |= !strcmp(all.v[j].name, want->usb[i].name) &&
				 is_right(sup, host, devices, &all.v[j]);
		if (d && !there)
			give_usb(sup, &want->usb[i], d);
	}
}

/* --- event devices --------------------------------------------------------------------------- */

static void add_evdev(struct sup *sup, const struct wish_evdev *e, bool replace)
{
	char id[48];

	snprintf(id, sizeof(id), "input-%s", e->name);
	if (replace)
		command(sup, "object-del", json_pack("{s:s}", "id", id), -1);
	command(sup, "object-add", json_pack("{s:s, s:s, s:s, s:b, s:b, s:s}", "qom-type", "input-linux", "id",
					     id, "evdev", e->path, "grab_all", 1, "repeat", e->repeat,
					     "grab-toggle", "ctrl-ctrl"), -1);
	sup_log(sup, LOG_NOTE, "event device %s goes to the guest", e->name);
}

/* Without root's rights a new node cannot be told from an old one: it comes back at the next start. */
static void mend_evdev(struct sup *sup, const struct wish_evdev *e, const json_t *objects)
{
	bool has = inputs_has(objects, "input-", e->name), fresh = false;
	char path[PATH_MAX];
	struct stat st;
	uid_t uid;
	int r;

	if (node_event(sup->s->sysroot, e->path, path) || stat(path, &st))
		return;
	if (!geteuid()) {
		r = launch_uid(sup->s->paths, sup->s->name, &uid);
		fresh = !r && st.st_uid != uid;
		if (fresh)
			r = node_give(sup->run_fd, sup->s->sysroot, path, uid);
		if (r) {
			sup_log(sup, LOG_WARNING, "event device %s: %s: %s", e->name, path, strerror(-r));
			return;
		}
	}
	if (fresh || !has)
		add_evdev(sup, e, has);
}

/* --- a look ------------------------------------------------------------------------------------ */

static void on_objects(struct sup *sup, const struct qmp_item *item)
{
	struct sup_inputs *in = &sup->inputs;

	if (item->err)
		str_fit(in->text, sizeof(in->text), strerror(-item->err));
	for (size_t i = 0; !item->err && i < in->want.n_evdev; i++)
		mend_evdev(sup, &in->want.evdev[i], item->value);
	if (!--in->pending)
		finish(sup);
}

static void on_devices(struct sup *sup, const struct qmp_item *item)
{
	struct sup_inputs *in = &sup->inputs;
	struct inputs *host = item->err ? NULL : malloc(sizeof(*host));
	int r = item->err ? item->err : !host ? -ENOMEM : inputs_read(sup->s->sysroot, NULL, host);

	if (r)
		str_fit(in->text, sizeof(in->text), strerror(-r));
	else
		mend_usb(sup, host, item->value);
	free(host);
	if (!--in->pending)
		finish(sup);
}

static void on_fdsets(struct sup *sup, const struct qmp_item *item)
{
	struct sup_inputs *in = &sup->inputs;

	json_decref(in->fdsets);
	in->fdsets = json_incref(item->value);
	in->pending--;
}

static const struct sup_call fdsets_call = { on_fdsets }, devices_call = { on_devices },
			     objects_call = { on_objects };

static void ask(struct sup *sup, const char *name, const char *path, const struct sup_call *call)
{
	if (sup_link_submit(sup, name, path ? json_pack("{s:s}", "path", path) : NULL, -1, call))
		sup->inputs.pending++;
}

static void look(struct sup *sup)
{
	struct sup_inputs *in = &sup->inputs;

	in->open = true;
	in->pending = 0;
	*in->text = '\0';
	ask(sup, "query-fdsets", NULL, &fdsets_call);
	ask(sup, "qom-list", "/machine/peripheral", &devices_call);
	ask(sup, "qom-list", "/objects", &objects_call);
	if (!in->pending)
		finish(sup);
}

void sup_inputs_init(struct sup *sup)
{
	sup->inputs = (struct sup_inputs){ .uevents = -1, .due = -1, .by = -1 };
}

void sup_inputs_begin(struct sup *sup)
{
	struct sup_inputs *in = &sup->inputs;
	int r = inputs_note_read(sup->run_fd, &in->want);

	if (r)
		sup_log(sup, LOG_WARNING, "inputs.json: %s", strerror(-r));
	if (in->uevents < 0)
		in->uevents = uevent_open();
	if (in->uevents < 0)
		sup_log(sup, LOG_WARNING, "the kernel does not say when devices come: %s", strerror(-in->uevents));
	in->round = 0;
	in->due = in->want.n_usb + in->want.n_evdev ? sup_now() : -1;
}

void sup_inputs_turn(struct sup *sup, short revents, int64_t now)
{
	struct sup_inputs *in = &sup->inputs;

	if (!revents || !uevent_take(in->uevents) || !(in->want.n_usb + in->want.n_evdev))
		return;
	in->round = 0;
	in->due = now + look_ms[0];
}

void sup_inputs_timer(struct sup *sup, int64_t now)
{
	struct sup_inputs *in = &sup->inputs;

	if (in->by >= 0 && in->by <= now)
		answer_waiters(sup, N_("QEMU took too long"));
	if (in->due < 0 || in->due > now)
		return;
	in->due = -1;
	if (++in->round < (int)ARRAY_SIZE(look_ms))
		in->due = now + look_ms[in->round];
	if (!in->open && sup_link_usable(sup))
		look(sup);
}

void sup_inputs_drop(struct sup *sup)
{
	struct sup_inputs *in = &sup->inputs;

	json_decref(in->fdsets);
	in->fdsets = NULL;
	if (!in->open)
		return;
	str_fit(in->text, sizeof(in->text), N_("QEMU's control connection was lost"));
	in->pending = 0;
	finish(sup);
}

void sup_inputs_close(struct sup *sup)
{
	cleanup_fd(&sup->inputs.uevents);
	sup->inputs.uevents = -1;
}

/* --- attach and detach --------------------------------------------------------------------------- */

static void remove_named(struct inputs_note *n, const char *name)
{
	size_t left = 0;

	for (size_t i = 0; i < n->n_usb; i++)
		if (strcmp(n->usb[i].name, name))
			n->usb[left++] = n->usb[i];
	n->n_usb = left;
}

/* The list as it is to be; NULL, or what is wrong with the request. */
static const char *change(const json_t *request, struct inputs_note *n)
{
	const json_t *attach = json_object_get(request, "attach");
	const char *detach = json_string_value(json_object_get(request, "detach"));
	struct wish_usb u;

	if (!attach == !detach)
		return N_("usb wants attach or detach");
	if (detach) {
		remove_named(n, detach);
		return NULL;
	}
	if (usb_from_json(attach, &u))
		return N_("that is no USB device");
	remove_named(n, u.name);
	if (n->n_usb == WISH_USB_MAX)
		return N_("it has as many USB devices as it can");
	n->usb[n->n_usb++] = u;
	return NULL;
}

void sup_inputs_change(struct sup *sup, struct control_client *c, const json_t *request)
{
	struct sup_inputs *in = &sup->inputs;
	struct inputs_note next = in->want;
	const char *wrong = change(request, &next);
	int r;

	if (wrong) {
		control_refuse(&sup->control, c, EXIT_USAGE, wrong);
		return;
	}
	if (!sup_link_usable(sup) || in->open) {
		control_refuse(&sup->control, c, in->open ? EXIT_BUSY : EXIT_FAILED,
			       in->open ? N_("another device is being attached or detached")
					: N_("QEMU does not answer"));
		return;
	}
	r = inputs_note_write(sup->run_fd, &next);
	if (r) {
		control_refuse(&sup->control, c, EXIT_FAILED, strerror(-r));
		return;
	}
	in->want = next;
	c->wait = CONTROL_WAIT_INPUTS;
	in->by = sup_now() + ANSWER_MS;
	look(sup);
}

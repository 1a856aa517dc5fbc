/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of this host a guest can be given to be used with: USB devices, event
 * devices (keyboards, mice), sound cards. Read from sysfs below a root; strings of
 * devices are foreign and made safe for a terminal. What cannot be read is unknown.
 */
#ifndef IGVM_FACTS_INPUTS_H
#define IGVM_FACTS_INPUTS_H

#include "launcher/facts/host.h"
#include "launcher/facts/host_tree.h"
#include "launcher/facts/wish.h"

/** enum usb_kind - what a USB device is, by the classes of its interfaces; bits */
enum usb_kind {
	USB_KEYBOARD = 1 << 0, USB_MOUSE = 1 << 1, USB_HID = 1 << 2, USB_HUB = 1 << 3,
	USB_SOUND = 1 << 4, USB_STORAGE = 1 << 5, USB_CAMERA = 1 << 6, USB_PRINTER = 1 << 7,
	USB_RADIO = 1 << 8, USB_NETWORK = 1 << 9, USB_SMART_CARD = 1 << 10,
};

/** struct usb_word - a kind as people and JSON read it */
struct usb_word {
	enum usb_kind kind;
	const char *word;	/* "keyboard" */
};

/** usb_words - in the order they are listed; ends with .word = NULL */
extern const struct usb_word usb_words[];

struct usb_device {
	char port[32];		/* "1-4.2", as the kernel names it: stays while it is plugged in there */
	unsigned int bus, dev;	/* /dev/bus/usb/BUS/DEV; @dev is new after each plugging */
	uint16_t vendor, product;
	char maker[64], model[64];	/* its own strings; "" = it has none */
	unsigned int mbit;	/* speed in Mbit/s; 0 = unknown (1.5 is given as 1) */
	unsigned int kinds;	/* of enum usb_kind; a composite device is several */
	char vm[49];		/* another VM whose file names it; "" none */
	bool vm_runs;		/* ... and it runs */
};

/** struct evdev - an event device */
struct evdev {
	char event[24];		/* "event3" */
	char path[160];		/* a name that stays: /dev/input/by-id/..., by-path/...; "" = none */
	char name[80];
	bool keyboard, pointer;	/* letters and Enter; relative axes with a left button, or touch */
	char port[32];		/* the USB device it belongs to; "" = of another bus */
	char vm[49];		/* as above */
	bool vm_runs;
};

/** enum evdev_state - what is behind a [input] path */
enum evdev_state { EVDEV_UNKNOWN, EVDEV_MISSING, EVDEV_OTHER, EVDEV_THERE };

/** struct evdev_look - of one path */
struct evdev_look {
	enum evdev_state state;	/* OTHER: it is there and is no event device */
	int at;			/* THERE: index into evdev[], else -1 */
};

#define USB_DEVICES_MAX	127	/* of them; more are left out and @more is set */
#define EVDEVS_MAX	64

struct inputs {
	enum tri usb_known;	/* yes: sys/bus/usb was there to be listed, or there is no USB */
	struct usb_device usb[USB_DEVICES_MAX];	/* root hubs left out; by port */
	size_t n_usb;
	enum tri evdev_known;
	struct evdev evdev[EVDEVS_MAX];	/* by number */
	size_t n_evdev;
	bool more;		/* one of the arrays was too small */
	enum tri sound;		/* the kernel has a sound card */
	struct evdev_look look[WISH_EVDEV_MAX];	/* of wish->evdev[i] */
};

/**
 * inputs_read() - fill *@in from the tree below @root; with @w (may be NULL) also look at its [input] paths
 *
 * Whose they are is left empty. 0, or -errno when @root cannot be opened.
 */
nodiscard_ int inputs_read(const char *root, const struct wish *w, struct inputs *in);

/** usb_read(), evdev_read() - the parts of it (usb.c, evdev.c) */
void usb_read(const struct tree *t, struct inputs *in);
void evdev_read(const struct tree *t, struct inputs *in);

/** evdev_look() - what is behind @path, after evdev_read() */
struct evdev_look evdev_look(const struct tree *t, const struct inputs *in, const char *path);

/**
 * inputs_claims() - which other VMs below @p name what is there; @name (may be NULL) is not asked
 *
 * @runs says whether a VM runs; a running one is named before others. Files that cannot be read claim nothing.
 */
void inputs_claims(const char *root, const struct paths *p, const char *name,
		   bool (*runs)(const struct paths *p, const char *vm), struct inputs *in);

/** usb_find() - index of the first device @u names, from @from on; -1: none (any more) */
int usb_find(const struct inputs *in, const struct wish_usb *u, int from);

/** usb_parse() - a port ("1-4.2") or an id ("046d:c52b"), as the VM file has them; false: neither */
nodiscard_ bool usb_parse(const char *text, struct wish_usb *u);

/** usb_make_name() - a name for one more of the @n devices @v, by what it is: "keyboard", "keyboard2" */
void usb_make_name(const struct wish_usb *v, size_t n, unsigned int kinds, char name[static 32]);

/** usb_kinds_text() - "keyboard, mouse"; "" when nothing is known */
const char *usb_kinds_text(unsigned int kinds, char *buf, size_t size);

/** usb_node() - /dev/bus/usb/001/005 */
void usb_node(const struct usb_device *d, char *buf, size_t size);

/**
 * inputs_keyboards() - keyboards that stay with the host when the USB devices whose ports are @port go
 *
 * A keyboard of a USB device is counted once.
 */
size_t inputs_keyboards(const struct inputs *in, const char *const *port, size_t n);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB devices from sys/bus/usb/devices, which lists devices ("1-4.2"), root hubs ("usb1")
 * and interfaces ("1-4.2:1.0") beside each other. What a device is comes from its interfaces:
 * most say in their device descriptor only that they do (bDeviceClass 00).
 */
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/inputs.h"
#include "launcher/facts/wish_keys.h"

#define DEVICES		"sys/bus/usb/devices"
#define ENTRIES_MAX	4096	/* a full bus has 127 devices of at most 32 interfaces */

const struct usb_word usb_words[] = {
	{ USB_KEYBOARD, "keyboard" }, { USB_MOUSE, "mouse" }, { USB_HID, "input" },
	{ USB_HUB, "hub" }, { USB_SOUND, "sound" }, { USB_STORAGE, "storage" },
	{ USB_CAMERA, "camera" }, { USB_PRINTER, "printer" }, { USB_RADIO, "radio" },
	{ USB_NETWORK, "network" }, { USB_SMART_CARD, "smart-card" }, { 0, NULL },
};

/* usb.org, Defined Class Codes; HID 1.11, 4.2 and 4.3: subclass 1 is the boot interface, which has protocols. */
static const struct {
	int class, subclass, protocol;	/* -1: any */
	enum usb_kind kind;
} classes[] = {
	{ 0x03, 0x01, 0x01, USB_KEYBOARD }, { 0x03, 0x01, 0x02, USB_MOUSE }, { 0x03, -1, -1, USB_HID },
	{ 0x01, -1, -1, USB_SOUND }, { 0x09, -1, -1, USB_HUB }, { 0x08, -1, -1, USB_STORAGE },
	{ 0x0e, -1, -1, USB_CAMERA }, { 0x07, -1, -1, USB_PRINTER }, { 0xe0, -1, -1, USB_RADIO },
	{ 0x02, -1, -1, USB_NETWORK }, { 0x0b, -1, -1, USB_SMART_CARD },
};

static bool read_number(const struct tree *t, const char *device, const char *file, int base,
			uint64_t max, uint64_t *v)
{
	char path[NAME_MAX + 64];

	*v = 0;
	return str_print(path, sizeof(path), DEVICES "/%s/%s", device, file) &&
	       tree_number(t, path, base, max, v);
}

static void read_text(const struct tree *t, const char *device, const char *file, char *buf,
		      size_t size)
{
	char path[NAME_MAX + 64], line[256];

	*buf = '\0';
	if (!str_print(path, sizeof(path), DEVICES "/%s/%s", device, file) ||
	    tree_line(t, path, line, sizeof(line)))
		return;
	str_fit(buf, size, line);
	str_sanitize(buf);	/* a character may have been cut */
}

static unsigned int read_kind(const struct tree *t, const char *interface)
{
	uint64_t class, subclass, protocol;

	if (!read_number(t, interface, "bInterfaceClass", 16, 0xff, &class) ||
	    !read_number(t, interface, "bInterfaceSubClass", 16, 0xff, &subclass) ||
	    !read_number(t, interface, "bInterfaceProtocol", 16, 0xff, &protocol))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].class == (int)class &&
		    (classes[i].subclass < 0 || classes[i].subclass == (int)subclass) &&
		    (classes[i].protocol < 0 || classes[i].protocol == (int)protocol))
			return classes[i].kind;
	return 0;
}

static struct usb_device *at_port(struct inputs *in, const char *port, size_t len)
{
	for (size_t i = 0; i < in->n_usb; i++)
		if (strlen(in->usb[i].port) == len && !memcmp(in->usb[i].port, port, len))
			return &in->usb[i];
	return NULL;
}

/* USB 1.0's 1.5 Mbit/s is the only speed with a fraction. */
static unsigned int read_speed(const struct tree *t, const char *device)
{
	char text[16];
	uint64_t v;

	read_text(t, device, "speed", text, sizeof(text));
	text[strcspn(text, ".")] = '\0';
	return str_u64(text, 10, 1000000, &v) ? (unsigned int)v : 0;
}

static void add_device(const struct tree *t, const char *name, struct inputs *in)
{
	uint64_t bus, dev, vendor, product, class;
	struct usb_device *d = &in->usb[in->n_usb];

	if (!read_number(t, name, "busnum", 10, 999, &bus) ||
	    !read_number(t, name, "devnum", 10, 127, &dev) ||
	    !read_number(t, name, "idVendor", 16, 0xffff, &vendor) ||
	    !read_number(t, name, "idProduct", 16, 0xffff, &product))
		return;
	if (in->n_usb == USB_DEVICES_MAX) {
		in->more = true;
		return;
	}
	*d = (struct usb_device){ .bus = (unsigned int)bus, .dev = (unsigned int)dev,
				  .vendor = (uint16_t)vendor, .product = (uint16_t)product };
	str_fit(d->port, sizeof(d->port), name);
	read_text(t, name, "manufacturer", d->maker, sizeof(d->maker));
	read_text(t, name, "product", d->model, sizeof(d->model));
	d->mbit = read_speed(t, name);
	if (read_number(t, name, "bDeviceClass", 16, 0xff, &class) && class == 0x09)
		d->kinds |= USB_HUB;
	in->n_usb++;
}

static bool is_port(const char *name)
{
	return *name >= '0' && *name <= '9' && !name[strspn(name, "0123456789.-")] &&
	       strchr(name, '-') && strlen(name) < sizeof(((struct usb_device *)0)->port);
}

static void add_kind(const struct tree *t, const char *name, struct inputs *in)
{
	const char *colon = strchr(name, ':');
	struct usb_device *d = colon ? at_port(in, name, (size_t)(colon - name)) : NULL;

	if (d)
		d->kinds |= read_kind(t, name);
}

/* Two rounds: interfaces are counted to the devices the first has found. */
static bool each_entry(const struct tree *t, struct inputs *in, bool interfaces)
{
	_dir_ DIR *dir = tree_list(t, DEVICES);
	int seen = 0;
	struct dirent *e;

	while (dir && (e = readdir(dir)) && seen++ < ENTRIES_MAX) {
		if (interfaces)
			add_kind(t, e->d_name, in);
		else if (is_port(e->d_name))
			add_device(t, e->d_name, in);
	}
	in->more |= seen > ENTRIES_MAX;
	return dir;
}

/* "1-4.10" after "1-4.2". */
static int by_port(const void *a, const void *b)
{
	return strverscmp(((const struct usb_device *)a)->port, ((const struct usb_device *)b)->port);
}

void usb_read(const struct tree *t, struct inputs *in)
{
	if (each_entry(t, in, false) && each_entry(t, in, true))
		in->usb_known = TRI_YES;
	else if (tree_exists(t, "sys/bus") == TRI_YES && tree_exists(t, DEVICES) == TRI_NO)
		in->usb_known = TRI_YES;	/* a kernel, or a machine, without USB */
	qsort(in->usb, in->n_usb, sizeof(in->usb[0]), by_port);
}

int usb_find(const struct inputs *in, const struct wish_usb *u, int from)
{
	for (int i = from; i < (int)in->n_usb; i++) {
		const struct usb_device *d = &in->usb[i];

		if (*u->port ? !strcmp(u->port, d->port)
			     : u->vendor == d->vendor && u->product == d->product)
			return i;
	}
	return -1;
}

bool usb_parse(const char *text, struct wish_usb *u)
{
	const struct wish_key *k = wish_key_find("usb", strchr(text, ':') ? "id" : "port");
	struct wish_why why;

	*u = (struct wish_usb){ 0 };
	return *text && k->parse(k, u, text, &why);
}

static bool is_used(const struct wish_usb *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i].name, name))
			return true;
	return false;
}

void usb_make_name(const struct wish_usb *v, size_t n, unsigned int kinds, char name[static 32])
{
	const struct usb_word *w = usb_words;

	while (w->word && !(kinds & w->kind))
		w++;
	snprintf(name, 32, "%s", w->word ? w->word : "device");
	for (unsigned int i = 2; is_used(v, n, name); i++)
		snprintf(name, 32, "%s%u", w->word ? w->word : "device", i);
}

const char *usb_kinds_text(unsigned int kinds, char *buf, size_t size)
{
	size_t n = 0;

	*buf = '\0';
	for (const struct usb_word *w = usb_words; w->word; w++) {
		/* "input" says nothing beside keyboard and mouse. */
		if (!(kinds & w->kind) || (w->kind == USB_HID && kinds & (USB_KEYBOARD | USB_MOUSE)))
			continue;
		if (n < size)
			snprintf(buf + n, size - n, "%s%s", n ? ", " : "", w->word);
		n = strlen(buf);
	}
	return buf;
}

void usb_node(const struct usb_device *d, char *buf, size_t size)
{
	snprintf(buf, size, "/dev/bus/usb/%03u/%03u", d->bus, d->dev);
}

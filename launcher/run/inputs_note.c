/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/inputs_note.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_keys.h"
#include "launcher/run/record.h"

#define NOTE_FILE	"inputs.json"
#define NOTE_VERSION	1
#define NOTE_MAX	65536

json_t *usb_json(const struct wish_usb *u)
{
	char id[12];

	snprintf(id, sizeof(id), "%04x:%04x", u->vendor, u->product);
	return json_pack("{s:s, s:s, s:s}", "name", u->name, "port", u->port, "id", u->vendor ? id : "");
}

static json_t *evdev_json(const struct wish_evdev *e)
{
	return json_pack("{s:s, s:s, s:b}", "name", e->name, "path", e->path, "repeat", e->repeat);
}

/* By the parser of the VM file: what it refuses there is refused here. */
static bool take(const char *section, const char *key, void *to, const char *value)
{
	const struct wish_key *k = wish_key_find(section, key);
	struct wish_why why;

	return k->parse(k, to, value, &why);
}

int usb_from_json(const json_t *json, struct wish_usb *u)
{
	const char *name, *port, *id;

	*u = (struct wish_usb){ 0 };
	if (json_unpack((json_t *)json, "{s:s, s:s, s:s}", "name", &name, "port", &port, "id", &id) ||
	    vm_name_check(name) || !str_copy(u->name, sizeof(u->name), name) ||
	    !take("usb", "port", u, port) || !take("usb", "id", u, id) || !*port == !*id)
		return -EBADMSG;
	return 0;
}

static int evdev_from_json(const json_t *json, struct wish_evdev *e)
{
	const char *name, *path;
	int repeat;

	*e = (struct wish_evdev){ 0 };
	if (json_unpack((json_t *)json, "{s:s, s:s, s:b}", "name", &name, "path", &path, "repeat", &repeat) ||
	    vm_name_check(name) || !str_copy(e->name, sizeof(e->name), name) || !*path ||
	    !take("input", "path", e, path))
		return -EBADMSG;
	e->repeat = repeat;
	return 0;
}

int inputs_note_write(int run_fd, const struct inputs_note *n)
{
	json_t *usb = json_array(), *evdev = json_array();
	_json_ json_t *json = json_pack("{s:i, s:s, s:o, s:o}", "version", NOTE_VERSION, "kind", "inputs",
					"usb", usb, "inputs", evdev);

	if (!json)
		return -ENOMEM;
	for (size_t i = 0; i < n->n_usb; i++)
		if (json_array_append_new(usb, usb_json(&n->usb[i])))
			return -ENOMEM;
	for (size_t i = 0; i < n->n_evdev; i++)
		if (json_array_append_new(evdev, evdev_json(&n->evdev[i])))
			return -ENOMEM;
	return file_replace_json_at(run_fd, NOTE_FILE, json, 0600);
}

static int read_lists(const json_t *json, struct inputs_note *n)
{
	const json_t *usb = json_object_get(json, "usb"), *evdev = json_object_get(json, "inputs"), *item;
	size_t i;

	if (!json_is_array(usb) || json_array_size(usb) > WISH_USB_MAX || !json_is_array(evdev) ||
	    json_array_size(evdev) > WISH_EVDEV_MAX)
		return -EBADMSG;
	json_array_foreach(usb, i, item)
		if (usb_from_json(item, &n->usb[n->n_usb++]))
			return -EBADMSG;
	json_array_foreach(evdev, i, item)
		if (evdev_from_json(item, &n->evdev[n->n_evdev++]))
			return -EBADMSG;
	return 0;
}

int inputs_note_read(int run_fd, struct inputs_note *n)
{
	int r = 0;
	_json_ json_t *json = file_load_json_at(run_fd, NOTE_FILE, NOTE_MAX, &r);

	*n = (struct inputs_note){ 0 };
	if (!json)
		return r == -ENOENT ? 0 : r;
	r = record_check_version(json, NOTE_VERSION);
	if (!r)
		r = read_lists(json, n);
	if (r)
		*n = (struct inputs_note){ 0 };
	return r;
}

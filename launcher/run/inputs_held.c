/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/inputs_held.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/str.h"

static bool parse(const char *opaque, struct input_held *h)
{
	const char *at = opaque ? str_starts(opaque, INPUTS_OPAQUE) : NULL;
	char end;

	return at && sscanf(at, "%31s %u %u%c", h->name, &h->bus, &h->dev, &end) == 3;
}

/* [{"fdset-id": 3, "fds": [{"fd": 7, "opaque": "usb keyboard 1 5"}]}] */
void inputs_held(const json_t *fdsets, struct inputs_held *all)
{
	const json_t *set, *fd;
	size_t i, j;

	all->n = 0;
	json_array_foreach(fdsets, i, set) {
		json_array_foreach(json_object_get(set, "fds"), j, fd) {
			struct input_held *h = &all->v[all->n];

			if (all->n == ARRAY_SIZE(all->v))
				return;
			if (!parse(json_string_value(json_object_get(fd, "opaque")), h))
				continue;
			h->fdset = (int)json_integer_value(json_object_get(set, "fdset-id"));
			all->n++;
		}
	}
}

/* [{"name": "usb-keyboard", "type": "child<usb-host>"}] */
bool inputs_has(const json_t *children, const char *prefix, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(children, i, item) {
		const char *child = json_string_value(json_object_get(item, "name"));
		const char *rest = child ? str_starts(child, prefix) : NULL;

		if (rest && !strcmp(rest, name))
			return true;
	}
	return false;
}

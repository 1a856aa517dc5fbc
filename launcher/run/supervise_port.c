/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether an agent runs in the guest, as far as it shows without asking it: has something opened the
 * channel's port? QEMU tells that of every chardev, also to a supervisor that has come later, and rate-limits
 * the event that it has changed. A guest that opens and closes it without end is asked about once at a time.
 */
#include "launcher/run/supervise_core.h"

#include <string.h>

/* A VM has a handful of chardevs (words_machine.c). */
#define CHARDEVS_MAX	64

static const json_t *find_agent(const json_t *list)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > CHARDEVS_MAX)
		return NULL;
	json_array_foreach(list, i, item) {
		const char *label = json_string_value(json_object_get(item, "label"));

		if (label && !strcmp(label, "agent"))
			return json_object_get(item, "frontend-open");
	}
	return NULL;
}

static void on_chardevs(struct sup *sup, const struct qmp_item *item)
{
	const json_t *open = item->err ? NULL : find_agent(item->value);

	sup->port.asked = false;
	sup->port.known = json_is_boolean(open);
	sup->port.open = json_is_true(open);
	if (sup->port.stale)
		sup_port_ask(sup);
}

void sup_port_ask(struct sup *sup)
{
	static const struct sup_call call = { on_chardevs };

	sup->port.stale = sup->port.asked;
	if (!sup->port.asked)
		sup->port.asked = sup_link_submit(sup, "query-chardev", NULL, -1, &call);
}

void sup_port_drop(struct sup *sup)
{
	sup->port = (struct sup_port){ 0 };
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys for the guest, some pressed together at a time: who asks for several
 * asks several times, and goes on when QEMU has taken the last. One at a time.
 */
#include "launcher/run/supervise_core.h"

#include <string.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define TYPE_MS		5000
/* Of one key. QEMU's default of 100 ms makes a sentence last; a BIOS looks every 20 ms or so. */
#define HOLD_MS		40
#define KEYS_MAX	16

static void answer_waiters(struct sup *sup, const char *error)
{
	sup->type_by = -1;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd < 0 || c->wait != CONTROL_WAIT_TYPE)
			continue;
		if (error)
			control_refuse(&sup->control, c, EXIT_FAILED, error);
		else
			control_answer(&sup->control, c, json_pack("{s:b}", "display",
								   sup->record.emulated_display), -1);
	}
}

static void on_typed(struct sup *sup, const struct qmp_item *item)
{
	char why[256];

	sup->type_open = false;
	str_fit(why, sizeof(why), item->error_desc ? item->error_desc : strerror(-item->err));
	if (sup->type_by >= 0)
		answer_waiters(sup, item->err ? why : NULL);
}

static const struct sup_call type_call = { on_typed };

/* {"keys": ["ctrl", "a"]} -> send-key's arguments; NULL: they are not as agreed */
static json_t *key_arguments(const json_t *request)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const json_t *names = json_object_get(request, "keys"), *name;
	_json_ json_t *keys = json_array();
	size_t i;

	if (!json_array_size(names) || json_array_size(names) > KEYS_MAX)
		return NULL;
	json_array_foreach(names, i, name) {
		const char *text = json_string_value(name);

		if (!text || !*text || text[strspn(text, letters)])
			return NULL;
		json_array_append_new(keys, json_pack("{s:s, s:s}", "type", "qcode", "data", text));
	}
	return json_pack("{s:O, s:i}", "keys", keys, "hold-time", HOLD_MS);
}

void sup_type_start(struct sup *sup, struct control_client *c, const json_t *request)
{
	json_t *args = key_arguments(request);
	const char *why = NULL;
	int code = EXIT_FAILED;

	if (!args) {
		why = N_("these are no keys");
		code = EXIT_USAGE;
	} else if (sup->type_open) {
		why = N_("somebody else is typing");
		code = EXIT_BUSY;
	} else if (!sup_link_usable(sup)) {
		why = N_("QEMU does not answer");
	}
	if (why) {
		json_decref(args);
		control_refuse(&sup->control, c, code, why);
		return;
	}
	c->wait = CONTROL_WAIT_TYPE;
	sup->type_by = sup_now() + TYPE_MS;
	sup->type_open = sup_link_submit(sup, "send-key", args, -1, &type_call);
	if (!sup->type_open)
		answer_waiters(sup, N_("QEMU does not answer"));
}

void sup_type_timer(struct sup *sup, int64_t now)
{
	if (sup->type_by >= 0 && sup->type_by <= now)
		answer_waiters(sup, N_("QEMU took too long"));
}

void sup_type_drop(struct sup *sup)
{
	sup->type_open = false;
	if (sup->type_by >= 0)
		answer_waiters(sup, N_("QEMU's control connection was lost"));
}

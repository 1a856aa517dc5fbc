/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What QEMU says of the passed iGPU while it runs: query-pci, which shows what the guest did with
 * its BARs, and the properties that QEMU itself may have changed. The answers of one connection
 * come in the order of the questions.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "qmp/qmp_cmd.h"

#define ASK_MS		3000
#define IGPU_PATH	"/machine/peripheral/igd0"

/* Of QEMU 10.0 and later; an older one answers with an error, which is null here. */
static const char *const properties[] = { "x-igd-opregion", "x-igd-lpc" };

static void answer_waiters(struct sup *sup, const char *error)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd < 0 || c->wait != CONTROL_WAIT_IGPU)
			continue;
		if (error)
			control_refuse(&sup->control, c, EXIT_FAILED, error);
		else
			control_answer(&sup->control, c, json_incref(sup->ask.answer), -1);
	}
	json_decref(sup->ask.answer);
	sup->ask = (struct sup_ask){ .open = sup->ask.open, .deadline = -1 };
}

static json_t *bars_json(const struct qmp_pci_device *d)
{
	json_t *list = json_array();

	for (int i = 0; i < 6; i++) {
		const struct qmp_pci_bar *b = &d->bar[i];

		if (!b->present)
			continue;
		json_array_append_new(list, json_pack("{s:i, s:o, s:I}", "index", i, "address",
						      b->address < 0 ? json_null() :
						      json_integer(b->address),
						      "size", (json_int_t)b->size_bytes));
	}
	return list;
}

static bool is_igpu(const struct qmp_pci_device *d)
{
	return *d->qdev_id ? !strcmp(d->qdev_id, "igd0") :
			     !d->bus && d->slot == 2 && !d->function;
}

static json_t *device_json(const json_t *value)
{
	_free_ struct qmp_pci *pci = malloc(sizeof(*pci));

	if (!pci || qmp_pci_decode(value, pci))
		return json_null();
	for (size_t i = 0; i < pci->n; i++) {
		const struct qmp_pci_device *d = &pci->device[i];

		if (is_igpu(d))
			return json_pack("{s:i, s:i, s:i, s:o}", "vendor", (int)d->vendor, "device",
					 (int)d->device, "class", (int)d->class_code, "bars",
					 bars_json(d));
	}
	return json_null();
}

static void put(struct sup *sup, const char *key, json_t *value)
{
	if (sup->ask.answer)
		json_object_set_new(sup->ask.answer, key, value);
	else
		json_decref(value);
}

static void on_pci(struct sup *sup, const struct qmp_item *item)
{
	/* A connection that ended told nothing; the member is then missing. */
	if (!item->err)
		put(sup, "device", device_json(item->value));
}

static void on_property(struct sup *sup, const struct qmp_item *item)
{
	struct sup_ask *a = &sup->ask;
	const char *name = properties[ARRAY_SIZE(properties) - a->open];

	put(sup, name, item->err || !json_is_boolean(item->value) ? json_null() :
						json_incref(item->value));
	if (!--a->open && a->deadline >= 0)
		answer_waiters(sup, NULL);
}

static const struct sup_call pci_call = { on_pci }, property_call = { on_property };

/* "10.0.2 (Debian ...)", from the greeting. */
static json_t *version_json(const struct sup *sup)
{
	const json_t *greeting = qmp_greeting(sup->link.q);
	struct qmp_answer a;
	char text[96];

	if (!greeting || qmp_cmd_decode(QMP_CMD_QUERY_VERSION, greeting, &a))
		return json_null();
	snprintf(text, sizeof(text), "%u.%u.%u%s%.60s", a.version.major, a.version.minor, a.version.micro,
		 *a.version.package ? " " : "", a.version.package);
	str_sanitize(text);
	return json_string(text);
}

static bool submit(struct sup *sup)
{
	if (!sup_link_submit(sup, "query-pci", NULL, -1, &pci_call))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		json_t *args = json_pack("{s:s, s:s}", "path", IGPU_PATH, "property", properties[i]);

		if (!sup_link_submit(sup, "qom-get", args, -1, &property_call))
			return false;
		sup->ask.open++;
	}
	return true;
}

void sup_igpu_drop(struct sup *sup)
{
	sup->ask.open = 0;
	if (sup->ask.deadline >= 0)
		answer_waiters(sup, N_("QEMU's control connection was lost"));
}

void sup_igpu_start(struct sup *sup, struct control_client *c)
{
	struct sup_ask *a = &sup->ask;

	/* Answers that came too late for whoever asked are still to come. */
	if (!sup_link_usable(sup) || (a->open && a->deadline < 0)) {
		control_refuse(&sup->control, c, EXIT_FAILED, N_("QEMU does not answer"));
		return;
	}
	if (a->open) {		/* asked already: one answer for all */
		c->wait = CONTROL_WAIT_IGPU;
		return;
	}
	a->answer = json_object();
	a->deadline = sup_now() + ASK_MS;
	c->wait = CONTROL_WAIT_IGPU;
	put(sup, "qemu", version_json(sup));
	if (!a->answer || !submit(sup))
		answer_waiters(sup, N_("QEMU cannot be asked"));
}

void sup_igpu_timer(struct sup *sup, int64_t now)
{
	if (sup->ask.deadline >= 0 && sup->ask.deadline <= now)
		answer_waiters(sup, N_("QEMU took too long"));
}

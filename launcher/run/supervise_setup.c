/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Windows' set-up from its disc. "Press any key to boot from CD" waits five
 * seconds and then gives up: a key is pressed every second from the first
 * answer of a QEMU with a blank disk on, until the disc is read on. The boot
 * loader that asks has less than 4 MiB, what it loads after the key has
 * hundreds. A reset or a write to the disk ends it for good: at its first
 * restart set-up wants the disk and not the disc, and a key would begin it again.
 *
 * The end of an unattended set-up is told by the guest: its last step ejects
 * the answer disc. That disc has a password on it, so it goes, and with it
 * the drop-in that names set-up's discs.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/wish.h"

#define PRESS_MS	1000
/* Firmware under TCG takes a minute to come to the disc. */
#define PRESS_FOR_MS	(10 * 60 * 1000)
#define READ_ON_BYTES	(16 << 20)

void sup_keys_begin(struct sup *sup)
{
	if (!*sup->record.setup_drive)
		return;
	sup_log(sup, LOG_NOTE, "blank disk: pressing a key until the disc in %s is read",
		sup->record.setup_drive);
	sup->keys.next = sup_now();
	sup->keys.until = sup->keys.next + PRESS_FOR_MS;
}

void sup_keys_end(struct sup *sup, const char *why)
{
	if (sup->keys.next < 0)
		return;
	sup->keys.next = -1;
	sup_log(sup, LOG_NOTE, "no more keys: %s", why);
}

/* "drive1", or "/machine/peripheral/drive1" where QEMU gives the path. */
static bool is_drive(const json_t *device, const char *drive)
{
	const char *id = json_string_value(device), *last = id ? strrchr(id, '/') : NULL;

	return id && !strcmp(last ? last + 1 : id, drive);
}

static json_int_t counter(const json_t *device, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(device, "stats"), name));
}

static void on_stats(struct sup *sup, const struct qmp_item *item)
{
	const json_t *device;
	size_t i;

	if (item->err || sup->keys.next < 0)
		return;
	json_array_foreach(item->value, i, device) {
		const json_t *qdev = json_object_get(device, "qdev");

		if (is_drive(qdev, sup->record.setup_drive) && counter(device, "rd_bytes") >= READ_ON_BYTES)
			sup_keys_end(sup, "the disc is read");
		else if (is_drive(qdev, "drive0") && counter(device, "wr_bytes") > 0)
			sup_keys_end(sup, "the disk is written");
	}
}

static void on_key(struct sup *sup, const struct qmp_item *item)
{
	if (item->err)
		sup_keys_end(sup, item->error_desc ? item->error_desc : strerror(-item->err));
}

static const struct sup_call stats_call = { on_stats }, key_call = { on_key };

/* A blank: no firmware takes it for an order, and no field of a form changes by it. */
static void press(struct sup *sup)
{
	json_t *args = json_pack("{s:[{s:s, s:s}]}", "keys", "type", "qcode", "data", "spc");

	sup_link_submit(sup, "query-blockstats", NULL, -1, &stats_call);
	sup_link_submit(sup, "send-key", args, -1, &key_call);
}

void sup_keys_timer(struct sup *sup, int64_t now)
{
	if (sup->keys.next < 0 || sup->keys.next > now)
		return;
	if (sup->state != SUP_RUNNING || now >= sup->keys.until) {
		sup_keys_end(sup, now >= sup->keys.until ? "too long ago" : "the VM is going down");
		return;
	}
	sup->keys.next = now + PRESS_MS;
	if (sup_link_usable(sup))
		press(sup);
}

/* --- the end of set-up ----------------------------------------------------------------------- */

static bool remove_one(struct sup *sup, const char *dir, const char *below, const char *file)
{
	char path[PATH_MAX];

	if (!str_print(path, sizeof(path), "%s/%s%s/%s", dir, sup->s->name, below, file))
		return false;
	if (!unlink(path) || errno == ENOENT)
		return true;
	sup_log(sup, LOG_WARNING, "%s: %s", path, strerror(errno));
	return false;
}

static const struct sup_call no_call = { on_key };

void sup_tray_moved(struct sup *sup, const json_t *data)
{
	const struct paths *p = sup->s->paths;

	if (!*sup->record.answers_drive || !json_is_true(json_object_get(data, "tray-open")) ||
	    !is_drive(json_object_get(data, "id"), sup->record.answers_drive))
		return;
	sup_keys_end(sup, "set-up is through");
	sup_link_submit(sup, "blockdev-remove-medium",
			json_pack("{s:s}", "id", sup->record.answers_drive), -1, &no_call);
	if (remove_one(sup, p->vms, ".conf.d", WISH_SETUP_FILE) &&
	    remove_one(sup, p->data, "", WISH_ANSWERS_FILE))
		sup_log(sup, LOG_NOTE, "set-up is through: its discs are out of the VM file");
	*sup->record.answers_drive = '\0';
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stop outlives the supervisor that began it: run/NAME/stopping.json says until when the guest has
 * time. So a supervisor that is killed while it stops a VM, or that systemd replaces by the ExecStop= of the
 * VM's unit, is followed by one that goes on where it was.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/run/supervise_core.h"

#define STOPPING_FILE	"stopping.json"
#define STOPPING_MAX	4096

void sup_mark_stopping(struct sup *sup)
{
	int64_t left = sup->deadline < 0 ? 0 : sup->deadline - sup_now();
	_json_ json_t *json = json_pack("{s:i, s:s, s:I, s:I, s:I}", "version", 1, "kind", "stopping",
					"pid", (json_int_t)sup->record.id.pid, "start_ticks",
					(json_int_t)sup->record.id.start_ticks, "until_boot_ms",
					(json_int_t)(clock_boot_ms() + left));
	int r = json ? file_replace_json_at(sup->run_fd, STOPPING_FILE, json, 0600) : -ENOMEM;

	if (r)
		sup_log(sup, LOG_WARNING, "%s: %s", STOPPING_FILE, strerror(-r));
}

/* The VM's uuid is the same in every run: it is the process that tells them apart. */
bool sup_resume_stop(struct sup *sup)
{
	int err;
	_json_ json_t *json = file_load_json_at(sup->run_fd, STOPPING_FILE, STOPPING_MAX, &err);
	json_int_t until = json_integer_value(json_object_get(json, "until_boot_ms"));
	int64_t left;

	if (record_check_version(json, 1) ||
	    json_integer_value(json_object_get(json, "pid")) != sup->record.id.pid ||
	    (uint64_t)json_integer_value(json_object_get(json, "start_ticks")) !=
	    sup->record.id.start_ticks)
		return false;
	left = until - clock_boot_ms();
	sup->stop_ms = left <= 0 ? 0 : left > (int64_t)SUPERVISE_STOP_MAX_MS ? SUPERVISE_STOP_MAX_MS :
		       (unsigned int)left;
	return true;
}

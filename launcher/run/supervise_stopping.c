/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stop outlives the supervisor that began it: run/NAME/stopping.json says until when the guest has
 * time. So a supervisor that is killed while it stops a VM, or that systemd replaces by the ExecStop= of the
 * VM's unit, is followed by one that goes on where it was. An end by force is marked there too: whoever writes
 * its record then, it is no failure.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/run/supervise_core.h"

#define STOPPING_FILE	"stopping.json"
#define STOPPING_MAX	4096

/* The VM's uuid is the same in every run: it is the process that tells them apart. */
static int write_mark(int run_fd, const struct identity *id, int64_t left_ms, bool by_force)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:I, s:I, s:I, s:b}", "version", 1, "kind", "stopping",
					"pid", (json_int_t)id->pid, "start_ticks", (json_int_t)id->start_ticks,
					"until_boot_ms", (json_int_t)(clock_boot_ms() + left_ms),
					"by_force", by_force);

	return json ? file_replace_json_at(run_fd, STOPPING_FILE, json, 0600) : -ENOMEM;
}

/* The mark of this very process, a new reference, or NULL. */
static json_t *read_mark(const struct sup *sup)
{
	int err;
	_json_ json_t *json = file_load_json_at(sup->run_fd, STOPPING_FILE, STOPPING_MAX, &err);

	if (record_check_version(json, 1) ||
	    json_integer_value(json_object_get(json, "pid")) != sup->record.id.pid ||
	    (uint64_t)json_integer_value(json_object_get(json, "start_ticks")) != sup->record.id.start_ticks)
		return NULL;
	return TAKE(json);
}

void sup_mark_stopping(struct sup *sup)
{
	int64_t left = sup->deadline < 0 ? 0 : sup->deadline - sup_now();
	int r = write_mark(sup->run_fd, &sup->record.id, left, sup->facts.killed_by_us);

	if (r)
		sup_log(sup, LOG_WARNING, "%s: %s", STOPPING_FILE, strerror(-r));
}

int supervise_mark_killing(const struct paths *p, const char *name)
{
	_fd_ int run = record_open_dir(p, name);
	struct record record;
	int r = run < 0 ? run : record_read(run, &record);

	return r ? r : write_mark(run, &record.id, 0, true);
}

static bool take_force(struct sup *sup, const json_t *mark)
{
	if (!json_is_true(json_object_get(mark, "by_force")))
		return false;
	sup->facts.killed_by_us = true;
	sup->last_rung = "kill";
	return true;
}

void sup_recall_kill(struct sup *sup)
{
	_json_ json_t *json = read_mark(sup);

	(void)take_force(sup, json);
}

bool sup_resume_stop(struct sup *sup, enum sup_event *event)
{
	_json_ json_t *json = read_mark(sup);
	json_int_t until = json_integer_value(json_object_get(json, "until_boot_ms"));
	int64_t left;

	if (!json)
		return false;
	if (take_force(sup, json)) {
		*event = EV_KILL;
		return true;
	}
	*event = EV_STOP;
	left = until - clock_boot_ms();
	sup->stop_ms = left <= 0 ? 0 : left > (int64_t)SUPERVISE_STOP_MAX_MS ? SUPERVISE_STOP_MAX_MS :
		       (unsigned int)left;
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/restart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/signals.h"
#include "launcher/run/record.h"

#define RESTARTS_FILE	"restarts.json"
#define RESTARTS_MAX	8192
#define STEP_MS		100

/** struct restarts - the file */
struct restarts {
	struct sup_pace pace;
	struct identity by;	/* who will start it; pid 0: nobody */
};

static int load(int run, struct restarts *r)
{
	_json_ json_t *json = NULL;
	int err = 0;

	*r = (struct restarts){ 0 };
	json = file_load_json_at(run, RESTARTS_FILE, RESTARTS_MAX, &err);
	if (!json)
		return err;
	err = record_check_version(json, 1);
	if (err)
		return err;
	r->pace.since_ms = json_integer_value(json_object_get(json, "since_boot_ms"));
	r->pace.count = (unsigned int)json_integer_value(json_object_get(json, "count"));
	if (json_is_object(json_object_get(json, "by")))
		return identity_from_json(json_object_get(json, "by"), &r->by);
	return 0;
}

static int store(int run, const struct restarts *r)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:I, s:i, s:o}", "version", 1, "kind", "restarts",
					"since_boot_ms", (json_int_t)r->pace.since_ms, "count",
					(int)r->pace.count, "by",
					r->by.pid ? identity_json(&r->by) : json_null());

	return json ? file_replace_json_at(run, RESTARTS_FILE, json, 0600) : -ENOMEM;
}

enum restart restart_judge(const struct paths *p, const char *name, enum sup_end end)
{
	_fd_ int run = record_open_dir(p, name);
	struct restarts r;
	int err = run < 0 ? run : load(run, &r);
	bool often;

	if (!sup_restarts(end) || (err && err != -ENOENT))
		return RESTART_NO;
	often = sup_pace_exceeded(&r.pace, clock_boot_ms(), SUP_RESTARTS, SUP_RESTART_WINDOW_MS);
	r.by.pid = 0;
	if (!often && identity_read(getpid(), &r.by))
		return RESTART_NO;
	if (store(run, &r))
		return RESTART_NO;
	return often ? RESTART_TOO_OFTEN : RESTART_DUE;
}

bool restart_is_mine(const struct paths *p, const char *name)
{
	_fd_ int run = record_open_dir(p, name);
	struct restarts r;
	struct identity me;

	return run >= 0 && !load(run, &r) && r.by.pid == getpid() && !identity_read(getpid(), &me) &&
	       r.by.start_ticks == me.start_ticks;
}

bool restart_is_pending(const struct paths *p, const char *name)
{
	_fd_ int run = record_open_dir(p, name), pidfd = -1;
	struct restarts r;

	if (run < 0 || load(run, &r) || !r.by.pid)
		return false;
	pidfd = identity_open(&r.by);
	return pidfd >= 0;
}

bool restart_cancel(const struct paths *p, const char *name)
{
	bool pending = restart_is_pending(p, name);
	_fd_ int run = record_open_dir(p, name);

	if (run >= 0)
		unlinkat(run, RESTARTS_FILE, 0);
	return pending;
}

void restart_run(const struct paths *p, const char *name, char *const argv[])
{
	int64_t until = clock_ms() + SUP_RESTART_MS;

	signals_reset();
	while (clock_ms() < until) {
		poll(NULL, 0, STEP_MS);
		if (!restart_is_mine(p, name))
			return;
	}
	execv("/proc/self/exe", argv);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/supervise_status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/control.h"
#include "launcher/run/lock.h"
#include "launcher/run/restart.h"
#include "launcher/run/screen.h"
#include "launcher/run/supervise_core.h"
#include "launcher/run/unit.h"

#define CALL_MS		2000
#define END_MAX		65536

static json_t *or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *time_or_null(uint64_t unix_time)
{
	return unix_time ? json_integer((json_int_t)unix_time) : json_null();
}

/* A socket of the run that a person may connect to; null when it is not there. */
static json_t *socket_path(const struct paths *p, const char *name, const char *file)
{
	char path[PATH_MAX];
	struct stat st;

	if (!str_print(path, sizeof(path), "%s/%s/%s", p->run, name, file) || lstat(path, &st) ||
	    !S_ISSOCK(st.st_mode))
		return json_null();
	return json_string(path);
}

/* How the run before this record's ended. */
static json_t *previous_end(const struct record *r)
{
	if (!r || !*r->last_end || !r->last_ended)
		return json_null();
	return json_pack("{s:s, s:I}", "end", r->last_end, "ended", (json_int_t)r->last_ended);
}

/* The members that every state has; @known NULL: no run is known. */
static json_t *status_base(const struct paths *p, const char *name, const char *state,
			   const struct record *known)
{
	/* What the record says of a run that is no more, or not yet, is not said. */
	const struct record *r = strcmp(state, STATUS_STOPPED) && strcmp(state, STATUS_LAUNCHING) ? known : NULL;
	char bdf[BDF_TEXT_MAX], why[256];
	json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:b, s:b}", "version", 1, "kind",
				 "status", "name", name, "scope", p->system ? "system" : "user",
				 "state", state, "running", strcmp(state, STATUS_STOPPED) != 0,
				 "supervised", 0);

	if (!json)
		return NULL;
	json_object_set_new(json, "pid", r ? json_integer(r->id.pid) : json_null());
	json_object_set_new(json, "started", time_or_null(r ? r->started_unix : 0));
	json_object_set_new(json, "qemu", or_null(r ? r->qemu : NULL));
	json_object_set_new(json, "igpu", r && r->igpu ?
			    json_string(bdf_text(r->host_bdf, bdf)) : json_null());
	json_object_set_new(json, "vnc", r && r->emulated_display ?
			    socket_path(p, name, PLAN_VNC_SOCKET) : json_null());
	json_object_set_new(json, "display", or_null(r ? r->display : NULL));
	json_object_set_new(json, "emulated_display", r ? json_boolean(r->emulated_display) : json_null());
	json_object_set_new(json, "console", r ? socket_path(p, name, "console") : json_null());
	json_object_set_new(json, "rdp", r && r->rdp_port ?
			    json_sprintf("%s:%u", r->rdp_lan ? "0.0.0.0" : "127.0.0.1", r->rdp_port) :
			    json_null());
	json_object_set_new(json, "since", json_null());
	json_object_set_new(json, "run_state", json_null());
	json_object_set_new(json, "healthy", json_null());
	json_object_set_new(json, "unresponsive_since", json_null());
	json_object_set_new(json, "counts", json_null());
	json_object_set_new(json, "helpers_ended", json_null());
	json_object_set_new(json, "end", json_null());
	json_object_set_new(json, "trial_until", json_null());
	json_object_set_new(json, "agent", json_null());
	json_object_set_new(json, "starts", known && known->starts ? json_integer(known->starts) : json_null());
	json_object_set_new(json, "previous_end", previous_end(known));
	json_object_set_new(json, "unsupported", or_null(r ? r->words : NULL));
	json_object_set_new(json, "unit", r && unit_has_process(r->id.pid, name) ?
			    json_sprintf(UNIT_VM, name) : json_null());
	json_object_set_new(json, "autostart", json_boolean(unit_is_enabled(p, name)));
	json_object_set_new(json, "restarting", json_boolean(!strcmp(state, STATUS_STOPPED) &&
						       restart_is_pending(p, name)));
	json_object_set_new(json, "reboot_needed", screen_lost(p, name, why, sizeof(why)) ?
			    json_string(why) : json_null());
	return json;
}

/* null: it does not run, and that is as somebody wants it. */
static json_t *healthy(const struct sup *sup)
{
	static json_t *(*const make[])(void) = {
		[HEALTH_GOOD] = json_true, [HEALTH_IDLE] = json_null, [HEALTH_BAD] = json_false,
	};

	if (sup->state == SUP_DEAF || sup->silent_unix || sup_helpers_gone(sup))
		return json_false();
	return make[sup_health(sup->link.run_state)]();
}

json_t *sup_status_json(const struct sup *sup)
{
	const struct sup_counts *c = &sup->counts;
	json_t *json = status_base(sup->s->paths, sup->s->name, sup_state_text(sup->state),
				   &sup->record);

	if (!json)
		return NULL;
	json_object_set_new(json, "supervised", json_true());
	if (sup->trial_at >= 0)
		json_object_set_new(json, "trial_until",
				    json_integer((json_int_t)time(NULL) +
						 (sup->trial_at - sup_now()) / 1000));
	json_object_set_new(json, "since", time_or_null(sup->state_unix));
	json_object_set_new(json, "run_state", or_null(sup->link.run_state));
	json_object_set_new(json, "healthy", healthy(sup));
	json_object_set_new(json, "unresponsive_since", time_or_null(sup->silent_unix));
	json_object_set_new(json, "agent", sup->port.known ? json_boolean(sup->port.open) : json_null());
	json_object_set_new(json, "helpers_ended", sup_helpers_json(sup));
	json_object_set_new(json, "counts",
			    json_pack("{s:i, s:i, s:i, s:i, s:i}", "watchdogs", (int)c->watchdogs, "resets", (int)c->resets, "panics",
				      (int)c->panics, "io_errors", (int)c->io_errors,
				      "reconnects", (int)c->reconnects));
	return json;
}

static int ask_supervisor(const struct paths *p, const char *name, json_t **status)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "status"), *answer = NULL;
	int r = request ? control_call(p, name, request, CALL_MS, &answer) : -ENOMEM;

	if (r)
		return r;
	if (!json_is_string(json_object_get(answer, "state")))
		return -EBADMSG;
	json_object_del(answer, "ok");
	*status = TAKE(answer);
	return 0;
}

/* How the last run ended: end.json, when it is that run's. */
static json_t *last_end(int run_fd, const struct record *r)
{
	int err;
	_json_ json_t *end = file_load_json_at(run_fd, END_FILE, END_MAX, &err);
	const char *uuid = json_string_value(json_object_get(end, "uuid"));

	if (!uuid || strcmp(uuid, r->id.uuid) || record_check_version(end, 1))
		return json_null();
	return TAKE(end);
}

/*
 * Its lock is held and there is no record, which is written before QEMU is: a launch on its
 * way, or the run directory was removed and the holder is all that is known.
 */
static int read_lost(const struct paths *p, const char *name, json_t **status)
{
	_fd_ int pidfd = -1;
	pid_t pid = lock_vm_qemu(p, name, &pidfd);

	*status = status_base(p, name, pid > 0 ? STATUS_UNSUPERVISED : STATUS_LAUNCHING, NULL);
	if (*status && pid > 0)
		json_object_set_new(*status, "pid", json_integer(pid));
	return *status ? 0 : -ENOMEM;
}

static int read_unsupervised(const struct paths *p, const char *name, int held, json_t **status)
{
	_fd_ int run_fd = record_open_dir(p, name), pidfd = -1;
	struct record record;
	bool known, there;
	int r = run_fd < 0 ? run_fd : record_read(run_fd, &record);

	if (r && r != -ENOENT && r != -ENOTDIR)
		return r;
	known = !r;
	if (known)
		pidfd = identity_open(&record.id);
	if (r == -ENOENT && held)
		return read_lost(p, name, status);
	there = held && (pidfd >= 0 || pidfd == -EPERM || pidfd == -EACCES);
	*status = status_base(p, name, !held ? STATUS_STOPPED : there ? STATUS_UNSUPERVISED :
			      STATUS_LAUNCHING, known ? &record : NULL);
	if (*status && !held && known) {
		json_object_set_new(*status, "end", last_end(run_fd, &record));
		json_object_set_new(*status, "started", time_or_null(record.started_unix));
	}
	return *status ? 0 : -ENOMEM;
}

bool status_is_lost(const json_t *status)
{
	return json_is_integer(json_object_get(status, "pid")) &&
	       json_is_null(json_object_get(status, "started"));
}

bool status_is_unseen(const json_t *status)
{
	return json_is_false(json_object_get(status, "running")) &&
	       json_is_null(json_object_get(status, "end")) &&
	       json_is_integer(json_object_get(status, "started"));
}

int status_read(const struct paths *p, const char *name, json_t **status)
{
	int held, r = ask_supervisor(p, name, status);

	/* What is no directory of sockets has no supervisor that could be asked. */
	if (!r || !(control_nobody(r) || r == -ENOTDIR || r == -ELOOP))
		return r;
	held = lock_vm_held(p, name);
	return held < 0 ? held : read_unsupervised(p, name, held, status);
}

bool status_exists(const struct paths *p, const char *name)
{
	char path[PATH_MAX];

	if (str_print(path, sizeof(path), "%s/%s.conf", p->vms, name) && !access(path, F_OK))
		return true;
	/* A file that was deleted while its VM runs does not make the VM disappear. */
	return lock_vm_held(p, name) == 1;
}

int status_find(const char *root, const char *name, struct paths *p)
{
	int r = paths_mine(p, root);

	if (!r && status_exists(p, name))
		return 0;
	if (!r && p->system)
		return -ENOENT;
	paths_system(p, root);
	return status_exists(p, name) ? 0 : -ENOENT;
}

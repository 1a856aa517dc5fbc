/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What systemd knows of an end. It is QEMU's parent, so it always knows the exit status; a supervisor of
 * a unit never is, and knows what QEMU and the guest said. Together they are the whole record.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/lock.h"
#include "launcher/run/supervise_core.h"

#define SUPERVISOR_MS	5000
#define STEP_MS		20
#define END_MAX		65536

/* The name in EXIT_STATUS is without SIG. */
static int signal_number(const char *name)
{
	for (int i = 1; i < NSIG; i++) {
		const char *abbrev = sigabbrev_np(i);

		if (abbrev && !strcmp(abbrev, name))
			return i;
	}
	return 0;
}

static bool take_facts(struct sup_end_facts *f, const char *code, const char *status)
{
	uint64_t v;

	if (!strcmp(code, "exited")) {
		if (!str_u64(status, 10, 255, &v))
			return false;
		f->exit_code = (int)v;
	} else {
		f->signal = signal_number(status);
		if (!f->signal)
			return false;
	}
	f->reaped = true;
	return true;
}

/* What the supervisor had written down, for judging again with the exit status that it had not. */
static void recall(const json_t *end, struct sup_end_facts *f)
{
	const char *reason = json_string_value(json_object_get(end, "reason"));
	const char *by = json_string_value(json_object_get(end, "by"));

	f->was_ready = json_is_true(json_object_get(end, "ready"));
	f->timed_out = json_is_true(json_object_get(end, "timed_out"));
	f->asked = by != NULL;
	f->killed_by_us = by && !strcmp(by, "kill");
	f->guest_panic = reason && !strcmp(reason, "guest-panic");
	f->guest_shutdown = reason && str_starts(reason, "guest-") && !f->guest_panic;
	f->host_qmp_quit = reason && str_starts(reason, "host-");
}

static enum sup_end end_of(const json_t *end)
{
	const char *text = json_string_value(json_object_get(end, "end"));

	for (enum sup_end e = 0; text && e < END_NENDS; e++)
		if (!strcmp(text, sup_end_text(e)))
			return e;
	return END_UNKNOWN;
}

static void set_exit(json_t *end, const struct sup_end_facts *f)
{
	const char *name = f->signal ? sigabbrev_np(f->signal) : NULL;

	json_object_set_new(end, "exit_code", f->signal ? json_null() : json_integer(f->exit_code));
	json_object_set_new(end, "signal", f->signal ? json_integer(f->signal) : json_null());
	json_object_set_new(end, "signal_name", name ? json_string(name) : json_null());
	json_object_set_new(end, "exit_from", json_string("systemd"));
}

/* Into the record that is there: the exit status where nobody knew it, and systemd's own word. */
static enum sup_end amend(json_t *end, const char *result, const char *code, const char *status)
{
	struct sup_end_facts f = { 0 };
	enum sup_end e = end_of(end);

	json_object_set_new(end, "service_result", json_string(result));
	if (!json_is_null(json_object_get(end, "exit_from")))
		return e;
	recall(end, &f);
	if (!take_facts(&f, code, status))
		return e;
	e = sup_classify(&f);
	set_exit(end, &f);
	json_object_set_new(end, "end", json_string(sup_end_text(e)));
	return e;
}

/* Its lock, or -EBUSY: it does not come to an end, and is not waited for. */
static int wait_for_supervisor(const struct paths *p, const char *name)
{
	int64_t until = sup_now() + SUPERVISOR_MS;
	int fd;

	while ((fd = lock_supervisor(p, name)) == -EBUSY && sup_now() < until)
		poll(NULL, 0, STEP_MS);
	return fd;
}

static int record_exit(struct sup *sup, const char *result, const char *code, const char *status,
		       enum sup_end *end)
{
	_json_ json_t *json = NULL;
	int r = record_read(sup->run_fd, &sup->record);

	if (r)
		return r;
	if (!sup_has_end(sup)) {
		sup->facts.was_ready = sup_was_ready(sup);
		r = sup_write_end(sup, end, &json);
		json_decref(TAKE(json));
	}
	json = r ? NULL : file_load_json_at(sup->run_fd, END_FILE, END_MAX, &r);
	if (!json)
		return r;
	r = record_check_version(json, 1);
	if (r)
		return r;
	*end = amend(json, result, code, status);
	return file_replace_json_at(sup->run_fd, END_FILE, json, 0600);
}

int supervise_record_exit(const struct paths *p, const char *name, const char *result, const char *code,
			  const char *status, enum sup_end *end)
{
	const struct supervise s = { .paths = p, .name = name, .ready_fd = -1 };
	_free_ struct sup *sup = malloc(sizeof(*sup));
	int r;

	*end = END_UNKNOWN;
	if (!sup)
		return -ENOMEM;
	sup_init(sup, &s);
	sup->lock_fd = wait_for_supervisor(p, name);
	r = sup->run_fd = record_open_dir(p, name);
	if (r >= 0)
		r = record_exit(sup, result, code, status, end);
	sup_done(sup);
	return r;
}

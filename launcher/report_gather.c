/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/report_gather.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/devices_look.h"
#include "launcher/facts/vfio.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/record.h"
#include "launcher/run/supervise_status.h"
#include "launcher/run/verified.h"
#include "launcher/verify/seen.h"

#define VBT_MAX		(256u << 10)
#define LOG_LINES	40u
#define EVENTS_MAX	200u
#define EVENTS_STREAM	"events"
#define UID_PERSON	1000	/* UID_MIN of login.defs(5) */
#define UID_NOBODY	65534

/* --- the run's logs ------------------------------------------------------------------------- */

/* The newest file of a ring. */
static char *read_ring(int run_fd, const char *stream)
{
	char path[32], *text = NULL;
	size_t len = 0;

	if (run_fd < 0 || file_read_at(run_fd, ring_path(stream, 0, path), 2 * RING_BYTES, &text, &len))
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '?';
	return text;
}

/* Does this line tell of the iGPU? QEMU's, and those of what igvm runs in the guest before its system. */
static bool is_about(const char *line)
{
	return strcasestr(line, "igd") || strcasestr(line, "vfio") || str_starts(line, "igvm-");
}

static json_t *line_json(char *line)
{
	size_t n = strcspn(line, "\r");

	line[n < 400 ? n : 400] = '\0';
	str_sanitize(line);
	return json_string(line);
}

/* The last lines that do; @list keeps LOG_LINES of each stream. */
static void add_lines(json_t *list, char *text)
{
	_json_ json_t *hits = json_array();
	char *rest = NULL;

	if (!text)
		return;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (!is_about(line))
			continue;
		json_array_append_new(hits, line_json(line));
		if (json_array_size(hits) > LOG_LINES)
			json_array_remove(hits, 0);
	}
	json_array_extend(list, hits);
}

static json_t *log_json(int run_fd)
{
	static const char *const streams[] = { "firmware", "qemu" };
	json_t *list = json_array();

	for (size_t i = 0; list && i < ARRAY_SIZE(streams); i++) {
		_free_ char *text = read_ring(run_fd, streams[i]);

		add_lines(list, text);
	}
	return list;
}

/* What happened since @started, seconds. */
static json_t *events_json(int run_fd, json_int_t started)
{
	_free_ char *text = read_ring(run_fd, EVENTS_STREAM);
	json_t *list = json_array();
	char *rest = NULL;

	if (!text)
		return list;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *event = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		/* A ring may begin in the middle of a line. */
		if (!event)
			continue;
		if (json_integer_value(json_object_get(event, "time_ms")) < started * 1000)
			json_decref(event);
		else if (json_array_append_new(list, event))
			break;
		if (json_array_size(list) > EVENTS_MAX)
			json_array_remove(list, 0);
	}
	return list;
}

/* Of the table that was handed over to the last run; else of the host's, where its OpRegion was read. */
static json_t *connectors_json(int run_fd, const struct vfio_facts *vfio)
{
	_free_ struct seen_host *h = calloc(1, sizeof(*h));
	_free_ char *bytes = NULL;
	struct span host = vfio_vbt(vfio);
	json_t *list = json_array();
	size_t len = 0;

	if (!h)
		return list;
	if (run_fd >= 0 && !file_read_at(run_fd, LAUNCH_VBT_FILE, VBT_MAX, &bytes, &len))
		seen_vbt_parse(bytes, len, h);
	else if (host.n)
		seen_vbt_parse((const char *)host.p, host.n, h);
	for (size_t i = 0; i < h->n_connector; i++)
		json_array_append_new(list, json_string(h->connector[i]));
	return list;
}

/* --- the VM ------------------------------------------------------------------------------------ */

static json_t *or_null(json_t *v)
{
	return v ? v : json_null();
}

static json_t *vm_json(const struct pipeline *p, int run_fd)
{
	_json_ json_t *status = NULL, *seen = NULL;
	int err = 0;

	/* What cannot be told is null. */
	if (status_read(&p->paths, p->name, &status))
		status = NULL;
	seen = verified_load(&p->paths, p->name, &err);
	return json_pack("{s:s, s:o, s:o, s:O?, s:O?, s:O?, s:o, s:o, s:O?}", "name", p->name, "plan",
			 p->words.n ? or_null(plan_json(&p->plan)) : json_null(), "command",
			 p->words.n ? or_null(words_json(&p->words, p->plan.qemu)) : json_null(), "state",
			 json_object_get(status, "state"), "started", json_object_get(status, "started"), "end",
			 json_object_get(status, "end"), "events",
			 events_json(run_fd, json_integer_value(json_object_get(status, "started"))), "log",
			 log_json(run_fd), "seen", seen);
}

static json_t *groups_json(const struct doctor *d)
{
	_free_ struct devices_look *s = calloc(1, sizeof(*s));

	if (!s || devices_look(d->p->g->root, &d->p->host, s))
		return json_null();
	return or_null(devices_json(&s->devices));
}

json_t *report_gather(const struct doctor *d)
{
	_fd_ int run_fd = d->p->name ? record_open_dir(&d->p->paths, d->p->name) : -1;
	_json_ json_t *o = json_pack("{s:i, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:n, s:[]}", "version", 1, "kind",
				     "report", "igvm", IGVM_VERSION, "time", (json_int_t)time(NULL), "doctor",
				     doctor_object(d), "devices", groups_json(d), "connectors",
				     connectors_json(run_fd, &d->p->host.vfio), "vm",
				     d->p->name ? vm_json(d->p, run_fd) : json_null(), "again", "removed");

	if (!o || json_object_set_new(o, "verdict", json_string(verdict_text(report_verdict(o)))))
		return NULL;
	return TAKE(o);
}

/* --- names ---------------------------------------------------------------------------------------- */

static void add_user(struct report_people *p, const char *name)
{
	struct report_names *n = &p->names;

	if (!name || n->n_user == REPORT_NAMES_MAX || !str_copy(p->user[n->n_user], sizeof(p->user[0]), name) ||
	    !*name || !strcmp(name, "root"))
		return;
	n->user[n->n_user] = p->user[n->n_user];
	n->n_user++;
}

static void read_users(const char *root, struct report_people *p)
{
	_file_ FILE *f = NULL;
	char path[PATH_MAX];
	struct passwd *e;

	if (str_print(path, sizeof(path), "%s/etc/passwd", root))
		f = fopen(path, "re");
	while (f && (e = fgetpwent(f)))
		if (e->pw_uid >= UID_PERSON && e->pw_uid != UID_NOBODY)
			add_user(p, e->pw_name);
}

static void read_hostname(const char *root, struct report_people *p)
{
	char path[PATH_MAX];

	if (!str_print(path, sizeof(path), "%s/proc/sys/kernel/hostname", root) ||
	    file_read_line_at(AT_FDCWD, path, p->host, sizeof(p->host)))
		return;
	p->names.host = p->host;
}

void report_people_read(const char *root, struct report_people *p)
{
	*p = (struct report_people){ 0 };
	/* A directory's users are in no file: those who are here have said who they are. */
	add_user(p, getenv("SUDO_USER"));
	add_user(p, getenv("USER"));
	read_users(root, p);
	read_hostname(root, p);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has happened to the VM, one JSON object a line, in the ring run/NAME/log/events: what `igvm events`
 * shows. A guest decides how many there are: above a rate they are counted, and the count is a line.
 */
#include <string.h>
#include <time.h>

#include "launcher/run/supervise_core.h"

#define LINES_MAX	20	/* a second */
#define DATA_MAX	2048	/* bytes; QEMU's own events have a few hundred */

static int64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool has_room(struct sup_events *e)
{
	int64_t second = sup_now() / 1000;

	if (second != e->second) {
		e->second = second;
		e->lines = 0;
	}
	return ++e->lines <= LINES_MAX;
}

static void write_line(struct sup *sup, const char *event, const json_t *data)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:s, s:I, s:s}", "version", 1, "kind", "event", "name",
					sup->s->name, "time_ms", (json_int_t)wall_ms(), "event", event);
	_free_ char *text = NULL;
	size_t n;

	if (json && data && json_dumpb(data, NULL, 0, JSON_COMPACT) <= DATA_MAX)
		json_object_set(json, "data", (json_t *)data);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (!text)
		return;
	/* The NUL's place is the newline's. */
	n = strlen(text);
	text[n++] = '\n';
	ring_add(&sup->events.ring, text, n);
}

void sup_note(struct sup *sup, const char *event, const json_t *data)
{
	struct sup_events *e = &sup->events;

	if (sup->run_fd < 0)
		return;
	if (e->dir < 0) {
		e->dir = ring_open_dir(sup->run_fd);
		ring_init(&e->ring, e->dir, SUP_EVENTS_STREAM);
	}
	if (e->dir < 0)
		return;
	if (!has_room(e)) {
		e->suppressed++;
		return;
	}
	if (e->suppressed) {
		_json_ json_t *count = json_pack("{s:i}", "count", (int)e->suppressed);

		write_line(sup, "suppressed", count);
		e->suppressed = 0;
	}
	write_line(sup, event, data);
}

void sup_note_state(struct sup *sup, enum sup_state from, const char *why)
{
	_json_ json_t *data = json_pack("{s:s, s:s, s:s}", "from", sup_state_text(from), "to",
					sup_state_text(sup->state), "by", why);

	sup_note(sup, "state", data);
}

void sup_events_done(struct sup *sup)
{
	struct sup_events *e = &sup->events;

	if (e->dir < 0)
		return;
	ring_done(&e->ring);
	close(TAKE_FD(e->dir));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/sup.h"

#define TABLE_FILE	"tests/sup-table.txt"

static bool alive(enum sup_state s)
{
	return s != SUP_GONE;
}

static bool on_ladder(enum sup_state s)
{
	return s == SUP_ASKED || s == SUP_QUITTING || s == SUP_KILLING;
}

#define for_each_cell(s, e, c)							\
	for (int s = 0; s < SUP_NSTATES; s++)					\
		for (int e = 0; e < EV_NEVENTS; e++)				\
			for (struct sup_cell c = sup_step(s, e), *once_ = &c;	\
			     once_; once_ = NULL)

static void no_cell_is_unset(void **state)
{
	(void)state;
	for_each_cell(s, e, c)
		if (c.action == ACT_UNSET || c.next >= SUP_NSTATES || c.deadline >= SUP_NDEADLINES)
			fail_msg("%s, %s", sup_state_text(s), sup_event_text(e));
}

/* The table as reviewed text. IGVM_REWRITE=1 writes it anew; the difference is the review. */
static void cells_are_the_reviewed_ones(void **state)
{
	_free_ char *want = calloc(1, 65536), *have = NULL;
	_file_ FILE *out = NULL, *in = NULL;
	size_t n;

	(void)state;
	out = open_memstream(&have, &n);
	assert_non_null(out);
	fprintf(out, "# state event next action deadline\n");
	for_each_cell(s, e, c)
		fprintf(out, "%s %s %s %s %s\n", sup_state_text(s), sup_event_text(e),
			sup_state_text(c.next), sup_action_text(c.action),
			sup_deadline_text(c.deadline));
	fflush(out);
	if (getenv("IGVM_REWRITE")) {
		in = fopen(TABLE_FILE, "w");
		assert_non_null(in);
		assert_int_equal(fwrite(have, 1, n, in), n);
		return;
	}
	in = fopen(TABLE_FILE, "r");
	assert_non_null(in);
	assert_true(fread(want, 1, 65535, in) > 0);
	assert_string_equal(have, want);
}

static void the_end_is_the_end(void **state)
{
	(void)state;
	for (int e = 0; e < EV_NEVENTS; e++) {
		struct sup_cell c = sup_step(SUP_GONE, e);

		assert_int_equal(c.next, SUP_GONE);
		assert_int_equal(c.action, ACT_NONE);
	}
}

static void an_exit_is_always_recorded(void **state)
{
	(void)state;
	for_each_cell(s, e, c) {
		if (alive(s) && e == EV_EXIT) {
			assert_int_equal(c.next, SUP_GONE);
			assert_int_equal(c.action, ACT_RECORD);
		} else if (c.action == ACT_RECORD || (alive(s) && c.next == SUP_GONE)) {
			fail_msg("%s ends by %s", sup_state_text(s), sup_event_text(e));
		}
	}
}

static void detach_leaves_and_touches_nothing(void **state)
{
	(void)state;
	for (int s = 0; alive(s) && s < SUP_NSTATES; s++) {
		struct sup_cell c = sup_step(s, EV_DETACH);

		assert_int_equal(c.next, s);
		assert_int_equal(c.action, ACT_LEAVE);
	}
}

/* SIGKILL comes from somebody who asks, from the ladder, or for a QEMU that never answered. */
static void nothing_else_kills(void **state)
{
	(void)state;
	for_each_cell(s, e, c) {
		bool may = e == EV_KILL || (e == EV_DEADLINE && (s == SUP_ATTACHING ||
			   s == SUP_QUITTING || s == SUP_KILLING));

		if (c.action == ACT_KILL && !may)
			fail_msg("%s, %s", sup_state_text(s), sup_event_text(e));
		if (alive(s) && e == EV_KILL)
			assert_int_equal(c.action, ACT_KILL);
	}
}

/* Whatever happens on the ladder but an end or a detach: a deadline stays set, no rung goes up. */
static void the_ladder_cannot_be_stopped(void **state)
{
	(void)state;
	for_each_cell(s, e, c) {
		if (!on_ladder(s) || e == EV_EXIT || e == EV_DETACH)
			continue;
		if (c.deadline == SUP_NO_DEADLINE || (int)c.next < s || !on_ladder(c.next))
			fail_msg("%s, %s", sup_state_text(s), sup_event_text(e));
	}
	for (int s = 0; s < SUP_NSTATES; s++) {
		struct sup_cell c = sup_step(s, EV_STOP);

		if (!alive(s) || on_ladder(s))
			continue;
		assert_int_equal(c.next, SUP_ASKED);
		assert_int_equal(c.action, ACT_POWERDOWN);
		assert_int_equal(c.deadline, SUP_STOP_MS);
		c = sup_step(c.next, EV_DEADLINE);
		assert_int_equal(c.action, ACT_QUIT);
		c = sup_step(c.next, EV_DEADLINE);
		assert_int_equal(c.action, ACT_KILL);
		c = sup_step(c.next, EV_DEADLINE);
		assert_int_equal(c.action, ACT_KILL);
	}
}

/* A deadline is only kept by a state that keeps itself: another state's would be foreign. */
static void only_the_own_deadline_is_kept(void **state)
{
	(void)state;
	for_each_cell(s, e, c)
		if (c.deadline == SUP_KEEP && c.next != (enum sup_state)s)
			fail_msg("%s, %s", sup_state_text(s), sup_event_text(e));
}

static void ready_is_announced_by_an_answer_alone(void **state)
{
	(void)state;
	for_each_cell(s, e, c)
		if ((c.action == ACT_ANNOUNCE) != (e == EV_QMP_READY && c.next == SUP_RUNNING &&
						   s != SUP_RUNNING))
			fail_msg("%s, %s", sup_state_text(s), sup_event_text(e));
}

static void silence_kills_only_who_never_answered(void **state)
{
	struct sup_cell fresh = sup_first(false), old = sup_first(true);

	(void)state;
	assert_int_equal(fresh.next, SUP_ATTACHING);
	assert_int_equal(fresh.deadline, SUP_START_MS);
	assert_int_equal(sup_step(fresh.next, EV_DEADLINE).action, ACT_KILL);
	assert_int_equal(old.next, SUP_ADOPTING);
	assert_int_equal(sup_step(old.next, EV_DEADLINE).next, SUP_DEAF);
	assert_int_equal(sup_step(SUP_DEAF, EV_DEADLINE).next, SUP_DEAF);
	assert_int_equal(sup_step(SUP_DEAF, EV_QMP_READY).next, SUP_RUNNING);
}

static void every_end_has_one_class(void **state)
{
	static const struct {
		const char *what;
		struct sup_end_facts f;
		enum sup_end end;
	} row[] = {
		{ "guest shut down", { .reaped = 1, .guest_shutdown = 1, .was_ready = 1 }, END_CLEAN },
		{ "told to quit", { .reaped = 1, .host_qmp_quit = 1, .was_ready = 1 }, END_CLEAN },
		{ "exit 0 unheard", { .reaped = 1, .was_ready = 1 }, END_CLEAN },
		{ "panic", { .reaped = 1, .guest_panic = 1, .was_ready = 1 }, END_FAILED },
		{ "panic, exit 1", { .reaped = 1, .exit_code = 1, .guest_panic = 1, .was_ready = 1 },
		  END_FAILED },
		{ "panic, adopted", { .guest_panic = 1, .was_ready = 1 }, END_FAILED },
		{ "crash", { .reaped = 1, .signal = 11, .was_ready = 1 }, END_FAILED },
		{ "crash after shutdown", { .reaped = 1, .signal = 11, .was_ready = 1,
		  .guest_shutdown = 1 }, END_FAILED },
		{ "exit 0, never answered", { .reaped = 1 }, END_PERMANENT },
		{ "exit 0 at start, asked to", { .reaped = 1, .asked = 1 }, END_CLEAN },
		{ "exit 0 at start, went down", { .reaped = 1, .guest_shutdown = 1 }, END_CLEAN },
		{ "exit 1 at start, panic", { .reaped = 1, .exit_code = 1, .guest_panic = 1 },
		  END_FAILED },
		{ "abort at start", { .reaped = 1, .signal = 6 }, END_FAILED },
		{ "exit 1 at start", { .reaped = 1, .exit_code = 1 }, END_PERMANENT },
		{ "exit 1 later", { .reaped = 1, .exit_code = 1, .was_ready = 1 }, END_FAILED },
		{ "forced", { .reaped = 1, .signal = 9, .was_ready = 1, .killed_by_us = 1 }, END_FORCED },
		{ "forced, adopted", { .was_ready = 1, .killed_by_us = 1 }, END_FORCED },
		{ "exit won the race", { .reaped = 1, .was_ready = 1, .killed_by_us = 1 }, END_CLEAN },
		{ "killed by others", { .reaped = 1, .signal = 9, .was_ready = 1 }, END_FAILED },
		{ "never answered", { .reaped = 1, .signal = 9, .killed_by_us = 1, .timed_out = 1 },
		  END_FAILED },
		{ "nothing but resets", { .reaped = 1, .was_ready = 1, .storm = 1, .asked = 1 }, END_FAILED },
		{ "nothing but resets, killed", { .reaped = 1, .signal = 9, .was_ready = 1, .storm = 1,
		  .killed_by_us = 1 }, END_FAILED },
		{ "adopted, went down", { .guest_shutdown = 1, .was_ready = 1 }, END_CLEAN },
		{ "adopted, told to quit", { .host_qmp_quit = 1, .was_ready = 1 }, END_CLEAN },
		{ "adopted, vanished", { .was_ready = 1 }, END_UNKNOWN },
		{ "nobody saw anything", { 0 }, END_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		if (sup_classify(&row[i].f) != row[i].end)
			fail_msg("%s: %s, not %s", row[i].what, sup_end_text(sup_classify(&row[i].f)),
				 sup_end_text(row[i].end));
}

static void a_pace_is_counted_in_windows(void **state)
{
	struct sup_pace p = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_false(sup_pace_exceeded(&p, 1000 + i, 3, 100));
	assert_true(sup_pace_exceeded(&p, 1099, 3, 100));
	assert_false(sup_pace_exceeded(&p, 1100, 3, 100));
	assert_int_equal(p.count, 1);
	/* A clock that went back begins a new one. */
	assert_false(sup_pace_exceeded(&p, 5, 3, 100));
	assert_int_equal(p.count, 1);
	assert_true(sup_pace_exceeded(&p, 6, 0, 100));
}

static void only_what_may_help_is_started_again(void **state)
{
	(void)state;
	for (int e = 0; e < END_NENDS; e++)
		assert_int_equal(sup_restarts(e), e == END_FAILED);
}

static void health_is_told_from_the_run_state(void **state)
{
	static const struct {
		const char *state;
		enum sup_health health;
	} row[] = {
		{ "running", HEALTH_GOOD }, { "paused", HEALTH_IDLE }, { "", HEALTH_IDLE },
		{ "\x1b[31m", HEALTH_IDLE }, { "io-error", HEALTH_BAD }, { "guest-panicked", HEALTH_BAD },
		{ "internal-error", HEALTH_BAD }, { "watchdog", HEALTH_BAD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		assert_int_equal(sup_health(row[i].state), row[i].health);
		assert_int_equal(*sup_health_text(row[i].state) != 0, row[i].health == HEALTH_BAD);
	}
}

static void a_storm_ends_what_hears_no_button(void **state)
{
	(void)state;
	for (int s = 0; s < SUP_NSTATES; s++) {
		struct sup_cell c = sup_step(s, EV_STORM);

		if (!alive(s) || on_ladder(s))
			assert_int_equal(c.next, s);
		else
			assert_int_equal(c.action, ACT_QUIT);
	}
}

static void every_word_is_there_once(void **state)
{
	(void)state;
	for (int a = 0; a < SUP_NSTATES; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(sup_state_text(a), sup_state_text(b));
	for (int a = 0; a < EV_NEVENTS; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(sup_event_text(a), sup_event_text(b));
	for (int a = 0; a < ACT_NACTIONS; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(sup_action_text(a), sup_action_text(b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_cell_is_unset),
		cmocka_unit_test(a_pace_is_counted_in_windows),
		cmocka_unit_test(only_what_may_help_is_started_again),
		cmocka_unit_test(health_is_told_from_the_run_state),
		cmocka_unit_test(a_storm_ends_what_hears_no_button),
		cmocka_unit_test(cells_are_the_reviewed_ones),
		cmocka_unit_test(the_end_is_the_end),
		cmocka_unit_test(an_exit_is_always_recorded),
		cmocka_unit_test(detach_leaves_and_touches_nothing),
		cmocka_unit_test(nothing_else_kills),
		cmocka_unit_test(the_ladder_cannot_be_stopped),
		cmocka_unit_test(only_the_own_deadline_is_kept),
		cmocka_unit_test(ready_is_announced_by_an_answer_alone),
		cmocka_unit_test(silence_kills_only_who_never_answered),
		cmocka_unit_test(every_end_has_one_class),
		cmocka_unit_test(every_word_is_there_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

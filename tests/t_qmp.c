/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conversations from tests/qmp, each replayed in one piece, byte by
 * byte, in random pieces, and cut off after every byte of QEMU's side.
 *
 * A transcript's lines:
 *	% qga | events NAME...	which dialect; which events are wanted
 *	$ COMMAND [ARGUMENTS]	we submit this
 *	@ ID			we start a guest agent's synchronisation
 *	f ID			we forget this command
 *	> TEXT			the next line we write
 *	.			we have nothing to write
 *	< TEXT			a line from QEMU; \xNN is that byte. Those with no other
 *				step between them come in one read
 *	~			after a < line: the line does not end here
 *	!			end of file
 *	= TEXT			what comes out, in this order, from the whole of it
 *	c REPLIES EVENTS SKIPPED LATE STRAYS	the counts at the end
 */
#include "tests/t_qmp.h"

#include <ctype.h>
#include <glob.h>
#include <limits.h>

#include "qmp/qga.h"

enum { LOG_MAX = 256, EVENTS_MAX = 8, SEEN_MAX = 64 };

struct replay {
	struct qmp *q;
	char **lines;
	size_t n_lines;
	char *log[LOG_MAX];
	size_t n_log;
	unsigned step;		/* bytes at a time; 0: all; UINT_MAX: random */
	long cut;		/* hang up after so many bytes; < 0: never */
	unsigned seed;
	char input[65536];	/* consecutive < lines, to be fed as one */
	size_t n_input;
	int64_t submitted[SEEN_MAX];
	unsigned completed[SEEN_MAX];
	size_t n_submitted, n_forgotten;
	unsigned ends;
};

static const char *event_names[EVENTS_MAX + 1];

static void note_completion(struct replay *r, const struct qmp_item *it)
{
	for (size_t i = 0; i < r->n_submitted; i++)
		if (r->submitted[i] == it->id) {
			r->completed[i]++;
			return;
		}
	fail_msg("command %lld was never submitted", (long long)it->id);
}

static void take_items(struct replay *r)
{
	struct qmp_item it;

	while (qmp_next(r->q, &it)) {
		assert_int_equal(r->ends, 0);
		assert_true(r->n_log < LOG_MAX);
		r->log[r->n_log++] = item_text(&it);
		if (it.kind == QMP_REPLY)
			note_completion(r, &it);
		r->ends += it.kind == QMP_END;
		qmp_item_done(&it);
	}
	assert_int_equal(it.kind, QMP_NONE);
}

static size_t piece(struct replay *r, size_t left)
{
	size_t n = r->step ? r->step : left;

	if (r->step == UINT_MAX)
		n = 1 + (size_t)rand_r(&r->seed) % 40;
	return n < left ? n : left;
}

/* false: cut here */
static bool feed_pieces(struct replay *r, const char *bytes, size_t n)
{
	for (size_t at = 0, k; at < n; at += k) {
		k = piece(r, n - at);
		if (r->cut >= 0 && (long)k > r->cut)
			k = (size_t)r->cut;
		if (k)
			feed(r->q, bytes + at, k);
		take_items(r);
		if (r->cut < 0)
			continue;
		r->cut -= (long)k;
		if (!r->cut)
			return false;
	}
	return true;
}

/* \xNN in @text to the byte; returns how many bytes @out holds. */
static size_t unescape(const char *text, char *out)
{
	size_t n = 0;

	for (; *text; text++) {
		unsigned byte;

		if (text[0] == '\\' && text[1] == 'x' && sscanf(text + 2, "%2x", &byte) == 1) {
			out[n++] = (char)byte;
			text += 3;
		} else {
			out[n++] = *text;
		}
	}
	return n;
}

static void collect_input(struct replay *r, const char *text, bool line_end)
{
	assert_true(strlen(text) + 2 < sizeof(r->input) - r->n_input);
	r->n_input += unescape(text, r->input + r->n_input);
	if (!line_end)
		return;
	memcpy(r->input + r->n_input, "\r\n", 2);
	r->n_input += 2;
}

static bool play_input(struct replay *r)
{
	size_t n = r->n_input;

	r->n_input = 0;
	return feed_pieces(r, r->input, n);
}

static void expect_output(struct replay *r, const char *text)
{
	char *want = malloc(strlen(text) + 2);
	const char *p = NULL;
	size_t n, len = unescape(text, want);

	want[len++] = '\n';
	n = qmp_pending(r->q, &p);
	if (n != len || memcmp(p, want, n))
		fail_msg("written: %.*s\nwanted: %.*s", (int)n, n ? p : "", (int)len, want);
	while (n) {
		size_t k = piece(r, n);

		qmp_wrote(r->q, k);
		n -= k;
		if (n)
			assert_int_equal(qmp_pending(r->q, &p), n);
	}
	free(want);
}

static void play_submit(struct replay *r, const char *text)
{
	char command[64];
	json_t *args = NULL;
	int n = 0;
	int64_t id;

	assert_int_equal(sscanf(text, "%63s %n", command, &n), 1);
	if (n && text[n])
		assert_non_null(args = json_loads(text + n, 0, NULL));
	id = qmp_submit(r->q, command, args, r);
	assert_true(id > 0 && r->n_submitted < SEEN_MAX);
	r->submitted[r->n_submitted++] = id;
}

static void play_forget(struct replay *r, int64_t id)
{
	assert_int_equal(qmp_forget(r->q, id), 0);
	assert_int_equal(qmp_forget(r->q, id), -ENOENT);
	for (size_t i = 0; i < r->n_submitted; i++)
		if (r->submitted[i] == id)
			r->completed[i]++;
}

static void expect_counts(struct replay *r, const char *text)
{
	const struct qmp_counts *c = qmp_counts(r->q);
	char seen[128];

	snprintf(seen, sizeof(seen), "%llu %llu %llu %llu %llu", (unsigned long long)c->replies,
		 (unsigned long long)c->events, (unsigned long long)c->skipped,
		 (unsigned long long)c->late, (unsigned long long)c->strays);
	assert_string_equal(seen, text);
}

static void configure(struct replay *r, char *text)
{
	char *save = NULL, *word = strtok_r(text, " ", &save);
	size_t n = 0;

	if (!strcmp(word, "qga")) {
		r->q = qga_new();
		return;
	}
	assert_string_equal(word, "events");
	while ((word = strtok_r(NULL, " ", &save))) {
		assert_true(n < EVENTS_MAX);
		event_names[n++] = word;
	}
	event_names[n] = NULL;
	r->q = qmp_new(event_names);
}

/* false: the cut was reached */
static bool play_line(struct replay *r, size_t i)
{
	const char *line = r->lines[i], *rest = line[1] ? line + 2 : "";
	const char *p;

	if (!strchr("<=~", line[0]) && !play_input(r))
		return false;
	switch (line[0]) {
	case '$':
		play_submit(r, rest);
		break;
	case '@':
		assert_int_equal(qga_sync(r->q, strtoull(rest, NULL, 10)), 0);
		break;
	case 'f':
		play_forget(r, atoll(rest));
		break;
	case '>':
		expect_output(r, rest);
		break;
	case '.':
		assert_int_equal(qmp_pending(r->q, &p), 0);
		break;
	case '<':
		collect_input(r, rest, i + 1 == r->n_lines || r->lines[i + 1][0] != '~');
		break;
	case '!':
		qmp_hangup(r->q, -ECONNRESET);
		take_items(r);
		break;
	case 'c':
		expect_counts(r, rest);
		break;
	case '=':
	case '~':
		break;
	default:
		fail_msg("what is this: %s", line);
	}
	return true;
}

/* The log against the = lines; @whole: all of them, else those before the end. */
static void expect_log(const struct replay *r, bool whole)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lines; i++) {
		if (r->lines[i][0] != '=')
			continue;
		if (!whole && (n == r->n_log || strstr(r->log[n], " ended ") ||
			       !strncmp(r->log[n], "end ", 4)))
			return;
		assert_true(n < r->n_log);
		assert_string_equal(r->log[n], r->lines[i] + 2);
		n++;
	}
	if (whole)
		assert_int_equal(n, r->n_log);
}

/* After any end: each command has completed once, the end came once, nothing moves. */
static void expect_dead(struct replay *r)
{
	const char *p;

	assert_int_equal(qmp_state(r->q), QMP_DEAD);
	assert_int_equal(r->ends, 1);
	for (size_t i = 0; i < r->n_submitted; i++)
		assert_int_equal(r->completed[i], 1);
	assert_int_equal(qmp_open(r->q), 0);
	assert_int_equal(qmp_pending(r->q, &p), 0);
	assert_true(qmp_submit(r->q, "query-status", NULL, NULL) < 0);
	assert_true(qmp_feed(r->q, "{}\n", 3) < 0);
	assert_int_equal(qmp_room(r->q), 0);
	qmp_hangup(r->q, -ETIMEDOUT);
	take_items(r);
	assert_int_equal(qmp_state(r->q), QMP_DEAD);
}

/* Play it all, or until cut; the state is then dead or, for a whole one without "!", alive. */
static bool play(char **lines, size_t n_lines, unsigned step, long cut, unsigned seed)
{
	static struct replay r;
	bool whole = true;
	char *config = strdup(lines[0] + 2);

	r = (struct replay){ .lines = lines, .n_lines = n_lines, .step = step, .cut = cut,
			     .seed = seed };
	assert_int_equal(lines[0][0], '%');
	configure(&r, config);
	assert_non_null(r.q);
	for (size_t i = 1; whole && i < n_lines; i++)
		whole = play_line(&r, i);
	if (whole)
		whole = play_input(&r);
	if (!whole) {
		qmp_hangup(r.q, -ECONNRESET);
		take_items(&r);
	}
	expect_log(&r, whole);
	if (!whole || r.ends)
		expect_dead(&r);
	for (size_t i = 0; i < r.n_log; i++)
		free(r.log[i]);
	qmp_free(r.q);
	free(config);
	return whole;
}

static void replay_file(void **state)
{
	char *lines[512], *line = NULL;
	size_t n = 0, size = 0;
	FILE *f = fopen(*state, "re");
	ssize_t len;
	long cut = 1;

	assert_non_null(f);
	while ((len = getline(&line, &size, f)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#') {
			assert_true(n < 512);
			lines[n++] = strdup(line);
		}
	}
	free(line);
	fclose(f);
	assert_true(n > 1);
	play(lines, n, 0, -1, 0);
	play(lines, n, 1, -1, 0);
	for (unsigned seed = 1; seed <= 50; seed++)
		play(lines, n, UINT_MAX, -1, seed);
	while (!play(lines, n, 0, cut, 0))
		cut++;
	assert_true(cut > 1);
	for (long c = 1; c < cut; c++)
		play(lines, n, 1, c, 0);
	while (n)
		free(lines[--n]);
}

int main(void)
{
	struct CMUnitTest tests[64];
	glob_t found;
	size_t n;
	int r;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (glob("tests/qmp/*.qmp", 0, NULL, &found) || found.gl_pathc > 64) {
		printf("Bail out! no transcripts in tests/qmp\n");
		return 1;
	}
	for (n = 0; n < found.gl_pathc; n++)
		tests[n] = (struct CMUnitTest){ .name = found.gl_pathv[n], .test_func = replay_file,
						.initial_state = found.gl_pathv[n] };
	r = _cmocka_run_group_tests("transcripts", tests, n, NULL, NULL);
	globfree(&found);
	return r;
}

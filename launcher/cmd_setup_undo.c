/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `igvm setup --undo`, `--confirm`, `--status`, and the end of a trial. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_setup.h"
#include "launcher/setup/setup_run.h"
#include "launcher/setup/setup_trial.h"

/* --- what went wrong -------------------------------------------------------------------- */

static const struct {
	int error;
	int code;
	const char *text;	/* N_(); behind the file or command it is about */
} errors[] = {
	{ ESTALE, EXIT_FAILED, N_("it has changed since the plan was made, or since igvm wrote it: look at it, then igvm setup --undo") },
	{ EINPROGRESS, EXIT_FAILED, N_("an earlier setup was cut off: igvm setup --undo first") },
	{ ETIMEDOUT, EXIT_FAILED, N_("it did not end within ten minutes and was killed") },
	{ EALREADY, EXIT_FAILED, N_("a setup that is applied has changed it already, so its hand-made lines cannot be told from igvm's: igvm setup --undo, then --apply --adopt") },
	{ EBUSY, EXIT_BUSY, N_("another igvm setup runs") },
	{ EBADMSG, EXIT_FAILED, N_("the journal in /var/lib/igvm/setup is damaged, so nothing was touched; file-N there are the original files") },
	{ EPROTO, EXIT_FAILED, N_("a newer igvm wrote the journal in /var/lib/igvm/setup: use that one") },
	{ EPERM, EXIT_FAILED, N_("not permitted: a file is immutable, or /var/lib/igvm/setup is not root's alone") },
	{ EMLINK, EXIT_FAILED, N_("it has other names (hard links), which a replacement would cut off: make it one file") },
	{ ELOOP, EXIT_FAILED, N_("its links lead in a circle") },
	{ EINVAL, EXIT_FAILED, N_("it is no regular file") },
	{ EFBIG, EXIT_FAILED, N_("it is larger than 4 MiB: no configuration file") },
};

int setup_say_error(const struct setup_call *c, int error, const struct setup_report *r)
{
	const char *path = r ? r->path : "";
	int code = EXIT_FAILED;
	const char *text = strerror(-error);

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (error == -errors[i].error) {
			text = _(errors[i].text);
			code = errors[i].code;
		}
	if (error == -EACCES && geteuid())
		code = EXIT_PRIVILEGE;
	if (error == -ECANCELED && r)
		say(_("%s ended with status %d"), path, r->status);
	else
		say("%s: %s", *path ? path : c->g->root, text);
	if (r && r->left && error != -ECANCELED && error != -ETIMEDOUT)
		say(_("not all could be taken back: igvm setup --undo goes on once that is mended"));
	return code;
}

/* --- undo -------------------------------------------------------------------- */

static const char *const did_text[] = {
	[SETUP_WROTE] = "wrote", [SETUP_RESTORED] = "restored", [SETUP_REMOVED] = "removed",
	[SETUP_KEPT] = "kept", [SETUP_FAILED] = "failed", [SETUP_STOCKED] = "stock",
};

static bool has_did(const struct setup_report *r, enum setup_did did)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->file[i].did == did)
			return true;
	return false;
}

static void print_kept(const struct setup_report *r, size_t i)
{
	_free_ char *diff = setup_diff(r->file[i].path, r->file[i].now, r->file[i].now_len, r->file[i].was,
				       r->file[i].was_len);

	printf(_("left    %s: somebody has changed it since; undo would have made this of it:\n"),
	       r->file[i].path);
	fputs(diff ? diff : "", stdout);
}

/* --- what was built anew, and what not ---------------------------------------------------- */

static const char *since_text(enum setup_since since)
{
	static const char *const text[] = {
		[SETUP_SINCE_SAME] = N_("to the byte as before igvm setup"),
		[SETUP_SINCE_OTHER] = N_("not as before igvm setup"),
		[SETUP_SINCE_GONE] = N_("was there before igvm setup, and is gone"),
		[SETUP_SINCE_NEW] = N_("was not there before igvm setup"),
	};

	return _(text[since]);
}

static void print_made(const struct setup_report *r, unsigned int kinds)
{
	for (size_t i = 0; i < r->made.n; i++)
		if (r->made.v[i].kind & kinds)
			printf("        %s: %s\n", r->made.v[i].path, since_text(r->made.v[i].since));
	if (kinds & SETUP_MADE_UNSEEN)
		printf(_("        what it makes lies on partitions that igvm does not mount\n"));
}

/* One line a command: what undo has built, what it did not need to build, what is still to be built. */
static void print_ran(const struct setup_report *r)
{
	for (size_t i = 0; i < r->commands; i++) {
		const char *name = r->ran[i].name;
		unsigned int kinds = setup_made_by(name);

		if (!r->ran[i].error)
			printf(kinds ? _("rebuilt by %s\n") : _("ran     %s\n"), name);
		else if (!kinds)
			printf(_("failed  %s: it changes nothing on disk; the next boot has it right\n"), name);
		else if (r->ran[i].needless)
			printf(_("failed  %s, and there is nothing for it to rebuild:\n"), name);
		else
			printf(_("failed  %s: what it makes was not rebuilt; mend it, then igvm setup --undo:\n"), name);
		if (r->ran[i].error)
			print_made(r, kinds);
	}
}

static void print_undone(const struct setup_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		switch (r->file[i].did) {
		case SETUP_RESTORED:
			printf(_("restored %s: bytes, owner, mode, times\n"), r->file[i].path);
			break;
		case SETUP_REMOVED:
			printf(_("removed %s: it was not there before\n"), r->file[i].path);
			break;
		case SETUP_KEPT:
			print_kept(r, i);
			break;
		case SETUP_STOCKED:
			printf(_("stock   %s: without the hand-made lines, which the journal keeps\n"),
			       r->file[i].path);
			break;
		default:
			printf(_("failed  %s\n"), r->file[i].path);
		}
}

static void say_failed(const struct setup_report *r)
{
	for (size_t i = 0; i < r->commands; i++)
		if (r->ran[i].error && r->ran[i].needless)
			say(_("%s failed again, and has nothing to rebuild: what boots is to the byte as before"),
			    r->ran[i].name);
		else if (r->ran[i].error)
			say(_("%s failed again, so what it makes is not known to be as before: mend it, then igvm setup --undo"),
			    r->ran[i].name);
	for (size_t i = 0; i < r->made.n; i++)
		if (r->made.v[i].since != SETUP_SINCE_SAME)
			say("%s: %s", r->made.v[i].path, since_text(r->made.v[i].since));
}

bool setup_take_back(struct setup_call *c)
{
	struct setup_report *r = setup_report_new(STDERR_FILENO);
	int e = r ? setup_undo(&c->t, false, r) : -ENOMEM;

	if (r)
		say_failed(r);
	if (e && !(r && r->commands))
		setup_say_error(c, e, r);
	else if (e)
		say(_("the files are as they were before, what boots is not"));
	else if (has_did(r, SETUP_KEPT))
		say(_("taken back, but for files that somebody has changed meanwhile: igvm setup --undo shows them"));
	else
		say(_("everything is as it was before"));
	setup_report_free(r);
	return !e;
}

int setup_call_undo(struct setup_call *c)
{
	struct setup_report *r = setup_report_new(STDERR_FILENO);
	int e = r ? setup_undo(&c->t, c->stock, r) : -ENOMEM, code = EXIT_OK;

	if (e)
		code = setup_say_error(c, e, r);
	else if (has_did(r, SETUP_KEPT))
		code = EXIT_FAILED;
	if (r && c->g->json) {
		setup_result_json(c, code, r, NULL, NULL);
	} else if (r) {
		print_undone(r);
		print_ran(r);
		if (!e && !r->n)
			printf(_("nothing to undo\n"));
		else if (!code && has_did(r, SETUP_STOCKED))
			printf(_("This is a stock host now. The hand-made lines are in the journal: igvm setup --undo brings them back.\n"));
		else if (!code)
			printf(_("Everything is as it was before igvm setup. The next boot takes it.\n"));
	}
	setup_report_free(r);
	return code;
}

/* --- trial -------------------------------------------------------------------- */

/* The files are what counts; systemd forgets the timer with the next boot anyway. */
static void tell_systemd(const struct setup_call *c, const char *verb, const char *unit)
{
	char *argv[] = { (char *)"systemctl", (char *)verb, (char *)unit, NULL };
	int status;

	if (c->t.live && setup_run(&c->t, argv, 60, -1, -1, &status))
		say(_("systemctl %s did not work"), verb);
}

int setup_call_confirm(struct setup_call *c)
{
	struct setup_report *r = setup_report_new(STDERR_FILENO);
	int e = r ? setup_confirm(&c->t, r) : -ENOMEM, code = EXIT_OK;

	if (!e) {
		tell_systemd(c, "stop", "igvm-setup-trial.timer");
		tell_systemd(c, "daemon-reload", NULL);
		if (!c->g->json)
			printf(_("Confirmed: the setup stays. igvm setup --undo still takes it back.\n"));
	} else if (e == -ENOENT) {
		say(_("no setup is on trial"));
		code = EXIT_FAILED;
	} else {
		code = setup_say_error(c, e, r);
	}
	if (r && c->g->json)
		setup_result_json(c, code, r, NULL, NULL);
	setup_report_free(r);
	return code;
}

static enum setup_trial judge(const struct setup_call *c, const struct setup_journal *j)
{
	char boot[SETUP_BOOT_MAX], uptime[64];
	unsigned long long seconds = 0;

	if (tree_line(&c->t, "proc/sys/kernel/random/boot_id", boot, sizeof(boot)))
		boot[0] = '\0';
	if (tree_line(&c->t, "proc/uptime", uptime, sizeof(uptime)) || sscanf(uptime, "%llu", &seconds) != 1)
		seconds = 0;
	return setup_trial_judge(j, boot, seconds);
}

int setup_call_expired(struct setup_call *c)
{
	struct setup_journal *j = setup_journal_new();
	int e = j ? setup_journal_peek(&c->t, j) : -ENOMEM;
	bool over = !e && judge(c, j) == TRIAL_OVER;
	int code;

	setup_journal_free(j);
	if (e)
		return setup_say_error(c, e, NULL);
	if (!over) {
		say(_("no trial is over"));
		return EXIT_OK;
	}
	say(_("nobody has confirmed the setup: it is taken back"));
	code = setup_take_back(c) ? EXIT_OK : EXIT_FAILED;
	if (!code)
		tell_systemd(c, "reboot", NULL);
	return code;
}

/* --- status -------------------------------------------------------------------- */

static const char *trial_text(enum setup_trial t)
{
	static const char *const text[] = { [TRIAL_NONE] = "none", [TRIAL_REBOOT] = "waits-for-reboot",
					    [TRIAL_RUNS] = "runs", [TRIAL_OVER] = "over" };

	return text[t];
}

static void print_status(const struct setup_call *c, const struct setup_journal *j)
{
	enum setup_trial trial = judge(c, j);
	time_t since = (time_t)j->since;
	char when[64] = "";
	struct tm tm;

	if (localtime_r(&since, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
	if (j->state == SETUP_NONE)
		printf(_("no setup is applied\n"));
	else if (j->state == SETUP_APPLIED)
		printf(_("applied since %s (%s), %zu files\n"), when,
		       j->way == SETUP_DEDICATED ? "dedicated" : "shared", j->n);
	else if (j->state == SETUP_STOCK)
		printf(_("undone to a stock host; the hand-made lines of %zu files are kept: igvm setup --undo brings them back\n"),
		       j->n);
	else if (j->state == SETUP_UNDOING)
		printf(_("an undo has not come to its end: igvm setup --undo goes on\n"));
	else
		printf(_("cut off on %s: igvm setup --undo takes it back\n"), when);
	if (trial == TRIAL_REBOOT)
		printf(_("on trial from the next boot on, for %u s\n"), j->trial);
	else if (trial != TRIAL_NONE)
		printf(_("on trial until %u s after boot: igvm setup --confirm keeps it\n"), j->trial);
}

int setup_call_status(struct setup_call *c)
{
	struct setup_journal *j = setup_journal_new();
	_json_ json_t *json = NULL;
	int e = j ? setup_journal_peek(&c->t, j) : -ENOMEM, code = EXIT_OK;

	if (e == -EACCES || e == -EPERM) {
		say(_("only root can read the journal: sudo igvm setup --status"));
		code = EXIT_PRIVILEGE;
	} else if (e) {
		code = setup_say_error(c, e, NULL);
	} else if (c->g->json) {
		json = json_pack("{s:i, s:s, s:s, s:s, s:I, s:I, s:s, s:I}", "version", 1, "kind",
				 "setup-status", "state", setup_state_text(j->state), "way",
				 j->way == SETUP_DEDICATED ? "dedicated" : "shared", "since",
				 (json_int_t)j->since, "files", (json_int_t)j->n, "trial",
				 trial_text(judge(c, j)), "trial_seconds", (json_int_t)j->trial);
		if (json && !json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
			putchar('\n');
	} else {
		print_status(c, j);
	}
	setup_journal_free(j);
	return code;
}

/* --- JSON -------------------------------------------------------------------- */

static bool add_files(json_t *to, const struct setup_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (json_array_append_new(to, json_pack("{s:s, s:s}", "path", r->file[i].path, "did",
							did_text[r->file[i].did])))
			return false;
	return true;
}

static bool add_ran(json_t *to, const struct setup_report *r)
{
	for (size_t i = 0; i < r->commands; i++)
		if (json_array_append_new(to, json_pack("{s:s, s:i, s:b, s:b}", "command", r->ran[i].name,
							"status", r->ran[i].status, "failed",
							r->ran[i].error != 0, "needless",
							r->ran[i].needless)))
			return false;
	return true;
}

static bool add_made(json_t *to, const struct setup_report *r)
{
	for (size_t i = 0; i < r->made.n; i++)
		if (json_array_append_new(to, json_pack("{s:s, s:s}", "path", r->made.v[i].path, "since",
							setup_since_name(r->made.v[i].since))))
			return false;
	return true;
}

static bool add_missing(json_t *to, const struct setup_notes *n)
{
	for (size_t i = 0; n && i < n->n; i++)
		if (n->note[i].say == SETUP_SAYS_MISSING &&
		    json_array_append_new(to, json_pack("{s:s, s:s, s:s}", "where", n->note[i].where,
							"what", n->note[i].what, "why", n->note[i].why)))
			return false;
	return true;
}

static bool add_menu(json_t *to, const struct setup_menu *m)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (json_array_append_new(to, json_pack("{s:s, s:b}", "name", m->v[i].name, "same", m->v[i].same)))
			return false;
	return true;
}

void setup_result_json(const struct setup_call *c, int code, const struct setup_report *r,
		       const struct setup_notes *n, const struct setup_menu *m)
{
	static const char *const verbs[] = { [SETUP_APPLY] = "apply", [SETUP_UNDO] = "undo",
					     [SETUP_CONFIRM] = "confirm" };
	_json_ json_t *files = json_array(), *missing = json_array(), *ran = json_array(), *made = json_array();
	_json_ json_t *menu = json_array(), *json = NULL;

	if (!add_files(files, r) || !add_missing(missing, n) || !add_ran(ran, r) || !add_made(made, r) ||
	    !add_menu(menu, m))
		return;
	json = json_pack("{s:i, s:s, s:s, s:b, s:i, s:O, s:O, s:O, s:O, s:O, s:I, s:b, s:s}", "version", 1,
			 "kind", "setup", "verb", verbs[c->verb], "ok", code == EXIT_OK, "code", code, "files",
			 files, "missing", missing, "ran", ran, "made", made, "menu", menu, "commands",
			 (json_int_t)r->commands, "left", r->left, "failed", r->path);
	if (json && !json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
		putchar('\n');
}

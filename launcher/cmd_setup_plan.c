/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `igvm setup --plan` and `--apply`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_setup.h"
#include "launcher/decide/way_in_judge.h"
#include "launcher/setup/setup_menu.h"
#include "launcher/setup/setup_trial.h"
#include "launcher/setup/setup_user.h"

#define MENU_SHOWN	4	/* of a menu with many kernels, the first are enough */

/** struct ready - a plan, and what it was made from */
struct ready {
	struct host_facts h;
	struct setup_plan plan;
	struct setup_notes notes;
	struct way_in_facts way_in;
	struct setup_journal *before;	/* as it is now */
	struct setup_menu was, menu;	/* the boot menu before and after apply */
};

static void ready_free(struct ready *y)
{
	if (!y)
		return;
	host_done(&y->h);
	setup_plan_done(&y->plan);
	setup_journal_free(y->before);
	free(y);
}

/* --- making it -------------------------------------------------------------------- */

static int add_user(struct setup_call *c, struct ready *y)
{
	char *now[SETUP_USER_FILES] = { 0 };
	struct setup_user u;
	int r = setup_user_find(&c->t, c->user, &u);

	if (r) {
		say(r == -EINVAL ? _("'%s' cannot be given the iGPU: name an ordinary user") :
				   _("there is no user '%s'"), c->user);
		return EXIT_USAGE;
	}
	if (y->h.igpu < 0) {
		say(_("no Intel display function at 0000:00:02.0 (igpu.none)"));
		return EXIT_REFUSED;
	}
	for (size_t i = 0; !r && i < SETUP_USER_FILES; i++) {
		char path[256];

		setup_user_path(&u, i, path);
		r = tree_read(&c->t, path, SETUP_FILE_BYTES, &now[i], NULL);
		r = r == -ENOENT ? 0 : r;
	}
	if (!r)
		r = setup_user_add(&y->plan, &u, y->h.pci[y->h.igpu].bdf,
				   y->h.ram_bytes ? y->h.ram_bytes / 1024 : UINT32_MAX, now);
	for (size_t i = 0; i < SETUP_USER_FILES; i++)
		free(now[i]);
	if (r)
		say("%s: %s", c->user, strerror(-r));
	return r ? EXIT_FAILED : EXIT_OK;
}

static int add_trial(struct setup_call *c, struct ready *y)
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	int r;

	if (y->before->trial) {
		say(_("a trial runs already: igvm setup --confirm or --undo first"));
		return EXIT_REFUSED;
	}
	if (!setup_trial_possible(&c->t)) {
		say(_("--trial needs systemd, whose timer takes the setup back; here another init runs"));
		return EXIT_REFUSED;
	}
	program[n > 0 ? n : 0] = '\0';
	r = setup_trial_add(&y->plan, program, c->trial);
	if (r)
		say(_("--trial: %s: %s"), program, strerror(-r));
	return r ? EXIT_FAILED : EXIT_OK;
}

/* What is applied stays what it is when only something is added to it. */
static int make(struct setup_call *c, struct ready *y)
{
	int r, code;

	y->before = setup_journal_new();
	r = y->before ? setup_journal_peek(&c->t, y->before) : -ENOMEM;
	if (!r && y->before->state == SETUP_APPLIED && !c->way_given)
		c->wish.way = y->before->way;
	/* A user cannot read the journal, and can see the plan all the same. */
	if (r == -EACCES || r == -EPERM)
		r = c->verb == SETUP_PLAN ? 0 : r;
	if (r)
		return setup_say_error(c, r, NULL);
	r = host_read(c->g->root, HOST_VFIO_NEVER, &y->h);
	if (!r)
		r = setup_prepare(c->g->root, &c->wish, NULL, &y->plan, &y->notes);
	if (r) {
		say("%s: %s", c->g->root, strerror(-r));
		return EXIT_FAILED;
	}
	way_in_read(&c->t, &y->h, &y->way_in);
	code = c->user ? add_user(c, y) : EXIT_OK;
	if (!code && c->trial && y->plan.n_files)
		code = add_trial(c, y);
	return code;
}

/* --- plan -------------------------------------------------------------------- */

static int print_plan(const struct setup_call *c, const struct ready *y)
{
	_json_ json_t *json = NULL;

	if (!c->g->json)
		return setup_plan_print(stdout, &y->plan, &y->notes) ? EXIT_FAILED : EXIT_OK;
	json = setup_plan_json(&y->plan, &y->notes);
	if (!json || json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
		return EXIT_FAILED;
	putchar('\n');
	return EXIT_OK;
}

/* Said at the plan already, so that --apply comes as no surprise. */
static bool has_way_in(const struct setup_call *c, const struct ready *y)
{
	struct findings f = { 0 };

	if (c->wish.way != SETUP_DEDICATED || c->no_way_in_ok || !y->plan.n_files ||
	    way_in_judge(&y->way_in, &f))
		return true;
	say("way-in.none: %s", f.v[0].seen);
	say(_("%s; or --no-way-in-ok"), _(finding_def(FINDING_WAY_IN_NONE)->fix));
	return false;
}

static int say_refused(const struct setup_call *c)
{
	if (c->wish.adopt)
		say(_("what is wrong has to be mended before --apply; nothing was changed"));
	else
		say(_("what is wrong has to be mended before --apply, or, where it is a line of yours, taken over with "
		      "--adopt; nothing was changed"));
	return EXIT_REFUSED;
}

int setup_call_plan(struct setup_call *c)
{
	struct ready *y = calloc(1, sizeof(*y));
	int code = y ? make(c, y) : EXIT_FAILED;

	if (!code)
		code = print_plan(c, y);
	if (!code && setup_refused(&y->notes))
		code = say_refused(c);
	if (!code)
		(void)has_way_in(c, y);
	ready_free(y);
	return code;
}

/* --- apply -------------------------------------------------------------------- */

static bool agreed(const struct setup_call *c)
{
	char answer[16];

	/* A script that says --apply has decided; a person may look at the plan first. */
	if (c->yes || c->g->json || !isatty(STDIN_FILENO))
		return true;
	fprintf(stderr, _("Do this? [y/N] "));
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

/* What is below /etc counts for every kernel, so an old entry needs the word as well. */
static void print_menu(const struct ready *y)
{
	size_t left = 0, shown = 0;

	for (size_t i = 0; i < y->menu.n; i++) {
		if (!y->menu.v[i].same)
			continue;
		if (shown++ < MENU_SHOWN)
			printf(_("  at the boot menu: '%s' is as it was, line and initramfs (igvm=off works there too)\n"),
			       y->menu.v[i].name);
		else
			left++;
	}
	if (left)
		printf(_("  ... and %zu more\n"), left);
	if (!y->menu.n)
		printf(_("  the boot menu could not be read: which entries are as they were is not known\n"));
	else if (!shown)
		printf(_("  no entry of the boot menu is as it was: each has the new initramfs or the new words\n"));
}

/* Last, because that is what is still on the screen when it goes dark. */
static void print_way_back(const struct setup_call *c, const struct ready *y)
{
	const char *user = getenv("SUDO_USER");
	char address[64];

	printf(_("\nThe next boot takes it. How to get back:\n"));
	printf(_("  igvm setup --undo, and a reboot\n"));
	if (c->wish.way == SETUP_DEDICATED) {
		printf(_("  at the boot menu: the word igvm=off on the kernel's line gives the screen back for that boot\n"));
		print_menu(y);
	}
	if (c->t.live && way_in_ssh(&y->way_in) && way_in_address(address, sizeof(address)))
		printf("  ssh -p %u %s@%s\n", y->way_in.ssh_port, user ? user : "root", address);
	if (y->way_in.serial_console == TRI_YES)
		printf(_("  a login on the serial line %s\n"), y->way_in.serial);
	if (y->way_in.second_gpu == TRI_YES)
		printf(_("  the screen of %s\n"), y->way_in.gpu);
	if (c->trial)
		printf(_("  by itself: undone %u minutes after the next boot, unless igvm setup --confirm comes\n"),
		       (c->trial + 59) / 60);
}

static void print_applied(const struct setup_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		printf(r->file[i].did == SETUP_REMOVED ? _("removed %s\n") : _("wrote %s\n"), r->file[i].path);
}

static int carry_out(struct setup_call *c, struct ready *y, struct setup_report *r)
{
	struct setup_notes *n = calloc(1, sizeof(*n));
	int e, code = EXIT_OK;

	setup_menu_read(&c->t, &y->was);
	e = n ? setup_apply(&c->t, &y->plan, c->trial, r) : -ENOMEM;
	if (e) {
		code = setup_say_error(c, e, r);
		if (e == -ECANCELED || e == -ETIMEDOUT)
			(void)setup_take_back(c);
	} else {
		if (!c->g->json)
			print_applied(r);
		setup_menu_read(&c->t, &y->menu);
		setup_menu_compare(&y->was, &y->menu);
		e = setup_readback(c->g->root, &y->plan, n);
		if (!c->g->json)
			setup_notes_print(stdout, n);
		if (e) {
			say(_("the next boot would not take what was written"));
			(void)setup_take_back(c);
			code = EXIT_FAILED;
		} else if (!c->g->json) {
			print_way_back(c, y);
		}
	}
	if (c->g->json)
		setup_result_json(c, code, r, n, &y->menu);
	free(n);
	return code;
}

static int apply_ready(struct setup_call *c, struct ready *y)
{
	struct setup_report *r;
	int code;

	if (setup_refused(&y->notes)) {
		setup_notes_print(stderr, &y->notes);
		return say_refused(c);
	}
	if (!has_way_in(c, y))
		return EXIT_REFUSED;
	r = setup_report_new(STDERR_FILENO);
	if (!r)
		return EXIT_FAILED;
	if (!y->plan.n_files) {
		if (c->g->json)
			setup_result_json(c, EXIT_OK, r, &y->notes, NULL);
		else
			printf(_("nothing to do: the host is set up as wanted\n"));
		setup_report_free(r);
		return EXIT_OK;
	}
	code = c->g->json ? EXIT_OK : print_plan(c, y);
	fflush(stdout);
	if (!code && !agreed(c)) {
		say(_("nothing was changed"));
		code = EXIT_FAILED;
	} else if (!code) {
		code = carry_out(c, y, r);
	}
	setup_report_free(r);
	return code;
}

/* One that was cut off is taken back first: a plan is made from whole configurations alone. */
static int settle(struct setup_call *c)
{
	struct setup_journal *j = setup_journal_new();
	int e = j ? setup_journal_peek(&c->t, j) : -ENOMEM;
	bool cut = !e && (j->state == SETUP_APPLYING || j->state == SETUP_UNDOING);

	setup_journal_free(j);
	if (e)
		return setup_say_error(c, e, NULL);
	if (!cut)
		return EXIT_OK;
	say(_("an earlier setup was cut off: it is taken back first"));
	return setup_take_back(c) ? EXIT_OK : EXIT_FAILED;
}

int setup_call_apply(struct setup_call *c)
{
	struct ready *y = calloc(1, sizeof(*y));
	int code = y ? settle(c) : EXIT_FAILED;

	if (!code)
		code = make(c, y);
	if (!code)
		code = apply_ready(c, y);
	ready_free(y);
	return code;
}

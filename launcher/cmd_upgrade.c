/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a VM keeps as it was when it was made: its machine's version, its
 * firmware, igvm's assignment ROM. A guest's TPM measures all three, and
 * BitLocker asks for its recovery key when they change: so they change here
 * alone, after the guest was asked. The firmware's variables stay. Each change
 * is whole by itself; the VM file is the last, and what was cut off is
 * done by the same command again.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/decide/bitlocker.h"
#include "launcher/facts/wish_edit.h"
#include "launcher/pipeline.h"
#include "launcher/run/agent.h"
#include "launcher/run/supervise.h"
#include "launcher/vm_file.h"
#include "romfiles/sha256.h"

#define FILE_MAX	(64u << 20)
/* PowerShell's first start after a boot takes its time. */
#define ASK_MS		30000

static int run_upgrade(const struct globals *g, int argc, char **argv);

static const struct opt opts[] = {
	{ "yes", 'y', NULL, N_("do not ask"), 'y' },
	{ "bitlocker-off", 0, NULL, N_("BitLocker is off or suspended, I have looked: the guest cannot be asked"), 'b' },
	{ 0 }
};

const struct cmd cmd_upgrade = {
	.name = "upgrade",
	.args = "NAME",
	.help = N_("give a VM this host's newest machine version, firmware and ROM"),
	.more = N_("Shows what would change, asks, and changes it for the VM's next start. The firmware's variables\n"
		   "stay. Windows is asked through its guest agent whether BitLocker protects a disk: while it does,\n"
		   "or when the guest cannot be asked, this refuses. `igvm snapshot create` first is a way back.\n"
		   "With --json and without --yes nothing is changed."),
	.opts = opts,
	.json = true,
	.run = run_upgrade,
};

#define CHANGES_MAX	(1 + PLAN_FILES_MAX)

/** struct change - one thing that would be another */
struct change {
	const char *what;
	char from[80], to[80];
	const struct plan_file *file;	/* NULL: the machine */
};

struct upgrade {
	const struct globals *g;
	struct pipeline *p;
	bool yes, bitlocker_off, runs;
	char machine[48];		/* as it is pinned; "" not */
	struct change change[CHANGES_MAX];
	size_t n;
	enum bitlocker bitlocker;
	bool asked, applied;
};

/* --- what would change ------------------------------------------------------------------ */

static int read_bytes(const char *path, char **bytes, size_t *n)
{
	int r = file_read_at(AT_FDCWD, path, FILE_MAX, bytes, n);

	if (r && r != -ENOENT)
		say(_("%s: cannot be read: %s"), path, strerror(-r));
	return r;
}

static void name_bytes(char text[static 80], const char *bytes, size_t n)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	sha256_sum(bytes, n, sum);
	sha256_hex(sum, hex);
	snprintf(text, 80, "%zu KiB, SHA-256 %.12s", n >> 10, hex);
}

static struct change *add(struct upgrade *u, const char *what)
{
	struct change *c = &u->change[u->n++];

	c->what = what;
	return c;
}

/* Code and variables are of one size pair: code for other variables would find none. */
static bool fits_variables(const struct plan *p)
{
	for (size_t i = 0; i < p->n_file; i++) {
		const struct plan_file *f = &p->file[i];
		_free_ char *old = NULL, *new = NULL;
		size_t a = 0, b = 0;

		if (!f->once || !f->writable)
			continue;
		if (read_bytes(f->to, &old, &a))
			return true;
		return !read_bytes(f->from, &new, &b) && a == b;
	}
	return true;
}

static int compare_file(struct upgrade *u, const struct plan_file *f)
{
	_free_ char *old = NULL, *new = NULL;
	bool code = !strcmp(f->to, u->p->plan.ovmf_code);
	size_t n_old = 0, n_new = 0;
	struct change *c;
	int r;

	/* One that is not there is laid down by the next start. */
	r = read_bytes(f->to, &old, &n_old);
	if (r)
		return r == -ENOENT ? EXIT_OK : EXIT_FAILED;
	r = read_bytes(f->from, &new, &n_new);
	if (r) {
		if (r == -ENOENT)
			say("%s: %s", f->from, strerror(-r));
		return EXIT_FAILED;
	}
	if (n_old == n_new && !memcmp(old, new, n_old))
		return EXIT_OK;
	if (code && !fits_variables(&u->p->plan)) {
		say(_("%s: %s is for variables of another size than this VM's: its firmware stays"), u->p->name, f->from);
		return EXIT_OK;
	}
	c = add(u, code ? "firmware" : "rom");
	c->file = f;
	name_bytes(c->from, old, n_old);
	name_bytes(c->to, new, n_new);
	return EXIT_OK;
}

static int compare(struct upgrade *u)
{
	const struct plan *p = &u->p->plan;
	int code = EXIT_OK;

	if (*u->machine && strcmp(u->machine, p->machine)) {
		struct change *c = add(u, "machine");

		str_fit(c->from, sizeof(c->from), u->machine);
		str_fit(c->to, sizeof(c->to), p->machine);
	}
	for (size_t i = 0; !code && i < p->n_file; i++)
		if (p->file[i].once && !p->file[i].writable && *p->file[i].from)
			code = compare_file(u, &p->file[i]);
	return code;
}

/* The plan of a VM that is made now. */
static int look(struct upgrade *u)
{
	struct pipeline *p = u->p;
	struct wish_where at;
	int code = pipeline_wish(p);

	if (code)
		return code;
	str_fit(u->machine, sizeof(u->machine), p->wish.machine_version);
	if (*u->machine && wish_dropin_has(&p->paths, p->name, "vm", "machine", &at)) {
		say(_("%s:%d sets %s, too, and wins: change it there"), at.file, at.line, "machine");
		return EXIT_USAGE;
	}
	*p->wish.machine_version = '\0';
	code = pipeline_lock(p);
	u->runs = p->vm_busy;
	if (code && !u->runs)
		return code;
	code = pipeline_facts(p, HOST_VFIO_NEVER);
	if (!code)
		code = pipeline_plan(p, PLAN_RUN, false, true);
	if (code == EXIT_REFUSED)
		return findings_refuse(&p->findings);
	return code ? code : compare(u);
}

static void print_changes(const struct upgrade *u)
{
	printf(_("%s would change:\n"), u->p->name);
	for (size_t i = 0; i < u->n; i++) {
		const struct change *c = &u->change[i];

		printf("  %-10s %s -> %s\n", c->what, c->from, c->to);
		if (c->file)
			printf("             %s\n", c->file->from);
	}
}

/* --- BitLocker ---------------------------------------------------------------------------- */

/* 0: @a is lent to us. Else *@why says why not. */
static int borrow_agent(const struct upgrade *u, struct agent *a, char why[static 128])
{
	_json_ json_t *request = json_pack("{s:s}", "op", "agent"), *answer = NULL;
	const char *text;
	int r = request ? supervise_call(&u->p->paths, u->g->root, u->p->name, request, AGENT_CALL_MS, &answer,
					 &a->fd, &a->lease) : -ENOMEM;

	if (r) {
		snprintf(why, 128, _("its supervisor: %.80s"), strerror(-r));
		return r;
	}
	if (json_is_true(json_object_get(answer, "ok")))
		return 0;
	text = json_string_value(json_object_get(answer, "error"));
	str_fit(why, 128, text ? _(text) : "?");
	return -EBUSY;
}

static void ask_guest(struct upgrade *u, char why[static 128])
{
	const struct qga_exec exec = { .path = BITLOCKER_PROGRAM, .argv = bitlocker_words, .capture = true };
	struct agent a __attribute__((cleanup(agent_close))) = AGENT_NONE;
	struct qga_exec_status s;
	int64_t pid;
	int r;

	if (!u->runs) {
		str_fit(why, 128, _("the VM does not run, so the guest cannot be asked"));
		return;
	}
	if (borrow_agent(u, &a, why))
		return;
	r = agent_begin(&a, &exec, &pid);
	if (!r)
		r = agent_wait(&a, pid, ASK_MS, &s);
	if (r == -ETIMEDOUT)
		str_fit(why, 128, _("the guest's agent does not answer"));
	else if (r)
		snprintf(why, 128, _("the guest's agent: %.80s"), r == -EREMOTEIO ? a.refusal : strerror(-r));
	else if (s.exitcode || s.truncated)
		snprintf(why, 128, _("the guest could not tell: exit status %lld"), (long long)s.exitcode);
	else
		u->bitlocker = bitlocker_judge(s.out ? s.out : "", s.out ? s.out_len : 0, why);
	if (!r)
		qga_exec_status_done(&s);
}

static int check_bitlocker(struct upgrade *u)
{
	struct findings list = { 0 };
	char why[128] = "";

	if (u->p->wish.os != OS_WINDOWS)
		return EXIT_OK;
	ask_guest(u, why);
	u->asked = true;
	if (u->bitlocker == BITLOCKER_OFF)
		return EXIT_OK;
	if (u->bitlocker == BITLOCKER_ON)
		finding_add(&list, FINDING_GUEST_BITLOCKER, _("BitLocker protects %s"), why);
	else if (u->bitlocker_off)
		return EXIT_OK;
	else
		finding_add(&list, FINDING_GUEST_BITLOCKER_UNKNOWN, "%s", why);
	return findings_refuse(&list);
}

/* --- the change ----------------------------------------------------------------------------- */

static bool agreed(const struct upgrade *u)
{
	char nobody[256];

	snprintf(nobody, sizeof(nobody), _("%s: nobody can be asked here; give --yes to change it"), u->p->name);
	return cmd_vm_agree(u->yes, _("Change it?"), nobody);
}

static int replace_file(const struct plan_file *f)
{
	_free_ char *bytes = NULL;
	size_t n;
	int r = read_bytes(f->from, &bytes, &n);

	/* Its owner and mode are the next launch's to set. */
	if (!r)
		r = file_replace_at(AT_FDCWD, f->to, bytes, n, 0600);
	if (!r)
		return EXIT_OK;
	say(_("%s: cannot be written: %s"), f->to, strerror(-r));
	return EXIT_FAILED;
}

static int replace_machine(const struct upgrade *u, const char *machine)
{
	_vm_file_ struct vm_file *f = NULL;
	_free_ char *text = NULL;
	struct wish_error e = { 0 };
	int code = vm_file_load(u->g, u->p->name, &f);

	if (code)
		return code;
	if (wish_edit_set(f->text, f->len, "vm", "machine", machine, &text, &e)) {
		say("%s:%d: %s", f->path, e.line, e.text);
		return EXIT_USAGE;
	}
	return vm_file_replace(f, text, strlen(text), false, false);
}

static int apply(struct upgrade *u)
{
	const char *machine = NULL;
	int code = EXIT_OK;

	for (size_t i = 0; !code && i < u->n; i++)
		if (u->change[i].file)
			code = replace_file(u->change[i].file);
		else
			machine = u->change[i].to;
	if (!code && machine)
		code = replace_machine(u, machine);
	u->applied = !code;
	if (!code && !u->g->json)
		printf(u->runs ? _("%s is changed; this holds from its next start on.\n") : _("%s is changed.\n"),
		       u->p->name);
	return code;
}

static void print_json(const struct upgrade *u)
{
	static const char *const words[] = {
		[BITLOCKER_UNKNOWN] = "unknown", [BITLOCKER_OFF] = "off", [BITLOCKER_ON] = "on",
	};
	_json_ json_t *changes = json_array(), *json = NULL;

	for (size_t i = 0; i < u->n; i++) {
		const struct change *c = &u->change[i];

		json_array_append_new(changes, json_pack("{s:s, s:s, s:s, s:s?}", "what", c->what, "from", c->from, "to",
							 c->to, "source", c->file ? c->file->from : NULL));
	}
	json = json_pack("{s:i, s:s, s:s, s:O, s:s?, s:b}", "version", 1, "kind", "upgrade", "name", u->p->name,
			 "changes", changes, "bitlocker", u->asked ? words[u->bitlocker] : NULL, "applied", u->applied);
	cmd_vm_print_json(json);
}

static int upgrade(struct upgrade *u)
{
	bool change;
	int code = look(u);

	if (code)
		return code;
	if (!u->g->json && u->n)
		print_changes(u);
	else if (!u->g->json)
		printf(_("%s: nothing to change.\n"), u->p->name);
	code = u->n ? check_bitlocker(u) : EXIT_OK;
	change = !code && u->n && (u->yes || !u->g->json);
	if (change && !agreed(u))
		return EXIT_USAGE;
	if (change)
		code = apply(u);
	if (u->g->json)
		print_json(u);
	return code;
}

static int run_upgrade(const struct globals *g, int argc, char **argv)
{
	_free_ struct upgrade *u = calloc(1, sizeof(*u));
	int code, v;

	if (!u) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	u->g = g;
	while ((v = cmd_getopt(&cmd_upgrade, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		u->yes |= v == 'y';
		u->bitlocker_off |= v == 'b';
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_upgrade, _("%s wants the name of one VM"), cmd_upgrade.name);
	if (g->foreign_root)
		return cmd_usage(&cmd_upgrade, _("%s works on this host only, not with --root"), cmd_upgrade.name);
	u->p = pipeline_new(g, argv[optind]);
	if (!u->p)
		return EXIT_FAILED;
	code = upgrade(u);
	pipeline_free(u->p);
	return code;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A round is what a VM's start and end do to the host, without the VM: the
 * screen is taken where somebody has it, the device bound to vfio-pci, opened, given back, and the
 * screen brought back. It is done by the same functions, with "selftest" as the owner; so is the healing when
 * it is killed half-way: the watcher's, the next selftest's, and `igvm release`'s.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/facts/vfio.h"
#include "launcher/hand_over.h"
#include "launcher/run/bind.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/screen.h"

#define OWNER		"selftest"
#define VFIO_PCI	"vfio-pci"
#define ROUNDS_DEFAULT	5
#define ROUNDS_MAX	1000

enum { OPT_ROUNDS = 0x100, OPT_YES };

static const struct opt opts[] = {
	{ "rounds", 'n', "N", N_("how many times there and back (default 5)"), OPT_ROUNDS },
	{ "yes", 'y', NULL, N_("close what uses the host's screen without asking"), OPT_YES },
	{ 0 }
};

static int run_selftest(const struct globals *g, int argc, char **argv);

const struct cmd cmd_selftest = {
	.name = "selftest",
	.args = "[BDF]",
	.help = N_("hand the iGPU over and back, N times, and judge it"),
	.more = N_("Each round takes the device from its driver, opens it as a VM would, gives it back\n"
		   "and looks whether the driver has it and offers its picture again. Stops at the first\n"
		   "round that fails. The host's screen goes and comes back in every round, so while\n"
		   "it is in use this asks, and refuses with exit status 5 without a terminal and without\n"
		   "--yes. Never while a VM has the device."),
	.opts = opts,
	.json = true,
	.run = run_selftest,
};

/** struct selftest - one call */
struct selftest {
	const struct globals *g;
	struct paths paths;
	struct bdf bdf;
	char text[BDF_TEXT_MAX];
	char driver[32];	/* before */
	int group;
	int vm_lock, device_lock;
	unsigned int rounds;
	struct hand_over hand;
	json_t *done;		/* one object per round */
	char error[640];
};

static int fail(struct selftest *t, int code, const char *fmt, ...) printf_(3, 4);

static int fail(struct selftest *t, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->error, sizeof(t->error), fmt, ap);
	va_end(ap);
	return code;
}

/* --- before the first round ------------------------------------------------------ */

static int judge_device(struct selftest *t, const struct host_facts *h, int i)
{
	const struct pci_fact *f = &h->pci[i];

	t->bdf = f->bdf;
	bdf_text(t->bdf, t->text);
	t->group = f->group;
	str_fit(t->driver, sizeof(t->driver), f->driver);
	if (f->group < 0)
		return fail(t, EXIT_REFUSED,
			    _("%s: has no IOMMU group: VT-d is off in the firmware or the kernel (iommu.off)"),
			    t->text);
	for (size_t k = 0; k < h->n_pci; k++)
		if ((int)k != i && h->pci[k].group == f->group && h->pci[k].class >> 16 != 0x06)
			return fail(t, EXIT_REFUSED,
				    _("%s: shares IOMMU group %d with %s (iommu.group-shared)"), t->text,
				    f->group, h->pci[k].name);
	return EXIT_OK;
}

static int find_device(struct selftest *t, const char *arg)
{
	struct host_facts *h = calloc(1, sizeof(*h));
	int i, code, r = h ? host_read("/", HOST_VFIO_NEVER, h) : -ENOMEM;

	if (r) {
		free(h);
		return fail(t, EXIT_FAILED, _("%s: cannot read the host: %s"), "/", strerror(-r));
	}
	i = arg ? host_find(h, t->bdf) : h->igpu;
	if (i >= 0)
		code = judge_device(t, h, i);
	else if (arg)
		code = fail(t, EXIT_REFUSED, _("%s: no such PCI device (igpu.none)"), arg);
	else
		code = fail(t, EXIT_REFUSED,
			    _("no Intel display function at 0000:00:02.0 (igpu.none)"));
	host_done(h);
	free(h);
	return code;
}

static int take_locks(struct selftest *t)
{
	int r;

	t->vm_lock = lock_vm(&t->paths, OWNER);
	if (t->vm_lock == -EBUSY)
		return fail(t, EXIT_BUSY, _("another selftest is under way"));
	if (t->vm_lock < 0)
		return fail(t, EXIT_FAILED, _("%s: cannot be locked below %s: %s"), t->text,
			    t->paths.run, strerror(-t->vm_lock));
	/* What an earlier one left that was killed. */
	r = vm_cleanup_locked("/", &t->paths, OWNER);
	if (r)
		return fail(t, EXIT_FAILED, _("an earlier selftest cannot be cleaned up after: %s"),
			    strerror(-r));
	t->device_lock = lock_device(&t->paths, t->bdf);
	if (t->device_lock == -EBUSY)
		return fail(t, EXIT_REFUSED, _("%s: a VM holds it; `igvm list` shows which (igpu.busy)"),
			    t->text);
	if (t->device_lock < 0)
		return fail(t, EXIT_FAILED, _("%s: cannot be locked below %s: %s"), t->text,
			    t->paths.run, strerror(-t->device_lock));
	r = bind_driver("/", t->bdf, t->driver);
	if (r)
		return fail(t, EXIT_FAILED, "%s: %s", t->text, strerror(-r));
	if (!strcmp(t->driver, VFIO_PCI))
		return fail(t, EXIT_REFUSED,
			    _("%s: is with vfio-pci already, so there is no driver to get it back: nothing to test"),
			    t->text);
	return EXIT_OK;
}

static void drop_locks(struct selftest *t)
{
	cleanup_fd(&t->device_lock);
	cleanup_fd(&t->vm_lock);
	t->device_lock = t->vm_lock = -1;
}

/* --- a round ---------------------------------------------------------------------- */

static int say_bind(struct selftest *t, const char *what, const struct bind_error *e)
{
	return fail(t, EXIT_FAILED, "%s: %s (%s): %s", what, e->path, e->value, strerror(e->err));
}

/* Through VFIO, as QEMU does; and by its configuration, which is all ones when it is gone. */
static int check_answers(struct selftest *t)
{
	struct vfio_facts v;
	char path[64], why[160];
	uint8_t id[2] = { 0xff, 0xff };
	enum region_state state;
	_fd_ int fd = -1;

	if (vfio_read(t->bdf, t->group, &v))
		return fail(t, EXIT_FAILED, "%s", strerror(ENOMEM));
	state = v.state;
	str_fit(why, sizeof(why), v.why);
	vfio_done(&v);
	if (state != REGION_READ)
		return fail(t, EXIT_FAILED, _("vfio-pci has it, and it cannot be opened: %s"), why);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", t->text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, id, sizeof(id)) != sizeof(id) || (id[0] == 0xff && id[1] == 0xff))
		return fail(t, EXIT_FAILED, _("it does not answer any more (configuration reads as ff)"));
	return EXIT_OK;
}

static bool has_node(const struct selftest *t)
{
	char path[64];
	_dir_ DIR *dir = NULL;
	struct dirent *d;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/drm", t->text);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		char node[300];

		snprintf(node, sizeof(node), "/dev/dri/%s", d->d_name);
		if (str_starts(d->d_name, "card") && !access(node, F_OK))
			return true;
	}
	return false;
}

static int check_back(struct selftest *t, bool had_node)
{
	enum { NODE_MS = 5000 };
	char now[32] = "";
	int64_t end = clock_ms() + NODE_MS;
	int r = bind_driver("/", t->bdf, now);

	if (r || strcmp(now, t->driver))
		return fail(t, EXIT_FAILED, _("%s does not have it back; it is with %s"),
			    *t->driver ? t->driver : _("no driver"), *now ? now : _("no driver"));
	/* devtmpfs makes the node a moment after the driver is bound. */
	while (had_node && !has_node(t)) {
		if (clock_ms() > end)
			return fail(t, EXIT_FAILED, _("%s has it back, and there is no node below /dev/dri"),
				    now);
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	return EXIT_OK;
}

static int bring_screen_back(struct selftest *t)
{
	struct screen_error e = { 0 };

	if (!screen_give_back("/", &t->paths, t->bdf, &e))
		return EXIT_OK;
	return fail(t, EXIT_FAILED, _("the screen does not come back: %s: %s"), e.text,
		    strerror(e.err));
}

/* The device there and back; what went wrong first is what is said. */
static int hand_device(struct selftest *t, int64_t *there)
{
	struct bind_error e = { 0 };
	char prev[32], first[sizeof(t->error)];
	int code = EXIT_OK;

	if (bind_claim("/", &t->paths, t->bdf, OWNER, prev, &e))
		return say_bind(t, _("vfio-pci does not get it"), &e);
	*there = clock_ms();
	code = check_answers(t);
	str_fit(first, sizeof(first), t->error);
	if (bind_release("/", &t->paths, t->bdf, OWNER, &e))
		return say_bind(t, _("the driver does not get it back"), &e);
	str_fit(t->error, sizeof(t->error), first);
	return code;
}

/* The display manager was asked for; that it shows something again takes it a moment. */
static int await_manager(struct selftest *t)
{
	enum { MANAGER_MS = 60000 };
	struct hand_over look = t->hand;

	if (!holders_screen(&t->hand.holders) || !*t->hand.holders.manager)
		return EXIT_OK;
	for (int64_t end = clock_ms() + MANAGER_MS; clock_ms() < end;) {
		if (hand_over_look(&look))
			return EXIT_FAILED;
		if (holders_screen(&look.holders))
			return EXIT_OK;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return fail(t, EXIT_FAILED, _("%s was started, and shows nothing after %d s"),
		    t->hand.holders.manager, MANAGER_MS / 1000);
}

static int play_round(struct selftest *t, unsigned int round)
{
	int64_t begun = clock_ms(), there = begun;
	bool had_node = has_node(t), screen = false;
	int code = hand_over_look(&t->hand), back;

	if (!code && hand_over_needed(&t->hand)) {
		code = hand_over_take(&t->hand);
		screen = !code;
		if (code)
			return fail(t, code, _("the screen cannot be taken"));
	}
	if (!code)
		code = hand_device(t, &there);
	if (!code)
		code = check_back(t, had_node);
	back = screen ? bring_screen_back(t) : EXIT_OK;
	code = code ? code : back;
	if (!code && screen)
		code = await_manager(t);
	json_array_append_new(t->done, json_pack("{s:i, s:b, s:I, s:I}", "round", (int)round, "ok", !code,
						 "there_ms", (json_int_t)(there - begun), "back_ms",
						 (json_int_t)(clock_ms() - there)));
	if (!t->g->json)
		printf(_("round %u: %s, there in %d ms, back in %d ms\n"), round, code ? _("FAILED") : "ok",
		       (int)(there - begun), (int)(clock_ms() - there));
	return code;
}

static int play(struct selftest *t)
{
	int code = EXIT_OK;

	for (unsigned int i = 1; i <= t->rounds && !code; i++)
		code = play_round(t, i);
	return code;
}

/* --- the command ------------------------------------------------------------------- */

static int answer(struct selftest *t, int code)
{
	size_t n = json_array_size(t->done);

	if (t->g->json) {
		_json_ json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:b, s:i, s:O, s:s}", "version", 1,
						"kind", "selftest", "device", t->text, "driver", t->driver,
						"ok", code == EXIT_OK, "code", code, "rounds", t->done,
						"error", t->error);

		if (json && !json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS))
			putchar('\n');
	} else if (code && *t->error) {
		if (n)
			say(_("selftest: round %zu of %u: %s"), n, t->rounds, t->error);
		else
			say(_("selftest: %s"), t->error);
	} else if (!code) {
		printf(_("%s went to vfio-pci and back to %s %zu times.\n"), t->text,
		       *t->driver ? t->driver : _("no driver"), n);
	}
	return code;
}

static int agree(struct selftest *t, bool yes, bool *elsewhere)
{
	pid_t pid;
	int code;

	t->hand = (struct hand_over){ .paths = &t->paths, .what = OWNER, .bdf = t->bdf, .yes = yes };
	code = hand_over_look(&t->hand);
	if (!code)
		code = hand_over_agree(&t->hand);
	/* It was said why; who reads JSON has not heard it. */
	if (code)
		return t->g->json ? fail(t, code, _("the screen is in use")) : code;
	if (!hand_over_closes(&t->hand))
		return EXIT_OK;
	pid = hand_over_leave(&t->hand, &code);
	if (!pid)
		return code;
	*elsewhere = true;
	drop_locks(t);
	return pid < 0 ? EXIT_FAILED : hand_over_follow(&t->hand, pid);
}

static int test(struct selftest *t, const char *arg, bool yes)
{
	bool elsewhere = false;
	int code = find_device(t, arg);

	if (!code && paths_mine(&t->paths, "/"))
		code = fail(t, EXIT_FAILED, "%s", strerror(ENOMEM));
	if (!code)
		code = take_locks(t);
	if (!code)
		code = agree(t, yes, &elsewhere);
	if (elsewhere)
		return code;
	if (!code)
		code = play(t);
	drop_locks(t);
	return answer(t, code);
}

static int run_selftest(const struct globals *g, int argc, char **argv)
{
	struct selftest *t = calloc(1, sizeof(*t));
	uint64_t rounds = ROUNDS_DEFAULT;
	bool yes = false;
	int v, code;

	while (t && (v = cmd_getopt(&cmd_selftest, argc, argv)) != -1) {
		yes |= v == OPT_YES;
		code = v == '?' ? EXIT_USAGE : EXIT_OK;
		if (v == OPT_ROUNDS && (!str_u64(optarg, 10, ROUNDS_MAX, &rounds) || !rounds))
			code = cmd_usage(&cmd_selftest, _("--rounds wants a number from 1 to %d"), ROUNDS_MAX);
		if (code)
			goto out;
	}
	code = EXIT_FAILED;
	if (!t) {
		say(_("out of memory"));
		goto out;
	}
	if (argc - optind > 1)
		code = cmd_usage(&cmd_selftest, _("%s takes one device at most"), cmd_selftest.name);
	else if (argv[optind] && !bdf_parse(argv[optind], &t->bdf))
		code = cmd_usage(&cmd_selftest, _("'%s' is not a PCI address like 0000:00:02.0"),
				 argv[optind]);
	else if (g->foreign_root)
		code = cmd_usage(&cmd_selftest, _("%s works on this host only, not with --root"),
				 cmd_selftest.name);
	else if (geteuid()) {
		say(_("only root can change who drives a device: sudo igvm %s"), cmd_selftest.name);
		code = EXIT_PRIVILEGE;
	} else {
		t->g = g;
		t->rounds = (unsigned int)rounds;
		t->vm_lock = t->device_lock = -1;
		t->done = json_array();
		code = test(t, argv[optind], yes);
		json_decref(t->done);
	}
out:
	free(t);
	return code;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every VM does, for a monitoring system: node_exporter's textfile collector reads the file that a timer
 * has us write. It costs what `list` costs, and one file more a VM.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/decide/metrics.h"
#include "launcher/facts/wish.h"
#include "launcher/run/supervise_status.h"
#include "launcher/run/verified.h"

static const struct opt opts[] = {
	{ "output", 'o', "FILE", N_("replace FILE, at once and readable by all, instead of printing"), 'o' },
	{ 0 }
};

static int run_metrics(const struct globals *g, int argc, char **argv);

const struct cmd cmd_metrics = {
	.name = "metrics",
	.args = "[NAME]",
	.help = N_("what VMs do, in Prometheus' text format"),
	.more = N_("For the textfile collector of node_exporter, say: igvm-metrics.timer writes its file every\n"
		   "minute. What is not known has no sample. Without NAME all VMs that `igvm list` shows."),
	.opts = opts,
	.run = run_metrics,
};

/** struct found - the VMs, growing */
struct found {
	struct metrics_vm *vm;
	size_t n;
};

static void found_done(struct found *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_decref(l->vm[i].status);
	free(l->vm);
}
#define _found_	__attribute__((cleanup(found_done)))

static void read_verified(const struct paths *p, struct metrics_vm *vm)
{
	struct verified v;

	vm->works = -1;
	if (verified_read(p, vm->name, &v) || v.verdict == VERIFIED_UNKNOWN)
		return;
	vm->works = v.verdict == VERIFIED_WORKS;
	vm->verified = v.time;
}

static int add(struct found *l, const struct paths *p, const char *name)
{
	struct metrics_vm *more = reallocarray(l->vm, l->n + 1, sizeof(*more)), *vm;

	if (!more)
		return -ENOMEM;
	l->vm = more;
	vm = &more[l->n++];
	*vm = (struct metrics_vm){ .scope = p->system ? "system" : "user" };
	str_fit(vm->name, sizeof(vm->name), name);
	if (status_read(p, name, &vm->status))
		vm->status = NULL;
	read_verified(p, vm);
	return 0;
}

/* 0, or -errno of the directory; one that is not there holds no VM. */
static int add_all(struct found *l, const struct paths *p)
{
	_free_ char **names = NULL;
	int r = wish_list(p, &names);

	if (r)
		return r == -ENOENT ? 0 : r;
	for (char **n = names; !r && *n; n++)
		r = vm_name_check(*n) ? 0 : add(l, p, *n);
	return r;
}

static int say_fail(const char *what, int r)
{
	say("%s: %s", what, strerror(-r));
	return r == -EACCES || r == -EPERM ? EXIT_PRIVILEGE : EXIT_FAILED;
}

/* Without a HOME, as in a service of systemd's, the system's VMs are all there are. */
static int collect(const struct globals *g, struct found *l)
{
	struct paths p;
	int r = paths_mine(&p, g->root);

	if (!r) {
		r = add_all(l, &p);
		if (r)
			return say_fail(p.vms, r);
		if (p.system)
			return EXIT_OK;
	}
	paths_system(&p, g->root);
	r = add_all(l, &p);
	/* Whose VMs may not be seen are not this user's to list. */
	return r && r != -EACCES && r != -EPERM ? say_fail(p.vms, r) : EXIT_OK;
}

static int write_out(const char *file, const char *text, size_t n)
{
	struct stat st;
	int r;

	if (!file)
		return fwrite(text, 1, n, stdout) == n ? EXIT_OK : EXIT_FAILED;
	/* It is replaced: /dev/null or /dev/stdout would be no more what they are. */
	if (!stat(file, &st) && !S_ISREG(st.st_mode)) {
		say(_("%s: is there and not a regular file, which --output would replace"), file);
		return EXIT_USAGE;
	}
	r = file_replace_at(AT_FDCWD, file, text, n, 0644);
	return r ? say_fail(file, r) : EXIT_OK;
}

static int print_found(const struct found *l, const char *file)
{
	_free_ char *text = NULL;
	size_t n = 0;
	FILE *f = memory_open(&text, &n);
	bool ok = f && metrics_print(f, l->vm, l->n);

	if (f && memory_close(f, &text))
		ok = false;
	/* A number that is missing is one that nobody knows: that is not said of what there was no memory for. */
	if (!ok || memory_ran_out()) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	return write_out(file, text, n);
}

static int run_metrics(const struct globals *g, int argc, char **argv)
{
	_found_ struct found l = { 0 };
	const char *file = NULL, *name;
	struct paths p;
	int o, r;

	while ((o = cmd_getopt(&cmd_metrics, argc, argv)) != -1) {
		if (o == '?')
			return EXIT_USAGE;
		file = optarg;
	}
	if (optind == argc) {
		r = collect(g, &l);
		return r ? r : print_found(&l, file);
	}
	r = cmd_vm_name(&cmd_metrics, g, argc, argv, &name, &p);
	if (r)
		return r;
	r = add(&l, &p, name);
	return r ? say_fail(name, r) : print_found(&l, file);
}

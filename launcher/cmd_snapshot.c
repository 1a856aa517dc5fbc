/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept where, and how nothing stays half done: launcher/snapshot/snapshot.h. */
#include <errno.h>
#include <string.h>

#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/create/tool.h"
#include "launcher/pipeline.h"
#include "launcher/snapshot/snapshot.h"

static int run_create(const struct globals *g, int argc, char **argv);
static int run_list(const struct globals *g, int argc, char **argv);
static int run_restore(const struct globals *g, int argc, char **argv);
static int run_delete(const struct globals *g, int argc, char **argv);

#define WHAT	\
	N_("Of a VM that does not run: its qcow2 disks, its firmware and the variables, its TPM state. What\n"	\
	   "the iGPU holds, and every other device, cannot be saved: a snapshot is a switched-off VM.")

static const struct cmd verb_create = {
	.name = "snapshot create",
	.args = "NAME TAG",
	.help = N_("keep disks, firmware variables and TPM state as they are now"),
	.more = WHAT,
	.run = run_create,
};

static const struct cmd verb_list = {
	.name = "snapshot list",
	.args = "NAME",
	.help = N_("the snapshots of a VM, and whether its disks still hold them"),
	.json = true,
	.run = run_list,
};

static const struct opt restore_opts[] = {
	{ "yes", 'y', NULL, N_("do not ask"), 'y' },
	{ 0 }
};

static const struct cmd verb_restore = {
	.name = "snapshot restore",
	.args = "NAME TAG",
	.help = N_("go back to a snapshot; what was written since is lost"),
	.more = WHAT,
	.opts = restore_opts,
	.run = run_restore,
};

static const struct cmd verb_delete = {
	.name = "snapshot delete",
	.args = "NAME TAG",
	.help = N_("remove a snapshot; the VM stays as it is"),
	.run = run_delete,
};

static const struct cmd *const verbs[] = {
	&verb_create, &verb_list, &verb_restore, &verb_delete, NULL
};

const struct cmd cmd_snapshot = {
	.name = "snapshot",
	.args = "VERB [OPTIONS] NAME [TAG]",
	.help = N_("disks, firmware and TPM state of a VM, kept and brought back"),
	.sub = verbs,
	.json = true,
};

/** struct work - one verb on its way */
struct work {
	const struct cmd *c;
	const char *tag;
	bool yes;
	struct pipeline *p;
};

static int say_failed(const struct work *w, const struct snapshot_error *e, int r)
{
	if (r == -ECANCELED)
		say(_("%s: interrupted; the next snapshot or start brings it to its end"), w->p->name);
	else if (*e->what)
		say("%s: %s: %s", w->p->name, e->what, e->text);
	else
		say("%s: %s: %s", w->p->name, w->tag, e->text);
	return r == -EOPNOTSUPP ? EXIT_REFUSED : r == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
}

static int take_args(struct work *w, const struct globals *g, int argc, char **argv)
{
	const char *wrong;
	int v;

	while ((v = cmd_getopt(w->c, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		w->yes = true;
	}
	if (optind + 2 != argc)
		return cmd_usage(w->c, _("%s wants the name of one VM and that of a snapshot"), w->c->name);
	if (g->foreign_root)
		return cmd_usage(w->c, _("%s works on this host only, not with --root"), w->c->name);
	w->tag = argv[optind + 1];
	wrong = vm_name_check(w->tag);
	if (wrong)
		return cmd_usage(w->c, _("'%s' cannot name a snapshot: %s"), w->tag, _(wrong));
	w->p = pipeline_new(g, argv[optind]);
	return w->p ? EXIT_OK : EXIT_FAILED;
}

/* The VM's file, and its lock: nobody starts it meanwhile. */
static int begin(struct work *w, const struct globals *g, int argc, char **argv)
{
	int code = take_args(w, g, argc, argv);

	if (!code)
		code = pipeline_wish(w->p);
	if (code)
		return code;
	tool_catch_signals();
	code = pipeline_lock(w->p);
	if (w->p->vm_busy)
		say(_("%s: runs; `igvm stop %s` first: what it holds in memory and in the iGPU cannot be saved"),
		    w->p->name, w->p->name);
	return code;
}

static int run_create(const struct globals *g, int argc, char **argv)
{
	struct work w = { .c = &verb_create };
	struct snapshot_error e;
	int code = begin(&w, g, argc, argv);

	if (!code) {
		int r = snapshot_create(&w.p->paths, &w.p->wish, w.tag, &e);

		code = r ? say_failed(&w, &e, r) : EXIT_OK;
	}
	if (!code)
		printf(_("%s: %s is kept: disks, firmware variables and TPM state. What the iGPU and other devices hold "
			 "cannot be saved.\n"), w.p->name, w.tag);
	pipeline_free(w.p);
	return code;
}

static bool asked(const struct work *w)
{
	char question[256], nobody[256];

	snprintf(question, sizeof(question), _("Bring %s back to %s? What was written since is lost."), w->p->name,
		 w->tag);
	snprintf(nobody, sizeof(nobody), _("%s: nobody can be asked here; give --yes to lose what was written since '%s'"),
		 w->p->name, w->tag);
	return cmd_vm_agree(w->yes, question, nobody);
}

static int restore(struct work *w)
{
	_free_ struct snapshot *s = calloc(1, sizeof(*s));
	struct snapshot_error e = { .text = "" };
	int r;

	if (!s)
		return say_failed(w, &e, -ENOMEM);
	r = snapshot_restore(&w->p->paths, &w->p->wish, w->tag, s, &e);
	if (r)
		return say_failed(w, &e, r);
	printf(_("%s is as it was at %s.\n"), w->p->name, w->tag);
	if (strcmp(s->machine, w->p->wish.machine_version))
		say(_("%s: its machine was %s then, and is %s in the VM file: Windows may see new hardware"),
		    w->p->name, *s->machine ? s->machine : "?",
		    *w->p->wish.machine_version ? w->p->wish.machine_version : "?");
	return EXIT_OK;
}

static int run_restore(const struct globals *g, int argc, char **argv)
{
	struct work w = { .c = &verb_restore };
	int code = begin(&w, g, argc, argv);

	if (!code && !asked(&w))
		code = EXIT_USAGE;
	if (!code)
		code = restore(&w);
	pipeline_free(w.p);
	return code;
}

static int run_delete(const struct globals *g, int argc, char **argv)
{
	struct work w = { .c = &verb_delete };
	struct snapshot_error e;
	int code = begin(&w, g, argc, argv);

	if (!code) {
		int r = snapshot_delete(&w.p->paths, w.p->name, w.tag, &e);

		code = r ? say_failed(&w, &e, r) : EXIT_OK;
	}
	if (!code)
		printf(_("%s: %s is deleted.\n"), w.p->name, w.tag);
	pipeline_free(w.p);
	return code;
}

/* --- list --------------------------------------------------------------------------------------- */

/* Which disk lacks it, or cannot be looked at; "" none. */
static void find_hole(const struct snapshot *s, char why[static 512])
{
	struct snapshot_error e;

	*why = '\0';
	for (size_t i = 0; i < s->n_disk && !*why; i++) {
		int in = snapshot_in_disk(&s->disk[i], s->tag, true, &e);

		if (in < 0)
			snprintf(why, 512, "%.200s: %.250s", e.what, e.text);
		else if (!in)
			snprintf(why, 512, _("%.300s has not this snapshot any more"), s->disk[i].path);
	}
}

static json_t *one_json(const struct snapshot *s, const char *why)
{
	json_t *disks = json_array();

	for (size_t i = 0; i < s->n_disk; i++)
		json_array_append_new(disks, json_pack("{s:s, s:s}", "name", s->disk[i].name, "path",
						       s->disk[i].path));
	return json_pack("{s:s, s:I, s:s, s:b, s:o, s:o}", "tag", s->tag, "time", (json_int_t)s->time, "machine",
			 s->machine, "whole", !*why, "hole", *why ? json_string(why) : json_null(), "disks", disks);
}

static void print_list(const struct globals *g, const char *name, const struct snapshot *list, size_t n)
{
	_json_ json_t *all = json_array(), *json = NULL;

	for (size_t i = 0; i < n; i++) {
		char why[512], when[32];

		find_hole(&list[i], why);
		json_array_append_new(all, one_json(&list[i], why));
		if (!g->json)
			printf("%-20s %s%s%s\n", list[i].tag, cmd_vm_time((json_int_t)list[i].time, when), *why ? "  " : "",
			       why);
	}
	json = json_pack("{s:i, s:s, s:s, s:O}", "version", 1, "kind", "snapshots", "name", name, "snapshots", all);
	if (g->json)
		cmd_vm_print_json(json);
	else if (!n)
		printf(_("%s has no snapshot.\n"), name);
}

static int run_list(const struct globals *g, int argc, char **argv)
{
	_free_ struct snapshot *list = NULL;
	struct snapshot_error e;
	struct paths paths;
	size_t n;
	int code;

	if (cmd_getopt(&verb_list, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 1 != argc)
		return cmd_usage(&verb_list, _("%s wants the name of one VM"), verb_list.name);
	if (g->foreign_root)
		return cmd_usage(&verb_list, _("%s works on this host only, not with --root"),
				 verb_list.name);
	code = pipeline_paths(g, argv[optind], &paths);
	if (code)
		return code;
	if (snapshot_list(&paths, argv[optind], &list, &n, &e)) {
		say("%s: %s: %s", argv[optind], e.what, e.text);
		return EXIT_FAILED;
	}
	print_list(g, argv[optind], list, n);
	return EXIT_OK;
}

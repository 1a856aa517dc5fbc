/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan as people read it, and as JSON. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/setup/setup_make.h"

static const struct {
	const char *word;	/* in JSON */
	const char *label;	/* N_() */
} sayings[SETUP_SAYINGS] = {
	[SETUP_SAYS_FOUND] = { "found", N_("found") },
	[SETUP_SAYS_KEPT] = { "kept", N_("kept") },
	[SETUP_SAYS_POINTLESS] = { "pointless", N_("pointless") },
	[SETUP_SAYS_WRONG] = { "wrong", N_("wrong") },
	[SETUP_SAYS_REMOVED] = { "removed", N_("taken over") },
	[SETUP_SAYS_TOLD] = { "told", N_("by hand") },
	[SETUP_SAYS_REFUSED] = { "refused", N_("refused") },
	[SETUP_SAYS_MISSING] = { "missing", N_("missing") },
	[SETUP_SAYS_RIGHT] = { "right", N_("right") },
};

void setup_notes_print(FILE *out, const struct setup_notes *n)
{
	for (size_t i = 0; i < n->n; i++) {
		const struct setup_note *x = &n->note[i];

		fprintf(out, "%s:", _(sayings[x->say].label));
		if (*x->where)
			fprintf(out, " %s:", x->where);
		if (*x->what)
			fprintf(out, " %s:", x->what);
		fprintf(out, " %s", _(x->why));
		if (*x->id)
			fprintf(out, " (igvm explain %s)", x->id);
		fputc('\n', out);
	}
	if (n->left_out)
		fprintf(out, _("(%zu more lines were left out)\n"), n->left_out);
}

static int print_file(FILE *out, const struct setup_file *f)
{
	char *diff = setup_diff(f->path, f->before, f->before_len, f->after, f->after_len);

	if (!diff)
		return -ENOMEM;
	fprintf(out, "\n# %s: %s\n%s", f->path, _(f->why), diff);
	free(diff);
	return 0;
}

/* As a shell would take it. */
static void print_command(FILE *out, const struct setup_command *c)
{
	fprintf(out, "\n# %s\n$", _(c->why));
	for (size_t i = 0; c->argv[i]; i++) {
		bool plain = *c->argv[i] && !strpbrk(c->argv[i], " \t\n\"'\\$`&|;<>()*?[]#~");

		fprintf(out, plain ? " %s" : " '%s'", c->argv[i]);
	}
	fputc('\n', out);
}

static const char *way_text(enum setup_way way)
{
	return way == SETUP_DEDICATED
		? N_("dedicated: vfio-pci has the iGPU from boot on")
		: N_("shared: the host keeps the iGPU until a VM starts (--dedicated: never)");
}

static bool has_hand_made(const struct setup_notes *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->note[i].say == SETUP_SAYS_POINTLESS || n->note[i].say == SETUP_SAYS_WRONG)
			return true;
	return false;
}

int setup_plan_print(FILE *out, const struct setup_plan *p, const struct setup_notes *n)
{
	fprintf(out, "%s\n", _(way_text(p->way)));
	setup_notes_print(out, n);
	if (has_hand_made(n))
		fputs(_("Lines that are called pointless or wrong are not igvm's and stay as they are; --adopt takes\n"
			"them into the plan, --undo brings them back, and --undo --stock leaves them out.\n"), out);
	for (size_t i = 0; i < p->n_files; i++) {
		int r = print_file(out, &p->file[i]);

		if (r)
			return r;
	}
	for (size_t i = 0; i < p->n_commands; i++)
		print_command(out, &p->command[i]);
	if (!p->n_files && !p->n_commands)
		fprintf(out, "%s\n", _("Nothing is to be changed."));
	return ferror(out) ? -EIO : 0;
}

/* --- JSON ----------------------------------------------------------------------------------- */

/* NULL: no file; bytes that are no text are not shown. */
static void set_text(json_t *o, const char *key, const char *text, size_t len)
{
	json_t *s = text ? json_stringn(text, len) : json_null();

	if (!s) {
		json_object_set_new(o, "binary", json_true());
		s = json_null();
	}
	json_object_set_new(o, key, s);
}

static json_t *file_json(const struct setup_file *f)
{
	json_t *o = json_pack("{s:s, s:s}", "path", f->path, "why", f->why);

	if (!o)
		return NULL;
	set_text(o, "before", f->before, f->before_len);
	set_text(o, "after", f->after, f->after_len);
	json_object_set_new(o, "mode", json_sprintf("%04o", (unsigned int)f->mode));
	return o;
}

static json_t *command_json(const struct setup_command *c)
{
	json_t *argv = json_array();

	for (size_t i = 0; c->argv[i]; i++)
		json_array_append_new(argv, json_string(c->argv[i]));
	return json_pack("{s:o, s:s, s:b}", "argv", argv, "why", c->why, "after-undo", c->after_undo);
}

static json_t *note_json(const struct setup_note *x)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", sayings[x->say].word, "id", x->id, "where", x->where,
			 "what", x->what, "why", x->why);
}

json_t *setup_plan_json(const struct setup_plan *p, const struct setup_notes *n)
{
	json_t *files = json_array(), *commands = json_array(), *notes = json_array();
	const struct setup_expect *e = &p->expect;

	for (size_t i = 0; i < p->n_files; i++)
		json_array_append_new(files, file_json(&p->file[i]));
	for (size_t i = 0; i < p->n_commands; i++)
		json_array_append_new(commands, command_json(&p->command[i]));
	for (size_t i = 0; i < n->n; i++)
		json_array_append_new(notes, note_json(&n->note[i]));
	return json_pack("{s:i, s:s, s:s, s:b, s:o, s:o, s:{s:s, s:s, s:s, s:s, s:s}, s:o}", "version", 1, "kind",
			 "setup-plan", "way", p->way == SETUP_SHARED ? "shared" : "dedicated", "refused",
			 setup_refused(n), "files", files, "commands", commands, "expect", "kernel", e->kernel,
			 "cmdline", e->cmdline, "not-cmdline", e->not_cmdline, "image-files", e->image_files,
			 "image-modules", e->image_modules, "notes", notes);
}

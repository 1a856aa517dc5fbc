/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/facts/wish_edit.h"
#include "launcher/facts/wish_keys.h"
#include "launcher/vm_file.h"

static int run_set(const struct globals *g, int argc, char **argv);

static const struct opt opts[] = {
	{ "force", 0, NULL, N_("take the emulated display away although nobody has seen the driver work"),
	  'f' },
	{ 0 }
};

const struct cmd cmd_set = {
	.name = "set",
	.args = "NAME KEY=VALUE...",
	.help = N_("change keys in a VM's file"),
	.more = N_("KEY is one of section [vm], or igpu.KEY, disk.NAME.KEY, net.NAME.KEY, usb.NAME.KEY,\n"
		   "input.NAME.KEY. The file is judged as a whole before it is replaced, and every other\n"
		   "line stays as it was.\n"
		   "display=monitor takes the emulated display away: it is refused until `igvm verify` has\n"
		   "seen the guest's driver work, or while its Remote Desktop does not answer.\n"
		   "`igvm start --rescue` brings the emulated display back for one run."),
	.opts = opts,
	.run = run_set,
};

/** struct change - one KEY=VALUE, taken apart */
struct change {
	char section[80], key[32];
	const char *value;
};

static int say_unknown(const struct cmd *c, const char *kind, const char *key)
{
	const char *near = wish_key_nearest(kind, key);

	if (near)
		return cmd_usage(c, _("[%s] has no key '%.60s'; did you mean '%s'?"), kind, key, near);
	return cmd_usage(c, _("[%s] has no key '%.60s'; igvm.vm(5) lists the keys"), kind, key);
}

/* "display" is [vm]'s, "igpu.rom" [igpu]'s, "disk.system.path" [disk system]'s; names may hold dots. */
static int take_apart(const struct cmd *c, const char *word, struct change *ch)
{
	const char *equals = strchr(word, '='), *dot;
	char left[128], kind[32] = "vm";

	if (!equals || equals == word)
		return cmd_usage(c, _("'%.80s' is no KEY=VALUE"), word);
	snprintf(left, sizeof(left), "%.*s", (int)(equals - word), word);
	ch->value = equals + 1;
	dot = strrchr(left, '.');
	if (!str_copy(ch->key, sizeof(ch->key), dot ? dot + 1 : left) ||
	    (size_t)(equals - word) >= sizeof(left))
		return cmd_usage(c, _("'%.80s' is too long for a key"), word);
	snprintf(ch->section, sizeof(ch->section), "%.*s", dot ? (int)(dot - left) : 2, dot ? left : "vm");
	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(ch->section, "."), ch->section);
	if (strchr(ch->section, '.'))
		ch->section[strlen(kind)] = ' ';
	if (wish_key_find(kind, ch->key))
		return EXIT_OK;
	if (strcmp(kind, "vm") && strcmp(kind, "igpu") && !wish_section_nearest(kind))
		return cmd_usage(c, _("there is no section [%.60s]; there are [vm], [igpu], [disk NAME], [net "
				      "NAME], [usb NAME] and [input NAME]"), kind);
	return say_unknown(c, kind, ch->key);
}

static int apply(struct vm_file *f, const struct change *ch, char **text)
{
	struct wish_error e = { 0 };
	struct wish_where at;
	char *next = NULL;
	int r;

	if (strpbrk(ch->value, "\r\n")) {
		say(_("%s: the value holds more than one line"), ch->key);
		return EXIT_USAGE;
	}
	if (wish_dropin_has(&f->paths, f->name, ch->section, ch->key, &at)) {
		say(_("%s:%d sets %s, too, and wins: change it there"), at.file, at.line, ch->key);
		return EXIT_USAGE;
	}
	r = wish_edit_set(*text, strlen(*text), ch->section, ch->key, ch->value, &next, &e);
	if (r == -ENOMEM) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	if (r) {
		say("%s:%d: %s", f->path, e.line, e.text);
		return EXIT_USAGE;
	}
	free(*text);
	*text = next;
	return EXIT_OK;
}

static int run_set(const struct globals *g, int argc, char **argv)
{
	_vm_file_ struct vm_file *f = NULL;
	_free_ char *text = NULL;
	bool force = false;
	int code, v;

	while ((v = cmd_getopt(&cmd_set, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		force = true;
	}
	if (argc - optind < 2)
		return cmd_usage(&cmd_set, _("set wants the name of one VM and at least one KEY=VALUE"));
	code = cmd_vm_here(&cmd_set, g);
	for (int i = optind + 1; !code && i < argc; i++) {
		struct change ch;

		code = take_apart(&cmd_set, argv[i], &ch);
	}
	if (!code)
		code = vm_file_load(g, argv[optind], &f);
	text = code ? NULL : strdup(f->text);
	if (!code && !text) {
		say(_("out of memory"));
		code = EXIT_FAILED;
	}
	for (int i = optind + 1; !code && i < argc; i++) {
		struct change ch;

		code = take_apart(&cmd_set, argv[i], &ch);
		if (!code)
			code = apply(f, &ch, &text);
	}
	return code ? code : vm_file_replace(f, text, strlen(text), force, true);
}

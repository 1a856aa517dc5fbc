/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `igvm usb attach` and `detach`: the VM file first, validated as a whole, then the VM if it runs. */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_usb.h"
#include "launcher/cmd_vm.h"
#include "launcher/facts/wish_edit.h"
#include "launcher/run/inputs_note.h"
#include "launcher/run/lock.h"
#include "launcher/vm_file.h"

enum { LIVE_MS = 15000 };

static int run_attach(const struct globals *g, int argc, char **argv);
static int run_detach(const struct globals *g, int argc, char **argv);

static const struct opt attach_opts[] = {
	{ "as", 0, "NAME", N_("its name in the VM file: [usb NAME]; by default what it is"), 'a' },
	{ 0 }
};

const struct cmd usb_attach = {
	.name = "usb attach",
	.args = "NAME PORT|ID",
	.help = N_("give a USB device to a VM, at once if it runs"),
	.more = N_("PORT is a port such as 1-4.2: whatever is plugged in there goes to the guest. ID is vendor\n"
		   "and product such as 046d:c52b: the device goes to the guest in whatever port it is."),
	.opts = attach_opts,
	.run = run_attach,
};

const struct cmd usb_detach = {
	.name = "usb detach",
	.args = "NAME DEVICE",
	.help = N_("take a USB device from a VM, at once if it runs"),
	.more = N_("DEVICE is its port, its id, or its name in the VM file."),
	.run = run_detach,
};

static bool is_same(const struct wish_usb *a, const struct wish_usb *b)
{
	return !strcmp(a->port, b->port) && a->vendor == b->vendor && a->product == b->product;
}

static bool is_used(const struct wish *w, const char *name)
{
	for (size_t i = 0; i < w->n_usb; i++)
		if (!strcmp(w->usb[i].name, name))
			return true;
	return false;
}

static int refuse_device(const char *text, const struct usb_device *d, bool running)
{
	if (d->kinds & USB_HUB) {
		say(_("%s is a hub, which stays with the host: name the port of what is plugged into it"), text);
		return EXIT_REFUSED;
	}
	if (running && d->vm_runs) {
		say(_("%s: the VM %s runs and has it; `igvm usb detach %s %s` takes it from it"), text, d->vm,
		    d->vm, text);
		return EXIT_REFUSED;
	}
	return EXIT_OK;
}

/* What is at that place now; *@d NULL: nothing, which is said and no fault. */
static int look(const struct globals *g, const struct vm_file *f, const char *text,
		const struct wish_usb *u, struct inputs *in, const struct usb_device **d)
{
	bool running = lock_vm_held(&f->paths, f->name) == 1;
	int code = cmd_usb_read(g, f->name, in), i;

	*d = NULL;
	if (code)
		return code;
	i = usb_find(in, u, 0);
	if (i < 0) {
		say(_("%s: nothing is plugged in there now; the guest gets what will be"), text);
		return EXIT_OK;
	}
	if (usb_find(in, u, i + 1) >= 0) {
		say(_("%s: more than one device is that; name it by its port (`igvm usb list`)"), text);
		return EXIT_REFUSED;
	}
	*d = &in->usb[i];
	return refuse_device(text, *d, running);
}

/* The running VM: EXIT_OK also when it does not run. */
static int change_live(const struct globals *g, const struct vm_file *f, json_t *request)
{
	_json_ json_t *answer = NULL;
	int code;

	if (lock_vm_held(&f->paths, f->name) != 1) {
		json_decref(request);
		printf(_("%s does not run; this holds from its next start on.\n"), f->name);
		return EXIT_OK;
	}
	code = cmd_vm_ask("usb", g, &f->paths, f->name, request, LIVE_MS, &answer, NULL);
	if (code == EXIT_NOT_RUNNING)
		return EXIT_OK;
	if (code)
		say(_("%s: its file is changed, and the running VM is not; from its next start on it will be so"),
		    f->name);
	return code;
}

/* --- attach ------------------------------------------------------------------------------- */

static int write_attached(struct vm_file *f, const struct wish_usb *u, const char *text)
{
	_free_ char *next = NULL;
	struct wish_error e = { 0 };
	char section[64];
	int r;

	snprintf(section, sizeof(section), "usb %s", u->name);
	r = wish_edit_set(f->text, f->len, section, *u->port ? "port" : "id", text, &next, &e);
	if (r) {
		say("%s:%d: %s", f->path, e.line, *e.text ? e.text : strerror(-r));
		return EXIT_USAGE;
	}
	return vm_file_replace(f, next, strlen(next), false, true);
}

static int choose_name(const struct vm_file *f, const char *as, const struct usb_device *d,
		       struct wish_usb *u)
{
	const char *wrong = as ? vm_name_check(as) : NULL;

	if (wrong || (as && !str_copy(u->name, sizeof(u->name), as)))
		return cmd_usage(&usb_attach, _("'%.60s' cannot name a USB device: %s"), as,
				 wrong ? _(wrong) : _("it is too long"));
	if (as && is_used(&f->before, as))
		return cmd_usage(&usb_attach, _("[usb %s] is another device already"), as);
	if (!as)
		usb_make_name(f->before.usb, f->before.n_usb, d ? d->kinds : 0, u->name);
	return EXIT_OK;
}

static int attach(const struct globals *g, struct vm_file *f, const char *text, const char *as)
{
	_free_ struct inputs *in = malloc(sizeof(*in));
	const struct usb_device *d;
	struct wish_usb u;
	int code;

	if (!in) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	if (!usb_parse(text, &u))
		return cmd_usage(&usb_attach, _("'%.60s' is neither a port such as 1-4.2 nor an id such as "
						"046d:c52b"), text);
	for (size_t i = 0; i < f->before.n_usb; i++)
		if (is_same(&f->before.usb[i], &u)) {
			printf(_("%s: [usb %s] is %s already.\n"), f->name, f->before.usb[i].name, text);
			return EXIT_OK;
		}
	code = look(g, f, text, &u, in, &d);
	if (!code)
		code = choose_name(f, as, d, &u);
	if (!code)
		code = write_attached(f, &u, text);
	return code ? code : change_live(g, f, json_pack("{s:s, s:o}", "op", "usb", "attach", usb_json(&u)));
}

/* Options, two operands, and the VM's file, which must be one without a fault. */
static int begin(const struct cmd *c, const struct globals *g, int argc, char **argv, const char **as,
		 struct vm_file **f)
{
	int code, v;

	while ((v = cmd_getopt(c, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		*as = optarg;
	}
	if (argc - optind != 2)
		return cmd_usage(c, _("%s wants the name of one VM and one device"), c->name);
	code = cmd_vm_here(c, g);
	if (!code)
		code = vm_file_load(g, argv[optind], f);
	if (code)
		return code;
	(*f)->live = true;
	return (*f)->readable ? EXIT_OK : vm_file_check(*f, (*f)->text, (*f)->len);
}

static int run_attach(const struct globals *g, int argc, char **argv)
{
	_vm_file_ struct vm_file *f = NULL;
	const char *as = NULL;
	int code = begin(&usb_attach, g, argc, argv, &as, &f);

	return code ? code : attach(g, f, argv[optind + 1], as);
}

/* --- detach ------------------------------------------------------------------------------- */

static const struct wish_usb *find(const struct wish *w, const char *text)
{
	struct wish_usb u;
	bool device = usb_parse(text, &u);

	for (size_t i = 0; i < w->n_usb; i++)
		if (!strcmp(w->usb[i].name, text) || (device && is_same(&w->usb[i], &u)))
			return &w->usb[i];
	return NULL;
}

/*
 * Its section goes. One that a template has is taken out by an empty value; one of a drop-in
 * has to be changed there.
 */
static int write_detached(struct vm_file *f, const struct wish_usb *u)
{
	const char *key = *u->port ? "port" : "id";
	_free_ char *next = NULL;
	struct wish_error e = { 0 };
	struct wish_where at;
	char section[64];
	int r;

	snprintf(section, sizeof(section), "usb %s", u->name);
	if (wish_dropin_has(&f->paths, f->name, section, key, &at)) {
		say(_("%s:%d sets [%s]: change it there"), at.file, at.line, section);
		return EXIT_USAGE;
	}
	r = wish_edit_drop(f->text, f->len, section, &next, &e);
	if (r == -ENOENT)
		r = wish_edit_set(f->text, f->len, section, key, "", &next, &e);
	if (r) {
		say("%s:%d: %s", f->path, e.line, *e.text ? e.text : strerror(-r));
		return EXIT_USAGE;
	}
	return vm_file_replace(f, next, strlen(next), false, true);
}

static int run_detach(const struct globals *g, int argc, char **argv)
{
	_vm_file_ struct vm_file *f = NULL;
	const struct wish_usb *u;
	const char *as = NULL;
	struct wish_usb gone;
	int code = begin(&usb_detach, g, argc, argv, &as, &f);

	if (code)
		return code;
	u = find(&f->before, argv[optind + 1]);
	if (!u) {
		say(_("%s: no [usb NAME] is '%.60s'"), f->name, argv[optind + 1]);
		return EXIT_USAGE;
	}
	gone = *u;
	code = write_detached(f, &gone);
	return code ? code : change_live(g, f, json_pack("{s:s, s:s}", "op", "usb", "detach", gone.name));
}

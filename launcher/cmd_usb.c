/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/cmd_usb.h"

#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_all.h"
#include "launcher/cmd_vm.h"
#include "launcher/pipeline.h"

static int run_list(const struct globals *g, int argc, char **argv);

const struct cmd usb_list = {
	.name = "usb list",
	.args = "",
	.help = N_("the host's USB devices, keyboards and mice, and which VM has them"),
	.more = N_("The port stays the same when a device is unplugged and plugged in there again, also behind\n"
		   "a KVM switch. Keyboards and mice can be shared with the host instead: [input NAME] with\n"
		   "their path, and both Ctrl keys hand them over."),
	.json = true,
	.run = run_list,
};

static const struct cmd *const verbs[] = { &usb_list, &usb_attach, &usb_detach, NULL };

const struct cmd cmd_usb = {
	.name = "usb",
	.args = "VERB [OPTIONS]",
	.help = N_("USB devices of the host: list, attach to a VM, detach"),
	.sub = verbs,
	.json = true,
};

int cmd_usb_read(const struct globals *g, const char *name, struct inputs *in)
{
	int r = inputs_read(g->root, NULL, in);
	struct paths p;

	if (r) {
		say(_("%s: cannot read the host: %s"), g->root, strerror(-r));
		return EXIT_FAILED;
	}
	paths_system(&p, g->root);
	inputs_claims(g->root, &p, name, pipeline_vm_runs, in);
	if (!paths_mine(&p, g->root) && !p.system)
		inputs_claims(g->root, &p, name, pipeline_vm_runs, in);
	return EXIT_OK;
}

/* --- list ------------------------------------------------------------------------------ */

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static json_t *kinds_json(unsigned int kinds)
{
	json_t *list = json_array();

	for (const struct usb_word *w = usb_words; w->word; w++)
		if (kinds & w->kind)
			json_array_append_new(list, json_string(w->word));
	return list;
}

static json_t *device_json(const struct usb_device *d)
{
	char id[12];

	snprintf(id, sizeof(id), "%04x:%04x", d->vendor, d->product);
	return json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:b}", "port", d->port, "id", id, "bus",
			 (int)d->bus, "device", (int)d->dev, "manufacturer", text_or_null(d->maker), "product",
			 text_or_null(d->model), "mbit", d->mbit ? json_integer(d->mbit) : json_null(), "kinds",
			 kinds_json(d->kinds), "vm", text_or_null(d->vm), "vm_runs", d->vm_runs);
}

static json_t *evdev_json(const struct evdev *e)
{
	return json_pack("{s:s, s:o, s:o, s:b, s:b, s:o, s:o, s:b}", "event", e->event, "path",
			 text_or_null(e->path), "name", text_or_null(e->name), "keyboard", e->keyboard, "pointer",
			 e->pointer, "port", text_or_null(e->port), "vm", text_or_null(e->vm), "vm_runs",
			 e->vm_runs);
}

static json_t *known(enum tri t)
{
	return json_boolean(t == TRI_YES);
}

static void print_json(const struct inputs *in)
{
	json_t *usb = json_array(), *inputs = json_array();
	_json_ json_t *json = json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:b}", "version", 1, "kind", "usb-list",
					"usb_known", known(in->usb_known), "usb", usb, "inputs_known",
					known(in->evdev_known), "inputs", inputs, "more", in->more);

	for (size_t i = 0; json && i < in->n_usb; i++)
		json_array_append_new(usb, device_json(&in->usb[i]));
	for (size_t i = 0; json && i < in->n_evdev; i++)
		if (in->evdev[i].keyboard || in->evdev[i].pointer)
			json_array_append_new(inputs, evdev_json(&in->evdev[i]));
	cmd_vm_print_json(json);
}

static const char *whose(const char *vm, bool vm_runs, char buf[static 80])
{
	if (!*vm)
		return "-";
	snprintf(buf, 80, vm_runs ? _("%s (runs)") : "%s", vm);
	return buf;
}

static void print_usb(const struct inputs *in)
{
	char kinds[96], vm[80];

	if (in->usb_known != TRI_YES)
		printf("%s\n", _("the USB devices cannot be seen: /sys/bus/usb is not there"));
	else if (!in->n_usb)
		printf("%s\n", _("no USB device is plugged in"));
	else
		printf("%-10s %-10s %-18s %-14s %s\n", _("PORT"), _("ID"), _("KIND"), _("VM"), _("NAME"));
	for (size_t i = 0; i < in->n_usb; i++) {
		const struct usb_device *d = &in->usb[i];

		usb_kinds_text(d->kinds, kinds, sizeof(kinds));
		printf("%-10s %04x:%04x  %-18s %-14s %s%s%s\n", d->port, d->vendor, d->product,
		       *kinds ? kinds : "-", whose(d->vm, d->vm_runs, vm), d->maker,
		       *d->maker && *d->model ? " " : "", d->model);
	}
}

/* Of the many event devices that keyboards and mice have, those that have a lasting name. */
static void print_inputs(const struct inputs *in)
{
	bool head = false;
	char vm[80];

	for (size_t i = 0; i < in->n_evdev; i++) {
		const struct evdev *e = &in->evdev[i];

		if (!*e->path || (!e->keyboard && !e->pointer))
			continue;
		if (!head)
			printf("\n%s\n", _("Keyboards and mice that [input NAME] can share, by path:"));
		head = true;
		printf("%s\n    %s%s, %s\n", e->path, e->keyboard ? "keyboard" : "",
		       e->pointer ? e->keyboard ? ", mouse" : "mouse" : "", *e->name ? e->name : e->event);
		if (*e->vm)
			printf("    VM %s\n", whose(e->vm, e->vm_runs, vm));
	}
}

static int run_list(const struct globals *g, int argc, char **argv)
{
	_free_ struct inputs *in = malloc(sizeof(*in));
	int code;

	while (cmd_getopt(&usb_list, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind != argc)
		return cmd_usage(&usb_list, _("usb list takes no names"));
	if (!in) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	code = cmd_usb_read(g, NULL, in);
	if (code)
		return code;
	if (g->json) {
		print_json(in);
		return EXIT_OK;
	}
	print_usb(in);
	print_inputs(in);
	if (in->more)
		say(_("there are more than can be shown"));
	return EXIT_OK;
}

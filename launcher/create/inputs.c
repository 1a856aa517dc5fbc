/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keyboard and mouse of a guest whose picture is, or will be, on the monitor alone. By port where the
 * host keeps a keyboard or another way in, because a port survives replugging and KVM switches; else
 * shared, because both Ctrl keys give the keyboard back.
 */
#include <string.h>
#include <unistd.h>

#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/create.h"
#include "launcher/decide/way_in_judge.h"

static bool is_free(const char *vm)
{
	return !*vm;
}

static bool is_input(const struct usb_device *d)
{
	return d->kinds & (USB_KEYBOARD | USB_MOUSE) && !(d->kinds & USB_HUB) && is_free(d->vm);
}

static bool is_shared(const struct evdev *e)
{
	return *e->path && (e->keyboard || e->pointer) && is_free(e->vm);
}

/* --- taking ----------------------------------------------------------------------------- */

static void take_usb(struct create *c)
{
	for (size_t i = 0; i < c->inputs.n_usb && c->n_usb < WISH_USB_MAX; i++) {
		const struct usb_device *d = &c->inputs.usb[i];
		struct wish_usb u = { 0 };

		if (!is_input(d))
			continue;
		str_fit(u.port, sizeof(u.port), d->port);
		usb_make_name(c->usb, c->n_usb, d->kinds, u.name);
		c->usb[c->n_usb++] = u;
	}
}

static void take_evdevs(struct create *c)
{
	size_t keyboards = 0, mice = 0;

	for (size_t i = 0; i < c->inputs.n_evdev && c->n_evdev < WISH_EVDEV_MAX; i++) {
		const struct evdev *e = &c->inputs.evdev[i];
		struct wish_evdev w = { .repeat = true };
		size_t n;

		if (!is_shared(e))
			continue;
		n = e->keyboard ? ++keyboards : ++mice;
		str_fit(w.path, sizeof(w.path), e->path);
		snprintf(w.name, sizeof(w.name), n > 1 ? "%s%zu" : "%s", e->keyboard ? "keyboard" : "mouse", n);
		c->evdev[c->n_evdev++] = w;
	}
}

/* --- as given --------------------------------------------------------------------------- */

static int take_given(struct create *c, const char *text)
{
	struct wish_usb u;
	int i;

	if (!usb_parse(text, &u))
		return cmd_usage(&cmd_create, _("--usb %.60s: is neither a port such as 1-4.2 nor an id such as "
						"046d:c52b"), text);
	i = usb_find(&c->inputs, &u, 0);
	if (i < 0)
		say(_("note: --usb %s: nothing is plugged in there now"), text);
	if (i >= 0 && c->inputs.usb[i].kinds & USB_HUB) {
		say(_("%s is a hub, which stays with the host: name the port of what is plugged into it"), text);
		return EXIT_REFUSED;
	}
	usb_make_name(c->usb, c->n_usb, i < 0 ? 0 : c->inputs.usb[i].kinds, u.name);
	c->usb[c->n_usb++] = u;
	return EXIT_OK;
}

/* --- asking ----------------------------------------------------------------------------- */

static bool has_free_keyboard(const struct create *c, bool usb)
{
	for (size_t i = 0; usb && i < c->inputs.n_usb; i++)
		if (is_input(&c->inputs.usb[i]) && c->inputs.usb[i].kinds & USB_KEYBOARD)
			return true;
	for (size_t i = 0; !usb && i < c->inputs.n_evdev; i++)
		if (is_shared(&c->inputs.evdev[i]) && c->inputs.evdev[i].keyboard)
			return true;
	return false;
}

/* Would the host be left without a keyboard, and be closed? */
static bool would_close(const struct create *c, const struct host_facts *h)
{
	const char *port[USB_DEVICES_MAX];
	struct way_in_facts w = { 0 };
	struct tree t;
	size_t n = 0;

	for (size_t i = 0; i < c->inputs.n_usb; i++)
		if (is_input(&c->inputs.usb[i]))
			port[n++] = c->inputs.usb[i].port;
	if (inputs_keyboards(&c->inputs, port, n))
		return false;
	if (!tree_init(&t, "/")) {
		way_in_read(&t, h, &w);
		close(t.fd);
	}
	return !way_in_ssh(&w) && w.serial_console != TRI_YES;
}

static void list_devices(const struct create *c)
{
	char kinds[96];

	fprintf(stderr, _("The guest's picture will be on the monitor: it needs a keyboard and a mouse.\n"));
	for (size_t i = 0; i < c->inputs.n_usb; i++) {
		const struct usb_device *d = &c->inputs.usb[i];

		if (d->kinds & USB_HUB)
			continue;
		usb_kinds_text(d->kinds, kinds, sizeof(kinds));
		fprintf(stderr, "  %c %-10s %04x:%04x  %-16s %s %s%s%s\n", is_input(d) ? '*' : ' ', d->port,
			d->vendor, d->product, *kinds ? kinds : "-", d->maker, d->model, *d->vm ? ", VM " : "",
			d->vm);
	}
	for (size_t i = 0; i < c->inputs.n_evdev; i++)
		if (is_shared(&c->inputs.evdev[i]))
			fprintf(stderr, "  + %s\n", c->inputs.evdev[i].path);
}

static void take(struct create *c, enum create_input how)
{
	if (how == CREATE_INPUT_USB)
		take_usb(c);
	else if (how == CREATE_INPUT_EVDEV)
		take_evdevs(c);
	else if (how == CREATE_INPUT_NONE)
		c->base.input = INPUT_NONE;
}

/* Without a terminal nothing is decided for anybody: create_say_inputs() says how. */
static void ask(struct create *c, const struct host_facts *h)
{
	bool usb = has_free_keyboard(c, true), evdev = has_free_keyboard(c, false);
	bool propose_usb = usb && !(evdev && would_close(c, h));
	char line[16];

	if ((!usb && !evdev) || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return;
	list_devices(c);
	fprintf(stderr, _("u  those marked * go to the guest, by port, while it runs\n"
			  "e  those marked + are shared: both Ctrl keys together hand them over and back\n"
			  "l  later: `igvm usb attach`, or [input NAME] in the VM file\n"));
	if (!create_ask(propose_usb ? _("Which? [U/e/l] ") : _("Which? [u/E/l] "), true, line, sizeof(line)))
		return;
	if (!*line)
		*line = propose_usb ? 'u' : 'e';
	if (*line == 'u' || *line == 'U')
		take(c, CREATE_INPUT_USB);
	else if (*line == 'e' || *line == 'E')
		take(c, CREATE_INPUT_EVDEV);
}

int create_inputs(struct create *c, const struct host_facts *h)
{
	const struct create_options *o = &c->o;
	int r = inputs_read("/", NULL, &c->inputs);

	if (r) {
		say(_("%s: cannot read the host: %s"), "/", strerror(-r));
		return EXIT_FAILED;
	}
	inputs_claims("/", &c->paths, o->name, pipeline_vm_runs, &c->inputs);
	c->monitor = c->base.igpu && !c->no_igpu &&
		     (c->base.os == OS_WINDOWS || c->base.display == DISPLAY_MONITOR ||
		      c->base.display == DISPLAY_MONITOR_EARLY);
	for (size_t i = 0; i < o->n_usb; i++) {
		r = take_given(c, o->usb[i]);
		if (r)
			return r;
	}
	if (o->input != CREATE_INPUT_ASK)
		take(c, o->input);
	else if (c->monitor && !o->n_usb)
		ask(c, h);
	if (o->input == CREATE_INPUT_EVDEV && !c->n_evdev) {
		say(_("--input evdev: this host shows no keyboard or mouse in /dev/input/by-id or by-path"));
		return EXIT_REFUSED;
	}
	return EXIT_OK;
}

/* --- saying ----------------------------------------------------------------------------- */

void create_say_inputs(const struct create *c)
{
	for (size_t i = 0; i < c->n_usb; i++)
		printf(i ? _("             %s at USB port %s\n") : _("  input      %s at USB port %s\n"),
		       c->usb[i].name, c->usb[i].port);
	for (size_t i = 0; i < c->n_evdev; i++)
		printf(i ? "             %s\n" : _("  input      shared by both Ctrl keys: %s\n"),
		       c->evdev[i].path);
	if (!c->n_usb && !c->n_evdev && c->monitor && c->base.input != INPUT_NONE)
		printf(_("  input      none yet: `igvm usb list`, then `igvm usb attach %s PORT`, before display = monitor\n"),
		       c->o.name);
	if (*c->sound)
		printf(_("  sound      %s\n"), c->sound);
}

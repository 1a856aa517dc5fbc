/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"

static enum tri find_sound(const struct tree *t)
{
	_dir_ DIR *d = tree_list(t, "sys/class/sound");
	struct dirent *e;

	if (!d)
		return tree_exists(t, "sys/class") == TRI_YES ? TRI_NO : TRI_UNKNOWN;
	while ((e = readdir(d))) {
		const char *n = str_starts(e->d_name, "card");

		if (n && *n && !n[strspn(n, "0123456789")])
			return TRI_YES;
	}
	return TRI_NO;
}

int inputs_read(const char *root, const struct wish *w, struct inputs *in)
{
	struct tree t;
	int r = tree_init(&t, root);

	*in = (struct inputs){ 0 };
	if (r)
		return r;
	usb_read(&t, in);
	evdev_read(&t, in);
	in->sound = find_sound(&t);
	for (size_t i = 0; w && i < w->n_evdev; i++)
		in->look[i] = evdev_look(&t, in, w->evdev[i].path);
	close(t.fd);
	return 0;
}

static void claim(char vm[static 49], bool *vm_runs, const char *name, bool runs)
{
	if (*vm && (*vm_runs || !runs))
		return;
	str_fit(vm, 49, name);
	*vm_runs = runs;
}

static void claim_all(const struct tree *t, const struct wish *w, const char *name, bool runs,
		      struct inputs *in)
{
	for (size_t i = 0; i < w->n_usb; i++)
		for (int d = usb_find(in, &w->usb[i], 0); d >= 0; d = usb_find(in, &w->usb[i], d + 1))
			claim(in->usb[d].vm, &in->usb[d].vm_runs, name, runs);
	for (size_t i = 0; i < w->n_evdev; i++) {
		struct evdev_look look = evdev_look(t, in, w->evdev[i].path);

		if (look.at >= 0)
			claim(in->evdev[look.at].vm, &in->evdev[look.at].vm_runs, name, runs);
	}
}

void inputs_claims(const char *root, const struct paths *p, const char *name,
		   bool (*runs)(const struct paths *p, const char *vm), struct inputs *in)
{
	struct wish *w = malloc(sizeof(*w));
	_free_ char **names = NULL;
	struct tree t = { .fd = -1 };

	if (w && !tree_init(&t, root) && !wish_list(p, &names)) {
		for (char **vm = names; *vm; vm++) {
			struct wish_error e;

			if ((!name || strcmp(*vm, name)) && !wish_read(p, *vm, w, &e) &&
			    w->n_usb + w->n_evdev)
				claim_all(&t, w, *vm, runs(p, *vm), in);
		}
	}
	if (t.fd >= 0)
		close(t.fd);
	free(w);
}

static bool goes(const char *port, const char *const *list, size_t n)
{
	for (size_t i = 0; *port && i < n; i++)
		if (!strcmp(port, list[i]))
			return true;
	return false;
}

/* A keyboard often has several event devices: its media keys are one of their own. */
size_t inputs_keyboards(const struct inputs *in, const char *const *port, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < in->n_evdev; i++) {
		bool again = false;

		if (!in->evdev[i].keyboard || goes(in->evdev[i].port, port, n))
			continue;
		for (size_t j = 0; j < i && *in->evdev[i].port; j++)
			again |= in->evdev[j].keyboard && !strcmp(in->evdev[j].port, in->evdev[i].port);
		count += !again;
	}
	return count;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VM file and its drop-in, as texts. Their comments are English, as in the
 * templates. Paths hold no control characters: cmd_create.c checks them.
 */
#include <stdarg.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/create/create.h"

/** struct text - grows; @p NULL once memory has run out */
struct text {
	FILE *f;
	char *p;
	size_t n;
};

static void add(struct text *t, const char *fmt, ...) printf_(2, 3);

static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(t->f, fmt, ap);
	va_end(ap);
}

static bool begin(struct text *t)
{
	*t = (struct text){ 0 };
	t->f = memory_open(&t->p, &t->n);
	return t->f != NULL;
}

static char *finish(struct text *t)
{
	return memory_close(t->f, &t->p) ? NULL : t->p;
}

static bool is_windows(const struct create *c)
{
	return c->base.os == OS_WINDOWS;
}

static void add_vm(struct text *t, const struct create *c, const char *machine)
{
	add(t, "[vm]\ntemplate = %s\nmemory = %lluM\ncpus = %u\n", c->o.template,
	    (unsigned long long)(c->base.memory_bytes >> 20), c->base.cpus);
	if (c->accel_tcg)
		add(t, "# %s; `accel = kvm` when it does.\naccel = tcg\n", c->accel_why);
	if (machine)
		add(t, "# As it was made: a newer QEMU keeps it. `igvm upgrade %s` changes it.\n"
		    "machine = %s\n", c->o.name, machine);
	if (c->no_igpu && c->base.display != DISPLAY_BOTH)
		add(t, "display = both\n");
	if (c->base.input == INPUT_NONE)
		add(t, "input = none\n");
	if (c->built)
		add(t, "kernel = %s/vmlinuz\ninitrd = %s/initrd.img\n"
		    "kernel-args = root=LABEL=igvm-root rw console=tty0 console=ttyS0,115200\n", c->data,
		    c->data);
}

static void add_system(struct text *t, const struct create *c)
{
	add(t, "\n[disk system]\npath = %s/system.qcow2\nformat = qcow2\n", c->data);
	if (c->virtio_drivers)
		add(t, "bus = virtio\n\n[net lan]\nmodel = virtio\n");
	else if (is_windows(c))
		add(t, "# Windows has drivers of its own for NVMe and e1000e. With virtio's installed:\n"
		    "# bus = virtio\n");
	if (is_windows(c) && !c->o.iso)
		add(t, "\n# The installation disc:\n# [disk setup]\n# path = /PATH/Windows.iso\n# cdrom = yes\n");
	if (c->seeded)
		add(t, "\n[disk seed]\npath = %s/seed.iso\ncdrom = yes\n", c->data);
}

static void add_inputs(struct text *t, const struct create *c)
{
	for (size_t i = 0; i < c->n_usb; i++) {
		const struct wish_usb *u = &c->usb[i];

		add(t, "\n[usb %s]\n", u->name);
		if (*u->port)
			add(t, "port = %s\n", u->port);
		else
			add(t, "id = %04x:%04x\n", u->vendor, u->product);
	}
	for (size_t i = 0; i < c->n_evdev; i++)
		add(t, "\n[input %s]\npath = %s\n", c->evdev[i].name, c->evdev[i].path);
}

char *create_text(const struct create *c, const char *machine)
{
	struct text t;

	if (!begin(&t))
		return NULL;
	add(&t, "# Made by `igvm create`. Every key: igvm.vm(5).\n");
	add_vm(&t, c, machine);
	if (c->no_igpu)
		add(&t, "\n[igpu]\n# This VM has no iGPU; `auto` gives it this host's.\ndevice = none\n");
	add_system(&t, c);
	add_inputs(&t, c);
	return finish(&t);
}

static void add_disc(struct text *t, const char *name, const char *path)
{
	add(t, "\n[disk %s]\npath = %s\ncdrom = yes\n", name, path);
}

char *create_setup_text(const struct create *c, int *err)
{
	struct text t;

	*err = 0;
	if (!*c->iso.path && !*c->virtio.path && !c->answers)
		return NULL;
	*err = 1;
	if (!begin(&t))
		return NULL;
	add(&t, "# The discs of set-up. Remove this file when Windows is installed.\n");
	if (c->answers)
		add(&t, "# The last step of an unattended set-up ejects its discs, and igvm removes it then.\n");
	if (*c->iso.path)
		add_disc(&t, "setup", c->iso.path);
	if (*c->virtio.path)
		add_disc(&t, "virtio", c->virtio.path);
	if (c->answers) {
		char path[PATH_MAX + 32];

		snprintf(path, sizeof(path), "%s/%s", c->data, WISH_ANSWERS_FILE);
		add_disc(&t, WISH_ANSWERS_DISK, path);
	}
	return finish(&t);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What else the guest has: disks, network, a kernel. The probe has none of the VM's. */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"

#define PROBE_ELF	"efi/igvm-probe.elf"

/* "FILE:LINE: " of where the disk's path was written; "" when nobody wrote it down. */
static const char *disk_where(const struct wish_disk *d, char text[static 280])
{
	*text = '\0';
	if (d->where.line)
		snprintf(text, 280, "%.150s:%d: ", d->where.file, d->where.line);
	return text;
}

static void look_at_use(struct planning *g, const struct wish_disk *d, const char *where)
{
	const struct block_use *u = &d->use;

	switch (u->how) {
	case BLOCK_FREE:
		break;
	case BLOCK_MOUNTED:
		plan_flag(g, FINDING_DISK_IN_USE, _("%s[disk %s] %.100s: %s is mounted at %s"), where, d->name, d->path,
			  u->part, u->by);
		break;
	case BLOCK_SWAP:
		plan_flag(g, FINDING_DISK_IN_USE, _("%s[disk %s] %.100s: the host swaps on %s"), where, d->name, d->path,
			  u->part);
		break;
	case BLOCK_HELD:
		plan_flag(g, FINDING_DISK_IN_USE, _("%s[disk %s] %.100s: %s is part of %s"), where, d->name, d->path,
			  u->part, u->by);
		break;
	}
}

/* Names that the kernel gives in the order it finds disks. */
static bool is_unstable(const char *path)
{
	static const char *const kinds[] = { "/dev/sd", "/dev/nvme", "/dev/vd", "/dev/hd", "/dev/mmcblk" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_starts(path, kinds[i]))
			return true;
	return false;
}

static void look_at_disk(struct planning *g, const struct wish_disk *d)
{
	char where[280];

	disk_where(d, where);
	look_at_use(g, d, where);
	if (is_unstable(d->path))
		plan_say(g, FINDING_DISK_UNSTABLE_NAME, "%s[disk %s] path = %.100s", where, d->name, d->path);
	if (d->err)
		plan_flag(g, FINDING_DISK_MISSING, "%s[disk %s] %.100s: %s", where, d->name, d->path,
			  strerror(d->err));
	else if (d->wrong_kind)
		plan_flag(g, FINDING_DISK_WRONG_KIND,
			  _("%s[disk %s] %.100s: neither a regular file nor a block device"), where,
			  d->name, d->path);
}

static void plan_disks(struct planning *g)
{
	struct plan *p = g->p;

	for (size_t i = 0; i < g->w->n_disk; i++) {
		p->disk[i] = g->w->disk[i];
		look_at_disk(g, &p->disk[i]);
	}
	p->n_disk = g->w->n_disk;
	if (!p->n_disk && !*g->w->kernel)
		plan_say(g, FINDING_DISK_NONE, _("neither a disk nor a kernel"));
}

/*
 * Windows' disc asks to "press any key": with nothing on the disk there is nothing else that could be
 * started, so the supervisor presses one.
 */
static void plan_setup(struct planning *g)
{
	struct plan *p = g->p;

	for (size_t i = 1; i < p->n_disk; i++) {
		const struct wish_disk *d = &p->disk[i];
		bool answers = d->cdrom && !strcmp(d->name, WISH_ANSWERS_DISK);

		if (answers)
			p->answers_disc = i;
		else if (d->cdrom && !p->setup_disc && p->os == OS_WINDOWS && p->disk[0].blank)
			p->setup_disc = i;
	}
}

static void plan_copy(struct planning *g, const char *from, const char *name,
		      char to[static PATH_MAX])
{
	plan_path(g, to, g->p->data_dir, name);
	plan_file_add(g, from, to);
}

/* QEMU opens these by name after it has lost root's rights: they are copied. */
static void plan_kernel(struct planning *g)
{
	const struct wish *w = g->w;

	if (!*w->kernel)
		return;
	if (w->kernel_err)
		plan_flag(g, FINDING_KERNEL_MISSING, "%.200s: %s", w->kernel, strerror(w->kernel_err));
	if (w->initrd_err)
		plan_flag(g, FINDING_KERNEL_MISSING, "%.200s: %s", w->initrd, strerror(w->initrd_err));
	plan_copy(g, w->kernel, "kernel", g->p->kernel);
	if (*w->initrd)
		plan_copy(g, w->initrd, "initrd", g->p->initrd);
	str_fit(g->p->kernel_args, sizeof(g->p->kernel_args), w->kernel_args);
	if (g->p->secure_boot)
		plan_say(g, FINDING_KERNEL_SECURE_BOOT, _("%.200s with firmware = uefi-secure"), w->kernel);
}

/* Under UEFI the probe is an image of the ROM; under SeaBIOS it is what gets started. */
static void plan_probe(struct planning *g)
{
	char elf[PATH_MAX];

	if (g->p->firmware != PLAN_SEABIOS)
		return;
	plan_path(g, elf, g->in->datadir, PROBE_ELF);
	plan_copy(g, elf, "igvm-probe.elf", g->p->kernel);
}

void plan_guest(struct planning *g)
{
	if (g->p->purpose == PLAN_PROBE) {
		plan_probe(g);
		return;
	}
	plan_disks(g);
	plan_setup(g);
	plan_net(g);
	plan_kernel(g);
	plan_jobs(g);
	memcpy(g->p->words, g->w->words, sizeof(g->p->words));
	g->p->n_words = g->w->n_words;
}

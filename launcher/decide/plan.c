/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * A plan is made in steps (plan_parts.h), each of which fills its members and
 * adds findings; a step does not stop at the first finding, so that one call
 * says all that is wrong. What a device needs from QEMU is in plan_igpu.c, as
 * a table over generation, QEMU and firmware. The probe's plan is the VM's
 * with directories of its own, copies of its files, and nothing that could be
 * changed by starting it.
 */
#include "launcher/decide/plan.h"

#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"
#include "romfiles/sha256.h"

#define GIB	(1ull << 30)

void plan_raise(struct planning *g, enum finding_id id)
{
	bool there = false;

	for (size_t i = 0; i < g->f->n; i++) {
		if (g->f->v[i].id == id) {
			g->f->v[i].severity = SEVERITY_BLOCK;
			there = true;
		}
	}
	/* A full list must not lose the reason for a refusal. */
	if (!there && g->f->n)
		g->f->v[g->f->n - 1].severity = SEVERITY_BLOCK;
}

void plan_path(struct planning *g, char dst[static PATH_MAX], const char *dir, const char *name)
{
	if (!str_print(dst, PATH_MAX, "%s/%s", dir, name))
		plan_refuse(g, FINDING_PLAN_PATH_LONG, _("%.100s...: the path is too long"), dir);
}

struct plan_file *plan_file_add(struct planning *g, const char *from, const char *to)
{
	struct plan_file *file = &g->p->file[g->p->n_file];

	/* Steps add at most PLAN_FILES_MAX files; see the test that counts them. */
	if (g->p->n_file == PLAN_FILES_MAX)
		return file - 1;
	g->p->n_file++;
	str_fit(file->from, sizeof(file->from), from);
	str_fit(file->to, sizeof(file->to), to);
	return file;
}

const struct pci_fact *plan_device(const struct plan_input *in)
{
	int i;

	if (!in->host || !in->wish->igpu)
		return NULL;
	i = in->wish->igpu_auto ? in->host->igpu : host_find(in->host, in->wish->igpu_bdf);
	return i < 0 ? NULL : &in->host->pci[i];
}

/*
 * Legacy mode is for a VBIOS, which Intel made up to Gen 9, and for the
 * iGPU's own picture: an emulated display would want the same VGA cycles.
 */
static bool wants_legacy(const struct plan_input *in)
{
	const struct wish *w = in->wish;
	const struct pci_fact *dev = plan_device(in);
	const struct igd_platform *pf = dev ? igd_find(dev->device) : NULL;

	if (!w->igpu || w->legacy == SWITCH_OFF || in->rescue)
		return false;
	if (w->legacy == SWITCH_ON)
		return true;
	return w->firmware == FIRMWARE_BIOS && w->display == DISPLAY_MONITOR_EARLY &&
	       w->machine != MACHINE_Q35 && pf && pf->vbios;
}

void plan_shape(const struct plan_input *in, bool *q35, bool *uefi, bool *secure, bool *legacy)
{
	const struct wish *w = in->wish;

	*legacy = wants_legacy(in);
	*secure = w->firmware == FIRMWARE_UEFI_SECURE;
	*uefi = w->firmware == FIRMWARE_AUTO ? !*legacy : w->firmware != FIRMWARE_BIOS;
	*q35 = w->machine == MACHINE_AUTO ? !*legacy && w->display != DISPLAY_MONITOR_EARLY
					  : w->machine == MACHINE_Q35;
}

/* RFC 4122, version 5 in form, over a name space of igvm's own: the same name, the same machine. */
static void name_uuid(const char *name, char out[static 37])
{
	static const char space[] = "igvm machine: ";
	uint8_t h[32];
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, space, sizeof(space) - 1);
	sha256_add(&s, name, strlen(name));
	sha256_done(&s, h);
	h[6] = (uint8_t)((h[6] & 0x0f) | 0x50);
	h[8] = (uint8_t)((h[8] & 0x3f) | 0x80);
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0],
		 h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[10], h[11], h[12], h[13],
		 h[14], h[15]);
}

static void plan_names(struct planning *g)
{
	const struct wish *w = g->w;
	struct plan *p = g->p;
	char below[64];

	snprintf(below, sizeof(below), "%s%s", w->name,
		 g->in->purpose == PLAN_PROBE ? "/probe" : "");
	str_fit(p->name, sizeof(p->name), w->name);
	plan_path(g, p->run_dir, g->in->paths->run, below);
	plan_path(g, p->data_dir, g->in->paths->data, below);
	if (*w->uuid)
		str_fit(p->uuid, sizeof(p->uuid), w->uuid);
	else
		name_uuid(w->name, p->uuid);
}

struct plan_fd *plan_fd_add(struct plan *p, enum plan_fd_kind kind, int *fdset)
{
	struct plan_fd *fd = &p->fd[p->n_fd];

	fd->kind = kind;
	fd->fd = 3 + (int)p->n_fd++;
	if (fdset)
		fd->fdset = ++*fdset;
	return fd;
}

static void plan_fds(struct planning *g)
{
	struct plan *p = g->p;
	int fdset = 0;

	plan_fd_add(p, PLAN_FD_VM_LOCK, NULL);
	if (p->igpu)
		plan_fd_add(p, PLAN_FD_DEVICE_LOCK, NULL);
	plan_fd_add(p, PLAN_FD_QMP, NULL);
	plan_fd_add(p, PLAN_FD_AGENT, NULL);
	plan_fd_add(p, PLAN_FD_CONSOLE, NULL);
	plan_fd_add(p, PLAN_FD_FIRMWARE_LOG, NULL);
	plan_fd_add(p, PLAN_FD_SERIAL_LOG, &fdset);
	if (p->tpm)
		plan_fd_add(p, PLAN_FD_TPM, NULL);
	plan_net_fds(p);
	for (size_t i = 0; i < p->n_disk; i++) {
		struct plan_fd *fd = plan_fd_add(p, PLAN_FD_FILE, &fdset);

		fd->writable = !p->disk[i].read_only;
		str_fit(fd->path, sizeof(fd->path), p->disk[i].path);
	}
	plan_usb_fds(p, &fdset);
	plan_share_fds(p);
}

/*
 * VFIO locks all memory of the guest before it runs, which takes time with
 * its size: 30 s or 1 s per GiB, four times that with a device (the rule of
 * Proxmox' qemu-server, src/PVE/QemuServer/Helpers.pm).
 */
static void plan_limits(struct planning *g)
{
	struct plan *p = g->p;
	uint64_t seconds = p->memory_bytes / GIB;

	if (seconds < 30)
		seconds = 30;
	if (p->igpu) {
		seconds *= 4;
		p->memlock_bytes = p->memory_bytes + GIB;
	}
	p->start_ms = (unsigned int)(seconds * 1000);
	p->stop_ms = 120 * 1000;
}

static bool inputs_there(struct planning *g)
{
	if (!g->in->caps || !g->in->caps->major)
		plan_refuse(g, FINDING_QEMU_MISSING, _("%.200s: not known"), g->w->qemu);
	if (g->w->igpu && !g->in->host)
		plan_refuse(g, FINDING_PLAN_HOST_UNREAD, _("the host was not read"));
	return !g->refused;
}

bool plan_make(const struct plan_input *in, struct plan *p, struct findings *f)
{
	struct planning g = { .in = in, .w = in->wish, .p = p, .f = f };

	*p = (struct plan){ .purpose = in->purpose, .gms = -1, .group = -1 };
	if (!inputs_there(&g))
		return false;
	g.dev = plan_device(in);
	g.pf = g.dev ? igd_find(g.dev->device) : NULL;
	plan_names(&g);
	plan_machine(&g);
	plan_firmware(&g);
	plan_igpu(&g);
	plan_rom(&g);
	plan_guest(&g);
	plan_inputs(&g);
	plan_fds(&g);
	plan_limits(&g);
	return !g.refused;
}

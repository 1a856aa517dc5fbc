/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm doctor` and `igvm report` look at. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/program.h"
#include "launcher/base/str.h"
#include "launcher/decide/check.h"
#include "launcher/decide/cpu.h"
#include "launcher/doctor.h"
#include "launcher/facts/host_tree.h"

#define QEMU_PROGRAM	"qemu-system-x86_64"

/* The device looked at, when it is an Intel display at all. */
static const struct pci_fact *igpu_of(const struct pipeline *p)
{
	int i = host_find(&p->host, p->device);
	const struct pci_fact *f = i < 0 ? NULL : &p->host.pci[i];

	return f && f->vendor == IGD_VENDOR_INTEL && f->class >> 16 == 0x03 ? f : NULL;
}

uint64_t doctor_stolen(const struct doctor *d)
{
	const struct igd_platform *pf = d->pf;
	const struct pci_fact *f = d->igpu;

	if (!pf || pf->gms == IGD_GMS_MTL || f->config_len < IGD_CFG_GGC + 2)
		return IGD_STOLEN_BAD;
	return igd_stolen_bytes(pf, (uint16_t)(f->config[IGD_CFG_GGC] |
					       f->config[IGD_CFG_GGC + 1] << 8));
}

enum verdict doctor_verdict(const struct doctor *d)
{
	return finding_worst(&d->p->findings) == SEVERITY_BLOCK ? VERDICT_BLOCKED : VERDICT_READY;
}

/* A simulated host shows another maker's processor with an Intel iGPU: the platform is the iGPU's. */
char *doctor_cpu(const struct doctor *d, char *buf, size_t size)
{
	char name[CPU_NAME_MAX];

	cpu_name(d->p->host.cpu, name);
	if (*name && d->pf)
		snprintf(buf, size, "%s, %s", name, d->pf->name);
	else
		str_fit(buf, size, name);
	return buf;
}

/* Without a VM: the caller's QEMU, and no wish to judge. */
static int without_vm(struct pipeline *p)
{
	int r = paths_mine(&p->paths, p->g->root);

	/* No HOME is no reason not to look at the host: there is only no cache then. */
	if (r)
		p->paths.cache[0] = '\0';
	if (!program_find(program_path(), QEMU_PROGRAM, p->wish.qemu, sizeof(p->wish.qemu)))
		str_fit(p->wish.qemu, sizeof(p->wish.qemu), "/usr/bin/" QEMU_PROGRAM);
	p->wish.igpu_auto = true;
	return EXIT_OK;
}

/* The address the VM file names, else the iGPU's, else one that no function has. */
static struct bdf device_of(const struct pipeline *p)
{
	if (p->name && p->wish.igpu && !p->wish.igpu_auto)
		return p->wish.igpu_bdf;
	if (p->host.igpu >= 0)
		return p->host.pci[p->host.igpu].bdf;
	return (struct bdf){ 0xffff, 0xff, 0x1f, 7 };
}

/* With a VM, what its plan finds (firmware, ROM, disks) belongs to the answer. */
static int judge(struct pipeline *p)
{
	struct check_input in = {
		.host = &p->host, .caps = p->caps_known ? &p->caps : NULL,
		.wish = p->name ? &p->wish : NULL, .more = p->more,
		.boot = p->boot_known ? &p->boot : NULL,
	};
	int code;

	in.device = p->device = device_of(p);
	if (p->name && p->caps_known && (!p->wish.igpu || host_find(&p->host, p->device) >= 0)) {
		code = pipeline_plan(p, PLAN_RUN, false, true);
		return code == EXIT_REFUSED ? EXIT_OK : code;
	}
	check_run(&in, &p->findings);
	return EXIT_OK;
}

/* What no VM needs in order to start. The guide has a row for the image; else it is opened when it matters. */
static int more_facts(struct doctor *d)
{
	struct pipeline *p = d->p;
	int r = host_more_read(p->g->root, &p->host, &d->more);

	if (r) {
		say(_("%s: cannot read the host: %s"), p->g->root, strerror(-r));
		return EXIT_FAILED;
	}
	p->more = &d->more;
	return pipeline_boot(p, d->like_guide ? BOOT_IMAGE_ALWAYS : BOOT_IMAGE_IF_WANTED);
}

/* Who has the iGPU; that it cannot be told is no reason to stop. */
static void read_holders(struct doctor *d)
{
	struct tree t;

	if (!d->igpu || tree_init(&t, d->p->g->root))
		return;
	if (holders_read(&t, d->igpu->bdf, &d->holders))
		d->holders.n = 0;
	close(t.fd);
}

int doctor_look(struct doctor *d)
{
	struct pipeline *p = d->p;
	int code = p->name ? pipeline_wish(p) : without_vm(p);

	if (!code)
		code = pipeline_facts(p, geteuid() ? HOST_VFIO_NEVER : HOST_VFIO_IF_FREE);
	if (!code)
		code = more_facts(d);
	if (!code)
		code = judge(p);
	if (code)
		return code;
	d->igpu = igpu_of(p);
	d->pf = d->igpu ? igd_find(d->igpu->device) : NULL;
	read_holders(d);
	d->n_guide = guide_judge(&(struct guide_input){ .host = &p->host, .more = &d->more, .dev = d->igpu,
							.boot = p->boot_known ? &p->boot : NULL }, d->guide);
	return EXIT_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/decide/devices.h"
#include "launcher/decide/next.h"
#include "launcher/doctor.h"

static const char *or_unknown(const char *s)
{
	return *s ? s : _("unknown");
}

static size_t group_members(const struct host_facts *h, int group)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_pci; i++)
		n += h->pci[i].group == group;
	return n;
}

static void row(const char *label, const char *fmt, ...) printf_(2, 3);

static void row(const char *label, const char *fmt, ...)
{
	va_list ap;

	printf("%-9s ", label);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* A row of words with commas between them, grown piece by piece. */
static void join(char *text, size_t size, const char *fmt, ...) printf_(3, 4);

static void join(char *text, size_t size, const char *fmt, ...)
{
	size_t have = strlen(text);
	va_list ap;

	if (have && have + 2 < size)
		memcpy(text + have, ", ", 3), have += 2;
	va_start(ap, fmt);
	vsnprintf(text + have, size - have, fmt, ap);
	va_end(ap);
}

static void print_firmware(const struct doctor *d)
{
	const struct host_facts *h = &d->p->host;
	const struct dmar *t = &d->more.dmar;
	char text[256] = "";

	if (h->efi != TRI_UNKNOWN)
		join(text, sizeof(text), "%s", h->efi == TRI_YES ? _("UEFI") : _("BIOS or CSM"));
	if (h->efi == TRI_YES && d->more.secure_boot != TRI_UNKNOWN)
		join(text, sizeof(text), "%s", d->more.secure_boot == TRI_YES ? _("Secure Boot on") :
		     _("Secure Boot off"));
	if (t->valid)
		join(text, sizeof(text), _("VT-d with %d address bits"), t->width);
	if (t->valid)
		join(text, sizeof(text), "%s", t->preboot ? _("pre-boot DMA protection on") :
		     _("pre-boot DMA protection off"));
	if (*text)
		row(_("firmware"), "%s", text);
}

static void print_kernel(const struct doctor *d)
{
	const struct host_facts *h = &d->p->host;

	if (*d->more.lockdown && strcmp(d->more.lockdown, "none"))
		row(_("kernel"), _("%s, lockdown %s"), or_unknown(h->kernel), d->more.lockdown);
	else
		row(_("kernel"), "%s", or_unknown(h->kernel));
}

/* Nobody is a holder who only could be one: each was seen with the device open. */
static void print_holders(const struct holders *all)
{
	char text[256], fix[320];

	for (size_t i = 0; i < all->n; i++)
		row(_("in use"), _("%s; to free it: %s"), holder_text(&all->v[i], text, sizeof(text)),
		    holder_fix(all, &all->v[i], fix, sizeof(fix)));
	if (all->more)
		row(_("in use"), "%s", _("and more"));
}

/* What belongs to the iGPU in people's minds: screens, and sound over them. */
static void print_around(const struct doctor *d)
{
	const struct host_facts *h = &d->p->host;
	const struct output_facts *o = &d->more.outputs;
	int sound = devices_sound(h);
	char bdf[BDF_TEXT_MAX];

	print_holders(&d->holders);
	if (d->igpu->iommu_width)
		row(_("IOMMU"), _("%d address bits for the iGPU"), d->igpu->iommu_width);
	if (o->n)
		row(_("screens"), ngettext("%zu connector, %zu connected", "%zu connectors, %zu connected", o->n),
		    o->n, o->connected);
	/* In the iGPU's own group it has to go along: iommu.group-shared says it. */
	if (sound >= 0 && (d->igpu->group < 0 || h->pci[sound].group != d->igpu->group)) {
		const struct pci_fact *a = &h->pci[sound];

		row(_("sound"), _("%s, driver %s: HDMI's sound is there, and stays with the host"),
		    bdf_text(a->bdf, bdf), *a->driver ? a->driver : _("none"));
	}
}

static void print_device(const struct doctor *d)
{
	const struct host_facts *h = &d->p->host;
	const struct pci_fact *f = d->igpu;
	const struct igd_platform *pf = d->pf;
	const struct igd_id *id = igd_find_id(f->device);
	uint64_t stolen = doctor_stolen(d);
	char bdf[BDF_TEXT_MAX];

	row(_("iGPU"), "%s %04x:%04x %s", bdf_text(f->bdf, bdf), f->vendor, f->device,
	    id && *id->name ? id->name : or_unknown(f->name));
	if (pf)
		row(_("platform"), _("%s, Gen %u.%u"), pf->name, pf->gen10 / 10U, pf->gen10 % 10U);
	row(_("driver"), "%s", *f->driver ? f->driver : _("none"));
	if (f->group < 0)
		row(_("group"), "%s", _("none"));
	else
		row(_("group"), ngettext("%d, %zu device", "%d, %zu devices",
					 group_members(h, f->group)), f->group,
		    group_members(h, f->group));
	if (stolen == IGD_STOLEN_BAD)
		row(_("stolen"), "%s", _("unknown"));
	else
		row(_("stolen"), _("%llu MiB of memory for graphics"),
		    (unsigned long long)(stolen >> 20));
	print_around(d);
}

/* One line per source that gave nothing, so that silence is never taken for health. */
static void print_unread(const struct doctor *d)
{
	const struct pipeline *p = d->p;
	const struct host_facts *h = &p->host;
	const struct pci_fact *f = d->igpu;
	const char *label = _("unread");

	if (!h->n_pci)
		row(label, "%s", _("the PCI devices (/sys/bus/pci/devices)"));
	if (h->cpu_virt == TRI_UNKNOWN)
		row(label, "%s", _("the processor's features (/proc/cpuinfo)"));
	if (h->iommu == TRI_UNKNOWN)
		row(label, "%s", _("the IOMMU groups (/sys/kernel/iommu_groups)"));
	if (p->boot_known && p->boot.modprobe.unread)
		row(label, ngettext("%zu file of modprobe.d", "%zu files of modprobe.d", p->boot.modprobe.unread),
		    p->boot.modprobe.unread);
	if (f && f->config_len < 256)
		row(label, "%s", h->root ? _("the iGPU's configuration space") :
		    _("the iGPU's configuration space: it needs root (sudo igvm doctor)"));
	if (f && h->vfio.state == REGION_UNREAD)
		row(label, _("the OpRegion: %s"), h->vfio.why);
	if (f && h->vfio.state == REGION_FAILED)
		row(label, _("the OpRegion, the kernel refused: %s"), h->vfio.why);
}

static void print_facts(const struct doctor *d)
{
	const struct pipeline *p = d->p;
	const struct host_facts *h = &p->host;
	const struct pci_fact *f = d->igpu;
	char cpu[160];

	if (p->name)
		row(_("VM"), "%s", p->name);
	row(_("CPU"), "%s", or_unknown(doctor_cpu(d, cpu, sizeof(cpu))));
	print_firmware(d);
	print_kernel(d);
	if (p->caps_known)
		row("QEMU", "%d.%d.%d %s", p->caps.major, p->caps.minor, p->caps.micro, p->caps.path);
	else
		row("QEMU", "%s", _("unknown"));
	if (f)
		print_device(d);
	else
		row(_("iGPU"), "%s", h->n_pci ? _("none") : _("unknown"));
	if (f && h->vfio.state == REGION_READ && !p->g->foreign_root)
		row("OpRegion", _("%zu bytes, read through VFIO, which has reset the device"),
		    h->vfio.opregion_len);
	print_unread(d);
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

static void print_findings(const struct findings *list)
{
	static const char *const colour[] = {
		[SEVERITY_NOTE] = "\033[36m", [SEVERITY_WARN] = "\033[33m",
		[SEVERITY_BLOCK] = "\033[1;31m",
	};
	bool coloured = wants_colour();

	/* What stops everything first; within one severity the order of the checks. */
	for (int s = SEVERITY_BLOCK; s >= SEVERITY_NOTE; s--)
		for (size_t i = 0; i < list->n; i++) {
			const struct finding *x = &list->v[i];
			const struct finding_def *d = finding_def(x->id);

			if ((int)x->severity != s)
				continue;
			printf("\n%s%-5s%s %s: %s\n", coloured ? colour[s] : "", severity_text(x->severity),
			       coloured ? "\033[0m" : "", d->id, x->seen);
			printf(_("      wanted: %s\n"), _(d->wanted));
			printf(_("      fix:    %s\n"), _(finding_fix(x)));
		}
}

static size_t count_of(const struct findings *list, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->v[i].severity == s;
	return n;
}

/* The one step to take now. */
static void print_next(const struct pipeline *p)
{
	const struct finding *x = next_step(&p->findings);

	if (x)
		printf(_("next: %s (igvm explain %s)\n"), _(finding_fix(x)), finding_def(x->id)->id);
	else if (p->name)
		printf(_("next: igvm probe %s\n"), p->name);
	else
		printf(_("next: make a VM with `igvm create NAME`, and try it with `igvm probe NAME`\n"));
}

void doctor_people(const struct doctor *d)
{
	const struct pipeline *p = d->p;
	size_t blocks = count_of(&p->findings, SEVERITY_BLOCK);
	size_t warns = count_of(&p->findings, SEVERITY_WARN);

	print_facts(d);
	print_findings(&p->findings);
	printf(_("\nverdict: %s (%zu block, %zu warn)\n"), verdict_text(doctor_verdict(d)),
	       blocks, warns);
	print_next(p);
}

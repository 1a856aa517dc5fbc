/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * libpci reports what it does not like through acc->error, which must not
 * return: one missing `vendor` file ends the caller. Here that callback jumps
 * back to the call that failed, so each question to libpci is guarded on its
 * own and a device with one bad file keeps its other facts. A jump skips
 * scopes, therefore this file uses no cleanup attributes, and what changes
 * after setjmp() lives in struct scan, never in a local.
 *
 * libpci opens with plain open(): a FIFO in a recorded tree would hold it
 * forever, so each file is looked at before libpci is asked for what is in it.
 */
#include "launcher/facts/host_pci.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/str.h"

struct scan {
	jmp_buf out;
	struct pci_access *acc;
	char sysfs[PATH_MAX], ids[PATH_MAX];
};

/* libpci's callbacks carry no context; igvm is single-threaded and calls it from here only. */
static struct scan *current;

static void __attribute__((noreturn, format(printf, 1, 2))) on_error(char *msg, ...)
{
	(void)msg;
	longjmp(current->out, 1);
}

static void __attribute__((format(printf, 1, 2))) on_quiet(char *msg, ...)
{
	(void)msg;
}

/* Where distributions put the list; a recorded tree uses its own copy or none. */
static void choose_ids(struct scan *s, const struct tree *t, const char *root)
{
	static const char *const places[] = {
		"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "usr/share/pci.ids",
		"var/lib/pciutils/pci.ids",
	};

	s->ids[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places) && !*s->ids; i++)
		if (tree_is_file(t, places[i]) &&
		    !str_print(s->ids, sizeof(s->ids), "%s/%s", t->live ? "" : root, places[i]))
			s->ids[0] = '\0';
}

static bool scan_begin(struct scan *s, const struct tree *t, const char *root)
{
	if (!str_print(s->sysfs, sizeof(s->sysfs), "%s/sys/bus/pci", t->live ? "" : root))
		return false;
	choose_ids(s, t, root);
	if (tree_exists(t, "sys/bus/pci/devices") != TRI_YES)
		return false;
	s->acc = pci_alloc();
	s->acc->error = on_error;
	s->acc->warning = on_quiet;
	s->acc->debug = on_quiet;
	s->acc->method = PCI_ACCESS_SYS_BUS_PCI;
	current = s;
	if (setjmp(s->out))
		return s->acc->devices != NULL;
	pci_set_param(s->acc, (char *)"sysfs.path", s->sysfs);
	if (*s->ids)
		pci_set_name_list_path(s->acc, s->ids, 0);
	pci_init(s->acc);
	/* A name it cannot parse stops the scan; the devices before it stay listed. */
	pci_scan_bus(s->acc);
	return true;
}

static void scan_end(struct scan *s)
{
	if (s->acc && !setjmp(s->out))
		pci_cleanup(s->acc);
	current = NULL;
	free(s);
}

static void fill(struct scan *s, struct pci_dev *d, int what)
{
	if (!setjmp(s->out))
		pci_fill_info(d, what);
}

static void name(struct scan *s, struct pci_fact *f)
{
	char text[sizeof(f->name)];
	char *found = NULL;

	if (!*s->ids || !f->vendor)
		return;
	if (setjmp(s->out))
		return;
	found = pci_lookup_name(s->acc, text, sizeof(text),
				PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB,
				f->vendor, f->device);
	/* One that does not fit comes back as a sentence in angle brackets. */
	if (!found || *found == '<')
		return;
	str_sanitize(found);
	str_fit(f->name, sizeof(f->name), found);
}

static bool has_file(const struct tree *t, const char *bdf, const char *file)
{
	char path[128];

	return str_print(path, sizeof(path), "sys/bus/pci/devices/%s/%s", bdf, file) &&
	       tree_is_file(t, path);
}

static void bars(struct pci_fact *f, const struct pci_dev *d)
{
	for (int i = 0; i < 6; i++) {
		pciaddr_t a = d->base_addr[i];

		f->bar_base[i] = a & (a & 1 ? PCI_ADDR_IO_MASK : PCI_ADDR_MEM_MASK);
		f->bar_size[i] = d->size[i];
	}
}

static void one(struct scan *s, const struct tree *t, struct pci_dev *d, struct pci_fact *f)
{
	char bdf[BDF_TEXT_MAX], path[128];
	uint64_t v;

	*f = (struct pci_fact){
		.bdf = { d->domain_16, d->bus, d->dev, d->func },
		.group = -1, .numvfs = -1,
	};
	bdf_text(f->bdf, bdf);
	if (has_file(t, bdf, "vendor") && has_file(t, bdf, "device")) {
		fill(s, d, PCI_FILL_IDENT);
		f->vendor = d->vendor_id;
		f->device = d->device_id;
	}
	if (has_file(t, bdf, "resource")) {
		fill(s, d, PCI_FILL_BASES | PCI_FILL_SIZES);
		bars(f, d);
	}
	/* 24 bits: libpci before 3.8 has no prog-if, and 3.9 takes it from config space. */
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/class", bdf);
	if (tree_number(t, path, 16, 0xffffff, &v))
		f->class = (uint32_t)v;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/revision", bdf);
	if (tree_number(t, path, 16, 0xff, &v))
		f->revision = (uint8_t)v;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/subsystem_vendor", bdf);
	if (tree_number(t, path, 16, 0xffff, &v))
		f->sub_vendor = (uint16_t)v;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/subsystem_device", bdf);
	if (tree_number(t, path, 16, 0xffff, &v))
		f->sub_device = (uint16_t)v;
	name(s, f);
}

static int by_address(const void *a, const void *b)
{
	const struct pci_dev *x = *(struct pci_dev *const *)a, *y = *(struct pci_dev *const *)b;

	if (x->domain_16 != y->domain_16)
		return x->domain_16 < y->domain_16 ? -1 : 1;
	if (x->bus != y->bus)
		return x->bus - y->bus;
	return x->dev != y->dev ? x->dev - y->dev : x->func - y->func;
}

/* Sorted before it is cut to @max: the iGPU, at the front, is never what a big server loses. */
static int list(struct scan *s, const struct tree *t, struct pci_fact *pci, size_t max, size_t *n)
{
	struct pci_dev **all, *d;
	size_t count = 0;

	for (d = s->acc->devices; d; d = d->next)
		count++;
	all = calloc(count ? count : 1, sizeof(struct pci_dev *));
	if (!all)
		return -ENOMEM;
	count = 0;
	/* Domains above 16 bits are those of VMD controllers; nothing there is of interest. */
	for (d = s->acc->devices; d; d = d->next)
		if (d->domain >= 0 && d->domain <= 0xffff)
			all[count++] = d;
	qsort(all, count, sizeof(struct pci_dev *), by_address);
	for (*n = 0; *n < count && *n < max; (*n)++)
		one(s, t, all[*n], &pci[*n]);
	free(all);
	return 0;
}

int host_pci_read(const struct tree *t, const char *root, struct pci_fact *pci, size_t max,
		  size_t *n)
{
	struct scan *s = calloc(1, sizeof(*s));
	int r;

	*n = 0;
	if (!s)
		return -ENOMEM;
	r = scan_begin(s, t, root) ? list(s, t, pci, max, n) : 0;
	scan_end(s);
	return r;
}

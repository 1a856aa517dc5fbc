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
#include <fcntl.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "romfiles/igd.h"

struct scan {
	jmp_buf out;
	struct pci_access *acc;
	bool whole;	/* it was set up; libpci cannot release what it had not finished */
	char sysfs[PATH_MAX], ids[PATH_MAX];
};

/* libpci's callbacks carry no context; igvm is single-threaded and calls it from here only. */
static struct scan *current;

static void __attribute__((noreturn, format(printf, 1, 2))) on_error(char *msg, ...)
{
	(void)msg;
	memory_note(-errno);
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

/*
 * At a name that is no address the scan gives up and keeps its directory open.
 * The kernel makes no such name, so this is no sysfs and nothing of it is believed.
 */
static bool names_are_good(const struct tree *t)
{
	int fd = tree_open(t, "sys/bus/pci/devices", O_RDONLY | O_DIRECTORY);
	DIR *dir = memory_dir(fd);
	bool good = dir != NULL;
	struct dirent *e;
	unsigned int part[4];
	char rest;

	if (!dir && fd >= 0)
		close(fd);
	while (good && (e = readdir(dir)))
		good = *e->d_name == '.' || sscanf(e->d_name, "%x:%x:%x.%x%c", &part[0], &part[1],
						   &part[2], &part[3], &rest) == 4;
	if (dir)
		closedir(dir);
	return good;
}

static bool scan_begin(struct scan *s, const struct tree *t, const char *root)
{
	if (!str_print(s->sysfs, sizeof(s->sysfs), "%s/sys/bus/pci", t->live ? "" : root))
		return false;
	choose_ids(s, t, root);
	if (!names_are_good(t))
		return false;
	s->acc = pci_alloc();
	s->acc->error = on_error;
	s->acc->warning = on_quiet;
	s->acc->debug = on_quiet;
	s->acc->method = PCI_ACCESS_SYS_BUS_PCI;
	current = s;
	if (setjmp(s->out))
		return false;
	pci_set_param(s->acc, (char *)"sysfs.path", s->sysfs);
	if (*s->ids)
		pci_set_name_list_path(s->acc, s->ids, 0);
	pci_init(s->acc);
	pci_scan_bus(s->acc);
	s->whole = true;
	return true;
}

static void scan_end(struct scan *s)
{
	if (s->whole && !setjmp(s->out))
		pci_cleanup(s->acc);
	current = NULL;
	free(s);
}

static void fill(struct scan *s, struct pci_dev *d, int what)
{
	if (!setjmp(s->out))
		pci_fill_info(d, what);
}

/*
 * The list has 1.4 MB and is read whole for the first name, which is a good
 * part of a VM's start: only a display device that igvm does not know is worth it.
 */
static bool wants_name(const struct pci_fact *f)
{
	const struct igd_id *id = f->vendor == IGD_VENDOR_INTEL ? igd_find_id(f->device) : NULL;

	return f->vendor && f->class >> 16 == 0x03 && !(id && *id->name);
}

/* The list's name of a device; "" when there is none. */
static void look_up(struct scan *s, const struct pci_fact *f, char *buf, size_t size)
{
	char text[256];
	char *found = NULL;

	buf[0] = '\0';
	if (!*s->ids || setjmp(s->out))
		return;
	found = pci_lookup_name(s->acc, text, sizeof(text),
				PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB,
				f->vendor, f->device);
	/* One that does not fit comes back as a sentence in angle brackets. */
	if (!found || *found == '<')
		return;
	str_fit(buf, size, found);
	str_sanitize(buf);
}

static bool has_file(const struct tree *t, const char *bdf, const char *file)
{
	char path[128];

	return str_print(path, sizeof(path), "sys/bus/pci/devices/%s/%s", bdf, file) &&
	       tree_is_file(t, path);
}

/* A file of the device that holds a hexadecimal number; 0 when it does not. */
static uint32_t number(const struct tree *t, const char *bdf, const char *file, uint64_t max)
{
	char path[128];
	uint64_t v = 0;

	if (!str_print(path, sizeof(path), "sys/bus/pci/devices/%s/%s", bdf, file) ||
	    !tree_number(t, path, 16, max, &v))
		return 0;
	return (uint32_t)v;
}

static void one(struct scan *s, const struct tree *t, struct pci_dev *d, struct pci_fact *f)
{
	char bdf[BDF_TEXT_MAX];

	*f = (struct pci_fact){
		.bdf = { d->domain_16, d->bus, d->dev, d->func },
		.group = -1, .numvfs = -1,
	};
	bdf_text(f->bdf, bdf);
	if (has_file(t, bdf, "vendor") && has_file(t, bdf, "device"))
		fill(s, d, PCI_FILL_IDENT);
	f->vendor = d->vendor_id;
	f->device = d->device_id;
	/* Not from libpci: 3.9 takes prog-if, revision and subsystem from config space. */
	f->class = number(t, bdf, "class", 0xffffff);
	f->revision = (uint8_t)number(t, bdf, "revision", 0xff);
	f->sub_vendor = (uint16_t)number(t, bdf, "subsystem_vendor", 0xffff);
	f->sub_device = (uint16_t)number(t, bdf, "subsystem_device", 0xffff);
	if (wants_name(f))
		look_up(s, f, f->name, sizeof(f->name));
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

int host_pci_names(const struct tree *t, const char *root, const struct pci_fact *pci, size_t n,
		   struct pci_name *names)
{
	struct scan *s = calloc(1, sizeof(*s));
	bool good;

	if (!s)
		return -ENOMEM;
	memset(names, 0, n * sizeof(*names));
	good = scan_begin(s, t, root);
	for (size_t i = 0; good && i < n; i++)
		look_up(s, &pci[i], names[i].text, sizeof(names[i].text));
	scan_end(s);
	return 0;
}

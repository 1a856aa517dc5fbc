/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/firmware.h"
#include "launcher/facts/host_dev.h"
#include "launcher/facts/host_pci.h"
#include "launcher/facts/host_sys.h"
#include "launcher/facts/vfio.h"

#define VENDOR_INTEL	0x8086
#define OPREGION_MAX	(1u << 20)

static bool is_display(const struct pci_fact *f)
{
	return f->class >> 16 == 0x03;
}

int host_find(const struct host_facts *h, struct bdf bdf)
{
	for (size_t i = 0; i < h->n_pci; i++)
		if (bdf_equal(h->pci[i].bdf, bdf))
			return (int)i;
	return -1;
}

/*
 * The iGPU is where Intel puts it, is Intel's and is a display. Each alone is
 * not enough: 00:02.0 is a bridge on AMD hosts, Arc cards are Intel's too, and
 * the class is 0380 while another card is the primary one.
 */
static void select_devices(struct host_facts *h)
{
	h->igpu = host_find(h, (struct bdf){ .dev = 0x02 });
	if (h->igpu >= 0 && (h->pci[h->igpu].vendor != VENDOR_INTEL ||
			     !is_display(&h->pci[h->igpu])))
		h->igpu = -1;
	h->host_bridge = host_find(h, (struct bdf){ .dev = 0x00 });
	h->lpc = host_find(h, (struct bdf){ .dev = 0x1f });
	h->other_gpu = -1;
	for (size_t i = 0; i < h->n_pci; i++) {
		if ((int)i == h->igpu || !is_display(&h->pci[i]))
			continue;
		/* The one that is the boot display says most about the iGPU. */
		if (h->other_gpu < 0 || h->pci[i].boot_vga == TRI_YES)
			h->other_gpu = (int)i;
	}
}

static void read_fb_holder(const struct tree *t, struct host_facts *h)
{
	const struct pci_fact *f = h->igpu < 0 ? NULL : &h->pci[h->igpu];
	_free_ char *text = NULL;

	if (!f || tree_read(t, "proc/iomem", 1u << 20, &text, NULL))
		return;
	host_fb_holder(text, f->bar_base[2], f->bar_size[2], h->fb_holder,
		       sizeof(h->fb_holder));
}

static enum tri recorded_tri(const struct tree *t, const char *dir, const char *file)
{
	char path[128], word[8];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (tree_line(t, path, word, sizeof(word)))
		return TRI_UNKNOWN;
	return !strcmp(word, "yes") ? TRI_YES : !strcmp(word, "no") ? TRI_NO : TRI_UNKNOWN;
}

static bool recorded_file(const struct tree *t, const char *dir, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return tree_is_file(t, path);
}

/* What somebody who could open the device wrote down beside the recorded tree. */
static int recorded_vfio(const struct tree *t, struct bdf bdf, struct vfio_facts *v)
{
	char dir[64], name[BDF_TEXT_MAX], path[128];
	_free_ char *bytes = NULL;
	size_t len = 0;
	int r;

	snprintf(dir, sizeof(dir), "igvm/vfio-regions/%s", bdf_text(bdf, name));
	if (tree_exists(t, dir) != TRI_YES) {
		str_fit(v->why, sizeof(v->why), "the recorded host has no regions");
		return 0;
	}
	snprintf(path, sizeof(path), "%s/opregion.bin", dir);
	r = tree_read(t, path, OPREGION_MAX, &bytes, &len);
	if (r == -ENOMEM)
		return r;
	if (r && r != -ENOENT) {
		v->state = REGION_FAILED;
		v->err = -r;
		snprintf(v->why, sizeof(v->why), "recorded opregion.bin: %s", strerror(-r));
		return 0;
	}
	v->state = REGION_READ;
	v->opregion = (uint8_t *)TAKE(bytes);
	v->opregion_len = len;
	v->host_bridge = recorded_file(t, dir, "host.bin");
	v->lpc_bridge = recorded_file(t, dir, "lpc.bin");
	v->vga = recorded_tri(t, dir, "vga");
	v->reset = recorded_tri(t, dir, "reset");
	return 0;
}

/*
 * sysfs gives the registers behind the first 64 bytes (BDSM, GGC, ASLS) only to who has CAP_SYS_ADMIN
 * (drivers/pci/pci-sysfs.c), which igvm@.service has not. Those of a vendor VFIO gives as they are
 * (drivers/vfio/pci/vfio_pci_config.c); of the first 64 it makes some up.
 */
static void fill_config(struct pci_fact *f, const struct vfio_facts *v)
{
	if (f->config_len < 64 || f->config_len >= v->config_len)
		return;
	memcpy(f->config + f->config_len, v->config + f->config_len, v->config_len - f->config_len);
	f->config_len = v->config_len;
}

static int ask_vfio(struct pci_fact *f, struct vfio_facts *v)
{
	int r = vfio_read(f->bdf, f->group, v);

	if (!r)
		fill_config(f, v);
	return r;
}

static int read_vfio(const struct tree *t, enum host_vfio may, struct host_facts *h)
{
	struct pci_fact *f = h->igpu < 0 ? NULL : &h->pci[h->igpu];
	struct vfio_facts *v = &h->vfio;

	if (!f)
		str_fit(v->why, sizeof(v->why), "there is no iGPU");
	else if (!t->live)
		return recorded_vfio(t, f->bdf, v);
	else if (strcmp(f->driver, "vfio-pci"))
		snprintf(v->why, sizeof(v->why), "the device is not bound to vfio-pci");
	else if (f->group < 0)
		snprintf(v->why, sizeof(v->why), "the device has no IOMMU group");
	else if (may == HOST_VFIO_NEVER)
		snprintf(v->why, sizeof(v->why), "the device was not opened");
	else
		return ask_vfio(f, v);
	return 0;
}

static int read_tree(const struct tree *t, const char *root, enum host_vfio may,
		     struct host_facts *h)
{
	int r = host_pci_read(t, root, h->pci, HOST_PCI_MAX, &h->n_pci);

	if (r)
		return r;
	for (size_t i = 0; i < h->n_pci; i++)
		host_dev_read(t, &h->pci[i]);
	select_devices(h);
	host_sys_read(t, h);
	read_fb_holder(t, h);
	r = read_vfio(t, may, h);
	if (r)
		return r;
	return firmware_read(t, h->firmware, HOST_FIRMWARE_MAX, &h->n_firmware);
}

int host_read(const char *root, enum host_vfio vfio, struct host_facts *h)
{
	_fd_ int fd = -1;
	struct tree t;
	int r;

	memset(h, 0, sizeof(*h));
	h->igpu = h->host_bridge = h->lpc = h->other_gpu = -1;
	r = tree_init(&t, root);
	if (r)
		return r;
	fd = t.fd;
	r = read_tree(&t, root, vfio, h);
	if (r)
		host_done(h);
	return r;
}

void host_done(struct host_facts *h)
{
	vfio_done(&h->vfio);
}

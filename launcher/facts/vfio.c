/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/vfio.h"
#include "romfiles/opregion.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "launcher/base/str.h"
#include "launcher/facts/vfio_region.h"

#define VENDOR_INTEL	0x8086
/* VFIO_REGION_TYPE_PCI_VENDOR_TYPE is (1 << 31), which overflows an int. */
#define REGION_TYPE	(UINT32_C(0x80000000) | VENDOR_INTEL)
#define OPREGION_MAX	(1u << 20)	/* 8 KiB and an extended VBT, which has some KiB */
#define INFO_MAX	4096
#define REGIONS_MAX	64

static void failed(struct vfio_facts *v, int err, const char *what)
{
	v->state = REGION_FAILED;
	v->err = err;
	snprintf(v->why, sizeof(v->why), "%s: %s", what, strerror(err));
}

/* Not an answer of the device: somebody else has it, or we may not ask. */
static void unread(struct vfio_facts *v, int err, const char *why)
{
	v->state = REGION_UNREAD;
	v->err = err;
	str_fit(v->why, sizeof(v->why), why);
}

bool vfio_region_type(const uint8_t *info, size_t len, uint32_t *type, uint32_t *subtype)
{
	struct vfio_region_info head;
	size_t at;

	if (len < sizeof(head))
		return false;
	memcpy(&head, info, sizeof(head));
	if (!(head.flags & VFIO_REGION_INFO_FLAG_CAPS))
		return false;
	at = head.cap_offset;
	/* Each capability has at least its header: a longer walk is a loop. */
	for (size_t steps = len / sizeof(struct vfio_info_cap_header); at && steps; steps--) {
		struct vfio_info_cap_header cap;
		struct vfio_region_info_cap_type t;

		if (at < sizeof(head) || at > len || len - at < sizeof(cap))
			return false;
		memcpy(&cap, info + at, sizeof(cap));
		if (cap.id == VFIO_REGION_INFO_CAP_TYPE && len - at >= sizeof(t)) {
			memcpy(&t, info + at, sizeof(t));
			*type = t.type;
			*subtype = t.subtype;
			return true;
		}
		at = cap.next;
	}
	return false;
}

/* The kernel writes what fits and says in argsz how much there is. */
static int region_info(int dev, uint32_t index, uint8_t buf[static INFO_MAX], size_t *len)
{
	struct vfio_region_info head = { .argsz = INFO_MAX, .index = index };

	memset(buf, 0, INFO_MAX);
	memcpy(buf, &head, sizeof(head));
	if (ioctl(dev, VFIO_DEVICE_GET_REGION_INFO, buf))
		return -errno;
	memcpy(&head, buf, sizeof(head));
	*len = head.argsz < INFO_MAX ? head.argsz : INFO_MAX;
	return 0;
}

static int read_opregion(int dev, const uint8_t *info, struct vfio_facts *v)
{
	struct vfio_region_info head;
	_free_ uint8_t *bytes = NULL;
	size_t have = 0;

	memcpy(&head, info, sizeof(head));
	if (!head.size || head.size > OPREGION_MAX) {
		failed(v, EFBIG, "OpRegion region");
		return 0;
	}
	bytes = malloc(head.size);
	if (!bytes)
		return -ENOMEM;
	while (have < head.size) {
		ssize_t n = pread(dev, bytes + have, head.size - have,
				  (off_t)(head.offset + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			failed(v, n ? errno : EIO, "reading the OpRegion region");
			return 0;
		}
		have += (size_t)n;
	}
	v->opregion = TAKE(bytes);
	v->opregion_len = have;
	return 0;
}

static int read_region(int dev, uint32_t index, struct vfio_facts *v)
{
	uint8_t info[INFO_MAX];
	uint32_t type, subtype;
	size_t len;

	if (region_info(dev, index, info, &len) || !vfio_region_type(info, len, &type, &subtype) ||
	    type != REGION_TYPE)
		return 0;
	switch (subtype) {
	case VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION:
		return v->opregion ? 0 : read_opregion(dev, info, v);
	case VFIO_REGION_SUBTYPE_INTEL_IGD_HOST_CFG:
		v->host_bridge = true;
		break;
	case VFIO_REGION_SUBTYPE_INTEL_IGD_LPC_CFG:
		v->lpc_bridge = true;
		break;
	}
	return 0;
}

static enum tri vga_region(int dev)
{
	uint8_t info[INFO_MAX];
	struct vfio_region_info head;
	size_t len;
	int r = region_info(dev, VFIO_PCI_VGA_REGION_INDEX, info, &len);

	if (r)
		return r == -EINVAL ? TRI_NO : TRI_UNKNOWN;
	memcpy(&head, info, sizeof(head));
	return head.size ? TRI_YES : TRI_NO;
}

static void read_config(int dev, struct vfio_facts *v)
{
	uint8_t info[INFO_MAX];
	struct vfio_region_info head;
	size_t len;

	if (region_info(dev, VFIO_PCI_CONFIG_REGION_INDEX, info, &len))
		return;
	memcpy(&head, info, sizeof(head));
	if (pread(dev, v->config, sizeof(v->config), (off_t)head.offset) == sizeof(v->config))
		v->config_len = sizeof(v->config);
}

static int read_device(int dev, struct vfio_facts *v)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	int r = 0;

	if (ioctl(dev, VFIO_DEVICE_GET_INFO, &info)) {
		failed(v, errno, "VFIO_DEVICE_GET_INFO");
		return 0;
	}
	v->state = REGION_READ;
	v->reset = info.flags & VFIO_DEVICE_FLAGS_RESET ? TRI_YES : TRI_NO;
	v->vga = vga_region(dev);
	read_config(dev, v);
	for (uint32_t i = VFIO_PCI_NUM_REGIONS; i < info.num_regions && i < REGIONS_MAX && !r; i++)
		r = read_region(dev, i, v);
	return r;
}

static int open_container(struct vfio_facts *v)
{
	_fd_ int fd = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			unread(v, errno, "/dev/vfio/vfio may not be opened by this user");
		else
			failed(v, errno, "/dev/vfio/vfio");
		return -1;
	}
	if (ioctl(fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
		failed(v, EPROTO, "VFIO_GET_API_VERSION");
		return -1;
	}
	return TAKE_FD(fd);
}

static int open_group(int group, struct vfio_facts *v)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	_fd_ int fd = -1;
	char path[32];

	snprintf(path, sizeof(path), "/dev/vfio/%d", group);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		if (errno == EBUSY)
			unread(v, errno, "another process has the VFIO group open");
		else if (errno == EACCES || errno == EPERM)
			unread(v, errno, "the VFIO group may not be opened by this user");
		else
			failed(v, errno, path);
		return -1;
	}
	if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status)) {
		failed(v, errno, "VFIO_GROUP_GET_STATUS");
		return -1;
	}
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		failed(v, EPERM, "a device of the same IOMMU group still has a driver");
		return -1;
	}
	return TAKE_FD(fd);
}

static int open_device(int container, int group, const char *bdf, struct vfio_facts *v)
{
	int dev;

	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container)) {
		failed(v, errno, "VFIO_GROUP_SET_CONTAINER");
		return -1;
	}
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) &&
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU)) {
		failed(v, errno, "VFIO_SET_IOMMU");
		return -1;
	}
	dev = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (dev < 0)
		failed(v, errno, "opening the device through VFIO");
	return dev;
}

int vfio_read(struct bdf bdf, int group, struct vfio_facts *v)
{
	_fd_ int container = -1, grp = -1, dev = -1;
	char name[BDF_TEXT_MAX];

	*v = (struct vfio_facts){ .state = REGION_UNREAD };
	container = open_container(v);
	if (container < 0)
		return 0;
	grp = open_group(group, v);
	if (grp < 0)
		return 0;
	dev = open_device(container, grp, bdf_text(bdf, name), v);
	return dev < 0 ? 0 : read_device(dev, v);
}

void vfio_done(struct vfio_facts *v)
{
	free(v->opregion);
	v->opregion = NULL;
	v->opregion_len = 0;
}

struct span vfio_vbt(const struct vfio_facts *v)
{
	struct span bytes = { v->opregion, v->opregion_len }, table = { NULL, 0 };
	struct opregion o;

	if (v->opregion && !opregion_parse(bytes, 0, &o) && o.vbt == OPREGION_VBT_HERE &&
	    !span_sub(bytes, o.vbt_at, o.vbt_size, &table))
		table = (struct span){ NULL, 0 };
	return table;
}

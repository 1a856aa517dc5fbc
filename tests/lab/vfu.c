/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vfu.h"

#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "launcher/base/cleanup.h"

/* Limits that the VERSION reply announces; max_msg_fds is the third. */
#define MAX_XFER	(1u << 20)
#define MAX_MSG		(MAX_XFER + 64)
#define MAX_FDS		8

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP,
	VFU_DMA_UNMAP,
	VFU_GET_INFO,
	VFU_GET_REGION_INFO,
	VFU_GET_REGION_IO_FDS,
	VFU_GET_IRQ_INFO,
	VFU_SET_IRQS,
	VFU_REGION_READ,
	VFU_REGION_WRITE,
	VFU_DMA_READ,
	VFU_DMA_WRITE,
	VFU_RESET,
};

enum vfu_flag {
	VFU_REPLY	= 1 << 0,
	VFU_NO_REPLY	= 1 << 4,
	VFU_ERROR	= 1 << 5,
};

struct vfu_header {
	uint16_t id, command;
	uint32_t size;		/* with this header */
	uint32_t flags, error;
};

struct vfu_access {
	uint64_t offset;
	uint32_t region, count;
};

/*
 * One message: the request is handled in place, so @body holds its payload
 * before and the payload of the reply after. A handler sets @fd to send a
 * descriptor with the reply; it stays the device's.
 */
struct vfu_msg {
	struct vfu_header h;
	size_t n;		/* bytes in @body */
	int fd;
	_Alignas(8) uint8_t body[MAX_MSG];
};

/*
 * An access of the device's own that is under way. QEMU up to 11.1 has the data
 * right behind a count of 32 bits, the specification behind one of 64: a
 * read's reply shows which, as what devices read here never begins with 0.
 */
struct vfu_pending {
	bool waiting;
	bool wide;		/* the data follow a 64-bit count */
	struct vfu_dma dma;
};

#define DMA_ID		0x8000
#define DMA_HEAD	16u	/* address and a 64-bit count */

struct vfu_handler {
	size_t min;		/* the smallest payload that makes sense */
	int (*handle)(struct vfu_msg *m, const struct vfu_device *dev);
};

static int handle_version(struct vfu_msg *m, const struct vfu_device *dev)
{
	static const char json[] = "{\"capabilities\":{\"max_msg_fds\":8,"
		"\"max_data_xfer_size\":1048576,\"pgsizes\":4096}}";
	uint16_t version[2];

	(void)dev;
	memcpy(version, m->body, sizeof(version));
	if (version[0] != 0)
		return -EPROTO;
	memset(m->body, 0, sizeof(version));
	memcpy(m->body + sizeof(version), json, sizeof(json));
	m->n = sizeof(version) + sizeof(json);
	return 0;
}

static int handle_dma_map(struct vfu_msg *m, const struct vfu_device *dev)
{
	(void)dev;
	m->n = 0;
	return 0;
}

static int handle_dma_unmap(struct vfu_msg *m, const struct vfu_device *dev)
{
	(void)m;
	(void)dev;
	return 0;		/* the reply repeats the request */
}

static int handle_info(struct vfu_msg *m, const struct vfu_device *dev)
{
	uint32_t info[4] = { sizeof(info), VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
			     VFU_REGIONS, VFIO_PCI_NUM_IRQS };

	(void)dev;
	memcpy(m->body, info, sizeof(info));
	m->n = sizeof(info);
	return 0;
}

/* A region of which only a part can be mapped says so in a capability. */
struct region_reply {
	struct vfio_region_info info;
	struct vfio_region_info_cap_sparse_mmap sparse;
	struct vfio_region_sparse_mmap_area area;
};

static int handle_region_info(struct vfu_msg *m, const struct vfu_device *dev)
{
	struct region_reply r = {
		.sparse = { .header = { VFIO_REGION_INFO_CAP_SPARSE_MMAP, 1, 0 }, .nr_areas = 1 },
	};
	const struct vfu_region *reg;
	uint32_t room;

	memcpy(&r.info, m->body, sizeof(r.info));
	if (r.info.index >= VFU_REGIONS)
		return -EINVAL;
	room = r.info.argsz;
	reg = &dev->regions[r.info.index];
	r.info = (struct vfio_region_info){
		.argsz = sizeof(r.info), .index = r.info.index, .size = reg->size,
	};
	if (reg->size)
		r.info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (reg->fd >= 0) {
		r.info.flags |= VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS;
		r.info.argsz = sizeof(r);
		r.info.cap_offset = offsetof(struct region_reply, sparse);
		r.area = (struct vfio_region_sparse_mmap_area){ reg->map_offset, reg->map_size };
		if (room >= sizeof(r))	/* else QEMU asks again, with more room */
			m->fd = reg->fd;
	}
	m->n = room >= r.info.argsz ? r.info.argsz : sizeof(r.info);
	memcpy(m->body, &r, m->n);
	return 0;
}

static int handle_irq_info(struct vfu_msg *m, const struct vfu_device *dev)
{
	struct vfio_irq_info info;

	(void)dev;
	memcpy(&info, m->body, sizeof(info));
	if (info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.flags = VFIO_IRQ_INFO_EVENTFD;
	info.count = 0;
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX || info.index == VFIO_PCI_MSI_IRQ_INDEX)
		info.count = 1;
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	info.argsz = sizeof(info);
	memcpy(m->body, &info, sizeof(info));
	m->n = sizeof(info);
	return 0;
}

static int handle_set_irqs(struct vfu_msg *m, const struct vfu_device *dev)
{
	(void)dev;
	m->n = 0;
	return 0;
}

static int check_access(const struct vfu_access *a, const struct vfu_device *dev)
{
	uint64_t size;

	if (a->region >= VFU_REGIONS || a->count > MAX_XFER)
		return -EINVAL;
	size = dev->regions[a->region].size;
	return a->offset <= size && a->count <= size - a->offset ? 0 : -EINVAL;
}

static int handle_read(struct vfu_msg *m, const struct vfu_device *dev)
{
	struct vfu_access a;
	int r;

	memcpy(&a, m->body, sizeof(a));
	r = check_access(&a, dev);
	if (r)
		return r;
	m->n = sizeof(a) + a.count;
	return dev->read(dev->priv, a.region, a.offset, m->body + sizeof(a), a.count);
}

static int handle_write(struct vfu_msg *m, const struct vfu_device *dev)
{
	struct vfu_access a;
	int r;

	memcpy(&a, m->body, sizeof(a));
	r = check_access(&a, dev);
	if (r)
		return r;
	if (m->n - sizeof(a) < a.count)
		return -EINVAL;
	m->n = sizeof(a);
	return dev->write(dev->priv, a.region, a.offset, m->body + sizeof(a), a.count);
}

static int handle_reset(struct vfu_msg *m, const struct vfu_device *dev)
{
	dev->reset(dev->priv);
	m->n = 0;
	return 0;
}

static const struct vfu_handler handlers[] = {
	[VFU_VERSION]		= { 4, handle_version },
	[VFU_DMA_MAP]		= { 32, handle_dma_map },
	[VFU_DMA_UNMAP]		= { 24, handle_dma_unmap },
	[VFU_GET_INFO]		= { 4, handle_info },
	[VFU_GET_REGION_INFO]	= { sizeof(struct vfio_region_info), handle_region_info },
	[VFU_GET_IRQ_INFO]	= { sizeof(struct vfio_irq_info), handle_irq_info },
	[VFU_SET_IRQS]		= { 20, handle_set_irqs },
	[VFU_REGION_READ]	= { sizeof(struct vfu_access), handle_read },
	[VFU_REGION_WRITE]	= { sizeof(struct vfu_access), handle_write },
	[VFU_RESET]		= { 0, handle_reset },
};

static int handle(struct vfu_msg *m, const struct vfu_device *dev)
{
	const struct vfu_handler *h;

	if (m->h.command >= ARRAY_SIZE(handlers) || !handlers[m->h.command].handle)
		return -ENOSYS;
	h = &handlers[m->h.command];
	return m->n < h->min ? -EINVAL : h->handle(m, dev);
}

static void close_fds(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			close(fd);
		}
	}
}

/* All of @n bytes. 1: read; 0: the peer had already closed; else -errno. */
static int read_full(int fd, void *buf, size_t n)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(MAX_FDS * sizeof(int))];
	size_t done = 0;

	while (done < n) {
		struct iovec iov = { (char *)buf + done, n - done };
		struct msghdr msg = {
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control),
		};
		ssize_t got = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == ECONNRESET ? 0 : -errno;
		close_fds(&msg);
		if (got == 0)
			return done ? -EPROTO : 0;
		done += (size_t)got;
	}
	return 1;
}

static int read_message(int fd, struct vfu_msg *m)
{
	int r = read_full(fd, &m->h, sizeof(m->h));

	if (r <= 0)
		return r;
	if (m->h.size < sizeof(m->h) || m->h.size - sizeof(m->h) > MAX_MSG)
		return -EPROTO;
	m->fd = -1;
	m->n = m->h.size - sizeof(m->h);
	r = m->n ? read_full(fd, m->body, m->n) : 1;
	return r == 0 ? -EPROTO : r;
}

static int send_reply(int fd, struct vfu_msg *m)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov[2] = { { &m->h, sizeof(m->h) }, { m->body, m->n } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t left = sizeof(m->h) + m->n;

	if (m->fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(c), &m->fd, sizeof(int));
	}
	while (left) {
		ssize_t sent = sendmsg(fd, &msg, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EPIPE || errno == ECONNRESET ? 0 : -errno;
		left -= (size_t)sent;
		msg.msg_controllen = 0;
		for (size_t i = 0; i < 2; i++) {
			size_t n = (size_t)sent < iov[i].iov_len ? (size_t)sent : iov[i].iov_len;

			iov[i].iov_base = (char *)iov[i].iov_base + n;
			iov[i].iov_len -= n;
			sent -= (ssize_t)n;
		}
	}
	return 1;
}

static int send_dma(int fd, struct vfu_msg *m, const struct vfu_pending *p)
{
	const struct vfu_dma *d = &p->dma;
	uint64_t head[2] = { d->address, d->count };

	m->fd = -1;
	m->n = DMA_HEAD + (d->write ? d->count : 0);
	memset(m->body, 0, m->n);
	memcpy(m->body, head, sizeof(head));
	if (d->write)
		memcpy(m->body + (p->wide ? DMA_HEAD : DMA_HEAD - 4), d->data, d->count);
	m->h = (struct vfu_header){ .id = DMA_ID, .command = d->write ? VFU_DMA_WRITE : VFU_DMA_READ,
				    .size = (uint32_t)(sizeof(m->h) + m->n) };
	return send_reply(fd, m);
}

static int take_dma(struct vfu_msg *m, struct vfu_pending *p, const struct vfu_device *dev)
{
	int err = m->h.flags & VFU_ERROR ? -(int)m->h.error : 0;

	if (!p->waiting || m->h.id != DMA_ID)
		return -EPROTO;
	p->waiting = false;
	if (!err && !p->dma.write) {
		static const uint8_t none[4];

		if (m->n < DMA_HEAD + p->dma.count)
			return -EPROTO;
		p->wide = !memcmp(m->body + DMA_HEAD - 4, none, sizeof(none));
		memcpy(p->dma.data, m->body + (p->wide ? DMA_HEAD : DMA_HEAD - 4), p->dma.count);
	}
	dev->dma_done(dev->priv, &p->dma, err);
	return 1;
}

/* 1: go on; 0: the peer is gone; else -errno */
static int serve_one(int fd, struct vfu_msg *m, struct vfu_pending *p, const struct vfu_device *dev)
{
	int r = read_message(fd, m);

	if (r <= 0)
		return r;
	if (m->h.flags & VFU_REPLY)
		return take_dma(m, p, dev);
	r = handle(m, dev);
	if (m->h.flags & VFU_NO_REPLY)
		return 1;
	m->h.flags = VFU_REPLY | (r ? VFU_ERROR : 0);
	m->h.error = (uint32_t)-r;
	if (r)
		m->n = 0;
	m->h.size = (uint32_t)(sizeof(m->h) + m->n);
	return send_reply(fd, m);
}

/* What the device wants of memory now; the reply comes like any message. */
static int begin_dma(int fd, struct vfu_msg *m, struct vfu_pending *p, const struct vfu_device *dev)
{
	if (p->waiting || !dev->dma_next(dev->priv, &p->dma))
		return 1;
	p->waiting = true;
	return send_dma(fd, m, p);
}

int vfu_serve(int fd, const struct vfu_device *dev)
{
	_free_ struct vfu_msg *m = malloc(sizeof(*m));
	struct vfu_pending pending = { .waiting = false };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r = m ? 1 : -ENOMEM;

	while (r > 0) {
		int ready = poll(&p, 1, dev->deadline_ms(dev->priv));

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready == 0) {
			r = dev->expire(dev->priv);
			if (r)
				return r;
			r = 1;
		} else if (ready > 0) {
			r = serve_one(fd, m, &pending, dev);
			if (r > 0)
				r = begin_dma(fd, m, &pending, dev);
		}
	}
	return r;
}

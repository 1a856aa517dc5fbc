/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server side of the vfio-user protocol (QEMU docs/interop/vfio-user.rst),
 * as far as a device needs it that seldom reads or writes memory and never
 * interrupts. Knows messages, not what the device is.
 */
#ifndef LAB_VFU_H
#define LAB_VFU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct vfu_region - what a client learns about one region */
struct vfu_region {
	uint64_t size;		/* 0: the region does not exist */
	int fd;			/* -1: by messages only, else memory to map */
				/* (an offset in the region is the same in @fd) */
	uint64_t map_offset;	/* the part that may be mapped: whole pages */
	uint64_t map_size;
};

#define VFU_DMA_MAX	64u

/** struct vfu_dma - one access of the device to memory, at an address of the bus */
struct vfu_dma {
	bool write;
	uint64_t address;
	uint32_t count;		/* at most VFU_DMA_MAX */
	uint8_t data[VFU_DMA_MAX];
};

/**
 * struct vfu_device - the device behind a connection
 *
 * read and write move @n bytes at @off of region @index, which lie inside
 * that region; they return 0 or -errno, which the client is told.
 * @dma_next is asked after each message: true, and *@d is sent to the client, which does it as the bus would,
 * through the IOMMU; @dma_done hears of its end (0 or -errno) with the data of a read. One at a time.
 * @deadline_ms is asked before each wait: how long until @expire must be
 * called, -1 for never. @expire returns 0 to go on, else vfu_serve() returns
 * with that value.
 */
struct vfu_device {
	void *priv;
	const struct vfu_region *regions;	/* VFU_REGIONS of them */
	int (*read)(void *priv, unsigned int index, uint64_t off, void *buf, size_t n);
	int (*write)(void *priv, unsigned int index, uint64_t off, const void *buf, size_t n);
	void (*reset)(void *priv);
	bool (*dma_next)(void *priv, struct vfu_dma *d);
	void (*dma_done)(void *priv, const struct vfu_dma *d, int err);
	int (*deadline_ms)(void *priv);
	int (*expire)(void *priv);
};

#define VFU_REGIONS	9	/* VFIO_PCI_NUM_REGIONS */

/**
 * vfu_serve() - answer everything that arrives on @fd, until it ends
 *
 * Returns 0 when the peer closed the connection, -EPROTO when it sent what
 * this protocol does not know, another -errno when the socket failed, or
 * what @dev->expire returned. Does not close @fd. Descriptors that arrive
 * (DMA maps, interrupts) are closed: the device asks for memory by messages
 * and raises no interrupts.
 */
int vfu_serve(int fd, const struct vfu_device *dev);

#endif

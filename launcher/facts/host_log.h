/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's log says of the iGPU and of virtualization. The log is a ring: silence says little. */
#ifndef IGVM_FACTS_HOST_LOG_H
#define IGVM_FACTS_HOST_LOG_H

#include "launcher/base/bdf.h"
#include "launcher/facts/host_tree.h"

/** enum host_log_event - lines that mean something, see the table in host_log.c for the texts */
enum host_log_event {
	LOG_VTX_LOCKED,		/* the firmware has locked VT-x off */
	LOG_FAULT,		/* the IOMMU stopped an access of the iGPU */
	LOG_NOT_READY,		/* the iGPU needed more than a second after a reset */
	LOG_RMRR,		/* VFIO was refused the iGPU because of a 1:1 mapping */
	LOG_GRAPHICS_OFF,	/* the kernel's quirk took the IOMMU from graphics */
	LOG_BAR_TAKEN,		/* vfio-pci could not reserve a BAR of the iGPU */
	LOG_LOST,		/* the iGPU does not answer the kernel any more */
	LOG_EVENTS
};

struct host_log {
	bool read;		/* there was a log to read */
	uint64_t since_us;	/* lines that are older, since boot, are not counted */
	struct {
		unsigned int n;
		uint64_t first_us, last_us;	/* since boot; 0 when the lines have no time */
	} event[LOG_EVENTS];
};

/**
 * host_log_read() - igvm/kmsg of a recorded tree, the kernel's ring of this machine
 *
 * Never waits, takes nothing out of the ring, reads 2 MiB at most; without the right to read it the log is
 * unread. @igpu: whose lines count.
 */
void host_log_read(const struct tree *t, struct bdf igpu, struct host_log *log);

/** host_log_since() - the same for the lines from @since_us on, microseconds since boot */
void host_log_since(const struct tree *t, struct bdf igpu, uint64_t since_us, struct host_log *log);

/**
 * host_log_text() - add what the lines of @text say to *@log, as far as log->since_us lets them
 *
 * In front of a line may be "[   12.345678] " (dmesg), "<6>[   12.345678] " (syslog(2)), "6,123,12345678,-;"
 * (/dev/kmsg), or nothing.
 */
void host_log_text(const char *text, struct bdf igpu, struct host_log *log);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a running host keeps the firmware of its iGPU: every place is asked,
 * best first, and says what it gave or why it gave nothing. Places are read
 * twice; what is not the same twice is not taken.
 */
#ifndef IGVM_ROM_LIVE_H
#define IGVM_ROM_LIVE_H

#include "launcher/facts/host.h"
#include "romfiles/span.h"

enum live_state {
	LIVE_READ,
	LIVE_ABSENT,	/* the place does not exist here */
	LIVE_REFUSED,	/* the kernel, or missing privilege */
	LIVE_DIFFERS,	/* two reads gave different bytes: nothing was kept */
};

enum live_place {
	LIVE_VFIO, LIVE_I915_OPREGION, LIVE_I915_VBT, LIVE_ROM, LIVE_MEM_OPREGION, LIVE_MEM_VBIOS,
	LIVE_N,
};

/** struct live - what one place gave */
struct live {
	enum live_state state;
	int err;		/* errno of REFUSED and ABSENT, 0: none was given */
	char why[200];		/* translated; for READ "" or a remark */
	char *bytes;		/* owned */
	size_t n;
};

/** live_place_id() - "vfio", "i915-vbt": stable, for JSON */
const char *live_place_id(enum live_place p);

/** live_place_text() - N_(): what people call it */
const char *live_place_text(enum live_place p);

/** live_state_id() - "read", "absent", ... for JSON */
const char *live_state_id(enum live_state s);

/**
 * live_read() - ask every place about the iGPU @f of the host below @root
 *
 * @h was read with HOST_VFIO_IF_FREE where opening the device is wanted. Below
 * a foreign root nothing is switched on and /dev/mem is not asked. While the
 * shadow ROM is read its decoding is switched on, then off again. Release each
 * with live_done().
 */
void live_read(const char *root, const struct host_facts *h, const struct pci_fact *f,
	       struct live v[static LIVE_N]);

/** live_done() - release them */
void live_done(struct live v[static LIVE_N]);

/** live_span() - the bytes */
static inline struct span live_span(const struct live *l)
{
	return (struct span){ (const uint8_t *)l->bytes, l->n };
}

#endif

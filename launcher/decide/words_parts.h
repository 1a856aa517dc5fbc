/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces words_build() is put together from; of others the exports include it, for words of their own. */
#ifndef IGVM_DECIDE_WORDS_PARTS_H
#define IGVM_DECIDE_WORDS_PARTS_H

#include <assert.h>

#include "launcher/base/i18n.h"
#include "launcher/decide/words.h"

/** struct builder - words while they are written; after an error nothing is added any more */
struct builder {
	struct words *words;
	const struct plan *p;
	const char **bad;
	int err;
};

/** words_add() - a new option; what follows becomes its value */
void words_add(struct builder *b, const char *option, const char *why);

/** words_plain() - a value that QEMU takes as it is; control bytes are an error */
void words_plain(struct builder *b, const char *text);

/** words_value() - a value inside key=value text: commas doubled, control bytes an error */
void words_value(struct builder *b, const char *text);

/** words_key() - ",KEY=VALUE", without the comma when it is the first; VALUE by words_value() */
void words_key(struct builder *b, const char *key, const char *value);

/** words_keyf() - the same with a short formatted value */
void words_keyf(struct builder *b, const char *key, const char *fmt, ...) printf_(3, 4);

/** words_path() - the same with DIR/NAME */
void words_path(struct builder *b, const char *key, const char *dir, const char *name);

/* Slots of the root bus; the list is in words.c. */
enum words_slot {
	SLOT_VGA_Q35 = 0x01, SLOT_IGPU = 0x02, SLOT_AGENT = 0x03, SLOT_RNG = 0x04,
	SLOT_VGA_I440FX = 0x05, SLOT_USB = 0x06, SLOT_NET = 0x07, SLOT_SATA = 0x08,
	SLOT_DISK = 0x0b, SLOT_SOUND = 0x1b, SLOT_PANIC = 0x1c, SLOT_WATCHDOG = 0x1d, SLOT_SHARE = 0x1e,
};
#define WORDS_SATA_PORTS	6	/* of one ich9-ahci */

static_assert(WISH_NETS_MAX <= 8, "network cards are functions of one slot");
static_assert(WISH_SHARES_MAX <= 8, "and so are shared folders");
static_assert(SLOT_SATA * WORDS_SATA_PORTS + WISH_DISKS_MAX <= SLOT_DISK * WORDS_SATA_PORTS,
	      "SATA controllers for all disks");
static_assert(SLOT_DISK + WISH_DISKS_MAX <= SLOT_SOUND, "where ICH9 has its sound; 1f is q35's own");

/** words_slot() - ",bus=...,addr=..." on the root bus */
void words_slot(struct builder *b, unsigned int slot, unsigned int fn);

void words_machine(struct builder *b);
void words_firmware(struct builder *b);
void words_channels(struct builder *b);
void words_display(struct builder *b);
void words_igpu(struct builder *b);
void words_disks(struct builder *b);
void words_nets(struct builder *b);
void words_inputs(struct builder *b);
void words_jobs(struct builder *b);	/* panic device, watchdog, shared folders */
void words_extra(struct builder *b);	/* what the VM file says that igvm does not know */
void words_limits(struct builder *b);

#endif

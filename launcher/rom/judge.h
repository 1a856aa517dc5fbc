/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an option ROM is good for in a guest, before it goes into the store.
 * Looking at its bytes is the sandbox's (judge_work()); judging what was seen
 * is the parent's, from numbers it has checked.
 */
#ifndef IGVM_ROM_JUDGE_H
#define IGVM_ROM_JUDGE_H

#include <stdio.h>

#include "launcher/decide/finding.h"
#include "launcher/facts/rom_store.h"
#include "romfiles/gop_version.h"
#include "romfiles/kind.h"
#include "romfiles/oprom.h"
#include "romfiles/span.h"

/** struct judged - what was seen of one option ROM */
struct judged {
	enum rom_kind format;		/* KIND_OPROM: the rest counts */
	enum rom_store_kind kind;
	bool known;			/* it has an image @kind is about */
	bool compressed;		/* it has EFI images that could not be looked into */
	uint16_t device;		/* PCIR of the image that counts */
	uint16_t ids[ROM_STORE_IDS_MAX]; /* it and its device list, the list first */
	size_t n_ids;
	bool assign;			/* an IGD assignment driver that OVMF starts */
	bool cut;			/* an image reaches past the end */
	bool cached;			/* a VBIOS that remembers a host's stolen memory */
	enum oprom_sum sum;		/* of the x86 image */
	enum oprom_why why;		/* would OVMF start the GOP or assignment driver? */
	char version[GOP_VERSION_MAX];	/* of the GOP driver, "" = unknown */
};

/** judge_work() - the sandbox's side: a frame without bytes to @out; 0, or 1 when it failed */
int judge_work(struct span s, FILE *out);

/** judge_read() - the parent's side: *@v from the frame's object; false: not as agreed */
bool judge_read(const json_t *json, struct judged *v);

/** judge_findings() - what would be wrong with the ROM @name in a guest, as start and check say it */
void judge_findings(const struct judged *v, const char *name, struct findings *f);

#endif

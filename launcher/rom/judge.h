/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an option ROM is good for in a guest, before it goes into the store.
 * Looking at its bytes is the sandbox's (judge_work()), with the judgement of
 * `igvm rom check`; the parent takes findings by their ids, and numbers.
 */
#ifndef IGVM_ROM_JUDGE_H
#define IGVM_ROM_JUDGE_H

#include <stdio.h>

#include "launcher/decide/finding.h"
#include "launcher/facts/rom_store.h"
#include "romfiles/gop_version.h"
#include "romfiles/kind.h"
#include "romfiles/span.h"

/** struct judge_question - which iGPU it could be for */
struct judge_question {
	bool said, host;		/* its owner said @device; this host has @host_device */
	uint16_t device, host_device;
};

/** enum judge_drives - is the iGPU one of the GOP driver's? */
enum judge_drives { JUDGE_UNKNOWN, JUDGE_DRIVES, JUDGE_DRIVES_NOT };

/** struct judged - what was seen of one option ROM */
struct judged {
	enum rom_kind format;		/* KIND_OPROM: the rest counts */
	enum rom_store_kind kind;
	bool known;			/* it has an image @kind is about */
	bool compressed;		/* it has EFI images that could not be looked into */
	uint16_t device;		/* PCIR of the image that counts */
	uint16_t ids[ROM_STORE_IDS_MAX]; /* its device list and it */
	size_t n_ids;
	uint16_t meant;			/* the iGPU it was judged for; 0: none could be told */
	bool assign;			/* an IGD assignment driver that OVMF starts */
	enum judge_drives drives;
	char version[GOP_VERSION_MAX];	/* of the GOP driver, "" = unknown */
};

/**
 * judge_work() - the sandbox's side: a frame without bytes to @out; 0, or 1 when it failed
 *
 * The iGPU that is meant: the one that was said, this host's when the ROM
 * names it or its GOP driver drives it, else the first that the ROM names: in
 * the device list, because newer VBIOSes have a Haswell's id in PCIR.
 */
int judge_work(struct span s, const struct judge_question *q, FILE *out);

/** judge_read() - the parent's side: *@v and the findings from the frame's object; false: not as agreed */
bool judge_read(const json_t *json, struct judged *v, struct findings *f);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does a piece of firmware belong to an iGPU, and would a guest's firmware run
 * it? Pure, over the bytes; the same rules as a start's, without a VM.
 */
#ifndef IGVM_DECIDE_CHECK_ROM_H
#define IGVM_DECIDE_CHECK_ROM_H

#include "launcher/decide/finding.h"
#include "romfiles/igd.h"
#include "romfiles/span.h"

/** struct rom_question - what is asked about */
struct rom_question {
	uint16_t device;		/* PCI id of the iGPU */
	enum igd_qemu_era era;		/* of the QEMU that shall run it */
	bool seabios, ovmf;		/* which guest firmware; both false: whichever the ROM is for */
};

/** struct rom_answer - facts behind the findings, for people; false is no, or does not apply */
struct rom_answer {
	bool runs_seabios, runs_ovmf;
	bool assigns;			/* carries an IGD assignment driver */
	bool gop;			/* carries a GOP driver */
	char chip[16];			/* VBT: its chip's name */
};

/** check_rom() - judge @s; findings are appended to @f, *@a is filled */
void check_rom(struct span s, const struct rom_question *q, struct findings *f, struct rom_answer *a);

#endif

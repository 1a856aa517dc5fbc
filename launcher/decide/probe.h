/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judging what was observed: the report that came out of the guest
 * (romfiles/efi/report.h) and the lines QEMU wrote about the iGPU, against the
 * plan and the host's own bytes. Pure: makes no observation itself.
 */
#ifndef IGVM_DECIDE_PROBE_H
#define IGVM_DECIDE_PROBE_H

#include <stddef.h>

#include "launcher/decide/plan.h"

/** probe_parse() - the report lines in a firmware log
 *
 * @log: @len bytes of debug port 0x402, firmware's own lines among them. Returns an array of the
 * objects in order, each with "from": "probe", "assign" or "policy" added; a line that is not
 * JSON or too long is left out. A new reference, NULL without memory.
 */
json_t *probe_parse(const char *log, size_t len);

/** probe_ended() - has the probe's end line come? */
bool probe_ended(const json_t *report);

/** struct probe_expect - what the guest should see, from the host's own bytes */
struct probe_expect {
	char vbt_sha256[65];	/* hex; "" = the host's table could not be read */
	uint16_t ggc;		/* host's GMCH control word; 0 = unknown */
	uint64_t stolen_base;	/* host's BDSM; 0 = unknown or none */
	uint16_t lpc_vendor, lpc_device;	/* 0 = unknown */
};

/** probe_expect_make() - from the facts the plan was made of */
void probe_expect_make(const struct plan *p, const struct host_facts *h, struct probe_expect *e);

/**
 * probe_judge() - the report against plan and expectation, as findings
 *
 * Evaluates every rule. A report without its end line is a finding, never success.
 */
void probe_judge(const struct plan *p, const struct probe_expect *e, const json_t *report,
		 struct findings *f);

/**
 * probe_judge_qemu() - what QEMU wrote on stderr (trace events included)
 *
 * Finds options that were planned and not applied, and the messages whose cause is known.
 * QEMU runs on after most of them, so its exit status says nothing.
 */
void probe_judge_qemu(const struct plan *p, const char *log, struct findings *f);

/** probe_judge_log() - the same where the plan is not at hand: what was asked for of legacy mode and OpRegion */
void probe_judge_log(bool legacy, bool opregion, const char *log, struct findings *f);

/** probe_verdict() - works, or broken when a finding blocks */
enum verdict probe_verdict(const struct findings *f);

/** probe_is_silent() - does nothing block but that no report came? Then nothing is known, good or bad */
bool probe_is_silent(const struct findings *f);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm rom build` does in the sandbox: look at foreign drivers, put the ROM together. */
#ifndef IGVM_ROM_BUILD_WORK_H
#define IGVM_ROM_BUILD_WORK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "launcher/rom/input.h"

#define BUILD_DRIVERS_MAX	16
#define BUILD_IDS_MAX		64

/** struct build_driver - one input */
struct build_driver {
	const char *path;
	struct input in;
	uint32_t class_code;
	uint16_t revision;
	bool take_gop;		/* @in may be an option ROM, from which the GOP driver is taken */
};

/** struct build - what is asked for */
struct build {
	uint16_t vendor, ids[BUILD_IDS_MAX];
	size_t n_ids;
	unsigned int image;	/* of the option ROM with take_gop, from 1; 0: the only one that can be meant */
	struct build_driver driver[BUILD_DRIVERS_MAX];
	size_t n;
};

/**
 * enum build_result - how it went: member "result" of the answer
 *
 * With all but BUILD_DONE member "driver" says which input is to blame.
 */
enum build_result {
	BUILD_DONE,
	BUILD_NO_DRIVER,	/* not a UEFI driver in PE format */
	BUILD_TOO_LARGE,
	BUILD_NO_GOP,		/* an option ROM without a driver image that could be it */
	BUILD_COMPRESSED,	/* the same, but for compressed ones */
	BUILD_MANY_GOPS,	/* several; member "candidates" */
	BUILD_NO_IMAGE,		/* the image asked for is none that can be taken */
	BUILD_RESULTS,
};

/**
 * build_work() - the sandbox's side; a frame to @out; 0, or 1 when it failed
 *
 * The frame's object: "result", "driver", "candidates" [{"image", "at", "size",
 * "machine", "gop", "version"}], "drivers" [{"at", "size", "machine",
 * "boot-service", "gop", "version", "ids", "knows"}]: where each driver is in
 * its input; how many iGPUs' ids were found in it, and whether those asked for
 * are of their platforms. Its bytes are the ROM, with BUILD_DONE only.
 */
int build_work(const struct build *b, FILE *out);

/**
 * build_is_true() - the parent's side: is @rom made of the drivers that @json names?
 *
 * Each must end its image (EfiRom's layout) and be all of what was read, or a
 * part of the option ROM it was taken from.
 */
bool build_is_true(const struct build *b, const json_t *json, struct span rom);

#endif

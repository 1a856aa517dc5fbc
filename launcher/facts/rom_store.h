/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * igvm's store of option ROMs: files NAME.rom, each with a sidecar NAME.json
 * that says what it is. `igvm rom import` writes them, rom = auto reads them.
 * A sidecar is believed as far as it can be checked here; the ROM's own hash is
 * checked by whoever reads its bytes.
 */
#ifndef IGVM_FACTS_ROM_STORE_H
#define IGVM_FACTS_ROM_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

#define ROM_STORE_MAX		128	/* entries; more are told and not looked at */
#define ROM_STORE_NAME_MAX	80	/* of a file, with its NUL */
#define ROM_STORE_IDS_MAX	96	/* device ids kept of an entry */
#define ROM_STORE_SIDECAR_MAX	((size_t)64 << 10)

/** enum rom_store_kind - what a guest would use it for */
enum rom_store_kind {
	ROM_STORE_VBIOS,	/* has an x86 image of Intel's: SeaBIOS */
	ROM_STORE_GOP,		/* has Intel's GOP driver: picture from power-on under OVMF */
	ROM_STORE_ASSIGN,	/* has an IGD assignment driver and no GOP driver */
	ROM_STORE_KINDS,
};

/** struct rom_store_entry - one ROM; a plain value */
struct rom_store_entry {
	char name[ROM_STORE_NAME_MAX];	/* "adl-s-gop-0123456789ab.rom" */
	enum rom_store_kind kind;
	char platform[16];		/* key of romfiles/igd.c, "" = of none alone */
	char generation[8];		/* of its graphics: "9", "12.7"; "" = unknown */
	uint16_t device;		/* PCIR of the image that counts: what SeaBIOS compares */
	uint16_t ids[ROM_STORE_IDS_MAX]; /* it and its device list */
	size_t n_ids;
	bool assign;			/* has an IGD assignment driver that OVMF starts */
	uint64_t size;			/* of the ROM file, bytes */
	char sha256[65];		/* of the ROM file, lower case */
	char source[128];		/* name of the file it was imported from */
	char imported[24];		/* 2026-11-25T18:48:45Z */
};

/** struct rom_store_bad - a sidecar that was skipped, and why */
struct rom_store_bad {
	char name[ROM_STORE_NAME_MAX];	/* "" = the store itself */
	char why[120];			/* translated */
};

/** struct rom_store - in the order of their names; a plain value, zero: empty */
struct rom_store {
	char dir[PATH_MAX];
	struct rom_store_entry entry[ROM_STORE_MAX];
	size_t n;
	struct rom_store_bad bad[8];	/* the first of them */
	size_t n_bad;			/* all of them */
};

/**
 * rom_store_read() - fill *@s from the folder @dir
 *
 * A folder that is not there is an empty store. One that another user owns or
 * may write is not believed: it counts as bad, with no entry. 0, or -ENOMEM.
 */
nodiscard_ int rom_store_read(const char *dir, struct rom_store *s);

/** rom_store_find_sha256() - the entry of that file; NULL: none */
const struct rom_store_entry *rom_store_find_sha256(const struct rom_store *s, const char *sha256);

/** rom_store_entry_json() - its sidecar {"version":1,"kind":"rom-store-entry",...}; new reference, NULL without memory */
json_t *rom_store_entry_json(const struct rom_store_entry *e);

/** rom_store_entry_parse() - the other way; NULL, or one N_() sentence what is wrong with it */
const char *rom_store_entry_parse(const json_t *json, struct rom_store_entry *e);

/** rom_store_kind_id() - "vbios", "gop", "assign" */
const char *rom_store_kind_id(enum rom_store_kind k);

/** rom_store_name_check() - may @name, without ".rom", name an entry? as vm_name_check(); NULL when it may */
const char *rom_store_name_check(const char *name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one QEMU binary can do, asked from the binary itself: it is run with
 * `-M none` and asked over QMP (device-list-properties, query-machines).
 * Decisions look at abilities, not at the version; the version is for people
 * and for the few things no property shows.
 */
#ifndef IGVM_FACTS_QEMU_CAPS_H
#define IGVM_FACTS_QEMU_CAPS_H

#include <limits.h>
#include <stdbool.h>

#include "launcher/base/cleanup.h"
#include "launcher/facts/host.h"

/**
 * enum qemu_era - how this QEMU treats an IGD (facts: its properties)
 *
 * In order of age; compare with < and >=.
 */
enum qemu_era {
	QEMU_NO_IGD,	/* no vfio-pci-igd-lpc-bridge: built without CONFIG_VFIO_IGD */
	QEMU_7_2,	/* no x-igd-legacy-mode, version <= 9.1 */
	QEMU_9_2,	/* no x-igd-legacy-mode, version 9.2 */
	QEMU_10_0,	/* x-igd-legacy-mode, no x-pci-class-code */
	QEMU_10_1,	/* x-pci-class-code, version 10.1 */
	QEMU_10_2,	/* version >= 10.2: class 0380 accepted */
};

struct qemu_caps {
	char path[PATH_MAX];
	int major, minor, micro;
	char package[128];		/* distribution's suffix; "" none */
	enum qemu_era era;
	bool vfio_pci;			/* the device type exists */
	bool igd_opregion, igd_lpc, igd_legacy_mode, igd_gms;	/* vfio-pci has x-igd-... */
	bool igd_opregion_default_on;
	bool class_code;		/* vfio-pci has x-pci-class-code */
	bool vbios_patched;		/* trace event vfio_pci_igd_vbios_patched */
	char machine_pc[48], machine_q35[48];	/* versioned names behind the aliases; "" = none */
	bool kvm, tcg;			/* accelerators built in */
	enum tri usb_host;		/* the device type exists */
	enum tri panic, watchdog, share; /* the device types pvpanic-pci, i6300esb, vhost-user-fs-pci exist */
	enum tri alsa, pipewire;	/* audio drivers that are there, modules included */
};

/**
 * qemu_caps_read() - ask @path, or take the cached answer
 *
 * The cache below @cache_dir (NULL or "": no cache) is keyed by inode, size and
 * mtime of the binary and is replaced atomically. Returns 0;
 * -ENOENT/-EACCES @path is not there or not executable; -ENOEXEC it ran but is
 * not QEMU; -ETIMEDOUT; -ECHILD it died (then @why, of @why_size bytes, holds
 * signal or exit code and its last stderr line); @why is always a sentence on failure.
 */
nodiscard_ int qemu_caps_read(const char *path, const char *cache_dir, struct qemu_caps *caps,
			      char *why, size_t why_size);

/**
 * qemu_caps_from_json() - pure: the recorded answers -> *@caps; -EBADMSG
 *
 * {"version": 1, "kind": "qemu-caps", "path": "/usr/bin/qemu-system-x86_64",
 *  "query-version": what QEMU returned,
 *  "query-machines": what it returned; {"name", "alias"} of each is enough,
 *  "device-list-properties": {"vfio-pci": what it returned, null without the type;
 *	{"name"} of each is enough, "default-value" for x-igd-opregion;
 *	"vfio-pci-igd-lpc-bridge", "usb-host", "pvpanic-pci", "i6300esb",
 *	"vhost-user-fs-pci": true | false},
 *  "qom-list-properties": {"kvm-accel": true | false, "tcg-accel": true | false},
 *  "trace-event-get-state": {"vfio_pci_igd_vbios_patched": true | false},
 *  "audiodev": the words that `-audiodev help` lists, null when it did not say}
 *
 * The last three, and all devices but the first two, may be missing: false, or unknown. The cache's files have this form too.
 */
nodiscard_ int qemu_caps_from_json(const json_t *answers, struct qemu_caps *caps);

/** qemu_caps_load() - read a recorded qemu-caps.json (fixture hosts) and its path; 0 or -errno */
nodiscard_ int qemu_caps_load(const char *file, struct qemu_caps *caps);

#endif

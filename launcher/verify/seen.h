/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was observed of a VM that runs, from the outside in: what its QEMU was asked for, what
 * QEMU, the host's kernel and the guest then said. Filled by verify/asked.c, verify/guest.c and
 * cmd_verify_look.c, and const afterwards.
 *
 * All of struct seen_guest is the guest's word: bounded, printable, and possibly a lie.
 */
#ifndef IGVM_VERIFY_SEEN_H
#define IGVM_VERIFY_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/bdf.h"
#include "launcher/facts/host.h"
#include "launcher/facts/host_log.h"

/** enum look_end - how a look into the guest ended */
enum look_end {
	LOOK_RAN,		/* the script ended; its output, whatever it is, came along */
	LOOK_ABSENT,		/* nobody answered the synchronisation */
	LOOK_OLD,		/* the agent has no guest-exec, or it is switched off there */
	LOOK_NO_SHELL,		/* the agent could not start the script's interpreter */
	LOOK_SLOW,		/* the deadline passed while the script ran or the agent was silent */
	LOOK_GARBAGE,		/* what the agent or the script said is no answer */
	LOOK_RESET,		/* the guest restarted, or its agent did, meanwhile */
	LOOK_GONE,		/* the connection ended: QEMU, or the VM, went */
	LOOK_STOPPED,		/* the VM is being stopped, which wants the agent itself */
	LOOK_ENDS
};

/** look_end_text() - "ran", "absent", ...: the words of the control socket and of JSON */
const char *look_end_text(enum look_end e);

/** look_end_find() - the reverse; LOOK_GARBAGE for a word that is none */
enum look_end look_end_find(const char *text);

/** struct seen_asked - from the words of the QEMU that runs (/proc/PID/cmdline) */
struct seen_asked {
	bool read;
	bool igpu;		/* there is a vfio-pci called igd0 */
	bool opregion, legacy;	/* asked for by name */
	bool hidden;		/* -cpu hides the hypervisor */
	bool emulated_display;
	bool gms_zero;		/* x-igd-gms=0 */
	char rom[PATH_MAX];	/* romfile of the iGPU; "" none */
	char code[PATH_MAX];	/* first read-only pflash: the guest's UEFI; "" none */
};

/** struct seen_qemu - what QEMU says */
struct seen_qemu {
	char run_state[24];	/* "running"; "" it does not answer */
	bool answered;		/* query-pci was answered */
	bool device;		/* it shows a function with the qdev id igd0 */
	uint16_t vendor, device_id;
	bool bar0_mapped;	/* the guest has given BAR 0 an address */
	const char *log;	/* stderr and trace of this run; borrowed; NULL not read */
	bool log_whole;		/* from its first byte on */
};

/** struct seen_host - what the host says */
struct seen_host {
	struct host_log log;	/* since QEMU's start */
	bool config_read;
	bool dead;		/* its configuration space reads as all ones */
	char bar_holder[64];	/* who but vfio-pci has memory of the iGPU; "" nobody, or not to be seen */
	int held_bar;		/* which BAR; of bar_holder */
	size_t vbt_size;	/* of the table that was handed over; 0 not known */
	char vbt_sha256[65];
	char connector[32][8];	/* DRM's names of what the table makes: "DP", "HDMI-A" */
	size_t n_connector;
};

#define SEEN_DISPLAYS_MAX	8
#define SEEN_OUTPUTS_MAX	16
#define SEEN_LINES_MAX		96

struct seen_display {
	uint16_t vendor, device;	/* 0 not told */
	int bus, slot, function;	/* -1 not told */
	char name[128], driver[64], version[64], date[40], provider[64], inf[64];
	int problem;		/* Windows' problem code; 0 none, -1 not told */
	bool runtime;		/* Windows: the driver says where its media runtime is */
	bool card, render, engine;	/* Linux: DRM nodes, a video engine */
	bool wedged;		/* i915 has given the GPU up, it says so in debugfs */
	size_t vbt_size;	/* Linux: what the driver has in debugfs; 0 not told */
	char vbt_sha256[65];
};

struct seen_output {
	char name[64];
	enum tri connected;
	unsigned int width, height, hz;	/* 0 not told */
	unsigned int edid;	/* bytes */
};

struct seen_guest {
	enum look_end end;
	char detail[256];	/* the agent's or our own sentence why */
	char agent[64];		/* version */
	bool quick;
	bool windows;
	char os[128], kernel[64], cmdline[320];
	uint64_t uptime_s;	/* 0 not told */
	struct seen_display display[SEEN_DISPLAYS_MAX];
	size_t n_display;
	bool displays_read;
	int igpu;		/* index: Intel's function at 00:02.0, else the only one of Intel; -1 none */
	struct seen_output output[SEEN_OUTPUTS_MAX];
	size_t n_output;
	bool outputs_read;
	enum tri vbs;		/* virtualization-based security runs */
	enum tri hyperv;	/* a hypervisor of the guest's own runs */
	char hyperv_by[96];
	enum tri hypervisor;	/* Windows sees that it is a guest */
	enum tri console, remote;	/* somebody at the console; a remote session */
	enum tri media;		/* Quick Sync: transforms, profiles, a video engine */
	char media_by[128];
	enum tri encode;	/* a trial encode went through */
	char encode_text[200];
	char line[SEEN_LINES_MAX][256];	/* of the guest's kernel log */
	size_t n_line;
	char error[16][256];	/* what the script could not read */
	size_t n_error;
};

/** struct seen - everything; 60 KiB: not for the stack */
struct seen {
	bool windows;		/* by the VM file */
	bool compute;		/* use = compute */
	bool lab;		/* lab = yes: the iGPU is simulated and has no engine that works */
	const char *platform;	/* igd_platform.key of the device; NULL not known */
	bool experimental;	/* of that platform */
	struct seen_asked asked;
	struct seen_qemu qemu;
	struct seen_host host;
	struct seen_guest guest;
};

/** seen_igpu() - the display that counts; NULL: the guest shows none */
static inline const struct seen_display *seen_igpu(const struct seen_guest *g)
{
	return g->igpu < 0 ? NULL : &g->display[g->igpu];
}

/** seen_asked_parse() - the words, each ended by NUL, program first */
void seen_asked_parse(const char *words, size_t len, struct seen_asked *a);

/** seen_vbt_parse() - what the host's table @bytes says: size, hash, connectors; unknown when it is none */
void seen_vbt_parse(const void *bytes, size_t len, struct seen_host *h);

/**
 * seen_guest_parse() - what the script of vm-templates/guest/ printed
 *
 * @g->end, agent and detail are kept; end becomes LOOK_GARBAGE, with detail, where the bytes are
 * no answer to it. A member of a wrong type is as one that is missing.
 */
void seen_guest_parse(const char *text, size_t len, struct seen_guest *g);

#endif

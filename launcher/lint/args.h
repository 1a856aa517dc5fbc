/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command line somebody else wrote, as separate words: from a shell's text, from
 * /proc/PID/cmdline, from a file of Proxmox VE. Pure: bytes in, words out. Nothing
 * of the text is ever run; what only a shell could know is named and left as it stands.
 */
#ifndef IGVM_LINT_ARGS_H
#define IGVM_LINT_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

#define LINT_TEXT_MAX	((size_t)1 << 20)	/* bytes of an input */
#define LINT_ARGS_MAX	4096u			/* words of one command */
#define LINT_UNSET_MAX	16u			/* names kept of what could not be resolved */

/** struct lint_args - the words of the call of QEMU, the program first */
struct lint_args {
	char **v;		/* owned, each too; v[0] is "" when the text names no program */
	size_t n;
	char unset[LINT_UNSET_MAX][48];	/* "$DISK", "$(...)": left in the words as they stand */
	size_t n_unset;		/* all of them; may be more than are kept */
	size_t calls;		/* calls of QEMU in the text; this is one of them */
	int broken;		/* line whose backslash has blanks behind it, so that a shell ends there; 0 none */
};

/** struct lint_error - why a text is no command line */
struct lint_error {
	int line;		/* 0 = the text as a whole */
	const char *text;	/* N_() sentence */
};

/** args_add() - append a copy of @n bytes; 0, -E2BIG, -ENOMEM */
nodiscard_ int args_add(struct lint_args *a, const char *text, size_t n);

/** args_done() - release; harmless on a zeroed or released one */
void args_done(struct lint_args *a);

/** args_is_qemu() - does @word name QEMU for a PC, with any directory? qemu-system-x86_64, qemu-kvm, kvm */
bool args_is_qemu(const char *word);

/** args_from_nul() - the form of /proc/PID/cmdline; 0, -EBADMSG (*@e), -ENOMEM */
nodiscard_ int args_from_nul(const char *text, size_t n, struct lint_args *a, struct lint_error *e);

/**
 * args_from_shell() - find the call of QEMU in a shell's text, a script or a single line
 *
 * Quotes, continued lines, comments, here documents, variables and arrays that the text itself
 * sets are understood; branches are not followed: every assignment counts, in the order of the
 * text. Of several calls the one that passes a device is taken, else the longest. Returns 0;
 * -EBADMSG with *@e; -ENOMEM.
 */
nodiscard_ int args_from_shell(const char *text, size_t n, struct lint_args *a, struct lint_error *e);

/**
 * args_from_pve() - /etc/pve/qemu-server/VMID.conf as the words Proxmox VE makes of it
 *
 * Only what touches the iGPU: machine, bios, cpu, memory, vga, balloon, hostpciN, tpmstate0, ostype,
 * args (src/PVE/QemuServer.pm and QemuServer/PCI.pm of qemu-server). Snapshots are left out.
 * Returns 0; -EBADMSG with *@e; -ENOMEM.
 */
nodiscard_ int args_from_pve(const char *text, size_t n, struct lint_args *a, struct lint_error *e);

#endif

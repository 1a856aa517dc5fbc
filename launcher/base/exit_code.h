/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_BASE_EXIT_CODE_H
#define IGVM_BASE_EXIT_CODE_H

/** enum exit_code - what a command's exit status means; the table of igvm(1) */
enum exit_code {
	EXIT_OK = 0,		/* also: start of a running VM, stop of a stopped one */
	EXIT_FAILED = 1,	/* e.g. QEMU died during start */
	EXIT_USAGE = 2,		/* usage, bad VM file, unknown key (file:line) */
	EXIT_NOT_RUNNING = 3,	/* status of a VM that does not run */
	EXIT_NO_VM = 4,		/* no such VM */
	EXIT_REFUSED = 5,	/* a finding of severity block */
	EXIT_BROKEN = 6,	/* probe or verify says broken */
	EXIT_BUSY = 75,		/* the VM is being started or stopped by somebody else */
	EXIT_PRIVILEGE = 77,	/* needs root; the message names sudo */
	EXIT_NEVER_RAN = 125,	/* exec: the program in the guest was not started */
};

#endif

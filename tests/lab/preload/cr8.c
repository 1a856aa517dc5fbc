/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loaded into the outer QEMU (LD_PRELOAD) against one of its defects.
 *
 * Theory of operation
 *
 * QEMU emulates AMD's SVM. When a nested guest writes CR8 while its hypervisor
 * waits for an interrupt window, helper_write_crN() calls cpu_interrupt()
 * without the big lock that cpu_interrupt() asserts, and QEMU 7.0 to 11.1.3
 * abort: "cpu_interrupt: assertion failed: (bql_locked())". Linux never writes
 * CR8, OVMF does at the end of every interrupt, so any nested guest with OVMF
 * runs into it within a minute. Nothing but the assertion is wrong: the
 * request goes to the virtual CPU that is running this very thread, through
 * atomic operations.
 *
 * So the conditional jump to the failing branch, the first after the call of
 * bql_locked(), is made a no-op, before QEMU starts a thread.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOOK_BYTES	48

static const uint8_t test_and_je[] = { 0x84, 0xc0, 0x74 };	/* test %al,%al; je */
static const uint8_t nop[] = { 0x66, 0x90 };

static int patch(uint8_t *at)
{
	uintptr_t page = (uintptr_t)at & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
	size_t n = (uintptr_t)at + sizeof(nop) - page;

	if (mprotect((void *)page, n, PROT_READ | PROT_WRITE | PROT_EXEC))
		return -1;
	memcpy(at, nop, sizeof(nop));
	return mprotect((void *)page, n, PROT_READ | PROT_EXEC);
}

__attribute__((constructor)) static void drop_assertion(void)
{
	uint8_t *code = dlsym(RTLD_DEFAULT, "cpu_interrupt");
	uint8_t *at = code ? memmem(code, LOOK_BYTES, test_and_je, sizeof(test_and_je)) : NULL;

	if (code && (!at || patch(at + 2)))
		fprintf(stderr, "cr8: cpu_interrupt() is not as expected, left alone\n");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linux Documentation/virt/kvm/api.rst. */
#include "launcher/facts/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "launcher/base/str.h"

#define PAGE		4096u
#define GUEST_ADDRESS	0x1000u
#define SECONDS		2u

/*
 * Real mode. Every processor since Nehalem has popcnt, and runs it in a VM by itself. A KVM that
 * imitates the processor in software runs HLT and gives up here (KVM_EXIT_INTERNAL_ERROR, seen on a
 * build machine): no stock kernel gets far on it.
 */
static const uint8_t code[] = {
	0xf3, 0x0f, 0xb8, 0xc1,		/* popcnt ax, cx */
	0xf4,				/* hlt */
};

/* Steps, as exit statuses of the child. */
enum step { RUNS, OPEN, VM, MEMORY, VCPU, REGISTERS, RUN, NOT_HALTED, N_STEPS };

static enum step give_memory(int vm)
{
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = GUEST_ADDRESS, .memory_size = PAGE,
		.userspace_addr = (uint64_t)(uintptr_t)page,
	};

	if (page == MAP_FAILED)
		return MEMORY;
	memcpy(page, code, sizeof(code));
	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) ? MEMORY : RUNS;
}

/* Real mode, code at GUEST_ADDRESS. */
static enum step set_registers(int cpu)
{
	struct kvm_regs regs = { .rip = GUEST_ADDRESS, .rflags = 2, .rcx = 4 };
	struct kvm_sregs sregs;

	if (ioctl(cpu, KVM_GET_SREGS, &sregs))
		return REGISTERS;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	return ioctl(cpu, KVM_SET_SREGS, &sregs) || ioctl(cpu, KVM_SET_REGS, &regs) ? REGISTERS : RUNS;
}

static enum step run(int kvm, int cpu)
{
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	const struct kvm_run *state = size < (int)sizeof(*state) ? MAP_FAILED :
				      mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);

	if (state == MAP_FAILED || ioctl(cpu, KVM_RUN, 0))
		return RUN;
	return state->exit_reason == KVM_EXIT_HLT ? RUNS : NOT_HALTED;
}

static enum step try_all(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm, cpu;
	enum step s;

	if (kvm < 0)
		return OPEN;
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return VM;
	s = give_memory(vm);
	if (s != RUNS)
		return s;
	cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (cpu < 0)
		return VCPU;
	s = set_registers(cpu);
	return s != RUNS ? s : run(kvm, cpu);
}

enum tri kvm_runs(char *why, size_t size)
{
	static const char *const text[N_STEPS] = {
		[RUNS] = "", [OPEN] = "/dev/kvm cannot be opened", [VM] = "KVM makes no VM",
		[MEMORY] = "KVM takes no memory", [VCPU] = "KVM makes no vCPU",
		[REGISTERS] = "KVM sets no registers", [RUN] = "KVM runs no vCPU",
		[NOT_HALTED] = "KVM's vCPU does not run its code",
	};
	pid_t pid = fork();
	int status;

	if (!pid) {
		/* KVM_RUN ends with the signal, whatever the vCPU does. */
		signal(SIGALRM, SIG_DFL);
		alarm(SECONDS);
		_exit((int)try_all());
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) >= N_STEPS) {
		str_fit(why, size, "KVM's vCPU does not come back");
		return TRI_NO;
	}
	str_fit(why, size, text[WEXITSTATUS(status)]);
	return WEXITSTATUS(status) == RUNS ? TRI_YES : TRI_NO;
}

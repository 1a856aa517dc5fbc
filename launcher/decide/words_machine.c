/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machine, processor, memory, firmware, channels to the outside, limits. */
#include <string.h>

#include "launcher/decide/words_parts.h"

/* An option whose value depends on nothing. */
struct fixed_word {
	const char *option, *value, *why;
};

static void add_fixed(struct builder *b, const struct fixed_word *w)
{
	words_add(b, w->option, w->why);
	if (w->value)
		words_plain(b, w->value);
}

static void add_machine(struct builder *b)
{
	words_add(b, "-machine", N_("the machine and version this VM keeps, and its accelerator"));
	words_value(b, b->p->machine);
	words_key(b, "accel", b->p->accel == ACCEL_KVM ? "kvm" : "tcg");
	if (b->p->huge_bytes || b->p->n_share)
		words_key(b, "memory-backend", "ram0");
	if (b->p->smm)
		words_key(b, "smm", "on");
	if (b->p->os == OS_WINDOWS)
		words_key(b, "hpet", "off");
}

/*
 * Microsoft's hypervisor interface as KVM implements it (QEMU
 * docs/system/i386/hyperv.rst), so that Windows keeps time cheaply. No vendor
 * is spoofed: Intel's driver wants to know that it runs in a VM. By hv-crash it tells of
 * its blue screen, which QMP calls GUEST_PANICKED.
 */
static const char *const hv_flags[] = {
	"hv-relaxed", "hv-vapic", "hv-vpindex", "hv-runtime", "hv-time", "hv-synic", "hv-stimer",
	"hv-frequencies", "hv-tlbflush", "hv-ipi", "hv-reset",
};

/*
 * With "max" of 7.2 systemd's mounts and udevd fail in a Debian 12 guest, which has no console then; with
 * Nehalem it comes to its login (tried on 7.2.22, tests/create_linux.sh).
 */
static const char *software_cpu(const struct plan *p)
{
	return p->era < QEMU_10_0 ? "Nehalem" : "max";
}

/* Whole sentences, so that each can be translated as one. */
static const char *cpu_why(const struct plan *p)
{
	static const char *const why[2][2] = {
		{ N_("the host's processor, seen as in a VM"),
		  N_("the host's processor, seen as in a VM; without nested virtualization Windows leaves "
		     "VBS off, under which Intel's driver fails") },
		{ N_("the host's processor, seen as in a VM; addresses no wider than the IOMMU"),
		  N_("the host's processor, seen as in a VM; addresses no wider than the IOMMU; "
		     "without nested virtualization Windows leaves VBS off, under which Intel's "
		     "driver fails") },
	};

	if (p->accel != ACCEL_KVM && p->era < QEMU_10_0)
		return N_("a processor made by software, an old one: this QEMU imitates newer ones wrongly");
	if (p->accel != ACCEL_KVM)
		return N_("a processor made by software, with all that QEMU can imitate");
	return why[p->phys_bits > 0][p->igpu && p->os == OS_WINDOWS && !p->nested];
}

static void add_cpu(struct builder *b)
{
	const struct plan *p = b->p;
	bool kvm = p->accel == ACCEL_KVM;

	words_add(b, "-cpu", cpu_why(p));
	words_plain(b, kvm ? "host" : software_cpu(p));
	if (p->phys_bits)
		words_keyf(b, "host-phys-bits-limit", "%d", p->phys_bits);
	if (!p->nested) {
		words_key(b, "vmx", "off");
		words_key(b, "svm", "off");
	}
	if (p->os != OS_WINDOWS || !kvm)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(hv_flags); i++)
		words_key(b, hv_flags[i], "on");
	words_key(b, "hv-spinlocks", "0x1fff");
	words_key(b, "hv-crash", "on");
}

static void add_sleep(struct builder *b, const char *property)
{
	words_add(b, "-global", N_("no sleep states: a passed-through iGPU does not survive them"));
	words_key(b, "driver", b->p->q35 ? "ICH9-LPC" : "PIIX4_PM");
	words_key(b, "property", property);
	words_key(b, "value", "1");
}

/* A memfd: no hugetlbfs has to be mounted, and no privilege is needed for it. */
static void add_memory(struct builder *b)
{
	const struct plan *p = b->p;

	words_add(b, "-object", !p->n_share ? N_("the memory, from the host's pool of huge pages")
			      : p->huge_bytes ? N_("the memory, from the host's pool of huge pages; virtiofsd reads and writes it, too")
					      : N_("the memory; virtiofsd reads and writes it, too"));
	words_plain(b, "memory-backend-memfd");
	words_key(b, "id", "ram0");
	words_keyf(b, "size", "%lluM", (unsigned long long)(p->memory_bytes >> 20));
	if (p->n_share)
		words_key(b, "share", "on");
	if (!p->huge_bytes)
		return;
	words_key(b, "hugetlb", "on");
	words_keyf(b, "hugetlbsize", "%lluM", (unsigned long long)(p->huge_bytes >> 20));
}

static void add_clock(struct builder *b)
{
	words_add(b, "-rtc", N_("Windows keeps the clock in local time, Linux in UTC"));
	words_key(b, "base", b->p->os == OS_WINDOWS ? "localtime" : "utc");
	if (b->p->os == OS_WINDOWS)
		words_key(b, "driftfix", "slew");
}

void words_machine(struct builder *b)
{
	static const struct fixed_word first[] = {
		{ "-nodefaults", NULL, N_("no default devices: the default display would take 02.0") },
		{ "-no-user-config", NULL, N_("no configuration files beside this command line") },
	};
	const struct plan *p = b->p;

	words_add(b, "-name", N_("the VM's name in lists of processes and threads"));
	words_key(b, "guest", p->name);
	words_key(b, "debug-threads", "on");
	words_add(b, "-uuid", N_("identity of the machine; it stays the same, or Windows wants activation"));
	words_plain(b, p->uuid);
	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		add_fixed(b, &first[i]);
	add_machine(b);
	add_cpu(b);
	words_add(b, "-smp", N_("one socket: Windows for the desktop uses no more than two"));
	words_keyf(b, "cpus", "%u", p->cpus);
	words_keyf(b, "sockets", "1");
	words_keyf(b, "cores", "%u", p->cpus);
	words_keyf(b, "threads", "1");
	words_add(b, "-m", p->igpu ? N_("memory; all of it is locked while a device is passed through")
				   : N_("memory"));
	words_keyf(b, "size", "%lluM", (unsigned long long)(p->memory_bytes >> 20));
	if (p->huge_bytes || p->n_share)
		add_memory(b);
	add_clock(b);
	add_sleep(b, "disable_s3");
	add_sleep(b, "disable_s4");
}

/* --- firmware -------------------------------------------------------------------- */

static void add_flash(struct builder *b, const char *unit, const char *path, bool read_only,
		      const char *why)
{
	words_add(b, "-drive", why);
	words_key(b, "if", "pflash");
	words_key(b, "unit", unit);
	words_key(b, "format", "raw");
	words_key(b, "readonly", read_only ? "on" : "off");
	words_key(b, "file", path);
}

static void add_tpm(struct builder *b)
{
	words_add(b, "-chardev", N_("the channel to swtpm, which igvm has started"));
	words_plain(b, "socket");
	words_key(b, "id", "tpm");
	words_keyf(b, "fd", "%d", words_fd(b->p, PLAN_FD_TPM));
	words_add(b, "-tpmdev", N_("a TPM 2.0, as Windows 11 wants it"));
	words_plain(b, "emulator");
	words_key(b, "id", "tpm0");
	words_key(b, "chardev", "tpm");
	words_add(b, "-device", N_("how the guest reaches the TPM"));
	words_plain(b, b->p->firmware == PLAN_OVMF && b->p->q35 ? "tpm-crb" : "tpm-tis");
	words_key(b, "tpmdev", "tpm0");
}

static void add_kernel(struct builder *b)
{
	const struct plan *p = b->p;

	words_add(b, "-kernel", p->purpose == PLAN_PROBE
				? N_("the probe")
				: N_("the kernel to start without a boot loader"));
	words_plain(b, p->kernel);
	if (*p->initrd) {
		words_add(b, "-initrd", N_("its initial RAM disk"));
		words_plain(b, p->initrd);
	}
	if (*p->kernel_args) {
		words_add(b, "-append", N_("its command line"));
		words_plain(b, p->kernel_args);
	}
}

void words_firmware(struct builder *b)
{
	const struct plan *p = b->p;

	if (p->firmware == PLAN_OVMF) {
		add_flash(b, "0", p->ovmf_code, true, N_("UEFI firmware, the copy this VM keeps"));
		add_flash(b, "1", p->ovmf_vars, false, N_("the firmware's variables, this VM's own"));
	}
	if (p->smm) {
		words_add(b, "-global", N_("only the firmware's own protected mode may write its variables"));
		words_key(b, "driver", "cfi.pflash01");
		words_key(b, "property", "secure");
		words_key(b, "value", "on");
	}
	if (p->tpm)
		add_tpm(b);
	if (*p->kernel)
		add_kernel(b);
}

/* --- channels ----------------------------------------------------------------------- */

static void add_listener(struct builder *b, const char *id, enum plan_fd_kind kind,
			 const char *why)
{
	words_add(b, "-chardev", why);
	words_plain(b, "socket");
	words_key(b, "id", id);
	words_keyf(b, "fd", "%d", words_fd(b->p, kind));
	words_key(b, "server", "on");
	words_key(b, "wait", "off");
}

static const struct plan_fd *serial_log(const struct plan *p)
{
	for (size_t i = 0; i < p->n_fd; i++)
		if (p->fd[i].kind == PLAN_FD_SERIAL_LOG)
			return &p->fd[i];
	return NULL;
}

static void add_console(struct builder *b)
{
	const struct plan_fd *log = serial_log(b->p);

	if (log) {
		words_add(b, "-add-fd", N_("where the serial console is logged, by a helper with a limit"));
		words_keyf(b, "fd", "%d", log->fd);
		words_keyf(b, "set", "%d", log->fdset);
		words_key(b, "opaque", "serial-log");
	}
	add_listener(b, "console", PLAN_FD_CONSOLE, N_("the serial console, a socket igvm has made"));
	if (log) {
		words_keyf(b, "logfile", "/dev/fdset/%d", log->fdset);
		words_key(b, "logappend", "on");
	}
	words_add(b, "-device", N_("the serial port behind it"));
	words_plain(b, "isa-serial");
	words_key(b, "chardev", "console");
}

void words_channels(struct builder *b)
{
	add_listener(b, "qmp", PLAN_FD_QMP, N_("QMP, a socket igvm has made: it can be reached before QEMU runs"));
	words_add(b, "-qmp", N_("the monitor on it"));
	words_plain(b, "chardev:qmp");
	words_add(b, "-device", N_("ports to the guest's agent"));
	words_plain(b, "virtio-serial-pci");
	words_key(b, "id", "ports0");
	words_slot(b, SLOT_AGENT, 0);
	add_listener(b, "agent", PLAN_FD_AGENT, N_("the guest agent's channel, a socket igvm has made"));
	words_add(b, "-device", N_("the port the guest agent looks for"));
	words_plain(b, "virtserialport");
	words_key(b, "bus", "ports0.0");
	words_key(b, "chardev", "agent");
	words_key(b, "name", "org.qemu.guest_agent.0");
	add_console(b);
	words_add(b, "-chardev", N_("what the guest's firmware writes to its debug port, to igvm's log"));
	words_plain(b, "socket");
	words_key(b, "id", "firmware-log");
	words_keyf(b, "fd", "%d", words_fd(b->p, PLAN_FD_FIRMWARE_LOG));
	words_add(b, "-device", N_("the debug port; the probe reports there too"));
	words_plain(b, "isa-debugcon");
	words_keyf(b, "iobase", "0x402");
	words_key(b, "chardev", "firmware-log");
	words_add(b, "-object", N_("random numbers from the host"));
	words_plain(b, "rng-builtin");
	words_key(b, "id", "rng0");
	words_add(b, "-device", N_("and how the guest gets them"));
	words_plain(b, "virtio-rng-pci");
	words_key(b, "rng", "rng0");
	words_slot(b, SLOT_RNG, 0);
}

void words_limits(struct builder *b)
{
	static const struct fixed_word last[] = {
		{ "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
		  N_("QEMU may start no program and gain no right, whatever a guest makes of it") },
		{ "-msg", "timestamp=on", N_("each message with its time") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		add_fixed(b, &last[i]);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Domain XML. What libvirt has elements for is said with them, so that it can label files, find the
 * firmware's variables and manage the device; the iGPU's own properties go through qemu:override
 * (libvirt 8.2), the rest through qemu:commandline. libvirt puts a device on the root bus, not behind a
 * port, when its address says so.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/export/libvirt_parts.h"

void xml_text(FILE *f, const char *text)
{
	static const char special[] = "&<>'\"";
	static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&apos;", "&quot;" };

	for (; *text; text++) {
		const char *at = strchr(special, *text);

		if (at)
			fputs(names[at - special], f);
		else
			putc(*text, f);
	}
}

void xml_attr(FILE *f, const char *name, const char *value)
{
	fprintf(f, " %s='", name);
	xml_text(f, value);
	putc('\'', f);
}

void xml_element(FILE *f, const char *indent, const char *name, const char *text)
{
	fprintf(f, "%s<%s>", indent, name);
	xml_text(f, text);
	fprintf(f, "</%s>\n", name);
}

void xml_slot(const struct exporting *x, const char *id)
{
	unsigned int slot, fn;

	if (export_slot(x, id, &slot, &fn))
		fprintf(x->f, "      <address type='pci' domain='0x0000' bus='0x00' slot='0x%02x' function='0x%x'%s/>\n",
			slot, fn, !fn && ((str_starts(id, "card") && x->p->n_net > 1) ||
				       (str_starts(id, "folder") && x->p->n_share > 1)) ? " multifunction='on'" : "");
}

/* What of the host it has to itself. The order is the schema's. */
static void write_host_parts(const struct exporting *x)
{
	const struct plan *p = x->p;
	char text[CPU_LIST_TEXT];

	if (p->huge_bytes || p->n_share)
		fprintf(x->f, "  <memoryBacking>\n");
	if (p->huge_bytes)
		fprintf(x->f, "    <hugepages>\n      <page size='%llu' unit='MiB'/>\n    </hugepages>\n",
			(unsigned long long)(p->huge_bytes >> 20));
	if (p->n_share)
		fprintf(x->f, "    <source type='memfd'/>\n    <access mode='shared'/>\n");
	if (p->huge_bytes || p->n_share)
		fprintf(x->f, "  </memoryBacking>\n");
	fprintf(x->f, "  <vcpu");
	if (cpu_list_count(&p->pin))
		xml_attr(x->f, "cpuset", cpu_list_text(&p->pin, text, sizeof(text)));
	fprintf(x->f, ">%u</vcpu>\n", p->cpus);
}

/* --- machine --------------------------------------------------------------------------------- */

static void write_os(const struct exporting *x)
{
	const struct plan *p = x->p;
	FILE *f = x->f;

	fprintf(f, "  <os>\n    <type arch='x86_64' machine='%s'>hvm</type>\n", p->machine);
	if (p->firmware == PLAN_OVMF) {
		fprintf(f, "    <loader readonly='yes'%s type='pflash'>", p->smm ? " secure='yes'" : "");
		xml_text(f, export_from(p, p->ovmf_code));
		fprintf(f, "</loader>\n    <nvram");
		xml_attr(f, "template", export_from(p, p->ovmf_vars));
		fprintf(f, "/>\n");
	}
	if (*p->kernel)
		xml_element(f, "    ", "kernel", export_from(p, p->kernel));
	if (*p->initrd)
		xml_element(f, "    ", "initrd", export_from(p, p->initrd));
	if (*p->kernel_args)
		xml_element(f, "    ", "cmdline", p->kernel_args);
	fprintf(f, "  </os>\n");
}

/* The names of libvirt beside those of QEMU; hv-time is a timer there. */
static void write_hyperv(FILE *f)
{
	static const char *const flags[] = { "relaxed", "vapic", "vpindex", "runtime", "synic", "stimer",
					     "reset", "frequencies", "tlbflush", "ipi" };

	fprintf(f, "    <hyperv mode='custom'>\n      <spinlocks state='on' retries='8191'/>\n");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		fprintf(f, "      <%s state='on'/>\n", flags[i]);
	fprintf(f, "    </hyperv>\n");
}

static void write_features(const struct exporting *x)
{
	const struct plan *p = x->p;
	bool windows = p->os == OS_WINDOWS;
	FILE *f = x->f;

	fprintf(f, "  <features>\n    <acpi/>\n    <apic/>\n");
	if (windows && p->accel == ACCEL_KVM)
		write_hyperv(f);
	if (p->smm)
		fprintf(f, "    <smm state='on'/>\n");
	fprintf(f, "  </features>\n");
	if (p->accel == ACCEL_KVM)
		fprintf(f, "  <cpu mode='host-passthrough' migratable='off'>\n");
	else
		fprintf(f, "  <cpu mode='maximum'>\n");
	fprintf(f, "    <topology sockets='1' cores='%u' threads='1'/>\n", p->cpus);
	if (!p->nested)
		fprintf(f, "    <feature policy='disable' name='vmx'/>\n"
			   "    <feature policy='disable' name='svm'/>\n");
	fprintf(f, "  </cpu>\n  <clock offset='%s'>\n", windows ? "localtime" : "utc");
	if (windows)
		fprintf(f, "    <timer name='rtc' tickpolicy='catchup'/>\n    <timer name='hpet' present='no'/>\n%s",
			p->accel == ACCEL_KVM ? "    <timer name='hypervclock' present='yes'/>\n" : "");
	fprintf(f, "  </clock>\n  <pm>\n    <suspend-to-mem enabled='no'/>\n"
		   "    <suspend-to-disk enabled='no'/>\n  </pm>\n");
}

/* --- the iGPU -------------------------------------------------------------------------------- */

static void write_igpu(const struct exporting *x)
{
	struct bdf b = x->p->host_bdf;
	FILE *f = x->f;

	fprintf(f, "    <hostdev mode='subsystem' type='pci' managed='yes'>\n      <driver name='vfio'/>\n"
		   "      <source>\n        <address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n"
		   "      </source>\n", b.domain, b.bus, b.dev, b.fn);
	if (*x->p->rom) {
		fprintf(f, "      <rom bar='on'");
		xml_attr(f, "file", export_from(x->p, x->p->rom));
		fprintf(f, "/>\n");
	} else if (!x->p->legacy_mode) {
		fprintf(f, "      <rom bar='off'/>\n");
	}
	fprintf(f, "      <alias name='ua-igd0'/>\n");
	xml_slot(x, "igd0");
	fprintf(f, "    </hostdev>\n");
	export_note(x, _("libvirt's QEMU must be able to read the ROM %.200s: its user, AppArmor or SELinux "
			 "may forbid it elsewhere than below /usr/share"), export_from(x->p, x->p->rom));
}

static const char *override_type(const char *key)
{
	if (!strcmp(key, "x-igd-gms"))
		return "unsigned";
	return strcmp(key, "x-igd-legacy-mode") ? "bool" : "string";
}

static int write_override(const struct exporting *x)
{
	_props_ struct props p = { 0 };
	int r = export_device(x, "igd0", &p);

	if (r)
		return r;
	fprintf(x->f, "  <qemu:override>\n    <qemu:device alias='ua-igd0'>\n      <qemu:frontend>\n");
	for (size_t i = 0; i < p.n; i++) {
		const char *key = p.v[i].key, *type = override_type(key), *value = p.v[i].value;
		char number[24];

		if (!str_starts(key, "x-igd-"))
			continue;
		if (!strcmp(type, "bool"))
			value = strcmp(value, "on") ? "false" : "true";
		/* the words have it in hexadecimal, libvirt takes decimals */
		snprintf(number, sizeof(number), "%d", x->p->gms);
		fprintf(x->f, "        <qemu:property name='%s' type='%s' value='%s'/>\n", key, type,
			strcmp(type, "unsigned") ? value : number);
	}
	fprintf(x->f, "      </qemu:frontend>\n    </qemu:device>\n  </qemu:override>\n");
	return 0;
}

/* --- what has no element --------------------------------------------------------------------- */

static void write_arg(FILE *f, const char *value)
{
	fprintf(f, "    <qemu:arg");
	xml_attr(f, "value", value);
	fprintf(f, "/>\n");
}

static bool has_args(const struct plan *p)
{
	for (size_t i = 0; i < p->n_disk; i++)
		if (p->disk[i].bus == DISK_NVME && !p->disk[i].cdrom)
			return true;
	return p->n_words || (p->igpu && p->phys_bits);
}

/* <maxphysaddr limit=> came with libvirt 9.3; the property of the processor is older. */
static int write_commandline(const struct exporting *x)
{
	const struct plan *p = x->p;
	const char *word = p->words;
	char text[96];
	int r = 0;

	if (!has_args(p))
		return 0;
	fprintf(x->f, "  <qemu:commandline>\n");
	if (p->igpu && p->phys_bits) {
		snprintf(text, sizeof(text), "%s-x86_64-cpu.host-phys-bits-limit=%d",
			 p->accel == ACCEL_KVM ? "host" : "max", p->phys_bits);
		write_arg(x->f, "-global");
		write_arg(x->f, text);
	}
	for (size_t i = 0; i < p->n_disk && !r; i++)
		r = libvirt_nvme(x, i, write_arg);
	for (size_t i = 0; i < p->n_words; i++, word += strlen(word) + 1)
		write_arg(x->f, word);
	fprintf(x->f, "  </qemu:commandline>\n");
	return r;
}

int export_libvirt_igpu(const struct exporting *x)
{
	int r;

	write_igpu(x);
	r = write_commandline(x);
	return r ? r : write_override(x);
}

/* --- the whole ------------------------------------------------------------------------------- */

int export_libvirt(const struct exporting *x)
{
	const struct plan *p = x->p;
	FILE *f = x->f;
	int r = 0;

	fprintf(f, "<domain type='%s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n",
		p->accel == ACCEL_KVM ? "kvm" : "qemu");
	xml_element(f, "  ", "name", p->name);
	xml_element(f, "  ", "uuid", p->uuid);
	fprintf(f, "  <memory unit='MiB'>%llu</memory>\n", (unsigned long long)(p->memory_bytes >> 20));
	write_host_parts(x);
	write_os(x);
	write_features(x);
	fprintf(f, "  <devices>\n");
	xml_element(f, "    ", "emulator", p->qemu);
	libvirt_devices(x);
	if (p->igpu)
		write_igpu(x);
	fprintf(f, "    <memballoon model='none'/>\n  </devices>\n");
	r = write_commandline(x);
	if (!r && p->igpu)
		r = write_override(x);
	fprintf(f, "</domain>\n");
	export_leftovers(x);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign command lines: words, keys and values, what a line does, and the judgement. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/lint/args.h"
#include "launcher/lint/line.h"
#include "launcher/lint/lint.h"
#include "launcher/lint/props.h"
#include "launcher/lint/pve.h"

static struct lint_args args;
static struct line line;
static struct lint_error error;

static int teardown(void **state)
{
	(void)state;
	args_done(&args);
	return 0;
}

static int shell(const char *text)
{
	args_done(&args);
	return args_from_shell(text, strlen(text), &args, &error);
}

/* The words, joined by '|'. */
static const char *words(const char *text)
{
	static char joined[2048];

	*joined = '\0';
	assert_int_equal(shell(text), 0);
	for (size_t i = 0; i < args.n; i++)
		snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s", i ? "|" : "", args.v[i]);
	return joined;
}

static void read_line(const char *text)
{
	assert_int_equal(shell(text), 0);
	assert_int_equal(line_read(&args, &line), 0);
}

/* --- the shell ------------------------------------------------------------------------------- */

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(words("qemu-system-x86_64 -m 8G"), "qemu-system-x86_64|-m|8G");
	assert_string_equal(words("kvm \\\n\t-name 'a  b' -m\t\"1 2\" # gone\nls"), "kvm|-name|a  b|-m|1 2");
	assert_string_equal(words("qemu-kvm -a \"x\\\"y\\$z\\q\" -b 'p'\\''q' -c \"\" ''"),
			    "qemu-kvm|-a|x\"y$z\\q|-b|p'q|-c||");
	assert_string_equal(words("ls; (sudo -E /opt/qemu/bin/qemu-system-x86_64-11.1 -S) > log 2>&1 & wait"),
			    "/opt/qemu/bin/qemu-system-x86_64-11.1|-S");
	assert_string_equal(words("$ qemu-system-x86_64 -S <in 3>&- >>out"), "qemu-system-x86_64|-S");
	assert_string_equal(words("-device vfio-pci,host=00:02.0 -S"), "|-device|vfio-pci,host=00:02.0|-S");
	assert_string_equal(words("cat <<-'X'\nit's kvm -m 9\n\tX\nkvm -m 1"), "kvm|-m|1");
	assert_string_equal(words("qemu-system-x86_64 -accel kvm -m 1"), "qemu-system-x86_64|-accel|kvm|-m|1");
}

static void test_variables(void **state)
{
	(void)state;
	assert_string_equal(words("M=8G\nD='a b'\nkvm -m $M -x \"$D\" -y $D -z ${M}B ${N:-n}"),
			    "kvm|-m|8G|-x|a b|-y|a|b|-z|8GB|n");
	assert_string_equal(words("A=(-m 1 'x y'\n # no\n)\nA+=(-S)\nkvm \"${A[@]}\""), "kvm|-m|1|x y|-S");
	assert_string_equal(words("O='-m 1'\nO+=' -S'\nif true; then O=\"$O -s\"; fi\nkvm $O"), "kvm|-m|1|-S|-s");
	assert_string_equal(words("f() { local -a A=(-m 1); local -r X=-S; }\n[ x ] && A+=(-s)\nif y; then A+=(-t); fi\n"
				  "kvm \"${A[@]}\" $X"), "kvm|-m|1|-s|-t|-S");
	assert_string_equal(words("export Q=qemu-kvm; exec $Q -m 1 \"$@\""), "qemu-kvm|-m|1|");
	assert_int_equal(args.n_unset, 0);
	assert_string_equal(words("kvm -m $M -x ${P%.*} -y $(date) -z `id`"),
			    "kvm|-m|$M|-x|${P%.*}|-y|$(...)|-z|$(...)");
	assert_int_equal(args.n_unset, 4 - 1);
	assert_string_equal(args.unset[0], "$M");
	assert_string_equal(args.unset[1], "${P%.*}");
}

static void test_which_call(void **state)
{
	(void)state;
	words("kvm -m 1 -a b -c d\nkvm -m 2 -device vfio-pci,host=00:02.0\nkvm -m 3 -a b -c d -e f -g h");
	assert_string_equal(args.v[2], "2");
	assert_int_equal(args.calls, 3);
	words("kvm -m 1\nkvm -m 2 -S");
	assert_string_equal(args.v[2], "2");
	words("kvm -m 1 \\ \n -S\n");
	assert_int_equal(args.broken, 1);
	assert_int_equal(args.n, 4);
	words("kvm -m 1 \\\r\n -S\r\n");
	assert_int_equal(args.n, 4);
}

static void test_shell_errors(void **state)
{
	static const struct {
		const char *text;
		int line;
	} bad[] = {
		{ "\nkvm 'a\n", 2 }, { "kvm \"a", 1 }, { "kvm -m 1\n\na=(b", 3 }, { "kvm $(a", 1 },
		{ "kvm ${a", 1 }, { "kvm `a", 1 }, { "", 0 }, { "# kvm -m 1", 0 }, { "kvm", 0 }, { "echo kvm", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(shell(bad[i].text), -EBADMSG);
		assert_non_null(error.text);
		assert_int_equal(error.line, bad[i].line);
		assert_int_equal(args.n, 0);
	}
}

static void test_nul(void **state)
{
	static const char good[] = "/usr/bin/kvm\0-name\0\0-S";
	static const char other[] = "bash\0-c\0kvm";

	(void)state;
	args_done(&args);
	error.text = NULL;
	assert_int_equal(args_from_nul(good, sizeof(good), &args, &error), 0);
	assert_int_equal(args.n, 4);
	assert_string_equal(args.v[2], "");
	args_done(&args);
	assert_int_equal(args_from_nul(other, sizeof(other), &args, &error), -EBADMSG);
	assert_int_equal(args.n, 0);
}

/* --- keys and values ------------------------------------------------------------------------------ */

static void test_props(void **state)
{
	_props_ struct props p = { 0 };

	(void)state;
	assert_int_equal(props_parse("vfio-pci,host=00:02.0,romfile=/a,,b=c,x-vga,host=1", "driver", &p), 0);
	assert_string_equal(props_get(&p, "driver"), "vfio-pci");
	assert_string_equal(props_get(&p, "host"), "1");
	assert_string_equal(props_get(&p, "romfile"), "/a,b=c");
	assert_string_equal(props_get(&p, "x-vga"), "on");
	assert_null(props_get(&p, "rom"));
	props_done(&p);
	assert_int_equal(props_parse("a=", "driver", &p), 0);
	assert_string_equal(props_get(&p, "a"), "");
	props_done(&p);
	assert_int_equal(props_parse("{\"driver\":\"x\",\"n\":{\"m\":3,\"b\":true},\"f\":false,\"l\":[1]}", "driver", &p), 0);
	assert_string_equal(props_get(&p, "driver"), "x");
	assert_string_equal(props_get(&p, "n.m"), "3");
	assert_string_equal(props_get(&p, "n.b"), "on");
	assert_string_equal(props_get(&p, "f"), "off");
	props_done(&p);
	assert_int_equal(props_parse("{\"a\":", "driver", &p), -EBADMSG);
	props_done(&p);
	assert_int_equal(props_parse("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}", "", &p),
			 -EBADMSG);
}

static void test_props_many(void **state)
{
	_props_ struct props p = { 0 };
	char text[1024] = "";

	(void)state;
	for (size_t i = 0; i <= PROPS_MAX; i++)
		strcat(text, "a=b,");
	assert_int_equal(props_parse(text, "", &p), -E2BIG);
}

/* --- what a line does ---------------------------------------------------------------------------------- */

static void test_machine(void **state)
{
	(void)state;
	read_line("qemu-system-x86_64 -S");
	assert_int_equal(line.type, LINE_PC);
	assert_int_equal(line.accel, LINE_ACCEL_UNSAID);
	assert_true(line.emulated_display && line.auto_nic && !line.nodefaults);
	assert_int_equal(line.igpu, -1);
	read_line("kvm -M pc-q35-9.2 -m 4096 -smp cpus=6,cores=6 -nodefaults -vga none");
	assert_int_equal(line.type, LINE_Q35);
	assert_int_equal(line.accel, LINE_KVM);
	assert_true(line.memory_bytes == 4096ull << 20 && line.cpus == 6);
	assert_false(line.emulated_display || line.auto_nic);
	read_line("qemu-system-x86_64 --machine type=microvm,accel=kvm:tcg,smm=off -m size=2G -nic none");
	assert_int_equal(line.type, LINE_OTHER_MACHINE);
	assert_int_equal(line.accel, LINE_KVM);
	assert_int_equal(line.smm, LINE_OFF);
	assert_true(line.memory_bytes == 2ull << 30);
	read_line("qemu-system-x86_64 -accel tcg,thread=multi -m 1Q -m 99999999999999999999T");
	assert_int_equal(line.accel, LINE_TCG);
	assert_true(!line.memory_bytes);
}

static void test_cpu(void **state)
{
	(void)state;
	read_line("kvm -cpu host,-hypervisor,hv_vendor_id=abc,hv-relaxed,+hv_time,-vmx,host-phys-bits-limit=0x27");
	assert_true(line.hidden && line.windows && line.n_hv == 2);
	assert_string_equal(line.hv_vendor, "abc");
	assert_int_equal(line.vmx, LINE_OFF);
	assert_int_equal(line.phys_limit, 39);
	read_line("kvm -cpu host,kvm=on,hypervisor=on,vmx=on -global host-x86_64-cpu.host-phys-bits-limit=42");
	assert_false(line.hidden || line.windows);
	assert_int_equal(line.vmx, LINE_ON);
	assert_int_equal(line.phys_limit, 42);
	read_line("kvm -cpu host,kvm=off");
	assert_true(line.hidden);
}

static void test_firmware(void **state)
{
	static const struct {
		const char *words;
		enum line_firmware is;
		bool secure;
	} cases[] = {
		{ "-S", LINE_SEABIOS, false },
		{ "-bios /usr/share/seabios/bios-256k.bin", LINE_SEABIOS, false },
		{ "-bios /usr/share/ovmf/OVMF.fd", LINE_OVMF, false },
		{ "-pflash code.fd -pflash vars.fd", LINE_OVMF, false },
		{ "-drive if=pflash,unit=1,file=v.fd -drive if=pflash,unit=0,file=OVMF_CODE.secboot.fd", LINE_OVMF, true },
		{ "-blockdev driver=file,filename=/x/OVMF_CODE.fd,node-name=a -blockdev driver=raw,file=a,node-name=b "
		  "-machine q35,pflash0=b", LINE_OVMF, false },
		{ "-blockdev driver=raw,file=b,node-name=a -blockdev driver=raw,file=a,node-name=b -machine pflash0=a",
		  LINE_OVMF, false },
		{ "-bios fw.bin", LINE_OTHER_FIRMWARE, false },
		{ "-pflash c.fd -global driver=cfi.pflash01,property=secure,value=on", LINE_OVMF, true },
		{ "-pflash c.fd -global cfi.pflash01.secure=on", LINE_OVMF, true },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "kvm %s", cases[i].words);
		read_line(text);
		assert_int_equal(line.firmware, cases[i].is);
		assert_int_equal(line.secure_code, cases[i].secure);
	}
}

static void test_device(void **state)
{
	const struct line_device *d = &line.device[0];

	(void)state;
	read_line("kvm -M q35 -device vfio-pci,host=00:02.0,id=g,bus=pcie.0,addr=0x2.0,x-igd-opregion=on,"
		  "x-igd-gms=0x40,romfile=a,,b,rombar=0 -set device.g.x-igd-legacy-mode=off -set device.g.addr=3 "
		  "-global vfio-pci.x-igd-lpc=on -global driver=vfio-pci,property=x-igd-opregion,value=off");
	assert_int_equal(line.igpu, 0);
	assert_true(d->root_bus && d->addr_said && d->slot == 3 && !d->fn);
	assert_int_equal(d->opregion, LINE_ON);
	assert_int_equal(d->lpc, LINE_ON);
	assert_int_equal(d->legacy, LINE_OFF);
	assert_int_equal(d->rombar, LINE_OFF);
	assert_true(d->gms_said && d->gms_number && d->gms == 0x40);
	assert_string_equal(d->romfile, "a,b");
	read_line("kvm -M pc -device vfio-pci,host=01:00.0 -device vfio-pci,bus=pcie.0,sysfsdev=/sys/bus/pci/devices/0000:00:02.0");
	assert_int_equal(line.n_device, 2);
	assert_int_equal(line.igpu, 1);
	assert_false(line.device[1].root_bus);
	read_line("kvm -device vfio-pci,host=$X,x-igd-gms=two,x-pci-device-id=0x4680,addr=2f");
	assert_int_equal(line.igpu, 0);
	assert_true(d->gms_said && !d->gms_number && !d->addr_said && !d->host_known);
	assert_int_equal(d->device_id, 0x4680);
	read_line("kvm -device vfio-pci-igd-lpc-bridge,addr=1f.0 -device virtio-net-pci,addr=02.0 -device '{\"driver\":'");
	assert_int_equal(line.n_device, 0);
	assert_string_equal(line.taken, "virtio-net-pci");
}

static void test_many_devices(void **state)
{
	char text[2048] = "kvm";

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, " -device vfio-pci,host=05:00.0");
	read_line(text);
	assert_int_equal(line.n_device, LINE_DEVICES_MAX);
	/* an option whose value is missing ends the line */
	read_line("kvm -S -device");
	assert_int_equal(line.n_device, 0);
}

/* --- Proxmox VE -------------------------------------------------------------------------------------------- */

static void test_pve(void **state)
{
	static const char conf[] = "#note\nbios: ovmf\r\nbroken\nmachine: q35\nmemory: current=4096\nostype: win11\n"
				   "hostpci0: mapping=igpu,x-vga=1\nhostpci9: 00:02,pcie=1,rombar=0,device-id=0x4680\n"
				   "hostpci16: 00:03\ncpu: host,flags=-vmx;+aes\nargs: -name 'a b'\n[s]\nbios: seabios\n";

	(void)state;
	args_done(&args);
	assert_true(pve_is_conf(conf, sizeof(conf) - 1));
	assert_false(pve_is_conf("kvm: 1\nname: x\n", 15));
	assert_int_equal(args_from_pve(conf, sizeof(conf) - 1, &args, &error), 0);
	assert_int_equal(line_read(&args, &line), 0);
	assert_int_equal(line.type, LINE_Q35);
	assert_int_equal(line.firmware, LINE_OVMF);
	assert_true(line.windows && line.hidden && line.balloon && line.memory_bytes == 4ull << 30);
	assert_int_equal(line.vmx, LINE_OFF);
	assert_string_equal(line.hv_vendor, "proxmox");
	assert_int_equal(line.n_device, 2);
	assert_false(line.device[0].host_known);
	assert_int_equal(line.igpu, 1);
	assert_string_equal(line.device[1].bus, "ich9-pcie-port-10");
	assert_string_equal(args.v[args.n - 1], "a b");
	args_done(&args);
	assert_int_equal(args_from_pve("memory: 1\nargs: -x 'y\n", 22, &args, &error), -EBADMSG);
	assert_non_null(error.text);
}

/* --- the judgement ------------------------------------------------------------------------------------------- */

#define FINE	"-nodefaults -M q35,accel=kvm -m 8G -cpu host,host-phys-bits-limit=39 -bios OVMF.fd -device VGA,addr=1 " \
		"-global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 "
#define IGPU	"-device vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a.rom"

static struct lint *judge(const char *text, int device, int major, int minor)
{
	static struct lint out;
	static struct lint_machine m;
	struct lint_input in = { .line = &line, .machine = &m };

	lint_done(&out);
	m = (struct lint_machine){ .device_id = device, .qemu_known = major };
	lint_caps(major, minor, &m.caps);
	read_line(text);
	assert_int_equal(lint_judge(&in, &out), 0);
	return &out;
}

static void test_clean(void **state)
{
	struct lint *l = judge("kvm " FINE IGPU, 0x4680, 10, 2);

	(void)state;
	assert_int_equal(l->verdict, VERDICT_UNKNOWN);	/* the ROM was not read */
	assert_int_equal(l->findings.n, 1);
	assert_int_equal(l->findings.v[0].id, FINDING_ROM_UNREAD);
	assert_true(l->corrected);
	assert_int_equal(l->n_pair, 0);
}

static void test_unknown(void **state)
{
	struct lint *l = judge("kvm " FINE IGPU, -1, 0, 0);

	(void)state;
	assert_true(finding_has(&l->findings, FINDING_LINE_DEVICE_UNKNOWN));
	assert_true(finding_has(&l->findings, FINDING_LINE_QEMU_UNKNOWN));
	assert_int_equal(l->verdict, VERDICT_UNKNOWN);
	/* What depends on the generation is not said of an unknown one. */
	l = judge("kvm -nodefaults -M q35,accel=kvm -m 8G -device VGA,addr=1 -device vfio-pci,host=00:02.0,addr=2", -1, 0, 0);
	assert_false(finding_has(&l->findings, FINDING_BIOS_NO_STOLEN));
	assert_false(l->corrected);
	l = judge("kvm -nodefaults -M q35,accel=kvm -m 8G -device VGA,addr=1 -device vfio-pci,host=00:02.0,addr=2", 0x4680, 10, 1);
	assert_true(finding_has(&l->findings, FINDING_BIOS_NO_STOLEN));
	l = judge("kvm " FINE IGPU, 0x1234, 10, 1);
	assert_true(finding_has(&l->findings, FINDING_IGPU_UNKNOWN_DEVICE));
	assert_int_equal(l->verdict, VERDICT_BLOCKED);
}

static void test_pairs(void **state)
{
	struct lint *l = judge("kvm -S " FINE "-device 'vfio-pci,host=00:02.0,id=my igpu,addr=05.0,x-igd-opregion=on' "
			       "-set 'device.my igpu.x-vga=on'", 0x4680, 10, 1);

	(void)state;
	assert_int_equal(l->verdict, VERDICT_BLOCKED);
	assert_int_equal(l->n_pair, 1);
	assert_string_equal(l->pair[0].yours, "-device 'vfio-pci,host=00:02.0,id=my igpu,addr=05.0,x-igd-opregion=on' "
					      "-set 'device.my igpu.x-vga=on'");
	assert_non_null(strstr(l->pair[0].right, "id=my igpu,host=0000:00:02.0,bus=pcie.0,addr=02.0,"
						 "x-igd-legacy-mode=off,x-igd-opregion=on,romfile="));
}

static void test_seen(void **state)
{
	struct lint *l = judge("kvm " FINE IGPU " -display none -vnc :0", 0x4680, 10, 1);

	(void)state;
	assert_false(finding_has(&l->findings, FINDING_PLAN_DISPLAY_NONE));
	l = judge("kvm " FINE IGPU " -nographic -vnc none", 0x4680, 10, 1);
	assert_true(finding_has(&l->findings, FINDING_PLAN_DISPLAY_NONE));
}

/* A device id, QEMU and line -> a finding that blocks; the rest of the line is fine. */
static void test_blocks(void **state)
{
	static const struct {
		const char *device;
		int id, major, minor;
		enum finding_id finding;
	} cases[] = {
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on", 0x4680, 10, 1, FINDING_ROM_NONE_UEFI },
		{ "vfio-pci,host=00:02.0,addr=02.0,romfile=a", 0x4680, 10, 0, FINDING_LINE_OPREGION_UNSAID },
		{ "vfio-pci,host=00:02.0,addr=02.1,x-igd-opregion=on,romfile=a", 0x4680, 10, 1, FINDING_LINE_SLOT },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a,x-igd-lpc=on", 0x4680, 10, 1,
		  FINDING_LINE_LPC_Q35 },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a,x-igd-gms=0x41", 0x4680, 10, 1,
		  FINDING_GMS_RANGE },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a,x-igd-gms=1", 0x7d55, 10, 1,
		  FINDING_GMS_NO_EFFECT },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a,x-igd-legacy-mode=on", 0x3e92, 10, 1,
		  FINDING_LEGACY_IMPOSSIBLE },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a", 0x4680, 9, 2, FINDING_QEMU_TOO_OLD },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a", 0x1606, 10, 1, FINDING_IGPU_BROADWELL },
		{ "vfio-pci,host=00:02.0,addr=02.0,x-igd-opregion=on,romfile=a,rombar=0", 0x4680, 10, 1,
		  FINDING_LINE_ROMBAR_OFF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[512];
		struct lint *l;

		snprintf(text, sizeof(text), "kvm " FINE "-device %s", cases[i].device);
		l = judge(text, cases[i].id, cases[i].major, cases[i].minor);
		if (!finding_has(&l->findings, cases[i].finding) || l->verdict != VERDICT_BLOCKED)
			fail_msg("%s: no %s that blocks", cases[i].device, finding_def(cases[i].finding)->id);
	}
}

static void test_report(void **state)
{
	static const char text[] = "{\"version\":1,\"kind\":\"doctor\",\"findings\":[{\"id\":\"iommu.off\",\"severity\":\"block\","
		"\"seen\":\"none\"},{\"id\":\"of.tomorrow\",\"severity\":\"block\",\"seen\":\"x\"}],\"igpu\":{\"device\":18048},"
		"\"qemu\":{\"version\":\"10.0.3\"},\"kernel\":\"6.12.1\",\"firmware\":{\"uefi\":true,\"address_bits\":39}}";
	static struct host_facts host;
	static struct findings said;
	struct lint_machine m = { 0 };
	const char *why = NULL;
	_json_ json_t *doctor = json_loads(text, 0, NULL);
	_json_ json_t *report = json_pack("{s:i,s:s,s:O}", "version", 1, "kind", "report", "doctor", doctor);

	(void)state;
	assert_int_equal(lint_report(doctor, &host, &said, &m, &why), 0);
	assert_int_equal(m.device_id, 0x4680);
	assert_true(m.qemu_known && m.caps.era == QEMU_10_0);
	assert_int_equal(said.n, 1);
	assert_int_equal(host.pci[0].iommu_width, 39);
	assert_int_equal(lint_report(report, &host, &said, &m, &why), 0);
	json_object_del(doctor, "igpu");
	assert_int_equal(lint_report(doctor, &host, &said, &m, &why), -EBADMSG);
	assert_non_null(why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	     cmocka_unit_test(test_variables),
		cmocka_unit_test(test_which_call),   cmocka_unit_test(test_shell_errors),
		cmocka_unit_test(test_nul),	     cmocka_unit_test(test_props),
		cmocka_unit_test(test_props_many),   cmocka_unit_test(test_machine),
		cmocka_unit_test(test_cpu),	     cmocka_unit_test(test_firmware),
		cmocka_unit_test(test_device),	     cmocka_unit_test(test_many_devices),
		cmocka_unit_test(test_pve),	     cmocka_unit_test(test_clean),
		cmocka_unit_test(test_unknown),	     cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_blocks),	     cmocka_unit_test(test_report),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, teardown);
}

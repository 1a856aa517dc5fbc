/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VM files: what is read, in which order, and every sentence with which one is refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/facts/wish.h"
#include "launcher/facts/wish_file.h"
#include "launcher/facts/wish_ini.h"
#include "launcher/facts/wish_keys.h"

static char base[64];
static struct paths paths;
static struct wish w;
static struct wish_error e;

static int setup(void **state)
{
	(void)state;
	strcpy(base, "/tmp/igvm-t_wish-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	snprintf(paths.vms, sizeof(paths.vms), "%s/vms", base);
	snprintf(paths.templates, sizeof(paths.templates), "%s/templates", base);
	return dir_make(paths.vms, 0755) || dir_make(paths.templates, 0755);
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(base);
}

static void put_bytes(const char *name, const void *bytes, size_t n)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.60s/%s", base, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0755), 0);
	path[strlen(path)] = '/';
	assert_int_equal(file_replace_at(AT_FDCWD, path, bytes, n, 0644), 0);
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

static int read_vm(void)
{
	return wish_read(&paths, "a", &w, &e);
}

static int read_text(const char *text)
{
	put("vms/a.conf", text);
	return read_vm();
}

/* --- what is read ------------------------------------------------------------------------ */

static void test_all_keys(void **state)
{
	(void)state;
	assert_int_equal(read_text("# comment\n; comment\n[vm]\nos = windows\nmemory=8G\n cpus = 6 \n"
				   "accel = tcg\nmachine = i440fx\nfirmware = bios\ntpm = yes\nnested = on\n"
				   "display = remote\nuse = compute\nkernel = /boot/k\ninitrd = /boot/i\n"
				   "kernel-args = a=\"b c\", d\nqemu = /opt/q\nexperimental = yes\nlab = yes\n"
				   "uuid = 0f2c7e5a-93aa-4c61-9d1c-5a30f3a4b101\n"
				   "[igpu]\ndevice = 00:02.0\nrom = /a,b.rom\nopregion = off\nlegacy = on\n"
				   "gms = 0x10\nprobe = never\n[disk one]\npath = /x y.img\nformat = raw\nbus = nvme\n"
				   "read-only = yes\n[disk cd]\npath = /cd.iso\ncdrom = yes\n"
				   "[net lan]\nmodel = e1000e\nmac = 52:54:00:00:00:01"), 0);
	assert_int_equal(w.os, OS_WINDOWS);
	assert_true(w.memory_bytes == 8ull << 30);
	assert_int_equal(w.cpus, 6);
	assert_int_equal(w.accel, ACCEL_TCG);
	assert_int_equal(w.machine, MACHINE_I440FX);
	assert_int_equal(w.firmware, FIRMWARE_BIOS);
	assert_true(w.tpm && w.nested && w.experimental && w.lab);
	assert_int_equal(w.display, DISPLAY_REMOTE);
	assert_int_equal(w.use, USE_COMPUTE);
	assert_string_equal(w.kernel, "/boot/k");
	assert_string_equal(w.initrd, "/boot/i");
	assert_string_equal(w.kernel_args, "a=\"b c\", d");
	assert_string_equal(w.qemu, "/opt/q");
	assert_string_equal(w.uuid, "0f2c7e5a-93aa-4c61-9d1c-5a30f3a4b101");
	assert_true(w.igpu && !w.igpu_auto);
	assert_int_equal(w.igpu_bdf.dev, 2);
	assert_int_equal(w.rom, ROM_FILE);
	assert_string_equal(w.rom_path, "/a,b.rom");
	assert_int_equal(w.opregion, SWITCH_OFF);
	assert_int_equal(w.legacy, SWITCH_ON);
	assert_int_equal(w.gms, 16);
	assert_int_equal(w.probe, PROBE_NEVER);
	assert_int_equal(w.n_disk, 2);
	assert_string_equal(w.disk[0].name, "one");
	assert_string_equal(w.disk[0].path, "/x y.img");
	assert_true(w.disk[0].read_only && !w.disk[0].qcow2 && w.disk[0].bus == DISK_NVME);
	assert_true(w.disk[1].cdrom && w.disk[1].read_only && w.disk[1].bus == DISK_SATA);
	assert_int_equal(w.n_net, 1);
	assert_int_equal(w.net[0].model, NIC_E1000E);
	assert_string_equal(w.net[0].mac, "52:54:00:00:00:01");
	assert_int_equal(w.where_igpu.line, 22);
	assert_non_null(strstr(w.where_igpu.file, "/vms/a.conf"));
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(read_text(""), 0);
	assert_false(w.igpu || w.tpm || w.nested || w.experimental || w.lab);
	assert_int_equal(w.gms, -1);
	assert_true(w.memory_bytes == 4ull << 30);
	assert_int_equal(w.n_disk, 0);
	assert_string_equal(w.name, "a");
	assert_int_equal(w.where_memory.line, 0);
}

static void test_disk_bus_follows_os(void **state)
{
	(void)state;
	assert_int_equal(read_text("[vm]\nos=windows\n[disk a]\npath=/a\n"), 0);
	assert_int_equal(w.disk[0].bus, DISK_NVME);
	assert_int_equal(read_text("[disk a]\npath=/a\n"), 0);
	assert_int_equal(w.disk[0].bus, DISK_VIRTIO);
	assert_true(w.disk[0].qcow2 && !w.disk[0].device);
	assert_int_equal(read_text("[disk a]\npath=/dev/sdb\nformat=raw\n"), 0);
	assert_true(w.disk[0].device);
}

/* Template, then the VM's file, then its drop-ins in byte order: the last word counts. */
static void test_order(void **state)
{
	(void)state;
	put("templates/t.conf", "[vm]\nmemory=1G\ncpus=3\ntpm=yes\n[disk a]\npath=/t\n[net n]\ntype=user\n");
	put("vms/a.conf", "[vm]\ntemplate=t\nmemory=2G\n[disk b]\npath=/b\n");
	put("vms/a.conf.d/20-x.conf", "[vm]\nmemory=4G\n[net n]\ntype=none\n");
	put("vms/a.conf.d/10-x.conf", "[vm]\nmemory=3G\ntpm=no\n[disk a]\npath=\n");
	put("vms/a.conf.d/30-x.conf~", "[vm]\nmemory=5G\n");
	put("vms/a.conf.d/.40.conf", "[vm]\nmemory=6G\n");
	assert_int_equal(read_vm(), 0);
	assert_true(w.memory_bytes == 4ull << 30);
	assert_non_null(strstr(w.where_memory.file, "20-x.conf"));
	assert_int_equal(w.cpus, 3);
	assert_false(w.tpm);
	assert_int_equal(w.n_disk, 1);
	assert_string_equal(w.disk[0].name, "b");
	assert_int_equal(w.n_net, 0);
}

/* A disk is taken out by an empty path and by nothing else. */
static void test_disk_without_path(void **state)
{
	(void)state;
	put("templates/t.conf", "[disk a]\npath=/t\n");
	put("vms/a.conf", "[vm]\ntemplate=t\n[disk a]\nformat=raw\n");
	assert_int_equal(read_vm(), 0);
	assert_int_equal(w.n_disk, 1);
	assert_non_null(strstr(w.disk[0].where.file, "/templates/t.conf"));
	assert_int_equal(w.disk[0].where.line, 2);
	put("vms/a.conf.d/10.conf", "[disk b]\nread-only=yes\n");
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.file, "/10.conf"));
	assert_string_equal(e.text, "[disk b] has no path");
	put("vms/a.conf.d/20.conf", "[disk b]\npath=\n[disk a]\npath=\n");
	assert_int_equal(read_vm(), 0);
	assert_int_equal(w.n_disk, 0);
}

/* Keys of [igpu] want a device, wherever it is named; a template's alone do not. */
static void test_igpu_without_device(void **state)
{
	(void)state;
	put("templates/t.conf", "[igpu]\nrom=none\n");
	put("vms/a.conf", "[vm]\ntemplate=t\n");
	assert_int_equal(read_vm(), 0);
	assert_false(w.igpu);
	put("vms/a.conf.d/10.conf", "[igpu]\nlegacy=on\n");
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.file, "/10.conf"));
	assert_int_equal(e.line, 2);
	put("vms/a.conf.d/20.conf", "[igpu]\ndevice=none\n");
	assert_int_equal(read_vm(), 0);
	assert_false(w.igpu);
	put("vms/a.conf.d/20.conf", "");
	put("templates/t.conf", "[igpu]\ndevice=auto\n");
	assert_int_equal(read_vm(), 0);
	assert_true(w.igpu && w.legacy == SWITCH_ON);
}

static void test_usb_and_input(void **state)
{
	(void)state;
	put("templates/t.conf", "[usb a]\nport=1-4.2\n[usb b]\nid=046D:c52b\n[input k]\n"
				"path=/dev/input/by-id/x-event-kbd\n");
	put("vms/a.conf", "[vm]\ntemplate=t\ninput=none\naudio=pipewire:ada\n[usb b]\nid=\n[input k]\nrepeat=no\n"
			  "[usb c]\nid=0627:0001\n");
	assert_int_equal(read_vm(), 0);
	assert_int_equal(w.n_usb, 2);
	assert_string_equal(w.usb[0].port, "1-4.2");
	assert_int_equal(w.usb[0].where.line, 2);
	assert_string_equal(w.usb[1].name, "c");
	assert_int_equal(w.usb[1].vendor, 0x0627);
	assert_int_equal(w.usb[1].product, 1);
	assert_int_equal(w.n_evdev, 1);
	assert_false(w.evdev[0].repeat);
	assert_int_equal(w.input, INPUT_NONE);
	assert_int_equal(w.audio, AUDIO_PIPEWIRE);
	assert_string_equal(w.audio_user, "ada");
	put("vms/a.conf.d/10.conf", "[vm]\naudio=usb\n[usb a]\nport=\n[usb c]\nid=\n[input k]\npath=\n[input l]\n"
				    "path=/dev/input/event0\n");
	assert_int_equal(read_vm(), 0);
	assert_int_equal(w.n_usb, 0);
	assert_int_equal(w.n_evdev, 1);
	assert_true(w.evdev[0].repeat);
	assert_int_equal(w.audio, AUDIO_USB);
	assert_string_equal(w.audio_user, "");
	put("vms/a.conf.d/20.conf", "[usb c]\nid=0627:0001\nport=2-1\n");
	assert_int_equal(read_vm(), -EINVAL);
	assert_string_equal(e.text, "[usb c] has port and id: write one of them");
}

/* Whatever is neither a port nor an id, nor below /dev/input, ends at the reader. */
static void test_usb_and_input_refused(void **state)
{
	static const char *const wrong[] = {
		"[usb a]\nport=1\n", "[usb a]\nport=1-\n", "[usb a]\nport=-4\n", "[usb a]\nport=1-4.\n",
		"[usb a]\nport=1-4..2\n", "[usb a]\nport=1-4.2.3.4.5.6.7.8\n", "[usb a]\nport=1-4:1.0\n",
		"[usb a]\nport=../1-4\n", "[usb a]\nport=0001-4\n", "[usb a]\nport=1-4/x\n",
		"[usb a]\nid=46d:c52b\n", "[usb a]\nid=046d:c52b0\n", "[usb a]\nid=046dc52b\n",
		"[usb a]\nid=0000:0001\n", "[usb a]\nid=046d:\n", "[usb a]\nid=04+d:c52b\n",
		"[input a]\npath=/dev/sda\n", "[input a]\npath=/dev/input/../sda\n", "[input a]\npath=event0\n",
		"[input a]\nrepeat=often\n", "[vm]\ninput=all\n", "[vm]\naudio=pipewire\n",
		"[vm]\naudio=pipewire:\n", "[vm]\naudio=pipewire:-x\n", "[vm]\naudio=pipewire:a b\n",
		"[vm]\naudio=oss\n", "[usb]\nport=1-4\n", "[usbx a]\nport=1-4\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (read_text(wrong[i]) != -EINVAL || !e.line || !*e.text)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(read_text("[usb a]\nport=127-15.15.15.15.15.15.15\n"), 0);
}

static void test_template_of_a_dropin_wins(void **state)
{
	(void)state;
	put("templates/t.conf", "[vm]\ncpus=3\n");
	put("templates/u.conf", "[vm]\ncpus=5\n");
	put("vms/a.conf", "[vm]\ntemplate=t\n");
	put("vms/a.conf.d/10.conf", "[vm]\ntemplate=u\n");
	assert_int_equal(read_vm(), 0);
	assert_int_equal(w.cpus, 5);
	assert_string_equal(w.template, "u");
}

static void test_memory(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;	/* 0: refused */
	} rows[] = {
		{ "8G", 8ull << 30 },	{ "512M", 512ull << 20 }, { "1T", 1ull << 40 },
		{ "4294967296", 1ull << 32 }, { "4T", 4ull << 40 },
		{ "8GB", 0 }, { "8g", 0 }, { "8 G", 0 }, { "8GiB", 0 }, { "8192", 0 }, { "", 0 },
		{ "G", 0 }, { "-8G", 0 }, { "+8G", 0 }, { "8.5G", 0 }, { "0x10G", 0 }, { "1M", 0 },
		{ "67108865", 0 }, { "4097G", 0 }, { "18446744073709551615G", 0 },
		{ "99999999999999999999999999G", 0 }, { "5T", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];

		snprintf(text, sizeof(text), "[vm]\nmemory = %s\n", rows[i].text);
		if (read_text(text) != (rows[i].bytes ? 0 : -EINVAL))
			fail_msg("memory = %s: %s", rows[i].text, e.text);
		if (rows[i].bytes)
			assert_true(w.memory_bytes == rows[i].bytes);
		else
			assert_int_equal(e.line, 2);
	}
}

static bool reads_words(const char *words)
{
	char text[256];

	snprintf(text, sizeof(text), "[qemu]\nwords = %s\n", words);
	return !read_text(text);
}

/* Word @i; "" past the end. */
static const char *word_at(size_t i)
{
	const char *s = w.words;

	for (size_t j = 0; j < i && j < w.n_words; j++)
		s += strlen(s) + 1;
	return i < w.n_words ? s : "";
}

static void test_words(void **state)
{
	static const char *const good[] = {
		"", "-S", "-device x,addr=3", "--device x", "-device  x   -S", "-object rng-random,filename=/dev/urandom",
		"-chardev socket,id=mine,path=/x", "-global a.b=fdx", "-append nofd", "-fw_cfg name=opt/x,string=fd",
		"-append \"\" -S", "-device x,name=afd-1,fdx=1",
		"-netdev stream,id=n,addr.type=fdx,addr.str=5", "-smbios type=1,serial=x",
	};
	/* What igvm stands on, in each way QEMU would take it. */
	static const char *const refused[] = {
		"-sandbox off", "--sandbox on", "-qmp stdio", "-qmp-pretty stdio", "-mon chardev=x", "-monitor stdio",
		"-daemonize", "-runas nobody", "-run-with user=x", "-chroot /", "-pidfile /x", "-add-fd fd=3,set=9",
		"-netdev tap,fd=3", "-netdev tap,id=a,fds=3:4", "-netdev tap,vhostfd=5", "-netdev tap,vhostfds=5",
		"-chardev socket,fd=3", "-chardev socket,id=a,server=on,fd=3", "-blockdev a,file.fd=3",
		"-chardev \"socket,fd=3\"", "\"-qmp\" stdio", "-q\"mp\" stdio", "-incoming fd:3",
		"-drive file=/dev/fdset/2", "-drive file=/dev/fd/2", "-object memory-backend-file,mem-path=/proc/self/fd/3",
		"-serial mon:stdio", "-object monitor-qmp,id=a", "-object qom-type=monitor-hmp,id=a", "-preconfig",
		"-readconfig /x", "-set chardev.qmp.fd=9", "-L -sandbox off", "-append -qmp",
		"-netdev stream,id=n,addr.type=fd,addr.str=5", "-blockdev nbd,server.type=fd,server.str=5,node-name=a",
		"-smbios type=1,uuid=0baf1e34-b36b-5c5b-93f4-70a1e1f22c85", "-drive file=json:{\"driver\":\"x\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!reads_words(good[i]))
			fail_msg("%s: %s", good[i], e.text);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		if (reads_words(refused[i]))
			fail_msg("%s was taken", refused[i]);
		assert_int_equal(e.line, 2);
	}
	assert_true(reads_words("-smbios \"type=11,value=of a, b\" -S --device \"\""));
	assert_int_equal(w.n_words, 5);
	assert_string_equal(word_at(0), "-smbios");
	assert_string_equal(word_at(1), "type=11,value=of a, b");
	assert_string_equal(word_at(2), "-S");
	assert_string_equal(word_at(3), "--device");
	assert_string_equal(word_at(4), "");
}

/* The longest value there may be, and one byte more. */
static void test_words_length(void **state)
{
	char text[1200] = "[qemu]\nwords = -append ";
	size_t head = strlen(text), fits = WISH_WORDS_SIZE - 1 - strlen("-append ");

	(void)state;
	memset(text + head, 'x', fits);
	assert_int_equal(wish_parse(text, strlen(text), "a", &w, &e), 0);
	assert_int_equal(strlen(word_at(1)), fits);
	text[head + fits] = 'x';
	assert_int_equal(wish_parse(text, strlen(text), "a", &w, &e), -EINVAL);
	assert_non_null(strstr(e.text, "longer than 1023 bytes"));
}

/* --- what is refused ------------------------------------------------------------------------ */

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *says;
	} rows[] = {
		{ "[vm]\nmemroy = 1G\n", 2, "did you mean 'memory'?" },
		{ "[vm]\nzzz = 1G\n", 2, "igvm.vm(5)" },
		{ "[vm]\nPath = /x\n", 2, "no key 'Path'" },
		{ "[igpu]\nmemory = 1G\n", 2, "[igpu] has no key 'memory'" },
		{ "[ipgu]\ndevice = auto\n", 2, "did you mean [igpu]?" },
		{ "[sound]\nx = y\n", 2, "there is no section [sound]" },
		{ "[disk]\npath = /x\n", 2, "[disk NAME]" },
		{ "[disk a/b]\npath = /x\n", 2, "only letters" },
		{ "[disk aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\npath = /x\n", 2, "longer than 31 bytes" },
		{ "memory = 1G\n[vm]\n", 1, "before the first [section]" },
		{ "[vm]\nmemory\n", 2, "no key = value" },
		{ "[vm]\n= 3\n", 2, "no key before" },
		{ "[vm\ncpus = 3\n", 1, "end with ]" },
		{ "[vm]\ncpus = 1\ncpus = 2\n", 3, "'cpus' is there twice in this section, first in line 2" },
		{ "\n[igpu]\ndevice = auto\n[vm]\nos = linux\n# x\nos = linux\n", 7, "first in line 5" },
		{ "#\n[vm]\ncpus = 1\n[igpu]\ndevice = auto\n[vm]\nos = linux\n", 6,
		  "[vm] is there twice in this file, first in line 2" },
		{ "\xef\xbb\xbf[vm]\ncpus = 1\n", 1, "byte order mark" },
		{ "[vm]\r\ncpus = 1\r\n", 1, "CR LF" },
		{ "[vm]\nkernel-args = a\x1b[2J\n", 2, "control byte" },
		{ "[vm]\nkernel = /a\xff\n", 2, "UTF-8" },
		{ "[vm]\ncpus = 1\n\tcpus-x = 2\n", 3, "no key" },
		{ "[vm]\nkernel = /a\tb\n", 2, "tab" },
		{ "[vm]\ncpus = 0\n", 2, "1 to 255" },
		{ "[vm]\nrdp = yes\n", 2, "auto, local, lan, off" },
		{ "[vm]\nrdp-port = 1023\n", 2, "1024 to 65535" },
		{ "[vm]\nrdp-port = 65536\n", 2, "1024 to 65535" },
		{ "[vm]\nrdp-port = -1\n", 2, "1024 to 65535" },
		{ "[vm]\nrdp-port =\n", 2, "1024 to 65535" },
		{ "[net a]\ntype = bridge\n", 2, "wants bridge = NAME" },
		{ "[net a]\nmodel = virtio\ntype = tap\nbridge = br0\n", 2, "wants tap = NAME" },
		{ "[net a]\ntype = bridge\nbridge = ../x\n", 3, "the name of a bridge" },
		{ "[net a]\ntype = bridge\nbridge = -x\n", 3, "the name of a bridge" },
		{ "[net a]\ntype = bridge\nbridge = a234567890123456\n", 3, "the name of a bridge" },
		{ "[net a]\ntype = tap\ntap = a b\n", 3, "the name of a tap device" },
		{ "[vm]\ncpus = 256\n", 2, "1 to 255" },
		{ "[vm]\nos = Linux\n", 2, "linux, windows" },
		{ "[vm]\ntpm = true\n", 2, "yes, no" },
		{ "[vm]\nqemu = qemu-system-x86_64\n", 2, "whole path" },
		{ "[vm]\nqemu =\n", 2, "whole path" },
		{ "[vm]\nkernel = -x\n", 2, "whole path" },
		{ "[vm]\nkernel = ~/x\n", 2, "whole path" },
		{ "[vm]\nmachine = pc-q35-\n", 2, "may be" },
		{ "[vm]\nmachine = pc-q35-9.2,smm=off\n", 2, "may be" },
		{ "[vm]\nmachine = microvm\n", 2, "may be" },
		{ "[vm]\nuuid = x\n", 2, "8-4-4-4-12" },
		{ "[vm]\ntemplate = ../x\n", 2, "template" },
		{ "[vm]\ntemplate = nope\n", 2, "no template 'nope'; there are: mine, yours" },
		{ "[vm]\nmemory = 900T\n", 2, "memory = 900T: too much; at most 4096G" },
		{ "[vm]\nmemory = 99999999999999999999999999\n", 2, "too much; at most 4096G" },
		{ "[vm]\nmemory = 4M\n", 2, "memory = 4M: too little; at least 64M" },
		{ "[vm]\nmemory = 67108865\n", 2, "no whole MiB" },
		{ "[vm]\nmemory = 8GB\n", 2, "may be 8G, 8192M or bytes" },
		{ "[vm]\ninitrd = /x\n", 0, "initrd without kernel" },
		{ "[vm]\nkernel-args = x\n", 0, "kernel-args without kernel" },
		{ "[igpu]\ndevice = 2\n", 2, "0000:00:02.0" },
		{ "[vm]\ncpus = 1\n[igpu]\nrom = /nope\nlegacy = on\n", 4,
		  "[igpu] names no device: write device = auto" },
		{ "[qemu]\nwords = -device \"a b\n", 2, "a \" has no other" },
		{ "[qemu]\nwords = disk.img\n", 2, "'disk.img' belongs to no option" },
		{ "[qemu]\nwords = -S x y\n", 2, "'y' belongs to no option" },
		{ "[qemu]\nwords = -device {\"driver\":\"x\"}\n", 2, "instead of JSON" },
		{ "[qemu]\nwords = -name other\n", 2, "the name is the VM's" },
		{ "[qemu]\nwords = -uuid 1\n", 2, "by its uuid" },
		{ "[qemu]\nwords = -S --daemonize\n", 2, "'--daemonize' is refused: igvm knows QEMU by its process" },
		{ "[qemu]\nword = -S\n", 2, "did you mean 'words'?" },
		{ "[igpu]\ngms = auto\n", 2, "[igpu] names no device" },
		{ "[igpu]\ngms = 255\n", 2, "0 to 0xfe" },
		{ "[igpu]\ngms = -1\n", 2, "0 to 0xfe" },
		{ "[igpu]\nrom = rom.bin\n", 2, "a path" },
		{ "[disk a]\npath = x.img\n", 2, "whole path" },
		{ "[vm]\ncpus = 1\n[disk system]\n\nformat = qcow2\nbus = sata\n", 5,
		  "[disk system] has no path" },
		{ "[disk a]\npath = /x\nformat = vmdk\n", 3, "qcow2, raw" },
		{ "[disk a]\npath = /x\ncdrom = yes\nbus = nvme\n", 0, "bus = sata" },
		{ "[net a]\nmac = 53:54:00:00:00:00\n", 2, "group address" },
		{ "[net a]\nmac = 52-54-00-00-00-00\n", 2, "52:54:00:12:34:56" },
		{ "[net a]\nmac = 52:54:00:00:00:0\n", 2, "52:54:00:12:34:56" },
	};

	(void)state;
	put("templates/yours.conf", "");
	put("templates/mine.conf", "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (read_text(rows[i].text) != -EINVAL)
			fail_msg("accepted:\n%s", rows[i].text);
		if (e.line != rows[i].line || !strstr(e.text, rows[i].says))
			fail_msg("%s:%d: %s\nfor\n%s", e.file, e.line, e.text, rows[i].text);
		assert_non_null(strstr(e.file, "/vms/a.conf"));
	}
}

static void test_refused_files(void **state)
{
	static char big[WISH_FILE_MAX + 2];
	static char nul[] = "[vm]\nkernel = /a\0b\n";

	(void)state;
	assert_int_equal(wish_read(&paths, "missing", &w, &e), -ENOENT);
	assert_string_equal(e.text, "");
	assert_int_equal(wish_read(&paths, "../a", &w, &e), -EINVAL);
	assert_int_equal(wish_read(&paths, "", &w, &e), -EINVAL);
	put_bytes("vms/a.conf", nul, sizeof(nul) - 1);
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.text, "NUL"));
	memset(big, '#', sizeof(big) - 1);
	put_bytes("vms/a.conf", big, WISH_FILE_MAX + 1);
	assert_int_equal(read_vm(), -EFBIG);
	assert_true(*e.file && *e.text);
	put_bytes("vms/a.conf", big, WISH_LINE_MAX + 1);
	assert_int_equal(read_vm(), -EINVAL);
	assert_int_equal(e.line, 1);
	put_bytes("vms/a.conf", big, WISH_LINE_MAX);
	assert_int_equal(read_vm(), 0);
	put("vms/a.conf", "[vm]\ntemplate = t\n");
	put("templates/t.conf", "\n[vm]\ntemplate = t\n");
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.file, "/templates/t.conf"));
	assert_int_equal(e.line, 3);
	put("templates/t.conf", "[vm]\ncpus = x\n");
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.file, "/templates/t.conf"));
}

static void test_refused_kinds_of_file(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%.60s/vms/a.conf", base);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(read_vm(), -EINVAL);
	rmdir(path);
	assert_int_equal(mkfifo(path, 0644), 0);	/* would hang a plain open() */
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.text, "regular"));
	unlink(path);
	put("vms/a.conf", "");
	put("vms/a.conf.d/x", "");
	snprintf(path, sizeof(path), "%.60s/vms/a.conf.d/50.conf", base);
	assert_int_equal(symlink("/nonexistent/x", path), 0);
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.text, "link"));
}

static void test_too_many(void **state)
{
	char text[4096] = "";

	(void)state;
	for (int i = 0; i <= WISH_DISKS_MAX; i++)
		sprintf(text + strlen(text), "[disk d%d]\npath=/%d\n", i, i);
	assert_int_equal(read_text(text), -EINVAL);
	assert_non_null(strstr(e.text, "more than 16"));
	*text = '\0';
	for (int i = 0; i <= WISH_NETS_MAX; i++)
		sprintf(text + strlen(text), "[net d%d]\ntype=user\n", i);
	assert_int_equal(read_text(text), -EINVAL);
	put("vms/a.conf", "");
	for (int i = 0; i <= 64; i++) {
		char name[64];

		snprintf(name, sizeof(name), "vms/a.conf.d/%d.conf", i);
		put(name, "");
	}
	assert_int_equal(read_vm(), -EINVAL);
	assert_non_null(strstr(e.text, "more than 64"));
}

/* --- who may have written it ----------------------------------------------------------------- */

static int trusted(const char *name, uid_t owner)
{
	char path[PATH_MAX];
	_fd_ int fd = -1;

	snprintf(path, sizeof(path), "%.60s/%s", base, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	e = (struct wish_error){ 0 };
	return wish_file_trusted(fd, path, base, owner, &e);
}

static void change_mode(const char *name, mode_t mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.60s/%s", base, name);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_owner(void **state)
{
	char link[PATH_MAX];

	(void)state;
	put("vms/a.conf", "");
	put("open/b.conf", "");
	assert_int_equal(trusted("vms/a.conf", getuid()), 0);
	assert_int_equal(trusted("vms/a.conf", getuid() + 1), -EPERM);
	assert_non_null(strstr(e.text, "belongs to"));
	assert_non_null(strstr(e.text, "chown "));
	assert_non_null(strstr(e.text, "/vms/a.conf"));
	change_mode("vms/a.conf", 0664);
	assert_int_equal(trusted("vms/a.conf", getuid()), -EPERM);
	assert_non_null(strstr(e.file, "a.conf"));
	assert_non_null(strstr(e.text, "chmod go-w /"));
	change_mode("vms/a.conf", 0646);
	assert_int_equal(trusted("vms/a.conf", getuid()), -EPERM);
	change_mode("vms/a.conf", 0644);
	change_mode("vms", 0775);
	assert_int_equal(trusted("vms/a.conf", getuid()), -EPERM);
	assert_non_null(strstr(e.file, "/vms"));
	change_mode("vms", 0755);
	/* A link in a good place to a file in a bad one. */
	snprintf(link, sizeof(link), "%s/vms/l.conf", base);
	assert_int_equal(symlink("../open/b.conf", link), 0);
	assert_int_equal(trusted("vms/l.conf", getuid()), 0);
	change_mode("open", 0777);
	assert_int_equal(trusted("vms/l.conf", getuid()), -EPERM);
	assert_non_null(strstr(e.file, "/open"));
	/* As /tmp is: what is the owner's stays; a link of somebody else's may lie there, too. */
	change_mode("open", 01777);
	assert_int_equal(trusted("open/b.conf", getuid()), 0);
	assert_int_equal(trusted("vms/l.conf", getuid()), 0);
	snprintf(link, sizeof(link), "%s/open/l.conf", base);
	assert_int_equal(symlink("../vms/a.conf", link), 0);
	assert_int_equal(trusted("open/l.conf", getuid()), -EPERM);
	change_mode("open/b.conf", 0666);
	assert_int_equal(trusted("open/b.conf", getuid()), -EPERM);
}

/* --- the rest ----------------------------------------------------------------------------------- */

static void test_list(void **state)
{
	_free_ char **names = NULL;
	struct paths none = { .vms = "/nonexistent/igvm" };

	(void)state;
	assert_int_equal(wish_list(&none, &names), 0);
	assert_null(names[0]);
	free(TAKE(names));
	put("vms/b.conf", "");
	put("vms/a.conf", "");
	put("vms/a.conf.d/x.conf", "");
	put("vms/.hidden.conf", "");
	put("vms/README", "");
	put("vms/ x.conf", "");
	assert_int_equal(wish_list(&paths, &names), 0);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_null(names[2]);
}

static void test_look(void **state)
{
	char text[512];

	(void)state;
	put("disk.img", "x");
	snprintf(text, sizeof(text), "[vm]\nkernel=/nonexistent/k\n[disk a]\npath=%s/disk.img\n"
				     "[disk b]\npath=%s/no.img\n[disk c]\npath=%s\n"
				     "[disk d]\npath=/dev/null\n", base, base, base);
	assert_int_equal(read_text(text), 0);
	wish_look(&w);
	assert_int_equal(w.disk[0].err, 0);
	assert_int_equal(w.disk[1].err, ENOENT);
	assert_int_equal(w.disk[2].err, 0);
	assert_false(w.disk[0].wrong_kind || w.disk[1].wrong_kind);
	assert_true(w.disk[2].wrong_kind && w.disk[3].wrong_kind);
	assert_int_equal(w.disk[3].where.line, 10);
	assert_int_equal(w.kernel_err, ENOENT);
	assert_int_equal(w.initrd_err, 0);
}

static void test_processors_and_pages(void **state)
{
	static const char *const bad[] = { "a", "1-", "-1", "3-2", "1,", ",1", "1 2", "1024", "0-1024", "99999", "1--2", "1,,2" };
	struct cpu_list every_other = { 0 }, read_back;
	char text[64], list[64], whole[CPU_LIST_TEXT];

	(void)state;
	assert_int_equal(read_text("[vm]\npin = 2-5,8,0\nhugepages = yes\n"), 0);
	assert_int_equal(cpu_list_count(&w.pin), 6);
	assert_string_equal(cpu_list_text(&w.pin, list, sizeof(list)), "0,2-5,8");
	assert_int_equal(w.hugepages, HUGEPAGES_2M);
	assert_int_equal(read_text("[vm]\npin = 1023\nhugepages = 1G\n"), 0);
	assert_true(cpu_list_has(&w.pin, 1023) && cpu_list_count(&w.pin) == 1 && w.hugepages == HUGEPAGES_1G);
	assert_int_equal(read_text("[vm]\npin =\nhugepages = no\n"), 0);
	assert_true(!cpu_list_count(&w.pin) && w.hugepages == HUGEPAGES_NO);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "[vm]\npin = %s\n", bad[i]);
		if (read_text(text) != -EINVAL || !strstr(e.text, "such as 2-5,8"))
			fail_msg("pin = %s: %s", bad[i], e.text);
	}
	assert_int_equal(read_text("[vm]\nhugepages = 4M\n"), -EINVAL);
	for (unsigned int i = 0; i < CPU_LIST_MAX; i += 2)
		every_other.bits[i / 64] |= UINT64_C(1) << i % 64;
	cpu_list_text(&every_other, whole, sizeof(whole));
	assert_true(cpu_list_parse(whole, &read_back));
	assert_int_equal(cpu_list_count(&read_back), CPU_LIST_MAX / 2);
	/* Cut where the room ends, never in a number. */
	assert_int_equal(read_text("[vm]\npin = 100,102,104,106,108,110\n"), 0);
	assert_string_equal(cpu_list_text(&w.pin, list, 20), "100,102,104");
}

static void test_jobs(void **state)
{
	static const char *const bad[] = {
		"[vm]\nwatchdog = bite\n", "[vm]\nhook = relative\n", "[share]\npath = /x\n", "[share a b]\npath = /x\n",
		"[share a]\npath = x\n", "[share a]\nread-only = perhaps\n", "[share a]\nuser = ada\n",
		"[share a]\npath = /1\n[share b]\npath = /2\n[share c]\npath = /3\n[share d]\npath = /4\n"
		"[share e]\npath = /5\n[share f]\npath = /6\n[share g]\npath = /7\n[share h]\npath = /8\n"
		"[share i]\npath = /9\n",
	};

	(void)state;
	assert_int_equal(read_text("[vm]\nwatchdog = pause\nhook = /dev/null\n[share a]\npath = /\n"
				   "[share b]\nread-only = no\n[share c]\npath = /nonexistent\nread-only = no\n"
				   "[share d]\npath = /dev/null\n[share e]\npath = /proc/self//\n"
				   "[share f]\npath = //proc/sys/\n"), 0);
	assert_int_equal(w.watchdog, WATCHDOG_PAUSE);
	assert_string_equal(w.hook, "/dev/null");
	/* b has no path: a drop-in has taken it out. */
	assert_int_equal(w.n_share, 5);
	assert_string_equal(w.share[0].name, "a");
	assert_true(w.share[0].read_only && !w.share[1].read_only);
	assert_int_equal(w.share[1].where.line, 9);
	wish_look(&w);
	assert_int_equal(w.share[0].err, 0);
	assert_int_equal(w.share[1].err, ENOENT);
	assert_int_equal(w.share[2].err, ENOTDIR);
	assert_int_equal(w.share[3].err, ELOOP);
	assert_int_equal(w.share[4].err, 0);
	assert_int_equal(w.hook_err, EACCES);
	assert_int_equal(read_text("[vm]\nwatchdog = no\nhook =\n"), 0);
	assert_true(w.watchdog == WATCHDOG_NO && !*w.hook && !w.n_share);
	wish_look(&w);
	assert_int_equal(w.hook_err, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (read_text(bad[i]) != -EINVAL || !*e.text || !e.line)
			fail_msg("%s: %s", bad[i], e.text);
}

/* A block device holds no image unless somebody says so. */
static void test_format_of_a_device(void **state)
{
	(void)state;
	assert_int_equal(read_text("[disk a]\npath = /dev/disk/by-id/x\n[disk b]\npath = /x.img\n"
				   "[disk c]\npath = /dev/sdb\nformat = qcow2\n[disk d]\nformat = raw\npath = /y\n"), 0);
	assert_true(w.disk[0].device && !w.disk[0].qcow2);
	assert_true(!w.disk[1].device && w.disk[1].qcow2);
	assert_true(w.disk[2].device && w.disk[2].qcow2);
	assert_false(w.disk[3].qcow2);
}

static void test_table(void **state)
{
	(void)state;
	for (const struct wish_key *k = wish_keys; k->section; k++) {
		assert_ptr_equal(wish_key_find(k->section, k->key), k);
		assert_non_null(k->parse);
		assert_true(k->values && *k->values && k->help && *k->help);
	}
	assert_null(wish_key_find("vm", "path"));
	assert_string_equal(wish_key_nearest("vm", "memry"), "memory");
	assert_null(wish_key_nearest("vm", "x"));
}

/* Every template that igvm comes with is whole and right. */
static void test_templates(void **state)
{
	static const char *const names[] = { "win11", "linux", "monitor-early", "vbios" };

	(void)state;
	strcpy(paths.templates, "vm-templates");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char text[128];

		snprintf(text, sizeof(text), "[vm]\ntemplate = %s\n", names[i]);
		if (read_text(text))
			fail_msg("%s:%d: %s", e.file, e.line, e.text);
		assert_true(w.igpu && w.igpu_auto && w.n_net == 1);
		assert_false(w.nested);
		assert_int_equal(w.opregion == SWITCH_OFF, 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_all_keys), TEST(test_defaults), TEST(test_disk_bus_follows_os),
		TEST(test_order), TEST(test_disk_without_path), TEST(test_igpu_without_device),
		TEST(test_usb_and_input), TEST(test_usb_and_input_refused),
		TEST(test_template_of_a_dropin_wins), TEST(test_memory),
		TEST(test_words), TEST(test_words_length), TEST(test_refused), TEST(test_refused_files), TEST(test_refused_kinds_of_file),
		TEST(test_too_many), TEST(test_owner), TEST(test_list), TEST(test_look),
		TEST(test_format_of_a_device), TEST(test_processors_and_pages), TEST(test_jobs), TEST(test_table), TEST(test_templates),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

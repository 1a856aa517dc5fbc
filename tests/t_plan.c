/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan is total: over all wishes, generations, QEMUs it is whole, or refused with a reason. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/plan.h"
#include "launcher/facts/wish_keys.h"
#include "romfiles/igd.h"
#include "tests/scene.h"

static struct host_facts host;
static struct qemu_caps caps;
static struct wish wish;
static struct paths paths = { .run = "/run/igvm", .data = "/var/lib/igvm" };
static struct findings found;
static struct plan plan;
static uint8_t rom[SCENE_ROM];
static struct plan_input in;

/* A Linux VM with this iGPU on this QEMU, everything else by default. */
static void scene(uint16_t device, const char *qemu)
{
	free(TAKE(host.vfio.opregion));
	scene_host(&host, device);
	scene_caps(&caps, qemu);
	wish_defaults(&wish, "vm");
	wish.igpu = wish.igpu_auto = true;
	scene_efi_rom(rom, "assign");
	in = (struct plan_input){
		.wish = &wish, .host = &host, .caps = &caps, .paths = &paths,
		.datadir = "/usr/share/igvm",
		.rom = { .state = PLAN_ROM_READ, .bytes = { rom, SCENE_ROM } },
	};
}

static bool make(void)
{
	found = (struct findings){ 0 };
	return plan_make(&in, &plan, &found);
}

static bool refused_with(enum finding_id id)
{
	return !make() && finding_has(&found, id);
}

/* Does a finding begin with @text? */
static bool says(const char *text)
{
	for (size_t i = 0; i < found.n; i++)
		if (!strncmp(found.v[i].seen, text, strlen(text)))
			return true;
	return false;
}

/* Blocks the start, but --force finds a whole plan. */
static bool flagged_with(enum finding_id id)
{
	bool made = make();

	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].id == id)
			return made && found.v[i].severity == SEVERITY_BLOCK;
	return false;
}

/* --- total ----------------------------------------------------------------------------------- */

/* What holds for every plan, whatever it was made of. */
static void check_whole(const char *what)
{
	const struct plan *p = &plan;

#define HOLDS(x) do { if (!(x)) fail_msg("%s: " #x, what); } while (0)
	HOLDS(*p->name && *p->uuid && p->run_dir[0] == '/' && p->data_dir[0] == '/');
	HOLDS(p->qemu[0] == '/' && *p->machine);
	HOLDS(!strncmp(p->machine, p->q35 ? "pc-q35-" : "pc-i440fx-", 7));
	HOLDS(p->start_ms >= 30000 && p->stop_ms);
	HOLDS(!p->smm || (p->q35 && p->secure_boot && p->firmware == PLAN_OVMF));
	HOLDS(!p->secure_boot || p->smm);
	HOLDS((p->firmware == PLAN_OVMF) == (*p->ovmf_code && *p->ovmf_vars));
	HOLDS(p->n_fd <= PLAN_FDS_MAX && p->n_file <= PLAN_FILES_MAX);
	for (size_t i = 0; i < p->n_fd; i++) {
		HOLDS(p->fd[i].fd == 3 + (int)i);
		HOLDS(!i || p->fd[i - 1].kind <= p->fd[i].kind);
		HOLDS((p->fd[i].kind == PLAN_FD_FILE) == (p->fd[i].path[0] == '/'));
		HOLDS((p->fd[i].fdset > 0) == (p->fd[i].kind == PLAN_FD_FILE ||
					       p->fd[i].kind == PLAN_FD_SERIAL_LOG));
	}
	for (size_t i = 0; i < p->n_file; i++)
		HOLDS(p->file[i].to[0] == '/' && (!*p->file[i].from || p->file[i].from[0] == '/'));
	HOLDS(p->accel == ACCEL_KVM || !p->phys_bits);
	if (!p->igpu) {
		HOLDS(!p->legacy_mode && !*p->rom && !p->memlock_bytes);
		return;
	}
	HOLDS(p->memlock_bytes == p->memory_bytes + (1ull << 30));
	/* The rules that are never broken. */
	HOLDS(p->firmware != PLAN_OVMF || *p->rom || finding_has(&found, FINDING_ROM_NONE_UEFI));
	HOLDS(!p->lpc || (!p->q35 && p->era >= QEMU_10_0));
	HOLDS(!p->legacy_mode || !p->q35);
	HOLDS(p->era < QEMU_10_0 || !p->legacy_mode ||
	      (p->firmware == PLAN_SEABIOS && igd_find(p->device_id)->vbios));
	HOLDS(p->era >= QEMU_10_0 || p->legacy_mode);
	HOLDS(p->gms < 0 || p->era < QEMU_10_0 ||
	      (igd_qemu_gen(IGD_QEMU_10_0, p->device_id) >= 0 &&
	       (p->gms <= 0x40 || (p->gms >= 0xf0 && p->era >= QEMU_10_1))));
	HOLDS(p->accel == ACCEL_KVM || wish.lab || finding_has(&found, FINDING_ACCEL_TCG_IGPU));
	HOLDS(!igd_find(p->device_id)->experimental || wish.experimental ||
	      finding_has(&found, FINDING_IGPU_EXPERIMENTAL));
	HOLDS(!p->legacy_mode || p->era < QEMU_10_0 || !p->emulated_display);
#undef HOLDS
}

static void try_one(const char *what, size_t *made)
{
	if (make()) {
		check_whole(what);
		*made += finding_worst(&found) < SEVERITY_BLOCK;
	} else if (finding_worst(&found) != SEVERITY_BLOCK) {
		fail_msg("%s: refused without a reason", what);
	}
}

/*
 * 7 devices x 7 QEMUs x 2 classes x 3 machines x 4 firmwares x 4 displays x
 * 3 legacy x 3 ROMs x 2 gms x 2 systems = 169344 wishes.
 */
static void test_total(void **state)
{
	static const uint16_t devices[] = { 0x0116, 0x1912, 0x3e92, 0x4692, 0x9a49, 0x4571, 0x7d55 };
	static const char *const qemus[] = { "7.2", "9.2", "10.0", "10.0+fix", "10.1", "10.2", "11.1" };
	size_t made = 0, n = 0;

	(void)state;
	for (size_t d = 0; d < ARRAY_SIZE(devices); d++)
	for (size_t q = 0; q < ARRAY_SIZE(qemus); q++) {
		scene(devices[d], qemus[q]);
		for (unsigned int i = 0; i < 2u * 3 * 4 * 4 * 3 * 3 * 2 * 2; i++) {
			unsigned int v = i;
			char what[64];

			scene_igpu(&host)->class = v % 2 ? 0x038000 : 0x030000, v /= 2;
			wish.machine = v % 3, v /= 3;
			wish.firmware = v % 4, v /= 4;
			wish.display = v % 4, v /= 4;
			wish.legacy = v % 3, v /= 3;
			wish.rom = v % 3, v /= 3;
			wish.gms = v % 2 ? 0xf0 : -1, v /= 2;
			wish.os = v % 2;
			wish.experimental = i % 5 != 0;
			wish.accel = i % 7 == 0;
			wish.lab = i % 14 == 0;
			in.purpose = i % 11 == 0;
			in.rescue = i % 13 == 0;
			host.kernel_minor = i % 3 ? 18 : 12;
			host.efi = i % 4;
			snprintf(what, sizeof(what), "%04x on %s, wish %u", devices[d], qemus[q], i);
			try_one(what, &made);
			n++;
		}
	}
	/* Neither all nor none: the tests above would otherwise see nothing. */
	assert_true(made > n / 50 && made < n / 2);
}

static void test_without_inputs(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	in.host = NULL;
	assert_true(refused_with(FINDING_PLAN_HOST_UNREAD));
	in.caps = NULL;
	assert_true(refused_with(FINDING_QEMU_MISSING));
	scene(0x4692, "10.0");
	in.host = NULL;
	wish.igpu = false;
	wish.firmware = FIRMWARE_BIOS;
	assert_true(make());
	check_whole("no host");
	wish.firmware = FIRMWARE_UEFI;
	assert_true(refused_with(FINDING_FIRMWARE_UEFI_MISSING));
	/* A list that is full must still say block. */
	for (found = (struct findings){ 0 }; found.n < FINDINGS_MAX;)
		finding_add(&found, FINDING_VBT_CHECKSUM, "x");
	assert_false(plan_make(&in, &plan, &found));
	assert_int_equal(finding_worst(&found), SEVERITY_BLOCK);
}

/* --- choices ------------------------------------------------------------------------------------ */

static void test_windows_11(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.os = OS_WINDOWS;
	wish.firmware = FIRMWARE_UEFI_SECURE;
	wish.tpm = true;
	wish.memory_bytes = 8ull << 30;
	assert_true(make());
	assert_int_equal(found.n, 1);
	assert_true(finding_has(&found, FINDING_DISK_NONE));
	assert_true(plan.q35 && plan.smm && plan.secure_boot && plan.tpm && plan.emulated_display);
	assert_true(plan.opregion && !plan.lpc && !plan.legacy_mode);
	assert_string_equal(plan.machine, "pc-q35-10.0");
	assert_string_equal(plan.rom, "/var/lib/igvm/vm/igd-assign.rom");
	assert_string_equal(plan.file[0].from, "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd");
	assert_string_equal(plan.file[1].from, "/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
	assert_true(plan.file[0].once && !plan.file[0].writable);
	assert_true(plan.file[1].once && plan.file[1].writable);
	assert_int_equal(plan.phys_bits, 39);
	assert_true(plan.stolen_base == 0x7c800000);
	assert_int_equal(plan.start_ms, 4 * 30 * 1000);
	wish.memory_bytes = 24ull << 30;
	wish.cpus = 8;
	assert_true(make());
	assert_int_equal(plan.start_ms, 4 * 30 * 1000);
	host.ram_bytes = 256ull << 30;
	wish.memory_bytes = 64ull << 30;
	assert_true(make());
	assert_int_equal(plan.start_ms, 4 * 64 * 1000);
}

static void test_stolen_file(void **state)
{
	static const uint8_t want[] = { 0, 0, 0x80, 0x7c, 0, 0, 0, 0 };
	bool there = false;

	(void)state;
	scene(0x4692, "10.0");
	assert_true(make());
	for (size_t i = 0; i < plan.n_file; i++) {
		if (strcmp(plan.file[i].to, plan.stolen_file))
			continue;
		there = true;
		assert_string_equal(plan.file[i].from, "");
		assert_int_equal(plan.file[i].n_bytes, 8);
		assert_memory_equal(plan.file[i].bytes, want, 8);
	}
	assert_true(there);
	scene_igpu(&host)->config_len = 64;
	assert_true(make());
	assert_string_equal(plan.stolen_file, "");
	assert_true(finding_has(&found, FINDING_STOLEN_UNKNOWN));
}

static void test_firmware_choice(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	assert_true(make());
	assert_string_equal(plan.file[0].from, "/usr/share/OVMF/OVMF_CODE_4M.fd");
	host.firmware[3].present = false;
	assert_true(make());
	assert_string_equal(plan.file[0].from, "/usr/share/OVMF/OVMF_CODE.fd");
	host.firmware[2].stateless = true;
	assert_true(refused_with(FINDING_FIRMWARE_UEFI_MISSING));
	wish.firmware = FIRMWARE_UEFI_SECURE;
	assert_true(make());
	assert_string_equal(plan.file[1].from, "/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
	wish.machine = MACHINE_I440FX;
	assert_true(refused_with(FINDING_FIRMWARE_SECURE_Q35));
}

/* Nothing of the VM is changed by a probe: every file it writes is its own. */
static void test_probe(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	in.purpose = PLAN_PROBE;
	wish.firmware = FIRMWARE_UEFI_SECURE;
	wish.tpm = true;
	wish.n_disk = 1;
	strcpy(wish.disk[0].path, "/disk");
	wish.n_net = 1;
	strcpy(wish.kernel, "/kernel");
	assert_true(make());
	check_whole("probe");
	assert_string_equal(plan.run_dir, "/run/igvm/vm/probe");
	assert_string_equal(plan.data_dir, "/var/lib/igvm/vm/probe");
	assert_string_equal(plan.rom, "/run/igvm/vm/probe/" PLAN_PROBE_ROM);
	assert_true(plan.tpm && plan.tpm_throw_away && !plan.vnc);
	assert_int_equal(plan.n_disk + plan.n_net, 0);
	assert_string_equal(plan.kernel, "");
	assert_string_equal(plan.file[1].from, "/var/lib/igvm/vm/ovmf-secure-vars.fd");
	assert_string_equal(plan.file[1].from_else, "/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
	for (size_t i = 0; i < plan.n_file; i++) {
		assert_false(plan.file[i].once);
		assert_non_null(strstr(plan.file[i].to, "/vm/probe/"));
	}
	wish.firmware = FIRMWARE_BIOS;
	wish.tpm = false;
	assert_true(make());
	assert_string_equal(plan.kernel, "/var/lib/igvm/vm/probe/igvm-probe.elf");
	assert_string_equal(plan.file[plan.n_file - 1].from, "/usr/share/igvm/efi/igvm-probe.elf");
}

static void test_probe_has_the_vms_words(void **state)
{
	struct plan run;

	(void)state;
	scene(0x4692, "10.0");
	assert_true(make());
	run = plan;
	in.purpose = PLAN_PROBE;
	assert_true(make());
	assert_string_equal(plan.machine, run.machine);
	assert_string_equal(plan.uuid, run.uuid);
	assert_true(plan.memory_bytes == run.memory_bytes && plan.stolen_base == run.stolen_base);
	assert_true(plan.phys_bits == run.phys_bits && plan.emulated_display == run.emulated_display);
	assert_true(plan.opregion == run.opregion && plan.lpc == run.lpc && plan.gms == run.gms);
}

static void test_rom(void **state)
{
	static const struct {
		const char *kind;
		enum finding_id id;
	} uefi[] = {
		{ "plain", FINDING_ROM_NO_ASSIGNMENT_DRIVER },
		{ "vbios 4692", FINDING_ROM_WRONG_TYPE },
		{ "junk", FINDING_ROM_BAD },
	}, bios[] = {
		{ "assign", FINDING_ROM_WRONG_TYPE },
		{ "vbios 3e91", FINDING_ROM_WRONG_DEVICE },
		{ "vbios-cached 3e92", FINDING_ROM_CACHED_BDSM },
		{ "junk", FINDING_ROM_BAD },
	};
	char path[PATH_MAX];

	(void)state;
	scene(0x4692, "10.0");
	wish.rom = ROM_FILE;
	strcpy(wish.rom_path, "/roms/x.rom");
	for (size_t i = 0; i < ARRAY_SIZE(uefi); i++) {
		assert_true(scene_rom(rom, uefi[i].kind));
		if (!flagged_with(uefi[i].id))
			fail_msg("UEFI and %s", uefi[i].kind);
	}
	in.rom = (struct plan_rom){ .state = PLAN_ROM_FAILED, .err = ENOENT };
	assert_true(refused_with(FINDING_ROM_MISSING_FILE));
	in.rom = (struct plan_rom){ 0 };
	assert_true(make());
	assert_true(finding_has(&found, FINDING_ROM_UNREAD));
	assert_true(plan_rom_path(&in, path));
	assert_string_equal(path, "/roms/x.rom");

	scene(0x3e92, "10.0");
	wish.firmware = FIRMWARE_BIOS;
	wish.display = DISPLAY_MONITOR_EARLY;
	wish.rom = ROM_FILE;
	strcpy(wish.rom_path, "/roms/x.rom");
	for (size_t i = 0; i < ARRAY_SIZE(bios); i++) {
		assert_true(scene_rom(rom, bios[i].kind));
		if (!flagged_with(bios[i].id))
			fail_msg("SeaBIOS and %s", bios[i].kind);
	}
	scene_vbios(rom, 0x3e92, false);
	assert_true(make());
	assert_true(plan.legacy_mode);
	rom[0x300] ^= 1;
	assert_true(flagged_with(FINDING_ROM_BAD));
	/* The cached address does no harm where QEMU translates it. */
	scene_caps(&caps, "9.2");
	scene_vbios(rom, 0x3e92, true);
	assert_true(make());
}

/* Which file of the store, and that the store changes nothing where it is not asked. */
static void test_rom_store(void **state)
{
	static const struct {
		const char *template, *device, *store[3], *from;	/* NULL: refused or ambiguous */
	} cases[] = {
		{ "monitor-early", "4692", { "gop ADL-S 4692 a.rom" }, "a.rom" },
		{ "monitor-early", "4692", { "gop ADL-P 46a6 a.rom" }, "" },
		{ "monitor-early", "4692", { "gop ADL-S 4680 a.rom", "gop ADL-S 4692 b.rom" }, "b.rom" },
		{ "monitor-early", "4692", { "gop ADL-S 4692 b.rom", "gop ADL-S 4680 a.rom" }, "b.rom" },
		{ "monitor-early", "4692", { "gop ADL-S 4680 a.rom", "gop ADL-S 4682 b.rom" }, NULL },
		/* A better one behind two that are equal. */
		{ "monitor-early", "4692",
		  { "gop ADL-S 4680 a.rom", "gop ADL-S 4682 b.rom", "gop ADL-S 4692 c.rom" }, "c.rom" },
		{ "monitor-early", "4692", { "gop-alone ADL-S 4692 a.rom", "vbios ADL-S 4692 b.rom" }, "" },
		{ "monitor-early", "4692", { "assign ADL-S 4692 a.rom" }, "" },
		{ "win11", "4692", { "gop ADL-S 4692 a.rom" }, "" },
		{ "vbios", "3e92", { "vbios CFL 3e92 a.rom", "gop CFL 3e92 b.rom" }, "a.rom" },
		{ "vbios", "3e92", { "vbios CFL 3e91 a.rom" }, "none" },
		{ "vbios", "3e92", { "vbios CFL 3e92 a.rom", "vbios CFL 3e92 b.rom" }, NULL },
	};
	static struct rom_store store;
	char path[PATH_MAX], want[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool vbios = !strcmp(cases[i].template, "vbios"), named;

		scene((uint16_t)scene_number(cases[i].device, 16), "10.0");
		if (vbios)
			scene_vbios(rom, 0x3e92, false);
		memset(&store, 0, sizeof(store));
		strcpy(store.dir, "/store");
		for (size_t j = 0; j < 3 && cases[i].store[j]; j++)
			scene_store(&store, cases[i].store[j]);
		in.store = &store;
		wish.firmware = vbios ? FIRMWARE_BIOS : FIRMWARE_UEFI;
		wish.legacy = vbios ? SWITCH_ON : SWITCH_OFF;
		wish.machine = MACHINE_I440FX;
		wish.display = strcmp(cases[i].template, "win11") ? DISPLAY_MONITOR_EARLY : DISPLAY_MONITOR;
		named = plan_rom_path(&in, path);
		snprintf(want, sizeof(want), "/store/%s", cases[i].from ? cases[i].from : "");
		if (cases[i].from && strstr(cases[i].from, ".rom")) {
			assert_true(named);
			assert_string_equal(path, want);
			assert_non_null(plan_rom_entry(&in));
			make();
			assert_string_equal(plan.rom, "/var/lib/igvm/vm/igd-store.rom");
			for (size_t j = 0; j < plan.n_file; j++)
				if (!strcmp(plan.file[j].to, plan.rom)) {
					assert_string_equal(plan.file[j].from, want);
					assert_false(plan.file[j].once);
				}
		} else {
			assert_null(plan_rom_entry(&in));
			assert_int_equal(named, !vbios);
			assert_true(!named || !strcmp(path, "/usr/share/igvm/roms/igd-assign.rom"));
			make();
		}
		assert_int_equal(finding_has(&found, FINDING_ROM_AMBIGUOUS), !cases[i].from);
		/* Nothing else than auto looks into the store. */
		wish.rom = ROM_ASSIGN;
		assert_null(plan_rom_entry(&in));
		assert_true(plan_rom_path(&in, path));
		assert_string_equal(path, "/usr/share/igvm/roms/igd-assign.rom");
	}
	in.store = NULL;
}

static void test_rom_path(void **state)
{
	char path[PATH_MAX];

	(void)state;
	scene(0x4692, "10.0");
	assert_true(plan_rom_path(&in, path));
	assert_string_equal(path, "/usr/share/igvm/roms/igd-assign.rom");
	wish.firmware = FIRMWARE_BIOS;
	assert_false(plan_rom_path(&in, path));
	assert_string_equal(path, "");
	wish.rom = ROM_ASSIGN;
	assert_true(plan_rom_path(&in, path));
	wish.rom = ROM_NONE;
	assert_false(plan_rom_path(&in, path));
	wish.rom = ROM_AUTO;
	wish.firmware = FIRMWARE_AUTO;
	wish.igpu = false;
	assert_false(plan_rom_path(&in, path));
}

/* gms is QEMU's to crash on: every value that is let through is one it takes. */
static void test_gms(void **state)
{
	static const struct {
		uint16_t device;
		const char *qemu;
		int gms;
		bool ok;
	} rows[] = {
		{ 0x4692, "10.0", 0x40, true }, { 0x4692, "10.0", 0x41, false },
		{ 0x4692, "10.0", 0xf0, false }, { 0x4692, "10.1", 0xf0, true },
		{ 0x4692, "10.1", 0xef, false }, { 0x4692, "11.1", 0xfe, true },
		{ 0x0116, "11.1", 0x10, true }, { 0x0116, "11.1", 0x11, false },
		{ 0x7d55, "11.1", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scene(rows[i].device, rows[i].qemu);
		wish.experimental = true;
		wish.gms = rows[i].gms;
		if (make() != rows[i].ok)
			fail_msg("%04x on %s, gms %#x", rows[i].device, rows[i].qemu,
				 (unsigned int)rows[i].gms);
	}
}

static void test_too_long(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	paths.run[0] = '/';
	memset(paths.run + 1, 'r', 100);
	assert_true(refused_with(FINDING_PLAN_PATH_LONG));
	paths.run[80] = '\0';
	assert_true(make());
	memset(paths.data + 1, 'd', PATH_MAX - 10);
	assert_true(refused_with(FINDING_PLAN_PATH_LONG));
	strcpy(paths.run, "/run/igvm");
	memset(paths.data, 0, sizeof(paths.data));
	strcpy(paths.data, "/var/lib/igvm");
}

static void test_names(void **state)
{
	char uuid[37], mac[18];

	(void)state;
	scene(0x4692, "10.0");
	wish.n_net = 2;
	strcpy(wish.net[0].name, "a");
	strcpy(wish.net[1].name, "b");
	strcpy(wish.net[1].mac, "52:54:00:12:34:56");
	assert_true(make());
	strcpy(uuid, plan.uuid);
	strcpy(mac, plan.net[0].mac);
	assert_int_equal(strlen(uuid), 36);
	assert_int_equal(uuid[14], '5');
	assert_int_equal(strncmp(mac, "52:54:00:", 9), 0);
	assert_string_equal(plan.net[1].mac, "52:54:00:12:34:56");
	assert_true(make());
	assert_string_equal(plan.uuid, uuid);
	assert_string_equal(plan.net[0].mac, mac);
	strcpy(wish.name, "vm2");
	assert_true(make());
	assert_string_not_equal(plan.uuid, uuid);
	assert_string_not_equal(plan.net[0].mac, mac);
	strcpy(wish.uuid, "0f2c7e5a-93aa-4c61-9d1c-5a30f3a4b101");
	assert_true(make());
	assert_string_equal(plan.uuid, wish.uuid);
}

/* What the lab shows with probe --force: the guest of stock OVMF, without an assignment ROM. */
static void test_no_rom(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.rom = ROM_NONE;
	assert_true(flagged_with(FINDING_ROM_NONE_UEFI));
	assert_string_equal(plan.rom, "");
	in.purpose = PLAN_PROBE;
	assert_true(flagged_with(FINDING_ROM_NONE_UEFI));
	assert_string_equal(plan.rom, "/run/igvm/vm/probe/" PLAN_PROBE_ROM);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *line;
		enum finding_id id;
		bool whole;
	} rows[] = {
		{ "ram 4", FINDING_PLAN_MEMORY_HOST, true },
		{ "kvm no", FINDING_KVM_UNUSABLE, true },
		{ "vendor 1002", FINDING_IGPU_NOT_INTEL, false },
		{ "igpu none", FINDING_IGPU_NONE, false },
		{ "firmware none", FINDING_FIRMWARE_UEFI_MISSING, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char key[64], *value;

		scene(0x4692, "10.0");
		str_fit(key, sizeof(key), rows[i].line);
		value = strchr(key, ' ');
		*value++ = '\0';
		assert_true(scene_line(&host, key, value));
		if (!(rows[i].whole ? flagged_with : refused_with)(rows[i].id))
			fail_msg("%s", rows[i].line);
	}
	scene(0x4692, "10.0");
	caps.kvm = false;
	assert_true(refused_with(FINDING_QEMU_NO_ACCEL));
	scene(0x4692, "10.0");
	*caps.machine_q35 = '\0';
	assert_true(refused_with(FINDING_QEMU_NO_MACHINE));
	scene(0x4692, "10.0+noigd");
	assert_true(refused_with(FINDING_QEMU_NO_IGD));
	scene(0x1616, "10.0");
	assert_true(refused_with(FINDING_IGPU_BROADWELL));
	scene(0x87ca, "11.1");
	if (igd_find(0x87ca) && igd_qemu_gen(IGD_QEMU_10_0, 0x87ca) < 0)
		assert_true(refused_with(FINDING_QEMU_NO_STOLEN));
	scene(0x4692, "10.0");
	wish.igpu = false;
	wish.display = DISPLAY_MONITOR;
	assert_true(refused_with(FINDING_PLAN_OPTION_BAD));
	assert_true(says("display = monitor without an iGPU"));
	scene(0x4692, "10.0");
	wish.igpu = false;
	wish.display = DISPLAY_MONITOR_EARLY;
	wish.machine = MACHINE_I440FX;
	assert_true(refused_with(FINDING_PLAN_OPTION_BAD));
	assert_true(says("display = monitor-early without an iGPU"));
	scene(0x4692, "10.0");
	wish.n_disk = 1;
	wish.disk[0].err = ENOENT;
	assert_true(flagged_with(FINDING_DISK_MISSING));
	scene(0x4692, "10.0");
	wish.n_disk = 1;
	wish.disk[0].wrong_kind = true;
	strcpy(wish.disk[0].name, "d");
	strcpy(wish.disk[0].path, "/tmp");
	assert_true(flagged_with(FINDING_DISK_WRONG_KIND));
	assert_true(says("[disk d] /tmp: neither a regular file nor a block device"));
	wish.disk[0].where = (struct wish_where){ "/etc/a.conf", 7 };
	assert_true(flagged_with(FINDING_DISK_WRONG_KIND));
	assert_true(says("/etc/a.conf:7: [disk d] /tmp: neither"));
	scene(0x4692, "10.0");
	wish.n_disk = 1;
	strcpy(wish.disk[0].name, "d");
	strcpy(wish.disk[0].path, "/dev/disk/by-id/x");
	wish.disk[0].use = (struct block_use){ BLOCK_MOUNTED, "sda2", "/" };
	assert_true(flagged_with(FINDING_DISK_IN_USE));
	assert_true(says("[disk d] /dev/disk/by-id/x: sda2 is mounted at /"));
	found = (struct findings){ 0 };
	wish.disk[0].use = (struct block_use){ BLOCK_SWAP, "sda3", "" };
	assert_true(flagged_with(FINDING_DISK_IN_USE) && says("[disk d] /dev/disk/by-id/x: the host swaps on sda3"));
	found = (struct findings){ 0 };
	wish.disk[0].use = (struct block_use){ BLOCK_HELD, "sda1", "dm-0 (vg-root)" };
	assert_true(flagged_with(FINDING_DISK_IN_USE) && 
		    says("[disk d] /dev/disk/by-id/x: sda1 is part of dm-0 (vg-root)"));
	found = (struct findings){ 0 };
	wish.disk[0].use = (struct block_use){ 0 };
	assert_true(make() && !finding_has(&found, FINDING_DISK_IN_USE) &&
		    !finding_has(&found, FINDING_DISK_UNSTABLE_NAME));
	strcpy(wish.disk[0].path, "/dev/sdb");
	assert_true(make() && finding_has(&found, FINDING_DISK_UNSTABLE_NAME));
	scene(0x4692, "10.0");
	host.igpu = -1;
	found = (struct findings){ 0 };
	finding_add(&found, FINDING_CPU_NOT_INTEL, "x");
	assert_false(plan_make(&in, &plan, &found));
	assert_false(finding_has(&found, FINDING_IGPU_NONE));
	scene(0x4692, "10.0");
	strcpy(wish.kernel, "/k");
	wish.kernel_err = EACCES;
	assert_true(flagged_with(FINDING_KERNEL_MISSING));
}

static void test_processors_and_pages(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.hugepages = HUGEPAGES_2M;
	assert_true(make() && plan.huge_bytes == 2 << 20 && !finding_has(&found, FINDING_HUGEPAGES_FEW));
	host.huge_2m = (struct huge_fact){ true, wish.memory_bytes / (2 << 20) };
	assert_true(make() && !finding_has(&found, FINDING_HUGEPAGES_FEW));
	host.huge_2m.pages--;
	assert_true(flagged_with(FINDING_HUGEPAGES_FEW));
	/* The other pool does not help. */
	scene(0x4692, "10.0");
	wish.hugepages = HUGEPAGES_1G;
	host.huge_2m = (struct huge_fact){ true, 1 << 20 };
	host.huge_1g = (struct huge_fact){ true, 0 };
	assert_true(flagged_with(FINDING_HUGEPAGES_FEW));
	assert_true(says("0 huge pages of 1G can be had"));
	scene(0x4692, "10.0");
	wish.hugepages = HUGEPAGES_1G;
	wish.memory_bytes = (4ull << 30) + (512 << 20);
	assert_true(refused_with(FINDING_PLAN_OPTION_BAD));

	scene(0x4692, "10.0");
	wish.cpus = 2;
	assert_true(cpu_list_parse("2-3", &wish.pin) && make() && cpu_list_count(&plan.pin) == 2);
	assert_false(finding_has(&found, FINDING_PIN_OFFLINE) || finding_has(&found, FINDING_PIN_FEW));
	assert_true(cpu_list_parse("0-2,8", &host.online) && flagged_with(FINDING_PIN_OFFLINE));
	assert_true(says("pin names 3; the host has 0-2,8 online"));
	scene(0x4692, "10.0");
	wish.cpus = 3;
	assert_true(cpu_list_parse("2-3", &wish.pin) && make() && finding_has(&found, FINDING_PIN_FEW));
}

static void test_json(void **state)
{
	_json_ json_t *j = NULL;

	(void)state;
	scene(0x4692, "10.0");
	wish.n_disk = 1;
	strcpy(wish.disk[0].path, "/d\xff");
	wish.disk[0].bus = DISK_NVME;
	assert_true(make());
	j = plan_json(&plan);
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "kind")), "plan");
	assert_string_equal(json_string_value(json_object_get(json_object_get(j, "igpu"), "device_id")),
			    "4692");
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(j, "disks"), 0), "path")), "/d?");
}

static int done(void **state)
{
	(void)state;
	free(host.vfio.opregion);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_total),	       cmocka_unit_test(test_without_inputs),
		cmocka_unit_test(test_windows_11),     cmocka_unit_test(test_stolen_file),
		cmocka_unit_test(test_firmware_choice), cmocka_unit_test(test_probe),
		cmocka_unit_test(test_probe_has_the_vms_words), cmocka_unit_test(test_rom),
		cmocka_unit_test(test_rom_store),      cmocka_unit_test(test_rom_path),       cmocka_unit_test(test_gms),
		cmocka_unit_test(test_too_long),       cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_rom),	       cmocka_unit_test(test_refusals),       cmocka_unit_test(test_processors_and_pages), cmocka_unit_test(test_json),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, done);
}

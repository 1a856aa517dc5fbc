/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/check_rom.h"
#include "romfiles/build.h"
#include "romfiles/pe.h"
#include "tests/tools/gen.h"

static uint8_t buf[GEN_OPREGION_MAX], pe[1024], vbt[GEN_VBT_MAX];

/* The findings of @n bytes of buf, as "id id"; *@a is the answer. */
static const char *judge(size_t n, struct rom_question q, struct rom_answer *a)
{
	static char text[512];
	struct findings f = { 0 };
	uint8_t *p = malloc(n + !n);	/* a read past the end is seen there */

	memcpy(p, buf, n);
	if (!q.device)
		q.device = 0x3e92;
	check_rom((struct span){ p, n }, &q, &f, a);
	free(p);
	*text = '\0';
	for (size_t i = 0; i < f.n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, finding_def(f.v[i].id)->id);
	}
	return text;
}

static void video_bioses(void **state)
{
	static const uint16_t ids[] = { 0x3e91, 0x3e92 };
	static const struct {
		const char *what;
		struct gen_vbios bios;
		struct rom_question q;
		const char *findings;
		bool runs;
	} rows[] = {
		{ "fits", { .device = 0x3e92 }, { .era = IGD_QEMU_10_0 }, "", true },
		{ "fits SeaBIOS", { .device = 0x3e92 }, { .seabios = true }, "", true },
		{ "is none for OVMF", { .device = 0x3e92 }, { .ovmf = true }, "rom.wrong-type", false },
		{ "other id", { .device = 0x5912 }, { 0 }, "rom.wrong-device", false },
		{ "only listed", { .device = 0x0406, .ids = ids, .n_ids = 2 }, { 0 }, "rom.wrong-device",
		  false },
		{ "checksum", { .device = 0x3e92, .bad_checksum = true }, { 0 }, "rom.bad", false },
		{ "remembers", { .device = 0x3e92, .cached_bdsm = true }, { .era = IGD_QEMU_10_0 },
		  "rom.cached-bdsm", true },
		{ "remembers, QEMU translates", { .device = 0x3e92, .cached_bdsm = true },
		  { .era = IGD_QEMU_9_2 }, "", true },
		{ "for a later iGPU", { .device = 0x4692 }, { .device = 0x4692 },
		  "rom.vbios-generation", true },
		{ "unknown iGPU", { .device = 0x3e92 }, { .device = 0x1234 },
		  "igpu.unknown-device rom.wrong-device", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rom_answer a;
		const char *got = judge(gen_vbios(&rows[i].bios, buf), rows[i].q, &a);

		if (strcmp(got, rows[i].findings) || a.runs_seabios != rows[i].runs)
			fail_msg("%s: '%s', runs %d; wanted '%s'", rows[i].what, got, a.runs_seabios,
				 rows[i].findings);
	}
}

/* A driver that is headers and what it says. */
static size_t make_pe(uint16_t machine, uint16_t subsystem, const char *ascii)
{
	memset(pe, 0, sizeof(pe));
	memcpy(pe, "MZ", 2);
	gen32(pe + 0x3c, 0x40);
	memcpy(pe + 0x40, "PE\0", 4);
	gen16(pe + 0x44, machine);
	gen16(pe + 0x54, 0x70);		/* size of the optional header */
	gen16(pe + 0x58, 0x20b);
	gen32(pe + 0x58 + 60, 0x200);	/* size of headers */
	gen16(pe + 0x58 + 68, subsystem);
	strcpy((char *)pe + 0x200, ascii);
	return sizeof(pe);
}

static void put_gop(const uint16_t *ids, size_t n)
{
	static const char name[] = "Intel(R) GOP Driver";

	for (size_t i = 0; i < sizeof(name) - 1; i++)
		gen16(pe + 0x240 + 2 * i, (unsigned int)name[i]);
	for (size_t i = 0; i < n; i++)
		gen16(pe + 0x300 + 2 * i, ids[i]);
}

static size_t make_rom(void)
{
	uint16_t id = 0x4692;
	struct rom_driver d = { .pe = { pe, sizeof(pe) } };
	size_t len = 0, bad;

	assert_int_equal(rom_build(&(struct rom_wish){ .vendor = 0x8086, .ids = &id, .n_ids = 1 }, &d, 1, buf,
				   sizeof(buf), &len, &bad), 0);
	return len;
}

static void efi_roms(void **state)
{
	static const uint16_t adl[] = { 0x4680, 0x4682, 0x4692 }, cfl[] = { 0x3e90, 0x3e91, 0x3e92 };
	const struct rom_question q = { .device = 0x4692, .era = IGD_QEMU_10_0 };
	struct rom_question bios = q;
	struct rom_answer a;

	(void)state;
	bios.seabios = true;
	make_pe(PE_MACHINE_X64, PE_SUBSYSTEM_BOOT_DRIVER, "igvm-assign");
	assert_string_equal(judge(make_rom(), q, &a), "");
	assert_true(a.runs_ovmf && a.assigns && !a.gop);
	assert_string_equal(judge(make_rom(), bios, &a), "rom.wrong-type");
	make_pe(PE_MACHINE_IA32, PE_SUBSYSTEM_BOOT_DRIVER, "igvm-assign");
	assert_string_equal(judge(make_rom(), q, &a), "rom.wrong-type");
	make_pe(PE_MACHINE_X64, PE_SUBSYSTEM_BOOT_DRIVER, "");
	assert_string_equal(judge(make_rom(), q, &a), "rom.no-assignment-driver");
	put_gop(adl, 3);
	assert_string_equal(judge(make_rom(), q, &a), "rom.no-assignment-driver");
	assert_true(a.gop);
	put_gop(cfl, 3);
	assert_string_equal(judge(make_rom(), q, &a), "rom.no-assignment-driver rom.gop-generation");
}

static void gop_files(void **state)
{
	static const uint16_t adl[] = { 0x4680, 0x4682, 0x4690 };
	const struct rom_question q = { .device = 0x4692 };
	struct rom_answer a;

	(void)state;
	memcpy(buf, pe, make_pe(PE_MACHINE_X64, PE_SUBSYSTEM_BOOT_DRIVER, ""));
	assert_string_equal(judge(sizeof(pe), q, &a), "");
	put_gop(adl, 3);
	memcpy(buf, pe, sizeof(pe));
	assert_string_equal(judge(sizeof(pe), q, &a), "rom.gop-generation");
	memcpy(buf, pe, make_pe(PE_MACHINE_IA32, PE_SUBSYSTEM_APPLICATION, ""));
	assert_string_equal(judge(sizeof(pe), q, &a), "rom.wrong-type rom.wrong-type");
	assert_string_equal(judge(0x100, q, &a), "rom.bad");
}

static void tables_and_regions(void **state)
{
	struct gen_vbt t = { .bad_checksum = true };
	struct gen_opregion o = { .vbt = vbt };
	const struct rom_question adl = { .device = 0x4692 }, cfl = { 0 };
	struct rom_answer a;
	size_t n;

	(void)state;
	n = gen_vbt(&t, buf);
	assert_string_equal(judge(n, adl, &a), "vbt.checksum");
	assert_string_equal(a.chip, "ALDERLAKE-S");
	assert_string_equal(judge(n, cfl, &a), "vbt.checksum vbt.other-platform");
	assert_string_equal(judge(n - 1, adl, &a), "vbt.invalid");
	t.bad_checksum = false;
	o.vbt_n = gen_vbt(&t, vbt);
	n = gen_opregion(&o, buf);
	assert_string_equal(judge(n, adl, &a), "");
	assert_string_equal(judge(0x80, adl, &a), "opregion.invalid");
	memset(buf + GEN_MAILBOX4, 0, 4);
	assert_string_equal(judge(n, adl, &a), "vbt.missing");
}

static void other_files(void **state)
{
	struct rom_answer a;

	(void)state;
	memcpy(buf, "PK\3\4", 4);
	assert_string_equal(judge(4, (struct rom_question){ 0 }, &a), "rom.not-firmware");
	assert_string_equal(judge(0, (struct rom_question){ 0 }, &a), "rom.not-firmware");
}

/* Each truncation of each format is told, none is taken for whole. */
static void truncations(void **state)
{
	const struct rom_question q = { .era = IGD_QEMU_10_0 };
	struct gen_vbios b = { .device = 0x3e92 };
	struct rom_answer a;
	size_t n = gen_vbios(&b, buf);

	(void)state;
	for (size_t cut = 0; cut < n; cut++)
		if (!*judge(cut, q, &a))
			fail_msg("a VBIOS cut at %zu fits", cut);
	n = gen_vbt(&(struct gen_vbt){ .chip = "CFL" }, buf);
	for (size_t cut = 0; cut < n; cut++)
		if (!*judge(cut, q, &a))
			fail_msg("a VBT cut at %zu fits", cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(video_bioses),
		cmocka_unit_test(efi_roms),
		cmocka_unit_test(gop_files),
		cmocka_unit_test(tables_and_regions),
		cmocka_unit_test(other_files),
		cmocka_unit_test(truncations),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

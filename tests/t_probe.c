/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judgement of the probe's report and of QEMU's own words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/probe.h"
#include "romfiles/efi/report.h"

#define P REPORT_PROBE_PREFIX
#define A REPORT_ASSIGN_PREFIX
#define G REPORT_POLICY_PREFIX
#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Lines of a healthy report, one subject each, so that a case can replace one. */
enum { BEGIN, DEVICE, OPREGION, VBT, GGC, BDSM, LPC, BAR, MMIO, IRQ, ROM, ASSIGN, GOP,
       END, NLINES };

static const char *const healthy[NLINES] = {
	[BEGIN] = P "{\"probe\":\"begin\",\"version\":1,\"firmware\":\"uefi\"}\n",
	[DEVICE] = P "{\"probe\":\"device\",\"bdf\":\"00:02.0\",\"present\":true,\"vendor\":\"0x8086\","
		     "\"device\":\"0x4692\",\"class\":\"0x030000\"}\n",
	[OPREGION] = P "{\"probe\":\"opregion\",\"asls\":\"0x7e000000\",\"reserved\":\"yes\","
		       "\"version\":\"0x02010000\",\"size\":8192}\n",
	[VBT] = P "{\"probe\":\"vbt\",\"where\":\"rvda\",\"checksum\":\"ok\",\"sha256\":\"" SHA "\"}\n",
	[GGC] = P "{\"probe\":\"ggc\",\"source\":\"config\",\"value\":\"0x01c0\",\"size\":33554432}\n",
	[BDSM] = P "{\"probe\":\"bdsm\",\"register\":\"0xc0\",\"base\":\"0x7c000000\","
		   "\"reserved\":\"yes\"}\n",
	[LPC] = P "{\"probe\":\"lpc\",\"vendor\":\"0x8086\",\"device\":\"0x7a86\"}\n",
	[BAR] = P "{\"probe\":\"bar\",\"index\":0,\"read\":\"ok\"}\n",
	[MMIO] = P "{\"probe\":\"mmio\",\"read\":\"ok\",\"fuses\":\"0x00000000\"}\n",
	[IRQ] = P "{\"probe\":\"interrupt\",\"msi\":\"ok\",\"pin\":1}\n",
	[ROM] = P "{\"probe\":\"rom\",\"bar_size\":16384,\"where\":\"firmware\"}\n",
	[ASSIGN] = A "{\"assign\":\"begin\",\"version\":1}\n"
		   A "{\"assign\":\"opregion\",\"result\":\"set\"}\n",
	[GOP] = G "{\"policy\":\"begin\",\"version\":1}\n"
		G "{\"policy\":\"vbt\",\"result\":\"not-ready\",\"error\":\"not-set\"}\n"
		G "{\"policy\":\"vbt\",\"result\":\"given\",\"size\":9216}\n"
		P "{\"probe\":\"gop\",\"count\":1,\"on_device\":true,\"width\":640,\"height\":480,"
		  "\"base\":\"0xe0000000\",\"size\":1228800,\"bar\":2}\n",
	[END] = P "{\"probe\":\"end\",\"lines\":10}\n",
};

static const struct {
	const char *name;
	int line;		/* which line is replaced, -1 none */
	const char *text;	/* by what; "" leaves it out */
	int finding;		/* expected, -1 none */
} cases[] = {
	{ "healthy", -1, NULL, -1 },
	{ "no report at all", BEGIN, "", FINDING_PROBE_NO_REPORT },
	{ "no end line", END, "", FINDING_PROBE_INCOMPLETE },
	{ "end line without its line feed", END, P "{\"probe\":\"end\"}", FINDING_PROBE_INCOMPLETE },
	{ "another version", BEGIN, P "{\"probe\":\"begin\",\"version\":2}\n",
	  FINDING_PROBE_INCOMPLETE },
	{ "another device", DEVICE,
	  P "{\"probe\":\"device\",\"vendor\":\"0x8086\",\"device\":\"0x4680\"}\n",
	  FINDING_PROBE_NO_DEVICE },
	{ "no device line", DEVICE, "", FINDING_PROBE_NO_DEVICE },
	{ "ASLS not written", OPREGION,
	  P "{\"probe\":\"opregion\",\"asls\":\"0x00000000\",\"error\":\"not-set\"}\n",
	  FINDING_PROBE_ASLS_ZERO },
	{ "OpRegion without signature", OPREGION,
	  P "{\"probe\":\"opregion\",\"asls\":\"0x7e000000\",\"error\":\"no-signature\"}\n",
	  FINDING_PROBE_OPREGION_BAD },
	{ "OpRegion in free memory", OPREGION,
	  P "{\"probe\":\"opregion\",\"asls\":\"0x7e000000\",\"reserved\":\"no\"}\n",
	  FINDING_PROBE_OPREGION_BAD },
	{ "no VBT", VBT, P "{\"probe\":\"vbt\",\"where\":\"none\",\"error\":\"no-signature\"}\n",
	  FINDING_PROBE_VBT_MISSING },
	{ "another VBT", VBT, P "{\"probe\":\"vbt\",\"where\":\"rvda\",\"sha256\":\"bb\"}\n",
	  FINDING_PROBE_VBT_DIFFERS },
	{ "stolen size", GGC, P "{\"probe\":\"ggc\",\"value\":\"0x02c0\",\"size\":67108864}\n",
	  FINDING_PROBE_GMS_DIFFERS },
	{ "BDSM zero", BDSM, P "{\"probe\":\"bdsm\",\"base\":\"0x00000000\",\"reserved\":\"no\"}\n",
	  FINDING_PROBE_BDSM_ZERO },
	{ "nothing behind stolen memory", BDSM,
	  P "{\"probe\":\"bdsm\",\"base\":\"0x7c000000\",\"reserved\":\"yes\",\"backed\":\"no\"}\n",
	  FINDING_PROBE_STOLEN_UNBACKED },
	{ "stolen memory that was not tried", BDSM,
	  P "{\"probe\":\"bdsm\",\"base\":\"0x7c000000\",\"reserved\":\"yes\",\"backed\":null}\n", -1 },
	{ "dead registers", MMIO, P "{\"probe\":\"mmio\",\"read\":\"all-ones\"}\n", FINDING_PROBE_BAR_DEAD },
	{ "registers out of reach", MMIO, P "{\"probe\":\"mmio\",\"read\":\"skipped\"}\n", -1 },
	{ "a copy that went astray", IRQ, P "{\"probe\":\"dma\",\"offered\":true,\"result\":\"differs\"}\n",
	  FINDING_PROBE_NO_DMA },
	{ "a copy that nobody offers", IRQ, P "{\"probe\":\"dma\",\"offered\":false,\"result\":null}\n", -1 },
	{ "MSI refused", IRQ, P "{\"probe\":\"interrupt\",\"msi\":\"refused\",\"pin\":1}\n",
	  FINDING_PROBE_NO_INTERRUPT },
	{ "no interrupt at all", IRQ, P "{\"probe\":\"interrupt\",\"msi\":\"absent\",\"pin\":0}\n",
	  FINDING_PROBE_NO_INTERRUPT },
	{ "a pin alone", IRQ, P "{\"probe\":\"interrupt\",\"msi\":\"absent\",\"pin\":1}\n", -1 },
	{ "a frame buffer among the registers", GOP,
	  P "{\"probe\":\"gop\",\"on_device\":true,\"base\":\"0xfd000000\",\"bar\":0}\n",
	  FINDING_PROBE_NO_PICTURE },
	{ "BDSM null", BDSM, P "{\"probe\":\"bdsm\",\"base\":null}\n", FINDING_PROBE_BDSM_ZERO },
	{ "stolen memory not reserved", BDSM,
	  P "{\"probe\":\"bdsm\",\"base\":\"0x7c000000\",\"reserved\":\"partly\"}\n",
	  FINDING_PROBE_BDSM_NOT_RESERVED },
	{ "stolen memory elsewhere", BDSM,
	  P "{\"probe\":\"bdsm\",\"base\":\"0x60000000\",\"reserved\":\"yes\"}\n",
	  FINDING_STOLEN_BASE_DIFFERS },
	{ "LPC ids", LPC, P "{\"probe\":\"lpc\",\"vendor\":\"0x8086\",\"device\":\"0x2918\"}\n",
	  FINDING_PROBE_LPC_DIFFERS },
	{ "BAR without address", BAR, P "{\"probe\":\"bar\",\"index\":0,\"read\":\"unassigned\"}\n",
	  FINDING_PROBE_BAR_DEAD },
	{ "no ROM", ROM, P "{\"probe\":\"rom\",\"bar_size\":0,\"where\":\"none\"}\n",
	  FINDING_PROBE_ROM_MISSING },
	{ "assignment driver failed", ASSIGN,
	  A "{\"assign\":\"begin\",\"version\":1}\n"
	  A "{\"assign\":\"stolen\",\"result\":\"failed\",\"error\":\"no-memory\"}\n",
	  FINDING_PROBE_ASSIGN_SILENT },
	{ "no line about a picture, as with BIOS", GOP, "", -1 },
	{ "a picture without a frame buffer", GOP,
	  P "{\"probe\":\"gop\",\"count\":1,\"on_device\":true,\"format\":\"blt\"}\n", -1 },
	{ "frame buffer elsewhere", GOP,
	  P "{\"probe\":\"gop\",\"count\":1,\"on_device\":true,\"base\":\"0x80000000\",\"bar\":null}\n",
	  FINDING_PROBE_NO_PICTURE },
	{ "no picture, no GOP driver", GOP,
	  P "{\"probe\":\"gop\",\"count\":0,\"on_device\":false}\n", FINDING_PROBE_NO_PICTURE },
	{ "a firmware's own lines and garbage in between", BDSM,
	  "SecCoreStartup\r\n" P "not json\n" P "[1]\n" P "{\"probe\":1}\n" P
	  "{\"probe\":\"bdsm\",\"base\":\"0x7c000000\",\"reserved\":\"yes\"}\r\n", -1 },
};

static void fill_plan(struct plan *p, struct probe_expect *e)
{
	memset(p, 0, sizeof(*p));
	p->igpu = p->opregion = p->lpc = p->q35 = true;
	p->device_id = 0x4692;
	p->gms = -1;
	p->firmware = PLAN_OVMF;
	strcpy(p->rom, "/x.rom");
	p->display = DISPLAY_MONITOR_EARLY;
	*e = (struct probe_expect){ .vbt_sha256 = SHA, .ggc = 0x01c0, .stolen_base = 0x7c000000,
				    .lpc_vendor = 0x8086, .lpc_device = 0x7a86 };
}

static void judge_text(const char *log, size_t len, struct findings *f)
{
	static struct plan plan;
	struct probe_expect expect;
	json_t *report = probe_parse(log, len);

	assert_non_null(report);
	fill_plan(&plan, &expect);
	probe_judge(&plan, &expect, report, f);
	json_decref(report);
}

static size_t build_log(size_t row, char *log)
{
	char *at = log;

	for (int i = 0; i < NLINES; i++)
		at = stpcpy(at, i == cases[row].line ? cases[row].text : healthy[i]);
	return (size_t)(at - log);
}

static void judges_each_case(void **state)
{
	char log[8192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		static struct findings f;

		memset(&f, 0, sizeof(f));
		judge_text(log, build_log(i, log), &f);
		if (cases[i].finding < 0 ? f.n != 0 :
		    f.n != 1 || f.v[0].id != (enum finding_id)cases[i].finding)
			fail_msg("%s: %zu findings, first %s: %s", cases[i].name, f.n,
				 f.n ? finding_def(f.v[0].id)->id : "-", f.n ? f.v[0].seen : "");
		assert_int_equal(probe_is_silent(&f), cases[i].finding == FINDING_PROBE_NO_REPORT);
		/* With anything else that blocks, something is known. */
		finding_add(&f, FINDING_PROBE_ASLS_ZERO, "-");
		assert_false(probe_is_silent(&f));
	}
}

/* Why there is no picture: by the policy driver's last word; and who never hears it. */
static void says_why_there_is_no_picture(void **state)
{
#define GIVEN G "{\"policy\":\"vbt\",\"result\":\"given\"}\n"
#define NOT_READY G "{\"policy\":\"vbt\",\"result\":\"not-ready\",\"error\":\"not-set\"}\n"
	static const struct {
		const char *policy, *seen;
		enum wish_display display;
	} rows[] = {
		{ "", "no GOP driver asked", DISPLAY_MONITOR_EARLY },
		{ G "{\"policy\":\"begin\",\"version\":1}\n", "no GOP driver asked",
		  DISPLAY_MONITOR_EARLY },
		{ NOT_READY, "(not-set)", DISPLAY_MONITOR_EARLY },
		{ GIVEN NOT_READY, "(not-set)", DISPLAY_MONITOR_EARLY },
		{ NOT_READY GIVEN, "got a video BIOS table", DISPLAY_MONITOR_EARLY },
		{ NOT_READY, NULL, DISPLAY_MONITOR },
		{ NOT_READY, NULL, DISPLAY_BOTH },
		{ NOT_READY, NULL, DISPLAY_REMOTE },
	};
	static struct plan plan;
	struct probe_expect expect;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct findings f = { 0 };
		char log[8192], *at = log;
		json_t *report;

		for (int k = 0; k < NLINES; k++)
			at = stpcpy(at, k == GOP ? rows[i].policy : healthy[k]);
		at = stpcpy(at, P "{\"probe\":\"gop\",\"count\":0,\"on_device\":false}\n");
		report = probe_parse(log, (size_t)(at - log));
		fill_plan(&plan, &expect);
		plan.display = rows[i].display;
		probe_judge(&plan, &expect, report, &f);
		json_decref(report);
		assert_int_equal(f.n, rows[i].seen != NULL);
		if (f.n)
			assert_non_null(strstr(f.v[0].seen, rows[i].seen));
		assert_int_equal(probe_verdict(&f), VERDICT_WORKS);
	}
}

static void a_cut_report_never_works(void **state)
{
	char log[8192];
	size_t len = build_log(0, log);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		static struct findings f;

		memset(&f, 0, sizeof(f));
		judge_text(log, cut, &f);
		if (probe_verdict(&f) != VERDICT_BROKEN)
			fail_msg("cut at %zu of %zu: works", cut, len);
	}
}

static void judges_qemu(void **state)
{
	static const struct {
		const char *log;
		bool legacy;
		int finding;
	} rows[] = {
		{ "vfio_pci_igd_opregion_enabled 0000:00:02.0\n", false, -1 },
		{ "", false, FINDING_PROBE_OPREGION_NOT_APPLIED },
		{ "vfio_pci_igd_opregion_enabled\nIGD legacy mode enabled, use", true, -1 },
		{ "vfio_pci_igd_opregion_enabled\n", true, FINDING_PROBE_LEGACY_NOT_APPLIED },
		{ "vfio_pci_igd_opregion_enabled\nIGD legacy mode enabled\nIGD legacy mode disabled",
		  true, FINDING_PROBE_LEGACY_NOT_APPLIED },
		{ "vfio_pci_igd_opregion_enabled\nDevice has no ROM", false,
		  FINDING_PROBE_QEMU_MESSAGE },
	};
	static struct plan plan;
	struct probe_expect expect;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct findings f = { 0 };

		fill_plan(&plan, &expect);
		plan.legacy_mode = rows[i].legacy;
		probe_judge_qemu(&plan, rows[i].log, &f);
		assert_int_equal(f.n, rows[i].finding >= 0);
		if (f.n)
			assert_int_equal(f.v[0].id, rows[i].finding);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_each_case),
		cmocka_unit_test(says_why_there_is_no_picture),
		cmocka_unit_test(a_cut_report_never_works),
		cmocka_unit_test(judges_qemu),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

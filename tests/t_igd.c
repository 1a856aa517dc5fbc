/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "romfiles/igd.h"
#include "romfiles/igd_ids.h"

#define MIB (UINT64_C(1) << 20)

struct row {
	uint16_t id;
	int gen[3];
};

#define ROW(id, pf, q72, q92, q100, name, variant) { id, { q72, q92, q100 } },
static const struct row rows[] = { IGD_IDS(ROW) };
#undef ROW
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void qemu_gen_agrees_with_every_row(void **state)
{
	(void)state;
	assert_int_equal(N_ROWS, 346);
	for (size_t i = 0; i < N_ROWS; i++)
		for (int era = IGD_QEMU_7_2; era <= IGD_QEMU_10_0; era++)
			if (igd_qemu_gen((enum igd_qemu_era)era, rows[i].id) != rows[i].gen[era])
				fail_msg("%04x era %d: %d, row says %d", rows[i].id, era,
					 igd_qemu_gen((enum igd_qemu_era)era, rows[i].id),
					 rows[i].gen[era]);
}

static void qemu_gen_of_what_is_no_known_igpu(void **state)
{
	(void)state;
	assert_int_equal(igd_qemu_gen(IGD_QEMU_7_2, 0x2a42), -1);  /* GM45 */
	assert_int_equal(igd_qemu_gen(IGD_QEMU_7_2, 0x0046), -1);  /* Ironlake */
	assert_int_equal(igd_qemu_gen(IGD_QEMU_7_2, 0x56a0), 8);   /* Arc */
	assert_int_equal(igd_qemu_gen(IGD_QEMU_9_2, 0x56a0), -1);
	assert_int_equal(igd_qemu_gen(IGD_QEMU_10_0, 0x56a0), -1);
	assert_int_equal(igd_qemu_gen((enum igd_qemu_era)7, 0x4680), -1);
}

static void every_id_is_there_once(void **state)
{
	const struct igd_id *a, *b;
	size_t n = 0;

	(void)state;
	for (; (a = igd_id_at(n)); n++) {
		for (size_t j = 0; j < n; j++) {
			b = igd_id_at(j);
			assert_int_not_equal(a->device_id, b->device_id);
		}
		assert_ptr_equal(igd_find_id(a->device_id), a);
		assert_non_null(a->name);
		assert_non_null(a->variant);
		assert_non_null(igd_find(a->device_id));
	}
	assert_int_equal(n, N_ROWS);
	assert_null(igd_find(0x0000));
	assert_null(igd_find(0x56a0));
	assert_null(igd_find_id(0xffff));
}

static void every_platform_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct igd_platform *pf = igd_find(rows[i].id);

		assert_true(pf->key && pf->key[0] && pf->name && pf->name[0] && pf->gop);
		assert_true(pf->gen10 >= 60 && pf->gen10 <= 350);
		assert_int_equal(pf->vbios, pf->gen10 <= 90);
		assert_int_equal(pf->experimental, pf->gen10 >= 127);
		assert_int_equal(pf->bdsm, pf->gen10 < 110	? IGD_BDSM_32
					   : pf->gen10 <= 120 ? IGD_BDSM_64
							      : IGD_BDSM_NONE);
		/* What QEMU knows a generation of, it never takes for a newer one. */
		assert_true(rows[i].gen[IGD_QEMU_10_0] * 10 <= pf->gen10);
	}
}

static void platforms_people_have(void **state)
{
	static const struct {
		uint16_t id, gen10;
		const char *key, *name;
		enum igd_gms gms;
		enum igd_bar bar;
		bool sriov;
	} t[] = {
		{ 0x0102, 60, "SNB", "Sandy Bridge", IGD_GMS_GEN6, IGD_BAR_NONE, false },
		{ 0x0166, 70, "IVB", "Ivy Bridge", IGD_GMS_GEN6, IGD_BAR_NONE, false },
		{ 0x0412, 70, "HSW", "Haswell", IGD_GMS_GEN6, IGD_BAR_NONE, false },
		{ 0x0f31, 70, "VLV", "Bay Trail", IGD_GMS_GEN6, IGD_BAR_NONE, false },
		{ 0x1616, 80, "BDW", "Broadwell", IGD_GMS_GEN8, IGD_BAR_NO_IOMMU, false },
		{ 0x22b0, 80, "CHV", "Cherry Trail/Braswell", IGD_GMS_CHV, IGD_BAR_NONE, false },
		{ 0x1912, 90, "SKL", "Skylake", IGD_GMS_GEN9, IGD_BAR_NONE, false },
		{ 0x3e92, 90, "CFL", "Coffee Lake", IGD_GMS_GEN9, IGD_BAR_NONE, false },
		{ 0x9bc5, 90, "CML", "Comet Lake", IGD_GMS_GEN9, IGD_BAR_NONE, false },
		{ 0x8a52, 110, "ICL", "Ice Lake", IGD_GMS_GEN9, IGD_BAR_NONE, false },
		{ 0x9a49, 120, "TGL", "Tiger Lake", IGD_GMS_GEN9, IGD_BAR_NONE, true },
		{ 0x4680, 120, "ADL-S", "Alder Lake-S", IGD_GMS_GEN9, IGD_BAR_NONE, true },
		{ 0x4682, 120, "ADL-S", "Alder Lake-S", IGD_GMS_GEN9, IGD_BAR_NONE, true },
		{ 0x4692, 120, "ADL-S", "Alder Lake-S", IGD_GMS_GEN9, IGD_BAR_NONE, true },
		{ 0x46d1, 120, "ADL-N", "Alder Lake-N", IGD_GMS_GEN9, IGD_BAR_NONE, true },
		{ 0xa780, 120, "RPL-S", "Raptor Lake-S", IGD_GMS_GEN9, IGD_BAR_NONE, true },
		{ 0x7d55, 127, "MTL", "Meteor Lake", IGD_GMS_MTL, IGD_BAR_NONE, false },
		{ 0x64a0, 200, "LNL", "Lunar Lake", IGD_GMS_MTL, IGD_BAR_NONE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct igd_platform *pf = igd_find(t[i].id);

		assert_non_null(pf);
		assert_string_equal(pf->key, t[i].key);
		assert_string_equal(pf->name, t[i].name);
		assert_int_equal(pf->gen10, t[i].gen10);
		assert_int_equal(pf->gms, t[i].gms);
		assert_int_equal(pf->bar, t[i].bar);
		assert_int_equal(pf->sriov, t[i].sriov);
	}
	assert_string_equal(igd_find(0x4680)->gop, "17, 17.1");
}

static void stolen_memory_sizes(void **state)
{
	/* IVB, HSW and SKL words are GGC of real machines. */
	static const struct {
		uint16_t id, ggc;
		uint64_t stolen, gtt;
	} t[] = {
		{ 0x0166, 0x0211, 64 * MIB, 2 * MIB },
		{ 0x0412, 0x0209, 32 * MIB, 2 * MIB },
		{ 0x1912, 0x01c1, 32 * MIB, 8 * MIB },
		{ 0x0102, 0x0000, 0, 0 },
		{ 0x0102, 0x0180, 16 * 32 * MIB, 1 * MIB },
		{ 0x1616, 0x0240, 64 * MIB, 2 * MIB },
		{ 0x1616, 0xf000, 240 * 32 * MIB, 0 },
		{ 0x4680, 0x02c1, 64 * MIB, 8 * MIB },
		{ 0x4680, 0xf0c1, 4 * MIB, 8 * MIB },
		{ 0x4680, 0xfe81, 60 * MIB, 4 * MIB },
		{ 0x4680, 0xef00, 239 * 32 * MIB, 0 },
		{ 0x22b0, 0x10 << 3, 16 * 32 * MIB, 0 },
		{ 0x22b0, 0x11 << 3, 8 * MIB, 0 },
		{ 0x22b0, 0x16 << 3 | 0x100, 28 * MIB, 2 * MIB },
		{ 0x22b0, 0x17 << 3 | 0x300, 36 * MIB, 8 * MIB },
		{ 0x22b0, 0x1f << 3, 68 * MIB, 0 },
		{ 0x7d55, 0x0400, 128 * MIB, 8 * MIB },
		{ 0x7d55, 0xfe00, 60 * MIB, 8 * MIB },
		{ 0x7d55, 0x0500, IGD_STOLEN_BAD, 8 * MIB },
		{ 0x7d55, 0xef00, IGD_STOLEN_BAD, 8 * MIB },
		{ 0x7d55, 0xff00, IGD_STOLEN_BAD, 8 * MIB },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct igd_platform *pf = igd_find(t[i].id);

		if (igd_stolen_bytes(pf, t[i].ggc) != t[i].stolen ||
		    igd_gtt_bytes(pf, t[i].ggc) != t[i].gtt)
			fail_msg("%04x GGC %04x: %llu and %llu bytes", t[i].id, t[i].ggc,
				 (unsigned long long)igd_stolen_bytes(pf, t[i].ggc),
				 (unsigned long long)igd_gtt_bytes(pf, t[i].ggc));
	}
}

static void base_of_stolen_memory(void **state)
{
	const struct igd_platform *skl = igd_find(0x1912), *adl = igd_find(0x4680),
				  *mtl = igd_find(0x7d55);

	(void)state;
	assert_int_equal(igd_bdsm_offset(skl), 0x5c);
	assert_int_equal(igd_bdsm_offset(adl), 0xc0);
	assert_int_equal(igd_bdsm_offset(mtl), 0);
	assert_int_equal(igd_bdsm_base(skl, 0x7c800001), 0x7c800000);
	assert_true(igd_bdsm_base(adl, UINT64_C(0x1234abcde1)) == UINT64_C(0x1234a00000));
	assert_int_equal(igd_bdsm_base(mtl, 0x7c800001), 0);
}

/* A row of a later table says what this code does not know: no number is made up. */
static void a_kind_that_nobody_knows(void **state)
{
	struct igd_platform pf = *igd_find(0x1912);

	(void)state;
	pf.gms = (enum igd_gms)99;
	pf.bdsm = (enum igd_bdsm)99;
	assert_true(igd_stolen_bytes(&pf, 0xffff) == IGD_STOLEN_BAD);
	assert_int_equal(igd_gtt_bytes(&pf, 0xffff), 0);
	assert_int_equal(igd_bdsm_offset(&pf), 0);
	assert_int_equal(igd_bdsm_base(&pf, UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qemu_gen_agrees_with_every_row),
		cmocka_unit_test(qemu_gen_of_what_is_no_known_igpu),
		cmocka_unit_test(every_id_is_there_once),
		cmocka_unit_test(every_platform_is_whole),
		cmocka_unit_test(platforms_people_have),
		cmocka_unit_test(stolen_memory_sizes),
		cmocka_unit_test(base_of_stolen_memory),
		cmocka_unit_test(a_kind_that_nobody_knows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/igd.h"
#include "romfiles/igd_ids.h"

#define MIB (UINT64_C(1) << 20)

enum {
	SNB, IVB, HSW, VLV, BDW, CHV, SKL, BXT, GLK, KBL, AML, CFL, WHL, CML, CNL,
	ICL, EHL, JSL, TGL, RKL, ADL_S, ADL_P, ADL_N, RPL_S, RPL_U, RPL_P,
	MTL, ARL_H, ARL_U, ARL_S, LNL, PTL, WCL, NVL_S, NVL_P, N_PLATFORMS
};

/* What generations have in common; a platform row adds the rest. */
#define GEN6 .bdsm = IGD_BDSM_32, .gms = IGD_GMS_GEN6, .vbios = true
#define GEN8 .gen10 = 80, .bdsm = IGD_BDSM_32, .gms = IGD_GMS_GEN8, .vbios = true
#define GEN9 .gen10 = 90, .bdsm = IGD_BDSM_32, .gms = IGD_GMS_GEN9, .vbios = true
#define GEN11 .gen10 = 110, .bdsm = IGD_BDSM_64, .gms = IGD_GMS_GEN9
#define GEN12 .gen10 = 120, .bdsm = IGD_BDSM_64, .gms = IGD_GMS_GEN9
#define LATER .bdsm = IGD_BDSM_NONE, .gms = IGD_GMS_MTL, .experimental = true

/*
 * GOP versions are those of the ROMs in public use with each platform. The
 * SR-IOV column is a flag of the driver, no promise of the machine's firmware.
 */
static const struct igd_platform platforms[N_PLATFORMS] = {
	[SNB] = { "SNB", "Sandy Bridge", "2", .gen10 = 60, GEN6 },
	[IVB] = { "IVB", "Ivy Bridge", "3", .gen10 = 70, GEN6 },
	[HSW] = { "HSW", "Haswell", "5", .gen10 = 70, GEN6 },
	[VLV] = { "VLV", "Bay Trail", "", .gen10 = 70, GEN6 },
	[BDW] = { "BDW", "Broadwell", "5", GEN8, .bar = IGD_BAR_NO_IOMMU },
	[CHV] = { "CHV", "Cherry Trail/Braswell", "", .gen10 = 80, .bdsm = IGD_BDSM_32,
		  .gms = IGD_GMS_CHV, .vbios = true },
	[SKL] = { "SKL", "Skylake", "9", GEN9 },
	[BXT] = { "BXT", "Apollo Lake", "", GEN9 },
	[GLK] = { "GLK", "Gemini Lake", "13", GEN9 },
	[KBL] = { "KBL", "Kaby Lake", "9", GEN9 },
	[AML] = { "AML", "Amber Lake", "9", GEN9 },
	[CFL] = { "CFL", "Coffee Lake", "9, 9.1", GEN9 },
	[WHL] = { "WHL", "Whiskey Lake", "9", GEN9 },
	[CML] = { "CML", "Comet Lake", "9, 9.1", GEN9 },
	[CNL] = { "CNL", "Cannon Lake", "", .gen10 = 100, .bdsm = IGD_BDSM_32,
		  .gms = IGD_GMS_GEN9 },
	[ICL] = { "ICL", "Ice Lake", "14", GEN11 },
	[EHL] = { "EHL", "Elkhart Lake", "", GEN11 },
	[JSL] = { "JSL", "Jasper Lake", "18", GEN11 },
	[TGL] = { "TGL", "Tiger Lake", "17, 17.1", GEN12, .sriov = true },
	[RKL] = { "RKL", "Rocket Lake", "17, 17.1", GEN12 },
	[ADL_S] = { "ADL-S", "Alder Lake-S", "17, 17.1", GEN12, .sriov = true },
	[ADL_P] = { "ADL-P", "Alder Lake-P", "21", GEN12, .sriov = true },
	[ADL_N] = { "ADL-N", "Alder Lake-N", "21", GEN12, .sriov = true },
	[RPL_S] = { "RPL-S", "Raptor Lake-S", "17, 17.1", GEN12, .sriov = true },
	[RPL_U] = { "RPL-U", "Raptor Lake-U", "21", GEN12, .sriov = true },
	[RPL_P] = { "RPL-P", "Raptor Lake-P", "21", GEN12, .sriov = true },
	[MTL] = { "MTL", "Meteor Lake", "22", .gen10 = 127, LATER },
	[ARL_H] = { "ARL-H", "Arrow Lake-H", "22", .gen10 = 127, LATER },
	[ARL_U] = { "ARL-U", "Arrow Lake-U", "22", .gen10 = 127, LATER },
	[ARL_S] = { "ARL-S", "Arrow Lake-S", "22", .gen10 = 127, LATER },
	[LNL] = { "LNL", "Lunar Lake", "", .gen10 = 200, LATER },
	[PTL] = { "PTL", "Panther Lake", "", .gen10 = 300, LATER, .sriov = true },
	[WCL] = { "WCL", "Wildcat Lake", "", .gen10 = 300, LATER, .sriov = true },
	[NVL_S] = { "NVL-S", "Nova Lake-S", "", .gen10 = 350, LATER },
	[NVL_P] = { "NVL-P", "Nova Lake-P", "", .gen10 = 350, LATER },
};

#define ROW(id, pf, q72, q92, q100, name, variant) { id, pf, name, variant },
static const struct igd_id ids[] = { IGD_IDS(ROW) };
#undef ROW

const struct igd_id *igd_id_at(size_t i)
{
	return i < sizeof(ids) / sizeof(ids[0]) ? &ids[i] : NULL;
}

const struct igd_id *igd_find_id(uint16_t device_id)
{
	const struct igd_id *id;

	for (size_t i = 0; (id = igd_id_at(i)); i++)
		if (id->device_id == device_id)
			return id;
	return NULL;
}

const struct igd_platform *igd_find(uint16_t device_id)
{
	const struct igd_id *id = igd_find_id(device_id);

	return id ? &platforms[id->platform] : NULL;
}

/* QEMU 7.2 igd.c:59-93: a few old prefixes are unknown, all that is new is 8. */
static int qemu_gen_7_2(uint16_t id)
{
	if ((id & 0xfff) == 0xa84)
		return 8;
	switch (id >> 8) {
	case 0x01: case 0x04: case 0x0a: case 0x0c: case 0x0d: case 0x0f:
		return 6;
	case 0x00: case 0x25: case 0x27: case 0x29: case 0x2a: case 0x2e:
	case 0x35: case 0xa0:
		return -1;
	default:
		return 8;
	}
}

/* QEMU 9.2 igd.c:60-107: unknown unless listed, and the list is short. */
static int qemu_gen_9_2(uint16_t id)
{
	if ((id & 0xfff) == 0xa84)
		return 8;
	switch (id >> 8) {
	case 0x01: case 0x04: case 0x0a: case 0x0c: case 0x0d: case 0x0f:
		return 6;
	case 0x16: case 0x19: case 0x22: case 0x59:
		return 8;
	case 0x3e:
		return 9;
	case 0x45:
		return 11;
	case 0x9a:
		return 12;
	default:
		return -1;
	}
}

/* QEMU 10.0 to 11.0 igd.c:63-109. */
static int qemu_gen_10_0(uint16_t id)
{
	if ((id & 0xffe) == 0xa84)
		return 9;
	switch (id >> 8) {
	case 0x01:
		return 6;
	case 0x04: case 0x0a: case 0x0c: case 0x0d: case 0x0f:
		return 7;
	case 0x16: case 0x22:
		return 8;
	case 0x19: case 0x31: case 0x3e: case 0x59: case 0x9b:
		return 9;
	case 0x45: case 0x4e: case 0x8a:
		return 11;
	case 0x46: case 0x4c: case 0x9a: case 0xa7:
		return 12;
	default:
		return -1;
	}
}

int igd_qemu_gen(enum igd_qemu_era era, uint16_t device_id)
{
	switch (era) {
	case IGD_QEMU_7_2:
		return qemu_gen_7_2(device_id);
	case IGD_QEMU_9_2:
		return qemu_gen_9_2(device_id);
	case IGD_QEMU_10_0:
		return qemu_gen_10_0(device_id);
	}
	return -1;
}

static uint64_t stolen_gen9(unsigned int v)
{
	return v < 0xf0 ? v * 32 * MIB : (v - 0xf0 + 1) * 4 * MIB;
}

static uint64_t stolen_chv(unsigned int v)
{
	if (v < 0x11)
		return v * 32 * MIB;
	return v < 0x17 ? ((v - 0x11) * 4 + 8) * MIB : ((v - 0x17) * 4 + 36) * MIB;
}

uint64_t igd_stolen_bytes(const struct igd_platform *pf, uint16_t ggc)
{
	unsigned int low = ggc >> 3 & 0x1f, high = ggc >> 8;

	switch (pf->gms) {
	case IGD_GMS_GEN6:
		return low * 32 * MIB;
	case IGD_GMS_CHV:
		return stolen_chv(low);
	case IGD_GMS_GEN8:
		return high * 32 * MIB;
	case IGD_GMS_GEN9:
		return stolen_gen9(high);
	case IGD_GMS_MTL:
		if ((high > 4 && high < 0xf0) || high > 0xfe)
			return IGD_STOLEN_BAD;
		return stolen_gen9(high);
	}
	return IGD_STOLEN_BAD;
}

uint64_t igd_gtt_bytes(const struct igd_platform *pf, uint16_t ggc)
{
	unsigned int gen6 = ggc >> 8 & 3, gen8 = ggc >> 6 & 3;

	switch (pf->gms) {
	case IGD_GMS_GEN6:
		return gen6 * MIB;
	case IGD_GMS_CHV:
		return gen6 ? MIB << gen6 : 0;
	case IGD_GMS_GEN8:
	case IGD_GMS_GEN9:
		return gen8 ? MIB << gen8 : 0;
	case IGD_GMS_MTL:
		return 8 * MIB;
	}
	return 0;
}

uint8_t igd_bdsm_offset(const struct igd_platform *pf)
{
	switch (pf->bdsm) {
	case IGD_BDSM_32:
		return IGD_CFG_BDSM_32;
	case IGD_BDSM_64:
		return IGD_CFG_BDSM_64;
	case IGD_BDSM_NONE:
		break;
	}
	return 0;
}

uint64_t igd_bdsm_base(const struct igd_platform *pf, uint64_t raw)
{
	switch (pf->bdsm) {
	case IGD_BDSM_32:
		return raw & 0xfff00000;
	case IGD_BDSM_64:
		return raw & ~UINT64_C(0xfffff);
	case IGD_BDSM_NONE:
		break;
	}
	return 0;
}

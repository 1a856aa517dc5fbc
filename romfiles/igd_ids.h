/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every Intel integrated GPU from Sandy Bridge on that igvm knows by its PCI
 * device id, one row each:
 *
 *   ID(device id, platform, QEMU 7.2-9.1, QEMU 9.2, QEMU >= 10.0, name, variant)
 *
 * The three numbers are what igd_gen() of those QEMU versions answers (-1:
 * unknown to it), worked out per version from hw/vfio/igd.c, apart from the
 * rules in igd.c, which a test holds against them. Ids and variants: Linux 7.1,
 * include/drm/intel/pciids.h; names: pci.ids ("" where it has none).
 */
#ifndef ROMFILES_IGD_IDS_H
#define ROMFILES_IGD_IDS_H

/* clang-format off */
#define IGD_IDS(ID) \
	ID(0x0102, SNB, 6, 6, 6, "2nd Generation Core Processor Family Integrated Graphics Controller", "desktop") \
	ID(0x010a, SNB, 6, 6, 6, "Xeon E3-1200 Processor Family Integrated Graphics Controller", "desktop") \
	ID(0x0112, SNB, 6, 6, 6, "2nd Generation Core Processor Family Integrated Graphics Controller", "desktop") \
	ID(0x0122, SNB, 6, 6, 6, "2nd Generation Core Processor Family Integrated Graphics Controller", "desktop") \
	ID(0x0106, SNB, 6, 6, 6, "2nd Generation Core Processor Family Integrated Graphics Controller", "mobile") \
	ID(0x0116, SNB, 6, 6, 6, "2nd Generation Core Processor Family Integrated Graphics Controller", "mobile") \
	ID(0x0126, SNB, 6, 6, 6, "2nd Generation Core Processor Family Integrated Graphics Controller", "mobile") \
	ID(0x0152, IVB, 6, 6, 6, "Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller", "GT1 desktop") \
	ID(0x015a, IVB, 6, 6, 6, "Xeon E3-1200 v2/Ivy Bridge Graphics Controller", "desktop GT1 server") \
	ID(0x0162, IVB, 6, 6, 6, "IvyBridge GT2 [HD Graphics 4000]", "GT2 desktop") \
	ID(0x016a, IVB, 6, 6, 6, "Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller", "desktop GT2 server") \
	ID(0x0156, IVB, 6, 6, 6, "3rd Gen Core processor Graphics Controller", "GT1 mobile") \
	ID(0x0166, IVB, 6, 6, 6, "3rd Gen Core processor Graphics Controller", "GT2 mobile") \
	ID(0x0a02, HSW, 6, 6, 7, "", "ULT GT1 desktop") \
	ID(0x0a06, HSW, 6, 6, 7, "Haswell-ULT Integrated Graphics Controller", "ULT GT1 mobile") \
	ID(0x0a0a, HSW, 6, 6, 7, "", "ULT GT1 server") \
	ID(0x0a0b, HSW, 6, 6, 7, "", "ULT GT1 reserved") \
	ID(0x0a0e, HSW, 6, 6, 7, "", "ULX GT1 mobile") \
	ID(0x0402, HSW, 6, 6, 7, "Xeon E3-1200 v3/4th Gen Core Processor Integrated Graphics Controller", "GT1 desktop") \
	ID(0x0406, HSW, 6, 6, 7, "Haswell Integrated Graphics Controller", "GT1 mobile") \
	ID(0x040a, HSW, 6, 6, 7, "Xeon E3-1200 v3 Processor Integrated Graphics Controller", "GT1 server") \
	ID(0x040b, HSW, 6, 6, 7, "", "GT1 reserved") \
	ID(0x040e, HSW, 6, 6, 7, "", "GT1 reserved") \
	ID(0x0c02, HSW, 6, 6, 7, "", "SDV GT1 desktop") \
	ID(0x0c06, HSW, 6, 6, 7, "", "SDV GT1 mobile") \
	ID(0x0c0a, HSW, 6, 6, 7, "", "SDV GT1 server") \
	ID(0x0c0b, HSW, 6, 6, 7, "", "SDV GT1 reserved") \
	ID(0x0c0e, HSW, 6, 6, 7, "", "SDV GT1 reserved") \
	ID(0x0d02, HSW, 6, 6, 7, "", "CRW GT1 desktop") \
	ID(0x0d06, HSW, 6, 6, 7, "", "CRW GT1 mobile") \
	ID(0x0d0a, HSW, 6, 6, 7, "", "CRW GT1 server") \
	ID(0x0d0b, HSW, 6, 6, 7, "", "CRW GT1 reserved") \
	ID(0x0d0e, HSW, 6, 6, 7, "", "CRW GT1 reserved") \
	ID(0x0a12, HSW, 6, 6, 7, "", "ULT GT2 desktop") \
	ID(0x0a16, HSW, 6, 6, 7, "Haswell-ULT Integrated Graphics Controller", "ULT GT2 mobile") \
	ID(0x0a1a, HSW, 6, 6, 7, "", "ULT GT2 server") \
	ID(0x0a1b, HSW, 6, 6, 7, "", "ULT GT2 reserved") \
	ID(0x0a1e, HSW, 6, 6, 7, "", "ULX GT2 mobile") \
	ID(0x0412, HSW, 6, 6, 7, "Xeon E3-1200 v3/4th Gen Core Processor Integrated Graphics Controller", "GT2 desktop") \
	ID(0x0416, HSW, 6, 6, 7, "4th Gen Core Processor Integrated Graphics Controller", "GT2 mobile") \
	ID(0x041a, HSW, 6, 6, 7, "Xeon E3-1200 v3 Processor Integrated Graphics Controller", "GT2 server") \
	ID(0x041b, HSW, 6, 6, 7, "", "GT2 reserved") \
	ID(0x041e, HSW, 6, 6, 7, "4th Generation Core Processor Family Integrated Graphics Controller", "GT2 reserved") \
	ID(0x0c12, HSW, 6, 6, 7, "", "SDV GT2 desktop") \
	ID(0x0c16, HSW, 6, 6, 7, "", "SDV GT2 mobile") \
	ID(0x0c1a, HSW, 6, 6, 7, "", "SDV GT2 server") \
	ID(0x0c1b, HSW, 6, 6, 7, "", "SDV GT2 reserved") \
	ID(0x0c1e, HSW, 6, 6, 7, "", "SDV GT2 reserved") \
	ID(0x0d12, HSW, 6, 6, 7, "Crystal Well Integrated Graphics Controller", "CRW GT2 desktop") \
	ID(0x0d16, HSW, 6, 6, 7, "Crystal Well Integrated Graphics Controller", "CRW GT2 mobile") \
	ID(0x0d1a, HSW, 6, 6, 7, "", "CRW GT2 server") \
	ID(0x0d1b, HSW, 6, 6, 7, "", "CRW GT2 reserved") \
	ID(0x0d1e, HSW, 6, 6, 7, "", "CRW GT2 reserved") \
	ID(0x0a22, HSW, 6, 6, 7, "Haswell-ULT Integrated Graphics Controller", "ULT GT3 desktop") \
	ID(0x0a26, HSW, 6, 6, 7, "Haswell-ULT Integrated Graphics Controller", "ULT GT3 mobile") \
	ID(0x0a2a, HSW, 6, 6, 7, "Haswell-ULT Integrated Graphics Controller", "ULT GT3 server") \
	ID(0x0a2b, HSW, 6, 6, 7, "", "ULT GT3 reserved") \
	ID(0x0a2e, HSW, 6, 6, 7, "Haswell-ULT Integrated Graphics Controller", "ULT GT3 reserved") \
	ID(0x0422, HSW, 6, 6, 7, "", "GT3 desktop") \
	ID(0x0426, HSW, 6, 6, 7, "", "GT3 mobile") \
	ID(0x042a, HSW, 6, 6, 7, "", "GT3 server") \
	ID(0x042b, HSW, 6, 6, 7, "", "GT3 reserved") \
	ID(0x042e, HSW, 6, 6, 7, "", "GT3 reserved") \
	ID(0x0c22, HSW, 6, 6, 7, "", "SDV GT3 desktop") \
	ID(0x0c26, HSW, 6, 6, 7, "", "SDV GT3 mobile") \
	ID(0x0c2a, HSW, 6, 6, 7, "", "SDV GT3 server") \
	ID(0x0c2b, HSW, 6, 6, 7, "", "SDV GT3 reserved") \
	ID(0x0c2e, HSW, 6, 6, 7, "", "SDV GT3 reserved") \
	ID(0x0d22, HSW, 6, 6, 7, "Crystal Well Integrated Iris Pro Graphics 5200", "CRW GT3 desktop") \
	ID(0x0d26, HSW, 6, 6, 7, "Crystal Well Integrated Graphics Controller", "CRW GT3 mobile") \
	ID(0x0d2a, HSW, 6, 6, 7, "", "CRW GT3 server") \
	ID(0x0d2b, HSW, 6, 6, 7, "", "CRW GT3 reserved") \
	ID(0x0d2e, HSW, 6, 6, 7, "", "CRW GT3 reserved") \
	ID(0x0f30, VLV, 6, 6, 7, "", "") \
	ID(0x0f31, VLV, 6, 6, 7, "Atom Processor Z36xxx/Z37xxx Series Graphics & Display", "") \
	ID(0x0f32, VLV, 6, 6, 7, "", "") \
	ID(0x0f33, VLV, 6, 6, 7, "", "") \
	ID(0x1606, BDW, 8, 8, 8, "HD Graphics", "GT1 ULT") \
	ID(0x160b, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT1 Iris") \
	ID(0x160e, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT1 ULX") \
	ID(0x1602, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT1 ULT") \
	ID(0x160a, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT1 Server") \
	ID(0x160d, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT1 Workstation") \
	ID(0x1616, BDW, 8, 8, 8, "HD Graphics 5500", "GT2 ULT") \
	ID(0x161b, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT2 ULT") \
	ID(0x161e, BDW, 8, 8, 8, "HD Graphics 5300", "GT2 ULX") \
	ID(0x1612, BDW, 8, 8, 8, "HD Graphics 5600", "GT2 Halo") \
	ID(0x161a, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT2 Server") \
	ID(0x161d, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT2 Workstation") \
	ID(0x1626, BDW, 8, 8, 8, "HD Graphics 6000", "GT3 ULT") \
	ID(0x162b, BDW, 8, 8, 8, "Iris Graphics 6100", "GT3 Iris") \
	ID(0x162e, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT3 ULX") \
	ID(0x1622, BDW, 8, 8, 8, "Iris Pro Graphics 6200", "GT3 ULT") \
	ID(0x162a, BDW, 8, 8, 8, "Iris Pro Graphics P6300", "GT3 Server") \
	ID(0x162d, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "GT3 Workstation") \
	ID(0x1636, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "reserved ULT") \
	ID(0x163b, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "reserved Iris") \
	ID(0x163e, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "reserved ULX") \
	ID(0x1632, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "reserved ULT") \
	ID(0x163a, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "reserved Server") \
	ID(0x163d, BDW, 8, 8, 8, "Broadwell-U Integrated Graphics", "reserved Workstation") \
	ID(0x22b0, CHV, 8, 8, 8, "Atom/Celeron/Pentium Processor x5-E8000/J3xxx/N3xxx Integrated Graphics Controller", "") \
	ID(0x22b1, CHV, 8, 8, 8, "Atom/Celeron/Pentium Processor x5-E8000/J3xxx/N3xxx Integrated Graphics Controller", "") \
	ID(0x22b2, CHV, 8, 8, 8, "", "") \
	ID(0x22b3, CHV, 8, 8, 8, "", "") \
	ID(0x1906, SKL, 8, 8, 9, "HD Graphics 510", "ULT GT1") \
	ID(0x1913, SKL, 8, 8, 9, "", "GT1 ULT GT1.5") \
	ID(0x190e, SKL, 8, 8, 9, "", "ULX GT1") \
	ID(0x1915, SKL, 8, 8, 9, "", "GT1 ULX GT1.5") \
	ID(0x1902, SKL, 8, 8, 9, "HD Graphics 510", "DT GT1") \
	ID(0x190a, SKL, 8, 8, 9, "", "SRV GT1") \
	ID(0x190b, SKL, 8, 8, 9, "HD Graphics 510", "Halo GT1") \
	ID(0x1917, SKL, 8, 8, 9, "", "GT1 DT GT1.5") \
	ID(0x1916, SKL, 8, 8, 9, "Skylake GT2 [HD Graphics 520]", "ULT GT2") \
	ID(0x1921, SKL, 8, 8, 9, "HD Graphics 520", "GT2 ULT GT2F") \
	ID(0x191e, SKL, 8, 8, 9, "HD Graphics 515", "ULX GT2") \
	ID(0x1912, SKL, 8, 8, 9, "HD Graphics 530", "DT GT2") \
	ID(0x191a, SKL, 8, 8, 9, "", "SRV GT2") \
	ID(0x191b, SKL, 8, 8, 9, "HD Graphics 530", "Halo GT2") \
	ID(0x191d, SKL, 8, 8, 9, "HD Graphics P530", "WKS GT2") \
	ID(0x1923, SKL, 8, 8, 9, "HD Graphics 535", "ULT GT3") \
	ID(0x1926, SKL, 8, 8, 9, "Iris Graphics 540", "GT3 ULT GT3e") \
	ID(0x1927, SKL, 8, 8, 9, "Iris Graphics 550", "GT3 ULT GT3e") \
	ID(0x192a, SKL, 8, 8, 9, "", "SRV GT3") \
	ID(0x192b, SKL, 8, 8, 9, "Iris Graphics 555", "GT3 Halo GT3e") \
	ID(0x192d, SKL, 8, 8, 9, "Iris Graphics P555", "GT3 SRV GT3e") \
	ID(0x1932, SKL, 8, 8, 9, "Iris Pro Graphics 580", "DT GT4") \
	ID(0x193a, SKL, 8, 8, 9, "Iris Pro Graphics P580", "GT4 SRV GT4e") \
	ID(0x193b, SKL, 8, 8, 9, "Iris Pro Graphics 580", "GT4 Halo GT4e") \
	ID(0x193d, SKL, 8, 8, 9, "Iris Pro Graphics P580", "GT4 WKS GT4e") \
	ID(0x0a84, BXT, 8, 8, 9, "", "") \
	ID(0x1a84, BXT, 8, 8, 9, "", "") \
	ID(0x1a85, BXT, 8, -1, 9, "", "") \
	ID(0x5a84, BXT, 8, 8, 9, "Apollo Lake [HD Graphics 505]", "APL HD Graphics 505") \
	ID(0x5a85, BXT, 8, -1, 9, "HD Graphics 500", "APL HD Graphics 500") \
	ID(0x3184, GLK, 8, -1, 9, "GeminiLake [UHD Graphics 605]", "") \
	ID(0x3185, GLK, 8, -1, 9, "GeminiLake [UHD Graphics 600]", "") \
	ID(0x5906, KBL, 8, 8, 9, "HD Graphics 610", "ULT GT1") \
	ID(0x5913, KBL, 8, 8, 9, "", "GT1 ULT GT1.5") \
	ID(0x590e, KBL, 8, 8, 9, "", "ULX GT1") \
	ID(0x5915, KBL, 8, 8, 9, "", "GT1 ULX GT1.5") \
	ID(0x5902, KBL, 8, 8, 9, "HD Graphics 610", "DT GT1") \
	ID(0x5908, KBL, 8, 8, 9, "", "Halo GT1") \
	ID(0x590a, KBL, 8, 8, 9, "", "SRV GT1") \
	ID(0x590b, KBL, 8, 8, 9, "HD Graphics 610", "Halo GT1") \
	ID(0x5916, KBL, 8, 8, 9, "HD Graphics 620", "ULT GT2") \
	ID(0x5921, KBL, 8, 8, 9, "HD Graphics 620", "GT2 ULT GT2F") \
	ID(0x591e, KBL, 8, 8, 9, "HD Graphics 615", "ULX GT2") \
	ID(0x5912, KBL, 8, 8, 9, "HD Graphics 630", "DT GT2") \
	ID(0x5917, KBL, 8, 8, 9, "UHD Graphics 620", "Mobile GT2") \
	ID(0x591a, KBL, 8, 8, 9, "", "SRV GT2") \
	ID(0x591b, KBL, 8, 8, 9, "HD Graphics 630", "Halo GT2") \
	ID(0x591d, KBL, 8, 8, 9, "HD Graphics P630", "WKS GT2") \
	ID(0x5926, KBL, 8, 8, 9, "Iris Plus Graphics 640", "ULT GT3") \
	ID(0x5923, KBL, 8, 8, 9, "HD Graphics 635", "ULT GT3") \
	ID(0x5927, KBL, 8, 8, 9, "Iris Plus Graphics 650", "ULT GT3") \
	ID(0x593b, KBL, 8, 8, 9, "", "Halo GT4") \
	ID(0x591c, AML, 8, 8, 9, "UHD Graphics 615", "KBL based ULX GT2") \
	ID(0x87c0, AML, 8, -1, -1, "UHD Graphics 617", "KBL based ULX GT2") \
	ID(0x3e90, CFL, 8, 9, 9, "CoffeeLake-S GT1 [UHD Graphics 610]", "S SRV GT1") \
	ID(0x3e93, CFL, 8, 9, 9, "CoffeeLake-S GT1 [UHD Graphics 610]", "S SRV GT1") \
	ID(0x3e99, CFL, 8, 9, 9, "", "S SRV GT1") \
	ID(0x3e91, CFL, 8, 9, 9, "CoffeeLake-S GT2 [UHD Graphics 630]", "S SRV GT2") \
	ID(0x3e92, CFL, 8, 9, 9, "CoffeeLake-S GT2 [UHD Graphics 630]", "S SRV GT2") \
	ID(0x3e96, CFL, 8, 9, 9, "CoffeeLake-S GT2 [UHD Graphics P630]", "S SRV GT2") \
	ID(0x3e98, CFL, 8, 9, 9, "CoffeeLake-S GT2 [UHD Graphics 630]", "S SRV GT2") \
	ID(0x3e9a, CFL, 8, 9, 9, "Coffee Lake-S GT2 [UHD Graphics P630]", "S SRV GT2") \
	ID(0x3e9c, CFL, 8, 9, 9, "Coffee Lake-S GT1 [UHD Graphics 610]", "H GT1") \
	ID(0x3e94, CFL, 8, 9, 9, "Coffee Lake-S GT2 [UHD Graphics P630]", "H Halo GT2") \
	ID(0x3e9b, CFL, 8, 9, 9, "CoffeeLake-H GT2 [UHD Graphics 630]", "H Halo GT2") \
	ID(0x3ea9, CFL, 8, 9, 9, "Coffee Lake-U GT2 [UHD Graphics 620]", "U GT2") \
	ID(0x3ea5, CFL, 8, 9, 9, "CoffeeLake-U GT3e [Iris Plus Graphics 655]", "U ULT GT3") \
	ID(0x3ea6, CFL, 8, 9, 9, "Coffee Lake-U GT3 [Iris Plus Graphics 645]", "U ULT GT3") \
	ID(0x3ea7, CFL, 8, 9, 9, "", "U ULT GT3") \
	ID(0x3ea8, CFL, 8, 9, 9, "Coffee Lake-U GT3 [Iris Plus Graphics 655]", "U ULT GT3") \
	ID(0x87ca, AML, 8, -1, -1, "UHD Graphics 617", "CFL based") \
	ID(0x3ea1, WHL, 8, 9, 9, "Whiskey Lake-U GT1 [UHD Graphics 610]", "U GT1") \
	ID(0x3ea4, WHL, 8, 9, 9, "", "U GT1") \
	ID(0x3ea0, WHL, 8, 9, 9, "WhiskeyLake-U GT2 [UHD Graphics 620]", "U GT2") \
	ID(0x3ea3, WHL, 8, 9, 9, "", "U GT2") \
	ID(0x3ea2, WHL, 8, 9, 9, "", "U GT3") \
	ID(0x9ba2, CML, 8, -1, 9, "", "GT1") \
	ID(0x9ba4, CML, 8, -1, 9, "Comet Lake-H GT1 [UHD Graphics 610]", "GT1") \
	ID(0x9ba5, CML, 8, -1, 9, "", "GT1") \
	ID(0x9ba8, CML, 8, -1, 9, "CometLake-S GT1 [UHD Graphics 610]", "GT1") \
	ID(0x9bc2, CML, 8, -1, 9, "", "GT2") \
	ID(0x9bc4, CML, 8, -1, 9, "CometLake-H GT2 [UHD Graphics]", "GT2") \
	ID(0x9bc5, CML, 8, -1, 9, "CometLake-S GT2 [UHD Graphics 630]", "GT2") \
	ID(0x9bc6, CML, 8, -1, 9, "Comet Lake-S GT2 [UHD Graphics P630]", "GT2") \
	ID(0x9bc8, CML, 8, -1, 9, "CometLake-S GT2 [UHD Graphics 630]", "GT2") \
	ID(0x9be6, CML, 8, -1, 9, "Comet Lake-S GT2 [UHD Graphics P630]", "GT2") \
	ID(0x9bf6, CML, 8, -1, 9, "Coffee Lake-S GT2 [UHD Graphics P630]", "GT2") \
	ID(0x9b21, CML, 8, -1, 9, "Comet Lake-U GT2 [UHD Graphics 620]", "U GT1") \
	ID(0x9baa, CML, 8, -1, 9, "Comet Lake UHD Graphics", "U GT1") \
	ID(0x9bac, CML, 8, -1, 9, "Comet Lake UHD Graphics", "U GT1") \
	ID(0x9b41, CML, 8, -1, 9, "CometLake-U GT2 [UHD Graphics]", "U GT2") \
	ID(0x9bca, CML, 8, -1, 9, "Comet Lake UHD Graphics", "U GT2") \
	ID(0x9bcc, CML, 8, -1, 9, "Comet Lake UHD Graphics", "U GT2") \
	ID(0x5a44, CNL, 8, -1, -1, "", "") \
	ID(0x5a4c, CNL, 8, -1, -1, "", "") \
	ID(0x5a54, CNL, 8, -1, -1, "", "") \
	ID(0x5a5c, CNL, 8, -1, -1, "", "") \
	ID(0x5a40, CNL, 8, -1, -1, "", "") \
	ID(0x5a41, CNL, 8, -1, -1, "", "") \
	ID(0x5a42, CNL, 8, -1, -1, "", "") \
	ID(0x5a49, CNL, 8, -1, -1, "", "") \
	ID(0x5a4a, CNL, 8, -1, -1, "", "") \
	ID(0x5a50, CNL, 8, -1, -1, "", "") \
	ID(0x5a51, CNL, 8, -1, -1, "", "") \
	ID(0x5a52, CNL, 8, -1, -1, "", "") \
	ID(0x5a59, CNL, 8, -1, -1, "", "") \
	ID(0x5a5a, CNL, 8, -1, -1, "", "") \
	ID(0x8a50, ICL, 8, -1, 11, "", "") \
	ID(0x8a52, ICL, 8, -1, 11, "Iris Plus Graphics G7", "") \
	ID(0x8a53, ICL, 8, -1, 11, "Iris Plus Graphics G7", "") \
	ID(0x8a54, ICL, 8, -1, 11, "", "") \
	ID(0x8a56, ICL, 8, -1, 11, "Iris Plus Graphics G1 (Ice Lake)", "") \
	ID(0x8a57, ICL, 8, -1, 11, "", "") \
	ID(0x8a58, ICL, 8, -1, 11, "Ice Lake-Y GT1 [UHD Graphics G1]", "") \
	ID(0x8a59, ICL, 8, -1, 11, "", "") \
	ID(0x8a5a, ICL, 8, -1, 11, "Iris Plus Graphics G4 (Ice Lake)", "") \
	ID(0x8a5b, ICL, 8, -1, 11, "", "") \
	ID(0x8a5c, ICL, 8, -1, 11, "Iris Plus Graphics G4 (Ice Lake)", "") \
	ID(0x8a70, ICL, 8, -1, 11, "", "") \
	ID(0x8a71, ICL, 8, -1, 11, "", "") \
	ID(0x8a51, ICL, 8, -1, 11, "Iris Plus Graphics G7 (Ice Lake)", "") \
	ID(0x8a5d, ICL, 8, -1, 11, "", "") \
	ID(0x4541, EHL, 8, 11, 11, "", "") \
	ID(0x4551, EHL, 8, 11, 11, "", "") \
	ID(0x4555, EHL, 8, 11, 11, "Elkhart Lake [UHD Graphics Gen11 16EU]", "") \
	ID(0x4557, EHL, 8, 11, 11, "", "") \
	ID(0x4570, EHL, 8, 11, 11, "", "") \
	ID(0x4571, EHL, 8, 11, 11, "Elkhart Lake [UHD Graphics Gen11 32EU]", "") \
	ID(0x4e51, JSL, 8, -1, 11, "", "") \
	ID(0x4e55, JSL, 8, -1, 11, "JasperLake [UHD Graphics]", "") \
	ID(0x4e57, JSL, 8, -1, 11, "", "") \
	ID(0x4e61, JSL, 8, -1, 11, "JasperLake [UHD Graphics]", "") \
	ID(0x4e71, JSL, 8, -1, 11, "JasperLake [UHD Graphics]", "") \
	ID(0x9a60, TGL, 8, 12, 12, "TigerLake-H GT1 [UHD Graphics]", "GT1") \
	ID(0x9a68, TGL, 8, 12, 12, "TigerLake-H GT1 [UHD Graphics]", "GT1") \
	ID(0x9a70, TGL, 8, 12, 12, "Tiger Lake-H GT1 [UHD Graphics]", "GT1") \
	ID(0x9a40, TGL, 8, 12, 12, "Tiger Lake-UP4 GT2 [Iris Xe Graphics]", "GT2") \
	ID(0x9a49, TGL, 8, 12, 12, "TigerLake-LP GT2 [Iris Xe Graphics]", "GT2") \
	ID(0x9a59, TGL, 8, 12, 12, "", "GT2") \
	ID(0x9a78, TGL, 8, 12, 12, "Tiger Lake-LP GT2 [UHD Graphics G4]", "GT2") \
	ID(0x9ac0, TGL, 8, 12, 12, "", "GT2") \
	ID(0x9ac9, TGL, 8, 12, 12, "", "GT2") \
	ID(0x9ad9, TGL, 8, 12, 12, "", "GT2") \
	ID(0x9af8, TGL, 8, 12, 12, "", "GT2") \
	ID(0x4c80, RKL, 8, -1, 12, "", "") \
	ID(0x4c8a, RKL, 8, -1, 12, "RocketLake-S GT1 [UHD Graphics 750]", "") \
	ID(0x4c8b, RKL, 8, -1, 12, "RocketLake-S GT1 [UHD Graphics 730]", "") \
	ID(0x4c8c, RKL, 8, -1, 12, "", "") \
	ID(0x4c90, RKL, 8, -1, 12, "RocketLake-S GT1 [UHD Graphics P750]", "") \
	ID(0x4c9a, RKL, 8, -1, 12, "RocketLake-S [UHD Graphics]", "") \
	ID(0x4680, ADL_S, 8, -1, 12, "AlderLake-S GT1 [UHD Graphics 770]", "") \
	ID(0x4682, ADL_S, 8, -1, 12, "Alder Lake-S GT1 [UHD Graphics 730]", "") \
	ID(0x4688, ADL_S, 8, -1, 12, "Alder Lake-HX GT1 [UHD Graphics 770]", "") \
	ID(0x468a, ADL_S, 8, -1, 12, "Alder Lake-S [UHD Graphics]", "") \
	ID(0x468b, ADL_S, 8, -1, 12, "Alder Lake-S [UHD Graphics]", "") \
	ID(0x4690, ADL_S, 8, -1, 12, "Alder Lake-S GT1 [UHD Graphics 770]", "") \
	ID(0x4692, ADL_S, 8, -1, 12, "Alder Lake-S GT1 [UHD Graphics 730]", "") \
	ID(0x4693, ADL_S, 8, -1, 12, "Alder Lake-S GT1 [UHD Graphics 710]", "") \
	ID(0x46a0, ADL_P, 8, -1, 12, "AlderLake-P GT2", "") \
	ID(0x46a1, ADL_P, 8, -1, 12, "UHD Graphics", "") \
	ID(0x46a2, ADL_P, 8, -1, 12, "", "") \
	ID(0x46a3, ADL_P, 8, -1, 12, "Alder Lake-P GT1 [UHD Graphics]", "") \
	ID(0x46a6, ADL_P, 8, -1, 12, "Alder Lake-P GT2 [Iris Xe Graphics]", "") \
	ID(0x46a8, ADL_P, 8, -1, 12, "Alder Lake-UP3 GT2 [Iris Xe Graphics]", "") \
	ID(0x46aa, ADL_P, 8, -1, 12, "Alder Lake-UP4 GT2 [Iris Xe Graphics]", "") \
	ID(0x462a, ADL_P, 8, -1, 12, "AlderLake-P [UHD Graphics]", "") \
	ID(0x4626, ADL_P, 8, -1, 12, "Alder Lake-P Integrated Graphics Controller", "") \
	ID(0x4628, ADL_P, 8, -1, 12, "Alder Lake-UP3 GT2 [UHD Graphics]", "") \
	ID(0x46b0, ADL_P, 8, -1, 12, "AlderLake-P [Iris Xe Graphics]", "") \
	ID(0x46b1, ADL_P, 8, -1, 12, "AlderLake-P [Iris Xe Graphics]", "") \
	ID(0x46b2, ADL_P, 8, -1, 12, "", "") \
	ID(0x46b3, ADL_P, 8, -1, 12, "Alder Lake-UP3 GT1 [UHD Graphics]", "") \
	ID(0x46c0, ADL_P, 8, -1, 12, "AlderLake-M GT1", "") \
	ID(0x46c1, ADL_P, 8, -1, 12, "AlderLake-M [Iris Xe Graphics]", "") \
	ID(0x46c2, ADL_P, 8, -1, 12, "", "") \
	ID(0x46c3, ADL_P, 8, -1, 12, "Alder Lake-UP4 GT1 [UHD Graphics]", "") \
	ID(0x46d0, ADL_N, 8, -1, 12, "Alder Lake-N [UHD Graphics]", "") \
	ID(0x46d1, ADL_N, 8, -1, 12, "Alder Lake-N [UHD Graphics]", "") \
	ID(0x46d2, ADL_N, 8, -1, 12, "Alder Lake-N [UHD Graphics]", "") \
	ID(0x46d3, ADL_N, 8, -1, 12, "Alder Lake-N [Intel Graphics]", "") \
	ID(0x46d4, ADL_N, 8, -1, 12, "Alder Lake-N [Intel Graphics]", "") \
	ID(0xa780, RPL_S, 8, -1, 12, "Raptor Lake-S GT1 [UHD Graphics 770]", "") \
	ID(0xa781, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa782, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa783, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa788, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa789, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa78a, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa78b, RPL_S, 8, -1, 12, "Raptor Lake-S UHD Graphics", "") \
	ID(0xa721, RPL_U, 8, -1, 12, "Raptor Lake-P [UHD Graphics]", "") \
	ID(0xa7a1, RPL_U, 8, -1, 12, "Raptor Lake-P [Iris Xe Graphics]", "") \
	ID(0xa7a9, RPL_U, 8, -1, 12, "Raptor Lake-P [UHD Graphics]", "") \
	ID(0xa7ac, RPL_U, 8, -1, 12, "Raptor Lake-U [Intel Graphics]", "") \
	ID(0xa7ad, RPL_U, 8, -1, 12, "Raptor Lake-U [Intel Graphics]", "") \
	ID(0xa720, RPL_P, 8, -1, 12, "Raptor Lake-P [UHD Graphics]", "") \
	ID(0xa7a0, RPL_P, 8, -1, 12, "Raptor Lake-P [Iris Xe Graphics]", "") \
	ID(0xa7a8, RPL_P, 8, -1, 12, "Raptor Lake-P [UHD Graphics]", "") \
	ID(0xa7aa, RPL_P, 8, -1, 12, "Raptor Lake-P [Intel Graphics]", "") \
	ID(0xa7ab, RPL_P, 8, -1, 12, "Raptor Lake-P [Intel Graphics]", "") \
	ID(0x7d40, MTL, 8, -1, -1, "Meteor Lake-M [Intel Graphics]", "") \
	ID(0x7d45, MTL, 8, -1, -1, "Meteor Lake-P [Intel Graphics]", "") \
	ID(0x7d55, MTL, 8, -1, -1, "Meteor Lake-P [Intel Arc Graphics]", "") \
	ID(0x7d60, MTL, 8, -1, -1, "Meteor Lake-M [Intel Graphics]", "") \
	ID(0x7dd5, MTL, 8, -1, -1, "Meteor Lake-P [Intel Graphics]", "") \
	ID(0x7d51, ARL_H, 8, -1, -1, "Arrow Lake-P [Intel Graphics]", "") \
	ID(0x7dd1, ARL_H, 8, -1, -1, "Arrow Lake-P [Intel Graphics]", "") \
	ID(0x7d41, ARL_U, 8, -1, -1, "Arrow Lake-U [Intel Graphics]", "") \
	ID(0x7d67, ARL_S, 8, -1, -1, "Arrow Lake-S [Intel Graphics]", "") \
	ID(0xb640, ARL_S, 8, -1, -1, "Arrow Lake-H [Intel Graphics]", "") \
	ID(0x6420, LNL, 8, -1, -1, "Lunar Lake [Intel Graphics]", "") \
	ID(0x64a0, LNL, 8, -1, -1, "Lunar Lake [Intel Arc Graphics 130V / 140V]", "") \
	ID(0x64b0, LNL, 8, -1, -1, "Lunar Lake [Intel Graphics]", "") \
	ID(0xb080, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb081, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb082, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb083, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb084, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb085, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb086, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb087, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb08f, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb090, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb0a0, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xb0b0, PTL, 8, -1, -1, "Panther Lake [Intel Graphics]", "") \
	ID(0xfd80, WCL, 8, -1, -1, "Wildcat Lake [Intel Graphics]", "") \
	ID(0xfd81, WCL, 8, -1, -1, "Wildcat Lake [Intel Graphics]", "") \
	ID(0xd740, NVL_S, 8, -1, -1, "", "") \
	ID(0xd741, NVL_S, 8, -1, -1, "", "") \
	ID(0xd742, NVL_S, 8, -1, -1, "", "") \
	ID(0xd743, NVL_S, 8, -1, -1, "", "") \
	ID(0xd744, NVL_S, 8, -1, -1, "", "") \
	ID(0xd745, NVL_S, 8, -1, -1, "", "") \
	ID(0xd750, NVL_P, 8, -1, -1, "", "") \
	ID(0xd751, NVL_P, 8, -1, -1, "", "") \
	ID(0xd752, NVL_P, 8, -1, -1, "", "") \
	ID(0xd753, NVL_P, 8, -1, -1, "", "") \
	ID(0xd754, NVL_P, 8, -1, -1, "", "") \
	ID(0xd755, NVL_P, 8, -1, -1, "", "") \
	ID(0xd756, NVL_P, 8, -1, -1, "", "") \
	ID(0xd757, NVL_P, 8, -1, -1, "", "") \
	ID(0xd75f, NVL_P, 8, -1, -1, "", "")
/* clang-format on */

#endif

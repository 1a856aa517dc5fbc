/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judgement of a VM that runs. Each case is a healthy guest with one thing wrong; what the
 * table must hold above all: no fault that leaves the driver dead is ever answered with yes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/look.h"
#include "launcher/verify/drivers.h"
#include "launcher/verify/judge.h"
#include "launcher/verify/manifest.h"

#define SHA	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHB	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char windows[] =
	"{\"look\":1,\"os\":\"windows\",\"name\":\"Microsoft Windows 11 Pro\",\"kernel\":\"10.0.26100\","
	"\"uptime\":\"600\",\"displays\":[{\"id\":\"PCI\\\\VEN_8086&DEV_4692&SUBSYS_86941043&REV_0C\\\\3&11583659&0&10\","
	"\"name\":\"Intel(R) UHD Graphics 730\",\"location\":\"@System32\\\\drivers\\\\pci.sys,#65536;PCI bus %1, "
	"device %2, function %3;(0,2,0)\",\"problem\":0,\"service\":\"igfxnDO\",\"version\":\"32.0.101.7000\","
	"\"date\":\"6-1-2025\",\"provider\":\"Intel Corporation\",\"inf\":\"oem7.inf\",\"runtime\":true},"
	"{\"id\":\"PCI\\\\VEN_1234&DEV_1111&SUBSYS_11001AF4&REV_02\\\\3&11583659&0&08\",\"name\":\"Microsoft Basic "
	"Display Adapter\",\"location\":\"x;(0,1,0)\",\"problem\":0,\"service\":\"BasicDisplay\",\"version\":"
	"\"10.0.26100.1\",\"date\":\"6-21-2006\",\"provider\":\"Microsoft\",\"inf\":\"display.inf\",\"runtime\":false}],"
	"\"vbs\":0,\"hyperv\":[],\"hypervisor\":true,\"monitors\":[{\"id\":\"DISPLAY\\\\DEL40A3\\\\5\",\"adapter\":"
	"\"PCI\\\\VEN_8086&DEV_4692&SUBSYS_86941043&REV_0C\\\\3&11583659&0&10\",\"name\":\"DELL U2720Q\",\"active\":true}],"
	"\"modes\":\"[{\\\"adapter\\\":\\\"PCI\\\\\\\\VEN_8086&DEV_4692\\\",\\\"width\\\":3840,\\\"height\\\":2160,\\\"hz\\\":60}]\","
	"\"console\":true,\"remote\":false,\"transforms\":[\"Intel\\u00ae Quick Sync Video H.264 Encoder MFT\"],\"errors\":[]}";

static const char linux_[] =
	"{\"look\":1,\"os\":\"linux\",\"name\":\"Debian GNU/Linux 13 (trixie)\",\"kernel\":\"6.12.48\",\"cmdline\":"
	"\"console=ttyS0 quiet\",\"uptime\":\"600.12\",\"displays\":[{\"address\":\"0000:00:02.0\",\"vendor\":\"0x8086\","
	"\"device\":\"0x4692\",\"class\":\"0x030000\",\"driver\":\"i915\",\"version\":\"\",\"nodes\":[\"card0\","
	"\"renderD128\"],\"engines\":[\"bcs0\",\"rcs0\",\"vcs0\",\"vecs0\"],\"connectors\":[{\"name\":\"DP-1\",\"status\":"
	"\"connected\",\"enabled\":\"enabled\",\"mode\":\"1920x1080\",\"edid\":256},{\"name\":\"HDMI-A-1\",\"status\":"
	"\"disconnected\",\"enabled\":\"disabled\",\"mode\":\"\",\"edid\":0},{\"name\":\"Writeback-1\",\"status\":"
	"\"unknown\",\"enabled\":\"disabled\",\"mode\":\"\",\"edid\":0}],\"vbt\":{\"size\":9216,\"sha256\":\"" SHA "\"}}],"
	"\"log\":[\"[    1.0] i915 0000:00:02.0: [drm] VT-d active for gfx access\"],\"profiles\":[\"VAProfileH264Main:"
	"VAEntrypointVLD\",\"VAProfileH264Main:VAEntrypointEncSliceLP\"],\"encode\":{\"status\":0,\"text\":\"\"},"
	"\"session\":{\"console\":\"wayland\",\"remote\":false}}";

/* What is wrong outside of the guest. */
enum {
	OPREGION_OFF = 1, HIDDEN = 2, DEAD = 4, FAULTS = 8, NO_BAR = 16, PAUSED = 32, NO_DEVICE = 64,
	NO_IGPU = 128, NO_ROM = 256, GMS = 512, LOST = 1024, NO_QEMU = 2048, NO_TRACE = 4096,
	EXPERIMENTAL = 8192, COMPUTE = 16384, ALONE = 32768, MANY_FAULTS = 65536, NO_WORDS = 131072,
	LEGACY = 262144, LAB = 524288,
};

#define NONE	((int)FINDING_COUNT)

static const struct {
	const char *name;
	const char *guest;	/* windows, linux_ */
	const char *display;	/* members of the first display that differ, as JSON; NULL none */
	const char *root;	/* members of the answer that differ */
	unsigned int outside;
	int cause;		/* NONE: no finding blocks */
	enum verdict verdict;
} cases[] = {
	{ "healthy Windows", windows, NULL, NULL, 0, NONE, VERDICT_WORKS },
	{ "healthy Linux", linux_, NULL, NULL, 0, NONE, VERDICT_WORKS },
	{ "Linux with xe", linux_, "{\"driver\":\"xe\"}", NULL, 0, NONE, VERDICT_WORKS },
	{ "the name in another language", windows,
	  "{\"name\":\"\\u82f1\\u7279\\u723e(R) UHD \\u986f\\u793a\\u6676\\u7247 730\","
	  "\"location\":\"@pci.sys,#65536;PCI \\u532f\\u6d41\\u6392 %1\\u3001\\u88dd\\u7f6e %2;(0,2,0)\"}",
	  "{\"name\":\"Microsoft Windows 11 \\u5c08\\u696d\\u7248\"}", 0, NONE, VERDICT_WORKS },

	/* from outside: whatever the guest claims */
	{ "the device is off the bus", windows, NULL, NULL, DEAD, FINDING_VERIFY_DEVICE_DEAD, VERDICT_BROKEN },
	{ "the kernel lost it", linux_, NULL, NULL, LOST, FINDING_VERIFY_DEVICE_DEAD, VERDICT_BROKEN },
	{ "a disk error stopped QEMU", linux_, NULL, NULL, PAUSED, FINDING_VERIFY_NOT_RUNNING, VERDICT_BROKEN },
	{ "QEMU shows no iGPU", linux_, NULL, NULL, NO_DEVICE, FINDING_VERIFY_NO_DEVICE, VERDICT_BROKEN },
	{ "QEMU was given none", linux_, NULL, NULL, NO_IGPU, FINDING_VERIFY_NO_DEVICE, VERDICT_BROKEN },
	{ "a guest that lies: BAR 0 is unmapped", windows, NULL, NULL, NO_BAR, FINDING_VERIFY_BAR_UNMAPPED,
	  VERDICT_BROKEN },
	{ "QEMU did not answer", windows, NULL, NULL, NO_QEMU, NONE, VERDICT_UNKNOWN },
	{ "the words of QEMU are not known", windows, NULL, NULL, NO_WORDS, NONE, VERDICT_UNKNOWN },
	{ "the OpRegion was asked for and not given", windows, NULL, NULL, NO_TRACE,
	  FINDING_PROBE_OPREGION_NOT_APPLIED, VERDICT_BROKEN },
	{ "legacy mode was asked for and not taken", windows, NULL, NULL, LEGACY,
	  FINDING_PROBE_LEGACY_NOT_APPLIED, VERDICT_BROKEN },

	/* Windows' codes by themselves */
	{ "Code 28", windows, "{\"problem\":28,\"service\":\"\"}", NULL, 0, FINDING_GUEST_NO_DRIVER,
	  VERDICT_BROKEN },
	{ "Microsoft's basic driver", windows, "{\"service\":\"BasicDisplay\",\"provider\":\"Microsoft\"}", NULL, 0,
	  FINDING_GUEST_BASIC_DRIVER, VERDICT_BROKEN },
	{ "basic driver beside VBS: the driver is missing first", windows,
	  "{\"service\":\"BasicDisplay\",\"provider\":\"Microsoft\"}", "{\"vbs\":2}", 0,
	  FINDING_GUEST_BASIC_DRIVER, VERDICT_BROKEN },
	{ "Code 22", windows, "{\"problem\":22}", NULL, 0, FINDING_GUEST_DISABLED, VERDICT_BROKEN },
	{ "Code 14", windows, "{\"problem\":14}", NULL, 0, FINDING_GUEST_RESTART, VERDICT_BROKEN },
	{ "Code 52", windows, "{\"problem\":52}", NULL, 0, FINDING_GUEST_DRIVER_REFUSED, VERDICT_BROKEN },
	{ "Code 12", windows, "{\"problem\":12}", NULL, 0, FINDING_GUEST_NO_RESOURCES, VERDICT_BROKEN },
	{ "Code 45", windows, "{\"problem\":45}", NULL, 0, FINDING_GUEST_VANISHED, VERDICT_BROKEN },
	{ "Code 39", windows, "{\"problem\":39}", NULL, 0, FINDING_GUEST_DRIVER_DAMAGED, VERDICT_BROKEN },
	{ "Code 31", windows, "{\"problem\":31}", NULL, 0, FINDING_GUEST_CODE_31, VERDICT_BROKEN },
	{ "Code 10", windows, "{\"problem\":10}", NULL, 0, FINDING_GUEST_CODE_10, VERDICT_BROKEN },
	{ "Code 43", windows, "{\"problem\":43}", NULL, 0, FINDING_GUEST_CODE_43, VERDICT_BROKEN },
	{ "Code 44", windows, "{\"problem\":44}", NULL, 0, FINDING_GUEST_CODE_OTHER, VERDICT_BROKEN },
	{ "a code of the future", windows, "{\"problem\":99}", NULL, 0, FINDING_GUEST_CODE_OTHER, VERDICT_BROKEN },
	{ "Windows has no Intel device", windows, "{\"id\":\"PCI\\\\VEN_1234&DEV_1111\"}", NULL, 0,
	  FINDING_GUEST_NO_IGPU, VERDICT_BROKEN },

	/* Code 43 and why, the most certain first */
	{ "43, hypervisor hidden", windows, "{\"problem\":43}", NULL, HIDDEN | FAULTS, FINDING_GUEST_HIDDEN,
	  VERDICT_BROKEN },
	{ "43, Windows sees no hypervisor", windows, "{\"problem\":43}", "{\"hypervisor\":false}", 0,
	  FINDING_GUEST_HIDDEN, VERDICT_BROKEN },
	{ "43, OpRegion off", windows, "{\"problem\":43}", "{\"vbs\":2}", OPREGION_OFF, FINDING_GUEST_NO_OPREGION,
	  VERDICT_BROKEN },
	{ "43, no ROM", windows, "{\"problem\":43}", NULL, NO_ROM, FINDING_GUEST_NO_ROM, VERDICT_BROKEN },
	{ "43, gms=0", windows, "{\"problem\":43}", NULL, GMS, FINDING_GUEST_GMS_ZERO, VERDICT_BROKEN },
	{ "43, DMA faults", windows, "{\"problem\":43}", "{\"hyperv\":[\"vmms\"]}", FAULTS,
	  FINDING_GUEST_DMA_FAULTS, VERDICT_BROKEN },
	{ "43, VBS", windows, "{\"problem\":43}", "{\"vbs\":2}", 0, FINDING_GUEST_VBS, VERDICT_BROKEN },
	{ "43, VBS on and not running", windows, "{\"problem\":43}", "{\"vbs\":1}", 0, FINDING_GUEST_CODE_43,
	  VERDICT_BROKEN },
	{ "43, Hyper-V", windows, "{\"problem\":43}", "{\"hyperv\":[\"vmcompute\",\"HvHost\"]}", 0,
	  FINDING_GUEST_HYPERV, VERDICT_BROKEN },
	{ "43, reported version", windows, "{\"problem\":43,\"version\":\"32.0.101.8515\"}", NULL, 0,
	  FINDING_GUEST_DRIVER_BAD, VERDICT_BROKEN },
	{ "43, Meteor Lake", windows, "{\"problem\":43}", NULL, EXPERIMENTAL, FINDING_GUEST_GENERATION,
	  VERDICT_BROKEN },
	{ "10, VBS", windows, "{\"problem\":10}", "{\"vbs\":2}", 0, FINDING_GUEST_VBS, VERDICT_BROKEN },
	{ "a driver that runs under VBS is no fault", windows, NULL, "{\"vbs\":2}", 0, NONE, VERDICT_WORKS },
	{ "a reported version that runs", windows, "{\"version\":\"32.0.101.8515\"}", NULL, 0, NONE, VERDICT_WORKS },

	/* not told is not yes */
	{ "no code told", windows, "{\"problem\":null}", NULL, 0, NONE, VERDICT_UNKNOWN },
	{ "a code that is no number", windows, "{\"problem\":\"0\"}", NULL, 0, NONE, VERDICT_UNKNOWN },
	{ "a negative code", windows, "{\"problem\":-1}", NULL, 0, NONE, VERDICT_UNKNOWN },
	{ "code 0 and no driver", windows, "{\"service\":\"\",\"provider\":\"\"}", NULL, 0, NONE, VERDICT_UNKNOWN },
	{ "code 0 and somebody's driver", windows, "{\"service\":\"vgapnp\",\"provider\":\"Acme\"}", NULL, 0, NONE,
	  VERDICT_UNKNOWN },
	{ "displays unread", windows, NULL, "{\"displays\":[null],\"errors\":[\"displays: denied\"]}", 0, NONE,
	  VERDICT_UNKNOWN },
	{ "displays of a wrong type", windows, NULL, "{\"displays\":5}", 0, NONE, VERDICT_UNKNOWN },
	{ "another look's answer", windows, NULL, "{\"look\":2}", 0, NONE, VERDICT_UNKNOWN },
	{ "another system", windows, NULL, "{\"os\":\"plan9\"}", 0, NONE, VERDICT_UNKNOWN },
	{ "os is no text", windows, NULL, "{\"os\":[]}", 0, NONE, VERDICT_UNKNOWN },

	/* Linux */
	{ "nomodeset", linux_, "{\"driver\":\"\",\"nodes\":[]}", "{\"cmdline\":\"quiet nomodeset\"}", 0,
	  FINDING_GUEST_MODESET_OFF, VERDICT_BROKEN },
	{ "blacklisted", linux_, "{\"driver\":\"\",\"nodes\":[]}", "{\"cmdline\":\"modprobe.blacklist=i915\"}", 0,
	  FINDING_GUEST_MODESET_OFF, VERDICT_BROKEN },
	{ "not bound", linux_, "{\"driver\":\"\",\"nodes\":[]}", NULL, 0, FINDING_GUEST_NOT_BOUND, VERDICT_BROKEN },
	{ "bound to another", linux_, "{\"driver\":\"vfio-pci\",\"nodes\":[]}", NULL, 0, FINDING_GUEST_NOT_BOUND,
	  VERDICT_BROKEN },
	{ "the kernel does not know it", linux_, "{\"driver\":\"\",\"nodes\":[]}",
	  "{\"log\":[\"i915 0000:00:02.0: Your graphics device 4692 is not properly supported by i915 in this "
	  "kernel version.\"]}", 0, FINDING_GUEST_KERNEL_OLD, VERDICT_BROKEN },
	{ "the probe failed", linux_, "{\"driver\":\"\",\"nodes\":[]}",
	  "{\"log\":[\"i915 0000:00:02.0: probe with driver i915 failed with error -5\"]}", 0,
	  FINDING_GUEST_PROBE_FAILED, VERDICT_BROKEN },
	{ "wedged", linux_, NULL, "{\"log\":[\"i915 0000:00:02.0: [drm] *ERROR* Failed to initialise HW, "
	  "declaring it wedged!\"]}", 0, FINDING_GUEST_WEDGED, VERDICT_BROKEN },
	{ "registers read as ones", linux_, NULL, "{\"log\":[\"i915 0000:00:02.0: [drm] *ERROR* MMIO unreliable "
	  "(forcewake register returns 0xFFFFFFFF)!\"]}", 0, FINDING_GUEST_MMIO_DEAD, VERDICT_BROKEN },
	{ "given up without a word", linux_, "{\"wedged\":\"1\"}", NULL, 0, FINDING_GUEST_WEDGED, VERDICT_BROKEN },
	{ "... which a simulated GPU always is", linux_, "{\"wedged\":\"1\"}", NULL, LAB, NONE, VERDICT_WORKS },
	{ "... but not what the log says", linux_, "{\"wedged\":\"1\"}", "{\"log\":[\"GPU is wedged\"]}", LAB,
	  FINDING_GUEST_WEDGED, VERDICT_BROKEN },
	{ "wedged with DMA faults", linux_, NULL, "{\"log\":[\"GPU is wedged\"]}", FAULTS,
	  FINDING_GUEST_DMA_FAULTS, VERDICT_BROKEN },
	{ "no render node", linux_, "{\"nodes\":[\"card0\"]}", NULL, 0, FINDING_GUEST_NO_NODES, VERDICT_BROKEN },
	{ "no nodes", linux_, "{\"nodes\":[]}", NULL, 0, FINDING_GUEST_NO_NODES, VERDICT_BROKEN },
	{ "no display device", linux_, NULL, "{\"displays\":[]}", 0, FINDING_GUEST_NO_IGPU, VERDICT_BROKEN },
	{ "i915 without the OpRegion", linux_, NULL, "{\"log\":[\"i915: Failed to find VBIOS tables (VBT)\"]}",
	  OPREGION_OFF, NONE, VERDICT_WORKS },

	/* outputs and what the VM is for */
	{ "no monitor, nothing else to look at", linux_, "{\"connectors\":[{\"name\":\"DP-1\",\"status\":"
	  "\"disconnected\"}]}", NULL, ALONE, FINDING_OUTPUT_NONE, VERDICT_BROKEN },
	{ "no monitor, an emulated display", linux_, "{\"connectors\":[{\"name\":\"DP-1\",\"status\":"
	  "\"disconnected\"}]}", NULL, 0, NONE, VERDICT_WORKS },
	{ "no monitor, for computing", linux_, "{\"connectors\":[]}", NULL, ALONE | COMPUTE, NONE, VERDICT_WORKS },
	{ "Windows, no monitor", windows, NULL, "{\"monitors\":[]}", ALONE, FINDING_OUTPUT_NONE, VERDICT_BROKEN },
	{ "Windows, only the emulated display's monitor", windows, NULL,
	  "{\"monitors\":[{\"adapter\":\"PCI\\\\VEN_1234&DEV_1111\",\"name\":\"QEMU Monitor\",\"active\":true}]}",
	  ALONE, FINDING_OUTPUT_NONE, VERDICT_BROKEN },
	{ "Windows, monitors unread", windows, NULL, "{\"monitors\":[null],\"errors\":[\"monitors: no\"]}", ALONE,
	  NONE, VERDICT_WORKS },
	{ "a remote session hides the monitors", windows, NULL,
	  "{\"monitors\":[],\"console\":false,\"remote\":true}", ALONE, NONE, VERDICT_WORKS },
	{ "no Quick Sync on a desktop", windows, "{\"runtime\":false}", "{\"transforms\":[]}", 0, NONE,
	  VERDICT_WORKS },
	{ "no Quick Sync for computing", windows, "{\"runtime\":false}", "{\"transforms\":[]}", COMPUTE,
	  FINDING_GUEST_NO_MEDIA, VERDICT_BROKEN },
	{ "Quick Sync not known, for computing", windows, "{\"runtime\":false}",
	  "{\"transforms\":[null],\"errors\":[\"transforms: no\"]}", COMPUTE, NONE, VERDICT_UNKNOWN },
	{ "the encode failed", linux_, NULL, "{\"encode\":{\"status\":1,\"text\":\"no\"}}", 0, NONE, VERDICT_WORKS },
	{ "the encode failed, for computing", linux_, NULL, "{\"encode\":{\"status\":1,\"text\":\"no\"}}", COMPUTE,
	  FINDING_GUEST_ENCODE_FAILED, VERDICT_BROKEN },
	{ "no vainfo: the engine counts", linux_, NULL, "{\"profiles\":null,\"encode\":null}", COMPUTE, NONE,
	  VERDICT_WORKS },
	{ "profiles without an encoder", linux_, NULL, "{\"profiles\":[\"VAProfileNone:VAEntrypointVideoProc\"],"
	  "\"encode\":null}", COMPUTE, FINDING_GUEST_NO_MEDIA, VERDICT_BROKEN },
};

/* As it is without any of the flags. The header of QEMU's trace is in the log. */
static struct seen *outside(unsigned int f)
{
	struct seen *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->platform = "ADL-S";
	s->compute = f & COMPUTE;
	s->experimental = f & EXPERIMENTAL;
	s->lab = f & LAB;
	s->asked = (struct seen_asked){ .read = !(f & NO_WORDS), .igpu = !(f & NO_IGPU),
					.opregion = !(f & OPREGION_OFF), .hidden = f & HIDDEN,
					.legacy = f & LEGACY, .emulated_display = !(f & ALONE),
					.gms_zero = f & GMS, .code = "/code.fd" };
	strcpy(s->asked.rom, f & NO_ROM ? "" : "/igd.rom");
	s->qemu = (struct seen_qemu){ .answered = !(f & NO_QEMU), .device = !(f & NO_DEVICE), .vendor = 0x8086,
				      .device_id = 0x4692, .bar0_mapped = !(f & NO_BAR), .log_whole = true };
	s->qemu.log = f & NO_TRACE ? "" : "vfio_pci_igd_opregion_enabled 0000:00:02.0\n";
	strcpy(s->qemu.run_state, f & PAUSED ? "io-error" : "running");
	s->host.log.read = s->host.config_read = true;
	s->host.dead = f & DEAD;
	s->host.log.event[LOG_FAULT].n = f & MANY_FAULTS ? 500 : f & FAULTS ? 3 : 0;
	s->host.log.event[LOG_LOST].n = f & LOST ? 1 : 0;
	return s;
}

static void patch(json_t *target, const char *text)
{
	json_t *change = text ? json_loads(text, 0, NULL) : NULL;

	assert_true(!text || change);
	assert_true(!change || !json_object_update(target, change));
	json_decref(change);
}

static void parse_case(size_t i, struct seen_guest *g)
{
	json_t *root = json_loads(cases[i].guest, 0, NULL);
	char *text;

	assert_non_null(root);
	patch(json_array_get(json_object_get(root, "displays"), 0), cases[i].display);
	patch(root, cases[i].root);
	text = json_dumps(root, 0);
	seen_guest_parse(text, strlen(text), g);
	free(text);
	json_decref(root);
}

static const char table[] =
	"# comment\nbad\t*\t32.0.101.8515\t32.0.101.8515\ta report\n"
	"good\tTGL,ADL-S\t31.0.101.3000\t31.0.101.4000\tanother\nnonsense\nbad\t*\tx\ty\tz\n";

static void judge_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct seen *s = outside(cases[i].outside);
		struct findings f = { 0 };
		const struct finding *cause;
		enum verdict v;

		parse_case(i, &s->guest);
		v = judge_seen(s, table, &f);
		cause = judge_cause(&f);
		if (v != cases[i].verdict || (cause ? (int)cause->id : NONE) != cases[i].cause)
			fail_msg("%s: %s, %s", cases[i].name, verdict_text(v),
				 cause ? finding_def(cause->id)->id : "-");
		free(s);
	}
}

/* Every end of a look but one leaves the driver unknown, and says why in a finding of its own. */
static void ends(void **state)
{
	(void)state;
	for (int e = 0; e < LOOK_ENDS; e++) {
		struct seen *s = outside(0);
		struct findings f = { 0 };

		assert_int_equal(look_end_find(look_end_text((enum look_end)e)), e);
		s->guest.end = (enum look_end)e;
		s->guest.igpu = -1;
		assert_int_equal(judge_seen(s, "", &f), VERDICT_UNKNOWN);
		assert_true(f.n || e == LOOK_RAN);
		free(s);
	}
	assert_int_equal(look_end_find("nonsense"), LOOK_GARBAGE);
	assert_int_equal(look_end_find(NULL), LOOK_GARBAGE);
}

/* Whoever else has the iGPU's memory is told of, and the driver that runs still runs. */
static void bar_held(void **state)
{
	(void)state;
	for (int held = 0; held < 2; held++) {
		struct seen *s = outside(0);
		struct findings f = { 0 };

		parse_case(0, &s->guest);
		s->host.held_bar = 2;
		strcpy(s->host.bar_holder, held ? "BOOTFB" : "");
		assert_int_equal(judge_seen(s, table, &f), VERDICT_WORKS);
		assert_int_equal(finding_has(&f, FINDING_VERIFY_BAR_HELD), held);
		free(s);
	}
}

/* No code but 0 is ever a yes, and each names a cause. */
static void all_codes(void **state)
{
	(void)state;
	for (int code = 1; code < 70; code++) {
		struct seen *s = outside(0);
		struct findings f = { 0 };
		json_t *root = json_loads(windows, 0, NULL);
		char *text;

		json_object_set_new(json_array_get(json_object_get(root, "displays"), 0), "problem",
				    json_integer(code));
		text = json_dumps(root, 0);
		seen_guest_parse(text, strlen(text), &s->guest);
		assert_int_equal(judge_seen(s, "", &f), VERDICT_BROKEN);
		assert_non_null(judge_cause(&f));
		free(text);
		json_decref(root);
		free(s);
	}
}

/* An answer that was cut off anywhere is never a yes. */
static void cut_off(void **state)
{
	static const char *const texts[] = { windows, linux_ };

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(texts); t++) {
		for (size_t n = 0; n < strlen(texts[t]); n += 7) {
			struct seen *s = outside(0);
			struct findings f = { 0 };

			seen_guest_parse(texts[t], n, &s->guest);
			assert_int_equal(s->guest.end, LOOK_GARBAGE);
			assert_int_equal(judge_seen(s, "", &f), VERDICT_UNKNOWN);
			free(s);
		}
	}
}

static void hostile(void **state)
{
	size_t n = 1 << 20;
	char *junk = malloc(n);
	struct seen_guest *g = calloc(1, sizeof(*g));

	(void)state;
	assert_true(junk && g);
	memset(junk, 'x', n);
	seen_guest_parse(junk, n, g);
	assert_int_equal(g->end, LOOK_GARBAGE);
	memset(junk, '[', n);
	*g = (struct seen_guest){ 0 };
	seen_guest_parse(junk, 200000, g);
	assert_int_equal(g->end, LOOK_GARBAGE);
	*g = (struct seen_guest){ 0 };
	seen_guest_parse("{\"look\":1,\"look\":1,\"os\":\"linux\"}", 33, g);
	assert_int_equal(g->end, LOOK_GARBAGE);	/* a member twice */
	free(junk);
	free(g);
}

/* Escape sequences do not get through, long texts and long lists are cut. */
static void bounded(void **state)
{
	struct seen_guest *g = calloc(1, sizeof(*g));
	json_t *root = json_loads(linux_, 0, NULL), *list = json_array();
	char *text, *name = malloc(5001);

	(void)state;
	memset(name, 'n', 5000);
	name[5000] = '\0';
	json_object_set_new(root, "name", json_string("a\x1b[31mb\x07"));
	json_object_set_new(root, "kernel", json_string(name));
	for (int i = 0; i < 500; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", "DP-1", "status", "connected"));
	json_object_set_new(json_array_get(json_object_get(root, "displays"), 0), "connectors", list);
	for (int i = 0; i < 500; i++)
		json_array_append_new(json_object_get(root, "log"), json_string("line"));
	for (int i = 0; i < 40; i++)
		json_array_append_new(json_object_get(root, "displays"), json_object());
	text = json_dumps(root, 0);
	seen_guest_parse(text, strlen(text), g);
	assert_int_equal(g->end, LOOK_RAN);
	assert_string_equal(g->os, "a?[31mb?");
	assert_int_equal(strlen(g->kernel), sizeof(g->kernel) - 1);
	assert_int_equal(g->n_output, SEEN_OUTPUTS_MAX);
	assert_int_equal(g->n_line, SEEN_LINES_MAX);
	assert_int_equal(g->n_display, SEEN_DISPLAYS_MAX);
	free(text);
	free(name);
	free(g);
	json_decref(root);
}

/* Two of Intel: the one at 00:02.0 counts; two elsewhere: neither does. */
static void two_gpus(void **state)
{
	static const char *const where[][2] = { { "x;(0,6,0)", "x;(0,2,0)" }, { "x;(0,6,0)", "x;(0,7,0)" },
						{ "", "" } };
	static const int want[] = { 1, -1, -1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct seen_guest *g = calloc(1, sizeof(*g));
		json_t *root = json_loads(windows, 0, NULL), *list = json_object_get(root, "displays");
		char *text;

		json_object_set_new(json_array_get(list, 1), "id", json_string("PCI\\VEN_8086&DEV_56A0"));
		for (size_t k = 0; k < 2; k++)
			json_object_set_new(json_array_get(list, k), "location", json_string(where[i][k]));
		text = json_dumps(root, 0);
		seen_guest_parse(text, strlen(text), g);
		assert_int_equal(g->igpu, want[i]);
		free(text);
		json_decref(root);
		free(g);
	}
}

static void details(void **state)
{
	struct seen_guest *g = calloc(1, sizeof(*g));

	(void)state;
	seen_guest_parse(windows, strlen(windows), g);
	assert_int_equal(g->display[0].device, 0x4692);
	assert_int_equal(g->display[0].slot, 2);
	assert_int_equal(g->n_output, 1);
	assert_string_equal(g->output[0].name, "DELL U2720Q");
	assert_int_equal(g->output[0].width, 3840);
	assert_int_equal(g->output[0].hz, 60);
	assert_int_equal(g->uptime_s, 600);
	assert_int_equal(g->media, TRI_YES);
	*g = (struct seen_guest){ 0 };
	seen_guest_parse(linux_, strlen(linux_), g);
	assert_int_equal(g->n_output, 2);	/* without Writeback */
	assert_int_equal(g->output[0].edid, 256);
	assert_int_equal(g->output[0].height, 1080);
	assert_int_equal(g->display[0].vbt_size, 9216);
	assert_string_equal(g->media_by, "VAProfileH264Main:VAEntrypointEncSliceLP");
	free(g);
}

/* --- what the host's table makes of it -------------------------------------------------------- */

static void connectors(void **state)
{
	static const struct {
		const char *kind[4];
		const char *sha;
		enum finding_id id;
		bool wanted;
	} rows[] = {
		{ { "DP", "HDMI-A" }, SHA, FINDING_GUEST_OUTPUTS_DIFFER, false },
		{ { "DP", "DP", "HDMI-A" }, SHA, FINDING_GUEST_OUTPUTS_DIFFER, true },
		{ { "eDP" }, SHA, FINDING_GUEST_OUTPUTS_DIFFER, true },
		{ { NULL }, SHA, FINDING_GUEST_OUTPUTS_DIFFER, false },
		{ { "DP", "HDMI-A" }, SHB, FINDING_GUEST_VBT_DIFFERS, true },
		{ { "DP", "HDMI-A" }, SHA, FINDING_GUEST_VBT_DIFFERS, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct seen *s = outside(0);
		struct findings f = { 0 };

		seen_guest_parse(linux_, strlen(linux_), &s->guest);
		for (; rows[i].kind[s->host.n_connector]; s->host.n_connector++)
			strcpy(s->host.connector[s->host.n_connector], rows[i].kind[s->host.n_connector]);
		s->host.vbt_size = 9216;
		strcpy(s->host.vbt_sha256, rows[i].sha);
		assert_int_equal(judge_seen(s, "", &f), VERDICT_WORKS);
		assert_int_equal(finding_has(&f, rows[i].id), rows[i].wanted);
		free(s);
	}
}

static void notes(void **state)
{
	struct seen *s = outside(MANY_FAULTS | OPREGION_OFF);
	struct findings f = { 0 };

	(void)state;
	seen_guest_parse(linux_, strlen(linux_), &s->guest);
	strcpy(s->guest.line[s->guest.n_line++], "i915 0000:00:02.0: [drm] GPU HANG: ecode 12:1:85dffffb");
	strcpy(s->guest.line[s->guest.n_line++], "i915 0000:00:02.0: Direct firmware load for i915/tgl_dmc_ver2_12.bin failed");
	strcpy(s->guest.line[s->guest.n_line++], "i915 0000:00:02.0: [drm] *ERROR* Stolen reserved area [mem 0x7df00000-0x7dffffff] outside stolen memory [mem 0x39f00000-0x3befffff]");
	assert_int_equal(judge_seen(s, "", &f), VERDICT_WORKS);
	assert_true(finding_has(&f, FINDING_GUEST_STOLEN));
	assert_true(finding_has(&f, FINDING_IOMMU_FAULTS));
	assert_true(finding_has(&f, FINDING_GUEST_HANG));
	assert_true(finding_has(&f, FINDING_GUEST_NO_FIRMWARE));
	assert_true(finding_has(&f, FINDING_OPREGION_OFF));
	free(s);
}

/* Of a device that died the guest's word of monitors and media is not repeated. */
static void dead_is_dead(void **state)
{
	struct seen *s = outside(DEAD | ALONE);
	struct findings f = { 0 };

	(void)state;
	seen_guest_parse(linux_, strlen(linux_), &s->guest);
	s->guest.n_output = 0;
	s->guest.media = TRI_NO;
	assert_int_equal(judge_seen(s, "", &f), VERDICT_BROKEN);
	assert_int_equal(f.n, 1);
	free(s);
}

/* --wait goes on only where time can help. */
static void waiting(void **state)
{
	struct seen *s = outside(0);

	(void)state;
	s->guest.end = LOOK_ABSENT;
	assert_true(judge_may_change(s, VERDICT_UNKNOWN));
	s->guest.end = LOOK_OLD;
	assert_false(judge_may_change(s, VERDICT_UNKNOWN));
	s->guest.end = LOOK_RAN;
	s->guest.uptime_s = 20;
	assert_true(judge_may_change(s, VERDICT_BROKEN));
	s->guest.uptime_s = 2000;
	assert_false(judge_may_change(s, VERDICT_BROKEN));
	s->guest.uptime_s = 20;
	s->host.dead = true;
	assert_false(judge_may_change(s, VERDICT_BROKEN));
	free(s);
}

/* --- QEMU's words ------------------------------------------------------------------------------- */

static void words(void **state)
{
	static const char text[] =
		"qemu\0-cpu\0host,vmx=off\0-drive\0if=pflash,unit=0,readonly=on,file=/var/a,,b.fd\0-device\0"
		"VGA,id=video0\0-device\0vfio-pci,id=usb,host=0000:00:14.0\0-device\0vfio-pci,id=igd0,host=0000:00:02.0,"
		"x-igd-legacy-mode=off,x-igd-opregion=on,romfile=/r.rom\0-trace\0cut";
	static const char hiding[] = "qemu\0-cpu\0host,kvm=off\0";
	static const char cut[] = "qemu\0-device\0vfio-pci,id=igd0,x-igd-opregion=on";
	struct seen_asked a;

	(void)state;
	seen_asked_parse(text, sizeof(text) - 1, &a);
	assert_true(a.read && a.igpu && a.opregion && a.emulated_display);
	assert_false(a.legacy || a.hidden || a.gms_zero);
	assert_string_equal(a.rom, "/r.rom");
	assert_string_equal(a.code, "/var/a,b.fd");
	seen_asked_parse(hiding, sizeof(hiding) - 1, &a);
	assert_true(a.hidden);
	assert_false(a.igpu);
	/* The word without its end may lack what follows. */
	seen_asked_parse(cut, sizeof(cut) - 1, &a);
	assert_false(a.igpu);
	seen_asked_parse("", 0, &a);
	assert_false(a.read);
}

/* --- reported versions --------------------------------------------------------------------------- */

static void drivers(void **state)
{
	static const struct {
		const char *platform, *version;
		enum driver_report want;
	} rows[] = {
		{ "ADL-S", "32.0.101.8515", DRIVER_BAD }, { NULL, "32.0.101.8515", DRIVER_BAD },
		{ "ADL-S", "31.0.101.3790", DRIVER_GOOD }, { "TGL", "31.0.101.3000", DRIVER_GOOD },
		{ "ADL", "31.0.101.3790", DRIVER_UNREPORTED }, { "ADL-S", "31.0.101.4001", DRIVER_UNREPORTED },
		{ "ADL-S", "31.0.101", DRIVER_UNREPORTED }, { "ADL-S", "", DRIVER_UNREPORTED },
		{ "ADL-S", "31.0.101.3790 beta", DRIVER_UNREPORTED },
	};
	char why[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(driver_reported(table, rows[i].platform, rows[i].version, why), rows[i].want);
		assert_int_equal(*why != '\0', rows[i].want != DRIVER_UNREPORTED);
	}
}

/* --- the manifest ------------------------------------------------------------------------------------ */

static void manifest(void **state)
{
	json_t *was = json_loads("{\"kernel\":\"6.12\",\"qemu\":\"/q\",\"gone\":\"x\",\"words\":[\"-a\",\"one\","
				 "\"socket,fd=5\"]}", 0, NULL);
	json_t *is = json_loads("{\"kernel\":\"6.18\",\"qemu\":\"/q\",\"words\":[\"-a\",\"two\",\"socket,fd=6\"],"
				"\"new\":\"y\"}", 0, NULL);
	json_t *diff = manifest_diff(was, is), *record, *later;
	char *text = json_dumps(diff, JSON_COMPACT);
	int64_t when = 0;

	(void)state;
	assert_string_equal(text,
		"[{\"what\":\"kernel\",\"was\":\"6.12\",\"is\":\"6.18\"},{\"what\":\"gone\",\"was\":\"x\",\"is\":null},"
		"{\"what\":\"new\",\"was\":null,\"is\":\"y\"},{\"what\":\"words\",\"was\":\"one\",\"is\":null},"
		"{\"what\":\"words\",\"was\":null,\"is\":\"two\"}]");
	record = manifest_record(NULL, was, VERDICT_WORKS, NULL, 1000);
	later = manifest_record(record, is, VERDICT_BROKEN, "guest.code43", 2000);
	assert_string_equal(json_string_value(json_object_get(later, "verdict")), "broken");
	assert_ptr_equal(manifest_worked(later, &when), was);
	assert_int_equal(when, 1000);
	json_decref(later);
	later = manifest_record(NULL, is, VERDICT_BROKEN, NULL, 2000);
	assert_null(manifest_worked(later, &when));
	free(text);
	json_decref(diff);
	json_decref(record);
	json_decref(later);
	json_decref(was);
	json_decref(is);
}

/* --- the scripts ----------------------------------------------------------------------------------------- */

static void scripts(void **state)
{
	static const char *const files[] = { "vm-templates/guest/look-linux.sh",
					     "vm-templates/guest/look-windows.ps1" };
	char *huge = malloc(LOOK_SCRIPT_MAX + 10);
	struct look_words w;

	(void)state;
	assert_int_equal(look_words_make("# c\n\techo a\n\n  # d\n\techo b", false, true, &w), 0);
	assert_string_equal(w.path, "/bin/sh");
	assert_string_equal(w.argv[1], "quick=1\necho a\necho b\n");
	assert_null(w.argv[2]);
	look_words_done(&w);
	look_words_done(&w);
	assert_int_equal(look_words_make("a", true, false, &w), 0);
	assert_string_equal(w.argv[5], "-EncodedCommand");
	/* "$quick=''\na\n" as UTF-16LE in base64 */
	assert_string_equal(w.argv[6], "JABxAHUAaQBjAGsAPQAnACcACgBhAAoA");
	look_words_done(&w);
	assert_int_equal(look_words_make("\xc3\xa4", true, false, &w), -EINVAL);
	memset(huge, 'x', LOOK_SCRIPT_MAX + 9);
	huge[LOOK_SCRIPT_MAX + 9] = '\0';
	assert_int_equal(look_words_make(huge, false, false, &w), -E2BIG);
	free(huge);
	for (int i = 0; i < 2; i++) {
		char *text = NULL;

		assert_int_equal(file_read_at(AT_FDCWD, files[i], 65536, &text, NULL), 0);
		assert_int_equal(look_words_make(text, i == 1, true, &w), 0);
		assert_true(strlen(w.text) < 32000);	/* CreateProcess() */
		look_words_done(&w);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judge_table), cmocka_unit_test(ends),	    cmocka_unit_test(all_codes),
		cmocka_unit_test(bar_held),
		cmocka_unit_test(cut_off),     cmocka_unit_test(hostile),   cmocka_unit_test(bounded),
		cmocka_unit_test(two_gpus),    cmocka_unit_test(details),   cmocka_unit_test(connectors),
		cmocka_unit_test(notes),       cmocka_unit_test(waiting), cmocka_unit_test(dead_is_dead),   cmocka_unit_test(words),
		cmocka_unit_test(drivers),     cmocka_unit_test(manifest),  cmocka_unit_test(scripts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

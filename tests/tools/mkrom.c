/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkrom: make firmware files for tests from nothing. See --help.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "romfiles/build.h"
#include "tests/tools/gen.h"

#define DRIVERS_MAX 8
#define IDS_MAX 64

static const char help_main[] =
	"usage: mkrom vbt|opregion|vbios|efirom [options] -o FILE\n"
	"       mkrom COMMAND --help\n"
	"\n"
	"Makes test firmware from nothing: no byte comes from anybody's firmware.\n";

static const char help_vbt[] =
	"usage: mkrom vbt [options] -o FILE\n"
	"\n"
	"A Video BIOS Table that Linux's i915 accepts.\n"
	"  --chip NAME          CFL, SKL, TGL, ADL-S or ADL-P [ADL-S]\n"
	"  --ports LIST         comma separated kind:letter; kinds dp, dp++, hdmi, dvi,\n"
	"                       edp; letters A to D; at most 4 [dp:B,hdmi:C]\n"
	"  --bdb-version N      155 or later [the chip's]\n"
	"  --pad SIZE           fill up to SIZE bytes with a private block; more than\n"
	"                       6144 needs RVDA in the OpRegion\n"
	"  --bad-checksum       one off\n"
	"  --short-bdb          bdb_size one too small, as in most real tables\n";

static const char help_opregion[] =
	"usage: mkrom opregion [options] -o FILE\n"
	"\n"
	"An ACPI OpRegion, 8 KiB, and behind it a VBT that RVDA points to.\n"
	"  --vbt FILE           up to 6144 bytes go to mailbox 4, more need RVDA\n"
	"  --version X.Y        [2.0, with relative RVDA 2.1]\n"
	"  --rvda none|relative|absolute ADDRESS\n"
	"                       [relative when the VBT is larger than mailbox 4];\n"
	"                       absolute: the physical address the VBT will have. The\n"
	"                       VBT is appended in both forms: loaded at X, it is at\n"
	"                       X + 0x2000\n"
	"  --bad-signature      one letter wrong\n"
	"  --size-zero          the size field says 0\n";

static const char help_vbios[] =
	"usage: mkrom vbios --device ID [options] -o FILE\n"
	"\n"
	"A legacy option ROM of 2 KiB or more whose code returns at once.\n"
	"  --device ID          PCI device id, hexadecimal\n"
	"  --vendor ID          [8086]\n"
	"  --list ID,ID,...     PCIR device list\n"
	"  --vbt FILE           embed a VBT\n"
	"  --cached-bdsm        carry the code pattern with a host's cached BDSM\n"
	"  --bad-checksum       one off\n"
	"  --not-last           no last-image indicator, for chains\n";

static const char help_efirom[] =
	"usage: mkrom efirom [options] -f VENDOR -i DEVICE [-i DEVICE ...] -o FILE\n"
	"                    DRIVER.efi [DRIVER.efi ...]\n"
	"\n"
	"An EFI option ROM, byte for byte as EDK2's EfiRom makes it.\n"
	"  -f VENDOR            PCI vendor id, hexadecimal\n"
	"  -i DEVICE            PCI device id; several make a device list\n"
	"  -l CLASS             class code of the drivers, hexadecimal [0]; given several\n"
	"                       times: of each in turn\n"
	"  -r REVISION          code revision, hexadecimal [0]\n";

enum {
	OPT_CHIP = 256, OPT_PORTS, OPT_BDB, OPT_PAD, OPT_BAD_SUM, OPT_SHORT_BDB, OPT_VBT,
	OPT_VERSION, OPT_RVDA, OPT_BAD_SIGNATURE, OPT_SIZE_ZERO, OPT_DEVICE, OPT_VENDOR,
	OPT_LIST, OPT_CACHED, OPT_NOT_LAST,
};

static const struct option options_vbt[] = {
	{ "chip", required_argument, NULL, OPT_CHIP },
	{ "ports", required_argument, NULL, OPT_PORTS },
	{ "bdb-version", required_argument, NULL, OPT_BDB },
	{ "pad", required_argument, NULL, OPT_PAD },
	{ "bad-checksum", no_argument, NULL, OPT_BAD_SUM },
	{ "short-bdb", no_argument, NULL, OPT_SHORT_BDB },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct option options_opregion[] = {
	{ "vbt", required_argument, NULL, OPT_VBT },
	{ "version", required_argument, NULL, OPT_VERSION },
	{ "rvda", required_argument, NULL, OPT_RVDA },
	{ "bad-signature", no_argument, NULL, OPT_BAD_SIGNATURE },
	{ "size-zero", no_argument, NULL, OPT_SIZE_ZERO },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct option options_vbios[] = {
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "vendor", required_argument, NULL, OPT_VENDOR },
	{ "list", required_argument, NULL, OPT_LIST },
	{ "vbt", required_argument, NULL, OPT_VBT },
	{ "cached-bdsm", no_argument, NULL, OPT_CACHED },
	{ "bad-checksum", no_argument, NULL, OPT_BAD_SUM },
	{ "not-last", no_argument, NULL, OPT_NOT_LAST },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const struct option options_efirom[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

_Noreturn static void fail(const char *what, const char *why)
{
	fprintf(stderr, "mkrom: %s: %s\n", what, why);
	exit(1);
}

_Noreturn static void usage(const char *help, bool wanted)
{
	fputs(help, wanted ? stdout : stderr);
	exit(wanted ? 0 : 2);
}

static uint64_t number(const char *text, int base, uint64_t max)
{
	char *end;
	uint64_t v;

	errno = 0;
	v = strtoull(text, &end, base);
	if (errno || end == text || *end || *text == '-' || v > max)
		fail(text, "not a number that fits here");
	return v;
}

static uint16_t pci_id(const char *text)
{
	return (uint16_t)number(text, 16, 0xffff);
}

/* The whole file, owned by the caller. */
static uint8_t *read_file(const char *path, size_t max, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = malloc(max + 1);

	if (!f || !p)
		fail(path, strerror(errno));
	*n = fread(p, 1, max + 1, f);
	if (ferror(f))
		fail(path, "cannot be read");
	if (*n > max)
		fail(path, "too large");
	fclose(f);
	return p;
}

static void write_file(const char *path, const uint8_t *p, size_t n)
{
	FILE *f;

	if (!path)
		fail("-o", "no file to write named");
	if (!n)
		fail(path, "what was asked for cannot be made, see --help");
	f = fopen(path, "wb");
	if (!f)
		fail(path, strerror(errno));
	if (fwrite(p, 1, n, f) != n || fclose(f))
		fail(path, "cannot be written");
}

static int cmd_vbt(int argc, char **argv)
{
	static uint8_t out[GEN_VBT_MAX];
	struct gen_vbt w = { 0 };
	const char *to = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "o:h", options_vbt, NULL)) != -1) {
		switch (c) {
		case 'o':
			to = optarg;
			break;
		case OPT_CHIP:
			w.chip = optarg;
			break;
		case OPT_PORTS:
			w.ports = optarg;
			break;
		case OPT_BDB:
			w.bdb_version = (unsigned int)number(optarg, 10, 999);
			break;
		case OPT_PAD:
			w.pad = number(optarg, 0, GEN_VBT_MAX);
			break;
		case OPT_BAD_SUM:
			w.bad_checksum = true;
			break;
		case OPT_SHORT_BDB:
			w.short_bdb = true;
			break;
		default:
			usage(help_vbt, c == 'h');
		}
	}
	if (optind != argc)
		usage(help_vbt, false);
	write_file(to, out, gen_vbt(&w, out));
	return 0;
}

static void parse_version(const char *text, struct gen_opregion *w)
{
	char end;

	if (sscanf(text, "%2u.%2u%c", &w->major, &w->minor, &end) != 2 || !w->major)
		fail(text, "not a version like 2.1");
}

/* "absolute" takes the next word, as --help says. */
static void parse_rvda(const char *text, int argc, char **argv, struct gen_opregion *w)
{
	if (!strcmp(text, "none")) {
		w->rvda = GEN_RVDA_NONE;
	} else if (!strcmp(text, "relative")) {
		w->rvda = GEN_RVDA_RELATIVE;
	} else if (!strcmp(text, "absolute") && optind < argc) {
		w->rvda = GEN_RVDA_ABSOLUTE;
		w->rvda_address = number(argv[optind++], 0, UINT64_MAX);
	} else {
		fail(text, "not none, relative or absolute ADDRESS");
	}
}

static int cmd_opregion(int argc, char **argv)
{
	static uint8_t out[GEN_OPREGION_MAX];
	struct gen_opregion w = { 0 };
	uint8_t *vbt = NULL;
	const char *to = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "+o:h", options_opregion, NULL)) != -1) {
		switch (c) {
		case 'o':
			to = optarg;
			break;
		case OPT_VBT:
			free(vbt);
			w.vbt = vbt = read_file(optarg, GEN_VBT_MAX, &w.vbt_n);
			break;
		case OPT_VERSION:
			parse_version(optarg, &w);
			break;
		case OPT_RVDA:
			parse_rvda(optarg, argc, argv, &w);
			break;
		case OPT_BAD_SIGNATURE:
			w.bad_signature = true;
			break;
		case OPT_SIZE_ZERO:
			w.size_zero = true;
			break;
		default:
			usage(help_opregion, c == 'h');
		}
	}
	if (optind != argc)
		usage(help_opregion, false);
	write_file(to, out, gen_opregion(&w, out));
	free(vbt);
	return 0;
}

static size_t parse_list(char *text, uint16_t ids[IDS_MAX])
{
	size_t n = 0;

	for (char *id = strtok(text, ","); id; id = strtok(NULL, ",")) {
		if (n == IDS_MAX)
			fail(id, "too many ids");
		ids[n++] = pci_id(id);
	}
	return n;
}

static int cmd_vbios(int argc, char **argv)
{
	static uint8_t out[GEN_VBIOS_MAX];
	static uint16_t ids[IDS_MAX];
	struct gen_vbios w = { .ids = ids };
	uint8_t *vbt = NULL;
	const char *to = NULL;
	bool device = false;
	int c;

	while ((c = getopt_long(argc, argv, "o:h", options_vbios, NULL)) != -1) {
		switch (c) {
		case 'o':
			to = optarg;
			break;
		case OPT_DEVICE:
			w.device = pci_id(optarg);
			device = true;
			break;
		case OPT_VENDOR:
			w.vendor = pci_id(optarg);
			break;
		case OPT_LIST:
			w.n_ids = parse_list(optarg, ids);
			break;
		case OPT_VBT:
			free(vbt);
			w.vbt = vbt = read_file(optarg, GEN_VBT_MAX, &w.vbt_n);
			break;
		case OPT_CACHED:
			w.cached_bdsm = true;
			break;
		case OPT_BAD_SUM:
			w.bad_checksum = true;
			break;
		case OPT_NOT_LAST:
			w.not_last = true;
			break;
		default:
			usage(help_vbios, c == 'h');
		}
	}
	if (optind != argc || !device)
		usage(help_vbios, false);
	write_file(to, out, gen_vbios(&w, out));
	free(vbt);
	return 0;
}

static void build_efirom(const struct rom_wish *w, struct rom_driver *d, char **files, size_t n,
			 const char *to)
{
	uint8_t *owned[DRIVERS_MAX], *out;
	size_t len, bad = 0;
	int r;

	for (size_t i = 0; i < n; i++)
		d[i].pe.p = owned[i] = read_file(files[i], ROM_BUILD_MAX, &d[i].pe.n);
	r = rom_build(w, d, n, NULL, 0, &len, &bad);
	if (r == -EBADMSG)
		fail(files[bad], "not a UEFI driver in PE format");
	if (r)
		fail("efirom", strerror(-r));
	out = malloc(len);
	if (!out)
		fail("efirom", strerror(errno));
	r = rom_build(w, d, n, out, len, &len, &bad);
	if (r)
		fail("efirom", strerror(-r));
	write_file(to, out, len);
	free(out);
	for (size_t i = 0; i < n; i++)
		free(owned[i]);
}

static int cmd_efirom(int argc, char **argv)
{
	struct rom_driver drivers[DRIVERS_MAX] = { 0 };
	uint16_t ids[IDS_MAX];
	struct rom_wish w = { .ids = ids };
	uint32_t class_code[DRIVERS_MAX] = { 0 };
	const char *to = NULL;
	int c, n, classes = 0;

	while ((c = getopt_long(argc, argv, "o:f:i:l:r:h", options_efirom, NULL)) != -1) {
		switch (c) {
		case 'o':
			to = optarg;
			break;
		case 'f':
			w.vendor = pci_id(optarg);
			break;
		case 'i':
			if (w.n_ids == IDS_MAX)
				fail(optarg, "too many ids");
			ids[w.n_ids++] = pci_id(optarg);
			break;
		case 'l':
			if (classes == DRIVERS_MAX)
				fail(optarg, "too many class codes");
			class_code[classes++] = (uint32_t)number(optarg, 16, 0xffffff);
			break;
		case 'r':
			w.revision = pci_id(optarg);
			break;
		default:
			usage(help_efirom, c == 'h');
		}
	}
	n = argc - optind;
	if (n < 1 || n > DRIVERS_MAX || !w.n_ids || !w.vendor || (classes > 1 && classes != n))
		usage(help_efirom, false);
	for (int i = 0; i < n; i++)
		drivers[i].class_code = class_code[classes > 1 ? i : 0];
	build_efirom(&w, drivers, argv + optind, (size_t)n, to);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "vbt", cmd_vbt },
		{ "opregion", cmd_opregion },
		{ "vbios", cmd_vbios },
		{ "efirom", cmd_efirom },
	};

	if (argc < 2)
		usage(help_main, false);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		usage(help_main, true);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].word))
			return commands[i].run(argc - 1, argv + 1);
	usage(help_main, false);
}

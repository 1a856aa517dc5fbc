/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/probe.h"

#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/vfio.h"
#include "romfiles/efi/report.h"
#include "romfiles/igd.h"
#include "romfiles/sha256.h"
#include "romfiles/vbt.h"

/* --- reading the report ------------------------------------------------------ */

static void parse_line(json_t *list, const char *line, size_t len)
{
	static const struct {
		const char *prefix, *from;
	} rows[] = {
		{ REPORT_PROBE_PREFIX, "probe" },
		{ REPORT_ASSIGN_PREFIX, "assign" },
		{ REPORT_POLICY_PREFIX, "policy" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = strlen(rows[i].prefix);
		json_t *o;

		if (len <= n || len > REPORT_LINE_MAX || memcmp(line, rows[i].prefix, n))
			continue;
		o = json_loadb(line + n, len - n, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(o) || json_object_set_new(o, "from", json_string(rows[i].from)) ||
		    json_array_append(list, o))
			o = (json_decref(o), NULL);
		json_decref(o);
		return;
	}
}

json_t *probe_parse(const char *log, size_t len)
{
	json_t *list = json_array();
	size_t at = 0;

	while (list && at < len) {
		const char *eol = memchr(log + at, '\n', len - at);
		size_t n = eol ? (size_t)(eol - (log + at)) : len - at;
		size_t text = n && log[at + n - 1] == '\r' ? n - 1 : n;

		/* A line still being written is not judged. */
		if (eol)
			parse_line(list, log + at, text);
		at += n + 1;
	}
	return list;
}

/* The first object that @from says of @subject; NULL: none. */
static const json_t *find_subject(const json_t *report, const char *from, const char *subject)
{
	const json_t *o;
	size_t i;

	json_array_foreach(report, i, o) {
		const char *who = json_string_value(json_object_get(o, "from"));
		const char *what = json_string_value(json_object_get(o, from));

		if (who && what && !strcmp(who, from) && !strcmp(what, subject))
			return o;
	}
	return NULL;
}

bool probe_ended(const json_t *report)
{
	return find_subject(report, "probe", "end") != NULL;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* A register or id, written as "0x..."; false: null, missing, not one. */
static bool hex_of(const json_t *o, const char *key, uint64_t *v)
{
	const char *digits = str_starts(text_of(o, key), "0x");

	return digits && str_u64(digits, 16, UINT64_MAX, v);
}

static bool hex_is(const json_t *o, const char *key, uint64_t want)
{
	uint64_t v;

	return hex_of(o, key, &v) && v == want;
}

/* --- what should be seen ------------------------------------------------------ */

static void expect_vbt(const struct vfio_facts *v, char hex[static SHA256_HEX])
{
	struct span table = vfio_vbt(v);
	size_t size = vbt_size(table);
	uint8_t sum[SHA256_BYTES];

	if (!size)
		return;
	sha256_sum(table.p, size, sum);
	sha256_hex(sum, hex);
}

/* BDSM: config 0x5c, 32 bit, or 0xc0, 64 bit; bits below 1 MiB are lock and reserved (igd.h). */
static uint64_t config_bdsm(const struct pci_fact *d, const struct igd_platform *platform)
{
	struct span config = { d->config, d->config_len };
	uint64_t base = 0;
	uint32_t base32 = 0;

	if (platform->bdsm == IGD_BDSM_64 && span_le64(config, 0xc0, &base))
		return base & ~0xfffffULL;
	if (platform->bdsm == IGD_BDSM_32 && span_le32(config, 0x5c, &base32))
		return base32 & 0xfff00000U;
	return 0;
}

void probe_expect_make(const struct plan *p, const struct host_facts *h, struct probe_expect *e)
{
	const struct igd_platform *platform = igd_find(p->device_id);
	int i = host_find(h, p->host_bdf);

	*e = (struct probe_expect){ 0 };
	expect_vbt(&h->vfio, e->vbt_sha256);
	if (h->lpc >= 0) {
		e->lpc_vendor = h->pci[h->lpc].vendor;
		e->lpc_device = h->pci[h->lpc].device;
	}
	if (i < 0 || !platform)
		return;
	if (!span_le16((struct span){ h->pci[i].config, h->pci[i].config_len }, 0x50, &e->ggc))
		e->ggc = 0;
	e->stolen_base = config_bdsm(&h->pci[i], platform);
}

/* --- rules --------------------------------------------------------------------- */

struct judged {
	const struct plan *plan;
	const struct probe_expect *expect;
	const json_t *report;
	const struct igd_platform *platform;
	struct findings *f;
};

static const json_t *probe_says(const struct judged *j, const char *subject)
{
	return find_subject(j->report, "probe", subject);
}

static bool judge_complete(const struct judged *j)
{
	const json_t *begin = probe_says(j, "begin"), *end = probe_says(j, "end");

	if (!begin) {
		finding_add(j->f, FINDING_PROBE_NO_REPORT,
			    _("nothing was reported from inside the guest"));
		return false;
	}
	if (json_integer_value(json_object_get(begin, "version")) != REPORT_VERSION)
		finding_add(j->f, FINDING_PROBE_INCOMPLETE,
			    _("the report is of another version than this igvm reads"));
	if (!end)
		finding_add(j->f, FINDING_PROBE_INCOMPLETE, _("the report stops before its end line"));
	return true;
}

static void judge_device(const struct judged *j)
{
	const json_t *o = probe_says(j, "device");

	if (hex_is(o, "vendor", 0x8086) && hex_is(o, "device", j->plan->device_id))
		return;
	finding_add(j->f, FINDING_PROBE_NO_DEVICE, _("guest 00:02.0 is %s:%s, planned was 8086:%04x"),
		    *text_of(o, "vendor") ? text_of(o, "vendor") : "-",
		    *text_of(o, "device") ? text_of(o, "device") : "-", j->plan->device_id);
}

static void judge_opregion(const struct judged *j)
{
	const json_t *o = probe_says(j, "opregion");
	const char *error = text_of(o, "error");

	if (!j->plan->opregion || !o)
		return;
	if (!strcmp(error, "not-set"))
		finding_add(j->f, FINDING_PROBE_ASLS_ZERO,
			    _("ASLS is not written (%s): Windows' driver finds no OpRegion, Code 43"),
			    text_of(o, "asls"));
	else if (*error)
		finding_add(j->f, FINDING_PROBE_OPREGION_BAD, _("OpRegion at %s: %s"),
			    text_of(o, "asls"), error);
	else if (!strcmp(text_of(o, "reserved"), "no"))
		finding_add(j->f, FINDING_PROBE_OPREGION_BAD,
			    _("OpRegion at %s lies in memory the operating system will use"),
			    text_of(o, "asls"));
}

static void judge_vbt(const struct judged *j)
{
	const json_t *o = probe_says(j, "vbt");

	if (!j->plan->opregion || finding_has(j->f, FINDING_PROBE_ASLS_ZERO) ||
	    finding_has(j->f, FINDING_PROBE_OPREGION_BAD) || !o)
		return;
	if (*text_of(o, "error") || !strcmp(text_of(o, "where"), "none"))
		finding_add(j->f, FINDING_PROBE_VBT_MISSING, _("no video BIOS table: %s"),
			    *text_of(o, "error") ? text_of(o, "error") : "none");
	else if (*j->expect->vbt_sha256 && strcmp(text_of(o, "sha256"), j->expect->vbt_sha256))
		finding_add(j->f, FINDING_PROBE_VBT_DIFFERS,
			    _("the guest's table has sha256 %.16s..., the host's %.16s..."),
			    text_of(o, "sha256"), j->expect->vbt_sha256);
}

static void judge_stolen_size(const struct judged *j)
{
	const json_t *o = probe_says(j, "ggc");
	uint64_t want, seen;

	if (!o || !j->platform || !j->expect->ggc || j->plan->gms >= 0 ||
	    j->platform->gms == IGD_GMS_MTL)
		return;
	want = igd_stolen_bytes(j->platform, j->expect->ggc);
	seen = (uint64_t)json_integer_value(json_object_get(o, "size"));
	if (seen != want)
		finding_add(j->f, FINDING_PROBE_GMS_DIFFERS,
			    _("the guest sees %ju MiB of stolen memory, the host has %ju MiB"),
			    (uintmax_t)(seen >> 20), (uintmax_t)(want >> 20));
}

static void judge_bdsm(const struct judged *j)
{
	const json_t *o = probe_says(j, "bdsm");
	const char *reserved = text_of(o, "reserved");
	uint64_t base = 0;

	if (!o || !j->platform || j->platform->bdsm == IGD_BDSM_NONE)
		return;
	/* SeaBIOS writes the 32-bit register only; the plan has warned (bios.no-stolen). */
	if (j->plan->firmware == PLAN_SEABIOS && j->platform->bdsm == IGD_BDSM_64)
		return;
	hex_of(o, "base", &base);
	if (!base) {
		finding_add(j->f, FINDING_PROBE_BDSM_ZERO, _("the base of stolen memory is not written"));
		return;
	}
	if (strcmp(reserved, "yes") && strcmp(reserved, "unknown"))
		finding_add(j->f, FINDING_PROBE_BDSM_NOT_RESERVED,
			    _("stolen memory at %s is not kept from the operating system (%s)"),
			    text_of(o, "base"), reserved);
	else if (!strcmp(text_of(o, "backed"), "no"))
		finding_add(j->f, FINDING_PROBE_STOLEN_UNBACKED,
			    _("what is written to stolen memory at %s, %ju MiB, cannot be read again"),
			    text_of(o, "base"),
			    (uintmax_t)json_integer_value(json_object_get(o, "size")) >> 20);
	if (j->expect->stolen_base && base != j->expect->stolen_base)
		finding_add(j->f, FINDING_STOLEN_BASE_DIFFERS,
			    _("stolen memory is at 0x%jx in the guest, at 0x%jx on the host"),
			    (uintmax_t)base, (uintmax_t)j->expect->stolen_base);
}

static void judge_lpc(const struct judged *j)
{
	const json_t *o = probe_says(j, "lpc");

	if (!j->plan->lpc || !o || !j->expect->lpc_vendor)
		return;
	if (!hex_is(o, "vendor", j->expect->lpc_vendor) || !hex_is(o, "device", j->expect->lpc_device))
		finding_add(j->f, FINDING_PROBE_LPC_DIFFERS,
			    _("guest 00:1f.0 is %s:%s, the host's is 0x%04x:0x%04x"),
			    text_of(o, "vendor"), text_of(o, "device"), j->expect->lpc_vendor,
			    j->expect->lpc_device);
}

static void judge_bars(const struct judged *j)
{
	const json_t *o;
	size_t i;

	json_array_foreach(j->report, i, o) {
		if (strcmp(text_of(o, "probe"), "bar") || strcmp(text_of(o, "read"), "unassigned"))
			continue;
		finding_add(j->f, FINDING_PROBE_BAR_DEAD, _("BAR %d has no address in the guest"),
			    (int)json_integer_value(json_object_get(o, "index")));
	}
}

static void judge_mmio(const struct judged *j)
{
	const json_t *o = probe_says(j, "mmio");

	if (!strcmp(text_of(o, "read"), "all-ones"))
		finding_add(j->f, FINDING_PROBE_BAR_DEAD,
			    _("the registers behind BAR 0 read as all ones, though the device is there"));
}

static void judge_dma(const struct judged *j)
{
	const json_t *o = probe_says(j, "dma");
	const char *result = text_of(o, "result");

	if (json_is_true(json_object_get(o, "offered")) && strcmp(result, "ok"))
		finding_add(j->f, FINDING_PROBE_NO_DMA,
			    _("the device was to copy memory of the guest: %s"),
			    *result ? result : "-");
}

/* Without MSI a driver has the pin; with neither it hears of nothing. */
static void judge_interrupt(const struct judged *j)
{
	const json_t *o = probe_says(j, "interrupt");
	const char *msi = text_of(o, "msi");

	if (!strcmp(msi, "refused"))
		finding_add(j->f, FINDING_PROBE_NO_INTERRUPT, _("the device's MSI cannot be switched on"));
	else if (!strcmp(msi, "absent") && !json_integer_value(json_object_get(o, "pin")))
		finding_add(j->f, FINDING_PROBE_NO_INTERRUPT,
			    _("the device has neither MSI nor an interrupt pin"));
}

static void judge_rom(const struct judged *j)
{
	const json_t *o = probe_says(j, "rom");

	if (*j->plan->rom && o && !strcmp(text_of(o, "where"), "none") &&
	    !json_integer_value(json_object_get(o, "bar_size")))
		finding_add(j->f, FINDING_PROBE_ROM_MISSING, _("the device shows no option ROM"));
}

static void judge_assign(const struct judged *j)
{
	static const char *const subjects[] = { "opregion", "stolen" };

	if (j->plan->firmware != PLAN_OVMF || !find_subject(j->report, "assign", "begin"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		const json_t *o = find_subject(j->report, "assign", subjects[i]);

		if (!strcmp(text_of(o, "result"), "failed"))
			finding_add(j->f, FINDING_PROBE_ASSIGN_SILENT,
				    _("the assignment driver could not set up %s: %s"), subjects[i],
				    text_of(o, "error"));
	}
}

/* What the GOP policy driver said last: "" a table was given, NULL nobody asked it. */
static const char *policy_error(const struct judged *j)
{
	const char *error = NULL;
	const json_t *o;
	size_t i;

	json_array_foreach(j->report, i, o)
		if (!strcmp(text_of(o, "policy"), "vbt"))
			error = text_of(o, "error");
	return error;
}

static void judge_no_gop(const struct judged *j)
{
	const char *error = policy_error(j);

	if (error && *error)
		finding_add(j->f, FINDING_PROBE_NO_PICTURE,
			    _("no output on the iGPU: the GOP driver got no video BIOS table (%s)"),
			    error);
	else if (error)
		finding_add(j->f, FINDING_PROBE_NO_PICTURE,
			    _("no output on the iGPU, though its GOP driver got a video BIOS table"));
	else
		finding_add(j->f, FINDING_PROBE_NO_PICTURE,
			    _("no output on the iGPU: no GOP driver asked for a video BIOS table"));
}

/* Only display = monitor-early promises a picture; a frame buffer elsewhere is never right. */
static void judge_gop(const struct judged *j)
{
	const json_t *o = probe_says(j, "gop");

	if (!o)
		return;
	if (json_is_true(json_object_get(o, "on_device"))) {
		const json_t *bar = json_object_get(o, "bar");

		if (json_is_null(bar))
			finding_add(j->f, FINDING_PROBE_NO_PICTURE,
				    _("the frame buffer at %s lies in no BAR of the iGPU"),
				    text_of(o, "base"));
		else if (json_is_integer(bar) && json_integer_value(bar) != 2)
			finding_add(j->f, FINDING_PROBE_NO_PICTURE,
				    _("the frame buffer at %s lies in BAR %d, not in the aperture (BAR 2)"),
				    text_of(o, "base"), (int)json_integer_value(bar));
	} else if (j->plan->display == DISPLAY_MONITOR_EARLY) {
		judge_no_gop(j);
	}
}

void probe_judge(const struct plan *p, const struct probe_expect *e, const json_t *report,
		 struct findings *f)
{
	static void (*const rules[])(const struct judged *j) = {
		judge_device, judge_opregion, judge_vbt, judge_stolen_size, judge_bdsm,
		judge_lpc, judge_bars, judge_mmio, judge_dma,
		judge_interrupt, judge_rom, judge_assign, judge_gop,
	};
	struct judged j = { p, e, report, igd_find(p->device_id), f };

	if (!judge_complete(&j))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		rules[i](&j);
}

enum verdict probe_verdict(const struct findings *f)
{
	return finding_worst(f) == SEVERITY_BLOCK ? VERDICT_BROKEN : VERDICT_WORKS;
}

bool probe_is_silent(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity == SEVERITY_BLOCK && f->v[i].id != FINDING_PROBE_NO_REPORT)
			return false;
	return finding_has(f, FINDING_PROBE_NO_REPORT);
}

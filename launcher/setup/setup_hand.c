/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of an earlier attempt, made by hand after some guide. Each is judged for the way that is wanted: a
 * table for words that stand for themselves, and one judge for lists of ids. Adopting takes them out of the
 * working copies; what they were is then the plan's before.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/cmdline.h"
#include "launcher/setup/setup_parts.h"
#include "romfiles/igd.h"

enum place { AT_CMDLINE, AT_MODPROBE, AT_MODULES };

/* What a line is worth: dedicated by ids, dedicated by address, shared. */
enum worth { RIGHT, IDLE, BAD, NONE };	/* NONE: no business of igvm's */

struct hand_row {
	enum place place;
	const char *pattern;	/* '*' at the end: anything may follow */
	enum worth ids, address, shared;
	const char *id;
	const char *why;
};

#define WHY_BLACKLIST	N_("a driver that is never loaded cannot give the screen back, not with igvm=off either; " \
			   "vfio-pci is first without it")
#define WHY_FRAMEBUFFER	N_("vfio-pci takes the firmware's framebuffer away by itself since Linux 6.0, and without " \
			   "it the host has no console until a driver loads")
#define WHY_EARLY	N_("the plan puts vfio-pci into the image itself; loaded by name it would not heed igvm=off")
#define WHY_ORDER	N_("vfio-pci is loaded before the host's driver")

static const struct hand_row rows[] = {
	{ AT_CMDLINE, "intel_iommu=on", RIGHT, RIGHT, RIGHT, NULL,
	  N_("switches the IOMMU on where the kernel's own default has it off") },
	{ AT_CMDLINE, "intel_iommu=on,igfx_off", BAD, BAD, BAD, "iommu.igfx-off",
	  N_("igfx_off takes the iGPU out of the IOMMU: it cannot be passed then") },
	{ AT_CMDLINE, "intel_iommu=igfx_off", BAD, BAD, BAD, "iommu.igfx-off",
	  N_("igfx_off takes the iGPU out of the IOMMU: it cannot be passed then") },
	{ AT_CMDLINE, "intel_iommu=off", BAD, BAD, BAD, "iommu.off", N_("the IOMMU is switched off") },
	{ AT_CMDLINE, "iommu=off", BAD, BAD, BAD, "iommu.off", N_("the IOMMU is switched off") },
	{ AT_CMDLINE, "iommu=pt", IDLE, IDLE, IDLE, NULL,
	  N_("is about the host's own devices: VFIO gives a passed one its own translation") },
	{ AT_CMDLINE, "iommu.passthrough=1", IDLE, IDLE, IDLE, NULL,
	  N_("is about the host's own devices: VFIO gives a passed one its own translation") },
	{ AT_CMDLINE, "video=efifb:off*", IDLE, IDLE, IDLE, NULL, WHY_FRAMEBUFFER },
	{ AT_CMDLINE, "video=vesafb:off*", IDLE, IDLE, IDLE, NULL, WHY_FRAMEBUFFER },
	{ AT_CMDLINE, "video=simplefb:off*", IDLE, IDLE, IDLE, NULL, WHY_FRAMEBUFFER },
	{ AT_CMDLINE, "initcall_blacklist=sysfb_init", IDLE, IDLE, IDLE, NULL, WHY_FRAMEBUFFER },
	{ AT_CMDLINE, "nomodeset", IDLE, IDLE, BAD, NULL,
	  N_("the host's driver cannot show a picture with it, when the VM has given the device back") },
	{ AT_CMDLINE, "i915.modeset=0", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "modprobe.blacklist=i915", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "modprobe.blacklist=xe", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "modprobe.blacklist=i915,xe", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "module_blacklist=i915", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "module_blacklist=xe", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "rd.driver.blacklist=i915", IDLE, IDLE, IDLE, NULL, WHY_BLACKLIST },
	{ AT_CMDLINE, "rd.driver.pre=vfio-pci", IDLE, IDLE, IDLE, NULL, WHY_EARLY },
	{ AT_CMDLINE, "rd.driver.pre=vfio_pci", IDLE, IDLE, IDLE, NULL, WHY_EARLY },
	{ AT_CMDLINE, "pcie_acs_override=*", IDLE, IDLE, IDLE, NULL,
	  N_("no kernel of a distribution but Proxmox VE's knows it, and the iGPU is alone in its group without it") },
	{ AT_CMDLINE, "vfio-pci-ids=*", IDLE, IDLE, IDLE, NULL, N_("is misspelt: the kernel does not know this word") },
	{ AT_MODPROBE, "blacklist i915", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_MODPROBE, "blacklist xe", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_MODPROBE, "install i915 /bin/false*", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_MODPROBE, "install i915 /bin/true*", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_MODPROBE, "options i915 modeset=0*", IDLE, IDLE, BAD, NULL, WHY_BLACKLIST },
	{ AT_MODPROBE, "softdep i915 pre: vfio*", RIGHT, RIGHT, IDLE, NULL, WHY_ORDER },
	{ AT_MODPROBE, "softdep xe pre: vfio*", RIGHT, RIGHT, IDLE, NULL, WHY_ORDER },
	{ AT_MODULES, "vfio", IDLE, IDLE, IDLE, NULL, WHY_EARLY },
	{ AT_MODULES, "vfio_pci", IDLE, IDLE, IDLE, NULL, WHY_EARLY },
	{ AT_MODULES, "vfio_pci_core", IDLE, IDLE, IDLE, NULL, WHY_EARLY },
	{ AT_MODULES, "vfio_iommu_type1", IDLE, IDLE, IDLE, NULL, WHY_EARLY },
	{ AT_MODULES, "vfio_virqfd", IDLE, IDLE, IDLE, NULL, N_("is part of vfio since Linux 6.2") },
	{ AT_MODULES, "i915", NONE, BAD, NONE, NULL,
	  N_("is loaded by name before igvm's rule has seen the device: i915 would have it") },
	{ AT_MODULES, "xe", NONE, BAD, NONE, NULL,
	  N_("is loaded by name before igvm's rule has seen the device: xe would have it") },
};

/* '-' is '_', blanks are equal in any number, "\\\n" is a blank. */
static bool matches(const char *pattern, const char *s)
{
	for (; *pattern && *pattern != '*'; pattern++) {
		if (*pattern == ' ') {
			size_t n = strspn(s, " \t\\\r\n");

			if (!n)
				return false;
			s += n;
			continue;
		}
		if (*s != *pattern && !(strchr("-_", *pattern) && *s && strchr("-_", *s)))
			return false;
		s++;
	}
	return *pattern == '*' || !*s;
}

struct hand {
	struct setup_work *k;
	const char *path;
	enum place place;
	struct edit_change change[64];
	size_t n;
};

static enum worth worth_of(const struct setup_work *k, const struct hand_row *r)
{
	return k->wish->way == SETUP_SHARED ? r->shared : k->by_address ? r->address : r->ids;
}

/* Takes @from out, or puts @to (owned by nobody: copied) in its place. */
static void change(struct hand *x, const char *from, const char *to)
{
	if (x->n == ARRAY_SIZE(x->change)) {
		x->k->r = -ENOSPC;	/* what is said to be taken over must be */
		return;
	}
	x->change[x->n].from = strdup(from);
	x->change[x->n].to = to ? strdup(to) : NULL;
	if (!x->change[x->n].from || (to && !x->change[x->n].to))
		x->k->r = -ENOMEM;
	x->n++;
}

/* What is taken from a command line must not come back by another file. */
static void expect_gone(struct hand *x, const char *word)
{
	char *gone = x->k->p->expect.not_cmdline;
	size_t n = strlen(gone), room = sizeof(x->k->p->expect.not_cmdline);

	if (x->place == AT_CMDLINE && n + strlen(word) + 2 < room)
		snprintf(gone + n, room - n, "%s%s", n ? " " : "", word);
}

static void judge(struct hand *x, enum worth worth, const char *id, unsigned int line, const char *word,
		  const char *to, const char *why)
{
	static const enum setup_say say[] = {
		[RIGHT] = SETUP_SAYS_KEPT, [IDLE] = SETUP_SAYS_POINTLESS, [BAD] = SETUP_SAYS_WRONG,
	};
	bool adopt = x->k->wish->adopt;
	char where[300];

	snprintf(where, sizeof(where), "%s:%u", x->path, line);
	setup_note(x->k->n, adopt ? SETUP_SAYS_REMOVED : say[worth], id, where, word, why);
	if (adopt) {
		change(x, word, to);
		expect_gone(x, word);
	}
}

/* intel_iommu=on may be what keeps the IOMMU on: adopted or not, it stays. */
static bool by_table(struct hand *x, unsigned int line, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum worth worth;

		if (rows[i].place != x->place || !matches(rows[i].pattern, word))
			continue;
		worth = worth_of(x->k, &rows[i]);
		if (worth == RIGHT && x->place == AT_CMDLINE)
			setup_note(x->k->n, SETUP_SAYS_KEPT, rows[i].id, x->path, word, rows[i].why);
		else if (worth != NONE)
			judge(x, worth, rows[i].id, line, word, NULL, rows[i].why);
		return true;
	}
	return false;
}

/* --- lists of ids ------------------------------------------------------------------------------ */

/* "8086:4692", perhaps with more fields behind. */
static bool parse_id(const char *s, size_t n, uint64_t *vendor, uint64_t *device)
{
	char text[16], *colon;

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	colon = strchr(text, ':');
	if (!colon)
		return false;
	*colon++ = '\0';
	colon[strcspn(colon, ":")] = '\0';
	return str_u64(text, 16, 0xffff, vendor) && str_u64(colon, 16, 0xffff, device);
}

struct ids {
	bool mine, wrong, foreign;	/* this iGPU's id, another iGPU's, others */
	char rest[256];			/* the list without iGPUs */
};

static void sort_ids(const struct setup_work *k, const char *list, struct ids *v)
{
	const struct pci_fact *d = k->h->igpu >= 0 ? &k->h->pci[k->h->igpu] : NULL;

	memset(v, 0, sizeof(*v));
	for (const char *s = list; *s;) {
		size_t n = strcspn(s, ", \t\\\r\n\"");
		uint64_t vendor, device;

		if (n && parse_id(s, n, &vendor, &device) && vendor == IGD_VENDOR_INTEL &&
		    (igd_find((uint16_t)device) || (d && d->device == device))) {
			if (d && d->device == device)
				v->mine = true;
			else
				v->wrong = true;
		} else if (n) {
			size_t have = strlen(v->rest);

			v->foreign = true;
			snprintf(v->rest + have, sizeof(v->rest) - have, "%s%.*s", have ? "," : "", (int)n, s);
		}
		if (s[n] != ',')
			break;
		s += n + 1;
	}
}

static void judge_ids(struct hand *x, unsigned int line, const char *word, const char *to, const struct ids *v)
{
	bool shared = x->k->wish->way == SETUP_SHARED, address = x->k->by_address;

	if (v->foreign)
		x->k->foreign_ids = true;
	if (v->wrong)
		judge(x, shared || address ? IDLE : BAD, "ids.not-this-machine", line, word, to,
		      N_("names an iGPU that this machine does not have, and vfio-pci heeds one list alone"));
	else if (v->mine)
		judge(x, shared ? BAD : RIGHT, NULL, line, word, to,
		      shared ? N_("vfio-pci takes the iGPU at boot: the host never has it to share") :
			       N_("vfio-pci takes this machine's iGPU at boot"));
}

/* vfio-pci.ids=LIST on a command line. */
static bool cmdline_ids(struct hand *x, unsigned int line, const char *word)
{
	const char *list = NULL;
	char to[300];
	struct ids v;

	if (x->place != AT_CMDLINE || (!matches("vfio-pci.ids=*", word) && !matches("pci-stub.ids=*", word)))
		return false;
	list = strchr(word, '=') + 1;
	sort_ids(x->k, list, &v);
	snprintf(to, sizeof(to), "%.*s%s", (int)(list - word), word, v.rest);
	judge_ids(x, line, word, v.foreign ? to : NULL, &v);
	return true;
}

/* options vfio-pci a=b ids=LIST c=d */
static bool modprobe_ids(struct hand *x, unsigned int line, const char *word)
{
	const char *ids, *behind;
	char to[600], rest[300];
	struct ids v;

	if (x->place != AT_MODPROBE || !matches("options vfio-pci *", word))
		return false;
	ids = strstr(word, " ids=");
	ids = ids ? ids : strstr(word, "\tids=");
	if (!ids)
		return true;
	sort_ids(x->k, ids + 5 + (ids[5] == '"'), &v);
	behind = ids + 5 + strcspn(ids + 5, " \t\\\r\n");
	snprintf(rest, sizeof(rest), v.foreign ? " ids=%s" : "", v.rest);
	snprintf(to, sizeof(to), "%.*s%s%s", (int)(ids - word), word, rest, behind);
	judge_ids(x, line, word, matches("options vfio-pci", to) ? NULL : to, &v);
	return true;
}

/* --- every text --------------------------------------------------------------------------------- */

static void each_word(struct hand *x, const char *text, const struct edit_words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		char word[600];

		if (w->v[i].len >= sizeof(word))
			continue;
		memcpy(word, text + w->v[i].at, w->v[i].len);
		word[w->v[i].len] = '\0';
		if (!cmdline_ids(x, w->v[i].line, word) && !modprobe_ids(x, w->v[i].line, word))
			by_table(x, w->v[i].line, word);
	}
}

/* What is left takes the text's place; a drop-in with nothing left in it goes, as a stock host has none. */
static void adopt(struct setup_work *k, size_t i, char *out, size_t len)
{
	bool empty = strspn(out, " \t\r\n") == len && strstr(k->x->v[i].path, ".d/");

	setup_set(k, i, out, len);
	k->gone[i] = empty;
	k->adopted[i] = true;
}

static void look(struct setup_work *k, size_t i, enum place place, setup_scan *scan)
{
	struct hand x = { .k = k, .path = k->x->v[i].path, .place = place };
	struct edit_words w;
	struct edit_error e;
	size_t len, out_len;
	const char *text = setup_now(k, i, &len);
	char where[300], *out = NULL;
	int r = text ? scan(text, len, &w, &e) : -ENOENT;

	if (r == -ENOENT)
		return;	/* taken out as a whole */
	if (r == -EINVAL) {
		snprintf(where, sizeof(where), e.line ? "%s:%u" : "%s", x.path, e.line);
		setup_note(k->n, SETUP_SAYS_TOLD, NULL, where, NULL, e.why);
		return;
	}
	if (!r) {
		each_word(&x, text, &w);
		if (x.n && !k->r)
			r = edit_apply(text, len, &w, x.change, x.n, &out, &out_len);
		edit_words_done(&w);
	}
	if (out)
		adopt(k, i, out, out_len);
	for (size_t c = 0; c < x.n; c++) {
		free((char *)(uintptr_t)x.change[c].from);
		free((char *)(uintptr_t)x.change[c].to);
	}
	if (r && !k->r)
		k->r = r;
}

#define SHELL(function, name, array)								\
	static int function(const char *text, size_t len, struct edit_words *w, struct edit_error *e)	\
	{											\
		return edit_shell(text, len, name, array, w, e);				\
	}
SHELL(scan_modules, "MODULES", true)
SHELL(scan_add_drivers, "add_drivers", false)
SHELL(scan_force_drivers, "force_drivers", false)

static void look_all(struct setup_work *k, size_t i)
{
	static const struct {
		const char *prefix;
		enum place place;
		setup_scan *scan;
	} places[] = {
		{ "/etc/modprobe.d/", AT_MODPROBE, edit_lines }, { "/etc/modules", AT_MODULES, edit_lines },
		{ "/etc/initramfs-tools/modules", AT_MODULES, edit_lines },
		{ "/etc/mkinitcpio.conf", AT_MODULES, scan_modules },
		{ "/etc/dracut.conf", AT_MODULES, scan_add_drivers },
		{ "/etc/dracut.conf", AT_MODULES, scan_force_drivers },
	};
	const char *path = k->x->v[i].path;
	setup_scan *scan;

	if (str_starts(path, "/etc/modprobe.d/") && strstr(k->x->v[i].text, "\r\n"))
		setup_note(k->n, SETUP_SAYS_TOLD, NULL, path, NULL,
			   N_("its lines end in carriage returns, which modprobe takes for a part of the last word: remove them"));
	for (int which = 0; (scan = setup_cmdline_scan(k, path, which)); which++)
		look(k, i, AT_CMDLINE, scan);
	for (size_t j = 0; j < ARRAY_SIZE(places); j++)
		if (str_starts(path, places[j].prefix))
			look(k, i, places[j].place, places[j].scan);
}

void setup_hand(struct setup_work *k)
{
	for (size_t i = 0; !k->r && i < k->x->n; i++) {
		const struct setup_text *t = &k->x->v[i];

		if (t->err)
			setup_note(k->n, SETUP_SAYS_TOLD, NULL, t->path, strerror(t->err),
				   N_("cannot be read, so nothing in it was judged"));
		else if (t->text && !str_starts(t->path, SETUP_TEMPLATE) && !strstr(t->text, SETUP_MARK))
			look_all(k, i);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A plan changes as little as it can. The binding itself
 * needs no word on the command line: vfio-pci, igvm's udev rule and (by ids)
 * a file of modprobe.d go into the initramfs, and the rule is what honours
 * igvm=off. The rule works in every initramfs that has udev and again on the
 * root, so there is one mechanism for all builders. Only an IOMMU that the kernel leaves
 * off costs a word at the boot loader.
 *
 * All texts are edited in working copies; at the end each one that differs becomes a
 * file of the plan. So several editors may work on one file, and the order of the parts
 * does not matter.
 */
#include "launcher/setup/setup_make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/cmdline.h"
#include "launcher/setup/setup_parts.h"
#include "romfiles/igd.h"

void setup_note(struct setup_notes *n, enum setup_say say, const char *id, const char *where,
		const char *what, const char *why)
{
	struct setup_note *x = &n->note[n->n];

	if (n->n == SETUP_NOTES_MAX) {
		n->left_out++;
		/* what refuses is never left out */
		if (say != SETUP_SAYS_REFUSED && say != SETUP_SAYS_WRONG)
			return;
		x = &n->note[SETUP_NOTES_MAX - 1];
		n->n--;
	}
	*x = (struct setup_note){ .say = say, .why = why };
	str_fit(x->id, sizeof(x->id), id ? id : "");
	str_fit(x->where, sizeof(x->where), where ? where : "");
	str_fit(x->what, sizeof(x->what), what ? what : "");
	str_sanitize(x->where);
	str_sanitize(x->what);
	n->n++;
}

bool setup_refused(const struct setup_notes *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->note[i].say == SETUP_SAYS_REFUSED || n->note[i].say == SETUP_SAYS_WRONG)
			return true;
	return false;
}

const char *setup_now(const struct setup_work *k, size_t i, size_t *len)
{
	const struct setup_text *t = &k->x->v[i];

	*len = k->now[i] ? k->now_len[i] : t->len;
	return k->gone[i] ? NULL : k->now[i] ? k->now[i] : t->text;
}

void setup_set(struct setup_work *k, size_t i, char *text, size_t len)
{
	free(k->now[i]);
	k->now[i] = text;
	k->now_len[i] = len;
	k->gone[i] = false;
}

/* --- may this host have such a plan? ---------------------------------------------------- */

static void refuse(struct setup_work *k, const char *id, const char *what, const char *why)
{
	setup_note(k->n, SETUP_SAYS_REFUSED, id, NULL, what, why);
}

static void check_device(struct setup_work *k)
{
	const struct host_facts *h = k->h;
	const struct igd_platform *pf = h->igpu < 0 ? NULL : igd_find(h->pci[h->igpu].device);
	struct cmdline c;

	cmdline_parse(h->cmdline, &c);
	if (h->igpu < 0)
		refuse(k, "igpu.none", NULL, N_("no Intel iGPU is at 00:02.0: switch it on in the firmware first"));
	if (pf && pf->bar == IGD_BAR_NO_IOMMU)
		refuse(k, "igpu.broadwell", pf->name,
		       N_("Linux takes the IOMMU from this iGPU, whatever is set: no setup helps"));
	if (h->igpu >= 0 && h->pci[h->igpu].numvfs > 0)
		setup_note(k->n, SETUP_SAYS_TOLD, "igpu.vf-in-use", NULL, NULL,
			   N_("the iGPU has virtual functions in use: take away what makes them at boot"));
	if (cmdline_lists(&c, "intel_iommu", "igfx_off"))
		setup_note(k->n, SETUP_SAYS_TOLD, "iommu.igfx-off", NULL, "igfx_off",
			   N_("is on the running kernel's command line and takes the iGPU out of the IOMMU"));
	if (h->vfio_module == TRI_NO)
		refuse(k, "vfio.module-missing", h->kernel,
		       N_("this kernel has no vfio-pci: install its package of extra modules, or another kernel"));
	if (h->dmar == TRI_NO)
		setup_note(k->n, SETUP_SAYS_TOLD, "iommu.off", NULL, NULL,
			   N_("the firmware tells of no IOMMU: switch VT-d on in its setup; no file can do that"));
}

static void check_builder(struct setup_work *k)
{
	const struct loader_facts *b = k->b;

	if (b->loader == BOOT_LOADER_NIXOS)
		refuse(k, NULL, "boot.initrd.kernelModules = [ \"vfio_pci\" ]; boot.extraModprobeConfig = "
		       "\"options vfio-pci ids=...\\nsoftdep i915 pre: vfio-pci\";",
		       N_("NixOS makes these files from its configuration: write this into configuration.nix, "
			  "with the id that igvm devices shows, and rebuild"));
	else if (b->builder == BOOT_BUILDER_BOOSTER)
		refuse(k, NULL, "modules: vfio_pci",
		       N_("booster runs neither hooks nor rules of others: write this into /etc/booster.yaml, ids and "
			  "softdep into /etc/modprobe.d, and run booster's build; or use the shared way"));
	else if (b->builder == BOOT_BUILDER_UNKNOWN)
		refuse(k, NULL, b->builder_why,
		       N_("igvm cannot tell what builds the initramfs, so it cannot put vfio-pci into it"));
	if (k->x->builtin_i915)
		refuse(k, NULL, b->next_kernel,
		       N_("i915 or xe is built into this kernel and is there before everything else: use the shared "
			  "way, or a kernel with the driver as a module"));
}

/* --- by ids or by address --------------------------------------------------------------------- */

static bool has_twin(const struct host_facts *h)
{
	const struct pci_fact *me = &h->pci[h->igpu];

	for (size_t i = 0; i < h->n_pci; i++)
		if ((int)i != h->igpu && h->pci[i].vendor == me->vendor && h->pci[i].device == me->device)
			return true;
	return false;
}

static void choose_by(struct setup_work *k)
{
	bool twin = k->h->igpu >= 0 && has_twin(k->h);

	k->by_address = k->wish->by == SETUP_BY_ADDRESS || twin || k->x->builtin_vfio;
	if (k->wish->by == SETUP_BY_IDS && twin)
		refuse(k, NULL, NULL, N_("another device has the same id: ids would take it too; use the address"));
	if (k->wish->by == SETUP_BY_IDS && k->x->builtin_vfio)
		refuse(k, NULL, NULL, N_("vfio-pci is built into this kernel and reads no modprobe.d; use the address"));
}

/* Known only when every hand-made line was seen. */
static void choose_again(struct setup_work *k)
{
	if (k->by_address || !k->foreign_ids)
		return;
	k->by_address = true;
	if (k->wish->by == SETUP_BY_IDS)
		refuse(k, NULL, NULL,
		       N_("ids of other devices are set for vfio-pci, and a second list would replace them; use the address"));
}

/* --- the words of the command line -------------------------------------------------------------- */

/*
 * A group exists: the kernel has the IOMMU on, by its own default or by the words that are there. No file
 * needs another word then.
 */
static const char *wanted_words(struct setup_work *k)
{
	struct cmdline c;

	if (k->h->iommu == TRI_UNKNOWN)
		setup_note(k->n, SETUP_SAYS_TOLD, "iommu.off", NULL, NULL,
			   N_("whether the IOMMU is on cannot be told here; igvm writes no word for it unseen"));
	if (k->h->iommu != TRI_NO || k->h->dmar == TRI_NO)
		return "";
	cmdline_parse(k->h->cmdline, &c);
	return cmdline_lists(&c, "intel_iommu", "on") ? "" : "intel_iommu=on";
}

/* --- the result ----------------------------------------------------------------------------------- */

static mode_t mode_of(const char *path)
{
	return !strcmp(path, SETUP_INITRAMFS_HOOK) || !strcmp(path, SETUP_MKINITCPIO_INSTALL) ? 0755 : 0644;
}

static const char *why_of(const char *path)
{
	static const struct {
		const char *path, *why;
	} rows[] = {
		{ SETUP_RULES, N_("gives the iGPU to vfio-pci when the kernel finds it, and leaves it alone with igvm=off") },
		{ SETUP_MODPROBE_CONF, N_("vfio-pci knows the iGPU's id and is loaded before i915 and xe") },
		{ SETUP_INITRAMFS_HOOK, N_("puts vfio-pci and the rule into the initramfs") },
		{ SETUP_MKINITCPIO_INSTALL, N_("a hook of mkinitcpio that puts vfio-pci and the rule into the image") },
		{ SETUP_MKINITCPIO_CONF, N_("adds the hook igvm to HOOKS") },
		{ SETUP_DRACUT_CONF, N_("puts vfio-pci and the rule into the initramfs") },
		{ SETUP_GRUB_CFG, N_("adds words to the kernel command line without touching /etc/default/grub") },
		{ SETUP_CMDLINE_CONF, N_("adds words to the kernel command line of the unified image") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].path, path))
			return rows[i].why;
	return N_("words are added that the next boot needs, or hand-made ones taken over");
}

static void collect_files(struct setup_work *k)
{
	for (size_t i = 0; !k->r && i < k->x->n; i++) {
		const struct setup_text *t = &k->x->v[i];
		size_t len;
		const char *now = setup_now(k, i, &len);

		if (now != t->text)
			k->r = setup_plan_file(k->p, t->path, t->text, t->len, now, len, mode_of(t->path),
					       why_of(t->path));
		if (!k->r && now != t->text && k->adopted[i])
			k->r = setup_plan_stock(k->p, t->path, k->stock[i].text, k->stock[i].len);
	}
}

static void expect(struct setup_work *k, const char *words)
{
	struct setup_expect *e = &k->p->expect;

	str_fit(e->kernel, sizeof(e->kernel), k->b->next_kernel);
	str_fit(e->cmdline, sizeof(e->cmdline), words);
	if (k->wish->way != SETUP_DEDICATED)
		return;
	str_fit(e->image_modules, sizeof(e->image_modules), "vfio-pci");
	str_fit(e->image_files, sizeof(e->image_files), k->by_address ? SETUP_RULES + 1 :
		"etc/udev/rules.d/60-igvm.rules etc/modprobe.d/igvm.conf");
}

static void say_how(struct setup_work *k)
{
	const struct loader_facts *b = k->b;

	for (size_t i = 0; i < b->n_how; i++)
		setup_note(k->n, SETUP_SAYS_FOUND, NULL, NULL, b->how[i], N_("how this host boots"));
}

/* Hand-made lines are out, and nothing of igvm's is in yet. */
static void keep_stock(struct setup_work *k)
{
	for (size_t i = 0; !k->r && i < k->x->n; i++) {
		size_t len;
		const char *now = setup_now(k, i, &len);

		if (!k->adopted[i] || !now)
			continue;
		k->stock[i].text = malloc(len + 1);
		k->stock[i].len = len;
		if (k->stock[i].text)
			memcpy(k->stock[i].text, now, len);
		else
			k->r = -ENOMEM;
	}
}

static void make(struct setup_work *k)
{
	const char *words = wanted_words(k);

	say_how(k);
	check_device(k);
	choose_by(k);
	if (k->wish->way == SETUP_DEDICATED)
		check_builder(k);
	setup_hand(k);
	keep_stock(k);
	if (k->wish->way == SETUP_DEDICATED)
		choose_again(k);
	setup_own_files(k, words);
	setup_cmdline(k, words);
	collect_files(k);
	setup_commands(k);
	expect(k, words);
}

int setup_make(const struct host_facts *h, const struct loader_facts *b,
	       const struct setup_texts *x, const struct setup_wish *w, struct setup_plan *p,
	       struct setup_notes *n)
{
	struct setup_work k = { .h = h, .b = b, .x = x, .wish = w, .p = p, .n = n };

	memset(p, 0, sizeof(*p));
	memset(n, 0, sizeof(*n));
	p->way = w->way;
	k.now = calloc(x->n + 1, sizeof(*k.now));
	k.now_len = calloc(x->n + 1, sizeof(*k.now_len));
	k.gone = calloc(x->n + 1, sizeof(*k.gone));
	k.adopted = calloc(x->n + 1, sizeof(*k.adopted));
	k.stock = calloc(x->n + 1, sizeof(*k.stock));
	if (k.now && k.now_len && k.gone && k.adopted && k.stock)
		make(&k);
	else
		k.r = -ENOMEM;
	for (size_t i = 0; i < x->n; i++) {
		free(k.now ? k.now[i] : NULL);
		free(k.stock ? k.stock[i].text : NULL);
	}
	free(k.now);
	free(k.now_len);
	free(k.gone);
	free(k.adopted);
	free(k.stock);
	return k.r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* igvm's own files, the boot loader's words, and the commands that make both count. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/setup/setup_parts.h"

/* --- templates --------------------------------------------------------------------------- */

struct values {
	char bdf[BDF_TEXT_MAX], ids[16], items[128];
	const char *driver, *words;
};

/* i915 until Linux chose xe for what came after Lunar Lake; what holds the device now knows better. */
static const char *host_driver(const struct pci_fact *d)
{
	return !strcmp(d->driver, "xe") ? "xe" : "i915";
}

static void find_values(const struct setup_work *k, const char *words, struct values *v)
{
	const struct pci_fact *d = &k->h->pci[k->h->igpu];

	*v = (struct values){ .driver = host_driver(d), .words = words };
	bdf_text(d->bdf, v->bdf);
	snprintf(v->ids, sizeof(v->ids), "%04x:%04x", d->vendor, d->device);
	str_fit(v->items, sizeof(v->items), k->by_address ? SETUP_RULES : SETUP_RULES " " SETUP_MODPROBE_CONF);
}

static const char *value_of(const struct values *v, const char *key, size_t n)
{
	const struct {
		const char *key, *value;
	} rows[] = {
		{ "@BDF@", v->bdf }, { "@IDS@", v->ids }, { "@ITEMS@", v->items },
		{ "@DRIVER@", v->driver }, { "@WORDS@", v->words },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].key) == n && !memcmp(rows[i].key, key, n))
			return rows[i].value;
	return NULL;
}

/* The template with its @NAMES@ filled in, owned; NULL: no memory. */
static char *fill(const char *template, const struct values *v, size_t *len)
{
	char *out = NULL;
	FILE *f = memory_open(&out, len);

	if (!f)
		return NULL;
	for (const char *s = template; *s;) {
		const char *end = *s == '@' ? strchr(s + 1, '@') : NULL;
		size_t n = end ? (size_t)(end - s) + 1 : strcspn(s + 1, "@") + 1;
		const char *value = end ? value_of(v, s, n) : NULL;

		if (value)
			fputs(value, f);
		else
			fwrite(s, 1, n, f);
		s += n;
	}
	return memory_close(f, &out) ? NULL : out;
}

/* --- own files ------------------------------------------------------------------------------ */

static size_t index_of(const struct setup_work *k, const char *path)
{
	for (size_t i = 0; i < k->x->n; i++)
		if (!strcmp(k->x->v[i].path, path))
			return i;
	return k->x->n;
}

/* Somebody else's file under our name is neither replaced nor taken away. */
static bool is_ours(struct setup_work *k, size_t i)
{
	const struct setup_text *t = &k->x->v[i];

	if (!t->err && (!t->text || strstr(t->text, SETUP_MARK)))
		return true;
	setup_note(k->n, SETUP_SAYS_REFUSED, NULL, t->path, t->err ? strerror(t->err) : NULL,
		   t->err ? N_("a file of this name is there and cannot be read") :
			    N_("a file of this name is there that igvm did not write: give it another name"));
	return false;
}

static void write_own(struct setup_work *k, const char *path, const char *template, const struct values *v)
{
	size_t i = index_of(k, path), from, len;
	char full[64], *text;

	if (k->r || i == k->x->n || !is_ours(k, i))
		return;
	snprintf(full, sizeof(full), SETUP_TEMPLATE "%s", template);
	from = index_of(k, full);
	if (from == k->x->n || !k->x->v[from].text) {
		k->r = -ENOENT;
		return;
	}
	text = fill(k->x->v[from].text, v, &len);
	if (text)
		setup_set(k, i, text, len);
	else
		k->r = -ENOMEM;
}

static void take_own(struct setup_work *k, const char *path)
{
	size_t i = index_of(k, path);

	if (i < k->x->n && (k->x->v[i].text || k->x->v[i].err) && is_ours(k, i))
		k->gone[i] = true;
}

/* HOOKS in a drop-in only where mkinitcpio reads drop-ins: not when a preset names a configuration. */
static bool has_dropins(const struct setup_work *k)
{
	size_t n = strlen("/etc/mkinitcpio.conf.d/");

	for (size_t i = 0; !k->b->preset_config && i < k->x->n; i++)
		if (!strncmp(k->x->v[i].path, SETUP_MKINITCPIO_CONF, n) && k->x->v[i].text)
			return true;
	return !k->b->preset_config;
}

static void edit_one(struct setup_work *k, const char *path, setup_scan *scan,
		     const struct edit_change *c, size_t n);

static int scan_hooks(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	return edit_shell(text, len, "HOOKS", true, w, e);
}

struct own {
	const char *path, *template;
	bool want;
};

/* An mkinitcpio.conf of a plan before may have the hook's name; without the hook no image can be built. */
static void edit_hooks(struct setup_work *k, bool want)
{
	const struct edit_change put = { NULL, "igvm" }, take = { "igvm", NULL };
	size_t i = index_of(k, "/etc/mkinitcpio.conf");

	if (i < k->x->n && k->x->v[i].text && (want || strstr(k->x->v[i].text, "igvm")))
		edit_one(k, "/etc/mkinitcpio.conf", scan_hooks, want ? &put : &take, 1);
}

void setup_own_files(struct setup_work *k, const char *words)
{
	enum boot_builder builder = k->b->builder;
	bool bound = k->wish->way == SETUP_DEDICATED && k->h->igpu >= 0;
	bool mkinitcpio = bound && builder == BOOT_BUILDER_MKINITCPIO;
	const struct own own[] = {
		{ SETUP_RULES, k->by_address ? "udev-address.rules" : "udev-ids.rules", bound },
		{ SETUP_MODPROBE_CONF, "modprobe.conf", bound && !k->by_address },
		{ SETUP_INITRAMFS_HOOK, "initramfs-tools-hook", bound && builder == BOOT_BUILDER_INITRAMFS_TOOLS },
		{ SETUP_MKINITCPIO_INSTALL, "mkinitcpio-install", mkinitcpio },
		{ SETUP_MKINITCPIO_CONF, "mkinitcpio.conf", mkinitcpio && has_dropins(k) },
		{ SETUP_DRACUT_CONF, "dracut.conf", bound && builder == BOOT_BUILDER_DRACUT },
	};
	struct values v = { 0 };

	if (k->h->igpu >= 0)
		find_values(k, words, &v);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		if (own[i].want)
			write_own(k, own[i].path, own[i].template, &v);
		else
			take_own(k, own[i].path);
	}
	edit_hooks(k, mkinitcpio && !has_dropins(k));
}

/* --- the command line ------------------------------------------------------------------------ */

static int scan_grub_default(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	return edit_shell(text, len, "GRUB_CMDLINE_LINUX_DEFAULT", false, w, e);
}

static int scan_grub(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	return edit_shell(text, len, "GRUB_CMDLINE_LINUX", false, w, e);
}

static int scan_limine_default(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	return edit_shell(text, len, "KERNEL_CMDLINE[default]", false, w, e);
}

setup_scan *setup_cmdline_scan(const struct setup_work *k, const char *path, int which)
{
	if (!strcmp(path, "/etc/default/grub") || str_starts(path, "/etc/default/grub.d/"))
		return which == 0 ? scan_grub_default : which == 1 ? scan_grub : NULL;
	if (which)
		return NULL;
	if (!strcmp(path, "/etc/default/limine"))
		return scan_limine_default;
	if (!strcmp(path, "/etc/kernel/cmdline") || str_starts(path, "/etc/cmdline.d/"))
		return edit_cmdline;
	if (!strcmp(path, k->b->config) && k->b->source == BOOT_SOURCE_LIMINE_CONF)
		return edit_limine;
	for (size_t i = 0; i < k->b->n_entries; i++)
		if (!strcmp(path, k->b->entry[i]))
			return edit_bls;
	return NULL;
}

static void edit_one(struct setup_work *k, const char *path, setup_scan *scan,
		     const struct edit_change *c, size_t n)
{
	size_t i = index_of(k, path), len, out_len;
	const char *text = i < k->x->n ? setup_now(k, i, &len) : NULL;
	struct edit_words w;
	struct edit_error e;
	char where[300], *out;
	int r;

	if (k->r || !text)
		return;
	r = scan(text, len, &w, &e);
	if (r == -EINVAL) {
		snprintf(where, sizeof(where), e.line ? "%s:%u" : "%s", path, e.line);
		setup_note(k->n, SETUP_SAYS_REFUSED, NULL, where, c->to ? c->to : c->from, e.why);
		return;
	}
	if (!r) {
		r = edit_apply(text, len, &w, c, n, &out, &out_len);
		edit_words_done(&w);
	}
	if (r)
		k->r = r;
	else
		setup_set(k, i, out, out_len);
}

static void tell_by_hand(struct setup_work *k, const char *words)
{
	static const struct {
		enum boot_loader loader;
		const char *why;
	} rows[] = {
		{ BOOT_LOADER_REFIND, N_("rEFInd booted this kernel: add this word by hand to the options in "
					 "/boot/refind_linux.conf, then run igvm setup again") },
		{ BOOT_LOADER_NIXOS, N_("add this word to boot.kernelParams in configuration.nix and rebuild") },
		{ BOOT_LOADER_UNKNOWN, N_("igvm cannot tell which boot loader booted this kernel: add this word to its "
					  "kernel command line by hand, then run igvm setup again") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].loader == k->b->loader) {
			setup_note(k->n, SETUP_SAYS_REFUSED, "iommu.off", k->b->loader_why, words, rows[i].why);
			return;
		}
	setup_note(k->n, SETUP_SAYS_REFUSED, "iommu.off", NULL, words,
		   N_("the file with this boot loader's kernel command line was not found: add this word by hand, "
		      "then run igvm setup again"));
}

static void add_to_entries(struct setup_work *k, const struct edit_change *c)
{
	for (size_t i = 0; i < k->b->n_entries; i++)
		edit_one(k, k->b->entry[i], edit_bls, c, 1);
	/* What makes the entries of the next kernel reads these. */
	edit_one(k, "/etc/kernel/cmdline", edit_cmdline, c, 1);
	if (k->b->loader == BOOT_LOADER_GRUB)
		edit_one(k, "/etc/default/grub", scan_grub, c, 1);
}

/* A line of ours behind what igvm's dracut.conf.d file says already. */
static void add_to_dracut(struct setup_work *k, const char *words)
{
	size_t i = index_of(k, SETUP_DRACUT_CONF), len = 0, out_len;
	const char *text = setup_now(k, i, &len);
	char *out = NULL;
	FILE *f = memory_open(&out, &out_len);

	if (!f) {
		k->r = -ENOMEM;
		return;
	}
	fprintf(f, "%skernel_cmdline+=\" %s \"\n", text ? text : "# " SETUP_MARK "; igvm setup --undo takes it away.\n",
		words);
	k->r = memory_close(f, &out);
	if (k->r)
		return;
	setup_set(k, i, out, out_len);
}

void setup_cmdline(struct setup_work *k, const char *words)
{
	const struct edit_change c = { NULL, words };
	struct values v = { .words = words };

	if (!*words)
		return;
	switch (k->b->source) {
	case BOOT_SOURCE_NONE:
		tell_by_hand(k, words);
		break;
	case BOOT_SOURCE_GRUB_DROPIN:
		write_own(k, SETUP_GRUB_CFG, "grub.cfg", &v);
		break;
	case BOOT_SOURCE_GRUB_DEFAULT:
		edit_one(k, "/etc/default/grub", scan_grub_default, &c, 1);
		break;
	case BOOT_SOURCE_BLS:
		add_to_entries(k, &c);
		break;
	case BOOT_SOURCE_KERNEL_CMDLINE:
		edit_one(k, "/etc/kernel/cmdline", edit_cmdline, &c, 1);
		break;
	case BOOT_SOURCE_CMDLINE_D:
		write_own(k, SETUP_CMDLINE_CONF, "cmdline.conf", &v);
		break;
	case BOOT_SOURCE_DRACUT:
		add_to_dracut(k, words);
		break;
	case BOOT_SOURCE_LIMINE_DEFAULT:
		edit_one(k, "/etc/default/limine", scan_limine_default, &c, 1);
		break;
	case BOOT_SOURCE_LIMINE_CONF:
		edit_one(k, k->b->config, edit_limine, &c, 1);
		break;
	}
}

/* --- commands --------------------------------------------------------------------------------- */

static void command(struct setup_work *k, const char *const *argv, const char *why)
{
	if (!k->r)
		k->r = setup_plan_command(k->p, argv, true, why);
}

#define RUN(k, why, ...) command(k, (const char *const[]){ __VA_ARGS__, NULL }, why)

#define WHY_IMAGE	N_("builds the initramfs anew, with what the files above put into it")
#define WHY_ENTRY	N_("writes the boot loader's configuration anew, with the words above")

/* Is there a file of the plan below one of these? */
static bool touches(const struct setup_plan *p, const char *const *prefix, size_t n)
{
	for (size_t i = 0; i < p->n_files; i++)
		for (size_t j = 0; j < n; j++)
			if (str_starts(p->file[i].path, prefix[j]))
				return true;
	return false;
}

static void kernel_install(struct setup_work *k, const char *why)
{
	if (!*k->b->next_image)
		setup_note(k->n, SETUP_SAYS_REFUSED, NULL, NULL, k->b->next_kernel,
			   N_("the image of this kernel was not found, which kernel-install needs"));
	else
		RUN(k, why, "kernel-install", "add", k->b->next_kernel, k->b->next_image);
}

/* A tool that also makes the boot entries or the unified image comes in place of the plain one. */
static void build_image(struct setup_work *k)
{
	const struct loader_facts *b = k->b;

	if (b->builder == BOOT_BUILDER_INITRAMFS_TOOLS)
		RUN(k, WHY_IMAGE, "update-initramfs", "-u", "-k", b->next_kernel);
	else if (b->loader == BOOT_LOADER_LIMINE && b->tools & BOOT_TOOL_LIMINE_MKINITCPIO)
		RUN(k, WHY_IMAGE, "limine-mkinitcpio");
	else if (b->builder == BOOT_BUILDER_MKINITCPIO)
		RUN(k, WHY_IMAGE, "mkinitcpio", "-P");
	else if (b->builder == BOOT_BUILDER_DRACUT && b->kernel_install)
		kernel_install(k, WHY_IMAGE);
	else if (b->builder == BOOT_BUILDER_DRACUT && b->loader == BOOT_LOADER_UKI)
		RUN(k, WHY_IMAGE, "dracut", "--force", "--uefi", "--kver", b->next_kernel);
	else if (b->builder == BOOT_BUILDER_DRACUT && boot_is_like(b, "suse"))
		RUN(k, WHY_IMAGE, "dracut", "--force", "--regenerate-all");
	else if (b->builder == BOOT_BUILDER_DRACUT)
		RUN(k, WHY_IMAGE, "dracut", "--force", "--kver", b->next_kernel);
	else if (k->wish->way != SETUP_DEDICATED)	/* there setup_make.c has said so */
		setup_note(k->n, SETUP_SAYS_REFUSED, NULL, NULL, b->builder_why,
			   N_("igvm cannot tell what builds the initramfs, which has to be built anew"));
}

static void make_grub(struct setup_work *k)
{
	unsigned int tools = k->b->tools;
	const char *cfg = k->b->config;

	if (tools & BOOT_TOOL_UPDATE_GRUB)
		RUN(k, WHY_ENTRY, "update-grub");
	else if (*cfg && tools & BOOT_TOOL_GRUB2_MKCONFIG)
		RUN(k, WHY_ENTRY, "grub2-mkconfig", "-o", cfg);
	else if (*cfg && tools & BOOT_TOOL_GRUB_MKCONFIG)
		RUN(k, WHY_ENTRY, "grub-mkconfig", "-o", cfg);
	else
		setup_note(k->n, SETUP_SAYS_REFUSED, NULL, NULL, NULL,
			   N_("GRUB's configuration or the program that makes it was not found"));
}

static void make_entry(struct setup_work *k, bool image)
{
	const struct loader_facts *b = k->b;

	if (b->loader == BOOT_LOADER_GRUB && b->source != BOOT_SOURCE_BLS)
		make_grub(k);
	if (b->source == BOOT_SOURCE_LIMINE_DEFAULT && !(image && b->tools & BOOT_TOOL_LIMINE_MKINITCPIO)) {
		if (b->tools & BOOT_TOOL_LIMINE_MKINITCPIO)
			RUN(k, WHY_ENTRY, "limine-mkinitcpio");
		else
			RUN(k, WHY_ENTRY, "limine-update");
	}
	if (b->source == BOOT_SOURCE_KERNEL_CMDLINE && b->kernel_install && !b->proxmox &&
	    !(image && b->builder == BOOT_BUILDER_DRACUT))
		kernel_install(k, WHY_ENTRY);
}

void setup_commands(struct setup_work *k)
{
	static const char *const in_image[] = {
		"/etc/udev/", "/etc/modprobe.d/", "/etc/initramfs-tools/", "/etc/initcpio/", "/etc/mkinitcpio.conf",
		"/etc/dracut.conf", "/etc/modules-load.d/", "/etc/modules",
	};
	static const char *const in_entry[] = {
		"/etc/default/", "/etc/kernel/cmdline", "/etc/cmdline.d/",
	};
	bool image = touches(k->p, in_image, ARRAY_SIZE(in_image));
	bool entry = touches(k->p, in_entry, ARRAY_SIZE(in_entry));

	/* A unified image holds the command line. */
	if (image || (entry && k->b->loader == BOOT_LOADER_UKI && !k->b->kernel_install))
		build_image(k);
	if (entry)
		make_entry(k, image);
	if (k->b->proxmox && (image || entry))
		RUN(k, N_("copies the new initramfs and entries to the EFI system partitions"), "proxmox-boot-tool",
		    "refresh");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "romfiles/igd.h"

#define CONF_MAX	65536u

static const char *const module_names[BOOT_MODULES] = {
	[BOOT_VFIO_PCI] = "vfio_pci",
	[BOOT_I915] = "i915",
	[BOOT_XE] = "xe",
	[BOOT_SND_HDA_INTEL] = "snd_hda_intel",
};

const char *boot_module_name(enum boot_module m)
{
	return module_names[m];
}

/* --- settings of initramfs builders ----------------------------------------------------------- */

static bool is_name_byte(char c)
{
	return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Is @module a word of a line that is no comment? '-' and '_' are equal. */
static bool text_names(const char *text, const char *module)
{
	size_t n = strlen(module);
	char word[64];

	for (const char *s = text; *s;) {
		size_t len = 0;

		while (is_name_byte(s[len]))
			len++;
		if (*s == '#') {
			s += strcspn(s, "\n");
		} else if (!len) {
			s++;
		} else {
			if (len == n && len < sizeof(word)) {
				memcpy(word, s, len);
				word[len] = '\0';
				if (cmdline_same_name(word, module))
					return true;
			}
			s += len;
		}
	}
	return false;
}

static void look_builder(const struct tree *t, const char *path, struct boot_facts *b)
{
	_free_ char *text = NULL;

	if (tree_read(t, path, CONF_MAX, &text, NULL))
		return;
	if (!b->early_vfio && text_names(text, "vfio_pci")) {
		b->early_vfio = true;
		snprintf(b->early_where, sizeof(b->early_where), "/%.90s", path);
	}
	if (!*b->virqfd_where && text_names(text, "vfio_virqfd"))
		snprintf(b->virqfd_where, sizeof(b->virqfd_where), "/%.90s", path);
}

static void look_builder_dir(const struct tree *t, const char *path, struct boot_facts *b)
{
	int fd = tree_open(t, path, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;
	char file[256];

	if (fd >= 0 && !d)
		close(fd);
	for (int i = 0; d && i < 256 && (e = readdir(d)); i++) {
		size_t n = strlen(e->d_name);

		if (n > 5 && !strcmp(e->d_name + n - 5, ".conf") &&
		    str_print(file, sizeof(file), "%s/%s", path, e->d_name))
			look_builder(t, file, b);
	}
}

static void look_builders(const struct tree *t, struct boot_facts *b)
{
	const struct modprobe_load *l = modprobe_loads(&b->modprobe, "vfio_virqfd");

	if (l)
		str_fit(b->virqfd_where, sizeof(b->virqfd_where), l->path);
	look_builder(t, "etc/mkinitcpio.conf", b);
	look_builder_dir(t, "etc/mkinitcpio.conf.d", b);
	look_builder(t, "etc/initramfs-tools/modules", b);
	look_builder(t, "etc/dracut.conf", b);
	look_builder_dir(t, "etc/dracut.conf.d", b);
}

/* "none [integrity] confidentiality": the word in brackets. */
static void read_lockdown(const struct tree *t, struct boot_facts *b)
{
	char line[96], *open, *close_;

	if (tree_line(t, "sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	open = strchr(line, '[');
	close_ = open ? strchr(open, ']') : NULL;
	if (!close_)
		return;
	*close_ = '\0';
	str_fit(b->lockdown, sizeof(b->lockdown), open + 1);
}

/* --- is anything to happen at boot? -------------------------------------------------------------- */

/* Does a list of ids name an Intel iGPU, this machine's or another's? */
static bool names_igpu(const char *list)
{
	for (; list && *list; list += strcspn(list, ","), list += *list == ',') {
		unsigned long device = strncmp(list, "8086:", 5) ? 0 : strtoul(list + 5, NULL, 16);

		if (device && device <= 0xffff && igd_find((uint16_t)device))
			return true;
	}
	return false;
}

static bool rules_want(const struct modprobe *m)
{
	char ids[512];
	size_t rule;

	for (size_t i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", 0); i < m->n_rules;
	     i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", i + 1))
		if (modprobe_option(&m->rule[i], "ids", ids, sizeof(ids)) && names_igpu(ids))
			return true;
	for (enum boot_module k = BOOT_I915; k <= BOOT_XE; k++)
		if (modprobe_blacklisted(m, NULL, module_names[k], &rule) ||
		    modprobe_blocked(m, module_names[k], &rule) ||
		    modprobe_before(m, "vfio_pci", module_names[k]) < m->n_rules)
			return true;
	return false;
}

static bool cmdline_wants(const char *text)
{
	_free_ struct cmdline *c = malloc(sizeof(*c));
	struct modprobe none = { 0 };
	size_t rule;

	if (!c)
		return false;
	cmdline_parse(text, c);
	for (size_t i = cmdline_find(c, "vfio-pci.ids", 0); i < c->n;
	     i = cmdline_find(c, "vfio-pci.ids", i + 1))
		if (names_igpu(cmdline_value(c, i)))
			return true;
	return modprobe_blacklisted(&none, c, "i915", &rule) || modprobe_blacklisted(&none, c, "xe", &rule);
}

/* --- what the copies in the image say -------------------------------------------------------------- */

static const char *const conf_dirs[] = {
	"etc/modprobe.d/", "run/modprobe.d/", "usr/local/lib/modprobe.d/", "usr/lib/modprobe.d/",
	"lib/modprobe.d/",
};

/* The name of a modprobe.d file and how much its directory weighs; false: it is no such file. */
static bool conf_name(const struct initramfs_text *x, const char **name, size_t *weight)
{
	for (size_t i = 0; i < ARRAY_SIZE(conf_dirs); i++) {
		size_t n;

		*name = str_starts(x->path, conf_dirs[i]);
		n = *name ? strlen(*name) : 0;
		*weight = i;
		if (n > 5 && !strcmp(*name + n - 5, ".conf"))
			return true;
	}
	return false;
}

static int compare_texts(const void *a, const void *b)
{
	const struct initramfs_text *x = *(const struct initramfs_text *const *)a;
	const struct initramfs_text *y = *(const struct initramfs_text *const *)b;
	const char *p = NULL, *q = NULL;
	size_t i = 0, j = 0;
	int r;

	if (!conf_name(x, &p, &i) || !conf_name(y, &q, &j))
		return strcmp(x->path, y->path);
	r = strcmp(p, q);
	return r ? r : (i > j) - (i < j);
}

static int add_confs(struct boot_facts *b)
{
	const struct initramfs_text *list[INITRAMFS_TEXTS_MAX];
	const char *name, *last = "";
	size_t n = 0, weight;
	char shown[300];
	int r = 0;

	for (size_t i = 0; i < b->image.n_texts; i++)
		if (b->image.text[i].text && conf_name(&b->image.text[i], &name, &weight))
			list[n++] = &b->image.text[i];
	/* cppcheck-suppress uninitvar ; the first n were filled */
	qsort(list, n, sizeof(*list), compare_texts);
	for (size_t i = 0; !r && i < n; i++) {
		conf_name(list[i], &name, &weight);
		if (!strcmp(name, last))
			continue;
		last = name;
		snprintf(shown, sizeof(shown), "initramfs:/%s", list[i]->path);
		r = modprobe_add_text(&b->image_modprobe, shown, 0, list[i]->text, list[i]->len);
	}
	return r;
}

/* mkinitcpio's "config" has MODULES="vfio_pci vfio": to lines of their own. */
static int add_mkinitcpio(struct modprobe *m, const char *shown, const char *text)
{
	const char *at = strstr(text, "MODULES=");
	_free_ char *copy = NULL;

	if (!at || (at != text && at[-1] != '\n'))
		return 0;
	at += strlen("MODULES=");
	at += strspn(at, "\"'(");
	copy = strndup(at, strcspn(at, "\"')\n"));
	if (!copy)
		return -ENOMEM;
	for (char *s = copy; *s; s++)
		*s = *s == ' ' || *s == '\t' ? '\n' : *s;
	return modprobe_add_loads(m, shown, copy, strlen(copy));
}

/* dracut's force_drivers: "rd.driver.pre=vfio-pci" in etc/cmdline.d. */
static int add_dracut(struct modprobe *m, const char *shown, const char *text)
{
	_free_ struct cmdline *c = malloc(sizeof(*c));
	int r = 0;

	if (!c)
		return -ENOMEM;
	cmdline_parse(text, c);
	for (size_t i = cmdline_find(c, "rd.driver.pre", 0); !r && i < c->n;
	     i = cmdline_find(c, "rd.driver.pre", i + 1)) {
		_free_ char *copy = strdup(cmdline_value(c, i) ? cmdline_value(c, i) : "");

		if (!copy)
			return -ENOMEM;
		for (char *s = copy; *s; s++)
			*s = *s == ',' ? '\n' : *s;
		r = modprobe_add_loads(m, shown, copy, strlen(copy));
	}
	return r;
}

static int add_image_loads(struct boot_facts *b)
{
	struct modprobe *m = &b->image_modprobe;
	char shown[300];
	int r = 0;

	for (size_t i = 0; !r && i < b->image.n_texts; i++) {
		const struct initramfs_text *x = &b->image.text[i];

		snprintf(shown, sizeof(shown), "initramfs:/%s", x->path);
		if (!x->text)
			continue;
		if (!strcmp(x->path, "config"))
			r = add_mkinitcpio(m, shown, x->text);
		else if (strstr(x->path, "cmdline"))
			r = add_dracut(m, shown, x->text);
		else if (strstr(x->path, "modules-load.d/") || !strcmp(x->path, "conf/modules") ||
			 !strcmp(x->path, "etc/modules"))
			r = modprobe_add_loads(m, shown, x->text, x->len);
	}
	return r;
}

/* The same text as on the running command line: another list in a file is not the one that counts. */
static int find_ids(const struct tree *t, const char *text, struct boot_facts *b)
{
	_free_ struct cmdline *c = malloc(sizeof(*c));
	char word[320];
	size_t n = 0;

	if (!c)
		return -ENOMEM;
	cmdline_parse(text, c);
	for (size_t i = cmdline_find(c, "vfio-pci.ids", 0); i < c->n && n < BOOT_IDS_MAX;
	     i = cmdline_find(c, "vfio-pci.ids", i + 1), n++)
		if (cmdline_value(c, i) &&
		    str_print(word, sizeof(word), "%s=%s", cmdline_name(c, i), cmdline_value(c, i)) &&
		    !boot_word_where(t, word, b->ids_where[n], sizeof(b->ids_where[n])))
			b->ids_where[n][0] = '\0';
	return 0;
}

static int read_image(const struct tree *t, struct boot_facts *b)
{
	int r = initramfs_read(t, b->where.path, NULL, 0, &b->image);

	b->opened = !r;
	if (!r)
		r = add_confs(b);
	if (!r)
		r = add_image_loads(b);
	return r;
}

static int read_boot(const struct tree *t, const char *release, const char *cmdline,
		     enum boot_image image, struct boot_facts *b)
{
	int r = modprobe_read(t, &b->modprobe);

	if (r)
		return r;
	modprobe_kinds(t, release, module_names, BOOT_MODULES, b->kind);
	look_builders(t, b);
	read_lockdown(t, b);
	b->own_settings = tree_exists(t, "etc/NIXOS") == TRI_YES;
	b->wanted = rules_want(&b->modprobe) || cmdline_wants(cmdline);
	if (b->wanted) {
		r = boot_commands(t, release, b);
		if (!r)
			r = find_ids(t, cmdline, b);
		if (r)
			return r;
	}
	if (image == BOOT_IMAGE_NEVER || (image == BOOT_IMAGE_IF_WANTED && !b->wanted))
		return 0;
	initramfs_locate(t, release, cmdline, &b->where);
	return b->where.found == INITRAMFS_FOUND ? read_image(t, b) : 0;
}

int boot_read(const char *root, const char *release, const char *cmdline, enum boot_image image,
	      struct boot_facts *b)
{
	_fd_ int fd = -1;
	struct tree t;
	int r;

	memset(b, 0, sizeof(*b));
	r = tree_init(&t, root);
	if (r)
		return r;
	fd = t.fd;
	r = read_boot(&t, release, cmdline, image, b);
	if (r)
		boot_done(b);
	return r;
}

void boot_done(struct boot_facts *b)
{
	modprobe_done(&b->modprobe);
	modprobe_done(&b->image_modprobe);
	initramfs_done(&b->image);
	memset(b, 0, sizeof(*b));
}

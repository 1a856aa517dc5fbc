/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host_more.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/clock.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/unpack.h"

#define DMAR_MAX	(1u << 20)
#define CONFIG_MAX	(4u << 20)	/* /boot/config of a distribution has 300 KiB */

/* The GUID is EFI_GLOBAL_VARIABLE (UEFI 3.3). */
#define SECURE_BOOT	"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* --- firmware --------------------------------------------------------------------------- */

static void read_dmar(const struct tree *t, const struct host_facts *h, struct host_more *m)
{
	struct bdf igpu = { .dev = 2 };
	_free_ char *bytes = NULL;
	size_t len;

	if (h->igpu >= 0)
		igpu = h->pci[h->igpu].bdf;
	m->tables = tree_exists(t, "sys/firmware/acpi/tables");
	if (!tree_read(t, "sys/firmware/acpi/tables/DMAR", DMAR_MAX, &bytes, &len))
		(void)dmar_parse((struct span){ (const uint8_t *)bytes, len }, igpu, &m->dmar);
}

/* Four bytes of attributes, then one of value. */
static void read_secure_boot(const struct tree *t, struct host_more *m)
{
	uint8_t b[8];

	if (tree_read_bytes(t, SECURE_BOOT, b, sizeof(b)) >= 5)
		m->secure_boot = b[4] == 1 ? TRI_YES : TRI_NO;
	else if (tree_exists(t, "sys/firmware") == TRI_YES &&
		 tree_exists(t, "sys/firmware/efi") == TRI_NO)
		m->secure_boot = TRI_NO;
}

/* "none [integrity] confidentiality": the one in brackets. */
static void read_lockdown(const struct tree *t, struct host_more *m)
{
	char line[96], *open, *close;

	if (tree_line(t, "sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return;
	*close = '\0';
	str_fit(m->lockdown, sizeof(m->lockdown), open + 1);
}

/* --- kernel ----------------------------------------------------------------------------- */

static enum tri has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *s = text; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL)
		if (!strncmp(s, line, n) && (s[n] == '\n' || s[n] == '\r' || !s[n]))
			return TRI_YES;
	return TRI_NO;
}

static bool kernel_file(const struct tree *t, const struct host_facts *h, const char *fmt,
			size_t max, char **text)
{
	char path[256];
	size_t at = strcspn(fmt, "@");

	return *h->kernel && !strchr(h->kernel, '/') &&
	       str_print(path, sizeof(path), "%.*s%s%s", (int)at, fmt, h->kernel, fmt + at + 1) &&
	       !tree_read(t, path, max, text, NULL);
}

struct grown {
	char *text;
	size_t len;
};

static int grow(void *arg, const uint8_t *p, size_t n)
{
	struct grown *g = arg;
	char *more = realloc(g->text, g->len + n + 1);

	if (!more)
		return -ENOMEM;
	memcpy(more + g->len, p, n);
	g->text = more;
	g->len += n;
	more[g->len] = '\0';
	return 0;
}

/* IKCONFIG_PROC: the running kernel's own, which Arch and openSUSE have and no file of /boot. */
static bool read_config_gz(const struct tree *t, char **text)
{
	_fd_ int fd = tree_open(t, "proc/config.gz", O_RDONLY | O_NONBLOCK);
	struct unpack u = { .fd = -1 };
	struct grown g = { 0 };
	int r = fd < 0 ? fd : unpack_init(&u, fd, 0, CONFIG_MAX);

	if (!r) {
		u.in_max = CONFIG_MAX;
		u.total_max = CONFIG_MAX;
		u.deadline_ms = (uint64_t)clock_ms() + 1000;
		u.emit = grow;
		u.arg = &g;
		r = unpack_kind(&u) == UNPACK_GZIP ? unpack_member(&u, UNPACK_GZIP) : -EBADMSG;
		unpack_done(&u);
	}
	if (r) {
		free(g.text);
		return false;
	}
	*text = g.text;
	return g.text;
}

static void read_config(const struct tree *t, const struct host_facts *h, struct host_more *m)
{
	/* Debian, Fedora, openSUSE; Fedora's second copy, NixOS; openSUSE with a merged /usr. */
	static const char *const places[] = {
		"boot/config-@", "lib/modules/@/config", "usr/lib/modules/@/config",
	};
	_free_ char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !text; i++)
		if (!kernel_file(t, h, places[i], CONFIG_MAX, &text))
			text = NULL;
	if (!text && !read_config_gz(t, &text))
		text = NULL;
	/* A file without a single option is no configuration. */
	if (!text || !strstr(text, "CONFIG_"))
		return;
	m->config = TRI_YES;
	m->config_igd = has_line(text, "CONFIG_VFIO_PCI_IGD=y");
	m->config_vga = has_line(text, "CONFIG_VFIO_PCI_VGA=y");
}

static void read_builtin(const struct tree *t, const struct host_facts *h, struct host_more *m)
{
	_free_ char *text = NULL;

	if (!kernel_file(t, h, "lib/modules/@/modules.builtin", CONFIG_MAX, &text))
		return;
	m->i915_builtin = strstr(text, "/i915.ko") ? TRI_YES : TRI_NO;
	m->xe_builtin = strstr(text, "/xe.ko") ? TRI_YES : TRI_NO;
}

static void read_disable_vga(const struct tree *t, struct host_more *m)
{
	char word[8];

	/* vfio_pci_core has it since Linux 5.15, vfio_pci as well. */
	if (tree_line(t, "sys/module/vfio_pci/parameters/disable_vga", word, sizeof(word)) &&
	    tree_line(t, "sys/module/vfio_pci_core/parameters/disable_vga", word, sizeof(word)))
		return;
	m->disable_vga = *word == 'Y' || *word == '1' ? TRI_YES : TRI_NO;
}

/* Entries of a directory below the iGPU's own that are named by a UUID. */
static unsigned int count_mdevs(const struct tree *t, const char *dir)
{
	_fd_ int fd = tree_open(t, dir, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	unsigned int n = 0;
	struct dirent *e;

	if (!d)
		return 0;
	fd = -1;
	while ((e = readdir(d)))
		n += strlen(e->d_name) == 36 && e->d_name[8] == '-' && e->d_name[23] == '-';
	return n;
}

static void read_gvt(const struct tree *t, const struct pci_fact *f, struct host_more *m)
{
	char dir[64], path[96], text[BDF_TEXT_MAX], word[8];
	uint64_t on = 0;

	snprintf(dir, sizeof(dir), "sys/bus/pci/devices/%s", bdf_text(f->bdf, text));
	if (tree_exists(t, dir) != TRI_YES)
		return;
	m->mdevs = count_mdevs(t, dir);
	snprintf(path, sizeof(path), "%s/mdev_supported_types", dir);
	m->gvt = tree_exists(t, path);
	if (m->gvt == TRI_YES || tree_line(t, "sys/module/i915/parameters/enable_gvt", word, sizeof(word)))
		return;
	if (*word == 'Y' || (str_u64(word, 10, 1, &on) && on))
		m->gvt = TRI_YES;
}

/* The firmware of a virtual machine says so (systemd src/basic/virt.c has the same names). */
static void read_virtual(const struct tree *t, struct host_more *m)
{
	static const char *const names[] = { "QEMU", "KVM", "VMware", "innotek", "Xen", "Bochs",
					     "Parallels", "Amazon EC2", "Virtual Machine" };
	static const char *const files[] = { "sys/class/dmi/id/sys_vendor",
					     "sys/class/dmi/id/product_name" };
	char line[96];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (tree_line(t, files[i], line, sizeof(line)))
			continue;
		if (m->virtual == TRI_UNKNOWN)
			m->virtual = TRI_NO;
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (str_starts(line, names[k]))
				m->virtual = TRI_YES;
	}
}

/* --- who runs us ------------------------------------------------------------------------ */

static void read_user(const struct tree *t, const struct host_facts *h, struct user_facts *u)
{
	const struct group *g;
	struct stat st;
	int fd;

	if (!t->live || h->kvm != TRI_NO)
		return;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	u->kvm_err = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (!u->kvm_err || stat("/dev/kvm", &st))
		return;
	u->kvm_mode = st.st_mode & 0777;
	g = getgrgid(st.st_gid);
	if (g)
		str_fit(u->kvm_group, sizeof(u->kvm_group), g->gr_name);
}

int host_more_read(const char *root, const struct host_facts *h, struct host_more *m)
{
	struct bdf igpu = { .dev = 2 };
	_fd_ int fd = -1;
	struct tree t;
	int r;

	*m = (struct host_more){ .audio = host_find(h, (struct bdf){ .dev = 0x1f, .fn = 3 }) };
	r = tree_init(&t, root);
	if (r)
		return r;
	fd = t.fd;
	read_dmar(&t, h, m);
	read_secure_boot(&t, m);
	read_lockdown(&t, m);
	read_config(&t, h, m);
	read_builtin(&t, h, m);
	read_disable_vga(&t, m);
	read_virtual(&t, m);
	if (h->igpu >= 0)
		read_gvt(&t, &h->pci[h->igpu], m);
	m->firmware_dir = tree_exists(&t, "usr/share/qemu");
	host_outputs_read(&t, igpu, &m->outputs);
	host_power_read(&t, &m->power);
	read_user(&t, h, &m->user);
	host_log_read(&t, igpu, &m->log);
	return 0;
}

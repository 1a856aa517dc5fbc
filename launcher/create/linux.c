/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Linux guest out of the packages of the Debian that this host's own apt
 * uses: mmdebstrap makes a root folder, mke2fs a file system of it, qemu-img
 * the disk. Kernel and initrd are started directly, so no boot loader is
 * written. About 600 MB and two minutes.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/create/create.h"
#include "launcher/create/tool.h"

/* The tree has 600 MB; a file system wants room for itself and for upgrades. */
#define DISK_LEAST	(2ull << 30)
#define PACKAGES	"systemd-sysv,udev,linux-image-amd64,initramfs-tools,zstd,kmod,login,passwd," \
			"dbus,libpam-systemd,iproute2,iputils-ping,less,nano,qemu-guest-agent"

int create_linux_check(const struct create *c)
{
	static const char *const tools[][2] = {
		{ "mmdebstrap", "mmdebstrap" }, { "apt-get", "apt" }, { "mke2fs", "e2fsprogs" },
		{ "qemu-img", "qemu-utils" },
	};

	if (geteuid()) {
		say(_("%s: building a Linux guest from packages needs root: use sudo, or give a disk "
		      "image with --image FILE"), c->o.name);
		return EXIT_PRIVILEGE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		if (!tool_find(tools[i][0])) {
			say(_("%s: the guest is built from Debian's packages, and %s is not installed: "
			      "install %s, or give a disk image with --image FILE"), c->o.name, tools[i][0],
			    tools[i][1]);
			return EXIT_FAILED;
		}
	if (c->o.disk_bytes < DISK_LEAST)
		return cmd_usage(&cmd_create, _("--disk: a Linux guest needs at least %llu GiB"),
				 DISK_LEAST >> 30);
	return EXIT_OK;
}

static int say_tool(const struct create *c, const char *tool, int r, const char *text)
{
	if (r == -ECANCELED)
		say(_("%s: interrupted; nothing was made"), c->o.name);
	else
		say(_("%s: %s failed: %s"), c->o.name, tool, *text ? text : strerror(-r));
	return EXIT_FAILED;
}

/* The first archive of Debian's own that apt uses: "http://.../debian/". */
static int find_archive(const struct create *c, char url[static 512])
{
	const char *const argv[] = { "apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
				     "Identifier: Packages", NULL };
	_free_ char *out = NULL;
	char text[256];
	int r = tool_run(&(struct tool){ .argv = argv, .umask = 022, .out = &out }, text, sizeof(text));
	const char *line = out;

	if (r)
		return say_tool(c, "apt-get", r, text);
	for (; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		const char *at = str_starts(line, "Debian|Debian|");

		if (at && str_print(url, 512, "%.*s", (int)strcspn(at, "\n"), at))
			return EXIT_OK;
	}
	say(_("%s: apt knows no Debian archive here: run apt-get update, or give a disk image with "
	      "--image FILE"), c->o.name);
	return EXIT_FAILED;
}

/* VERSION_CODENAME of os-release(5). */
static int find_suite(const struct create *c, char suite[static 64])
{
	static const char key[] = "\nVERSION_CODENAME=";
	_free_ char *text = NULL;
	char *at = NULL;

	if (!file_read_at(AT_FDCWD, "/etc/os-release", 65536, &text, NULL))
		at = strstr(text, key);
	if (at) {
		at += sizeof(key) - 1;
		at += *at == '"';
		if (str_print(suite, 64, "%.*s", (int)strcspn(at, "\"\n"), at) && *suite)
			return EXIT_OK;
	}
	say(_("%s: /etc/os-release names no VERSION_CODENAME: give a disk image with --image FILE"),
	    c->o.name);
	return EXIT_FAILED;
}

/* What boots the root file system, and nothing else: a small initrd, which TCG unpacks quickly. */
static const char initrd_hook[] =
	"mkdir -p \"$1/etc/initramfs-tools/conf.d\" && "
	"echo MODULES=list > \"$1/etc/initramfs-tools/conf.d/igvm\" && "
	"printf '%s\\n' virtio_pci virtio_blk nvme ahci sd_mod ext4 > \"$1/etc/initramfs-tools/modules\"";

/* 10.0.2.3 answers names in QEMU's user network. IGVM_ values come in the environment, not on argv. */
static const char finish_hook[] =
	"set -e; echo \"$IGVM_NAME\" > \"$1/etc/hostname\"; "
	"printf '127.0.0.1 localhost %s\\n' \"$IGVM_NAME\" > \"$1/etc/hosts\"; "
	"echo 'LABEL=igvm-root / ext4 defaults 0 1' > \"$1/etc/fstab\"; "
	"printf '[Match]\\nType=ether\\n[Network]\\nDHCP=yes\\n' > \"$1/etc/systemd/network/80-dhcp.network\"; "
	"rm -f \"$1/etc/resolv.conf\"; echo nameserver 10.0.2.3 > \"$1/etc/resolv.conf\"; "
	"chroot \"$1\" systemctl enable systemd-networkd serial-getty@ttyS0; "
	"echo \"root:$IGVM_HASH\" | chroot \"$1\" chpasswd -e";

static int build_root(struct create *c, const char *suite, const char *url)
{
	_free_ char *hash = create_hash(c->password), *env_hash = NULL, *env_name = NULL, *tmp = NULL;
	char initrd[sizeof(initrd_hook) + 32], end[sizeof(finish_hook) + 32], text[256];
	const char *const argv[] = {
		"mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--format=directory",
		"--components=main", "--aptopt=APT::Install-Recommends \"false\"",
		"--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
		"--dpkgopt=path-exclude=/usr/share/locale/*", "--include=" PACKAGES, initrd, end, suite, "root",
		url, NULL
	};
	int r;

	snprintf(initrd, sizeof(initrd), "--essential-hook=%s", initrd_hook);
	snprintf(end, sizeof(end), "--customize-hook=%s", finish_hook);
	if (!hash || asprintf(&env_hash, "IGVM_HASH=%s", hash) < 0 ||
	    asprintf(&env_name, "IGVM_NAME=%s", c->o.name) < 0 || asprintf(&tmp, "TMPDIR=%s", c->stage) < 0) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	r = tool_run(&(struct tool){ .argv = argv, .dir = c->stage, .umask = 022, .own_mounts = true,
				     .env = (const char *const[]){ env_hash, env_name, tmp, NULL } },
		     text, sizeof(text));
	return r ? say_tool(c, "mmdebstrap", r, text) : EXIT_OK;
}

/* root/boot/vmlinuz-VERSION -> vmlinuz: there is one kernel. */
static int take_boot_file(struct create *c, const char *prefix, const char *to)
{
	char boot[PATH_MAX], from[PATH_MAX], dest[PATH_MAX];
	_dir_ DIR *d = NULL;
	struct dirent *e;

	if (str_print(boot, sizeof(boot), "%s/root/boot", c->stage))
		d = opendir(boot);
	while (d && (e = readdir(d)))
		if (str_starts(e->d_name, prefix) &&
		    str_print(from, sizeof(from), "%s/%s", boot, e->d_name) &&
		    str_print(dest, sizeof(dest), "%s/%s", c->stage, to) && !rename(from, dest))
			return EXIT_OK;
	say(_("%s: the packages brought no kernel: %s is missing"), c->o.name, prefix);
	return EXIT_FAILED;
}

static int make_disk(struct create *c)
{
	char blocks[32], text[256];
	const char *const mkfs[] = { "mke2fs", "-q", "-t", "ext4", "-L", "igvm-root", "-b", "4096", "-d",
				     "root", "root.img", blocks, NULL };
	const char *const convert[] = { "qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", "root.img",
					"system.qcow2", NULL };
	const char *const clean[] = { "rm", "-rf", "--one-file-system", "root", "root.img", NULL };
	const char *const *const steps[] = { mkfs, convert, clean };

	snprintf(blocks, sizeof(blocks), "%llu", (unsigned long long)(c->o.disk_bytes / 4096));
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int r = tool_run(&(struct tool){ .argv = steps[i], .dir = c->stage, .umask = 077 }, text,
				 sizeof(text));

		if (r)
			return say_tool(c, steps[i][0], r, text);
	}
	return EXIT_OK;
}

int create_linux(struct create *c)
{
	char url[512], suite[64];
	int r = find_archive(c, url);

	if (!r)
		r = find_suite(c, suite);
	if (r)
		return r;
	fprintf(stderr, _("igvm: %s: building a Debian %s guest from packages; this takes minutes\n"),
		c->o.name, suite);
	r = build_root(c, suite, url);
	if (!r)
		r = take_boot_file(c, "vmlinuz-", "vmlinuz");
	if (!r)
		r = take_boot_file(c, "initrd.img-", "initrd.img");
	return r ? r : make_disk(c);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans over made trees: every boot loader with every builder and distribution it comes with; what is found, what is
 * changed, what is run, what is refused. Of each plan: once it is written there is nothing left to do, and the other way
 * takes igvm's files away again.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/facts/boot_loader.h"
#include "launcher/setup/setup_make.h"
#include "tests/scene.h"

#define R	"6.12.63-amd64"
#define BLI	"-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define VARS	"sys/firmware/efi/efivars/"

/* "PATH" and text by turns; VARS paths get UTF-16 with attributes. */
#define MODULES		"lib/modules/" R "/modules.dep", ""
#define DEBIAN		"etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian 13\"\n", MODULES
#define UBUNTU		"etc/os-release", "ID=ubuntu\nID_LIKE=debian\n", MODULES
#define FEDORA		"etc/os-release", "ID=fedora\n", MODULES
#define SUSE		"etc/os-release", "ID=opensuse-tumbleweed\nID_LIKE=\"opensuse suse\"\n", MODULES
#define ARCH		"etc/os-release", "ID=arch\n", MODULES
#define TOOL(name)	"usr/sbin/" name, "#!/bin/sh\n"
#define BOOT_IMAGE	"proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1\n"
#define GRUB_DEFAULT	"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"\"\n"
#define GRUB		BOOT_IMAGE, "boot/grub/grub.cfg", "linux /vmlinuz\n", GRUB_DEFAULT
#define GRUB2		BOOT_IMAGE, "boot/grub2/grub.cfg", "linux /vmlinuz\n", GRUB_DEFAULT
#define DROPINS		"usr/sbin/grub-mkconfig", "for x in ${sysconfdir}/default/grub.d/*.cfg\n", TOOL("update-grub")
#define INITRAMFS_TOOLS	"etc/initramfs-tools/initramfs.conf", "MODULES=most\n", TOOL("update-initramfs")
#define MKINITCPIO	"etc/mkinitcpio.conf", "MODULES=()\nHOOKS=(base udev kms block)\n", TOOL("mkinitcpio"), \
			"etc/mkinitcpio.d/linux.preset", "PRESETS=('default')\ndefault_image=\"/boot/initramfs-linux.img\"\n"
#define DRACUT		TOOL("dracut"), "boot/initramfs-" R ".img", "x"
#define SD_BOOT		VARS "LoaderInfo" BLI, "systemd-boot 257", TOOL("bootctl"), TOOL("kernel-install")
#define SD_ENTRY	"boot/loader/entries/abc-" R ".conf", "title A\nlinux /v\noptions root=a rw\n"
#define CMDLINE		"etc/kernel/cmdline", "root=a rw\n"
#define IMAGE		"lib/modules/" R "/vmlinuz", "x"

#define RULES	"/etc/udev/rules.d/60-igvm.rules "
#define CONF	"/etc/modprobe.d/igvm.conf "

enum flags { IOMMU_OFF = 1, SHARED = 2, ADOPT = 4, REFUSED = 8, NO_VTD = 16, TWIN = 32, BY_IDS = 64, BY_ADDRESS = 128,
	     NO_AGAIN = 256 };

static const struct scene {
	const char *what;
	const char *tree[48];
	int flags;
	enum boot_loader loader;
	enum boot_builder builder;
	enum boot_source source;
	const char *files;	/* of the plan, blank behind each */
	const char *commands;	/* ';' behind each */
	const char *after;	/* "PATH|text": what one file becomes; NULL */
	const char *note;	/* a part of some note; NULL */
} scenes[] = {
	{ "Debian", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS }, 0, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " CONF RULES, "update-initramfs -u -k " R ";", NULL, NULL },
	{ "Debian, IOMMU off", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS }, IOMMU_OFF, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN,
	  "/etc/default/grub.d/igvm.cfg /etc/initramfs-tools/hooks/igvm " CONF RULES,
	  "update-initramfs -u -k " R ";update-grub;", NULL, NULL },
	{ "Debian, shared", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS }, SHARED, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "", "", NULL, NULL },
	{ "Debian, no VT-d", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS }, SHARED | IOMMU_OFF | NO_VTD, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "", "", NULL, "switch VT-d on" },
	{ "Debian with dracut-core beside", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, TOOL("dracut") }, 0, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " CONF RULES,
	  "update-initramfs -u -k " R ";", NULL, NULL },
	{ "Debian, a device of the same id", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS }, TWIN, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " RULES,
	  "update-initramfs -u -k " R ";", NULL, NULL },
	{ "the same, ids wanted", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS }, TWIN | BY_IDS | REFUSED, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " RULES,
	  "update-initramfs -u -k " R ";", NULL, "another device has the same id" },
	{ "vfio-pci built in", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, "lib/modules/" R "/modules.builtin",
	  "kernel/drivers/vfio/pci/vfio-pci.ko\n" }, 0, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " RULES, "update-initramfs -u -k " R ";", NULL, NULL },
	{ "i915 built in", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, "lib/modules/" R "/modules.builtin",
	  "kernel/drivers/gpu/drm/i915/i915.ko\n" }, REFUSED, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " CONF RULES, "update-initramfs -u -k " R ";", NULL,
	  "built into this kernel" },
	{ "Ubuntu, GRUB says so itself", { UBUNTU, "boot/grub/grub.cfg", "x", GRUB_DEFAULT, DROPINS, INITRAMFS_TOOLS,
	  VARS "LoaderInfo" BLI, "GRUB 2.12" }, IOMMU_OFF | SHARED, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_GRUB_DROPIN, "/etc/default/grub.d/igvm.cfg ", "update-grub;",
	  "/etc/default/grub.d/igvm.cfg|# Written by igvm setup; igvm setup --undo takes it away.\n"
	  "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT intel_iommu=on\"\n", NULL },
	{ "Fedora, boot entries", { FEDORA, BOOT_IMAGE, "boot/grub2/grub.cfg", "insmod blscfg\nblscfg\n", GRUB_DEFAULT, DRACUT,
	  TOOL("grubby"), TOOL("grub2-mkconfig"), "boot/loader/entries/m-" R ".conf", "options root=a\n",
	  "boot/loader/entries/m-0-rescue.conf", "options root=a\n" }, IOMMU_OFF, BOOT_LOADER_GRUB, BOOT_BUILDER_DRACUT,
	  BOOT_SOURCE_BLS, "/boot/loader/entries/m-" R ".conf /etc/default/grub /etc/dracut.conf.d/igvm.conf " CONF RULES,
	  "dracut --force --kver " R ";", "/etc/default/grub|GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
	  "GRUB_CMDLINE_LINUX=\"intel_iommu=on\"\n", NULL },
	{ "an entry with $kernelopts", { FEDORA, BOOT_IMAGE, "boot/grub2/grub.cfg", "\nblscfg\n", DRACUT,
	  "boot/loader/entries/m-" R ".conf", "options $kernelopts\n" }, IOMMU_OFF | SHARED | REFUSED, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_DRACUT, BOOT_SOURCE_BLS, "", "", NULL, "which grubby changes" },
	{ "openSUSE", { SUSE, GRUB2, TOOL("grub2-mkconfig"), TOOL("dracut") }, IOMMU_OFF, BOOT_LOADER_GRUB, BOOT_BUILDER_DRACUT,
	  BOOT_SOURCE_GRUB_DEFAULT, "/etc/default/grub /etc/dracut.conf.d/igvm.conf " CONF RULES,
	  "dracut --force --regenerate-all;grub2-mkconfig -o /boot/grub2/grub.cfg;",
	  "/etc/default/grub|GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\nGRUB_CMDLINE_LINUX=\"\"\n", NULL },
	{ "Arch, GRUB", { ARCH, GRUB, TOOL("grub-mkconfig"), MKINITCPIO }, IOMMU_OFF, BOOT_LOADER_GRUB, BOOT_BUILDER_MKINITCPIO,
	  BOOT_SOURCE_GRUB_DEFAULT,
	  "/etc/default/grub /etc/initcpio/install/igvm /etc/mkinitcpio.conf.d/zz-igvm.conf " CONF RULES,
	  "mkinitcpio -P;grub-mkconfig -o /boot/grub/grub.cfg;", NULL, NULL },
	{ "Arch, a preset with a configuration", { ARCH, GRUB, TOOL("grub-mkconfig"), MKINITCPIO,
	  "etc/mkinitcpio.d/z.preset", "ALL_config=\"/etc/mkinitcpio.conf\"\n" }, 0, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_GRUB_DEFAULT, "/etc/initcpio/install/igvm /etc/mkinitcpio.conf " CONF RULES,
	  "mkinitcpio -P;", "/etc/mkinitcpio.conf|MODULES=()\nHOOKS=(base udev kms block igvm)\n", NULL },
	{ "Arch, systemd-boot, an entry by hand", { ARCH, SD_BOOT, VARS "LoaderEntrySelected" BLI, "arch.conf", MKINITCPIO,
	  "boot/loader/entries/arch.conf", "title Arch\noptions root=a rw\n",
	  "boot/loader/entries/old.conf", "title Old\noptions root=a rw\n" }, IOMMU_OFF | SHARED, BOOT_LOADER_SYSTEMD,
	  BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_BLS, "/boot/loader/entries/arch.conf ", "",
	  "/boot/loader/entries/arch.conf|title Arch\noptions root=a rw intel_iommu=on\n", NULL },
	{ "Debian, systemd-boot", { DEBIAN, SD_BOOT, SD_ENTRY, CMDLINE, INITRAMFS_TOOLS, IMAGE }, IOMMU_OFF,
	  BOOT_LOADER_SYSTEMD, BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_KERNEL_CMDLINE,
	  "/etc/initramfs-tools/hooks/igvm /etc/kernel/cmdline " CONF RULES,
	  "update-initramfs -u -k " R ";kernel-install add " R " /lib/modules/" R "/vmlinuz;",
	  "/etc/kernel/cmdline|root=a rw intel_iommu=on\n", NULL },
	{ "Fedora, systemd-boot, dracut", { FEDORA, SD_BOOT, SD_ENTRY, CMDLINE, DRACUT, IMAGE }, IOMMU_OFF, BOOT_LOADER_SYSTEMD,
	  BOOT_BUILDER_DRACUT, BOOT_SOURCE_KERNEL_CMDLINE, "/etc/dracut.conf.d/igvm.conf /etc/kernel/cmdline " CONF RULES,
	  "kernel-install add " R " /lib/modules/" R "/vmlinuz;", NULL, NULL },
	{ "Arch, a unified image", { ARCH, VARS "StubInfo" BLI, "systemd-stub 257", SD_BOOT, CMDLINE, "etc/mkinitcpio.conf",
	  "HOOKS=(base systemd)\n", TOOL("mkinitcpio"), "etc/mkinitcpio.d/linux.preset", "default_uki=\"/efi/a.efi\"\n" },
	  IOMMU_OFF | SHARED, BOOT_LOADER_UKI, BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_KERNEL_CMDLINE, "/etc/kernel/cmdline ",
	  "mkinitcpio -P;", NULL, NULL },
	{ "Arch, a unified image, cmdline.d", { ARCH, VARS "StubInfo" BLI, "systemd-stub 257", "etc/cmdline.d/root.conf", "root=a\n",
	  MKINITCPIO }, IOMMU_OFF | SHARED, BOOT_LOADER_UKI, BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_CMDLINE_D,
	  "/etc/cmdline.d/igvm.conf ", "mkinitcpio -P;", NULL, NULL },
	{ "a unified image by dracut", { FEDORA, VARS "StubInfo" BLI, "systemd-stub 257", DRACUT }, IOMMU_OFF | BY_ADDRESS,
	  BOOT_LOADER_UKI, BOOT_BUILDER_DRACUT, BOOT_SOURCE_DRACUT, "/etc/dracut.conf.d/igvm.conf " RULES,
	  "dracut --force --uefi --kver " R ";",
	  "/etc/dracut.conf.d/igvm.conf|# Written by igvm setup; igvm setup --undo takes it away.\n"
	  "add_drivers+=\" vfio-pci \"\ninstall_items+=\" /etc/udev/rules.d/60-igvm.rules \"\n"
	  "kernel_cmdline+=\" intel_iommu=on \"\n", NULL },
	{ "Proxmox, systemd-boot", { DEBIAN, SD_BOOT, CMDLINE, INITRAMFS_TOOLS, TOOL("proxmox-boot-tool"),
	  "etc/kernel/proxmox-boot-uuids", "AAAA-BBBB\n" }, IOMMU_OFF, BOOT_LOADER_SYSTEMD, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_KERNEL_CMDLINE, "/etc/initramfs-tools/hooks/igvm /etc/kernel/cmdline " CONF RULES,
	  "update-initramfs -u -k " R ";proxmox-boot-tool refresh;", NULL, NULL },
	{ "Proxmox, GRUB", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, TOOL("proxmox-boot-tool"),
	  "etc/kernel/proxmox-boot-uuids", "AAAA-BBBB\n" }, 0, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " CONF RULES,
	  "update-initramfs -u -k " R ";proxmox-boot-tool refresh;", NULL, NULL },
	{ "Limine", { ARCH, MKINITCPIO, "boot/limine.conf", "/Arch\n    protocol: linux\n    cmdline: root=a\n" }, IOMMU_OFF | SHARED,
	  BOOT_LOADER_LIMINE, BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_LIMINE_CONF, "/boot/limine.conf ", "",
	  "/boot/limine.conf|/Arch\n    protocol: linux\n    cmdline: root=a intel_iommu=on\n", NULL },
	{ "Limine with its tool", { ARCH, MKINITCPIO, "boot/limine.conf", "x", "etc/default/limine",
	  "KERNEL_CMDLINE[default]=\"root=a\"\n", TOOL("limine-mkinitcpio") }, IOMMU_OFF, BOOT_LOADER_LIMINE,
	  BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_LIMINE_DEFAULT,
	  "/etc/default/limine /etc/initcpio/install/igvm /etc/mkinitcpio.conf.d/zz-igvm.conf " CONF RULES,
	  "limine-mkinitcpio;", NULL, NULL },
	{ "rEFInd", { ARCH, MKINITCPIO, "boot/refind_linux.conf", "x" }, IOMMU_OFF | SHARED | REFUSED, BOOT_LOADER_REFIND,
	  BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_NONE, "", "", NULL, "/boot/refind_linux.conf" },
	{ "NixOS", { "etc/os-release", "ID=nixos\n", MODULES, "boot/loader/loader.conf", "x" }, REFUSED, BOOT_LOADER_NIXOS,
	  BOOT_BUILDER_UNKNOWN, BOOT_SOURCE_NONE, CONF RULES, "", NULL, "configuration.nix" },
	{ "booster", { ARCH, GRUB, TOOL("grub-mkconfig"), TOOL("booster"), "etc/booster.yaml", "x" }, REFUSED, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_BOOSTER, BOOT_SOURCE_GRUB_DEFAULT, CONF RULES, "", NULL, "/etc/booster.yaml" },
	{ "two loaders, no witness", { DEBIAN, INITRAMFS_TOOLS, "boot/grub/grub.cfg", "x", "boot/loader/loader.conf", "x" },
	  IOMMU_OFF | SHARED | REFUSED, BOOT_LOADER_UNKNOWN, BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_NONE, "", "", NULL,
	  "GRUB (/boot/grub/grub.cfg), systemd-boot (/boot/loader/loader.conf)" },
	{ "no loader", { DEBIAN, INITRAMFS_TOOLS }, 0, BOOT_LOADER_UNKNOWN, BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_NONE,
	  "/etc/initramfs-tools/hooks/igvm " CONF RULES, "update-initramfs -u -k " R ";", NULL, NULL },
	{ "two builders", { ARCH, GRUB, TOOL("grub-mkconfig"), MKINITCPIO, TOOL("dracut") }, REFUSED, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_UNKNOWN, BOOT_SOURCE_GRUB_DEFAULT, CONF RULES, "", NULL, "mkinitcpio, dracut" },
	{ "a file of ours that is another's", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, "etc/modprobe.d/igvm.conf", "# mine\n" },
	  REFUSED, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN,
	  "/etc/initramfs-tools/hooks/igvm " RULES, "update-initramfs -u -k " R ";", NULL, "igvm did not write" },

	/* hand-made lines */
	{ "another machine's id", { DEBIAN, BOOT_IMAGE, "boot/grub/grub.cfg", "x", DROPINS, INITRAMFS_TOOLS, "etc/default/grub",
	  "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet vfio-pci.ids=8086:4680\"\n" }, REFUSED, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm " CONF RULES,
	  "update-initramfs -u -k " R ";", NULL, "ids.not-this-machine" },
	{ "the same, adopted", { DEBIAN, BOOT_IMAGE, "boot/grub/grub.cfg", "x", DROPINS, INITRAMFS_TOOLS, "etc/default/grub",
	  "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt vfio-pci.ids=8086:4680 intel_iommu=on\"\n" }, ADOPT, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "/etc/default/grub /etc/initramfs-tools/hooks/igvm " CONF RULES,
	  "update-initramfs -u -k " R ";update-grub;",
	  "/etc/default/grub|GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on\"\n", "ids.not-this-machine" },
	{ "ids of another card stay", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, "etc/modprobe.d/v.conf",
	  "# a\noptions vfio-pci ids=8086:4692,10de:2504 disable_vga=1\nblacklist i915\n" }, ADOPT, BOOT_LOADER_GRUB,
	  BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "/etc/initramfs-tools/hooks/igvm /etc/modprobe.d/v.conf " RULES,
	  "update-initramfs -u -k " R ";",
	  "/etc/modprobe.d/v.conf|# a\noptions vfio-pci ids=10de:2504 disable_vga=1\n", NULL },
	{ "the guide's lists, adopted", { ARCH, GRUB, TOOL("grub-mkconfig"), TOOL("mkinitcpio"), "etc/mkinitcpio.conf",
	  "MODULES=(vfio_pci vfio vfio_iommu_type1 ext4)\nHOOKS=(base udev)\n", "etc/modprobe.d/b.conf", "blacklist i915\n" },
	  SHARED | ADOPT, BOOT_LOADER_GRUB, BOOT_BUILDER_MKINITCPIO, BOOT_SOURCE_GRUB_DEFAULT,
	  "/etc/mkinitcpio.conf /etc/modprobe.d/b.conf ", "mkinitcpio -P;",
	  "/etc/mkinitcpio.conf|MODULES=(ext4)\nHOOKS=(base udev)\n", NULL },
	{ "a blacklist in the shared way", { DEBIAN, GRUB, DROPINS, INITRAMFS_TOOLS, "etc/modprobe.d/b.conf",
	  "blacklist i915\n" }, SHARED | REFUSED, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_SOURCE_GRUB_DROPIN, "", "",
	  NULL, "/etc/modprobe.d/b.conf:1" },
	{ "igfx_off", { DEBIAN, BOOT_IMAGE, "boot/grub/grub.cfg", "x", DROPINS, INITRAMFS_TOOLS, "etc/default/grub",
	  "GRUB_CMDLINE_LINUX=\"intel_iommu=on,igfx_off\"\n" }, SHARED | REFUSED, BOOT_LOADER_GRUB, BOOT_BUILDER_INITRAMFS_TOOLS,
	  BOOT_SOURCE_GRUB_DROPIN, "", "", NULL, "iommu.igfx-off" },
	{ "a GRUB file that cannot be edited", { SUSE, BOOT_IMAGE, "boot/grub2/grub.cfg", "x", TOOL("grub2-mkconfig"), TOOL("dracut"),
	  "etc/default/grub", "if true; then\nGRUB_CMDLINE_LINUX_DEFAULT=a\nfi\n" }, IOMMU_OFF | SHARED | REFUSED,
	  BOOT_LOADER_GRUB, BOOT_BUILDER_DRACUT, BOOT_SOURCE_GRUB_DEFAULT, "", "", NULL, "/etc/default/grub:2" },
};

static char base[64];
static struct host_facts host;
static struct loader_facts boot;
static struct setup_plan plan;
static struct setup_notes notes;

static void put(const char *path, const char *text, size_t len)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", base, path);
	for (char *s = strchr(full + strlen(base) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(full, 0755);
		*s = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	if (!strncmp(path, VARS, strlen(VARS))) {
		fwrite("\6\0\0\0", 1, 4, f);
		for (size_t i = 0; i <= len; i++)
			fwrite((char[]){ i < len ? text[i] : '\0', '\0' }, 1, 2, f);
	} else {
		assert_int_equal(fwrite(text, 1, len, f), len);
	}
	assert_int_equal(fclose(f), 0);
}

static void make(const struct scene *s, enum setup_way way)
{
	struct setup_wish wish = { .way = way, .adopt = s->flags & ADOPT,
				   .by = s->flags & BY_IDS ? SETUP_BY_IDS :
					 s->flags & BY_ADDRESS ? SETUP_BY_ADDRESS : SETUP_BY_AUTO };
	struct setup_texts texts;
	struct tree t;

	setup_plan_done(&plan);
	assert_int_equal(tree_init(&t, base), 0);
	loader_read(&t, host.kernel, &boot);
	assert_int_equal(setup_read(&t, &boot, "vm-templates", &texts), 0);
	assert_int_equal(setup_make(&host, &boot, &texts, &wish, &plan, &notes), 0);
	setup_texts_done(&texts);
	close(t.fd);
}

static void write_plan(bool after)
{
	for (size_t i = 0; i < plan.n_files; i++) {
		const struct setup_file *f = &plan.file[i];
		const char *text = after ? f->after : f->before;
		char full[512];

		snprintf(full, sizeof(full), "%s%s", base, f->path);
		if (text)
			put(f->path + 1, text, after ? f->after_len : f->before_len);
		else
			assert_int_equal(unlink(full), 0);
	}
}

static void list(char *files, char *commands, size_t size)
{
	size_t n = 0;

	files[0] = commands[0] = '\0';
	for (size_t i = 0; i < plan.n_files; i++)
		n += (size_t)snprintf(files + n, size - n, "%s ", plan.file[i].path);
	n = 0;
	for (size_t i = 0; i < plan.n_commands; i++)
		for (size_t a = 0; plan.command[i].argv[a]; a++)
			n += (size_t)snprintf(commands + n, size - n, "%s%s", plan.command[i].argv[a],
					      plan.command[i].argv[a + 1] ? " " : ";");
}

static void check_after(const struct scene *s)
{
	const char *text = s->after ? strchr(s->after, '|') + 1 : NULL;

	for (size_t i = 0; text && i < plan.n_files; i++)
		if (!strncmp(plan.file[i].path, s->after, (size_t)(text - s->after) - 1)) {
			assert_string_equal(plan.file[i].after, text);
			return;
		}
	assert_null(text);
}

static void check_note(const struct scene *s)
{
	for (size_t i = 0; s->note && i < notes.n; i++) {
		const struct setup_note *n = &notes.note[i];

		if (strstr(n->id, s->note) || strstr(n->where, s->note) || strstr(n->what, s->note) ||
		    strstr(n->why, s->note))
			return;
	}
	if (s->note)
		fail_msg("%s: no note has \"%s\"", s->what, s->note);
}

/* Diffs and JSON of every plan are made: that they hold together is all that is asked here. */
static void check_shown(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	_json_ json_t *j = setup_plan_json(&plan, &notes);

	assert_non_null(f);
	assert_int_equal(setup_plan_print(f, &plan, &notes), 0);
	fclose(f);
	for (size_t i = 0; i < plan.n_files; i++)
		assert_non_null(strstr(text, plan.file[i].path));
	free(text);
	assert_int_equal(json_array_size(json_object_get(j, "files")), plan.n_files);
	assert_int_equal(json_array_size(json_object_get(j, "notes")), notes.n);
	assert_int_equal(json_is_true(json_object_get(j, "refused")), setup_refused(&notes));
}

/* Written, the plan has nothing left to do; dedicated, then shared: igvm's files go. */
static void check_again(const struct scene *s, enum setup_way way)
{
	write_plan(true);
	make(s, way);
	if (plan.n_files)
		fail_msg("%s: a second plan changes %s", s->what, plan.file[0].path);
	if (way == SETUP_DEDICATED && !(s->flags & IOMMU_OFF)) {
		make(s, SETUP_SHARED);
		assert_true(plan.n_files >= 2);
		for (size_t i = 0; i < plan.n_files; i++)
			if (strcmp(plan.file[i].path, "/etc/mkinitcpio.conf"))
				assert_null(plan.file[i].after);
	}
}

static void one(const struct scene *s)
{
	enum setup_way way = s->flags & SHARED ? SETUP_SHARED : SETUP_DEDICATED;
	char files[2048], commands[2048];

	for (size_t i = 0; s->tree[i]; i += 2)
		put(s->tree[i], s->tree[i + 1], strlen(s->tree[i + 1]));
	make(s, way);
	list(files, commands, sizeof(files));
	if (boot.loader != s->loader || boot.builder != s->builder || boot.source != s->source)
		fail_msg("%s: %s, %s, source %d", s->what, boot_loader_name(boot.loader),
			 boot_builder_name(boot.builder), boot.source);
	if (strcmp(files, s->files) || strcmp(commands, s->commands))
		fail_msg("%s: files %s\ncommands %s", s->what, files, commands);
	if (setup_refused(&notes) != !!(s->flags & REFUSED))
		fail_msg("%s: refused %d", s->what, setup_refused(&notes));
	check_after(s);
	check_note(s);
	check_shown();
	if (!(s->flags & REFUSED))
		check_again(s, way);
}

static void each_scene(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
		const struct scene *s = &scenes[i];

		scene_host(&host, 0x4692);
		str_fit(host.pci[host.igpu].driver, sizeof(host.pci[0].driver), "i915");
		host.cmdline[0] = '\0';
		if (s->flags & IOMMU_OFF)
			host.iommu = TRI_NO;
		if (s->flags & NO_VTD)
			host.dmar = TRI_NO;
		if (s->flags & TWIN)
			scene_pci(&host, "0000:00:02.1", 0x4692, 0x030000, 3);
		one(s);
		setup_plan_done(&plan);
		host_done(&host);
		assert_int_equal(dir_remove(base), 0);
		assert_int_equal(mkdir(base, 0755), 0);
	}
}

/* A diff that patch(1) would take; long texts; binary bytes. */
static void diffs(void **state)
{
	char *a = malloc(200001), *d;

	(void)state;
	d = setup_diff("/f", "a\nb\nc\n", 6, "a\nx\nc\n", 6);
	assert_string_equal(d, "--- /f\n+++ /f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
	free(d);
	d = setup_diff("/f", NULL, 0, "a", 1);
	assert_string_equal(d, "--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n");
	free(d);
	d = setup_diff("/f", "a\r\n\033[2J\n", 8, NULL, 0);
	assert_string_equal(d, "--- /f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a^M\n-?[2J\n");
	free(d);
	d = setup_diff("/f", "a\n", 2, "a\n", 2);
	assert_string_equal(d, "");
	free(d);
	for (size_t i = 0; i < 200000; i += 2)
		memcpy(a + i, i % 4 ? "x\n" : "y\n", 2);
	d = setup_diff("/f", a, 200000, a + 2, 199996);
	assert_non_null(strstr(d, "@@ -"));
	free(d);
	d = setup_diff("/f", a, 200000, "z\n", 2);
	assert_non_null(strstr(d, "+z\n"));
	free(d);
	free(a);
}

static void no_templates(void **state)
{
	struct setup_texts texts;
	struct tree t;

	(void)state;
	assert_int_equal(tree_init(&t, base), 0);
	loader_read(&t, "", &boot);
	assert_int_equal(setup_read(&t, &boot, base, &texts), -ENOENT);
	setup_texts_done(&texts);
	close(t.fd);
}

/* Nothing to read at all: every wanted thing is missing, none is right. */
static void empty_readback(void **state)
{
	(void)state;
	memset(&plan, 0, sizeof(plan));
	strcpy(plan.expect.kernel, R);
	strcpy(plan.expect.cmdline, "intel_iommu=on");
	strcpy(plan.expect.image_modules, "vfio-pci");
	assert_int_equal(setup_readback(base, &plan, &notes), 1);
	assert_true(notes.n >= 2);
	for (size_t i = 0; i < notes.n; i++)
		assert_int_equal(notes.note[i].say, SETUP_SAYS_MISSING);
	assert_int_equal(setup_readback("/nonexistent/root", &plan, &notes), -ENOENT);
}

static int begin(void **state)
{
	(void)state;
	strcpy(base, "/tmp/igvm-setup.XXXXXX");
	return mkdtemp(base) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return dir_remove(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scene), cmocka_unit_test(diffs), cmocka_unit_test(no_templates),
		cmocka_unit_test(empty_readback),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}

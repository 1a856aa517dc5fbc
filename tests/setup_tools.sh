#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Setup plans under the real tools: in a Debian root (made once below build/setup), in a mount namespace of
# its own, each plan's bytes are written, its commands run, the built image and the boot entry are opened, and then
# everything is put back and compared.
#
#   tests/setup_tools.sh          a cell per tool: the part of make check
#   tests/setup_tools.sh all      every cell (tests/soak/setup)
#
# shellcheck disable=SC2016  # apt expands these
# shellcheck disable=SC2317  # cells are called by name
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
tree=$PWD
dir=$tree/build/setup
root=$dir/chroot
plan=$tree/$B/tests/tools/setupplan
export LC_ALL=C

packages=initramfs-tools,dracut-core,grub-common,grub2-common,grub-pc-bin,systemd-boot,systemd-ukify,systemd-boot-efi,kmod,zstd,cpio,busybox,linux-image-amd64,udev

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}

mirror() {
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Identifier: Packages' |
		sed -n 's/^Debian|Debian|//p' | head -n 1
}

make_root() {
	local m
	m=$(mirror)
	[ -n "$m" ] || { echo "apt knows no Debian archive"; return 1; }
	rm -rf --one-file-system "$root" "$dir/stamp"
	mmdebstrap --quiet --variant=apt --mode=root --format=directory --architectures=amd64 \
		--aptopt='APT::Install-Recommends "false"' --aptopt='APT::Sandbox::User "root"' \
		--dpkgopt=path-exclude='/usr/share/doc/*' --dpkgopt=path-exclude='/usr/share/man/*' \
		--dpkgopt=path-exclude='/usr/share/locale/*' --include="$packages" trixie "$root" \
		"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $m trixie main" &&
		cp "$root/usr/share/grub/default/grub" "$root/etc/default/grub" &&
		echo "$packages" > "$dir/stamp"
}

if [ "${SETUP_TOOLS_INSIDE:-}" = "" ]; then
	[ "$(id -u)" = 0 ] || skip "needs root: chroot and mounts"
	command -v mmdebstrap > /dev/null || skip "mmdebstrap is not installed"
	[ -x "$plan" ] || skip "$plan is not built"
	mkdir -p "$dir"
	exec 9> "$dir/lock"
	flock 9
	if [ "$(cat "$dir/stamp" 2> /dev/null)" != "$packages" ]; then
		make_root > "$dir/log" 2>&1 || skip "the Debian root cannot be made: $(tail -n 1 "$dir/log")"
	fi
	# Mounts end with the namespace, also when this is killed.
	SETUP_TOOLS_INSIDE=1 unshare --mount --propagation private "$0" "$@" ||
		{ [ $? = 1 ] && exit 1; skip "no mount namespace can be made here"; }
	exit 0
fi

n=0
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$dir/out" | tail -n 40
		failed=1
	fi
}
failed=0

kernel=$(ls "$root/lib/modules")
host=$dir/host

# The machine: an iGPU with i915, below the real tools' /sys and /proc/cmdline.
mount_all() {
	rm -rf "$host" "$root/igvm"
	tests/hosts/mkhost.sh tests/hosts/uhd730-i915/host "$host" || return 1
	mkdir -p "$root/igvm" "$root/etc/initramfs-tools/conf.d" "$root/etc/dracut.conf.d"
	# what is in an image counts here, not how small it is
	printf 'COMPRESS=zstd\nCOMPRESSLEVEL=1\n' > "$root/etc/initramfs-tools/conf.d/fast"
	printf 'compress="zstd -1 -T0"\nhostonly=no\ndracutmodules="base kernel-modules udev-rules rootfs-block"\n' \
		> "$root/etc/dracut.conf.d/fast.conf"
	echo "$kernel" > "$root/igvm/uname"
	echo 0 > "$root/igvm/uid"
	mount --bind "$root" "$root" && mount --rbind /dev "$root/dev" &&
		mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/run" &&
		mount -t tmpfs tmpfs "$root/tmp" && mount --bind "$host/sys" "$root/sys" &&
		mount --bind "$dir/cmdline" "$root/proc/cmdline"
}

# bli NAME TEXT: an EFI variable as systemd's Boot Loader Interface has it
bli() {
	local d=$host/sys/firmware/efi/efivars
	mkdir -p "$d"
	{ printf '\6\0\0\0'; printf '%s\0' "$2" | sed 's/./&\x00/g'; printf '\0'; } \
		> "$d/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
}

no_bli() { rm -rf "$host/sys/firmware/efi/efivars"; }

no_iommu() { mv "$host/sys/kernel/iommu_groups" "$host/groups" && mkdir "$host/sys/kernel/iommu_groups"; }
with_iommu() { rmdir "$host/sys/kernel/iommu_groups" && mv "$host/groups" "$host/sys/kernel/iommu_groups"; }

snapshot() { (cd "$root" && find etc -type f -exec sha256sum {} + | sort -k 2; find etc | sort); }

# cell NAME WORDS...: plan, write, run, read back, restore, run again, compare
cell() {
	local name=$1
	shift
	snapshot > "$dir/before"
	"$plan" "$root" "$@" boot show apply run readback restore run > "$dir/out" 2>&1
	ok $? "$name: the plan is carried out by the real tools and read back as wanted"
	snapshot > "$dir/after"
	# folders that a plan made stay: an empty one changes nothing
	diff "$dir/before" "$dir/after" | grep '^[<>]' | grep -vE '^> etc/[a-z./-]*\.d$' > "$dir/diff"
	[ ! -s "$dir/diff" ]
	ok $? "$name: restored to the byte"
	[ ! -s "$dir/diff" ] || sed 's/^/# /' "$dir/diff"
}

# has TEXT NAME: the last cell's output has it
has() {
	grep -qF -- "$1" "$dir/out"
	ok $? "$2"
}

echo 'BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet' > "$dir/cmdline"
mount_all > "$dir/log" 2>&1 || { echo "1..0 # SKIP mounts are not allowed here: $(tail -n 1 "$dir/log")"; exit 0; }
mkdir -p "$root/boot/grub"
chroot "$root" update-grub > "$dir/log" 2>&1 || { echo "1..0 # SKIP update-grub does not run here"; exit 0; }

initramfs_tools_ids() {
	cell "GRUB, initramfs-tools, by ids" ids
	has 'vfio-pci: the initramfs has this module' 'update-initramfs put vfio-pci into the image'
	has 'etc/udev/rules.d/60-igvm.rules: the initramfs has this file' "... and igvm's rule"
	has 'etc/modprobe.d/igvm.conf: the initramfs has this file' '... and the ids'
}

initramfs_tools_address() { cell "GRUB, initramfs-tools, by address" address; }

grub_word() {
	no_iommu
	cell "GRUB, initramfs-tools, IOMMU off" shared
	has "intel_iommu=on: the next boot's command line has it" 'update-grub took the word from the drop-in'
	with_iommu
}

grub_hand() {
	cp "$root/etc/default/grub" "$dir/grub.kept"
	sed -i 's/^GRUB_CMDLINE_LINUX_DEFAULT=.*/GRUB_CMDLINE_LINUX_DEFAULT="quiet iommu=pt vfio-pci.ids=8086:4680"/' \
		"$root/etc/default/grub"
	printf 'blacklist i915\n' > "$root/etc/modprobe.d/old.conf"
	"$plan" "$root" refused > "$dir/out" 2>&1
	ok $? "an id of another machine stands in the way"
	cell "GRUB, hand-made lines adopted" adopt
	has 'ids.not-this-machine' 'the other id is named'
	cp "$dir/grub.kept" "$root/etc/default/grub"
	rm "$root/etc/modprobe.d/old.conf"
}

dracut_ids() {
	mount -t tmpfs tmpfs "$root/etc/initramfs-tools"
	cell "GRUB, dracut, by ids" ids
	has 'vfio-pci: the initramfs has this module' 'dracut put vfio-pci into the image'
	umount "$root/etc/initramfs-tools"
}

systemd_boot() {
	bli LoaderInfo 'systemd-boot 257.7-1'
	mkdir -p "$root/boot/loader/entries" "$root/etc/kernel"
	printf '0123456789abcdef0123456789abcdef\n' > "$root/etc/machine-id"
	printf 'layout=bls\nBOOT_ROOT=/boot\n' > "$root/etc/kernel/install.conf"
	printf 'root=/dev/sda1 ro quiet\n' > "$root/etc/kernel/cmdline"
	chroot "$root" kernel-install add "$kernel" "/boot/vmlinuz-$kernel" > "$dir/out" 2>&1
	ok $? "kernel-install makes a boot entry here"
	no_iommu
	cell "systemd-boot, kernel-install, IOMMU off" shared
	has "intel_iommu=on: the next boot's command line has it" 'kernel-install wrote the word into the entry'
	with_iommu
	rm -rf "$root/boot/loader" "$root"/boot/0123456789abcdef* "$root/etc/kernel/install.conf" "$root/etc/kernel/cmdline"
	no_bli
}

udev_rules() {
	for f in vm-templates/boot/udev-*.rules; do
		sed 's/@BDF@/0000:00:02.0/; s/@DRIVER@/i915/' "$f" > "$root/tmp/60-igvm.rules"
		chroot "$root" udevadm verify --no-style /tmp/60-igvm.rules > "$dir/out" 2>&1
		ok $? "udev takes ${f##*/}"
	done
}

shells() {
	cp vm-templates/boot/initramfs-tools-hook vm-templates/boot/mkinitcpio-install "$root/tmp/"
	chroot "$root" sh -n /tmp/initramfs-tools-hook > "$dir/out" 2>&1 &&
		chroot "$root" bash -n /tmp/mkinitcpio-install >> "$dir/out" 2>&1
	ok $? "the shells take the hooks"
}

udev_rules
shells
grub_word
initramfs_tools_ids
dracut_ids
systemd_boot
if [ "${1:-}" = all ]; then
	initramfs_tools_address
	grub_hand
fi
echo "1..$n"
exit "$failed"

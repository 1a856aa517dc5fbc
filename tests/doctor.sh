#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What doctor finds when one thing is wrong with a good host; that it ends, whatever the files are;
# that it writes nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
# Mounts of ours go with the namespace; as an ordinary user what needs them is skipped.
if [ "$(id -u)" = 0 ] && [ -z "${IGVM_DOCTOR_NS-}" ]; then
	IGVM_DOCTOR_NS=1 exec unshare -m --propagation private "$0" "$@"
fi
B=${B:-build}
igvm=$PWD/$B/igvm
export LC_ALL=C LANGUAGE='' NO_COLOR=1 B
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
n=0

if [ ! -x "$igvm" ] || [ ! -x "$B/tests/tools/mkrom" ]; then
	echo "1..0 # SKIP $igvm or $B/tests/tools/mkrom is not built"
	exit 0
fi

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}
put() {	# FILE TEXT, below the tree
	mkdir -p "$t/${1%/*}"
	printf '%b\n' "$2" > "$t/$1"
}

# A tree of its own of a host of tests/hosts, changed by sed in its description.
tree() {	# HOST [SED]
	t=$tmp/tree
	mkdir -p "$tmp/description"
	sed "${2-}" "tests/hosts/$1/host" > "$tmp/description/host"
	tests/hosts/mkhost.sh "$tmp/description/host" "$t" || exit 1
}

found() {	# ID: is it among what doctor says?
	"$igvm" --root "$t" doctor > "$tmp/out" 2> "$tmp/err"
	grep -q "^\(block\|warn\|note\) *$1: " "$tmp/out"
}

# provoke ID HOST SED COMMAND...: not there before, there after the change, with a valid answer
provoke() {
	local id=$1 host=$2 change=$3
	shift 3
	tree "$host"
	if found "$id"; then
		ok 1 "$id: $host does not have it by itself"
		return
	fi
	tree "$host" "$change"
	[ $# = 0 ] || "$@"
	found "$id" && grep -q '^verdict: ' "$tmp/out" && [ ! -s "$tmp/err" ]
	local status=$?
	ok $status "$id is found"
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out" "$tmp/err"
}

log() { put igvm/kmsg "$1"; }
igpu=sys/devices/pci0000:00/0000:00:02.0
faults() {
	mkdir -p "$t/igvm"
	for s in 10 20 90; do
		echo "[   $s.000001] DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x706e0000 [fault reason 0x06] PTE Read access is not set"
	done > "$t/igvm/kmsg"
}
connector() {	# NAME STATUS
	mkdir -p "$t/$igpu/drm/card0/card0-$1" "$t/sys/class/drm"
	echo "$2" > "$t/$igpu/drm/card0/card0-$1/status"
	ln -sfn ../../../0000:00:02.0 "$t/$igpu/drm/card0/device"
	ln -sfn ../../devices/pci0000:00/0000:00:02.0/drm/card0 "$t/sys/class/drm/card0"
	ln -sfn "../../devices/pci0000:00/0000:00:02.0/drm/card0/card0-$1" "$t/sys/class/drm/card0-$1"
}
gvt() { mkdir -p "$t/$igpu/mdev_supported_types"; }
mdev() { mkdir -p "$t/$igpu/a297db4a-f4c2-11e6-90f6-d3b88d6c9525"; }
config() { put "boot/config-6.12.41+deb13-amd64" "CONFIG_VFIO_PCI=m\n$1"; }
old_config() { put "boot/config-6.1.0-37-amd64" "CONFIG_VFIO_PCI_IGD=y\n# CONFIG_VFIO_PCI_VGA is not set"; }
desktop() {
	mkdir -p "$t/etc/systemd/system"
	ln -s /usr/lib/systemd/system/gdm.service "$t/etc/systemd/system/display-manager.service"
}
plasma() {
	mkdir -p "$t/etc/systemd/system"
	ln -s /usr/lib/systemd/system/sddm.service "$t/etc/systemd/system/display-manager.service"
	put etc/xdg/autostart/powerdevil.desktop '[Desktop Entry]'
}
config_gz() {
	put proc/config "CONFIG_VFIO_PCI=m\\n# CONFIG_VFIO_PCI_IGD is not set"
	gzip "$t/proc/config"
}
vbt_panel() {
	lid
	"${MKROM:-$B/tests/tools/mkrom}" vbt --ports edp:A,hdmi:B -o "$tmp/vbt" &&
		"${MKROM:-$B/tests/tools/mkrom}" opregion --vbt "$tmp/vbt" -o "$t/igvm/vfio-regions/0000:00:02.0/opregion.bin"
}
lid() { put sys/class/dmi/id/chassis_type 10; mkdir -p "$t/etc/systemd"; }
no_ovmf() { rm -rf "$t/usr/share/OVMF"; }
no_swtpm() { mkdir -p "$t/usr/bin"; }

# --- one thing wrong -----------------------------------------------------------------------
ready='dev 0000:00:02.0'
cmdline() { put proc/cmdline "root=/dev/sda2 $1"; }
provoke boot.lockdown uhd730 "" put sys/kernel/security/lockdown "none [integrity] confidentiality"
provoke cmdline.no-effect uhd730 "" cmdline iommu=pt
# A device that is not there any more, and groups that were not recorded: the word alone is left to tell.
no_groups() { cmdline iommu=off; rm -r "$t/sys/kernel/iommu_groups" "$t/sys/bus/pci/devices/0000:00:02.0"; }
provoke cmdline.iommu-off uhd730 "" no_groups
provoke ids.not-this-machine uhd730 "" cmdline vfio-pci.ids=8086:4680
# Bound at boot by id, and an image with i915: one cpio archive.
bound_at_boot() {	# MODULES-OF-THE-BUILDER [ALSO-IN-THE-IMAGE]
	cmdline vfio-pci.ids=8086:4692
	put lib/modules/6.12.41+deb13-amd64/modules.dep 'kernel/drivers/vfio/pci/vfio-pci.ko:\nkernel/drivers/gpu/drm/i915/i915.ko:'
	put lib/modules/6.12.41+deb13-amd64/modules.builtin 'kernel/x.ko'
	put boot/initrd.img-6.12.41+deb13-amd64 ''
	put image/lib/modules/6.12.41+deb13-amd64/kernel/drivers/gpu/drm/i915/i915.ko module
	[ -z "${2-}" ] || put "image/lib/modules/6.12.41+deb13-amd64/kernel/drivers/vfio/pci/$2.ko" module
	(cd "$t/image" && find . -mindepth 1 | cpio --quiet -o -H newc) > "$t/boot/initrd.img-6.12.41+deb13-amd64"
	put etc/initramfs-tools/modules "$1"
	put etc/modprobe.d/vfio.conf 'options vfio-pci ids=8086:4692'
}
if command -v cpio > /dev/null; then
	provoke initramfs.no-vfio uhd730-i915 '' bound_at_boot vfio-pci
	provoke boot.softdep-missing uhd730-i915 '' bound_at_boot '' vfio-pci
else
	skip "initramfs.no-vfio is found" "cpio is not installed"
	skip "boot.softdep-missing is found" "cpio is not installed"
fi
provoke cpu.no-virt uhd730 's/^cpu vmx/cpu sse3/'
provoke cpu.virt-locked uhd730 '' log '[    0.1] x86/cpu: VMX (outside TXT) disabled by BIOS'
provoke iommu.none-device uhd730 "/^$ready/s/group=1 //"
provoke iommu.group-shared uhd730 's/ 8086:7ae0 0c0330 group=4/ 8086:7ae0 0c0330 group=1/'
provoke iommu.width-unknown uhd730 '/^mgaw/d'
provoke iommu.graphics-off uhd730 "/^$ready/s/group=1 //" log '<6>[    0.2] DMAR: Disabling IOMMU for graphics on this chipset'
provoke iommu.rmrr uhd730 '' log '[   55.1] vfio-pci 0000:00:02.0: Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the device without a 1:1 mapping.'
provoke iommu.faults uhd730 '' faults
provoke fb.bar-taken uhd730 '' log "4,700,99000000,-;vfio-pci 0000:00:02.0: BAR 2: can't reserve [mem 0x4000000000-0x400fffffff 64bit pref]"
provoke igpu.reset-slow uhd730 '' log 'vfio-pci 0000:00:02.0: not ready 1023ms after FLR; waiting'
provoke igpu.broadwell uhd730 's/8086:4692/8086:1616/'
provoke igpu.not-primary uhd730 's/ 030000 / 038000 /;s/^kernel .*/kernel 6.16.1-arch1-1/;s/^qemu .*/qemu 10.2/'
provoke igpu.gvt uhd630 '' gvt
provoke igpu.gvt-in-use uhd630 '' mdev
provoke host.csm uhd730 's/^boot efi/boot bios/'
provoke vfio.module-missing uhd730 's/^vfio loaded/vfio none/;s/driver=vfio-pci/driver=i915/'
provoke vfio.no-igd uhd730 '' config_gz
provoke vfio.no-igd uhd730 '' config '# CONFIG_VFIO_PCI_IGD is not set'
provoke vfio.no-vga uhd630 '' old_config
provoke audio.passed uhd730 's/driver=snd_hda_intel/driver=vfio-pci/'
provoke stolen.small uhd730 's/ggc=02c1/ggc=fec1/'
provoke opregion.invalid uhd730 's/opregion=ADL-S/opregion=bad/'
provoke vbt.missing uhd730 's/opregion=ADL-S/opregion=novbt/'
headless() { printf '\040' | dd of="$t/igvm/vfio-regions/0000:00:02.0/opregion.bin" bs=1 seek=97 conv=notrunc status=none; }
provoke opregion.headless uhd730 '' headless
bad_vbt() { printf '\377\377' | dd of="$t/igvm/vfio-regions/0000:00:02.0/opregion.bin" bs=1 seek=1048 conv=notrunc status=none; }
provoke vbt.invalid uhd730 '' bad_vbt
provoke output.none uhd730-i915 '' connector DP-1 disconnected
provoke panel.internal uhd730 '' vbt_panel
provoke panel.internal uhd730-i915 '' connector eDP-1 connected
provoke firmware.none uhd730 '' no_ovmf
provoke tpm.none uhd730 '' no_swtpm
provoke host.idle-suspends uhd730 '' put etc/systemd/logind.conf.d/10-idle.conf '[Login]\nIdleAction = suspend'
provoke host.desktop-suspends uhd730 '' plasma
provoke host.desktop-suspends uhd730 '' desktop
provoke host.lid-suspends uhd730 '' lid

# --- and what is right is not found wrong -----------------------------------------------------
silent() {	# DESCRIPTION ID: the tree does not have it
	if found "$2"; then
		ok 1 "$1"
		sed 's/^/# /' "$tmp/out"
	else
		ok 0 "$1"
	fi
}
tree uhd730
config 'CONFIG_VFIO_PCI_IGD=y'
silent "a kernel with the option" vfio.no-igd
put "boot/config-6.12.41+deb13-amd64" "nothing that is a configuration"
silent "a file that is no configuration says nothing" vfio.no-igd
log '[    5.0] DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x0\n[    5.1] DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x0'
silent "a few faults at one moment are normal" iommu.faults
log '[    5.0] DMAR: [DMA Read] Request device [00:14.0] fault addr 0x0\n[  500.1] DMAR: [DMA Read] Request device [00:14.0] fault addr 0x0'
silent "another device's faults" iommu.faults
desktop
mkdir -p "$t/etc/systemd/system" && ln -s /dev/null "$t/etc/systemd/system/sleep.target"
silent "a desktop, but no sleep" host.desktop-suspends
rm "$t/etc/systemd/system/sleep.target"
put etc/dconf/db/local.d/00-power "[org/gnome/settings-daemon/plugins/power]\nsleep-inactive-ac-type='nothing'"
silent "a desktop that is told to stay awake" host.desktop-suspends
tree uhd730 && plasma && put etc/xdg/powerdevilrc '[AC][SuspendAndShutdown]\nAutoSuspendAction=0'
silent "a Plasma that is told to stay awake" host.desktop-suspends
tree uhd730 && vbt_panel && rm "$t/sys/class/dmi/id/chassis_type"
silent "a board with an entry for a panel, and no lid" panel.internal
put etc/systemd/logind.conf '[Login]\nIdleAction=suspend'
put etc/systemd/logind.conf.d/50-no.conf '[Login]\nIdleAction=ignore'
silent "a drop-in wins over logind.conf" host.idle-suspends
lid
put etc/systemd/logind.conf.d/60-lid.conf '[Login]\nHandleLidSwitch=ignore'
silent "a lid that is ignored" host.lid-suspends
tree uhd730-i915
connector DP-1 disconnected
connector HDMI-A-1 connected
silent "one of two connectors has a monitor" output.none

# --- steps ----------------------------------------------------------------------------------------
next() {	# DESCRIPTION PATTERN
	"$igvm" --root "$t" doctor > "$tmp/out" 2>&1
	[ "$(grep -c '^next: ' "$tmp/out")" = 1 ] && grep -q "^next: .*$2" "$tmp/out"
	local status=$?
	ok $status "$1"
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
}
tree no-iommu
next "no DMAR table: the firmware setup" 'VT-d.*explain iommu.off'
tree no-iommu 's/^acpi .*/acpi DMAR FACP/'
next "a DMAR table and no groups: the kernel" 'intel_iommu=on.*explain iommu.off'
tree no-iommu 's/^qemu .*/qemu 7.2/'
next "firmware before QEMU" 'explain iommu.off'
tree uhd730 's/^qemu .*/qemu 7.2/;s/reset=flr/reset=none/'
next "a block before a warning" 'explain qemu.too-old'
tree uhd730-i915
next "a driver that is bound is no step" 'igvm probe NAME'
tree uhd730 "/^$ready/d"
next "an iGPU that is switched off" 'explain igpu.none'
tree uhd730 "/^$ready/d;s/i5-12400/i5-12400F/"
next "a processor that has none" 'none on this machine.*explain igpu.none'
tree uhd730 "/^$ready/s/.*/dev 0000:01:00.0 10de:2504 030000 boot_vga=1/"
next "switched off beside a graphics card" 'iGPU Multi-Monitor.*explain igpu.none'

# --- the guide ------------------------------------------------------------------------------------
guide() {	# DESCRIPTION KEY STATE
	"$igvm" --root "$t" --json doctor --like-guide > "$tmp/guide.json" 2> "$tmp/err"
	perl tests/schema/check.pl tests/schema/doctor.json "$tmp/guide.json" > "$tmp/out" 2>&1 &&
		perl -MJSON::PP -e 'local $/; my ($k, $s) = splice @ARGV, 0, 2;
			exit !grep { $_->{key} eq $k && $_->{state} eq $s } @{decode_json(<>)->{guide}}' \
			"$2" "$3" "$tmp/guide.json"
	local status=$?
	ok $status "guide: $1"
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out" "$tmp/guide.json"
}
tree uhd730
guide "VT-d" bios.vt-d "done"
cmdline 'intel_iommu=on iommu=pt video=efifb:off vfio-pci.ids=8086:4692'
guide "intel_iommu=on" cmdline.intel_iommu "done"
guide "iommu=pt" cmdline.iommu "not needed"
guide "video=efifb:off" cmdline.video "not needed"
guide "this machine's id" cmdline.ids "done"
guide "vfio-pci has it" driver "done"
cmdline 'intel_iommu=on,igfx_off'
guide "igfx_off" cmdline.intel_iommu wrong
cmdline 'vfio-pci.ids=8086:4680'
guide "another machine's id" cmdline.ids wrong
cmdline 'vfio-pci-ids=8086:4692'
guide "a parameter that is misspelt" cmdline.ids wrong
cmdline 'vfio-pci.ids=8086:4680'
put etc/modprobe.d/vfio.conf 'options vfio-pci ids=8086:4692'
guide "two files, two ids" cmdline.ids wrong
cmdline quiet
guide "groups without the parameter" cmdline.intel_iommu "not needed"
guide "no blacklist" blacklist "not needed"
put etc/modprobe.d/no.conf 'blacklist i915'
guide "a blacklist" blacklist "done"
tree uhd730-i915
put etc/modprobe.d/no.conf 'blacklist i915'
guide "a blacklist that keeps nothing" blacklist wrong
tree no-iommu
guide "no VT-d" bios.vt-d wrong
guide "the parameter without VT-d" cmdline.intel_iommu wrong
tree class-0380
guide "not the primary display" bios.multi-monitor wrong
tree unreadable
for key in bios.vt-x bios.vt-d bios.csm lspci driver group; do
	guide "nothing was read: $key" $key unknown
done

# --- hostile files ------------------------------------------------------------------------------------
# Everything doctor may look at is there first, so that each can be replaced.
furnish() {
	tree uhd730
	log '[    0.1] nothing'
	config 'CONFIG_VFIO_PCI_IGD=y'
	connector DP-1 connected
	desktop
	lid
	put etc/systemd/logind.conf '[Login]'
	put etc/systemd/logind.conf.d/a.conf '[Login]'
	put etc/dconf/db/local.d/00 'x'
	put etc/modprobe.d/a.conf 'options vfio-pci ids=8086:4692'
	put etc/modules-load.d/a.conf vfio-pci
	put etc/default/grub 'GRUB_CMDLINE_LINUX="quiet"'
	put etc/mkinitcpio.conf 'MODULES=(vfio_pci)'
	put boot/initrd.img-6.12.41+deb13-amd64 'no image'
	put sys/kernel/security/lockdown 'none [integrity] confidentiality'
	put sys/module/vfio_pci/parameters/disable_vga N
	put sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c 'abcde'
	put sys/firmware/acpi/tables/DMAR 'DMAR'
	put lib/modules/6.12.41+deb13-amd64/modules.builtin 'kernel/x.ko'
	put lib/modules/6.12.41+deb13-amd64/modules.dep 'kernel/drivers/vfio/pci/vfio-pci.ko:'
}
spoil() {	# KIND FILE
	rm -rf "$2"
	case $1 in
	missing) ;;
	empty) : > "$2" ;;
	folder) mkdir "$2" ;;
	fifo) mkfifo "$2" ;;
	huge) truncate -s 1G "$2" ;;
	binary) head -c 70000 "$igvm" > "$2" ;;
	loop) ln -s "${2##*/}" "$2" ;;
	line) head -c 300000 /dev/zero | tr '\0' 'a' > "$2" ;;
	away) ln -s /dev/zero "$2" ;;
	esac
}
# Ends in time, with a verdict and one of its two exit statuses.
ends() {
	timeout 20 "$igvm" --root "$t" doctor > "$tmp/out" 2> "$tmp/err"
	case $? in 0|5) ;; *) return 1 ;; esac
	grep -q '^verdict: ' "$tmp/out"
}
furnish
(cd "$t" && find . -type f ! -path './usr/share/OVMF/*' | sort) > "$tmp/files"
[ "$(wc -l < "$tmp/files")" -gt 40 ]
ok $? "there are files to spoil"
for kind in missing empty folder fifo huge binary loop line away; do
	bad=
	while read -r file; do
		cp -a "$t/$file" "$tmp/kept"
		spoil $kind "$t/$file"
		ends || bad="$bad $file"
		rm -rf "${t:?}/$file"
		mv "$tmp/kept" "$t/$file"
	done < "$tmp/files"
	[ -z "$bad" ]
	ok $? "any one file $kind: a verdict"
	[ -z "$bad" ] || echo "#$bad"
	while read -r file; do spoil $kind "$t/$file"; done < "$tmp/files"
	ends
	ok $? "all of them $kind: a verdict"
	furnish
done

# Files come and go while doctor reads; bounded, and paced by doctor's own runs.
(while [ -e "$tmp/going" ]; do
	mv "$t/sys/bus" "$t/sys/bus.away" && mv "$t/sys/bus.away" "$t/sys/bus"
	mv "$t/proc" "$t/proc.away" && mv "$t/proc.away" "$t/proc"
	sleep 0.001
done) 2> /dev/null &
vanishing=$!
: > "$tmp/going"
bad=0
for _ in $(seq 60); do ends || bad=$((bad + 1)); done
rm "$tmp/going"
wait $vanishing
[ $bad = 0 ]
ok $? "files that vanish while they are read: a verdict each time"

# --- it writes nothing -----------------------------------------------------------------------------------
opened_for_writing() {	# ARGUMENTS: files opened so, but for devices that are asked what they are
	strace -f -qq -o "$tmp/trace" -e trace=open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,chmod,fchmodat,chown,fchownat,truncate,mount \
		"$igvm" "$@" > "$tmp/out" 2> "$tmp/err"
	grep -E 'O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|rename|unlink|link\(|linkat|chmod|chown|truncate|mount\(' "$tmp/trace" |
		grep -vE '"/dev/(kvm|null|vfio/[^"]*)"|readlink|EEXIST'
}
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	furnish
	[ -z "$(opened_for_writing --root "$t" doctor --like-guide | tee "$tmp/written")" ]
	ok $? "below a root no file is opened for writing"
	sed 's/^/# /' "$tmp/written"
	"$igvm" doctor > /dev/null 2>&1	# what QEMU can do is cached now
	[ -z "$(opened_for_writing doctor | tee "$tmp/written")" ]
	ok $? "on this machine neither"
	sed 's/^/# /' "$tmp/written"
else
	skip "below a root no file is opened for writing" "strace is not installed, or may not trace"
	skip "on this machine neither" "strace is not installed, or may not trace"
fi

if [ "$(id -u)" = 0 ]; then
	furnish
	"$igvm" doctor > "$tmp/before" 2>&1
	before=$?
	"$igvm" --root "$t" doctor > "$tmp/before.tree" 2>&1
	export igvm t tmp before
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m --propagation private bash -c '
		mkdir "$tmp/results" && mount -t tmpfs igvm-test "$tmp/results" || exit 9
		awk "{ print \$5 }" /proc/self/mountinfo | grep -vx "$tmp/results" | while read -r at; do
			mount -o remount,bind,ro "$(printf %b "$at")" 2> /dev/null
		done
		if { : > "$tmp/writable" || : > /igvm-writable; } 2> /dev/null; then exit 9; fi
		"$igvm" doctor > "$tmp/results/out" 2>&1
		[ $? = "$before" ] && cmp "$tmp/before" "$tmp/results/out" || exit 1
		"$igvm" --root "$t" doctor > "$tmp/results/out" 2>&1
		cmp "$tmp/before.tree" "$tmp/results/out"' > "$tmp/out" 2>&1
	ok $? "on a read-only root it says the same"
else
	skip "on a read-only root it says the same" "not root"
fi
echo "1..$n"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Record what igvm reads of this machine as a tree that can be handed to others: a tar.gz of it is
# what `igvm --root DIR doctor` and tests/hosts need. Needs sh and coreutils alone, writes below
# DIRECTORY only, and opens no device.
#
# usage: capture.sh [--root DIR] DIRECTORY     (which must not exist)
#
# Three ways keep secrets out. A file is copied only when it is named below. Serial numbers, UUIDs
# of the machine, EDIDs, command lines of processes, keys and images are not named. What is copied
# of etc, boot and proc/cmdline passes scrub(), which takes out comments, UUIDs, MAC addresses,
# machine-id, host name, names of users, and values of parameters that hold addresses or keys.
set -eu
export LC_ALL=C
umask 077

root=
if [ "${1-}" = --root ]; then
	root=${2%/}
	shift 2
fi
if [ $# != 1 ] || [ -e "$1" ]; then
	echo "usage: capture.sh [--root DIR] DIRECTORY     (a new one)" >&2
	exit 2
fi
out=$1
mkdir -p "$out/igvm"

# --- what must not leave the machine ---------------------------------------------------

first_line() {
	line=
	[ ! -r "$1" ] || IFS= read -r line < "$1" || :
	printf '%s' "$line"
}

machine_id=$(first_line "$root/etc/machine-id")
host_name=$(first_line "$root/etc/hostname")
[ -n "$host_name" ] || host_name=$(first_line "$root/proc/sys/kernel/hostname")
[ -n "$machine_id" ] || machine_id=-
case $host_name in ''|localhost*|?|??) host_name=- ;; esac
# A name that says nothing of anybody stays, or words of the files would be taken for it.
is_common() {
	case $1 in
	user|users|admin|guest|test|linux|debian|ubuntu|fedora|arch|nixos|opensuse|proxmox|pve|host|vmhost|server|desktop|laptop|intel|vfio|kernel|boot|grub|root|home|quiet|qemu|libvirt|igvm)
		return 0 ;;
	esac
	return 1
}
! is_common "$host_name" || host_name=-
short_name=${host_name%%.*}
! is_common "$short_name" || short_name=-

# Names of people: uid 1000 to 59999 (login.defs), the longest words of the record left out.
users=
if [ -r "$root/etc/passwd" ]; then
	while IFS=: read -r name _ uid _; do
		case $uid in ''|*[!0-9]*) continue ;; esac
		if [ "$uid" -ge 1000 ] && [ "$uid" -lt 60000 ] && [ ${#name} -ge 3 ] &&
			! is_common "$name"; then
			users="$users $name"
		fi
	done < "$root/etc/passwd"
fi

h='[0-9a-fA-F]'
h2=$h$h h4=$h$h$h$h h8=$h4$h4
uuid=$h8-$h4-$h4-$h4-$h8$h4
mac=$h2:$h2:$h2:$h2:$h2:$h2
id32=$h8$h8$h8$h8
# shellcheck disable=SC2125 # a pattern
fat=[0-9A-F][0-9A-F][0-9A-F][0-9A-F]-[0-9A-F][0-9A-F][0-9A-F][0-9A-F]

# swap PATTERN TEXT WHAT: in $line; counts what it took
swap() {
	rest=$line line=
	while :; do
		# shellcheck disable=SC2254,SC2295 # patterns
		case $rest in
		*$1*)
			before=${rest%%$1*}
			rest=${rest#*$1}
			line=$line$before$2
			echo "$3" >> "$out/igvm/removed.tmp" ;;
		*) break ;;
		esac
	done
	line=$line$rest
}

# swap_value KEY: what follows KEY up to a blank or a quote
swap_value() {
	rest=$line line=
	while :; do
		case $rest in
		*"$1"[!\ \"\']*)
			line=$line${rest%%"$1"*}$1
			rest=${rest#*"$1"}
			value=${rest%%[ \"\']*}
			case $value in REMOVED*|00000000-*) line=$line$value ;;
			*)
				line=${line}REMOVED
				echo "value of $1" >> "$out/igvm/removed.tmp" ;;
			esac
			rest=${rest#"$value"} ;;
		*) break ;;
		esac
	done
	line=$line$rest
}

scrub_line() {
	swap "$uuid" 00000000-0000-0000-0000-000000000000 UUID
	swap "$id32" 00000000000000000000000000000000 "machine-id or hash"
	swap "$mac" 00:00:00:00:00:00 "MAC address"
	swap "UUID=$fat" UUID=0000-0000 "volume id"
	case $line in
	*=*)
		for key in ip= ifname= hostname= netconsole= nfsroot= nbdroot= iscsi_target= rd.luks.key= \
			rd.iscsi.password= rd.iscsi.username= rd.zfs.key= serial= cryptkey= cryptdevice= password= \
			passwd= token= secret= key= LABEL= by-id/ by-label/ by-path/ rd.znet=; do
			case $line in *"$key"*) swap_value "$key" ;; esac
		done ;;
	esac
	[ "$host_name" = - ] || swap "$host_name" HOST "host name"
	[ "$short_name" = - ] || [ ${#short_name} -lt 3 ] || swap "$short_name" HOST "host name"
	for name in $users; do
		case $line in *"$name"*) swap "$name" USER "name of a user" ;; esac
	done
}

# scrub: stdin to stdout, without comments and lines about passwords
scrub() {
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		*[Pp]assword*|*PASSWORD*|*superusers*)
			echo "line about a password" >> "$out/igvm/removed.tmp"
			continue ;;
		esac
		case ${line#"${line%%[!	\ ]*}"} in '#'*) continue ;; esac
		scrub_line
		printf '%s\n' "$line"
	done
}

# The path as it may be told.
safe_path() {
	line=$1
	scrub_line
	printf '%s' "$line"
}

# --- copying ------------------------------------------------------------------------------

# text FILE...: below the root; missing ones are left out
text() {
	for file; do
		[ -f "$root/$file" ] && [ -r "$root/$file" ] || continue
		to=$out/$(safe_path "$file")
		mkdir -p "${to%/*}"
		scrub < "$root/$file" > "$to" 2> /dev/null || :
	done
}

# raw FILE...: without scrubbing, for files of the kernel and of packages; 64 MiB at most
raw() {
	for file; do
		[ -f "$root/$file" ] && [ -r "$root/$file" ] || continue
		mkdir -p "$out/${file%/*}"
		head -c 67108864 "$root/$file" > "$out/$file" 2> /dev/null || rm -f "$out/$file"
	done
}

# texts GLOB, raws GLOB: the files that match
texts() {
	# shellcheck disable=SC2086,SC2231 # the pattern is meant
	for path in $root/$1; do
		[ ! -f "$path" ] || text "${path#"$root"/}"
	done
}

raws() {
	# shellcheck disable=SC2086,SC2231
	for path in $root/$1; do
		[ ! -f "$path" ] || raw "${path#"$root"/}"
	done
}

# stand_in FILE...: that it exists, and nothing of what is in it
stand_in() {
	for file; do
		[ -e "$root/$file" ] || continue
		to=$out/$(safe_path "$file")
		mkdir -p "${to%/*}"
		[ -e "$to" ] || : > "$to"
	done
}

link() { # FILE: a link stays one
	[ -L "$root/$1" ] || return 0
	to=$out/$(safe_path "$1")
	mkdir -p "${to%/*}"
	line=$(readlink "$root/$1")
	scrub_line
	[ -L "$to" ] || ln -s "$line" "$to" 2> /dev/null || :
}

# --- the parts -------------------------------------------------------------------------------

kernel_part() {
	if [ -r "$root/igvm/uname" ]; then
		release=$(first_line "$root/igvm/uname")
	elif [ -n "$root" ]; then
		release=$(first_line "$root/proc/sys/kernel/osrelease")
	else
		release=$(uname -r)
	fi
	echo "$release" > "$out/igvm/uname"
	if [ -r "$root/igvm/uid" ]; then cat "$root/igvm/uid"; else id -u; fi > "$out/igvm/uid"
	for file in dep builtin softdep alias; do
		raw "lib/modules/$release/modules.$file" "usr/lib/modules/$release/modules.$file"
	done
	raw "lib/modules/$release/pkgbase" "usr/lib/modules/$release/pkgbase" "boot/config-$release"
	raw proc/iomem proc/meminfo proc/modules proc/config.gz proc/acpi/button/lid/*/state
	text proc/cmdline
	# One processor is enough, and says no more than its model.
	if [ -r "$root/proc/cpuinfo" ]; then
		while IFS= read -r line && [ -n "$line" ]; do printf '%s\n' "$line"; done \
			< "$root/proc/cpuinfo" > "$out/proc/cpuinfo"
	fi
}

# Lines of the kernel's log that igvm looks for; others may name anything.
log_part() {
	if [ -r "$root/igvm/kmsg" ]; then
		cat "$root/igvm/kmsg"
	elif [ -z "$root" ] && [ -r /dev/kmsg ]; then
		dd if=/dev/kmsg bs=8192 iflag=nonblock 2> /dev/null || :
	fi | while IFS= read -r line; do
		case $line in
		*DMAR*|*IOMMU*|*iommu*|*vfio*|*VFIO*|*i915*|*0000:00:02.*|*VMX*|*vmx*|*lockdown*|*'Secure boot'*|*efifb*|*simple-framebuffer*)
			scrub_line
			printf '%s\n' "$line" ;;
		esac
	done > "$out/igvm/kmsg"
	[ -s "$out/igvm/kmsg" ] || rm "$out/igvm/kmsg"
}

distribution_part() {
	raw etc/os-release usr/lib/os-release
	link etc/os-release
	[ ! -r "$root/etc/machine-id" ] || echo 00000000000000000000000000000000 > "$out/etc/machine-id"
	text etc/default/grub etc/kernel/cmdline etc/kernel/install.conf etc/mkinitcpio.conf etc/dracut.conf \
		etc/initramfs-tools/initramfs.conf etc/initramfs-tools/modules etc/modules etc/cmdline \
		etc/systemd/logind.conf usr/lib/systemd/logind.conf etc/sysconfig/bootloader etc/default/limine \
		etc/xdg/powerdevilrc etc/xdg/autostart/powerdevil.desktop \
		boot/grub/grub.cfg boot/grub2/grub.cfg boot/refind_linux.conf boot/limine.conf
	for glob in etc/default/grub.d/* etc/cmdline.d/* etc/mkinitcpio.conf.d/* etc/mkinitcpio.d/* \
		etc/dracut.conf.d/* etc/initramfs-tools/conf.d/* etc/modprobe.d/* etc/modules-load.d/* \
		etc/systemd/logind.conf.d/* usr/lib/modprobe.d/* lib/modprobe.d/* run/modprobe.d/* \
		usr/lib/modules-load.d/* boot/loader/*.conf boot/loader/entries/* efi/loader/*.conf \
		efi/loader/entries/* boot/efi/loader/*.conf boot/efi/loader/entries/*; do
		texts "$glob"
	done
	stand_in etc/kernel/proxmox-boot-uuids etc/pve/.version usr/bin/swtpm
	for path in "$root"/boot/vmlinuz* "$root"/boot/initr* "$root"/efi/EFI/Linux/* "$root"/boot/EFI/Linux/*; do
		[ ! -e "$path" ] || stand_in "${path#"$root"/}"
	done
	for path in "$root"/etc/systemd/system/*.wants/* "$root"/etc/systemd/system/display-manager.service; do
		link "${path#"$root"/}"
	done
	for dir in etc/qemu/firmware usr/share/qemu/firmware; do raws "$dir/*.json"; done
	for path in "$root"/usr/share/OVMF/* "$root"/usr/share/edk2/*/* "$root"/usr/share/qemu/*.fd; do
		[ ! -e "$path" ] || stand_in "${path#"$root"/}"
	done
	raw usr/share/misc/pci.ids usr/share/hwdata/pci.ids igvm/qemu-caps.json
	raws "igvm/vfio-regions/*/*"
}

# EDIDs hold serial numbers of monitors; config space above 256 bytes holds those of cards.
device_part() { # BDF
	where=$(readlink "$root/sys/bus/pci/devices/$1") || return 0
	where=sys/devices/${where##*/devices/}
	mkdir -p "$out/$where" "$out/sys/bus/pci/devices"
	ln -s "../../../${where#sys/}" "$out/sys/bus/pci/devices/$1"
	for file in vendor device class revision subsystem_vendor subsystem_device resource boot_vga \
		reset_method sriov_numvfs sriov_totalvfs enable; do
		raw "$where/$file"
	done
	read -r class < "$root/$where/class" || class=
	case $class in
	0x03*|0x0600*|0x0601*) [ ! -r "$root/$where/config" ] ||
		head -c 256 "$root/$where/config" > "$out/$where/config" ;;
	esac
	for name in driver iommu_group iommu; do
		link "$where/$name"
	done
	if [ -L "$root/$where/driver" ]; then
		driver=$(readlink "$root/$where/driver")
		mkdir -p "$out/sys/bus/pci/drivers/${driver##*/}"
	fi
	for path in "$root/$where"/drm/*/*/status "$root/$where"/drm/*/*/enabled "$root/$where"/graphics/*/name \
		"$root/$where"/mdev_supported_types/*/available_instances; do
		[ ! -f "$path" ] || raw "${path#"$root"/}"
	done
	# Mediated devices are counted; their names are zeros and a number.
	count=0
	for path in "$root/$where"/????????-????-????-????-????????????; do
		[ -d "$path" ] || continue
		count=$((count + 1))
		mkdir -p "$out/$where/00000000-0000-0000-0000-00000000000$count"
	done
	for path in "$root/$where"/drm/*; do
		[ ! -d "$path" ] || mkdir -p "$out/${path#"$root"/}"
	done
}

sys_part() {
	for path in "$root"/sys/bus/pci/devices/*; do
		[ ! -L "$path" ] || device_part "${path##*/}"
	done
	for path in "$root"/sys/kernel/iommu_groups/*; do
		[ -d "$path" ] || continue
		mkdir -p "$out/sys/kernel/iommu_groups/${path##*/}"
		raw "sys/kernel/iommu_groups/${path##*/}/type" "sys/kernel/iommu_groups/${path##*/}/reserved_regions"
	done
	[ ! -d "$root/sys/kernel/iommu_groups" ] || mkdir -p "$out/sys/kernel/iommu_groups"
	for path in "$root"/sys/class/drm/* "$root"/sys/class/graphics/*; do
		link "${path#"$root"/}"
	done
	for glob in "sys/devices/virtual/iommu/*/intel-iommu/*" "sys/class/vtconsole/*/name" \
		"sys/module/vfio*/parameters/*" "sys/module/i915/parameters/*" "sys/module/xe/parameters/*"; do
		raws "$glob"
	done
	for path in "$root"/sys/module/*; do
		case ${path##*/} in vfio*|i915|xe|kvmgt|mdev|kvm*|amdgpu|nouveau|nvidia*) mkdir -p "$out/sys/module/${path##*/}" ;; esac
	done
	[ ! -d "$root/sys/bus/pci/drivers/vfio-pci" ] || mkdir -p "$out/sys/bus/pci/drivers/vfio-pci"
	raw sys/kernel/security/lockdown
}

firmware_part() {
	[ ! -d "$root/sys/firmware" ] || mkdir -p "$out/sys/firmware"
	[ ! -d "$root/sys/firmware/efi" ] || mkdir -p "$out/sys/firmware/efi"
	raw sys/firmware/acpi/tables/DMAR
	for path in "$root"/sys/firmware/acpi/tables/*; do
		[ ! -f "$path" ] || stand_in "${path#"$root"/}"
	done
	for name in LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f \
		SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c; do
		raw "sys/firmware/efi/efivars/$name"
	done
	for name in sys_vendor product_name board_vendor board_name bios_vendor bios_version bios_date chassis_type; do
		text "sys/class/dmi/id/$name"
	done
}

# Who holds the nodes that matter: its name, never its command line or its other files.
holders_part() {
	for process in "$root"/proc/[0-9]*; do
		for fd in "$process"/fd/*; do
			target=$(readlink "$fd" 2> /dev/null) || continue
			case $target in
			/dev/dri/*|/dev/vfio/*|/dev/fb[0-9]*)
				pid=${process##*/}
				text "proc/$pid/comm" "proc/$pid/cgroup"
				mkdir -p "$out/proc/$pid/fd"
				[ -L "$out/proc/$pid/fd/${fd##*/}" ] || ln -s "$target" "$out/proc/$pid/fd/${fd##*/}" ;;
			esac
		done
	done
}

kernel_part
log_part
distribution_part
sys_part
firmware_part
holders_part

if [ -f "$out/igvm/removed.tmp" ]; then
	sort "$out/igvm/removed.tmp" | uniq -c > "$out/igvm/removed"
	rm "$out/igvm/removed.tmp"
else
	: > "$out/igvm/removed"
fi
echo "recorded in $out. Replaced on the way (number, what):"
cat "$out/igvm/removed"
echo "Never read: serial numbers, product UUIDs, EDIDs, initramfs images, keys, command lines of
processes, config space above 256 bytes. Look through it before you hand it on: grep -r YOURNAME $out"

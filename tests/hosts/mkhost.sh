#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Write the recorded tree of a host from its short description (README.md has the keys).
# usage: mkhost.sh DESCRIPTION DIRECTORY      (the directory is made, and emptied first)
# MKROM names the program that makes OpRegions; build/tests/tools/mkrom otherwise.
# shellcheck disable=SC2154 # words() sets each w_KEY
set -eu

description=$1
out=$2
mkrom=${MKROM:-${B:-build}/tests/tools/mkrom}
sys=$out/sys
release=
pci_names=

die() {
	echo "mkhost: $description: $*" >&2
	exit 1
}

# shellcheck source=tests/hosts/parts.sh
. "$(dirname "$0")/parts.sh"

# put FILE TEXT: the file with this text and a newline
put() {
	[ -d "${1%/*}" ] || mkdir -p "${1%/*}"
	printf '%s\n' "$2" > "$1"
}

# words WORD...: each KEY=VALUE becomes $w_KEY; those of earlier calls are gone. No fork: there are thousands.
word_keys="sub rev reset driver group config ggc bdsm32 bdsm64 asls boot_vga sriov_numvfs opregion vga"
words() {
	for key in $word_keys; do eval "w_$key="; done
	for word; do
		case " $word_keys " in *" ${word%%=*} "*) eval "w_${word%%=*}=\${word#*=}" ;; esac
	done
}

# Config space, 64 or 256 bytes: header, a PCI Express capability at 0x40 whose
# bit 28 is FLR, and the iGPU's own registers GGC, BDSM, ASLS.
config() { # VENDOR DEVICE CLASS REV SUBVENDOR SUBDEVICE FLR GGC BDSM32 BDSM64 ASLS SIZE
	# Each byte is an octal escape, so no awk needs to know how to write a NUL.
	printf '%b' "$(awk -v vendor="$1" -v device="$2" -v class="$3" -v rev="$4" -v sv="$5" \
		-v sd="$6" -v flr="$7" -v ggc="$8" -v b32="$9" -v b64="${10}" -v asls="${11}" \
		-v size="${12}" '
		function hex(s,   i, n) {
			for (i = 1; i <= length(s); i++)
				n = n * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
			return n + 0
		}
		function store(at, s, bytes,   v, i) {
			v = hex(s)
			for (i = 0; i < bytes; i++) {
				b[at + i] = v % 256
				v = int(v / 256)
			}
		}
		BEGIN {
			store(0, vendor, 2); store(2, device, 2); store(6, "10", 2)
			store(8, rev, 1); store(9, class, 3)
			store(44, sv, 2); store(46, sd, 2); store(52, "40", 1)
			store(64, "10", 1)
			if (flr) store(71, "10", 1)
			if (ggc) store(80, ggc, 2)
			if (b32) store(92, b32, 4)
			if (b64) store(192, b64, 6)
			if (asls) store(252, asls, 4)
			for (i = 0; i < size; i++)
				printf "\\0%03o", b[i] + 0
		}')"
}

# bar=N:BASE:SIZE:FLAGS, hexadecimal; FLAGS as in include/linux/ioport.h
resource() {
	for i in 0 1 2 3 4 5; do
		line="0x0000000000000000 0x0000000000000000 0x0000000000000000"
		for word in "$@"; do
			case $word in "bar=$i:"*)
				rest=${word#bar=?:}
				base=${rest%%:*}
				rest=${rest#*:}
				line=$(printf '0x%016x 0x%016x 0x%016x' "$((0x$base))" \
					"$((0x$base + 0x${rest%%:*} - 1))" "$((0x${rest#*:}))") ;;
			esac
		done
		echo "$line"
	done
}

device() { # BDF VENDOR:DEVICE CLASS WORDS...
	bdf=$1 vendor=${2%:*} device=${2#*:} class=$3
	shift 3
	d=$sys/devices/pci0000:00/$bdf
	words "$@"
	sub=${w_sub:-0000:0000}
	rev=${w_rev:-00}
	mkdir -p "$d"
	put "$d/vendor" "0x$vendor"
	put "$d/device" "0x$device"
	put "$d/class" "0x$class"
	put "$d/revision" "0x$rev"
	put "$d/subsystem_vendor" "0x${sub%:*}"
	put "$d/subsystem_device" "0x${sub#*:}"
	resource "$@" > "$d/resource"
	case ,$w_reset, in *,flr,*) flr=1 ;; *) flr= ;; esac
	config "$vendor" "$device" "$class" "$rev" "${sub%:*}" "${sub#*:}" "$flr" \
		"$w_ggc" "$w_bdsm32" "$w_bdsm64" "$w_asls" "${w_config:-256}" > "$d/config"
	case $w_reset in
	'') ;;
	none) : > "$d/reset_method" ;;
	*) put "$d/reset_method" "$(echo "$w_reset" | tr , ' ')" ;;
	esac
	[ -z "$w_boot_vga" ] || put "$d/boot_vga" "$w_boot_vga"
	[ -z "$w_sriov_numvfs" ] || put "$d/sriov_numvfs" "$w_sriov_numvfs"
	if [ -n "$w_driver" ]; then
		mkdir -p "$sys/bus/pci/drivers/$w_driver"
		ln -s "../../../bus/pci/drivers/$w_driver" "$d/driver"
	fi
	if [ -n "$w_group" ]; then
		mkdir -p "$sys/kernel/iommu_groups/$w_group/devices"
		ln -s "../../../kernel/iommu_groups/$w_group" "$d/iommu_group"
		ln -s "../../virtual/iommu/dmar0" "$d/iommu"
	fi
	ln -s "../../../devices/pci0000:00/$bdf" "$sys/bus/pci/devices/$bdf"
}

# What a QEMU of this version answers, cut down to what is asked.
qemu() { # VERSION [PATH]
	major=${1%%.*}
	minor=${1#*.}
	minor=${minor%%.*}
	at=$((major * 100 + minor))
	on=false
	props='{"name": "x-vga"}, {"name": "x-igd-gms"}'
	[ $at -lt 1000 ] || props="$props, {\"name\": \"x-igd-lpc\"}, {\"name\": \"x-igd-legacy-mode\"}"
	[ $at -lt 1001 ] || props="$props, {\"name\": \"x-pci-class-code\"}" on=true
	[ $at -lt 1100 ] || props="$props, {\"name\": \"x-vpasid-cap-offset\"}"
	put "$out/igvm/qemu-caps.json" "{\"version\": 1, \"kind\": \"qemu-caps\",
 \"path\": \"${2:-/usr/bin/qemu-system-x86_64}\",
 \"query-version\": {\"qemu\": {\"major\": $major, \"minor\": $minor, \"micro\": 0}, \"package\": \"\"},
 \"query-machines\": [{\"name\": \"pc-i440fx-$major.$minor\", \"alias\": \"pc\"},
	{\"name\": \"pc-q35-$major.$minor\", \"alias\": \"q35\"}],
 \"device-list-properties\": {\"vfio-pci\": [{\"name\": \"x-igd-opregion\", \"default-value\": $on}, $props],
	\"vfio-pci-igd-lpc-bridge\": true},
 \"qom-list-properties\": {\"kvm-accel\": true, \"tcg-accel\": true},
 \"trace-event-get-state\": {\"vfio_pci_igd_vbios_patched\": false}}"
}

# Descriptors as Debian's ovmf has them; the images are a word each.
firmware() {
	f=$out/usr/share/qemu/firmware
	mkdir -p "$out/usr/share/OVMF"
	for image in CODE_4M.ms CODE_4M.secboot CODE_4M VARS_4M.ms VARS_4M; do
		put "$out/usr/share/OVMF/OVMF_$image.fd" "image"
	done
	pc='"pc-i440fx-*", "pc-q35-*"'
	descriptor "$f/40-edk2-x86_64-secure-enrolled.json" CODE_4M.ms VARS_4M.ms '"pc-q35-*"' \
		'"secure-boot", "enrolled-keys", "requires-smm"'
	descriptor "$f/50-edk2-x86_64-secure.json" CODE_4M.secboot VARS_4M '"pc-q35-*"' \
		'"secure-boot", "requires-smm"'
	descriptor "$f/60-edk2-x86_64.json" CODE_4M VARS_4M "$pc" '"acpi-s3"'
}

descriptor() { # FILE CODE VARS MACHINES FEATURES
	put "$1" "{\"interface-types\": [\"uefi\"],
 \"mapping\": {\"device\": \"flash\", \"mode\": \"split\",
	\"executable\": {\"filename\": \"/usr/share/OVMF/OVMF_$2.fd\", \"format\": \"raw\"},
	\"nvram-template\": {\"filename\": \"/usr/share/OVMF/OVMF_$3.fd\", \"format\": \"raw\"}},
 \"targets\": [{\"architecture\": \"x86_64\", \"machines\": [$4]}], \"features\": [$5], \"tags\": []}"
}

regions() { # BDF WORDS: opregion=CHIP|none|bad vga=yes|no
	r=$out/igvm/vfio-regions/$1
	mkdir -p "$r"
	words "$@"
	chip=$w_opregion
	case $chip in
	none) ;;
	bad) "$mkrom" opregion --bad-signature -o "$r/opregion.bin" ;;
	checksum)
		"$mkrom" vbt --chip ADL-S --bad-checksum -o "$r/vbt.tmp"
		"$mkrom" opregion --vbt "$r/vbt.tmp" -o "$r/opregion.bin"
		rm "$r/vbt.tmp" ;;
	novbt) "$mkrom" opregion -o "$r/opregion.bin" ;;
	*)
		"$mkrom" vbt --chip "$chip" -o "$r/vbt.tmp"
		"$mkrom" opregion --vbt "$r/vbt.tmp" -o "$r/opregion.bin"
		rm "$r/vbt.tmp" ;;
	esac
	# The kernel offers the other two only behind an OpRegion (vfio_pci_igd.c).
	[ "$chip" = none ] || : > "$r/host.bin"
	[ "$chip" = none ] || : > "$r/lpc.bin"
	[ -z "$w_vga" ] || put "$r/vga" "$w_vga"
	put "$r/reset" yes
}

line() { # KEY REST
	case $1 in
	''|'#'*) ;;
	kernel) release=$2; put "$out/igvm/uname" "$2" ;;
	uid) put "$out/igvm/uid" "$2" ;;
	cmdline) put "$out/proc/cmdline" "$2" ;;
	cpu) put "$out/proc/cpuinfo" "processor	: 0
vendor_id	: GenuineIntel
model name	: ${2#* }
flags		: fpu vme de pse tsc msr ${2%% *} sse4_2 avx2" ;;
	memory-kib) put "$out/proc/meminfo" "MemTotal:       $2 kB" ;;
	boot) mkdir -p "$sys/firmware"; [ "$2" != efi ] || mkdir -p "$sys/firmware/efi" ;;
	acpi) mkdir -p "$sys/firmware/acpi/tables"
		for table in $2; do : > "$sys/firmware/acpi/tables/$table"; done ;;
	iommu) mkdir -p "$sys/kernel/iommu_groups" ;;
	mgaw) put "$sys/devices/virtual/iommu/dmar0/intel-iommu/cap" \
		"$(printf '%x' $((0xd2008c40000462 | ($2 - 1) << 16)))" ;;
	vfio) # "loaded", or "module": there, not loaded
		case $2 in
		loaded) mkdir -p "$sys/bus/pci/drivers/vfio-pci" ;;
		module) put "$out/lib/modules/$release/modules.dep" \
			"kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/vfio/vfio.ko.xz" ;;
		none) put "$out/lib/modules/$release/modules.dep" "kernel/fs/fat/fat.ko.xz:" ;;
		*) die "vfio: $2" ;;
		esac ;;
	iomem) mkdir -p "$out/proc"; printf '%s\n' "$2" | tr ';' '\n' >> "$out/proc/iomem" ;;
	name) pci_names="$pci_names$2
" ;;
	dev)
		# shellcheck disable=SC2086 # words
		device $2 ;;
	qemu)
		# shellcheck disable=SC2086 # words
		qemu $2 ;;
	firmware) firmware ;;
	builtin)
		# shellcheck disable=SC2086 # words
		builtin_modules $2 ;;
	dmar|drm|efivar|fb|holder|initramfs|lockdown|modules|os|param|regions|unit)
		# shellcheck disable=SC2086 # words
		"$1" $2 ;;
	loaded) for module in $2; do mkdir -p "$sys/module/$module"; done ;;
	config) mkdir -p "$out/boot"; printf '%s\n' "$2" | tr ' ' '\n' >> "$out/boot/config-$release" ;;
	truncate) head -c "${2##* }" "$out/${2% *}" > "$out/cut"; mv "$out/cut" "$out/${2% *}" ;;
	dmi) put "$sys/class/dmi/id/${2%% *}" "${2#* }" ;;
	file) path=${2%% *}; put "$out/$path" "${2#* }" ;;
	*) die "unknown key '$1'" ;;
	esac
}

[ -r "$description" ] || die "cannot be read"
rm -rf "$out"
mkdir -p "$out/igvm"
while read -r key rest; do
	case $key in
	dev) mkdir -p "$sys/bus/pci/devices" ;;
	esac
	line "$key" "$rest"
done < "$description"
write_names
copy_files

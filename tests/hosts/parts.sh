# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154 # sourced by mkhost.sh, which sets out, sys, release
# The parts of a description that are about distributions rather than devices.

# os ID VERSION PRETTY...; VERSION - is none (rolling)
os() {
	id=$1 version=$2
	shift 2
	put "$out/etc/os-release" "NAME=\"$*\"
ID=$id
PRETTY_NAME=\"$*\""
	[ "$version" = - ] || echo "VERSION_ID=\"$version\"" >> "$out/etc/os-release"
}

# Where Linux has the modules that matter, and what they need.
module_path() {
	case $1 in
	vfio-pci) echo drivers/vfio/pci/vfio-pci "$2/vfio/pci/vfio-pci-core" "$2/vfio/vfio_iommu_type1" "$2/vfio/vfio" ;;
	vfio-pci-core) echo drivers/vfio/pci/vfio-pci-core "$2/vfio/vfio" ;;
	vfio_iommu_type1) echo drivers/vfio/vfio_iommu_type1 "$2/vfio/vfio" ;;
	vfio) echo drivers/vfio/vfio ;;
	i915) echo drivers/gpu/drm/i915/i915 "$2/gpu/drm/drm_buddy" ;;
	xe) echo drivers/gpu/drm/xe/xe "$2/gpu/drm/drm_buddy" ;;
	kvmgt) echo drivers/gpu/drm/i915/kvmgt "$2/gpu/drm/i915/i915" "$2/vfio/vfio" ;;
	snd-hda-intel) echo sound/pci/hda/snd-hda-intel ;;
	simpledrm) echo drivers/gpu/drm/sysfb/simpledrm ;;
	nouveau) echo drivers/gpu/drm/nouveau/nouveau ;;
	*) die "module '$1' is not in parts.sh" ;;
	esac
}

# modules SUFFIX NAME...: files of this kernel, with their dependencies; SUFFIX as in .ko.zst
modules() {
	suffix=$1
	shift
	dep=$out/lib/modules/$release/modules.dep
	mkdir -p "${dep%/*}"
	for module; do
		# shellcheck disable=SC2046 # words
		set -- $(module_path "$module" kernel/drivers)
		echo "kernel/$1.$suffix:$(shift; for d; do printf ' %s.%s' "$d" "$suffix"; done)" >> "$dep"
	done
}

builtin_modules() {
	mkdir -p "$out/lib/modules/$release"
	for module; do
		# shellcheck disable=SC2046 # words
		set -- $(module_path "$module" kernel/drivers)
		echo "kernel/$1.ko" >> "$out/lib/modules/$release/modules.builtin"
	done
}

# A cpio archive of files of these names, each with its name as content unless the
# fixture's folder `initramfs` has the file.
archive() { # NAMES...
	cpio_dir=$out.cpio
	rm -rf "$cpio_dir"
	mkdir -p "$cpio_dir"
	for name; do
		mkdir -p "$cpio_dir/$(dirname "$name")"
		if [ -f "${description%/*}/initramfs/$name" ]; then
			cp "${description%/*}/initramfs/$name" "$cpio_dir/$name"
		else
			echo "$name" > "$cpio_dir/$name"
		fi
	done
	(cd "$cpio_dir" && find . -mindepth 1 | sed 's|^\./||' | sort | cpio --quiet -o -H newc -R 0:0 --reproducible)
	rm -rf "$cpio_dir"
}

compress() {
	case $1 in
	gzip) gzip -9n ;;
	xz) xz --check=crc32 ;;
	zstd) zstd -q -19 ;;
	lz4) lz4 -q -l -9 ;;
	bzip2) bzip2 -9 ;;
	none) cat ;;
	*) die "initramfs: no compressor '$1'" ;;
	esac
}

# initramfs PATH COMPRESSOR[+ucode] NAMES...: +ucode puts microcode in front, as it is on most hosts.
# A name module:NAME.SUFFIX is the path the module has below lib/modules.
initramfs() {
	image=$out/$1 how=$2
	shift 2
	mkdir -p "${image%/*}"
	: > "$image"
	case $how in *+ucode) archive kernel/x86/microcode/GenuineIntel.bin >> "$image" ;; esac
	names=
	for name; do
		case $name in
		module:*)
			name=${name#module:}
			# shellcheck disable=SC2046 # words
			set -- $(module_path "${name%%.*}" kernel/drivers)
			name=usr/lib/modules/$release/kernel/$1.${name#*.} ;;
		esac
		names="$names $name"
	done
	# shellcheck disable=SC2086 # words
	archive $names | compress "${how%+ucode}" >> "$image"
}

# efivar NAME-GUID u16:TEXT or hex bytes; four bytes of attributes come first
efivar() {
	mkdir -p "$sys/firmware/efi/efivars"
	case $2 in
	u16:*) perl -e 'print pack("V", 6), map({ pack("v", ord) } split(//, $ARGV[0])), "\0\0"' \
		"${2#u16:}" > "$sys/firmware/efi/efivars/$1" ;;
	*) perl -e 'print pack("V", 6), pack("H*", $ARGV[0])' "$2" > "$sys/firmware/efi/efivars/$1" ;;
	esac
}

# dmar haw=BITS flags=HEX drhd=DEV.FN,... rmrr=DEV.FN,...: VT-d specification 8.1 to 8.4.
# The last unit has INCLUDE_PCI_ALL, as on every machine.
dmar() {
	mkdir -p "$sys/firmware/acpi/tables"
	perl -e '
		my %k = map { split /=/, $_, 2 } @ARGV;
		my $scope = sub { my ($d, $f) = split /\./, shift;
			pack("CCvCCCC", 1, 8, 0, 0, 0, hex $d, hex $f) };
		my $unit = sub { my ($flags, $base, $s) = @_;
			pack("vvCCvQ<", 0, 16 + length $s, $flags, 0, 0, $base) . $s };
		my $body = pack("CCx10", $k{haw} - 1, hex($k{flags} // 0));
		my $base = 0xfed90000;
		$body .= $unit->(0, $base, $scope->($_)) for split /,/, $k{drhd} // "";
		$body .= $unit->(1, 0xfed91000, "");
		for (split /,/, $k{rmrr} // "") {
			my $s = $scope->($_);
			$body .= pack("vvvvQ<Q<", 1, 24 + length $s, 0, 0, 0x7c000000, 0x807fffff) . $s;
		}
		my $t = pack("a4VCCa6a8Va4V", "DMAR", 36 + length $body, 1, 0, "IGVM", "FIXTURE", 1, "IGVM", 1)
			. $body;
		substr($t, 9, 1) = pack("C", -unpack("%8C*", $t) & 255);
		print $t' "$@" > "$sys/firmware/acpi/tables/DMAR"
}

# drm CARD RENDER BDF CONNECTOR=STATUS...: the card, its render node (or -), its connectors
drm() {
	card=$1 render=$2 of=$sys/devices/pci0000:00/$3
	shift 3
	mkdir -p "$of/drm/$card" "$sys/class/drm"
	ln -s "../../devices/pci0000:00/${of##*/}/drm/$card" "$sys/class/drm/$card"
	ln -s ../../../"${of##*/}" "$of/drm/$card/device"
	if [ "$render" != - ]; then
		mkdir -p "$of/drm/$render"
		ln -s "../../devices/pci0000:00/${of##*/}/drm/$render" "$sys/class/drm/$render"
		ln -s ../../../"${of##*/}" "$of/drm/$render/device"
	fi
	for word; do
		c=$card-${word%%=*}
		put "$of/drm/$card/$c/status" "${word#*=}"
		case $word in
		*=connected) put "$of/drm/$card/$c/enabled" enabled ;;
		*) put "$of/drm/$card/$c/enabled" disabled ;;
		esac
		ln -s "../../devices/pci0000:00/${of##*/}/drm/$card/$c" "$sys/class/drm/$c"
	done
}

# fb N NAME [BDF]: a framebuffer device, of a PCI device or of none (platform)
fb() {
	if [ -n "${3-}" ]; then
		d=devices/pci0000:00/$3/graphics/fb$1
	else
		d=devices/platform/$2.0/graphics/fb$1
	fi
	put "$sys/$d/name" "$2"
	ln -s ../../ "$sys/$d/device"
	mkdir -p "$sys/class/graphics"
	ln -s "../../$d" "$sys/class/graphics/fb$1"
}

# holder PID COMM NODE [CGROUP]: a process that has the node open
holder() {
	put "$out/proc/$1/comm" "$2"
	put "$out/proc/$1/cgroup" "0::${4:-/system.slice/$2.service}"
	put "$out/proc/$1/cmdline" "$2"
	put "$out/proc/$1/status" "Name:	$2
Pid:	$1
PPid:	1
Uid:	0	0	0	0"
	mkdir -p "$out/proc/$1/fd"
	ln -s "$3" "$out/proc/$1/fd/7"
}

# unit TARGET NAME: enabled in TARGET.wants (display-manager.service is an alias)
unit() {
	mkdir -p "$out/etc/systemd/system/$1.wants"
	put "$out/usr/lib/systemd/system/$2" "[Unit]
Description=$2"
	ln -s "/usr/lib/systemd/system/$2" "$out/etc/systemd/system/$1.wants/$2"
}

lockdown() {
	put "$sys/kernel/security/lockdown" "$(echo "none integrity confidentiality" | sed "s/$1/[$1]/")"
}

# param MODULE NAME VALUE: of a loaded module
param() {
	put "$sys/module/$1/parameters/$2" "$3"
}

# A pci.ids of the tree's own, each vendor once, as libpci wants it.
write_names() {
	[ -n "$pci_names" ] || return 0
	mkdir -p "$out/usr/share/misc"
	printf "%s" "$pci_names" | sort | awk '{
		vendor = substr($1, 1, 4)
		if (vendor != last) print vendor "  vendor"
		last = vendor
		print "\t" substr($1, 6) "  " substr($0, length($1) + 2)
	}' > "$out/usr/share/misc/pci.ids"
}

# Files as they are on the machine; links stay links.
copy_files() {
	if [ -d "${description%/*}/files" ]; then
		cp -a "${description%/*}/files/." "$out/"
	fi
}

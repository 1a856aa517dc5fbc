#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm against EDK2's own tools (tests/edk2-tools): what they pack unpacks to the
# same bytes, volumes they make are read, and option ROMs come out byte for byte.
set -u
cd "$(dirname "$0")/.." || exit 1
b=${B:-build}
tools=$PWD/$b/tests/tools
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

edk2=$(tests/edk2-tools 2> "$tmp/why")
case $? in
0) edk2=$PWD/$edk2 ;;
77)
	echo "1..0 # SKIP $(tail -1 "$tmp/why")"
	exit 0 ;;
*)
	sed 's/^/# /' "$tmp/why"
	echo "not ok 1 - EDK2's tools build"
	echo 1..1
	exit 1 ;;
esac

ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; tail -20 "$tmp/log" | sed 's/^/# /'; fi
}

# --- streams -----------------------------------------------------------------------
cd "$tmp" || exit 1
mkdir in
: > in/empty
printf x > in/byte
"$tools/mkuefi" random 1 100000 in/noise
seq 1 40000 > in/text
head -c 3000000 /dev/zero > in/zeros
{ cat in/text in/noise; seq 1 400000; cat in/noise in/text; } > in/large
"$tools/mkuefi" pe 8664 200000 "a driver" in/pe
cp "$tools/uefidump" in/elf

# pack HOW IN OUT
pack() {
	case $1 in
	efi-1.1) "$edk2/TianoCompress" -e --uefi -q -o "$3" "$2" ;;
	tiano) "$edk2/TianoCompress" -e -q -o "$3" "$2" ;;
	lzma) "$edk2/LzmaCompress" -e -q -o "$3" "$2" ;;
	lzma-x86) "$edk2/LzmaCompress" -e --f86 -q -o "$3" "$2" ;;
	brotli) "$edk2/BrotliCompress" -e -q 5 -o "$3" "$2" ;;
	esac
}
for how in efi-1.1 tiano lzma lzma-x86 brotli; do
	for f in in/*; do
		rm -f packed out
		if ! pack $how "$f" packed > log 2>&1 || [ ! -s packed ]; then
			# What EDK2's own tool refuses is its matter; it may only be nothing.
			[ "$f" = in/empty ]
			ok $? "$how: EDK2 does not pack $(basename "$f")"
			continue
		fi
		"$tools/uefiunpack" $how packed out > variant 2> log && cmp "$f" out >> log 2>&1
		ok $? "$how: $(basename "$f") comes back"
		# Of streams without content both variants are true.
		[ $how != efi-1.1 ] || [ ! -s "$f" ] || {
			[ "$(cat variant)" = efi-1.1 ]
			ok $? "$how: and is not taken for Tiano's"
		}
		[ $how = tiano ] && [ -s "$f" ] || continue
		# Of a single byte both variants are the same but for the padding.
		"$tools/uefiunpack" efi-1.1 packed out > variant 2> log && cmp "$f" out >> log 2>&1 &&
			{ [ "$(cat variant)" = tiano ] || [ "$f" = in/byte ]; }
		ok $? "$how: $(basename "$f") is known under EFI 1.1's number too"
	done
done

# --- volumes ---------------------------------------------------------------------------
guid=11111111-2222-3333-4444-0000000000
"$tools/mkuefi" pe 8664 50000 "Intel(R) GOP Driver" gop.efi
"$edk2/GenSec" -s EFI_SECTION_PE32 -o pe.sec gop.efi
"$edk2/GenSec" -s EFI_SECTION_USER_INTERFACE -n EdkGop -o ui.sec
"$edk2/GenSec" -s EFI_SECTION_VERSION -j 7 -n 9.1 -o ver.sec
"$edk2/GenSec" -o all.sec pe.sec ui.sec ver.sec
"$edk2/GenSec" -s EFI_SECTION_COMPRESSION -c PI_STD -o std.sec all.sec
"$edk2/GenSec" -s EFI_SECTION_COMPRESSION -c PI_NONE -o none.sec all.sec
"$edk2/GenSec" -s EFI_SECTION_GUID_DEFINED -o crc.sec all.sec
# guided NAME GUID: what pack() made of all.sec, in a section of that GUID
guided() {
	pack "$1" all.sec packed
	"$edk2/GenSec" -s EFI_SECTION_GUID_DEFINED -g "$2" -r PROCESSING_REQUIRED -o "$1.sec" packed
}
{
	guided tiano A31280AD-481E-41B6-95E8-127F4C984779
	guided lzma EE4E5898-3914-4259-9D6E-DC7BD79403CF
	guided lzma-x86 D42AE6BD-1352-4BFB-909A-CA72A6EAE889
	guided brotli 3D532050-5CDA-4FD0-879E-0F7F630D5AFB
} > log 2>&1
i=10
files=
for s in all none std crc tiano lzma lzma-x86 brotli; do
	"$edk2/GenFfs" -t EFI_FV_FILETYPE_DRIVER -g $guid$i -s -i $s.sec -o $s.ffs >> log 2>&1
	files="$files -f $s.ffs"
	i=$((i + 1))
done
for ffs in 8C8CE578-8A3D-4F1C-9935-896185C32DD3 5473C07A-3DCB-4DCA-BD6F-1E9689E7349A; do
	# shellcheck disable=SC2086 # a list of -f FILE
	"$edk2/GenFv" -b 0x1000 -n 0x100 -g $ffs --FvNameGuid AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE \
		-r 0 -F FALSE $files -o fv.fd >> log 2>&1
	"$tools/uefidump" fv.fd > dump 2>> log
	ok $? "a volume of GenFv's with file system $ffs is read"
	cat dump >> log
	[ "$(grep -c '^[0-9]*|file|driver|' dump)" = 8 ] && [ "$(grep -c '|EdkGop|' dump)" = 16 ]
	ok $? "with its 8 files, and their names"
	! grep '|[^|]*!' dump >> log
	ok $? "and nothing wrong in it"
	grep -q '|AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE|' dump
	ok $? "and the name of the volume"
	bad=0
	for c in 0 1 2 3 4 5 6 7; do
		"$tools/uefidump" --extract $c got fv.fd 2>> log && cmp got gop.efi >> log 2>&1 || bad=1
	done
	[ $bad = 0 ]
	ok $? "and the driver out of every packing"
done
"$edk2/GenSec" -s EFI_SECTION_FIRMWARE_VOLUME_IMAGE -o fv.sec fv.fd
pack lzma fv.sec packed > log 2>&1
"$edk2/GenSec" -s EFI_SECTION_GUID_DEFINED -g EE4E5898-3914-4259-9D6E-DC7BD79403CF \
	-r PROCESSING_REQUIRED -o outer.sec packed
"$edk2/GenFfs" -t EFI_FV_FILETYPE_FIRMWARE_VOLUME_IMAGE -g ${guid}99 -i outer.sec -o outer.ffs
"$edk2/GenFv" -b 0x1000 -n 0x100 -g 8C8CE578-8A3D-4F1C-9935-896185C32DD3 -r 0 -F FALSE \
	-f outer.ffs -o outer.fd >> log 2>&1
"$tools/uefidump" outer.fd > dump 2>> log && [ "$(grep -c '^candidate|gop|' dump)" = 8 ]
ok $? "a packed volume in a volume"
cp fv.fd x.fd
"$edk2/GenFv" -c -g 3B6686BD-0D76-4030-B70E-B5519E2FC5A0 --capheadsize 0x20 -i /dev/null -f x.fd \
	-o x.cap > log 2>&1
"$tools/uefidump" x.cap > dump 2>> log && grep -q '^1|capsule|' dump &&
	[ "$(grep -c '^candidate|gop|' dump)" = 8 ] && ! grep -q '|[^|]*!' dump
ok $? "a capsule of GenFv's"

# --- option ROMs ---------------------------------------------------------------------------
"$tools/mkuefi" pe 8664 3000 "one" x64.efi
"$tools/mkuefi" pe 8664 512 "two" two.efi
"$tools/mkuefi" pe 014c 4001 "three" ia32.efi
# same DESCRIPTION MKROM-WORDS -- EFIROM-WORDS
same() {
	what=$1
	shift
	a=
	while [ "$1" != -- ]; do a="$a $1"; shift; done
	shift
	rm -f ours theirs
	# shellcheck disable=SC2086 # words without blanks
	"$tools/mkrom" efirom -f 8086 $a -o ours > log 2>&1
	"$edk2/EfiRom" -f 0x8086 "$@" -o theirs >> log 2>&1
	cmp ours theirs >> log 2>&1
	ok $? "EfiRom: $what"
}
same "one driver" -i 4692 x64.efi -- -i 0x4692 -e x64.efi
same "a driver that fills its block" -i 4692 two.efi -- -i 0x4692 -e two.efi
same "two ids" -i 4692 -i 4680 x64.efi -- -i 0x4692 0x4680 -e x64.efi
same "five ids" -i 1912 -i 1902 -i 5912 -i 3e92 -i ffff x64.efi -- \
	-i 0x1912 0x1902 0x5912 0x3e92 0xffff -e x64.efi
same "two drivers" -i 4692 x64.efi two.efi -- -i 0x4692 -e x64.efi two.efi
same "three drivers, IA32 and X64, two ids" -i 4692 -i 4680 ia32.efi x64.efi two.efi -- \
	-i 0x4692 0x4680 -e ia32.efi x64.efi two.efi
same "a class code" -i 4692 -l 030000 x64.efi -- -i 0x4692 -l 0x030000 -e x64.efi
same "a class code per driver" -i 4692 -l 030000 -l 038000 x64.efi ia32.efi -- \
	-i 0x4692 -l 0x030000 -e x64.efi -l 0x038000 -e ia32.efi
same "a revision" -i 4692 -r 1234 x64.efi -- -i 0x4692 -r 0x1234 -e x64.efi
same "a revision, two drivers" -i 4692 -r ffff x64.efi two.efi -- \
	-i 0x4692 -r 0xffff -e x64.efi -r 0xffff -e two.efi
for f in igd-assign igvm-probe; do
	[ -f "$OLDPWD/$b/efi/$f.efi" ] || continue
	same "igvm's own $f" -i 4692 -l 030000 "$OLDPWD/$b/efi/$f.efi" -- \
		-i 0x4692 -l 0x030000 -e "$OLDPWD/$b/efi/$f.efi"
done
# What EfiRom compresses in a ROM is EFI 1.1; the stream begins at the header's offset.
"$edk2/EfiRom" -f 0x8086 -i 0x4692 -ec x64.efi -o ec.rom > log 2>&1
at=$(od -An -tu2 -j22 -N2 ec.rom | tr -d ' ')
tail -c +$((at + 1)) ec.rom > packed
"$tools/uefiunpack" efi-1.1 packed out > variant 2>> log && cmp out x64.efi >> log 2>&1
ok $? "EfiRom: what it compresses comes back"
echo "1..$n"

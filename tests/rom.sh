#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm rom show, extract, check as people call them: files, standard input, a
# recorded host; what is no firmware; cut and hostile files.
set -u
cd "$(dirname "$0")/.." || exit 1
b=$PWD/${B:-build}
igvm=$b/igvm mkrom=$b/efi/mkrom
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C LANGUAGE=
n=0

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
# try DESCRIPTION STATUS PATTERN ARGUMENTS...: exit status, and a line of stdout or stderr
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	(cd "$tmp" && timeout 60 "$igvm" "$@") > "$tmp/out" 2> "$tmp/err"
	got=$?
	if [ $got = "$status" ] && cat "$tmp/out" "$tmp/err" | grep -qE -- "$pattern"; then
		ok 0 "$what"
	else
		ok 1 "$what: exit status $got, wanted $status and '$pattern'"
		sed 's/^/# out: /' "$tmp/out"
		sed 's/^/# err: /' "$tmp/err"
	fi
}
schema() {	# NAME: of the JSON that the last try printed
	perl tests/schema/check.pl "tests/schema/$1.json" "$tmp/out" > "$tmp/why" 2>&1
	ok $? "... and fits $1.json"
	sed 's/^/# /' "$tmp/why"
}
same() { cmp -s "$tmp/$2" "$tmp/$3"; ok $? "$1"; }

"$mkrom" vbt --pad 9216 -o "$tmp/adl.vbt"
"$mkrom" opregion --vbt "$tmp/adl.vbt" -o "$tmp/adl.opregion"
"$mkrom" vbt --chip CFL -o "$tmp/cfl.vbt"
"$mkrom" opregion --vbt "$tmp/cfl.vbt" -o "$tmp/cfl.opregion"
"$mkrom" vbios --device 3e92 --vbt "$tmp/cfl.vbt" -o "$tmp/cfl.rom"
"$mkrom" vbios --device 3e92 --cached-bdsm -o "$tmp/cached.rom"
"$mkrom" vbios --vendor 10de --device 1234 -o "$tmp/nvidia.rom"
cp "$b/share/igvm/roms/igd-assign.rom" "$tmp/assign.rom"

# --- show ---------------------------------------------------------------------------
try "show: an option ROM" 0 'image 1 at 0: EFI, .*X64 igvm.s IGD assignment driver' rom show assign.rom
try "show: a video BIOS" 0 'legacy x86 .*checksum right, VBT at 0x' rom show cfl.rom
try "show: standard input" 0 'a PCI option ROM' rom show - < "$tmp/cfl.rom"
try "show: several files, each with its name" 0 '^cfl.rom:$' rom show assign.rom cfl.rom
try "show: JSON of files" 0 '"format": "option-rom"' --json rom show assign.rom cfl.rom adl.vbt
schema rom-show
printf 'PK\3\4 and so on' > "$tmp/archive.rom"
try "show: an archive is named as one" 1 'a ZIP archive: unpack it first' rom show archive.rom
printf '<!DOCTYPE html>\n<html><body>Download</body></html>' > "$tmp/page.rom"
try "show: a web page is named as one" 1 'a web page, saved instead of the file' rom show page.rom
try "show: a ROM of another maker" 1 'a ROM of an NVIDIA card' rom show nvidia.rom
: > "$tmp/empty"
try "show: an empty file" 1 'an empty file' rom show empty
try "show: a missing file" 1 'nowhere: No such file' rom show nowhere
try "show: a directory" 1 'Is a directory|not a regular file' rom show .
mkfifo "$tmp/fifo"
try "show: a pipe that nobody fills does not hang it" 1 'not a regular file' rom show fifo
truncate -s 65M "$tmp/large"
try "show: too large" 1 'larger than 64 MiB' rom show large
try "show: one bad file does not hide the others" 1 'igvm.s IGD assignment driver' rom show empty assign.rom
try "an unknown verb" 2 "no verb 'shwo'" rom shwo
try "no verb" 2 'needs a verb' rom
try "help of a verb" 0 'every field with its offset' rom show --help

# --- extract from files -----------------------------------------------------------------
mkdir "$tmp/o"
try "extract: OpRegion and its VBT" 0 'vbt +9216 bytes' rom extract -o o adl.opregion
same "... the VBT byte for byte" o/adl.vbt adl.vbt
same "... and the OpRegion" o/adl.opregion adl.opregion
try "extract: again, the same files are there" 0 'in o/adl.vbt' rom extract -o o adl.opregion
echo changed > "$tmp/o/adl.vbt"
try "extract: a file with other bytes is kept" 1 'adl.vbt: is there already with other bytes' \
	rom extract -o o adl.opregion
[ "$(cat "$tmp/o/adl.vbt")" = changed ]; ok $? "... it is as it was"
try "extract: --force replaces it" 0 'in o/adl.vbt' rom extract --force -o o adl.opregion
same "... by the right one" o/adl.vbt adl.vbt
try "extract: a video BIOS and the VBT in it" 0 'vbios +2048 bytes' rom extract -o o cfl.rom
same "... the VBIOS" o/cfl.vbios.rom cfl.rom
same "... the VBT" o/cfl.vbt cfl.vbt
try "extract: from standard input" 0 'in o/firmware.vbt' rom extract -o o - < "$tmp/cfl.vbt"
try "extract: --list writes nothing" 0 'vbt +9216' rom extract --list -o nowhere adl.opregion
try "extract: an output folder that is not there" 1 'nowhere/adl.opregion: cannot be written' \
	rom extract -o nowhere adl.opregion
try "extract: nothing in it" 1 'a PCI option ROM, but no OpRegion, VBT' rom extract -o o assign.rom
try "extract: no firmware" 1 'this is a web page' rom extract -o o page.rom
try "extract: JSON" 0 '"kind": "vbios"' --json rom extract --list cfl.rom
schema rom-extract
try "extract: two files" 2 'takes one file' rom extract adl.vbt cfl.vbt

# --- extract from a host ------------------------------------------------------------------
MKROM=$mkrom tests/hosts/mkhost.sh tests/hosts/uhd730/host "$tmp/host" > "$tmp/mkhost" 2>&1
ok $? "a recorded host"
try "host: the OpRegion of vfio-pci" 0 '^opregion .*\(vfio\)' --root "$tmp/host" rom extract -o o
try "host: what gave nothing says why" 0 'debugfs i915_vbt +(/sys/kernel/debug/dri: No such|neither i915)' \
	--root "$tmp/host" rom extract -o o
try "host: show without FILE" 0 'VBT: mailbox 4' --root "$tmp/host" rom show
try "host: show says what was not read" 0 '^sysfs rom .*: not read: ' --root "$tmp/host" rom show
try "host: show, JSON" 0 '"file": "vfio"' --root "$tmp/host" --json rom show
schema rom-show
try "host: check without FILE" 0 '^fits 8086:4692' --root "$tmp/host" rom check
try "host: check for another iGPU" 0 'warn +vbt.other-platform' --root "$tmp/host" rom check --device 3e92
try "host: check, JSON" 0 '"place": "vfio"' --root "$tmp/host" --json rom check
schema rom-check-host
dri=$tmp/host/sys/kernel/debug/dri/0
mkdir -p "$dri"
echo 'i915 dev=0000:00:02.0 unique=0000:00:02.0' > "$dri/name"
cp "$tmp/cfl.vbt" "$dri/i915_vbt"
try "host: a worse place that differs is told and not written" 0 'differs from that of vfio' \
	--root "$tmp/host" rom extract --force -o o
cp "$tmp/o/igd-8086-4692.vbt" "$dri/i915_vbt"
try "host: a worse place that agrees" 0 'the same bytes as another' --root "$tmp/host" rom extract -o o
rm -r "$tmp/host/igvm/vfio-regions"
rm -f "$tmp"/o/igd-*
try "host: without vfio-pci it is i915's" 0 '^vbt .*\(i915-vbt\)' --root "$tmp/host" rom extract -o o
rm -r "$dri"
rom=$tmp/host/sys/bus/pci/devices/0000:00:02.0/rom
rm -f "$tmp"/o/igd-* "$rom"
head -c 65536 /dev/zero | tr '\0' 'R' > "$rom"
try "host: memory in place of a shadow ROM is told apart" 1 'memory without a ROM' \
	--root "$tmp/host" rom extract -o o
cp "$tmp/cfl.rom" "$rom"
try "host: a shadow ROM" 0 '^vbios .*\(rom\)' --root "$tmp/host" rom extract -o o
try "host: JSON" 0 '"source": "mem-vbios"' --root "$tmp/host" --json rom extract --list
schema rom-extract
mkdir -p "$tmp/none/sys/bus/pci/devices"
try "host: no iGPU" 1 'no Intel display' --root "$tmp/none" rom extract
try "host: show, no iGPU" 1 'no Intel display' --root "$tmp/none" rom show
MKROM=$mkrom tests/hosts/mkhost.sh tests/hosts/uhd730-i915/host "$tmp/mute" > "$tmp/mkhost" 2>&1
try "host: check, nothing to read" 1 'there is more to read' --root "$tmp/mute" rom check

# --- check ------------------------------------------------------------------------------------
try "check: fits" 0 '^fits 8086:3e92' rom check --device 3e92 cfl.rom
try "check: is another's" 1 'block rom.wrong-device: is for 8086:3e92' rom check -d 5912 cfl.rom
try "check: too new for a video BIOS" 1 'rom.vbios-generation' rom check -d 8086:4692 cfl.rom
try "check: a cached address, for the QEMU that minds" 1 'rom.cached-bdsm' rom check -d 3e92 cached.rom
try "check: ... and one that does not" 0 'fits' rom check --qemu 7.2 -d 3e92 cached.rom
try "check: a VBT of another platform" 0 'warn  vbt.other-platform' rom check -d 4692 cfl.vbt
try "check: the host's own device" 0 'fits 8086:4692' --root "$tmp/host" rom check assign.rom
try "check: one firmware only" 1 'rom.wrong-type' rom check --firmware bios -d 3e92 assign.rom
try "check: JSON" 1 '"verdict": "blocked"' --json rom check -d 5912 cfl.rom
schema findings
try "check: bad id" 2 "'xyz' is no PCI device id" rom check -d xyz cfl.rom
try "check: bad version" 2 "'ten'" rom check --qemu ten -d 3e92 cfl.rom
try "check: bad firmware" 2 'uefi or bios' rom check --firmware both -d 3e92 cfl.rom
pxe=/usr/lib/ipxe/qemu/pxe-e1000e.rom
if [ -r $pxe ]; then
	cp $pxe "$tmp/pxe.rom"
	try "check: Intel's, for a network card" 1 'block rom.not-display: .*8086:10d3.* class 02' \
		rom check -d 3e92 pxe.rom
	try "show: it is no video BIOS" 0 'legacy x86, .* 8086:10d3' rom show pxe.rom
	cat /usr/share/OVMF/OVMF_VARS_4M.fd $pxe > "$tmp/board.fd"
	try "show: nor in a board's firmware" 0 'nothing of an Intel iGPU' rom show board.fd
	try "extract: none is found in it" 1 'but no OpRegion, VBT' rom extract -l pxe.rom
else
	n=$((n + 1))
	echo "ok $n - a network card's ROM # SKIP no ipxe-qemu"
fi
try "check: two files" 2 'takes one file' rom check -d 3e92 cfl.vbt cfl.rom

# --- cut and hostile -----------------------------------------------------------------------------
# Every kind cut at many places: an answer each time, and no signal.
bad=
for f in adl.opregion cfl.vbt cfl.rom assign.rom; do
	size=$(stat -c %s "$tmp/$f")
	for ((i = 1; i < 24; i++)); do
		head -c $((size * i / 24)) "$tmp/$f" > "$tmp/cut.$i"
	done
	(cd "$tmp" && "$igvm" rom show cut.* > out 2> err)
	[ $? -le 1 ] || bad="$bad $f"
	! grep -q 'ended by signal' "$tmp/err" || bad="$bad $f(signal)"
	for ((i = 1; i < 24; i += 4)); do
		(cd "$tmp" && "$igvm" rom check -d 3e92 "cut.$i" > out 2> err)
		[ $? = 1 ] || bad="$bad $f($i)"
	done
done
[ -z "$bad" ]; ok $? "files cut at 23 places are shown and refused$bad"
echo "1..$n"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm rom fix, build, import and list: what they make, what they refuse, and
# that no original and nothing half-written is left behind.
set -u
cd "$(dirname "$0")/.." || exit 1
# As root the store is that of a mount namespace of our own.
if [ "$(id -u)" = 0 ] && [ -z "${IGVM_MEND_NS-}" ]; then
	IGVM_MEND_NS=1 exec unshare -m "$0"
fi
b=${B:-build}
igvm=$PWD/$b/igvm
mkrom=$PWD/$b/tests/tools/mkrom
efi=$PWD/$b/share/igvm/efi
schema=$PWD/tests/schema
for f in "$igvm" "$mkrom" "$efi/igd-assign.efi" "$efi/gop-policy.efi"; do
	[ -r "$f" ] || { echo "1..1"; echo "not ok 1 - $f is not built"; exit 1; }
done
tmp=$(mktemp -d) || exit 1
n=0
export LC_ALL=C LANGUAGE=
cleanup() { umount "$tmp/small" "$tmp/ro" 2> /dev/null; rm -rf "$tmp"; }
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ "$(id -u)" = 0 ]; then
	mkdir -p /var/lib/igvm
	mount -t tmpfs -o mode=0755 igvm-test /var/lib/igvm || exit 1
	store=/var/lib/igvm/roms
else
	export XDG_CONFIG_HOME=$tmp/c XDG_DATA_HOME=$tmp/d XDG_RUNTIME_DIR=$tmp/r
	store=$tmp/d/igvm/roms
fi

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
shown() { sed 's/^/# out: /' "$tmp/out"; sed 's/^/# err: /' "$tmp/err"; }

# try DESCRIPTION STATUS PATTERN ARGUMENTS...: exit status, and a line of stderr or stdout
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	timeout 60 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err" < "${stdin:-/dev/null}"
	got=$?
	if [ $got = "$status" ] && cat "$tmp/out" "$tmp/err" <(echo) | grep -qE -- "$pattern"; then
		ok 0 "$what"
	else
		ok 1 "$what: exit status $got, wanted $status and '$pattern'"
		shown
	fi
}
fits() {	# DESCRIPTION SCHEMA: the last answer
	perl "$schema/check.pl" "$schema/$2.json" "$tmp/out" > "$tmp/err" 2>&1
	local got=$?
	ok $got "$1"
	[ $got = 0 ] || shown
}
same() { cmp "$2" "$3" > "$tmp/err" 2>&1; ok $? "$1"; }
files() { find "$1" -type f | wc -l; }
none() { [ ! -e "$2" ]; ok $? "$1"; }

cd "$tmp" || exit 1
"$mkrom" vbt --bad-checksum --short-bdb -o bad.vbt
"$mkrom" vbt -o good.vbt
"$mkrom" vbios --device 0406 --list 3e92,9bc5 --vbt bad.vbt --cached-bdsm --bad-checksum --not-last -o bad.rom
"$mkrom" vbios --device 3e92 -o good.rom
"$mkrom" vbios --device 3e92 --bad-checksum -o sum.rom
"$mkrom" vbios --device 3e92 --cached-bdsm -o cached.rom
"$mkrom" vbios --device 0106 --vendor 10de -o nvidia.rom
"$mkrom" opregion --vbt bad.vbt -o bad.opregion
printf 'PK\3\4 an archive' > a.zip
printf '<!DOCTYPE html><html><body>not found</body></html>' > a.html
: > empty
cp bad.rom bad.rom.was

# --- fix -------------------------------------------------------------------------------
try "nothing to mend" 0 "nothing to mend" rom fix good.rom
try "what there is to mend is shown, and is exit status 1" 1 "^00000055  00 -> 80 .*chain:" rom fix bad.rom
for what in chain vbt-bdb-size vbt-checksum cached-bdsm rom-checksum; do
	grep -q " $what: " out; ok $? "... $what is among it"
done
try "as JSON" 1 '"id": "chain"' rom fix --json bad.rom
fits "... which fits its schema" rom-fix
try "a device id, written" 0 "one.rom: written" rom fix --device 3e92 -o one.rom bad.rom
try "... has nothing more to mend" 0 "nothing to mend" rom fix one.rom
try "... and is what SeaBIOS runs" 0 "8086:3e92 .*checksum right" rom show one.rom
same "the original is as it was" bad.rom bad.rom.was
# The listed bytes and no others: by another program's eyes.
changed=$(cmp -l bad.rom one.rom | awk '{ printf "%d ", $1 - 1 }')
[ "$changed" = "6 70 71 85 386 387 1050 1092 " ]
ok $? "exactly the bytes that were listed differ: $changed"
try "only what is asked for, and its checksum" 1 "^nothing was written" rom fix --only device-id --device 9bc5 sum.rom
[ "$(grep -c -- '->' out)" = 2 ]; ok $? "... two changes"
try "an OpRegion" 0 "written" rom fix -o fixed.opregion bad.opregion
stdin=bad.vbt try "a VBT from standard input" 0 "written" rom fix -o fixed.vbt -
try "... is mended" 0 "nothing to mend" rom fix fixed.vbt
try "a file with nothing to mend is copied" 0 "written" rom fix -o copy.rom good.rom
same "... byte for byte" copy.rom good.rom
try "an OUT that exists is kept" 1 "copy.rom: exists" rom fix -o copy.rom bad.rom
same "... as it was" copy.rom good.rom
try "... and overwritten with --force" 0 "written" rom fix --force -o copy.rom bad.rom
try "OUT is FILE" 1 "is the file that is read" rom fix --force -o bad.rom bad.rom
ln -s bad.rom link.rom; ln bad.rom hard.rom
try "OUT is FILE through a link" 1 "is the file that is read" rom fix --force -o link.rom bad.rom
try "OUT is FILE by a second name" 1 "is the file that is read" rom fix --force -o hard.rom bad.rom
stdin=bad.rom try "OUT is standard input" 1 "is the file that is read" rom fix --force -o bad.rom -
same "the original is as it was after all that" bad.rom bad.rom.was
rm link.rom hard.rom
try "OUT is a device" 1 "not a regular file" rom fix --force -o /dev/full bad.rom
try "OUT is a folder" 1 "Is a directory" rom fix -o . bad.rom
try "OUT in a folder that is not there" 1 "no/x.rom: cannot be written" rom fix -o no/x.rom bad.rom
try "a ZIP archive" 1 "a.zip: a ZIP archive" rom fix a.zip
try "a web page" 1 "a.html: a web page" rom fix -o x.rom a.html
try "an NVIDIA ROM" 1 "nvidia.rom: a ROM of an NVIDIA card" rom fix nvidia.rom
try "an empty file" 1 "empty: an empty file" rom fix empty
try "a file that is not there" 1 "nothing.rom: No such file" rom fix -o x.rom nothing.rom
try "a device id in a VBT" 1 "no x86 image" rom fix --device 3e92 -o x.rom bad.vbt
none "... nothing was written" x.rom
try "an id that is none" 2 "'9z' is no PCI device id" rom fix -d 9z bad.rom
try "something that is not mended" 2 "'luck' is nothing that is mended" rom fix --only chain,luck bad.rom
try "an id without leave to set it" 2 "needs device-id" rom fix --only chain --device 3e92 bad.rom
try "two files" 2 "takes one file" rom fix bad.rom good.rom
died=0 left=0
for size in $(seq 0 61 2048) 2047 2048; do
	head -c "$size" bad.rom > cut.rom
	timeout 60 "$igvm" rom fix --device 3e92 -o cut.out cut.rom > out 2> err
	case $? in 0|1) ;; *) died=$((died + 1)) ;; esac
	grep -q "signal\|not as agreed" err && died=$((died + 1))
	if [ -e cut.out ]; then
		[ "$(stat -c %s cut.out)" = "$size" ] || left=$((left + 1))
		"$igvm" rom fix --device 3e92 cut.out > /dev/null 2>&1 || left=$((left + 1))
		rm cut.out
	fi
done
[ $died = 0 ] && [ $left = 0 ]
ok $? "truncated at many lengths: an answer each time, and what is written has nothing more to mend"

# --- build ------------------------------------------------------------------------------
"$mkrom" efirom -f 8086 -i 4692 -l 030000 -o want.rom "$efi/igd-assign.efi"
try "one driver" 0 "one.efi.rom: [0-9]+ bytes, for 8086:4692" rom build -i 4692 -l 030000 -o one.efi.rom "$efi/igd-assign.efi"
same "... as EfiRom makes it" one.efi.rom want.rom
"$mkrom" efirom -f 1234 -i 0001 -i 0002 -i abcd -l 030000 -r 7 -o want.rom "$efi/igd-assign.efi" "$efi/igvm-probe.efi"
try "two drivers, a list of ids, a revision, another vendor" 0 "for 1234:0001 and 2 more ids" rom build -f 1234 \
	-i 0001 -i 2 -i 0xabcd -l 030000 -r 7 -o two.rom "$efi/igd-assign.efi" "$efi/igvm-probe.efi"
same "... as EfiRom makes it" two.rom want.rom
# EfiRom: -l counts for the driver before it, when that has none, and for the next.
try "-l behind the first of two -e" 0 "" rom build -i 4692 -e "$efi/igd-assign.efi" -l 030000 -e "$efi/igvm-probe.efi" -o l1.rom
try "-l before two -e" 0 "" rom build -i 4692 -l 030000 -e "$efi/igd-assign.efi" -e "$efi/igvm-probe.efi" -o l2.rom
class() { od -An -tx1 -j $(($2 + 0x1c + 13)) -N 3 "$1" | tr -d ' '; }
second=$(($(od -An -tu2 -j 2 -N 2 l1.rom) * 512))
[ "$(class l1.rom 0) $(class l1.rom $second)" = "000003 000003" ]
ok $? "... is the class of both: $(class l1.rom 0) $(class l1.rom $second)"
[ "$(class l2.rom 0) $(class l2.rom $second)" = "000003 000000" ]
ok $? "... is the class of the first alone: $(class l2.rom 0) $(class l2.rom $second)"
try "as JSON" 0 '"kind": "rom-build"' rom build --json -i 4692 -o j.rom "$efi/igd-assign.efi"
fits "... which fits its schema" rom-build
try "the assignment ROM" 0 "igd-assign.efi" rom build -i 4692 --assign -o assign.rom
"$mkrom" efirom -f 8086 -i 4692 -l 030000 -o want.rom "$efi/igd-assign.efi"
same "... is the one of igvm's machines" assign.rom want.rom
# Drivers that call themselves Intel's, with a version, made of nothing.
gop() {	# FILE VERSION MACHINE SUBSYSTEM
	perl -e 'my ($v, $m, $s) = @ARGV; my $body = pack("v*", unpack("C*", "Intel(R) GOP Driver [$v]")) . "\0" x 64;
		my $p = "\0" x 0x200; substr($p, 0, 2) = "MZ"; substr($p, 0x3c, 4) = pack("V", 0x40);
		substr($p, 0x40, 4) = "PE\0\0"; substr($p, 0x44, 4) = pack("vv", hex $m, 1);
		substr($p, 0x54, 2) = pack("v", 240); substr($p, 0x58, 2) = pack("v", 0x20b);
		substr($p, 0x58 + 60, 4) = pack("V", 0x200); substr($p, 0x58 + 68, 2) = pack("v", $s);
		substr($p, 0x58 + 240 + 16, 8) = pack("VV", length $body, 0x200); print $p . $body' "$2" "$3" "$4" > "$1"
}
gop gop.efi 17.0.1061 8664 11
gop old.efi 9.0.1046 8664 11
gop ia32.efi 17.0.1061 014c 11
gop runtime.efi 17.0.1061 8664 12
gop app.efi 17.0.1061 8664 10
try "a version that is not known for the iGPU is told" 0 "^warn  build.gop-version" rom build -i 4692 -o w1.rom old.efi
try "... with what is known" 0 "it is 9.0.1046; known for Alder Lake-S: 17, 17.1" rom build --force -i 4692 -o w1.rom old.efi
try "a version that fits is not" 0 "" rom build -i 4692 -o w2.rom gop.efi
! grep -q warn out; ok $? "... no warning"
try "a driver for IA32" 0 "^warn  build.machine" rom build -i 4692 -o w3.rom ia32.efi
try "a run-time driver" 0 "^warn  build.subsystem" rom build -i 4692 -o w4.rom runtime.efi
try "... as JSON" 0 '"id": "build.subsystem"' rom build --force --json -i 4692 -o w4.rom runtime.efi
fits "... which fits its schema" rom-build
try "an application is no driver" 1 "app.efi: not a UEFI driver" rom build -i 4692 -o x.rom app.efi
try "the whole ROM from a GOP driver" 0 "gop.efi" rom build -i 4692 --gop gop.efi -o gop.rom
"$igvm" rom build -i 4692 -o three.rom gop.efi "$efi/igd-assign.efi" "$efi/gop-policy.efi" > /dev/null
try "... or from an option ROM that has one" 0 "three.rom" rom build -i 4692 --gop three.rom -o gop2.rom
same "... is the same" gop.rom gop2.rom
"$igvm" rom build -i 4692 -o four.rom gop.efi old.efi > /dev/null
try "several are listed, none is picked" 1 "image 2 at .*9.0.1046" rom build -i 4692 --gop four.rom -o x.rom
none "... and nothing is written" x.rom
try "--image picks" 0 "" rom build -i 4692 --gop four.rom --image 1 -o gop3.rom
same "... that one" gop.rom gop3.rom
try "an image that is none" 1 "image 3 is no driver" rom build -i 4692 --gop four.rom --image 3 -o x.rom
# A copy of the program that has but one of its drivers beside it.
mkdir -p less/share/igvm/efi
cp "$igvm" less/igvm
cp "$efi/igd-assign.efi" less/share/igvm/efi
less/igvm rom build -i 4692 --gop gop.efi -o x.rom > out 2> err
[ $? = 1 ] && grep -q "gop-policy.efi: No such file or directory; it comes with igvm" err
ok $? "without igvm's policy driver there is no whole ROM"
none "... nothing is written" x.rom
mkdir host
try "no iGPU here, and none named" 2 "no Intel iGPU is here" --root host rom build --assign -o x.rom
perl -e 'open my $f, "<", "gop.efi"; local $/; $_ = <$f>; my $ids = pack("v*", 0x3e91, 0x3e92, 0x3e9b, 0x9bc5);
	substr($_, length($_) - 64, length $ids) = $ids; print' > ids.efi
try "a driver that names other iGPUs is told" 0 "^warn  build.gop-ids" rom build -i 4692 -o ids.rom ids.efi
try "... and one that names this one is not" 0 "" rom build --force -i 3e92 -o ids.rom ids.efi
! grep -q warn out; ok $? "... no warning, though its version is another"
for input in a.zip a.html bad.vbt good.rom empty; do
	try "$input is no driver" 1 "$input: not a UEFI driver" rom build -i 4692 -o x.rom $input
done
head -c 600 "$efi/igd-assign.efi" > cut.efi
try "a driver that is cut" 1 "cut.efi: not a UEFI driver" rom build -i 4692 -o x.rom cut.efi
try "OUT is an input" 1 "is the file that is read" rom build --force -i 4692 -o gop.efi gop.efi
try "no OUT" 2 "-o OUT" rom build -i 4692 gop.efi
try "no driver" 2 "name drivers" rom build -i 4692 -o x.rom
try "drivers both ways" 2 "name drivers" rom build -i 4692 -o x.rom -e gop.efi old.efi
try "an id of 0 in a list" 2 "would end the list" rom build -i 4692 -i 0 -o x.rom gop.efi
try "a class that is none" 2 "no class code" rom build -i 4692 -l 1000000 -o x.rom gop.efi
none "... nothing is written" x.rom

# --- a full and a read-only file system ---------------------------------------------------
if [ "$(id -u)" = 0 ]; then
	mkdir small ro
	mount -t tmpfs -o size=4k igvm-test small && mount -t tmpfs -o ro igvm-test ro
	ok $? "file systems for it"
	try "a full file system" 1 "small/x.rom: cannot be written: No space" rom build -i 4692 -o small/x.rom "$efi/igd-assign.efi"
	[ -z "$(ls -A small)" ]; ok $? "... leaves nothing behind"
	try "a read-only file system" 1 "ro/x.rom: cannot be written: Read-only" rom fix -o ro/x.rom bad.rom
else
	n=$((n + 1))
	echo "ok $n - a full and a read-only file system # SKIP only root can mount them"
fi

# --- import, list -----------------------------------------------------------------------------
try "an empty store" 0 "no ROM is in" rom list
try "... as JSON" 0 '"roms": \[\]' rom list --json
fits "... which fits its schema" rom-list
try "a VBIOS" 0 "is in the store, as $store/cfl-vbios-[0-9a-f]{12}.rom" rom import good.rom
rom=$(ls "$store"/cfl-vbios-*.rom)
same "... byte for byte" good.rom "$rom"
[ "$(basename "$rom")" = "cfl-vbios-$(sha256sum good.rom | cut -c 1-12).rom" ]
ok $? "... named by what it is"
cp "${rom%.rom}.json" out
fits "... its sidecar fits its schema" rom-store-entry
try "again: it is there" 0 "already" rom import good.rom
try "under another name: it is there" 0 "already, as $rom" rom import --name other good.rom
[ "$(files "$store")" = 2 ]; ok $? "... once"
try "as JSON" 0 '"was-there": true' rom import --json good.rom
fits "... which fits its schema" rom-import
try "a wrong checksum is refused" 5 "block rom.bad: the checksum of its x86 image is wrong" rom import sum.rom
try "a remembered address is refused" 5 "block rom.cached-bdsm" rom import cached.rom
try "... unless --force" 0 "in the store" rom import --force --name cached cached.rom
"$mkrom" vbios --device 0406 --list 1912,3e92 -o listed.rom
try "a VBIOS of which SeaBIOS wants another id" 5 "block rom.wrong-device" rom import -d 3e92 listed.rom
grep -q "rom fix --device 3e92" err; ok $? "... is told what makes one of it"
try "a name that is taken" 1 "cached.rom: is another ROM" rom import --name cached one.rom
try "... with --force" 0 "in the store, as $store/cached.rom" rom import --force --name cached one.rom
same "... is that one now" one.rom "$store/cached.rom"
for name in ../x a/b .x "" "$(printf '%070d' 0)"; do
	try "the name '$name'" 2 "a name has" rom import --name "$name" one.rom
done
try "the assignment ROM" 0 "any-assign-" rom import assign.rom
try "a GOP driver alone is refused" 5 "block rom.no-assignment-driver" rom import w2.rom
"$igvm" rom build -i 4692 -l 030000 -o pair.rom "$efi/igd-assign.efi" gop.efi > /dev/null
try "with an assignment driver it is taken" 0 "adl-s-gop-" rom import pair.rom
"$igvm" rom build -i 4692 -l 030000 -o oldpair.rom "$efi/igd-assign.efi" old.efi > /dev/null
try "a GOP driver of another generation is told" 0 "version 9.0.1046, which is not known to drive Alder Lake-S" \
	rom import oldpair.rom
"$igvm" rom build -i ffff -o anypair.rom "$efi/igd-assign.efi" gop.efi > /dev/null
try "a GOP ROM for no iGPU" 0 "names no iGPU" rom import anypair.rom
try "... unless its owner says which" 0 "is in the store, as $store/any-gop-" rom import --device a7a0 anypair.rom
grep -q '"a7a0"' "$store"/any-gop-*.json && grep -q 'RPL-P' "$store"/any-gop-*.json
ok $? "... which its sidecar says from then on"
try "... once" 0 "already" rom import --device a7a0 anypair.rom
"$igvm" rom build -r 1 -i ffff -o otherpair.rom "$efi/igd-assign.efi" gop.efi > /dev/null
try "... or at once" 0 "rpl-p-gop-" rom import --device a7a0 otherpair.rom
try "an id of no iGPU" 2 "no device id of an Intel iGPU" rom import --device 1234 anypair.rom
for input in a.zip a.html bad.vbt gop.efi empty nvidia.rom; do
	try "$input is no ROM for the store" 1 "$input: .*the store takes option ROMs" rom import $input
done
head -c 1500 good.rom > cut.rom
try "a ROM that is cut is refused" 5 "rom.bad" rom import cut.rom
try "--root" 2 "not with --root" --root host rom import good.rom
try "list" 0 "^cfl-vbios-[0-9a-f]{12}.rom +vbios +CFL +3e92 +2048  good.rom" rom list
try "... as JSON" 0 '"platform": "ADL-S"' rom list --json
fits "... which fits its schema" rom-list
# Foreign hands in the store.
printf '{"version": 1' > "$store/broken.json"
printf '{"version": 1, "kind": "rom-store-entry", "file": "../../etc/passwd"}' > "$store/evil.json"
head -c 70000 /dev/zero | tr '\0' ' ' > "$store/huge.json"
sed 's/"file": "[^"]*"/"file": "cached.rom"/' "$store/cached.json" > "$store/twin.json"
cp "$store/cached.json" "$store/gone.json"
sed -i 's/"file": "[^"]*"/"file": "gone.rom"/' "$store/gone.json"
try "bad sidecars are told" 0 "broken.json: it is no JSON" rom list
for f in "evil.json: a member is missing" "huge.json: File too large" "twin.json: it belongs to another" \
	"gone.json: its ROM file is missing"; do
	grep -q "$f" err; ok $? "... $f"
done
grep -q "^cfl-vbios" out; ok $? "... and the others are still there"
rm "$store"/{broken,evil,huge,twin,gone}.json
printf x >> "$rom"
try "a ROM that was changed is put right by importing it" 0 "is in the store, as $rom" rom import good.rom
same "... byte for byte" good.rom "$rom"
chmod 0777 "$store"
try "a store that others may write" 1 "others may write it" rom import good.rom
try "... is not believed" 0 "no ROM is in" rom list
chmod 0755 "$store"
# At the same time: each is whole, each is there once.
rm -rf "$store"
for i in 1 2 3 4 5 6 7 8; do "$igvm" rom import good.rom > "c$i" 2>&1 & done
for i in 1 2 3 4; do "$igvm" rom import --name same "$([ $((i % 2)) = 0 ] && echo assign.rom || echo pair.rom)" > "d$i" 2>&1 & done
wait
[ "$(grep -l "is in the store, as" c? | wc -l)" = 1 ] && [ "$(grep -l already c? | wc -l)" = 7 ]
ok $? "eight imports of one file at the same time: one did it"
[ "$(grep -l "is in the store, as" d? | wc -l)" -ge 1 ] && [ "$(files "$store")" = 4 ]
ok $? "two files under one name at the same time: one has it"
sum=$(sed -n 's/.*"sha256": "\(.*\)",*/\1/p' "$store/same.json")
[ "$sum" = "$(sha256sum < "$store/same.rom" | cut -d ' ' -f 1)" ]
ok $? "... and its sidecar is its own"

# --- rom = auto, on a recorded host with a UHD 730 (8086:4692) --------------------------------
cd "$OLDPWD" || exit 1
tests/hosts/mkhost.sh tests/hosts/uhd730/host "$tmp/tree" && mkdir -p "$tmp/tree/etc/igvm/vms"
ok $? "a recorded host"
cd "$tmp" || exit 1
printf '[vm]\ntemplate = monitor-early\ninput = none\n[disk a]\npath = %s\n' "$tmp/disk" > tree/etc/igvm/vms/early.conf
: > disk
try "an empty store: the assignment ROM" 0 "romfile=[^,]*/igd-assign.rom" --root tree showcmd early
mkdir -p tree/var/lib
rm -rf "$store"
"$igvm" rom import gop.rom > /dev/null 2>&1
mkdir -p tree/var/lib/igvm && cp -r "$store" tree/var/lib/igvm/roms
try "a GOP ROM in the store is taken" 0 "romfile=[^,]*/igd-store.rom" --root tree showcmd early
! grep -q rom.no-gop err; ok $? "... and is seen to have a GOP driver"
printf '[vm]\ntemplate = win11\ndisplay = monitor\ninput = none\n[disk a]\npath = %s\n' "$tmp/disk" > tree/etc/igvm/vms/later.conf
try "... by no other VM" 0 "romfile=[^,]*/igd-assign.rom" --root tree showcmd later
stored=$(ls tree/var/lib/igvm/roms/*.rom)
printf '\377' | dd of="$stored" bs=1 seek=9000 conv=notrunc 2> /dev/null
try "a byte of it changed: refused" 5 "block rom.store-changed" --root tree showcmd early
cp gop.rom "$stored"
try "put back: taken" 0 "romfile=[^,]*/igd-store.rom" --root tree showcmd early
echo >> "$stored"
try "a byte longer: refused" 5 "block rom.store-changed" --root tree showcmd early
cp gop.rom "$stored"
"$igvm" rom import --name second oldpair.rom > /dev/null 2>&1
cp "$store"/second.* tree/var/lib/igvm/roms
try "two that fit equally: refused, and both are named" 5 "block rom.ambiguous: .*adl-s-gop-.*second.rom" \
	--root tree showcmd early
printf '[igpu]\nrom = %s\n' "$tmp/tree/var/lib/igvm/roms/second.rom" >> tree/etc/igvm/vms/early.conf
try "rom = FILE says which" 0 "romfile=[^,]*/igd-file.rom" --root tree showcmd early
try "no VM is called roms" 2 "is the ROM store's" --root tree showcmd roms
left=$(find "$tmp" "$store" -name '*.new' -o -name '*.part')
[ -z "$left" ]; ok $? "no temporary file is left $left"
echo "1..$n"

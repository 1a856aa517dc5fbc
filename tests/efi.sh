#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The assignment driver and the probe inside real firmware, under TCG: OVMF
# with and without Secure Boot, SeaBIOS, both PC machines. The iGPU is
# pciproxy's. $OVMF, $QEMU: other firmware folder, other QEMU.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
QEMU=${QEMU:-qemu-system-x86_64}
OVMF=${OVMF:-/usr/share/OVMF}
SECONDS_MAX=120
MIB32='\0\0\0\2\0\0\0\0'
HOST_BASE='\0\0\0\010\0\0\0\0'

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

"$QEMU" -device help 2>/dev/null | grep -q x-pci-proxy-dev ||
	skip_all "no QEMU with x-pci-proxy-dev"
[ -e "$OVMF/OVMF_CODE_4M.fd" ] || skip_all "no OVMF in $OVMF"
for f in efi/igvm-probe.elf roms/igd-assign.rom roms/igd-probe.rom efi/mkrom \
	 tests/tools/pciproxy; do
	[ -e "$B/$f" ] || skip_all "$B/$f is not built"
done

tmp=$(mktemp -d) || exit 1
job=
trap '[ -z "$job" ] || kill "$job"; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
mkrom=$B/efi/mkrom
n=0

# ok DESCRIPTION COMMAND...: the command must succeed
ok() {
	n=$((n + 1))
	what=$1
	shift
	if "$@"; then
		echo "ok $n - $name: $what"
	else
		echo "not ok $n - $name: $what"
		sed 's/^/# /' "$tmp/log" "$tmp/err"
	fi
}

# boot NAME UNTIL PCIPROXY-WORDS -- QEMU-WORDS: run until the log shows UNTIL
boot() {
	name=$1 until=$2
	shift 2
	sim=
	while [ "$1" != -- ]; do
		sim="$sim $1"
		shift
	done
	shift
	: >"$tmp/log"
	# shellcheck disable=SC2086 # words of our own, without blanks
	timeout "$SECONDS_MAX" "$B/tests/tools/pciproxy" $sim -- "$QEMU" -accel tcg -m 512 \
		-nodefaults -display none -no-reboot \
		-object memory-backend-memfd,id=mem,size=512M,share=on \
		-chardev "file,id=debug,path=$tmp/log" \
		-device isa-debugcon,iobase=0x402,chardev=debug "$@" 2>"$tmp/err" &
	job=$!
	while kill -0 "$job" 2>/dev/null && ! grep -q "$until" "$tmp/log"; do
		sleep 0.2
	done
	kill "$job" 2>/dev/null
	wait "$job" 2>/dev/null
	job=
}

# seen TEXT...: each text stands in the log
seen() {
	for text; do
		grep -qF -- "$text" "$tmp/log" || return 1
	done
}

unseen() { ! grep -qF -- "$1" "$tmp/log"; }

# same_assignment: the driver did what it did in $tmp/first
same_assignment() {
	grep '^igvm-assign' "$tmp/first" >"$tmp/1"
	grep '^igvm-assign' "$tmp/log" | cmp -s - "$tmp/1"
}

# whole: the probe's report has both ends and as many lines as it says
whole() {
	lines=$(grep -c '^igvm-probe: ' "$tmp/log")
	seen 'igvm-probe: {"probe":"begin","version":1,' \
	     "igvm-probe: {\"probe\":\"end\",\"lines\":$lines}"
}

# pflash CODE VARS: words for the firmware, with a fresh copy of the variables
pflash() {
	cp "$OVMF/$2" "$tmp/vars" && chmod u+w "$tmp/vars"
	echo "-drive if=pflash,format=raw,unit=0,readonly=on,file=$OVMF/$1" \
	     "-drive if=pflash,format=raw,unit=1,file=$tmp/vars"
}

"$mkrom" vbt --pad 9216 -o "$tmp/vbt" &&
	"$mkrom" opregion --vbt "$tmp/vbt" -o "$tmp/opregion" &&
	"$mkrom" opregion --vbt "$tmp/vbt" --rvda absolute 0xfffffff0 -o "$tmp/hostile" &&
	"$mkrom" vbios --device 4692 -o "$tmp/vbios" || exit 1
# shellcheck disable=SC2059 # octal escapes on purpose
printf "$MIB32" >"$tmp/size" && printf "$HOST_BASE" >"$tmp/base"
digest=$(sha256sum <"$tmp/vbt" | cut -d' ' -f1)
fwcfg="-fw_cfg name=etc/igd-opregion,file=$tmp/opregion -fw_cfg name=etc/igd-bdsm-size,file=$tmp/size"
base="-fw_cfg name=opt/igvm/stolen-base,file=$tmp/base"
END='"probe":"end"'
ROM=$B/roms/igd-probe.rom

echo 1..25
# shellcheck disable=SC2046,SC2086 # lists of words, without blanks
{
for machine in q35 pc; do
	boot "SeaBIOS $machine" "$END" --rom "$tmp/vbios" -- \
		-machine "$machine,memory-backend=mem" $fwcfg -kernel "$B/efi/igvm-probe.elf"
	ok "report is whole" whole
	ok "OpRegion and VBT as given, reserved" seen '"firmware":"bios"' \
		'"reserved":"yes","signature":true,"version":"2.1"' \
		"\"where\":\"rvda\",\"offset\":8192" "\"checksum\":\"ok\",\"sha256\":\"$digest\""
	ok "stolen memory is nowhere: SeaBIOS writes the wrong register" \
		seen '"register":"0xc0","value":"0x0000000000000000"'
	ok "shadow of the option ROM" seen '"where":"shadow","signature":true,"vendor":"0x8086"'

	boot "OVMF $machine" "$END" --rom "$ROM" -- -machine "$machine,memory-backend=mem" \
		$fwcfg $base $(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
	ok "report is whole" whole
	ok "OpRegion and VBT as given, reserved" seen '"firmware":"uefi"' \
		'"reserved":"yes","signature":true,"version":"2.1"' \
		"\"where\":\"rvda\",\"offset\":8192" "\"checksum\":\"ok\",\"sha256\":\"$digest\""
	ok "stolen memory at the host's base, reserved" seen \
		'"result":"set","register":"0xc0","base":"0x08000000","size":33554432,"placed":"host"' \
		'"base":"0x08000000","size":33554432,"reserved":"yes"'
	ok "BARs answer" seen '"index":0,"type":"mem32","prefetch":false' '"read":"ok","first"'
done
cp "$tmp/log" "$tmp/first"
boot "OVMF again" "$END" --rom "$ROM" -- -machine pc,memory-backend=mem $fwcfg $base \
	-drive "if=pflash,format=raw,unit=0,readonly=on,file=$OVMF/OVMF_CODE_4M.fd" \
	-drive "if=pflash,format=raw,unit=1,file=$tmp/vars"
ok "same places with the variables of the boot before" same_assignment
ok "Secure Boot is off or not there" unseen '"probe":"secure-boot","enabled":true'

if [ -e "$OVMF/OVMF_CODE_4M.ms.fd" ]; then
	boot "OVMF Secure Boot" "$END" --rom "$ROM" -- -machine q35,smm=on,memory-backend=mem \
		-global driver=cfi.pflash01,property=secure,value=on $fwcfg \
		$(pflash OVMF_CODE_4M.ms.fd OVMF_VARS_4M.ms.fd)
	ok "report is whole" whole
	ok "Secure Boot is on, and unsigned ROM images ran" seen \
		'"probe":"secure-boot","enabled":true,"setup_mode":false' \
		'igvm-assign: {"assign":"opregion","result":"set"'
	ok "stolen memory elsewhere, reserved" seen '"placed":"elsewhere","host_base":null' \
		'"size":33554432,"reserved":"yes"'
else
	for what in whole on elsewhere; do
		n=$((n + 1))
		echo "ok $n - OVMF Secure Boot: $what # SKIP no OVMF_CODE_4M.ms.fd"
	done
fi

boot "driver alone" '"assign":"end"' --device 3e92 --rom "$B/roms/igd-assign.rom" -- \
	-machine q35,memory-backend=mem $(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "no OpRegion file: says so, and sets stolen memory all the same" seen \
	'"opregion","result":"absent"' '"stolen","result":"set","register":"0x5c"'
ok "the assignment ROM has no probe" unseen igvm-probe:

boot "hostile RVDA" "$END" --rom "$ROM" -- -machine q35,memory-backend=mem \
	-fw_cfg "name=etc/igd-opregion,file=$tmp/hostile" \
	$(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "report is whole" whole
ok "the range is not read" seen '"rvda_error":"not-readable"'
}

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What runs inside the guest in real firmware, under TCG: OVMF with and without
# Secure Boot, SeaBIOS, both PC machines; a picture from power-on, with a
# stand-in of the owner's GOP driver. The iGPU is the
# lab's igdsim where QEMU has vfio-user (10.1), else pciproxy's. $OVMF, $QEMU:
# other firmware folder, other QEMU.
set -u
cd "$(dirname "$0")/.." || exit 1
B=$(realpath "${B:-build}") || exit 1
QEMU=${QEMU:-qemu-system-x86_64}
OVMF=${OVMF:-/usr/share/OVMF}
SECONDS_MAX=120
MIB32='\0\0\0\2\0\0\0\0'
HOST_BASE='\0\0\0\010\0\0\0\0'
class=0300

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

devices=$("$QEMU" -device help 2>/dev/null) || skip_all "no $QEMU"
case $devices in
*'"vfio-user-pci"'*) sim=igdsim sim_program=$B/tests/lab/igdsim ;;
*'"x-pci-proxy-dev"'*) sim=pciproxy sim_program=$B/tests/tools/pciproxy ;;
*) skip_all "this QEMU has neither vfio-user-pci nor x-pci-proxy-dev" ;;
esac
[ -e "$OVMF/OVMF_CODE_4M.fd" ] || skip_all "no OVMF in $OVMF"
for f in "$B/efi/igvm-probe.elf" "$B/roms/igd-assign.rom" "$B/roms/igd-probe.rom" \
	 "$B/roms/igd-testgop.rom" "$B/efi/mkrom" "$sim_program"; do
	[ -e "$f" ] || skip_all "$f is not built"
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

# words_common: QEMU's words for all machines
words_common() {
	echo "-accel tcg,thread=single -m 512 -nodefaults -display none -no-reboot" \
	     "-object memory-backend-memfd,id=mem,size=512M,share=on"
}

# run_pciproxy DEVICE ROM QEMU-WORDS...: the device is added by the program
run_pciproxy() {
	device=$1 rom=$2
	shift 2
	exec timeout "$SECONDS_MAX" "$sim_program" --device "$device" --class "$class" --rom "$rom" \
		-- "$QEMU" "$@"
}

# run_igdsim DEVICE ROM QEMU-WORDS...: it serves one connection and ends with it
run_igdsim() {
	printf 'device = 0x%s\nclass = 0x%s\n' "$1" "$class" >"$tmp/profile"
	[ "$1" != 3e92 ] || echo 'bdsm_reg = 0x5c' >>"$tmp/profile"
	rom=$2
	shift 2
	rm -f "$tmp/sock"
	timeout "$SECONDS_MAX" "$sim_program" "$tmp/sock" "$tmp/profile" >"$tmp/sim" 2>&1 &
	until [ -S "$tmp/sock" ]; do
		kill -0 $! || exit 1
		sleep 0.1
	done
	exec timeout "$SECONDS_MAX" "$QEMU" "$@" -device "{\"driver\":\"vfio-user-pci\",
		\"addr\":\"2.0\",\"romfile\":\"$rom\",
		\"socket\":{\"path\":\"$tmp/sock\",\"type\":\"unix\"}}"
}

# boot NAME UNTIL DEVICE ROM QEMU-WORDS...: run until the log shows UNTIL
boot() {
	name=$1 until=$2 device=$3 rom=$4
	shift 4
	: >"$tmp/log"
	# shellcheck disable=SC2046 # words of our own, without blanks
	"run_$sim" "$device" "$rom" $(words_common) "$@" \
		-chardev "file,id=debug,path=$tmp/log" \
		-device isa-debugcon,iobase=0x402,chardev=debug 2>"$tmp/err" &
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

# bdsm_not_reserved: the right register, but not reserved memory behind it
bdsm_not_reserved() {
	seen '"probe":"bdsm","register":"0xc0","value":' &&
		! grep '"probe":"bdsm"' "$tmp/log" | grep -q '"reserved":"yes"'
}

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

# picture_seen: the console's text is on the device
picture_seen() {
	lit=$(sed -n 's/^igvm-testgop: .*"picture","lit":\([0-9]*\),"kept":true}$/\1/p' "$tmp/log")
	[ "${lit:-0}" -gt 0 ]
}

# gop_on_device COUNT: the probe sees so many outputs, and the device's in its aperture
gop_on_device() {
	seen "\"probe\":\"gop\",\"count\":$1,\"on_device\":true,\"width\":640,\"height\":480," \
	     '"mode":0,"modes":1,"format":"bgr"' '"size":1228800,"bar":2}'
}

# rom NAME DRIVER...: an option ROM of these, in this order, as $tmp/NAME.rom
rom() {
	name=$1
	shift
	for driver; do
		shift
		set -- "$@" "$B/efi/$driver.efi"
	done
	"$mkrom" efirom -f 8086 -i 4692 -l 030000 -o "$tmp/$name.rom" "$@"
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
	"$mkrom" vbt --pad 9216 --bad-checksum -o "$tmp/bad-vbt" &&
	"$mkrom" opregion --vbt "$tmp/bad-vbt" -o "$tmp/bad" &&
	rom picture igd-assign gop-policy testgop igvm-probe &&
	rom backwards testgop gop-policy igd-assign igvm-probe &&
	rom no-policy igd-assign testgop &&
	"$mkrom" vbios --device 4692 -o "$tmp/vbios" || exit 1
# shellcheck disable=SC2059 # octal escapes on purpose
printf "$MIB32" >"$tmp/size" && printf "$HOST_BASE" >"$tmp/base"
digest=$(sha256sum <"$tmp/vbt" | cut -d' ' -f1)
bad_digest=$(sha256sum <"$tmp/bad-vbt" | cut -d' ' -f1)
fwcfg="-fw_cfg name=etc/igd-opregion,file=$tmp/opregion"
fwcfg="$fwcfg -fw_cfg name=etc/igd-bdsm-size,file=$tmp/size"
base="-fw_cfg name=opt/igvm/stolen-base,file=$tmp/base"
END='"probe":"end"'
ROM=$B/roms/igd-probe.rom

# Under TCG some versions of x-pci-proxy-dev take an interrupt route for KVM's and crash.
# shellcheck disable=SC2046 # words of our own
[ $sim = igdsim ] || echo quit | "$sim_program" -- "$QEMU" $(words_common) -S -monitor stdio \
	-machine q35,memory-backend=mem >/dev/null 2>&1 ||
	skip_all "this QEMU's x-pci-proxy-dev needs KVM"

echo 1..35
# shellcheck disable=SC2046,SC2086 # lists of words, without blanks
{
for machine in q35 pc; do
	boot "SeaBIOS $machine" "$END" 4692 "$tmp/vbios" \
		-machine "$machine,memory-backend=mem" $fwcfg -kernel "$B/efi/igvm-probe.elf"
	ok "report is whole" whole
	ok "OpRegion and VBT as given, reserved" seen '"firmware":"bios"' \
		'"reserved":"yes","signature":true,"version":"2.1"' \
		"\"where\":\"rvda\",\"offset\":8192" "\"checksum\":\"ok\",\"sha256\":\"$digest\""
	ok "nothing is reserved for stolen memory: SeaBIOS knows the old register only" \
		bdsm_not_reserved
	ok "shadow of the option ROM" seen '"where":"shadow","signature":true,"vendor":"0x8086"'

	rom=$ROM
	[ $machine = pc ] || rom=$tmp/picture.rom
	boot "OVMF $machine" "$END" 4692 "$rom" -machine "$machine,memory-backend=mem" \
		$fwcfg $base $(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
	ok "report is whole" whole
	ok "OpRegion and VBT as given, reserved" seen '"firmware":"uefi"' \
		'"reserved":"yes","signature":true,"version":"2.1"' \
		"\"where\":\"rvda\",\"offset\":8192" "\"checksum\":\"ok\",\"sha256\":\"$digest\""
	ok "stolen memory at the host's base, reserved" seen \
		'"result":"set","register":"0xc0","base":"0x08000000","size":33554432,"placed":"host"' \
		'"base":"0x08000000","size":33554432,"reserved":"yes"'
	ok "BARs answer" seen '"index":0,"type":"mem' '"size":16777216,"read":"ok","first"'
	[ $machine = q35 ] || continue
	ok "the policy driver hands out the VBT" seen '"policy":"begin","version":1,"result":"installed"' \
		'"policy":"vbt","result":"given"' '"where":"rvda"' '"size":9216,"checksum":"ok"}'
	ok "a GOP driver starts with it, on the only display there is" gop_on_device 1
	ok "OVMF's console writes on it" picture_seen
done
cp "$tmp/log" "$tmp/first"
boot "OVMF again" "$END" 4692 "$ROM" -machine pc,memory-backend=mem $fwcfg $base \
	-drive "if=pflash,format=raw,unit=0,readonly=on,file=$OVMF/OVMF_CODE_4M.fd" \
	-drive "if=pflash,format=raw,unit=1,file=$tmp/vars"
ok "same places with the variables of the boot before" same_assignment
ok "Secure Boot is off or not there" unseen '"probe":"secure-boot","enabled":true'

if [ -e "$OVMF/OVMF_CODE_4M.ms.fd" ]; then
	boot "OVMF Secure Boot" "$END" 4692 "$ROM" -machine q35,smm=on,memory-backend=mem \
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

boot "driver alone" '"assign":"end"' 3e92 "$B/roms/igd-assign.rom" \
	-machine q35,memory-backend=mem $(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "no OpRegion file: says so, and sets stolen memory all the same" seen \
	'"opregion","result":"absent"' '"stolen","result":"set","register":"0x5c"'
ok "the assignment ROM has no probe" unseen igvm-probe:

class=0380
boot "bad VBT, VGA, class 0380, backwards" "$END" 4692 "$tmp/backwards.rom" -machine q35,memory-backend=mem \
	-device VGA,addr=1.0 -fw_cfg "name=etc/igd-opregion,file=$tmp/bad" \
	$(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "the policy driver comes before the OpRegion does, and corrects the checksum" seen \
	'"policy":"vbt","result":"given"' '"size":9216,"checksum":"corrected"}'
ok "the OpRegion's table stays as it is" seen "\"checksum\":\"bad\",\"sha256\":\"$bad_digest\""
ok "the GOP driver starts beside an emulated VGA" gop_on_device 2
ok "OVMF's console writes on it as well" picture_seen
class=0300

boot "no OpRegion" '"testgop":"start"' 4692 "$B/roms/igd-testgop.rom" \
	-machine q35,memory-backend=mem $(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "the policy driver says that it is not ready, a GOP driver does not start" seen \
	'"policy":"vbt","result":"not-ready","asls":"0x00000000","error":"not-set"}' \
	'"testgop":"start","result":"refused","error":"policy-not-ready"}'

boot "no policy driver" '"testgop":"start"' 4692 "$tmp/no-policy.rom" \
	-machine q35,memory-backend=mem $fwcfg $(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "a GOP driver does not start" seen \
	'"testgop":"start","result":"refused","error":"no-policy"}'

boot "hostile RVDA" "$END" 4692 "$tmp/picture.rom" -machine q35,memory-backend=mem \
	-fw_cfg "name=etc/igd-opregion,file=$tmp/hostile" \
	$(pflash OVMF_CODE_4M.fd OVMF_VARS_4M.fd)
ok "report is whole" whole
ok "the range is not read" seen '"rvda_error":"not-readable"'
ok "the policy driver hands out nothing, and there is no picture" seen \
	'"policy":"vbt","result":"refused"' '"error":"no-signature","rvda_error":"outside"}' \
	'"testgop":"start","result":"refused","error":"policy-refuses"}' \
	'"probe":"gop","count":0,"on_device":false}'
}

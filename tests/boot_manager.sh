#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A VM as for Windows 11, with nothing on its disk: OVMF with Secure Boot and a TPM comes up to its boot
# manager, keys typed by igvm lead through its pages, and screenshots show them. The firmware writes its pages on
# the serial port, too: there the test reads what it has come to. TCG, no iGPU.
# shellcheck disable=SC2034,SC2154 # variables of own_host.bash, which is sourced
cd "$(dirname "$0")/.." || exit 1
needs="qemu-img swtpm qemu-system-x86_64"
kill="win11"
. tests/tools/own_host.bash

vm() { timeout 60 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err"; }
# page TEXT: what the firmware has written since the last page holds it, without the escapes of a terminal
at=0
page() {
	"$igvm" logs --stream serial --raw --lines 100000 win11 2> /dev/null | tail -c +$((at + 1)) |
		sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | tr -s ' ' > "$tmp/page"
	grep -aq -- "$1" "$tmp/page"
}
turned() { at=$("$igvm" logs --stream serial --raw --lines 100000 win11 2> /dev/null | wc -c); }
# reach TEXT SECONDS [KEYS...]: press them until the page is there; the first key after a page came may be lost
reach() {
	local text=$1 until=$((SECONDS + $2))
	shift 2
	while ! page "$text"; do
		[ $SECONDS -lt $until ] || return 1
		[ $# = 0 ] || vm type win11 "$@"
		for _ in $(seq 15); do page "$text" && return 0; sleep 0.2; done
	done
}
told() { tr -cd '[:print:]' < "$tmp/page" | tail -c 400 | sed 's/^/# /'; echo; }
# The picture is one of a page: 640x480 (which takes a moment), most of it lit, several colours.
picture() {
	for _ in $(seq 40); do
		vm screenshot win11 "$tmp/shot.png"
		[ "$(od -An -tx1 -j16 -N8 "$tmp/shot.png" 2> /dev/null)" = ' 00 00 02 80 00 00 01 e0' ] && break
		sleep 0.25
	done
	perl tests/schema/png.pl "$tmp/shot.png" > "$tmp/out" 2> "$tmp/err" &&
		read -r size lit _ colours _ < "$tmp/out" && [ "$size" = 640x480 ] && [ "$lit" -gt 200000 ] &&
		[ "$colours" -ge 3 ]
}

vm create win11 --memory 1G --cpus 1 --disk 2G < /dev/null && grep -q "Secure Boot" "$tmp/out"
ok $? "create, without a disc" || shown
grep -q '^accel' /etc/igvm/vms/win11.conf || sed -i '/^\[vm\]/a accel = tcg' /etc/igvm/vms/win11.conf
vm start win11; ok $? "start" || shown
vm screenshot win11 "$tmp/first.png" && grep -q "the picture is QEMU's own" "$tmp/err"
ok $? "the first picture is not the guest's, and that is said" || shown
reach "Select Entry" 90 esc; ok $? "the firmware's front page" || told
picture; ok $? "which the screenshot shows: $(cat "$tmp/out")"
[ ! -s "$tmp/err" ]; ok $? "and nothing is said of it"
cp "$tmp/shot.png" "$tmp/front.png"
turned
reach "take you to the" 30 down; ok $? "a key moves on" || told
turned
vm type win11 ret
reach "Secure Boot Configuration" 10; ok $? "a page is chosen: the devices, among them Secure Boot" || told
reach "Press ESC" 10
grep -aq "TCG2 Configuration" "$tmp/page"; ok $? "and the TPM"
picture; ok $? "the screenshot shows it: $(cat "$tmp/out")"
! cmp -s "$tmp/shot.png" "$tmp/front.png"; ok $? "and it is another page"
turned
vm type win11 down down ret
reach "Current Secure Boot State" 10; ok $? "the page of Secure Boot" || told
grep -aq "Current Secure Boot State.*Enabled" "$tmp/page"; ok $? "it is enabled" || told
vm type win11 ctlr-a; [ $? = 2 ] && grep -q "no key 'ctlr'; did you mean 'ctrl'" "$tmp/err"
ok $? "an unknown key is refused with the nearest" || shown
vm type --text win11 "caf$(printf '\303\251')"; [ $? = 2 ] && grep -q "character 4 of the text" "$tmp/err"
ok $? "and a character that is on no key" || shown
echo "a b" | vm type --text win11 -; ok $? "text from standard input" || shown
vm kill win11
vm type win11 ret; [ $? = 3 ] && grep -q "does not run" "$tmp/err"
ok $? "type into a VM that does not run" || shown
echo "1..$n"

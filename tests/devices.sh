#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm devices on every host of tests/hosts: drawings that are kept in `devices` there, widths,
# ASCII, JSON, and hosts that lie. --write writes the drawings anew.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
igvm=$B/igvm
n=0
unset COLUMNS LANGUAGE
export LC_ALL=C.UTF-8 NO_COLOR=1 B

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
if [ ! -x "$igvm" ] || [ ! -e "$B/hosts/uhd730.made" ]; then
	echo "1..0 # SKIP $igvm or the hosts in $B/hosts are not built"
	exit 0
fi
trees=$B/hosts
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# wide MOST: the drawings on stdin, each behind a line "drawing of NAME", that have a line of more
# columns; CJK is two each.
wide() {
	perl -CS -ne 'BEGIN { $most = shift } chomp; if (/^drawing of (.*)/) { $of = $1; next }
		my $w = length; $w++ while /[\x{1100}-\x{115f}\x{2e80}-\x{303e}\x{3041}-\x{a4cf}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}\x{fe30}-\x{fe6f}\x{ff00}-\x{ff60}\x{ffe0}-\x{ffe6}]/g;
		print " $of ($w)" if $w > $most' "$1"
}

hosts=$(for d in tests/hosts/*/host; do d=${d%/host}; echo "${d##*/}"; done)
wrong_ascii=
wrong_json=
for host in $hosts; do
	tree=$trees/$host
	[ -d "$tree/sys/bus/pci/devices" ] || continue
	"$igvm" --root "$tree" devices > "$tmp/out" 2>&1
	code=$?
	if [ -f "tests/hosts/$host/devices" ]; then
		if [ "${1-}" = --write ]; then
			cp "$tmp/out" "tests/hosts/$host/devices"
		else
			diff -u "tests/hosts/$host/devices" "$tmp/out" > "$tmp/diff" && [ $code = 0 ]
			ok $? "$host: the drawing is the expected one"
			sed 's/^/# /' "$tmp/diff"
		fi
	fi
	for width in 40 80 131; do
		for language in C zh_TW; do
			echo "drawing of $host, $language, $width"
			LANGUAGE=$language COLUMNS=$width "$igvm" --root "$tree" devices
		done >> "$tmp/drawn.$width"
	done
	LC_ALL=C "$igvm" --root "$tree" devices > "$tmp/ascii"
	if LC_ALL=C grep -q '[^ -~]' "$tmp/ascii" || ! grep -q '`- 0000:' "$tmp/ascii"; then
		wrong_ascii="$wrong_ascii $host"
	fi
	"$igvm" --root "$tree" --json devices > "$tmp/json" &&
		perl tests/schema/check.pl tests/schema/devices.json "$tmp/json" > "$tmp/schema" || {
		wrong_json="$wrong_json $host"
		sed 's/^/# /' "$tmp/schema"
	}
	# Text and JSON have the same devices.
	perl -MJSON::PP -e 'local $/; my $j = decode_json(<>);
		print map { map { "$_->{address}\n" } @{$_->{devices}} } @{$j->{groups}}' "$tmp/json" > "$tmp/a"
	sed -n 's/^  [|`]- \(0000:[^ ]*\).*/\1/p' "$tmp/ascii" > "$tmp/b"
	cmp -s "$tmp/a" "$tmp/b" || wrong_json="$wrong_json $host(differs)"
done
[ "${1-}" != --write ] || exit 0
wrong_width=$(for width in 40 80 131; do wide $width < "$tmp/drawn.$width"; done)
[ -z "$wrong_width" ]; ok $? "no line is wider than the terminal$wrong_width"
[ -z "$wrong_ascii" ]; ok $? "where the locale is not UTF-8 the drawing is ASCII$wrong_ascii"
[ -z "$wrong_json" ]; ok $? "JSON fits its schema and has the devices of the drawing$wrong_json"

"$igvm" --root "$trees/debian13-uhd770" devices > "$tmp/out"
LANGUAGE=zh_TW "$igvm" --root "$trees/debian13-uhd770" devices > "$tmp/zh"
grep -q '內顯' "$tmp/zh" && [ "$(grep -c '0000:' "$tmp/zh")" -ge "$(grep -c '^  .* 0000:' "$tmp/out")" ]
ok $? "in Chinese too"
LANGUAGE=zh_TW "$igvm" --root "$trees/debian13-uhd770" --json devices > "$tmp/json.zh"
"$igvm" --root "$trees/debian13-uhd770" --json devices | cmp -s - "$tmp/json.zh"
ok $? "JSON is the same in every language"

# A host that lies: control characters in names, bytes that are no character, a wide name.
evil=$tmp/evil
cp -a "$trees/debian13-uhd770" "$evil"
pci=$evil/sys/devices/pci0000:00
esc=$(printf '\033[31m')
mkdir "$evil/sys/bus/pci/drivers/x${esc}y"
ln -sfn "../../../bus/pci/drivers/x${esc}y" "$pci/0000:00:14.0/driver"
mkdir "$pci/0000:00:02.0/drm/card1/card1-E${esc}" "$pci/0000:00:02.0/drm/card1/card1-$(printf 'A\nB')"
printf '8086  V\n\t7ae0  \033]0;gone\007\233 \xff\xfe bytes\n\t7ae2  \xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\n' \
	> "$evil/usr/share/misc/pci.ids"
"$igvm" --root "$evil" devices > "$tmp/out" 2> "$tmp/err"
[ $? = 0 ] && ! LC_ALL=C grep -q "[$(printf '\001-\010\013-\037\177')]" "$tmp/out" && [ ! -s "$tmp/err" ] &&
	iconv -f UTF-8 -t UTF-8 "$tmp/out" > /dev/null && [ -z "$(wide 80 < "$tmp/out")" ]
ok $? "names with control characters and broken UTF-8 are made harmless"
grep -q 'x?\[31my' "$tmp/out"
ok $? "and stay recognisable"
"$igvm" --root "$evil" --json devices > "$tmp/json" 2> "$tmp/err" &&
	perl tests/schema/check.pl tests/schema/devices.json "$tmp/json" > "$tmp/schema"
ok $? "their JSON fits its schema"
rm -rf "${evil:?}/usr" "$pci/0000:00:02.0/drm" "$pci/0000:00:02.0/graphics"
"$igvm" --root "$evil" devices > "$tmp/out" 2> "$tmp/err"
[ $? = 0 ] && grep -q 'its outputs cannot be read' "$tmp/out"
ok $? "without names and outputs it says what is left"

"$igvm" --root "$trees/unreadable" devices > "$tmp/out" 2> "$tmp/err"
[ $? = 1 ] && [ ! -s "$tmp/out" ] && grep -q 'no PCI devices can be read' "$tmp/err"
ok $? "a host without sysfs is an error"
"$igvm" --root "$tmp/nonexistent" devices > "$tmp/out" 2> "$tmp/err"
[ $? = 1 ] && grep -q 'No such file' "$tmp/err"
ok $? "a root that is not there is an error"
"$igvm" --root "$trees/uhd730" devices name > "$tmp/out" 2> "$tmp/err"
[ $? = 2 ] && [ ! -s "$tmp/out" ]
ok $? "a name is a usage error"
if command -v script > /dev/null; then
	drawn=$(unset NO_COLOR; TERM=xterm script -qec "stty cols 50; $igvm --root $trees/uhd730 devices" /dev/null < /dev/null)
	[ -z "$(sed "s/$(printf '\033')\[[0-9]*m//g; s/\r//" <<< "$drawn" | wide 50)" ] &&
		grep -q "$(printf '\033')\[1m\* " <<< "$drawn"
	ok $? "on a terminal it has the terminal's width, and the iGPU's group is bright"
else
	ok 0 "on a terminal # SKIP script(1) is missing"
fi
echo "1..$n"

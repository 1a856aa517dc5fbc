#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What doctor says about each host of tests/hosts: text, exit status, and that JSON and text agree.
# --write writes the expected texts anew.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
igvm=$B/igvm
export LC_ALL=C NO_COLOR=1 B
n=0

# ok STATUS DESCRIPTION [SKIP]
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ] || [ -n "${3:-}" ]; then echo "ok $n - $2${3:-}"; else echo "not ok $n - $2"; fi
}

if [ ! -x "$igvm" ] || [ ! -e "$B/hosts/uhd730.made" ]; then
	echo "1..0 # SKIP $igvm or the hosts in $B/hosts are not built"
	exit 0
fi

hosts=$(for d in tests/hosts/*/host; do d=${d%/host}; echo "${d##*/}"; done)
mode=${1:-}
# shellcheck disable=SC2086 # names without blanks
set -- $hosts

# Output of doctor and, as last line, its exit status.
doctor() {
	"$igvm" --root "$tree" doctor > "$tree.out" 2>&1
	code=$?
	sed "s|$B/hosts/||" "$tree.out"
	echo "exit $code"
}

[ "$mode" = --write ] || echo "1..$(($# * 3 + 11))"
for host; do
	tree=$B/hosts/$host
	doctor > "$tree.doctor"
	if [ "$mode" = --write ]; then
		cp "$tree.doctor" "tests/hosts/$host/doctor"
		continue
	fi
	diff -u "tests/hosts/$host/doctor" "$tree.doctor" > "$tree.diff"
	ok $? "$host: doctor says what is expected"
	sed 's/^/# /' "$tree.diff"

	# The same findings and verdict in JSON, one line "severity id" each.
	"$igvm" --root "$tree" --json doctor > "$tree.json" 2> "$tree.err"
	code=$?
	sed -n 's/^\(block\|warn\|note\) *\([a-z0-9.-]*\): .*/\1 \2/p' "$tree.doctor" | sort > "$tree.text-ids"
	perl tests/schema/check.pl tests/schema/findings.json "$tree.json" > "$tree.schema" 2>&1 &&
		perl tests/schema/check.pl tests/schema/doctor.json "$tree.json" >> "$tree.schema" 2>&1 &&
		perl -MJSON::PP -e 'local $/; my $j = decode_json(<>);
			print sort map { "$_->{severity} $_->{id}\n" } @{$j->{findings}};
			print "verdict $j->{verdict}\n"' "$tree.json" > "$tree.json-ids"
	status=$?
	{ cat "$tree.text-ids"; sed -n 's/^verdict: \([a-z]*\) .*/verdict \1/p' "$tree.doctor"; } \
		> "$tree.text-all"
	[ $status = 0 ] && [ ! -s "$tree.err" ] && cmp -s "$tree.text-all" "$tree.json-ids"
	ok $? "$host: JSON has the same findings and verdict, and the form of its schemas"
	sed 's/^/# /' "$tree.schema"
	[ "exit $code" = "$(tail -n 1 "$tree.doctor")" ]
	ok $? "$host: JSON or not, the exit status is the same"
done
[ "$mode" != --write ] || exit 0

# Each finding that doctor can show of a host is shown by one of these, or a reason stands in
# tests/hosts/unprovoked. What plan_*.c raises needs a VM and is not asked for.
symbols=$(grep -ho 'FINDING_[A-Z0-9_]*' launcher/decide/check.c launcher/decide/check_more.c \
	launcher/decide/check_opregion.c launcher/decide/check_boot.c launcher/decide/check_cmdline.c | sort -u)
for symbol in $symbols; do
	sed -n "s/.*FINDING(${symbol#FINDING_}, \"\([a-z0-9.-]*\)\".*/\1/p" launcher/decide/finding_ids.h
done | sort -u > "$B/hosts/ids"
for host; do
	sed -n 's/^\(block\|warn\|note\) *\([a-z0-9.-]*\): .*/\2/p' "tests/hosts/$host/doctor"
done | sort -u > "$B/hosts/ids.shown"
sed -n 's/^\([a-z0-9.-]*\)  *[^ ].*/\1/p' tests/hosts/unprovoked | sort > "$B/hosts/ids.excused"
comm -23 "$B/hosts/ids" "$B/hosts/ids.shown" | diff "$B/hosts/ids.excused" - > "$B/hosts/ids.diff"
[ $? = 0 ] && [ -s "$B/hosts/ids" ]
ok $? "each finding of a host is shown by one, or excused"
sed 's/^/# /' "$B/hosts/ids.diff"

# A host that is described as broken says so, and one as healthy has nothing to mend.
wrong=
for host; do
	case $(head -n 1 "tests/hosts/$host/host") in
	'# Healthy'*) grep -qE '^(block|warn) ' "tests/hosts/$host/doctor" &&
		grep -E '^(block|warn) ' "tests/hosts/$host/doctor" | grep -qv ' igpu.driver-bound: ' &&
		wrong="$wrong $host" ;;
	'# Broken'*|'# The case'*) grep -E '^(block|warn|note) ' "tests/hosts/$host/doctor" |
		grep -qvE ' (igpu.driver-bound|opregion.unread|panel.internal|cmdline.no-effect): ' ||
		wrong="$wrong $host" ;;
	esac
done
[ -z "$wrong" ]
ok $? "the healthy have nothing to mend, the broken something$wrong"

# A VM's file is judged with the host: the same machine, and a disk that is not there.
rm -rf "$B/hosts/with-vms"
cp -a "$B/hosts/uhd730" "$B/hosts/with-vms"
vms=$B/hosts/with-vms/etc/igvm/vms
# As root igvm reads VM files only below directories that are root's.
skip=
[ "$(id -u)" != 0 ] || [ "$(stat -c %u .)" = 0 ] || skip=" # SKIP this tree is not root's"
mkdir -p "$vms"
printf '[vm]\ntemplate = linux\n[disk system]\npath = /nonexistent/disk\n' > "$vms/linux.conf"
printf '[vm]\ntemplate = linux\nunknown = 1\n' > "$vms/bad.conf"
"$igvm" --root "$B/hosts/with-vms" doctor linux > "$B/hosts/vm.out" 2>&1
[ $? = 5 ] && grep -q '^VM *linux$' "$B/hosts/vm.out" && grep -q '^block disk.missing: ' "$B/hosts/vm.out"
ok $? "with a VM, doctor judges its file too" "$skip"
printf '[vm]\ntemplate = linux\n[disk system]\nformat = raw\npath = /tmp\n' > "$vms/dir.conf"
"$igvm" --root "$B/hosts/with-vms" doctor dir > "$B/hosts/vm.out" 2>&1
[ $? = 5 ] && grep -q '^block disk.wrong-kind: .*/dir.conf:5: \[disk system\] /tmp: ' "$B/hosts/vm.out"
ok $? "a disk that is a directory is found, with its line" "$skip"
"$igvm" --root "$B/hosts/amd" doctor linux > "$B/hosts/vm.out" 2>&1
[ $? = 4 ]
ok $? "no such VM"
"$igvm" --root "$B/hosts/with-vms" doctor bad > "$B/hosts/vm.out" 2> "$B/hosts/vm.err"
[ $? = 2 ] && [ ! -s "$B/hosts/vm.out" ] && grep -q 'bad.conf:3: ' "$B/hosts/vm.err"
ok $? "a bad VM file is a usage error with file and line" "$skip"

"$igvm" --root "$B/hosts/nonexistent" doctor > "$B/hosts/none.out" 2>&1
[ $? = 1 ] && grep -q 'No such file' "$B/hosts/none.out"
ok $? "a root that is not there is an error, not a sick host"

"$igvm" --root "$B/hosts/uhd730" doctor a b > "$B/hosts/usage.out" 2>/dev/null
[ $? = 2 ] && [ ! -s "$B/hosts/usage.out" ]
ok $? "two names are a usage error, and nothing is on standard output"

"$igvm" --root "$B/hosts/uhd730" doctor 2>/dev/null | grep -q "$(printf '\033')"
[ $? = 1 ]
ok $? "no colour where the output is no terminal"

# ESC [ at the severity, on a pseudo terminal, unless NO_COLOR says no.
terminal() {
	TERM=xterm script -qec "$igvm --root $B/hosts/uhd730-faults doctor" /dev/null < /dev/null |
		grep -c "^$(printf '\033')\[1;31mblock"
}
if command -v script > /dev/null; then
	[ "$(unset NO_COLOR; terminal)" = 2 ]
	ok $? "colour on a terminal"
	[ "$(NO_COLOR=1 terminal)" = 0 ]
	ok $? "no colour with NO_COLOR"
else
	ok 0 "colour on a terminal" " # SKIP script(1) is missing"
	ok 0 "no colour with NO_COLOR" " # SKIP script(1) is missing"
fi

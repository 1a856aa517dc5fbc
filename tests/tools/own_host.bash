# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by tests of commands that write below /etc/igvm, /var/lib/igvm and /run/igvm: those are empty directories
# shellcheck shell=bash disable=SC2034,SC2154
# of a mount namespace of their own. $needs: programs without which the test is skipped. Gives $igvm, $tmp, $vms,
# $data and the functions below; each VM in $kill is killed at the end.
set -u
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for directories of its own"; exit 0; }
for tool in $needs; do
	command -v "$tool" > /dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
if [ -z "${IGVM_OWN_HOST-}" ]; then
	IGVM_OWN_HOST=1 exec unshare -m "$0"
fi
igvm=$PWD/${B:-build}/igvm
tmp=$(mktemp -d) || exit 1
vms=/etc/igvm/vms data=/var/lib/igvm
n=0
export LC_ALL=C LANGUAGE=

cleanup() {
	local vm
	for vm in $kill; do "$igvm" kill "$vm" > /dev/null 2>&1; done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p /etc/igvm /var/lib/igvm /run/igvm
for d in /etc/igvm /run/igvm /var/lib/igvm; do
	mount -t tmpfs -o mode=0755 igvm-test $d || exit 1
done
mkdir -p $vms

ok() {	# STATUS DESCRIPTION; its own status is that
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
	return "$1"
}
shown() { sed 's/^/# out: /' "$tmp/out"; sed 's/^/# err: /' "$tmp/err"; }
# try DESCRIPTION STATUS PATTERN ARGUMENTS...: exit status, and a line of stderr or stdout
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	timeout 300 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
	got=$?
	if [ $got = "$status" ] && cat "$tmp/out" "$tmp/err" <(echo) | grep -qE -- "$pattern"; then
		ok 0 "$what"
	else
		ok 1 "$what: exit status $got, wanted $status and '$pattern'"
		shown
	fi
}
# too DESCRIPTION PATTERN: the same run has said this, too
too() { grep -qE -- "$2" "$tmp/out" "$tmp/err"; ok $? "$1" || shown; }
# fits SCHEMA DESCRIPTION: what the last run printed has the form of tests/schema/SCHEMA.json
fits() { perl "tests/schema/check.pl" "tests/schema/$1.json" "$tmp/out" > "$tmp/err" 2>&1; ok $? "$2" || shown; }

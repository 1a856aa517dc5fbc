# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034 # who sources this reads them
# Sourced by tests of supervision, from the top of the tree: a root directory of their own ($root, below $tmp), VMs whose
# QEMU is the pretended one (or a real one, $real), and the functions below. Every QEMU that start() began is killed at the end.
B=${B:-build}
igvm=${IGVM:-$B/igvm}
tools=${TOOLS:-$B/tests/tools}
real=${QEMU:-qemu-system-x86_64}
# shellcheck source=tests/tools/tap.bash
. tests/tools/tap.bash

tmp=$(mktemp -d) || exit 1
root=$tmp/root
mkdir -p "$root/etc/igvm/vms" "$root/var/lib/igvm" "$root/run/igvm"
cp "$tools/fakeqemu" "$tmp/fakeqemu" || exit 1
# The VM's own user passes through.
chmod -R u=rwX,go=rX "$tmp"
export LC_ALL=C LANGUAGE='' SUPRUN_QUIT_MS=600 SUPRUN_ANSWER_MS=400

cleanup() {
	for f in "$tmp"/pids/*; do
		[ -e "$f" ] && kill -KILL "$(cat "$f")" 2> /dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
mkdir "$tmp/pids"


vm() { "$igvm" --root "$root" "$@"; }
# A value of `status --json NAME`, or of a file: get FILE KEY
get() { perl -MJSON::PP -e '
	local $/; open my $f, "<", $ARGV[0] or die "$ARGV[0]: $!\n";
	my $v = decode_json(<$f>)->{$ARGV[1]};
	print defined $v ? $v : "null", "\n"' "$1" "$2"; }
state() { vm status --json "$1" > "$tmp/status" 2> /dev/null; get "$tmp/status" state; }
end_of() { get "$root/run/igvm/$1/end.json" "$2"; }
alive() { kill -0 "$1" 2> /dev/null && ! grep -q '^State:.*Z' "/proc/$1/status" 2> /dev/null; }
# Wait up to 5 s (or $3) for a command's output to be what is wanted: wait_for WANTED COMMAND...
wait_for() {
	local want=$1 i
	shift
	for ((i = 0; i < 250; i++)); do
		[ "$("$@")" = "$want" ] && return 0
		sleep 0.02
	done
	return 1
}
wait_gone() {
	local i
	for ((i = 0; i < 250; i++)); do
		alive "$1" || return 0
		sleep 0.02
	done
	return 1
}

# fake NAME BEHAVIOUR [SETTING...]: a VM called NAME whose QEMU behaves like that
fake() {
	local name=$1 behaviour=$2
	shift 2
	ln -s fakeqemu "$tmp/fq-$name"
	{
		echo "FAKEQEMU_SCRIPT=$behaviour"
		printf '%s\n' "$@"
	} > "$tmp/fq-$name.settings"
	chmod 644 "$tmp/fq-$name.settings"
	: > "$root/etc/igvm/vms/$name.conf"
}
# start NAME START_MS [WORDS...]: sets $status, $pid, $sup; output in NAME.out, NAME.log
start() {
	local name=$1 start_ms=$2 qemu=$tmp/fq-$1
	shift 2
	[ -e "$qemu" ] || qemu=$(command -v "$real")
	"$tools/suprun" "$root" start "$name" "$start_ms" 3000 "$qemu" "$@" \
		> "$tmp/$name.out" 2> "$tmp/$name.log"
	status=$?
	pid=$(sed -n 's/^pid //p' "$tmp/$name.out")
	sup=$(sed -n 's/^supervisor //p' "$tmp/$name.out")
	[ -n "$pid" ] && echo "$pid" > "$tmp/pids/$name"
	return 0
}
# Nothing is left of a run but its records and logs.
nothing_left() {	# NAME
	local left
	left=$(find "$root/run/igvm/$1" "$root/run/igvm/control/$1" \
		\( -type s -o -name journal.json -o -name vnc.d \) 2> /dev/null)
	is "$1: nothing is left but records" "$left" ""
	is "$1: stopped" "$(state "$1")" stopped
}

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm is replaced while a VM runs: the VM of one build is seen, adopted and stopped by another, both ways round, and
# what a newer igvm has written is refused and left as it is. QEMU is tests/tools/fakeqemu.
#
# The other build is IGVM_OLD (a commit), else the newest tag, else the first commit whose VMs this one is known to take
# over; in a clone that does not have it, these sources with another version. It is made once, in build/old.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
case $B in /*) ;; *) B=$PWD/$B ;; esac
# shellcheck source=tests/tools/tap.bash
. tests/tools/tap.bash
tmp=$(mktemp -d) || exit 1
export LC_ALL=C LANGUAGE='' MAKEFLAGS=


# --- the other build -----------------------------------------------------------------------------
other_commit() {
	local c
	c=${IGVM_OLD:-$(git describe --tags --abbrev=0 2> /dev/null || echo 4272f453e3e6c143ceb2c1be1bb5a8dd1eb08f5a)}
	git rev-parse --verify --quiet "$c^{commit}"
}
# Quickly, and without a sanitizer: it is the form of what it writes that counts.
if commit=$(other_commit) && [ ! -x "$B/old/$commit/build/igvm" ]; then
	mkdir -p "$B/old/$commit" && git archive "$commit" | tar -xf - -C "$B/old/$commit" || commit=
fi
if [ -n "$commit" ] && make -s -j2 -C "$B/old/$commit" SAN= WERROR= B=build CFLAGS=-O0 hardening= build/igvm > "$tmp/make" 2>&1; then
	other=$B/old/$commit/build/igvm
	echo "# the other build: commit $commit"
else
	[ -z "$commit" ] || sed 's/^/# /' "$tmp/make" | tail -5
	make -s -j2 SAN= WERROR= B="$B/old/same" version=0.0.9 CFLAGS=-O0 hardening= "$B/old/same/igvm" > "$tmp/make" 2>&1
	ok "these sources build with another version" $? "$tmp/make"
	other=$B/old/same/igvm
	echo "# the other build: these sources, as 0.0.9"
fi

# --- an ordinary user's VM -------------------------------------------------------------------------
home=$tmp/home
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state \
	XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/run
mkdir -p "$home"/{config/igvm/vms,data,state,cache,run} "$tmp"/{ours,other}/share
cp "$B/igvm" "$tmp/ours/igvm"
cp "$other" "$tmp/other/igvm"
cp -r "$B/share/igvm" "$tmp/ours/share/"
cp -r "$B/share/igvm" "$tmp/other/share/"
cp "$B/tests/tools/fakeqemu" "$tmp/fakeqemu"
cp "$B/hosts/uhd730/igvm/qemu-caps.json" "$tmp/caps.json"
ln -s fakeqemu "$tmp/qemu"
printf '%s\n' FAKEQEMU_SCRIPT=normal "FAKEQEMU_CAPS=$tmp/caps.json" FAKEQEMU_LIFETIME=300 > "$tmp/qemu.settings"
printf '%s\n' '[vm]' "qemu = $tmp/qemu" 'os = linux' 'memory = 64M' 'accel = tcg' 'firmware = bios' '[igpu]' 'device = none' \
	> "$home/config/igvm/vms/vm.conf"
chmod -R u=rwX,go=rX "$tmp"
as=()
if [ "$(id -u)" = 0 ]; then
	as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	chown -R 65534:65534 "$home"
fi
ours() { "${as[@]}" "$tmp/ours/igvm" "$@"; }
other() { "${as[@]}" "$tmp/other/igvm" "$@"; }
pid=
cleanup() {
	ours kill vm > /dev/null 2>&1
	[ -z "$pid" ] || kill -KILL "$pid" 2> /dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

run=$home/run/igvm/vm
get() { perl -MJSON::PP -e 'local $/; open my $f, "<", $ARGV[0] or exit; my $v = decode_json(<$f>)->{$ARGV[1]};
	print defined $v ? $v : "null", "\n"' "$1" "$2" 2> /dev/null; }
field() { "$1" status --json vm > "$tmp/status" 2> /dev/null; get "$tmp/status" "$2"; }
holder() {
	awk -v inode="$(stat -c %i "$home/data/igvm/.lock/supervisor:vm" 2> /dev/null)" \
		'$2 == "FLOCK" { split($6, a, ":"); if (a[3] == inode) print $5 }' /proc/locks
}
wait_for() {	# WANTED COMMAND...
	local want=$1 i
	shift
	for ((i = 0; i < 500; i++)); do
		[ "$("$@")" = "$want" ] && return 0
		sleep 0.02
	done
	return 1
}
stat_of() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2> /dev/null | grep . || echo Z; }
exe() { readlink "/proc/$(holder)/exe"; }
# All files but logs.
picture() { (cd "$home" && find config data run state -type f ! -path '*/log/*' -exec sha256sum {} + | sort -k 2); }
# Without a supervisor: what it tells while it leaves is written by then.
leave() {
	kill -TERM "$(holder)"
	wait_for "" holder
}

# pass FIRST SECOND: a VM that FIRST has started goes over to SECOND
pass() {
	local first=$1 second=$2 name="from $1 to $2" started
	"$first" start vm > "$tmp/out" 2>&1
	ok "$name: it starts" $? "$tmp/out"
	pid=$(field "$first" pid)
	started=$(field "$first" started)
	is "$name: the supervisor of the one tells the other" "$(field "$second" state) $(field "$second" pid) $(field "$second" supervised)" \
		"running $pid 1"
	cp "$run/state.json" "$tmp/state.before"
	leave
	is "$name: without supervisor it is seen" "$(field "$second" state) $(field "$second" pid) $(field "$second" started)" \
		"unsupervised $pid $started"
	"$second" logs vm > "$tmp/out" 2>&1
	ok "$name: a verb adopts it" $? "$tmp/out"
	wait_for running field "$second" state
	is "$name: the same process, by a supervisor of the other" "$(field "$second" pid) $(exe)" "$pid $tmp/$second/igvm"
	cmp -s "$run/state.json" "$tmp/state.before"
	ok "$name: its record is as it was" $?
	is "$name: the first still asks it" "$(field "$first" state) $(field "$first" pid)" "running $pid"
	for verb in list metrics "pause vm" "resume vm" "events -n 1 vm"; do
		"$second" --help | grep -q "^  ${verb%% *} " || { echo "# $second has no ${verb%% *}"; continue; }
		# shellcheck disable=SC2086 # words
		"$second" $verb > "$tmp/out" 2>&1
		ok "$name: $verb" $? "$tmp/out"
	done
	"$second" stop --timeout 5 vm > "$tmp/out" 2>&1
	ok "$name: stop" $? "$tmp/out"
	is "$name: it is down, in order" "$(field "$second" state) $(get "$run/end.json" end)" "stopped clean"
	is "$name: the first reads how it ended" "$("$first" status vm | grep -c 'went down in order')" 1
	[ ! -e "$run/journal.json" ] && [ ! -S "$run/qmp" ]
	ok "$name: nothing is left of the run" $?
	pid=
}
pass other ours
pass ours other

# --- what is newer ---------------------------------------------------------------------------------
# refuses FILE VERB...: nothing of a newer version's is overwritten, QEMU is left alone
refuses() {
	local file=$1 code
	shift
	picture > "$tmp/before"
	timeout 60 "${as[@]}" "$tmp/ours/igvm" "$@" > "$tmp/out" 2>&1
	code=$?
	picture > "$tmp/after"
	case $code in 0 | 1 | 3 | 5 | 75) ;; *) false ;; esac
	ok "$file is newer: $* ends with a status of its own ($code)" $? "$tmp/out"
	diff "$tmp/before" "$tmp/after" > "$tmp/diff"
	ok "$file is newer: $* writes nothing" $? "$tmp/diff" "$tmp/out"
	kill -0 "$pid"
	ok "$file is newer: $* leaves QEMU alone" $?
	[ -z "$(holder)" ] || leave
}
ours start vm > "$tmp/out" 2>&1
ok "a VM runs" $? "$tmp/out"
pid=$(field ours pid)
leave
for file in state.json journal.json; do
	cp -p "$run/$file" "$tmp/kept"
	sed -i 's/"version": 1/"version": 99/' "$run/$file"
	grep -q '"version": 99' "$run/$file"
	ok "$file is of a newer version now" $?
	verbs=(cleanup start status)
	[ $file = journal.json ] || verbs+=(supervise stop)
	for verb in "${verbs[@]}"; do refuses $file "$verb" vm; done
	cp -p "$tmp/kept" "$run/$file"
done
ours stop --timeout 5 vm > "$tmp/out" 2>&1
ok "with its own it goes on: stop" $? "$tmp/out"
ours start vm > "$tmp/out" 2>&1
pid=$(field ours pid)
leave
# Dead, and its journal is newer's: what is in it nobody else undoes.
kill -KILL "$pid"
wait_for Z stat_of "$pid"
sed -i 's/"version": 1/"version": 99/' "$run/journal.json"
cp "$run/journal.json" "$tmp/journal"
for verb in cleanup start; do
	timeout 60 "${as[@]}" "$tmp/ours/igvm" $verb vm > "$tmp/out" 2>&1
	is "a newer journal of a run that is over: $verb fails" $? 1
	cmp -s "$run/journal.json" "$tmp/journal"
	ok "and leaves it" $?
done
pid=
echo "1..$n"
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# soak-supervisor.sh [LOG [ROUNDS]]: kills supervisors at random moments.
#
# Each round starts a real QEMU (no device), kills its supervisor somewhere between
# its first instruction and well after ready, and then wants: if launch had
# executed QEMU, the VM lives and is adopted again, each time; if not, nothing runs
# and the next start succeeds. Never two QEMUs. Every fourth round kills the launch
# too, every third kills a supervisor in the middle of a stop.
#
# LOG gets one line a round; a run that is cut short goes on where it was.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
igvm=${IGVM:-$B/igvm}
suprun=${TOOLS:-$B/tests/tools}/suprun
real=$(command -v "${QEMU:-qemu-system-x86_64}") || { echo "no QEMU"; exit 77; }
log=${1:-$B/soak-supervisor.log}
rounds=${2:-200}

tmp=$(mktemp -d) || exit 1
root=$tmp/root
mark=soak-$$-$RANDOM
mkdir -p "$root/etc/igvm/vms" "$root/var/lib/igvm" "$root/run/igvm"
: > "$root/etc/igvm/vms/soak.conf"
chmod -R u=rwX,go=rX "$tmp"
export LC_ALL=C LANGUAGE='' SUPRUN_QUIT_MS=5000 SUPRUN_ANSWER_MS=2000

qemus() {	# those of other users of this machine come and go
	local p
	for p in $(pgrep qemu-system-x86); do
		[ -r "/proc/$p/cmdline" ] && tr '\0' ' ' < "/proc/$p/cmdline" | grep -q -- "$mark" && echo "$p"
	done 2> /dev/null
}
cleanup() {
	local p
	for p in $(qemus); do kill -KILL "$p"; done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

vm() { "$igvm" --root "$root" "$@"; }
field() { vm status --json soak 2> /dev/null | sed -n "s/^  \"$1\": \"\{0,1\}\([^\",]*\).*/\1/p"; }
holder() {
	awk -v inode="$(stat -c %i "$root/run/igvm/lock/supervisor:soak" 2> /dev/null)" \
		'$2 == "FLOCK" { split($6, a, ":"); if (a[3] == inode) print $5 }' /proc/locks
}
ms() { sleep "$(printf '0.%03d' $((RANDOM % $1)))"; }
# Until the state is none of the passing ones.
settle() {
	local i s
	for ((i = 0; i < 500; i++)); do
		s=$(field state)
		case $s in unsupervised | stopped | running) break ;; esac
		sleep 0.02
	done
	echo "$s"
}
wrong() { echo "round $i: WRONG: $*" | tee -a "$log"; bad=$((bad + 1)); }

start() {	# sets sup; the rest goes on behind
	: > "$tmp/out"
	# shellcheck disable=SC2086
	"$suprun" "$root" start soak 60000 20000 "$real" -name "$mark" -accel tcg -machine q35 -S \
		-nodefaults -display none > "$tmp/out" 2>> "$tmp/err" &
	starter=$!
	local k
	for ((k = 0; k < 200; k++)); do
		sup=$(sed -n 's/^supervisor //p' "$tmp/out")
		[ -n "$sup" ] && return
		sleep 0.005
	done
}

bad=0
i=$(grep -c '^round [0-9]*: ' "$log" 2> /dev/null)
i=${i:-0}
while [ "$i" -lt "$rounds" ]; do
	i=$((i + 1))
	what=
	start
	[ -n "$sup" ] || { wrong "no supervisor: $(tail -1 "$tmp/err")"; continue; }
	# Most of what can go wrong is in the first moments.
	if [ $((i % 2)) -eq 0 ]; then ms 40; else ms 500; fi
	launched=
	if [ $((i % 4)) -eq 0 ]; then
		launched=$(pgrep -P "$sup")
		kill -KILL "$sup" $launched 2> /dev/null
		what="supervisor and launch, or what it had become, killed"
		# A process that was killed still holds its locks for a moment.
		for p in $launched; do
			for ((k = 0; k < 200; k++)); do
				grep -q '^State:[[:space:]]*[^ZX]' "/proc/$p/status" 2> /dev/null || break
				sleep 0.02
			done
		done
	else
		kill -KILL "$sup" 2> /dev/null
		what="supervisor killed"
	fi
	wait "$starter"
	pid=$(sed -n 's/^pid //p' "$tmp/out")
	s=$(settle)
	n=$(qemus | wc -l)
	case $s in
	unsupervised)
		[ -n "$launched" ] && wrong "launch was killed and runs"
		[ "$n" -eq 1 ] || wrong "$n QEMUs"
		pid=$(field pid)
		for ((k = 0; k < 2; k++)); do
			vm logs -n 1 soak > /dev/null 2>&1
			[ "$(field supervised)" = true ] || wrong "not adopted: $(field state)"
			[ "$(field pid)" = "$pid" ] || wrong "another process: $(field pid), not $pid"
			ms 100
			h=$(holder)
			[ -n "$h" ] && kill -KILL $h
		done
		what="$what, adopted twice"
		if [ $((i % 3)) -eq 0 ]; then
			vm stop --timeout 1 soak > "$tmp/stop" 2>&1 &
			stop=$!
			ms 900
			h=$(holder)
			[ -n "$h" ] && kill -KILL $h
			wait "$stop" || wrong "stop, its supervisor killed: $(cat "$tmp/stop")"
			what="$what, killed in a stop"
		else
			vm stop --timeout 0 soak > "$tmp/stop" 2>&1 || wrong "stop: $(cat "$tmp/stop")"
		fi
		;;
	stopped)
		[ -n "$launched" ] || [ -z "$pid" ] || wrong "QEMU had been executed and is gone"
		[ -n "$launched" ] || what="$what before QEMU"
		;;
	*)
		wrong "it is $s"
		;;
	esac
	[ "$(qemus | wc -l)" -eq 0 ] || wrong "a QEMU is left"
	[ "$(field state)" = stopped ] || wrong "not stopped: $(field state)"
	# Whatever was left half way, the next start succeeds.
	start
	wait "$starter" || wrong "the next start fails: $(tail -1 "$tmp/err")"
	[ "$(qemus | wc -l)" -eq 1 ] || wrong "$(qemus | wc -l) QEMUs after the next start"
	vm kill soak > /dev/null 2>&1 || wrong "kill"
	echo "round $i: $what" >> "$log"
done
n=$(grep -c 'WRONG' "$log")
echo "$(grep -c '^round [0-9]*: [^W]' "$log") rounds, $n wrong; $(grep -c 'adopted twice' "$log") adopted, \
$(grep -c 'before QEMU' "$log") before QEMU was executed, $(grep -c 'in a stop' "$log") in a stop"
[ "$n" -eq 0 ]

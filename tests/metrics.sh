#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `igvm metrics`: what monitoring is told of VMs that run, have ended, hang and may not be seen, in a text that
# Prometheus can read.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/tools/supervised.bash
. tests/tools/supervised.bash

# sample METRIC NAME [LABEL]: its value; "-" without one
sample() {
	local v
	v=$(sed -n "s/^igvm_vm_$1{vm=\"$2\",scope=\"system\"${3:+,$3}} //p" "$tmp/out")
	echo "${v:--}"
}
reads() {	# DESCRIPTION: what is in out is Prometheus' text
	tests/schema/prom.pl "$tmp/out" > "$tmp/faults"
	ok "$1: as Prometheus' format is written" $? "$tmp/faults"
	if command -v promtool > /dev/null; then
		promtool check metrics < "$tmp/out" > "$tmp/faults" 2>&1
		ok "$1: promtool has nothing to say" $? "$tmp/faults"
	else
		skip "$1: promtool has nothing to say" "promtool is not installed"
	fi
}
# begin NAME [SETTING...]: sets $pid and $sup
begin() {
	local name=$1
	shift
	ln -sf fakeqemu "$tmp/fq-$name"
	printf '%s\n' FAKEQEMU_SCRIPT=normal "$@" > "$tmp/fq-$name.settings"
	chmod 644 "$tmp/fq-$name.settings"
	: > "$root/etc/igvm/vms/$name.conf"
	"$tools/suprun" "$root" start "$name" 5000 3000 "$tmp/fq-$name" > "$tmp/started" 2> "$tmp/log"
	pid=$(sed -n 's/^pid //p' "$tmp/started")
	sup=$(sed -n 's/^supervisor //p' "$tmp/started")
	[ -n "$pid" ] && echo "$pid" > "$tmp/pids/$name"
}
metrics() { vm metrics "$@" > "$tmp/out" 2> "$tmp/err"; }

# The checker can fail: each of these is a fault.
good='# HELP a_total x\n# TYPE a_total counter\na_total{b="c"} 1\n'
while IFS= read -r text; do
	printf '%b' "$text" > "$tmp/wrong"
	! tests/schema/prom.pl "$tmp/wrong" > /dev/null
	ok "refused by the checker: $text" $?
done << E2
${good}a_total{b="c"} 2\n
# TYPE a_total counter\na_total{} 1\n
# HELP a x\n# TYPE a counter\na{} 1\n
${good}a_total{b="d\\\\q"} 1\n
${good}other{b="c"} 1\n
${good}a_total{b="d",b="e"} 1\n
# HELP a_total x\n# TYPE a_total counter\na_total{b="c"} 1
E2
printf '%b' "$good" > "$tmp/right"
tests/schema/prom.pl "$tmp/right"
ok "and what is right is not" $?

metrics
is "without any VM: 0" $? 0
reads "no VM"
is "which igvm" "$(sed -n 's/^igvm_build_info{version="\(.*\)"} 1$/\1/p' "$tmp/out")" \
	"$("$igvm" --version | sed 's/^igvm //')"

: > "$root/etc/igvm/vms/never.conf"
begin good FAKEQEMU_AGENT=yes
begin quiet
wait_for true eval "vm status --json good | sed -n 's/^ *\"agent\": \(.*\),/\1/p'"
metrics
is "with VMs: 0" $? 0
reads "VMs"
is "up" "$(sample up good) $(sample up quiet) $(sample up never)" "1 1 0"
is "state: one of them" "$(sample state good 'state="running"') $(sample state good 'state="stopped"')" "1 0"
is "of one that never ran" "$(sample state never 'state="stopped"')" 1
is "supervised" "$(sample supervised good) $(sample supervised never)" "1 0"
is "the agent has its port open, or not, or there is none" \
	"$(sample guest_agent_connected good) $(sample guest_agent_connected quiet) $(sample guest_agent_connected never)" "1 0 -"
is "no disk error" "$(sample paused_by_io_error good) $(sample io_errors_total good)" "0 0"
is "never verified: no sample" "$(sample verified good) $(sample verified_time_seconds good)" "- -"
is "started once" "$(sample starts_total good) $(sample starts_total never)" "1 -"
is "no end yet" "$(sample last_end good 'kind="clean"') $(sample last_end_time_seconds good)" "- -"
[ "$(sample start_time_seconds good)" -gt $(($(date +%s) - 60)) ]
ok "when it was started" $?
is "states are those of the schema" \
	"$(sed -n 's/^igvm_vm_state{vm="good",.*state="\([a-z]*\)".*/\1/p' "$tmp/out" | sort | tr '\n' ' ')" \
	"$(perl -MJSON::PP -0777 -ne 'print map "$_ ", sort @{decode_json($_)->{properties}{state}{enum}}' tests/schema/status.json)"

# One alone, and into a file.
metrics good
is "NAME alone" "$(grep -c 'vm="quiet"' "$tmp/out") $(sample up good)" "0 1"
vm metrics --output "$tmp/igvm.prom" > "$tmp/out" 2>&1
is "--output: 0, nothing printed" "$? $(wc -c < "$tmp/out")" "0 0"
is "--output: readable by all, whatever the umask is" \
	"$( (umask 077; vm metrics -o "$tmp/tight.prom") && stat -c %a "$tmp/igvm.prom" "$tmp/tight.prom" | tr '\n' ' ')" "644 644 "
mkdir "$tmp/folder"
vm metrics --output "$tmp/folder/igvm.prom"
is "--output: nothing else is left in the folder" "$(ls -A "$tmp/folder")" igvm.prom
ln -s "$tmp/target" "$tmp/folder/link.prom"
echo mine > "$tmp/target"
vm metrics --output "$tmp/folder/link.prom"
is "--output: a link is replaced, not followed" "$(cat "$tmp/target")" mine
mkfifo "$tmp/folder/pipe"
ln -s pipe "$tmp/folder/to-pipe"
vm metrics --output "$tmp/folder/to-pipe" > "$tmp/out" 2>&1
is "--output: what is no file, as /dev/stdout, is refused" "$? $(stat -c %F "$tmp/folder/to-pipe")" "2 symbolic link"
has "... with a sentence" "$tmp/out" 'to-pipe: is there and not a regular file'
vm metrics --output "$tmp/none/igvm.prom" > "$tmp/out" 2>&1
is "--output into nowhere: 1" $? 1
grep -q "none/igvm.prom: No such file" "$tmp/out"
ok "and says where" $? "$tmp/out"
vm metrics absent > /dev/null 2>&1
is "no such VM: 4" $? 4
vm metrics good quiet > /dev/null 2>&1
is "two names: 2" $? 2

# An end, then another run.
vm stop good > /dev/null 2>&1
metrics
is "ended" "$(sample up good) $(sample last_end good 'kind="clean"') $(sample last_end good 'kind="failed"')" "0 1 0"
ended=$(sample last_end_time_seconds good)
[ "$ended" -gt $(($(date +%s) - 60)) ]
ok "when it ended" $?
begin good
metrics
is "started again" "$(sample starts_total good)" 2
is "the end of the run before is known while the next runs" \
	"$(sample last_end good 'kind="clean"') $(sample last_end_time_seconds good)" "1 $ended"

# What verify has left.
mkdir -p "$root/var/lib/igvm/good" "$root/var/lib/igvm/quiet" "$root/var/lib/igvm/never"
echo '{"version": 1, "kind": "verified", "verdict": "works", "time": 1700000000}' > "$root/var/lib/igvm/good/verify.json"
echo '{"version": 1, "kind": "verified", "verdict": "broken", "time": 1700000001}' > "$root/var/lib/igvm/quiet/verify.json"
echo '{"version": 2, "verdict": [[[[' > "$root/var/lib/igvm/never/verify.json"
metrics
is "verdicts" "$(sample verified good) $(sample verified quiet) $(sample verified never)" "1 0 -"
is "and when" "$(sample verified_time_seconds good) $(sample verified_time_seconds quiet)" "1700000000 1700000001"

# A supervisor that hangs, one that is gone.
kill -STOP "$sup"
metrics quiet
metrics good
is "a supervisor that does not answer: the state is not known, and there is no 0" \
	"$(sample status_known good) $(sample up good) $(sample state good 'state="running"')" "0 - -"
is "what does not come from it is told all the same" "$(sample verified good)" 1
reads "a supervisor that hangs"
kill -CONT "$sup"
kill -KILL "$sup"
wait_for unsupervised eval "vm status --json good | sed -n 's/^ *\"state\": \"\(.*\)\",/\1/p'"
metrics
is "without a supervisor: up, and nobody watches" \
	"$(sample up good) $(sample supervised good) $(sample state good 'state="unsupervised"')" "1 0 1"
is "what only a supervisor knows has no sample" "$(sample guest_agent_connected good) $(sample resets_total good)" "- -"

# An ordinary user: what he may see.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	chmod 700 "$root/run/igvm/quiet"
	env -u HOME setpriv --reuid 65534 --regid 65534 --clear-groups "$igvm" --root "$root" metrics > "$tmp/out" 2> "$tmp/err"
	is "without root, and without a HOME: 0" "$? $(cat "$tmp/err")" "0 "
	reads "without root"
	is "a VM that may not be seen is there, and that is all" \
		"$(sample status_known quiet) $(sample up quiet)" "0 -"
else
	skip "what somebody else may see" "not root"
fi
vm kill quiet > /dev/null 2>&1
vm kill good > /dev/null 2>&1
echo "1..$n"
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm verify against guests that are played: a pretended QEMU and a pretended guest agent, whose
# answers are those of Windows guests with every fault, and of agents that do what none should.
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/tools/verify_guest.bash
. tests/tools/verify_guest.bash

# --- a healthy guest ---------------------------------------------------------------------------------

name=win
answers 0
guest win windows "guest-exec log $tmp/win.exec
guest-exec-status output $tmp/win.answer"
touch "$tmp/win.exec" && chmod 666 "$tmp/win.exec"
verify win
is "a healthy Windows: exit status" "$code" 0
is "a healthy Windows: works" "$verdict $cause" "works null"
is "the answer is marked as the guest's claim" "$(get "$tmp/win.json" guest.claimed)" 1
is "the record says works" "$(get "$root/var/lib/igvm/win/verify.json" verdict)" works
is "it is its owner's alone" "$(stat -c %a "$root/var/lib/igvm/win/verify.json")" 600
is "its manifest knows the driver" "$(get "$root/var/lib/igvm/win/verify.json" manifest.driver)" \
	"igfxnDO 32.0.101.7000 6-1-2025"

# What the guest was given is our script, as PowerShell takes it.
perl -MJSON::PP -MMIME::Base64 -MEncode -e '
	local $/; open my $f, "<", $ARGV[0]; my $a = decode_json((split /\n/, <$f>)[0])->{arguments};
	my @w = @{$a->{arg}}; length("@w") < 32000 or die "too long for CreateProcess\n";
	$a->{path} eq "powershell.exe" && $w[-2] eq "-EncodedCommand" or die "@w[0 .. $#w - 1]\n";
	print decode("UTF-16LE", decode_base64($w[-1]))' "$tmp/win.exec" > "$tmp/decoded" 2> "$tmp/err"
ok "the script goes as -EncodedCommand, short enough for Windows" $? "$tmp/err"
{ printf "\$quick=''\n"; sed 's/^[ \t]*//; /^#/d; /^$/d' vm-templates/guest/look-windows.ps1; } > "$tmp/script"
cmp -s "$tmp/script" "$tmp/decoded"
ok "... and is the one we ship" $? <(diff "$tmp/script" "$tmp/decoded" | head -5)

vm verify win > "$tmp/out" 2> "$tmp/err"
has "for people: works" "$tmp/out" '^win: works: the guest.s driver runs$'
has "... under a heading that says whose word it is" "$tmp/out" 'The guest says:'

# What waits for the record: taking the emulated display away.
cp "$root/etc/igvm/vms/win.conf" "$tmp/win.conf"
vm set win display=monitor > "$tmp/out" 2> "$tmp/err"
is "display=monitor is allowed now" $? 0
cp "$tmp/win.conf" "$root/etc/igvm/vms/win.conf"

# Broken after it has worked: what changed.
answers 43 '{"vbs": 2, "igpu": {"version": "32.0.101.7100"}}'
vm verify win > "$tmp/out" 2> "$tmp/err"
is "it breaks: exit status" $? 6
has "one cause" "$tmp/out" '^win: broken: guest.vbs$'
has "... what was seen" "$tmp/out" '^  seen: Windows: virtualization-based security runs'
has "... the mechanism" "$tmp/out" '^  why:  Under virtualization-based security'
has "... one step" "$tmp/out" '^  next: switch Memory Integrity'
has "... where to read on" "$tmp/out" '^  more: igvm explain guest.vbs$'
has "what changed since it worked" "$tmp/out" 'driver: igfxnDO 32.0.101.7000 6-1-2025 -> igfxnDO 32.0.101.7100'
is "the record says broken" "$(get "$root/var/lib/igvm/win/verify.json" verdict)" broken
vm set win display=monitor > "$tmp/out" 2> "$tmp/err"
is "... and display=monitor is refused again" $? 5
is "... and still when it worked, with what" \
	"$(get "$root/var/lib/igvm/win/verify.json" worked.manifest.driver)" "igfxnDO 32.0.101.7000 6-1-2025"

# A record of a newer igvm is neither used nor touched.
cp "$root/var/lib/igvm/win/verify.json" "$tmp/kept"
echo '{"version": 99, "kind": "verified", "new": true}' > "$root/var/lib/igvm/win/verify.json"
vm verify win > "$tmp/out" 2> "$tmp/err"
is "a manifest of a newer igvm: refused" $? 1
has "... which it says" "$tmp/err" 'newer igvm'
has "... and unwritten" "$root/var/lib/igvm/win/verify.json" '"version": 99'
echo nonsense > "$root/var/lib/igvm/win/verify.json"
verify win
is "a manifest that is none is replaced" "$(get "$root/var/lib/igvm/win/verify.json" verdict)" broken

# Without a supervisor of ours one is started; a look leaves the agent free for the stop.
vm stop win > "$tmp/out" 2> "$tmp/err"
is "after a look the VM can be stopped" $? 0
vm verify win > "$tmp/out" 2> "$tmp/err"
is "a VM that does not run: exit status 3" $? 3
has "... one sentence" "$tmp/err" 'does not run: start it, then verify'

# --- every problem code ------------------------------------------------------------------------------

name=codes
answers 0
guest codes windows "guest-exec-status output $tmp/codes.answer"
while read -r problem want more; do
	answers "$problem" "$more"
	verify codes
	is "Windows' code $problem ${more:-}" "$verdict $cause $code" "broken $want 6"
done << 'EOF'
1 guest.no-driver
3 guest.driver-damaged
10 guest.code-10
12 guest.no-resources
14 guest.restart-needed
18 guest.driver-damaged
19 guest.driver-damaged
21 guest.restart-needed
22 guest.disabled
24 guest.vanished
28 guest.no-driver {"igpu": {"service": "", "provider": "", "version": ""}}
31 guest.code-31
32 guest.driver-damaged
37 guest.driver-damaged
39 guest.driver-damaged
43 guest.code-43
43 guest.vbs {"vbs": 2}
43 guest.hyperv {"hyperv": ["vmcompute"]}
43 guest.hypervisor-hidden {"hypervisor": false}
43 guest.driver-bad {"igpu": {"version": "32.0.101.8515"}}
43 guest.code-43 {"one": 1, "name": "Microsoft Windows 11 \u5c08\u696d\u7248"}
44 guest.driver-dead
45 guest.vanished
48 guest.driver-refused
52 guest.driver-refused
54 guest.restart-needed
0 guest.basic-driver {"igpu": {"service": "BasicDisplay", "provider": "Microsoft"}}
0 guest.no-igpu {"displays": []}
EOF
answers 0 '{"one": 1}'
verify codes
is "one adapter" "$verdict" works
answers 0 '{"igpu": {"problem": null}, "errors": ["displays: denied"]}'
verify codes
is "not told is not yes" "$verdict $code" "unknown 1"
finds codes guest.unread
is "... and what was seen before stays on record" "$(get "$root/var/lib/igvm/codes/verify.json" verdict)" works

# --- agents ------------------------------------------------------------------------------------------

# agent ROWS END FINDING [OPTIONS]: what the agent does, how the look ends, what is said
agent() {
	printf '%s\n' "$1" > "$tmp/codes.agent"
	local before=$SECONDS
	# shellcheck disable=SC2086 # options, separate words
	verify codes --timeout 3 ${4:-}
	is "agent: $(head -n 1 <<< "${1:-silent}" | cut -c1-60)" \
		"$verdict $code $(get "$tmp/codes.json" guest.end)" "unknown 1 $2"
	[ -z "$3" ] || finds codes "$3"
	[ $((SECONDS - before)) -le 20 ]
	ok "... in bounded time" $?
}
answers 0
agent 'guest-sync-delimited silent' absent guest.no-agent
agent 'guest-info error The command guest-info has been disabled' old guest.agent-old
agent 'guest-info value {"version": "2.4.0", "supported_commands": [{"name": "guest-ping", "enabled": true}]}' \
	old guest.agent-old
agent 'guest-info value {"version": "8", "supported_commands": [{"name": "guest-exec", "enabled": false}, {"name": "guest-exec-status", "enabled": true}]}' \
	old guest.agent-old
agent 'guest-info value 17' garbage guest.answer-bad
agent 'guest-exec error Failed to execute child process powershell.exe (No such file)' no-shell guest.no-shell
has "... the agent's own sentence is told" "$tmp/codes.json" 'Failed to execute child process'
agent 'guest-exec value {"pid": -4}' garbage guest.answer-bad
agent 'guest-exec hangup' gone guest.gone
agent 'guest-exec reset' reset guest.restarted
agent 'guest-exec-status error PID 4242 does not exist' reset guest.restarted
agent 'guest-exec-status running' slow guest.slow
agent "guest-exec-status cut 300 $tmp/codes.answer" garbage guest.answer-bad
agent 'guest-exec-status value {"exited": true, "exitcode": 0}' garbage guest.answer-bad
agent 'guest-exec-status value {"exited": true, "exitcode": 0, "out-data": "%%%"}' garbage guest.answer-bad
agent 'guest-exec-status value {"exited": "yes"}' garbage guest.answer-bad
agent 'guest-exec-status garbage 1048576' garbage guest.answer-bad
agent "guest-exec-status other {\"exited\": true, \"exitcode\": 0, \"out-data\": \"e30=\"}" slow guest.slow
agent 'guest-exec-status flood' garbage guest.answer-bad
head -c 200000 /dev/urandom > "$tmp/codes.random"
chmod 644 "$tmp/codes.random"
agent "guest-exec-status output $tmp/codes.random" garbage guest.answer-bad
printf '\033]0;owned\007\033[31m{"look": 1}' > "$tmp/codes.escape"
chmod 644 "$tmp/codes.escape"
agent "guest-exec-status output $tmp/codes.escape" garbage guest.answer-bad
agent 'guest-exec error bad \u001b[31m\u0007 text' no-shell guest.no-shell
! grep -q "$(printf '\033')" "$tmp/codes.json"
ok "control characters of the guest do not get through" $?

# The supervisor has kept its head through all of it.
vm status codes > "$tmp/out"
is "the supervisor answers after that" $? 0

# An exit code other than 0 says nothing about the answer, which is whole.
printf 'guest-exec-status status 1 %s\n' "$tmp/codes.answer" > "$tmp/codes.agent"
verify codes
is "a script that failed at its end and answered whole" "$verdict" works

# --- two at once, and a stop in between ------------------------------------------------------------------

# asked: wait until the script "runs" in the guest of codes, which it does until told otherwise
asked() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ -s "$tmp/codes.asked" ] && return
		sleep 0.02
	done
}
running() {
	rm -f "$tmp/codes.asked"
	touch "$tmp/codes.asked" && chmod 666 "$tmp/codes.asked"
	printf 'guest-exec-status log %s\nguest-exec-status running\n' "$tmp/codes.asked" > "$tmp/codes.agent"
}
running
"$igvm" --root "$root" exec codes -- /bin/true > "$tmp/first" 2>&1 &
first=$!
asked
vm verify codes > "$tmp/out" 2> "$tmp/err"
is "while a program runs there by exec: refused" $? 75
has "... plainly" "$tmp/err" 'is being asked by somebody else'
kill -9 $first
{ wait $first; } 2> /dev/null
running
vm verify codes > "$tmp/first" 2>&1 &
first=$!
asked
vm verify codes > "$tmp/out" 2> "$tmp/err"
is "two at once: the second is refused" $? 75
has "... plainly" "$tmp/err" 'somebody else looks into the guest'
vm verify --wait --timeout 40 codes > "$tmp/out" 2> "$tmp/err" &
second=$!
sleep 0.5
printf 'guest-exec-status output %s\n' "$tmp/codes.answer" > "$tmp/codes.agent"
wait $second
is "... or waits its turn" $? 0
wait $first
is "... and the first is not disturbed" $? 0

running
vm --json verify codes > "$tmp/codes.json" 2> "$tmp/err" &
first=$!
asked
vm stop codes > "$tmp/out" 2> "$tmp/err"
is "a stop goes through while somebody looks" $? 0
wait $first
is "... who is told" "$? $(get "$tmp/codes.json" guest.end)" "1 stopped"

# --- waiting, and how quick --------------------------------------------------------------------------------

name=late
answers 43 '{"uptime": "5"}'
guest late windows "guest-exec-status output $tmp/late.answer"
(sleep 3; windows 0 > "$tmp/late.new"; chmod 644 "$tmp/late.new"; mv "$tmp/late.new" "$tmp/late.answer") &
verify late --wait --timeout 30
is "--wait waits for a guest that is on its way up" "$verdict" works
answers 43
before=$SECONDS
verify late --wait --timeout 30
is "... and not for one that is up" "$verdict $((SECONDS - before < 5))" "broken 1"
answers 0
verify late --quick
is "--quick" "$verdict $(get "$tmp/late.json" guest.quick)" "works 1"
best=999999
for _ in 1 2 3 4 5; do
	t=${EPOCHREALTIME/./}
	vm verify --quick late > /dev/null 2>&1
	t=$(((${EPOCHREALTIME/./} - t) / 1000))
	[ $t -lt $best ] && best=$t
done
[ $best -le 300 ]
ok "verify --quick beside the guest's own time: at most 300 ms ($best ms)" $?
ends late

# Who starts it holds its lock long before QEMU runs.
cp "$root/etc/igvm/vms/late.conf" "$root/etc/igvm/vms/soon.conf"
mkdir -p "$root/run/igvm/lock"
flock "$root/run/igvm/lock/soon" sh -c 'touch "$1"; sleep 2' sh "$tmp/held" &
first=$!
for _ in {1..100}; do [ -e "$tmp/held" ] && break; sleep 0.05; done
before=${EPOCHREALTIME/./}
vm verify soon --wait > "$tmp/out" 2> "$tmp/err"
is "--wait waits for a start that goes on, and says so when nothing came of it" $? 3
[ $(((${EPOCHREALTIME/./} - before) / 1000)) -ge 1500 ]
ok "... as long as that lasted" $?
wait $first

# --- what is seen from outside ---------------------------------------------------------------------------------

# outside NAME CAUSE: the guest claims to be well
outside() {
	name=$1
	answers 0
	guest "$1" windows "guest-exec-status output $tmp/$1.answer"
	verify "$1"
	is "$1: whatever the guest claims" "$verdict $cause $code" "broken $2 6"
	ends "$1"
}
sed 's/"address": 4026531840/"address": -1/' "$tmp/pci.json" > "$tmp/unmapped.json"
echo '{"query-pci": [{"bus": 0, "devices": []}], "qom-get": true}' > "$tmp/none.json"
printf 'status io-error\nserve\n' > "$tmp/paused"
chmod 644 "$tmp"/*.json "$tmp/paused"
CAPS=$tmp/unmapped.json outside unmapped verify.bar-unmapped
CAPS=$tmp/none.json outside taken verify.no-device
WORDS=vfio-pci,id=usb0 outside other verify.no-device
cp "$tmp/normal" "$tmp/kept"
cp "$tmp/paused" "$tmp/normal"
outside paused verify.not-running
printf 'serve\n' > "$tmp/normal"
outside untraced probe.opregion-not-applied
cp "$tmp/kept" "$tmp/normal"

# --- use ----------------------------------------------------------------------------------------------------------

name=comp
answers 0 '{"monitors": [], "transforms": [], "igpu": {"runtime": false}}'
guest comp windows "guest-exec-status output $tmp/comp.answer" 'use = compute'
verify comp
is "use = compute: without Quick Sync it is no use" "$verdict $cause" "broken guest.no-quick-sync"
answers 0 '{"monitors": []}'
verify comp
is "... and an output without monitor is no fault" "$verdict $cause" "works null"
sed -i 's/use = compute/use = desktop/' "$root/etc/igvm/vms/comp.conf"
verify comp
is "use = desktop without any picture" "$verdict $cause" "broken output.none"
has "... a dummy plug first, then the OpRegion as an experiment" "$tmp/comp.json" 'dummy plug.*opregion = off'
answers 0 '{"monitors": [], "console": false, "remote": true}'
verify comp
is "a remote session is told from the console's" "$verdict" works
finds comp guest.remote-session
ends comp

# --- usage ------------------------------------------------------------------------------------------------------------

vm verify > "$tmp/out" 2> "$tmp/err"
is "without a name" $? 2
vm verify nobody > "$tmp/out" 2> "$tmp/err"
is "no such VM" $? 4
vm verify --timeout 0 late > "$tmp/out" 2> "$tmp/err"
is "a timeout of 0" $? 2
printf '[vm]\nos = linux\n' > "$root/etc/igvm/vms/plain.conf"
vm verify plain > "$tmp/out" 2> "$tmp/err"
is "a VM without an iGPU" $? 2
has "... says so" "$tmp/err" 'has no iGPU'
echo "1..$n"

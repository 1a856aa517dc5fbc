#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A supervisor, the verbs that talk to it, and everything QEMU can do to them:
# first with the pretended QEMU, then with a real one (without any device).
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/tools/supervised.bash

# --- starts that fail -----------------------------------------------------------
fails() {	# BEHAVIOUR END EXIT_CODE SIGNAL TEXT
	local name=bad-$1
	fake "$name" "$1"
	start "$name" 700
	is "$1: the start fails" "$status" 1
	has "$1: says why" "$tmp/$name.log" "$5"
	# The waiter is told when everything is done.
	is "$1: recorded" "$(end_of "$name" end) $(end_of "$name" exit_code) $(end_of "$name" signal_name)" \
		"$2 $3 $4"
	is "$1: never ready" "$(end_of "$name" ready)" 0
	nothing_left "$name"
}
fails dies-before-greeting permanent 1 null 'failed QEMU ended with exit code 1: fakeqemu: cannot set up'
fails greets-then-aborts failed null ABRT 'failed QEMU was ended by signal SIGABRT: fakeqemu: error: failed'
fails dies-in-handshake permanent 1 null 'failed QEMU ended with exit code 1'
fails half-a-line-then-dies permanent 1 null 'failed QEMU ended with exit code 1'
for b in hangs hangs-after-greeting half-a-line not-qmp refuses-capabilities deaf endless-line; do
	fails $b failed null KILL 'failed QEMU did not answer within'
done

# --- how it goes down ---------------------------------------------------------------
fake good normal
start good 5000
is "a start succeeds when query-status has answered" "$status" 0
is "running" "$(state good)" running
is "its process is QEMU" "$(get "$tmp/status" pid)" "$pid"
vm status good > "$tmp/out"
is "status of a VM that runs: 0" $? 0
has "status names process and state" "$tmp/out" '^good: running'
vm stop good > "$tmp/out" 2>&1
is "stop: 0" $? 0
has "stop says that it is stopped" "$tmp/out" '^good is stopped\.$'
is "the guest went down: clean" "$(end_of good end) $(end_of good reason) $(end_of good by)" \
	"clean guest-shutdown powerdown"
is "exit status known by reaping" "$(end_of good exit_code) $(end_of good exit_from)" "0 wait"
nothing_left good
vm status good > "$tmp/out"
is "status of a VM that does not run: 3" $? 3
has "status tells the end of the last run" "$tmp/out" 'last run went down in order'
vm stop good > "$tmp/out"
is "stop of a stopped VM: 0" $? 0
has "with a line" "$tmp/out" '^good does not run\.$'
vm kill good > "$tmp/out"
is "kill of a stopped VM: 0" $? 0

fake agent ignores-powerdown FAKEQEMU_AGENT=yes
start agent 5000
vm stop agent > "$tmp/out" 2>&1
is "a guest deaf to its power button goes down by the agent" \
	"$(end_of agent end) $(end_of agent by)" "clean agent"

fake typist deaf-keys
start typist 5000
vm type typist ret > "$tmp/out" 2>&1
is "a QEMU that does not take keys: 1" $? 1
has "and why" "$tmp/out" 'QEMU took too long'
vm type typist ret > "$tmp/out" 2>&1
is "the next key, while QEMU still has that one: 75" $? 75
has "and why" "$tmp/out" 'somebody else is typing'
is "the supervisor is well" "$(state typist)" running
vm kill typist > /dev/null

fake button ignores-powerdown
start button 5000
vm stop --timeout 1 button > "$tmp/out" 2>&1
is "one without agent: QEMU is told to quit" "$(end_of button end) $(end_of button by)" "clean quit"
has "stop says so" "$tmp/out" 'QEMU was told to quit'

fake stubborn ignores-stop
start stubborn 5000
vm stop --timeout 0 stubborn > "$tmp/out" 2>&1
is "the last rung: killed" "$(end_of stubborn end) $(end_of stubborn by) $(end_of stubborn signal_name)" \
	"forced kill KILL"
has "stop says by force" "$tmp/out" '^stubborn was stopped by force\.$'

fake linger lingers
start linger 5000
vm stop linger > "$tmp/out" 2>&1
is "the guest is down and QEMU stays: ended" "$(alive "$pid"; echo $?)" 1
nothing_left linger

fake alone guest-shuts-down
start alone 5000
wait_for stopped state alone
is "a guest that goes down by itself is a clean end" "$(end_of alone end) $(end_of alone reason)" \
	"clean guest-shutdown"

fake killed normal
start killed 5000
vm kill killed > "$tmp/out"
is "kill: 0" $? 0
is "kill is recorded as force" "$(end_of killed end) $(end_of killed by)" "forced kill"

fake crash normal
start crash 5000
kill -ABRT "$pid"
wait_for stopped state crash
is "a crash is a failure" "$(end_of crash end) $(end_of crash signal_name)" "failed ABRT"
vm status crash > "$tmp/out"
has "status names the signal" "$tmp/out" 'failed at .*SIGABRT'

fake manager normal
start manager 5000
kill -STOP "$sup"
kill -KILL "$pid"
wait_gone "$pid"
kill -TERM "$sup"
kill -CONT "$sup"
wait_gone "$sup"
is "told to leave when QEMU has just ended: the end is recorded first" \
	"$(end_of manager end) $(end_of manager signal_name)" "failed KILL"

# --- silence ----------------------------------------------------------------------
fake quiet normal
start quiet 5000
kill -STOP "$pid"
sleep 1.1
state quiet > /dev/null # the question makes the supervisor look
t0=$(date +%s%N)
vm status quiet > "$tmp/out"
t1=$(date +%s%N)
ok "status of a stopped QEMU answers at once" $(((t1 - t0) / 1000000 > 1000))
wait_for deaf state quiet
is "a QEMU that is silent is deaf, not dead" "$(state quiet)" deaf
is "since when is told" "$(($(get "$tmp/status" unresponsive_since) > 1000000000))" 1
kill -CONT "$pid"
wait_for running state quiet
is "its late answer ends that" "$(state quiet) $(get "$tmp/status" unresponsive_since)" "running null"
kill -STOP "$pid"
vm stop --timeout 1 quiet > "$tmp/out" 2>&1
is "a stopped QEMU is stopped by force" "$(end_of quiet end) $(alive "$pid"; echo $?)" "forced 1"

# --- on trial ---------------------------------------------------------------------------
fake tried normal
SUPRUN_TRIAL_MS=4000 start tried 5000
is "a start on trial runs" "$status $(state tried)" "0 running"
is "status says until when" "$([ "$(get "$tmp/status" trial_until)" -gt "$(date +%s)" ]; echo $?)" 0
wait_gone "$pid"
wait_for stopped state tried
is "nobody confirms: it is shut down in order" "$(end_of tried end) $(end_of tried by)" "clean powerdown"
nothing_left tried
vm confirm tried > "$tmp/out" 2>&1
is "a confirmation of what does not run: 3" $? 3

SUPRUN_TRIAL_MS=4000 start tried 5000
vm confirm tried > "$tmp/out" 2>&1
is "confirm: 0" $? 0
has "confirm says that it is kept" "$tmp/out" '^tried is kept'
vm confirm tried > "$tmp/out" 2>&1
is "twice is as good as once" $? 0
kill -KILL "$sup"
wait_gone "$sup"
sleep 4.1
vm logs tried > /dev/null 2>&1
wait_for running state tried
sleep 0.3
is "another supervisor knows that it was confirmed" "$(state tried) $(get "$tmp/status" trial_until)" \
	"running null"
vm stop tried > "$tmp/out" 2>&1

SUPRUN_TRIAL_MS=1500 start tried 5000
kill -KILL "$sup"
wait_gone "$sup"
sleep 1.6
is "a dead supervisor ends no trial" "$(state tried)" unsupervised
vm logs tried > /dev/null 2>&1
wait_gone "$pid"
wait_for stopped state tried
is "the next one does at once; the confirmation of an earlier run is none" "$(end_of tried end)" clean
nothing_left tried

fake slow slow
SUPRUN_TRIAL_MS=2000 start slow 10000
is "a QEMU that takes longer than the trial: it counts from ready" \
	"$status $(state slow) $([ "$(get "$tmp/status" trial_until)" -gt "$(date +%s)" ]; echo $?)" "0 running 0"
wait_gone "$pid"
wait_for stopped state slow
is "and then ends it" "$(end_of slow end) $(end_of slow by)" "clean powerdown"

fake untried normal
start untried 5000
vm confirm untried > "$tmp/out" 2>&1
is "a confirmation without a trial: 0" $? 0
has "and says so" "$tmp/out" 'not on trial'
vm stop untried > "$tmp/out" 2>&1

# --- the supervisor comes and goes ------------------------------------------------------
fake orphan normal
start orphan 5000
kill -KILL "$sup"
wait_gone "$sup"
is "a killed supervisor leaves the VM" "$(alive "$pid"; echo $?) $(state orphan)" "0 unsupervised"
vm status orphan > "$tmp/out"
is "status of it: 0" $? 0
has "status says that nobody watches" "$tmp/out" 'unsupervised'
vm logs orphan > "$tmp/out" 2>&1
wait_for running state orphan
is "a verb that needs a supervisor starts one" "$(state orphan) $(get "$tmp/status" pid)" "running $pid"
vm stop orphan > "$tmp/out" 2>&1
is "and stops it" "$(end_of orphan end) $(end_of orphan reason)" "clean guest-shutdown"
nothing_left orphan

fake term normal
start term 5000
kill -TERM "$sup"
wait_gone "$sup"
is "SIGTERM detaches" "$(alive "$pid"; echo $?) $(state term)" "0 unsupervised"
"$tools/suprun" "$root" supervise term 2> "$tmp/term.log" &
second=$!
wait_for running state term
is "another adopts" "$(state term)" running
"$tools/suprun" "$root" supervise term 2> "$tmp/term2.log"
is "never two supervisors" $? 75
kill -KILL "$pid"
wait "$second"
is "its end is recorded by whoever watches" "$(end_of term by)" null
case $(end_of term end) in unknown | failed) r=0 ;; *) r=1 ;; esac
ok "unknown, or known from the kernel: $(end_of term end), $(end_of term exit_from)" $r

fake unseen normal
start unseen 5000
kill -KILL "$sup"
wait_gone "$sup"
kill -KILL "$pid"
wait_gone "$pid"
is "an end that nobody saw: stopped" "$(state unseen)" stopped
vm stop unseen > "$tmp/out"
is "stop of it: 0" $? 0
vm supervise unseen 2> /dev/null
# 3: there is nothing any more; 1: init has not reaped it yet, and its end can be seen.
case $?,$(end_of unseen end) in 3,unknown | 1,unknown | 1,failed) r=0 ;; *) r=1 ;; esac
ok "supervise records the end that nobody saw: $(end_of unseen end)" $r
nothing_left unseen

fake gone normal
start gone 5000
kill -KILL "$sup"
wait_gone "$sup"
kill -KILL "$pid"
wait_gone "$pid"
vm status gone > "$tmp/out"
is "status of it: 3" $? 3
has "status says that nobody watched its end" "$tmp/out" 'last run ended while nobody watched'
vm list > "$tmp/out"
has "so does list" "$tmp/out" '^gone +system +stopped, ended while nobody watched +-$'
[ -e "$root/run/igvm/gone/journal.json" ]
ok "nothing is cleaned up by looking" $?
vm kill gone > "$tmp/out"
is "kill of it: 0" $? 0
has "and cleans up" "$tmp/out" 'ended while nobody watched, and is cleaned up'
is "recorded" "$(end_of gone end)" unknown
nothing_left gone

# --- a supervisor that hangs, and one that cannot begin ----------------------------------
fake hung normal
start hung 5000
kill -STOP "$sup"
vm status hung > /dev/null 2> "$tmp/out"
is "status of a VM whose supervisor hangs: 1" $? 1
has "names the process and what to do" "$tmp/out" "supervisor \(process $sup\).*igvm kill hung"
vm stop hung > "$tmp/out" 2>&1
is "stop of it: 1" $? 1
has "says the same" "$tmp/out" "supervisor \(process $sup\).*igvm kill hung"
is "and the VM runs on" "$(alive "$pid"; echo $?)" 0
vm kill hung > "$tmp/out" 2>&1
is "kill ends it without" "$? $(alive "$pid"; echo $?)" "0 1"
has "and says so" "$tmp/out" "process $pid\).*process $sup\) did not answer and was ended too"
is "recorded as force" "$(end_of hung end) $(end_of hung by)" "forced kill"
nothing_left hung

fake hangs-late normal
start hangs-late 5000
kill -STOP "$sup"
kill -KILL "$pid"
wait_gone "$pid"
vm kill hangs-late > "$tmp/out" 2>&1
is "kill when only the supervisor is left: 0" $? 0
nothing_left hangs-late

mv "$root/run/igvm/control" "$tmp/control"
ln -s "$tmp" "$root/run/igvm/control"
fake blind normal
start blind 5000
is "a supervisor that cannot begin: the start fails" "$status" 1
has "names the path" "$tmp/blind.log" "failed .*$root/run/igvm/control: Not a directory"
is "and leaves no QEMU" "$(alive "$pid"; echo $?)" 1
"$tools/suprun" "$root" launch blind 5000 3000 "$tmp/fq-blind" > "$tmp/blind.out"
pid=$(sed -n 's/^pid //p' "$tmp/blind.out")
echo "$pid" > "$tmp/pids/blind"
vm status blind > "$tmp/out"
has "one that runs so is shown" "$tmp/out" 'running, unsupervised'
vm kill blind > "$tmp/out" 2>&1
is "kill ends it by its record" "$? $(alive "$pid"; echo $?)" "0 1"
rm "$root/run/igvm/control"
mv "$tmp/control" "$root/run/igvm/control"
nothing_left blind

fake lost normal
start lost 5000
kill -KILL "$sup"
wait_gone "$sup"
rm -rf "$root/run/igvm/lost"
vm status lost > "$tmp/out"
is "status of a VM whose run directory is gone: 0" $? 0
has "names its process" "$tmp/out" "^lost: runs as process $pid, but its run directory is gone"
vm stop lost > "$tmp/out" 2>&1
is "stop of it: 1" $? 1
has "says the same" "$tmp/out" "runs as process $pid, but its run directory is gone"
vm kill lost > "$tmp/out" 2>&1
is "kill ends it by its lock" "$? $(alive "$pid"; echo $?) $(state lost)" "0 1 stopped"

fake interrupted ignores-powerdown
start interrupted 5000
vm stop --timeout 2 interrupted > "$tmp/out" 2>&1 &
stop=$!
wait_for asked state interrupted
kill -KILL "$sup"
wait "$stop"
is "a supervisor killed during a stop: the stop completes" "$? $(end_of interrupted end)" "0 clean"

fake resumed ignores-powerdown
start resumed 5000
"$igvm" --root "$root" stop --timeout 3 resumed > "$tmp/out" 2>&1 &
stop=$!
wait_for asked state resumed
kill -KILL "$stop" "$sup"
wait_gone "$sup"
wait "$stop" 2> /dev/null
is "a stop whose supervisor and client are killed waits for the next supervisor" "$(state resumed)" unsupervised
vm logs resumed > "$tmp/out" 2>&1
wait_for asked state resumed
is "which goes on with it" "$(state resumed)" asked
wait_for stopped state resumed
is "to its end, in the time that was left" "$(end_of resumed end) $(end_of resumed by)" "clean quit"

fake late normal
start late 5000
kill -KILL "$sup"
wait_gone "$sup"
flock "$root/run/igvm/lock/supervisor:late" sleep 0.5 &
sleep 0.1
t0=$(date +%s%N)
vm stop late > "$tmp/out" 2>&1
is "a dying supervisor's lock delays a stop" "$? $(end_of late end)" "0 clean"
ok "and no longer than it is held" $((($(date +%s%N) - t0) / 1000000 > 5000)) "$tmp/out"

fake twice normal
"$tools/suprun" "$root" start twice 5000 3000 "$tmp/fq-twice" > "$tmp/twice.1" 2> /dev/null &
"$tools/suprun" "$root" start twice 5000 3000 "$tmp/fq-twice" > "$tmp/twice.2" 2> /dev/null &
wait
is "of two starts at once one wins" "$(cat "$tmp"/twice.[12] | grep -c '^pid')" 1
pid=$(sed -n 's/^pid //p' "$tmp/twice.1" "$tmp/twice.2")
echo "$pid" > "$tmp/pids/twice"
vm kill twice > /dev/null

fake other normal
start other 5000
kill -KILL "$sup"
wait_gone "$sup"
sed -i 's/"start_ticks": [0-9]*/"start_ticks": 1/' "$root/run/igvm/other/state.json"
vm supervise other 2> /dev/null &
watcher=$!
sleep 0.3
is "a process that is not the one recorded is not adopted" "$(state other)" launching
kill -TERM $watcher
wait $watcher
is "nor touched" "$(alive "$pid"; echo $?)" 0
kill -KILL "$pid"

fake uuid normal
start uuid 5000
kill -KILL "$sup"
wait_gone "$sup"
sed -i 's/"uuid": "......../"uuid": "00000000/' "$root/run/igvm/uuid/state.json"
vm supervise uuid 2> "$tmp/uuid.log" &
watcher=$!
wait_for attaching state uuid
sleep 0.2
is "a QEMU with another uuid is not this VM" "$(state uuid)" attaching
has "the log says so" "$tmp/uuid.log" 'not this VM'
kill -TERM $watcher
wait $watcher
kill -KILL "$pid"

# --- pause, reset, any command, what has happened --------------------------------------
fake verbs normal
start verbs 5000
vm pause verbs > "$tmp/out" 2>&1
is "pause: 0" $? 0
run_state() { state verbs > /dev/null; get "$tmp/status" run_state; }
wait_for paused run_state
is "QEMU's own state is told" "$(run_state)" paused
vm resume verbs > "$tmp/out" 2>&1
is "resume: 0" $? 0
wait_for running run_state
is "it goes on" "$(run_state)" running
vm reset verbs > "$tmp/out" 2>&1
is "reset: 0" $? 0
has "says so" "$tmp/out" '^verbs was reset\.$'
vm qmp verbs query-status > "$tmp/out" 2>&1
is "qmp by name: 0" $? 0
has "QEMU's answer, one line" "$tmp/out" '^\{"return":\{.*"status":"running".*\}\}$'
vm qmp verbs '{"execute": "query-name", "arguments": {}}' > "$tmp/out" 2>&1
has "qmp as JSON" "$tmp/out" '"return":'
printf 'query-status\n\n{"execute":"query-kvm"}\n' | vm qmp verbs > "$tmp/out" 2>&1
is "qmp from standard input: a line each" "$? $(grep -c '"return"' "$tmp/out")" "0 2"
for bad in '{"execute":1}' '{"execute":"stop","id":1}' '{"execute":"stop","arguments":[]}' '{' 'a b' ''; do
	vm qmp verbs "$bad" > "$tmp/out" 2>&1
	is "qmp refuses '$bad': 2" $? 2
done
vm qmp verbs "$(printf '{"execute":"stop","arguments":{"x":"%3000d"}}' 0)" > "$tmp/out" 2>&1
is "a command that is too long is refused" $? 1
is "and nothing of all that has paused it" "$(run_state)" running
vm events verbs > "$tmp/events" 2> "$tmp/out"
is "events: 0" $? 0
is "one object a line, in order" "$(sed -n 's/.*"event":"\([^"]*\)".*/\1/p' "$tmp/events" | tr '\n' ' ')" \
	"attached state STOP RESUME RESET "
vm events -n 1 verbs > "$tmp/out"
is "the last alone" "$(grep -c RESET "$tmp/out") $(wc -l < "$tmp/out")" "1 1"
vm events --follow -n 1 verbs > "$tmp/followed" 2>&1 &
follower=$!
vm logs -f verbs > "$tmp/out.log" 2>&1 &
logger=$!
sleep 0.3
vm stop verbs > "$tmp/out" 2>&1
wait $follower
is "events --follow ends with the VM: 0" $? 0
has "and has seen its end" "$tmp/followed" '"event":"ended","data":\{.*"end":"clean"'
wait $logger
is "so does logs -f" $? 0
while read -r line; do
	echo "$line" > "$tmp/line.json"
	perl tests/schema/check.pl tests/schema/event.json "$tmp/line.json" || echo "$line"
done < "$tmp/followed" > "$tmp/why" 2>&1
[ ! -s "$tmp/why" ]
ok "each fits its schema" $? "$tmp/why"
for verb in pause resume reset; do
	vm $verb verbs > "$tmp/out" 2>&1
	is "$verb of a VM that does not run: 3" $? 3
done

fake slow normal
start slow 5000
kill -STOP "$pid"
vm pause slow > "$tmp/out" 2>&1 &
first=$!
sleep 0.2
vm qmp slow query-status > "$tmp/out2" 2>&1
is "one command at a time: 75" $? 75
kill -CONT "$pid"
wait $first
is "the first is answered" $? 0
kill -STOP "$pid"
"$igvm" --root "$root" resume slow > "$tmp/out" 2>&1 &
first=$!
sleep 0.2
kill -KILL $first
wait $first 2> /dev/null
kill -CONT "$pid"
qmp_again() { vm qmp slow query-status > "$tmp/out2" 2>&1; echo $?; }
wait_for 0 qmp_again
is "a client that goes away leaves the next its turn" "$(qmp_again)" 0
vm kill slow > "$tmp/out" 2>&1

# --- guests that go wrong -----------------------------------------------------------------
fake storms storms
start storms 5000
wait_for stopped state storms
is "a guest that only resets itself is ended, as a failure" "$(end_of storms end) $(end_of storms by)" "failed quit"
has "the log says so" "$tmp/storms.log" 'reset itself [0-9]+ times within a minute'
ok "and has few lines ($(wc -l < "$tmp/storms.log"))" $(($(wc -l < "$tmp/storms.log") > 12))
fake reboots reboots
start reboots 5000
sleep 0.3
is "a few resets are none of our business" "$(state reboots)" running
vm status reboots > "$tmp/out"
has "but told" "$tmp/out" 'resets: +20'
vm kill reboots > "$tmp/out"
fake panics panics
start panics 5000
wait_for stopped state panics
is "a guest that crashes has failed, although QEMU exits with 0" \
	"$(end_of panics end) $(end_of panics reason) $(end_of panics exit_code)" "failed guest-panic 0"
fake sick io-error
start sick 5000
is "paused by a disk error runs, and is not healthy" "$(state sick) $(get "$tmp/status" run_state) $(get "$tmp/status" healthy)" \
	"running io-error 0"
vm status sick > "$tmp/out"
has "status says what that is" "$tmp/out" 'not healthy: paused, because a disk of it is full'
has "so does the log" "$tmp/sick.log" 'not healthy: io-error'
vm resume sick > "$tmp/out"
health() { state sick > /dev/null; get "$tmp/status" healthy; }
wait_for 1 health
is "and healthy again when it goes on" "$(health)" 1
vm kill sick > "$tmp/out"

# --- a program in the guest ---------------------------------------------------------------
fake guest ignores-powerdown FAKEQEMU_AGENT=yes
start guest 5000
vm exec guest -- /bin/echo hello > "$tmp/out" 2> "$tmp/err"
is "exec: the program's exit status" $? 42
is "its output" "$(cat "$tmp/out")" hello
vm exec guest -- /bin/false > "$tmp/out" 2> "$tmp/err"
is "also 1" "$? $(cat "$tmp/err")" "1 no"
vm exec guest -- /sleeps > "$tmp/out" 2>&1
is "one that takes its time is waited for" $? 0
vm exec guest -- /killed > "$tmp/out" 2>&1
is "a signal: 128 and its number" $? 137
vm exec guest -- /windows > "$tmp/out" 2>&1
is "a status that is none here: 1" $? 1
has "and which" "$tmp/out" '3221225477'
vm exec guest -- /nowhere > "$tmp/out" 2>&1
is "no such program: 125" $? 125
has "in the guest's words, safe for a terminal" "$tmp/out" 'the guest says: Failed to execute child process \?\[31m'
vm exec guest -- /lies > "$tmp/out" 2>&1
is "an agent that lies: 1" $? 1
vm exec guest -- /floods > "$tmp/out" 2>&1
is "one that floods: 1" $? 1
has "says so" "$tmp/out" 'more than can be carried'
t0=$(date +%s)
vm exec guest -- /silent > "$tmp/out" 2>&1 &
first=$!
sleep 1
vm exec guest -- /bin/echo hello > "$tmp/busy" 2>&1
is "while it is asked nobody else is let in: 125" $? 125
has "and is told so" "$tmp/busy" 'is being asked by somebody else'
wait $first
is "one that falls silent: 1, within its time" "$? $(($(date +%s) - t0 < 15))" "1 1"
"$igvm" --root "$root" exec guest -- /silent > "$tmp/out" 2>&1 &
first=$!
sleep 1
kill -9 $first
{ wait $first; } 2> /dev/null
vm exec guest -- /bin/echo hello > "$tmp/out" 2>&1
is "who was killed has it no longer" "$(cat "$tmp/out")" hello
is "the supervisor knows nothing of all this" "$(state guest)" running
vm exec guest > "$tmp/out" 2>&1
is "no program: 2" $? 2
vm stop guest > "$tmp/out" 2>&1
is "and the agent still shuts the guest down" "$(end_of guest by)" agent
vm exec guest -- /bin/true > "$tmp/out" 2>&1
is "exec in a VM that does not run: 125" $? 125

fake noagent normal
start noagent 5000
vm exec noagent -- /bin/true > "$tmp/out" 2>&1
is "no agent: 125" $? 125
vm kill noagent > "$tmp/out" 2>&1

# --- the host stays awake under a guest's iGPU ------------------------------------------------
mkdir -p "$root/usr/bin"
cat > "$root/usr/bin/systemd-inhibit" << EOF
#!/bin/sh
echo "\$*" > "$tmp/inhibit.args"
echo \$\$ >> "$tmp/inhibit.pids"
exec cat
EOF
chmod 755 "$root/usr/bin/systemd-inhibit"
inhibitors() {
	local p n=0
	while read -r p; do alive "$p" && n=$((n + 1)); done < "$tmp/inhibit.pids" 2> /dev/null
	echo $n
}
: > "$tmp/inhibit.pids"
fake awake normal
start awake 5000
kill -TERM "$sup"
wait_gone "$sup"
"$igvm" --root "$root" supervise awake 2> "$tmp/awake.log" &
watcher=$!
wait_for running state awake
sleep 0.3
is "a VM without an iGPU lets the host sleep" "$(inhibitors)" 0
kill -TERM $watcher
wait $watcher
sed -i 's/"igpu": false/"igpu": true/' "$root/run/igvm/awake/state.json"
"$igvm" --root "$root" supervise awake 2> "$tmp/awake.log" &
watcher=$!
wait_for 1 inhibitors
is "one with an iGPU does not" "$(inhibitors)" 1
has "neither by itself nor by the lid" "$tmp/inhibit.args" '^--what=sleep:handle-lid-switch --who=igvm --why=the VM awake has the iGPU --mode=block cat$'
kill -KILL $watcher
wait $watcher 2> /dev/null
wait_for 0 inhibitors
is "a supervisor that is killed leaves no inhibitor" "$(inhibitors)" 0
"$igvm" --root "$root" supervise awake 2> "$tmp/awake.log" &
watcher=$!
wait_for 1 inhibitors
is "the next has one again" "$(inhibitors)" 1
kill -TERM $watcher
wait $watcher
wait_for 0 inhibitors
is "and none when it leaves" "$(inhibitors)" 0
printf '#!/bin/sh\nexit 1\n' > "$root/usr/bin/systemd-inhibit"
"$igvm" --root "$root" supervise awake 2> "$tmp/awake.log" &
watcher=$!
wait_for running state awake
wait_for 1 grep -c 'logind gives no inhibitor' "$tmp/awake.log"
is "no logind: a line and no failure" "$(state awake) $(grep -c 'logind gives no inhibitor' "$tmp/awake.log")" "running 1"
kill -TERM $watcher
wait $watcher
rm "$root/usr/bin/systemd-inhibit"
"$igvm" --root "$root" supervise awake 2> "$tmp/awake.log" &
watcher=$!
wait_for running state awake
has "no systemd-inhibit: the same" "$tmp/awake.log" 'no systemd-inhibit here'
sed -i 's/"igpu": true/"igpu": false/' "$root/run/igvm/awake/state.json"
vm kill awake > /dev/null 2>&1
wait $watcher

# --- what a service manager is told ---------------------------------------------------------
fake unit normal
start unit 5000
kill -TERM "$sup"
wait_gone "$sup"
perl -MIO::Socket::UNIX -MSocket -e '
	my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die "$!\n";
	$| = 1;
	alarm 60;
	while (defined $s->recv(my $m, 4096)) { print "$m\n" }' "$tmp/notify" > "$tmp/notified" &
listener=$!
wait_for yes eval "test -S '$tmp/notify' && echo yes"
NOTIFY_SOCKET=$tmp/notify WATCHDOG_USEC=200000 vm supervise unit 2> /dev/null &
watcher=$!
wait_for running state unit
sleep 0.5
kill -ABRT "$pid"
wait $watcher
is "a unit's supervisor succeeds however the VM ends" $? 0
kill $listener
has "READY=1 is told" "$tmp/notified" '^READY=1$'
ok "and WATCHDOG=1 in time ($(grep -c '^WATCHDOG=1$' "$tmp/notified"))" \
	$(($(grep -c '^WATCHDOG=1$' "$tmp/notified") < 3))

# --- somebody else's VM ------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ]; then
	fake system normal
	start system 5000
	cp "$igvm" "$tmp/igvm"
	chmod 755 "$tmp" "$tmp/igvm"
	for verb in status stop kill logs events pause resume reset restart; do
		setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$tmp/igvm" --root "$root" $verb system > /dev/null 2> "$tmp/out"
		is "$verb of the system's VM by anybody: 77" $? 77
		has "and names sudo" "$tmp/out" "sudo igvm $verb system"
	done
	is "the VM runs on" "$(state system)" running
	vm kill system > /dev/null
fi

# --- floods -------------------------------------------------------------------------
fake flood flood
start flood 5000
rss0=$(awk '/^VmRSS/ { print $2 }' "/proc/$sup/status")
slow=0
for ((i = 0; i < 20; i++)); do
	t0=$(date +%s%N)
	state flood > /dev/null
	t1=$(date +%s%N)
	[ $(((t1 - t0) / 1000000)) -gt 1000 ] && slow=$((slow + 1))
done
rss1=$(awk '/^VmRSS/ { print $2 }' "/proc/$sup/status")
is "a flood of events slows no answer down" "$slow" 0
ok "nor does the supervisor grow (from $rss0 to $rss1 KiB)" $((rss1 > rss0 + 2048))
ok "nor the log ($(wc -l < "$tmp/flood.log") lines)" $(($(wc -l < "$tmp/flood.log") > 20))
vm kill flood > /dev/null

# --- words and codes ------------------------------------------------------------------
vm status nobody > /dev/null 2> "$tmp/out"
is "no such VM: 4" $? 4
vm status ../etc > /dev/null 2> "$tmp/out"
is "a name that is none: 2" $? 2
vm stop > /dev/null 2>&1
is "no name: 2" $? 2
vm stop --timeout x good > /dev/null 2>&1
is "no seconds: 2" $? 2
vm logs --stream x good > /dev/null 2>&1
is "no such stream: 2" $? 2
vm logs bad-dies-before-greeting > "$tmp/out" 2>&1
has "logs show what QEMU said" "$tmp/out" '^fakeqemu: cannot set up guest memory$'
vm logs -n 1 bad-dies-before-greeting > "$tmp/out"
is "the last line alone" "$(wc -l < "$tmp/out")" 1
printf 'a\033[31mb\0c\r\nlast' > "$root/run/igvm/good/log/serial.0"
vm logs -s serial good > "$tmp/out"
is "control characters are not shown" "$(head -1 "$tmp/out")" 'a?[31mb?c'
vm logs -s serial --raw good | cmp -s - "$root/run/igvm/good/log/serial.0"
is "but given raw where asked" $? 0
vm list > "$tmp/out"
has "list shows each VM" "$tmp/out" '^crash +system +stopped +-$'

cp -r "$root" "$tmp/recorded"
mkdir "$tmp/recorded/igvm"
for verb in stop kill 'screenshot -'; do
	# shellcheck disable=SC2086 # words
	"$igvm" --root "$tmp/recorded" ${verb%% *} good ${verb#"${verb%% *}"} > /dev/null 2> "$tmp/out"
	is "$verb below a recorded host: 2" $? 2
	has "and why" "$tmp/out" 'on this host only'
done

# --- schemas --------------------------------------------------------------------------
fits() {	# DESCRIPTION SCHEMA FILE
	perl tests/schema/check.pl "$2" "$3" > "$tmp/why" 2>&1
	ok "$1" $? "$tmp/why"
}
vm status --json good > "$tmp/json"
fits "status of a stopped VM fits its schema" tests/schema/status.json "$tmp/json"
for f in "$root"/run/igvm/*/end.json; do
	name=$(basename "$(dirname "$f")")
	fits "end of $name fits its schema" tests/schema/end.json "$f"
done
vm list --json > "$tmp/json"
fits "list fits its schema" tests/schema/list.json "$tmp/json"

# --- a real QEMU ------------------------------------------------------------------------
if ! command -v "$real" > /dev/null; then
	n=$((n + 1))
	echo "ok $n # SKIP no $real"
	echo "1..$n"
	exit $failed
fi
words='-accel tcg -machine q35 -S -nodefaults -display none -device VGA -device qemu-xhci,id=usb0'
: > "$root/etc/igvm/vms/real.conf"
# shellcheck disable=SC2086 # words
start real 60000 $words
is "a real QEMU starts" "$status" 0
is "and answers" "$(state real) $(get "$tmp/status" run_state)" "running prelaunch"
fits "status of a running VM fits its schema" tests/schema/status.json "$tmp/status"
vm screenshot real "$tmp/shot.png" 2> "$tmp/out"
is "screenshot: 0" $? "0"
perl tests/schema/png.pl "$tmp/shot.png" > "$tmp/picture" 2>&1
ok "the picture is whole, of a size a screen has" $? "$tmp/picture"
has "and shows what is on it: nothing yet, in QEMU's words" "$tmp/picture" \
	'^[0-9]+x[0-9]+ [1-9][0-9]* lit, [0-9]+ colours$'
has "which igvm says, too" "$tmp/out" "the picture is QEMU's own"
vm type real ret ctrl-alt-delete 2> "$tmp/out"
is "keys: 0" "$?$(cat "$tmp/out")" "0"

tries=${ROUNDS:-30}
lost=0
sup_of() { vm status --json real > "$tmp/status" 2> /dev/null; get "$tmp/status" supervised; }
holder() { fuser "$root/run/igvm/control/real" 2> /dev/null; }
for ((i = 0; i < tries; i++)); do
	# Whoever holds the supervisor's lock is the supervisor.
	s=$(awk -v inode="$(stat -c %i "$root/run/igvm/lock/supervisor:real")" \
		'$2 == "FLOCK" { split($6, a, ":"); if (a[3] == inode) print $5 }' /proc/locks)
	sleep "0.0$((RANDOM % 10))"
	[ -n "$s" ] && kill -KILL "$s"
	vm logs -n 1 real > /dev/null 2>&1
	vm status --json real > "$tmp/status" 2> /dev/null
	if ! alive "$pid" || [ "$(get "$tmp/status" pid)" != "$pid" ] ||
			[ "$(get "$tmp/status" supervised)" != 1 ]; then
		lost=$((lost + 1))
	fi
done
is "supervisors killed in a row, the VM adopted again each time ($tries)" "$lost" 0
vm screenshot real "$tmp/shot2.png" 2> "$tmp/out"
is "the last of them takes pictures" $? 0
# --- USB devices that come while it runs: a file stands for the node, so QEMU says no ----------
ask() {	# REQUEST: the supervisor's answer
	timeout 20 perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new($ARGV[0]) or die "$!\n";
		print $s "$ARGV[1]\n"; $s->flush; print scalar <$s>' "$root/run/igvm/control/real" "$1" > "$tmp/out"
}
dev=$root/sys/bus/usb/devices/1-4
ask '{"op": "usb", "attach": {"name": "kbd", "port": "1-4", "id": ""}}'
has "an empty port is attached for later" "$tmp/out" '"ok": ?true'
has "and written down" "$root/run/igvm/real/inputs.json" '"port": "1-4"'
mkdir -p "$dev" "$root/dev/bus/usb/001"
for f in busnum:1 devnum:5 idVendor:046d idProduct:c31c; do echo "${f#*:}" > "$dev/${f%:*}"; done
ask '{"op": "usb", "attach": {"name": "kbd", "port": "1-4", "id": ""}}'
has "a device without a node: the reason" "$tmp/out" '/dev/bus/usb/001/005: No such file'
: > "$root/dev/bus/usb/001/005"
ask '{"op": "usb", "attach": {"name": "kbd", "port": "1-4", "id": ""}}'
has "a node that is no device: QEMU's reason" "$tmp/out" 'failed to open host usb device'
ask '{"op": "usb", "detach": "kbd"}'
has "detached" "$tmp/out" '"ok": ?true'
has "and taken out" "$root/run/igvm/real/inputs.json" '"usb": ?\[\]'
for bad in '{"op": "usb"}' '{"op": "usb", "attach": {"name": "k", "port": "1-4/x", "id": ""}}' \
	'{"op": "usb", "attach": {"name": "../k", "port": "1-4", "id": ""}}' '{"op": "usb", "attach": 7}' \
	'{"op": "usb", "attach": {"name": "k", "port": "1-4", "id": "046d:c31c"}}'; do
	ask "$bad"
	has "refused: $bad" "$tmp/out" '"code": ?2'
done
vm stop --timeout 0 real > "$tmp/out" 2>&1
is "stop --force of a real QEMU: quit" "$? $(end_of real end) $(end_of real by)" "0 clean quit"
nothing_left real

: > "$root/etc/igvm/vms/bare.conf"
start bare 60000 -accel tcg -machine q35 -S -nodefaults -display none
vm screenshot bare "$tmp/none.png" 2> "$tmp/out"
is "no emulated display, no picture: 1" $? 1
has "and why" "$tmp/out" 'no emulated display'
vm type bare ret 2> "$tmp/out"
is "keys reach it all the same: 0" $? 0
has "and it is said where they are seen" "$tmp/out" 'on its monitor alone'
vm kill bare > /dev/null
is "killed" "$(end_of bare end)" forced

: > "$root/etc/igvm/vms/wrong.conf"
start wrong 60000 -accel tcg -machine q35 -device vfio-pci,host=ffff:ff:1f.7
is "a QEMU that refuses its words fails to start" "$status" 1
is "for good" "$(end_of wrong end) $(end_of wrong exit_code)" "permanent 1"
has "with its own words" "$tmp/wrong.log" 'vfio|VFIO'

: > "$root/etc/igvm/vms/cause.conf"
start cause 60000 -accel tcg -machine pc-q35-99.0
has "the cause is told, also where it is not the last line" "$tmp/cause.log" \
	'exit code 1: .*unsupported machine type.*; .*-machine help.*`igvm logs cause` has all'

: > "$root/etc/igvm/vms/brief.conf"
start brief 60000 -version
is "a QEMU that leaves before it answers has not started" \
	"$status $(end_of brief end) $(end_of brief exit_code)" "1 permanent 0"
vm status brief > "$tmp/out"
has "nor does status call that an order" "$tmp/out" 'last run did not start'

is "no sanitizer has spoken" "$(grep -hE '^==[0-9]+==ERROR|^[^ ]*: runtime error:' "$tmp"/*.log)" ""

echo "1..$n"
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A supervisor, the verbs that talk to it, and everything QEMU can do to them:
# first with the pretended QEMU, then with a real one (without any device).
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
igvm=${IGVM:-$B/igvm}
tools=${TOOLS:-$B/tests/tools}
real=${QEMU:-qemu-system-x86_64}
n=0
failed=0

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

ok() {	# DESCRIPTION STATUS [FILE...]
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
		return
	fi
	failed=1
	echo "not ok $n - $1"
	shift 2
	for f; do [ -e "$f" ] && sed 's/^/# /' "$f"; done
}
is() {	# DESCRIPTION GOT WANTED
	[ "$2" = "$3" ]
	ok "$1" $? <(printf 'got:    %s\nwanted: %s\n' "$2" "$3")
}
has() {	# DESCRIPTION FILE PATTERN
	grep -Eq -- "$3" "$2"
	ok "$1" $? "$2" <(echo "wanted: $3")
}

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
	for verb in status stop kill logs; do
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
words='-accel tcg -machine q35 -S -nodefaults -display none -device VGA'
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

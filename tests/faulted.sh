#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Faults that are made on purpose (tests/faults.tsv) and have no place in a test of one part: in QEMU's monitor and the
# guest's agent, in the life of a supervisor, in the files and the host below it.
# PARTS="agents clock" plays a part.
set -u
cd "$(dirname "$0")/.." || exit 1
# As root in mounts of our own: some of the faults are file systems.
if [ "$(id -u)" = 0 ] && [ -z "${IGVM_FAULTED_NS-}" ]; then
	IGVM_FAULTED_NS=1 exec unshare -m "$0"
fi
. tests/tools/supervised.bash
parts=" ${PARTS:-monitor agents lives files clock chatter limits words tpm surroundings} "
field() { state "$1" > /dev/null; get "$tmp/status" "$2"; }
count() { state "$1" > /dev/null; perl -MJSON::PP -0777 -ne 'print decode_json($_)->{counts}{'"$2"'} // "null"' "$tmp/status"; }
more_than() { [ "$(count "$1" "$2")" -gt "$3" ] 2> /dev/null && echo yes; }
# As wait_for(), for what takes its time on a busy machine: a minute.
wait_long() {
	local i
	for ((i = 0; i < 60; i++)); do wait_for "$@" && return 0; done
	return 1
}
plays() { [[ $parts == *" $1 "* ]]; }

# --- A. QEMU's monitor ------------------------------------------------------------------
# Somebody who connects to QEMU's control socket and says nothing.
squat() {	# NAME: sets $squatter
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new($ARGV[0]) or die "$!\n";
		$| = 1; print "in\n"; sleep 60' "$root/run/igvm/$1/qmp" > "$tmp/squat" &
	squatter=$!
	echo $squatter > "$tmp/pids/squatter"
	wait_for in cat "$tmp/squat"
}
monitor_held() {
	fake before normal
	"$tools/suprun" "$root" launch before 3000 3000 "$tmp/fq-before" > "$tmp/before.out" 2> "$tmp/out"
	pid=$(sed -n 's/^pid //p' "$tmp/before.out")
	echo "$pid" > "$tmp/pids/before"
	squat before
	"$tools/suprun" "$root" supervise before 2> "$tmp/before.log"
	has "a foreign client has the monitor before QEMU is ready: who, by the deadline" "$tmp/before.log" \
		"control socket is held by perl \(pid $squatter\)"
	has "and the failure names it, too" "$tmp/before.log" "ended .*perl \(pid $squatter\) had its control socket"
	is "such a start has failed" "$(end_of before end) $(end_of before ready) $(alive "$pid"; echo $?)" "failed 0 1"
	kill "$squatter" 2> /dev/null

}
# Who of the two comes first is a race on a busy machine: played by its name.
monitor_taken() {
	fake held normal
	start held 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	squat held
	"$tools/suprun" "$root" supervise held 2> "$tmp/held.log" &
	watcher=$!
	wait_for deaf state held
	is "a foreign client has the monitor of a VM that runs: deaf, and left alone" "$(state held) $(alive "$pid"; echo $?)" "deaf 0"
	has "the log names it" "$tmp/held.log" "control socket is held by perl \(pid $squatter\)"
	vm status held > "$tmp/out"
	has "so does status" "$tmp/out" "held by: +perl \(pid $squatter\)"
	kill "$squatter"
	wait_for running state held
	is "it leaves: the VM answers again" "$(state held) $(field held unresponsive_since)" "running null"
	vm kill held > /dev/null
	wait $watcher
}
# A pipe that is full and that nobody reads.
monitor_flood() {
	mkfifo "$tmp/stuck"
	exec {stuck}<> "$tmp/stuck"
	fake troubles flood-of-troubles
	start troubles 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	"$tools/suprun" "$root" supervise troubles 2> "$tmp/stuck" &
	watcher=$!
	wait_for running state troubles
	perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK); 1 while syswrite(STDOUT, "x" x 4096) || syswrite(STDOUT, "x")' > "$tmp/stuck"
	seen=$(count troubles io_errors)
	wait_for yes more_than troubles io_errors $((seen + 20000))
	ok "a flood of events while the log is blocked: they are taken all the same" $?
	size=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
	ok "QEMU does not grow ($size KiB)" $((size > 32768))
	is "the supervisor has written nothing into the full pipe, and runs" "$(state troubles)" running
	head -c 60000 <&"$stuck" > /dev/null
	{ timeout 10 grep -m 1 -a 'lines were left out here' <&"$stuck"; } > "$tmp/out"
	has "when somebody reads again it says how many lines were left out" "$tmp/out" '[0-9]+ lines were left out'
	vm kill troubles > /dev/null
	exec {stuck}>&-
	wait $watcher
}
monitor_broken() {
	fake huge huge-to-name
	start huge 5000
	vm qmp huge query-name > "$tmp/out" 2>&1
	is "an answer of 5 MiB: whoever asked is told" $? 1
	wait_for running state huge
	is "the connection is made anew, once, and the VM runs on" \
		"$(state huge) $(count huge reconnects) $(field huge pid) $(field huge healthy)" "running 1 $pid 1"
	vm kill huge > /dev/null

	fake cuts hangs-up
	start cuts 5000
	vm qmp cuts query-name > "$tmp/out" 2>&1
	is "QEMU closes its monitor and lives: whoever asked is told" $? 1
	wait_for running state cuts
	is "that is no end: same QEMU, asked again" "$(state cuts) $(field cuts pid) $(count cuts reconnects)" "running $pid 1"
	kill -STOP "$pid"
	vm qmp cuts query-version > "$tmp/out" 2>&1 &
	asker=$!
	sleep 0.3
	kill -KILL "$pid"
	wait $asker
	wait_for stopped state cuts
	is "killed with our question unread, which is a reset: the cause is the process's, not the socket's" \
		"$(end_of cuts end) $(end_of cuts signal_name) $(end_of cuts exit_from)" "failed KILL wait"

	fake internal internal-error
	start internal 5000
	is "an internal error of KVM: shown as that, and not healthy" \
		"$(state internal) $(field internal run_state) $(field internal healthy)" "running internal-error 0"
	sleep 1
	is "said once" "$(grep -c 'not healthy' "$tmp/internal.log")" 1
	vm kill internal > /dev/null
}
# A boot sector that writes block after block until the disk takes no more: int 13h, function 43h.
monitor_full() {
	if [ "$(id -u)" != 0 ] || ! command -v "$real" > /dev/null || ! command -v qemu-img > /dev/null; then
		skip "a full disk" "needs root, a QEMU and qemu-img"
		return
	fi
	mkdir "$tmp/small"
	mount -t tmpfs -o size=1m,mode=0755 igvm-test "$tmp/small" || return
	perl -e '
		# xor ax,ax; mov ds,ax; mov si,packet; mov ah,43h; mov dl,80h; int 13h; add [packet+8],64; jmp again
		my $code = pack("H*", "31c08ed8be407cb44330c0b280cd1383 06487c40 ebee" =~ s/ //gr);
		my $packet = pack("CCvvvVV", 16, 0, 64, 0, 0x1000, 64, 0);
		print $code, "\0" x (64 - length $code), $packet, "\0" x (510 - 64 - length $packet), "\x55\xaa", "\0" x (8 << 20)' > "$tmp/boot.raw"
	qemu-img convert -f raw -O qcow2 "$tmp/boot.raw" "$tmp/small/disk.qcow2" > "$tmp/out" 2>&1
	chmod 666 "$tmp/small/disk.qcow2"
	: > "$root/etc/igvm/vms/full.conf"
	start full 60000 -accel tcg -machine q35 -nodefaults -display none -m 64 \
		-drive "file=$tmp/small/disk.qcow2,format=qcow2,if=virtio,werror=stop"
	wait_long io-error field full run_state
	is "a full file system below a disk: QEMU pauses, which is not healthy" \
		"$(state full) $(field full run_state) $(field full healthy)" "running io-error 0"
	is "and said once" "$(grep -c 'not healthy: io-error' "$tmp/full.log")" 1
	vm kill full > /dev/null
	umount "$tmp/small"
}
if plays monitor; then
	monitor_held
	monitor_flood
	monitor_broken
	monitor_full
fi

! plays taken || monitor_taken

# --- the guest's agent ----------------------------------------------------------------------
# An agent by a script: each misbehaves in its own way, and neither a stop nor a status waits for it.
agent_of() {	# NAME LINE...: of tests/tools/fakeagent.c
	local name=$1
	shift
	[ -e "$tmp/fakeagent" ] || { cp "$tools/fakeagent" "$tmp/fakeagent" && chmod 755 "$tmp/fakeagent"; }
	printf '%s\n' "$@" > "$tmp/$name.agent"
	chmod 644 "$tmp/$name.agent"
	fake "$name" normal "FAKEQEMU_AGENT=$tmp/$name.agent"
	start "$name" 5000
}
agents() {
	local row name
	for row in "silent=guest-sync-delimited silent" "stale=guest-sync-delimited other 5" \
			"garbage=guest-sync-delimited garbage 300000" "flood=guest-sync-delimited flood" \
			"bytes=guest-sync-delimited raw \\xff\\xff{\"return\": 5, \"id\": \$ID" \
			"deaf=guest-shutdown silent" "hangup=guest-shutdown hangup" "no=guest-shutdown error not today"; do
		name=agent-${row%%=*}
		agent_of "$name" "${row#*=}"
		vm stop --timeout 20 "$name" > "$tmp/out" 2>&1 &
		stopper=$!
		is "status while the agent is asked to shut down (${row%%=*})" \
			"$(case $(state "$name") in running | asked | stopped) echo answers ;; esac)" answers
		wait $stopper
		is "an agent that is no help (${row%%=*}): the power button is pressed, and the guest goes down" \
			"$? $(end_of "$name" end) $(end_of "$name" by)" "0 clean powerdown"
	done
	for row in "silent=guest-sync-delimited silent" "stale=guest-exec other {\"pid\": 7}" \
			"garbage=guest-exec garbage 300000" "flood=guest-exec flood" \
			"negative=guest-exec value {\"pid\": -9}" "endless=guest-exec-status value {\"exited\": true, \"exitcode\": 1e999}"; do
		name=exec-${row%%=*}
		agent_of "$name" "${row#*=}"
		timeout 60 "$igvm" --root "$root" exec "$name" -- /bin/true > "$tmp/out" 2> "$tmp/err"
		got=$?
		ok "a program of an agent that misbehaves (${row%%=*}): an end with a reason ($got)" \
			"$([ $got = 1 ] || [ $got = 125 ]; echo $?)" "$tmp/err"
		is "in one line, without control bytes" "$(wc -l < "$tmp/err") $(grep -c '[[:cntrl:]]' "$tmp/err")" "1 0"
		is "and the supervisor is well" "$(state "$name")" running
		vm kill "$name" > /dev/null
	done
}
plays agents && agents

# --- B. the lives of a supervisor -----------------------------------------------------------
# In each state there is: killed, and another takes over.
killed_in() {	# STATE NAME: the supervisor $sup is in it
	wait_for "$1" state "$2"
	is "a supervisor is killed while $1" "$(state "$2")" "$1"
	# Who waits for its answer would start the next one.
	[ -z "$stopper" ] || kill -STOP "$stopper"
	kill -KILL "$sup"
	wait_gone "$sup"
	is "QEMU lives" "$(alive "$pid"; echo $?)" 0
	[ -z "$stopper" ] || kill -CONT "$stopper"
	"$tools/suprun" "$root" supervise "$2" 2> "$tmp/$2.log" &
	watcher=$!
}
lives_states() {
	local stopper=

	fake in-attaching hangs-after-greeting
	"$tools/suprun" "$root" start in-attaching 8000 3000 "$tmp/fq-in-attaching" > "$tmp/in-attaching.out" 2> /dev/null &
	starter=$!
	wait_for 1 grep -c '^pid' "$tmp/in-attaching.out"
	pid=$(sed -n 's/^pid //p' "$tmp/in-attaching.out")
	sup=$(sed -n 's/^supervisor //p' "$tmp/in-attaching.out")
	echo "$pid" > "$tmp/pids/in-attaching"
	killed_in attaching in-attaching
	wait $starter
	wait $watcher
	is "the next one ends the start that had not completed" \
		"$(end_of in-attaching end) $(end_of in-attaching ready) $(alive "$pid"; echo $?)" "failed 0 1"
	nothing_left in-attaching

	fake in-running normal
	start in-running 5000
	killed_in running in-running
	wait_for running state in-running
	is "the next one has the VM" "$(state in-running) $(field in-running pid)" "running $pid"
	vm kill in-running > /dev/null
	wait $watcher

	fake in-deaf normal
	start in-deaf 5000
	kill -STOP "$pid"
	sleep 1
	for ((i = 0; i < 100; i++)); do [ "$(state in-deaf)" = deaf ] && break; sleep 0.05; done
	killed_in deaf in-deaf
	wait_for deaf state in-deaf
	kill -CONT "$pid"
	wait_for running state in-deaf
	is "the next one has the VM when it answers" "$(state in-deaf) $(field in-deaf pid)" "running $pid"
	vm kill in-deaf > /dev/null
	wait $watcher

	fake in-asked ignores-powerdown
	start in-asked 5000
	"$igvm" --root "$root" stop --timeout 4 in-asked > /dev/null 2>&1 &
	stopper=$!
	killed_in asked in-asked
	wait $stopper
	wait $watcher
	is "the next one goes on with the stop" "$(end_of in-asked end) $(end_of in-asked by)" "clean quit"

	fake in-quitting ignores-stop
	export SUPRUN_QUIT_MS=8000
	start in-quitting 5000
	"$igvm" --root "$root" stop --timeout 0 in-quitting > /dev/null 2>&1 &
	stopper=$!
	killed_in quitting in-quitting
	wait $stopper
	wait $watcher
	export SUPRUN_QUIT_MS=600
	# By SIGTERM, where it has no conversation yet, or by its last rung.
	case $(end_of in-quitting by) in quit | kill) r=0 ;; *) r=1 ;; esac
	ok "the next one goes on with it, to the end" $r
	nothing_left in-quitting
}
lives_unseen() {
	fake twin normal
	start twin 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	kill -KILL "$pid"
	wait_gone "$pid"
	start twin 5000
	is "QEMU died while nobody watched: the next start begins anew" "$status $(state twin) $(field twin starts)" "0 running 2"
	vm kill twin > /dev/null

	sleep 100 &
	other=$!
	fake reused normal
	start reused 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	kill -KILL "$pid"
	wait_gone "$pid"
	ticks=$(sed 's/.*) //' "/proc/$other/stat" | cut -d' ' -f20)
	for t in 1 "$ticks"; do
		perl -MJSON::PP -i -0777 -pe 'my $j = decode_json($_); $j->{process}{pid} = '$other'; $j->{process}{start_ticks} = '"$t"'; $_ = encode_json($j)' \
			"$root/run/igvm/reused/state.json"
		vm status reused > /dev/null 2>&1
		vm kill reused > "$tmp/out" 2>&1
		is "a record whose pid is another's by now: not signalled" "$(alive $other; echo $?) $(state reused)" "0 stopped"
	done
	kill $other

	fake newer normal
	start newer 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	state=$root/run/igvm/newer/state.json
	cp "$state" "$tmp/newer.json"
	sed -i 's/"version": *1/"version": 2/' "$state"
	cp "$state" "$tmp/newer2.json"
	"$tools/suprun" "$root" supervise newer > /dev/null 2> "$tmp/newer.log"
	has "a record of a newer igvm: refused" "$tmp/newer.log" 'state.json is of a newer igvm: left alone'
	vm stop newer > "$tmp/out" 2>&1
	vm status newer > "$tmp/out2" 2>&1
	is "not rewritten, and its VM not touched" "$(cmp "$state" "$tmp/newer2.json"; alive "$pid"; echo $?)" 0
	size=$(stat -c %s "$tmp/newer.json")
	bad=
	for ((cut = 0; cut < size; cut += 13)); do
		head -c $cut "$tmp/newer.json" > "$state"
		vm status newer > "$tmp/out" 2>&1
		[ $? -le 3 ] || bad="$bad $cut"
		"$tools/suprun" "$root" supervise newer > /dev/null 2> "$tmp/newer.log"
		[ $? -le 3 ] || bad="$bad $cut(supervise)"
		alive "$pid" || bad="$bad $cut(QEMU)"
	done
	is "a record that is cut short: an answer each time, and the VM lives" "$bad" ""
	cp "$tmp/newer.json" "$state"
	vm logs newer > /dev/null 2>&1
	wait_for running state newer
	is "the whole one is taken up again" "$(state newer) $(field newer pid)" "running $pid"
	vm kill newer > /dev/null
}
if plays lives; then
	lives_states
	lives_unseen
fi

# --- files that a power cut left, and file systems that take nothing -------------------------
files_stale() {
	fake neighbour normal
	start neighbour 5000
	there=$pid
	fake cut normal
	start cut 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	kill -KILL "$pid"
	wait_gone "$pid"
	# Of another boot: whatever a name could be left for, with no process behind it.
	for f in "$root/run/igvm/cut/"{qmp,agent,console} "$root/run/igvm/control/cut"; do
		rm -f "$f"
		perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die "$!\n"' "$f"
	done
	: > "$root/run/igvm/lock/cut"
	: > "$root/run/igvm/lock/supervisor:cut"
	: > "$root/run/igvm/cut/state.json.tmp"
	mkdir -p "$root/run/igvm/cut/vnc.d"
	: > "$root/run/igvm/cut/vnc.d/vnc"
	start cut 5000
	is "sockets, locks and records of another boot: the start succeeds" "$status $(state cut) $(field cut pid)" "0 running $pid"
	is "and nothing of a VM that lives was removed" "$(state neighbour) $(field neighbour pid) $(alive "$there"; echo $?)" \
		"running $there 0"
	vm kill cut > /dev/null
	vm kill neighbour > /dev/null
}
no_room() {	# DESCRIPTION OPTIONS PATTERN: a run directory on such a file system
	local name=room-$((++rooms))
	mkdir -p "$root/run/igvm/$name"
	mount -t tmpfs -o size=4k,nr_inodes=2,mode=0700 igvm-test "$root/run/igvm/$name"
	[ -n "$2" ] && mount -o "remount,$2" "$root/run/igvm/$name"
	fake "$name" normal
	start "$name" 5000
	is "a run directory on a file system that is $1: refused" "$status${pid:+ $(alive "$pid" && echo lives)}" 1
	has "with path and reason" "$tmp/$name.log" "run/igvm/$name.*$3"
	is "nothing is left there" "$(ls "$root/run/igvm/$name")" ""
	umount "$root/run/igvm/$name"
}
files_room() {
	if [ "$(id -u)" != 0 ]; then
		skip "a run directory on a full file system" "needs root"
		return
	fi
	rooms=0
	no_room full "" 'No space left'
	no_room read-only ro 'Read-only file system'
}
if plays files; then
	files_stale
	files_room
fi

# --- the clock is set -------------------------------------------------------------------------
# Ten years forward and back, in the middle of everything that has a deadline.
set_clock() { echo "$1" > "$tmp/clock.new" && mv "$tmp/clock.new" "$tmp/clock"; }
clock() {
	local so=$PWD/$B/tests/preload/clock.so jump
	if [ ! -e "$so" ]; then
		skip "a clock that is set" "$so is not built"
		return
	fi
	for jump in 315360000 -315360000; do
		set_clock 0
		fake "clock$jump" ignores-powerdown
		(export LD_PRELOAD=$so IGVM_TEST_CLOCK=$tmp/clock ASAN_OPTIONS=verify_asan_link_order=0 SUPRUN_TRIAL_MS=8000
		start "clock$jump" 5000
		echo "$pid $sup" > "$tmp/clock.pids")
		read -r pid sup < "$tmp/clock.pids"
		set_clock $jump
		# A question makes it look at its deadlines.
		state "clock$jump" > /dev/null
		sleep 1
		is "the clock is set by $jump s: a trial is not over, and QEMU is not silent" \
			"$(state "clock$jump") $(field "clock$jump" unresponsive_since)" "running null"
		wait_long asked state "clock$jump"
		ok "the trial ends in its own time" $? "$tmp/clock$jump.log"
		set_clock 0
		is "set again during a stop: the guest's time is not cut short" "$(state "clock$jump") $(alive "$pid"; echo $?)" "asked 0"
		wait_long stopped state "clock$jump"
		is "nor is it made longer" "$(end_of "clock$jump" end) $(end_of "clock$jump" by)" "clean quit"
	done
	# Another time of boot: what is counted from QEMU's start is counted in the same clock.
	if ! unshare --time --boottime 100000 --monotonic 100000 true 2> /dev/null; then
		skip "a supervisor in another time namespace" "no time namespace can be made"
		return
	fi
	fake elsewhen normal
	start elsewhen 5000
	kill -KILL "$sup"
	wait_gone "$sup"
	unshare --fork --time --boottime 100000 --monotonic 100000 "$tools/suprun" "$root" supervise elsewhen 2> "$tmp/elsewhen.log" &
	watcher=$!
	sleep 1
	is "a supervisor to whom the host has run for longer takes no other process for QEMU, and ends none" \
		"$(alive "$pid"; echo $?)" 0
	kill $watcher 2> /dev/null
	wait $watcher
	vm kill elsewhen > /dev/null 2>&1
	kill -KILL "$pid" 2> /dev/null
}
plays clock && clock

# --- C. what QEMU says without end -----------------------------------------------------------
chatter() {
	fake chatter chatters-and-dies
	start chatter 20000
	is "20 MB on stderr before it dies: the start fails" "$status $(end_of chatter end) $(end_of chatter exit_code)" "1 permanent 1"
	has "with its last words" "$tmp/chatter.log" 'failed QEMU ended with exit code 1: .*fakeqemu: this was the last'
	size=$(cat "$root"/run/igvm/chatter/log/qemu.* | wc -c)
	ok "the logs stay below their cap ($size bytes)" $((size > 4 * 2097152))
	is "its last 8 KiB are kept for the report" "$(stat -c %s "$root/run/igvm/chatter/stderr.tail")" 8192
}
plays chatter && chatter

# --- limits, words, helpers: an ordinary user's VM under a real QEMU --------------------------
home=$tmp/home
cp "$igvm" "$tmp/igvm"
chmod 755 "$tmp" "$tmp/igvm"
mkdir -p "$home/config/igvm/vms" "$home/run" "$tmp/bin"
own() {
	chmod -R u=rwX,go=rX "$home"
	chmod 700 "$home/run"
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$home"
}
# In a process of its own: user VERB...
user() {
	local as=()
	[ "$(id -u)" -eq 0 ] && as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state \
		XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/run exec "${as[@]}" "$tmp/igvm" "$@"
}
conf() {	# NAME LINE...: a VM without anything, and these lines
	printf '%s\n' '[vm]' 'os = linux' 'memory = 64M' 'cpus = 1' 'accel = tcg' 'firmware = bios' \
		"qemu = $(command -v "$real")" "${@:2}" '[igpu]' 'device = none' > "$home/config/igvm/vms/$1.conf"
	own
}
user_end() { perl -MJSON::PP -0777 -ne 'print decode_json($_)->{state}' <<< "$( (user status --json "$1") 2> /dev/null)"; }
limits() {
	if ! command -v "$real" > /dev/null; then
		skip "limits" "no $real"
		return
	fi
	conf few
	(ulimit -n 200; user launch few) > "$tmp/out" 2>&1
	is "too few open files allowed: refused" $? 1
	has "with the number that is needed" "$tmp/out" 'RLIMIT_NOFILE\) is 200, the VM needs [0-9]+'
	is "and nothing was begun" "$(find "$home/run" -name 'state.json' -o -name 'journal.json' -o -type s)" ""
	(ulimit -S -n 200; user start few) > "$tmp/out" 2>&1
	is "where only the soft limit is low it is raised" $? 0
	(user kill few) > /dev/null
	for ((i = 4; i < 24; i++)); do
		(ulimit -n $i; user --json doctor) > "$tmp/out" 2> "$tmp/err"
		[ $? -lt 126 ] || echo "$i"
	done > "$tmp/died"
	is "with 4 to 23 descriptors in all: no command dies" "$(cat "$tmp/died")" ""
	"$B/tests/t_launch" > "$tmp/out" 2>&1 < /dev/null
	if [ "$(id -u)" = 0 ]; then
		cp "$B/tests/t_launch" "$tmp/t_launch"
		chmod 755 "$tmp/t_launch"
		(ulimit -l 64
		CMOCKA_TEST_FILTER='refuses_too_small_a_limit' exec setpriv --reuid 65534 --regid 65534 --clear-groups \
			"$tmp/t_launch") > "$tmp/out" 2>&1
	fi
	ok "too little locked memory allowed: refused with the number that is needed" \
		"$(grep -q '^ok .*refuses_too_small_a_limit' "$tmp/out"; echo $?)" "$tmp/out"
}
plays limits && limits

words() {
	if ! command -v "$real" > /dev/null; then
		skip "words" "no $real"
		return
	fi
	for bad in '-sandbox off' '-qmp stdio' '-daemonize' '-pidfile /x'; do
		conf words '[qemu]' "words = $bad"
		(user start words) > "$tmp/out" 2>&1
		is "words that take igvm's hold of QEMU ($bad): 2" $? 2
		has "with the line" "$tmp/out" 'words.conf:[0-9]+: words: .* is refused'
	done
	conf words '[qemu]' 'words = -global isa-debugcon.iobase=0x403 -boot menu=off'
	(user start words) > "$tmp/out" 2>&1
	is "others start" $? 0
	(user status words) > "$tmp/out" 2>&1
	has "and are shown as unsupported" "$tmp/out" 'unsupported: +-global isa-debugcon.iobase=0x403 -boot menu=off'
	(user kill words) > /dev/null
}
plays words && words

# --- the TPM's emulator -----------------------------------------------------------------------
swtpms() { pgrep -f "swtpm .*$home" || echo none; }
user_state() { (user --json status "$1") > "$tmp/status" 2> /dev/null; get "$tmp/status" state; }
tpm() {
	if ! command -v "$real" > /dev/null || ! command -v swtpm > /dev/null; then
		skip "the TPM's emulator" "no $real, or no swtpm"
		return
	fi
	conf tpm 'tpm = yes'
	(user start tpm) > "$tmp/out" 2>&1
	is "a VM with a TPM" "$? $(user_state tpm)" "0 running" || cat "$tmp/out"
	kill -KILL "$(swtpms)"
	wait_for none swtpms
	is "its emulator dies: the VM runs on" "$(user_state tpm)" running
	(user stop --timeout 1 tpm) > "$tmp/out" 2>&1
	is "and ends as ever" "$? $(user_state tpm) $(swtpms)" "0 stopped none"

	find "$home/data" -name 'tpm2-00.permall' -exec dd if=/dev/zero of={} bs=64 count=1 conv=notrunc status=none \;
	(user start tpm) > "$tmp/out" 2>&1
	is "a TPM state that is damaged: no start" "$?" 1
	has "and the TPM is named" "$tmp/out" 'tpm|TPM'
	is "no emulator is left of it, and nothing is half started" "$(user_state tpm) $(swtpms)" "stopped none"

	rm -rf "$home/data/igvm/tpm/tpm"
	: > "$home/data/igvm/tpm/tpm"
	own
	(user start tpm) > "$tmp/out" 2>&1
	is "a file in place of its folder: no start" "$?" 1
	has "with the path" "$tmp/out" "$home/data/igvm/tpm/tpm"
	is "and nothing is left of that either" "$(user_state tpm) $(swtpms)" "stopped none"
}
plays tpm && tpm

# --- what surrounds a command ---------------------------------------------------------------
# The same answer, to the byte, in whatever a caller left us in.
same() {	# DESCRIPTION: what $tmp/out has is what $tmp/plain has
	cmp -s "$tmp/plain" "$tmp/out"
	ok "$1" $? <(diff "$tmp/plain" "$tmp/out") "$tmp/err"
}
surroundings() {
	local verb whole code old
	whole=$(realpath "$igvm")
	fake around normal
	start around 5000
	: > "$root/etc/igvm/vms/"$'\xff\xfe'.conf
	: > "$root/etc/igvm/vms/b"$'\n'"c.conf"
	for verb in "status --json around" "list --json" "--json explain igpu.none" "--json doctor" "list" "--json usb list"; do
		# shellcheck disable=SC2086 # words
		vm $verb > "$tmp/plain" 2> /dev/null
		code=$?
		[ -s "$tmp/plain" ] || echo "# $verb says nothing"
		# shellcheck disable=SC2086
		{
		case $verb in
		*json*)
			LC_ALL=zh_TW.UTF-8 LANGUAGE=zh_TW vm $verb > "$tmp/out" 2> "$tmp/err"
			same "$verb: the same in another language"
			;;
		esac
		LC_ALL=tr_TR.ISO-8859-9 LANG=nonsense vm $verb > "$tmp/out" 2> "$tmp/err"
		same "$verb: in a locale that there is none of"
		TZ=Pacific/Kiritimati vm $verb > "$tmp/out" 2> "$tmp/err"
		[[ $verb == *json* ]] && same "$verb: in another time zone"
		(umask 0777; vm $verb) > "$tmp/out" 2> "$tmp/err"
		same "$verb: under umask 0777"
		vm $verb > "$tmp/out" 2> "$tmp/err" <&-
		same "$verb: without standard input"
		vm $verb 2>&- > "$tmp/out"
		same "$verb: without standard error"
		perl -e '$SIG{CHLD} = "IGNORE"; $SIG{PIPE} = "IGNORE"; exec @ARGV' "$igvm" --root "$root" $verb > "$tmp/out" 2> "$tmp/err"
		same "$verb: with SIGCHLD and SIGPIPE ignored"
		(mkdir "$tmp/gone" && cd "$tmp/gone" && rmdir "$tmp/gone" && exec "$whole" --root "$root" $verb) \
			> "$tmp/out" 2> "$tmp/err"
		same "$verb: in a directory that is gone"
		vm $verb >&- 2> "$tmp/err"
		# Who closes it wants no answer: what was asked for is done all the same.
		is "$verb: without standard output the same status, and nothing else got its bytes" "$? $(state around)" "$code running"
		(vm $verb; echo $? > "$tmp/code") 2> "$tmp/err" | true
		ok "$verb: a reader that has left is no signal" "$(($(cat "$tmp/code") > 125))" "$tmp/err"
		}
	done
	rm -f "$root/etc/igvm/vms/"$'\xff\xfe'.conf "$root/etc/igvm/vms/b"$'\n'"c.conf"
	vm status $'\xff\xfe' > "$tmp/out" 2>&1
	is "a name that is no text: 2" "$? $(tr -d '\200-\377' < "$tmp/out" | cmp -s - "$tmp/out"; echo $?)" "2 0"
	(umask 0777; exec perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' "$igvm" --root "$root" stop around) > "$tmp/out" 2>&1 <&-
	is "a stop among all that: 0" "$? $(end_of around end)" "0 clean"
	fake umask normal
	old=$(umask)
	umask 0777
	start umask 5000 2> /dev/null
	umask "$old"
	is "a start under umask 0777" "$status $(state umask)" "0 running"
	vm kill umask > /dev/null
}
plays surroundings && surroundings

is "no sanitizer has spoken" "$(grep -hE '^==[0-9]+==ERROR|^[^ ]*: runtime error:' "$tmp"/*.log)" ""
echo "1..$n"
exit $failed

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The units under a real systemd, as PID 1 of namespaces of its own (tests/systemd/machine): that of this
# root, or with DEBIAN13=1 that of Debian 13 (tests/systemd13.sh). It boots with an igvm that `make install` has
# installed, a QEMU of its distribution and a guest of 40 bytes that obeys its power button.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
n=0
failed=0
label=

ok() {	# DESCRIPTION STATUS [FILE...]
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $label$1"
		return
	fi
	failed=1
	echo "not ok $n - $label$1"
	shift 2
	for f; do [ -e "$f" ] && sed 's/^/# /' "$f" | tail -n 40; done
}
is() {	# DESCRIPTION GOT WANTED
	[ "$2" = "$3" ]
	ok "$1" $? <(printf 'got:    %s\nwanted: %s\n' "$2" "$3") "$tmp/out"
}
has() {	# DESCRIPTION FILE PATTERN
	grep -Eq -- "$3" "$2"
	ok "$1" $? "$2" <(echo "wanted: $3")
}
skip() { n=$((n + 1)); echo "ok $n # SKIP $1"; }

tmp=$(mktemp -d) || exit 1
machine=
machines=
# The machine ends with its process; that process clears the cgroups away.
power_cut() {
	[ -n "$machine" ] || return 0
	kill "$machine" 2> /dev/null
	wait "$machine" 2> /dev/null
	machine=
}
trap 'power_cut; rm -rf --one-file-system "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# --- the units' exposure, and what igvm says without systemd -------------------------------
make -s install DESTDIR="$tmp/installed" prefix=/usr B="$B" > "$tmp/out" 2>&1
ok "make install" $? "$tmp/out"
units=$tmp/installed/usr/lib/systemd/system
has "the units start the program that was installed" "$units/igvm@.service" '^ExecStart=/usr/bin/igvm launch %i$'
# 1 of 10 is safe, 10 is exposed.
exposure() {	# SYSTEMD-ANALYZE... UNIT-FILE
	"$@" 2>&1 | sed -n 's/^.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p'
}
at_most() { awk -v is="$1" -v most="$2" 'BEGIN { exit !(is != "" && is <= most) }'; }
if command -v systemd-analyze > /dev/null; then
	for row in igvm-supervise@.service:2.0 igvm@.service:5.0 igvm-metrics.service:2.0; do
		is=$(exposure systemd-analyze security --offline=yes --no-pager "$units/${row%:*}")
		at_most "$is" "${row#*:}"
		ok "exposure of ${row%:*}: $is, at most ${row#*:}" $?
		mkdir -p "$tmp/verify"
		sed 's|/usr/bin/igvm|/bin/true|' "$units/${row%:*}" > "$tmp/verify/${row%:*}"
	done
	cp "$units/igvm-metrics.timer" "$tmp/verify"
	systemd-analyze verify --man=no "$tmp"/verify/*@.service "$tmp"/verify/igvm-metrics.* > "$tmp/out" 2>&1
	[ ! -s "$tmp/out" ]
	ok "systemd-analyze finds nothing wrong with them" $? "$tmp/out"
else
	skip "systemd-analyze is not installed: exposure not measured"
	skip "systemd-analyze is not installed: units not verified"
fi
if [ "$(id -u)" -eq 0 ] && [ ! -e /run/systemd/system ]; then
	# In a mount namespace: the VM file must be the system's.
	unshare --mount --propagation private sh -c '
		mount -t tmpfs tmpfs /etc/igvm 2> /dev/null || { mkdir -p /etc/igvm && mount -t tmpfs tmpfs /etc/igvm; }
		mkdir -p /etc/igvm/vms && : > /etc/igvm/vms/x.conf && exec "$0" autostart enable x' "$B/igvm" \
		> "$tmp/out" 2>&1
	is "autostart without systemd: 1" $? 1
	has "says why" "$tmp/out" 'x: cannot be started with the host: systemd does not run this host'
else
	skip "autostart without systemd: not root, or systemd runs this host"
fi

[ "$(id -u)" -eq 0 ] || { skip "needs root: namespaces and mounts"; echo "1..$n"; exit $failed; }

# --- the machine ---------------------------------------------------------------------------
dir=
on() { nsenter -a -t "$(cat "$dir/pid")" env LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
wait_for() {	# SECONDS WANTED COMMAND...
	local seconds=$1 want=$2 i
	shift 2
	for ((i = 0; i < seconds * 20; i++)); do
		[ "$("$@" 2> /dev/null)" = "$want" ] && return 0
		sleep 0.05
	done
	return 1
}
is_up() { [ -s "$dir/pid" ] && on systemctl is-system-running 2> /dev/null | sed 's/degraded/running/'; }
boot() {	# ROOT
	tests/systemd/machine "$1" "$dir" 2> "$dir/machine.log" &
	machine=$!
	machines="$machines $machine"
	wait_for 60 running is_up
}
state() { on igvm status --json "$1" > "$dir/status" 2> /dev/null; get "$dir/status" state; }
get() { perl -MJSON::PP -e '
	local $/; open my $f, "<", $ARGV[0] or exit;
	my $v = decode_json(<$f>)->{$ARGV[1]};
	print defined $v ? $v : "null", "\n"' "$1" "$2" 2> /dev/null; }
helpers_ended() { state "$1" > "$dir/none"; perl -MJSON::PP -e '
	local $/; open my $f, "<", $ARGV[0] or exit;
	print JSON::PP->new->canonical->encode([sort @{decode_json(<$f>)->{helpers_ended}}]), "\n"' "$dir/status" 2> /dev/null; }
end_of() { on cat "/run/igvm/$1/end.json" > "$dir/end" 2> /dev/null; get "$dir/end" "$2"; }
prop() { on systemctl show --value -p "$2" "$1"; }
pid_of() { prop "igvm@$1" MainPID; }
# 0 would be this test itself
kill_it() { [ "$1" -gt 1 ] && on sh -c "kill -${2:-KILL} $1"; }
active() { on systemctl is-active "$1"; }
new_pid() { local p; p=$(pid_of "$1"); [ "$p" != 0 ] && [ "$p" != "$2" ] && state "$1"; }

# The guest: enable the button, say R on its serial port, wait for the button, go to sleep state 5; ports of
# the ICH9, timer at 18 Hz.
guest() {
	printf '\272\002\006\270\000\001\357\272\370\003\260\122\356\373\364\272\000\006\355\366\304\001\164\365\272\004\006\270\000\040\357\364\353\375'
}
# ... and one that ignores it: cli; hlt; jmp
deaf_guest() { printf '\372\364\353\375'; }
has_button() { on cat "/run/igvm/$1/log/serial.0" | tr -cd R; }	# the guest listens to it
disk() {	# FILE, code on stdin
	cat > "$1"
	truncate -s 510 "$1"
	printf '\125\252' >> "$1"
	truncate -s 4M "$1"
}
vm() {	# NAME DISK FORMAT
	cat > "$dir/upper/etc/igvm/vms/$1.conf" << EOF
[vm]
os = linux
memory = 64M
cpus = 1
accel = tcg
firmware = bios
[igpu]
device = none
[disk d]
path = $2
format = $3
bus = sata
EOF
}
# One that every host has online.
cpu=$(sed 's/[-,].*//' /sys/devices/system/cpu/online)
furnish() {
	local u=$dir/upper
	mkdir -p "$u/etc/igvm/vms" "$u/var/vm"
	cp -a "$tmp/installed/." "$u/"
	guest | disk "$u/var/vm/good"
	guest | disk "$u/var/vm/fast"
	deaf_guest | disk "$u/var/vm/deaf"
	vm good /var/vm/good raw
	sed -i "s/^cpus = 1/&\npin = $cpu/" "$u/etc/igvm/vms/good.conf"
	vm fast /var/vm/fast raw
	vm deaf /var/vm/deaf raw
	vm broken /var/vm/deaf qcow2
	vm nodisk /var/vm/none raw
	vm full /var/vm/deaf raw
	sed -i 's/^firmware = bios/firmware = uefi\ntpm = yes\nhook = \/etc\/igvm\/hook/; s/^\[disk d\]/[net lan]\ntype = passt\n&/' \
		"$u/etc/igvm/vms/full.conf"
	printf '[share all]\npath = /var/vm\nread-only = no\n' >> "$u/etc/igvm/vms/full.conf"
	# shellcheck disable=SC2016 # the hook's own
	printf '#!/bin/sh\necho "hook $*"\n' > "$u/etc/igvm/hook"
	chmod 755 "$u/etc/igvm/hook"
}
# MemoryDenyWriteExecute= is for KVM; the rest makes the tests short.
drop_ins() {
	on mkdir -p /etc/systemd/system/igvm@.service.d /etc/systemd/system/igvm@fast.service.d \
		/etc/systemd/system/igvm-supervise@.service.d
	printf '[Service]\nMemoryDenyWriteExecute=no\nTimeoutStopSec=2\n' |
		on tee /etc/systemd/system/igvm@.service.d/test.conf > "$dir/none"
	printf '[Service]\nRestartSec=100ms\n' |
		on tee /etc/systemd/system/igvm@fast.service.d/fast.conf > "$dir/none"
	printf '[Service]\nWatchdogSec=1\n' |
		on tee /etc/systemd/system/igvm-supervise@.service.d/test.conf > "$dir/none"
	on systemctl daemon-reload
}

starts() {
	local qemu
	on igvm start good > "$tmp/out" 2>&1
	is "start: 0" $? 0
	is "start has waited for the supervisor's READY" "$(state good) $(active igvm@good) $(active igvm-supervise@good)" \
		"running active active"
	perl tests/schema/check.pl tests/schema/status.json "$dir/status" > "$tmp/out" 2>&1
	ok "its status fits the schema" $? "$tmp/out"
	is "status names the unit" "$(get "$dir/status" unit)" igvm@good.service
	qemu=$(pid_of good)
	is "the VM is the unit's process" "$(get "$dir/status" pid) $(on cat "/proc/$qemu/comm" | cut -c1-11)" \
		"$qemu qemu-system"
	is "on its processor, threads and all, in spite of what the unit forbids" \
		"$(on sh -c "cat /proc/$qemu/task/*/status" | sed -n 's/^Cpus_allowed_list:\t//p' | sort -u)" "$cpu"
	on mkdir -p /var/lib/prometheus/node-exporter
	on systemctl start igvm-metrics.service > "$tmp/out" 2>&1
	ok "the metrics' unit runs" $? "$tmp/out"
	on cat /var/lib/prometheus/node-exporter/igvm.prom > "$dir/prom" 2>&1
	has "what it wrote: the VM runs and is watched" "$dir/prom" '^igvm_vm_supervised\{vm="good",scope="system"\} 1$'
	has "what it wrote: one that does not run" "$dir/prom" '^igvm_vm_up\{vm="deaf",scope="system"\} 0$'
	tests/schema/prom.pl "$dir/prom" > "$tmp/out"
	ok "and Prometheus can read it" $? "$tmp/out"
	is "without any capability" "$(on sed -n 's/^CapEff:\t//p' "/proc/$qemu/status")" 0000000000000000
	on igvm start good > "$tmp/out" 2>&1
	is "start of a VM that runs: 0" $? 0
	has "says so" "$tmp/out" '^good runs already\.$'
	on systemctl daemon-reload
	is "a daemon-reload changes nothing" "$(pid_of good) $(state good)" "$qemu running"
}

supervisor() {
	local qemu sup
	qemu=$(pid_of good)
	sup=$(prop igvm-supervise@good MainPID)
	kill_it "$sup"
	wait_for 10 running state good
	is "a killed supervisor is started again and adopts the VM" \
		"$(pid_of good) $(state good) $([ "$(prop igvm-supervise@good MainPID)" != "$sup" ]; echo $?)" \
		"$qemu running 0"
	sup=$(prop igvm-supervise@good MainPID)
	kill_it "$sup" STOP
	wait_for 20 1 prop igvm-supervise@good NRestarts
	wait_for 10 running state good
	is "one that hangs is ended by its watchdog, not the VM" \
		"$(pid_of good) $(state good) $([ "$(prop igvm-supervise@good MainPID)" != "$sup" ]; echo $?)" \
		"$qemu running 0"
	kill_it "$(prop igvm-supervise@good MainPID)" TERM
	wait_for 10 unsupervised state good
	sleep 1.5
	is "SIGTERM to it means detach" "$(pid_of good) $(state good) $(active igvm-supervise@good)" \
		"$qemu unsupervised inactive"
	on igvm logs good > "$tmp/out" 2>&1
	wait_for 10 running state good
	is "a verb that needs one starts the unit" "$(pid_of good) $(state good) $(active igvm-supervise@good)" \
		"$qemu running active"
	on systemctl stop igvm-supervise@good
	is "a stop of the supervisor's unit leaves the VM" "$(pid_of good) $(state good)" "$qemu unsupervised"
}

stops() {
	wait_for 20 R has_button good
	on igvm stop good > "$tmp/out" 2>&1
	is "stop: 0" $? 0
	has "in order" "$tmp/out" '^good is stopped\.$'
	is "by the guest, as its record says; systemd agrees" \
		"$(end_of good end) $(end_of good by) $(end_of good service_result) $(active igvm@good)" \
		"clean powerdown success inactive"
	perl tests/schema/check.pl tests/schema/end.json "$dir/end" > "$tmp/out" 2>&1
	ok "which fits the schema" $? "$tmp/out"
	is "nothing is left but records" "$(find "/proc/$(cat "$dir/pid")/root/run/igvm/"{good,control} -type s -o -name journal.json)" ""
	on igvm stop good > "$tmp/out" 2>&1
	is "stop of a stopped VM: 0" $? 0
	on igvm start good > "$tmp/out" 2>&1
	wait_for 20 R has_button good
	on systemctl stop igvm@good
	is "systemctl stop is the same" "$(end_of good end) $(end_of good by) $(active igvm@good)" \
		"clean powerdown inactive"

	on igvm start deaf > "$tmp/out" 2>&1
	t0=$(date +%s)
	on igvm stop --timeout 6 deaf > "$tmp/out" 2>&1
	is "a guest that ignores its button: 0" $? 0
	has "QEMU was told to quit" "$tmp/out" 'QEMU was told to quit'
	is "after its time, not after TimeoutStopSec=" "$(($(date +%s) - t0 >= 6)) $(end_of deaf by)" "1 quit"
	on igvm start deaf > "$tmp/out" 2>&1
	is "and it starts again: 0" $? 0
	on igvm kill deaf > "$tmp/out" 2>&1
	is "kill: 0" $? 0
	wait_for 20 failed active igvm@deaf
	is "force is no failure that systemd mends" "$(end_of deaf end) $(state deaf) $(prop igvm@deaf ActiveState)" \
		"forced stopped failed"
	on igvm start deaf > "$tmp/out" 2>&1
	kill_it "$(prop igvm-supervise@deaf MainPID)" STOP
	on igvm kill deaf > "$tmp/out" 2>&1
	is "nor is one without its supervisor, which hangs" "$? $(end_of deaf end) $(end_of deaf by)" "0 forced kill"
	on igvm start deaf > "$tmp/out" 2>&1
	on systemctl stop --no-block igvm@deaf
	wait_for 20 asked state deaf
	on igvm stop --force deaf > "$tmp/out" 2>&1
	is "a stop that takes too long is shortened" "$? $(end_of deaf by) $(state deaf)" "0 quit stopped"
}

# TPM and network are processes of the VM's, in the sandbox of its unit.
helpers() {	# ROOT
	local group
	if [ "$1" != / ] || ! command -v swtpm > "$dir/none" || ! command -v passt > "$dir/none" ||
			! on ip link add d0 type veth peer name d1 2> "$dir/none"; then
		skip "no swtpm, passt or veth"
		return
	fi
	on ip link set d1 up
	on ip link set d0 up
	on ip addr add 10.0.0.1/24 dev d0
	on ip route add default via 10.0.0.254
	on igvm start full > "$tmp/out" 2>&1
	is "with TPM, UEFI, passt, virtiofsd and a hook: 0" $? 0
	group=/proc/$(cat "$dir/pid")/root/sys/fs/cgroup$(prop igvm@full ControlGroup)/cgroup.procs
	is "all in the unit's cgroup" "$(xargs -I{} cat /proc/{}/comm < "$group" | sed "s/\.avx2//" | sort | tr '\n' ' ')" \
		"igvm-keeper passt qemu-system-x86 swtpm virtiofsd "
	on igvm logs full > "$dir/log" 2>&1
	has "the hook was told of the start" "$dir/log" '^hook full starting$'
	is "none is missed" "$(helpers_ended full)" "[]"
	for helper in swtpm virtiofsd; do
		kill_it "$(on pgrep -x "$helper")"
	done
	wait_for 10 '["swtpm","virtiofsd"]' helpers_ended full
	is "helpers that end before QEMU: status says so" "$(helpers_ended full) $(get "$dir/status" healthy)" \
		'["swtpm","virtiofsd"] 0'
	on igvm status full > "$tmp/out" 2>&1
	has "in a sentence" "$tmp/out" 'not healthy: its TPM \(swtpm\) has ended: shut it down and start it again$'
	on igvm stop --force full > "$tmp/out" 2>&1
	is "none outlives it" "$? $(prop igvm@full ActiveState) $(cat "$group" 2> /dev/null)" "0 inactive "
	on journalctl -o cat -u igvm@full > "$dir/log" 2>&1
	has "the hook was told of the end" "$dir/log" '^hook full ended$'
}

trial() {
	on igvm start --trial 20s good > "$tmp/out" 2>&1
	is "start --trial reaches the unit" "$? $([ "$(state good)" = running ] && [ "$(get "$dir/status" trial_until)" != null ]; echo $?)" "0 0"
	wait_for 60 stopped state good
	wait_for 10 inactive active igvm@good
	is "nobody confirms: stopped in order, and left so" "$(end_of good end) $(end_of good by) $(active igvm@good)" \
		"clean powerdown inactive"
	is "its orders ended with it" "$(on ls /run/igvm/good | grep -c start.json)" 0
}

failures() {
	local qemu i
	on igvm start fast > "$tmp/out" 2>&1
	is "start: 0" $? 0
	qemu=$(pid_of fast)
	kill_it "$qemu"
	wait_for 20 running new_pid fast "$qemu"
	is "a QEMU that was killed is started again" \
		"$(state fast) $([ "$(pid_of fast)" != "$qemu" ]; echo $?) $(active igvm-supervise@fast)" "running 0 active"
	for ((i = 0; i < 5; i++)); do
		qemu=$(pid_of fast)
		[ "$qemu" = 0 ] && break
		kill_it "$qemu"
		wait_for 5 running new_pid fast "$qemu"
	done
	wait_for 10 failed active igvm@fast
	is "but not for ever: it stays failed" "$(active igvm@fast) $(state fast) $(end_of fast end)" \
		"failed stopped failed"
	is "systemd's word is in the record" "$(end_of fast service_result) $(end_of fast signal_name)" "signal KILL"
	on igvm start fast > "$tmp/out" 2>&1
	is "a person may start it again" "$? $(state fast)" "0 running"
	on igvm stop --force fast > "$tmp/out" 2>&1

	on igvm start broken > "$tmp/out" 2>&1
	is "a QEMU that refuses its words: 1" $? 1
	has "with its own words" "$tmp/out" 'qcow2'
	wait_for 20 failed active igvm@broken
	is "is permanent: not tried again, and stays failed" \
		"$(end_of broken end) $(prop igvm@broken NRestarts) $(active igvm@broken)" "permanent 0 failed"
	on systemctl start igvm@nodisk > "$tmp/out" 2>&1
	wait_for 20 failed active igvm@nodisk
	is "so is one that igvm refuses" \
		"$(prop igvm@nodisk ExecMainStatus) $(prop igvm@nodisk NRestarts) $(active igvm@nodisk)" "5 0 failed"
	on mkdir -p /etc/systemd/system/igvm@fast.service.d
	printf '[Service]\nMemoryDenyWriteExecute=yes\n' |
		on tee /etc/systemd/system/igvm@fast.service.d/zz.conf > "$dir/none"
	on systemctl daemon-reload
	on igvm start fast > "$tmp/out" 2>&1
	is "accel = tcg in the unit as it is shipped: 1" $? 1
	has "says what to write where" "$tmp/out" '^igvm: fast: accel = tcg .*systemctl edit igvm@fast.*MemoryDenyWriteExecute=no'
	on igvm start nodisk > "$tmp/out" 2>&1
	is "igvm start of it: 5" $? 5
	has "names the disk" "$tmp/out" '/var/vm/none'
	on systemctl start igvm@nobody > "$tmp/out" 2>&1
	is "a VM that there is none of" "$(prop igvm@nobody ExecMainStatus) $(prop igvm@nobody NRestarts)" "4 0"
}

reboot() {	# ROOT
	on igvm autostart enable good > "$tmp/out" 2>&1
	is "autostart enable: 0" $? 0
	state good > "$dir/none"
	is "status says so" "$(get "$dir/status" autostart)" 1
	on igvm autostart enable good > "$tmp/out" 2>&1
	is "twice is as good as once" $? 0
	on igvm autostart enable nobody > "$tmp/out" 2>&1
	is "no such VM: 4" $? 4
	on igvm autostart maybe good > "$tmp/out" 2>&1
	is "neither enable nor disable: 2" $? 2
	on igvm start good > "$tmp/out" 2>&1
	wait_for 20 R has_button good
	# One kernel, so one boot to the journal.
	t0=$(date +%s)
	on systemctl poweroff > "$tmp/out" 2>&1
	wait "$machine"
	machine=
	boot "$1"
	ok "the host goes down with a VM, and comes up" $? "$dir/console"
	on journalctl -q -o cat --since "@$t0" -u igvm@good > "$tmp/out" 2>&1
	has "the guest was shut down in order" "$tmp/out" 'going down: guest-shutdown'
	wait_for 20 running state good
	is "autostart: it runs again" "$(state good) $(active igvm@good) $(active igvm-supervise@good)" \
		"running active active"
	on igvm autostart disable good > "$tmp/out" 2>&1
	is "autostart disable: 0" $? 0
	is "and it runs on" "$(state good) $(get "$dir/status" autostart)" "running 0"
	on igvm stop --force good > "$tmp/out" 2>&1
	on igvm autostart enable good > "$tmp/out" 2>&1
	on igvm delete --yes good > "$tmp/out" 2>&1
	is "a VM that is deleted is not started with the host" \
		"$? $(find "/proc/$(cat "$dir/pid")/root/etc/systemd/system" -name 'igvm@good*')" "0 "
}

story() {	# ROOT VERSION
	label="systemd $2: "
	dir=$tmp/$2
	mkdir "$dir"
	furnish
	boot "$1"
	ok "boots" $? "$dir/console" "$dir/machine.log"
	[ -s "$dir/pid" ] || return
	drop_ins
	if [ "$1" != / ]; then
		for row in igvm-supervise@.service:2.0 igvm@.service:5.0 igvm-metrics.service:2.0; do
			is=$(exposure on systemd-analyze security --offline=yes --no-pager "/usr/lib/systemd/system/${row%:*}")
			at_most "$is" "${row#*:}"
			ok "exposure of ${row%:*}: $is, at most ${row#*:}" $?
		done
	fi
	# A part alone, while one works on it: PARTS="starts failures"
	for part in ${PARTS:-starts supervisor stops helpers trial failures reboot}; do
		$part "$1"
	done
	on journalctl -q -o cat -u 'igvm*' > "$tmp/out" 2>&1
	is "no sanitizer has spoken" "$(grep -hE '^==[0-9]+==ERROR|^[^ ]*: runtime error:' "$tmp/out")" ""
	power_cut
}

version_of() { chroot "$1" systemctl --version 2> /dev/null | sed -n '1s/systemd \([0-9]*\).*/\1/p'; }

unshare --pid --mount --net --ipc --uts --cgroup --fork true 2> "$tmp/out" ||
	{ skip "no namespaces can be made here: $(tail -n 1 "$tmp/out")"; echo "1..$n"; exit $failed; }
if [ -n "${DEBIAN13-}" ]; then
	if root=$(tests/systemd/root 2> "$tmp/out"); then
		story "$root" "$(version_of "$root")"
	else
		skip "Debian 13: $(tail -n 1 "$tmp/out")"
	fi
elif [ -x /lib/systemd/systemd ] && command -v qemu-system-x86_64 > /dev/null; then
	story / "$(version_of /)"
else
	skip "no systemd or no QEMU in this root"
fi
label=
# By their names, because another test may have a machine of its own.
left=$(for m in $machines; do find /sys/fs/cgroup -maxdepth 2 -name "igvm-machine.$m"; done 2> /dev/null)
is "no cgroup is left" "$left" ""
is "nor a mount" "$(grep -c "$tmp" /proc/self/mounts)" 0
echo "1..$n"
exit $failed

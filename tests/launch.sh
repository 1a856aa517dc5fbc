#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# launch, cleanup, bind and release as commands: a process that becomes a real
# QEMU (no device), and a made-up host whose device changes hands.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
real=$(command -v "${QEMU:-qemu-system-x86_64}")
# shellcheck source=tests/tools/tap.bash
. tests/tools/tap.bash
pid=
kernel=

tmp=$(mktemp -d) || exit 1
chmod 755 "$tmp"
cp "$B/igvm" "$tmp/igvm" || exit 1
export LC_ALL=C LANGUAGE=''
cleanup() {
	[ -n "$pid" ] && kill -KILL "$pid" 2> /dev/null
	[ -n "$kernel" ] && kill -KILL "$kernel" 2> /dev/null
	wait 2> /dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

wait_for() {	# COMMAND...: at most 10 s
	local i
	for ((i = 0; i < 500; i++)); do
		"$@" && return 0
		sleep 0.02
	done
	return 1
}

# --- launch: as an ordinary user, whoever runs the test ------------------------------
user() {
	local as=()
	[ "$(id -u)" -eq 0 ] && as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	HOME=$tmp/home XDG_CONFIG_HOME=$tmp/home/config XDG_DATA_HOME=$tmp/home/data \
		XDG_STATE_HOME=$tmp/home/state XDG_CACHE_HOME=$tmp/home/cache \
		XDG_RUNTIME_DIR=$tmp/home/run exec "${as[@]}" "$tmp/igvm" "$@"
}
mkdir -p "$tmp/home/config/igvm/vms" "$tmp/home/run"
cat > "$tmp/home/config/igvm/vms/tiny.conf" << EOF
[vm]
os = linux
memory = 64M
cpus = 1
accel = tcg
firmware = bios
qemu = ${real:-/nonexistent/qemu}
[igpu]
device = none
EOF
sed 's/qemu = .*/qemu = \/nonexistent\/qemu/' "$tmp/home/config/igvm/vms/tiny.conf" \
	> "$tmp/home/config/igvm/vms/noqemu.conf"
printf '[disk d]\npath = %s\nformat = raw\n' "$tmp/home/missing.img" |
	cat "$tmp/home/config/igvm/vms/tiny.conf" - > "$tmp/home/config/igvm/vms/nodisk.conf"
chmod -R u=rwX,go=rX "$tmp/home"
chmod 700 "$tmp/home/run"
[ "$(id -u)" -eq 0 ] && chown -R 65534:65534 "$tmp/home"

is_qemu() { [ "$(readlink "/proc/$pid/exe")" = "$(realpath "$real")" ]; }
if [ -z "$real" ]; then
	skip "launch" "no qemu-system-x86_64"
else
	(user launch tiny) > "$tmp/out" 2>&1 &
	pid=$!
	wait_for is_qemu
	ok "the process becomes QEMU" $? "$tmp/out"
	run=$tmp/home/run/igvm/tiny
	wait_for grep -q 'Seccomp:.2' "/proc/$pid/status"
	is "without privilege, under its sandbox" \
		"$(grep -E '^(NoNewPrivs|Seccomp|CapEff):' "/proc/$pid/status" | tr -s '\t\n' ' ')" \
		"CapEff: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 "
	is "its lock is the first descriptor" "$(readlink "/proc/$pid/fd/3")" \
		"$tmp/home/data/igvm/.lock/tiny"
	is "its stdin is nothing" "$(readlink "/proc/$pid/fd/0")" /dev/null
	[ -S "$run/qmp" ] && [ -S "$run/console" ] && [ -s "$run/state.json" ]
	ok "sockets and record are there" $?
	(user launch tiny) > "$tmp/second" 2>&1
	is "a second one is busy" $? 75
	(user cleanup tiny) > "$tmp/second" 2>&1
	is "a running VM is not cleaned up" $? 75
	kill -KILL "$pid"
	wait "$pid" 2> /dev/null
	pid=
	(user cleanup tiny) > "$tmp/out" 2>&1
	is "cleanup after a kill" $? 0
	[ ! -e "$run/qmp" ] && [ ! -e "$run/journal.json" ] && [ -e "$run/state.json" ]
	ok "sockets and journal are gone, the record stays" $?
	(user cleanup tiny) > "$tmp/out" 2>&1
	is "cleanup twice" $? 0
	(user launch nodisk) > "$tmp/out" 2>&1
	is "a missing disk is refused" $? 5
	grep -q missing.img "$tmp/out"
	ok "by name" $? "$tmp/out"
fi
# --- the owner's program before QEMU and after it ------------------------------------------
hook=$tmp/home/hook
said=$tmp/home/hook.said
has_hook() { sed "s,^qemu = .*,&\nhook = $hook," "$tmp/home/config/igvm/vms/tiny.conf" > "$tmp/home/config/igvm/vms/hooked.conf"; }
hook_is() {	# LINE...: what it does
	rm -f "$hook" "$said"
	{ echo '#!/bin/sh'; printf '%s\n' "$@"; } > "$hook"
	chmod 755 "$hook"
	chmod go+r "$tmp/home/config/igvm/vms/hooked.conf"
}
if [ -z "$real" ]; then
	skip "hook" "no qemu-system-x86_64"
else
	has_hook
	# shellcheck disable=SC2016 # the hook's own
	hook_is 'echo "$1 $2 $# $(id -u) $(grep -c . /proc/self/environ) $(ls /proc/self/fd | wc -l)" >> "${0%/*}/hook.said"'
	(user launch hooked) > "$tmp/out" 2>&1 &
	pid=$!
	wait_for is_qemu
	ok "with a hook the process becomes QEMU" $? "$tmp/out"
	# ls has a descriptor of the folder it reads; the hook has 0 to 2.
	[ "$(id -u)" -eq 0 ] && me=65534 || me=$(id -u)
	is "the hook ran before, as the VM's user, with nothing inherited" "$(cut -d' ' -f1-4,6 "$said")" "hooked starting 2 $me 4"
	kill -KILL "$pid"
	wait "$pid" 2> /dev/null
	pid=
	(user cleanup hooked) > "$tmp/out" 2>&1
	ok "cleanup" $? "$tmp/out"
	is "tells it of the end" "$(cut -d' ' -f1-4 "$said" | tail -n +2)" "hooked ended 2 $me"
	(user cleanup hooked) > "$tmp/out" 2>&1
	is "once" "$(wc -l < "$said")" 2

	cp "$tmp/home/run/igvm/hooked/state.json" "$tmp/state.before"
	# shellcheck disable=SC2016
	hook_is 'echo "$2" >> "${0%/*}/hook.said"' 'echo not today' 'test "$2" = ended'
	(user launch hooked) > "$tmp/out" 2>&1
	is "a hook that fails refuses the start" $? 1
	grep -q "the hook $hook says no (exit code 1)" "$tmp/out"
	ok "in a sentence" $? "$tmp/out"
	is "and is told of the end" "$(tr '\n' ' ' < "$said")" "starting ended "
	[ ! -e "$tmp/home/run/igvm/hooked/journal.json" ] && grep -q "not today" "$tmp/home/run/igvm/hooked/log/qemu.0"
	ok "nothing is left but what it wrote, in the log" $?
	cmp "$tmp/state.before" "$tmp/home/run/igvm/hooked/state.json" > "$tmp/out" 2>&1
	ok "and what is known of the run before" $? "$tmp/out"

	hook_is 'sleep 98.7 & sleep 98.7'
	start=$SECONDS
	(user launch hooked) > "$tmp/out" 2>&1
	is "one that hangs refuses it, too" $? 1
	grep -q "is not through after 10 seconds" "$tmp/out" && [ $((SECONDS - start)) -lt 40 ]
	ok "in time, before and after" $? "$tmp/out"
	[ -z "$(pgrep -fx 'sleep 98.7')" ]
	ok "and is killed, with its children" $?

	chmod 644 "$hook"
	(user launch hooked) > "$tmp/out" 2>&1
	is "one that cannot be executed is found before" $? 5
	grep -q 'hook.missing' "$tmp/out"
	ok "by name" $? "$tmp/out"
fi
# --- start: a VM that fails is started again, at a pace ---------------------------------
value() { sed -n "s/^ *\"$1\": *\"*\([^\",]*\)\"*,*$/\1/p" "$tmp/status"; }
look() { (user status --json tiny) > "$tmp/status" 2> /dev/null; }
runs_as_another() { look; [ "$(value state)" = running ] && [ "$(value pid)" != "$pid" ]; }
is_due() { look; [ "$(value restarting)" = true ]; }
if [ -z "$real" ]; then
	skip "start again" "no qemu-system-x86_64"
else
	(user start tiny) > "$tmp/out" 2>&1
	is "start: 0" $? 0
	look
	pid=$(value pid)
	kill -KILL "$pid"
	wait_for is_due
	is "a QEMU that was killed: it is due again" "$(value state) $(value restarting)" "stopped true"
	(user status tiny) > "$tmp/out" 2>&1
	grep -q 'is started again in a moment; `igvm stop tiny` ends that' "$tmp/out"
	ok "status says so, and how to end that" $? "$tmp/out"
	wait_for runs_as_another
	is "and it runs" "$(value state) $(value restarting)" "running false"
	pid=$(value pid)
	kill -KILL "$pid"
	wait_for is_due
	(user stop tiny) > "$tmp/out" 2>&1
	is "a stop ends the waiting: 0" $? 0
	grep -q 'was about to be started again, and is not now' "$tmp/out"
	ok "and says so" $? "$tmp/out"
	sleep 6
	look
	is "it stays down" "$(value state) $(value restarting)" "stopped false"
	(user start tiny) > "$tmp/out" 2>&1
	look
	pid=$(value pid)
	(user kill tiny) > "$tmp/out" 2>&1
	look
	is "what was killed by order is not started again" "$(value state) $(value restarting)" "stopped false"
	(user start tiny) > "$tmp/out" 2>&1
	look
	pid=$(value pid)
	# As after the fourth restart within ten minutes.
	printf '{"version":1,"kind":"restarts","since_boot_ms":%s,"count":4,"by":null}' \
		"$(awk '{ printf "%d", $1 * 1000 }' /proc/uptime)" > "$run/restarts.json"
	chown 65534 "$run/restarts.json" 2> /dev/null
	kill -KILL "$pid"
	sleep 1
	look
	is "too often is not again" "$(value state) $(value restarting)" "stopped false"
	pid=
fi
(user launch noqemu) > "$tmp/out" 2>&1
is "a missing QEMU is refused" $? 5
(user launch) > "$tmp/out" 2>&1
is "launch without a name" $? 2
(user cleanup ../etc) > "$tmp/out" 2>&1
is "cleanup of what cannot be a name" $? 2
(user bind) > "$tmp/out" 2>&1
is "bind as an ordinary user" $? 77

# --- bind, release: a made-up host; this shell plays the kernel ------------------------
root=$tmp/host
dev=$root/sys/bus/pci/devices/0000:00:02.0
mkdir -p "$root/run" "$root/sys/kernel/iommu_groups/1/devices" "$root/proc/812/fd"
for d in i915 vfio-pci; do
	mkdir -p "$root/sys/bus/pci/drivers/$d"
	: > "$root/sys/bus/pci/drivers/$d/unbind"
	: > "$root/sys/bus/pci/drivers/$d/bind"
done
mkdir -p "$dev"
: > "$root/sys/bus/pci/drivers_probe"
echo '(null)' > "$dev/driver_override"
echo 0x8086 > "$dev/vendor"
echo 0x4692 > "$dev/device"
echo 0x030000 > "$dev/class"
echo 0x00 > "$dev/revision"
echo 0x8086 > "$dev/subsystem_vendor"
echo 0x0000 > "$dev/subsystem_device"
echo 0 > "$dev/irq"
: > "$dev/resource"
head -c 256 /dev/zero > "$dev/config"
printf '\x86\x80\x92\x46' | dd of="$dev/config" conv=notrunc status=none
printf '\x00\x00\x03' | dd of="$dev/config" bs=1 seek=9 conv=notrunc status=none
ln -s ../../../../kernel/iommu_groups/1 "$dev/iommu_group"
ln -s ../../../../bus/pci/devices/0000:00:02.0 "$root/sys/kernel/iommu_groups/1/devices/0000:00:02.0"
ln -s ../../drivers/i915 "$dev/driver"
drivers=$root/sys/bus/pci/drivers
play_kernel() {
	local d
	while sleep 0.01; do
		for d in i915 vfio-pci; do
			if [ -s "$drivers/$d/unbind" ]; then
				: > "$drivers/$d/unbind"
				rm -f "$dev/driver"
			fi
			if [ -s "$drivers/$d/bind" ]; then
				: > "$drivers/$d/bind"
				[ -e "$dev/driver" ] || ln -s "../../drivers/$d" "$dev/driver"
			fi
		done
		if [ -s "$root/sys/bus/pci/drivers_probe" ]; then
			: > "$root/sys/bus/pci/drivers_probe"
			read -r d < "$dev/driver_override"
			case $d in ''|'(null)') d=i915;; esac
			[ -e "$dev/driver" ] || ln -s "../../drivers/$d" "$dev/driver"
		fi
	done
}
play_kernel &
kernel=$!
host() { "$B/igvm" --root "$root" "$@"; }
driver() { basename "$(readlink "$dev/driver")"; }

mkdir -p "$dev/drm/card0"
ln -s /dev/dri/card0 "$root/proc/812/fd/4"
echo Xwayland > "$root/proc/812/comm"
host bind > "$tmp/out" 2>&1
is "bind while a program shows a picture" $? 5
grep -q 'in use (igpu.busy): .*Xwayland (pid 812)' "$tmp/out"
ok "names it" $? "$tmp/out"
rm -r "$root/proc/812" "$dev/drm"

mkdir "$root/sys/bus/pci/devices/0000:00:02.1"
cp "$dev"/[a-z]* "$root/sys/bus/pci/devices/0000:00:02.1/" 2> /dev/null
rm -f "$root/sys/bus/pci/devices/0000:00:02.1/driver"
ln -s ../../../../kernel/iommu_groups/1 "$root/sys/bus/pci/devices/0000:00:02.1/iommu_group" 2> /dev/null
host bind > "$tmp/out" 2>&1
is "bind when the group is shared" $? 5
grep -q iommu.group-shared "$tmp/out"
ok "says which finding" $? "$tmp/out"
rm -r "$root/sys/bus/pci/devices/0000:00:02.1"
is "nothing was touched" "$(driver)" i915

host bind > "$tmp/out" 2> "$tmp/err"
is "bind" "$? $(driver)" "0 vfio-pci"
host bind --json > "$tmp/out" 2> "$tmp/err"
is "bind again changes nothing" "$? $(driver)" "0 vfio-pci"
perl tests/schema/check.pl tests/schema/bind.json "$tmp/out" > "$tmp/err" 2>&1
ok "--json fits its schema" $? "$tmp/err" "$tmp/out"
flock "$root/run/igvm/lock/device:0000:00:02.0" "$B/igvm" --root "$root" release > "$tmp/out" 2>&1
is "release while a VM holds it" "$? $(driver)" "5 vfio-pci"
host release > "$tmp/out" 2>&1
is "release" "$? $(driver)" "0 i915"
grep -q 'is with i915 now; it was with vfio-pci' "$tmp/out"
ok "says so" $? "$tmp/out"
host release --json > "$tmp/out" 2>&1
is "release again changes nothing" "$? $(driver)" "0 i915"
host bind 00:1f.7 > "$tmp/out" 2>&1
is "bind of a device that is not there" $? 5
host bind nonsense > "$tmp/out" 2>&1
is "bind of what is no address" $? 2

echo "1..$n"
exit $failed

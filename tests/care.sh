#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Living with a VM: its network and ports, its VM file changed by verbs, its
# USB devices and inputs, and its end. A real QEMU where there is one, no iGPU.
# As root, in namespaces of our own: the host's network and files see nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP namespaces of our own need root"
	exit 0
fi
if ! command -v qemu-system-x86_64 > /dev/null; then
	echo "1..0 # SKIP no qemu-system-x86_64"
	exit 0
fi
if [ -z "${IGVM_CARE_NS-}" ]; then
	IGVM_CARE_NS=1 exec unshare -mn "$0"
fi
igvm=$PWD/${B:-build}/igvm
tmp=$(mktemp -d) || exit 1
mark=care-$$
n=0
export LC_ALL=C LANGUAGE=

ours() { pgrep -f -- "guest=$mark" | while read -r p; do [ "$p" = $$ ] || echo "$p"; done; }
listener=
cleanup() {
	local p
	for p in $(ours) $listener; do kill -KILL "$p" 2> /dev/null; done
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkdir -p /etc/igvm /var/lib/igvm /run/igvm
for d in /etc/igvm /var/lib/igvm /run/igvm; do
	mount -t tmpfs -o mode=0755 igvm-test $d || exit 1
done
mount -t sysfs igvm-test /sys	# that of our network namespace
vms=/etc/igvm/vms
mkdir -p "$vms"
chmod 755 "$tmp"

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
shown() { sed 's/^/# out: /' "$tmp/out"; sed 's/^/# err: /' "$tmp/err"; }
# try DESCRIPTION STATUS PATTERN ARGUMENTS...: exit status, and a line of stderr or stdout
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	timeout 60 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
	got=$?
	if [ $got = "$status" ] && cat "$tmp/out" "$tmp/err" <(echo) | grep -qE -- "$pattern"; then
		ok 0 "$what"
	else
		ok 1 "$what: exit status $got, wanted $status and '$pattern'"
		shown
	fi
}
too() { grep -qE -- "$2" "$tmp/out" "$tmp/err"; ok $? "$1" || shown; }
write() { cat > "$vms/$1.conf"; }
good='[vm]
accel = tcg
memory = 64M
firmware = bios
[igpu]
device = none'
listens() { grep -qi "^ *[0-9]*: $1:$(printf %04X "$2") [0-9A-F:]* 0A" /proc/net/tcp; }

# --- the network ------------------------------------------------------------------------
ip link set lo up
write "$mark" <<< "${good/memory/rdp = local
memory}
[net lan]
type = user"
try "without a route: QEMU's own network" 0 "netdev user,.*hostfwd=tcp:127.0.0.1:3[34]" showcmd "$mark"
try "start" 0 "RDP: +127.0.0.1:3[34][0-9]{3}" start "$mark"
port=$(sed -n 's/^ *RDP: *127.0.0.1://p' "$tmp/out")
too "with the line for those who come from elsewhere" "ssh -L $port:127.0.0.1:$port [^ ]+@[^ ]+, then RDP to 127.0.0.1:$port"
too "and that of VNC" "ssh -L 5900:/run/igvm/$mark/vnc.d/vnc root@"
listens 0100007F "$port"
ok $? "QEMU listens on that port of 127.0.0.1, and there alone"
try "status says it too" 0 "RDP: +127.0.0.1:$port" status "$mark"
"$igvm" status --json "$mark" > "$tmp/json"
perl tests/schema/check.pl tests/schema/status.json "$tmp/json" > "$tmp/err" 2>&1 &&
	grep -q "\"rdp\": \"127.0.0.1:$port\"" "$tmp/json"
ok $? "and status --json"
try "showcmd of the VM that runs keeps its port" 0 "127.0.0.1:$port-" showcmd "$mark"
write "$mark-2" <<< "${good/memory/rdp = local
rdp-port = $port
memory}
[net lan]
type = user"
try "a port somebody listens on refuses before the start" 5 "net.port-taken.*$mark-2.conf:4: somebody listens on port $port" start "$mark-2"
try "kill" 0 "" kill "$mark"
write "$mark-3" <<< "${good/memory/rdp = local
rdp-port = $port
memory}
[net lan]
type = user"
try "a port that the file of another VM names, too" 5 "net.port-taken.*port $port is that of $mark-3" start "$mark-2"
try "rdp-port = auto keeps clear of both" 0 "hostfwd=tcp:127.0.0.1:$((port + 1))-" showcmd "$mark"
rm "$vms/$mark-2.conf" "$vms/$mark-3.conf"

if command -v passt > /dev/null; then
	ip tuntap add care0 mode tap && ip addr add 192.0.2.2/24 dev care0 && ip link set care0 up &&
		ip route add default via 192.0.2.1 dev care0
	ok $? "a network with a route"
	try "passt, where it is installed and there is a route" 0 "RDP: +127.0.0.1:$port" start "$mark"
	pgrep -f "passt .*127.0.0.1/$port:3389" > "$tmp/passt"
	[ -s "$tmp/passt" ] && listens 0100007F "$port"
	ok $? "passt listens on the port"
	[ "$(stat -c %u "/proc/$(cat "$tmp/passt")")" != 0 ]
	ok $? "and is not root"
	try "kill" 0 "" kill "$mark"
	for _ in $(seq 100); do pgrep -f "passt .*127.0.0.1/$port:3389" > /dev/null || break; sleep 0.05; done
	! pgrep -f "passt .*127.0.0.1/$port:3389" > /dev/null
	ok $? "passt ends with the VM"
else
	echo "# no passt"
fi

bridge="$good
[net lan]
type = bridge
bridge = carebr"
write "$mark" <<< "$bridge"
try "a bridge that is not there" 5 "net.no-bridge.*$mark.conf:[0-9]+: .*carebr is no bridge" start "$mark"
write "$mark" <<< "${bridge/carebr/lo}"
try "an interface that is no bridge" 5 "lo is no bridge" start "$mark"
if ip link add carebr type bridge 2> "$tmp/err"; then
	write "$mark" <<< "$bridge"
	try "a bridge" 0 "runs" start "$mark"
	ip -o link show master carebr > "$tmp/out"
	grep -q 'igvm0: <BROADCAST,MULTICAST,.*UP' "$tmp/out"
	ok $? "has a tap device of the VM in it, switched on"
	try "kill" 0 "" kill "$mark"
	[ -z "$(ip -o link show master carebr)" ]
	ok $? "which is gone with the VM"
else
	echo "# no bridge can be made here: $(cat "$tmp/err")"
fi
tap="$good
[net lan]
type = tap
tap = caretap"
write "$mark" <<< "$tap"
try "a tap device that is not there" 5 "net.no-tap.*caretap is no tap device" start "$mark"
[ ! -e /sys/class/net/caretap ]
ok $? "is not made"
if ip tuntap add caretap mode tap 2> "$tmp/err"; then
	try "a tap device" 0 "runs" start "$mark"
	sed "s/$mark/$mark-2/" "$vms/$mark.conf" | write "$mark-2"
	try "for one VM at a time" 1 "caretap: another VM or program has opened it" start "$mark-2"
	try "kill" 0 "" kill "$mark"
	[ -e /sys/class/net/caretap ]
	ok $? "it stays"
else
	echo "# no tap device can be made here: $(cat "$tmp/err")"
fi
rm -f "$vms"/*

# --- end of sections ----------------------------------------------------------------------
[ -z "$(ours)" ]
ok $? "no process is left"
echo "1..$n"

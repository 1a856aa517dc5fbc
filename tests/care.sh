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

# --- USB: this machine's sysfs with devices of our own -------------------------------------
mount -t tmpfs igvm-test /sys/bus
device() {	# PORT BUS DEVICE VENDOR PRODUCT CLASS[:SUBCLASS:PROTOCOL] NAME
	local d=/sys/bus/usb/devices/$1
	mkdir -p "$d" "$d:1.0"
	echo "$2" > "$d/busnum"; echo "$3" > "$d/devnum"; echo "$4" > "$d/idVendor"; echo "$5" > "$d/idProduct"
	echo "$7" > "$d/product"; echo "${6%%:*}" > "$d:1.0/bInterfaceClass"
	echo "$6" | cut -d: -f2 > "$d:1.0/bInterfaceSubClass"; echo "${6##*:}" > "$d:1.0/bInterfaceProtocol"
}
device 1-4 1 4 05e3 0608 09:00:00 Hub
device 1-4.2 1 5 046d c31c 03:01:01 K120
device 1-5 1 6 046d c077 03:01:02 M105
device 1-6 1 7 046d c077 03:01:02 M105
write "$mark" <<< "$good"
cp "$vms/$mark.conf" "$tmp/plain"
try "usb list" 0 "^1-4\\.2 +046d:c31c +keyboard +- +K120" usb list
try "as JSON" 0 . usb list --json
perl tests/schema/check.pl tests/schema/usb-list.json "$tmp/out" > "$tmp/err" 2>&1; ok $? "which its schema takes"
try "attach by port" 0 "^\\+[0-9]+ +\\[usb keyboard\\]" usb attach "$mark" 1-4.2
too "for the next start" "does not run; this holds from its next start on"
grep -A1 '^\[usb keyboard\]' "$vms/$mark.conf" | grep -qx 'port = 1-4.2'; ok $? "is in the file"
try "again: nothing to do" 0 "\\[usb keyboard\\] is 1-4.2 already" usb attach "$mark" 1-4.2
try "the list says whose it is" 0 "^1-4\\.2 .* $mark +K120" usb list
try "what is plugged in later" 0 "nothing is plugged in there now" usb attach "$mark" 2-7
try "with a name" 0 "\\[usb pad\\]" usb attach --as pad "$mark" 1-5
try "a name twice" 2 "is another device already" usb attach --as pad "$mark" 1-6
try "a hub" 5 "is a hub, which stays with the host" usb attach "$mark" 1-4
try "an id of two" 5 "more than one device is that" usb attach "$mark" 046d:c077
try "neither port nor id" 2 "neither a port such as 1-4.2" usb attach "$mark" keyboard
try "a name that is none" 2 "cannot name a USB device" usb attach --as a/b "$mark" 1-6
try "no VM" 4 "no VM 'nobody'" usb attach nobody 1-5
try "no device" 2 "wants the name of one VM and one device" usb attach "$mark"
try "showcmd takes it: the descriptor, no node's name" 0 "usb-host,id=usb-keyboard,bus=usb0.0,hostdevice=/dev/fdset/" showcmd "$mark"
try "detach by name" 0 "^-[0-9]+ +\\[usb pad\\]" usb detach "$mark" pad
try "detach by port" 0 "^-[0-9]+ +\\[usb device\\]" usb detach "$mark" 2-7
try "what is not there" 2 "no \\[usb NAME\\] is '1-6'" usb detach "$mark" 1-6
mkdir "$vms/$mark.conf.d"
printf '[usb keyboard]\nport = 1-4.2\n' > "$vms/$mark.conf.d/10-usb.conf"
try "one of a drop-in" 2 "10-usb.conf:2 sets \\[usb keyboard\\]: change it there" usb detach "$mark" 1-4.2
rm -r "$vms/$mark.conf.d"
try "and then" 0 "^-[0-9]+ +port = 1-4.2" usb detach "$mark" 1-4.2
cmp -s "$tmp/plain" "$vms/$mark.conf"; ok $? "the file is as it was" || diff "$tmp/plain" "$vms/$mark.conf" | sed 's/^/# /'
printf '[vm]\ntemplate = %s\n%s\n' "$mark" "${good#*]}" > "$vms/$mark.conf"
mkdir -p /etc/igvm/templates
printf '[usb keyboard]\nport = 1-4.2\n' > "/etc/igvm/templates/$mark.conf"
try "one of the template is taken out by an empty value" 0 "^\\+[0-9]+ +port = $" usb detach "$mark" keyboard
try "and is gone" 0 "^1-4\\.2 +046d:c31c +keyboard +- " usb list
umount /sys/bus

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

# --- view ---------------------------------------------------------------------------------
write "$mark" <<< "$good"
mkdir "$tmp/bin"
try "view of a VM that does not run" 3 "does not run" view "$mark"
try "start" 0 "picture: .igvm view $mark" start "$mark"
viewer() {	# DESCRIPTION STATUS PATTERN: only what is in $tmp/bin can be found
	local got
	PATH=$tmp/bin "$igvm" view "$mark" > "$tmp/out" 2> "$tmp/err"
	got=$?
	[ $got = "$2" ] && grep -qE -- "$3" "$tmp/out" "$tmp/err"
	ok $? "$1" || shown
}
viewer "no viewer: what to install" 1 "install virt-viewer or tigervnc-viewer"
printf '#!/bin/sh\necho "tiger $1"\n' > "$tmp/bin/vncviewer"
chmod 755 "$tmp/bin/vncviewer"
viewer "TigerVNC's viewer gets the socket" 0 "tiger /run/igvm/$mark/vnc.d/vnc"
printf '#!/bin/sh\necho "remote $1"\n' > "$tmp/bin/remote-viewer"
chmod 755 "$tmp/bin/remote-viewer"
viewer "remote-viewer is taken first" 0 "remote vnc\\+unix:///run/igvm/$mark/vnc.d/vnc"
try "kill" 0 "" kill "$mark"
rm -rf "${vms:?}"/*

# --- set, edit, the life of the display -----------------------------------------------------
write "$mark" <<< "# mine
$good

[net lan]
model = e1000e"
cp "$vms/$mark.conf" "$tmp/before"
try "set changes a line" 0 "^-4 +memory = 64M" set "$mark" memory=128M
too "and shows it" "^\\+4 +memory = 128M"
try "set adds a key to its section" 0 "^\\+[0-9]+ +cpus = 3" set "$mark" cpus=3
try "set of [net lan]" 0 "model = virtio" set "$mark" net.lan.model=virtio
try "set makes a section" 0 "^\\+[0-9]+ +\\[net two\\]" set "$mark" net.two.type=slirp
head -1 "$vms/$mark.conf" | grep -qx '# mine'
ok $? "comments stay"
try "the file is a VM file still" 0 "cpus=3.*cores=3" showcmd "$mark"
cp "$vms/$mark.conf" "$tmp/before"
try "an unknown key proposes the nearest" 2 "did you mean 'memory'" set "$mark" memroy=1G
try "an unknown section" 2 "there is no section \\[wlan\\]" set "$mark" wlan.a=b
try "a wrong value" 2 "$mark.conf:[0-9]+: cpus = 0: may be" set "$mark" cpus=0
try "a value of two lines" 2 "more than one line" set "$mark" "kernel-args=a
qemu = /tmp/x"
try "no KEY=VALUE" 2 "no KEY=VALUE" set "$mark" display
try "no VM" 4 "no VM 'nobody'" set nobody cpus=1
mkdir "$vms/$mark.conf.d"
printf '[vm]\ncpus = 4\n' > "$vms/$mark.conf.d/10-cpus.conf"
try "a key that a drop-in sets" 2 "10-cpus.conf:2 sets cpus, too, and wins" set "$mark" cpus=1
cmp -s "$tmp/before" "$vms/$mark.conf"
ok $? "nothing of all these changed the file"

life="$good
[net lan]
type = user"
write "$mark" <<< "${life/device = none/device = auto}"
try "display=monitor, and nobody has seen the driver work" 5 "display.unverified.*nobody has seen" set "$mark" display=monitor
mkdir -p "/var/lib/igvm/$mark"
record() { echo "{\"version\": $2, \"kind\": \"verified\", \"verdict\": \"$1\", \"time\": 1760000000}" > "/var/lib/igvm/$mark/verify.json"; }
record broken 1
try "the driver does not work" 5 "looked at and does not work" set "$mark" display=monitor
record works 2
try "a record of a newer igvm tells nothing" 5 "verify.json: Protocol error" set "$mark" display=monitor
echo '{"version": 1, "verdict": "works"' > "/var/lib/igvm/$mark/verify.json"
try "a record that was cut tells nothing" 5 "verify.json: Bad message" set "$mark" display=monitor
EDITOR="sed -i s/^accel/display\\ =\\ monitor\\\\naccel/" try "edit is no way around it" 5 "display.unverified" edit "$mark"
record works 1
try "a driver that was seen to work" 0 "display = monitor" set "$mark" display=monitor
try "back to both needs nothing" 0 "display = both" set "$mark" display=both
record broken 1
try "--force" 0 "display = monitor" set --force "$mark" display=monitor
try "and back" 0 "" set "$mark" display=both
: > "/var/lib/igvm/$mark/ovmf-vars.fd"
try "monitor-early is another machine" 5 "display.other-machine" set "$mark" display=monitor-early
EDITOR=false try "an editor that fails" 1 "the editor 'false' failed" edit "$mark"
EDITOR=true try "an edit that changes nothing" 0 "nothing to change" edit "$mark"
cp "$vms/$mark.conf" "$tmp/before"
EDITOR="sed -i s/memory/memroy/" try "an edit with a fault" 2 "$mark.conf:[0-9]+: .*did you mean 'memory'" edit "$mark"
cmp -s "$tmp/before" "$vms/$mark.conf"
ok $? "leaves the file as it was"
EDITOR="sed -i s/64M/96M/" try "an edit" 0 "memory = 96M" edit "$mark"
printf '#!/bin/sh\nsed -i s/96M/97M/ "$1"\necho "# other" >> %s\n' "$vms/$mark.conf" > "$tmp/both"
chmod 755 "$tmp/both"
EDITOR=$tmp/both \
	try "two who change it at once: the second is told" 75 "somebody else has changed it" edit "$mark"
ln -s "$mark.conf" "$vms/link.conf"
try "a link is not replaced" 2 "symbolic link" set link cpus=1
[ -z "$(ls -d /tmp/igvm-edit-* 2> /dev/null)" ]
ok $? "no copy is left"
rm -rf "${vms:?}"/* /var/lib/igvm/*

# --- delete -----------------------------------------------------------------------------------
: > "$tmp/disk.img"
truncate -s 1M "$tmp/disk.img"
ln "$tmp/disk.img" "$tmp/kept.img"
write "$mark" <<< "$good
[disk system]
path = $tmp/disk.img
format = raw
[disk setup]
path = $tmp/kept.img
cdrom = yes"
mkdir "$vms/$mark.conf.d"
printf '[vm]\ncpus = 1\n' > "$vms/$mark.conf.d/10.conf"
sed -i '/setup/,$d' "$vms/$mark.conf"
try "delete asks, and without a terminal that is a no" 2 "give --yes" delete "$mark"
[ -e "$vms/$mark.conf" ]
ok $? "nothing is gone"
try "start" 0 "" start "$mark"
try "a VM that runs is not deleted" 75 "runs; .igvm stop $mark. first" delete --yes "$mark"
try "kill" 0 "" kill "$mark"
try "delete" 0 "disk.img is kept" delete --yes "$mark"
[ ! -e "$vms/$mark.conf" ] && [ ! -e "$vms/$mark.conf.d" ] && [ ! -e "/var/lib/igvm/$mark" ] &&
	[ ! -e "/run/igvm/$mark" ] && [ -e "$tmp/disk.img" ]
ok $? "file, drop-ins, data and run directory are gone, the disk is not"
try "delete of a VM that is gone" 4 "no VM" delete --yes "$mark"
write "$mark" <<< "$good
[disk system]
path = $tmp/disk.img
format = raw
[disk gone]
path = $tmp/none.img
[disk setup]
path = $tmp/kept.img
cdrom = yes
[disk whole]
path = /dev/null"
try "delete --disks" 0 "disk.img is removed" delete --yes --disks "$mark"
too "never a disc" "kept.img is kept"
[ ! -e "$tmp/disk.img" ] && [ -e "$tmp/kept.img" ] && [ -c /dev/null ]
ok $? "nor a device"
data=/var/lib/igvm/$mark
mkdir -p "$data/tpm" "$data/snapshots/one" "$data/probe"
touch "$data"/{system.qcow2,mine.img,kernel.new,ovmf-vars.fd,ovmf-code.fd.17.new,seed.iso,tpm/state,probe/x}
write "$mark" <<< "$good
[disk system]
path = $data/system.qcow2
[disk seed]
path = $data/seed.iso
cdrom = yes"
try "delete of a VM whose disk is in its data folder" 0 "system.qcow2 is kept" delete --yes "$mark"
too "tells of a file that is not igvm's" "mine.img is kept"
[ "$(cd "$data" && echo * .[!.]*)" = "kernel.new mine.img system.qcow2 .[!.]*" ] && ! grep -q seed "$tmp/out"
ok $? "these are all that is left"
try "create does not take that name" 1 "$mark: there already.*the disks of a deleted VM are kept" create --template win11 "$mark"
printf '[vm]\nnonsense\n' | write "$mark"
try "a file with a fault can be deleted, and what it may have named is kept" 0 "system.qcow2 is kept" delete --yes "$mark"
rm -r "$data"
ln -s "$tmp" "$tmp/by-link"
touch "$tmp/shared.img" "$tmp/vmlinuz"
write "$mark" <<< "$good
[disk system]
path = $tmp/shared.img
[disk kernel]
path = $tmp/vmlinuz"
write other <<< "${good/\[igpu/kernel = $tmp/by-link/vmlinuz
[igpu}
[disk system]
path = $tmp/by-link//shared.img"
try "an image that another VM names by another path, and its kernel" 0 "shared.img is kept" delete --yes --disks "$mark"
[ -e "$tmp/shared.img" ] && [ -e "$tmp/vmlinuz" ]
ok $? "... are there"
"$igvm" showcmd other > "$tmp/out" 2>&1
ok $? "... of a file that can be read"
rm "$vms/other.conf"
printf '[vm]\nnonsense\n' | write "$mark"
try "a file with a fault can be deleted" 0 "deleted" delete --yes "$mark"
mkdir -p "$tmp/elsewhere/x"
write "$mark" <<< "$good"
ln -s "$tmp/elsewhere" "/var/lib/igvm/$mark"
try "a data directory that is a link" 0 "" delete --yes "$mark"
[ -d "$tmp/elsewhere/x" ]
ok $? "is not followed"
rm -rf "${vms:?}"/*

# --- end of sections ----------------------------------------------------------------------
[ -z "$(ours)" ]
ok $? "no process is left"
echo "1..$n"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The program as people call it: a VM's life without an iGPU, and bad input,
# each with one clear sentence, the right exit status, nothing left behind.
set -u
cd "$(dirname "$0")/.." || exit 1
# As root igvm's directories are those of a mount namespace of our own.
if [ "$(id -u)" = 0 ] && [ -z "${IGVM_CLI_NS-}" ]; then
	IGVM_CLI_NS=1 exec unshare -m "$0"
fi
igvm=$PWD/${B:-build}/igvm
tmp=$(mktemp -d) || exit 1
mark=cli-$$
n=0
export LC_ALL=C LANGUAGE=

ours() { pgrep -f -- "guest=$mark" | while read -r p; do [ "$p" = $$ ] || echo "$p"; done; }
cleanup() {
	local p
	for p in $(ours); do kill -KILL "$p"; done
	[ -z "${pages-}" ] || echo 0 > $pool
	[ -z "${loop-}" ] || { umount "$tmp/mnt" 2> /dev/null; rm -f "/dev/$mark"; losetup -d "$loop" 2> /dev/null; }
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ "$(id -u)" = 0 ]; then
	mkdir -p /etc/igvm /var/lib/igvm /run/igvm
	for d in /etc/igvm /var/lib/igvm /run/igvm; do
		mount -t tmpfs -o mode=0755 igvm-test $d || exit 1
	done
	vms=/etc/igvm/vms run=/run/igvm
else
	export XDG_CONFIG_HOME=$tmp/c XDG_DATA_HOME=$tmp/d XDG_RUNTIME_DIR=$tmp/r XDG_CACHE_HOME=$tmp/k
	vms=$tmp/c/igvm/vms run=$tmp/r/igvm
fi
mkdir -p "$vms"

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
# write NAME: a VM file from stdin
write() { cat > "$vms/$1.conf"; }
good='[vm]
accel = tcg
memory = 256M
firmware = bios
[igpu]
device = none
[qemu]
words = -device pvpanic,id=panic0 -smbios "type=11,value=a b"'

# --- a VM's life --------------------------------------------------------------------
write "$mark" <<< "$good"
try "list names it" 0 "^$mark .*stopped" list
try "status of a stopped VM" 3 "stopped" status "$mark"
try "stop of a stopped VM succeeds" 0 "." stop "$mark"
if command -v qemu-system-x86_64 > /dev/null; then
	try "start" 0 "^$mark runs" start "$mark"
	try "start of a running VM succeeds" 0 "runs already" start "$mark"
	try "status" 0 "running" status "$mark"
	try "status shows words that are not supported" 0 \
		"unsupported: *-device pvpanic,id=panic0 -smbios type=11,value=a b$" status "$mark"
	try "probe wants an iGPU" 2 "no iGPU" probe "$mark"
	try "screenshot" 0 "" screenshot "$mark" "$tmp/a.png"
	perl tests/schema/png.pl "$tmp/a.png" > "$tmp/out" 2> "$tmp/err"
	ok $? "the picture is one"
	kill -KILL "$(ours | head -1)"
	for _ in $(seq 100); do "$igvm" status "$mark" > /dev/null 2>&1 || break; sleep 0.05; done
	try "a QEMU that was killed: status says how it ended" 3 "KILL|failed" status "$mark"
	try "and it starts again" 0 "runs" start "$mark"
	try "kill" 0 "force" kill "$mark"
	[ -z "$(ours)" ]
	ok $? "no process is left"
	try "logs of the last run, in which QEMU said nothing" 0 "the guest's console is .igvm logs -s serial" logs "$mark"
else
	echo "# no qemu-system-x86_64: the VM is not started"
fi

# --- a block device of the host's ------------------------------------------------------
# By a name that is a link, as udev's are: refused while it is mounted, and while a VM has it not to be mounted.
truncate -s 4M "$tmp/device"
if [ "$(id -u)" = 0 ] && command -v qemu-system-x86_64 mkfs.ext2 > /dev/null &&
   mkfs.ext2 -q "$tmp/device" && loop=$(losetup -f --show "$tmp/device" 2> /dev/null); then
	ln -s "$loop" "/dev/$mark"
	mkdir "$tmp/mnt"
	write "$mark" << END
$good
[disk data]
path = /dev/$mark
bus = nvme
END
	mount "$loop" "$tmp/mnt"
	try "a device that is mounted is refused" 5 \
		"disk.in-use: $vms/$mark.conf:[0-9]+: \[disk data\] /dev/$mark: ${loop#/dev/} is mounted at $tmp/mnt" \
		start "$mark"
	try "and not taken with --force either" 1 "/dev/$mark: the host uses it" start --force "$mark"
	umount "$tmp/mnt"
	try "one that is free is the guest's NVMe drive" 0 "^$mark runs" start "$mark"
	! mount "$loop" "$tmp/mnt" 2> /dev/null
	ok $? "while the VM runs the host cannot mount it"
	try "kill gives it back" 0 "force" kill "$mark"
	mount "$loop" "$tmp/mnt" && umount "$tmp/mnt"
	ok $? "and the host has it again"
	rm -f "/dev/$mark"
	losetup -d "$loop"
else
	echo "# not root, or no loop devices, mkfs.ext2 or QEMU: no block device is passed"
fi

# --- processors and huge pages of the host ---------------------------------------------
pool=/proc/sys/vm/nr_hugepages
if [ "$(id -u)" = 0 ] && command -v qemu-system-x86_64 > /dev/null && [ -w $pool ] &&
   [ "$(cat $pool)" = 0 ] && echo 32 > $pool && [ "$(cat $pool)" = 32 ]; then
	pages=yes
	cpu=$(sed 's/[-,].*//' /sys/devices/system/cpu/online)
	write "$mark" << END
${good/256M/64M}
END
	mkdir "$vms/$mark.conf.d"
	printf '[vm]\nhugepages = 2M\npin = %s\n' "$cpu" > "$vms/$mark.conf.d/pages.conf"
	try "a VM on huge pages and one processor" 0 "pin.few|^$mark runs" start "$mark"
	grep -q '^HugePages_Rsvd: *[1-9]\|^HugePages_Free: *[0-9]$' /proc/meminfo
	ok $? "its memory is from the pool"
	grep -qx "Cpus_allowed_list:	$cpu" "/proc/$(ours | head -1)/task/$(ours | head -1)/status"
	ok $? "it runs there"
	[ "$(cat /proc/"$(ours | head -1)"/task/*/status | sed -n 's/^Cpus_allowed_list:	//p' | sort -u)" = "$cpu" ]
	ok $? "and so does each of its threads"
	! "$igvm" showcmd "$mark" 2>&1 | grep -q hugepages.few
	ok $? "showcmd does not count its own pages against it"
	try "kill" 0 "force" kill "$mark"
	echo 0 > $pool
	try "a pool that is too small" 5 "hugepages.few: 0 huge pages of 2M can be had, the VM wants 32" start "$mark"
	printf '[vm]\npin = 1023\n' > "$vms/$mark.conf.d/pages.conf"
	try "a processor that is not there" 5 "pin.offline: pin names 1023; the host has $cpu" start "$mark"
	try "nor with --force" 1 "pin = 1023: the kernel refuses" start --force "$mark"
	rm -r "$vms/$mark.conf.d"
	pages=
else
	echo "# not root, or a pool of huge pages is in use or cannot be made: none are used"
fi

# --- names -------------------------------------------------------------------------------
for name in ../x a/b -x .x "a b" "" "$(printf '%060d' 0)"; do
	try "the name '$name' is refused" 2 "cannot name a VM|unknown option|name" start -- "$name"
done
try "a VM that does not exist" 4 "there is no VM 'nobody'" start nobody
try "status of a VM that does not exist" 4 "no VM" status nobody
try "an unknown command is guessed" 2 "did you mean 'start'" strat
try "an unknown option" 2 "unknown option '--fast'" start --fast x
try "two names" 2 "one VM" start a b
try "--root where it means nothing" 2 "not with --root" --root /tmp start x

# --- VM files ------------------------------------------------------------------------------
bad() {	# DESCRIPTION STATUS PATTERN, the file from stdin
	write bad
	try "$1" "$2" "$3" start bad
	rm -f "$vms/bad.conf"
}
f=$vms/bad.conf
bad "unknown key: file, line, nearest" 2 "$f:2: .*memroy.*memory" <<< $'[vm]\nmemroy = 4G'
bad "unknown section" 2 "$f:[12]: .*vmm.*vm" <<< $'[vmm]\nmemory = 4G'
bad "wrong unit" 2 "$f:2: .*8GB" <<< $'[vm]\nmemory = 8GB'
bad "no such choice" 2 "$f:2: .*maybe" <<< $'[vm]\ntpm = maybe'
bad "relative path" 2 "$f:[0-9]: .*path" <<< $'[disk a]\npath = a.qcow2'
bad "leading dash" 2 "$f:[0-9]: .*path" <<< $'[disk a]\npath = -drive'
bad "control byte in a path" 2 "$f" <<< $'[disk a]\npath = /a\001b'
bad "template that does not exist" 2 "$f:2: .*win12" <<< $'[vm]\ntemplate = win12'
bad "QEMU that is missing" 5 "/no/qemu" <<< "${good/\[vm\]/[vm]$'\n'qemu = /no/qemu}"
bad "QEMU that is not QEMU" 5 "/bin/true" <<< "${good/\[vm\]/[vm]$'\n'qemu = /bin/true}"
printf '#!/bin/sh\necho my last words >&2\nkill -SEGV $$\n' > "$tmp/dies"
chmod 755 "$tmp" "$tmp/dies"
bad "QEMU that dies: its last line and the signal" 5 "my last words|SEGV" <<< "${good/\[vm\]/[vm]$'\n'qemu = $tmp/dies}"
bad "a disk that is missing" 5 "disk.missing.*/no/disk" <<< "$good
[disk a]
path = /no/disk"
: > "$tmp/a,b.qcow2"
bad "a path with a comma is one path" 1 "a,b.qcow2|qcow2" <<< "$good
[disk a]
path = $tmp/a,b.qcow2"
[ -z "$(pgrep -f 'guest=bad')" ]
ok $? "nothing of all these runs"
if [ "$(id -u)" = 0 ]; then
	write open <<< "$good"
	chmod 666 "$vms/open.conf"
	try "as root, a file others can write is refused" 2 "$vms/open.conf" start open
	rm -f "$vms/open.conf"
	write "$mark" <<< "$good"
	chown 65534 "$vms/$mark.conf"
	try "as root, a file of somebody else is refused" 2 "$vms/$mark.conf" start "$mark"
	chown 0 "$vms/$mark.conf"
	rm -rf "${run:?}/$mark"
	ln -s /tmp "$run/$mark"
	try "a run directory that is a link is refused" 1 "$run/$mark" start "$mark"
	rm -f "$run/$mark"
	mkdir "$run/$mark"
	chown 65534 "$run/$mark"
	try "a run directory of somebody else is refused" 1 "$run/$mark" start "$mark"
	rm -rf "${run:?}/$mark"
	[ -z "$(ours)" ]
	ok $? "nothing was started"
else
	write igpu <<< $'[vm]\naccel = tcg\nlab = yes\n[igpu]\ndevice = auto'
	# Without an iGPU in the machine that is the first thing to say.
	try "a user's VM with an iGPU: only root can" "$([ -e /sys/bus/pci/devices/0000:00:02.0/boot_vga ] &&
		echo 77 || echo 5)" "sudo|igpu.none|cpu.not-intel" start igpu
	rm -f "$vms/igpu.conf"
fi

# --- JSON --------------------------------------------------------------------------------------
fits() {	# SCHEMA ARGUMENTS...
	local schema=$1
	shift
	"$igvm" "$@" > "$tmp/out" 2> "$tmp/err"
	perl tests/schema/check.pl "tests/schema/$schema.json" "$tmp/out" 2>> "$tmp/err" >> "$tmp/err"
	ok $? "$* fits $schema.json"
	[ ! -s "$tmp/err" ] || shown
}
fits list --json list
fits status --json status "$mark"
fits explain --json explain --list
fits doctor --json doctor
command -v qemu-system-x86_64 > /dev/null && fits showcmd --json showcmd "$mark"
"$igvm" explain --list 2> "$tmp/err" | head -1 > /dev/null
[ ! -s "$tmp/err" ]
ok $? "a reader that has had enough is no error"
"$igvm" explain --list > /dev/full 2> "$tmp/err"
[ $? = 1 ] && grep -q "standard output" "$tmp/err"
ok $? "a full standard output is"
"$igvm" explain iommu.off >&- 2> "$tmp/err"
ok "$([ $? -le 1 ]; echo $?)" "closed standard output"
for t in 9s 0 25h 1d 3x -5 m '' 99999999999999999999; do
	try "start --trial '$t' is no time" 2 "--trial wants a time" start --trial "$t" "$mark"
done
for t in 0 1001 x ''; do
	try "selftest --rounds '$t' is no number" 2 "--rounds wants a number" selftest --rounds "$t"
done
try "selftest of what is no address" 2 "is not a PCI address" selftest 02.0
try "selftest of a recorded host" 2 "this host only" --root "$tmp" selftest
if [ "$(id -u)" = 0 ] && [ ! -e /sys/bus/pci/devices/0000:00:02.0/boot_vga ]; then
	try "selftest without an iGPU" 5 "igpu.none" selftest
	"$igvm" --json selftest > "$tmp/out" 2> "$tmp/err"
	perl tests/schema/check.pl tests/schema/selftest.json "$tmp/out" >> "$tmp/err" 2>&1
	ok $? "--json selftest fits selftest.json"
fi
for c in $("$igvm" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
	try "$c --help" 0 "^Usage: igvm $c" "$c" --help
done
try "help" 0 "^Commands:" help
try "help of a command" 0 "^Usage: igvm status" help status
try "of a verb" 0 "^Usage: igvm rom show" help rom show
try "of what is none" 2 "did you mean 'status'" help staus
echo "1..$n"

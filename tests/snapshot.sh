#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `igvm snapshot`: disks, variables and TPM state are kept and come back; what cannot be kept is refused; what is cut
# off anywhere leaves nothing half. Real qemu-img, no guest; a VM that runs is a QEMU without one.
# shellcheck disable=SC2034,SC2154 # variables of own_host.bash, which is sourced
cd "$(dirname "$0")/.." || exit 1
needs="qemu-img qemu-io qemu-system-x86_64"
kill="vm"
. tests/tools/own_host.bash
data=$data/vm
mkdir -p $data/tpm

vm() { printf '%s\n' '[vm]' 'accel = tcg' 'memory = 64M' 'firmware = bios' '[igpu]' 'device = none' "$@" > $vms/vm.conf; }
write() { qemu-io -f qcow2 -c "write -P $2 0 64k" "$1" > /dev/null; }
holds() { qemu-io -f qcow2 -c "read -P $2 0 64k" "$1" | grep -q "read 65536" && ! qemu-io -f qcow2 -c "read -P $2 0 64k" "$1" | grep -q failed; }
tags() { qemu-img info "$1" | grep -c igvm-; }
state() { echo "$1" > $data/ovmf-secure-vars.fd; echo "$1" > $data/tpm/tpm2-00.permall; chown 60800 $data/tpm $data/tpm/*; }
is() { [ "$(cat $data/ovmf-secure-vars.fd)" = "$1" ] && [ "$(cat $data/tpm/tpm2-00.permall)" = "$1" ]; }

for d in one two; do qemu-img create -q -f qcow2 "$tmp/$d.qcow2" 4M; done
two="[disk one]
path = $tmp/one.qcow2
format = qcow2
[disk two]
path = $tmp/two.qcow2
format = qcow2"
vm "$two"
state first
write "$tmp/one.qcow2" 1; write "$tmp/two.qcow2" 1
try "none yet" 0 "vm has no snapshot" snapshot list vm
try "create" 0 "clean is kept: .*iGPU and other devices hold cannot be saved" snapshot create vm clean
[ "$(stat -c %a $data/snapshots)" = 700 ]; ok $? "in a folder that is root's alone"
state second
sleep 1.1	# times are in seconds
echo '{"version": 1, "kind": "verified", "verdict": "works", "time": 1}' > $data/verify.json
write "$tmp/one.qcow2" 2; write "$tmp/two.qcow2" 2
try "another" 0 "2nd is kept" snapshot create vm 2nd
try "a number as its name" 0 "1 is kept" snapshot create vm 1
try "list" 0 "^clean +20" snapshot list vm
[ "$(awk '{ print $1 }' "$tmp/out" | head -1)" = clean ]; ok $? "the oldest first"
try "as JSON" 0 . snapshot list --json vm
fits snapshots "which its schema takes"
try "the same name again" 1 "clean: there is a snapshot of this name already" snapshot create vm clean
try "restore asks, and without a terminal that is a no" 2 "give --yes" snapshot restore vm clean
is second && holds "$tmp/one.qcow2" 2; ok $? "nothing has changed"
try "restore" 0 "vm is as it was at clean" snapshot restore --yes vm clean
is first && holds "$tmp/one.qcow2" 1 && holds "$tmp/two.qcow2" 1; ok $? "disks, variables and TPM state are as they were"
[ "$(stat -c %u $data/tpm)" = 60800 ] && [ ! -e $data/verify.json ]; ok $? "with their owner; what was seen of the later driver is gone"
try "and forwards" 0 "as it was at 2nd" snapshot restore --yes vm 2nd
is second && holds "$tmp/two.qcow2" 2 && [ -e $data/verify.json ]; ok $? "as they were then"
try "delete" 0 "1 is deleted" snapshot delete vm 1
[ "$(tags "$tmp/one.qcow2")" = 2 ] && [ ! -e $data/snapshots/1 ] && is second; ok $? "is out of the disks; the VM is as it was"
try "one that is not there" 1 "none: there is no such snapshot" snapshot restore --yes vm none
try "nor to delete" 1 "there is no such snapshot" snapshot delete vm none
try "a bad name" 2 "cannot name a snapshot" snapshot create vm ../x
try "no VM" 4 "no VM" snapshot create nobody x
try "no verb" 2 "has no verb 'make'" snapshot make vm

# --- what cannot be kept ------------------------------------------------------------------------
truncate -s 1M "$tmp/raw.img"
vm "$two" "[disk raw]" "path = $tmp/raw.img" "format = raw"
try "a raw disk" 5 "raw.img: is raw, which keeps no snapshots" snapshot create vm raw
[ "$(tags "$tmp/one.qcow2")" = 2 ]; ok $? "then no disk has it"
vm "$two" "[disk dev]" "path = /dev/null" "format = raw"
try "a device" 5 "/dev/null: is a block device" snapshot create vm dev
vm "[disk disc]" "path = $tmp/raw.img" "cdrom = yes"
try "discs alone" 5 "no disk that could be kept" snapshot create vm disc
qemu-img create -q -f qcow2 -b "$tmp/nowhere" -u -F raw "$tmp/layer.qcow2" 1M
vm "[disk layer]" "path = $tmp/layer.qcow2" "format = qcow2"
try "the image below another is not opened" 0 "layer is kept" snapshot create vm layer
"$igvm" snapshot delete vm layer > /dev/null
ln -s "$tmp/one.qcow2" "$tmp/link.qcow2"
vm "[disk link]" "path = $tmp/link.qcow2" "format = qcow2"
try "a link" 1 "link.qcow2: Too many levels" snapshot create vm link
printf 'no qcow2' > "$tmp/bad.qcow2"
vm "$two" "[disk bad]" "path = $tmp/bad.qcow2" "format = qcow2"
try "no qcow2 in it" 1 "bad.qcow2: .*not in qcow2 format" snapshot create vm bad
vm "[disk one]" "path = $tmp/one.qcow2" "format = qcow2"
try "a disk that is the VM's no more" 5 "two.qcow2: is no disk of this VM any more" snapshot restore --yes vm clean
vm "$two"
mv "$tmp/two.qcow2" "$tmp/two.away"
try "a disk that is gone" 1 "two.qcow2: No such file" snapshot restore --yes vm clean
try "list says it" 0 "^clean .*two.qcow2: No such file" snapshot list vm
mv "$tmp/two.away" "$tmp/two.qcow2"
qemu-img snapshot -d igvm-clean "$tmp/two.qcow2"
try "a disk that has lost it" 0 "^clean .*two.qcow2 has not this snapshot any more" snapshot list vm
try "is not restored" 1 "two.qcow2: has not this snapshot any more" snapshot restore --yes vm clean
is second && holds "$tmp/one.qcow2" 2; ok $? "nor is any other"
try "but can be deleted" 0 "clean is deleted" snapshot delete vm clean

# --- a VM that runs -------------------------------------------------------------------------------
try "start" 0 "vm runs" start vm
try "a VM that runs" 75 "runs; .igvm stop vm. first: what it holds in memory and in the iGPU cannot be saved" snapshot create vm live
try "restore neither" 75 "runs" snapshot restore --yes vm 2nd
try "list does" 0 "^2nd" snapshot list vm
try "kill" 0 "" kill vm

# --- cut off ------------------------------------------------------------------------------------------
# A qemu-img that ends itself and igvm at the Nth time it is to change something.
mkdir "$tmp/bin"
cat > "$tmp/bin/qemu-img" << 'EOF'
#!/bin/bash
real=/usr/bin/qemu-img
if [ "$1" = snapshot ]; then
	left=$(cat "$CUT_FILE")
	echo $((left - 1)) > "$CUT_FILE"
	[ "$left" = 1 ] && { [ "$CUT_LATE" = yes ] && $real "$@"; kill -KILL $PPID; exit 1; }
fi
exec $real "$@"
EOF
chmod 755 "$tmp/bin/qemu-img"
mount --bind /usr/bin/qemu-img "$tmp/bin/real" 2> /dev/null || cp /usr/bin/qemu-img "$tmp/bin/real"
sed -i "s|^real=.*|real=$tmp/bin/real|" "$tmp/bin/qemu-img"
mount --bind "$tmp/bin/qemu-img" /usr/bin/qemu-img
export CUT_FILE=$tmp/cut CUT_LATE=no
cut() {	# AT LATE ARGUMENTS...
	echo "$1" > "$CUT_FILE"
	CUT_LATE=$2
	shift 2
	{ timeout 60 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err"; } 2> /dev/null
	echo 0 > "$CUT_FILE"
}
for late in no yes; do
	for at in 1 2; do
		cut $at $late snapshot create vm cut
		[ -e $data/snapshots/.new ]; ok $? "create, killed at disk $at, late: $late"
		try "the next one takes it away" 0 "after is kept" snapshot create vm after
		[ ! -e $data/snapshots/.new ] && [ "$(tags "$tmp/one.qcow2") $(tags "$tmp/two.qcow2")" = "2 2" ]
		ok $? "of every disk"
		cut $at $late snapshot delete vm after
		try "delete, killed at disk $at, late: $late, is finished by the start" 0 "vm runs" start vm
		"$igvm" kill vm > /dev/null
		[ ! -e $data/snapshots/.new ] && [ "$(tags "$tmp/one.qcow2") $(tags "$tmp/two.qcow2")" = "1 1" ]
		ok $? "in every disk"
		state third
		write "$tmp/one.qcow2" 3; write "$tmp/two.qcow2" 3
		cut $at $late snapshot restore --yes vm 2nd
		[ -e $data/snapshots/.restore ]; ok $? "restore, killed at disk $at, late: $late"
		try "is finished before the VM starts" 0 "vm runs" start vm
		"$igvm" kill vm > /dev/null
		is second && holds "$tmp/one.qcow2" 2 && holds "$tmp/two.qcow2" 2 && [ ! -e $data/snapshots/.restore ]
		ok $? "wholly"
	done
done
echo broken > $data/snapshots/.restore
try "a record nobody can read: the VM does not start" 1 "cannot be brought to its end: .*.restore: Bad message" start vm
rm $data/snapshots/.restore
mkdir $data/snapshots/.new
echo '{"version": 2, "kind": "snapshot"}' > $data/snapshots/.new/snapshot.json
try "one of a newer igvm" 1 "Protocol error" snapshot create vm x
rm -r $data/snapshots/.new
# A full file system: the copies do not fit.
mkdir "$tmp/small"
mount -t tmpfs -o size=64k,mode=0700 igvm-test $data/snapshots
head -c 200k /dev/urandom > $data/ovmf-secure-code.fd
try "no room for the copies" 1 "No space left" snapshot create vm full
[ -z "$(ls -A $data/snapshots)" ] && [ "$(tags "$tmp/one.qcow2")" = 1 ]; ok $? "leaves nothing"
umount $data/snapshots
echo "1..$n"

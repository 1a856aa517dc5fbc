#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/hosts/capture.sh: nothing secret is in a record, and doctor says of it what it says of the
# machine. With sh and coreutils alone.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
igvm=$B/igvm
n=0
export LC_ALL=C NO_COLOR=1 B

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
if [ ! -x "$igvm" ] || [ ! -x "${MKROM:-$B/tests/tools/mkrom}" ]; then
	echo "1..0 # SKIP $igvm or $B/tests/tools/mkrom is not built"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# Nothing but coreutils is in reach.
mkdir "$tmp/bin"
for program in cat mkdir readlink head sort uniq rm ln dd id uname; do
	ln -s "$(command -v $program)" "$tmp/bin/$program"
done
sh=$(command -v sh)
capture() { PATH=$tmp/bin "$sh" tests/hosts/capture.sh "$@"; }

# The findings of a tree; the image is never recorded, so what is said of it is not compared.
findings() {
	"$igvm" --root "$1" doctor 2>&1 | sed "s|$1|ROOT|g" |
		grep -E '^(block|warn|note|CPU|kernel|QEMU|iGPU|driver|group|stolen)' | grep -v ' initramfs\.'
}

for host in debian13-uhd770 uhd730 no-iommu class-0380 pve9-raptorlake-p-vfs fedora42-uhd770 kabylake-gvtg; do
	tests/hosts/mkhost.sh "tests/hosts/$host/host" "$tmp/$host"
	capture --root "$tmp/$host" "$tmp/$host.rec" > "$tmp/out" 2> "$tmp/err"
	code=$?
	findings "$tmp/$host" > "$tmp/a"
	findings "$tmp/$host.rec" > "$tmp/b"
	[ $code = 0 ] && [ ! -s "$tmp/err" ] && [ -s "$tmp/a" ] && diff "$tmp/a" "$tmp/b" > "$tmp/diff"
	ok $? "$host: the record has the same findings"
	sed 's/^/# /' "$tmp/err" "$tmp/diff"
done
"$igvm" --root "$tmp/debian13-uhd770" devices > "$tmp/a" 2>&1
"$igvm" --root "$tmp/debian13-uhd770.rec" devices > "$tmp/b" 2>&1
cmp -s "$tmp/a" "$tmp/b"
ok $? "and the same drawing"

# A machine with something to hide in every corner that is copied or stands beside one.
r=$tmp/hidden
cp -a "$tmp/debian13-uhd770" "$r"
put() { mkdir -p "$(dirname "$r/$1")"; printf '%b' "$2" > "$r/$1"; }
put etc/machine-id '5ec4e75ec4e75ec4e75ec4e75ec4e701\n'
put etc/hostname 'zaphods-box\n'
put etc/passwd 'root:x:0:0::/root:/bin/sh\ntrillian:x:1000:1000:Tricia:/home/trillian:/bin/sh\n'
put proc/cmdline 'root=UUID=5ec4e7aa-1111-2222-3333-444455556666 ip=192.0.2.77::192.0.2.1 rd.luks.key=/keys/SECRETKEY resume=/dev/disk/by-id/ata-SERIAL0815-part2 ro intel_iommu=on vfio-pci.ids=8086:4680\n'
put etc/default/grub '# call trillian 555-SECRET\nGRUB_CMDLINE_LINUX="cryptdevice=UUID=5ec4e7aa-1111-2222-3333-444455556666:home-trillian quiet"\nGRUB_DISTRIBUTOR=zaphods-box\n'
put boot/grub/grub.cfg 'password_pbkdf2 trillian grub.pbkdf2.SECRETHASH\nset superusers="trillian"\n\tlinux /boot/vmlinuz-x root=UUID=5ec4e7aa-1111-2222-3333-444455556666\n\tsearch --fs-uuid --set=root 5ec4e7aa-1111-2222-3333-444455556666\n'
put boot/loader/entries/5ec4e75ec4e75ec4e75ec4e75ec4e701-6.12.conf 'machine-id 5ec4e75ec4e75ec4e75ec4e75ec4e701\noptions root=UUID=5EC4-E7AA mac=5e:c4:e7:00:00:01\n'
put etc/modprobe.d/net.conf '  # SECRETKEY of the office\noptions bonding mac=5e:c4:e7:00:00:01\n'
for f in product_serial board_serial chassis_serial product_uuid board_asset_tag; do
	put "sys/class/dmi/id/$f" 'SERIAL0815\n'
done
put sys/class/net/eth0/address '5e:c4:e7:00:00:01\n'
put sys/devices/pci0000:00/0000:00:02.0/drm/card1/card1-DP-1/edid 'SERIAL0815'
head -c 300 /dev/zero > "$r/sys/devices/pci0000:00/0000:00:02.0/config"
printf SERIAL0815 >> "$r/sys/devices/pci0000:00/0000:00:02.0/config"
put sys/devices/pci0000:00/0000:00:17.0/config 'SERIAL0815'
put proc/1207/cmdline 'Xorg\0-auth\0/home/trillian/SECRETKEY\0'
put proc/1207/environ 'SECRETKEY=1\0'
put proc/1207/cgroup '0::/user.slice/trillian.scope\n'
ln -s /home/trillian/SECRETKEY "$r/proc/1207/fd/9"
put etc/shadow 'trillian:SECRETHASH\n'
put etc/crypttab 'x /dev/x /keys/SECRETKEY\n'
put 'boot/initrd.img-6.12.48+deb13-amd64' 'SECRETKEY'
put igvm/kmsg '[    1.0] DMAR: x zaphods-box 5e:c4:e7:00:00:01\n[    2.0] usb 1-1: SerialNumber: SERIAL0815\n'
capture --root "$r" "$tmp/hidden.rec" > "$tmp/out" 2> "$tmp/err"
ok $? "a machine with secrets is recorded"
for word in 5ec4e7 5EC4 5e:c4 zaphod trillian Tricia 192.0.2 SECRET SERIAL0815; do
	found=$(grep -rlai -- "$word" "$tmp/hidden.rec"; find "$tmp/hidden.rec" | grep -i -- "$word"
		find "$tmp/hidden.rec" -type l -exec readlink {} + | grep -i -- "$word")
	[ -z "$found" ]
	ok $? "'$word' is nowhere in it"
	# shellcheck disable=SC2001 # each line gets the mark
	[ -z "$found" ] || sed 's/^/# /' <<< "$found"
done
# What was planted was really there to be found.
missing=
for word in 5ec4e7 5EC4 5e:c4 zaphod trillian Tricia 192.0.2 SECRET SERIAL0815; do
	grep -rqa -- "$word" "$r" || missing="$missing $word"
done
[ -z "$missing" ]
ok $? "and was in the machine$missing"
grep -q 'intel_iommu=on vfio-pci.ids=8086:4680' "$tmp/hidden.rec/proc/cmdline" &&
	grep -q 'root=UUID=00000000' "$tmp/hidden.rec/proc/cmdline" &&
	[ -L "$tmp/hidden.rec/proc/1207/fd/7" ] && [ ! -L "$tmp/hidden.rec/proc/1207/fd/9" ]
ok $? "what matters is kept"
for what in UUID 'host name' 'MAC address' 'name of a user' 'line about a password' 'value of ip='; do
	grep -q "$what" "$tmp/hidden.rec/igvm/removed" && grep -q "$what" "$tmp/out"
	ok $? "it says that it replaced: $what"
done

capture --root "$r" "$tmp/hidden.rec" > "$tmp/out" 2> "$tmp/err"
[ $? = 2 ] && grep -q usage "$tmp/err"
ok $? "an existing directory is not written to"

# This machine, as it is.
capture "$tmp/live" > "$tmp/out" 2> "$tmp/err"
[ $? = 0 ] && [ -s "$tmp/live/igvm/uname" ] && "$igvm" --root "$tmp/live" doctor > "$tmp/doctor" 2>&1
code=$?
{ [ $code = 0 ] || [ $code = 5 ]; } && grep -q '^verdict: ' "$tmp/doctor"
ok $? "this machine can be recorded, and doctor judges the record"
sed 's/^/# /' "$tmp/err"
id=$(cat /etc/machine-id 2> /dev/null)
[ -z "$id" ] || ! grep -rqa -- "$id" "$tmp/live"
ok $? "without its machine-id"
echo "1..$n"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `igvm setup` over made trees, in mounts of its own: plan, apply, apply again, undo, and what is on disk then
# compared with what was there, by tar (bytes, owner, mode, times, xattrs) and to the nanosecond by stat.
# The boot tools in the trees are stand-ins that do what the real ones do with these files
# (tests/setup_tools.sh has the real ones).
set -u
cd "$(dirname "$0")/.." || exit 1
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP needs root: chroot, and owners of files"
	exit 0
fi
if [ -z "${IGVM_SETUP_NS-}" ]; then
	IGVM_SETUP_NS=1 exec unshare -m --propagation private "$0"
fi
B=${B:-build}
igvm=$PWD/$B/igvm
export LC_ALL=C LANGUAGE='' B
tmp=$(mktemp -d) || exit 1
cleanup() {
	awk -v t="$tmp/" 'index($2, t) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r umount
	rm -rf --one-file-system "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
n=0
kernel=6.12.41+deb13-amd64

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		sed 's/^/# out: /' "$tmp/out" | tail -30
		sed 's/^/# err: /' "$tmp/err" | tail -30
	fi
}
# try DESCRIPTION STATUS PATTERN ARGUMENTS...
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	timeout 120 "$igvm" --root "$root" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
	got=$?
	[ $got = "$status" ] && cat "$tmp/out" "$tmp/err" | grep -qE -- "$pattern"
	ok $? "$loader: $what (exit status $got)"
}

# All but igvm's own data, what the tools build, and what is mounted to run them.
left_out=(--exclude=./var --exclude=./boot/grub/grub.cfg --exclude="./boot/initrd.img*" --exclude=./boot/built
	--exclude=./usr --exclude=./proc --exclude=./sys --exclude=./dev --exclude=./igvm)
picture() {
	(cd "$root" && tar --xattrs --xattrs-include='*' --sort=name --pax-option='delete=atime,delete=ctime,exthdr.name=%d/%f' "${left_out[@]}" -cf - . | sha256sum
	 find etc boot -path boot/grub/grub.cfg -o -name 'initrd.img*' -o -type f -printf '%p %T@ %m %U:%G %s\n' | sort)
}

script() {	# PATH, text from stdin
	mkdir -p "$root/$(dirname "$1")"
	{ echo '#!/bin/sh'; cat; } > "$root/$1"
	chmod 755 "$root/$1"
}

# A machine with an iGPU, and enough of Debian to run scripts in a chroot.
make_tree() {
	root=$tmp/$loader
	tests/hosts/mkhost.sh tests/hosts/uhd730-i915/host "$root" || exit 1
	mkdir -p "$root"/{etc/{default,modprobe.d,udev/rules.d,ssh},boot,var/lib,usr/{bin,sbin,local/sbin,lib64},dev,tmp}
	mkdir -p "$root/usr/lib/$(uname -m)-linux-gnu" "$root/lib/modules/$kernel/kernel"
	: > "$root/lib/modules/$kernel/kernel/vfio-pci.ko"
	ln -s usr/bin "$root/bin"
	[ -e /lib64 ] && ln -s usr/lib64 "$root/lib64"
	ln -s "../usr/lib/$(uname -m)-linux-gnu" "$root/lib/$(uname -m)-linux-gnu"
	for d in usr/bin "usr/lib/$(uname -m)-linux-gnu" usr/lib64; do
		mount --bind "/$d" "$root/$d" && mount -o remount,bind,ro "$root/$d" || exit 1
	done
	printf 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13"\n' > "$root/etc/os-release"
	printf 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n' > "$root/etc/passwd"
	echo "# mine" > "$root/etc/modprobe.d/mine.conf"
	chown 12:34 "$root/etc/modprobe.d/mine.conf"
	script usr/sbin/update-initramfs <<- END
		cd / && find etc/modprobe.d etc/udev lib/modules -type f | cpio --quiet -o -H newc > boot/initrd.img-$kernel
	END
	mkdir -p "$root/etc/initramfs-tools"
	echo "MODULES=most" > "$root/etc/initramfs-tools/initramfs.conf"
	: > "$root/boot/vmlinuz-$kernel"
	echo > "$root/boot/initrd.img-$kernel"
	echo old > "$root/boot/initrd.img-6.1.0-10"
}

grub_debian() {
	printf 'GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""\n' > "$root/etc/default/grub"
	mkdir -p "$root/boot/grub"
	script usr/sbin/grub-mkconfig <<< ': sources /etc/default/grub and /etc/default/grub.d'
	script usr/sbin/update-grub <<- END
		. /etc/default/grub
		for f in /etc/default/grub.d/*.cfg; do [ ! -e "\$f" ] || . "\$f"; done
		echo "menuentry 'Debian' {
			linux /boot/vmlinuz-$kernel root=/dev/sda1 ro \$GRUB_CMDLINE_LINUX \$GRUB_CMDLINE_LINUX_DEFAULT
			initrd /boot/initrd.img-$kernel
		}
		submenu 'Advanced' {
		menuentry 'Debian, with Linux 6.1.0-10' --class debian {
			linux /boot/vmlinuz-6.1.0-10 root=/dev/sda1 ro \$GRUB_CMDLINE_LINUX
			initrd /boot/initrd.img-6.1.0-10
		}
		}" > /boot/grub/grub.cfg
	END
	echo "BOOT_IMAGE=/boot/vmlinuz-$kernel root=/dev/sda1 ro quiet" > "$root/proc/cmdline"
	chroot "$root" /usr/sbin/update-grub
}

systemd_boot() {
	local d=$root/sys/firmware/efi/efivars
	mkdir -p "$d" "$root/boot/loader/entries"
	{ printf '\6\0\0\0'; printf 'systemd-boot 257\0' | sed 's/./&\x00/g'; printf '\0'; } \
		> "$d/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
	printf 'title Debian\nversion %s\nlinux /vmlinuz-%s\ninitrd /initrd.img-%s\noptions root=/dev/sda1 ro quiet\n' \
		"$kernel" "$kernel" "$kernel" > "$root/boot/loader/entries/debian.conf"
	echo "initrd=\\initrd.img-$kernel root=/dev/sda1 ro quiet" > "$root/proc/cmdline"
}

# The ESP is FAT: no owners, no modes, no labels, times to two seconds.
systemd_boot_fat() {
	truncate -s 40M "$tmp/esp" && mkfs.vfat -F 32 "$tmp/esp" && mount -o loop "$tmp/esp" "$root/boot" &&
		: > "$root/boot/vmlinuz-$kernel" && echo > "$root/boot/initrd.img-$kernel" && systemd_boot
}

cell() {
	loader=$1
	make_tree
	"$1" > "$tmp/out" 2> "$tmp/err"
	ok $? "$loader: its tree is made"
	# Without an IOMMU there is a word to write for the kernel.
	rm -rf "$root/sys/kernel/iommu_groups"
	mkdir -p "$root/sys/kernel/iommu_groups"
	picture > "$tmp/was"
	try "plan shows a difference" 0 "^\+.*(intel_iommu=on|vfio-pci)" setup --plan --dedicated
	picture | cmp -s "$tmp/was" -
	ok $? "$loader: plan wrote nothing"
	[ ! -e "$root/var/lib/igvm" ]
	ok $? "$loader: and made nothing"
	try "dedicated without another way in" 5 "way-in.none" setup --apply --dedicated --yes
	picture | cmp -s "$tmp/was" -
	ok $? "$loader: refused, nothing was written"
	try "apply" 0 "igvm=off" setup --apply --dedicated --no-way-in-ok --yes
	! picture | cmp -s "$tmp/was" -
	ok $? "$loader: the host is another one now"
	try "status" 0 "applied since .*dedicated" setup --status
	picture > "$tmp/applied"
	try "apply again: nothing to do" 0 "nothing to do" setup --apply --dedicated --no-way-in-ok --yes
	picture | cmp -s "$tmp/applied" -
	ok $? "$loader: nothing was done"
	try "undo" 0 "Everything is as it was" setup --undo
	picture > "$tmp/now"
	diff "$tmp/was" "$tmp/now" > "$tmp/out" 2>&1
	ok $? "$loader: restored to the byte, owners, modes and times included"
	try "undo again: nothing to undo" 0 "nothing to undo" setup --undo
}

cell grub_debian

# --- what goes wrong, on the GRUB tree -----------------------------------------------------
try "a user's VMs: rule and limits" 0 "70-igvm-user-alice.rules" setup --apply --user alice --yes
grep -q 'TEST=="/sys/kernel/iommu_groups/%k/devices/0000:00:02.0", OWNER="alice"' \
	"$root/etc/udev/rules.d/70-igvm-user-alice.rules"
ok $? "the rule finds the group by its device"
echo "# by hand" >> "$root/etc/security/limits.d/igvm-alice.conf"
try "a file changed since is left, and shown" 1 "somebody has changed it" setup --undo
grep -q '^-# by hand' "$tmp/out" && grep -q 'by hand' "$root/etc/security/limits.d/igvm-alice.conf" &&
	[ ! -e "$root/etc/udev/rules.d/70-igvm-user-alice.rules" ]
ok $? "the others are undone all the same"
rm "$root/etc/security/limits.d/igvm-alice.conf"
try "once it is away the rest is undone" 0 "Everything is as it was" setup --undo
picture | diff "$tmp/was" - > "$tmp/out"
ok $? "and the host is as it was"
for user in root nobody-here "al ice" ../alice ""; do
	try "--user '$user' is refused" 2 "user" setup --apply --user "$user"
done

builder=$root/usr/sbin/update-initramfs
cp "$builder" "$tmp/builder"
script usr/sbin/update-initramfs <<< 'echo no space left >&2; exit 3'
try "a builder that fails at once: everything is taken back" 1 "what boots is to the byte as before" \
	setup --apply --dedicated --no-way-in-ok --yes
grep -q "no space left" "$tmp/err" && grep -q "update-initramfs ended with status 3" "$tmp/err"
ok $? "what it printed is shown, and its status"
try "the state has come to its end though the builder is broken" 0 "no setup is applied" setup --status
picture | diff "$tmp/was" - > "$tmp/out"
ok $? "and the host is as it was"
cp -p "$root/boot/initrd.img-$kernel" "$tmp/image"
script usr/sbin/update-initramfs <<< "echo half > /boot/initrd.img-$kernel; exit 4"
try "one that spoils the image and fails: said" 1 "what it makes is not known to be as before" \
	setup --apply --dedicated --no-way-in-ok --yes
picture | diff "$tmp/was" - > "$tmp/out"
ok $? "the files are as they were"
try "the state stays while the image is not as before" 0 "an undo has not come to its end" setup --status
try "undo says what was rebuilt, what not" 1 "/boot/initrd.img-.*: not as before" setup --undo
grep -q "^failed  update-initramfs: .*not rebuilt" "$tmp/out" && grep -q "^rebuilt by update-grub" "$tmp/out"
ok $? "and by which program, one after the other"
"$igvm" --root "$root" --json setup --undo > "$tmp/out" 2> "$tmp/err"
perl tests/schema/check.pl tests/schema/setup.json "$tmp/out" > "$tmp/err" 2>&1 && grep -q '"since": "other"' "$tmp/out"
ok $? "it fits setup.json"
cp -p "$tmp/image" "$root/boot/initrd.img-$kernel"
script usr/sbin/update-initramfs <<< 'exit 4'
try "the old image copied back by hand: nothing is left to rebuild" 0 "nothing for it to rebuild" setup --undo
grep -q "/boot/initrd.img-$kernel: to the byte as before" "$tmp/out"
ok $? "because it is to the byte the one of before"
try "and the state ends" 0 "no setup is applied" setup --status
echo new > "$root/boot/initrd.img-new"
script usr/sbin/update-initramfs <<< "echo x > /boot/initrd.img-made; exit 5"
try "an image that was not there before is no image of before" 1 "taken back|not known" \
	setup --apply --dedicated --no-way-in-ok --yes
try "undo names it" 1 "/boot/initrd.img-made: was not there before" setup --undo
cp "$tmp/builder" "$builder"
try "the builder works again: undo ends" 0 "Everything is as it was" setup --undo
rm "$root/boot/initrd.img-new" "$root/boot/initrd.img-made"
picture > "$tmp/was"
try "apply" 0 "igvm=off" setup --apply --dedicated --no-way-in-ok --yes
script usr/sbin/update-initramfs <<< 'exit 6'
try "a builder that breaks after apply: its image still has igvm's files" 1 "not as before" setup --undo
cp "$tmp/builder" "$builder"
try "mended: undo ends" 0 "Everything is as it was" setup --undo
picture | diff "$tmp/was" - > "$tmp/out"
ok $? "and the host is as it was"

# What cannot be carried out is said beforehand, and nothing is begun.
unable() {	# DESCRIPTION PATTERN
	try "plan: $1" 5 "$2" setup --plan --dedicated
	try "apply: $1" 5 "$2" setup --apply --dedicated --no-way-in-ok --yes
	[ ! -e "$root/etc/udev/rules.d/60-igvm.rules" ] && [ ! -e "$root/var/lib/igvm" ]
	ok $? "$1: nothing was begun"
}
chmod 644 "$builder"; unable "a builder that is not executable" "is not executable|cannot tell what builds"
chmod 755 "$builder"
sed -i '1s,.*,#!/bin/no-such-shell,' "$builder"; unable "a builder without its interpreter" "update-initramfs: .*cannot be started"
cp "$tmp/builder" "$builder"
mv "$root/boot/initrd.img-$kernel" "$tmp/image"; unable "no image where it should be" "initramfs of the kernel that boots next is not"
mv "$tmp/image" "$root/boot/initrd.img-$kernel"
mv "$root/boot/grub/grub.cfg" "$tmp/grub.cfg"; unable "no grub.cfg" "no configuration of a boot loader"
mv "$tmp/grub.cfg" "$root/boot/grub/grub.cfg"

# What the boot menu still has as it was is compared, not only said.
try "the entry of another kernel is as it was" 0 "'Debian, with Linux 6.1.0-10' is as it was" \
	setup --apply --dedicated --no-way-in-ok --yes
! grep -q "'Debian' is as it was" "$tmp/out"
ok $? "that of the kernel with the new image is not"
"$igvm" --root "$root" setup --undo > "$tmp/out" 2> "$tmp/err"
sed '$s/$/; echo new > boot\/initrd.img-6.1.0-10/' "$tmp/builder" > "$builder"
try "a builder that makes every image anew leaves none" 0 "no entry of the boot menu is as it was" \
	setup --apply --dedicated --no-way-in-ok --yes
echo old > "$root/boot/initrd.img-6.1.0-10"
cp "$tmp/builder" "$builder"
"$igvm" --root "$root" setup --undo > "$tmp/out" 2> "$tmp/err"
"$igvm" --json --root "$root" setup --apply --dedicated --no-way-in-ok --yes > "$tmp/out" 2> "$tmp/err"
perl tests/schema/check.pl tests/schema/setup.json "$tmp/out" > "$tmp/err" 2>&1 && grep -q '"same": true' "$tmp/out" &&
	grep -q '"same": false' "$tmp/out"
ok $? "the menu is in the JSON"
"$igvm" --root "$root" setup --undo > "$tmp/out" 2> "$tmp/err"
ok $? "undone"

# Hand-made lines: taken over, brought back, or left out for a stock host.
cp -a "$root/etc" "$tmp/etc"
sed -i 's/"quiet"/"quiet iommu=pt vfio-pci.ids=8086:4680"/' "$root/etc/default/grub"
printf 'blacklist i915\n' > "$root/etc/modprobe.d/old.conf"
printf '# kept\noptions vfio-pci ids=8086:4680\n' > "$root/etc/modprobe.d/vfio.conf"
chown 7:8 "$root/etc/modprobe.d/vfio.conf"
chroot "$root" /usr/sbin/update-grub
picture > "$tmp/hand"
try "an id of another machine stands in the way" 5 "ids.not-this-machine" setup --plan --dedicated
try "adopted" 0 "taken over: .*8086:4680" setup --apply --dedicated --adopt --no-way-in-ok --yes
[ ! -e "$root/etc/modprobe.d/old.conf" ] && ! grep -rq 4680 "$root/etc/default" "$root/etc/modprobe.d"
ok $? "the lines are gone, and a file that had nothing else"
try "undo" 0 "Everything is as it was" setup --undo
picture | diff "$tmp/hand" - > "$tmp/out"
ok $? "brings the hand-made lines back to the byte"
try "adopted again" 0 "igvm=off" setup --apply --dedicated --adopt --no-way-in-ok --yes
try "undo --stock" 0 "stock host now" setup --undo --stock
picture > "$tmp/stock"
! grep -rE '4680|iommu=pt|blacklist|Written by igvm' "$root/etc" "$root/boot/grub/grub.cfg" >> "$tmp/err" &&
	grep -q '^# kept' "$root/etc/modprobe.d/vfio.conf" && grep -q '="quiet *"' "$root/etc/default/grub" &&
	[ "$(stat -c %u:%g "$root/etc/modprobe.d/vfio.conf")" = 7:8 ]
ok $? "neither hand-made lines nor igvm's, what else was there is"
try "status says so" 0 "stock host; the hand-made lines of 3 files are kept" setup --status
"$igvm" --root "$root" --json setup --status > "$tmp/out" 2> "$tmp/err" &&
	perl tests/schema/check.pl tests/schema/setup-status.json "$tmp/out" > "$tmp/err" 2>&1
ok $? "and fits setup-status.json"
try "undo --stock again changes nothing" 0 "stock host now" setup --undo --stock
picture | sed 's/ [0-9.]* / /' > "$tmp/now"; sed 's/ [0-9.]* / /' "$tmp/stock" | diff <(sed 1d "$tmp/now") <(sed 1d /dev/stdin) > "$tmp/out"
ok $? "(but for times)"
try "a setup on the stock host" 0 "igvm=off" setup --apply --dedicated --no-way-in-ok --yes
try "--adopt and --stock do not go together" 2 "goes with --undo" setup --apply --adopt --stock
try "undo --stock once more" 0 "stock host now" setup --undo --stock
cp "$root/etc/modprobe.d/vfio.conf" "$tmp/vfio.conf"
echo "# mine" >> "$root/etc/modprobe.d/vfio.conf"
try "a stock file that somebody changed is left, and shown" 1 "somebody has changed it" setup --undo
cat "$tmp/vfio.conf" > "$root/etc/modprobe.d/vfio.conf"
try "undo without --stock" 0 "Everything is as it was" setup --undo
picture | diff "$tmp/hand" - > "$tmp/out"
ok $? "brings the hand-made lines back to the byte, from the stock host too"
rm -rf "${root:?}/etc" && cp -a "$tmp/etc" "$root/etc"
chroot "$root" /usr/sbin/update-grub
picture > "$tmp/was"
script usr/sbin/update-initramfs <<< ': > /boot/initrd.img-'$kernel

try "a command that builds nothing: read back, and taken back" 1 "next boot would not take" \
	setup --apply --dedicated --no-way-in-ok --yes
try "nothing is left to undo" 0 "." setup --undo
picture | diff "$tmp/was" - > "$tmp/out"
ok $? "and the host is as it was"

try "--trial without systemd" 5 "systemd" setup --apply --trial 10m --user alice --yes
for t in 5 10x 25h -1m 0; do
	try "--trial $t" 2 "no time between" setup --apply --trial "$t"
done
mkdir -p "$root/lib/systemd"
: > "$root/lib/systemd/systemd"
picture > "$tmp/was"
try "--trial with systemd" 0 "unless igvm setup --confirm" setup --apply --trial 10m --user alice --yes
grep -qx 'OnBootSec=600s' "$root/etc/systemd/system/igvm-setup-trial.timer"
ok $? "its timer counts from the boot"
if command -v systemd-analyze > /dev/null; then
	systemd-analyze verify "$root/etc/systemd/system/igvm-setup-trial.timer" \
		"$root/etc/systemd/system/igvm-setup-trial.service" > "$tmp/out" 2> "$tmp/err"
	! grep -qE 'Unknown|Failed to parse|Invalid' "$tmp/err"
	ok $? "systemd takes the units"
fi
mkdir -p "$root/proc/sys/kernel/random"
try "before the boot nothing is over" 0 "no trial is over" setup --trial-expired
echo 11111111-2222-3333-4444-555555555555 > "$root/proc/sys/kernel/random/boot_id"
try "confirm" 0 "Confirmed" setup --confirm
[ ! -e "$root/etc/systemd/system/igvm-setup-trial.timer" ] && [ -e "$root/etc/udev/rules.d/70-igvm-user-alice.rules" ]
ok $? "the units are gone, the setup stays"
try "confirm again" 1 "no setup is on trial" setup --confirm
try "undo after confirm" 0 "Everything is as it was" setup --undo
try "a trial again" 0 "unless" setup --apply --trial 10m --user alice --yes
echo 99999999-2222-3333-4444-555555555555 > "$root/proc/sys/kernel/random/boot_id"
echo "599.99 1.0" > "$root/proc/uptime"
try "a second before its time" 0 "no trial is over" setup --trial-expired
echo "600.00 1.0" > "$root/proc/uptime"
try "over: it takes itself back" 0 "as it was" setup --trial-expired
picture | diff "$tmp/was" - > "$tmp/out"
ok $? "and the host is as it was"

# --- ways in -------------------------------------------------------------------------------
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/etc/network" "$root/proc/net"
ln -s /lib/systemd/system/ssh.service "$root/etc/systemd/system/multi-user.target.wants/ssh.service"
printf 'auto eth0\niface eth0 inet dhcp\n' > "$root/etc/network/interfaces"
tcp() { printf '  sl  local_address rem_address   st\n   0: %s 00000000:0000 %s 0\n' "$1" "$2" > "$root/proc/net/tcp"; }
way() {	# DESCRIPTION, 0: there is one, 1: none
	"$igvm" --root "$root" setup --plan --dedicated > "$tmp/out" 2> "$tmp/err"
	[ "$(grep -c way-in.none "$tmp/err")" = "$2" ]
	ok $? "way in: $1"
}
way "sshd is enabled, whether it listens is unknown: no" 1
tcp 0100007F:0016 0A
way "it listens on 127.0.0.1: no" 1
tcp 00000000:0016 01
way "a connection is no listening socket: no" 1
tcp 00000000:0016 0A
way "it listens: yes" 0
echo "Port 2222" > "$root/etc/ssh/sshd_config"
way "on another port than configured: no" 1
rm "$root/etc/ssh/sshd_config"
printf 'auto lo\niface lo inet loopback\n' > "$root/etc/network/interfaces"
way "no address without a login: no" 1
mkdir -p "$root/etc/NetworkManager/system-connections"
ln -s /x "$root/etc/systemd/system/multi-user.target.wants/NetworkManager.service"
printf '[connection]\nid=w\ntype=wifi\npermissions=user:alice:;\n' > "$root/etc/NetworkManager/system-connections/w.nmconnection"
way "a user's own Wi-Fi: no" 1
printf '[connection]\nid=e\ntype=ethernet\n' > "$root/etc/NetworkManager/system-connections/e.nmconnection"
way "a wired connection of the system's: yes" 0
rm -r "$root/etc/NetworkManager" "$root/etc/systemd/system/multi-user.target.wants"
sed -i 's/$/ console=ttyS0,115200/' "$root/proc/cmdline"
mkdir -p "$root/lib/systemd/system-generators"
: > "$root/lib/systemd/system-generators/systemd-getty-generator"
way "a serial console with systemd's getty: yes" 0
mkdir -p "$root/proc/tty/driver"
printf 'serinfo:1.0 driver revision:\n0: uart:unknown port:000003F8 irq:4\n' > "$root/proc/tty/driver/serial"
way "a serial port that is not there: no" 1

# --- a hostile journal ------------------------------------------------------------------------
"$igvm" --root "$root" setup --apply --user alice --yes > "$tmp/out" 2> "$tmp/err"
ok $? "applied once more"
store=$root/var/lib/igvm/setup
cp -a "$store" "$tmp/store"
picture > "$tmp/applied"
hostile() {	# DESCRIPTION PATTERN; the journal was spoilt
	try "journal: $1: one sentence" 1 "$2" setup --undo
	[ "$(wc -l < "$tmp/err")" = 1 ] && picture | cmp -s "$tmp/applied" -
	ok $? "journal: $1: nothing was touched"
	rm -rf "$store"
	cp -a "$tmp/store" "$store"
}
edit() { perl -0pi -e "$1" "$store/journal.json"; }
truncate -s 100 "$store/journal.json"; hostile "cut off" "damaged"
: > "$store/journal.json"; hostile "empty" "damaged"
edit 's{/etc/udev/rules.d/70}{/etc/../etc/udev/rules.d/70}'; hostile "a path with .." "damaged"
edit 's{"/etc/udev/rules.d/70}{"etc/udev/rules.d/70}'; hostile "a relative path" "damaged"
edit 's/"version": 1/"version": 2/'; hostile "a newer version" "newer igvm"
edit 's/"state": "applied"/"state": "done"/'; hostile "another state" "damaged"
edit 's/"after": "[0-9a-f]/"after": "X/'; hostile "a hash that is none" "damaged"
edit 's/"files": \[/"files": [7,/'; hostile "a file that is a number" "damaged"
edit 's/"made": \{/"made": 7, "x": {/'; hostile "no list of what was made" "damaged"
edit 's/"kept"/"stock": "", "saved_stock": 0, "kept"/'; hostile "adopted lines of a file that was not there" "damaged"
rm "$store/journal.json"; ln -s "$tmp/store/journal.json" "$store/journal.json"; hostile "a link" "damaged"
chmod 777 "$store"; hostile "others may write to it" "root's alone"
edit 's/"state": "applied"/"state": "applying"/'
try "one that was cut off is taken back first, then done anew" 0 "taken back first" setup --apply --user alice --yes
try "and is whole" 0 "applied since" setup --status
exec 8< "$store"
flock -n 8
try "two at once: the second is told so" 75 "another igvm setup runs" setup --undo
exec 8<&-
"$igvm" --root "$root" setup --undo > "$tmp/out" 2> "$tmp/err"
ok $? "the good one is undone"
cat > "$tmp/schema.list" <<- END
	setup --apply --user alice
	setup --undo
END
while read -r words; do
	# shellcheck disable=SC2086 # words
	"$igvm" --root "$root" --json $words > "$tmp/out" 2> "$tmp/err" < /dev/null &&
		perl tests/schema/check.pl tests/schema/setup.json "$tmp/out" > "$tmp/err" 2>&1
	ok $? "$words fits setup.json"
done < "$tmp/schema.list"
"$igvm" --root "$root" --json setup --status > "$tmp/out" 2> "$tmp/err" &&
	perl tests/schema/check.pl tests/schema/setup-status.json "$tmp/out" > "$tmp/err" 2>&1
ok $? "--status fits setup-status.json"
try "two verbs" 2 "one of" setup --apply --undo
try "two ways" 2 "not both" setup --dedicated --shared
try "an operand" 2 "no operand" setup now
setpriv --reuid 65534 --clear-groups "$igvm" setup --apply > "$tmp/out" 2> "$tmp/err"
[ $? = 77 ]
ok $? "only root applies: 77"

cell systemd_boot
if command -v mkfs.vfat > /dev/null && [ -e /dev/loop-control ] && grep -qw vfat /proc/filesystems; then
	cell systemd_boot_fat
else
	n=$((n + 1))
	echo "ok $n - systemd_boot_fat # SKIP no mkfs.vfat, no loop devices, or a kernel without vfat"
fi
echo "1..$n"

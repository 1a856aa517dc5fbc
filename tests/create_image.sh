#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `igvm create --image`: somebody's image copied, and a NoCloud seed for the cloud-init in it. The image here holds a
# stand-in for a boot loader (a UEFI program that names the discs it finds) and no cloud-init; what one reads is
# checked on the seed itself. As root, and as a user with a home of his own.
# shellcheck disable=SC2034,SC2154 # variables of own_host.bash, which is sourced
cd "$(dirname "$0")/.." || exit 1
needs="qemu-img qemu-system-x86_64 xorriso mkfs.vfat mmd perl setpriv"
kill="seeded"
. tests/tools/own_host.bash
efi=$PWD/${B:-build}/efi/setup.efi
truncate -s 48M "$tmp/raw.img"
mkfs.vfat -n IMAGE "$tmp/raw.img" > /dev/null && mmd -i "$tmp/raw.img" ::efi ::efi/boot &&
	mcopy -i "$tmp/raw.img" "$efi" ::efi/boot/bootx64.efi && qemu-img convert -f raw -O qcow2 "$tmp/raw.img" "$tmp/cloud.qcow2"
ok $? "an image"
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA "quoted" tester@example' > "$tmp/key.pub"
echo '"a: b" #!' > "$tmp/password"

try "create --image" 0 "your image, with a cloud-init seed" create seeded --template linux --image "$tmp/cloud.qcow2" \
	--ssh-key "$tmp/key.pub" --user mei --password-file "$tmp/password" --disk 1G --memory 256M --cpus 1
too "says who logs in" "login +mei, with the password you gave"
! grep -qF '"a: b"' "$tmp/out" "$tmp/err"; ok $? "and shows no password"
qemu-img info "$data/seeded/system.qcow2" > "$tmp/out"
grep -q "virtual size: 1 GiB" "$tmp/out" && grep -q "file format: qcow2" "$tmp/out"; ok $? "the disk is a copy, grown to what was asked"
qemu-img compare -f qcow2 -F qcow2 "$tmp/cloud.qcow2" $data/seeded/system.qcow2 > "$tmp/out" 2>&1
grep -qE "identical|Image size mismatch" "$tmp/out" && ! grep -q "Content mismatch" "$tmp/out"; ok $? "with the image's content" || shown
[ "$(stat -c %a $data/seeded/seed.iso) $(stat -c %a $data/seeded/system.qcow2)" = "600 600" ]; ok $? "which nobody else reads"
[ -z "$(ls -d $data/seeded/seed 2> /dev/null)" ]; ok $? "no open copy of the seed is left"
seed() { rm -f "$tmp/$1"; xorriso -osirrox on -indev "$data/$2/seed.iso" -extract "/$1" "$tmp/$1" > /dev/null 2>&1; }
xorriso -indev $data/seeded/seed.iso -pvd_info 2> /dev/null | grep -q "^Volume Id *: cidata"; ok $? "the seed's label is cidata"
seed user-data seeded && seed meta-data seeded; ok $? "it has user-data and meta-data"
[ "$(head -1 "$tmp/user-data")" = "#cloud-config" ]; ok $? "user-data begins as cloud-init wants it"
# What follows is JSON, which is YAML.
field() { tail -n +2 "$tmp/user-data" | perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); print eval $ARGV[0]' "$1"; }
[ "$(field '$j->{users}[0]{name} . " " . $j->{hostname}')" = "mei seeded" ]; ok $? "user and host name"
[ "$(field '$j->{users}[0]{ssh_authorized_keys}[0]')" = "$(cat "$tmp/key.pub")" ]; ok $? "the public key, quotes and all"
[ "$(field 'crypt(q("a: b" #!), $j->{users}[0]{passwd}) eq $j->{users}[0]{passwd}')" = 1 ]; ok $? "the password, hashed"
[ "$(field '$j->{ssh_pwauth} ? 1 : 0')" = 0 ]; ok $? "no login by password over the network"
grep -qx "local-hostname: seeded" "$tmp/meta-data" && grep -q "^instance-id: igvm-seeded" "$tmp/meta-data"; ok $? "meta-data"

grep -q '^accel' $vms/seeded.conf || sed -i '/^\[vm\]/a accel = tcg' $vms/seeded.conf
try "it starts" 0 "seeded runs" start seeded
for _ in $(seq 120); do
	"$igvm" logs --stream firmware --lines 4000 seeded 2> /dev/null | grep -a -oE 'igvm-setup: .*' > "$tmp/lines"
	grep -q waiting "$tmp/lines" && break
	sleep 0.5
done
"$igvm" type seeded spc > "$tmp/out" 2> "$tmp/err"; ok $? "a key, for its loader" || shown
for _ in $(seq 60); do
	"$igvm" logs --stream firmware --lines 4000 seeded 2> /dev/null | grep -a -oE 'igvm-setup: .*' > "$tmp/lines"
	grep -q "disc cidata" "$tmp/lines" && break
	"$igvm" status seeded > /dev/null 2>&1 || break
	"$igvm" type seeded spc > /dev/null 2>&1
	sleep 0.5
done
grep -qx "igvm-setup: disc cidata" "$tmp/lines"; ok $? "the guest finds the seed's disc" || sed 's/^/# /' "$tmp/lines"
"$igvm" kill seeded > /dev/null 2>&1

# --- other images -----------------------------------------------------------------------------
bad() { local what=$1 status=$2 pattern=$3; shift 3; try "$what" "$status" "$pattern" create bad --template linux --password-file "$tmp/password" "$@"; }
try "a raw one, with a password of igvm's making" 0 "login +igvm, password [^ ]+ \(not kept anywhere" create raw --template linux --image "$tmp/raw.img" --disk 1G
password=$(sed -n 's/.*password \([^ ]*\) (not kept.*/\1/p' "$tmp/out")
seed user-data raw
[ "$(field "crypt('$password', \$j->{users}[0]{passwd}) eq \$j->{users}[0]{passwd}")" = 1 ]; ok $? "which is that of the seed"
[ "$(field 'exists $j->{users}[0]{ssh_authorized_keys} ? 1 : 0')" = 0 ]; ok $? "and no key, where none was given"
bad "no such image" 2 "none.qcow2: No such file" --image "$tmp/none.qcow2"
bad "a folder" 2 "is no file" --image "$tmp"
mkfifo "$tmp/fifo"
bad "a pipe" 2 "is no file" --image "$tmp/fifo"
truncate -s 2G "$tmp/big.img"
bad "a disk that is too small" 2 "holds 2 GiB, more than the disk's 1 GiB: give --disk" --image "$tmp/big.img" --disk 1G
bad "no such key" 2 "none.pub: No such file" --image "$tmp/cloud.qcow2" --disk 1G --ssh-key "$tmp/none.pub"
printf '\377\376 key\n' > "$tmp/bad.pub"
bad "a key that is no text" 2 "bad.pub: its first line is no public key" --image "$tmp/cloud.qcow2" --disk 1G --ssh-key "$tmp/bad.pub"
printf 'ssh-ed25519 AAAA caf\351\n' > "$tmp/bad.pub"
bad "one that is not UTF-8" 2 "bad.pub: its first line is no public key" --image "$tmp/cloud.qcow2" --disk 1G --ssh-key "$tmp/bad.pub"
printf -- '-----BEGIN OPENSSH PRIVATE KEY-----\n' > "$tmp/bad.pub"
bad "a private key" 2 "give the file that ends in .pub" --image "$tmp/cloud.qcow2" --disk 1G --ssh-key "$tmp/bad.pub"
qemu-img create -q -f qcow2 -b /etc/shadow -F raw "$tmp/layer.qcow2"
bad "a layer over a file of this host" 2 "is a layer over another file" --image "$tmp/layer.qcow2"
head -c 100 "$tmp/cloud.qcow2" > "$tmp/cut.qcow2"
bad "a cut one" 1 "qemu-img failed" --image "$tmp/cut.qcow2" --disk 1G
bad "a key without an image" 2 "needs --image" --ssh-key "$tmp/key.pub"
bad "a disc of Windows" 2 "is for Windows" --iso "$tmp/big.img"
[ -z "$(find $vms $data -name '*bad*')" ]; ok $? "nothing is left of any of them"

# --- a user ------------------------------------------------------------------------------------
mkdir -m 700 "$tmp/home" && cp "$tmp/cloud.qcow2" "$tmp/key.pub" "$tmp/home" && chown -R 12345:12345 "$tmp/home" && chmod 711 "$tmp"
user() {
	env -i PATH="$PATH" HOME="$tmp/home" LC_ALL=C XDG_RUNTIME_DIR="$tmp/home/run" setpriv --reuid 12345 --regid 12345 --clear-groups \
		timeout 100 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
}
user create mine --template linux --image "$tmp/home/cloud.qcow2" --ssh-key "$tmp/home/key.pub" --disk 1G --memory 256M
ok $? "a user makes one of his own" || shown
too "which has no iGPU, and why" "iGPU +none: only a VM of the system can have it"
[ -e "$tmp/home/.config/igvm/vms/mine.conf" ] && [ -e "$tmp/home/.local/share/igvm/mine/seed.iso" ]; ok $? "in his home"
[ "$(stat -c %u "$tmp/home/.local/share/igvm/mine/system.qcow2")" = 12345 ]; ok $? "his own"
user create win11 --memory 512M; ok $? "and one for Windows" || shown
user create built --template linux; [ $? = 77 ] && grep -q "needs root: use sudo, or give a disk image" "$tmp/err"
ok $? "a guest from packages needs root, and that is said" || shown
user create mine --template linux --image "$tmp/home/cloud.qcow2"; [ $? = 1 ] && grep -q "there is a VM 'mine' already" "$tmp/err"
ok $? "a name twice" || shown
user showcmd mine; ok $? "showcmd takes it" || shown
echo "1..$n"

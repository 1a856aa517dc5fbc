#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `igvm create`: all or nothing, bad input, the discs of a Windows set-up; then a stand-in for Windows'
# disc is started for real (TCG, OVMF): keys are pressed, it reads on, finds the answer disc, resets, and
# no key comes any more. A guest from packages is in create_linux.sh.
set -u
cd "$(dirname "$0")/.." || exit 1
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root for directories of its own"; exit 0; }
for tool in xorriso genisoimage xmllint qemu-img mkfs.vfat mmd qemu-system-x86_64; do
	command -v $tool > /dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
if [ -z "${IGVM_CREATE_NS-}" ]; then
	IGVM_CREATE_NS=1 exec unshare -m "$0"
fi
igvm=$PWD/${B:-build}/igvm
efi=$PWD/${B:-build}/efi/setup.efi
tmp=$(mktemp -d) || exit 1
n=0
export LC_ALL=C LANGUAGE=

cleanup() {
	"$igvm" kill standin > /dev/null 2>&1
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p /etc/igvm /var/lib/igvm /run/igvm
for d in /etc/igvm /run/igvm /var/lib/igvm; do
	mount -t tmpfs -o mode=0755 igvm-test $d || exit 1
done
vms=/etc/igvm/vms data=/var/lib/igvm

ok() {	# STATUS DESCRIPTION
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
shown() { sed 's/^/# out: /' "$tmp/out"; sed 's/^/# err: /' "$tmp/err"; }
# try DESCRIPTION STATUS PATTERN ARGUMENTS...: exit status, a line, and one sentence when it is refused
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	timeout 300 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
	got=$?
	if [ $got = "$status" ] && cat "$tmp/out" "$tmp/err" | grep -qE -- "$pattern"; then
		ok 0 "$what"
	else
		ok 1 "$what: exit status $got, wanted $status and '$pattern'"
		shown
	fi
}
# Nothing of VM NAME is there, not even half of it.
nothing() { ok "$(find $vms $data -iname "*$1*" 2> /dev/null | grep -c .)" "$2"; }

# --- a VM without a disc ------------------------------------------------------------------
try "a name equal to a template needs no option" 0 "^win11 is made: $vms/win11.conf" create win11
try "and says its defaults" 0 "^  memory +8192 MiB" create --disk 70G --template win11 other
grep -q "70 GiB" "$tmp/out"; ok $? "the disk's size"
grep -q "^next: igvm edit other, for the disc; then igvm start other$" "$tmp/out" && grep -q '^# \[disk setup\]$' $vms/other.conf
ok $? "that a disc is missing, and where it goes"
grep -qE "^machine = pc-q35-[0-9.]+$" $vms/win11.conf; ok $? "the machine's version is pinned"
[ -s $data/win11/ovmf-secure-code.fd ] && [ -s $data/win11/ovmf-secure-vars.fd ] && [ -d $data/win11/tpm ]
ok $? "firmware, variables and a folder for the TPM are there"
qemu-img info $data/win11/system.qcow2 | grep -q "virtual size: 64 GiB"; ok $? "the disk is a qcow2 of 64 GiB"
[ "$(stat -c %a $data/win11/system.qcow2)" = 600 ]; ok $? "which nobody else reads"
try "the same name again" 1 "there is a VM 'win11' already" create win11
try "a name that differs only in case" 1 "upper and lower case" create WIN11 --template win11
try "a name that is nobody's template" 2 "say what 'x' is made from" create x
try "a template that does not exist" 2 "no template 'win12'; there are: " create x --template win12
try "a size nobody writes" 2 "8GB" create x --template win11 --memory 8GB
try "a disk of nothing" 2 "too little" create x --template win11 --disk 1M
try "a bad name" 2 "cannot name a VM" create ../x --template win11
try "an option for the other kind" 2 "for a Linux guest" create x --template win11 --image /etc/hostname
try "a USB device for later" 0 "^  input +device at USB port 9-1" create usb --template win11 --usb 9-1 --usb 1234:0001
grep -A1 "^\[usb device\]" $vms/usb.conf | grep -q "^port = 9-1$"; ok $? "is in the file"
grep -A1 "^\[usb device2\]" $vms/usb.conf | grep -q "^id = 1234:0001$"; ok $? "and one by its id"
try "no keyboard wanted" 0 "^none is made" create none --template win11 --input none
grep -q "^input = none$" $vms/none.conf; ok $? "is written down"
try "a port that is none" 2 "neither a port such as 1-4.2 nor an id" create x --template win11 --usb keyboard
try "an input that is none" 2 "may be usb, evdev, none" create x --template win11 --input mouse
mount -t tmpfs igvm-test /sys/class
try "nothing to share" 5 "no keyboard or mouse in /dev/input" create x --template win11 --input evdev
umount /sys/class
nothing .new "nothing is left of those that were refused"
try "as JSON" 0 . --json create j --template win11 --cpus 3
perl tests/schema/check.pl tests/schema/create.json "$tmp/out" > "$tmp/err" 2>&1; ok $? "which its schema takes"
timeout 60 "$igvm" showcmd win11 > "$tmp/out" 2> "$tmp/err"; ok $? "showcmd takes what was made"

# --- at once, interrupted, full -----------------------------------------------------------
for i in 1 2 3 4; do "$igvm" create race --template win11 > "$tmp/race$i" 2>&1 & done
wait
[ "$(cat "$tmp"/race? | grep -c "^race is made")" = 1 ]; ok $? "of four at once one wins"
[ "$(cat "$tmp"/race? | grep -cE "already|by another igvm")" = 3 ]; ok $? "and three are told"
mkdir -p $data/.half.new $data/half && : > $data/half/system.qcow2 && : > $vms/.half.conf.new
try "what a killed create left is taken away by the next" 0 "^half is made" create half --template win11
[ ! -e $vms/.half.conf.new ] && [ ! -e $data/.half.new ]; ok $? "all of it"
mkdir $data/mine && : > $data/mine/precious
try "a folder that is somebody's is not touched" 1 "$data/mine: there already" create mine --template win11
[ -e $data/mine/precious ]; ok $? "and is still there"
mount -t tmpfs -o size=1m,mode=0755 igvm-test $data
try "a full file system" 1 "cannot be written: No space left" create full --template win11
nothing full "leaves nothing"
mount -o remount,ro $data
try "a read-only one" 1 "Read-only file system" create full --template win11
umount $data
nothing full "leaves nothing"

# --- discs ----------------------------------------------------------------------------------
# A Windows disc as far as igvm and its loader go: UDF, list of editions, El Torito for UEFI.
xml() {	# ARCH
	printf '\377\376'
	{
		echo '<WIM><TOTALBYTES>1</TOTALBYTES>'
		for e in '1 Windows_11_Home Core' '2 Windows_11_Pro Professional' '3 Windows_11_Pro_N ProfessionalN'; do
			read -r i name id <<< "$e"
			echo "<IMAGE INDEX=\"$i\"><NAME>${name//_/ }</NAME><WINDOWS><ARCH>$1</ARCH><EDITIONID>$id</EDITIONID>"
			echo "<INSTALLATIONTYPE>Client</INSTALLATIONTYPE><LANGUAGES><LANGUAGE>zh-TW</LANGUAGE>"
			echo "<DEFAULT>zh-TW</DEFAULT></LANGUAGES><VERSION><MAJOR>10</MAJOR><BUILD>26100</BUILD></VERSION>"
			echo "</WINDOWS></IMAGE>"
		done
		echo '</WIM>'
	} | iconv -t UTF-16LE
}
wim() {	# ARCH FILE: header, XML at 208
	xml "$1" > "$tmp/xml"
	perl -e 'my $n = -s $ARGV[0]; open F, $ARGV[0]; binmode F; local $/; my $x = <F>;
		print "MSWIM\0\0\0", pack("VVVV", 208, 0x10d00, 0, 32768), "\0" x 16, pack("vvV", 1, 1, 3),
		"\0" x 24, pack("Q<Q<Q<", $n | 2 << 56, 208, $n), "\0" x 112, $x' "$tmp/xml" > "$2"
}
cd_tree=$tmp/cd
mkdir -p "$cd_tree/sources" "$cd_tree/efi/boot"
echo MZ > "$cd_tree/setup.exe"
cp "$efi" "$cd_tree/efi/boot/bootx64.efi"
head -c 50M /dev/zero > "$cd_tree/sources/boot.wim"
wim 9 "$cd_tree/sources/install.wim"
truncate -s 4M "$cd_tree/efisys.img"
mkfs.vfat "$cd_tree/efisys.img" > /dev/null && mmd -i "$cd_tree/efisys.img" ::efi ::efi/boot &&
	mcopy -i "$cd_tree/efisys.img" "$efi" ::efi/boot/bootx64.efi
ok $? "a FAT image for El Torito"
disc() {	# FILE OPTIONS...: what is below $cd_tree
	local file=$1
	shift
	genisoimage -quiet -iso-level 3 -V CCCOMA_X64FRE -e efisys.img -no-emul-boot \
		"$@" -o "$file" "$cd_tree" > "$tmp/iso.log" 2>&1 || sed 's/^/# /' "$tmp/iso.log"
}
mkdir -m 700 "$tmp/home"
disc "$tmp/home/win.iso" -udf
chmod 600 "$tmp/home/win.iso"
chown 12345 "$tmp/home" "$tmp/home/win.iso"
try "a Windows disc in a private home" 0 "Windows 11 Pro, zh-TW, build 26100" create one --template win11 --iso "$tmp/home/win.iso"
grep -q "path = $tmp/home/win.iso" $vms/one.conf.d/50-setup.conf; ok $? "is in the drop-in"
try "Home is announced" 0 "no Remote Desktop server" create home --template win11 --iso "$tmp/home/win.iso" --edition 1
try "an edition it has not: those it has" 2 "2  Windows 11 Pro" create x --template win11 --iso "$tmp/home/win.iso" --edition Ultimate
disc "$tmp/joliet.iso" -J
try "the same with Joliet alone" 0 "Windows 11 Pro" create joliet --template win11 --iso "$tmp/joliet.iso"
disc "$tmp/plain.iso"
try "and with neither" 0 "Windows 11 Pro" create plain --template win11 --iso "$tmp/plain.iso"
bad() { local what=$1 pattern=$2; shift 2; try "$what" 2 "$pattern" create bad --template win11 "$@"; }
bad "no such file" "no.iso: No such file" --iso "$tmp/no.iso"
bad "a folder" "neither a file nor a drive" --iso "$tmp"
: > "$tmp/empty"; bad "an empty file" "is empty" --iso "$tmp/empty"
head -c 1M /dev/urandom > "$tmp/noise"; bad "no ISO" "no disc image" --iso "$tmp/noise"
printf '\n<!DOCTYPE HTML><html>download</html>' > "$tmp/page"; bad "a web page" "is a web page" --iso "$tmp/page"
head -c 30M "$tmp/home/win.iso" > "$tmp/cut"; bad "a cut one" "is cut: 30 of [0-9]+ MiB" --iso "$tmp/cut"
for size in 35000 40000 600000 700000; do
	head -c $size "$tmp/home/win.iso" > "$tmp/cut"; bad "one cut at $size" "is cut" --iso "$tmp/cut"
done
mkfifo "$tmp/fifo"; bad "a pipe" "neither a file nor a drive" --iso "$tmp/fifo"
xorriso -as mkisofs -quiet -V DEBIAN -o "$tmp/other.iso" "$tmp/home" 2> /dev/null
bad "not Windows" "is the disc 'DEBIAN' and not a Windows 11 disc" --iso "$tmp/other.iso"
wim 12 "$cd_tree/sources/install.wim"; disc "$tmp/arm.iso" -udf
bad "for another processor" "ARM64" --iso "$tmp/arm.iso"
echo MSWIM > "$cd_tree/sources/install.wim"; disc "$tmp/list.iso" -udf
bad "a list of editions that cannot be read" "list of editions" --iso "$tmp/list.iso"
wim 9 "$cd_tree/sources/install.wim"
cp "$tmp/joliet.iso" "$tmp/$(printf 'caf\351').iso"
bad "a name that is not UTF-8" "not UTF-8" --iso "$tmp/$(printf 'caf\351').iso"
cp "$tmp/home/win.iso" "$tmp/hole.iso"
for at in $((256 * 2048)) $((257 * 2048 + 300)) $((32768 + 2048 * 3)); do
	head -c 4096 /dev/urandom | dd of="$tmp/hole.iso" bs=1 seek=$at conv=notrunc 2> /dev/null
	timeout 60 "$igvm" create bad --template win11 --iso "$tmp/hole.iso" > "$tmp/out" 2> "$tmp/err"
	case $? in
	0 | 2) ok 0 "noise at $at: an answer" ;;
	*) ok 1 "noise at $at"; shown ;;
	esac
	rm -rf $vms/bad.conf* $data/bad
done
mkdir -p "$tmp/vio/viostor/w11/amd64" "$tmp/vio/NetKVM" "$tmp/vio/guest-agent" "$tmp/vio/vioserial"
xorriso -as mkisofs -quiet -J -V virtio-win -o "$tmp/virtio.iso" "$tmp/vio" 2> /dev/null
bad "virtio-win given as a web page" "is a web page" --iso "$tmp/home/win.iso" --virtio "$tmp/page"
bad "the discs mixed up" "is virtio-win, wanted is a Windows 11 disc" --iso "$tmp/virtio.iso" --virtio "$tmp/home/win.iso"
bad "Intel's driver without answers" "needs --unattended" --intel-driver /etc/hostname
# As a user, whom a file of somebody else is closed to.
chmod 600 "$tmp/joliet.iso" && chmod 711 "$tmp" && mkdir -m 700 "$tmp/theirs" && chown 12345 "$tmp/theirs"
env -i PATH="$PATH" HOME="$tmp/theirs" setpriv --reuid 12345 --clear-groups timeout 60 "$igvm" create bad --template win11 \
	--iso "$tmp/joliet.iso" > "$tmp/out" 2> "$tmp/err"
[ $? = 77 ] && grep -q "joliet.iso: Permission denied" "$tmp/err"; ok $? "a disc nobody lets him read" || shown
bad "an edition that is not UTF-8 breaks no terminal" '\?.\[31m' --iso "$tmp/home/win.iso" --edition "$(printf '\377\033[31m')"
! LC_ALL=C grep -qP '[\x00-\x08\x0e-\x1f\x80-\xff]' "$tmp/err"; ok $? "it is shown without the bytes" || shown
try "a VM's name that is not UTF-8" 2 "cannot name a VM" create "$(printf 'caf\351')" --template win11
! LC_ALL=C grep -qP '[\x80-\xff]' "$tmp/err"; ok $? "is shown without them, too" || shown
nothing bad "nothing is left of any of them"

# --- answers ---------------------------------------------------------------------------------
secret="p<&>\"'w@{user} ]]>"
printf '%s\n' "$secret" > "$tmp/password"
echo abcde-12345-ABCDE-12345-abcde > "$tmp/key"
mkdir "$tmp/intel" && echo "; igdlh64" > "$tmp/intel/iigd.inf"
bad "a user Windows keeps" "keeps that user" --iso "$tmp/home/win.iso" --unattended --user Administrator --password-file "$tmp/password"
bad "a user of nothing Windows takes" "has none of" --iso "$tmp/home/win.iso" --unattended --user 'a/b' --password-file "$tmp/password"
bad "no password and no terminal" "needs a password" --iso "$tmp/home/win.iso" --unattended
bad "a key of another form" "has the form" --iso "$tmp/home/win.iso" --unattended --password-file "$tmp/password" --product-key-file "$tmp/password"
printf 'a\001b\n' > "$tmp/control"
bad "a password no XML can carry" "control character" --iso "$tmp/home/win.iso" --unattended --password-file "$tmp/control"
nothing bad "nothing is left of any of them"
try "an unattended set-up" 0 "account 'O&B'; with your product key" create standin --template win11 --iso "$tmp/home/win.iso" \
	--virtio "$tmp/virtio.iso" --intel-driver "$tmp/intel" --unattended --user 'O&B' --password-file "$tmp/password" \
	--product-key-file "$tmp/key" --memory 1G --cpus 1
! grep -q -e 'w@{user}' -e ABCDE-12345 "$tmp/out" "$tmp/err"; ok $? "shows neither password nor key"
[ "$(stat -c '%a %u' $data/standin/answers.iso)" = "600 0" ]; ok $? "the answer disc is root's alone"
! grep -rl -e 'ABCDE-12345' -e 'w@{user}' $vms > /dev/null; ok $? "no secret is in a file others read"
xorriso -osirrox on -indev $data/standin/answers.iso -extract /Autounattend.xml "$tmp/a.xml" \
	-extract /intel "$tmp/intel.seen" > /dev/null 2>&1
xmllint --noout "$tmp/a.xml" 2> "$tmp/err"; ok $? "Autounattend.xml is well-formed"
x() { xmllint --xpath "string($1)" "$tmp/a.xml" 2> /dev/null; }
[ "$(x "//*[local-name()='LocalAccount']/*[local-name()='Name']")" = 'O&B' ]; ok $? "the user as given"
[ "$(x "//*[local-name()='AutoLogon']//*[local-name()='Value']")" = "$secret" ]; ok $? "the password as given"
[ "$(x "//*[local-name()='ProductKey']/*[local-name()='Key']")" = ABCDE-12345-ABCDE-12345-ABCDE ]; ok $? "the key"
[ "$(x "//*[local-name()='MetaData']/*[local-name()='Value']")" = 2 ]; ok $? "the edition's number"
[ "$(x "//*[local-name()='component'][1]/*[local-name()='UILanguage']")" = zh-TW ]; ok $? "the disc's language"
perl tests/schema/answers.pl "$tmp/a.xml" > "$tmp/out" 2> "$tmp/err"; ok $? "every setting is one that Windows knows there" || shown
# rule PATTERN SED: a file that breaks it is found out
rule() {
	sed "$2" "$tmp/a.xml" > "$tmp/broken.xml"
	! perl tests/schema/answers.pl "$tmp/broken.xml" > "$tmp/out" 2>&1 && grep -q "$1" "$tmp/out"
	ok $? "rule: $1"
}
rule "no such setting: fdenyTSConnections" s/fDenyTS/fdenyTS/
rule "is not for pass oobeSystem" s/specialize/oobeSystem/
rule "two have number 7" 's|<Order>8<|<Order>7<|'
rule "a size and extends" 's|<Size>16</Size>|&<Extend>true</Extend>|'
rule "Windows goes to no primary partition" '/<InstallTo>/,/<.InstallTo>/s/3/2/'
rule "ComputerName: 'A-NAME-OF-16-LETTERS'" 's|<ComputerName>.*<|<ComputerName>A-NAME-OF-16-LETTERS<|'
rule "RunSynchronousCommand/Path: " "s|<Path>powercfg|<Path>$(printf '%0260d' 0)|"
! grep -qE '@(if|end)|@\{' <(grep -v 'Value' "$tmp/a.xml"); ok $? "nothing of the template's own is left"
for word in PreventDeviceEncryption EnableVirtualizationBasedSecurity ExcludeWUDriversInQualityUpdate HiberbootEnabled fDenyTSConnections; do
	grep -q $word "$tmp/a.xml"; ok $? "it has $word"
done
cmp -s "$tmp/intel/iigd.inf" "$tmp/intel.seen/iigd.inf"; ok $? "Intel's driver is on the disc"

# Without what is optional: no key, no drivers, no Remote Desktop.
try "a Home edition, with Windows' own drivers" 0 "asks for the product key" create bare --template win11 --iso "$tmp/home/win.iso" \
	--unattended --edition 1 --password-file "$tmp/password"
xorriso -osirrox on -indev $data/bare/answers.iso -extract /Autounattend.xml "$tmp/bare.xml" > /dev/null 2>&1
perl tests/schema/answers.pl "$tmp/bare.xml" > "$tmp/out" 2> "$tmp/err" && xmllint --noout "$tmp/bare.xml" &&
	! grep -qE 'ProductKey|DriverPaths|fDenyTS|@(if|end)' "$tmp/bare.xml"
ok $? "is whole as well" || shown

# --- the stand-in, started ------------------------------------------------------------------------
sed -i 's/^firmware.*//; /^\[vm\]/a firmware = uefi\ntpm = no' $vms/standin.conf
grep -q '^accel' $vms/standin.conf || sed -i '/^\[vm\]/a accel = tcg' $vms/standin.conf
try "it starts" 0 "standin runs" start standin
lines() { "$igvm" logs --stream firmware --lines 4000 standin 2> /dev/null | grep -a -oE 'igvm-setup: .*' > "$tmp/lines"; }
for _ in $(seq 240); do
	lines
	grep -q 'eject' "$tmp/lines" && break
	"$igvm" status standin > /dev/null 2>&1 || break
	sleep 0.5
done
sleep 1
lines
for line in waiting key read "disc CCCOMA_X64FRE" "disc IGVM_ANSWERS" answers reset "again quiet" eject; do
	grep -qx "igvm-setup: $line" "$tmp/lines"; ok $? "the loader said: $line"
done
sed 's/^/# /' "$tmp/lines" | head -12
# The last step of set-up: the guest has ejected its discs.
[ -e $vms/standin.conf ] && [ ! -e $vms/standin.conf.d/50-setup.conf ]; ok $? "set-up's discs are out of the VM file"
[ -e $data/standin/system.qcow2 ] && [ ! -e $data/standin/answers.iso ]; ok $? "and the answer disc is gone"
timeout 60 "$igvm" showcmd standin > "$tmp/out" 2> "$tmp/err" && ! grep -q "win.iso" "$tmp/out"
ok $? "the VM is whole without them"
echo "1..$n"

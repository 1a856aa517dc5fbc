#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every line of tests/lines is judged as its .out says; hostile input is refused in one sentence.
# --write writes the answers anew.
set -u
cd "$(dirname "$0")/.." || exit 1
b=$PWD/${B:-build}
lines=$PWD/tests/lines
schema=$PWD/tests/schema
igvm=$b/igvm mkrom=$b/tests/tools/mkrom
export LC_ALL=C LANGUAGE='' B
n=0

for f in "$igvm" "$mkrom" "$b/roms/igd-assign.rom" "$b/roms/igd-testgop.rom"; do
	[ -e "$f" ] || { echo "1..0 # SKIP $f is not built"; exit 0; }
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

cp "$b/roms/igd-assign.rom" igd-assign.rom
cp "$b/roms/igd-testgop.rom" gop.rom
"$mkrom" efirom -f 8086 -i 4680 -o gop-alone.rom "$b/efi/testgop.efi"
"$mkrom" vbios --device 3e92 -o vbios-3e92.rom
"$mkrom" vbios --device 3e92 --cached-bdsm -o vbios-cached.rom
"$mkrom" vbios --device 0406 -o vbios-0406.rom

options() { # FILE
	case $1 in
	*.cmdline) sed -n 's/^# lint: *//p' "${1%.cmdline}.options" ;;
	*) sed -n '1s/^# lint: *//p' "$1" ;;
	esac
}

# --- judged as expected ------------------------------------------------------------------
for line in "$lines"/*.sh "$lines"/*.conf "$lines"/*.cmdline; do
	name=$(basename "$line")
	# shellcheck disable=SC2046 # options are words
	"$igvm" lint $(options "$line") "$line" > out 2>&1
	echo "exit $?" >> out
	sed "s|$b/share/igvm|DATADIR|" out > out.clean
	if [ "${1:-}" = --write ]; then
		cp out.clean "$lines/${name%.*}.out"
		continue
	fi
	diff -u "$lines/${name%.*}.out" out.clean > difference
	ok $? "$name is judged as expected"
	sed 's/^/# /' difference
	# shellcheck disable=SC2046
	"$igvm" --json lint $(options "$line") "$line" > json 2> err
	{ sed -n 's/^\(block\|warn\|note\) *\([a-z0-9.-]*\): .*/\2/p' out; } | sort > ids
	perl "$schema/check.pl" "$schema/lint.json" json > why 2>&1 &&
		perl "$schema/check.pl" "$schema/findings.json" json >> why 2>&1 &&
		perl -MJSON::PP -e 'local $/; print sort map { "$_->{id}\n" } @{decode_json(<>)->{findings}}' json |
		sort | diff ids - >> why
	ok $? "$name in JSON says the same"
	sed 's/^/# /' why
done
[ "${1:-}" = --write ] && exit 0

# Every rule of lint's own is broken by one of the lines.
"$igvm" explain --list | awk '$1 ~ /^line[.]/ { print $1 }' | sort > rules
cat "$lines"/*.out | sed -n 's/^\(block\|warn\|note\) *\(line[.][a-z0-9-]*\): .*/\2/p' | sort -u > broken
printf 'line.%s\n' machine several-calls firmware-unknown qemu-unknown | sort -u - broken > known
diff rules known > difference
ok $? "every rule is broken by a line, here or below"
sed 's/^/# /' difference

# --- refused in one sentence -----------------------------------------------------------------
# refuse STATUS PATTERN DESCRIPTION COMMAND...
refuse() {
	want=$1 pattern=$2 what=$3
	shift 3
	"$@" > out 2> err
	status=$?
	{ [ $status = "$want" ] && [ ! -s out ] && grep -q "$pattern" err &&
		[ "$(grep -c '^igvm: ' err)" = 1 ] && ! LC_ALL=C grep -q '[^ -~]' err; }
	ok $? "$what"
	[ $status = "$want" ] || { echo "# exit $status"; sed 's/^/# /' err; }
}

good="qemu-system-x86_64 -device vfio-pci,host=00:02.0"
printf '%s -name "open\n' "$good" > quote
refuse 2 'quote:1: a double quote' "an open double quote has its line" "$igvm" lint quote
printf "\n\n%s -name 'open\n" "$good" > quote
refuse 2 'quote:3: a single quote' "an open single quote has its line" "$igvm" lint quote
printf 'a=(1 2\n%s' "$good" > quote
refuse 2 'quote:1: a parenthesis' "an open array has its line" "$igvm" lint quote
printf '%s -m $(cat' "$good" > quote
refuse 2 'expansion' "an open command substitution is told" "$igvm" lint quote
printf '\377\376%s' "$good" > bytes
refuse 2 'no text' "what is no UTF-8 is refused" "$igvm" lint bytes
head -c 4096 /dev/urandom | tr -d '\0' > bytes
refuse 2 'no text' "random bytes are refused" "$igvm" lint bytes
printf 'a\0b\0' > bytes
refuse 2 'not a QEMU' "another program's words are refused" "$igvm" lint bytes
: > empty
refuse 2 'is empty' "an empty file is refused" "$igvm" lint empty
head -c 1100000 /dev/zero | tr '\0' x > huge
refuse 2 'larger than 1 MiB' "a huge file is refused" "$igvm" lint huge
refuse 2 'larger than 1 MiB' "a huge stream is refused" sh -c "'$igvm' lint - < huge"
refuse 2 'no regular file' "a directory is refused" "$igvm" lint .
refuse 2 'No such file' "a missing file is told" "$igvm" lint missing
echo 'ls -l' > script
refuse 2 'no call of qemu' "a script without QEMU is told" "$igvm" lint script
{ echo 'a=xxxxxxxxxxxxxxxx'; for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
	echo 'a=$a$a'; done; echo "$good \$a"; } > bomb
refuse 2 'expand to more' "variables that double without end are refused" "$igvm" lint bomb
{ printf '%s' "$good"; yes ' x' | head -5000 | tr -d '\n'; } > many
refuse 2 'more words' "more words than a line has are refused" "$igvm" lint many
echo "$good -readconfig /etc/vm.cfg" > rc
refuse 2 'readconfig /etc/vm.cfg' "-readconfig is refused by name" "$igvm" lint rc
echo '<html/>' > page
refuse 2 'no domain' "XML of something else is refused" "$igvm" lint page
refuse 2 'no process' "a process that is not there is told" "$igvm" lint --pid 4194304
refuse 2 'no process id' "a pid that is none is told" "$igvm" lint --pid 12x
refuse 2 'not a QEMU' "a process that is no QEMU is told" "$igvm" lint --pid $$
refuse 2 'one of FILE' "two sources are refused" "$igvm" lint --pid 1 script
refuse 2 'one of FILE' "no source is refused" "$igvm" lint

echo "$good" > good
refuse 2 'no device id' "a device id that is none is told" "$igvm" lint --device xyz good
refuse 2 'no version' "a version that is none is told" "$igvm" lint --qemu eleven good
echo '{}' > report
refuse 2 'is not what igvm --json doctor' "a report of something else is refused" "$igvm" lint --host report good
echo '{"version":2,"kind":"doctor"}' > report
refuse 2 'newer igvm' "a newer report is refused" "$igvm" lint --host report good
echo '[' > report
refuse 2 'no JSON' "a report that is no JSON is refused" "$igvm" lint --host report good
if ! command -v qm > /dev/null; then
	refuse 2 'no qm here' "without qm its want is told" "$igvm" lint --pve 100
fi
refuse 2 'no number' "a VMID that is none is told" "$igvm" lint --pve 1a
echo '<domain/>' > domain.xml
if command -v virsh > /dev/null; then
	refuse 2 'virsh failed: ' "a domain that libvirt refuses is told with its reason" "$igvm" lint domain.xml
else
	refuse 2 'no virsh here' "without virsh its want is told" "$igvm" lint domain.xml
fi

# --- more that a line can be -------------------------------------------------------------------
has() { # PATTERN DESCRIPTION COMMAND...
	pattern=$1 what=$2
	shift 2
	"$@" > out 2>&1
	grep -q "$pattern" out
	ok $? "$what"
}
echo "qemu-system-x86_64 -M microvm -device vfio-pci,host=00:02.0" > line
has 'line.machine: -machine microvm' "a machine without root bus is told" "$igvm" lint line
has 'line.qemu-unknown' "that no version is known is told" "$igvm" lint good
printf '%s\n%s\n' "$good" "$good" > line
has 'line.several-calls: 2 calls' "two calls are counted" "$igvm" lint line
echo "$good -bios /home/me/fw.bin" > line
has 'line.firmware-unknown' "a firmware of no known name is told" "$igvm" lint line
has 'judged for: any iGPU' "standard input is read" sh -c "'$igvm' lint - < line"
echo "$good,x-pci-device-id=0x4680" > line
has 'judged for: Alder Lake-S' "the id a line shows the guest is believed" "$igvm" lint line

# igvm's own lines: lint has nothing to say that start has not said. Without its host the width of the IOMMU is
# unknown, a lab's TCG is TCG, a probe has no picture, what is experimental nobody asked for, and nested = on is the VM file's wish.
wrong='' seen=0
for golden in "$lines"/../golden/*/; do
	name=$(basename "$golden")
	grep -q '^  -device vfio-pci,' "$golden/args.txt" || continue
	case $name in linux-bad-host|win11-probe|linux-probe*|linux-mtl-experimental|linux-tcg-igpu-lab|win11-pinned) continue ;; esac
	seen=$((seen + 1))
	"$igvm" lint --device "$(sed -n 's/^device //p' "$golden/host")" \
		--qemu "$(sed -n 's/^qemu \([0-9.]*\).*/\1/p' "$golden/host")" "$golden/args.txt" > out 2>&1
	for id in $(sed -n 's/^\(block\|warn\) *\([a-z0-9.-]*\): .*/\2/p' out); do
		grep -q " $id: " "$golden/findings.txt" || wrong="$wrong $name:$id"
	done
done
[ -z "$wrong" ] && [ $seen -gt 30 ]
ok $? "nothing is found in $seen lines of igvm's own that start does not say$wrong"

# The machine comes from a report of doctor's, or is the one that is looked at.
(cd "$lines/../.." && MKROM=$mkrom tests/hosts/mkhost.sh tests/hosts/debian13-uhd770/host "$tmp/tree") > /dev/null 2>&1
"$igvm" --root tree --json doctor > report 2> /dev/null
sed 1d "$lines/good-upt-q35.sh" > upt
has 'judged for: Alder Lake-S (8086:4680), QEMU 10.0$' "--host brings iGPU and QEMU" "$igvm" lint --host report upt
has 'line.phys-bits: host-phys-bits-limit=46; the IOMMU has 39 bits' "and the width of its IOMMU" \
	sh -c "sed s/limit=39/limit=46/ upt | '$igvm' lint --host report -"
(cd "$lines/../.." && MKROM=$mkrom tests/hosts/mkhost.sh tests/hosts/class-0380/host "$tmp/tree2") > /dev/null 2>&1
"$igvm" --root tree2 --json doctor > report2 2> /dev/null
has '^block igpu.class-0380: ' "what doctor said of a host that blocks is in the answer" "$igvm" lint --host report2 upt
has 'Alder Lake-S (8086:4680), QEMU 10.0, this host' "without it this host is the machine" \
	"$igvm" --root tree lint upt
has 'judged for: Coffee Lake (8086:3e92), QEMU 9.2$' "--device and --qemu win over both" \
	"$igvm" --root tree lint --device 8086:3e92 --qemu 9.2.1 --host report upt

has '^block rom.missing-file: ' "on this host a ROM that is not there is an error" \
	sh -c "sed s/igd-assign.rom/gone.rom/ upt | '$igvm' --root tree lint -"

# qm and virsh are asked; stand-ins, which an ordinary user's PATH finds.
user=
[ "$(id -u)" != 0 ] || user='setpriv --reuid=65534 --regid=65534 --clear-groups'
mkdir bin
printf '#!/bin/sh\n[ "$*" = "showcmd 103" ] && exec cat %s\necho "no such VM" >&2\nexit 2\n' "$lines/pve-showcmd.sh" > bin/qm
printf '#!/bin/sh\n[ "$*" = "domxml-to-native qemu-argv --domain media" ] && exec cat %s\necho "error: no domain" >&2\nexit 1\n' \
	"$lines/json-device.sh" > bin/virsh
chmod 755 . bin bin/*
# shellcheck disable=SC2086 # words
has 'line.slot: bus=pci.0 is not the root bus pcie.0' "--pve asks qm showcmd" \
	env PATH="$tmp/bin:$PATH" $user "$igvm" lint --device 46d1 --pve 103
# shellcheck disable=SC2086
has 'judged for: Alder Lake-P' "--libvirt asks virsh domxml-to-native" \
	env PATH="$tmp/bin:$PATH" $user "$igvm" lint --device 46a6 --libvirt media
# shellcheck disable=SC2086
refuse 2 'qm failed: no such VM' "what qm says is told" env PATH="$tmp/bin:$PATH" $user "$igvm" lint --pve 104
# shellcheck disable=SC2086
refuse 2 'virsh failed: error: no domain' "what virsh says is told" \
	env PATH="$tmp/bin:$PATH" $user "$igvm" lint --libvirt other

# A running QEMU's words and limits; a stand-in, since no QEMU starts with a device that is not there.
# shellcheck disable=SC2016,SC2086 # for the inner shell; words
$user bash -c 'ulimit -l 64; exec -a /usr/bin/qemu-system-x86_64 perl -e "sleep 300" -- -m 8G -device vfio-pci,host=00:02.0' &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	grep -q perl "/proc/$pid/comm" && break
	sleep 0.2
done
has 'vfio.memlock: the limit is 0 MiB, 9216 MiB are needed' "--pid reads the words and the limit of a process" \
	"$igvm" lint --pid $pid
kill $pid
wait $pid 2> /dev/null
echo "1..$n"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# igvm report of every host of tests/hosts and of VMs on them: the text, the page as Chromium shows it, JSON by its
# schema, somebody else's report judged again, what is taken out, and files that are no report.
set -u
cd "$(dirname "$0")/.." || exit 1
b=$PWD/${B:-build}
igvm=$b/igvm
export LC_ALL=C LANGUAGE=
n=0

for f in "$igvm" "$b/hosts/debian13-uhd770.made"; do
	[ -e "$f" ] || { echo "1..0 # SKIP $f is not built"; exit 0; }
done
if [ "$(id -u)" = 0 ] && [ "$(stat -c %u .)" != 0 ]; then
	echo "1..0 # SKIP this tree is not root's"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

ok() {	# STATUS DESCRIPTION; its own status is that
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
	return "$1"
}
shown() { sed 's/^/# out: /' "$tmp/out" | head -90; sed 's/^/# err: /' "$tmp/err"; }
# try DESCRIPTION STATUS PATTERN ARGUMENTS...: exit status, and a line of stderr or stdout
try() {
	local what=$1 status=$2 pattern=$3 got
	shift 3
	timeout 60 "$igvm" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
	got=$?
	if [ $got = "$status" ] && cat "$tmp/out" "$tmp/err" | grep -qE -- "$pattern"; then
		ok 0 "$what"
	else
		ok 1 "$what: exit status $got, wanted $status and '$pattern'"
		shown
	fi
}
# too DESCRIPTION PATTERN: the same run has said this, too; without DESCRIPTION PATTERN: it has not
too() { grep -qE -- "$2" "$tmp/out" "$tmp/err"; ok $? "$1" || shown; }
without() { ! grep -E -- "$2" "$tmp/out"; ok $? "$1" || shown; }
fits() { perl tests/schema/check.pl "tests/schema/$1.json" "$tmp/out" > "$tmp/err" 2>&1; ok $? "$2" || shown; }

# --- every host -----------------------------------------------------------------------------------
long='' refused='' status='' again='' wild=''
for made in "$b"/hosts/*.made; do
	root=${made%.made} name=${made##*/}
	name=${name%.made}
	"$igvm" --root "$root" doctor > /dev/null 2>&1
	want=$?
	"$igvm" --root "$root" report > "$tmp/text" 2> "$tmp/err"
	[ $? = $want ] || status+=" $name"
	[ "$(wc -l < "$tmp/text")" -le 80 ] || long+=" $name"
	"$igvm" --root "$root" --json report > "$tmp/json" 2> "$tmp/err"
	perl tests/schema/check.pl tests/schema/report.json "$tmp/json" > "$tmp/err" 2>&1 || refused+=" $name"
	# The same igvm says the same of what it has said.
	"$igvm" report --read "$tmp/json" > "$tmp/text2" 2> "$tmp/err"
	[ $? = $want ] || again+=" $name"
	grep -E '^(block|warn)' "$tmp/text" > "$tmp/a"
	grep -E '^(block|warn)' "$tmp/text2" > "$tmp/b"
	cmp -s "$tmp/a" "$tmp/b" || again+=" $name:"
	grep -qP '[^\x20-\x7e\n]' "$tmp/text" && wild+=" $name"
	hosts=$((${hosts:-0} + 1))
done
[ "${hosts:-0}" -gt 50 ]; ok $? "there are more than 50 hosts"
[ -z "$long" ]; ok $? "the text of each has at most 80 lines$long"
[ -z "$status" ]; ok $? "and doctor's exit status$status"
[ -z "$refused" ]; ok $? "its JSON fits the schema$refused"
[ -z "$again" ]; ok $? "and read again it says the same$again"
[ -z "$wild" ]; ok $? "nothing in a text but printable ASCII$wild"

# --- one host and its VM ----------------------------------------------------------------------------
root=$tmp/host
cp -a "$b/hosts/debian13-uhd770" "$root"
mkdir -p "$root/etc/igvm/vms" "$tmp/home/carol"
: > "$tmp/home/carol/disk.raw"
printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'alice:x:1000:1000::/home/alice:/bin/sh' >> "$root/etc/passwd"
mkdir -p "$root/proc/sys/kernel"
echo rumpelstilz > "$root/proc/sys/kernel/hostname"
cat > "$root/etc/igvm/vms/win.conf" << END
[vm]
template = linux
[disk system]
path = $tmp/home/carol/disk.raw
format = raw
[net lan]
mac = 52:54:00:aa:bb:cc
END
report() { "$igvm" --root "$root" report "$@"; }

try "a VM's report" 0 '^verdict   ready$' --root "$root" report win
too "with the processor" '^CPU       i7-12700, Alder Lake-S$'
too "the iGPU" '^iGPU      0000:00:02.0 8086:4680 ADL-S, driver i915, group 1, stolen 64 MiB$'
too "the kernel" '^kernel    6\.12\.48\+deb13-amd64, UEFI yes'
too "QEMU" '^QEMU      10\.0'
too "the VM" '^VM        win: linux, display both, .*q35.*, 2 CPUs, 4096 MiB, stopped$'
too "the guest's firmware" '^firmware  /usr/share/OVMF/'
too "the words that concern the iGPU" '^  -device vfio-pci,id=igd0,host=0000:00:02.0'
too "and where an id is explained" '^each id   igvm explain ID, igvm-findings\(7\)$'
without "but no word on other devices" 'virtio-net'

try "as JSON" 0 '"kind": "report"' --root "$root" --json report win
fits report "which its schema takes"
too "the network card's address is a word" '\[mac 1\]'
"$igvm" --root "$root" --json report win > "$tmp/out" 2> "$tmp/err"
cp "$tmp/out" "$tmp/win.json"
without "no MAC address, user, host name or UUID is left in it" \
	'aa:bb:cc|carol|alice|rumpelstilz|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}'
too "and what was taken out is counted" '"what": "MAC addresses"'
try "the text lists it, too" 0 '^removed   UUIDs \([0-9]+\), MAC addresses \([0-9]+\), user names \([0-9]+\)' \
	--root "$root" report win

try "somebody else's, judged again" 0 '^verdict   ready, judged again by igvm ' report --read "$tmp/win.json"
sed 's/,addr=02\.0/,addr=03.0/; s/x-igd-opregion=on/x-igd-opregion=off/' "$tmp/win.json" > "$tmp/bad.json"
cmp -s "$tmp/win.json" "$tmp/bad.json"; [ $? = 1 ]; ok $? "changed, so that its iGPU is at another slot"
try "it is blocked" 5 '^verdict   blocked, judged again' report --read "$tmp/bad.json"
too "for that, with its id" '^block     line\.slot: '
try "as JSON, too" 5 '"id": "line\.slot"' --json report --read "$tmp/bad.json"
fits report "which its schema takes"
try "read from a host that knows nothing of it" 5 '^verdict   blocked' --root "$b/hosts/amd" report --read "$tmp/bad.json"

try "what blocks a host, with its id" 5 '^block     [a-z0-9-]+\.[a-z0-9-]+: ' --root "$b/hosts/no-iommu" report
try "a VM that is not there" 4 'nothere' --root "$root" report nothere
mkdir -p "$tmp/empty/etc"
timeout 60 "$igvm" --root "$tmp/empty" report > "$tmp/out" 2> "$tmp/err"
[ $? -lt 7 ] && grep -q '^verdict' "$tmp/out"; ok $? "where nothing can be read there is a report all the same" || shown

# --- what verify saw ----------------------------------------------------------------------------------
mkdir -p "$root/var/lib/igvm/win"
cat > "$root/var/lib/igvm/win/verify.json" << 'END'
{"version": 1, "kind": "verified", "verdict": "broken", "cause": "guest.vbs", "time": 1790000000,
 "manifest": {"guest": "Windows 11 10.0.26100", "driver": "igfxnDO 32.0.101.7100", "agent": "110.0.2"}}
END
chmod 700 "$root/var/lib/igvm/win"; chmod 600 "$root/var/lib/igvm/win/verify.json"
try "what verify saw last is in it, and in the exit status" 6 '^guest     broken: guest\.vbs, looked at 2026-09-21' \
	--root "$root" report win
too "with the guest's driver" '^driver    igfxnDO 32\.0\.101\.7100$'

# --- the last run ---------------------------------------------------------------------------------------
run=$root/run/igvm/win
mkdir -p "$run/log"
printf '%s\n' 'qemu: IGD device: stolen memory is here' 'nothing of note' 'vfio-pci: \033[31mred' > "$run/log/qemu.0"
printf 'igvm-assign: ASLS 0x7ebc1000\r\nPXE is not here\r\n' > "$run/log/firmware.0"
for e in '1000,"state","data":{"from":"none","to":"attaching","by":"begin"}' \
	'1400,"state","data":{"from":"attaching","to":"running","by":"qmp"}' '9000,"RESET"'; do
	echo "{\"version\":1,\"kind\":\"event\",\"name\":\"win\",\"time_ms\":${e%%,*},\"event\":${e#*,}}"
done > "$run/log/events.0"
try "the last lines about the iGPU" 6 '^  qemu: IGD device: stolen memory is here$' --root "$root" report win
too "those of the firmware, too" '^  igvm-assign: ASLS 0x7ebc1000$'
without "and no others" 'nothing of note|PXE'

# --- the page -----------------------------------------------------------------------------------------------
"$b/tests/tools/mkrom" vbt -o "$run/vbt.bin" > /dev/null
try "as a page" 6 '<title>igvm report: broken</title>' --root "$root" report --html win
cp "$tmp/out" "$tmp/page.html"
grep -qiE 'https?:|src=|href=|@import|url\(' "$tmp/page.html"; [ $? = 1 ]; ok $? "that names nothing to be loaded"
chromium=$(command -v chromium || command -v chromium-browser)
if [ -z "$chromium" ]; then
	for what in "Chromium reads it" "and draws it"; do n=$((n + 1)); echo "ok $n - $what # SKIP no chromium"; done
else
	# A home of its own: it writes there.
	browse() {
		HOME=$tmp/browser XDG_CONFIG_HOME=$tmp/browser timeout 120 "$chromium" --headless --no-sandbox --disable-gpu \
			--disable-dev-shm-usage --hide-scrollbars --window-size=1000,3000 --user-data-dir="$tmp/browser/profile" \
			--host-resolver-rules='MAP * ~NOTFOUND' "$@" "file://$tmp/page.html" 2> "$tmp/err"
	}
	mkdir -p "$tmp/browser"
	browse --dump-dom > "$tmp/out"
	wrong=
	for what in 'broken</span></h1>' '<h3>note <code>igpu.driver-bound</code></h3>' \
		'group 1, the iGPU' '<svg viewBox="0 0 900 56"' 'attaching</text>' '0.000 s, for 0.400 s</text>' \
		'0.400 s, for 7.600 s</text>' 'id=igd0' 'the iGPU at 00:02.0, where drivers look for it' \
		'igfxnDO 32.0.101.7100' 'Outputs that the VBT names</h2>' 'HDMI-A' 'MAC addresses: '; do
		grep -qF -- "$what" "$tmp/out" || wrong+=" '$what'"
	done
	[ -z "$wrong" ]; ok $? "Chromium reads it: verdict, findings, groups, the run, words with reasons, the guest$wrong" || shown
	browse --screenshot="$tmp/page.png" > /dev/null
	cp "$tmp/page.png" "$b/report.png" 2> /dev/null
	perl tests/schema/png.pl "$tmp/page.png" > "$tmp/out" 2>> "$tmp/err"; ok $? "and draws it" || shown
fi

# --- no report ------------------------------------------------------------------------------------------------
echo '{"version": 1, "kind": "doctor"}' > "$tmp/doctor"
echo '{"version": 2, "kind": "report", "doctor": {"findings": []}}' > "$tmp/newer"
echo '{"version": 1, "kind": "report"}' > "$tmp/hollow"
echo '[[[' > "$tmp/broken"
{ printf '{"version":1,"kind":"report","doctor":{"findings":['; printf '[%.0s' {1..200}; printf ']%.0s' {1..200}
	echo ']}}'; } > "$tmp/deep"
head -c 5000000 /dev/zero | tr '\0' ' ' > "$tmp/large"
try "a file that is not there" 2 'nofile: No such file' report --read "$tmp/nofile"
try "no JSON" 2 'broken: is no JSON' report --read "$tmp/broken"
try "doctor's answer" 2 'doctor: is not what igvm --json report prints' report --read "$tmp/doctor"
try "of a newer igvm" 2 'newer: is of a newer igvm than this one' report --read "$tmp/newer"
try "without findings" 2 'hollow: has no findings' report --read "$tmp/hollow"
try "too deep" 2 'deep: is nested deeper' report --read "$tmp/deep"
try "too large" 2 'large: larger than 4 MiB' report --read "$tmp/large"
try "a folder" 2 "$tmp: " report --read "$tmp"
try "a VM and a file" 2 'takes one VM, or a file' report --read "$tmp/win.json" win
try "a page and JSON" 2 'a page or JSON, not both' --json report --html
echo "1..$n"

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `igvm upgrade`: what a VM keeps is shown as old -> new and changed only when its guest says that BitLocker protects
# nothing. The VM is a real QEMU; its guest agent is played by a script on the socket's place.
# shellcheck disable=SC2034,SC2154 # variables of own_host.bash, which is sourced
cd "$(dirname "$0")/.." || exit 1
needs="qemu-img swtpm qemu-system-x86_64 perl"
kill="win11 lin"
. tests/tools/own_host.bash
agent=
trap '[ -z "$agent" ] || kill "$agent" 2> /dev/null; cleanup' EXIT

# play STDOUT [EXIT STATUS]: a guest agent in the place of QEMU's socket; "-" answers nothing at all
cat > "$tmp/agent.pl" << 'EOF'
use strict; use warnings; use IO::Socket::UNIX; use MIME::Base64; use JSON::PP;
my ($path, $said, $code, $log) = @ARGV;
unlink $path;
my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 5) or die "$path: $!";
my $looks = 0;
while (my $c = $s->accept) {
	$c->autoflush(1);
	while (defined(my $line = <$c>)) {
		next if $said eq '-';
		$line =~ s/^\xff//;
		my $j = eval { decode_json($line) } or next;
		my $id = defined $j->{id} ? qq(,"id":$j->{id}) : '';
		my $cmd = $j->{execute};
		open my $f, '>>', $log; print $f "$cmd ", encode_json($j->{arguments} // {}), "\n"; close $f;
		if ($cmd eq 'guest-sync-delimited') { print $c "\xff{\"return\":$j->{arguments}{id}}\n" }
		elsif ($cmd eq 'guest-exec' && $said eq 'disabled') {
			print $c qq({"error":{"class":"CommandNotFound","desc":"disabled"}$id}\n) }
		elsif ($cmd eq 'guest-exec') { print $c qq({"return":{"pid":42}$id}\n) }
		elsif ($looks++ < 2) { print $c qq({"return":{"exited":false}$id}\n) }
		else { print $c qq({"return":{"exited":true,"exitcode":$code,"out-data":"), encode_base64($said, ''), qq("}$id}\n) }
	}
}
EOF
play() {
	[ -z "$agent" ] || kill "$agent" 2> /dev/null
	: > "$tmp/agent.log"
	perl "$tmp/agent.pl" /run/igvm/win11/agent "$1" "${2:-0}" "$tmp/agent.log" &
	agent=$!
	for _ in $(seq 100); do [ -S /run/igvm/win11/agent ] && break; sleep 0.05; done
	sleep 0.2
}

"$igvm" create win11 --memory 512M --cpus 1 --disk 1G > "$tmp/out" 2> "$tmp/err"; ok $? "a Windows VM" || shown
grep -q '^accel' $vms/win11.conf || sed -i '/^\[vm\]/a accel = tcg' $vms/win11.conf
newest=$(sed -n 's/^machine = //p' $vms/win11.conf)
try "as it was made: nothing to change" 0 "win11: nothing to change" upgrade win11
old=pc-q35-6.2
age() {
	sed -i "s/^machine = .*/machine = $old/" $vms/win11.conf
	printf 'older firmware' | dd of=$data/win11/ovmf-secure-code.fd conv=notrunc bs=1 seek=4096 2> /dev/null
	cp $vms/win11.conf "$tmp/before.conf"
	cp $data/win11/ovmf-secure-code.fd "$tmp/before.fd"
}
same() { cmp -s "$tmp/before.conf" $vms/win11.conf && cmp -s "$tmp/before.fd" $data/win11/ovmf-secure-code.fd; }
age
try "off, it cannot be asked" 5 "guest.bitlocker-unknown: the VM does not run" upgrade --yes win11
too "what would change is shown" "^  machine +$old -> $newest"
too "the firmware too" "^  firmware +[0-9]+ KiB, SHA-256 [0-9a-f]{12} -> [0-9]+ KiB, SHA-256 [0-9a-f]{12}"
same; ok $? "nothing has changed"
try "--bitlocker-off, and nobody to ask" 2 "give --yes" upgrade --bitlocker-off win11
same; ok $? "nothing has changed"
try "as JSON nothing changes without --yes" 0 '"applied": false' upgrade --json --bitlocker-off win11
fits upgrade "its schema takes it"
same; ok $? "nothing has changed"
cp $data/win11/ovmf-secure-vars.fd "$tmp/vars.fd"
try "--bitlocker-off --yes" 0 "win11 is changed" upgrade --yes --bitlocker-off win11
grep -qx "machine = $newest" $vms/win11.conf; ok $? "the machine is $newest"
cmp -s "$tmp/vars.fd" $data/win11/ovmf-secure-vars.fd && ! cmp -s "$tmp/before.fd" $data/win11/ovmf-secure-code.fd
ok $? "the firmware is new, its variables stay"
try "once is enough" 0 "nothing to change" upgrade --yes win11
age
try "it starts" 0 "win11 runs" start win11
volume() { echo "{\"DriveLetter\":\"$1\",\"ProtectionStatus\":$2}"; }
play "[$(volume C: 1),$(volume D: 0)]"
try "protected: refused" 5 "guest.bitlocker: BitLocker protects C:" upgrade --yes win11
too "with what to do" "fix: +save the recovery key, then suspend"
try "--bitlocker-off does not overrule what the guest says" 5 "guest.bitlocker: " upgrade --yes --bitlocker-off win11
grep -q 'guest-exec .*Win32_EncryptableVolume' "$tmp/agent.log"; ok $? "it was asked by WMI, which speaks no language"
play "not JSON"
try "an answer that makes no sense" 5 "guest.bitlocker-unknown: the guest's answer makes no sense" upgrade --yes win11
play "" 1
try "a program that fails" 5 "could not tell: exit status 1" upgrade --yes win11
play disabled
try "an agent that may not" 5 "guest.bitlocker-unknown: the guest's agent: " upgrade --yes win11
same; ok $? "nothing of all this changed anything"
play "$(volume C: 0)"
try "not protected" 0 "win11 is changed; this holds from its next start on" upgrade --yes win11
grep -qx "machine = $newest" $vms/win11.conf && ! same; ok $? "machine and firmware"
"$igvm" kill win11 > /dev/null
try "and it starts with them" 0 "win11 runs" start win11
tr '\0' '\n' < "/proc/$("$igvm" status --json win11 | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')/cmdline" | grep -q "^$newest,"
ok $? "QEMU has the machine"
age
play -
try "an agent that says nothing" 5 "guest.bitlocker-unknown: the guest's agent does not answer" upgrade --yes win11
"$igvm" kill win11 > /dev/null

# --- other ways -------------------------------------------------------------------------------------
head -c 1000 $data/win11/ovmf-secure-vars.fd > "$tmp/short" && cp "$tmp/short" $data/win11/ovmf-secure-vars.fd
try "variables of another size: the firmware stays" 0 "variables of another size than this VM's: its firmware stays" upgrade --yes --bitlocker-off win11
cmp -s "$tmp/before.fd" $data/win11/ovmf-secure-code.fd && grep -qx "machine = $newest" $vms/win11.conf; ok $? "the machine is new"
age
mkdir $vms/win11.conf.d
printf '[vm]\nmachine = pc-q35-7.0\n' > $vms/win11.conf.d/10.conf
try "a drop-in that pins it" 2 "10.conf:2 sets machine, too, and wins" upgrade --yes --bitlocker-off win11
printf '%s\n' '[vm]' 'accel = tcg' 'memory = 64M' 'firmware = bios' "machine = pc-i440fx-6.2" '[igpu]' 'device = none' > $vms/lin.conf
try "Linux has no BitLocker" 0 "lin is changed" upgrade --yes lin
grep -qE "^machine = pc-i440fx-" $vms/lin.conf && ! grep -q 6.2 $vms/lin.conf; ok $? "it keeps its kind of machine"
try "no VM" 4 "no VM" upgrade nobody
echo "1..$n"

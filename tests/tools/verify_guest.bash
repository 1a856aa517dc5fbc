# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Guests that are played, for what asks them: sourced in the tree's root, it makes a root of its own below
# $tmp and takes it away at the end.
B=${B:-build}
igvm=${IGVM:-$B/igvm}
tools=${TOOLS:-$B/tests/tools}
# shellcheck source=tests/tools/tap.bash
. tests/tools/tap.bash
tmp=$(mktemp -d) || exit 1
root=$tmp/root
mkdir -p "$root/etc/igvm/vms" "$root/var/lib/igvm" "$root/run/igvm" "$tmp/pids"
cp "$tools/fakeqemu" "$tools/fakeagent" "$tmp/" || exit 1
chmod -R u=rwX,go=rX "$tmp"
export LC_ALL=C LANGUAGE=

cleanup() {
	for f in "$tmp"/pids/*; do
		[ -e "$f" ] && kill -KILL "$(cat "$f")" 2> /dev/null
	done
	for f in "$root"/run/igvm/*/state.json; do
		[ -e "$f" ] && "$igvm" --root "$root" kill "$(basename "$(dirname "$f")")" > /dev/null 2>&1
	done
	rm -rf "$tmp"
}
trap cleanup EXIT

is() { [ "$2" = "$3" ]; ok "$1" $? <(printf 'got:    %s\nwanted: %s\n' "$2" "$3") "$tmp/err"; }
vm() { "$igvm" --root "$root" "$@"; }

# --- guests ---------------------------------------------------------------------------------------

# windows [PROBLEM [MEMBERS]]: the answer of a Windows guest whose iGPU has that problem code;
# MEMBERS are further members of the answer, which replace those of the healthy guest
windows() {
	perl -MJSON::PP -e '
		my ($problem, $more) = @ARGV;
		my $igpu = { id => "PCI\\VEN_8086&DEV_4692&SUBSYS_86941043&REV_0C\\3&11583659&0&10",
			name => "Intel(R) UHD Graphics 730", problem => $problem + 0, service => "igfxnDO",
			location => "\@System32\\drivers\\pci.sys,#65536;PCI bus %1, device %2, function %3;(0,2,0)",
			version => "32.0.101.7000", date => "6-1-2025", provider => "Intel Corporation",
			inf => "oem7.inf", runtime => JSON::PP::true };
		my $vga = { id => "PCI\\VEN_1234&DEV_1111\\3&08", name => "Microsoft Basic Display Adapter",
			location => "x;(0,1,0)", problem => 0, service => "BasicDisplay", version => "10.0",
			date => "", provider => "Microsoft", inf => "display.inf", runtime => JSON::PP::false };
		my %a = (look => 1, os => "windows", name => "Microsoft Windows 11 Pro", kernel => "10.0.26100",
			uptime => "600", displays => [$igpu, $vga], vbs => 0, hyperv => [], hypervisor => JSON::PP::true,
			monitors => [{ id => "m", adapter => $igpu->{id}, name => "DELL", active => JSON::PP::true }],
			modes => undef, console => JSON::PP::true, remote => JSON::PP::false,
			transforms => ["Intel Quick Sync Video H.264 Encoder MFT"], errors => []);
		my $d = JSON::PP->new->decode($more || "{}");
		%$igpu = (%$igpu, %{delete $d->{igpu}}) if $d->{igpu};
		$a{displays} = [$igpu] if delete $d->{one};
		print JSON::PP->new->ascii->encode({%a, %$d})' "${1:-0}" "${2:-}"
}

cat > "$tmp/pci.json" << 'EOF'
{"query-pci": [{"bus": 0, "devices": [{"bus": 0, "slot": 2, "function": 0, "qdev_id": "igd0",
  "class_info": {"class": 768, "desc": "VGA controller"}, "id": {"vendor": 32902, "device": 18066},
  "irq_pin": 1, "regions": [{"bar": 0, "type": "memory", "address": 4026531840, "size": 16777216,
  "prefetch": false, "mem_type_64": true}]}]}], "qom-get": true}
EOF
chmod 644 "$tmp/pci.json"

# guest NAME OS ROWS [KEYS]: a VM called NAME whose agent answers by ROWS; KEYS for its file
guest() {
	local name=$1 words=vfio-pci,id=igd0,host=0000:00:02.0,x-igd-legacy-mode=off,x-igd-opregion=on,romfile=/r.rom
	printf '[vm]\nos = %s\n%s\n[igpu]\ndevice = auto\n' "$2" "${4:-}" > "$root/etc/igvm/vms/$name.conf"
	printf '%s\n' "$3" > "$tmp/$name.agent"
	ln -s fakeqemu "$tmp/fq-$name"
	{
		echo "FAKEQEMU_AGENT=$tmp/$name.agent"
		echo "FAKEQEMU_CAPS=${CAPS:-$tmp/pci.json}"
		echo "FAKEQEMU_SCRIPT=$tmp/normal"
		echo FAKEQEMU_LIFETIME=120
	} > "$tmp/fq-$name.settings"
	chmod 644 "$tmp/fq-$name.settings" "$tmp/$name.agent"
	"$tools/suprun" "$root" launch "$name" 20000 3000 "$tmp/fq-$name" -device "${WORDS:-$words}" \
		> "$tmp/$name.out" 2> "$tmp/err" || cat "$tmp/err" >&2
	sed -n 's/^pid //p' "$tmp/$name.out" > "$tmp/pids/$name"
	mkdir -p "$root/var/lib/igvm/$name"
}
printf 'stderr vfio_pci_igd_opregion_enabled 0000:00:02.0\nserve\n' > "$tmp/normal"
chmod 644 "$tmp/normal"

# verify NAME [OPTIONS]: sets $code, $verdict, $cause; JSON in NAME.json
verify() {
	local name=$1
	shift
	vm --json verify "$@" "$name" > "$tmp/$name.json" 2> "$tmp/err"
	code=$?
	if [ -s "$tmp/$name.json" ]; then
		perl tests/schema/check.pl tests/schema/findings.json "$tmp/$name.json" > "$tmp/schema" &&
			perl tests/schema/check.pl tests/schema/verify.json "$tmp/$name.json" > "$tmp/schema"
		[ -s "$tmp/schema" ] && ok "$name: the answer has the form of its schema" 1 "$tmp/schema"
	fi
	verdict=$(get "$tmp/$name.json" verdict)
	cause=$(get "$tmp/$name.json" cause)
}
get() { perl -MJSON::PP -e '
	local $/; open my $f, "<", $ARGV[0] or exit; my $t = <$f> or exit;
	my $v = decode_json($t); $v = ref $v eq "ARRAY" ? $v->[$_] : $v->{$_} for split /[.]/, $ARGV[1];
	print defined $v ? $v : "null", "\n"' "$1" "$2"; }
# The id is among the findings.
finds() { perl -MJSON::PP -e '
	local $/; open my $f, "<", $ARGV[0]; my $v = decode_json(<$f>);
	exit !grep { $_->{id} eq $ARGV[1] } @{$v->{findings}}' "$tmp/$1.json" "$2"; ok "$1: finding $2" $? "$tmp/$1.json"; }
ends() {	# NAME WHY
	"$igvm" --root "$root" kill "$1" > /dev/null 2>&1
	rm -f "$tmp/pids/$1"
}
answers() { windows "$@" > "$tmp/$name.answer"; chmod 644 "$tmp/$name.answer"; }

#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is exported says the same as the VM: libvirt's own schema and converter read the XML, whose QEMU words have the
# iGPU as `igvm showcmd` has it; igvm lint has nothing against either format; what is left out is told.
# libvirt's QEMU driver runs inside virsh (qemu:///embed), for nobody's account: no daemon, no trace on this host.
set -u
cd "$(dirname "$0")/.." || exit 1
b=$PWD/${B:-build}
igvm=$b/igvm mkrom=$b/tests/tools/mkrom
export LC_ALL=C LANGUAGE=
n=0

for f in "$igvm" "$mkrom" "$b/roms/igd-testgop.rom"; do
	[ -e "$f" ] || { echo "1..0 # SKIP $f is not built"; exit 0; }
done
if [ "$(id -u)" = 0 ] && [ "$(stat -c %u .)" != 0 ]; then
	echo "1..0 # SKIP this tree is not root's"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"

# ok STATUS DESCRIPTION [SKIP]
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ] || [ -n "${3:-}" ]; then echo "ok $n - $2${3:-}"; else echo "not ok $n - $2"; fi
}
show() { [ ! -s "$1" ] || sed 's/^/# /' "$1"; }

# --- hosts and VMs ---------------------------------------------------------------------------
uhd=$tmp/debian13-uhd770
MKROM=$mkrom tests/hosts/mkhost.sh tests/hosts/debian13-uhd770/host "$uhd" > /dev/null 2>&1
mkdir -p "$uhd/etc/igvm/vms"
cd "$tmp" || exit 1
cp "$b/roms/igd-testgop.rom" gop.rom
for f in disk.qcow2 'a, & <b>.raw' win.iso vmlinuz initrd; do : > "$f"; done
vm() { cat > "$uhd/etc/igvm/vms/$1.conf"; }
vm win << END
[vm]
template = win11
[disk system]
path = $tmp/disk.qcow2
[disk setup]
path = $tmp/win.iso
cdrom = yes
END
vm monitor << END
[vm]
template = win11
firmware = uefi
tpm = no
display = monitor
input = none
[disk system]
path = $tmp/disk.qcow2
bus = sata
[net lan]
model = virtio
END
vm linux << END
[vm]
template = linux
kernel = $tmp/vmlinuz
initrd = $tmp/initrd
kernel-args = root=/dev/vda "a" <b>
[disk system]
path = $tmp/a, & <b>.raw
format = raw
END
vm early << END
[vm]
template = monitor-early
tpm = no
input = none
[igpu]
rom = $tmp/gop.rom
gms = 2
[disk system]
path = $tmp/disk.qcow2
bus = virtio
END
vm both-i440fx << END
[vm]
template = linux
machine = i440fx
[disk system]
path = $tmp/disk.qcow2
END
"$igvm" --root "$uhd" --json doctor > report 2> /dev/null

# --- libvirt ----------------------------------------------------------------------------------
# As nobody: the driver then wants no account of its own. A host without KVM and VFIO converts only TCG.
user=()
[ "$(id -u)" != 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
mkdir -p bin libvirt
[ "$(id -u)" != 0 ] || chown 65534:65534 libvirt
real=$(command -v virsh)
cat > bin/virsh << END
#!/bin/sh
# igvm lint's virsh: the driver inside, on a host without KVM, and its answer as on one with KVM.
for xml; do :; done
sed -e "s/type='kvm'/type='qemu'/" -e "s/<cpu mode='host-passthrough' migratable='off'>/<cpu mode='maximum'>/" \\
	-e "s/machine='pc-q35[^']*'/machine='q35'/" -e "s/machine='pc-i440fx[^']*'/machine='pc'/" \\
	-e '/<hyperv/,/<\/hyperv>/d' -e '/<interface/,/<\/interface>/d' -e '/hypervclock/d' "\$xml" > $tmp/libvirt/tcg.xml
export HOME=$tmp/libvirt XDG_CACHE_HOME=$tmp/libvirt LIBVIRT_DEFAULT_URI='qemu:///embed?root=$tmp/libvirt'
$real domxml-to-native qemu-argv --xml $tmp/libvirt/tcg.xml 2> $tmp/libvirt/err > $tmp/libvirt/argv ||
	{ cat $tmp/libvirt/err >&2; exit 1; }
sed -e 's/-accel tcg/-accel kvm/' -e 's/-cpu max,/-cpu host,/' -e 's/max-x86_64-cpu/host-x86_64-cpu/' $tmp/libvirt/argv
END
chmod 755 bin/virsh

skip=
command -v virsh > /dev/null && command -v virt-xml-validate > /dev/null ||
	skip=" # SKIP libvirt-clients and libvirt-daemon are not installed"

# "key value" of the iGPU: from showcmd's JSON, from the words libvirt makes.
igd_of_show='local $/; my ($d) = grep { $_->{option} eq "-device" && $_->{value} =~ /^vfio-pci,/ } @{decode_json(<>)->{command}{words}};
	for (split /,/, $d->{value}) { /^(x-igd-[a-z-]*|addr|bus|host)=(.*)/ and print "$1 $2\n" }'
igd_of_libvirt='local $/; my ($j) = <> =~ /(\{"driver":"vfio-pci".*?\})/ or exit; my $d = decode_json($1);
	for (keys %$d) { /^(x-igd|addr|bus|host)/ or next; my $v = $d->{$_};
		$v = $v ? "on" : "off" if JSON::PP::is_bool($v);
		$v = sprintf "%#x", $v if /gms/; $v = sprintf "%02x.0", hex $v if /addr/; print "$_ $v\n" }'

for vm in win monitor linux early both-i440fx; do
	"$igvm" --root "$uhd" export libvirt $vm > $vm.xml 2> $vm.err
	ok $? "$vm: exported for libvirt"
	[ -s $vm.xml ] || show $vm.err
	[ -n "$skip" ] || virt-xml-validate $vm.xml domain > out 2>&1
	ok $? "$vm: libvirt's schema accepts it" "$skip"
	grep -q ' validates$' out || show out
	if [ -z "$skip" ]; then
		"$igvm" --root "$uhd" --json showcmd $vm 2> /dev/null | perl -MJSON::PP -e "$igd_of_show" | sort > want
		"${user[@]}" bin/virsh "$tmp/$vm.xml" > argv 2> out
		perl -MJSON::PP -e "$igd_of_libvirt" argv | sort > have
		[ -s want ] && diff want have > difference
	fi
	ok $? "$vm: the iGPU's words are those of showcmd" "$skip"
	show out; show difference
	[ -n "$skip" ] || PATH=$tmp/bin:$PATH "${user[@]}" "$igvm" lint --host report "$tmp/$vm.xml" > lint 2>&1
	code=$?
	[ $code = 0 ] && { [ -n "$skip" ] || ! grep -E '^(block|warn) ' lint | grep -qvE ' (plan.display-none|rom.no-gop):'; }
	ok $? "$vm: igvm lint has nothing against it" "$skip"
	[ -n "$skip" ] || [ $code = 0 ] || show lint
done
[ -n "$skip" ] || { "${user[@]}" bin/virsh "$tmp/linux.xml" > argv && grep -q "filename\":\"$tmp/a, & <b>.raw\"" argv; }
ok $? "a path with commas and what XML escapes is the same path" "$skip"
grep -q "NVMe disk" win.err && grep -q 'nvme,id=drive0' win.xml && grep -q 'stolen memory address' win.err &&
	grep -q 'forwards no ports' win.err && grep -q 'the TPM starts empty' win.err
ok $? "what libvirt cannot say is told"
sed -n '/^<!--/,/^-->/p' win.xml | grep -q 'the TPM starts empty'
ok $? "and stands in the XML, too"

# --- Proxmox VE ---------------------------------------------------------------------------------
for vm in win monitor linux early both-i440fx; do
	"$igvm" --root "$uhd" export proxmox $vm > $vm.conf 2> $vm.err
	ok $? "$vm: exported for Proxmox VE"
	"$igvm" lint --host report $vm.conf > lint 2>&1 &&
		! grep -E '^(block|warn) ' lint | grep -qvE ' (plan.display-none|line.lpc-missing):'
	code=$?
	ok $code "$vm: igvm lint has nothing against it"
	[ $code = 0 ] || show lint
done
grep -q '^hostpci0: 0000:00:02.0,romfile=igd-assign.rom$' win.conf && grep -q '^balloon: 0$' win.conf &&
	grep -q -- '-set device.hostpci0.bus=pcie.0 -set device.hostpci0.addr=02.0' win.conf
ok $? "q35: the device is moved to the root bus"
grep -q '^hostpci0: 0000:00:02.0,legacy-igd=1,romfile=gop.rom$' early.conf && grep -q '^vga: none$' early.conf &&
	grep -q 'x-igd-lpc=on' early.conf && ! grep -q 'hostpci0.addr' early.conf
ok $? "i440fx without a display: legacy-igd=1 puts it there"
grep -q 'device.vga.addr=05.0' both-i440fx.conf && grep -q 'x-igd-lpc=on is left out' both-i440fx.err
ok $? "i440fx with a display: the display moves, and what is lost is told"
"$igvm" --root "$uhd" export proxmox early 2>&1 > /dev/null | grep -q "cp $tmp/gop.rom /usr/share/kvm/gop.rom"
ok $? "where the ROM has to be is told"
"$igvm" --root "$uhd" export proxmox linux 2>&1 > /dev/null | grep -q 'vmlinuz is left out'
ok $? "a kernel that Proxmox VE cannot start is told"

# Words of the VM file's own: each a word there, too.
vm words << END
[vm]
template = linux
hugepages = yes
pin = 0,2-3
[igpu]
device = none
[disk system]
path = $tmp/disk.qcow2
[qemu]
words = -smbios "type=11,value=it's a <b>" -S -append ""
END
"$igvm" --root "$uhd" export proxmox words 2> err | grep -qxF "args: -smbios 'type=11,value=it'\\''s a <b>' -S -append ''"
ok $? "extra words for QEMU: args:, quoted as a shell's"
"$igvm" --root "$uhd" export libvirt words 2> err > words.xml
grep -qF "<qemu:arg value='type=11,value=it&apos;s a &lt;b&gt;'/>" words.xml && grep -qF "<qemu:arg value='-S'/>" words.xml
ok $? "extra words for QEMU: an element each"
grep -qF "<vcpu cpuset='0,2-3'>" words.xml && grep -qF "<page size='2' unit='MiB'/>" words.xml
ok $? "processors and huge pages of the host: libvirt's elements"
"$igvm" --root "$uhd" export proxmox words 2> err > words.conf
grep -qx "hugepages: 2" words.conf && grep -qx "affinity: 0,2-3" words.conf
ok $? "processors and huge pages of the host: Proxmox VE's keys"
[ -n "$skip" ] || virt-xml-validate words.xml domain > out 2>&1
ok $? "words, pages, processors: libvirt's schema accepts them" "$skip"

# --- refused -----------------------------------------------------------------------------------------
"$igvm" --root "$uhd" export libvirt none > out 2> err
[ $? = 4 ] && [ ! -s out ]
ok $? "no such VM: status 4"
printf '[vm]\ntemplate = linux\nfirmware = bios\nos = windows\n' > "$uhd/etc/igvm/vms/bios.conf"
"$igvm" --root "$uhd" export proxmox bios > out 2> err
[ $? = 5 ] && [ ! -s out ] && grep -q 'bios.no-stolen' err
ok $? "what start refuses is not exported: status 5"
"$igvm" --root "$uhd" export proxmox --force bios > out 2> /dev/null && grep -q hostpci0 out
ok $? "but with --force"
"$igvm" export > out 2> err
[ $? = 2 ] && "$igvm" export libvirt > out 2>> err
[ $? = 2 ] && [ ! -s out ]
ok $? "without a verb, or without a name: status 2"
echo "1..$n"

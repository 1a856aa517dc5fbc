#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# install honours DESTDIR and prefix, and uninstall leaves nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

ok() {
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
}

make -s install DESTDIR="$tmp" prefix=/opt/x > "$tmp.log" 2>&1
ok "make install DESTDIR= prefix=" $?
sed 's/^/# /' "$tmp.log"
rm -f "$tmp.log"
outside=$(cd "$tmp" && find . -type f ! -path './opt/x/*')
[ -z "$outside" ]; ok "nothing outside DESTDIR/prefix" $?
for f in bin/igvm share/igvm/templates/win11.conf share/igvm/roms/igd-assign.rom \
	 share/igvm/efi/igvm-probe.elf share/igvm/efi/gop-policy.efi share/man/man1/igvm.1 \
	 share/man/man5/igvm.vm.5 share/man/man7/igvm-findings.7 share/locale/zh_TW/LC_MESSAGES/igvm.mo \
	 lib/systemd/system/igvm@.service lib/systemd/system/igvm-supervise@.service \
	 lib/systemd/system/igvm-metrics.service lib/systemd/system/igvm-metrics.timer \
	 share/bash-completion/completions/igvm; do
	[ -s "$tmp/opt/x/$f" ]; ok "installed: $f" $?
done
"$tmp/opt/x/bin/igvm" --version | grep -q '^igvm [0-9]'; ok "the installed program runs" $?
grep -q '^ExecStart=/opt/x/bin/igvm launch %i$' "$tmp/opt/x/lib/systemd/system/igvm@.service"
ok "the units name it where it is" $?
make -s uninstall DESTDIR="$tmp" prefix=/opt/x
left=$(find "$tmp" -type f)
[ -z "$left" ]; ok "uninstall leaves no file" $?
echo "1..$n"

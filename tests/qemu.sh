#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every golden case, decided for each QEMU that is installed, is a command line
# that this QEMU accepts. QEMU checks the names of properties before it looks
# for the host's device, so a line with an iGPU must end at exactly that
# device, which cannot exist; then it is started without it. Whatever starts,
# stopped before the guest's first instruction (-S), must answer query-status.
#
# IGVM_TEST_QEMUS: more programs, separated by blanks.
set -u
cd "$(dirname "$0")/.." || exit 1
tool=${B:-build}/tests/tools/golden
qemus=$(for q in /usr/bin/qemu-system-x86_64 ${IGVM_TEST_QEMUS:-}; do [ -x "$q" ] && echo "$q"; done)

[ -x "$tool" ] || { echo "1..0 # SKIP $tool is not built"; exit 0; }
[ -n "$qemus" ] || { echo "1..0 # SKIP no QEMU"; exit 0; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

verdict() {
	grep -q '^refused$' "$1" && return 0
	# Huge pages that a machine of tests has not reserved: QEMU has taken the words, and that is what is asked.
	grep -q '^hugepages' "$case/vm.conf" && [ "$(tail -n 1 "$1")" = 'ended 1' ] &&
		grep -q 'unable to map backing store for guest RAM: Cannot allocate memory' "$1" &&
		[ "$(grep -cv '^silent$' "$1")" = 2 ] && return 0
	# Warnings about a machine's age are not ours to judge; all else is.
	grep -Ev '^(answered|ended 0|ended 1|without the device)$|is deprecated|no such host device' "$1" >"$tmp/rest" && return 1
	grep -q '^answered$' "$1" && [ "$(tail -n 1 "$1")" = 'ended 0' ] || return 1
	! grep -q '^without the device$' "$1" && return 0
	grep -q 'no such host device' "$1" && grep -q '^ended 1$' "$1"
}

n=0
tried=0
# A machine of tests need not have a sound card; QEMU says so in as many ways as it has versions.
printf 'pcm.!default { type null }\n' > "$tmp/alsa.conf"
export ALSA_CONFIG_PATH="$tmp/alsa.conf"

for qemu in $qemus; do
	version=$("$qemu" --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
	for case in tests/golden/*/; do
		name=$(basename "$case")
		n=$((n + 1))
		rm -rf "$tmp/dir"
		mkdir "$tmp/dir"
		LC_ALL=C timeout 60 "$tool" try "${case%/}" "$qemu" "$tmp/dir" >"$tmp/out" 2>&1
		grep -q '^refused$' "$tmp/out" || tried=$((tried + 1))
		if verdict "$tmp/out"; then
			echo "ok $n - $version $name"
		else
			echo "not ok $n - $version $name"
			sed 's/^/# /' "$tmp/out"
		fi
	done
done
# A run in which every case was refused would show nothing.
n=$((n + 1))
[ "$tried" -ge 10 ] && echo "ok $n - $tried lines were tried" || echo "not ok $n - $tried lines were tried"
echo "1..$n"

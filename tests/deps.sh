#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installation of missing packages, played by stand-ins: simulated first,
# refused when it would remove a package, nothing done when nothing is missing.
set -u
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
mkdir "$tmp/bin"

ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$tmp/out" "$tmp/log"; fi
}
# play INSTALLED SIMULATION UID: dpkg-query's answer, what the simulation prints, who calls
play() {
	: > "$tmp/log"
	printf '#!/bin/sh\necho %s\n' "$1" > "$tmp/bin/dpkg-query"
	printf '#!/bin/sh\necho "$*" >> %s/log\ncase "$*" in *-s\\ *) echo "%s" ;; esac\n' "$tmp" "$2" > "$tmp/bin/apt-get"
	printf '#!/bin/sh\necho %s\n' "$3" > "$tmp/bin/id"
	chmod 755 "$tmp"/bin/*
	PATH="$tmp/bin:$PATH" tests/deps > "$tmp/out" 2>&1
}

play installed "" 0
ok $? "nothing missing: succeeds"
[ ! -s "$tmp/log" ]
ok $? "and asks apt nothing"
play not-installed "Inst jq" 0
ok $? "missing packages are installed"
grep -q '^-qy install ' "$tmp/log" && head -1 "$tmp/log" | grep -q '^-s install '
ok $? "after a simulation"
play not-installed "Remv proxmox-ve [8.2.0]" 0
[ $? = 1 ] && grep -q 'Remv proxmox-ve' "$tmp/out" && grep -q refused "$tmp/out"
ok $? "an installation that would remove a package is refused, and the package named"
! grep -q '^-qy' "$tmp/log"
ok $? "and nothing is installed"
play not-installed "" 1000
[ $? = 1 ] && grep -q "libjansson-dev" "$tmp/out" && grep -q "sudo" "$tmp/out"
ok $? "an ordinary user is told what is missing and what to do"
echo "1..$n"

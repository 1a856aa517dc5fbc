#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# As a new user would: create demo --template linux, start it, and log in on its console. The guest is
# built from the distribution's packages (minutes) and boots under TCG where no vCPU of KVM runs.
set -u
cd "$(dirname "$0")/.." || exit 1
skip() { echo "1..0 # SKIP $*"; exit 0; }
[ "$(id -u)" = 0 ] || skip "needs root"
for tool in mmdebstrap mke2fs qemu-img qemu-system-x86_64; do
	command -v $tool > /dev/null || skip "$tool is not installed"
done
apt-get indextargets --format '$(ORIGIN)' 'Identifier: Packages' 2> /dev/null | grep -qx Debian ||
	skip "apt knows no Debian archive"
if [ -z "${IGVM_CREATE_NS-}" ]; then
	IGVM_CREATE_NS=1 exec unshare -m "$0"
fi
igvm=$PWD/${B:-build}/igvm
# The guest has 600 MB: not on a tmpfs.
tmp=$(mktemp -d "$PWD/${B:-build}/linux.XXXXXX") || exit 1
n=0
export LC_ALL=C LANGUAGE=
cleanup() {
	"$igvm" kill demo > /dev/null 2>&1
	umount /var/lib/igvm
	rm -rf --one-file-system "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p /etc/igvm /var/lib/igvm /run/igvm "$tmp/lib"
mount -t tmpfs -o mode=0755 igvm-test /etc/igvm && mount -t tmpfs -o mode=0755 igvm-test /run/igvm &&
	mount --bind "$tmp/lib" /var/lib/igvm || exit 1
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

echo 'a secret of 1 test' > "$tmp/password"
# An interrupted one leaves nothing.
"$igvm" create demo --template linux --disk 4G --password-file "$tmp/password" > "$tmp/out" 2>&1 &
pid=$!
sleep 5
kill -TERM $pid
wait $pid
[ $? = 1 ]; ok $? "an interrupted create fails"
[ -z "$(find /etc/igvm /var/lib/igvm -name '*demo*')" ]; ok $? "and leaves nothing"

"$igvm" create demo --template linux --disk 4G --memory 1G --password-file "$tmp/password" > "$tmp/out" 2>&1
ok $? "create demo --template linux"
sed 's/^/# /' "$tmp/out"
! grep -q "a secret" "$tmp/out"; ok $? "the password given is not shown"
"$igvm" start demo > "$tmp/out" 2>&1; ok $? "start demo"

# Keys as a person types them, one line after the other's prompt.
seen() { tr -d '\r' < "$tmp/console" | grep -aqE "$1"; }
await() { for _ in $(seq $(($2 * 2))); do seen "$1" && return 0; sleep 0.5; done; return 1; }
: > "$tmp/console"
mkfifo "$tmp/keys"
"$igvm" console demo < "$tmp/keys" > "$tmp/console" 2> "$tmp/err" &
console=$!
exec 5> "$tmp/keys"
await 'demo login:' 150; ok $? "console demo: the guest comes to its login"
printf 'root\r' >&5
await 'Password:' 20; ok $? "which asks for the password"
printf 'a secret of 1 test\r' >&5
await 'root@demo' 40; ok $? "and takes it"
printf 'echo sum $((41 + 1)) $(findmnt -no FSTYPE /)\r' >&5
await 'sum 42 ext4' 20; ok $? "commands run there"
printf '\035' >&5
exec 5>&-
wait $console; ok $? "^] leaves"
"$igvm" status demo > "$tmp/out" 2>&1; ok $? "and the guest runs on"
"$igvm" stop demo --timeout 60 > "$tmp/out" 2>&1 && grep -q '^demo is stopped\.$' "$tmp/out"
ok $? "stop: the guest goes down in order"
echo "1..$n"

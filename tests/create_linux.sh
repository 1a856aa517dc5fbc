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
	umount "$tmp/films/later" "$tmp/films" 2> /dev/null
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
	if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
	echo "not ok $n - $2"
	tail -n 20 "$tmp/out" | sed 's/^/# /'
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
# Beside what create has made: two folders of the host, and a watchdog.
mkdir -p "$tmp/films/later" "$tmp/work"
mount --bind "$tmp/films" "$tmp/films" && mount --make-shared "$tmp/films"
echo 'a film' > "$tmp/films/film"
chown 4711:4712 "$tmp/work"
chmod go+x "$tmp"
vm=/etc/igvm/vms/demo.conf
sed -i "s,^\[vm\],&\nwatchdog = reset," $vm
printf '\n[share films]\npath = %s\n\n[share work]\npath = %s\nread-only = no\n' "$tmp/films" "$tmp/work" >> $vm
"$igvm" start demo > "$tmp/out" 2>&1; ok $? "start demo"
daemons() { ps -eo stat=,pid=,args= | awk '$1 !~ /^Z/ && $3 ~ /virtiofsd$/ && /source=\/run\/igvm\/demo,/ { print $2 }'; }
daemons > "$tmp/daemons"
[ "$(wc -l < "$tmp/daemons")" = 2 ]; ok $? "a virtiofsd for each folder"
vm_uid=$(sed -n 's/.*"demo": *\([0-9]*\).*/\1/p' /var/lib/igvm/uids.json)
while read -r pid; do
	sed -n 's/^\(Uid\|Seccomp\):[[:space:]]*\([0-9]*\).*/\1 \2/p' "/proc/$pid/status"
	[ "$(readlink "/proc/$pid/ns/user")" = "$(readlink /proc/self/ns/user)" ] && echo "no namespace"
done < "$tmp/daemons" | tr '\n' ' ' > "$tmp/daemon"
[ "$(cat "$tmp/daemon")" = "Uid $vm_uid Seccomp 2 Uid $vm_uid Seccomp 2 " ]
ok $? "which is nobody's root on the host, and filtered: $(cat "$tmp/daemon")"

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
# As the guest sees it, and as the host does.
says() { printf '%s; echo "end of $((%s))"\r' "$1" "$2" >&5; await "end of $2" 20; }
mount -t tmpfs later "$tmp/films/later" && touch "$tmp/films/later/stick"
says 'mount -t virtiofs films /mnt; cat /mnt/film; touch /mnt/x; stat -c "owner %u" /mnt/film; ls /mnt/later' 51
umount "$tmp/films/later" "$tmp/films"
seen 'a film' && seen 'touch.*Read-only file system' && seen 'owner 65534'
ok $? "a folder of the host is mounted there, read-only, and root's files are nobody's"
! seen '^stick'; ok $? "what is mounted below it meanwhile does not come through"
for pid in $(daemons); do grep -q '^Max open files  *1000000 ' /proc/"$pid"/limits || break; done
ok $? "virtiofsd may open what a guest can look at"
says 'mkdir /w; mount -t virtiofs work /w; cd /w; echo mine > root; echo his > user; chown 1000:1001 user; stat -c "owner %u" . root user' 52
seen 'owner 4711' && seen 'owner 0' && seen 'owner 1000'
ok $? "another is written, with owners"
owners=$(stat -c '%u:%g' "$tmp/work/root" "$tmp/work/user" | tr '\n' ' ')
[ "$owners" = "$vm_uid:$vm_uid 1000:1001 " ]
ok $? "which are the host's, but root, who is the VM's user: $owners"
says 'mknod null c 1 3; : > null; chmod u+s user; chmod 2755 root; mkdir -m 2755 dir; cd /; umount /w /mnt' 53
[ ! -c "$tmp/work/null" ] && [ "$(stat -c %u "$tmp/work/root")" = "$vm_uid" ] && [ -z "$(find "$tmp/work" -perm /6000)" ]
ok $? "no device file is made, nothing is root's, and nothing is set-user-ID or set-group-ID"
says 'modprobe i6300esb; grep -h i6300 /sys/class/watchdog/*/identity' 54
seen i6300ESB; ok $? "the watchdog is there"
printf '\035' >&5
exec 5>&-
wait $console; ok $? "^] leaves"
"$igvm" status demo > "$tmp/out" 2>&1; ok $? "and the guest runs on"
"$igvm" stop demo --timeout 60 > "$tmp/out" 2>&1 && grep -q '^demo is stopped\.$' "$tmp/out"
ok $? "stop: the guest goes down in order"
for _ in $(seq 50); do [ -z "$(daemons)" ] && break; sleep 0.1; done
[ -z "$(daemons)" ]; ok $? "and virtiofsd with it"

# A guest whose system crashes, and says so.
: > "$tmp/console"
"$igvm" start demo > "$tmp/out" 2>&1; ok $? "start again"
"$igvm" console demo < "$tmp/keys" > "$tmp/console" 2> "$tmp/err" &
console=$!
exec 5> "$tmp/keys"
await 'demo login:' 150 && printf 'root\r' >&5 && await 'Password:' 20 && printf 'a secret of 1 test\r' >&5
await 'root@demo' 40; ok $? "log in again"
printf 'modprobe pvpanic-pci; echo c > /proc/sysrq-trigger\r' >&5
for _ in $(seq 120); do
	"$igvm" status demo > "$tmp/out" 2>&1
	grep -q 'crashed' "$tmp/out" && break
	sleep 0.5
done
grep -q 'went down because its system had crashed (guest panic)' "$tmp/out"
ok $? "a guest that crashes says so"
sed 's/^/# /' "$tmp/out" | head -5
"$igvm" stop demo > "$tmp/out" 2>&1; ok $? "stop: it is not started again"
exec 5>&-
wait $console
echo "1..$n"

# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
# Sourced by benchmarks that need a machine of their own: as root, each runs as first process of its own PID, mount,
# network and IPC namespaces, and all it starts ends with it, however that ends. igvm's directories are empty there;
# nothing of this host's is touched. Gives $b, $igvm, $pair, $rounds, $tmp and the functions below.
set -eu
name=$(basename "$0")
[ "$(id -u)" -eq 0 ] || { echo "$name: needs root for namespaces of its own: not measured"; exit 0; }
if [ -z "${IGVM_BENCH_NS-}" ]; then
	unshare --pid --mount --net --ipc --fork true 2> /dev/null ||
		{ echo "$name: no namespaces can be made here: not measured"; exit 0; }
	tmp=$(mktemp -d)
	inside=
	# unshare itself takes no notice of a gentle signal; with it goes all that it has started.
	# shellcheck disable=SC2317 # by trap
	leave() {
		[ -z "$inside" ] || kill -KILL "$inside" 2> /dev/null || true
		wait
		rm -rf --one-file-system "$tmp"
	}
	trap leave EXIT
	trap 'exit 130' INT TERM HUP
	IGVM_BENCH_NS=$tmp setpriv --pdeathsig KILL unshare --pid --mount --net --ipc --fork --kill-child=KILL "$0" "$@" &
	inside=$!
	wait $inside
	exit $?
fi
b=$PWD/${B:-build}
igvm=$b/igvm pair=$b/tests/tools/bench_pair
rounds=${ROUNDS:-31}
tmp=$IGVM_BENCH_NS
export LC_ALL=C LANGUAGE=

missing() { echo "$name: $1: not measured"; exit 0; }

mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 igvm-bench "$tmp"
mount -t tmpfs -o mode=0755 igvm-bench /run
# What is written to /etc and /var is written to memory.
for d in etc var; do
	mkdir "$tmp/$d" "$tmp/$d.work"
	mount -t overlay -o "lowerdir=/$d,upperdir=$tmp/$d,workdir=$tmp/$d.work" igvm-bench "/$d" ||
		missing "no overlay can be mounted here"
done
rm -rf /etc/igvm /var/lib/igvm
mkdir -p /etc/igvm/vms /var/lib/igvm /run/igvm
export TMPDIR=$tmp

# vm NAME: the machine of tests/bench/start, and what is on stdin
vm() { { tests/bench/vm; cat; } > "/etc/igvm/vms/$1.conf"; }

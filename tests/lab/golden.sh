#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The golden command lines against QEMU 10.0 and 11.1, out of the lab's images.
here=$(cd "$(dirname "$0")" && pwd)
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP the lab's QEMUs need root (chroot, mounts)"
	exit 0
fi
"$here/images" outer host || exit 1
exec 9> "$here/../../build/lab/images.lock"
flock -s 9	# nobody rebuilds what runs
IGVM_TEST_QEMUS="$here/host-qemu $here/outer-qemu" exec "$here/../qemu.sh"

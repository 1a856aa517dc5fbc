#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The whole lab as one test for prove: every scenario, most of them with both QEMUs.

here=$(dirname "$0")
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP the lab needs root (chroot, mounts)"
	exit 0
fi
exec "$here/run" "$@"

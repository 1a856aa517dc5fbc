#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The units under the systemd of Debian 13.
DEBIAN13=1 exec "$(dirname "$0")/systemd.sh"

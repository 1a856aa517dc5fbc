# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034 # who sources this reads them
# Sourced: tests that say what they are in TAP. $n counts them, $failed is 1 once one has failed.
n=0
failed=0

ok() {	# DESCRIPTION STATUS [FILE...]: the files tell why not
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
		return
	fi
	failed=1
	echo "not ok $n - $1"
	shift 2
	for f; do [ -e "$f" ] && sed 's/^/# /' "$f" | head -40; done
}
is() {	# DESCRIPTION GOT WANTED
	[ "$2" = "$3" ]
	ok "$1" $? <(printf 'got:    %s\nwanted: %s\n' "$2" "$3")
}
has() {	# DESCRIPTION FILE PATTERN
	grep -Eq -- "$3" "$2"
	ok "$1" $? "$2" <(echo "wanted: $3")
}
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }

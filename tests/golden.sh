#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every case of tests/golden gives exactly its args.txt and findings.txt.
# --write rewrites them: review with git diff.
set -u
cd "$(dirname "$0")/.." || exit 1
tool=${B:-build}/tests/tools/golden
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

[ -x "$tool" ] || { echo "1..0 # SKIP $tool is not built"; exit 0; }
n=0
for case in tests/golden/*/; do
	name=$(basename "$case")
	n=$((n + 1))
	if ! LC_ALL=C "$tool" show "${case%/}" >"$tmp/args.txt" 3>"$tmp/findings.txt" 2>"$tmp/err"; then
		echo "not ok $n - $name"
		sed 's/^/# /' "$tmp/err"
		continue
	fi
	if [ "${1:-}" = --write ]; then
		cp "$tmp/args.txt" "$tmp/findings.txt" "$case"
	fi
	if diff -u "$case/args.txt" "$tmp/args.txt" >"$tmp/diff" 2>&1 &&
	   diff -u "$case/findings.txt" "$tmp/findings.txt" >>"$tmp/diff" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$tmp/diff"
	fi
done
echo "1..$n"

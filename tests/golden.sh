#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every case of tests/golden gives exactly its args.txt and findings.txt, and
# JSON that fits its schema.
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

for kind in findings plan words; do
	wrong=
	seen=0
	for case in tests/golden/*/; do
		LC_ALL=C "$tool" json "${case%/}" $kind >"$tmp/json"
		case $? in
		0) ;;
		3) continue ;;
		*) wrong="$wrong ${case%/}: no JSON" ; continue ;;
		esac
		seen=$((seen + 1))
		perl tests/schema/check.pl tests/schema/$kind.json "$tmp/json" >"$tmp/err" 2>&1 ||
			wrong="$wrong ${case%/}: $(head -n 1 "$tmp/err")"
	done
	n=$((n + 1))
	if [ -z "$wrong" ] && [ "$seen" -gt 20 ]; then
		echo "ok $n - $kind of $seen cases fit tests/schema/$kind.json"
	else
		echo "not ok $n - $kind of $seen cases:$wrong"
	fi
done
echo "1..$n"

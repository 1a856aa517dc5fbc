#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every seed and every input that once broke something, through its fuzz target.
set -u
cd "$(dirname "$0")/.." || exit 1
b=${B:-build}
n=0
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	n=$((n + 1))
	set -- "tests/fuzz/corpus/$name/"*
	if [ ! -e "$1" ]; then
		echo "not ok $n - $name: no corpus"
	elif output=$("$b/tests/fuzz/fuzz_$name" "$@" 2>&1); then
		echo "ok $n - $name: $# inputs"
	else
		echo "not ok $n - $name"
		echo "$output" | tail -20 | sed 's/^/# /'
	fi
done
echo "1..$n"

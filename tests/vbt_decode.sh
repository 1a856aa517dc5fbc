#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The VBT decoder against intel_vbt_decode: tables of ours of every BDB version,
# and real ones where the folder with them is beside the tree. Differences are
# those in tests/vbt-differences, no more and no fewer.
set -u
cd "$(dirname "$0")/.." || exit 1
b=${B:-build}
real=${IGVM_VBT_CORPUS:-../shared/corpus/vbt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

result() {
	n=$((n + 1))
	case $1 in
	0) echo "ok $n - $2" ;;
	77) echo "ok $n - $2 # SKIP another version of intel_vbt_decode than 1.27.1" ;;
	*) echo "not ok $n - $2" ;;
	esac
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

echo 1..5

# --- tables of ours ---------------------------------------------------------------
if ! command -v intel_vbt_decode >/dev/null; then
	skip "both decode every table of ours" "intel_vbt_decode is not installed"
	skip "tables of ours: the listed differences and no others" \
		"intel_vbt_decode is not installed"
else
	mkdir "$work/own"
	"$b/tests/tools/vbtmany" "$work/own" 120 266
	bad=$?
	for f in "$work"/own/*.vbt; do
		if ! intel_vbt_decode --file="$f" --all-panels >"${f%.vbt}.ref" 2>/dev/null ||
		   ! "$b/tests/tools/vbtdump" "$f" >"${f%.vbt}.ours"; then
			echo "# ${f##*/} is not decoded"
			bad=1
		fi
	done
	result $bad "both decode every table of ours"
	tests/tools/vbtcompare exact tests/vbt-differences "$work/own"
	result $? "tables of ours: the listed differences and no others"
	# Proof that the comparison can fail: a decoder that misreads one bit.
	mkdir "$work/false"
	cp "$work/own/250-whole.ref" "$work/false/"
	sed 's/\(usb-c@[^ ]* = \)1/\10/' "$work/own/250-whole.ours" >"$work/false/250-whole.ours"
	tests/tools/vbtcompare known tests/vbt-differences "$work/false" >"$work/out"
	case $? in
	1) grep -q 'value 2.usb-c' "$work/out"
	   result $? "a misread bit is found" ;;
	*) result 1 "a misread bit is found" ;;
	esac
fi
[ $n -eq 3 ] || skip "a misread bit is found" "intel_vbt_decode is not installed"

# --- real tables --------------------------------------------------------------------
set -- "$real"/*.vbt
if [ ! -e "$1" ]; then
	skip "every real table is decoded" "no folder $real"
	skip "real tables: listed differences only" "no folder $real"
	exit 0
fi
mkdir "$work/real"
bad=0
without=0
for f; do
	name=$(basename "$f" .vbt)
	"$b/tests/tools/vbtdump" "$f" >"$work/real/$name.ours" ||
		{ echo "# $name is rejected"; bad=1; }
	if [ -e "${f%.vbt}.decode.txt" ]; then
		cp "${f%.vbt}.decode.txt" "$work/real/$name.ref"
	elif [ -e "$f.decode.txt" ]; then
		cp "$f.decode.txt" "$work/real/$name.ref"
	else
		without=$((without + 1))
		rm -f "$work/real/$name.ours"
	fi
done
[ $without -eq 0 ] || echo "# $without of $# have no .decode.txt"
result $bad "every real table is decoded"
if [ $without -eq $# ]; then
	result 1 "real tables: listed differences only"
else
	tests/tools/vbtcompare known tests/vbt-differences "$work/real"
	result $? "real tables: listed differences only"
fi

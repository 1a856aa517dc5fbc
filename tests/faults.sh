#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/faults.tsv names for each of the 49 faults that igvm withstands the tests that make it: are they there?
set -u
cd "$(dirname "$0")/.." || exit 1
table=${1:-tests/faults.tsv}

# has FILE PART: the test that PART stands for, by the kind of the file
has() {
	case $1 in
	# The function, and where it is called or put into the group.
	tests/t_*.c) grep -qE "^static void $2\(" "$1" && [ "$(grep -cw "$2" "$1")" -gt 1 ] ;;
	tests/qmp/*.qmp) [ -s "$1" ] && { [ "$2" = - ] || grep -m 1 '^#' "$1" | grep -qF -- "$2"; } ;;
	tests/lab/scenarios/*) grep '^title' "$1" | grep -qF -- "$2" ;;
	tests/soak/* | tests/bench/*) grep -qF -- "$2" "$1" ;;
	tests/fuzz.sh | tests/golden/*) grep -qF -- "$2" "$1" ;;
	*) grep -v '^[[:space:]]*#' "$1" | grep -qF -- "$2" ;;
	esac
}

n=0
for ((row = 1; row <= 49; row++)); do
	wrong=()
	count=0
	while IFS=$'\t' read -r number what file part; do
		[ "$number" = "$row" ] || continue
		count=$((count + 1))
		if [ -z "$part" ] || [ ! -e "$file" ] || ! has "$file" "$part"; then
			wrong+=("$what: no '$part' in $file")
		fi
	done < "$table"
	n=$((n + 1))
	if [ "$count" -gt 0 ] && [ ${#wrong[@]} = 0 ]; then
		echo "ok $n - fault $row: $count tests"
	else
		echo "not ok $n - fault $row: $count tests"
		printf '# %s\n' "${wrong[@]}"
	fi
done
n=$((n + 1))
if extra=$(grep -vE $'^(#|([1-9]|[1-4][0-9])\t)' "$table"); then
	echo "not ok $n - nothing else in the table"
	printf '%s\n' "$extra" | sed 's/^/# /'
else
	echo "ok $n - nothing else in the table"
fi
echo "1..$n"

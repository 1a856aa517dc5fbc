#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The table of known causes: whole, the manual's own, and each id that doctor claims is provoked
# by a recorded host, a lab scenario, or a row of tests/doctor.sh.
set -u
cd "$(dirname "$0")/.." || exit 1
igvm=${B:-build}/igvm
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C LANGUAGE=
n=0

# same DESCRIPTION WANTED FOUND: both files hold the same lines, and some
same() {
	n=$((n + 1))
	if [ -s "$2" ] && difference=$(diff "$2" "$3"); then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "${difference:-nothing was found to compare}" | sed 's/^/# /'
	fi
}

"$igvm" --json explain --causes > "$tmp/causes.json"
n=$((n + 1))
if perl tests/schema/check.pl tests/schema/causes.json "$tmp/causes.json" > "$tmp/out" 2>&1; then
	echo "ok $n - its JSON has the form of its schema"
else
	echo "not ok $n - its JSON has the form of its schema"
	sed 's/^/# /' "$tmp/out"
fi

# "number id" lines; a cause without an id is "number -".
perl -MJSON::PP -e 'local $/; for my $c (@{decode_json(<>)->{causes}}) {
	my @ids = map { $_->{id} } @{$c->{caught}};
	print "$c->{number} $_\n" for @ids ? @ids : "-" }' "$tmp/causes.json" > "$tmp/rows"
seq 46 > "$tmp/46"
uniq_numbers() { awk '!seen[$1]++ { print $1 }' "$tmp/rows"; }
uniq_numbers > "$tmp/numbers"
same "all 46 causes, in order" "$tmp/46" "$tmp/numbers"

perl -MJSON::PP -e 'local $/; for my $c (@{decode_json(<>)->{causes}}) {
	print "$c->{number}\n" if @{$c->{caught}} || length($c->{reason} // "") > 20 }' \
	"$tmp/causes.json" > "$tmp/reasoned"
same "each has an id or a reason" "$tmp/46" "$tmp/reasoned"

awk '$2 != "-" { print $2 }' "$tmp/rows" | sort -u > "$tmp/ids"
"$igvm" explain --list | awk '{ print $1 }' | sort > "$tmp/list"
comm -12 "$tmp/ids" "$tmp/list" > "$tmp/known"
same "every id exists" "$tmp/ids" "$tmp/known"

awk '/^\.Sh / { in_it = /KNOWN CAUSES/ }
	in_it && /^\.It Cause / { number = $3 }
	in_it && /^\.Va / { print number, $2 }
	in_it && /^no id/ { print number, "-" }' man/igvm.1 > "$tmp/manual"
same "igvm(1) has the same causes and ids" "$tmp/rows" "$tmp/manual"
perl -MJSON::PP -e 'local $/; print "$_->{number} $_->{cause}\n" for @{decode_json(<>)->{causes}}' \
	"$tmp/causes.json" > "$tmp/texts"
sed -n 's/^\.It Cause \([0-9]*\) : /\1 /p' man/igvm.1 > "$tmp/texts.manual"
same "and the same texts" "$tmp/texts" "$tmp/texts.manual"

# What doctor claims, and what provokes it.
perl -MJSON::PP -e 'local $/; for my $c (@{decode_json(<>)->{causes}}) {
	print map { "$_->{id}\n" } grep { $_->{verb} eq "doctor" } @{$c->{caught}} }' \
	"$tmp/causes.json" | sort -u > "$tmp/claimed"
{
	sed -n 's/^\(block\|warn\|note\) *\([a-z0-9.-]*\): .*/\2/p' tests/hosts/*/doctor
	awk 'FNR == 1 || /^--- / { doctor = /^--- run igvm .*doctor/ }
		doctor && $1 == "finding" { print $2 }' tests/lab/scenarios/*
	sed -n "s/^\t*provoke \([a-z0-9.-]*\) .*/\1/p" tests/doctor.sh
} | sort -u > "$tmp/provoked"
comm -12 "$tmp/claimed" "$tmp/provoked" > "$tmp/seen"
same "each id that doctor claims is provoked somewhere" "$tmp/claimed" "$tmp/seen"
echo "1..$n"

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

# What is named as showing a cause expects one of its ids, in its own way.
enum_of() { sed -n "s/^\tFINDING(\([A-Z0-9_]*\), \"$1\",.*/\1/p" launcher/decide/finding_ids.h; }
expects() {
	case $1 in
	hosts/*) grep -qE "^(block|warn|note) *$2:" "tests/$1/doctor" ;;
	golden/*) grep -qE "^(block|warn|note) *$2(:| |$)" "tests/$1/findings.txt" ;;
	lab/scenarios/*) grep -qE "^(finding $2$|says .*$2)" "tests/$1" ;;
	lines/*) grep -qE "(^|[^a-z.-])$2([^a-z-]|$)" "tests/$1" ;;
	t_*.c) grep -qw "FINDING_$(enum_of "$2")" "tests/$1" ;;
	*.sh) grep -qE "(^|[^a-z.-])$2([^a-z-]|$)" "tests/$1" ;;
	*) false ;;
	esac 2> /dev/null
}
perl -MJSON::PP -e 'local $/; for my $c (@{decode_json(<>)->{causes}}) {
	for my $s (@{$c->{shown}}) { print "$c->{number} $s $_->{id}\n" for @{$c->{caught}} } }' \
	"$tmp/causes.json" > "$tmp/pairs"
awk '{ print $1, $2 }' "$tmp/pairs" | uniq > "$tmp/shown"
while read -r number show id; do
	expects "$show" "$id" && echo "$number $show"
done < "$tmp/pairs" | uniq > "$tmp/true"
same "what shows a cause expects an id of it" "$tmp/shown" "$tmp/true"
awk '$2 != "-" { print $1 }' "$tmp/rows" | uniq > "$tmp/caught"
awk '{ print $1 }' "$tmp/shown" | uniq > "$tmp/played"
same "each cause that is caught is shown by something" "$tmp/caught" "$tmp/played"

# Every id, whoever raises it, is provoked by some test.
while read -r id; do
	name=FINDING_$(enum_of "$id")
	if grep -qlw "$name" tests/t_*.c || grep -qlE "(^|[^a-z.-])$id([^a-z-]|$)" tests/*.sh \
		tests/lines/*.out tests/golden/*/findings.txt tests/hosts/*/doctor tests/lab/scenarios/*; then
		echo "$id"
	fi
done < "$tmp/ids" > "$tmp/tested"
same "each id is provoked by some test" "$tmp/ids" "$tmp/tested"

perl -MJSON::PP -e 'local $/; my $j = decode_json(<>); my %n; my $never = 0;
	for my $c (@{$j->{causes}}) {
		my %by = map { $_->{verb} => 1 } @{$c->{caught}};
		my ($first) = grep { $by{$_} } qw(doctor start probe verify);
		$first ? $n{$first}++ : $never++;
	}
	print "$_ ", $n{$_} // 0, "\n" for qw(doctor start probe verify);
	print "never $never\n"' "$tmp/causes.json" > "$tmp/counted"
perl -MJSON::PP -e 'local $/; my $t = decode_json(<>)->{totals};
	print "$_ $t->{first}{$_}\n" for qw(doctor start probe verify); print "never $t->{never}\n"' \
	"$tmp/causes.json" > "$tmp/totals"
same "the totals are right" "$tmp/counted" "$tmp/totals"

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

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tree of every firmware image of the distribution, as igvm reads it, is the
# one that UEFIExtract reports: every volume, file and section, in order, with
# GUID, type, place, size and name.
#
# One difference, on purpose: what is inside volumes of variables (VSS, FTW) is
# not firmware, and igvm does not look into them.
set -u
cd "$(dirname "$0")/.." || exit 1
dump=${B:-build}/tests/tools/uefidump
if ! command -v UEFIExtract >/dev/null; then
	echo "1..0 # SKIP no UEFIExtract (package uefitool-cli)"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; head -40 "$3" | sed 's/^/# /'; fi
}

# Both as: depth kind type offset size guid name; the offset where it is in the file.
theirs() {
	awk -F'|' '
	BEGIN {
		split("FFSv1 ffs1 FFSv2 ffs2 FFSv3 ffs3 NVRAM 00", v, " ")
		for (i = 1; i in v; i += 2) word["Volume," v[i]] = v[i + 1]
		m = split("Raw=raw,Freeform=freeform,SEC core=sec-core,PEI core=pei-core," \
			"DXE core=dxe-core,PEI module=peim,DXE driver=driver," \
			"Combined PEI/DXE=peim-driver,Application=application,SMM module=mm," \
			"Volume image=volume,Combined SMM/DXE=mm-dxe,SMM core=mm-core,Pad=pad", f, ",")
		for (i = 1; i <= m; i++) { split(f[i], p, "="); word["File," p[1]] = p[2] }
		m = split("GUID defined=guided,Compressed=compression,PE32 image=pe32,TE image=te," \
			"DXE dependency=dxe-depex,PEI dependency=pei-depex,MM dependency=mm-depex," \
			"Version=version,UI=name,Volume image=volume,Raw=raw," \
			"Freeform subtype GUID=freeform", f, ",")
		for (i = 1; i <= m; i++) { split(f[i], p, "="); word["Section," p[1]] = p[2] }
	}
	NR == 1 { next }
	{
		for (i = 1; i <= NF; i++) gsub(/^ +| +$/, "", $i)
		text = substr($0, index($0, $6))
		match($6, /^-*/)
		depth = RLENGTH
		if (!depth)
			next	# the image itself
		if (inside && depth > inside) {
			print "inside variables: " $1 > "/dev/stderr"
			next
		}
		inside = $1 == "Volume" && $2 == "NVRAM" ? depth : 0
		kind = $1 == "Free space" ? "free" : tolower($1)
		type = kind == "free" || kind == "padding" ? "00" : word[$1 "," $2]
		if (type == "")
			type = "?" $2
		guid = ""
		if (match($6, /[0-9A-F]+-[0-9A-F]+-[0-9A-F]+-[0-9A-F]+-[0-9A-F]+/))
			guid = substr($6, RSTART, RLENGTH)
		base = $3
		sub(/^0+/, "", base)
		size = $4
		sub(/^0+/, "", size)
		print depth, kind, type, $3 == "N/A" ? "-" : tolower(base), tolower(size), guid, $7
	}' "$1"
}
ours() {
	awk -F'|' '
	$1 == "candidate" || $1 == 0 { next }
	{
		guid = $5 != "" ? $5 : $4
		if ($3 == "pad")
			guid = ""
		print $1, $2, $3, $6 ? "-" : $7 == "0" ? "" : $7, $8, guid, $10
	}' "$1"
}

for image in /usr/share/OVMF/*.fd /usr/share/qemu/OVMF.fd; do
	[ -f "$image" ] || continue
	name=$(basename "$image")
	# Several names for one file are one test.
	[ ! -L "$image" ] || [ "$name" = OVMF.fd ] || continue
	cp "$image" "$tmp/$name"
	(cd "$tmp" && UEFIExtract "$name" report) > "$tmp/log" 2>&1
	"$dump" "$tmp/$name" > "$tmp/dump" 2>> "$tmp/log" || echo "uefidump failed" >> "$tmp/log"
	theirs "$tmp/$name.report.txt" > "$tmp/theirs" 2> "$tmp/dropped"
	ours "$tmp/dump" > "$tmp/ours"
	diff -u "$tmp/theirs" "$tmp/ours" > "$tmp/diff" 2>&1
	r=$?
	[ -s "$tmp/ours" ] || { r=1; cp "$tmp/log" "$tmp/diff"; }
	ok $r "$name: $(wc -l < "$tmp/ours") volumes, files, sections as UEFIExtract has them" "$tmp/diff"
	sort -u "$tmp/dropped" | grep -vE '^inside variables: (VSS2? (store|entry)|FTW store|Padding|Free space)$' \
		> "$tmp/diff"
	[ ! -s "$tmp/diff" ]
	ok $? "$name: nothing but variables is left out" "$tmp/diff"
	grep '|[^|]*!' "$tmp/dump" > "$tmp/diff"
	[ ! -s "$tmp/diff" ]
	ok $? "$name: nothing to complain of" "$tmp/diff"
	"$dump" --find "$tmp/$name" > "$tmp/find" 2>&1
	[ ! -s "$tmp/find" ]
	ok $? "$name: and no Intel graphics in it" "$tmp/find"
done
[ $n -gt 0 ] || { echo "1..0 # SKIP no firmware of the distribution here (package ovmf)"; exit 0; }

# One that has candidates, in the image of a whole chip that mkuefi makes.
tools=${B:-build}/tests/tools
"$tools/mkuefi" chip 2 "$tmp/chip" && "$dump" "$tmp/chip" > "$tmp/dump"
[ "$(grep -c '^candidate|gop|content|' "$tmp/dump")" = 20 ] &&
	grep -q '^candidate|vbt|content|878AC2CC-.*|IntelIGopVbt|' "$tmp/dump" &&
	grep -q '^candidate|vbios|content|.*|0406|' "$tmp/dump"
ok $? "a chip's drivers, table and ROM are found" "$tmp/dump"
i=$(grep '^candidate' "$tmp/dump" | grep -n '|vbt|' | cut -d: -f1)
"$dump" --extract $((i - 1)) "$tmp/vbt" "$tmp/chip" && "$tools/mkrom" vbt -o "$tmp/want" && cmp "$tmp/vbt" "$tmp/want" > "$tmp/diff" 2>&1
ok $? "and the table comes out as it went in" "$tmp/diff"
echo "1..$n"

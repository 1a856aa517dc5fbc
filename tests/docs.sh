#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tables of the program against its documents, in both directions:
# commands and options (igvm(1), completions), keys (igvm.vm(5)), finding ids.
set -u
cd "$(dirname "$0")/.." || exit 1
igvm=${B:-build}/igvm
n=0

# shellcheck disable=SC2001 # sed, because each line gets the mark
# same DESCRIPTION FILE-A FILE-B: both hold the same lines
same() {
	n=$((n + 1))
	if [ -s "$2" ] && difference=$(diff "$2" "$3"); then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' <<< "${difference:-nothing was found to compare}"
	fi
}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C LANGUAGE=

# "command option" lines: from the help of each command, and from the manual.
commands=$("$igvm" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
# A command with verbs of its own is there once for each: "rom show".
entries=$(for c in $commands; do
	"$igvm" "$c" --help | sed -n '/^Verbs:/,$s/^  \([a-z]* [a-z]*\) .*/\1/p' | grep . || echo "$c"
done)
while read -r c; do
	echo "$c"
	# shellcheck disable=SC2086 # one word or two
	"$igvm" $c --help | sed -n '/^Options:/,$s/^.* --\([a-z-]*\).*/\1/p' | sed "s/^/$c --/"
done <<< "$entries" | sort > "$tmp/help"
awk '/^\.Sh /  { in_commands = $2 == "COMMANDS" }
     in_commands && /^\.It Cm / {
	command = $3; if ($4 ~ /^[a-z]+$/) command = command " " $4
	print command
	line = $0
	while (match(line, /Fl -[a-z-]+/)) {
		print command " -" substr(line, RSTART + 3, RLENGTH - 3)
		line = substr(line, RSTART + RLENGTH)
	}
     }' man/igvm.1 | sort > "$tmp/manual"
same "igvm(1) has every command with every option, and no other" "$tmp/help" "$tmp/manual"

echo "$commands" | sort > "$tmp/commands"
sed -n "s/.*local commands='\(.*\)'/\1/p" completions/igvm.bash | tr ' ' '\n' | sort > "$tmp/bash"
sed -n 's/.*commands=(\(.*\))/\1/p' completions/_igvm | tr ' ' '\n' | sort > "$tmp/zsh"
sed -n 's/^set -l commands \(.*\)/\1/p' completions/igvm.fish | tr ' ' '\n' | sort > "$tmp/fish"
for shell in bash zsh fish; do
	same "the $shell completion has every command" "$tmp/commands" "$tmp/$shell"
done

# Every option of every command is offered by each completion.
sed -n 's/.* --//p' "$tmp/help" | sort -u > "$tmp/options"
grep -oE -- '--[a-z-]+' completions/igvm.bash | sed 's/--//' | sort -u |
	grep -vxE 'root|help|version' > "$tmp/options.bash"
grep -oE -- "'--[a-z-]+" completions/_igvm | sed "s/'--//" | sort -u |
	grep -vxE 'root|help|version' > "$tmp/options.zsh"
grep -oE -- '-l [a-z-]+' completions/igvm.fish | sed 's/-l //' | sort -u |
	grep -vxE 'root|help|version|commands|named' > "$tmp/options.fish"
for shell in bash zsh fish; do
	same "the $shell completion has every option" "$tmp/options" "$tmp/options.$shell"
done

# Keys: "section key" from the key table, and from the manual.
sed -n 's/^\t{ "\([a-z]*\)", "\([a-z-]*\)", .*/\1 \2/p' launcher/facts/wish_keys.c | sort > "$tmp/keys"
awk '/^\.Ss \[/ { gsub(/[][]/, "", $2); section = $2 }
     section && /^\.It Ic / { print section, $3 }
     /^\.Sh / { section = "" }' man/igvm.vm.5 | sort > "$tmp/keys.manual"
same "igvm.vm(5) has every key of every section, and no other" "$tmp/keys" "$tmp/keys.manual"

# Finding ids that the documents name exist.
"$igvm" explain --list | awk '{ print $1 }' | sort > "$tmp/ids"
grep -hoE 'igvm explain [a-z0-9-]+\.[a-z0-9-]+' README.md README.zh-TW.md man/*.[0-9] CONTRIBUTING.md |
	awk '{ print $3 }' | sort -u > "$tmp/ids.named"
comm -12 "$tmp/ids" "$tmp/ids.named" > "$tmp/ids.known"
same "findings named in the documents exist" "$tmp/ids.named" "$tmp/ids.known"

# The page of all findings is what the program writes, and each id is an anchor in it.
"$igvm" explain --mdoc > "$tmp/findings.7"
same "igvm-findings(7) is what igvm explain --mdoc writes" man/igvm-findings.7 "$tmp/findings.7"
mandoc -T html man/igvm-findings.7 | grep -oE 'id="[a-z0-9-]+\.[a-z0-9-]+"' | cut -d'"' -f2 | sort > "$tmp/anchors"
same "and has an anchor for each id" "$tmp/ids" "$tmp/anchors"

# Exit codes: the manual's table against the enum.
sed -n 's/^\tEXIT_[A-Z_]* = \([0-9]*\),.*/\1/p' launcher/base/exit_code.h | sort > "$tmp/exit"
awk '/^\.Sh / { s = $2 == "EXIT" } s && /^\.It [0-9]+$/ { print $2 }' man/igvm.1 | sort > "$tmp/exit.manual"
same "igvm(1) has every exit status" "$tmp/exit" "$tmp/exit.manual"
echo "1..$n"

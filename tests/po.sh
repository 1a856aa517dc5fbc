#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each translation is complete: every text of the sources, none fuzzy, none left over.
set -u
cd "$(dirname "$0")/.." || exit 1
command -v xgettext >/dev/null || { echo "1..0 # SKIP gettext is not installed"; exit 0; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
# shellcheck disable=SC2046 # file names have no blanks here
xgettext -k_ -kN_ --from-code=UTF-8 -o "$tmp/igvm.pot" $(find launcher -name '*.[ch]' | sort)
for po in po/*.po; do
	n=$((n + 1))
	msgmerge -q --no-fuzzy-matching -o "$tmp/merged.po" "$po" "$tmp/igvm.pot" 2>/dev/null
	missing=$(msgattrib --untranslated --no-obsolete "$tmp/merged.po" | grep -c '^msgid ')
	fuzzy=$(msgattrib --only-fuzzy --no-obsolete "$tmp/merged.po" | grep -c '^msgid ')
	statistics=$(LC_ALL=C msgfmt --check -o /dev/null --statistics "$tmp/merged.po" 2>&1)
	if [ "$missing" -le 1 ] && [ "$fuzzy" -eq 0 ] && msgfmt --check -o /dev/null "$tmp/merged.po"; then
		echo "ok $n - $po is complete: $statistics"
	else
		echo "not ok $n - $po: $statistics"
		msgattrib --untranslated --no-obsolete "$tmp/merged.po" | grep '^msgid ' | sed 's/^/# /'
	fi
done
echo "1..$n"

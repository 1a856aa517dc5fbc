#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Include direction, pure files and closed verbs: a rule that is not tested is a wish.
set -u
cd "$(dirname "$0")/.." || exit 1
n=0

# ok DESCRIPTION OFFENDING-LINES
ok() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

# "file:line" of each #include in FILES that matches PATTERN
includes() {
	pattern=$1
	shift
	grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]+$pattern" "$@" /dev/null
}

# "file:line" of calls to NAMES in FILES, texts and comment lines left out
calls() {
	names=$1
	shift
	awk -v names="[^a-zA-Z0-9_.>](""$names"") ?[(]" '{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "", line)
		if (line !~ /^[[:space:]]*[\/*]/ && line ~ names)
			print FILENAME ":" FNR ":" $0
	}' "$@"
}

c_files() { find "$@" -name '*.[ch]'; }

# What a setup plan is made by; texts are read before (setup_texts.c), and the plan is carried out after (setup_apply.c).
setup_pure="launcher/setup/edit.c launcher/setup/edit_shell.c launcher/setup/edit_words.c
	launcher/setup/setup_diff.c launcher/setup/setup_hand.c launcher/setup/setup_make.c
	launcher/setup/setup_own.c launcher/setup/setup_plan.c launcher/setup/setup_print.c"
# Neither descriptors, processes, clocks nor environment in FILES; a FILE that is handed in may be written
impure() {
	includes '<(unistd|fcntl|poll|signal|time|dirent|sys/[a-z]+)\.h>' "$@"
	calls 'open|fopen|read|write|getenv|getpid|fork|clock_gettime|time|system|popen|tree_[a-z_]+|file_[a-z_]+_at' "$@"
}

echo 1..18
# shellcheck disable=SC2046 # file names have no blanks here
{
ok "qmp/ includes nothing of launcher/ and romfiles/" \
	"$(includes '"(launcher|romfiles)/' $(c_files qmp))"
ok "romfiles/ includes nothing of launcher/ and qmp/" \
	"$(includes '"(launcher|qmp)/' $(c_files romfiles))"
ok "romfiles/ and qmp/ parse and never open, print or log" \
	"$(includes '<(fcntl|sys/[a-z]+|syslog|stdio)\.h>' $(c_files romfiles qmp) |
		grep -v '<sys/types\.h>' | grep -v '^qmp/qmp_fd\.[ch]:' | grep -v '^romfiles/efi/mkids\.c:')"
ok "launcher/base includes only itself of launcher/" \
	"$(includes '"(launcher/(facts|decide|run|setup|cmd|pipeline)|qmp/|romfiles/)' \
		$(c_files launcher/base))"
ok "launcher/facts includes nothing of launcher/run and of the commands" \
	"$(includes '"launcher/(run|setup|cmd|pipeline)' $(c_files launcher/facts))"
for dir in decide verify; do
	ok "launcher/$dir includes nothing of launcher/run, of the commands, and of qmp/" \
		"$(includes '"(launcher/(run|setup|cmd|pipeline)|qmp/)' $(c_files launcher/$dir))"
	ok "launcher/$dir is pure: no descriptors, processes, clocks, environment" \
		"$(impure $(c_files launcher/$dir))"
done
ok "what makes a setup plan is pure, too" "$(impure $setup_pure)"
ok "and sees nothing of launcher/run and of what carries it out" \
	"$(includes '"launcher/(run/|cmd|pipeline|setup/setup_(apply|journal|place|run|steps|trial|able)\.h)' $setup_pure)"
ok "launcher/run includes no command" "$(includes '"launcher/(cmd|pipeline)' $(c_files launcher/run))"
lint=$(c_files launcher/lint | grep -v '/\(source\|source_machine\|answer\)\.[ch]$')
ok "launcher/lint includes nothing of launcher/run, of export and of the commands, but for its end that reads" \
	"$(includes '"launcher/(run|setup|create|export|cmd|pipeline)' $lint
	   includes '"launcher/(setup|export|cmd)' launcher/lint/source*.[ch] launcher/lint/answer.c)"
ok "launcher/lint is pure, but for its end that reads" \
	"$(impure $lint
	   calls printf $lint)"
ok "launcher/report includes nothing of launcher/run and of the commands" \
	"$(includes '"launcher/(run|setup|create|export|cmd|pipeline|lint/source)' $(c_files launcher/report))"
ok "and is pure" "$(impure $(c_files launcher/report) | grep -v '<time\.h>')"
ok "launcher/export includes nothing of launcher/run and of the commands" \
	"$(includes '"launcher/(run|setup|create|cmd|pipeline)' $(c_files launcher/export))"
ok "only launcher/facts/host_pci.c includes libpci" \
	"$(includes '<pci/' $(c_files launcher qmp romfiles) | grep -v '^launcher/facts/host_pci\.c:')"
}

# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What igvm's verify asks of a Linux guest: run by its agent as `/bin/sh -c`, one JSON object on
# standard output. It reads, and writes nothing; with $quick it starts no video job. The host
# judges: nothing is decided here. POSIX sh and what busybox has; comment lines are not sent.
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
# a text as JSON: printable ASCII, at most 300 bytes; most need no process of their own, which a
# guest that is busy starting has little time for
s() {
	if [ ${#1} -le 300 ]; then
		case $1 in
		*[!]A-Za-z0-9\ _.,:\;/\(\)=+@#%\&*\<\>!?~\|[-]*) ;;
		*) printf '"%s"' "$1" && return ;;
		esac
	fi
	printf '"%s"' "$(printf '%s' "$1" | tr -cd '\040-\176' | cut -c1-300 | sed 's/\\/\\\\/g; s/"/\\"/g')"
}
first() { [ -r "$1" ] && { IFS= read -r l < "$1"; printf '%s' "$l"; }; }
link() {
	l=$(readlink "$1" 2>/dev/null)
	printf '%s' "${l##*/}"
}
# lines of standard input as a JSON array, at most $1 of them
list() {
	sep=
	printf '['
	tail -n "$1" | while IFS= read -r line; do
		printf '%s' "$sep"
		s "$line"
		sep=,
	done
	printf ']'
}
limit() {
	if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift; "$@"; fi
}
connectors() {
	sep=
	printf '['
	for c in "$1"/card*/card*-*; do
		[ -e "$c/status" ] || continue
		n=${c##*/card}
		printf '%s{"name":' "$sep"
		s "${n#*-}"
		printf ',"status":'
		s "$(first "$c/status")"
		printf ',"enabled":'
		s "$(first "$c/enabled")"
		printf ',"mode":'
		s "$(first "$c/modes")"
		printf ',"edid":%d}' "$(wc -c < "$c/edid" 2>/dev/null)"
		sep=,
	done
	printf ']'
}
vbt() {
	for f in /sys/kernel/debug/dri/"$1"/i915_vbt /sys/kernel/debug/dri/[0-9]*/i915_vbt; do
		[ -r "$f" ] || continue
		printf '{"size":%d,"sha256":' "$(wc -c < "$f")"
		s "$(sha256sum < "$f" | cut -d' ' -f1)"
		printf '}'
		return
	done
	printf null
}
wedged() {
	for f in /sys/kernel/debug/dri/"$1"/i915_wedged /sys/kernel/debug/dri/[0-9]*/i915_wedged; do
		[ -r "$f" ] && first "$f" && return
	done
}
displays() {
	sep=
	printf '['
	for d in /sys/bus/pci/devices/*; do
		case $(first "$d/class") in 0x03*) ;; *) continue ;; esac
		printf '%s{"address":' "$sep"
		s "${d##*/}"
		for k in vendor device class; do
			printf ',"%s":' $k
			s "$(first "$d/$k")"
		done
		printf ',"driver":'
		s "$(link "$d/driver")"
		printf ',"version":'
		s "$(first "$d/driver/module/version")"
		printf ',"nodes":'
		for n in "$d"/drm/*; do [ -e "$n" ] && printf '%s\n' "${n##*/}"; done | list 8
		printf ',"engines":'
		for n in "$d"/drm/card*/engine/*; do [ -e "$n" ] && printf '%s\n' "${n##*/}"; done | list 16
		printf ',"connectors":'
		connectors "$d/drm"
		printf ',"wedged":'
		s "$(wedged "${d##*/}")"
		printf ',"vbt":'
		vbt "${d##*/}"
		printf '}'
		sep=,
	done
	printf ']'
}
drivers_log() { grep -E 'i915|[^a-z]xe[ :]|\[drm|DMAR|Kernel command line' | cut -c1-240; }
log() {
	t=$( (dmesg || journalctl -k -b --no-pager -o short-monotonic) 2>/dev/null | drivers_log)
	[ -n "$t" ] || t=$(journalctl -k -b --no-pager -o short-monotonic 2>/dev/null | drivers_log)
	printf '%s\n' "$t" | list 80
}
# the iGPU's render node
render() {
	for n in /sys/bus/pci/devices/0000:00:02.0/drm/renderD*; do
		[ -e "$n" ] && printf '/dev/dri/%s' "${n##*/}" && return
	done
}
profiles() {
	node=$(render)
	if [ -n "$quick" ] || [ -z "$node" ] || ! command -v vainfo >/dev/null 2>&1; then
		printf null
		return
	fi
	limit 20 vainfo --display drm --device "$node" 2>&1 </dev/null | grep 'VAProfile.*VAEntrypoint' |
		tr -d ' \t' | list 64
}
encode() {
	node=$(render)
	if [ -n "$quick" ] || [ -z "$node" ] || ! command -v ffmpeg >/dev/null 2>&1; then
		printf null
		return
	fi
	t=$(limit 30 ffmpeg -hide_banner -loglevel error -vaapi_device "$node" -f lavfi \
		-i testsrc2=size=640x360:rate=30 -frames:v 30 -vf format=nv12,hwupload \
		-c:v h264_vaapi -f null - 2>&1 </dev/null)
	printf '{"status":%d,"text":' $?
	s "$(printf '%s' "$t" | tail -n 1)"
	printf '}'
}
session() {
	if ! command -v loginctl >/dev/null 2>&1; then
		printf null
		return
	fi
	a=$(loginctl show-seat seat0 -p ActiveSession 2>/dev/null)
	printf '{"console":'
	s "$(loginctl show-session "${a#*=}" -p Type 2>/dev/null)"
	printf ',"remote":'
	if loginctl list-sessions --no-legend 2>/dev/null | while read -r id rest; do
		loginctl show-session "$id" -p Remote 2>/dev/null
	done | grep -q yes; then printf true; else printf false; fi
	printf '}'
}
os=$(sed -n 's/^PRETTY_NAME="*\([^"]*\).*/\1/p' /etc/os-release 2>/dev/null)
printf '{"look":1,"os":"linux","name":'
s "$os"
printf ',"kernel":'
s "$(uname -r)"
printf ',"cmdline":'
s "$(first /proc/cmdline)"
printf ',"uptime":'
s "$(cut -d' ' -f1 /proc/uptime)"
printf ',"displays":'
displays
printf ',"log":'
log
printf ',"profiles":'
profiles
printf ',"encode":'
encode
printf ',"session":'
session
printf '}\n'

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# rootwatch demo on this very host: every row shown, nothing left behind, however it ends.
# Words on the command line pick the cases that hold one.
#
# The cases are called by a name that is put together, which shellcheck does not see.
# shellcheck disable=SC2317
set -u

TOP=$(cd "$(dirname "$0")/../.." && pwd)
ROOTWATCH=${ROOTWATCH:-$TOP/build/rootwatch}
WORK=$(mktemp -d /tmp/rootwatch-test-demo.XXXXXX)
CHILD=
failed=0

clean_up() {
	[ -n "$CHILD" ] && kill -9 "$CHILD" 2>/dev/null
	rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

[ "$(id -u)" = 0 ] || { echo "not ok demo: needs root"; exit 1; }

ok() { echo "ok demo.$1"; }
not_ok() {
	echo "not ok demo.$1: $(tr '\n' ' ' <<<"$2" | cut -c1-1500)"
	failed=1
}

# What the attacks would change if they reached the host.
host_state() {
	cat /etc/passwd /etc/group /etc/shadow /etc/gshadow 2>/dev/null | sha256sum
	# (Not "." and "..": in / and /etc others may make something.)
	ls -lA /etc/cron.d /usr/local/bin /opt /home /mnt 2>/dev/null
	ls -ld /etc/passwd* /etc/group* /etc/shadow* /etc/gshadow* /etc/.pwd.lock 2>/dev/null
	sha256sum /var/lib/dpkg/status /var/lib/rpm/rpmdb.sqlite 2>/dev/null
	cat /proc/sys/kernel/core_pattern
	# Not all mounts: other tests have theirs.
	awk '$5 ~ "^/(mnt|media|srv|tmp|run|home|root|proc|sys|dev)?$" || / - overlay rootwatch /' \
		/proc/self/mountinfo
	ls -d /run/docker.sock /var/run/docker.sock /.rootwatch* 2>/dev/null
	true
}

# The sandboxes of process $1 end in its pid, in 8 hex digits, and its start time, in 16.
cgroups_of() {
	find /sys/fs/cgroup -type d -path '*/rootwatch/*' \
		-name "*$(printf %08x "$1")????????????????" 2>/dev/null
}

# $1 and everything below it, as pid:start time, so that a reused pid is not taken for it.
processes_of() {
	local start child
	start=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)
	[ -n "$start" ] && echo "$1:$start"
	for child in $(ps -o pid= --ppid "$1"); do
		processes_of "$child"
	done
}

still_there() {
	local p start
	for p in $1; do
		start=$(sed 's/.*) //' "/proc/${p%:*}/stat" 2>/dev/null | cut -d' ' -f1,20)
		# A zombie is only waiting for somebody to look.
		[ "${start#* }" = "${p#*:}" ] && [ "${start% *}" != Z ] &&
			echo "${p%:*} $(tr '\0' ' ' <"/proc/${p%:*}/cmdline")"
	done
}

# Nothing of process $1 is left, nor of its children $2, within 2 minutes; the host is as it was.
expect_nothing_left() {
	local i left
	for ((i = 0; i < 1200; i++)); do
		left=$(cgroups_of "$1"; still_there "$2")
		[ -z "$left" ] && break
		sleep 0.1
	done
	if [ -n "$left" ]; then
		echo "left behind: $left"
	elif ! diff <(echo "$BEFORE") <(host_state); then
		echo "the host has changed"
	fi
}

# Starts the demo with output in $WORK/out; its pid is in CHILD.
start_demo() {
	"$ROOTWATCH" demo "$@" >"$WORK/out" 2>"$WORK/err" </dev/null &
	CHILD=$!
}

end_demo() {
	wait "$CHILD" 2>/dev/null
	code=$?
	CHILD=
}

case_table() {
	local pid row
	start_demo
	pid=$CHILD
	end_demo
	[ "$code" = 0 ] || { echo "exit code $code: $(cat "$WORK/err" "$WORK/out")"; return; }
	for row in 'install a package' 'append to /etc/passwd' 'plant a cron job' 'add a user' \
		'talk to docker.sock' 'SUID file, by uid 1000' 'no_new_privs' 'set core_pattern' \
		'run a dropped program'; do
		grep -q "$row" "$WORK/out" || echo "no row: $row"
	done
	for row in package-manager package-database-written passwd-written cron-written user-added \
		runtime-socket privilege-suid-exec privilege-setuid kernel-knob-escape \
		exec-upper-layer; do
		grep -q "| [A-Z][a-z]*  *$row" "$WORK/out" || echo "no alert: $row"
	done
	[ "$(grep -c 'blocked (EACCES)' "$WORK/out")" = 6 ] || echo "not 6 blocked attempts"
	grep -q 'AMISS\|FAILED\|NOT SHOWN' "$WORK/out" && echo "something is amiss: $(cat "$WORK/out")"
	awk 'length($0) > 100' "$WORK/out" | grep . && echo "a line is too long"
	LC_ALL=C grep -q '[^ -~]' "$WORK/out" && echo "escapes without a terminal"
	expect_nothing_left "$pid" ""
}

case_json() {
	local pid
	start_demo --json
	pid=$CHILD
	end_demo
	[ "$code" = 0 ] || { echo "exit code $code: $(cat "$WORK/err" "$WORK/out")"; return; }
	python3 - "$WORK/out" <<-'PYTHON'
		import json, sys
		got = json.load(open(sys.argv[1]))
		rows = got["attacks"]
		assert got["ok"] and len(rows) >= 8, got
		assert len(got["containers"]["root"]) == 64, got
		for row in rows:
		    for side in ("root", "user"):
		        r = row[side]
		        assert r["ok"] and r["done"] != r["expected_denied"], row
		        assert bool(r["alerts"]) == r["done"], row
	PYTHON
	expect_nothing_left "$pid" ""
}

# Two at once do not mistake each other's containers for their own.
case_twice_at_once() {
	local other
	"$ROOTWATCH" demo >"$WORK/out2" 2>"$WORK/err2" </dev/null &
	other=$!
	start_demo
	end_demo
	[ "$code" = 0 ] || echo "one: exit code $code: $(cat "$WORK/err" "$WORK/out")"
	wait "$other"
	code=$?
	[ "$code" = 0 ] || echo "the other: exit code $code: $(cat "$WORK/err2" "$WORK/out2")"
}

# Is it the demo already, and has it said what becomes of signals? (Before that they end any program.)
catches() {
	[ "$(readlink "/proc/$1/exe" 2>/dev/null)" = "$(readlink -f "$ROOTWATCH")" ] || return 1
	local caught
	caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
	[ $((0x${caught:-0} >> 14 & 1)) = 1 ] # 15 is SIGTERM
}

# $1: signal. At different moments: while it loads, makes containers, attacks.
interrupt() {
	local pid tree want i
	for want in 0 'rootwatch demo:' '^1 install' '^4 add' '^8 set'; do
		start_demo
		pid=$CHILD
		for ((i = 0; i < 12000; i++)); do
			[ "$want" = 0 ] && catches "$pid" && { sleep 0.1; break; }
			[ "$want" != 0 ] && grep -q "$want" "$WORK/out" && break
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.01
		done
		tree=$(processes_of "$pid")
		# It may have ended by itself.
		kill "-$1" "$pid" 2>/dev/null
		end_demo
		expect_nothing_left "$pid" "$tree"
		# The last rows may have come before the signal did.
		case $1:$code in
		KILL:137 | KILL:0) ;;
		INT:1 | TERM:1)
			grep -q 'interrupted' "$WORK/err" || echo "$want: said: $(cat "$WORK/err")"
			;;
		INT:0 | TERM:0) grep -q 'Every expected alert' "$WORK/out" || echo "$want: code 0" ;;
		*) echo "$want: exit code $code: $(cat "$WORK/err")" ;;
		esac
	done
}
case_sigint() { interrupt INT; }
case_sigterm() { interrupt TERM; }
case_sigkill() { interrupt KILL; }

# A keeper that is killed too cannot clean up: the next demo does.
case_keeper_killed_too() {
	local pid keepers i
	# The head comes when both containers are up; stopped there, it cannot end before its turn.
	for ((i = 0; i < 10; i++)); do
		start_demo
		pid=$CHILD
		until grep -q '^rootwatch demo:' "$WORK/out" || ! kill -0 "$pid" 2>/dev/null; do
			sleep 0.01
		done
		kill -STOP "$pid" 2>/dev/null && [ -n "$(cgroups_of "$pid")" ] && break
		kill -CONT "$pid" 2>/dev/null
		end_demo
	done
	keepers=$(ps -o pid=,comm= --ppid "$pid" | awk '$2 == "sandbox-keeper" { print $1 }')
	[ "$(wc -w <<<"$keepers")" = 2 ] || { echo "keepers: $keepers"; return; }
	# shellcheck disable=SC2086
	kill -9 $keepers "$pid"
	end_demo
	[ -n "$(cgroups_of "$pid")" ] || echo "nothing was left: this case shows nothing"
	start_demo
	end_demo
	[ "$code" = 0 ] || echo "exit code $code: $(cat "$WORK/err" "$WORK/out")"
	expect_nothing_left "$pid" ""
}

# Of a table or an object that could not be written nothing was shown.
case_full_disk() {
	local code words
	for words in "" --json; do
		# shellcheck disable=SC2086
		"$ROOTWATCH" demo $words >/dev/full 2>"$WORK/err" </dev/null
		code=$?
		[ "$code" = 1 ] || echo "demo $words: exit code $code"
		grep -q 'cannot write to stdout: No space' "$WORK/err" || echo "said: $(cat "$WORK/err")"
	done
}

case_without_privilege() {
	local code
	cp "$ROOTWATCH" "$WORK/rootwatch"
	chmod 755 "$WORK" "$WORK/rootwatch"
	setpriv --reuid 1000 --regid 1000 --clear-groups "$WORK/rootwatch" demo \
		>"$WORK/out" 2>"$WORK/err" </dev/null
	code=$?
	[ "$code" = 4 ] || echo "exit code $code"
	grep -q sudo "$WORK/err" || echo "does not say what to do: $(cat "$WORK/err")"
	[ -s "$WORK/out" ] && echo "talk on stdout"
}

case_usage() {
	local word code
	for word in --jsn extra; do
		"$ROOTWATCH" demo "$word" >"$WORK/out" 2>"$WORK/err" </dev/null
		code=$?
		[ "$code" = 2 ] || echo "$word: exit code $code"
		[ -s "$WORK/err" ] || echo "$word: says nothing"
	done
	"$ROOTWATCH" demo --help >"$WORK/out" 2>&1 || echo "--help fails"
	grep -q -- --json "$WORK/out" || echo "--help says nothing of --json"
}

BEFORE=$(host_state)
for name in table json twice_at_once sigint sigterm sigkill keeper_killed_too full_disk \
	without_privilege usage; do
	[ $# -gt 0 ] && ! grep -q "$(printf '%s\\|' "$@")nothing" <<<"$name" && continue
	problem=$("case_$name")
	if [ -n "$problem" ]; then not_ok "$name" "$problem"; else ok "$name"; fi
done
exit $failed

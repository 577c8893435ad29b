# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts test_*.sh here begin with: sourced. A folder of their own, $work, which goes when they
# end; ok NAME and not_ok NAME REASON, which is told with the end of $work/log; $failed for their exit.

set -uo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL CC CLANG BPFTOOL PKG_CONFIG DEPS_COMMAND CFLAGS LDFLAGS STATIC ARCH V
# shellcheck disable=SC2034 # the tree, for who sources this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
# shellcheck disable=SC2034
failed=0
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

ok() { echo "ok $1"; }
not_ok()
{
	echo "not ok $1: $2"
	failed=1
	[ ! -s "$work/log" ] || tail -n 30 "$work/log"
	: >"$work/log"
}

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the Makefile promises, in a copy of the tree: the floors are refused with the reason, a
# header rebuilds what needs it and only that, no half header is left behind, install and
# uninstall are each other's inverse, nothing is built outside build/, make installs nothing.

# shellcheck source=tests/lint/cases.sh
. "$(dirname "$0")/cases.sh"

tree=$work/tree
mkdir "$tree"
(cd "$top" && tar -cf - --exclude=__pycache__ Makefile .ci LICENSE README.md bpf user include vmlinux) | tar -C "$tree" -xf -
cd "$tree" || exit 1
# The copy is no git tree, so its version is the bare one.
run() { make --no-print-directory "$@" >"$work/log" 2>&1; }

# fake NAME TEXT: a tool that only tells its version.
mkdir "$work/bin"
fake()
{
	printf '#!/bin/sh\necho "%s"\n' "$2" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# refused NAME WORD... -- MAKE ARGUMENTS: fails, says every WORD, builds nothing.
refused()
{
	local name=$1 words=() word
	shift
	while [ "$1" != -- ]; do words+=("$1") && shift; done
	shift
	if run "$@"; then not_ok "$name" "it was not refused"; return; fi
	for word in "${words[@]}"; do
		if ! grep -qF -- "$word" "$work/log"; then
			not_ok "$name" "does not say \"$word\""
			return
		fi
	done
	if [ -n "$(find build -name '*.o' 2>/dev/null)" ]; then not_ok "$name" "went on"; return; fi
	ok "$name"
}

fake clang-old "Debian clang version 13.0.1-11"
fake bpftool-old "bpftool v7.0.0"
fake bpftool-kernel "/usr/lib/linux-tools/5.15.0-1/bpftool v5.15.1"
# Every library is there, libbpf as old as Ubuntu 22.04's.
cat >"$work/bin/pkg-config-old" <<'END'
#!/bin/sh
[ "$1" != --modversion ] || { [ "$2" = libbpf ] && echo 0.5.0 || echo 1.0; }
END
chmod +x "$work/bin/pkg-config-old"

refused clang-13-refused 13.0.1 "at least 14" -- CLANG="$work/bin/clang-old"
refused clang-missing-refused "no clang" "make deps" -- CLANG="$work/bin/nothing"
refused bpftool-7.0-refused 7.0.0 "at least 7.1" -- BPFTOOL="$work/bin/bpftool-old"
refused bpftool-5.15-refused 5.15.1 "at least 7.1" -- BPFTOOL="$work/bin/bpftool-kernel"
refused libbpf-0.5-refused 0.5.0 "at least 1.1" -- build/stamp/user-tools \
	PKG_CONFIG="$work/bin/pkg-config-old"

# test-kernels calls a make for another architecture, which has to choose tools of its own.
if printf 'include Makefile\nprobe:\n\t@env\n' | run -f - probe && ! grep -E '^(CC|AR|PKG_CONFIG)=' "$work/log" >"$work/env"; then
	ok inner-make-chooses-its-tools
else
	not_ok inner-make-chooses-its-tools "it inherits $(head -n 1 "$work/env")"
fi

if run bpf && [ -s build/include/rootwatch.skel.h ]; then
	ok kernel-side-builds
else
	not_ok kernel-side-builds "make bpf failed"
fi

# A bpftool that fails half way: the header that was there must not become a half one.
rm -rf build/include
cat >"$work/bin/bpftool-half" <<END
#!/bin/sh
[ "\$1" = version ] && exec "$(.ci/tools find-bpftool)" version
echo "/* half of a"
exit 1
END
chmod +x "$work/bin/bpftool-half"
if run bpf BPFTOOL="$work/bin/bpftool-half"; then
	not_ok no-half-skeleton "a failing bpftool went unnoticed"
elif [ -e build/include/rootwatch.skel.h ]; then
	not_ok no-half-skeleton "it left a header"
else
	ok no-half-skeleton
fi

if ! run -j2 build; then
	not_ok builds "make failed"
	exit 1
fi
ok builds

if run build && ! grep -qE '^  (CC|BPF|LINK|SKEL) ' "$work/log"; then
	ok second-build-does-nothing
else
	not_ok second-build-does-nothing "it built again"
fi

# Changes a file, at a time that is after the build's by the file system's clock.
change()
{
	until touch "$1" && [ "$1" -nt build/rootwatch ]; do sleep 0.01; done
}

# The shared header: both sides, and what includes it.
change include/wire.h
if run build && grep -q '^  BPF ' "$work/log" && grep -q '^  CC .*user/event/' "$work/log" &&
	grep -q '^  LINK ' "$work/log"; then
	ok wire-header-rebuilds-both-sides
else
	not_ok wire-header-rebuilds-both-sides "something that needs it was not built again"
fi

if [ -e user/base/str.h ]; then
	change user/base/str.h
	if run build && grep -q '^  CC ' "$work/log" && ! grep -q '^  BPF ' "$work/log"; then
		ok user-header-leaves-kernel-side
	else
		not_ok user-header-leaves-kernel-side "wrong things were built"
	fi
fi

# Another flag is another program.
if run build CFLAGS='-O1 -g' && grep -q '^  CC ' "$work/log"; then
	ok new-flags-rebuild
else
	not_ok new-flags-rebuild "changed CFLAGS built nothing"
fi

if [ -z "$(find . -newer Makefile -type f -not -path './build/*' -name '*.[od]')" ] &&
	[ "$(find . -maxdepth 1 -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ')" = \
		".ci LICENSE Makefile README.md bpf build include user vmlinux " ]; then
	ok all-output-in-build
else
	not_ok all-output-in-build "files outside build/: $(find . -maxdepth 1 -mindepth 1 -printf '%f ')"
fi

if build/rootwatch --version 2>&1 | grep -qF "$(sed -n 's/^VERSION := //p' Makefile)"; then
	ok version-is-told
else
	not_ok version-is-told "--version says $(build/rootwatch --version 2>&1 | head -n 1)"
fi

if run install DESTDIR="$work/dest" PREFIX=/opt/rw && [ -x "$work/dest/opt/rw/sbin/rootwatch" ] &&
	[ -s "$work/dest/opt/rw/share/doc/rootwatch/LICENSE" ]; then
	ok install
else
	not_ok install "not everything is there: $(find "$work/dest" -type f)"
fi
if run uninstall DESTDIR="$work/dest" PREFIX=/opt/rw && [ -z "$(find "$work/dest" -type f)" ]; then
	ok uninstall
else
	not_ok uninstall "left behind: $(find "$work/dest" -type f)"
fi

if run STATIC=1; then
	if ldd build/static/rootwatch 2>&1 | grep -qE 'statically linked|not a dynamic' &&
		build/static/rootwatch --version >/dev/null; then
		ok static-program
	else
		not_ok static-program "$(ldd build/static/rootwatch 2>&1 | head -n 3)"
	fi
elif grep -q 'needs complete static libraries' "$work/log"; then
	echo "skip static-program: the static libraries of this distribution are not complete"
else
	not_ok static-program "make STATIC=1 failed"
fi

if run help && for goal in build test unit fuzz e2e bench lint format deps demo install uninstall clean; do
	grep -q "make $goal " "$work/log" || { echo "no $goal" >>"$work/log" && break; }
done && ! grep -q '^no ' "$work/log"; then
	ok help-lists-the-targets
else
	not_ok help-lists-the-targets "$(grep '^no ' "$work/log")"
fi

if run clean && [ ! -e build ]; then ok clean; else not_ok clean "build/ is still there"; fi

# On a distribution without apt: the list, exit code 1, nothing done.
mkdir "$work/path"
for tool in bash dirname sort printf cat id; do ln -s "$(command -v $tool)" "$work/path/"; done
PATH=$work/path bash .ci/deps build >"$work/log" 2>&1
if [ $? = 1 ] && grep -q '^  libbpf-dev$' "$work/log" && grep -q '^  clang$' "$work/log"; then
	ok unknown-distribution-gets-the-list
else
	not_ok unknown-distribution-gets-the-list "no list, or not exit code 1"
fi

exit "$failed"

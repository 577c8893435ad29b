#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What `make deps` does on distributions that are not at hand: .ci/deps in a copy of the tree, with
# packages, versions and /etc/os-release that are made here, and an apt that only writes down what it
# was asked to install. Each world is a folder: `archive` has "NAME VERSION" of what can be had,
# `installed` the names of what is there; lib, pkg-config and bpftool say what follows from them.

# shellcheck source=tests/lint/cases.sh
. "$(dirname "$0")/cases.sh"
unset PKG_CONFIG_PATH # where a libbpf of our own may lie

# Real programs by name, and these, which know the world only.
mkdir "$work/bin"
for tool in awk bash cat chmod cp dirname env find grep gzip head ln make mkdir mktemp mv printf rm sed sh sort \
	tail tar touch tr xargs; do
	ln -s "$(command -v "$tool")" "$work/bin/"
done
tool() { cat >"$work/bin/$1" && chmod +x "$work/bin/$1"; }
tool id <<<'echo 0'
tool dpkg <<'END'
#!/bin/sh
case $1 in
--print-architecture) echo arm64 ;; # no 32-bit packages
*) exec /usr/bin/dpkg "$@" ;;
esac
END
tool dpkg-query <<'END'
#!/bin/sh
shift 3 2>/dev/null
for name; do grep -qx "$name" "$WORLD/installed" && echo "$name installed"; done
exit 0
END
tool apt-cache <<'END'
#!/bin/sh
case $1 in
policy) version=$(sed -n "s/^$2 //p" "$WORLD/archive"); printf '%s:\n  Candidate: %s\n' "$2" "${version:-(none)}" ;;
search) grep -E '^linux.*-source-' "$WORLD/archive" | grep -oE '^[^ ]+' | grep -E "$3" | sed 's/$/ - sources/' ;;
esac
END
tool apt-get <<'END'
#!/bin/bash
while [ "${1#-}" != "$1" ]; do [ "$1" != -o ] || shift; shift; done
case $1 in
install)
	shift
	for name; do
		[ "${name#-}" = "$name" ] || continue
		grep -q "^$name " "$WORLD/archive" || { echo "E: Unable to locate package $name"; exit 100; }
		echo "$name" >>"$WORLD/installed"
	done ;;
download) : >"$2.deb" ;;
esac
END
# The one thing that is unpacked so: a kernel's source, as Ubuntu's name it.
tool dpkg-deb <<'END'
#!/bin/bash
lib=linux/tools/lib/bpf
mkdir -p $lib usr/src/linux-hwe-6.8-source-6.8.0
cat >$lib/Makefile <<'MAKE'
install_lib: ; mkdir -p $(libdir)/pkgconfig && touch $(libdir)/libbpf.a $(libdir)/libbpf.so.1
install_headers: ; mkdir -p $(prefix)/include/bpf
install_pkgconfig: ; echo 1.3.0 >$(libdir)/pkgconfig/libbpf.pc
MAKE
tar -czf usr/src/linux-hwe-6.8-source-6.8.0/linux-source-6.8.0.tar.gz linux
rm -rf linux
END
tool pkg-config <<'END'
#!/bin/sh
[ "$*" = "--modversion libbpf" ] || exit 1
cat "$PKG_CONFIG_PATH/libbpf.pc" 2>/dev/null && exit
grep -qx libbpf-dev "$WORLD/installed" && sed -n 's/^libbpf-dev \([0-9.]*\).*/\1/p' "$WORLD/archive"
END
tool clang <<'END'
#!/bin/sh
grep -qx clang "$WORLD/installed" || exit 127
echo "clang version $(sed -n 's/^clang 1:\([0-9.]*\).*/\1/p' "$WORLD/archive")"
END

# world NAME ID VERSION, with "NAME VERSION" of its archive on standard input; the rest of the build
# packages are in it besides.
world()
{
	export WORLD=$work/$1 DEPS_SYSTEM=$work/$1/system
	mkdir -p "$DEPS_SYSTEM/etc" "$DEPS_SYSTEM/usr/sbin" "$WORLD/tree"
	printf 'ID=%s\nVERSION_ID="%s"\n' "$2" "$3" >"$DEPS_SYSTEM/etc/os-release"
	: >"$WORLD/installed"
	cat >"$WORLD/archive"
	for name in make gcc libc6-dev llvm libelf-dev zlib1g-dev libjansson-dev libyaml-dev libcap-dev \
		libseccomp-dev libpcre2-dev uthash-dev pkg-config xz-utils bzip2 python3; do
		echo "$name 1" >>"$WORLD/archive"
	done
	cp -r "$top/.ci" "$WORLD/tree/"
}

# bpftool VERSION PATH: what a package brings.
bpftool()
{
	mkdir -p "$(dirname "$DEPS_SYSTEM$2")"
	printf '#!/bin/sh\necho "bpftool v%s"\n' "$1" >"$DEPS_SYSTEM$2"
	chmod +x "$DEPS_SYSTEM$2"
}

deps() { (cd "$WORLD/tree" && PATH=$work/bin bash .ci/deps build) >"$work/log" 2>&1; }
says() { grep -qF -- "$1" "$work/log"; }
installed() { grep -qx -- "$1" "$WORLD/installed"; }

# Debian 12 has all of it.
world debian-12 debian 12 <<'END'
clang 1:14.0-55.7
libbpf-dev 1.1.2
bpftool 7.1.0
END
bpftool 7.1.0 /usr/sbin/bpftool
if deps && installed libbpf-dev && installed clang && ! says building && says "all packages are there"; then
	ok debian-12
else
	not_ok debian-12 "not all was installed, or more was done than that"
fi
: >"$work/log"
if deps && [ ! -s "$work/log" ]; then ok debian-12-again; else not_ok debian-12-again "it is not quiet"; fi

# Ubuntu 22.04: libbpf 0.5, so that of the newest kernel's source; bpftool from the newest tools.
world ubuntu-22.04 ubuntu 22.04 <<'END'
clang 1:14.0-55~exp2
libbpf-dev 0.5.0
linux-tools-common 5.15.0.1
linux-tools-generic 5.15.0.1
linux-tools-generic-hwe-22.04 6.8.0.1
linux-source-5.15.0 5.15.0.1
linux-hwe-6.5-source-6.5.0 6.5.0.1
linux-hwe-6.8-source-6.8.0 6.8.0.1
END
bpftool 5.15.1 /usr/sbin/bpftool
if deps; then
	not_ok ubuntu-22.04-needs-tools "it did without a bpftool of 7.1"
elif installed linux-tools-generic-hwe-22.04 && says "older than 7.1"; then
	ok ubuntu-22.04-needs-tools
else
	not_ok ubuntu-22.04-needs-tools "it says nothing of bpftool, or took other tools"
fi
bpftool 7.4.0 /usr/lib/linux-hwe-6.8-tools-6.8.0-1/bpftool
if deps && says "the one in linux-hwe-6.8-source-6.8.0" && [ -e "$WORLD/tree/build/deps/lib/libbpf.a" ] &&
	! installed linux-hwe-6.8-source-6.8.0 && [ ! -e "$WORLD/tree/build/deps/lib/libbpf.so.1" ]; then
	ok ubuntu-22.04
else
	not_ok ubuntu-22.04 "no libbpf below build/deps, or not of the newest kernel"
fi
if deps && [ ! -s "$work/log" ]; then ok ubuntu-22.04-again; else not_ok ubuntu-22.04-again "it is not quiet"; fi

# The same without the newer kernels' packages.
sed -i '/hwe/d' "$WORLD/archive"
rm -rf "$WORLD/tree/build"
if ! deps && says "older than 1.1" && says "no kernel source" && says "make STATIC=1"; then
	ok old-libbpf-and-no-newer-kernel
else
	not_ok old-libbpf-and-no-newer-kernel "it does not say what is missing and what to do"
fi

# Debian 11 and Ubuntu 20.04: refused before anything is installed.
for old in "debian 11 11.0-51+nmu5" "ubuntu 20.04 10.0-50~exp1"; do
	read -r id version clang <<<"$old"
	world "$id-$version" "$id" "$version" <<<"clang 1:$clang"
	if ! deps && says "is ${clang%%-*}, at least 14" && says "make STATIC=1" && [ ! -s "$WORLD/installed" ]; then
		ok "$id-$version-is-refused"
	else
		not_ok "$id-$version-is-refused" "installed $(tr '\n' ' ' <"$WORLD/installed"), or no reason"
	fi
done

exit "$failed"

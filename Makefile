# SPDX-License-Identifier: Apache-2.0
#
# rootwatch: what does root do inside containers?
#
# New files are picked up by where they lie; nothing here has to be edited to add one:
#   bpf/*.bpf.c                    one BPF object, one skeleton (rootwatch.skel.h)
#   user/**/*.c                    the program (user/main.c) and its modules
#   tests/unit/**/test_*.c         one cmocka program each, linked with every module
#   tests/unit/**/*.c              (other names) helpers, linked into the unit tests that use them
#   tests/fuzz/fuzz_*.c            one libFuzzer program each, linked with every module
#   tests/e2e/trigger/*.c          one static program each; *_32.c as 32-bit
#   tests/bench/*.c, *.bpf.c       linked into build/bench/bench; X.bpf.c gives X.skel.h
#   tests/vm/kernels.txt           the kernels of make test-kernels, one a line
#   tests/bench/guest/*.c          one static program each, build/bench/guest/NAME
# Everything that is built lies in build/.

VERSION := 0.1.0

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# ---- what to build for -----------------------------------------------------------------------

HOST_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))
ARCH ?= $(HOST_ARCH)
override ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(ARCH)))

# For another architecture: with CROSS_COMPILE=aarch64-linux-gnu- that compiler and its libraries;
# else clang, which compiles for any, with the libraries of `make deps ARCH=arm64`. (Debian's gcc for
# another architecture would put out the gcc-multilib that the tests' 32-bit callers need.)
ifneq ($(ARCH),$(HOST_ARCH))
cross := /$(ARCH)
ifeq ($(CROSS_COMPILE),)
triplet := $(patsubst arm64,aarch64,$(patsubst x86,x86_64,$(ARCH)))-linux-gnu
sysroot := $(CURDIR)/build/$(ARCH)/root
export DEPS_COMMAND := make deps ARCH=$(ARCH)
endif
endif

STATIC ?= 0
ifeq ($(STATIC),1)
static := /static
endif

# One folder for each way to build, all of them below build/.
B := build$(cross)$(static)

PREFIX ?= /usr/local
DESTDIR ?=
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/rootwatch

# ---- tools -----------------------------------------------------------------------------------

find_tool = $(or $(firstword $(foreach t,$(1),$(shell command -v $(t) 2>/dev/null))),$(firstword $(1)))

ifeq ($(origin CLANG),undefined)
CLANG := $(call find_tool,clang clang-14 clang-15 clang-16 clang-17 clang-18 clang-19 clang-20)
endif
clang_for = $(CLANG) --target=$(1) --sysroot=$(sysroot) -fuse-ld=lld -Wno-unused-command-line-argument
ifeq ($(origin CC),default)
CC := $(if $(sysroot),$(call clang_for,$(triplet)),$(CROSS_COMPILE)gcc)
endif
# For the tests' 32-bit callers.
CC32 ?= $(if $(filter /arm64,$(sysroot:%=$(cross))),$(call clang_for,arm-linux-gnueabihf),$(CC) -m32)
ifeq ($(origin AR),default)
AR := $(if $(sysroot),llvm-ar,$(CROSS_COMPILE)ar)
endif
ifeq ($(origin PKG_CONFIG),undefined)
PKG_CONFIG := $(if $(sysroot),env PKG_CONFIG_SYSROOT_DIR=$(sysroot) PKG_CONFIG_PATH= \
	PKG_CONFIG_LIBDIR=$(sysroot)/usr/lib/$(triplet)/pkgconfig:$(sysroot)/usr/share/pkgconfig pkg-config,$(CROSS_COMPILE)pkg-config)
endif
ifeq ($(origin BPFTOOL),undefined)
BPFTOOL := $(shell .ci/tools find-bpftool)
endif
# clang-format, clang-tidy: of clang's own version where they are not simply called so.
clang_suffix := $(patsubst clang%,%,$(notdir $(CLANG)))
CLANG_FORMAT ?= $(call find_tool,clang-format$(clang_suffix) clang-format clang-format-14)
CLANG_TIDY ?= $(call find_tool,clang-tidy$(clang_suffix) clang-tidy clang-tidy-14)
CPPCHECK ?= cppcheck
SHELLCHECK ?= shellcheck
# Where `make deps` puts a libbpf that it had to build itself.
export PKG_CONFIG_PATH := $(CURDIR)/build/deps/lib/pkgconfig$(PKG_CONFIG_PATH:%=:%)

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
MAKEFLAGS += --no-print-directory
endif

# ---- flags -----------------------------------------------------------------------------------

# WERROR= for a compiler that is newer than these sources and finds something to say.
WERROR ?= -Werror
warnings := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wpointer-arith -Wformat=2 -Wvla -Wwrite-strings -Wold-style-definition

# BPF_PROG() of libbpf gives every program a ctx parameter, used or not.
bpf_flags := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -fno-stack-protector \
	-Wall -Wextra $(WERROR) -Wno-unused-parameter -Ivmlinux -Iinclude -Ibpf

# CFLAGS, CPPFLAGS and LDFLAGS stay the caller's.
CFLAGS ?= -O2 -g
includes := -Iinclude -Iuser -isystem $(B)/include
common := -std=gnu11 $(warnings) -D_GNU_SOURCE $(includes)
user_flags := $(common) -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
link_flags := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
asan_flags := $(common) -Itests -Itests/unit -O1 -g $(sanitize)
fuzz_flags := $(common) -Itests -Itests/fuzz -O1 -g $(sanitize)

packages := libbpf libelf zlib jansson yaml-0.1 libcap libseccomp libpcre2-8
ifeq ($(STATIC),1)
link_flags := -static-pie -Wl,-z,relro,-z,now
pkg_static := --static
endif
# Asked when it is first needed, so that `make help` and `make deps` work on a bare machine.
libs = $(eval libs := $(shell $(PKG_CONFIG) $(pkg_static) --libs $(packages)) -lpthread)$(libs)
lib_cflags = $(eval lib_cflags := $(shell $(PKG_CONFIG) --cflags $(packages)))$(lib_cflags)
bpf_cflags = $(eval bpf_cflags := $(shell pkg-config --cflags libbpf 2>/dev/null))$(bpf_cflags)
cmocka = $(eval cmocka := $(shell $(PKG_CONFIG) --libs cmocka))$(cmocka)

# ---- sources ---------------------------------------------------------------------------------

deep = $(wildcard $(1)/$(2) $(1)/*/$(2) $(1)/*/*/$(2) $(1)/*/*/*/$(2))

bpf_src := $(sort $(wildcard bpf/*.bpf.c))
user_src := $(sort $(call deep,user,*.c))
unit_src := $(sort $(call deep,tests/unit,test_*.c))
unit_help := $(filter-out $(unit_src),$(sort $(call deep,tests/unit,*.c)))
fuzz_src := $(sort $(wildcard tests/fuzz/fuzz_*.c))
trigger_src := $(sort $(wildcard tests/e2e/trigger/*.c))
bench_bpf := $(sort $(wildcard tests/bench/*.bpf.c))
bench_src := $(filter-out $(bench_bpf),$(sort $(wildcard tests/bench/*.c)))

skel := $(B)/include/rootwatch.skel.h
older_skels := $(B)/include/rootwatch_loop.skel.h $(B)/include/rootwatch_plain.skel.h
skels_alike := $(B)/stamp/skels-alike
# The headers by name too: behind a stamp make would not miss one that somebody took away.
skels = $(skels_alike) $(skel) $(older_skels)
binary := $(B)/rootwatch
unit_bin := $(unit_src:%.c=$(B)/%)
fuzz_bin := $(fuzz_src:%.c=$(B)/%)
trigger_bin := $(trigger_src:tests/e2e/trigger/%.c=$(B)/tests/trigger/%)
bench_bin := $(if $(bench_src),$(B)/bench/bench)
guest_bin := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/guest/*.c))
bench_obj := $(bench_bpf:tests/bench/%.bpf.c=$(B)/bench/%.bpf.o)
# MODULES='user/base/*.c ...' links tests with these only, while others are being written.
modules := $(filter-out user/main.c,$(if $(MODULES),$(wildcard $(MODULES)),$(user_src)))

.PHONY: build bpf test test-kernels unit fuzz e2e bench bench-vm lint format deps demo install uninstall clean help FORCE

build: $(binary) ## build build/rootwatch (default); V=1 shows commands, STATIC=1 one static file

# ---- stamps: rewritten only when their content changes ---------------------------------------

# write_if_changed: stdin to $@, whose time moves only when it differs.
write_if_changed = cat > $@.tmp && if cmp -s $@.tmp $@; then rm -f $@.tmp; else mv $@.tmp $@; fi

# Which tools with which flags: everything compiled depends on it, so nothing stale survives.
bpf_tools := $(B)/stamp/bpf-tools
user_tools := $(B)/stamp/user-tools
$(bpf_tools): flags = $(CLANG) $(bpf_flags) $(BPF_LINES)
$(user_tools): flags = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(user_flags) $(asan_flags) $(link_flags)
$(bpf_tools) $(user_tools): FORCE
	@mkdir -p $(@D)
	@versions=$$(CC='$(CC)' CLANG='$(CLANG)' BPFTOOL='$(BPFTOOL)' PKG_CONFIG='$(PKG_CONFIG)' \
		.ci/tools $(patsubst %-tools,%,$(@F))) && \
		printf '%s\n' "$$versions" '$(flags)' | { $(write_if_changed); }

# Which files there are: one that goes away must leave the program too.
files := $(B)/stamp/files
$(files): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(user_src)' '$(modules)' '$(unit_help)' '$(bench_src)' | { $(write_if_changed); }

# The version with the commit, known to one or two objects only: a commit does not rebuild the rest.
version := $(B)/stamp/version
$(version): FORCE
	@mkdir -p $(@D)
	@commit=$$(git -C . describe --always --dirty --match 'v[0-9]*' --abbrev=9 2>/dev/null | \
		sed 's/^v[0-9.]*-[0-9]*-//; s/^v[0-9.]*//; s/^g//'); \
	printf '%s\n' "$(VERSION)$${commit:++$$commit}" | $(write_if_changed)

versioned := $(foreach v,obj asan fuzz lint/analyzer,$(B)/$(v)/user/main.o $(B)/$(v)/user/version.o)
$(versioned): $(version)
$(versioned): extra = -DROOTWATCH_VERSION='"$(shell cat $(version))"'

# The default rules lie inside the program; the compiler does not tell make so.
$(foreach v,obj asan fuzz lint/analyzer,$(B)/$(v)/user/rules/shipped.o): user/rules/rootwatch.yaml

# ---- kernel side -----------------------------------------------------------------------------

# All hook files are compiled as one unit: libbpf 1.1's static linker cannot merge two objects
# that both call a kfunc ("failed to resolve size of underlying type").
$(B)/bpf/unit.bpf.c: FORCE
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $(notdir $(bpf_src)) | { $(write_if_changed); }

# libbpf keeps the source lines of each program that it loads, 1 MiB of them where many are: the
# length of that part of .BTF.ext (struct btf_ext_header, byte 20) is made 0. BPF_LINES=1 leaves
# them, for the verifier's messages (ROOTWATCH_LIBBPF=1).
drop_lines = $(if $(BPF_LINES),true,at=$$(LC_ALL=C readelf -SW $(1) | \
	sed -n 's/.* \.BTF\.ext *PROGBITS *[0-9a-f]* \([0-9a-f]*\) .*/\1/p') && [ -n "$$at" ] && \
	printf '\0\0\0\0' | dd of=$(1) bs=1 seek=$$((0x$$at + 20)) conv=notrunc status=none)

# Once for each COMPAT_KERNEL (see bpf/read.bpf.h). bpftool leaves the debugging information out.
$(B)/bpf/rootwatch_loop.bpf.o: variant := -DCOMPAT_KERNEL=517
$(B)/bpf/rootwatch_plain.bpf.o: variant := -DCOMPAT_KERNEL=510
$(patsubst $(B)/include/%.skel.h,$(B)/bpf/%.bpf.o,$(skel) $(older_skels)): $(B)/bpf/unit.bpf.c $(bpf_tools)
	$(if $(bpf_src),,$(error no bpf/*.bpf.c here))
	$(call say,BPF,'bpf/*.bpf.c $(variant)')
	$(Q)$(CLANG) $(bpf_flags) $(variant) $(bpf_cflags) -MD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.whole
	$(Q)$(BPFTOOL) gen object $@.all $@.whole && $(call drop_lines,$@.all) && mv $@.all $@ && \
		rm $@.whole

# To a side file first: a bpftool that fails must not leave half a header behind.
gen_skel = { echo '/* NOLINTBEGIN: generated */' && $(BPFTOOL) gen skeleton $< name $(1) && \
	echo '/* NOLINTEND */'; } > $@.tmp && mv $@.tmp $@

$(B)/include/%.skel.h: $(B)/bpf/%.bpf.o
	@mkdir -p $(@D)
	$(call say,SKEL,$@)
	$(Q)$(call gen_skel,rootwatch_bpf)

# The same maps, programs and variables in all, or the one's header would not fit the others.
skel_head = sed '/__elf_bytes(size_t \*sz)$$/,$$d' $(1) | grep -v 'unexpected size'
$(skels_alike): $(skel) $(older_skels)
	@mkdir -p $(@D)
	$(Q)for older in $(older_skels); do \
		[ "$$($(call skel_head,$(skel)))" = "$$($(call skel_head,$$older))" ] || \
		{ echo 'rootwatch: the BPF objects differ in more than their code' >&2; exit 1; }; done
	$(Q)touch $@

bpf: $(skels) ## build only the kernel side (ARCH=arm64 for the other architecture)

# ---- user side -------------------------------------------------------------------------------

$(B)/obj/%.o: %.c $(user_tools) | $(skels)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(user_flags) $(lib_cflags) $(CFLAGS) $(extra) -MD -MP -c $< -o $@

ifeq ($(STATIC),1)
# libelf.a of elfutils 0.192 (Debian 13) calls a library that is not packaged.
static_hint = || { echo 'rootwatch: STATIC=1 needs complete static libraries. Those of libelf' \
	'$(shell $(PKG_CONFIG) --modversion libelf) may not be: build it on Debian 12.' >&2; exit 1; }
endif

$(binary): $(user_src:%.c=$(B)/obj/%.o) $(files)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(link_flags) $(LDFLAGS) $(filter %.o,$^) $(libs) -o $@ $(static_hint)
ifeq ($(STATIC),1)
	@if readelf -lW $@ | grep -q INTERP || readelf -dW $@ | grep -q NEEDED; then \
		echo 'rootwatch: $@ is not static' >&2; rm -f $@; exit 1; fi
	$(call say,STATIC,'$@ needs no library of the host')
endif

# ---- test programs ---------------------------------------------------------------------------

$(B)/asan/%.o: %.c $(user_tools) | $(skels)
	@mkdir -p $(@D)
	$(call say,CC-SAN,$<)
	$(Q)$(CC) $(CPPFLAGS) $(asan_flags) $(lib_cflags) $(extra) -MD -MP -c $< -o $@

$(B)/fuzz/%.o: %.c $(user_tools) | $(skels)
	@mkdir -p $(@D)
	$(call say,CC-FUZZ,$<)
	$(Q)$(CLANG) $(CPPFLAGS) $(fuzz_flags) -fsanitize=fuzzer-no-link $(lib_cflags) $(extra) -MD -MP -c $< -o $@

# All modules but main.c. An archive, so that a test may bring its own version of a function; the
# same for the helpers, of which each test takes what it uses.
$(B)/asan/modules.a $(B)/asan/helpers.a $(B)/fuzz/modules.a:
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(B)/asan/modules.a: $(modules:%.c=$(B)/asan/%.o) $(files)
$(B)/asan/helpers.a: $(unit_help:%.c=$(B)/asan/%.o) $(files)
$(B)/fuzz/modules.a: $(modules:%.c=$(B)/fuzz/%.o) $(files)

# A test may ask for linker flags of its own with a line "LINK: -Wl,--wrap=openat" in a comment.
link_line = $$(sed -n 's,^[ /*]*LINK: *\([^*]*\).*,\1,p' $(1))

$(unit_bin): $(B)/%: $(B)/asan/%.o $(B)/asan/helpers.a $(B)/asan/modules.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(sanitize) $^ $(call link_line,$*.c) $(cmocka) $(libs) -o $@

$(fuzz_bin): $(B)/%: $(B)/fuzz/%.o $(B)/fuzz/modules.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(sanitize) -fsanitize=fuzzer $^ $(libs) -o $@

trigger_flags = -std=gnu11 $(warnings) -D_GNU_SOURCE -Itests -O1 -g -static -MD -MP -MF $@.d

$(B)/tests/trigger/%: tests/e2e/trigger/%.c $(user_tools)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(trigger_flags) $< -lpthread -o $@

# 32-bit callers: without a 32-bit toolchain there is no program, and the test says so.
$(B)/tests/trigger/%_32: tests/e2e/trigger/%_32.c $(user_tools)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)if echo 'int main(void){return 0;}' | $(CC32) -static -xc - -o $@ 2>/dev/null; then \
		$(CC32) $(trigger_flags) $< -lpthread -o $@; \
	else rm -f $@; echo "  (no 32-bit toolchain: $@ is left out)"; fi

# tests/bench: X.bpf.c gives X.bpf.o and X.skel.h (name X_bpf).
bench_skel := $(bench_obj:.bpf.o=.skel.h)

$(B)/bench/%.bpf.o: tests/bench/%.bpf.c $(bpf_tools)
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(bpf_flags) $(bpf_cflags) -MD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@

$(B)/bench/%.skel.h: $(B)/bench/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(call gen_skel,$*_bpf)

$(B)/bench/obj/%.o: tests/bench/%.c $(user_tools) | $(bench_skel) $(skels)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(user_flags) -Itests/bench -isystem $(B)/bench $(lib_cflags) $(CFLAGS) \
		-MD -MP -c $< -o $@

# One part of the bench times the engine itself.
bench_modules := $(filter $(addprefix user/,base/% event/% container/% process/% rules/%),$(user_src))

$(bench_bin): $(bench_src:tests/bench/%.c=$(B)/bench/obj/%.o) $(bench_modules:%.c=$(B)/obj/%.o) $(files)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(link_flags) $(LDFLAGS) $(filter %.o,$^) $(libs) -lm -o $@

$(guest_bin): $(B)/bench/guest/%: tests/bench/guest/%.c $(user_tools)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=gnu11 $(warnings) -D_GNU_SOURCE -Itests/bench -O2 -g -static -MD -MP -MF $@.d $< -o $@

.PHONY: unit-programs fuzz-programs e2e-programs bench-programs list-unit list-fuzz
unit-programs: $(unit_bin)
fuzz-programs: $(fuzz_bin)
e2e-programs: $(binary) $(trigger_bin)
list-unit: # for tests/run
	@printf '%s\n' $(unit_bin)
list-fuzz:
	@printf '%s\n' $(fuzz_bin)
bench-programs: $(binary) $(bench_bin) $(guest_bin) $(trigger_bin)

# ---- tests -----------------------------------------------------------------------------------

FUZZ_SECONDS ?= 30
export FUZZ_SECONDS

test: deps ## install what is missing, build, run every test (root); ends with the count
	@+tests/run all

# `make -j build unit`: the driver's make and this one must not be at it at once.
unit fuzz e2e lint: | $(filter build,$(MAKECMDGOALS))

unit: ## unit tests under ASan and UBSan (no root); ONLY=word picks some
	@+tests/run unit $(ONLY)

fuzz: ## fuzz each tests/fuzz program for FUZZ_SECONDS=30 (no root)
	@+tests/run fuzz $(ONLY)

e2e: ## end-to-end tests with real containers (root); ONLY=word picks some
	@+tests/run e2e $(ONLY)

lint: ## format, shellcheck, clang-tidy, cppcheck, gcc -fanalyzer, structure
	@+tests/run lint $(ONLY)

# Not a part of `make test`: it fetches kernels, and an emulated machine is slow.
vm_verifier := $(B)/vm/verifier
vm_modules := base/arena source/kernel_types source/loop source/object source/plain
$(vm_verifier): tests/vm/verifier.c $(vm_modules:%=$(B)/obj/user/%.o) $(user_tools) | $(skels)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(user_flags) $(lib_cflags) $(CFLAGS) $(link_flags) -MD -MP -MF $@.d $(filter %.c %.o,$^) \
		$(libs) -o $@

.PHONY: vm-programs
vm-programs: $(binary) $(trigger_bin) $(vm_verifier)

# For each architecture that the chosen kernels are of; without its libraries its rows are skipped.
test-kernels: ## the tests on Debian's kernels, in QEMU (no root once deps are there); ONLY='6.1 open'
	@.ci/deps build test vm $(if $(filter-out $(HOST_ARCH),$(shell tests/vm/run --builds $(ONLY))),cross)
	@+for arch in $$(tests/vm/run --builds $(ONLY)); do \
		if [ "$$arch" = $(HOST_ARCH) ]; then $(MAKE) vm-programs || exit 1; \
		elif .ci/sysroot "$$arch"; then $(MAKE) ARCH="$$arch" vm-programs || exit 1; \
		else rm -f build/"$$arch"/rootwatch; fi; done
	@tests/vm/run $(ONLY)

bench: bench-programs ## what it costs (root): a table, not a test
	@$(if $(wildcard tests/bench/run),tests/bench/run,$(bench_bin)) $(BENCH_ARGS)

bench-vm: ## the same in instructions, in QEMU, exact; against tests/vm/bench.txt; ONLY='6.1 d1'
	@.ci/deps build test vm
	@+$(MAKE) bench-programs
	@tests/vm/bench $(ONLY)

# ---- lint ------------------------------------------------------------------------------------
# One stamp a file, so that a second run looks only at what changed.

.PHONY: lint-versions lint-stack lint-structure lint-readme lint-format lint-shell lint-cppcheck lint-tidy lint-analyzer

c_files := $(sort $(foreach d,bpf user include tests,$(call deep,$(d),*.[ch])))
c_sources := $(filter %.c,$(c_files))
shell_files = $(shell grep -lE '^\#!/bin/(ba)?sh|^\#!/usr/bin/env (ba)?sh' .ci/* \
	$$(find tests user -type f) 2>/dev/null)

# The versions that the rules are written for; others may see things differently.
lint-versions: # for tests/run: "name have want", one a line
	@echo format "$$($(CLANG_FORMAT) --version | sed 's/.*version \([0-9]*\).*/\1/')" 14
	@echo tidy "$$($(CLANG_TIDY) --version | sed -n 's/.*version \([0-9]*\).*/\1/p')" 14
	@echo cppcheck "$$($(CPPCHECK) --version | sed 's/.* //')" 2.10
	@echo analyzer "$$($(CC) -dumpversion | sed 's/\..*//')" 12

lint-structure:
	@tests/lint/structure

# What an older kernel would refuse, and the machine at hand may not.
lint-stack: $(B)/bpf/rootwatch.bpf.o $(B)/bpf/rootwatch_loop.bpf.o $(B)/bpf/rootwatch_plain.bpf.o
	@tests/lint/stack $^

# Do README.md, user/doc and the manual page say what the program says?
lint-readme: $(binary)
	@tests/lint/readme $(binary)

lint-format:
	@$(CLANG_FORMAT) --dry-run -Werror $(c_files) || { echo "'make format' lays them out" >&2; exit 1; }

lint-shell:
	@$(SHELLCHECK) -x $(shell_files)

# What tidy reads a file with. The BPF side has looser rules of its own: bpf/.clang-tidy.
tidy_flags = $(common) -Itests -Itests/unit -Itests/fuzz -Itests/bench -isystem $(B)/bench
tidy_ok := $(c_sources:%=$(B)/lint/tidy/%.ok)
lint-tidy: $(tidy_ok)

$(B)/lint/tidy/%.bpf.c.ok: %.bpf.c .clang-tidy bpf/.clang-tidy $(bpf_tools)
	@mkdir -p $(@D)
	$(call say,TIDY,$<)
	$(Q)$(CLANG_TIDY) --quiet $< -- $(bpf_flags) $(bpf_cflags) 2>$@.err || { cat $@.err >&2; exit 1; }
	$(Q)$(CLANG) $(bpf_flags) $(bpf_cflags) -M -MP -MT $@ -MF $(@:.ok=.d) $< && touch $@

$(B)/lint/tidy/%.c.ok: %.c .clang-tidy tests/.clang-tidy $(user_tools) | $(skels) $(bench_skel)
	@mkdir -p $(@D)
	$(call say,TIDY,$<)
	$(Q)$(CLANG_TIDY) --quiet $< -- $(tidy_flags) $(lib_cflags) -DROOTWATCH_VERSION='""' 2>$@.err || \
		{ cat $@.err >&2; exit 1; }
	$(Q)$(CC) $(tidy_flags) $(lib_cflags) -DROOTWATCH_VERSION='""' -M -MP -MT $@ -MF $(@:.ok=.d) $< && touch $@

# The macros of uthash have so many paths that the analyzer takes minutes for a file.
analyzer_bound := --param analyzer-bb-explosion-factor=2
lint-analyzer: $(user_src:%.c=$(B)/lint/analyzer/%.o)

$(B)/lint/analyzer/%.o: %.c $(user_tools) | $(skels)
	@mkdir -p $(@D)
	$(call say,ANALYZE,$<)
	$(Q)$(CC) $(common) $(lib_cflags) $(extra) -O1 -g -fanalyzer \
		$$(grep -q uthash.h $< && echo $(analyzer_bound)) -MD -MP -c $< -o $@

# It keeps what it knows of each file in a folder of its own, and skips what did not change.
# bpf/ is left out: it cannot follow the macros of libbpf, and clang-tidy reads those files.
lint-cppcheck: | $(skels)
	@mkdir -p $(B)/lint/cppcheck
	@$(CPPCHECK) --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.supp --library=posix -j2 \
		--cppcheck-build-dir=$(B)/lint/cppcheck -D_GNU_SOURCE -D__x86_64__ -Iinclude -Iuser \
		-DROOTWATCH_VERSION='""' $(filter-out %.bpf.c,$(c_sources))

# ---- the rest --------------------------------------------------------------------------------

deps: ## install missing build and test packages (root only when one is missing); ARCH=arm64
	@.ci/deps build test $(if $(sysroot),cross)
	$(if $(sysroot),@.ci/sysroot $(ARCH))

demo: ## install build packages, build, show root and uid 1000 side by side (root)
	@[ "$$(id -u)" = 0 ] || { echo "rootwatch: the demo makes containers and loads BPF: sudo make demo" >&2; exit 1; }
	@.ci/deps build
	@+$(MAKE) build
	@$(binary) demo

install: build ## install to PREFIX=/usr/local below DESTDIR=
	install -D -m 0755 $(binary) '$(DESTDIR)$(SBINDIR)/rootwatch'
	install -d '$(DESTDIR)$(DOCDIR)/user/doc'
	install -m 0644 README.md LICENSE '$(DESTDIR)$(DOCDIR)/'
	install -m 0644 user/doc/*.md '$(DESTDIR)$(DOCDIR)/user/doc/'
	$(if $(man8),install -d '$(DESTDIR)$(MANDIR)/man8')
	$(if $(man8),install -m 0644 $(man8) '$(DESTDIR)$(MANDIR)/man8/')

man8 := $(wildcard user/dist/*.8)

uninstall: ## remove what install put there
	rm -f '$(DESTDIR)$(SBINDIR)/rootwatch' $(man8:user/dist/%='$(DESTDIR)$(MANDIR)/man8/%')
	rm -rf '$(DESTDIR)$(DOCDIR)'

format: ## lay out all C sources with clang-format
	$(Q)$(CLANG_FORMAT) -i $(c_files)

clean: ## remove build/
	$(Q)rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

FORCE:

# (Not of the Debians that lie unpacked there.)
-include $(shell find build \( -path 'build/*/root' -o -path 'build/vm/*/*' \) -prune -o -type f -name '*.d' -print 2>/dev/null)

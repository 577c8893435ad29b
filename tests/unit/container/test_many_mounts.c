// SPDX-License-Identifier: Apache-2.0
/*
 * A container that piles up mounts, so that their list takes the kernel long to write: where a path
 * led is told all the same, and by which mount as far as the list is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/helpers.h"
#include "container/host_mounts.h"
#include "container/resolver.h"

/* One upon the other: each line is as long in the making as it is high. All take some 200 ms, ten
 * times as much as the resolver spends. */
#define PILE 6000

static char top[64] = "/tmp/rootwatch-mounts-XXXXXX";
static struct event e;

static const char *path(const char *name)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s/%s", top, name);
	return text;
}

static void bind_mount(const char *name)
{
	assert_int_equal(mount(path(name), path(name), NULL, MS_BIND, NULL), 0);
}

static void rename_to(struct resolver *r, const char *name)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	e = (struct event){
		.kind = EVENT_SYSCALL,
		.task = {.pid = (uint32_t)getpid(), .mnt_ns = (uint32_t)st.st_ino},
		.sys.call = WIRE_CALL_RENAME,
	};
	e.sys.paths[1].asked = e.sys.paths[1].named = str_from(path(name));
	resolver_call(r, &e);
	assert_true(e.sys.paths[1].resolved);
	assert_true(str_is(e.sys.paths[1].path, path(name)));
}

static void pile(void **state)
{
	struct host_mounts *host;
	struct helpers *helpers;
	struct resolver *r;

	(void)state;
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		print_message("skip: no mounts of its own here\n");
		skip();
	}
	assert_non_null(mkdtemp(top));
	assert_int_equal(mount("none", top, "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(path("first"), 0755), 0);
	assert_int_equal(mkdir(path("pile"), 0755), 0);
	assert_int_equal(mkdir(path("last"), 0755), 0);
	bind_mount("first");
	assert_int_equal(helpers_new(&helpers), 0);
	assert_int_equal(host_mounts_new(&host, "/proc/self/mountinfo"), 0);
	assert_int_equal(resolver_new(&r, "/proc", host, helpers), 0);
	rename_to(r, "first/x");
	assert_true(str_is(e.sys.paths[1].hostpath, path("first/x")));
	for (int i = 0; i < PILE; i++)
		bind_mount("pile");
	bind_mount("last");
	/* What the runtime mounted comes first; and the list is not read beyond. */
	rename_to(r, "first/x");
	assert_true(str_is(e.sys.paths[1].hostpath, path("first/x")));
	/* However often it is asked for. */
	for (int i = 0; i < 3; i++) {
		rename_to(r, "last/x");
		assert_null(e.sys.paths[1].hostpath.p);
	}
	resolver_free(r);
	host_mounts_free(host);
	helpers_free(helpers);
	umount2(top, MNT_DETACH);
	rmdir(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pile),
	};

	return cmocka_run_group_tests_name("many_mounts", tests, NULL, NULL);
}

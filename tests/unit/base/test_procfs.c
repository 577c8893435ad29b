// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/procfs.h"

/* A folder with self/ns/pid that says so; NULL: without. */
static enum procfs_view view_of(const char *pid_ns)
{
	char top[] = "/tmp/procfs-XXXXXX", path[64];
	enum procfs_view view;

	assert_non_null(mkdtemp(top));
	(void)snprintf(path, sizeof(path), "%s/self", top);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/self/ns", top);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/self/ns/pid", top);
	if (pid_ns)
		assert_int_equal(symlink(pid_ns, path), 0);
	view = procfs_view(top);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/self/ns", top);
	(void)rmdir(path);
	(void)snprintf(path, sizeof(path), "%s/self", top);
	(void)rmdir(path);
	(void)rmdir(top);
	return view;
}

static void the_host_is_known_by_its_pid_namespace(void **state)
{
	(void)state;
	assert_int_equal(view_of("pid:[4026531836]"), PROCFS_HOST);
	assert_int_equal(view_of("pid:[4026532836]"), PROCFS_NESTED);
	assert_int_equal(view_of("pid:[40265318361]"), PROCFS_NESTED);
	assert_int_equal(view_of(NULL), PROCFS_NONE);
	assert_int_equal(procfs_view("/no/such/folder"), PROCFS_NONE);
}

static void a_link_is_whole_or_empty(void **state)
{
	char pid[16], small[2] = "x", want[16];

	(void)state;
	(void)snprintf(want, sizeof(want), "%d", (int)getpid());
	procfs_link(pid, sizeof(pid), "/proc", "self");
	assert_string_equal(pid, want);
	procfs_link(small, sizeof(small), "/proc", "self/ns/pid");
	assert_string_equal(small, "");
	procfs_link(pid, sizeof(pid), "/proc", "no-such-name");
	assert_string_equal(pid, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_is_known_by_its_pid_namespace),
		cmocka_unit_test(a_link_is_whole_or_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

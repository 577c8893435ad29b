// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
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

#include "container/ref.h"
#include "sandbox/cgroup.h"

static struct sandbox_cgroups find(const char *text)
{
	struct sandbox_cgroups c = {0};
	char copy[2048];
	FILE *f;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	f = fmemopen(copy, strlen(copy), "r");
	assert_non_null(f);
	assert_int_equal(sandbox_cgroups_find(&c, f), 0);
	(void)fclose(f);
	return c;
}

static void test_hierarchies(void **state)
{
	struct sandbox_cgroups c;

	(void)state;
	/* Pure v2. */
	c = find("27 1 254:0 / / rw - ext4 /dev/vda rw\n"
		 "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	assert_int_equal(c.n, 1);
	assert_string_equal(c.mount[0], "/sys/fs/cgroup");
	sandbox_cgroups_free(&c);
	/* Hybrid: without cpuset, alone or shared; an option that only contains its name stays. */
	c = find("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		 "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
		 "35 31 0:32 / /sys/fs/cgroup/both rw - cgroup cgroup rw,cpuset,cpu\n"
		 "36 31 0:33 / /sys/fs/cgroup/x rw - cgroup cgroup rw,name=cpuset2\n"
		 "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
		 "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
	assert_int_equal(c.n, 3);
	assert_string_equal(c.mount[0], "/sys/fs/cgroup/x");
	assert_string_equal(c.mount[1], "/sys/fs/cgroup/pids");
	assert_string_equal(c.mount[2], "/sys/fs/cgroup/unified");
	sandbox_cgroups_free(&c);
	c = find("27 1 254:0 / / rw - ext4 /dev/vda rw\n");
	assert_int_equal(c.n, 0);
}

static void test_id(void **state)
{
	const uint8_t random[20] = {0x9b, 1,  2,  3,  4,  5,  6,  7,  8,  9,
				    10,	  11, 12, 13, 14, 15, 16, 17, 18, 0xff};
	char id[SANDBOX_ID_LEN + 1], path[128];
	struct container_ref ref = {0};
	uint64_t start = 0;
	uint32_t pid = 0;
	size_t end;

	(void)state;
	sandbox_id_make(id, random, 4194304, 0x123456789abcull);
	assert_string_equal(id, "9b0102030405060708090a0b0c0d0e0f101112ff004000000000123456789abc");
	assert_true(sandbox_id_parse(id, &pid, &start));
	assert_int_equal(pid, 4194304);
	assert_true(start == 0x123456789abcull);
	/* The detector has to take it for a container. */
	(void)snprintf(path, sizeof(path), "/rootwatch/%s", id);
	assert_int_equal(container_ref_locate(&ref, &end, path), 1);
	assert_string_equal(ref.id, id);
	assert_int_equal(ref.type, CONTAINER_OTHER);
}

static void test_mark(void **state)
{
	char mark[SANDBOX_MARK_LEN + 1], id[SANDBOX_ID_LEN + 1];

	(void)state;
	sandbox_mark(mark);
	assert_int_equal(strlen(mark), SANDBOX_MARK_LEN);
	assert_int_equal(sandbox_id_new(id), 0);
	assert_string_equal(id + SANDBOX_ID_LEN - SANDBOX_MARK_LEN, mark);
}

static void test_not_an_id(void **state)
{
	static const char *const names[] = {
		"",
		".",
		"cgroup.procs",
		"9b0102030405060708090a0b0c0d0e0f101112ff004000000000123456789ab",
		"9b0102030405060708090a0b0c0d0e0f101112ff004000000000123456789abcd",
		"9B0102030405060708090a0b0c0d0e0f101112ff004000000000123456789abc",
		"9b0102030405060708090a0b0c0d0e0f101112ff-04000000000123456789abc",
	};
	uint64_t start = 0;
	uint32_t pid = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(sandbox_id_parse(names[i], &pid, &start));
}

/* A plain directory stands for a hierarchy: mkdir, rmdir and a file cgroup.procs are enough. */
static void test_sweep(void **state)
{
	const uint8_t random[20] = {1};
	char dir[] = "/tmp/rootwatch-unit-XXXXXX", path[256], mine[SANDBOX_ID_LEN + 1],
	     dead[SANDBOX_ID_LEN + 1], later[SANDBOX_ID_LEN + 1];
	struct sandbox_cgroups c = {.n = 1, .mount = {dir}};
	uint64_t start = 0;
	uint32_t pid = 0;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(sandbox_id_new(mine), 0);
	assert_true(sandbox_id_parse(mine, &pid, &start));
	assert_int_equal(pid, getpid());
	/* A pid that cannot be, and this process's pid as another process had it. */
	sandbox_id_make(dead, random, UINT32_MAX, start);
	sandbox_id_make(later, random, pid, start + 1);

	(void)snprintf(path, sizeof(path), "%s/rootwatch", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	for (int i = 0; i < 4; i++) {
		const char *const names[] = {mine, dead, later, "somebody-elses"};

		(void)snprintf(path, sizeof(path), "%s/rootwatch/%s", dir, names[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	sandbox_cgroups_sweep(&c);
	for (int i = 0; i < 4; i++) {
		const char *const names[] = {mine, dead, later, "somebody-elses"};
		const int left[] = {0, -1, -1, 0};

		(void)snprintf(path, sizeof(path), "%s/rootwatch/%s", dir, names[i]);
		assert_int_equal(stat(path, &st), left[i]);
	}
	(void)snprintf(path, sizeof(path), "%s/rootwatch/somebody-elses", dir);
	assert_int_equal(rmdir(path), 0);
	/* The last one takes the parent with it. */
	sandbox_cgroups_remove(&c, mine);
	assert_int_equal(rmdir(dir), 0);
}

static void test_make_nowhere(void **state)
{
	char nowhere[] = "/nonexistent/rootwatch-unit";
	const struct sandbox_cgroups c = {.n = 1, .mount = {nowhere}};
	int files[SANDBOX_HIERARCHIES_MAX];

	(void)state;
	assert_int_equal(sandbox_cgroups_make(&c, "x", files), -ENOENT);
	for (size_t i = 0; i < SANDBOX_HIERARCHIES_MAX; i++)
		assert_int_equal(files[i], -1);
	assert_int_equal(sandbox_cgroups_join(files), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hierarchies), cmocka_unit_test(test_id),
		cmocka_unit_test(test_mark),	    cmocka_unit_test(test_not_an_id),
		cmocka_unit_test(test_sweep),	    cmocka_unit_test(test_make_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

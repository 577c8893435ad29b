// SPDX-License-Identifier: Apache-2.0
/* Which container a task is given: identity, sharing, forgetting, looking again. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/runtime_tree.h"

#define A	   "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define B	   "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
#define CONFIG(id) "/var/lib/docker/containers/" id "/config.v2.json"
#define SECOND	   (1000ull * 1000 * 1000)
#define PID_NS	   4026531999u

static const char mybox_state[] = "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/mybox\"}}";

struct fixture {
	void *root;
	struct container_cache *cache;
};

static struct fixture fixture;

static int setup(void **state)
{
	*state = &fixture;
	if (tree_setup(&fixture.root) != 0)
		return -1;
	return container_cache_new(&fixture.cache, fixture.root, 4);
}

static int teardown(void **state)
{
	(void)state;
	container_cache_free(fixture.cache);
	return tree_teardown(&fixture.root);
}

static void add(uint64_t cgroup, uint32_t hier, const char *path)
{
	assert_int_equal(
		container_cache_add_cgroup(fixture.cache, cgroup, hier, path, strlen(path)), 0);
	assert_true(container_cache_knows(fixture.cache, cgroup, hier));
}

static const struct container *find(uint64_t cgroup, bool foreign, uint64_t now)
{
	return container_cache_find(fixture.cache, cgroup, 0, foreign, PID_NS, now);
}

static const struct container *must_find(uint64_t cgroup, uint64_t now)
{
	const struct container *c = find(cgroup, true, now);

	assert_non_null(c);
	return c;
}

static void host_is_no_container(void **state)
{
	(void)state;
	assert_null(find(1, false, 0));
	assert_false(container_cache_knows(fixture.cache, 1, 0));
	add(1, 0, "/system.slice/ssh.service");
	assert_null(find(1, false, 0));
	add(2, 0, "/");
	assert_null(find(2, false, 0));
}

/* A name is enough: a container may share the host's pid namespace. */
static void path_counts_without_foreign_namespaces(void **state)
{
	const struct container *c;

	(void)state;
	add(1, 0, "/docker/" A);
	c = find(1, false, 0);
	assert_non_null(c);
	assert_string_equal(c->ref.id, A);
	assert_string_equal(c->short_id, "ca978112ca1b");
	assert_string_equal(c->name, "");
	assert_string_equal(c->cgroup_path, "/docker/" A);
}

static void hierarchy_is_part_of_the_key(void **state)
{
	(void)state;
	add(1, 3, "/docker/" A);
	assert_false(container_cache_knows(fixture.cache, 1, 0));
	assert_null(find(1, false, 0));
	assert_non_null(container_cache_find(fixture.cache, 1, 3, false, PID_NS, 0));
}

static void foreign_without_a_name_is_unknown_not_host(void **state)
{
	const struct container *c, *other;
	uint64_t generation;

	(void)state;
	c = must_find(1, 0); /* its cgroup was never named to us */
	assert_int_equal(c->ref.type, CONTAINER_UNKNOWN);
	assert_string_equal(c->ref.id, "");
	assert_string_equal(c->short_id, "unknown");
	assert_string_equal(c->cgroup_path, "");
	generation = c->generation;
	add(1, 0, "/user.slice/box");
	c = must_find(1, 0);
	assert_int_equal(c->ref.type, CONTAINER_UNKNOWN);
	assert_string_equal(c->cgroup_path, "/user.slice/box");
	assert_int_not_equal(c->generation, generation);
	generation = c->generation;
	assert_int_equal(must_find(1, SECOND)->generation, generation);
	other = container_cache_find(fixture.cache, 1, 0, true, PID_NS + 1, 0);
	assert_non_null(other);
	assert_int_not_equal(other->generation, generation);
}

static void inner_cgroups_share_the_container(void **state)
{
	const struct container *c;
	uint64_t generation;

	(void)state;
	add(1, 0, "/docker/" A "/init.scope");
	add(2, 0, "/docker/" A);
	add(3, 0, "/docker/" A "/docker/" B);
	c = must_find(1, 0);
	assert_string_equal(c->ref.id, A);
	assert_string_equal(c->cgroup_path, "/docker/" A);
	generation = c->generation;
	assert_int_equal(must_find(2, 0)->generation, generation);
	assert_string_equal(must_find(3, 0)->ref.id, B);
	assert_int_equal(must_find(1, 0)->generation, generation);
}

static void path_need_not_end_with_nul(void **state)
{
	static const char bytes[] = {'/', 'l', 'x', 'c', '/', 'c', '1', 'Z', 'Z'};

	(void)state;
	assert_int_equal(container_cache_add_cgroup(fixture.cache, 1, 0, bytes, 7), 0);
	assert_string_equal(must_find(1, 0)->ref.id, "c1");
	assert_int_equal(container_cache_add_cgroup(fixture.cache, 2, 0, "/lxc/c2\0/lxc/c3", 15),
			 0);
	assert_string_equal(must_find(2, 0)->ref.id, "c2");
}

/* Deep below its container a path is longer than anything; its end says which one. */
static void long_path_keeps_its_end(void **state)
{
	static char path[3 * PATH_MAX];
	const struct container *c;
	size_t n = 0;

	(void)state;
	while (n < 2 * PATH_MAX)
		n += (size_t)snprintf(path + n, sizeof(path) - n, "/docker/" B);
	n += (size_t)snprintf(path + n, sizeof(path) - n, "/docker/" A);
	assert_int_equal(container_cache_add_cgroup(fixture.cache, 1, 0, path, n), 0);
	c = must_find(1, 0);
	assert_string_equal(c->ref.id, A);
	assert_true(strlen(c->cgroup_path) < sizeof(c->cgroup_path));
	memset(path, 'x', sizeof(path));
	assert_int_equal(container_cache_add_cgroup(fixture.cache, 2, 0, path, sizeof(path)),
			 -ENAMETOOLONG);
	assert_false(container_cache_knows(fixture.cache, 2, 0));
}

static void name_that_comes_later_is_found(void **state)
{
	const struct container *c;
	uint64_t generation, now = 0;

	(void)state;
	add(1, 0, "/docker/" A);
	c = must_find(1, now);
	assert_string_equal(c->name, "");
	generation = c->generation;
	assert_int_equal(must_find(1, now)->generation, generation);
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/lat"); /* half written */
	assert_string_equal(must_find(1, now)->name, "");
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/late\",\"Config\":{\"Image\":\"box\"}}");
	for (int i = 0; i < 100; i++) {
		c = must_find(1, now += SECOND / 10);
		if (c->name[0])
			break;
	}
	assert_string_equal(c->name, "late");
	assert_string_equal(c->image_tag, "latest");
	assert_int_not_equal(c->generation, generation);
	generation = c->generation;
	/* And is not read again. */
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/other\"}");
	assert_string_equal(must_find(1, now + 100 * SECOND)->name, "late");
	assert_int_equal(must_find(1, now + 100 * SECOND)->generation, generation);
}

static void looking_again_comes_to_an_end(void **state)
{
	(void)state;
	add(1, 0, "/docker/" A);
	for (uint64_t now = 0; now < 100 * SECOND; now += SECOND)
		must_find(1, now);
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/too-late\"}");
	assert_string_equal(must_find(1, 1000 * SECOND)->name, "");
}

static void looking_again_is_not_for_each_event(void **state)
{
	(void)state;
	add(1, 0, "/docker/" A);
	for (int i = 0; i < 1000; i++)
		must_find(1, SECOND);
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/web\"}");
	assert_string_equal(must_find(1, SECOND)->name, "");
	assert_string_equal(must_find(1, 3 * SECOND)->name, "web");
}

static void restarted_container_is_read_again(void **state)
{
	(void)state;
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/old\",\"Config\":{\"Image\":\"box:1\"}}");
	add(1, 0, "/docker/" A);
	add(2, 0, "/docker/" A "/inner");
	assert_string_equal(must_find(1, 0)->name, "old");
	assert_string_equal(must_find(2, 0)->name, "old");
	tree_text(fixture.root, CONFIG(A), "{\"Name\":\"/new\"}");
	add(3, 0, "/docker/" A "/inner2");
	assert_string_equal(must_find(3, SECOND)->name, "old");
	add(4, 0, "/docker/" A); /* a new cgroup in the place of the old one */
	assert_string_equal(must_find(4, SECOND)->name, "new");
	assert_string_equal(must_find(4, SECOND)->image, "");
}

static void cgroup_id_used_again_follows_the_new_path(void **state)
{
	(void)state;
	add(1, 0, "/docker/" A);
	assert_string_equal(must_find(1, 0)->ref.id, A);
	add(1, 0, "/docker/" B);
	assert_string_equal(must_find(1, 0)->ref.id, B);
	add(1, 0, "/system.slice/ssh.service");
	assert_null(find(1, false, 0));
}

static void state_file_that_comes_later_is_found(void **state)
{
	const struct container *c;

	(void)state;
	add(1, 0, "/mybox");
	assert_null(find(1, false, 0));
	assert_int_equal(must_find(1, 0)->ref.type, CONTAINER_UNKNOWN);
	tree_text(fixture.root, "/run/runc/mybox/state.json", mybox_state);
	c = must_find(1, 0);
	assert_int_equal(c->ref.type, CONTAINER_RUNC);
	assert_string_equal(c->name, "mybox");
	/* Now the cgroup is known for what it is, whatever namespaces its tasks are in. */
	assert_non_null(find(1, false, 0));
}

/* A state file names no container for tasks that are in the host's namespaces: runc's own. */
static void state_file_counts_for_foreign_namespaces(void **state)
{
	(void)state;
	tree_text(fixture.root, "/run/runc/mybox/state.json", mybox_state);
	add(1, 0, "/mybox");
	assert_null(find(1, false, 0));
	assert_int_equal(must_find(1, 0)->ref.type, CONTAINER_RUNC);
}

static void looking_for_state_files_comes_to_an_end(void **state)
{
	(void)state;
	add(1, 0, "/mybox");
	for (uint64_t now = 0; now < 100 * SECOND; now += SECOND)
		must_find(1, now);
	tree_text(fixture.root, "/run/runc/mybox/state.json", mybox_state);
	assert_int_equal(must_find(1, 1000 * SECOND)->ref.type, CONTAINER_UNKNOWN);
}

/* The least recently used container goes; the path of its cgroup is enough to find it again. */
static void more_containers_than_there_is_room_for(void **state)
{
	uint64_t generation[6];
	char path[64];

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		snprintf(path, sizeof(path), "/lxc/c%u", i);
		add(i + 1, 0, path);
	}
	for (unsigned int i = 0; i < 4; i++)
		generation[i] = must_find(i + 1, 0)->generation;
	assert_int_equal(must_find(1, 0)->generation, generation[0]);
	must_find(5, 0); /* room for 4: the second goes */
	assert_int_equal(must_find(1, 0)->generation, generation[0]);
	assert_int_not_equal(must_find(2, 0)->generation, generation[1]);
	assert_string_equal(must_find(2, 0)->name, "c1");
	for (int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 6; i++) {
			snprintf(path, sizeof(path), "c%u", i);
			assert_string_equal(must_find(i + 1, 0)->ref.id, path);
		}
	}
}

static void cgroups_are_bounded_too(void **state)
{
	char path[64];

	(void)state;
	add(1, 0, "/lxc/busy");
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/lxc/c%u/x", i);
		add(i + 2, 0, path);
		assert_string_equal(must_find(1, 0)->ref.id, "busy");
	}
	assert_true(container_cache_knows(fixture.cache, 1, 0));
	assert_true(container_cache_knows(fixture.cache, 1001, 0));
	assert_false(container_cache_knows(fixture.cache, 2, 0));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_is_no_container),
		TEST(path_counts_without_foreign_namespaces),
		TEST(hierarchy_is_part_of_the_key),
		TEST(foreign_without_a_name_is_unknown_not_host),
		TEST(inner_cgroups_share_the_container),
		TEST(path_need_not_end_with_nul),
		TEST(long_path_keeps_its_end),
		TEST(name_that_comes_later_is_found),
		TEST(looking_again_comes_to_an_end),
		TEST(looking_again_is_not_for_each_event),
		TEST(restarted_container_is_read_again),
		TEST(cgroup_id_used_again_follows_the_new_path),
		TEST(state_file_that_comes_later_is_found),
		TEST(state_file_counts_for_foreign_namespaces),
		TEST(looking_for_state_files_comes_to_an_end),
		TEST(more_containers_than_there_is_room_for),
		TEST(cgroups_are_bounded_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

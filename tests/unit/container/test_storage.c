// SPDX-License-Identifier: Apache-2.0
/* Where podman's files may lie: what storage.conf says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/runtime_tree.h"

#define A     "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define ETC   "/etc/containers/storage.conf"
#define SHARE "/usr/share/containers/storage.conf"

/* A container of that name in the storage at dir. */
static void put(void **state, const char *dir, const char *name)
{
	char path[512], text[512];

	snprintf(path, sizeof(path), "%s/overlay-containers/" A "/userdata/config.json", dir);
	tree_text(*state, path, "{\"annotations\":{\"io.container.manager\":\"libpod\"}}");
	snprintf(path, sizeof(path), "%s/overlay-containers/containers.json", dir);
	snprintf(text, sizeof(text),
		 "[{\"id\":\"" A
		 "\",\"names\":[\"%s\"],\"metadata\":\"{\\\"image-name\\\":\\\"a/b:1\\\"}\"}]",
		 name);
	tree_text(*state, path, text);
}

static const char *name_of(void **state)
{
	static struct container c;

	tree_find(&c, *state, "/libpod_parent/libpod-" A);
	assert_int_equal(c.ref.type, CONTAINER_PODMAN);
	assert_string_equal(c.image, c.name[0] ? "a/b" : "");
	return c.name;
}

static void graph_root_of_the_administrator(void **state)
{
	put(state, "/mnt/big", "web");
	assert_string_equal(name_of(state), "");
	tree_text(*state, ETC,
		  "[storage]\ndriver = \"overlay\"\nrunroot = \"/run/containers/storage\"\n"
		  "# graphroot = \"/mnt/none\"\n\tgraphroot=  \"/mnt/big\" # the large disk\n");
	assert_string_equal(name_of(state), "web");
}

static void run_root_and_the_last_line(void **state)
{
	put(state, "/mnt/ram", "once");
	tree_text(*state, ETC, "graphroot = '/mnt/none'\nrunroot = '/mnt/ram'");
	assert_string_equal(name_of(state), "once");
}

static void distribution_has_one_too(void **state)
{
	put(state, "/mnt/theirs", "theirs");
	put(state, "/mnt/ours", "ours");
	tree_text(*state, SHARE, "graphroot = \"/mnt/theirs\"\n");
	assert_string_equal(name_of(state), "theirs");
	tree_text(*state, ETC, "graphroot = \"/mnt/ours\"\n");
	assert_string_equal(name_of(state), "ours");
}

static void usual_directory_comes_first(void **state)
{
	put(state, "/var/lib/containers/storage", "usual");
	put(state, "/mnt/big", "web");
	tree_text(*state, ETC, "graphroot = \"/mnt/big\"\n");
	assert_string_equal(name_of(state), "usual");
}

static void what_is_no_path_is_ignored(void **state)
{
	static const char *const texts[] = {
		"",
		"graphroot",
		"graphroot =",
		"graphroot = ",
		"graphroot = \"",
		"graphroot = \"/mnt/big",
		"graphroot = \"/mnt/big\n\"",
		"graphroot = /mnt/big",
		"graphroot = \"mnt/big\"",
		"graphroots = \"/mnt/big\"",
		"x graphroot = \"/mnt/big\"",
		"graphroot \"/mnt/big\"",
	};
	char *large;

	put(state, "/mnt/big", "web");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tree_text(*state, ETC, texts[i]);
		assert_string_equal(name_of(state), "");
	}
	tree_text(*state, ETC, "graphroot = \"/mnt/big\"");
	assert_string_equal(name_of(state), "web");

	/* Neither a path that is too long nor a file that is too large. */
	large = malloc(100000);
	assert_non_null(large);
	memset(large, 'a', 100000);
	memcpy(large, "graphroot = \"/", 14);
	large[10000] = '"';
	tree_file(*state, ETC, large, 20000);
	assert_string_equal(name_of(state), "");
	memcpy(large, "graphroot = \"/mnt/big\"\n", 23);
	tree_file(*state, ETC, large, 20000);
	assert_string_equal(name_of(state), "web");
	tree_file(*state, ETC, large, 100000);
	assert_string_equal(name_of(state), "");
	free(large);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(graph_root_of_the_administrator), TEST(run_root_and_the_last_line),
		TEST(distribution_has_one_too),	       TEST(usual_directory_comes_first),
		TEST(what_is_no_path_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

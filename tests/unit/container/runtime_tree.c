// SPDX-License-Identifier: Apache-2.0
#include "container/runtime_tree.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATH_SIZE 4096

const char *tree_data_dir(void)
{
	const char *dir = getenv("ROOTWATCH_TEST_DATA");

	return dir && *dir ? dir : "tests/data";
}

int tree_setup(void **state)
{
	char name[] = "/tmp/rootwatch-unit-XXXXXX";

	if (!mkdtemp(name))
		return -1;
	*state = strdup(name);
	return *state ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int tree_teardown(void **state)
{
	int err = nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return err;
}

void tree_path(char *out, size_t size, const char *root, const char *path)
{
	int n = snprintf(out, size, "%s%s", root, path);

	assert_true(n > 0 && (size_t)n < size);
	for (char *at = out + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(out, 0755); /* mostly there already */
		*at = '/';
	}
}

void tree_file(const char *root, const char *path, const void *data, size_t size)
{
	char full[PATH_SIZE];
	FILE *f;

	tree_path(full, sizeof(full), root, path);
	f = fopen(full, "we");
	if (!f) {
		fail_msg("%s: cannot be made", full);
		return;
	}
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

void tree_text(const char *root, const char *path, const char *text)
{
	tree_file(root, path, text, strlen(text));
}

void tree_link(const char *root, const char *path, const char *target)
{
	char full[PATH_SIZE];

	tree_path(full, sizeof(full), root, path);
	assert_int_equal(symlink(target, full), 0);
}

void tree_find(struct container *c, const char *root, const char *cgroup_path)
{
	struct container_cache *cache = NULL;
	const struct container *found;

	assert_int_equal(container_cache_new(&cache, root, 4), 0);
	assert_int_equal(container_cache_add_cgroup(cache, 1, 0, cgroup_path, strlen(cgroup_path)),
			 0);
	found = container_cache_find(cache, 1, 0, true, 77, 1);
	assert_non_null(found);
	if (found)
		*c = *found;
	container_cache_free(cache);
}

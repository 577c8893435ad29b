// SPDX-License-Identifier: Apache-2.0
/* The container-id grammar, from the table in tests/data/cgroup-paths.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container/container.h"
#include "container/ref.h"
#include "container/runtime_tree.h"

/* Fewer lines than that: the table was not read to its end. */
#define ROWS_MIN  200
#define WRONG_MIN 90

struct row {
	char *path, *type, *id, *pod_uid;
};

/* Calls each for every row of the table; gives how many there were. */
static int each_row(void (*each)(const struct row *row))
{
	char name[512];
	char *line = NULL;
	size_t size = 0;
	int rows = 0;
	FILE *f;

	snprintf(name, sizeof(name), "%s/cgroup-paths.txt", tree_data_dir());
	f = fopen(name, "re");
	if (!f)
		fail_msg("%s: cannot be opened", name);
	while (f && getline(&line, &size, f) > 0) {
		struct row r = {.path = line};
		char *save = NULL;

		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		r.path = strtok_r(line, "\t", &save);
		r.type = strtok_r(NULL, "\t", &save);
		r.id = strtok_r(NULL, "\t", &save);
		r.pod_uid = strtok_r(NULL, "\t", &save);
		if (!r.pod_uid || strtok_r(NULL, "\t", &save))
			fail_msg("%s: not four fields: %s", name, line);
		each(&r);
		rows++;
	}
	free(line);
	if (f)
		fclose(f);
	return rows;
}

static int wrong_rows;

static void check_row(const struct row *row)
{
	struct container_ref ref, before;
	size_t end;
	int got;

	memset(&ref, 0x5a, sizeof(ref));
	before = ref;
	got = container_ref_locate(&ref, &end, row->path);
	if (strcmp(row->type, "-") == 0) {
		wrong_rows++;
		if (got != 0)
			fail_msg("%s: is no container, but gave %s %s", row->path,
				 container_type_name(ref.type), ref.id);
		assert_memory_equal(&ref, &before, sizeof(ref));
		return;
	}
	if (got != 1)
		fail_msg("%s: not recognised", row->path);
	if (strcmp(container_type_name(ref.type), row->type) != 0)
		fail_msg("%s: type %s, not %s", row->path, container_type_name(ref.type),
			 row->type);
	if (strcmp(ref.id, row->id) != 0)
		fail_msg("%s: id %s, not %s", row->path, ref.id, row->id);
	if (strcmp(ref.pod_uid, strcmp(row->pod_uid, "-") ? row->pod_uid : "") != 0)
		fail_msg("%s: pod %s, not %s", row->path, ref.pod_uid, row->pod_uid);
}

static void table_holds(void **state)
{
	int rows;

	(void)state;
	wrong_rows = 0;
	rows = each_row(check_row);
	assert_true(rows >= ROWS_MIN);
	assert_true(wrong_rows >= WRONG_MIN);
}

static void check_sane(const char *path)
{
	struct container_ref ref;
	size_t end = 0;

	if (!container_ref_locate(&ref, &end, path))
		return;
	assert_true(end > 0 && end <= strlen(path));
	assert_true(path[end] == '/' || path[end] == '\0');
	assert_true(container_ref_valid_id(str_from(ref.id)));
	assert_true(ref.type > CONTAINER_UNKNOWN && ref.type < CONTAINER_TYPE_END);
}

/* Every prefix of the path, and the path with each byte replaced by some that separate. */
static void damage_row(const struct row *row)
{
	static const char bytes[] = "/:-.\\x@\x1b\xff"
				    "0";
	size_t len = strlen(row->path);
	char *path = strdup(row->path);

	assert_non_null(path);
	for (size_t i = len; path && i-- > 0;) {
		for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
			path[i] = bytes[b];
			check_sane(path);
		}
		path[i] = row->path[i];
	}
	for (size_t i = len; path && i-- > 0;) {
		path[i] = '\0';
		check_sane(path);
	}
	free(path);
}

static void damaged_paths_give_sane_ids(void **state)
{
	(void)state;
	assert_true(each_row(damage_row) >= ROWS_MIN);
}

static void end_is_the_containers_own_cgroup(void **state)
{
	static const char own[] = "/machine.slice/machine-debian.scope";
	struct container_ref ref;
	char path[128];
	size_t end = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/payload/init.scope", own);
	assert_int_equal(container_ref_locate(&ref, &end, path), 1);
	assert_int_equal(end, sizeof(own) - 1);
	end = 7;
	assert_int_equal(container_ref_locate(&ref, &end, "/system.slice/cron.service"), 0);
	assert_int_equal(end, 7);
}

static void empty_path_is_nothing(void **state)
{
	struct container_ref ref;
	size_t end;

	(void)state;
	assert_int_equal(container_ref_locate(&ref, &end, ""), 0);
	assert_int_equal(container_ref_locate(&ref, &end, "////"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_holds),
		cmocka_unit_test(damaged_paths_give_sane_ids),
		cmocka_unit_test(end_is_the_containers_own_cgroup),
		cmocka_unit_test(empty_path_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

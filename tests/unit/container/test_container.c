// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "container/container.h"

static void every_type_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < CONTAINER_TYPE_END; i++) {
		const char *name = container_type_name((enum container_type)i);

		assert_non_null(name);
		assert_true(name[0] != '\0');
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, container_type_name((enum container_type)j));
	}
	assert_string_equal(container_type_name(CONTAINER_DOCKER), "docker");
	assert_string_equal(container_type_name(CONTAINER_CRIO), "cri-o");
	assert_string_equal(container_type_name(CONTAINER_TYPE_END), "unknown");
}

static void selection_by_name_and_id(void **state)
{
	static const struct container c = {
		.ref = {.type = CONTAINER_DOCKER, .id = "83d20350a81b979988da333b"},
		.name = "web",
	};
	static const struct container unknown = {.short_id = "unknown"};
	static const struct container few = {.ref = {.type = CONTAINER_LXC, .id = "c1"},
					     .name = "c1"};

	(void)state;
	assert_true(container_matches(&c, "web"));
	assert_true(container_matches(&c, "83d20350a81b979988da333b"));
	assert_true(container_matches(&c, "83d203"));
	assert_true(container_matches(&c, "83d20350a81b"));
	assert_false(container_matches(&c, "83d20"));
	assert_false(container_matches(&c, "83d204"));
	assert_false(container_matches(&c, "83d20350a81b979988da333b0"));
	assert_false(container_matches(&c, "we"));
	assert_false(container_matches(&c, "webs"));
	assert_false(container_matches(&c, ""));
	assert_false(container_matches(&unknown, ""));
	assert_false(container_matches(&unknown, "83d203"));
	assert_true(container_matches(&few, "c1"));
	assert_true(container_matches(&unknown, "unknown"));
	assert_false(container_matches(&c, "unknown"));
}

static void a_few_digits_are_no_beginning_of_an_id(void **state)
{
	(void)state;
	assert_true(container_prefix_short("a"));
	assert_true(container_prefix_short("83d20"));
	assert_false(container_prefix_short("83d203"));
	assert_false(container_prefix_short(""));
	assert_false(container_prefix_short("web"));
	assert_false(container_prefix_short("c1-"));
	assert_false(container_prefix_short("C1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_a_name_of_its_own),
		cmocka_unit_test(selection_by_name_and_id),
		cmocka_unit_test(a_few_digits_are_no_beginning_of_an_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

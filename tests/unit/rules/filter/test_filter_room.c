// SPDX-License-Identifier: Apache-2.0
/* Nothing is dropped where there is no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/filter/condition.h"

/* x0, x1, ... */
static struct node *many(enum field_id id, const char *head, size_t n)
{
	const char **values = test_calloc(n, sizeof(*values));
	struct node *node;
	char text[64];
	size_t i;

	for (i = 0; i < n; i++) {
		int len = snprintf(text, sizeof(text), "%s%d", head, (int)i);

		values[i] = condition_keep(text, (size_t)len);
	}
	node = condition_test(id, OP_IN, values, n);
	test_free(values);
	return node;
}

static void test_no_room(void **state)
{
	struct rule rules[2];
	struct filter *f;

	(void)state;
	rules[0] = condition_rule(many(F_FILE_NAME, "n", FILTER_ENTRIES_MAX));
	assert_int_equal(filter_derive(&f, rules, 1), 0);
	assert_int_equal(f->n, FILTER_ENTRIES_MAX);
	assert_int_equal(f->any, 0);
	filter_free(f);
	rules[1] = condition_rule(AND(READS, TEST(FILE_NAME, EQ, "x")));
	assert_string_equal(condition_derive(rules, 2), "any RW; kinds open call");
	rules[1] = condition_rule(TEST(SOCKET_NAME, EQ, "x"));
	assert_string_equal(condition_derive(rules, 2),
			    "socket x C; any RW; kinds open connect call");
	rules[0] = condition_rule(AND(WRITES, many(F_FILE_NAME, "n", FILTER_ENTRIES_MAX + 1)));
	assert_string_equal(condition_derive(rules, 1), "any W; kinds open(mmap)");
	/* The same ones many times take no room. */
	condition_expect_open("name n0 RW; name n1",
			      OR(many(F_FILE_NAME, "n", 2), many(F_FILE_NAME, "n", 2)));
	condition_expect("any RW; kinds open call", many(F_FILE_NAME, "n", 5 * FILTER_ENTRIES_MAX));
	condition_expect("any C; kinds connect", many(F_SOCKET_NAME, "n", FILTER_ENTRIES_MAX + 1));
}

static struct node *suffixes(const char *head, size_t n)
{
	struct node *kids[32];
	char text[32];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%d", head, (int)i);
		kids[i] = TEST(FILE_NAME, ENDSWITH, text);
	}
	return condition_join(NODE_OR, kids, n);
}

static void test_few(void **state)
{
	struct rule rules[2];

	(void)state;
	/* Writes give way first, since they are fewer. */
	rules[0] = condition_rule(AND(READS, suffixes("r", WIRE_SUFFIXES_MAX - 6)));
	rules[1] = condition_rule(AND(WRITES, suffixes("w", 7)));
	assert_string_equal(condition_derive(rules, 2),
			    "suffix r0 R; suffix r1 R; any W; kinds open(mmap)");
	rules[0] = condition_rule(AND(READS, suffixes("r", WIRE_SUFFIXES_MAX + 1)));
	rules[1] = condition_rule(AND(WRITES, suffixes("w", 1)));
	assert_string_equal(condition_derive(rules, 2), "suffix w0 W; any R; kinds open(mmap)");
	condition_expect("any RW; kinds open call", suffixes("x", WIRE_SUFFIXES_MAX + 1));
	condition_expect("block RW; any RW; kinds open(mmap)",
			 many(F_FILE_RDEV, "1:", WIRE_DEVICES_MAX + 1));
	rules[0] = condition_rule(many(F_FILE_RDEV, "1:", WIRE_DEVICES_MAX));
	assert_null(strstr(condition_derive(rules, 1), "any"));
}

/* Deeper than anybody writes: it may match anything, and takes no more of the stack. */
static void test_deep(void **state)
{
	struct node *node = TEST(FILE_NAME, EQ, "x");
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		node = NOT(NOT(node));
	condition_expect_open("name x", node);
	for (i = 0; i < 100000; i++)
		node = NOT(NOT(node));
	condition_expect("any RWCOIS; kinds exec exit setid open connect call net", node);
	for (i = 0; i < 100000; i++)
		node = AND(node, EXISTS(HOST_PATH));
	condition_expect_open("host", node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_no_room, condition_teardown),
		cmocka_unit_test_teardown(test_few, condition_teardown),
		cmocka_unit_test_teardown(test_deep, condition_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

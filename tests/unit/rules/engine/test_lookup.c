// SPDX-License-Identifier: Apache-2.0
/*
 * Which rules are asked about an event at all. That none is left out that matches is what
 * test_reference.c shows; here, that those are left out which cannot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/build.h"
#include "rules/engine/engine.h"
#include "rules/engine/internal.h"
#include "rules/engine/tree.h"

static int reset(void **state)
{
	(void)state;
	tree_reset();
	judge_reset();
	return 0;
}

static size_t asked(struct engine *g, const struct event *e)
{
	const struct candidates *c = &g->by_type[event_types_of(&g->types, e)];
	const uint64_t *bits;
	size_t n = 0;

	test_forget(g);
	bits = lookup_find(c->lookup, g, e);
	for (size_t i = 0; i < c->n; i++)
		n += bits[i / 64] >> i % 64 & 1;
	return n;
}

static bool is_asked(struct node *condition, const char *path)
{
	struct rule r = tree_rule("r", PRIORITY_ERROR, condition);
	struct event e = judge_open(judge_file(path), O_RDONLY);
	char why[ENGINE_WHY_MAX];
	struct engine *g;
	size_t n;

	e.task.comm = STR_LIT("cat");
	if (engine_new(&g, &r, 1, why))
		fail_msg("%s", why);
	n = asked(g, &e);
	engine_free(g);
	return n > 0;
}

static struct node *name(const char *values)
{
	return tree_test(F_PROC_NAME, OP_IN, values);
}

static struct node *path(enum operator_kind op, const char *values)
{
	return tree_test(F_FD_NAME, op, values);
}

static struct node *loose(void)
{
	return path(OP_CONTAINS, "nothing");
}

static void single_tests(void **state)
{
	static const struct {
		enum operator_kind op;
		const char *values;
		bool asked;
	} cases[] = {
		{OP_EQ, "/a/b/c", true},
		{OP_EQ, "/a/b", false},
		{OP_IN, "x|/a/b/c", true},
		{OP_IN, "x|y", false},
		{OP_INTERSECTS, "x|y", false},
		{OP_PMATCH, "/x|/a/b", true},
		{OP_PMATCH, "/x|/a/x", false},
		{OP_PMATCH, "/a/*/z", true},
		{OP_PMATCH, "/b/*/z", false},
		{OP_PMATCH, "/", true},
		{OP_PMATCH, "//a///b/", true},
		{OP_STARTSWITH, "/a/x", true},
		{OP_STARTSWITH, "/b/x", false},
		{OP_STARTSWITH, "/a/b/", true},
		{OP_STARTSWITH, "/a/c/", false},
		{OP_STARTSWITH, "/x", true},
		{OP_GLOB, "/a/x*", true},
		{OP_GLOB, "/b/x*", false},
		{OP_GLOB, "*", true},
		{OP_NE, "/a/b/c", true},
		{OP_ENDSWITH, "/z", true},
		{OP_REGEX, "/z/.*", true},
		{OP_LT, "/b", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (is_asked(path(cases[i].op, cases[i].values), "/a/b/c") != cases[i].asked)
			fail_msg("%s %s: asked or not", operator_name(cases[i].op),
				 cases[i].values);
}

static void conditions(void **state)
{
	(void)state;
	assert_true(is_asked(name("cat|dog"), "/a"));
	assert_false(is_asked(name("dog"), "/a"));
	assert_true(is_asked(tree_not(name("dog")), "/a"));
	/* Of `and` one part is enough, whichever it is. */
	assert_false(is_asked(tree_and(loose(), name("dog")), "/a"));
	assert_false(is_asked(tree_and(name("dog"), tree_not(loose())), "/a"));
	assert_false(is_asked(tree_and(path(OP_PMATCH, "/a"), name("dog")), "/a"));
	/* Of `or` it takes all. */
	assert_false(is_asked(tree_or(name("dog"), path(OP_EQ, "/b")), "/a"));
	assert_true(is_asked(tree_or(name("dog"), path(OP_EQ, "/b")), "/b"));
	assert_true(is_asked(tree_or(name("dog"), loose()), "/a"));
	/* What the type of the event decides is not asked for. */
	assert_true(is_asked(tree_test(F_TYPE, OP_EQ, "openat"), "/a"));
	assert_false(is_asked(tree_and(tree_test(F_TYPE, OP_EQ, "openat"), name("dog")), "/a"));
	assert_false(is_asked(tree_or(tree_test(F_TYPE, OP_EQ, "execve"), name("dog")), "/a"));
}

static void lists_of_values(void **state)
{
	(void)state;
	assert_true(is_asked(tree_test(F_FILE_PATHS, OP_PMATCH, "/a/b"), "/a/b/c"));
	assert_false(is_asked(tree_test(F_FILE_PATHS, OP_PMATCH, "/b"), "/a/b/c"));
	assert_true(is_asked(tree_test(F_FILE_PATHS, OP_IN, "/b|/a/b/c"), "/a/b/c"));
	assert_false(is_asked(tree_test(F_FILE_PATHS, OP_IN, "/b|/a/b"), "/a/b/c"));
}

/* However many rules there are, an event is asked by those that its values lead to. */
static void many_rules(void **state)
{
	enum { N = 300 };
	static struct rule rules[N];
	struct event e = judge_open(judge_file("/srv/app7/x"), O_RDONLY);
	char why[ENGINE_WHY_MAX], text[64];
	struct engine *g;
	struct verdict v;

	(void)state;
	e.task.comm = STR_LIT("tool7");
	for (int i = 0; i < N; i++) {
		(void)snprintf(text, sizeof(text), i % 2 ? "tool%d" : "/srv/app%d", i);
		rules[i] =
			tree_rule("r", PRIORITY_ERROR, i % 2 ? name(text) : path(OP_PMATCH, text));
	}
	if (engine_new(&g, rules, N, why))
		fail_msg("%s", why);
	assert_in_range(asked(g, &e), 1, 3);
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 1);
	assert_ptr_equal(v.hits[0], &rules[7]);
	e.open.file.path = STR_LIT("/srv/app298");
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 2);
	assert_ptr_equal(v.hits[1], &rules[298]);
	e.open.call = WIRE_CALL_OPEN; /* which has the same look-up */
	assert_ptr_equal(g->by_type[event_types_of(&g->types, &e)].lookup,
			 g->by_type[g->types.by_call[EVENT_OPEN][WIRE_CALL_OPENAT]].lookup);
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 2);
	engine_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(single_tests, reset),
		cmocka_unit_test_setup(conditions, reset),
		cmocka_unit_test_setup(lists_of_values, reset),
		cmocka_unit_test_setup(many_rules, reset),
	};

	return cmocka_run_group_tests(tests, NULL, tree_end);
}

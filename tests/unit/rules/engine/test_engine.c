// SPDX-License-Identifier: Apache-2.0
/* Which rules an event matches, in which order, and what their outputs say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "rules/build.h"
#include "rules/engine/engine.h"
#include "rules/engine/internal.h"
#include "rules/engine/tree.h"

static char why[ENGINE_WHY_MAX];

static int reset(void **state)
{
	(void)state;
	tree_reset();
	judge_reset();
	return 0;
}

static struct engine *made(const struct rule *rules, size_t n)
{
	struct engine *g;

	if (engine_new(&g, rules, n, why))
		fail_msg("%s", why);
	return g;
}

static const struct node *always(void)
{
	return tree_test(F_PROC_PID, OP_GE, "0");
}

static void the_most_severe_come_first(void **state)
{
	struct rule rules[] = {tree_rule("a", PRIORITY_NOTICE, always()),
			       tree_rule("b", PRIORITY_ALERT, always()),
			       tree_rule("c", PRIORITY_NOTICE, always()),
			       tree_rule("d", PRIORITY_DEBUG, tree_test(F_PROC_PID, OP_LT, "0")),
			       tree_rule("e", PRIORITY_EMERGENCY, always())};
	struct engine *g = made(rules, 5);
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct verdict v;

	(void)state;
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 4);
	assert_string_equal(v.hits[0]->name, "e");
	assert_string_equal(v.hits[1]->name, "b");
	assert_string_equal(v.hits[2]->name, "a");
	assert_string_equal(v.hits[3]->name, "c");
	engine_free(g);
}

static void of_many_the_severe_ones_are_kept(void **state)
{
	struct rule rules[VERDICT_MAX + 4];
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct engine *g;
	struct verdict v;

	(void)state;
	for (size_t i = 0; i < VERDICT_MAX + 4; i++)
		rules[i] = tree_rule("x", i < 4 ? PRIORITY_DEBUG : PRIORITY_ERROR, always());
	g = made(rules, VERDICT_MAX + 4);
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, VERDICT_MAX);
	for (size_t i = 0; i < VERDICT_MAX; i++)
		assert_ptr_equal(v.hits[i], &rules[4 + i]);
	engine_free(g);
}

static void context_matches_nothing(void **state)
{
	struct rule r = tree_rule("a", PRIORITY_ERROR, always());
	struct engine *g = made(&r, 1);
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct verdict v = {.n = 5};

	(void)state;
	e.context = true;
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 0);
	e.context = false;
	for (int kind = 0; kind < EVENT_KIND_END; kind++) {
		bool judged = kind >= EVENT_EXEC;

		memset(&e, 0, sizeof(e));
		e.kind = (enum event_kind)kind;
		engine_judge(g, &e, &v);
		assert_int_equal(v.n, judged);
	}
	e.kind = EVENT_KIND_END;
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 0);
	engine_free(g);
}

static void no_rules_match_nothing(void **state)
{
	struct engine *g = made(NULL, 0);
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct verdict v = {.n = 5};

	(void)state;
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 0);
	engine_free(g);
}

/* Every call of every kind, and calls that no such kind has. */
static void types_of_events(void **state)
{
	static const char *const types[] = {"execve",	"execveat",  "procexit",
					    "setuid",	"setreuid",  "setresuid",
					    "setfsuid", "open",	     "openat",
					    "openat2",	"creat",     "open_by_handle_at",
					    "connect",	"unheard-of"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct rule rules[2] = {tree_rule("is", PRIORITY_ERROR,
						  tree_test(F_TYPE, OP_EQ, types[i])),
					tree_rule("is not", PRIORITY_ERROR,
						  tree_not(tree_test(F_TYPE, OP_IN, types[i])))};
		struct engine *g = made(rules, 2);

		for (int kind = EVENT_EXEC; kind < EVENT_KIND_END; kind++) {
			for (uint32_t call = 0; call < 256; call++) {
				struct event e = {.kind = (enum event_kind)kind};
				struct verdict v;
				bool is;

				if (kind == EVENT_OPEN)
					e.open.call = call;
				else if (kind == EVENT_SETID)
					e.setid.call = call;
				else if (kind == EVENT_NET)
					e.net.call = call;
				else if (kind == EVENT_EXEC)
					e.exec.flags = call % 2 ? WIRE_EXEC_FDPATH : 0;
				is = strcmp(event_type(&e), types[i]) == 0;
				engine_judge(g, &e, &v);
				assert_int_equal(v.n, 1);
				if (v.hits[0] != &rules[is ? 0 : 1])
					fail_msg("%s: kind %d, call %u", event_type(&e), kind,
						 call);
			}
		}
		engine_free(g);
	}
}

/* What the type of the event decides costs nothing, and what rules share is asked once. */
static void rules_are_compiled_away(void **state)
{
	struct node *opens = tree_test(F_TYPE, OP_IN, "open|openat|openat2");
	struct rule rules[] = {
		tree_rule("type only", PRIORITY_ERROR, opens),
		tree_rule("shared", PRIORITY_ERROR,
			  tree_and(opens, tree_test(F_FD_NAME, OP_EQ, "/a"))),
		tree_rule("the same", PRIORITY_ERROR,
			  tree_and(opens, tree_test(F_FD_NAME, OP_EQ, "/a"))),
		tree_rule("never", PRIORITY_ERROR,
			  tree_and(opens, tree_test(F_PROGRAM_NAME, OP_NE, "x"))),
	};
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct engine *g = made(rules, 4);
	struct engine_stats stats;
	struct verdict v;

	(void)state;
	engine_stats(g, &stats);
	assert_int_equal(stats.rules, 4);
	assert_int_equal(stats.tests, 3);
	assert_int_equal(stats.fields, 3);
	/* One each of "shared" and "the same"; and all for records whose call is none of an open. */
	assert_int_equal(stats.steps, 2 + 1 + 2 + 2);
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 3);
	e.open.call = WIRE_CALL_CREAT;
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 0);
	engine_free(g);
}

/* Nothing of one event is left when the next comes, when the stamps begin anew neither. */
static void events_do_not_mix(void **state)
{
	struct rule r = tree_rule("a", PRIORITY_ERROR, tree_test(F_PROC_NAME, OP_IN, "even|x"));
	struct engine *g = made(&r, 1);
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct verdict v;

	(void)state;
	g->stamp = UINT32_MAX - 3;
	for (int i = 0; i < 8; i++) {
		e.task.comm = i % 2 ? STR_LIT("odd") : STR_LIT("even");
		engine_judge(g, &e, &v);
		assert_int_equal(v.n, !(i % 2));
	}
	engine_free(g);
}

/* The right side of an `and` is not looked at when the left one is false. */
static void what_is_decided_is_not_asked(void **state)
{
	struct node *evil = tree_test(F_FD_NAME, OP_REGEX, "(a|aa|a?)+b");
	struct rule rules[] = {
		tree_rule("and", PRIORITY_ERROR,
			  tree_and(tree_test(F_PROC_NAME, OP_EQ, "no"), evil)),
		tree_rule("or", PRIORITY_ERROR,
			  tree_or(tree_test(F_PROC_NAME, OP_EQ, "yes"), evil)),
		tree_rule("not", PRIORITY_ERROR,
			  tree_not(tree_or(tree_test(F_PROC_NAME, OP_NE, "no"), evil))),
	};
	struct engine *g = made(rules, 3);
	struct event e =
		judge_open(judge_file("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb"), O_RDONLY);
	struct engine_stats stats;
	struct verdict v;

	(void)state;
	e.task.comm = STR_LIT("yes");
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 1);
	assert_ptr_equal(v.hits[0], &rules[1]);
	engine_stats(g, &stats);
	assert_int_equal(stats.regex_limits, 0);
	engine_free(g);
}

struct text {
	char bytes[512];
	size_t len, foreign;
};

static void collect(void *arg, struct str piece, bool foreign)
{
	struct text *t = arg;

	assert_true(t->len + piece.len < sizeof(t->bytes));
	memcpy(t->bytes + t->len, piece.p, piece.len);
	t->len += piece.len;
	t->bytes[t->len] = '\0';
	t->foreign += foreign ? piece.len : 0;
}

static void outputs(void **state)
{
	static struct value_scratch scratch;
	const struct output_piece pieces[] = {
		{"name=", 5, true, {.id = F_PROC_NAME}},
		{" pid=", 5, true, {.id = F_PROC_PID}},
		{" write=", 7, true, {.id = F_IS_OPEN_WRITE}},
		{" paths=", 7, true, {.id = F_FILE_PATHS}},
		{" rdev=", 6, true, {.id = F_FILE_RDEV}},
		{"", 0, true, {.id = F_CONTAINER_NAME}},
		{" upper=",
		 7,
		 true,
		 {.id = F_PROC_NAME, .n_transforms = 1, .transforms = {TRANSFORM_TOUPPER}}},
		{".", 1, false, {.id = F_END}}};
	struct rule r = {.output = pieces, .n_output = sizeof(pieces) / sizeof(pieces[0])};
	struct event e = judge_open(judge_file("/b"), O_WRONLY);
	struct text t = {.len = 0};

	(void)state;
	e.task.comm = STR_LIT("a\x1b");
	e.task.pid = 7;
	e.open.file.path = STR_LIT("/a");
	engine_output(&r, &e, &scratch, collect, &t);
	assert_string_equal(t.bytes, "name=a\x1b pid=7 write=true paths=(/a,/b) rdev=<NA><NA> "
				     "upper=A\x1b.");
	assert_int_equal(t.foreign, 2 + 2 + 2 + 2);
	assert_int_equal(scratch.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_most_severe_come_first, reset),
		cmocka_unit_test_setup(of_many_the_severe_ones_are_kept, reset),
		cmocka_unit_test_setup(context_matches_nothing, reset),
		cmocka_unit_test_setup(no_rules_match_nothing, reset),
		cmocka_unit_test_setup(types_of_events, reset),
		cmocka_unit_test_setup(rules_are_compiled_away, reset),
		cmocka_unit_test_setup(events_do_not_mix, reset),
		cmocka_unit_test_setup(what_is_decided_is_not_asked, reset),
		cmocka_unit_test_setup(outputs, reset),
	};

	return cmocka_run_group_tests(tests, NULL, tree_end);
}

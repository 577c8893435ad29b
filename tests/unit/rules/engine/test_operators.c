// SPDX-License-Identifier: Apache-2.0
/* Each operator with each type, with what is missing, with lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "process/internal.h"
#include "rules/build.h"
#include "rules/engine/engine.h"
#include "rules/engine/tree.h"

static int reset(void **state)
{
	(void)state;
	tree_reset();
	judge_reset();
	return 0;
}

static bool holds(const struct event *e, const struct node *condition)
{
	struct rule r = tree_rule("r", PRIORITY_ERROR, condition);
	char why[ENGINE_WHY_MAX];
	struct engine *g;
	struct verdict v = {.n = 99};

	if (engine_new(&g, &r, 1, why))
		fail_msg("%s", why);
	engine_judge(g, e, &v);
	engine_free(g);
	assert_true(v.n == 0 || (v.n == 1 && v.hits[0] == &r));
	return v.n == 1;
}

struct example {
	enum field_id id;
	enum operator_kind op;
	const char *values;
	bool is;
};

static void check(const struct event *e, const struct example *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct node *node = tree_test(x[i].id, x[i].op, x[i].values);

		if (holds(e, node) != x[i].is)
			fail_msg("example %zu: field %d, operator %d, %s is %s", i, (int)x[i].id,
				 (int)x[i].op, x[i].values, x[i].is ? "false" : "true");
	}
}

#define CHECK(e, x) check(e, x, sizeof(x) / sizeof((x)[0]))

static void strings(void **state)
{
	static const struct example examples[] = {
		{F_PROC_NAME, OP_EQ, "Nginx", true},
		{F_PROC_NAME, OP_EQ, "nginx", false},
		{F_PROC_NAME, OP_EQ, "Ngin", false},
		{F_PROC_NAME, OP_EQ, "Nginxx", false},
		{F_PROC_NAME, OP_NE, "Nginx", false},
		{F_PROC_NAME, OP_NE, "nginx", true},
		{F_PROC_NAME, OP_LT, "Nginy", true},
		{F_PROC_NAME, OP_LT, "Nginx", false},
		{F_PROC_NAME, OP_LT, "Nginxx", true},
		{F_PROC_NAME, OP_LE, "Nginx", true},
		{F_PROC_NAME, OP_LE, "Ngin", false},
		{F_PROC_NAME, OP_GT, "Ngin", true},
		{F_PROC_NAME, OP_GT, "Nginx", false},
		{F_PROC_NAME, OP_GE, "Nginx", true},
		{F_PROC_NAME, OP_GE, "\xff", false},
		{F_PROC_NAME, OP_CONTAINS, "gin", true},
		{F_PROC_NAME, OP_CONTAINS, "Gin", false},
		{F_PROC_NAME, OP_CONTAINS, "", true},
		{F_PROC_NAME, OP_CONTAINS, "Nginx.", false},
		{F_PROC_NAME, OP_ICONTAINS, "GINX", true},
		{F_PROC_NAME, OP_ICONTAINS, "GINY", false},
		{F_PROC_NAME, OP_ICONTAINS, "nginxx", false},
		{F_PROC_NAME, OP_BCONTAINS, "in", true},
		{F_PROC_NAME, OP_STARTSWITH, "Ngi", true},
		{F_PROC_NAME, OP_STARTSWITH, "gin", false},
		{F_PROC_NAME, OP_STARTSWITH, "Nginx2", false},
		{F_PROC_NAME, OP_BSTARTSWITH, "Ng", true},
		{F_PROC_NAME, OP_BSTARTSWITH, "g", false},
		{F_PROC_NAME, OP_ENDSWITH, "nx", true},
		{F_PROC_NAME, OP_ENDSWITH, "Ng", false},
		{F_PROC_NAME, OP_ENDSWITH, "aNginx", false},
		{F_PROC_NAME, OP_GLOB, "N*x", true},
		{F_PROC_NAME, OP_GLOB, "n*x", false},
		{F_PROC_NAME, OP_IGLOB, "n*X", true},
		{F_PROC_NAME, OP_REGEX, "N[a-z]+", true},
		{F_PROC_NAME, OP_REGEX, "ngin", false},
		{F_PROC_NAME, OP_REGEX, "Ngin", false},
		{F_PROC_NAME, OP_REGEX, "ginx|Nginx", true},
		{F_PROC_NAME, OP_IN, "a|Nginx|b", true},
		{F_PROC_NAME, OP_IN, "a|b|c|d|e|f|g|nginx", false},
		{F_PROC_NAME, OP_IN, NULL, false},
		{F_PROC_NAME, OP_INTERSECTS, "a|Nginx", true},
		{F_PROC_NAME, OP_INTERSECTS, "a", false},
		{F_PROC_NAME, OP_EXISTS, NULL, true},
		{F_FD_NAME, OP_PMATCH, "/etc", true},
		{F_FD_NAME, OP_PMATCH, "/usr|/etc/ssl/", true},
		{F_FD_NAME, OP_PMATCH, "/etc/ss|/etc/ssl/x/y", false},
		{F_FD_NAME, OP_PMATCH, "/etc/ssl/x", true},
		{F_FD_NAME, OP_PMATCH, "/e*/ssl", true},
		{F_FD_NAME, OP_PMATCH, "/", true},
		{F_FD_NAME, OP_PMATCH, NULL, false},
	};
	struct event e = judge_open(judge_file("/etc/ssl/x"), O_RDONLY);

	(void)state;
	e.task.comm = STR_LIT("Nginx");
	CHECK(&e, examples);
}

static void numbers(void **state)
{
	static const struct example examples[] = {
		{F_PROC_PID, OP_EQ, "42", true},
		{F_PROC_PID, OP_EQ, "43", false},
		{F_PROC_PID, OP_EQ, "0x2a", true},
		{F_PROC_PID, OP_NE, "42", false},
		{F_PROC_PID, OP_NE, "-42", true},
		{F_PROC_PID, OP_LT, "43", true},
		{F_PROC_PID, OP_LT, "42", false},
		{F_PROC_PID, OP_LE, "42", true},
		{F_PROC_PID, OP_LE, "41", false},
		{F_PROC_PID, OP_GT, "-1", true},
		{F_PROC_PID, OP_GT, "42", false},
		{F_PROC_PID, OP_GE, "42", true},
		{F_PROC_PID, OP_GE, "9223372036854775807", false},
		{F_PROC_PID, OP_IN, "1|99|42|7", true},
		{F_PROC_PID, OP_IN, "1|41|43", false},
		{F_PROC_PID, OP_IN, NULL, false},
		{F_PROC_PID, OP_INTERSECTS, "42", true},
		{F_PROC_PID, OP_EXISTS, NULL, true},
		{F_RAWRES, OP_LT, "0", true},
		{F_RAWRES, OP_EQ, "-13", true},
		{F_FAILED, OP_EQ, "true", true},
		{F_FAILED, OP_EQ, "false", false},
		{F_FAILED, OP_NE, "false", true},
		{F_FAILED, OP_IN, "false|true", true},
		{F_FAILED, OP_EXISTS, NULL, true},
		{F_COMPAT, OP_EQ, "false", true},
		{F_COMPAT, OP_IN, "true", false},
	};
	struct event e = judge_open(judge_file("/etc/x"), O_RDONLY);

	(void)state;
	e.task.pid = 42;
	e.ret = -13;
	CHECK(&e, examples);
}

/* A comparison with what is missing is false whatever it is, and its negation true. */
static void missing(void **state)
{
	static const struct {
		enum field_id id;
		const char *value;
		bool number;
	} fields[] = {{F_CONTAINER_NAME, "x", false}, /* not known */
		      {F_FILE_RDEV, "1:1", false},    /* not of such a file */
		      {F_PROGRAM_NAME, "x", false},   /* not of such an event */
		      {F_FILE_PATHS, "x", false},     /* a list */
		      {F_RULE_ID, "x", false},	      /* of alerts only */
		      {F_PEER_PID, "1", true}};
	struct event e = judge_open(judge_file(""), O_RDONLY);

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (int op = 0; op < OP_END; op++) {
			struct node *n = tree_test(fields[i].id, (enum operator_kind)op,
						   op == OP_EXISTS ? NULL : fields[i].value);
			bool text = (op >= OP_CONTAINS && op <= OP_REGEX) || op == OP_PMATCH;

			if (fields[i].number && text)
				continue;
			assert_false(holds(&e, n));
			assert_true(holds(&e, tree_not(n)));
		}
	}
}

static void lists(void **state)
{
	static const struct example examples[] = {
		{F_FILE_PATHS, OP_EQ, "/mnt/a", true},
		{F_FILE_PATHS, OP_EQ, "/etc/b", true},
		{F_FILE_PATHS, OP_EQ, "/etc", false},
		{F_FILE_PATHS, OP_NE, "/etc/b", true}, /* another one is not */
		{F_FILE_PATHS, OP_STARTSWITH, "/etc/", true},
		{F_FILE_PATHS, OP_ENDSWITH, "/a", true},
		{F_FILE_PATHS, OP_CONTAINS, "tc", true},
		{F_FILE_PATHS, OP_GLOB, "/e*", true},
		{F_FILE_PATHS, OP_REGEX, "/e.*", true},
		{F_FILE_PATHS, OP_REGEX, "/f.*", false},
		{F_FILE_PATHS, OP_PMATCH, "/etc", true},
		{F_FILE_PATHS, OP_PMATCH, "/srv", false},
		{F_FILE_PATHS, OP_LT, "/f", true},
		{F_FILE_PATHS, OP_IN, "/etc/b", false},
		{F_FILE_PATHS, OP_IN, "/etc/b|/mnt/a|/x", true},
		{F_FILE_PATHS, OP_INTERSECTS, "/etc/b|/x", true},
		{F_FILE_PATHS, OP_INTERSECTS, "/x|/y", false},
		{F_FILE_PATHS, OP_EXISTS, NULL, true},
	};
	struct event e = judge_open(judge_file("/etc/b"), O_RDONLY);

	(void)state;
	e.open.file.path = STR_LIT("/mnt/a");
	CHECK(&e, examples);
}

/* Of ancestors one is enough, for `in` as well; their ids are numbers. */
static void ancestors(void **state)
{
	static const struct example examples[] = {
		{F_PROC_ANAME, OP_EQ, "sshd", true},
		{F_PROC_ANAME, OP_EQ, "bash", true},
		{F_PROC_ANAME, OP_EQ, "self", false},
		{F_PROC_ANAME, OP_IN, "x|sshd", true},
		{F_PROC_ANAME, OP_IN, "x|y", false},
		{F_PROC_ANAME, OP_INTERSECTS, "bash", true},
		{F_PROC_ANAME, OP_STARTSWITH, "ss", true},
		{F_PROC_APID, OP_EQ, "20", true},
		{F_PROC_APID, OP_EQ, "10", true},
		{F_PROC_APID, OP_EQ, "30", false},
		{F_PROC_APID, OP_IN, "5|10", true},
		{F_PROC_APID, OP_LT, "11", true},
		{F_PROC_APID, OP_LT, "10", false},
	};
	struct process_table *t;
	struct event e = judge_exec("/sbin/sshd", "sshd");

	(void)state;
	assert_int_equal(process_table_new(&t, 16, NULL), 0);
	process_table_set_proc(t, "/nonexistent/rootwatch-proc");
	e.task.pid = 10;
	e.task.comm = STR_LIT("sshd");
	process_table_apply(t, &e);
	e.task.pid = 20;
	e.task.ppid = 10;
	e.task.comm = STR_LIT("bash");
	process_table_apply(t, &e);
	e.task.pid = 30;
	e.task.ppid = 20;
	e.task.comm = STR_LIT("self");
	e.task.pcomm = STR_LIT("bash");
	process_table_apply(t, &e);
	CHECK(&e, examples);
	assert_true(holds(
		&e, tree_use((struct field_use){.id = F_PROC_ANAME, .has_index = true, .index = 2},
			     OP_EQ, "sshd")));
	process_table_free(t);
}

static void fields_on_both_sides(void **state)
{
	struct event e = judge_exec("/bin/a", "a b");

	(void)state;
	e.task.comm = STR_LIT("same");
	e.task.pcomm = STR_LIT("same");
	e.task.pid = 7;
	e.task.ppid = 6;
	assert_true(holds(&e, tree_fields(F_PROC_NAME, OP_EQ, F_PROC_PNAME)));
	assert_false(holds(&e, tree_fields(F_PROC_NAME, OP_NE, F_PROC_PNAME)));
	assert_true(holds(&e, tree_fields(F_PROC_NAME, OP_IN, F_PROC_PNAME)));
	assert_true(holds(&e, tree_fields(F_PROC_PID, OP_GT, F_PROC_PPID)));
	assert_false(holds(&e, tree_fields(F_PROC_PID, OP_EQ, F_PROC_PPID)));
	assert_true(holds(&e, tree_fields(F_PROC_CMDLINE, OP_STARTSWITH, F_PROC_EXE)));
	assert_true(holds(&e, tree_fields(F_PROC_EXEPATH, OP_EQ, F_EXEC_PATHS)));
	assert_true(holds(&e, tree_fields(F_EXEC_PATHS, OP_IN, F_PROC_EXEPATH)));
	e.exec.exe.rootpath = STR_LIT("/other");
	assert_true(holds(&e, tree_fields(F_PROC_EXEPATH, OP_IN, F_EXEC_PATHS)));
	assert_false(holds(&e, tree_fields(F_EXEC_PATHS, OP_IN, F_PROC_EXEPATH)));
	assert_true(holds(&e, tree_fields(F_EXEC_PATHS, OP_INTERSECTS, F_PROC_EXEPATH)));
	e.task.pcomm = STR_LIT("*");
	assert_true(holds(&e, tree_fields(F_PROC_NAME, OP_GLOB, F_PROC_PNAME)));
	e.task.pcomm = STR_LIT("");
	assert_false(holds(&e, tree_fields(F_PROC_NAME, OP_NE, F_PROC_PNAME)));
	assert_false(holds(&e, tree_fields(F_PROC_PNAME, OP_NE, F_PROC_NAME)));
	assert_false(holds(&e, tree_fields(F_PROC_NAME, OP_EQ, F_SOCKET_NAME)));
}

static void transformers(void **state)
{
	struct event e = judge_open(judge_file("/ETC/Passwd"), O_RDONLY);
	struct field_use use = {.id = F_FD_NAME,
				.n_transforms = 2,
				.transforms = {TRANSFORM_BASENAME, TRANSFORM_TOLOWER}};

	(void)state;
	assert_true(holds(&e, tree_use(use, OP_EQ, "passwd")));
	assert_false(holds(&e, tree_use(use, OP_EQ, "Passwd")));
	/* The same field with and without, in one rule. */
	assert_true(holds(&e, tree_and(tree_use(use, OP_EQ, "passwd"),
				       tree_test(F_FD_NAME, OP_EQ, "/ETC/Passwd"))));
	use.transforms[1] = TRANSFORM_LEN;
	assert_true(holds(&e, tree_use(use, OP_EQ, "6")));
	assert_true(holds(&e, tree_use(use, OP_LT, "7")));
	use = (struct field_use){
		.id = F_FILE_RDEV, .n_transforms = 1, .transforms = {TRANSFORM_LEN}};
	assert_false(holds(&e, tree_use(use, OP_GE, "0")));
}

static void refused(const struct node *condition, const char *part)
{
	struct rule r = tree_rule("the rule", PRIORITY_ERROR, condition);
	char why[ENGINE_WHY_MAX] = "";
	struct engine *g = NULL;

	assert_int_equal(engine_new(&g, &r, 1, why), -22);
	assert_null(g);
	if (!strstr(why, part) || !strstr(why, "the rule"))
		fail_msg("\"%s\" does not say \"%s\"", why, part);
	/* What is left out or not enabled is not looked at. */
	r.enabled = false;
	assert_int_equal(engine_new(&g, &r, 1, why), 0);
	engine_free(g);
	r.enabled = true;
	r.left_out = "because";
	assert_int_equal(engine_new(&g, &r, 1, why), 0);
	engine_free(g);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct node *deep = tree_test(F_PROC_PID, OP_EQ, "1");

	(void)state;
	refused(tree_test(F_PROC_PID, OP_EQ, "x"), "no number");
	refused(tree_test(F_PROC_PID, OP_EQ, ""), "no number");
	refused(tree_test(F_PROC_PID, OP_EQ, "12 "), "no number");
	refused(tree_test(F_PROC_PID, OP_EQ, " 12"), "no number");
	refused(tree_test(F_PROC_PID, OP_IN, "1|y"), "no number");
	refused(tree_test(F_PROC_PID, OP_EQ, "9223372036854775808"), "no number");
	refused(tree_test(F_PROC_PID, OP_CONTAINS, "1"), "contains");
	refused(tree_test(F_FAILED, OP_EQ, "yes"), "true or false");
	refused(tree_test(F_FAILED, OP_LT, "true"), "<");
	refused(tree_test(F_PROC_NAME, OP_REGEX, "a("), "parenthes");
	refused(tree_test(F_PROC_NAME, OP_EQ, NULL), "one value");
	refused(tree_test(F_PROC_NAME, OP_EQ, "a|b"), "one value");
	refused(tree_fields(F_PROC_NAME, OP_EQ, F_PROC_PID), "types");
	refused(tree_fields(F_PROC_NAME, OP_REGEX, F_PROC_EXE), "right side");
	refused(tree_fields(F_FAILED, OP_LT, F_COMPAT), "right side");
	for (int i = 0; i <= ENGINE_DEPTH_MAX; i++)
		deep = tree_not(deep);
	refused(deep, "deep");
}

/* A match that takes too long counts as one, and is counted. */
static void an_evil_regex_ends(void **state)
{
	const char *pattern = ".*a.{600}.*a.{600}[xy]";
	struct rule rules[] = {
		tree_rule("r", PRIORITY_ERROR, tree_test(F_FD_NAME, OP_REGEX, pattern)),
		tree_rule("not r", PRIORITY_ERROR,
			  tree_not(tree_test(F_FD_NAME, OP_REGEX, pattern))),
	};
	char path[4001];
	struct event e;
	char why[ENGINE_WHY_MAX];
	struct engine_stats stats;
	struct engine *g;
	struct verdict v;

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	e = judge_open(judge_file(path), O_RDONLY);
	assert_int_equal(engine_new(&g, rules, 2, why), 0);
	/* What is not known lets either rule match, and is found out once for both. */
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 2);
	engine_stats(g, &stats);
	assert_int_equal(stats.regex_limits, 1);
	e.open.file.path = STR_LIT("x");
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 1);
	assert_ptr_equal(v.hits[0], &rules[1]);
	engine_stats(g, &stats);
	assert_int_equal(stats.regex_limits, 1);
	engine_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(strings, reset),
		cmocka_unit_test_setup(numbers, reset),
		cmocka_unit_test_setup(missing, reset),
		cmocka_unit_test_setup(lists, reset),
		cmocka_unit_test_setup(ancestors, reset),
		cmocka_unit_test_setup(fields_on_both_sides, reset),
		cmocka_unit_test_setup(transformers, reset),
		cmocka_unit_test_setup(what_does_not_fit_is_refused, reset),
		cmocka_unit_test_setup(an_evil_regex_ends, reset),
	};

	return cmocka_run_group_tests(tests, NULL, tree_end);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Running cases: what passes, what fails and where that is said, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/test/run.h"

static const char rules_text[] = "- rule: Etc\n"
				 "  desc: x\n"
				 "  condition: fd.name startswith /etc\n"
				 "  output: x\n"
				 "  priority: ERROR\n"
				 "- rule: Passwd\n"
				 "  desc: x\n"
				 "  condition: fd.name = /etc/passwd\n"
				 "  output: x\n"
				 "  priority: ERROR\n"
				 "- rule: Off\n"
				 "  desc: x\n"
				 "  condition: fd.name = /x\n"
				 "  output: x\n"
				 "  priority: ERROR\n"
				 "  enabled: false\n";

static struct rule_list *list;
static struct engine *engine;
static struct rule_log messages;
static struct run_result result;
static struct run_count counts[3];

static int load(void **state)
{
	struct rule_text text = {"rules.yaml", rules_text, sizeof(rules_text) - 1};
	char why[ENGINE_WHY_MAX];

	(void)state;
	if (rule_list_parse(&list, &text, 1, &messages))
		return -1;
	return engine_new(&engine, list->rules, list->n, why);
}

static int unload(void **state)
{
	(void)state;
	engine_free(engine);
	rule_list_free(list);
	return 0;
}

static int run(const char *cases)
{
	struct rule_text text = {"cases.yaml", cases, strlen(cases)};

	memset(&messages, 0, sizeof(messages));
	memset(&result, 0, sizeof(result));
	memset(counts, 0, sizeof(counts));
	return run_cases(&result, counts, &text, engine, list->rules, list->n, &messages);
}

/* One message, at that place. */
static void says(uint32_t line, uint32_t column, const char *what)
{
	const struct rule_message *m = &messages.messages[0];

	assert_int_equal(messages.n, 1);
	if (!strstr(m->text, what))
		fail_msg("\"%s\" does not say \"%s\"", m->text, what);
	assert_int_equal(m->pos.line, line);
	assert_int_equal(m->pos.column, column);
	assert_string_equal(m->pos.file, "cases.yaml");
}

#define EVENT(path) "  event: {evt.type: openat, fd.name: " path "}\n"

static void test_passes(void **state)
{
	(void)state;
	assert_int_equal(run("- test: a\n" EVENT(
				 "/etc/passwd") "  fires: [etc, passwd]\n"
						"  only: true\n"
						"- test: b\n" EVENT(
							"/etc/x") "  fires: [etc]\n"
								  "  silent: [passwd]\n"
								  "- test: c\n" EVENT(
									  "/x") "  only: true\n"),
			 0);
	assert_int_equal(messages.n, 0);
	assert_int_equal(result.cases, 3);
	assert_int_equal(result.failed, 0);
	assert_int_equal(counts[0].fires, 2);
	assert_int_equal(counts[1].fires, 1);
	assert_int_equal(counts[1].silent, 1);
}

static void test_fails(void **state)
{
	(void)state;
	assert_int_equal(run("- test: a b\n" EVENT("/etc/x") "  fires: [passwd]\n"), 0);
	assert_int_equal(result.failed, 1);
	says(1, 9, "'a b': passwd has to match and does not: it raised etc");
	assert_int_equal(run("\n- test: a\n" EVENT("/etc/x") "  silent: [etc]\n"), 0);
	assert_int_equal(result.failed, 1);
	says(2, 9, "etc must not match and does: it raised etc");
	assert_int_equal(
		run("- test: a\n" EVENT("/etc/passwd") "  fires: [passwd]\n  only: true\n"), 0);
	assert_int_equal(result.failed, 1);
	says(1, 9, "nothing else must match");
	assert_int_equal(run("- test: a\n" EVENT("/x") "  fires: [etc]\n"), 0);
	says(1, 9, "it raised nothing");
}

static void test_malformed(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
		const char *says;
	} cases[] = {
		{"a: b\n", 1, 1, "expected a list of cases"},
		{"- a\n", 1, 3, "a case is a mapping"},
		{"- test: [a]\n" EVENT("/x") "  only: true\n", 1, 3, "needs `test`"},
		{"- test: a\n  only: true\n", 1, 3, "needs `event`"},
		{"- test: a\n" EVENT("/x"), 1, 3, "needs `fires`, `silent` or `only`"},
		{"- test: a\n" EVENT("/x") "  fires: etc\n", 3, 10, "list of rules' ids"},
		{"- test: a\n" EVENT("/x") "  fires: [[etc]]\n", 3, 11, "the id of a rule"},
		{"- test: a\n" EVENT("/x") "  fires: [et]\n", 3, 11, "no rule has the id 'et'"},
		{"- test: a\n" EVENT("/x") "  silent: [off]\n", 3, 12, "not active"},
		{"- test: a\n" EVENT("/x") "  only: maybe\n", 3, 9, "true or false"},
		{"- test: a\n" EVENT("/x") "  only: [x]\n", 3, 9, "true or false"},
		{"- test: a\n" EVENT("/x") "  fire: [etc]\n  only: true\n", 3, 3, "has the keys"},
		{"- test: a\n  only: true\n  event: {evt.type: openat, fd.nam: /x}\n", 3, 29,
		 "'fd.nam': there is no such field"},
		{"- test: a\n  only: true\n  event: {evt.type: openat, fd.name: {a: b}}\n", 3, 38,
		 "a field's value is a single value"},
		{"- test: a\n  only: true\n  event: {evt.type: openat, evt.res: EWHAT}\n", 3, 29,
		 "SUCCESS"},
		{"- test: a\n  only: true\n  event: {fd.name: /x}\n", 3, 10, "such as openat"},
		{"- test: a\n  only: true\n  event: {evt.type: renam}\n", 3, 11,
		 "'renam'; did you mean rename?"},
		{"- test: a\n  only: true\n  event: {evt.type: \"\\e[x\"}\n", 3, 11,
		 "no case can have evt.type '\\x1b[x'"},
		{"- test: a\n  only: [\n", 3, 1, "not YAML"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run(cases[i].text), -EINVAL);
		says(cases[i].line, cases[i].column, cases[i].says);
	}
}

/* What is wrong with one case does not keep the others from being run. */
static void test_goes_on(void **state)
{
	(void)state;
	assert_int_equal(run("- test: a\n- test: b\n" EVENT("/etc/x") "  silent: [etc]\n"),
			 -EINVAL);
	assert_int_equal(result.cases, 2);
	assert_int_equal(result.failed, 2);
	assert_int_equal(messages.n, 2);
	assert_int_equal(run(""), 0);
	assert_int_equal(result.cases, 0);
}

/* What one case needs is not kept for the others. */
static void test_many(void **state)
{
	static const char one[] = "- test: a\n" EVENT("/etc/x") "  fires: [etc]\n";
	const size_t n = 10000, len = sizeof(one) - 1;
	char *text = malloc(n * len + 1);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, one, sizeof(one));
	assert_int_equal(run(text), 0);
	assert_int_equal(result.cases, n);
	assert_int_equal(result.failed, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes),	  cmocka_unit_test(test_fails),
		cmocka_unit_test(test_malformed), cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

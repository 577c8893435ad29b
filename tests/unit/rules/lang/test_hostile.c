// SPDX-License-Identifier: Apache-2.0
/* YAML within bounds: what is no YAML, what is too much of it, and texts made to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/parse.h"

#define TAIL "\n  desc: d\n  output: o\n  priority: debug\n  condition: "

/* A text of any size; free it. */
struct big {
	char *p;
	size_t len, room;
};

static void add(struct big *b, const char *s, size_t times)
{
	size_t n = strlen(s);

	if (b->room - b->len < n * times + 1) {
		b->room = (b->len + n * times) * 2 + 1;
		b->p = realloc(b->p, b->room);
		assert_non_null(b->p);
	}
	for (size_t i = 0; i < times; i++) {
		memcpy(b->p + b->len, s, n);
		b->len += n;
	}
	b->p[b->len] = '\0';
}

/* Frees the text. */
static void expect(struct big *b, const char *message)
{
	struct rule_text text = {"big", b->p, b->len};
	struct rule_list *list = NULL;

	assert_int_equal(rule_list_parse(&list, &text, 1, &parse_log), -EINVAL);
	assert_null(list);
	assert_true(parse_log.n >= 1);
	parse_log.n = 1;
	assert_string_equal(parse_messages(), message);
	free(b->p);
}

static const struct {
	const char *yaml, *messages;
} cases[] = {
	{"a: [b\n",
	 "2:1: not YAML: while parsing a flow sequence: did not find expected ',' or ']'\n"},
	{"- a: 1\n  a: 2\n", "2:3: the key 'a' stands here twice, first in line 1\n"},
	{"- a: {b: 1, c: 2, b: 3}\n", "1:19: the key 'b' stands here twice, first in line 1\n"},
	{"- ? [a]\n  : b\n", "1:5: a key has to be a single word, this is a list\n"},
	{"- <<: *a\n", "1:3: merge keys (<<) are not supported: write the keys out\n"},
	{"- *a\n", "1:3: there is no anchor &'a' before this\n"},
	{"- &a [*a]\n", "1:7: the alias *'a' stands inside itself\n"},
	{"- &a b\n---\n- *a\n", "3:3: there is no anchor &'a' before this\n"},
	{"- \"a\\0b\"\n", "1:3: a NUL character in a value: it cannot be used here\n"},
	{"- a\xff\n", "1:4: byte 0xff is not UTF-8: save the file as UTF-8\n"},
	{"\xc3\xa9\n- \xed\xa0\x80\n", "2:3: byte 0xed is not UTF-8: save the file as UTF-8\n"},
	{"- \xc0\x80\n", "1:3: byte 0xc0 is not UTF-8: save the file as UTF-8\n"},
	{"- a\x1b[31m\n", "1:4: not YAML: control characters are not allowed (0x1b)\n"},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(parse_bad(cases[i].yaml), cases[i].messages);
}

static void test_nul(void **state)
{
	static const char yaml[] = "- a\n- \0b\n";
	struct rule_text text = {"nul", yaml, sizeof(yaml) - 1};
	struct rule_list *list = NULL;

	(void)state;
	assert_int_equal(rule_list_parse(&list, &text, 1, &parse_log), -EINVAL);
	assert_string_equal(parse_messages(), "2:3: a NUL byte: this is no text file\n");
}

/* A message shows nothing that a terminal would obey. */
static void test_inert(void **state)
{
	(void)state;
	assert_string_equal(parse_bad("- rule: r" TAIL "\"proc.name = a \\e[31m\\u00e9\"\n"),
			    "5:29: expected 'and', 'or' or the end of the condition, found "
			    "'\\x1b[31m\\xc3\\xa9'\n");
}

static void test_alias(void **state)
{
	struct rule_list *list = parse_good("- list: l\n  items: &i [a, &b b]\n"
					    "- list: m\n  items: *i\n"
					    "- rule: r" TAIL "proc.name in (l, m)\n  tags: *i\n"
					    "- rule: *b" TAIL "proc.pid = 1\n");

	(void)state;
	assert_string_equal(list->rules[0].condition_text, "proc.name in (a, b, a, b)");
	assert_string_equal(list->rules[0].tags[1], "b");
	assert_string_equal(list->rules[1].name, "b");
	rule_list_free(list);
}

static void test_mark(void **state)
{
	struct rule_list *list = parse_good("\xef\xbb\xbf- rule: r" TAIL "proc.pid = 1\n");

	(void)state;
	assert_int_equal(list->n, 1);
	rule_list_free(list);
}

static void test_nesting(void **state)
{
	static const char *const openings[] = {"[", "- ", "{a: ", "[{a: "};
	static const char *const messages[] = {"1:33: nested more than 32 levels deep\n",
					       "1:65: nested more than 32 levels deep\n",
					       "1:126: nested more than 32 levels deep\n",
					       "1:78: nested more than 32 levels deep\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		struct big b = {0};

		add(&b, openings[i], RULE_TEXT_MAX / strlen(openings[i]));
		expect(&b, messages[i]);
	}
}

static void test_size(void **state)
{
	struct big b = {0};

	(void)state;
	add(&b, "[", (size_t)10 << 20);
	expect(&b, "1:1: the file is larger than 4 MB: split it\n");
}

static void test_laughs(void **state)
{
	struct big b = {0};
	char line[64];

	(void)state;
	add(&b, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n", 1);
	for (int i = 1; i < 12; i++) {
		(void)snprintf(line, sizeof(line), "- &a%d [", i);
		add(&b, line, 1);
		(void)snprintf(line, sizeof(line), "*a%d, ", i - 1);
		add(&b, line, 10);
		add(&b, "]\n", 1);
	}
	expect(&b,
	       "6:13: more than 250000 values, with aliases counted as what they stand for: split "
	       "the file\n");
}

static void test_keys(void **state)
{
	struct big b = {0};
	char key[32];

	(void)state;
	add(&b, "- ", 1);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(key, sizeof(key), "%sk%d: 1\n", i ? "  " : "", i);
		add(&b, key, 1);
	}
	expect(&b, "257:3: more than 256 keys in one mapping\n");
}

/* ---- conditions ------------------------------------------------------------------------------ */

static void test_parentheses(void **state)
{
	struct big b = {0};
	struct rule_list *list;

	(void)state;
	add(&b, "- rule: r" TAIL, 1);
	add(&b, "(", 256);
	add(&b, "proc.pid = 1", 1);
	add(&b, ")", 256);
	list = parse_good(b.p);
	assert_string_equal(list->rules[0].condition_text, "proc.pid = 1");
	rule_list_free(list);
	b.len = strlen("- rule: r" TAIL);
	add(&b, "(", (size_t)1 << 20);
	expect(&b, "5:270: more than 256 parentheses in each other\n");
}

static void test_nots(void **state)
{
	struct big b = {0};
	struct rule_list *list;

	(void)state;
	add(&b, "- rule: r" TAIL, 1);
	add(&b, "not ", 500001);
	add(&b, "proc.pid = 1\n", 1);
	list = parse_good(b.p);
	assert_string_equal(list->rules[0].condition_text, "not proc.pid = 1");
	rule_list_free(list);
	free(b.p);
}

/* Each level of parentheses another kind: nothing to flatten. */
static void test_depth(void **state)
{
	struct big b = {0};

	(void)state;
	add(&b, "- rule: r" TAIL, 1);
	add(&b, "not (proc.pid = 1 and (proc.pid = 2 or ", 120);
	add(&b, "proc.pid = 3", 1);
	add(&b, "))", 120);
	expect(&b,
	       "5:3334: with its macros expanded this condition is nested deeper than 256: split "
	       "the rule\n");
}

static void test_macro_bomb(void **state)
{
	struct big b = {0};
	char line[128];

	(void)state;
	add(&b, "- macro: m0\n  condition: proc.name=a or proc.name=b\n", 1);
	for (int i = 1; i < 40; i++) {
		(void)snprintf(line, sizeof(line),
			       "- macro: m%d\n  condition: m%d and not m%d or m%d\n", i, i - 1,
			       i - 1, i - 1);
		add(&b, line, 1);
	}
	add(&b, "- rule: r" TAIL "m39\n", 1);
	expect(&b,
	       "4:14: with its macros expanded this condition has more parts than 20000: split the "
	       "rule\n");
}

/* Macros that add nothing but depth. */
static void test_macro_chain(void **state)
{
	struct big b = {0};
	char line[128];

	(void)state;
	add(&b, "- macro: m0\n  condition: proc.name=a\n", 1);
	for (int i = 1; i < 10000; i++) {
		(void)snprintf(line, sizeof(line), "- macro: m%d\n  condition: m%d\n", i, i - 1);
		add(&b, line, 1);
	}
	add(&b, "- rule: r" TAIL "m9999\n", 1);
	expect(&b, "19874:14: with its macros expanded this condition has macros inside each other "
		   "deeper than 64: split the rule\n");
}

static void test_list_bomb(void **state)
{
	struct big b = {0};
	char line[128];

	(void)state;
	add(&b, "- list: l0\n  items: [a, b]\n", 1);
	for (int i = 1; i < 30; i++) {
		(void)snprintf(line, sizeof(line), "- list: l%d\n  items: [l%d, l%d, l%d]\n", i,
			       i - 1, i - 1, i - 1);
		add(&b, line, 1);
	}
	expect(&b, "26:16: the lists hold more than 1000000 values together\n");
}

static void test_long(void **state)
{
	struct big b = {0};

	(void)state;
	add(&b, "- list: l\n  items: [", 1);
	add(&b, "abcdefgh,", 120000);
	add(&b, "]\n- rule: r" TAIL "proc.name in (l)\n", 1);
	expect(&b, "3:9: with its macros and lists expanded the condition is longer than 1048576 "
		   "bytes: split the rule\n");
}

/* A condition of many parts in one line, each of which has a place. */
static void test_wide(void **state)
{
	struct big b = {0};

	(void)state;
	add(&b, "- rule: r" TAIL "proc.pid=1", 1);
	add(&b, " or proc.pid=1", 200000);
	expect(&b,
	       "5:280000: with its macros expanded this condition has more parts than 20000: split "
	       "the rule\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),	   cmocka_unit_test(test_nul),
		cmocka_unit_test(test_inert),	   cmocka_unit_test(test_alias),
		cmocka_unit_test(test_mark),	   cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_size),	   cmocka_unit_test(test_laughs),
		cmocka_unit_test(test_keys),	   cmocka_unit_test(test_parentheses),
		cmocka_unit_test(test_nots),	   cmocka_unit_test(test_depth),
		cmocka_unit_test(test_macro_bomb), cmocka_unit_test(test_macro_chain),
		cmocka_unit_test(test_list_bomb),  cmocka_unit_test(test_long),
		cmocka_unit_test(test_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* What is wrong with rules files, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "rules/lang/log.h"
#include "rules/lang/parse.h"

#define RULE(condition) \
	"- rule: r\n  desc: d\n  output: o\n  priority: debug\n  condition: " condition "\n"

static const struct {
	const char *yaml, *messages;
} cases[] = {
	/* conditions */
	{RULE("proc.name"), "5:23: expected an operator behind the field, found the end\n"},
	{RULE("proc.name startwith a"),
	 "5:24: there is no operator 'startwith'; did you mean startswith?\n"},
	{RULE("proc.name ="),
	 "5:25: expected a value, found the end; one with blanks or ()=,'\" in it "
	 "has to be quoted\n"},
	{RULE("proc.name = (a)"),
	 "5:26: = takes one value; a list goes with in, intersects or pmatch\n"},
	{RULE("proc.name in a b"),
	 "5:29: expected 'and', 'or' or the end of the condition, found 'b'\n"},
	{RULE("proc.name in (a b)"), "5:30: expected , or ) in the list, found 'b'\n"},
	{RULE("proc.name in (a,)"),
	 "5:30: expected a value, found ')'; one with blanks or ()=,'\" in "
	 "it has to be quoted\n"},
	{RULE("proc.name in (a"), "5:27: this list is never closed: expected )\n"},
	{RULE("(proc.name=a"), "5:14: this parenthesis is never closed\n"},
	{RULE("proc.name=a)"),
	 "5:25: expected 'and', 'or' or the end of the condition, found ')'\n"},
	{RULE("proc.name='a"), "5:24: this quote (') is never closed\n"},
	{RULE("proc.name=\"a\\d\""),
	 "5:26: there is no escape '\\d' here; there are \\b \\f \\n \\r \\t "
	 "\\\\ \\/ \\xHH and \\\" (for a backslash write two)\n"},
	{RULE("proc.name=\"\\x00\""),
	 "5:25: \\x00 cannot be in any value; bcontains and bstartswith take it as 00\n"},
	{RULE("proc.name=a and"),
	 "5:29: expected a field, the name of a macro or (, found the end\n"},
	{RULE("proc.name=a and or proc.name=b"),
	 "5:30: expected a field, the name of a macro or (, found 'or'\n"},
	{RULE("proc.aname[ = a"), "5:25: expected an argument between the brackets, found ' '\n"},
	{RULE("proc.aname[2 = a"), "5:26: expected ] behind the field's argument, found ' '\n"},
	{RULE("tolower(proc.name = a"), "5:32: expected ) to close tolower(, found '='\n"},
	{RULE("tolower(x) = a"), "5:22: expected a field such as proc.name, found 'x'\n"},
	{RULE("tolower(tolower(tolower(tolower(tolower(proc.name))))) = a"),
	 "5:46: more than 4 transformers on one field\n"},
	{RULE("lower(proc.name) = a"),
	 "5:14: there is no transformer 'lower'; there are tolower, toupper, basename, len, b64\n"},
	{RULE("proc.pid=1 and join(\".\", proc.aname) = a"),
	 "5:29: there is no transformer 'join'; there are tolower, toupper, basename, len, b64\n"},
	{RULE("not(proc.name = a) and(proc.pid=1) or(proc.name.x = a)"),
	 "5:52: there is no field 'proc.name.x'; did you mean proc.name?\n"},
	/* names */
	{RULE("proc.nmae = a"), "5:14: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: shells\n  condition: proc.name = sh\n" RULE("shels"),
	 "7:14: there is no macro 'shels'; did you mean shells?\n"},
	{"- list: shells\n  items: [sh]\n" RULE("proc.name in shels"),
	 "7:27: there is no list 'shels'; did you mean shells?; values go in parentheses\n"},
	{"- list: two\n  items: [a, b]\n" RULE("proc.name = two"),
	 "7:26: = takes one value, and the list 'two' has 2; use in, or put the word in quotes if it "
	 "is not meant to be the list\n"},
	{RULE("evt.type = opnat"), "5:25: there is no event 'opnat'; did you mean openat?\n"},
	{RULE("not evt.type in (open, opnat)"),
	 "5:37: there is no event 'opnat'; did you mean openat?\n"},
	{"- macro: a\n  condition: b\n- macro: b\n  condition: proc.name = x\n" RULE("a"),
	 "2:14: the macro 'b' is defined only later, in line 3 of test.yaml: a macro can use those "
	 "that stand before it\n"},
	{"- macro: a\n  condition: proc.name=x\n- macro: b\n  condition: a\n"
	 "- macro: a\n  condition: b\n" RULE("a"),
	 "4:14: the macro 'a' uses itself\n"},
	/* types */
	{RULE("proc.pid = a"), "5:25: proc.pid is a whole number, which 'a' is not\n"},
	{RULE("proc.pid = 1.5"), "5:25: proc.pid is a whole number, which '1.5' is not\n"},
	{RULE("proc.pid = -+1"), "5:25: proc.pid is a whole number, which '-+1' is not\n"},
	{RULE("proc.pid = 9223372036854775808"),
	 "5:25: proc.pid is a whole number, which '9223372036854775808' is not\n"},
	{RULE("proc.pid in (1, 2, x)"), "5:33: proc.pid is a whole number, which 'x' is not\n"},
	{RULE("proc.pid contains 1"),
	 "5:23: contains cannot be asked of proc.pid, which is a number\n"},
	{RULE("proc.name < 1"), "5:24: < cannot be asked of proc.name, which is a string\n"},
	{RULE("evt.is_open_write = 1"), "5:34: evt.is_open_write is true or false, not '1'\n"},
	{RULE("evt.is_open_write startswith t"),
	 "5:32: startswith cannot be asked of evt.is_open_write, which is true or false\n"},
	{RULE("proc.name bcontains abc"),
	 "5:34: bcontains takes bytes as pairs of hex digits such as 7f454c46, not 'abc'\n"},
	{RULE("proc.name bcontains zz"),
	 "5:34: bcontains takes bytes as pairs of hex digits such as 7f454c46, not 'zz'\n"},
	{RULE("len(proc.name) = a"),
	 "5:31: the length of proc.name is a whole number, which 'a' is not\n"},
	{RULE("len(proc.name) contains 1"),
	 "5:29: contains cannot be asked of the length of proc.name, which is a number\n"},
	{RULE("tolower(proc.pid) = a"), "5:22: tolower() takes a string, which proc.pid is not\n"},
	{RULE("tolower(len(proc.name)) = a"),
	 "5:26: tolower() takes a string, which what stands around proc.name is not\n"},
	{RULE("proc.name = val(proc.pid)"),
	 "5:30: proc.name is a string, proc.pid is a number: they cannot be compared\n"},
	{RULE("proc.name glob val(proc.pname)"), "5:33: glob takes a value, not a field\n"},
	{RULE("proc.name[1] = a"), "5:24: proc.name takes no argument\n"},
	{RULE("proc.aname[x] = a"), "5:25: proc.aname takes a number from 0 to 99, not 'x'\n"},
	{RULE("proc.aname[100] = a"), "5:25: proc.aname takes a number from 0 to 99, not '100'\n"},
	{RULE("rootwatch.did exists"),
	 "5:14: rootwatch.did needs an argument: rootwatch.did[opened|open]\n"},
	{RULE("rootwatch.did[opened] exists"),
	 "5:28: rootwatch.did takes two forms of a verb, as in rootwatch.did[opened|open], not "
	 "'opened'\n"},
	{RULE("rootwatch.did[opened|] exists"),
	 "5:28: rootwatch.did takes two forms of a verb, as in rootwatch.did[opened|open], not "
	 "'opened|'\n"},
	{RULE("rootwatch.did[|open] exists"),
	 "5:28: rootwatch.did takes two forms of a verb, as in rootwatch.did[opened|open], not "
	 "'|open'\n"},
	{RULE("rootwatch.did[a|b|c] exists"),
	 "5:28: rootwatch.did takes two forms of a verb, as in rootwatch.did[opened|open], not "
	 "'a|b|c'\n"},
	/* all of them, in their order */
	{"- rule: r\n  desc: d\n  output: '%proc.nmae'\n  priority: debg\n"
	 "  condition: proc.pdi = 1 or xyz\n",
	 "4:13: there is no priority 'debg'; did you mean debug?\n"},
	{"- rule: r\n  desc: d\n  output: '%proc.nmae'\n  priority: debug\n"
	 "  condition: proc.pdi = 1 or xyz\n",
	 "3:13: in the output: there is no field 'proc.nmae'; did you mean proc.name?\n"
	 "5:14: there is no field 'proc.pdi'; did you mean proc.pid?\n"
	 "5:30: there is no macro 'xyz'\n"},
	/* outputs */
	{"- rule: r\n  desc: d\n  output: 100%\n  priority: debug\n  condition: proc.pid = 1\n",
	 "3:15: expected a field such as proc.name, found the end\n"},
	{"- rule: r\n  desc: d\n  output: a %(x) b\n  priority: debug\n  condition: proc.pid = 1\n",
	 "3:14: expected a field such as proc.name, found '('\n"},
	/* where in a scalar */
	{"- macro: m\n  condition: \"proc.name = \\\"a\\\"\n\n    and proc.nmae = b\"\n" RULE("m"),
	 "4:9: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: m\n  condition: 'proc.name = ''a'' and proc.nmae = b'\n" RULE("m"),
	 "2:37: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: m\n  condition: |2-\n\n      proc.name = a\n     and proc.nmae = b\n" RULE("m"),
	 "5:10: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: m\n  condition: &c !!str proc.nmae = b\n" RULE("m"),
	 "2:23: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: m\n  condition: proc.name = \xc3\xa9 and proc.nmae = b\n" RULE("m"),
	 "2:32: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: m\r\n  condition: >\r\n    proc.name = a\r\n    and proc.nmae = b\r\n" RULE("m"),
	 "4:9: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"- macro: m\n  condition: proc.name = a\n- macro: m\n  append: true\n"
	 "  condition: or proc.nmae = b\n" RULE("m"),
	 "5:17: there is no field 'proc.nmae'; did you mean proc.name?\n"},
};

static void test_cases(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = parse_bad(cases[i].yaml);

		if (strcmp(got, cases[i].messages) != 0) {
			print_error("%s\ngives  %sand not %s", cases[i].yaml, got,
				    cases[i].messages);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* The same mistake of a macro is one message, however many rules use it. */
static void test_once(void **state)
{
	(void)state;
	assert_string_equal(parse_bad("- macro: m\n  condition: proc.nmae = a\n" RULE("m or m")
					      RULE("m")),
			    "2:14: there is no field 'proc.nmae'; did you mean proc.name?\n");
}

/* No more than the log holds; what does not fit is counted. */
static void test_many(void **state)
{
	static char yaml[64 * 1024];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 150; i++)
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
				      "- rule: r%d\n  desc: d\n  output: o\n  priority: debug\n"
				      "  condition: xx.a%d = 1\n",
				      i, i);
	(void)parse_bad(yaml);
	assert_int_equal(parse_log.errors, 150);
	assert_int_equal(parse_log.n, RULE_MESSAGES_MAX);
	assert_int_equal(parse_log.more, 50);
}

/* Any text, of any length, is shown within its bounds. */
static void test_show(void **state)
{
	char text[128];

	(void)state;
	assert_string_equal(log_show("a\x1b'\xc3", 4).text, "'a\\x1b'\\xc3'");
	for (size_t plain = 0; plain < 8; plain++)
		for (size_t len = 0; len < sizeof(text); len++) {
			struct shown s;

			memset(text, 7, sizeof(text));
			memset(text, 'a', plain);
			s = log_show(text, len);
			assert_non_null(memchr(s.text, '\0', sizeof(s.text)));
			assert_int_equal(s.text[strlen(s.text) - 1], '\'');
		}
}

/* In the order of the files, not of their names. */
static void test_files(void **state)
{
	static const char one[] = "- rule: r\n", two[] = RULE("xx.yy=1");
	struct rule_text texts[] = {{"z", one, sizeof(one) - 1}, {"a", two, sizeof(two) - 1}};
	struct rule_list *list = NULL;

	(void)state;
	assert_int_not_equal(rule_list_parse(&list, texts, 2, &parse_log), 0);
	assert_null(list);
	assert_int_equal(parse_log.n, 2);
	assert_string_equal(parse_log.messages[0].pos.file, "z");
	assert_string_equal(parse_log.messages[1].pos.file, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_once),
		cmocka_unit_test(test_many),  cmocka_unit_test(test_files),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* Items: how they define, append to and override each other, and what is wrong with them. */
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

#define R(name, condition) \
	"- rule: " name "\n  desc: d\n  output: o\n  priority: debug\n  condition: " condition "\n"

static const struct rule *named(const struct rule_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->rules[i].name, name) == 0)
			return &list->rules[i];
	fail_msg("there is no rule %s", name);
	return NULL;
}

static void test_whole(void **state)
{
	struct rule_list *list =
		parse_good("- rule: Write, below /etc!\n"
			   "  desc: >\n    what\n    it is\n"
			   "  condition: proc.pid = 1\n"
			   "  output: out %proc.pid\n"
			   "  priority: Warning\n"
			   "  tags: [a, b]\n"
			   "  source: syscall\n"
			   "  warn_evttypes: false\n"
			   "  x-rootwatch: {advice: do it, report_exit: true}\n"
			   "- rule: other\n  desc: d\n  output: o\n  priority: INFO\n"
			   "  condition: proc.pid = 2\n  enabled: false\n"
			   "  x-rootwatch: {id: my-id}\n");
	const struct rule *r = named(list, "Write, below /etc!");

	(void)state;
	assert_int_equal(list->n, 2);
	assert_string_equal(r->id, "write-below-etc");
	assert_string_equal(r->desc, "what it is");
	assert_string_equal(r->advice, "do it");
	assert_true(r->report_exit && r->enabled);
	assert_int_equal(r->priority, PRIORITY_WARNING);
	assert_string_equal(r->tags[0], "a");
	assert_string_equal(r->tags[1], "b");
	assert_null(r->tags[2]);
	assert_int_equal(r->pos.line, 1);
	assert_string_equal(r->condition_text, "proc.pid = 1");
	assert_string_equal(r->output_text, "out %proc.pid");
	r = named(list, "other");
	assert_string_equal(r->id, "my-id");
	assert_null(r->advice);
	assert_true(!r->enabled && !r->report_exit);
	assert_int_equal(r->priority, PRIORITY_INFORMATIONAL);
	assert_null(r->tags[0]);
	rule_list_free(list);
}

static void test_ids(void **state)
{
	struct rule_list *list = parse_good(
		R("a b", "proc.pid=1") R("A-B", "proc.pid=1") R("a  b", "proc.pid=1")
			R("'!'", "proc.pid=1") R("c", "proc.pid=1") "  x-rootwatch: {id: a-b-2}\n");

	(void)state;
	assert_string_equal(named(list, "a b")->id, "a-b");
	assert_string_equal(named(list, "A-B")->id, "a-b-3"); /* -2 is taken, by choice */
	assert_string_equal(named(list, "a  b")->id, "a-b-4");
	assert_string_equal(named(list, "!")->id, "rule");
	assert_string_equal(named(list, "c")->id, "a-b-2");
	rule_list_free(list);
}

static void test_redefined(void **state)
{
	/* The new one is in the place of the old one. */
	struct rule_list *list =
		parse_good(R("a", "proc.pid=1") R("b", "proc.pid=2") R("a", "proc.pid=3"));

	(void)state;
	assert_int_equal(list->n, 2);
	assert_string_equal(list->rules[0].name, "a");
	assert_string_equal(list->rules[0].condition_text, "proc.pid = 3");
	rule_list_free(list);
}

static void test_override(void **state)
{
	struct rule_list *list = parse_good(R(
		"a",
		"proc.pid=1 or proc.pid=2") "  tags: [x]\n  enabled: false\n"
					    "- rule: a\n  condition: and proc.pid=3\n  output: more\n  tags: [y]\n"
					    "  priority: error\n  desc: new\n  enabled: true\n"
					    "  override: {condition: append, output: append, tags: append, priority: replace,\n"
					    "    desc: replace, enabled: replace}\n");
	const struct rule *r = &list->rules[0];

	(void)state;
	assert_int_equal(list->n, 1);
	assert_string_equal(r->condition_text, "proc.pid = 1 or (proc.pid = 2 and proc.pid = 3)");
	assert_string_equal(r->output_text, "o more");
	assert_string_equal(r->tags[0], "x");
	assert_string_equal(r->tags[1], "y");
	assert_null(r->tags[2]);
	assert_string_equal(r->desc, "new");
	assert_int_equal(r->priority, PRIORITY_ERROR);
	assert_true(r->enabled);
	rule_list_free(list);

	list = parse_good(R("a", "proc.pid=1") "- rule: a\n  enabled: false\n");
	assert_false(list->rules[0].enabled);
	rule_list_free(list);

	list = parse_good("- macro: m\n  condition: proc.pid=1\n- list: l\n  items: [a]\n"
			  "- macro: m\n  condition: proc.pid=2\n  override: {condition: replace}\n"
			  "- list: l\n  items: [b]\n" R("a", "m and proc.name in (l)"));
	assert_string_equal(list->rules[0].condition_text, "proc.pid = 2 and proc.name in (b)");
	rule_list_free(list);

	list = parse_good(R("a", "proc.pid=1") "- rule: a\n  condition: or proc.pid=2\n"
					       "  append: true\n");
	assert_string_equal(list->rules[0].condition_text, "proc.pid = 1 or proc.pid = 2");
	rule_list_free(list);
}

/* Later files change what earlier ones define. */
static void test_files(void **state)
{
	static const char one[] = "- list: l\n  items: [a]\n" R("r", "proc.name in (l)"),
			  two[] = "- list: l\n  items: [b]\n  append: true\n";
	struct rule_text texts[] = {{"1", one, sizeof(one) - 1}, {"2", two, sizeof(two) - 1}};
	struct rule_list *list = NULL;

	(void)state;
	assert_int_equal(rule_list_parse(&list, texts, 2, &parse_log), 0);
	assert_string_equal(list->rules[0].condition_text, "proc.name in (a, b)");
	rule_list_free(list);
	texts[0].bytes = two;
	texts[0].len = sizeof(two) - 1;
	assert_int_equal(rule_list_parse(&list, texts, 1, &parse_log), -EINVAL);
	assert_string_equal(parse_messages(),
			    "3:3: there is no list 'l' before this that could be changed\n");
}

static void test_empty(void **state)
{
	static const char *const empty[] = {"", "# nothing\n", "---\n---\n", "~\n", "- \n", "[]"};

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		struct rule_list *list = parse_good(empty[i]);

		assert_int_equal(list->n, 0);
		rule_list_free(list);
	}
}

static const struct {
	const char *yaml, *messages;
} wrong[] = {
	{"a: b\n", "1:1: a rules file is a list of items, each beginning with \"- rule:\", "
		   "\"- macro:\" or \"- list:\"; this is a mapping\n"},
	{"- a\n", "1:3: an item has to be a mapping such as {rule: ..., condition: ...}, this is a "
		  "single value\n"},
	{"- rule: a\n", "1:3: condition, output, desc and priority are missing here\n"},
	{"- rule: a\n  desc: d\n",
	 "1:3: condition is missing here\n1:3: output is missing here\n1:3: priority is missing here\n"},
	{"- rule: a\n  desc:\n  output: [a]\n  priority: debug\n  condition: proc.pid=1\n",
	 "2:3: desc has to be a single value, and not empty, this is nothing\n"
	 "3:11: output has to be a single value, and not empty, this is a list\n"},
	{R("a", "proc.pid=1") "  enabled: maybe\n",
	 "6:12: enabled is true or false, not 'maybe'\n"},
	{R("a", "proc.pid=1") "  tags: x\n",
	 "6:3: tags has to be a list, this is a single value\n"},
	{R("a", "proc.pid=1") "  tags: [x, [y]]\n",
	 "6:13: tags holds single values, this is a list\n"},
	{R("a", "proc.pid=1") "  x-rootwatch: {id: A}\n",
	 "6:21: 'A' cannot be an id: small letters, digits and single - between them\n"},
	{R("a", "proc.pid=1") "  x-rootwatch: {id: x}\n" R("b",
							   "proc.pid=1") "  x-rootwatch: {id: x}\n",
	 "12:21: the rule in line 1 of test.yaml has the id 'x' too\n"},
	{R("a", "proc.pid=1") "- rule: b\n  condition: or proc.pid=2\n  append: true\n",
	 "6:9: there is no rule 'b' before this that could be changed; did you mean 'a'?\n"},
	{R("a", "proc.pid=1") "- rule: a\n  condition: or proc.pid=2\n  override: {}\n  append: "
			      "false\n  priority: x\n",
	 "6:3: output is missing here\n6:3: desc is missing here\n10:13: there is no priority 'x'\n"},
	{R("a", "proc.pid=1") "- rule: a\n  condition: or proc.pid=2\n  append: true\n"
			      "  override: {condition: append}\n",
	 "9:3: override and append stand together: use override alone\n"},
	{R("a", "proc.pid=1") "- rule: a\n  condition: or proc.pid=2\n"
			      "  override: {conditon: append}\n",
	 "8:14: 'conditon' cannot be overridden here; did you mean condition?\n"},
	{R("a", "proc.pid=1") "- rule: a\n  priority: debug\n  override: {priority: append}\n",
	 "8:24: the override of priority has to say replace\n"},
	{R("a", "proc.pid=1") "- rule: a\n  desc: d\n  override: {condition: append}\n",
	 "8:3: the override names condition, but there is no such key beside it\n"},
	{R("a", "proc.pid=1") "- rule: a\n  desc: d\n  tags: []\n  override: {desc: append}\n",
	 "8:3: the override does not name tags: add it there, with append or replace\n"},
	{R("a", "proc.pid=1") R("a", "proc.pid=1") "  source: k8s_audit\n",
	 "11:11: this rule was for the source 'syscall' before and is for 'k8s_audit' now\n"},
	{"- macro: a-b\n  condition: proc.pid=1\n",
	 "1:10: 'a-b' cannot be the name of a macro: letters, digits and _, a letter first\n"},
	{"- list: a b\n  items: []\n",
	 "1:9: 'a b' cannot be the name of a list: no blanks, none of ()\"'=,\n"},
	{"- list: a\n", "1:3: items is missing here\n"},
	{"- list: a\n  items: [b, ~]\n", "2:14: items holds single values, this is nothing\n"},
	{"- list: a\n  items: ['\"b']\n", "2:12: this quote (\") is never closed\n"},
	{"- list: a\n  items: []\n- list: b\n  items: [a]\n- list: a\n  items: [b]\n",
	 "4:11: the list 'a' holds itself: take it out of one of them\n"},
	{"- required_engine_version: 0.64.0\n",
	 "1:28: these rules are for version 0.64.0 of Falco's engine; rootwatch reads the language of "
	 "0.63.0: use an older release of them\n"},
	{"- required_engine_version: 1000\n",
	 "1:28: these rules are for version 0.1000.0 of Falco's engine; rootwatch reads the language "
	 "of 0.63.0: use an older release of them\n"},
	{"- required_engine_version: new\n",
	 "1:28: 'new' is no version: write it as 0.31.0, or as one number\n"},
};

static void test_wrong(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *got = parse_bad(wrong[i].yaml);

		if (strcmp(got, wrong[i].messages) != 0) {
			print_error("%s\ngives  %sand not %s", wrong[i].yaml, got,
				    wrong[i].messages);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static const struct {
	const char *yaml, *messages;
} warned[] = {
	{R("a", "proc.pid=1") "  prority: x\n",
	 "warning: 6:3: a rule has no key 'prority', it is ignored; did you mean priority?\n"},
	{R("a", "proc.pid=1") "  x-rootwatch: {advise: x}\n",
	 "warning: 6:17: x-rootwatch has no key 'advise', it is ignored; did you mean advice?\n"},
	{"- rul: a\n",
	 "warning: 1:3: an item without rule, macro, list or required_engine_version is ignored\n"},
	{"- required_engine_version: 0.63.0\n- required_engine_version: 13\n", ""},
	{"- required_plugin_versions:\n  - {name: container, version: 1.0.0}\n"
	 "  - {name: json, version: 1.0.0}\n"
	 "  - {name: a, version: 1.0.0, alternatives: [{name: container, version: 1.0.0}]}\n",
	 "warning: 3:5: the plugin 'json' is required: rootwatch has no plugins, rules that need it "
	 "are left out\n"},
	{R("a", "proc.pid=1") "  capture: true\n  capture_duration: 5\n",
	 "warning: 6:3: rootwatch records no captures: capture is ignored\n"},
};

static void test_warned(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
		rule_list_free(parse_good(warned[i].yaml));
		assert_string_equal(parse_messages(), warned[i].messages);
	}
}

/* A file in Falco's style: everything loads, what cannot be judged here says why. */
static void test_falco_style(void **state)
{
	static const struct {
		const char *name, *left_out;
	} expected[] = {
		{"Shell with a terminal", NULL},
		{"Log emptied", NULL},
		{"Secrets looked for", NULL},
		{"Out to the network", NULL},
		{"Traced", "asks for evt.dir = '>': rootwatch sees calls only when they return"},
		{"Old exec", "asks for evt.dir = '>': rootwatch sees calls only when they return"},
		{"Secret in a pod", "is for events of the source 'k8s_audit'; rootwatch has system "
				    "calls only, and no plugins"},
		{"Only in the output", NULL},
		{"Shell of a server", NULL},
		{"setuid to another", NULL},
		{"setuid on its way in",
		 "asks for evt.dir = '>': rootwatch sees calls only when they return"},
		{"Backslash at the end", NULL},
		{"No arguments", NULL},
		{"Capable container", NULL},
		{"Started by an event of its own", NULL},
		{"Sensitive mount", NULL},
		{"Proxy by the environment",
		 "needs the field 'proc.env', and rootwatch never reads environment variables"},
		{"Class file", "needs the event 'recvfrom', which rootwatch does not have"},
		{"Below etc", NULL},
		{"Trailing words", NULL},
	};
	static char yaml[16 * 1024];
	FILE *f = fopen("tests/data/rules/falco-style.yaml", "re");
	struct rule_list *list;

	(void)state;
	assert_non_null(f);
	yaml[fread(yaml, 1, sizeof(yaml) - 1, f)] = '\0';
	(void)fclose(f);
	list = parse_good(yaml);
	assert_string_equal(
		parse_messages(),
		"warning: 163:88: the output prints <NA> for 'proc.env', which rootwatch does not "
		"have\n");
	assert_int_equal(list->n, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < list->n; i++) {
		const struct rule *r = &list->rules[i];

		assert_string_equal(r->name, expected[i].name);
		assert_int_equal(!r->left_out, !expected[i].left_out);
		if (r->left_out)
			assert_string_equal(r->left_out, expected[i].left_out);
		assert_int_equal(!r->condition, r->left_out != NULL);
		assert_int_equal(!r->condition_text, r->left_out != NULL);
		assert_int_equal(!r->output, r->left_out != NULL);
	}
	assert_true(named(list, "Secrets looked for")->enabled);
	assert_string_equal(
		named(list, "Log emptied")->condition_text,
		"evt.type in (open, openat, openat2) and evt.is_open_write = true and fd.typechar = f "
		"and fd.num >= 0 and (fd.directory in (/var/log, /dev/log) or fd.filename in "
		"(auth.log, syslog)) and evt.arg.flags contains O_TRUNC and not "
		"container.image.repository endswith example/agent and not ((proc.name in (logrotate, "
		"redis-server, memcached) and fd.name startswith /var/log/rotated) or (proc.name in "
		"(cron, anacron) and fd.name startswith /var/log/cron)) and not "
		"container.image.repository in (docker.io/example/agent, example.org:5000/tools/agent) "
		"and not (proc.name = my-tool and fd.directory = /var/log/my)");
	rule_list_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	    cmocka_unit_test(test_ids),
		cmocka_unit_test(test_redefined),   cmocka_unit_test(test_override),
		cmocka_unit_test(test_files),	    cmocka_unit_test(test_empty),
		cmocka_unit_test(test_wrong),	    cmocka_unit_test(test_warned),
		cmocka_unit_test(test_falco_style),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

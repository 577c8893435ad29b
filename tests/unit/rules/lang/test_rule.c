// SPDX-License-Identifier: Apache-2.0
/* Exceptions, outputs, and rules that are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/parse.h"

#define HEAD                                                                                            \
	"- list: l\n  items: [x, y]\n"                                                                  \
	"- rule: r\n  desc: d\n  output: o\n  priority: debug\n  condition: proc.pid=1 or proc.pid=2\n" \
	"  exceptions:\n"
#define IS "(proc.pid = 1 or proc.pid = 2)"

static const struct {
	const char *exceptions, *expanded;
} good[] = {
	{"   - {name: e, fields: [proc.name, fd.name], values: [[a, b], [c, \"d e\"]]}\n",
	 IS " and not ((proc.name = a and fd.name = b) or (proc.name = c and fd.name = \"d e\"))"},
	{"   - {name: e, fields: [proc.name, fd.name], comps: [in, startswith], values: [[[a, l], b]]}\n",
	 IS " and not (proc.name in (a, x, y) and fd.name startswith b)"},
	{"   - {name: e, fields: [proc.name, fd.name], comps: [in, pmatch], values: [[l, '(b, \"c d\")']]}\n",
	 IS " and not (proc.name in (x, y) and fd.name pmatch (b, \"c d\"))"},
	{"   - {name: e, fields: [proc.name], values: [[a], [b]]}\n",
	 IS " and not (proc.name = a or proc.name = b)"},
	{"   - {name: e, fields: proc.name, values: [a, l, '\"l\"', b c]}\n",
	 IS " and not proc.name in (a, x, y, l, \"b c\")"},
	{"   - {name: e, fields: fd.name, comps: pmatch, values: [/a]}\n",
	 IS " and not fd.name pmatch (/a)"},
	{"   - {name: e, fields: 'tolower(proc.aname[2])', values: [a]}\n",
	 IS " and not tolower(proc.aname[2]) in (a)"},
	/* none, or none yet */
	{"   - {name: e, fields: proc.name}\n   - {name: f, fields: [proc.name]}\n",
	 "proc.pid = 1 or proc.pid = 2"},
	{"   - {name: e, fields: [proc.name], values: []}\n", "proc.pid = 1 or proc.pid = 2"},
	{"", "proc.pid = 1 or proc.pid = 2"},
	/* values that come later */
	{"   - {name: e, fields: [proc.name], values: [[a]]}\n   - {name: f, fields: fd.name}\n"
	 "- rule: r\n  append: true\n  exceptions:\n   - {name: e, values: [[b]]}\n"
	 "   - {name: f, values: [c]}\n   - {name: g, fields: fd.name, values: [d]}\n",
	 IS
	 " and not (proc.name = a or proc.name = b) and not fd.name in (c) and not fd.name in (d)"},
	{"   - {name: e, fields: [proc.name], values: [[a]]}\n"
	 "- rule: r\n  override: {exceptions: replace}\n  exceptions:\n"
	 "   - {name: e, fields: fd.name, values: [b]}\n",
	 IS " and not fd.name in (b)"},
	/* behind an appended condition */
	{"   - {name: e, fields: [proc.name], values: [[a]]}\n"
	 "- rule: r\n  append: true\n  condition: or proc.pid=3\n",
	 "(proc.pid = 1 or proc.pid = 2 or proc.pid = 3) and not proc.name = a"},
};

static void test_exceptions(void **state)
{
	char yaml[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct rule_list *list, *again;

		(void)snprintf(yaml, sizeof(yaml), HEAD "%s", good[i].exceptions);
		list = parse_good(yaml);
		assert_string_equal(list->rules[0].condition_text, good[i].expanded);
		again = parse_condition("", good[i].expanded);
		expect_same_tree(list->rules[0].condition, again->rules[0].condition);
		rule_list_free(again);
		rule_list_free(list);
	}
}

static const struct {
	const char *exceptions, *messages;
} bad[] = {
	{"   - a\n", "9:6: an exception is a mapping with name, fields, comps and values\n"},
	{"   - {fields: proc.name}\n", "9:6: name is missing here\n"},
	{"   - {name: e}\n", "9:6: fields is missing here\n"},
	{"   - {name: e, fields: []}\n", "9:24: fields is empty\n"},
	{"   - {name: e, fields: [proc.name, 'a b']}\n",
	 "9:37: expected a field such as proc.name, found 'a'\n"},
	{"   - {name: e, fields: [proc.nmae], values: [[a]]}\n",
	 "9:25: there is no field 'proc.nmae'; did you mean proc.name?\n"},
	{"   - {name: e, fields: [proc.pid], values: [[a]]}\n",
	 "9:46: proc.pid is a whole number, which 'a' is not\n"},
	{"   - {name: e, fields: [proc.name, fd.name], comps: [=]}\n",
	 "9:53: there are 2 fields, but 1 comps\n"},
	{"   - {name: e, fields: [proc.name], comps: [is]}\n",
	 "9:45: 'is' is no comparison that exceptions take\n"},
	{"   - {name: e, fields: proc.name, comps: '='}\n",
	 "9:43: with one field comps is in, intersects or pmatch; write fields and comps as lists for "
	 "'='\n"},
	{"   - {name: e, fields: [proc.name, fd.name], values: [[a], [a, b], c]}\n",
	 "9:55: expected a list of 2 values, one for each field; this is a list of 1\n"
	 "9:68: expected a list of 2 values, one for each field; this is a single value of 1\n"},
	{"   - {name: e, fields: [proc.name, fd.name], values: [[a, [b]]]}\n",
	 "9:59: = takes one value, this is a list\n"},
	{"   - {name: e, fields: proc.name, values: [a, [b]]}\n",
	 "9:47: expected a single value, this is a list\n"},
	{"   - {name: e, fields: proc.name, values: a}\n", "9:35: values has to be a list\n"},
	{"   - {name: e, fields: proc.name}\n   - {name: e, fields: proc.name}\n",
	 "10:13: there is an exception 'e' already, in line 9\n"},
	{"   - {name: e, fields: proc.name}\n- rule: r\n  append: true\n  exceptions:\n"
	 "   - {name: e, fields: fd.name, values: [a]}\n",
	 "13:16: the exception 'e' is there already, in line 9: only values can be appended to it\n"},
};

static void test_exceptions_bad(void **state)
{
	unsigned wrong = 0;
	char yaml[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *got;

		(void)snprintf(yaml, sizeof(yaml), HEAD "%s", bad[i].exceptions);
		got = parse_bad(yaml);
		if (strcmp(got, bad[i].messages) != 0) {
			print_error("%s\ngives  %sand not %s", bad[i].exceptions, got,
				    bad[i].messages);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* ---- outputs --------------------------------------------------------------------------------- */

static const struct {
	const char *output, *pieces; /* text<field> */
} outputs[] = {
	{"plain", "plain"},
	{"%proc.name", "<proc.name>"},
	{"a %proc.name b", "a <proc.name> b"},
	{"*a=%proc.name,%proc.pid", "a=<proc.name>,<proc.pid>"},
	{"%proc.aname[2]) 100%% %%proc.name", "<proc.aname[2]>) 100% %proc.name"},
	{"file=%fd.name. end.", "file=<fd.name>. end."},
	{"%proc.name.sh %evt.arg[flags]", "<proc.name>.sh <evt.arg.flags>"},
	{"%tolower(proc.name)", "<1proc.name>"},
	{"%container.info", "container_id=<container.id> container_name=<container.name>"},
	{"%container.id%container.info%container.info",
	 "<container.id>container_id=<container.id> container_name=<container.name>container_id="
	 "<container.id> container_name=<container.name>"},
	{"x %12proc.name", "x <proc.name>"},
};

static void test_outputs(void **state)
{
	char yaml[512], text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		struct rule_list *list;
		const struct rule *r;
		size_t n = 0;

		(void)snprintf(yaml, sizeof(yaml),
			       "- rule: r\n  desc: d\n  output: '%s'\n  priority: debug\n"
			       "  condition: proc.pid=1\n",
			       outputs[i].output);
		list = parse_good(yaml);
		r = &list->rules[0];
		text[0] = '\0';
		for (size_t k = 0; k < r->n_output; k++) {
			const struct output_piece *p = &r->output[k];

			assert_int_equal(strlen(p->text), p->len);
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", p->text);
			if (!p->has_field)
				continue;
			n += (size_t)snprintf(text + n, sizeof(text) - n, "<");
			if (p->field.n_transforms)
				n += (size_t)snprintf(text + n, sizeof(text) - n, "%zu",
						      p->field.n_transforms);
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
					      field_name(p->field.id));
			if (p->field.has_index)
				n += (size_t)snprintf(text + n, sizeof(text) - n, "[%u]",
						      p->field.index);
			n += (size_t)snprintf(text + n, sizeof(text) - n, ">");
		}
		assert_string_equal(text, outputs[i].pieces);
		assert_string_equal(r->output_text, outputs[i].output);
		rule_list_free(list);
	}
}

/* ---- left out -------------------------------------------------------------------------------- */

#define FIELD(f) "needs the field '" f "', which rootwatch does not have"
#define NEVER(f) "needs the field '" f "', which no event has when rules are asked"
#define EVENT(e) "needs the event '" e "', which rootwatch does not have"

static const struct {
	const char *condition, *why; /* NULL: not left out */
} missing[] = {
	{"fd.sip.name = \"1.2.3.4\"", FIELD("fd.sip.name")},
	{"proc.pid=1 or not fd.sip.name exists", FIELD("fd.sip.name")},
	{"proc.name = val(proc.loginshellid)", FIELD("proc.loginshellid")},
	{"evt.arg.length = x", FIELD("evt.arg.length")},
	{"evt.rawarg.path = x", FIELD("evt.rawarg.path")},
	{"evt.arg[zero] = x", FIELD("evt.arg.zero")},
	{"container.mount.dest[/x] exists", NULL},
	{"container.ip exists", FIELD("container.ip")},
	{"ka.verb = get", FIELD("ka.verb")},
	{"jevt.value[/a] = get", FIELD("jevt.value")},
	{"proc.env[X] = y",
	 "needs the field 'proc.env', and rootwatch never reads environment variables"},
	/* what a line says of the stream, or of what the rules found */
	{"rootwatch.lost > 0", NEVER("rootwatch.lost")},
	{"not rootwatch.stats.alerts exists", NEVER("rootwatch.stats.alerts")},
	{"rootwatch.rule.id = x", NEVER("rootwatch.rule.id")},
	{"rootwatch.tier = lsm", NULL},
	/* the first reason */
	{"fd.sip.name = x and fd.cip.name = y", FIELD("fd.sip.name")},
	/* events: where they are asked for */
	{"evt.type = kill", EVENT("kill")},
	{"evt.type in (open, fork)", EVENT("fork")},
	{"not evt.type = kill", NULL},
	{"evt.type != kill", NULL},
	{"not evt.type != kill", EVENT("kill")},
	{"not (not evt.type = kill)", EVENT("kill")},
	{"not (proc.pid=1 and not evt.type in (kill))", EVENT("kill")},
	{"evt.type startswith openat", NULL},
	{"evt.type startswith pidfd_s",
	 "compares evt.type by startswith, which may ask for events that rootwatch does not have"},
	{"evt.type endswith dir",
	 "compares evt.type by endswith, which may ask for events that rootwatch does not have"},
	{"evt.type glob 'open*'",
	 "compares evt.type by glob, which may ask for events that rootwatch does not have"},
	{"not evt.type glob 'open*'", NULL},
	{"evt.type in (execve, execveat, setuid, setreuid, setresuid, setfsuid, open, openat, openat2, "
	 "creat, open_by_handle_at, connect, procexit)",
	 NULL},
	/* other values that never come */
	{"evt.dir = >", "asks for evt.dir = '>': rootwatch sees calls only when they return"},
	{"evt.dir != >", NULL},
	{"evt.dir = <", NULL},
	{"fd.typechar = e",
	 "needs descriptors of the type 'e' (fd.typechar), which rootwatch does not see"},
	{"fd.typechar in (f, d, p, u, 4, 6)", NULL},
	{"not fd.typechar = e", NULL},
	{"fd.type in (\"event\", file)",
	 "needs descriptors of the type 'event' (fd.type), which rootwatch does not see"},
	{"proc.tty != 34816",
	 "compares proc.tty with the number '34816'; here it is a name such as "
	 "pts0, and 0 stands for none with = and != only"},
	{"proc.tty in (0, pts0)",
	 "compares proc.tty with the number '0'; here it is a name such as "
	 "pts0, and 0 stands for none with = and != only"},
	{"proc.tty = pts0", NULL},
	{"evt.category = memory",
	 "needs events of the category 'memory', which rootwatch does not have"},
	{"evt.category in (file, process, net, user)", NULL},
};

static void test_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		struct rule_list *list = parse_condition("", missing[i].condition);
		const char *why = list->rules[0].left_out;

		if (!why != !missing[i].why || (why && strcmp(why, missing[i].why) != 0))
			fail_msg("%s: %s", missing[i].condition, why ? why : "not left out");
		rule_list_free(list);
	}
}

/* What would be a mistake is none when the rule says that it may be. An error stays one. */
static void test_skip_unknown(void **state)
{
#define SKIP(condition, output)                                                                    \
	"- rule: r\n  desc: d\n  output: '" output "'\n  priority: debug\n  condition: " condition \
	"\n  skip-if-unknown-filter: true\n"
	struct rule_list *list;

	(void)state;
	list = parse_good(SKIP("proc.nmae = a", "o"));
	assert_string_equal(list->rules[0].left_out,
			    "there is no field 'proc.nmae'; did you mean proc.name?");
	rule_list_free(list);
	list = parse_good(SKIP("evt.type = opnat", "o"));
	assert_string_equal(list->rules[0].left_out,
			    "there is no event 'opnat'; did you mean openat?");
	rule_list_free(list);
	list = parse_good(SKIP("proc.pid = 1", "%xx.yy"));
	assert_non_null(list->rules[0].left_out);
	rule_list_free(list);
	assert_string_equal(parse_bad(SKIP("proc.nmae = a and proc.pid = x", "o")),
			    "5:43: proc.pid is a whole number, which 'x' is not\n");
	assert_string_equal(parse_bad(SKIP("fd.sip in (10.0.0.1, localhost)", "o")),
			    "5:35: fd.sip is an address or a network, which 'localhost' is not\n");
	/* A rule that has a missing field and a mistake is a mistake. */
	assert_string_equal(parse_bad("- rule: r\n  desc: d\n  output: o\n  priority: debug\n"
				      "  condition: fd.sip.name = a and proc.pid = x\n"),
			    "5:45: proc.pid is a whole number, which 'x' is not\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exceptions),   cmocka_unit_test(test_exceptions_bad),
		cmocka_unit_test(test_outputs),	     cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_skip_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

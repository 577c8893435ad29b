// SPDX-License-Identifier: Apache-2.0
/* Conditions that are right: what they become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/lang/parse.h"

#define MACROS                                                   \
	"- list: shells\n  items: [sh, bash, '\"(systemd)\"']\n" \
	"- list: all\n  items: [shells, \"a b\", none]\n"        \
	"- list: empty\n  items: []\n"                           \
	"- list: one\n  items: [x]\n"                            \
	"- macro: a\n  condition: proc.name = a\n"               \
	"- macro: a_or_b\n  condition: a or proc.name = b\n"     \
	"- macro: not_a\n  condition: not a\n"

static const struct {
	const char *condition, *expanded;
} cases[] = {
	/* precedence: not, and, or */
	{"a or proc.name=b and proc.name=c", "proc.name = a or (proc.name = b and proc.name = c)"},
	{"proc.name=b and a or proc.name=c", "(proc.name = b and proc.name = a) or proc.name = c"},
	{"not a and proc.name=b", "not proc.name = a and proc.name = b"},
	{"not (a and proc.name=b)", "not (proc.name = a and proc.name = b)"},
	{"not(a)or(a)", "not proc.name = a or proc.name = a"},
	{"not not a", "proc.name = a"},
	{"not not not a", "not proc.name = a"},
	{"not not_a", "proc.name = a"},
	/* what is associative is one node */
	{"a and (proc.name=b and proc.name=c)",
	 "proc.name = a and proc.name = b and proc.name = c"},
	{"a_or_b or proc.name=c", "proc.name = a or proc.name = b or proc.name = c"},
	{"a_or_b and proc.name=c", "(proc.name = a or proc.name = b) and proc.name = c"},
	{"((((a))))", "proc.name = a"},
	{"\ta\n and\r\n not_a ", "proc.name = a and not proc.name = a"},
	/* every operator */
	{"proc.pid=1 and proc.pid==1", "proc.pid = 1 and proc.pid = 1"},
	{"proc.pid!=0x1F", "proc.pid != 31"},
	{"proc.pid<1 or proc.pid<=-2", "proc.pid < 1 or proc.pid <= -2"},
	{"proc.pid>1 or proc.pid>=+2", "proc.pid > 1 or proc.pid >= 2"},
	{"fd.num>=0", "fd.num >= 0"},
	{"proc.name contains x", "proc.name contains x"},
	{"proc.name icontains x", "proc.name icontains x"},
	{"proc.name bcontains 7F45", "proc.name bcontains 7f45"},
	{"proc.name startswith /x", "proc.name startswith /x"},
	{"proc.name bstartswith 00ff", "proc.name bstartswith 00ff"},
	{"proc.name endswith .so", "proc.name endswith .so"},
	{"proc.name glob '/home/*/.ssh/*'", "proc.name glob /home/*/.ssh/*"},
	{"proc.name iglob ?x", "proc.name iglob ?x"},
	{"proc.name regex '[a-z]+\\\\.sh'", "proc.name regex \"[a-z]+\\\\.sh\""},
	{"proc.name in (a,b , \"c d\")", "proc.name in (a, b, \"c d\")"},
	{"proc.name in()", "proc.name in ()"},
	{"rootwatch.file.paths intersects (/a)", "rootwatch.file.paths intersects (/a)"},
	{"fd.name pmatch (/a, /b)", "fd.name pmatch (/a, /b)"},
	{"k8s.pod.name exists", "k8s.pod.name exists"},
	{"proc.pid in (1, 0x10)", "proc.pid in (1, 16)"},
	/* Falco's event for the start of a container */
	{"evt.type=container", "evt.type in (execve, execveat) and proc.vpid = 1"},
	{"evt.type in (container)", "evt.type in (execve, execveat) and proc.vpid = 1"},
	{"evt.type in (open, container, connect)",
	 "evt.type in (open, connect) or (evt.type in (execve, execveat) and proc.vpid = 1)"},
	{"not evt.type=container", "not (evt.type in (execve, execveat) and proc.vpid = 1)"},
	{"container.mount.dest[/proc*]!=N/A", "container.mount.dest[\"/proc*\"] != N/A"},
	{"evt.is_open_write=true", "evt.is_open_write = true"},
	/* lists */
	{"proc.name in (shells)", "proc.name in (sh, bash, \"(systemd)\")"},
	{"proc.name in shells", "proc.name in (sh, bash, \"(systemd)\")"},
	{"proc.name in (x, all)", "proc.name in (x, sh, bash, \"(systemd)\", \"a b\", none)"},
	{"proc.name in (\"shells\", 'all')", "proc.name in (shells, all)"},
	{"proc.name in (empty, x)", "proc.name in (x)"},
	{"fd.name pmatch shells", "fd.name pmatch (sh, bash, \"(systemd)\")"},
	{"proc.name = one", "proc.name = x"},
	{"proc.name = 'one'", "proc.name = one"},
	/* values */
	{"proc.name = \"a\\\"b\\\\\"", "proc.name = \"a\\\"b\\\\\""},
	{"proc.name = 'a\\'b'", "proc.name = \"a'b\""},
	{"proc.name = \"\\b\\f\\n\\r\\t\\x01\\xff\\/\"",
	 "proc.name = \"\\x08\\x0c\\x0a\\x0d\\x09\\x01\\xff/\""},
	{"proc.name = \"\"", "proc.name = \"\""},
	{"proc.name = a[b]{c}|$;<>!", "proc.name = \"a[b]{c}|$;<>!\""},
	{"evt.dir=<", "evt.dir = \"<\""},
	{"proc.name != <NA>", "proc.name != \"<NA>\""},
	/* arguments */
	{"proc.aname = x", "proc.aname = x"},
	{"proc.aname[2] = x", "proc.aname[2] = x"},
	{"proc.aname['3'] = x", "proc.aname[3] = x"},
	{"evt.arg[flags] contains O_TRUNC", "evt.arg.flags contains O_TRUNC"},
	{"evt.arg[0] contains AF_PACKET", "evt.arg[0] contains AF_PACKET"},
	/* transformers, and fields on the right */
	{"tolower(proc.name) = x", "tolower(proc.name) = x"},
	{"toupper( tolower( proc.name ) ) = x", "toupper(tolower(proc.name)) = x"},
	{"basename(proc.aname[2]) = x", "basename(proc.aname[2]) = x"},
	{"b64(proc.name) = x", "b64(proc.name) = x"},
	{"len(proc.name) > 10", "len(proc.name) > 10"},
	{"len(rootwatch.exec.paths) = 1", "len(rootwatch.exec.paths) = 1"},
	{"proc.name = val(proc.pname)", "proc.name = val(proc.pname)"},
	{"proc.name = val( tolower(proc.pname) )", "proc.name = val(tolower(proc.pname))"},
	{"tolower(proc.name) = tolower(proc.pname)",
	 "tolower(proc.name) = val(tolower(proc.pname))"},
	{"proc.pid > val(proc.ppid)", "proc.pid > val(proc.ppid)"},
	{"proc.name in val(proc.pname)", "proc.name in val(proc.pname)"},
	/* the number of a terminal is a name here */
	{"proc.tty != 0", "proc.tty exists"},
	{"proc.tty = 0", "not proc.tty exists"},
	{"not proc.tty=0", "proc.tty exists"},
	/* words that begin as others do */
	{"proc.name = and", "proc.name = and"},
	{"proc.name=notes or proc.name=in", "proc.name = notes or proc.name = in"},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_condition(MACROS, cases[i].condition, cases[i].expanded);
}

/* A macro sees its lists and macros as they are in the end, whatever changed them later. */
static void test_order(void **state)
{
	(void)state;
	expect_condition("- list: l\n  items: [a]\n"
			 "- macro: m\n  condition: proc.name in (l, later)\n"
			 "- macro: n\n  condition: not m\n"
			 "- list: later\n  items: [c]\n"
			 "- list: l\n  items: [b]\n  override: {items: append}\n"
			 "- macro: m\n  condition: or proc.pname = x\n  append: true\n",
			 "n", "not (proc.name in (a, b, c) or proc.pname = x)");
}

/* A condition that lies in several lines. */
#define SPREAD                    \
	"- macro: m\n"            \
	"  condition: >\n"        \
	"    proc.name = a\n"     \
	"\n"                      \
	"    or  proc.name = b\n" \
	"- rule: r\n"             \
	"  desc: d\n"             \
	"  output: o\n"           \
	"  priority: debug\n"     \
	"  condition: m and\n"    \
	"     proc.pid = 1"

static void test_positions(void **state)
{
	struct rule_list *list;
	const struct node *and, * or ;

	(void)state;
	assert_string_equal(parse_bad(SPREAD " and \"proc.name\"\n"),
			    "11:23: expected a field, the name of a macro or (, found '\"'\n");
	list = parse_good(SPREAD "\n");
	and = list->rules[0].condition;
	assert_int_equal(and->kind, NODE_AND);
	or = and->kids[0];
	assert_int_equal(or->kind, NODE_OR);
	assert_int_equal(or->kids[0]->pos.line, 3);
	assert_int_equal(or->kids[0]->pos.column, 5);
	assert_int_equal(or->kids[1]->pos.line, 5);
	assert_int_equal(or->kids[1]->pos.column, 9);
	assert_int_equal(and->kids[1]->pos.line, 11);
	assert_int_equal(and->kids[1]->pos.column, 6);
	assert_string_equal(and->pos.file, "test.yaml");
	rule_list_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_positions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

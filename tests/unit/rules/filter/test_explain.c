// SPDX-License-Identifier: Apache-2.0
/* What people are told of a rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/filter/condition.h"

#define COST_READ                                                                         \
	"So each open for reading by root in a container is sent to user space: about 3 " \
	"microseconds each, and programs read many files\n"
#define DENIED_AND_CALLS                                                                          \
	"others opens that were denied, other system calls, of the types asked for: sent in any " \
	"case, and judged in user space\n"
#define DENIED "others opens that were denied: sent in any case, and judged in user space\n"

/* Blanks and line breaks inside a paragraph as one blank. */
static void expect(const char *want, const struct node *condition)
{
	struct rule rule = condition_rule(condition);
	char *text, *to;
	const char *from;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(filter_explain(out, &rule), 0);
	assert_int_equal(fclose(out), 0);
	for (from = to = text; *from; from++) {
		bool blank = *from == ' ' || (*from == '\n' && from[1] == ' ');

		if (!blank)
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
	assert_string_equal(text, want);
	free(text);
}

static void test_compared(void **state)
{
	(void)state;
	expect("writes compared in the kernel: the path /etc. In user space: proc.name = x\n" DENIED,
	       AND(WRITES, TEST(FILE_PATHS, PMATCH, "/etc"), TEST(PROC_NAME, EQ, "x")));
	expect("opens compared in the kernel: the paths /a/a, /b/b; the file's name n; the end of the "
	       "file's name .key. In user space: the same once more, by the letter\n" DENIED_AND_CALLS,
	       OR(TEST(FILE_PATHS, IN, "/b/b", "/a/a", "/b/b"), TEST(FILE_NAME, EQ, "n"),
		  TEST(FILE_NAME, ENDSWITH, ".key")));
	expect("both compared in the kernel: all of sysfs. In user space: the same once more, by the "
	       "letter\n" DENIED,
	       AND(READS, WRITES, EXISTS(SYSFS_PATH)));
	expect("connects compared in the kernel: the socket's name x; the listener's command y. In "
	       "user space: the same once more, by the letter\n"
	       "others connects that were denied: sent in any case, and judged in user space\n",
	       OR(TEST(SOCKET_NAME, EQ, "x"), TEST(PEER_COMM, EQ, "y")));
	expect("reads compared in the kernel: the host's files, but for what lies in their file system "
	       "below /a, /b. In user space: rootwatch.file.sbpath pmatch (/a, /b); "
	       "container.name in (a, b, c, d, ...)\n" DENIED,
	       AND(READS, EXISTS(HOST_PATH), NOT(TEST(FILE_SBPATH, PMATCH, "/a", "/b")),
		   TEST(CONTAINER_NAME, IN, "a", "b", "c", "d", "e")));
	/* What is not in the rule's hands. */
	expect("others programs started: sent in any case, and judged in user space\n",
	       TEST(EXEC_FILENAME, EQ, "/x"));
	expect("", TEST(DIR, EQ, ">"));
}

static void test_blamed(void **state)
{
	struct node *node = TEST(FILE_PATHS, CONTAINS, "x y");

	(void)state;
	node->pos = (struct rule_pos){"my.yaml", 7, 9};
	expect("reads nothing can be compared in the kernel because of `rootwatch.file.paths contains "
	       "\"x y\"' (my.yaml:7:9): it leaves open where the file lies and how its name ends. " COST_READ
		       DENIED,
	       AND(READS, OR(TEST(FILE_PATHS, PMATCH, "/etc"), node)));
	node = TEST(PROC_NAME, EQ, "x");
	expect("reads nothing can be compared in the kernel because of `proc.name = x' "
	       "(test.yaml:1:1): the kernel does not compare that. " COST_READ DENIED,
	       AND(READS, OR(TEST(FILE_PATHS, PMATCH, "/etc"), node)));
	expect("reads nothing can be compared in the kernel because of `evt.is_open_read = true and "
	       "proc.name = x' (test.yaml:1:1): none of its parts says which files. " COST_READ
		       DENIED,
	       AND(READS, node));
	expect("reads nothing can be compared in the kernel because of `not fd.name pmatch (/etc)' "
	       "(test.yaml:1:1): what is excluded leaves everything else. " COST_READ DENIED,
	       AND(READS, OR(TEST(FILE_NAME, EQ, "x"), NOT(TEST(FD_NAME, PMATCH, "/etc")))));
	expect("reads nothing can be compared in the kernel because of `not (tolower(proc.name) = "
	       "\\x1b[0m or user.uid = 0)' (test.yaml:1:1): none of its parts says which files. " COST_READ
		       DENIED,
	       AND(READS,
		   OR(TEST(FILE_NAME, EQ, "x"),
		      NOT(OR(condition_transform(TEST(PROC_NAME, EQ, "\033[0m"), TRANSFORM_TOLOWER),
			     TEST(USER_UID, EQ, "0"))))));
}

/* However long and deep: the text stays short. */
static void test_bounded(void **state)
{
	const struct node *node;
	struct node *deep = TEST(PROC_NAME, EQ, "x");
	struct rule rule;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i;

	(void)state;
	for (i = 0; i < 20000; i++)
		deep = AND(NOT(deep), TEST(FILE_NAME, EQ, "y"));
	node = AND(READS, deep);
	rule = condition_rule(node);
	assert_non_null(out);
	assert_int_equal(filter_explain(out, &rule), 0);
	assert_int_equal(fclose(out), 0);
	assert_in_range(size, 100, 4000);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_compared, condition_teardown),
		cmocka_unit_test_teardown(test_blamed, condition_teardown),
		cmocka_unit_test_teardown(test_bounded, condition_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines, from tests/data/package-commands.txt, and those that no line of text can hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "rules/build.h"
#include "rules/package.h"

#define TABLE "tests/data/package-commands.txt"

static const char *const acts[] = {
	[PACKAGE_NONE] = "none",
	[PACKAGE_QUERY] = "query",
	[PACKAGE_ACT] = "install",
};

static enum package_act judged(const struct event *e)
{
	struct program p;

	program_identify(&p, e);
	return package_judge(&p);
}

static void test_commands(void **state)
{
	FILE *f = fopen(TABLE, "re");
	char line[1024];
	int number = 0, wrong = 0;
	unsigned seen[3] = {0};

	(void)state;
	if (!f)
		fail_msg("cannot open %s: run it from the top of the source tree", TABLE);
	while (fgets(line, sizeof(line), f)) {
		char act[16], exe[128], script[128];
		enum package_act got;
		struct event e;
		int command = 0;

		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (sscanf(line, "%15s %127s %127s %n", act, exe, script, &command) != 3 ||
		    !command)
			fail_msg("%s:%d: not understood", TABLE, number);
		judge_reset();
		e = strcmp(script, "-") == 0 ? judge_exec(exe, line + command) :
					       judge_script(exe, script, line + command);
		got = judged(&e);
		seen[got]++;
		if (strcmp(acts[got], act) != 0) {
			print_error("%s:%d: is taken for %s: %s\n", TABLE, number, acts[got], line);
			wrong++;
		}
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(seen[i], 0);
}

/* More arguments than are kept: the subcommand may be among the others. */
static void test_too_many_arguments(void **state)
{
	char command[4096] = "apt-get";
	struct program p;
	struct event e;

	(void)state;
	for (int i = 0; i < PROGRAM_ARGS_MAX + 10; i++)
		strncat(command, " -q", sizeof(command) - strlen(command) - 1);
	e = judge_exec("/usr/bin/apt-get", command);
	program_identify(&p, &e);
	assert_true(p.cut);
	assert_int_equal(judged(&e), PACKAGE_ACT);

	e = judge_exec("/usr/bin/apt-get", "apt-get -q");
	assert_int_equal(judged(&e), PACKAGE_QUERY);
	e.exec.argv_tail = STR_LIT("install");
	assert_int_equal(judged(&e), PACKAGE_ACT);
}

/* argv is whatever the caller of execve liked: none at all, empty strings, no last NUL. */
static void test_odd_arguments(void **state)
{
	static const char *const commands[] = {"",	   " ",		"  ",
					       "apt-get ", "apt-get  ", "a  install"};
	static const char *const programs[] = {"/usr/bin/apt-get",
					       "/usr/bin/dpkg",
					       "/usr/bin/rpm",
					       "/usr/bin/pacman",
					       "/bin/busybox",
					       "/usr/bin/python3",
					       "/usr/bin/node",
					       "/usr/bin/env",
					       "/lib64/ld-linux-x86-64.so.2",
					       "/usr/bin/dpkg-deb",
					       "/",
					       "",
					       "apt-get/"};
	struct program p;

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		for (size_t j = 0; j < sizeof(commands) / sizeof(commands[0]); j++) {
			struct event e = judge_exec(programs[i], commands[j]);

			program_identify(&p, &e);
			assert_in_range(p.n, 0, PROGRAM_ARGS_MAX);
			package_judge(&p);
			e = judge_script(programs[i], programs[j], commands[j]);
			program_identify(&p, &e);
			package_judge(&p);
		}
	}
	{
		struct event e = judge_exec("/usr/bin/apt-get", "a  install");

		assert_int_equal(judged(&e), PACKAGE_ACT);
	}
}

static void test_tool_names(void **state)
{
	(void)state;
	assert_true(package_tool(STR_LIT("apt-get")));
	assert_true(package_tool(STR_LIT("pip3.11")));
	assert_true(package_tool(STR_LIT("gem3.1")));
	assert_false(package_tool(STR_LIT("")));
	assert_false(package_tool(STR_LIT("apt-get dpkg")));
	assert_false(package_tool(STR_LIT("apt-get2")));
	assert_true(package_tool(STR_LIT("pipx")));
	assert_false(package_tool(STR_LIT("pipy")));
	assert_false(package_tool(STR_LIT("3.11")));
}

static int reset(void **state)
{
	(void)state;
	judge_reset();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_commands),
		TEST(test_too_many_arguments),
		TEST(test_odd_arguments),
		TEST(test_tool_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

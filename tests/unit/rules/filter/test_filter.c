// SPDX-License-Identifier: Apache-2.0
/* What conditions come to: the entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "rules/filter/condition.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void test_paths(void **state)
{
	(void)state;
	condition_expect_open("path /etc/shadow", TEST(FD_NAME, EQ, "/etc/shadow"));
	condition_expect_open("path /etc/shadow RW; path /etc/sudoers",
			      TEST(FD_NAME, IN, "/etc/sudoers", "/etc/shadow"));
	condition_expect_open("path /etc/shadow", TEST(FILE_PATHS, IN, "/etc/shadow"));
	condition_expect_open("path /etc", TEST(FD_NAME, PMATCH, "/etc"));
	condition_expect_open("path /etc", TEST(FD_NAME, PMATCH, "/etc/"));
	condition_expect_open("path /etc", TEST(FD_NAME, PMATCH, "/etc/*/x"));
	condition_expect_open("path /etc", TEST(FD_NAME, STARTSWITH, "/etc/"));
	condition_expect_open("path /etc", TEST(FD_NAME, STARTSWITH, "/etc/ssh"));
	condition_expect_open("path /root/.ssh", TEST(FD_NAME, GLOB, "/root/.ssh/id_*"));
	condition_expect_open("name id_rsa", TEST(FD_NAME, GLOB, "/home/*/.ssh/id_rsa"));
	condition_expect_open("name id_rsa", TEST(FD_NAME, ENDSWITH, "/id_rsa"));
	condition_expect_open("name id_rsa", TEST(FD_NAME, ENDSWITH, "/.ssh/id_rsa"));
	condition_expect_open("suffix .key", TEST(FD_NAME, ENDSWITH, ".key"));
	condition_expect_open("suffix .key", TEST(FD_NAME, GLOB, "*.key"));
	condition_expect_open("suffix _ed25519", TEST(FD_NAME, ENDSWITH, "id_ed25519"));
	condition_expect_open("path /etc", TEST(FD_DIRECTORY, EQ, "/etc"));
	condition_expect_open("path /etc/cron.d", TEST(FD_DIRECTORY, PMATCH, "/etc/cron.d"));
	condition_expect_open("path /etc", TEST(FD_DIRECTORY, STARTSWITH, "/etc/cron"));
	condition_expect_open("name passwd", TEST(FD_FILENAME, EQ, "passwd"));
	condition_expect_open("name passwd", TEST(FILE_NAME, PMATCH, "passwd"));
	condition_expect_open("suffix .key", TEST(FILE_NAME, ENDSWITH, ".key"));
	condition_expect_open("name passwd",
			      condition_transform(TEST(FD_NAME, EQ, "passwd"), TRANSFORM_BASENAME));
	condition_expect_open("name passwd", TEST(FILE_SBPATH, EQ, "/etc/passwd"));
}

/* Wherever it lies; the narrowest of what a pattern says. */
static void test_folders(void **state)
{
	(void)state;
	condition_expect_open("folder .ssh", TEST(FD_NAME, GLOB, "*/.ssh/*"));
	condition_expect_open("folder .ssh", TEST(FILE_PATHS, GLOB, "/home/*/.ssh/*"));
	condition_expect_open("folder .aws", TEST(FD_NAME, GLOB, "*/.aws/sso/*"));
	condition_expect_open("folder node_modules", TEST(FD_NAME, GLOB, "*/node_modules/*"));
	condition_expect_open("folder .ssh", TEST(FD_NAME, CONTAINS, "/.ssh/"));
	condition_expect_open("folder b", TEST(FD_NAME, CONTAINS, "a/b/c"));
	condition_expect_open("folder .ssh", TEST(FD_DIRECTORY, ENDSWITH, "/.ssh"));
	condition_expect_open("folder .ssh", TEST(FD_DIRECTORY, GLOB, "/home/*/.ssh"));
	condition_expect_open("name config", TEST(FD_NAME, GLOB, "*/.aws/config"));
	condition_expect_open("path /etc", TEST(FD_NAME, GLOB, "/etc/*.d/*"));
	condition_expect_open("host", TEST(HOST_PATH, GLOB, "*/.ssh/*"));
}

static void test_scopes(void **state)
{
	(void)state;
	condition_expect_open("proc /sys/kernel/core_pattern",
			      TEST(PROCFS_PATH, EQ, "/sys/kernel/core_pattern"));
	condition_expect_open("proc /kcore", TEST(PROCFS_PATH, EQ, "/kcore"));
	condition_expect_open("proc /sys", TEST(PROCFS_PATH, STARTSWITH, "/sys/"));
	condition_expect_open("proc", TEST(PROCFS_PATH, STARTSWITH, "/sys"));
	condition_expect_open("sysfs", EXISTS(SYSFS_PATH));
	condition_expect_open("kern", TEST(KERNELFS_PATH, REGEX, "/reg.*"));
	condition_expect_open("kern", TEST(KERNELFS_PATH, NE, "/x"));
	condition_expect_open("cgroup", condition_transform(TEST(CGROUPFS_PATH, EQ, "/x"),
							    TRANSFORM_TOLOWER));
	condition_expect_open("name release_agent",
			      TEST(CGROUPFS_PATH, ENDSWITH, "/release_agent"));
	condition_expect_open("proc", TEST(PROCFS_PATH, PMATCH, "/"));
	condition_expect_open("block", TEST(FILE_TYPE, EQ, "block"));
	condition_expect_open("block RW; char 1:1 RW; char 1:2", TEST(FILE_RDEV, IN, "1:1", "1:2"));
}

/* Nothing is known for sure. */
static void test_open_ended(void **state)
{
	struct node *const open[] = {
		TEST(FD_NAME, CONTAINS, "/etc"),
		TEST(FD_NAME, CONTAINS, "etc/"),
		TEST(FD_NAME, CONTAINS, "//"),
		TEST(FD_NAME, CONTAINS, "/../"),
		TEST(FD_NAME, ICONTAINS, "/.ssh/"),
		TEST(FD_NAME, GLOB, "*(/.ssh/)?*"),
		TEST(FD_NAME, GLOB, "*/.ssh*/*"),
		TEST(FD_NAME, GLOB, "*.ssh/*"),
		TEST(FILE_SBPATH, CONTAINS, "/.ssh/"),
		TEST(FD_NAME, REGEX, "/etc/.*"),
		TEST(FD_NAME, ICONTAINS, "/etc/"),
		TEST(FD_NAME, IGLOB, "/etc/*"),
		TEST(FD_NAME, NE, "/etc/x"),
		TEST(FD_NAME, EQ, "/"),
		TEST(FD_NAME, EQ, ""),
		TEST(FD_NAME, EQ, "etc/passwd"),
		TEST(FD_NAME, EQ, "/etc/../passwd"),
		TEST(FD_NAME, EQ, "memfd:x"),
		TEST(FD_NAME, IN, "/etc/x", "x"),
		TEST(FD_NAME, PMATCH, "etc"),
		TEST(FD_NAME, PMATCH, "/"),
		TEST(FD_NAME, PMATCH, "/*/x"),
		TEST(FD_NAME, STARTSWITH, "/etc"),
		TEST(FD_NAME, STARTSWITH, ""),
		TEST(FD_NAME, ENDSWITH, "/"),
		TEST(FD_NAME, ENDSWITH, ""),
		TEST(FD_NAME, GLOB, "*/x[a/b]"),
		TEST(FD_NAME, GLOB, "*"),
		EXISTS(FD_NAME),
		TEST(FD_DIRECTORY, EQ, "/"),
		TEST(FD_DIRECTORY, ENDSWITH, "x"),
		TEST(FD_FILENAME, EQ, "a/b"),
		TEST(FD_FILENAME, EQ, "..."),
		TEST(FD_NAME, ENDSWITH, ".."),
		TEST(FD_NAME, GLOB, "*."),
		TEST(FD_FILENAME, STARTSWITH, "x"),
		TEST(FILE_SBPATH, PMATCH, "/etc"),
		TEST(FILE_TYPE, IN, "block", "char"),
		TEST(FILE_TYPE, NE, "block"),
		TEST(FILE_RDEV, EQ, "01:1"),
		TEST(FILE_RDEV, EQ, "4096:0"),
		TEST(FILE_RDEV, EQ, "1"),
		TEST(FILE_RDEV, STARTSWITH, "1:"),
		condition_transform(TEST(FD_NAME, EQ, "/etc/x"), TRANSFORM_TOLOWER),
		NOT(TEST(FD_NAME, EQ, "/etc/x")),
	};
	size_t i;

	(void)state;
	for (i = 0; i < LEN(open); i++) {
		struct rule rule = condition_rule(open[i]);
		const char *got = condition_derive(&rule, 1);

		/* fd.name is also that of a socket */
		if (!strstr(got, "any RW") || strstr(got, " W;"))
			fail_msg("%zu: %s", i, got);
	}
}

static void test_worlds(void **state)
{
	struct node *etc = TEST(FD_DIRECTORY, EQ, "/etc");

	(void)state;
	condition_expect("path /etc W; kinds open(mmap)", AND(WRITES, etc));
	condition_expect("path /etc R; kinds open", AND(etc, READS));
	/* both at once: watched for writing alone */
	condition_expect("path /etc W; kinds open", AND(etc, READS, WRITES));
	condition_expect("path /etc R; kinds open",
			 AND(etc, NOT(TEST(IS_OPEN_WRITE, NE, "false"))));
	condition_expect("path /etc W; kinds open", AND(etc, TEST(FILE_CREATED, EQ, "true")));
	condition_expect("any W; kinds open(mmap)", AND(WRITES, TEST(PROC_NAME, EQ, "x")));
	condition_expect("any CO; kinds connect net(connect)",
			 AND(TEST(TYPE, EQ, "connect"), TEST(PROC_NAME, EQ, "x")));
	condition_expect("any C; kinds connect net(dup dup2 dup3)", TEST(FD_TYPECHAR, EQ, "u"));
	condition_expect("any RW; kinds open net(mmap dup dup2 dup3)",
			 TEST(FD_TYPECHAR, IN, "f", "p"));
	condition_expect("kinds exec",
			 AND(TEST(TYPE, IN, "execve", "execveat"), TEST(PROC_NAME, EQ, "x")));
	condition_expect("kinds exec", TEST(EXEC_FILENAME, EQ, "/x"));
	condition_expect("kinds exit", EXISTS(EXIT_CODE));
	condition_expect("kinds setid call", TEST(TYPE, STARTSWITH, "set"));
	condition_expect("kinds call(setxattr setxattrat)", TEST(TYPE, STARTSWITH, "setx"));
	condition_expect("any RW; kinds open call(open_tree open_tree_attr)",
			 TEST(TYPE, STARTSWITH, "open"));
	condition_expect("any RW; kinds open", TEST(TYPE, EQ, "openat"));
	condition_expect("any RWCOIS; kinds exec exit setid open connect call net",
			 TEST(PROC_NAME, EQ, "x"));
	condition_expect("any RWCOIS; kinds exec exit setid open connect call net",
			 NOT(TEST(PROC_NAME, EQ, "x")));
	condition_expect("kinds", TEST(DIR, EQ, ">"));
	condition_expect("kinds", TEST(RULE_ID, EQ, "x"));
	condition_expect("kinds call(ptrace)", TEST(TYPE, EQ, "ptrace"));
	condition_expect("kinds call(ptrace)",
			 AND(TEST(ARG_REQUEST, EQ, "PTRACE_ATTACH"), TEST(TYPE, EQ, "ptrace")));
	condition_expect("kinds call(chmod fchmod)", AND(TEST(TYPE, IN, "chmod", "fchmod", "fork"),
							 TEST(ARG_MODE, CONTAINS, "S_ISUID")));
	condition_expect("kinds call", TEST(ARG_MODE, CONTAINS, "S_ISUID"));
	condition_expect("kinds call", AND(TEST(TYPE, NE, "rename"), EXISTS(CALL_ARGS)));
	condition_expect("path /etc WK; kinds open call(mmap rename)",
			 AND(OR(WRITES, TEST(TYPE, EQ, "rename")),
			     TEST(FILE_PATHS, PMATCH, "/etc")));
	condition_expect("kinds", TEST(TYPE, EQ, "kill"));
	/* What was denied is sent whatever it is. */
	condition_expect("denied OIS; kinds open connect call net",
			 AND(TEST(BLOCKED, EQ, "true"), EXISTS(FD_NAME)));
	condition_expect("kinds open", TEST(FILE_UNRESOLVED, EQ, "true"));
	condition_expect("kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(RAWRES, LT, "0")));
	condition_expect("kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(RES, EQ, "EACCES")));
	condition_expect("kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(FAILED, NE, "false")));
	condition_expect("any RW; kinds open",
			 AND(TEST(TYPE, EQ, "openat"), TEST(FD_NUM, GE, "0")));
}

/* Calls on files: by what they act upon, and some by what they ask for. */
static void test_calls(void **state)
{
	struct filter *f;
	struct rule rule;

	(void)state;
	condition_expect("path /etc K; kinds call(unlink)",
			 AND(TEST(TYPE, EQ, "unlink"), TEST(FILE_PATHS, PMATCH, "/etc")));
	/* The root itself is not compared. */
	condition_expect("name root K; kinds call(rename)",
			 AND(TEST(TYPE, EQ, "rename"), TEST(CALL_FROM, IN, "/", "/root")));
	condition_expect("kinds call(symlink)",
			 AND(TEST(TYPE, EQ, "symlink"), TEST(CALL_FROM, EQ, "/root")));
	condition_expect("kinds call(unlink)", AND(TEST(TYPE, EQ, "unlink"), EXISTS(FD_NAME)));
	condition_expect("host K; kinds call(mkdir)",
			 AND(TEST(TYPE, EQ, "mkdir"), EXISTS(HOST_PATH),
			     NOT(TEST(FILE_SBPATH, PMATCH, "/run/box"))));
	condition_expect("name a K; kinds call(chown)",
			 AND(TEST(TYPE, EQ, "chown"), TEST(CALL_OWNER, GT, "0"),
			     TEST(FILE_NAME, EQ, "a")));
	condition_expect("name a K; kinds call(chown) dull chown",
			 AND(TEST(TYPE, EQ, "chown"), TEST(FILE_NAME, EQ, "a")));
	condition_expect("kinds call(fchmodat)",
			 AND(TEST(TYPE, EQ, "fchmodat"), TEST(ARG_MODE, CONTAINS, "S_IWOTH")));
	condition_expect("kinds call(fchmodat) dull fchmodat",
			 AND(TEST(TYPE, EQ, "fchmodat"), TEST(ARG_MODE, CONTAINS, "S_IXGRP")));
	/* Which of them those are. */
	rule = condition_rule(OR(AND(TEST(TYPE, IN, "unlink", "mkdir", "mount"),
				     TEST(FILE_PATHS, PMATCH, "/etc")),
				 TEST(TYPE, IN, "rmdir")));
	assert_int_equal(filter_derive(&f, &rule, 1), 0);
	assert_true(wire_calls_has(&f->compared, WIRE_CALL_UNLINK));
	assert_true(wire_calls_has(&f->compared, WIRE_CALL_MKDIR));
	assert_false(wire_calls_has(&f->compared, WIRE_CALL_MOUNT));
	assert_false(wire_calls_has(&f->compared, WIRE_CALL_RMDIR));
	assert_false(wire_calls_has(&f->compared, WIRE_CALL_RENAME));
	filter_free(f);
}

static void test_and(void **state)
{
	(void)state;
	condition_expect_open("name x",
			      AND(TEST(FD_NAME, PMATCH, "/etc"), TEST(FD_FILENAME, EQ, "x")));
	condition_expect_open("path /etc/x",
			      AND(TEST(FILE_NAME, EQ, "x"), TEST(FD_NAME, EQ, "/etc/x")));
	condition_expect_open("path /etc",
			      AND(TEST(FD_NAME, ENDSWITH, ".key"), TEST(FD_DIRECTORY, EQ, "/etc")));
	condition_expect_open("path /etc",
			      AND(TEST(PROC_NAME, EQ, "x"), TEST(FD_NAME, PMATCH, "/etc")));
	condition_expect_open("path /a/b RW; path /c/d",
			      OR(TEST(FD_NAME, PMATCH, "/c/d"), TEST(FD_NAME, PMATCH, "/a/b")));
	/* not (not a or b) is a and not b */
	condition_expect_open(
		"path /a/b", NOT(OR(NOT(TEST(FD_NAME, PMATCH, "/a/b")), TEST(PROC_NAME, EQ, "x"))));
	condition_expect("path /c/d K; any RW; kinds open call",
			 OR(TEST(FILE_PATHS, PMATCH, "/c/d"), EXISTS(FILE_TYPE)));
	/* of the same breadth the first */
	condition_expect_open("name a",
			      AND(TEST(FD_FILENAME, EQ, "a"), TEST(FD_FILENAME, EQ, "b")));
}

static void test_urgent(void **state)
{
	struct rule rules[2] = {condition_rule(TEST(FD_NAME, IN, "/a/a", "/b/b")),
				condition_rule(TEST(FD_NAME, IN, "/b/b", "/c/c"))};

	(void)state;
	rules[1].condition = AND(WRITES, (struct node *)rules[1].condition);
	rules[1].priority = PRIORITY_CRITICAL;
	assert_string_equal(condition_derive(rules, 2),
			    "path /a/a RWK; path /b/b RWK!; path /c/c W!; "
			    "socket a C; socket b C; kinds open connect call net");
	rules[1].priority = PRIORITY_ERROR;
	assert_null(strchr(condition_derive(rules, 2), '!'));
}

static void test_which_rules(void **state)
{
	struct rule rules[3] = {condition_rule(TEST(FILE_NAME, EQ, "a")),
				condition_rule(TEST(FILE_NAME, EQ, "b")), condition_rule(NULL)};

	(void)state;
	assert_string_equal(condition_derive(rules, 3), "name a RWK; name b RWK; kinds open call");
	rules[0].enabled = false;
	rules[1].left_out = "no such event";
	assert_string_equal(condition_derive(rules, 3), "kinds");
	assert_string_equal(condition_derive(NULL, 0), "kinds");
}

static void test_host(void **state)
{
	struct rule rules[3];

	(void)state;
	condition_expect_open("host", EXISTS(HOST_PATH));
	condition_expect_open("host", TEST(HOST_PATH, EQ, "/etc/shadow"));
	condition_expect("host W; kinds open(mmap)",
			 AND(WRITES, TEST(HOST_PATH, PMATCH, "/etc", "/root")));
	condition_expect_open("name x", AND(EXISTS(HOST_PATH), TEST(FILE_NAME, EQ, "x")));
	/* What is urgent is known by the path inside the file system, when that is the same. */
	rules[0] = condition_rule(AND(WRITES, TEST(HOST_PATH, PMATCH, "/etc", "/root/*")));
	rules[0].priority = PRIORITY_ALERT;
	assert_string_equal(condition_derive(rules, 1),
			    "host /etc W!; host /root W!; host W; kinds open(mmap)");
	rules[0].condition = AND(WRITES, EXISTS(HOST_PATH));
	assert_string_equal(condition_derive(rules, 1), "host W!; kinds open(mmap)");
	/* Other calls have it as well. */
	condition_expect("host RWK; kinds open call", EXISTS(HOST_PATH));
	/* Taken away, by the path inside the file system only. */
	condition_expect("host W; host- /var/lib/docker W; kinds open(mmap)",
			 AND(WRITES, EXISTS(HOST_PATH),
			     NOT(TEST(FILE_SBPATH, PMATCH, "/var/lib/docker"))));
	condition_expect_open("host", AND(EXISTS(HOST_PATH), NOT(TEST(HOST_PATH, PMATCH, "/x"))));
	condition_expect_open("host RW; host- /x",
			      AND(EXISTS(HOST_PATH),
				  AND(EXISTS(FD_INO), NOT(OR(TEST(FILE_SBPATH, PMATCH, "/x"),
							     TEST(PROC_NAME, EQ, "x"))))));
	condition_expect_open(
		"host", AND(EXISTS(HOST_PATH),
			    NOT(AND(TEST(FILE_SBPATH, PMATCH, "/x"), TEST(PROC_NAME, EQ, "x")))));
	condition_expect_open("host",
			      AND(EXISTS(HOST_PATH), NOT(TEST(FILE_SBPATH, STARTSWITH, "/x/"))));
	condition_expect_open("host", AND(EXISTS(HOST_PATH), TEST(FILE_SBPATH, PMATCH, "/x")));
	condition_expect_open(
		"host", AND(EXISTS(HOST_PATH),
			    NOT(TEST(FILE_SBPATH, PMATCH, "/a/b/c/d/e", "/x/*", "/y//z", "/"))));
	/* All that want the host's files have to exclude it. */
	rules[0] = condition_rule(AND(EXISTS(IS_OPEN_READ), EXISTS(HOST_PATH),
				      NOT(TEST(FILE_SBPATH, PMATCH, "/a", "/b/c"))));
	rules[1] = condition_rule(AND(EXISTS(IS_OPEN_READ), EXISTS(HOST_PATH),
				      NOT(TEST(FILE_SBPATH, PMATCH, "/a/x", "/b"))));
	rules[2] = condition_rule(AND(READS, EXISTS(HOST_PATH)));
	assert_string_equal(condition_derive(rules, 2),
			    "host RW; host- /b/c RW; host- /a/x RW; kinds open(mmap)");
	assert_string_equal(condition_derive(rules, 3), "host RW; kinds open(mmap)");
	condition_expect_open("host RW; host- /b/c RW; host- /a/x",
			      OR((struct node *)rules[0].condition,
				 (struct node *)rules[1].condition));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_paths, condition_teardown),
		cmocka_unit_test_teardown(test_folders, condition_teardown),
		cmocka_unit_test_teardown(test_scopes, condition_teardown),
		cmocka_unit_test_teardown(test_open_ended, condition_teardown),
		cmocka_unit_test_teardown(test_worlds, condition_teardown),
		cmocka_unit_test_teardown(test_calls, condition_teardown),
		cmocka_unit_test_teardown(test_and, condition_teardown),
		cmocka_unit_test_teardown(test_urgent, condition_teardown),
		cmocka_unit_test_teardown(test_which_rules, condition_teardown),
		cmocka_unit_test_teardown(test_host, condition_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* What conditions come to: the entries, and that nothing is dropped where there is no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/filter/condition.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static int teardown(void **state)
{
	(void)state;
	condition_reset();
	return 0;
}

static const char *derive(const struct rule *rules, size_t n)
{
	struct filter *f;
	const char *text;

	assert_int_equal(filter_derive(&f, rules, n), 0);
	text = condition_filter(f);
	filter_free(f);
	return text;
}

static void expect(const char *want, const struct node *condition)
{
	struct rule rule = condition_rule(condition);

	assert_string_equal(derive(&rule, 1), want);
}

/* Of opens alone; what is wanted stands without the last access and the kinds. */
static void expect_open(const char *want, struct node *condition)
{
	char text[256];

	snprintf(text, sizeof(text), "%s RW; kinds open(mmap)", want);
	expect(text, AND(EXISTS(IS_OPEN_READ), condition));
}

#define WRITES TEST(IS_OPEN_WRITE, EQ, "true")
#define READS  TEST(IS_OPEN_READ, EQ, "true")

static void test_paths(void **state)
{
	(void)state;
	expect_open("path /etc/shadow", TEST(FD_NAME, EQ, "/etc/shadow"));
	expect_open("path /etc/shadow RW; path /etc/sudoers",
		    TEST(FD_NAME, IN, "/etc/sudoers", "/etc/shadow"));
	expect_open("path /etc/shadow", TEST(FILE_PATHS, IN, "/etc/shadow"));
	expect_open("path /etc", TEST(FD_NAME, PMATCH, "/etc"));
	expect_open("path /etc", TEST(FD_NAME, PMATCH, "/etc/"));
	expect_open("path /etc", TEST(FD_NAME, PMATCH, "/etc/*/x"));
	expect_open("path /etc", TEST(FD_NAME, STARTSWITH, "/etc/"));
	expect_open("path /etc", TEST(FD_NAME, STARTSWITH, "/etc/ssh"));
	expect_open("path /root/.ssh", TEST(FD_NAME, GLOB, "/root/.ssh/id_*"));
	expect_open("name id_rsa", TEST(FD_NAME, GLOB, "/home/*/.ssh/id_rsa"));
	expect_open("name id_rsa", TEST(FD_NAME, ENDSWITH, "/id_rsa"));
	expect_open("name id_rsa", TEST(FD_NAME, ENDSWITH, "/.ssh/id_rsa"));
	expect_open("suffix .key", TEST(FD_NAME, ENDSWITH, ".key"));
	expect_open("suffix .key", TEST(FD_NAME, GLOB, "*.key"));
	expect_open("suffix _ed25519", TEST(FD_NAME, ENDSWITH, "id_ed25519"));
	expect_open("path /etc", TEST(FD_DIRECTORY, EQ, "/etc"));
	expect_open("path /etc/cron.d", TEST(FD_DIRECTORY, PMATCH, "/etc/cron.d"));
	expect_open("path /etc", TEST(FD_DIRECTORY, STARTSWITH, "/etc/cron"));
	expect_open("name passwd", TEST(FD_FILENAME, EQ, "passwd"));
	expect_open("name passwd", TEST(FILE_NAME, PMATCH, "passwd"));
	expect_open("suffix .key", TEST(FILE_NAME, ENDSWITH, ".key"));
	expect_open("name passwd",
		    condition_transform(TEST(FD_NAME, EQ, "passwd"), TRANSFORM_BASENAME));
	expect_open("name passwd", TEST(FILE_SBPATH, EQ, "/etc/passwd"));
}

static void test_scopes(void **state)
{
	(void)state;
	expect_open("proc /sys/kernel/core_pattern",
		    TEST(PROCFS_PATH, EQ, "/sys/kernel/core_pattern"));
	expect_open("proc /kcore", TEST(PROCFS_PATH, EQ, "/kcore"));
	expect_open("proc /sys", TEST(PROCFS_PATH, STARTSWITH, "/sys/"));
	expect_open("proc", TEST(PROCFS_PATH, STARTSWITH, "/sys"));
	expect_open("sysfs", EXISTS(SYSFS_PATH));
	expect_open("kern", TEST(KERNELFS_PATH, REGEX, "/reg.*"));
	expect_open("kern", TEST(KERNELFS_PATH, NE, "/x"));
	expect_open("cgroup",
		    condition_transform(TEST(CGROUPFS_PATH, EQ, "/x"), TRANSFORM_TOLOWER));
	expect_open("name release_agent", TEST(CGROUPFS_PATH, ENDSWITH, "/release_agent"));
	expect_open("proc", TEST(PROCFS_PATH, PMATCH, "/"));
	expect_open("block", TEST(FILE_TYPE, EQ, "block"));
	expect_open("block RW; char 1:1 RW; char 1:2", TEST(FILE_RDEV, IN, "1:1", "1:2"));
}

/* Nothing is known for sure. */
static void test_open_ended(void **state)
{
	struct node *const open[] = {
		TEST(FD_NAME, CONTAINS, "/etc/"),
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
		TEST(FD_DIRECTORY, ENDSWITH, "/x"),
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
		const char *got = derive(&rule, 1);

		/* fd.name is also that of a socket */
		if (!strstr(got, "any RW") || strstr(got, " W;"))
			fail_msg("%zu: %s", i, got);
	}
}

static void test_worlds(void **state)
{
	struct node *etc = TEST(FD_DIRECTORY, EQ, "/etc");

	(void)state;
	expect("path /etc W; kinds open(mmap)", AND(WRITES, etc));
	expect("path /etc R; kinds open", AND(etc, READS));
	/* both at once: watched for writing alone */
	expect("path /etc W; kinds open", AND(etc, READS, WRITES));
	expect("path /etc R; kinds open", AND(etc, NOT(TEST(IS_OPEN_WRITE, NE, "false"))));
	expect("path /etc W; kinds open", AND(etc, TEST(FILE_CREATED, EQ, "true")));
	expect("any W; kinds open(mmap)", AND(WRITES, TEST(PROC_NAME, EQ, "x")));
	expect("any CO; kinds connect net(connect)",
	       AND(TEST(TYPE, EQ, "connect"), TEST(PROC_NAME, EQ, "x")));
	expect("any C; kinds connect net(dup dup2 dup3)", TEST(FD_TYPECHAR, EQ, "u"));
	expect("any RW; kinds open net(mmap dup dup2 dup3)", TEST(FD_TYPECHAR, IN, "f", "p"));
	expect("kinds exec", AND(TEST(TYPE, IN, "execve", "execveat"), TEST(PROC_NAME, EQ, "x")));
	expect("kinds exec", TEST(EXEC_FILENAME, EQ, "/x"));
	expect("kinds exit", EXISTS(EXIT_CODE));
	expect("kinds setid call", TEST(TYPE, STARTSWITH, "set"));
	expect("kinds call(setxattr setxattrat)", TEST(TYPE, STARTSWITH, "setx"));
	expect("any RW; kinds open call(open_tree open_tree_attr)", TEST(TYPE, STARTSWITH, "open"));
	expect("any RW; kinds open", TEST(TYPE, EQ, "openat"));
	expect("any RWCOIS; kinds exec exit setid open connect call net", TEST(PROC_NAME, EQ, "x"));
	expect("any RWCOIS; kinds exec exit setid open connect call net",
	       NOT(TEST(PROC_NAME, EQ, "x")));
	expect("kinds", TEST(DIR, EQ, ">"));
	expect("kinds", TEST(RULE_ID, EQ, "x"));
	expect("kinds call(ptrace)", TEST(TYPE, EQ, "ptrace"));
	expect("kinds call(ptrace)",
	       AND(TEST(ARG_REQUEST, EQ, "PTRACE_ATTACH"), TEST(TYPE, EQ, "ptrace")));
	expect("kinds call(chmod fchmod)",
	       AND(TEST(TYPE, IN, "chmod", "fchmod", "fork"), TEST(ARG_MODE, CONTAINS, "S_ISUID")));
	expect("kinds call", TEST(ARG_MODE, CONTAINS, "S_ISUID"));
	expect("kinds call", AND(TEST(TYPE, NE, "rename"), EXISTS(CALL_ARGS)));
	expect("path /etc W; kinds open call(mmap rename)",
	       AND(OR(WRITES, TEST(TYPE, EQ, "rename")), TEST(FILE_PATHS, PMATCH, "/etc")));
	expect("kinds", TEST(TYPE, EQ, "kill"));
	/* What was denied is sent whatever it is. */
	expect("denied OIS; kinds open connect call net",
	       AND(TEST(BLOCKED, EQ, "true"), EXISTS(FD_NAME)));
	expect("kinds open", TEST(FILE_UNRESOLVED, EQ, "true"));
	expect("kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(RAWRES, LT, "0")));
	expect("kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(RES, EQ, "EACCES")));
	expect("kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(FAILED, NE, "false")));
	expect("any RW; kinds open", AND(TEST(TYPE, EQ, "openat"), TEST(FD_NUM, GE, "0")));
}

static void test_and(void **state)
{
	(void)state;
	expect_open("name x", AND(TEST(FD_NAME, PMATCH, "/etc"), TEST(FD_FILENAME, EQ, "x")));
	expect_open("path /etc/x", AND(TEST(FILE_NAME, EQ, "x"), TEST(FD_NAME, EQ, "/etc/x")));
	expect_open("path /etc",
		    AND(TEST(FD_NAME, ENDSWITH, ".key"), TEST(FD_DIRECTORY, EQ, "/etc")));
	expect_open("path /etc", AND(TEST(PROC_NAME, EQ, "x"), TEST(FD_NAME, PMATCH, "/etc")));
	expect_open("path /a/b RW; path /c/d",
		    OR(TEST(FD_NAME, PMATCH, "/c/d"), TEST(FD_NAME, PMATCH, "/a/b")));
	/* not (not a or b) is a and not b */
	expect_open("path /a/b",
		    NOT(OR(NOT(TEST(FD_NAME, PMATCH, "/a/b")), TEST(PROC_NAME, EQ, "x"))));
	expect("any RW; kinds open call", OR(TEST(FILE_PATHS, PMATCH, "/c/d"), EXISTS(FILE_TYPE)));
	/* of the same breadth the first */
	expect_open("name a", AND(TEST(FD_FILENAME, EQ, "a"), TEST(FD_FILENAME, EQ, "b")));
}

/* What becomes of IP sockets is compared by the server's end. */
static void test_net(void **state)
{
	struct node *connect = TEST(TYPE, EQ, "connect");

	(void)state;
	expect("port 2375 O; port 2376 O; kinds net(connect)",
	       AND(connect, TEST(FD_SPORT, IN, "2376", "2375")));
	expect("port 2375 O; kinds net(connect)",
	       AND(connect, TEST(FD_RPORT, EQ, "2375"), TEST(PROC_NAME, EQ, "x")));
	expect("any O; kinds net(connect)", AND(connect, TEST(FD_LPORT, EQ, "2375")));
	expect("any O; kinds net(connect)", AND(connect, TEST(FD_PORT, EQ, "2375")));
	expect("any O; kinds net(connect)", AND(connect, TEST(FD_SPORT, NE, "2375")));
	/* a Unix socket has no port either */
	expect("any CO; kinds connect net(connect)", AND(connect, NOT(TEST(FD_SPORT, EQ, "2375"))));
	expect("from 1024 O; kinds net(connect)", AND(connect, TEST(FD_SPORT, GT, "1024")));
	expect("to 1024 I; kinds net(bind listen)",
	       AND(TEST(TYPE, EQ, "bind"), TEST(FD_SPORT, LT, "1024")));
	expect("to 1023 I; kinds net(bind listen)",
	       AND(TEST(TYPE, EQ, "bind"), TEST(FD_PORT, LE, "1023")));
	expect("port 80 I; kinds net(accept accept4)",
	       AND(TEST(TYPE, IN, "accept", "accept4"), TEST(FD_LPORT, EQ, "80")));
	/* the address says more than the port of all */
	expect("net 10.0.0.0/8 O; kinds net(connect)",
	       AND(connect, TEST(FD_SNET, EQ, "10.0.0.0/8"), TEST(FD_SPORT, GE, "1")));
	expect("net 10.0.0.1 O; kinds net(connect)",
	       AND(connect, TEST(FD_SIP, EQ, "10.0.0.1"), TEST(FD_SPORT, EQ, "80")));
	expect("any O; kinds net(connect)", AND(connect, TEST(FD_CIP, EQ, "10.0.0.1")));
	expect("kinds", AND(TEST(TYPE, EQ, "bind"), TEST(FD_CIP, EQ, "10.0.0.1")));
	expect("kinds", AND(TEST(TYPE, EQ, "bind"), TEST(FD_IS_SERVER, EQ, "false")));
	/* What is sent on a stream opens a connection, other things go where they are told. */
	expect("port 53 OS; kinds net(sendto sendmsg sendmmsg)",
	       AND(TEST(TYPE, EQ, "sendto"), TEST(FD_SPORT, EQ, "53")));
	expect("port 53 O; kinds net(sendto sendmsg sendmmsg)",
	       AND(TEST(TYPE, EQ, "sendto"), TEST(FD_SPORT, EQ, "53"),
		   TEST(FD_L4PROTO, EQ, "tcp")));
	expect("port 53 S; kinds net(sendto sendmsg sendmmsg)",
	       AND(TEST(TYPE, EQ, "sendto"), TEST(FD_SPORT, EQ, "53"),
		   TEST(FD_L4PROTO, EQ, "udp")));
	/* No connection has a path for a name. */
	expect("any C; kinds connect", AND(connect, TEST(FD_NAME, PMATCH, "/run")));
	expect("any CO; kinds connect net(connect)", AND(connect, TEST(FD_NAME, ENDSWITH, "75")));
	expect("kinds net(socket)", TEST(ARG_DOMAIN, CONTAINS, "AF_PACKET"));
	expect("kinds net(socket)",
	       AND(TEST(TYPE, EQ, "socket"), NOT(TEST(FD_L4PROTO, EQ, "raw"))));
}

/* Most of these calls nobody can care for: they are sent when a rule asks for all. */
static void test_dull(void **state)
{
	(void)state;
	expect("kinds call(ioctl) dull ioctl", TEST(TYPE, EQ, "ioctl"));
	expect("kinds call(ioctl)",
	       AND(TEST(TYPE, EQ, "ioctl"), TEST(ARG_REQUEST, IN, "TIOCSTI", "FS_IOC_SETFLAGS")));
	expect("kinds call(ioctl) dull ioctl",
	       AND(TEST(TYPE, EQ, "ioctl"), TEST(ARG_REQUEST, IN, "TIOCSTI", "0x5401")));
	expect("kinds call(ioctl) dull ioctl",
	       AND(TEST(TYPE, EQ, "ioctl"), NOT(TEST(ARG_REQUEST, EQ, "TIOCSTI"))));
	expect("kinds call(clone clone3)",
	       AND(TEST(TYPE, IN, "clone", "clone3"), TEST(ARG_FLAGS, CONTAINS, "CLONE_NEWUSER")));
	expect("kinds call(clone3) dull clone3",
	       AND(TEST(TYPE, EQ, "clone3"), TEST(ARG_FLAGS, CONTAINS, "CLONE_VM")));
	expect("kinds call(adjtimex)",
	       AND(TEST(TYPE, EQ, "adjtimex"), NOT(TEST(ARG_FLAGS, EQ, "0"))));
	expect("kinds call(adjtimex) dull adjtimex", TEST(TYPE, EQ, "adjtimex"));
	expect("kinds call(capset)", AND(TEST(TYPE, EQ, "capset"), EXISTS(CALL_GAINED)));
	expect("kinds call(capset) dull capset",
	       AND(TEST(TYPE, EQ, "capset"), NOT(EXISTS(CALL_GAINED))));
}

static uint32_t sockets(const struct node *condition)
{
	struct rule rule = condition_rule(condition);
	struct filter *f;
	uint32_t kinds;

	assert_int_equal(filter_derive(&f, &rule, 1), 0);
	kinds = f->sockets;
	filter_free(f);
	return kinds;
}

static void test_sockets_made(void **state)
{
	(void)state;
	assert_int_equal(sockets(TEST(TYPE, EQ, "socket")),
			 FILTER_SOCKET_PACKET | FILTER_SOCKET_RAW | FILTER_SOCKET_OTHER);
	assert_int_equal(sockets(TEST(ARG_DOMAIN, EQ, "AF_PACKET")), FILTER_SOCKET_PACKET);
	assert_int_equal(sockets(TEST(ARG_DOMAIN, CONTAINS, "AF_PACKET")), FILTER_SOCKET_PACKET);
	/* evt.arg[0]: index 0 */
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "socket"), TEST(ARG, CONTAINS, "AF_PACKET"))),
			 FILTER_SOCKET_PACKET);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "socket"), TEST(FD_L4PROTO, EQ, "raw"))),
			 FILTER_SOCKET_RAW);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "socket"), NOT(TEST(FD_L4PROTO, EQ, "raw")))),
			 FILTER_SOCKET_PACKET | FILTER_SOCKET_OTHER);
	assert_int_equal(sockets(TEST(TYPE, EQ, "connect")), 0);
	/* Falco's "Redirect STDOUT/STDIN to Network Connection in Container" */
	assert_int_equal(sockets(AND(AND(TEST(TYPE, EQ, "dup2"), TEST(RAWRES, EQ, "1")),
				     TEST(FD_TYPE, EQ, "ipv4"))),
			 FILTER_STDIO_IP);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "dup2"), TEST(FD_NUM, LE, "2"))),
			 FILTER_STDIO_IP | FILTER_STDIO_UNIX | FILTER_STDIO_FILE);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "dup"), TEST(FD_NUM, GT, "2"))),
			 FILTER_DUP_IP | FILTER_DUP_UNIX | FILTER_DUP_FILE);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "dup3"), TEST(FD_TYPECHAR, EQ, "u"))),
			 FILTER_STDIO_UNIX | FILTER_DUP_UNIX);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "dup3"), TEST(FD_SIP, EQ, "10.0.0.1"))),
			 FILTER_STDIO_IP | FILTER_DUP_IP);
	assert_int_equal(sockets(AND(TEST(TYPE, EQ, "dup"), TEST(ARG_DOMAIN, EQ, "AF_INET"))), 0);
}

static void test_too_many_networks(void **state)
{
	const struct node *list[] = {TEST(FD_SIP, IN, "10.0.0.1", "10.0.0.2", "10.0.0.3",
					  "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7",
					  "10.0.0.8")};
	struct rule rules[2] = {
		condition_rule(AND(TEST(TYPE, EQ, "connect"), (struct node *)list[0]))};
	struct filter *f;

	(void)state;
	assert_int_equal(filter_derive(&f, rules, 1), 0);
	assert_int_equal(f->n, FILTER_NETWORKS_MAX);
	filter_free(f);
	rules[1] = condition_rule(AND(TEST(TYPE, EQ, "bind"), TEST(FD_SIP, EQ, "10.0.0.9")));
	assert_string_equal(derive(rules, 2), "any OI; kinds net(connect bind listen)");
}

static void test_sockets(void **state)
{
	(void)state;
	expect("socket docker.sock C; kinds connect", TEST(SOCKET_NAME, EQ, "docker.sock"));
	expect("listener dockerd C; kinds connect", TEST(PEER_COMM, IN, "dockerd"));
	expect("listener fifteen-letters C; kinds connect",
	       TEST(PEER_COMM, EQ, "fifteen-letters-and"));
	expect("path /run/x.sock RW; socket x.sock C; kinds open connect call net",
	       TEST(FD_NAME, EQ, "/run/x.sock"));
	expect("name x.sock RW; socket x.sock C; kinds open connect call net",
	       TEST(FD_NAME, ENDSWITH, "/x.sock"));
	expect("socket @x C; socket x C; any RW; kinds open connect call net",
	       TEST(FD_NAME, EQ, "@x"));
	expect("socket x.sock C; kinds connect",
	       AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, GLOB, "/run/*/x.sock")));
	expect("any C; kinds connect", TEST(SOCKET_NAME, ENDSWITH, ".sock"));
	expect("any C; kinds connect", TEST(SOCKET_NAME, EQ, "a/b"));
	expect("any C; kinds connect",
	       AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, PMATCH, "/run")));
	expect("any C; kinds connect",
	       AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, ENDSWITH, "sock")));
	expect("any C; kinds connect", AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, EQ, "@")));
}

static void test_urgent(void **state)
{
	struct rule rules[2] = {condition_rule(TEST(FD_NAME, IN, "/a/a", "/b/b")),
				condition_rule(TEST(FD_NAME, IN, "/b/b", "/c/c"))};

	(void)state;
	rules[1].condition = AND(WRITES, (struct node *)rules[1].condition);
	rules[1].priority = PRIORITY_CRITICAL;
	assert_string_equal(derive(rules, 2),
			    "path /a/a RW; path /b/b RW!; path /c/c W!; "
			    "socket a C; socket b C; kinds open connect call net");
	rules[1].priority = PRIORITY_ERROR;
	assert_null(strchr(derive(rules, 2), '!'));
}

static void test_which_rules(void **state)
{
	struct rule rules[3] = {condition_rule(TEST(FILE_NAME, EQ, "a")),
				condition_rule(TEST(FILE_NAME, EQ, "b")), condition_rule(NULL)};

	(void)state;
	assert_string_equal(derive(rules, 3), "name a RW; name b RW; kinds open call");
	rules[0].enabled = false;
	rules[1].left_out = "no such event";
	assert_string_equal(derive(rules, 3), "kinds");
	assert_string_equal(derive(NULL, 0), "kinds");
}

static void test_host(void **state)
{
	struct rule rules[3];

	(void)state;
	expect_open("host", EXISTS(HOST_PATH));
	expect_open("host", TEST(HOST_PATH, EQ, "/etc/shadow"));
	expect("host W; kinds open(mmap)", AND(WRITES, TEST(HOST_PATH, PMATCH, "/etc", "/root")));
	expect_open("name x", AND(EXISTS(HOST_PATH), TEST(FILE_NAME, EQ, "x")));
	/* What is urgent is known by the path inside the file system, when that is the same. */
	rules[0] = condition_rule(AND(WRITES, TEST(HOST_PATH, PMATCH, "/etc", "/root/*")));
	rules[0].priority = PRIORITY_ALERT;
	assert_string_equal(derive(rules, 1),
			    "host /etc W!; host /root W!; host W; kinds open(mmap)");
	rules[0].condition = AND(WRITES, EXISTS(HOST_PATH));
	assert_string_equal(derive(rules, 1), "host W!; kinds open(mmap)");
	/* Other calls have it as well. */
	expect("host RW; kinds open call", EXISTS(HOST_PATH));
	/* Taken away, by the path inside the file system only. */
	expect("host W; host- /var/lib/docker W; kinds open(mmap)",
	       AND(WRITES, EXISTS(HOST_PATH), NOT(TEST(FILE_SBPATH, PMATCH, "/var/lib/docker"))));
	expect_open("host", AND(EXISTS(HOST_PATH), NOT(TEST(HOST_PATH, PMATCH, "/x"))));
	expect_open("host RW; host- /x",
		    AND(EXISTS(HOST_PATH),
			AND(EXISTS(FD_INO),
			    NOT(OR(TEST(FILE_SBPATH, PMATCH, "/x"), TEST(PROC_NAME, EQ, "x"))))));
	expect_open("host", AND(EXISTS(HOST_PATH), NOT(AND(TEST(FILE_SBPATH, PMATCH, "/x"),
							   TEST(PROC_NAME, EQ, "x")))));
	expect_open("host", AND(EXISTS(HOST_PATH), NOT(TEST(FILE_SBPATH, STARTSWITH, "/x/"))));
	expect_open("host", AND(EXISTS(HOST_PATH), TEST(FILE_SBPATH, PMATCH, "/x")));
	expect_open("host", AND(EXISTS(HOST_PATH), NOT(TEST(FILE_SBPATH, PMATCH, "/a/b/c/d/e",
							    "/x/*", "/y//z", "/"))));
	/* All that want the host's files have to exclude it. */
	rules[0] = condition_rule(AND(EXISTS(IS_OPEN_READ), EXISTS(HOST_PATH),
				      NOT(TEST(FILE_SBPATH, PMATCH, "/a", "/b/c"))));
	rules[1] = condition_rule(AND(EXISTS(IS_OPEN_READ), EXISTS(HOST_PATH),
				      NOT(TEST(FILE_SBPATH, PMATCH, "/a/x", "/b"))));
	rules[2] = condition_rule(AND(READS, EXISTS(HOST_PATH)));
	assert_string_equal(derive(rules, 2),
			    "host RW; host- /b/c RW; host- /a/x RW; kinds open(mmap)");
	assert_string_equal(derive(rules, 3), "host RW; kinds open(mmap)");
	expect_open("host RW; host- /b/c RW; host- /a/x",
		    OR((struct node *)rules[0].condition, (struct node *)rules[1].condition));
}

/* x0, x1, ... */
static struct node *many(enum field_id id, const char *head, size_t n)
{
	const char **values = test_calloc(n, sizeof(*values));
	struct node *node;
	char text[64];
	size_t i;

	for (i = 0; i < n; i++) {
		int len = snprintf(text, sizeof(text), "%s%d", head, (int)i);

		values[i] = condition_keep(text, (size_t)len);
	}
	node = condition_test(id, OP_IN, values, n);
	test_free(values);
	return node;
}

static void test_no_room(void **state)
{
	struct rule rules[2];
	struct filter *f;

	(void)state;
	rules[0] = condition_rule(many(F_FILE_NAME, "n", FILTER_ENTRIES_MAX));
	assert_int_equal(filter_derive(&f, rules, 1), 0);
	assert_int_equal(f->n, FILTER_ENTRIES_MAX);
	assert_int_equal(f->any, 0);
	filter_free(f);
	rules[1] = condition_rule(AND(READS, TEST(FILE_NAME, EQ, "x")));
	assert_string_equal(derive(rules, 2), "any RW; kinds open call");
	rules[1] = condition_rule(TEST(SOCKET_NAME, EQ, "x"));
	assert_string_equal(derive(rules, 2), "socket x C; any RW; kinds open connect call");
	rules[0] = condition_rule(AND(WRITES, many(F_FILE_NAME, "n", FILTER_ENTRIES_MAX + 1)));
	assert_string_equal(derive(rules, 1), "any W; kinds open(mmap)");
	/* The same ones many times take no room. */
	expect_open("name n0 RW; name n1",
		    OR(many(F_FILE_NAME, "n", 2), many(F_FILE_NAME, "n", 2)));
	expect("any RW; kinds open call", many(F_FILE_NAME, "n", 5 * FILTER_ENTRIES_MAX));
	expect("any C; kinds connect", many(F_SOCKET_NAME, "n", FILTER_ENTRIES_MAX + 1));
}

static struct node *suffixes(const char *head, size_t n)
{
	struct node *kids[32];
	char text[32];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%d", head, (int)i);
		kids[i] = TEST(FILE_NAME, ENDSWITH, text);
	}
	return condition_join(NODE_OR, kids, n);
}

static void test_few(void **state)
{
	struct rule rules[2];

	(void)state;
	/* Writes give way first, since they are fewer. */
	rules[0] = condition_rule(AND(READS, suffixes("r", FILTER_SUFFIXES_MAX - 6)));
	rules[1] = condition_rule(AND(WRITES, suffixes("w", 7)));
	assert_string_equal(derive(rules, 2), "suffix r0 R; suffix r1 R; any W; kinds open(mmap)");
	rules[0] = condition_rule(AND(READS, suffixes("r", FILTER_SUFFIXES_MAX + 1)));
	rules[1] = condition_rule(AND(WRITES, suffixes("w", 1)));
	assert_string_equal(derive(rules, 2), "suffix w0 W; any R; kinds open(mmap)");
	expect("any RW; kinds open call", suffixes("x", FILTER_SUFFIXES_MAX + 1));
	expect("block RW; any RW; kinds open(mmap)",
	       many(F_FILE_RDEV, "1:", FILTER_DEVICES_MAX + 1));
	rules[0] = condition_rule(many(F_FILE_RDEV, "1:", FILTER_DEVICES_MAX));
	assert_null(strstr(derive(rules, 1), "any"));
}

/* Deeper than anybody writes: it may match anything, and takes no more of the stack. */
static void test_deep(void **state)
{
	struct node *node = TEST(FILE_NAME, EQ, "x");
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		node = NOT(NOT(node));
	expect_open("name x", node);
	for (i = 0; i < 100000; i++)
		node = NOT(NOT(node));
	expect("any RWCOIS; kinds exec exit setid open connect call net", node);
	for (i = 0; i < 100000; i++)
		node = AND(node, EXISTS(HOST_PATH));
	expect_open("host", node);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_paths, teardown),
		cmocka_unit_test_teardown(test_scopes, teardown),
		cmocka_unit_test_teardown(test_open_ended, teardown),
		cmocka_unit_test_teardown(test_worlds, teardown),
		cmocka_unit_test_teardown(test_dull, teardown),
		cmocka_unit_test_teardown(test_and, teardown),
		cmocka_unit_test_teardown(test_sockets, teardown),
		cmocka_unit_test_teardown(test_net, teardown),
		cmocka_unit_test_teardown(test_sockets_made, teardown),
		cmocka_unit_test_teardown(test_too_many_networks, teardown),
		cmocka_unit_test_teardown(test_urgent, teardown),
		cmocka_unit_test_teardown(test_which_rules, teardown),
		cmocka_unit_test_teardown(test_host, teardown),
		cmocka_unit_test_teardown(test_no_room, teardown),
		cmocka_unit_test_teardown(test_few, teardown),
		cmocka_unit_test_teardown(test_deep, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

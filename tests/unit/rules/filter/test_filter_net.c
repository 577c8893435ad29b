// SPDX-License-Identifier: Apache-2.0
/* What conditions on sockets, addresses and calls come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/filter/condition.h"

/* What becomes of IP sockets is compared by the server's end. */
static void test_net(void **state)
{
	struct node *connect = TEST(TYPE, EQ, "connect");

	(void)state;
	condition_expect("port 2375 O; port 2376 O; kinds net(connect)",
			 AND(connect, TEST(FD_SPORT, IN, "2376", "2375")));
	condition_expect("port 2375 O; kinds net(connect)",
			 AND(connect, TEST(FD_RPORT, EQ, "2375"), TEST(PROC_NAME, EQ, "x")));
	condition_expect("any O; kinds net(connect)", AND(connect, TEST(FD_LPORT, EQ, "2375")));
	condition_expect("any O; kinds net(connect)", AND(connect, TEST(FD_PORT, EQ, "2375")));
	condition_expect("any O; kinds net(connect)", AND(connect, TEST(FD_SPORT, NE, "2375")));
	/* a Unix socket has no port either */
	condition_expect("any CO; kinds connect net(connect)",
			 AND(connect, NOT(TEST(FD_SPORT, EQ, "2375"))));
	condition_expect("from 1024 O; kinds net(connect)",
			 AND(connect, TEST(FD_SPORT, GT, "1024")));
	condition_expect("to 1024 I; kinds net(bind listen)",
			 AND(TEST(TYPE, EQ, "bind"), TEST(FD_SPORT, LT, "1024")));
	condition_expect("to 1023 I; kinds net(bind listen)",
			 AND(TEST(TYPE, EQ, "bind"), TEST(FD_PORT, LE, "1023")));
	condition_expect("port 80 I; kinds net(accept accept4)",
			 AND(TEST(TYPE, IN, "accept", "accept4"), TEST(FD_LPORT, EQ, "80")));
	/* the address says more than the port of all */
	condition_expect("net 10.0.0.0/8 O; kinds net(connect)",
			 AND(connect, TEST(FD_SNET, EQ, "10.0.0.0/8"), TEST(FD_SPORT, GE, "1")));
	condition_expect("net 10.0.0.1 O; kinds net(connect)",
			 AND(connect, TEST(FD_SIP, EQ, "10.0.0.1"), TEST(FD_SPORT, EQ, "80")));
	condition_expect("any O; kinds net(connect)", AND(connect, TEST(FD_CIP, EQ, "10.0.0.1")));
	condition_expect("kinds", AND(TEST(TYPE, EQ, "bind"), TEST(FD_CIP, EQ, "10.0.0.1")));
	condition_expect("kinds", AND(TEST(TYPE, EQ, "bind"), TEST(FD_IS_SERVER, EQ, "false")));
	/* What is sent on a stream opens a connection, other things go where they are told. */
	condition_expect("port 53 OS; kinds net(sendto sendmsg sendmmsg)",
			 AND(TEST(TYPE, EQ, "sendto"), TEST(FD_SPORT, EQ, "53")));
	condition_expect("port 53 O; kinds net(sendto sendmsg sendmmsg)",
			 AND(TEST(TYPE, EQ, "sendto"), TEST(FD_SPORT, EQ, "53"),
			     TEST(FD_L4PROTO, EQ, "tcp")));
	condition_expect("port 53 S; kinds net(sendto sendmsg sendmmsg)",
			 AND(TEST(TYPE, EQ, "sendto"), TEST(FD_SPORT, EQ, "53"),
			     TEST(FD_L4PROTO, EQ, "udp")));
	/* No connection has a path for a name. */
	condition_expect("any C; kinds connect", AND(connect, TEST(FD_NAME, PMATCH, "/run")));
	condition_expect("any CO; kinds connect net(connect)",
			 AND(connect, TEST(FD_NAME, ENDSWITH, "75")));
	condition_expect("kinds net(socket)", TEST(ARG_DOMAIN, CONTAINS, "AF_PACKET"));
	condition_expect("kinds net(socket)",
			 AND(TEST(TYPE, EQ, "socket"), NOT(TEST(FD_L4PROTO, EQ, "raw"))));
}

/* Most of these calls nobody can care for: they are sent when a rule asks for all. */
static void test_dull(void **state)
{
	(void)state;
	condition_expect("kinds call(ioctl) dull ioctl", TEST(TYPE, EQ, "ioctl"));
	condition_expect("kinds call(ioctl)",
			 AND(TEST(TYPE, EQ, "ioctl"),
			     TEST(ARG_REQUEST, IN, "TIOCSTI", "FS_IOC_SETFLAGS")));
	condition_expect("kinds call(ioctl) dull ioctl",
			 AND(TEST(TYPE, EQ, "ioctl"), TEST(ARG_REQUEST, IN, "TIOCSTI", "0x5401")));
	condition_expect("kinds call(ioctl) dull ioctl",
			 AND(TEST(TYPE, EQ, "ioctl"), NOT(TEST(ARG_REQUEST, EQ, "TIOCSTI"))));
	condition_expect("kinds call(clone clone3)",
			 AND(TEST(TYPE, IN, "clone", "clone3"),
			     TEST(ARG_FLAGS, CONTAINS, "CLONE_NEWUSER")));
	condition_expect("kinds call(clone3) dull clone3",
			 AND(TEST(TYPE, EQ, "clone3"), TEST(ARG_FLAGS, CONTAINS, "CLONE_VM")));
	condition_expect("kinds call(adjtimex)",
			 AND(TEST(TYPE, EQ, "adjtimex"), NOT(TEST(ARG_FLAGS, EQ, "0"))));
	condition_expect("kinds call(adjtimex) dull adjtimex", TEST(TYPE, EQ, "adjtimex"));
	condition_expect("kinds call(capset)", AND(TEST(TYPE, EQ, "capset"), EXISTS(CALL_GAINED)));
	condition_expect("kinds call(capset) dull capset",
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
	assert_int_equal(f->n, WIRE_NETWORKS_MAX);
	filter_free(f);
	rules[1] = condition_rule(AND(TEST(TYPE, EQ, "bind"), TEST(FD_SIP, EQ, "10.0.0.9")));
	assert_string_equal(condition_derive(rules, 2), "any OI; kinds net(connect bind listen)");
}

static void test_sockets(void **state)
{
	(void)state;
	condition_expect("socket docker.sock C; kinds connect",
			 TEST(SOCKET_NAME, EQ, "docker.sock"));
	condition_expect("listener dockerd C; kinds connect", TEST(PEER_COMM, IN, "dockerd"));
	condition_expect("listener fifteen-letters C; kinds connect",
			 TEST(PEER_COMM, EQ, "fifteen-letters-and"));
	condition_expect("path /run/x.sock RWK; socket x.sock C; kinds open connect call net",
			 TEST(FD_NAME, EQ, "/run/x.sock"));
	condition_expect("name x.sock RWK; socket x.sock C; kinds open connect call net",
			 TEST(FD_NAME, ENDSWITH, "/x.sock"));
	condition_expect("socket @x C; socket x C; any RW; kinds open connect call net",
			 TEST(FD_NAME, EQ, "@x"));
	condition_expect("socket x.sock C; kinds connect",
			 AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, GLOB, "/run/*/x.sock")));
	condition_expect("any C; kinds connect", TEST(SOCKET_NAME, ENDSWITH, ".sock"));
	condition_expect("any C; kinds connect", TEST(SOCKET_NAME, EQ, "a/b"));
	condition_expect("any C; kinds connect",
			 AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, PMATCH, "/run")));
	condition_expect("any C; kinds connect",
			 AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, ENDSWITH, "sock")));
	condition_expect("any C; kinds connect",
			 AND(TEST(TYPE, EQ, "connect"), TEST(FD_NAME, EQ, "@")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_net, condition_teardown),
		cmocka_unit_test_teardown(test_dull, condition_teardown),
		cmocka_unit_test_teardown(test_sockets_made, condition_teardown),
		cmocka_unit_test_teardown(test_too_many_networks, condition_teardown),
		cmocka_unit_test_teardown(test_sockets, condition_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* What is true of every event of an IP, raw or packet socket, by what became of it. */
#include <string.h>

#include "rules/filter/clue.h"
#include "rules/filter/leaf.h"
#include "rules/value.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool world_is_net(enum world w)
{
	return (w >= WORLD_OUT && w <= WORLD_ACCEPT) ||
	       (w >= WORLD_SOCKET_PACKET && w <= WORLD_SOCKET_OTHER);
}

static bool is_made(enum world w)
{
	return w >= WORLD_SOCKET_PACKET;
}

static bool serves(enum world w)
{
	return w == WORLD_BIND || w == WORLD_ACCEPT;
}

static enum truth test_type(enum world w, const struct node *test)
{
	static const char *const connects[] = {"connect"}, *const made[] = {"socket"};
	static const char *const sends[] = {"sendto", "sendmsg", "sendmmsg"};
	static const char *const binds[] = {"bind", "listen"};
	static const char *const accepts[] = {"accept", "accept4"};

	switch (w) {
	case WORLD_OUT:
		return world_strings(test, connects, COUNT(connects), true);
	case WORLD_FASTOPEN:
	case WORLD_SEND:
		return world_strings(test, sends, COUNT(sends), true);
	case WORLD_BIND:
		return world_strings(test, binds, COUNT(binds), true);
	case WORLD_ACCEPT:
		return world_strings(test, accepts, COUNT(accepts), true);
	default:
		return world_strings(test, made, COUNT(made), true);
	}
}

static enum truth test_proto(enum world w, const struct node *test)
{
	static const char *const all[] = {"tcp", "udp", "icmp", "raw"};

	switch (w) {
	case WORLD_FASTOPEN:
		return world_strings(test, all, 1, false);
	case WORLD_SEND:
		return world_strings(test, all + 1, 3, false);
	case WORLD_SOCKET_PACKET:
		return TRUTH_NO;
	case WORLD_SOCKET_RAW:
		return world_strings(test, all + 3, 1, true);
	case WORLD_SOCKET_OTHER:
		return world_strings(test, all, 3, false);
	default:
		return world_strings(test, all, COUNT(all), false);
	}
}

/* Has it an end of that sort at all? */
static bool lacks_end(enum world w, enum field_id id)
{
	switch (id) {
	case F_FD_SIP:
	case F_FD_SNET:
	case F_FD_SPORT:
	case F_FD_LIP:
	case F_FD_LNET:
	case F_FD_LPORT:
	case F_FD_IP:
	case F_FD_NET:
	case F_FD_PORT:
	case F_FD_NAME:
		return is_made(w);
	case F_FD_CIP:
	case F_FD_CNET:
	case F_FD_CPORT:
	case F_FD_RIP:
	case F_FD_RNET:
	case F_FD_RPORT:
		return is_made(w) || (w == WORLD_BIND);
	case F_ARG_DOMAIN:
	case F_ARG_TYPE:
	case F_ARG_PROTO:
		return !is_made(w);
	default:
		return false;
	}
}

/* The name of a connection consists of these: what asks for paths asks for something else. */
static bool is_of_name(struct str s, const char *besides)
{
	static const char letters[] = "0123456789abcdef.:->";
	uint32_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] == '\0' || (!strchr(letters, s.p[i]) && !strchr(besides, s.p[i])))
			return false;
	return true;
}

static bool may_be_name(const struct node *test, struct str value)
{
	struct str head, tail;

	switch (test->op) {
	case OP_EQ:
	case OP_IN:
	case OP_STARTSWITH:
	case OP_ENDSWITH:
	case OP_CONTAINS:
		return is_of_name(value, "");
	case OP_PMATCH: /* slashes around do not count */
		return is_of_name(clue_wild(value, &head, &tail) ? head : value, "/");
	case OP_GLOB:
		if (!clue_wild(value, &head, &tail))
			return is_of_name(value, "");
		return is_of_name(head, "") && is_of_name(tail, "");
	default:
		return true;
	}
}

static enum truth test_name(const struct node *test)
{
	size_t i;

	if (test->op == OP_NE || test->op == OP_EXISTS)
		return TRUTH_UNKNOWN;
	for (i = 0; i < test->n_values; i++)
		if (may_be_name(test, leaf_value(&test->values[i])))
			return TRUTH_UNKNOWN;
	return test->n_values > 0 ? TRUTH_NO : TRUTH_UNKNOWN;
}

static enum truth test_family(enum world w, const struct node *test)
{
	static const char *const chars[] = {"4", "6"}, *const types[] = {"ipv4", "ipv6"};
	static const char *const families[] = {"AF_INET", "AF_INET6"}, *const ip[] = {"ip"};
	static const char *const packet[] = {"AF_PACKET"};

	if (w == WORLD_SOCKET_PACKET)
		return test->left.id == F_ARG_DOMAIN ? world_strings(test, packet, 1, true) :
						       TRUTH_NO;
	switch (test->left.id) {
	case F_ARG_DOMAIN:
		return world_strings(test, families, COUNT(families), true);
	case F_FD_TYPECHAR:
		return world_strings(test, chars, COUNT(chars), true);
	case F_FD_TYPE:
		return world_strings(test, types, COUNT(types), true);
	default:
		return world_strings(test, ip, COUNT(ip), true);
	}
}

enum truth world_net(enum world w, const struct node *test)
{
	struct node named;

	if (lacks_end(w, test->left.id))
		return TRUTH_NO;
	if (test->left.id == F_ARG) { /* evt.arg[0] of socket is evt.arg.domain */
		if (!is_made(w) || test->left.index != 0)
			return TRUTH_UNKNOWN;
		named = *test;
		named.left.id = F_ARG_DOMAIN;
		test = &named;
	}
	switch (test->left.id) {
	case F_TYPE:
		return test_type(w, test);
	case F_FD_L4PROTO:
		return test_proto(w, test);
	case F_FD_NAME:
		return test_name(test);
	case F_FD_IS_SERVER:
		return world_bool(test, serves(w));
	case F_ARG_DOMAIN:
	case F_FD_TYPECHAR:
	case F_FD_TYPE:
	case F_FD_SOCKFAMILY:
		return test_family(w, test);
	default:
		return TRUTH_UNKNOWN;
	}
}

// SPDX-License-Identifier: Apache-2.0
/* What is true of every event of an IP, raw or packet socket, by what became of it. */
#include <stdlib.h>
#include <string.h>

#include "rules/filter/clue.h"
#include "rules/filter/leaf.h"
#include "rules/value.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool world_is_net(enum world w)
{
	return (w >= WORLD_OUT && w <= WORLD_ACCEPT) ||
	       (w >= WORLD_SOCKET_PACKET && w <= WORLD_DUP_FILE);
}

static bool is_made(enum world w)
{
	return w >= WORLD_SOCKET_PACKET && w <= WORLD_SOCKET_OTHER;
}

static bool is_dup(enum world w)
{
	return w >= WORLD_STDIO_IP && w <= WORLD_DUP_FILE;
}

static bool is_dup_of_ip(enum world w)
{
	return w == WORLD_STDIO_IP || w == WORLD_DUP_IP;
}

static bool is_dup_of_unix(enum world w)
{
	return w == WORLD_STDIO_UNIX || w == WORLD_DUP_UNIX;
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
	static const char *const dups[] = {"dup", "dup2", "dup3"};

	if (is_dup(w))
		return world_strings(test, dups, COUNT(dups), true);
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

	if (is_dup(w) && !is_dup_of_ip(w))
		return TRUTH_NO;
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
	bool other = is_dup(w) && !is_dup_of_ip(w);

	switch (id) {
	case F_FD_NAME:
		return is_made(w) || is_dup_of_unix(w);
	case F_FD_NUM:
		return !is_made(w) && !is_dup(w) && w != WORLD_ACCEPT;
	case F_ARG_OLDFD:
	case F_ARG_NEWFD:
	case F_DUP_STDIO:
		return !is_dup(w);
	case F_FD_SIP:
	case F_FD_SNET:
	case F_FD_SPORT:
	case F_FD_LIP:
	case F_FD_LNET:
	case F_FD_LPORT:
	case F_FD_IP:
	case F_FD_NET:
	case F_FD_PORT:
		return is_made(w) || other;
	case F_FD_CIP:
	case F_FD_CNET:
	case F_FD_CPORT:
	case F_FD_RIP:
	case F_FD_RNET:
	case F_FD_RPORT:
		return is_made(w) || other || w == WORLD_BIND;
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

static bool read_number(const struct rule_value *v, long long *number)
{
	char *end;

	*number = strtoll(v->text, &end, 10);
	return v->len > 0 && end == v->text + v->len;
}

/* Can a number below 3, or one from 3 on, be so? */
static enum truth test_bounds(bool stdio, const struct node *test)
{
	long long v;

	if (test->n_values != 1 || !read_number(&test->values[0], &v))
		return TRUTH_UNKNOWN;
	switch (test->op) {
	case OP_LT:
		return !stdio && v <= WIRE_SOCKET_STDIO ? TRUTH_NO : TRUTH_UNKNOWN;
	case OP_LE:
		return !stdio && v < WIRE_SOCKET_STDIO ? TRUTH_NO : TRUTH_UNKNOWN;
	case OP_GT:
		return stdio && v >= WIRE_SOCKET_STDIO - 1 ? TRUTH_NO : TRUTH_UNKNOWN;
	case OP_GE:
		return stdio && v >= WIRE_SOCKET_STDIO ? TRUTH_NO : TRUTH_UNKNOWN;
	default:
		return TRUTH_UNKNOWN;
	}
}

/* A dup of what is no IP socket. */
static enum truth test_other(enum world w, const struct node *test)
{
	static const char *const chars[] = {"f", "d", "p", "u"}, *const families[] = {"unix"};
	static const char *const types[] = {"file", "directory", "pipe", "unix"};
	size_t from = is_dup_of_unix(w) ? 3 : 0, n = is_dup_of_unix(w) ? 1 : 3;

	switch (test->left.id) {
	case F_FD_TYPECHAR:
		return world_strings(test, chars + from, n, false);
	case F_FD_TYPE:
		return world_strings(test, types + from, n, false);
	case F_FD_SOCKFAMILY:
		return is_dup_of_unix(w) ? world_strings(test, families, 1, false) : TRUTH_NO;
	default:
		return TRUTH_UNKNOWN;
	}
}

/* The new descriptor: 0, 1 or 2; or any other. */
static enum truth test_number(enum world w, const struct node *test)
{
	bool stdio = w <= WORLD_STDIO_FILE, meets = false;

	if (test->op != OP_EQ && test->op != OP_IN)
		return test_bounds(stdio, test);
	for (size_t i = 0; i < test->n_values; i++) {
		long long v;

		if (!read_number(&test->values[i], &v))
			return TRUTH_UNKNOWN;
		meets |= (v >= 0 && v < WIRE_SOCKET_STDIO) == stdio;
	}
	return meets ? TRUTH_UNKNOWN : TRUTH_NO;
}

static enum truth test_family(enum world w, const struct node *test)
{
	static const char *const chars[] = {"4", "6"}, *const types[] = {"ipv4", "ipv6"};
	static const char *const families[] = {"AF_INET", "AF_INET6"}, *const ip[] = {"ip"};
	static const char *const packet[] = {"AF_PACKET", "AF_XDP"};

	if (is_dup(w) && !is_dup_of_ip(w))
		return test_other(w, test);
	if (w == WORLD_SOCKET_PACKET)
		return test->left.id == F_ARG_DOMAIN ?
			       world_strings(test, packet, COUNT(packet), true) :
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
		return is_dup(w) && !is_dup_of_ip(w) ? TRUTH_UNKNOWN : test_name(test);
	case F_FD_NUM:
	case F_RAWRES:
		return is_dup(w) ? test_number(w, test) : TRUTH_UNKNOWN;
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

// SPDX-License-Identifier: Apache-2.0
/* Sockets of the Internet: their names, as others print them. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "event/event.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

bool event_net_serves(const struct event_net *n)
{
	switch (n->call) {
	case WIRE_CALL_BIND:
	case WIRE_CALL_LISTEN:
	case WIRE_CALL_ACCEPT:
	case WIRE_CALL_ACCEPT4:
		return true;
	default:
		return false;
	}
}

/* Of what is no IP socket. */
static char other_typechar(const struct event_net *n)
{
	switch (n->mode & S_IFMT) {
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
		return 'f';
	case S_IFDIR:
		return 'd';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return n->family == AF_UNIX ? 'u' : '\0';
	default:
		return '\0';
	}
}

char event_net_typechar(const struct event_net *n)
{
	if (n->family == AF_INET ||
	    (n->family == AF_INET6 && n->server.known && address_is_v4(&n->server.address)))
		return '4';
	if (n->family == AF_INET6)
		return '6';
	return event_net_dup(n) ? other_typechar(n) : '\0';
}

struct str event_net_l4proto(const struct event_net *n)
{
	if (n->family != AF_INET && n->family != AF_INET6)
		return STR_LIT("");
	if (n->type == SOCK_RAW)
		return STR_LIT("raw");
	switch (n->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP: /* it speaks TCP with whoever knows no more */
		return STR_LIT("tcp");
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return STR_LIT("udp");
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return STR_LIT("icmp");
	case 0: /* only asked for: what the type stands for */
		return n->type == SOCK_STREAM ? STR_LIT("tcp") :
		       n->type == SOCK_DGRAM  ? STR_LIT("udp") :
						STR_LIT("");
	default:
		return STR_LIT("");
	}
}

struct str event_net_family(const struct event_net *n)
{
	switch (n->family) {
	case AF_INET:
		return STR_LIT("AF_INET");
	case AF_INET6:
		return STR_LIT("AF_INET6");
	case AF_PACKET:
		return STR_LIT("AF_PACKET");
	case AF_XDP:
		return STR_LIT("AF_XDP");
	default:
		return STR_LIT("");
	}
}

static int put_end(char *to, size_t room, const char *before, const struct event_end *end)
{
	char text[ADDRESS_TEXT];

	address_text(&end->address, text);
	return snprintf(to, room, "%s%s:%u", before, text, end->port);
}

struct str event_net_name(const struct event_net *n, char buf[static EVENT_NET_TEXT])
{
	int len = 0;

	if (n->path.len > 0)
		return n->path;
	if (n->client.known)
		len = put_end(buf, EVENT_NET_TEXT, "", &n->client);
	if (n->server.known)
		len += put_end(buf + len, EVENT_NET_TEXT - (size_t)len, len ? "->" : "",
			       &n->server);
	return (struct str){buf, (uint32_t)len, (uint32_t)len};
}

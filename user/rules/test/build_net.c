// SPDX-License-Identifier: Apache-2.0
/* What became of an IP, raw or packet socket: by its ends, or by what it was made as. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "rules/test/parts.h"

#define PORT_MAX    65535
#define CLIENT_PORT 40000
#define SERVER_PORT 80

bool build_is_net(struct build *b)
{
	return b->in.fields[F_FD_SIP].given || b->in.fields[F_FD_SPORT].given ||
	       b->in.fields[F_FD_CIP].given || b->in.fields[F_FD_CPORT].given ||
	       b->in.fields[F_FD_L4PROTO].given;
}

/* *v6: it is written as an address of IPv6, which ::ffff:10.0.0.1 is too. */
static void build_end(struct build *b, struct event_end *end, enum field_id ip, const char *address,
		      enum field_id port, uint64_t number, bool *v6)
{
	struct str text = input_str(&b->in, ip, str_from(address));
	struct network n;

	if (network_parse(&n, text.p, text.len) || n.bits != 128)
		input_fail(&b->in, ip, "%s is an address", field_name(ip));
	else
		end->address = n.base;
	end->port = (uint16_t)input_number(&b->in, port, PORT_MAX, number);
	end->known = true;
	*v6 |= memchr(text.p, ':', text.len) != NULL;
}

static void build_ends(struct build *b)
{
	struct event_net *n = &b->event.net;
	bool serves = event_net_serves(n), v6 = false;
	bool failed = b->event.ret < 0 && b->event.ret != -EINPROGRESS && b->event.ret != -EINTR;

	build_end(b, &n->server, F_FD_SIP, serves ? "0.0.0.0" : "10.0.0.1", F_FD_SPORT, SERVER_PORT,
		  &v6);
	if (!failed && n->call != WIRE_CALL_BIND && n->call != WIRE_CALL_LISTEN)
		build_end(b, &n->client, F_FD_CIP, v6 ? "fd00::2" : "10.0.0.2", F_FD_CPORT,
			  CLIENT_PORT, &v6);
	n->family = v6 ? AF_INET6 : AF_INET;
	if (input_bool(&b->in, F_NET_ASKED, failed))
		n->flags |= WIRE_NET_ASKED;
	if (input_bool(&b->in, F_FD_CONNECTED, b->event.ret >= 0 && n->client.known))
		n->flags |= WIRE_NET_CONNECTED;
}

static void build_made(struct build *b)
{
	static const char *const names[] = {"AF_INET", "AF_INET6", "AF_PACKET", "AF_XDP", NULL};
	static const uint16_t families[] = {AF_INET, AF_INET6, AF_PACKET, AF_XDP};
	struct event_net *n = &b->event.net;

	n->family = families[input_word(&b->in, F_ARG_DOMAIN, names, 0)];
	n->type = (uint16_t)input_number(&b->in, F_ARG_TYPE, 15, n->type);
	n->protocol = (uint16_t)input_number(&b->in, F_ARG_PROTO, UINT16_MAX, n->protocol);
}

/* Of a connection, unless fd.typechar says otherwise. */
static void build_dup(struct build *b)
{
	static const char *const names[] = {"4", "6", "f", "d", "p", "u", NULL};
	static const uint16_t modes[] = {S_IFSOCK, S_IFSOCK, S_IFREG, S_IFDIR, S_IFIFO, S_IFSOCK};
	struct event_net *n = &b->event.net;
	unsigned type = input_word(&b->in, F_FD_TYPECHAR, names, 0);

	b->event.ret = (int32_t)input_number(&b->in, F_FD_NUM, INT32_MAX, 0);
	n->mode = modes[type];
	n->oldfd = 3;
	if (input_bool(&b->in, F_DUP_STDIO, type < 2))
		n->flags |= WIRE_NET_STDIO;
	if (type < 2) {
		build_ends(b);
		return;
	}
	n->family = type == 5 ? AF_UNIX : 0;
	if (n->family == 0)
		n->path = input_str(&b->in, F_FD_NAME, STR_LIT("/data/file"));
}

void build_net(struct build *b, uint32_t call)
{
	static const char *const names[] = {"tcp", "udp", "icmp", "raw", NULL};
	static const uint16_t types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_RAW};
	static const uint16_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_RAW};
	struct event_net *n = &b->event.net;
	unsigned proto = input_word(&b->in, F_FD_L4PROTO, names, 0);

	n->call = call;
	n->type = types[proto];
	n->protocol = protocols[proto];
	if (input_bool(&b->in, F_NET_HOST, false))
		n->flags |= WIRE_NET_HOST;
	if (call == WIRE_CALL_SOCKET)
		build_made(b);
	else if (event_net_dup(n))
		build_dup(b);
	else
		build_ends(b);
}

// SPDX-License-Identifier: Apache-2.0
/* Sockets of the Internet: their ends, by who is the server and by which end is this process's. */
#include <stdio.h>
#include <sys/socket.h>

#include "rules/value/internal.h"

static struct str ip_text(const struct event_end *end, struct value_scratch *scratch)
{
	char text[ADDRESS_TEXT] = "";
	size_t len = address_text(&end->address, text);

	return scratch_copy(scratch, text, len);
}

static bool set_ip(struct value *v, const struct event_end *end, struct value_scratch *scratch)
{
	return end->known ? set_str(v, ip_text(end, scratch)) : set_missing(v);
}

static bool set_port(struct value *v, const struct event_end *end)
{
	return set_num_if(v, end->known, end->port);
}

static bool set_both_ips(struct value *v, const struct event_net *n, struct value_scratch *scratch)
{
	if (n->client.known)
		add_str(v, ip_text(&n->client, scratch), scratch);
	if (n->server.known)
		add_str(v, ip_text(&n->server, scratch), scratch);
	return true;
}

static bool set_both_ports(struct value *v, const struct event_net *n,
			   struct value_scratch *scratch)
{
	const struct event_end *ends[] = {&n->client, &n->server};
	char text[8];

	for (size_t i = 0; i < 2; i++) {
		int len = snprintf(text, sizeof(text), "%u", ends[i]->port);

		if (ends[i]->known)
			add_str(v, scratch_copy(scratch, text, (size_t)len), scratch);
	}
	return true;
}

static bool of_ends(struct value *v, const struct event_net *n, enum field_id id,
		    struct value_scratch *scratch)
{
	bool serves = event_net_serves(n);
	const struct event_end *local = serves ? &n->server : &n->client;
	const struct event_end *remote = serves ? &n->client : &n->server;

	switch (id) {
	case F_FD_CIP:
	case F_FD_CNET:
		return set_ip(v, &n->client, scratch);
	case F_FD_SIP:
	case F_FD_SNET:
		return set_ip(v, &n->server, scratch);
	case F_FD_LIP:
	case F_FD_LNET:
		return set_ip(v, local, scratch);
	case F_FD_RIP:
	case F_FD_RNET:
		return set_ip(v, remote, scratch);
	case F_FD_IP:
	case F_FD_NET:
		return set_both_ips(v, n, scratch);
	case F_FD_CPORT:
		return set_port(v, &n->client);
	case F_FD_SPORT:
		return set_port(v, &n->server);
	case F_FD_LPORT:
		return set_port(v, local);
	case F_FD_RPORT:
		return set_port(v, remote);
	case F_FD_PORT:
		return set_both_ports(v, n, scratch);
	default:
		return false;
	}
}

static bool set_type(struct value *v, const struct event_net *n)
{
	switch (event_net_typechar(n)) {
	case '4':
		return set_str(v, STR_LIT("ipv4"));
	case '6':
		return set_str(v, STR_LIT("ipv6"));
	case 'u':
		return set_str(v, STR_LIT("unix"));
	case 'p':
		return set_str(v, STR_LIT("pipe"));
	case 'd':
		return set_str(v, STR_LIT("directory"));
	case 'f':
		return set_str(v, STR_LIT("file"));
	default:
		return set_missing(v);
	}
}

static bool set_typechar(struct value *v, const struct event_net *n, struct value_scratch *scratch)
{
	char type = event_net_typechar(n);

	return type ? set_str(v, scratch_copy(scratch, &type, 1)) : set_missing(v);
}

static bool set_family(struct value *v, const struct event_net *n)
{
	switch (event_net_typechar(n)) {
	case '4':
	case '6':
		return set_str(v, STR_LIT("ip"));
	case 'u':
		return set_str(v, STR_LIT("unix"));
	default:
		return set_missing(v);
	}
}

/* Does the call give a descriptor, which its result is then? */
static bool gives_fd(const struct event_net *n)
{
	return event_net_dup(n) || n->call == WIRE_CALL_SOCKET || n->call == WIRE_CALL_ACCEPT ||
	       n->call == WIRE_CALL_ACCEPT4;
}

/* Of a dup. */
static bool of_dup(struct value *v, const struct event *e, enum field_id id)
{
	const struct event_net *n = &e->net;
	bool dup = event_net_dup(n);

	switch (id) {
	case F_FD_NUM:
		return set_num_if(v, gives_fd(n), e->ret);
	case F_ARG_OLDFD:
		return set_num_if(v, dup, n->oldfd);
	case F_ARG_NEWFD:
		return set_num_if(v, dup && n->call != WIRE_CALL_DUP, e->ret);
	case F_DUP_STDIO:
		return set_bool_if(v, dup, n->flags & WIRE_NET_STDIO);
	default:
		return false;
	}
}

static bool of_socket(struct value *v, const struct event_net *n, enum field_id id,
		      struct value_scratch *scratch)
{
	bool made = n->call == WIRE_CALL_SOCKET;

	switch (id) {
	case F_FD_TYPE:
		return set_type(v, n);
	case F_FD_TYPECHAR:
		return set_typechar(v, n, scratch);
	case F_FD_SOCKFAMILY:
		return set_family(v, n);
	case F_FD_L4PROTO:
		return set_str(v, event_net_l4proto(n));
	case F_ARG_DOMAIN:
		return set_str(v, made ? event_net_family(n) : STR_LIT(""));
	case F_ARG_TYPE:
		return set_num_if(v, made, n->type);
	case F_ARG_PROTO:
		return set_num_if(v, made, n->protocol);
	case F_FD_CONNECTED:
		return set_bool(v, n->flags & WIRE_NET_CONNECTED);
	case F_FD_IS_SERVER:
		return set_bool(v, event_net_serves(n));
	case F_FD_NAME_CHANGED:
		return set_bool(v, n->server.known);
	case F_NET_ASKED:
		return set_bool(v, n->flags & WIRE_NET_ASKED);
	case F_NET_HOST:
		return set_bool(v, n->flags & WIRE_NET_HOST);
	default:
		return false;
	}
}

bool value_of_net(struct value *v, const struct event *e, const struct field_use *use,
		  struct value_scratch *scratch)
{
	enum field_id id = use->id;
	char buf[EVENT_NET_TEXT];
	struct str name;

	if (e->kind != EVENT_NET)
		return false;
	if (id == F_FD_NAME) {
		if (e->net.path.len > 0)
			return set_str(v, e->net.path);
		name = event_net_name(&e->net, buf);
		return set_str(v, name.len > 0 ? scratch_copy(scratch, name.p, name.len) : name);
	}
	return of_ends(v, &e->net, id, scratch) || of_socket(v, &e->net, id, scratch) ||
	       of_dup(v, e, id);
}

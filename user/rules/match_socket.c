/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container runtime's API socket, by the listener: its bound name and its command, whatever
 * name, link, relative path or bind mount the client used.
 */
#include "rules/facts.h"
#include "rules/watch.h"

/* The runtime's own name for its socket; a client's spelling only when nothing else is known. */
static bool named_like_runtime(const struct event_connect *c)
{
	if (c->name.len > 0)
		return watch_has(WATCH_SOCKET, str_basename(c->name));
	if (c->path.len > 0)
		return watch_has(WATCH_SOCKET, str_basename(c->path));
	return watch_has(WATCH_SOCKET, str_basename(c->asked));
}

enum listener listener_judge(const struct event *e)
{
	const struct event_connect *c = &e->connect;
	bool named = named_like_runtime(c);

	if (c->flags & (WIRE_CONNECT_PEER_CONTAINER | WIRE_CONNECT_PEER_SAME))
		return named ? LISTENER_LOOKALIKE : LISTENER_OTHER;
	if (e->blocked) /* nobody answered: the name asked for is all there is */
		return named ? LISTENER_RUNTIME : LISTENER_OTHER;
	/* The daemons' sockets are streams, which know their listener; datagram sockets do not. */
	if (!(c->flags & WIRE_CONNECT_PEER))
		return LISTENER_OTHER;
	if (named || watch_has(WATCH_LISTENER, c->peer_comm))
		return LISTENER_RUNTIME;
	return LISTENER_OTHER;
}

bool match_runtime_socket(const struct facts *f)
{
	return f->listener == LISTENER_RUNTIME;
}

bool match_runtime_lookalike(const struct facts *f)
{
	return f->listener == LISTENER_LOOKALIKE;
}

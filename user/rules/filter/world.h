/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of events that the kernel tells apart before it looks at any name, and what is true of
 * every event of a kind. Internal to the filter.
 */
#ifndef ROOTWATCH_RULES_FILTER_WORLD_H
#define ROOTWATCH_RULES_FILTER_WORLD_H

#include <stdint.h>

#include "rules/lang/ast.h"
#include "wire.h"

/* Those up to WORLD_FILTERED are filtered; of the others all are sent, and only whether a rule can
 * match counts. */
enum world {
	WORLD_READ,  /* opened, for reading only */
	WORLD_WRITE, /* opened, for writing only */
	WORLD_BOTH,  /* opened for both */
	WORLD_CONNECT,
	WORLD_OUT,	/* an IP socket was connected */
	WORLD_FASTOPEN, /* the same, by sending */
	WORLD_SEND,	/* a datagram was sent with an address */
	WORLD_BIND,	/* bound, or listens */
	WORLD_ACCEPT,
	WORLD_FILTERED,
	WORLD_OPEN_DENIED = WORLD_FILTERED,
	WORLD_CONNECT_DENIED,
	WORLD_HANDLE, /* opened by a handle: rare, so all are sent */
	WORLD_MMAP,   /* mapped: filtered as what is opened for writing only is */
	WORLD_EXEC,
	WORLD_EXIT,
	WORLD_SETID,	     /* of uids, and what has risen */
	WORLD_SETGID,	     /* of groups */
	WORLD_SOCKET_PACKET, /* socket(), by FILTER_SOCKET_* */
	WORLD_SOCKET_RAW,
	WORLD_SOCKET_OTHER,
	WORLD_STDIO_IP, /* dup, dup2 and dup3, by FILTER_STDIO_* and FILTER_DUP_* */
	WORLD_STDIO_UNIX,
	WORLD_STDIO_FILE,
	WORLD_DUP_IP,
	WORLD_DUP_UNIX,
	WORLD_DUP_FILE,
	WORLD_SYSCALL, /* any of wire_calls.h; WORLD_CALL() is a certain one */
	WORLD_END
};

/* One that behaves like WORLD_SYSCALL, of that call (WIRE_CALL_*) only. */
#define WORLD_CALL(call) ((enum world)(WORLD_SYSCALL + (call)))

/* The same of a call that is dull: see WIRE_CALL_DULL_FIRST. */
#define WORLD_DULL(call) ((enum world)(WORLD_SYSCALL + WIRE_CALLS_MAX + (call)))

/*
 * The same of a call that was done on objects whose place is known, and not a container's root
 * itself: what it acts upon is compared (wire_call_placed()).
 */
#define WORLD_PLACED(call) ((enum world)(WORLD_SYSCALL + 2 * WIRE_CALLS_MAX + (call)))
#define WORLD_IS_PLACED(w) ((w) >= WORLD_PLACED(0))

enum truth { TRUTH_UNKNOWN, TRUTH_NO, TRUTH_YES };

/* What a test comes to, by the world alone. */
enum truth world_truth(enum world w, const struct node *test);

/* The call of a WORLD_CALL or WORLD_DULL; 0 of others. And what a test of its arguments comes to. */
uint32_t world_call(enum world w);
enum truth world_of_call(enum world w, const struct node *test);

/* Of the events of IP, raw and packet sockets. Part of world_truth(). */
bool world_is_net(enum world w);
enum truth world_net(enum world w, const struct node *test);
enum truth world_strings(const struct node *test, const char *const *values, size_t n,
			 bool certain);
enum truth world_bool(const struct node *test, bool value);

/* enum event_kind of its events. */
uint32_t world_kind(enum world w);

#endif /* ROOTWATCH_RULES_FILTER_WORLD_H */

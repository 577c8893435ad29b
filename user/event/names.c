// SPDX-License-Identifier: Apache-2.0
#include "event/event.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const call_names[] = {[WIRE_CALL_NONE] = "",
					 [WIRE_CALL_OPEN] = "open",
					 [WIRE_CALL_OPENAT] = "openat",
					 [WIRE_CALL_OPENAT2] = "openat2",
					 [WIRE_CALL_CREAT] = "creat",
					 [WIRE_CALL_OPEN_BY_HANDLE_AT] = "open_by_handle_at",
					 [WIRE_CALL_RECVMSG] = "recvmsg",
					 [WIRE_CALL_MMAP] = "mmap",
					 [WIRE_CALL_SETUID] = "setuid",
					 [WIRE_CALL_SETREUID] = "setreuid",
					 [WIRE_CALL_SETRESUID] = "setresuid",
					 [WIRE_CALL_SETFSUID] = "setfsuid",
					 [WIRE_CALL_SETGID] = "setgid",
					 [WIRE_CALL_SETREGID] = "setregid",
					 [WIRE_CALL_SETRESGID] = "setresgid",
					 [WIRE_CALL_SETFSGID] = "setfsgid",
					 [WIRE_CALL_SETGROUPS] = "setgroups",
					 [WIRE_CALL_CONNECT] = "connect",
					 [WIRE_CALL_BIND] = "bind",
					 [WIRE_CALL_LISTEN] = "listen",
					 [WIRE_CALL_ACCEPT] = "accept",
					 [WIRE_CALL_ACCEPT4] = "accept4",
					 [WIRE_CALL_SENDTO] = "sendto",
					 [WIRE_CALL_SENDMSG] = "sendmsg",
					 [WIRE_CALL_SENDMMSG] = "sendmmsg",
					 [WIRE_CALL_SOCKET] = "socket",
					 [WIRE_CALL_DUP] = "dup",
					 [WIRE_CALL_DUP2] = "dup2",
					 [WIRE_CALL_DUP3] = "dup3",
#define ROW(id, name, ...) [WIRE_CALL_##id] = #name,
					 WIRE_CALLS(ROW)
#undef ROW
};
_Static_assert(COUNT(call_names) == WIRE_CALL_END, "every WIRE_CALL_* has a name");

/* For kinds whose record names no call, or one that is not known here. */
static const char *const kind_types[] = {
	[EVENT_NONE] = "unknown", [EVENT_CGROUP] = "cgroup",   [EVENT_FORK] = "clone",
	[EVENT_EXEC] = "execve",  [EVENT_EXIT] = "procexit",   [EVENT_SETID] = "setuid",
	[EVENT_OPEN] = "open",	  [EVENT_CONNECT] = "connect", [EVENT_SYSCALL] = "syscall",
	[EVENT_NET] = "socket",
};
_Static_assert(COUNT(kind_types) == EVENT_KIND_END, "every EVENT_* has a type");

const char *event_call_name(uint32_t call)
{
	return call < WIRE_CALL_END ? call_names[call] : "";
}

unsigned event_call_kinds(uint32_t call)
{
	if (wire_call_is_open(call))
		return 1u << EVENT_OPEN;
	if (call == WIRE_CALL_CONNECT)
		return 1u << EVENT_CONNECT | 1u << EVENT_NET;
	if (call >= WIRE_CALL_FIRST)
		return 1u << EVENT_SYSCALL;
	return call < WIRE_CALL_CONNECT ? 1u << EVENT_SETID : 1u << EVENT_NET;
}

uint32_t event_call_id(const struct event *e)
{
	switch (e->kind) {
	case EVENT_OPEN:
		return e->open.call;
	case EVENT_SETID:
		return e->setid.call;
	case EVENT_SYSCALL:
		return e->sys.call;
	case EVENT_NET:
		return e->net.call;
	default:
		return WIRE_CALL_NONE;
	}
}

const char *event_type(const struct event *e)
{
	const char *name = event_call_name(event_call_id(e));

	if (e->kind == EVENT_EXEC && (e->exec.flags & WIRE_EXEC_FDPATH))
		return "execveat";
	if (e->kind == EVENT_SETID && e->setid.call == WIRE_CALL_NONE && e->setid.risen)
		return "credrise";
	if (name[0])
		return name;
	return (unsigned)e->kind < EVENT_KIND_END ? kind_types[e->kind] : kind_types[EVENT_NONE];
}

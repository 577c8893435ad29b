// SPDX-License-Identifier: Apache-2.0
/* The types of events that there are, found out by asking event_type for every call of a kind. */
#include "rules/engine/internal.h"

#define CALLS_MAX (WIRE_CALL_END - WIRE_CALL_FIRST)

static const char *const calls[EVENT_KIND_END][CALLS_MAX] = {
	[EVENT_EXEC] = {"execve", "execveat"},
	[EVENT_EXIT] = {"procexit"},
	[EVENT_SETID] = {"setuid", "setreuid", "setresuid", "setfsuid", "setgid", "setregid",
			 "setresgid", "setfsgid", "setgroups", "credrise"},
	[EVENT_OPEN] = {"open", "openat", "openat2", "creat", "open_by_handle_at", "recvmsg",
			"mmap"},
#define ROW(id, name, ...) #name,
	[EVENT_CONNECT] = {"connect"},
	[EVENT_SYSCALL] = {WIRE_CALLS(ROW)},
	[EVENT_NET] = {"connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg",
		       "sendmmsg", "socket", "dup", "dup2", "dup3"},
#undef ROW
};

static bool usual(enum event_kind kind, const char *name)
{
	for (size_t i = 0; i < CALLS_MAX && calls[kind][i]; i++) {
		if (strcmp(calls[kind][i], name) == 0)
			return true;
	}
	return false;
}

static void set_call(struct event *e, uint32_t call)
{
	if (e->kind == EVENT_OPEN)
		e->open.call = call;
	else if (e->kind == EVENT_SETID)
		e->setid.call = call;
	else if (e->kind == EVENT_SYSCALL)
		e->sys.call = call;
	else if (e->kind == EVENT_NET)
		e->net.call = call;
}

static uint8_t add(struct event_types *t, enum event_kind kind, uint32_t call, uint32_t flags,
		   bool odd)
{
	struct event a, b = {.kind = kind};

	set_call(&b, call);
	if (kind == EVENT_EXEC)
		b.exec.flags = flags;
	for (size_t i = 0; i < t->n; i++) {
		event_types_example(t, i, &a);
		if (a.kind == kind && t->types[i].odd == odd &&
		    (odd || strcmp(event_type(&a), event_type(&b)) == 0))
			return (uint8_t)i;
	}
	t->types[t->n].kind = kind;
	t->types[t->n].call = call;
	t->types[t->n].flags = flags;
	t->types[t->n].odd = odd;
	return (uint8_t)t->n++;
}

static void find_out(struct event_types *t)
{
	for (int kind = 0; kind < EVENT_KIND_END; kind++) {
		for (uint32_t call = 0; calls[kind][0] && call < WIRE_CALL_END; call++) {
			struct event e = {.kind = (enum event_kind)kind};
			/* By its number: another call can have the name of one of these
			 * (BIND_FILE). */
			bool of_kind = kind != EVENT_SYSCALL || event_call(call);

			set_call(&e, call);
			t->by_call[kind][call] =
				add(t, e.kind, call, 0, !of_kind || !usual(e.kind, event_type(&e)));
		}
	}
	t->fd_exec = add(t, EVENT_EXEC, 0, WIRE_EXEC_FDPATH, false);
}

/* They are always the same ones, and take longer to find out than a small set of rules to compile. */
void event_types_fill(struct event_types *t)
{
	static struct event_types all;

	if (all.n == 0)
		find_out(&all);
	*t = all;
}

uint32_t event_types_of(const struct event_types *t, const struct event *e)
{
	uint32_t call;

	if ((unsigned)e->kind >= EVENT_KIND_END || !calls[e->kind][0])
		return NONE;
	if (e->kind == EVENT_EXEC && (e->exec.flags & WIRE_EXEC_FDPATH))
		return t->fd_exec;
	call = event_call_id(e);
	return t->by_call[e->kind][call < WIRE_CALL_END ? call : WIRE_CALL_NONE];
}

void event_types_example(const struct event_types *t, size_t type, struct event *e)
{
	memset(e, 0, sizeof(*e));
	e->kind = t->types[type].kind;
	set_call(e, t->types[type].call);
	if (e->kind == EVENT_EXEC)
		e->exec.flags = t->types[type].flags;
}

// SPDX-License-Identifier: Apache-2.0
/* The types of events that there are, found out by asking event_type for every call of a kind. */
#include "rules/engine/internal.h"

/* Kinds that rules are asked about; those before are context. */
static bool is_judged(int kind)
{
	return kind >= EVENT_EXEC && kind < EVENT_KIND_END;
}

/* Do records of that kind say so? (By numbers: two calls can have one name, as BIND_FILE does.) */
static bool has_call(enum event_kind kind, uint32_t call)
{
	if (kind != EVENT_OPEN && kind != EVENT_SETID && kind != EVENT_NET && kind != EVENT_SYSCALL)
		return true; /* they say none */
	if (call == WIRE_CALL_NONE)
		return kind != EVENT_SYSCALL;
	return event_call_kinds(call) & 1u << kind;
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
		for (uint32_t call = 0; is_judged(kind) && call < WIRE_CALL_END; call++) {
			enum event_kind of = (enum event_kind)kind;

			t->by_call[kind][call] = add(t, of, call, 0, !has_call(of, call));
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

	if (!is_judged((int)e->kind))
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

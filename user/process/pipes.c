// SPDX-License-Identifier: Apache-2.0
/*
 * Rings of the latest programs with a pipe, one for some containers each: what runs in one forgets
 * nothing of most others. Where there is no terminal every program has a pipe of the runtime's, and
 * most are the same few again and again: those keep one place. Searched from the latest on: a ring
 * is small, and an exec takes a thousand times longer.
 */
#include "process/pipes.h"

#include <errno.h>
#include <stdlib.h>

#define RINGS	  64u
#define ENDS_MAX  128u
#define NAME_SIZE 64u /* as long as names are that are compared with others */

struct end {
	uint64_t container; /* 0: an empty place */
	uint64_t in, out;   /* 0: no pipe */
	uint32_t len;
	char name[NAME_SIZE];
};

struct ring {
	uint32_t latest;
	struct end ends[ENDS_MAX];
};

struct pipes {
	struct event_piped from, to;
	struct ring rings[RINGS];
};

int pipes_new(struct pipes **p)
{
	*p = calloc(1, sizeof(**p));
	return *p ? 0 : -ENOMEM;
}

void pipes_free(struct pipes *p)
{
	free(p);
}

/* A number for the container, never 0 (FNV-1a of its id; of one without, its cgroup). */
static uint64_t container_number(const struct event *e, struct str id)
{
	uint64_t h = 0xcbf29ce484222325ull;

	if (id.len == 0)
		h = (h ^ e->task.cgroup) * 0x100000001b3ull;
	for (uint32_t i = 0; i < id.len; i++)
		h = (h ^ (unsigned char)id.p[i]) * 0x100000001b3ull;
	return h | 1;
}

/* The place that is i places before the latest one. */
static struct end *before(struct ring *r, uint32_t i)
{
	return &r->ends[(r->latest + ENDS_MAX - i) % ENDS_MAX];
}

static bool is_same(const struct end *a, const struct end *b)
{
	return a->container == b->container && a->in == b->in && a->out == b->out &&
	       a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

/* Makes end the latest, and the only one like it. */
static void remember(struct ring *r, const struct end *end)
{
	uint32_t i = 0;

	while (i < ENDS_MAX - 1 && !is_same(before(r, i), end))
		i++;
	if (!is_same(before(r, i), end)) {
		r->latest = (r->latest + 1) % ENDS_MAX;
		i = 0;
	}
	/* Those that came after it move up to its place. */
	for (; i > 0; i--)
		*before(r, i) = *before(r, i - 1);
	*before(r, 0) = *end;
}

static bool listed(const struct event_piped *list, struct str name)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (str_eq(list->names[i], name))
			return true;
	}
	return false;
}

/*
 * Those at the other end of a pipe, and of their pipes, from the nearest on; each name once. The
 * latest end is the one who asks.
 */
static void follow(struct ring *r, struct event_piped *list, uint64_t pipe, bool writers)
{
	uint64_t ways[EVENT_PIPED_MAX] = {pipe}, container = before(r, 0)->container;
	size_t n = 1;

	list->n = 0;
	for (size_t at = 0; at < n; at++) {
		for (uint32_t i = 1; i < ENDS_MAX && list->n < EVENT_PIPED_MAX; i++) {
			const struct end *end = before(r, i);
			struct str name = {end->name, end->len, end->len};
			uint64_t next = writers ? end->in : end->out;
			bool known = next == 0;

			if (end->container != container ||
			    (writers ? end->out : end->in) != ways[at])
				continue;
			if (!listed(list, name))
				list->names[list->n++] = name;
			for (size_t j = 0; j < n && !known; j++)
				known = ways[j] == next;
			if (!known && n < EVENT_PIPED_MAX)
				ways[n++] = next;
		}
	}
}

void pipes_apply(struct pipes *p, struct event *e, struct str container, struct str name)
{
	struct event_exec *x = &e->exec;
	struct end end = {0};
	struct ring *r;

	if (e->kind != EVENT_EXEC)
		return;
	x->from = x->to = NULL;
	if (!x->pipe_in && !x->pipe_out)
		return;
	end.container = container_number(e, container);
	end.in = x->pipe_in;
	end.out = x->pipe_out;
	end.len = name.len < NAME_SIZE ? name.len : NAME_SIZE;
	if (end.len > 0)
		memcpy(end.name, name.p, end.len);
	r = &p->rings[(end.container >> 32) % RINGS];
	/* First, so that nothing is pointed at whose place it takes. */
	remember(r, &end);
	if (x->pipe_in) {
		follow(r, &p->from, x->pipe_in, true);
		x->from = &p->from;
	}
	if (x->pipe_out) {
		follow(r, &p->to, x->pipe_out, false);
		x->to = &p->to;
	}
}

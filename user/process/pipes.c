// SPDX-License-Identifier: Apache-2.0
/*
 * A ring of the latest programs with a pipe. Searched from its latest on: it is small, programs
 * with pipes are few, and an exec takes a thousand times longer.
 */
#include "process/pipes.h"

#include <errno.h>
#include <stdlib.h>

#define ENDS_MAX  512u
#define NAME_MAX_ 64u /* as long as names are that are compared with others */

struct end {
	uint64_t in, out; /* 0: no pipe */
	uint32_t len;
	char name[NAME_MAX_];
};

struct pipes {
	struct event_piped from, to;
	size_t latest;
	struct end ends[ENDS_MAX];
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
static void follow(const struct pipes *p, struct event_piped *list, uint64_t pipe, bool writers)
{
	uint64_t ways[EVENT_PIPED_MAX] = {pipe};
	size_t n = 1;

	list->n = 0;
	for (size_t at = 0; at < n; at++) {
		for (size_t i = 1; i < ENDS_MAX && list->n < EVENT_PIPED_MAX; i++) {
			const struct end *end = &p->ends[(p->latest + ENDS_MAX - i) % ENDS_MAX];
			struct str name = {end->name, end->len, end->len};
			uint64_t next = writers ? end->in : end->out;
			bool known = next == 0;

			if ((writers ? end->out : end->in) != ways[at])
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

void pipes_apply(struct pipes *p, struct event *e, struct str name)
{
	struct event_exec *x = &e->exec;
	struct end *end;

	if (e->kind != EVENT_EXEC)
		return;
	x->from = x->to = NULL;
	if (!x->pipe_in && !x->pipe_out)
		return;
	/* First, so that nothing is pointed at whose place it takes. */
	p->latest = (p->latest + 1) % ENDS_MAX;
	end = &p->ends[p->latest];
	*end = (struct end){.in = x->pipe_in, .out = x->pipe_out};
	end->len = name.len < NAME_MAX_ ? name.len : NAME_MAX_;
	if (end->len > 0)
		memcpy(end->name, name.p, end->len);
	if (x->pipe_in) {
		follow(p, &p->from, x->pipe_in, true);
		x->from = &p->from;
	}
	if (x->pipe_out) {
		follow(p, &p->to, x->pipe_out, false);
		x->to = &p->to;
	}
}

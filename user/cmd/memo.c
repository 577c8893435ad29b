/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/memo.h"

#include <stddef.h>
#include <string.h>

#include "container/container.h"
#include "process/process.h"

/* Of the header: size, kind and flags count; the CPU, the number and the time do not. */
#define HEAD offsetof(struct wire_header, cpu)
#define BODY sizeof(struct wire_header)

bool memo_may(const struct event *e, size_t size)
{
	/* Of a stacked file it is not the record alone that says what it is. */
	if (e->kind == EVENT_OPEN && event_file_stacked(&e->open.file))
		return false;
	return (e->kind == EVENT_OPEN || e->kind == EVENT_CONNECT) && size <= MEMO_RECORD_MAX;
}

static struct str hostpath_of(const struct event *e)
{
	return e->kind == EVENT_OPEN ? e->open.file.hostpath : (struct str){NULL, 0, 0};
}

/* Cheap, and the same for the same act; no more is needed. */
static struct memo_act *place(struct memo *m, const struct event *e, size_t size)
{
	uint64_t object = e->kind == EVENT_OPEN ? e->open.file.ino : e->connect.ino;
	uint64_t h = (object * 31 + e->task.tid) * 31 + size;

	return &m->acts[h * 0x9e3779b97f4a7c15ull >> 32 & (MEMO_ACTS - 1)];
}
_Static_assert((MEMO_ACTS & (MEMO_ACTS - 1)) == 0, "a mask");

static bool same_owners(const struct memo_act *m, const struct event *e)
{
	return m->container_of == e->container && m->process_of == e->process &&
	       m->parent_of == e->parent &&
	       (!e->container || m->container == e->container->generation) &&
	       (!e->process || m->process == e->process->serial) &&
	       (!e->parent || m->parent == e->parent->serial);
}

struct memo_act *memo_recall(struct memo *m, const struct event *e, const void *record, size_t size)
{
	struct memo_act *a = place(m, e, size);
	const unsigned char *bytes = record;
	struct str host = hostpath_of(e);

	if (a->life != m->life || a->size != size || !same_owners(a, e) ||
	    host.len != a->hostpath_len || memcmp(bytes, a->record, HEAD) != 0 ||
	    memcmp(bytes + BODY, a->record + BODY, size - BODY) != 0 ||
	    (host.len > 0 && memcmp(host.p, a->hostpath, host.len) != 0))
		return NULL;
	return a;
}

void memo_keep(struct memo *m, const struct event *e, const void *record, size_t size,
	       const struct verdict *v)
{
	struct memo_act *a = place(m, e, size);
	struct str host = hostpath_of(e);

	a->life = m->life - 1;
	if (host.len > MEMO_PATH_MAX)
		return;
	a->life = m->life;
	a->v = *v;
	a->line.len = 0;
	a->size = size;
	memcpy(a->record, record, size);
	a->hostpath_len = host.len;
	if (host.len > 0)
		memcpy(a->hostpath, host.p, host.len);
	a->container_of = e->container;
	a->process_of = e->process;
	a->parent_of = e->parent;
	a->container = e->container ? e->container->generation : 0;
	a->process = e->process ? e->process->serial : 0;
	a->parent = e->parent ? e->parent->serial : 0;
}

void memo_forget(struct memo *m)
{
	if (++m->life > 0)
		return;
	/* All around once: what is left of a former life with this number must not come back. */
	for (size_t i = 0; i < MEMO_ACTS; i++)
		m->acts[i].life = 0;
	m->life = 1;
}

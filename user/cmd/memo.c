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

static bool same_owners(const struct memo *m, const struct event *e)
{
	return m->container_of == e->container && m->process_of == e->process &&
	       m->parent_of == e->parent &&
	       (!e->container || m->container == e->container->generation) &&
	       (!e->process || m->process == e->process->serial) &&
	       (!e->parent || m->parent == e->parent->serial);
}

bool memo_recall(const struct memo *m, const struct event *e, const void *record, size_t size,
		 struct verdict *v)
{
	const unsigned char *bytes = record;
	struct str host = hostpath_of(e);

	if (!m->valid || m->size != size || !same_owners(m, e) || host.len != m->hostpath_len ||
	    memcmp(bytes, m->record, HEAD) != 0 ||
	    memcmp(bytes + BODY, m->record + BODY, size - BODY) != 0 ||
	    (host.len > 0 && memcmp(host.p, m->hostpath, host.len) != 0))
		return false;
	*v = m->v;
	return true;
}

void memo_keep(struct memo *m, const struct event *e, const void *record, size_t size,
	       const struct verdict *v)
{
	struct str host = hostpath_of(e);

	m->valid = host.len <= MEMO_PATH_MAX;
	if (!m->valid)
		return;
	m->v = *v;
	m->size = size;
	memcpy(m->record, record, size);
	m->hostpath_len = host.len;
	if (host.len > 0)
		memcpy(m->hostpath, host.p, host.len);
	m->container_of = e->container;
	m->process_of = e->process;
	m->parent_of = e->parent;
	m->container = e->container ? e->container->generation : 0;
	m->process = e->process ? e->process->serial : 0;
	m->parent = e->parent ? e->parent->serial : 0;
}

void memo_forget(struct memo *m)
{
	m->valid = false;
}

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The setuid family. What the credentials were before is remembered from the task's last exec,
 * fork or change (see task.bpf.h): no second tracepoint at the entry of every system call.
 */
#ifndef ROOTWATCH_SETID_BPF_H
#define ROOTWATCH_SETID_BPF_H

#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "object.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"

static __always_inline int setid_done(const struct task_struct *t, const struct gate *g, __u32 call)
{
	struct task_value fresh = {};
	struct task_value *v = task_find(t);
	struct wire_setid *r;
	struct scratch *s;
	bool known = v && (v->flags & TASK_CREDS);
	bool entered;
	__u32 root;

	creds_fill(&fresh.creds, TYPED(t, cred));
	root = fresh.creds.root;
	/* BusyBox calls setresuid to what it is already in every applet. */
	if (known && v->creds.uid == fresh.creds.uid && v->creds.euid == fresh.creds.euid &&
	    v->creds.suid == fresh.creds.suid && v->creds.fsuid == fresh.creds.fsuid)
		return 0;
	entered = task_entered(t);
	fresh.flags = TASK_CREDS;
	if (entered)
		fresh.flags |= TASK_ENTERED;
	if (v)
		fresh.flags |= v->flags & (TASK_REPORTED | TASK_SEEDED);
	if (entered && !known)
		emit_count(WIRE_C_EVICTED);
	if (!entered || (!root && !(known && v->creds.root)))
		goto remember;
	s = emit_begin(sizeof(*r));
	if (!s)
		goto remember;
	r = (struct wire_setid *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	object_task(&r->t, t, g);
	r->c = fresh.creds;
	r->call = call;
	if (known) {
		r->prev = v->creds;
		r->flags = WIRE_SETID_PREV;
		if (risen(0)) /* nothing allowed it to */
			r->flags |= WIRE_SETID_RISEN;
	}
	object_cwd(s, &r->cwd, t);
	emit_submit(s, WIRE_SETID, g->hflags, known && root && !v->creds.root);
remember:
	task_remember(t, &fresh);
	return 0;
}

#endif /* ROOTWATCH_SETID_BPF_H */

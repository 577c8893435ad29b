/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Credentials that rose by nothing that is legal: uid 0, or capabilities, where the last exec, fork
 * or change by a system call left neither. That is what an exploit of the kernel leaves behind.
 *
 * Legal ways are all seen: an exec and the setuid family are remembered when they are done, a child
 * has what its parent had, and nothing else raises a uid or the permitted capabilities (capset and
 * prctl only take away) but a new user namespace, whose capabilities are good there only. A task
 * whose last change may have been missed proves nothing.
 */
#ifndef ROOTWATCH_RISEN_BPF_H
#define ROOTWATCH_RISEN_BPF_H

#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

#define CAP_SETUID_BIT_ (1ull << 7)

/*
 * Do the current task's credentials stand above those that are remembered? While a file system or
 * io_uring works with somebody else's, its own are not looked at.
 */
static __always_inline bool risen_above(const struct task_struct *t, const struct task_value *v)
{
	const struct cred *c = TRUSTED(t, cred), *own = TRUSTED(t, real_cred);
	const struct user_namespace *ns;
	__u64 more, had;
	bool root;

	if (c != own ||
	    (v->flags & (TASK_ENTERED | TASK_CREDS | TASK_EXECS)) != (TASK_ENTERED | TASK_CREDS))
		return false;
	had = v->creds.cap_permitted;
	root = v->creds.uid && v->creds.euid && v->creds.suid && v->creds.fsuid &&
	       (TYPED(c, euid.val) == 0 || TYPED(c, fsuid.val) == 0);
	more = compat_caps(c, cap_permitted) & ~had;
	if (!root && !more)
		return false;
	ns = TYPED(c, user_ns);
	if (TYPED(ns, ns.inum) != v->creds.user_ns)
		return root; /* capabilities of another namespace */
	/* It could have called setuid, should that have been missed. */
	if ((had & CAP_SETUID_BIT_) &&
	    creds_map(ADDR(struct user_namespace, ns, uid_map), 0) != CREDS_UNMAPPED)
		root = false;
	return root || more;
}

#define RISEN_KNOWN   1 /* there is a memory of the task */
#define RISEN_ENTERED 2
#define RISEN_ABOVE   4

/* What is remembered of the current task (t), and whether it has risen above that. */
static __always_inline int risen_of(const struct task_struct *t)
{
	const struct task_value *v = task_find(t);

	if (!v)
		return 0;
	return RISEN_KNOWN | (v->flags & TASK_ENTERED ? RISEN_ENTERED : 0) |
	       (risen_above(t, v) ? RISEN_ABOVE : 0);
}

/* (Global functions, which the verifier looks at once, have to have an argument.) */
__noinline int risen(__u32 unused)
{
	barrier_var(unused); /* else no caller would pass it */
	return risen_of(compat_current());
}

/* Begins a record of the current task's changed credentials; NULL: it is lost, and counted. */
static __always_inline struct scratch *risen_begin(const struct task_struct *t, __u64 cgroup,
						   __u64 gate)
{
	struct scratch *s = emit_begin(sizeof(struct wire_setid));
	struct wire_setid *r;

	if (!s)
		return NULL;
	r = (struct wire_setid *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	/* Not by who_fill(): it is deep in the stack already. */
	gate_unpack(&s->gate, cgroup, gate);
	who_task(&r->t, t, &s->gate);
	creds_fill(&r->c, TYPED(t, cred));
	return s;
}

/* Tells it of the current task, once: what it has now is what is remembered. */
__noinline int risen_tell(__u64 cgroup, __u64 gate)
{
	const struct task_struct *t = compat_current();
	struct task_value *v = task_find(t);
	struct wire_setid *r;
	struct scratch *s;

	if (!v)
		return 0;
	s = risen_begin(t, cgroup, gate);
	if (!s)
		return 0;
	r = (struct wire_setid *)s->record;
	r->prev = v->creds;
	r->call = WIRE_CALL_NONE;
	r->flags = WIRE_SETID_PREV | WIRE_SETID_RISEN;
	v->creds = r->c;
	v->flags &= ~TASK_RISEN;
	emit_submit(s, WIRE_SETID, gate & 0xffff, true);
	return 0;
}

/*
 * Does the current task (t) act for the container? Asked right before its act is reported: then is
 * the time to look at what it has become. known: as risen() gives it.
 */
static __always_inline bool risen_acts_as(const struct task_struct *t, const struct gate *g,
					  int known)
{
	if (!known)
		return task_looks_entered(compat_untyped(t));
	if (known & RISEN_ABOVE)
		risen_tell(g->cgroup, gate_packed(g));
	return known & RISEN_ENTERED;
}

static __always_inline bool risen_acts(const struct task_struct *t, const struct gate *g)
{
	return risen_acts_as(t, g, risen(0));
}

#endif /* ROOTWATCH_RISEN_BPF_H */

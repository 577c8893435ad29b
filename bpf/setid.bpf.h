/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The setuid and the setgid family. What the credentials were before is remembered from the task's
 * last exec, fork or change (see task.bpf.h): no second tracepoint at the entry of every system
 * call.
 */
#ifndef ROOTWATCH_SETID_BPF_H
#define ROOTWATCH_SETID_BPF_H

#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

/* The list of the supplementary groups, as far as there is room for it. */
__noinline int setgid_list(__u32 slot)
{
	const struct task_struct *t = compat_current();
	const void *info = (const void *)compat_untyped(TYPED(TYPED(t, cred), group_info));
	struct scratch *s = emit_scratch(slot);
	struct wire_setid *r;
	__u32 n;
	int i;

	if (!s)
		return 0;
	r = (struct wire_setid *)s->record;
	n = LOAD(struct group_info, info, ngroups);
	r->groups_n = n;
	for (i = 0; i < WIRE_SETID_GROUPS; i++) {
		if ((__u32)i >= n)
			break;
		bpf_probe_read_kernel(&r->groups[i], sizeof(r->groups[i]),
				      ADDR(struct group_info, info, gid) +
					      i * sizeof(r->groups[i]));
	}
	return 0;
}

/* Of the current task; flags: WIRE_SETID_*. What was before is what is still remembered. */
__noinline int setid_tell(__u64 cgroup, __u64 gate, __u32 call, __u32 flags)
{
	const struct task_struct *t = compat_current();
	const struct task_value *v = task_find(t);
	struct wire_setid *r;
	struct scratch *s;
	bool raised;

	s = risen_begin(t, cgroup, gate);
	if (!s)
		return 0;
	r = (struct wire_setid *)s->record;
	r->call = call;
	if (!v) /* its entry has just gone */
		flags &= ~WIRE_SETID_PREV;
	else if (flags & WIRE_SETID_PREV)
		r->prev = v->creds;
	r->flags = flags;
	if (wire_call_is_setgid(call))
		setgid_list(s->slot);
	who_cwd(s, &r->cwd, t);
	raised = (flags & WIRE_SETID_GROUP) ||
		 ((flags & WIRE_SETID_PREV) && r->c.root && !r->prev.root);
	emit_submit(s, WIRE_SETID, gate & 0xffff, raised);
	return 0;
}

static __always_inline int setid_done(const struct task_struct *t, const struct gate *g, __u32 call)
{
	struct task_value fresh = {};
	struct task_value *v = task_find(t);
	bool known = v && (v->flags & TASK_CREDS);
	bool entered;
	__u32 root, flags;

	creds_fill(&fresh.creds, TYPED(t, cred));
	root = fresh.creds.root;
	/* BusyBox calls setresuid to what it is already in every applet. */
	if (known && v->creds.uid == fresh.creds.uid && v->creds.euid == fresh.creds.euid &&
	    v->creds.suid == fresh.creds.suid && v->creds.fsuid == fresh.creds.fsuid)
		return 0;
	entered = task_entered(t);
	fresh.groups = v ? v->groups : 0;
	fresh.flags = TASK_CREDS;
	if (entered)
		fresh.flags |= TASK_ENTERED;
	if (v)
		fresh.flags |= v->flags & (TASK_REPORTED | TASK_SEEDED);
	if (entered && !known)
		emit_count(WIRE_C_EVICTED);
	if (!entered || (!root && !(known && v->creds.root)))
		goto remember;
	flags = known ? WIRE_SETID_PREV : 0;
	if (known && (risen(0) & RISEN_ABOVE)) /* nothing allowed it to */
		flags |= WIRE_SETID_RISEN;
	setid_tell(g->cgroup, gate_packed(g), call, flags);
remember:
	task_remember(t, &fresh);
	return 0;
}

/*
 * Told of root, and of whoever has got root's group without having had it. An act that nothing
 * legal allowed is told first, and hides the change.
 */
static __always_inline int setgid_done(const struct task_struct *t, const struct gate *g,
				       __u32 call)
{
	const struct cred *c = TYPED(t, cred);
	__u32 gid = TYPED(c, gid.val), egid = TYPED(c, egid.val), sgid = TYPED(c, sgid.val);
	__u32 fsgid = TYPED(c, fsgid.val), groups = creds_groups(compat_untyped(c));
	struct task_value *v = task_find(t);
	bool gained = false;
	__u64 ns;

	if (v && !(v->flags & TASK_CREDS))
		v = NULL;
	if (v) {
		/* Programs that set themselves up call it again and again. */
		if (v->creds.gid == gid && v->creds.egid == egid && v->creds.sgid == sgid &&
		    v->creds.fsgid == fsgid && v->groups == groups)
			return 0;
		if (risen(0) & RISEN_ABOVE)
			risen_tell(g->cgroup, gate_packed(g));
		ns = compat_untyped(TYPED(c, user_ns));
		gained = v->groups && !(v->groups & CREDS_GROUPS_ROOT) &&
			 !creds_root_group(ns, v->creds.gid | (__u64)v->creds.egid << 32,
					   v->creds.sgid | (__u64)v->creds.fsgid << 32) &&
			 ((groups & CREDS_GROUPS_ROOT) ||
			  creds_root_group(ns, gid | (__u64)egid << 32, sgid | (__u64)fsgid << 32));
	}
	if (!task_entered(t) || (!gained && !creds_root(c)))
		goto remember;
	setid_tell(g->cgroup, gate_packed(g), call,
		   (v ? WIRE_SETID_PREV : 0) | (gained ? WIRE_SETID_GROUP : 0));
remember:
	if (v) { /* of the others the last legal change still counts */
		v->creds.gid = gid;
		v->creds.egid = egid;
		v->creds.sgid = sgid;
		v->creds.fsgid = fsgid;
		v->creds.ns_gid = creds_gid_inside(c, gid);
		v->creds.ns_egid = creds_gid_inside(c, egid);
		v->groups = groups;
	}
	return 0;
}

#endif /* ROOTWATCH_SETID_BPF_H */

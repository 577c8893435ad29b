/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a note of acts.bpf.h is made, by the programs of acts.bpf.c: is the call one of a task that
 * counts, can a rule care about its objects, and what are they?
 */
#ifndef ROOTWATCH_ACTS_NOTE_BPF_H
#define ROOTWATCH_ACTS_NOTE_BPF_H

#include "acts.bpf.h"
#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "object.bpf.h"
#include "placed.bpf.h"

/* While this is 1, acts that no rule asks for are noted (and forgotten) as well: for our own proof.
 */
volatile __u32 acts_proof = 0;
/* By WIRE_ACT_*: not 0 when that hook noted something. (A byte each: processors do not meet.) */
volatile __u8 acts_proven[WIRE_PROVEN_MAX] = {};

static __always_inline void acts_prove(__u32 hook)
{
	hook &= WIRE_PROVEN_MAX - 1;
	if (!acts_proven[hook]) /* (what is only read stays in every processor's cache) */
		acts_proven[hook] = 1;
}

static __always_inline bool acts_is_worker(const struct task_struct *t)
{
	return TYPED(t, flags) & PF_IO_WORKER_;
}

/* Of a worker of io_uring what it does; NULL: nothing that is noted. */
static __always_inline const struct acts_ring *acts_ring_of(const struct task_struct *t)
{
	__u32 tid = TYPED(t, pid);

	return bpf_map_lookup_elem(&acts_rings, &tid);
}

/* Which call is the task in, and does it pass by that hook? */
static __always_inline __u32 acts_call(struct task_struct *t, __u32 hook)
{
	const struct acts_ring *ring;
	unsigned long nr;
	__u32 call;

	if (acts_is_worker(t)) {
		ring = acts_ring_of(t);
		call = ring ? ring->call : WIRE_CALL_NONE;
	} else {
		nr = compat_nr_of(compat_user_regs(t));
		call = nr < WIRE_CALL_NUMBERS ? calls_at[nr] >> compat_flag(t) & 255 :
						WIRE_CALL_NONE;
	}
	return acts_hooks(call) & WIRE_BIT(hook) ? call : WIRE_CALL_NONE;
}

/* Is it its own doing? (A file system does what lies below its own by another's credentials.) */
static __always_inline bool acts_are_its_own(const struct task_struct *t)
{
	const struct acts_ring *ring;

	if (!acts_is_worker(t))
		return TYPED(t, cred) == TYPED(t, real_cred);
	ring = acts_ring_of(t);
	return ring && compat_untyped(TYPED(t, cred)) == ring->creds;
}

/* Could it be root's? At the call's end it is known. */
static __always_inline bool acts_may_count(const struct task_struct *t)
{
	const struct cred *c = TYPED(t, cred);
	const struct user_namespace *ns = TYPED(c, user_ns);

	return TYPED(c, euid.val) == 0 || TYPED(c, fsuid.val) == 0 || TYPED(ns, level) > 0 ||
	       knob_blocked;
}

/* Begins the note of a call that counts: gives its slot + 1, or 0. */
__noinline int acts_begin(__u32 hook)
{
	struct task_struct *t = compat_current();
	const struct pt_regs *regs = compat_user_regs(t);
	__u32 flag = compat_flag(t), call = acts_call(t, hook);
	const struct acts_ring *ring;
	struct acts_note *n;
	struct scratch *s;
	struct gate g;

	if (call == WIRE_CALL_NONE && !acts_proof)
		return 0;
	if (!acts_are_its_own(t) || !acts_may_count(t) || !gate_known(t, &g) ||
	    TYPED(t, tgid) == (int)knob_agent)
		return 0;
	s = emit_begin(ACTS_FIXED);
	if (!s)
		return 0;
	n = (struct acts_note *)s->record;
	__builtin_memset(n, 0, ACTS_FIXED);
	n->call = call;
	ring = acts_is_worker(t) ? acts_ring_of(t) : NULL;
	if (ring) { /* (What is dull is not left out there.) */
		__builtin_memcpy(n->args, ring->args, sizeof(n->args));
		return s->slot + 1;
	}
	n->dull = placed_compared(s->set, call);
	n->args[0] = compat_arg(regs, flag, 0);
	n->args[1] = compat_arg(regs, flag, 1);
	n->args[2] = compat_arg(regs, flag, 2);
	n->args[3] = compat_arg(regs, flag, 3);
	n->args[4] = compat_arg(regs, flag, 4);
	return s->slot + 1;
}

/*
 * Describes an object: the first one of the call, or the second. What is yet to be made has a place
 * and no inode.
 */
__noinline int acts_object(__u32 slot, __u32 second, __u64 dentry, __u64 vfsmnt)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	struct object o = {};
	struct acts_note *n;
	struct wire_file *w;
	__u32 which, call;

	if (!s)
		return 0;
	n = (struct acts_note *)s->record;
	call = n->call;
	which = second;
	if (!second && call < WIRE_CALL_END)
		which = acts_rows[call].path;
	w = which ? &n->f[1] : &n->f[0];
	object_find(&o, (const void *)dentry, (const void *)vfsmnt);
	object_place(s, &o, t);
	object_record(s, w, &o, t, true);
	if (!o.inode)
		*(volatile __u32 *)&w->flags &=
			~(WIRE_FILE_DELETED | WIRE_FILE_UPPER | WIRE_FILE_LOWER);
	return 0;
}

/* Can somebody care about that object, or has somebody to look who knows more? */
__noinline int acts_matter(__u32 slot, __u64 dentry, __u64 vfsmnt)
{
	struct scratch *s = emit_scratch(slot);
	struct acts_note *n;

	if (!s)
		return 1;
	n = (struct acts_note *)s->record;
	if (n->dull && placed_watched(slot, dentry, vfsmnt))
		n->dull = 0;
	return !n->dull;
}

/* In the place of a note. */
static __always_inline void acts_mark(const struct scratch *s, const struct acts_note *n, __u32 tid)
{
	struct acts_mark m;

	__builtin_memcpy(m.args, n->args, sizeof(m.args));
	m.call = n->call;
	m.set = s->set;
	bpf_map_delete_elem(&acts_notes, &tid);
	bpf_map_update_elem(&acts_marks, &tid, &m, BPF_ANY);
}

/* Keeps the note. */
__noinline int acts_end(__u32 slot, __u32 hook)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid);
	struct acts_note *n;
	bool kept;

	if (!s)
		return 0;
	n = (struct acts_note *)s->record;
	n->text = s->used - ACTS_FIXED;
	n->flags = s->flags & WIRE_F_TRUNC;
	if (n->dull) {
		acts_mark(s, n, tid);
		emit_cancel(s);
		return 0;
	}
	bpf_map_delete_elem(&acts_marks, &tid);
	kept = n->text <= ACTS_TEXT && !bpf_map_update_elem(&acts_notes, &tid, n, BPF_ANY);
	if (!kept || n->call == WIRE_CALL_NONE)
		bpf_map_delete_elem(&acts_notes, &tid);
	if (kept)
		acts_prove(hook);
	emit_cancel(s);
	return 0;
}

/* An act on one object. compared: its call may be one of which only what a rule is about is noted. */
static __always_inline int acts_one(__u32 hook, __u64 dentry, __u64 vfsmnt, bool compared)
{
	__u32 slot = acts_begin(hook);

	if (!slot)
		return 0;
	if (!compared || acts_matter(slot - 1, dentry, vfsmnt))
		acts_object(slot - 1, 0, dentry, vfsmnt);
	return acts_end(slot - 1, hook);
}

/* What lies at a path. */
static __always_inline int acts_path(__u32 hook, const struct path *at)
{
	return acts_one(hook, compat_untyped(LOAD(struct path, at, dentry)),
			compat_untyped(LOAD(struct path, at, mnt)), true);
}

/* What a descriptor is open at. */
static __always_inline int acts_file(__u32 hook, const struct file *f, bool compared)
{
	return acts_one(hook, compat_untyped(LOAD(struct file, f, f_path.dentry)),
			compat_untyped(LOAD(struct file, f, f_path.mnt)), compared);
}

/* One name in a directory, or two (of one mount: else it was refused before this). */
static __always_inline int acts_name(__u32 hook, const struct path *dir, const struct dentry *first,
				     const struct dentry *second)
{
	__u64 vfsmnt = compat_untyped(LOAD(struct path, dir, mnt));
	__u64 one = compat_untyped(first), two = second ? compat_untyped(second) : 0;
	__u32 slot = acts_begin(hook);
	int matter;

	if (!slot)
		return 0;
	matter = acts_matter(slot - 1, one, vfsmnt);
	if (second)
		matter |= acts_matter(slot - 1, two, vfsmnt);
	if (matter)
		acts_object(slot - 1, 0, one, vfsmnt);
	if (matter && second)
		acts_object(slot - 1, 1, two, vfsmnt);
	return acts_end(slot - 1, hook);
}

#endif /* ROOTWATCH_ACTS_NOTE_BPF_H */

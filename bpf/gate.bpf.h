/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The gate: is this task in a container, and in which? (Whether it is root: creds.bpf.h.)
 *
 * A task is in a container when a name in its cgroup chain holds a 64-hex id (cgroup.bpf.h), or
 * when its pid and mount namespaces are both not the host's. The answer by cgroup is cached.
 */
#ifndef ROOTWATCH_GATE_BPF_H
#define ROOTWATCH_GATE_BPF_H

#include "cgroup.bpf.h"
#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "maps.bpf.h"

/* Of a task: by what its container is found. */
struct gate_task {
	__u64 moves; /* gate_moves, before any of the others was read */
	const struct css_set *cset;
	const void *dfl, *css; /* v2's cgroup; that of v1's memory controller, see GATE_CSS() */
	const struct pid *pid;
};

/* typed: of a task, or what belongs to one, whose pointer has its type; see TYPED. */
#define GATE_LOAD_AT(ptr, field, i) LOAD_AT(typeof(*(ptr)), ptr, field, i)
#define GATE_LOAD(type, ptr, field) (typed ? TYPED(ptr, field) : LOAD(type, ptr, field))

/* Pid and mount namespaces that are both not the host's. */
static __always_inline bool gate_foreign_ns(const struct task_struct *t, const struct pid *pid,
					    bool typed)
{
	const struct nsproxy *nsproxy;
	const struct mnt_namespace *mnt_ns;

	if (GATE_LOAD(struct pid, pid, level) == 0)
		return false;
	nsproxy = GATE_LOAD(struct task_struct, t, nsproxy);
	mnt_ns = GATE_LOAD(struct nsproxy, nsproxy, mnt_ns);
	return GATE_LOAD(struct mnt_namespace, mnt_ns, ns.inum) != knob_host_mnt_ns;
}

/*
 * How often a task has got into another cgroup, by being moved or by being born into one. A css_set
 * that was freed can only come back as that of another cgroup by one of these, so while the number
 * stands still its address names it. (Enabling a controller makes new ones without a move; the
 * other pointers tell those apart.) 0: no move was ever seen, so perhaps none ever will be, and
 * nothing can be concluded.
 */
volatile __u64 gate_moves = 0;

/* The cgroup of v1's memory controller, or NULL; v2's when that has the controller. */
#define GATE_CSS(at, cset)                                                                      \
	(bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id) ?                    \
		 (const void *)at(cset, subsys,                                                 \
				  bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)) : \
		 NULL)

static __always_inline __u64 gate_cgroup_id(const void *cgrp)
{
	return LOAD(struct kernfs_node, LOAD(struct cgroup, cgrp, kn), id);
}

static __always_inline void gate_find(struct gate_task *of, const struct task_struct *t, bool typed)
{
	of->moves = gate_moves;
	of->cset = GATE_LOAD(struct task_struct, t, cgroups);
	of->dfl = GATE_LOAD(struct css_set, of->cset, dfl_cgrp);
	of->css = typed || COMPAT_KERNEL >= 602 ? GATE_CSS(TRUSTED_AT, of->cset) :
						  GATE_CSS(GATE_LOAD_AT, of->cset);
	of->pid = GATE_LOAD(struct task_struct, t, thread_pid);
}

/*
 * The same without the guards of LOAD. To be called where a program begins: the verifier pays for
 * it as often as it comes by.
 */
static __always_inline void gate_find_trusted(struct gate_task *of, const struct task_struct *t)
{
	of->moves = gate_moves;
	of->cset = TRUSTED(t, cgroups);
	of->dfl = TRUSTED(of->cset, dfl_cgrp);
	of->css = GATE_CSS(TRUSTED_AT, of->cset);
	of->pid = TRUSTED(t, thread_pid);
}

/*
 * A number that is made of what a container is found by, and stands for it; the lowest bit is 0,
 * the next one 1. (With the number of moves, that of two in a row is not the same.)
 */
#define GATE_FACTOR 0x9e3779b97f4a7c15ull
#define GATE_NUMBER(p) \
	(typed || COMPAT_KERNEL >= 602 ? compat_number(p) : compat_number_of_address((__u64)(p)))
static __always_inline __u64 gate_sign(const struct gate_task *of, bool typed)
{
	__u64 sign = GATE_NUMBER(of->cset) * GATE_FACTOR + GATE_NUMBER(of->dfl);

	sign *= GATE_FACTOR;
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		sign += GATE_NUMBER(of->css);
	return (sign * GATE_FACTOR + of->moves) << 2 | 2;
}

/*
 * The last answers, of all CPUs, each in a place that the sign gives: good for who has the same
 * one.
 */
#define GATE_MEMORIES_LOG 10
#define GATE_MEMORY_SIGN  0 /* and GATE_INSIDE, when the cgroup is a container's */
#define GATE_MEMORY_ID	  1
#define GATE_MEMORY_REST  2
#define GATE_MEMORY_CHECK 3 /* of all the others, as two may write at once */
#define GATE_OUTSIDE	  0
#define GATE_INSIDE	  1
volatile __u64 gate_memories[1 << GATE_MEMORIES_LOG][4] = {};

static __always_inline volatile __u64 *gate_memory(__u64 sign)
{
	return gate_memories[sign >> (64 - GATE_MEMORIES_LOG)];
}

static __always_inline __u64 gate_check(__u64 sign, __u64 id, __u64 rest)
{
	return (sign ^ id) * GATE_FACTOR ^ rest;
}

/* What was found for such a task; false: another, or nothing. */
static __always_inline bool gate_recall(__u64 sign, struct gate *g)
{
	const volatile __u64 *m = gate_memory(sign);
	__u64 verdict = m[GATE_MEMORY_SIGN] - sign, rest;

	if (verdict > GATE_INSIDE)
		return false;
	g->cgroup = m[GATE_MEMORY_ID];
	rest = m[GATE_MEMORY_REST];
	g->hier = rest;
	g->flags = rest >> 32;
	return m[GATE_MEMORY_CHECK] == gate_check(sign + verdict, g->cgroup, rest);
}

static __always_inline void gate_keep(const struct gate_task *of, __u64 sign, const struct gate *g)
{
	__u64 rest = (__u64)g->flags << 32 | g->hier;
	volatile __u64 *m = gate_memory(sign);

	if (!of->moves)
		return;
	sign += g->flags ? GATE_INSIDE : GATE_OUTSIDE;
	m[GATE_MEMORY_SIGN] = sign;
	m[GATE_MEMORY_ID] = g->cgroup;
	m[GATE_MEMORY_REST] = rest;
	m[GATE_MEMORY_CHECK] = gate_check(sign, g->cgroup, rest);
}

/* v1's pids as well: memory can be off (cgroup_disable=), and then all are in its root. */
static __always_inline void gate_key(const struct gate_task *of, struct cgroup_key *key)
{
	volatile __u64 *v1_id = &key->v1_id;
	const void *css;

	key->css_set = (__u64)of->cset;
	if (of->css)
		*v1_id = gate_cgroup_id(LOAD(struct cgroup_subsys_state, of->css, cgroup));
	if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		css = LOAD_AT(struct css_set, of->cset, subsys,
			      bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id));
		*v1_id *= GATE_FACTOR;
		if (css)
			*v1_id += gate_cgroup_id(LOAD(struct cgroup_subsys_state, css, cgroup));
	}
	key->dfl_id = gate_cgroup_id(of->dfl);
}

/*
 * The answer for what the memory does not know: found where the cgroup was seen before, or looked
 * at now (first_sight). Gives GATE_*.
 */
#define GATE_LOST    0
#define GATE_UNKNOWN 1 /* not seen yet */
#define GATE_FOUND   2
static __always_inline int gate_search(const struct gate_task *of, __u64 sign, struct gate *g,
				       bool first_sight)
{
	const struct cgroup_value *v;
	struct cgroup_key key = {};

	g->cgroup = 0;
	g->hier = 0;
	g->flags = 0;
	gate_key(of, &key);
	v = bpf_map_lookup_elem(&cgroups, &key);
	if (!v && !first_sight)
		return GATE_UNKNOWN;
	if (!v)
		v = cgroup_first_sight(&key, of->cset);
	if (!v)
		return GATE_LOST;
	g->cgroup = v->id;
	g->hier = v->hier;
	g->flags = v->flags;
	gate_keep(of, sign, g);
	return GATE_FOUND;
}

/* The same with a frame of its own. */
static __noinline int gate_search_aside(const struct gate_task *of, __u64 sign, struct gate *g)
{
	return of && g ? gate_search(of, sign, g, true) : GATE_LOST;
}

/*
 * first_sight: tell about a cgroup that was not seen yet, else say nothing about it. typed: t has
 * its type. (What is seldom needed has a frame of its own where the stack allows it.)
 */
static __always_inline bool gate_look(const struct task_struct *t, const struct gate_task *of,
				      struct gate *g, bool first_sight, bool typed)
{
	__u64 sign = gate_sign(of, typed);
	int known = GATE_FOUND;

	g->hflags = 0;
	if (!gate_recall(sign, g))
		known = COMPAT_KERNEL >= 602 && first_sight ? gate_search_aside(of, sign, g) :
							      gate_search(of, sign, g, first_sight);
	if (known == GATE_LOST)
		return false;
	if (!g->flags &&
	    gate_foreign_ns(t, of->pid, typed)) /* else the record says it: who_task() */
		g->flags = WIRE_TASK_FOREIGN_NS;
	return g->flags != 0 || known == GATE_UNKNOWN;
}

/* Which container the task is in; false: none. */
static __always_inline bool gate_container(const struct task_struct *t, struct gate *g)
{
	struct gate_task of = {};

	gate_find(&of, t, true);
	return gate_look(t, &of, g, true, true);
}

/* A global function, which the verifier looks at once; it can be passed a struct since 5.12. */
#if COMPAT_KERNEL >= 602
#define GATE_ASIDE __noinline
#else
#define GATE_ASIDE static __noinline
#endif

/*
 * The same of the current task, with a frame of its own: what comes behind the gate finds a stack
 * to use.
 */
GATE_ASIDE int gate_aside(struct gate *g)
{
	const struct task_struct *t = compat_current();
	struct gate_task of;
	__u32 hflags;
	bool inside;

	if (!g)
		return false;
	hflags = g->hflags;
	gate_find_trusted(&of, t);
	inside = gate_look(t, &of, g, true, true);
	g->hflags = hflags;
	return inside;
}

/*
 * What the hooks of opens, of which there are many, ask one after the other of the current task
 * (t), each no more than it needs. Can nobody care for its open, as it is not root's? (Before 5.17
 * each of these loads is a call: then it is asked behind the gate.)
 */
static __always_inline bool gate_is_others(const struct task_struct *t, bool failed)
{
#if COMPAT_KERNEL >= 517
	const struct cred *c = TRUSTED(t, cred);

	if (TYPED(c, euid.val) == 0 || TYPED(c, fsuid.val) == 0 ||
	    (__u64)TRUSTED(c, user_ns) != creds_init_user_ns)
		return false;
	barrier_var(failed); /* else the other one is read first, in vain */
	return !failed || !knob_blocked;
#else
	return false;
#endif
}

/*
 * Is it in no container, for sure (0), or which sign is it known by? (Asked where a program begins:
 * see gate_find_trusted().)
 */
static __noinline __u64 gate_sign_aside(const struct task_struct *t)
{
	struct gate_task of;
	__u64 sign;

	gate_find_trusted(&of, t);
	sign = gate_sign(&of, true);
	return gate_memory(sign)[GATE_MEMORY_SIGN] == sign + GATE_OUTSIDE &&
			       !gate_foreign_ns(t, of.pid, true) ?
		       0 :
		       sign;
}

static __always_inline bool gate_is_ours(const struct task_struct *t)
{
	return TYPED(t, tgid) == (int)knob_agent;
}

static __always_inline int gate_ask_aside(struct gate *g)
{
	g->cgroup = 0; /* (Linux 6.2 wants to see all of it written that is passed on) */
	g->hier = 0;
	g->flags = 0;
	return gate_aside(g);
}

/* Which container is it in (g, whose hflags are kept)? False: none, or it is our own process. */
static __always_inline bool gate_ask(const struct task_struct *t, struct gate *g)
{
	return gate_ask_aside(g) && !gate_is_ours(t);
}

/* The same by its sign, when that was asked (else 0, which is none). */
static __always_inline bool gate_ask_signed(const struct task_struct *t, __u64 sign, struct gate *g)
{
	if ((!gate_recall(sign, g) || !g->flags) && !gate_ask_aside(g))
		return false;
	return !gate_is_ours(t);
}

/* The same of a task that was found by an address. */
static __always_inline bool gate_container_at(const void *t, struct gate *g)
{
	struct gate_task of = {};

	gate_find(&of, t, false);
	return gate_look(t, &of, g, true, false);
}

/* The same from what was seen before: true as well while the cgroup is not known yet. */
static __always_inline bool gate_known(const struct task_struct *t, struct gate *g)
{
	struct gate_task of = {};

	gate_find(&of, t, false);
	return gate_look(t, &of, g, false, false);
}

/*
 * What is known of the cgroup of a task that was found by an address: WIRE_TASK_CGROUP_ID or 0, and
 * GATE_UNSEEN when it was not seen yet. (For where the stack is short.)
 */
#define GATE_UNSEEN 0xffffffffu
static __noinline __u32 gate_cgroup_flags(__u64 task)
{
	const struct cgroup_value *v;
	struct cgroup_key key = {};
	struct gate_task of;

	gate_find(&of, (const struct task_struct *)task, false);
	gate_key(&of, &key);
	v = bpf_map_lookup_elem(&cgroups, &key);
	return v ? v->flags : GATE_UNSEEN;
}

/*
 * A gate's answer beside its cgroup as one number: global functions, which the verifier looks at
 * once and not for each way to them, can be passed numbers only. (hflags has 16 bits.)
 */
static __always_inline __u64 gate_packed(const struct gate *g)
{
	return (__u64)g->hier << 32 | g->flags << 16 | (g->hflags & 0xffff);
}

static __always_inline void gate_unpack(struct gate *g, __u64 cgroup, __u64 packed)
{
	g->cgroup = cgroup;
	g->hier = packed >> 32;
	g->flags = packed >> 16 & 0xffff;
	g->hflags = packed & 0xffff;
}

#endif /* ROOTWATCH_GATE_BPF_H */

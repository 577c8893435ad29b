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
	__u32 tgid;
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

/*
 * The last answers, of all CPUs, each in a place that the process gives: good for who has the same
 * pointers while the number above stands still.
 */
#define GATE_FACTOR	  0x9e3779b97f4a7c15ull
#define GATE_MEMORIES	  512
#define GATE_MEMORY_MOVES 0
#define GATE_MEMORY_CSET  1
#define GATE_MEMORY_DFL	  2
#define GATE_MEMORY_CSS	  3
#define GATE_MEMORY_ID	  4
#define GATE_MEMORY_REST  5
#define GATE_MEMORY_CHECK 6 /* of all the others, as two may write at once */
volatile __u64 gate_memories[GATE_MEMORIES][8] = {};

/*
 * Takes one more of the pointers into a check: as a number, for the verifier lets nobody reckon
 * with those that have a type. False: it is not this one. (Before it is compared: what is equal to
 * a pointer is one to the compiler.)
 */
static __always_inline bool gate_check(__u64 *check, __u64 number, const void *pointer)
{
	*check = (*check ^ number) * GATE_FACTOR;
	barrier_var(*check);
	return number == (__u64)pointer;
}

static __always_inline __u64 gate_check_end(__u64 check, __u64 id, __u64 rest)
{
	return check + (id * 3 ^ rest);
}

/* What was found for such a task; false: another, or nothing to rely on. */
static __always_inline bool gate_recall(const struct gate_task *of, struct gate *g)
{
	const volatile __u64 *m = gate_memories[of->tgid % GATE_MEMORIES];
	__u64 check = m[GATE_MEMORY_MOVES], rest;

	if (!check || check != of->moves || !gate_check(&check, m[GATE_MEMORY_CSET], of->cset) ||
	    !gate_check(&check, m[GATE_MEMORY_DFL], of->dfl) ||
	    !gate_check(&check, m[GATE_MEMORY_CSS], of->css))
		return false;
	g->cgroup = m[GATE_MEMORY_ID];
	rest = m[GATE_MEMORY_REST];
	g->hier = rest;
	g->flags = rest >> 32;
	return m[GATE_MEMORY_CHECK] == gate_check_end(check, g->cgroup, rest);
}

static __always_inline void gate_keep(const struct gate_task *of, const struct gate *g)
{
	volatile __u64 *m = gate_memories[of->tgid % GATE_MEMORIES];
	__u64 rest = (__u64)g->flags << 32 | g->hier, check = of->moves;

	m[GATE_MEMORY_MOVES] = of->moves;
	m[GATE_MEMORY_CSET] = (__u64)of->cset;
	m[GATE_MEMORY_DFL] = (__u64)of->dfl;
	m[GATE_MEMORY_CSS] = (__u64)of->css;
	m[GATE_MEMORY_ID] = g->cgroup;
	m[GATE_MEMORY_REST] = rest;
	/* False: another one writes there, and it is his. */
	if (gate_check(&check, m[GATE_MEMORY_CSET], of->cset) &&
	    gate_check(&check, m[GATE_MEMORY_DFL], of->dfl) &&
	    gate_check(&check, m[GATE_MEMORY_CSS], of->css))
		m[GATE_MEMORY_CHECK] = gate_check_end(check, g->cgroup, rest);
}

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
	of->css = typed ? GATE_CSS(TRUSTED_AT, of->cset) : GATE_CSS(GATE_LOAD_AT, of->cset);
	of->pid = GATE_LOAD(struct task_struct, t, thread_pid);
	of->tgid = GATE_LOAD(struct task_struct, t, tgid);
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
	of->tgid = TRUSTED(t, tgid);
}

/*
 * And of these answers only whether the cgroup is a container's, by one number that is made of the
 * same pointers: all that most opens of the host need.
 */
#define GATE_VERDICTS_LOG 10
volatile __u64 gate_verdicts[1 << GATE_VERDICTS_LOG] = {};

/* The lowest bit is 0. (With the number above, that of two moves in a row is not the same.) */
static __always_inline __u64 gate_sign(const struct gate_task *of)
{
	__u64 css = bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id) ?
			    compat_number(of->css) :
			    0;

	return (((compat_number(of->cset) * GATE_FACTOR + compat_number(of->dfl)) * GATE_FACTOR +
		 css) * GATE_FACTOR +
		of->moves)
	       << 1;
}

#define GATE_OUTSIDE 0
#define GATE_INSIDE  1
/* Gives GATE_OUTSIDE, GATE_INSIDE, or anything else: not known. */
static __always_inline __u64 gate_verdict(__u64 sign)
{
	return gate_verdicts[sign >> (64 - GATE_VERDICTS_LOG)] - sign;
}

static __always_inline void gate_conclude(const struct gate_task *of, const struct gate *g)
{
	__u64 sign;

	if (!of->moves)
		return;
	sign = gate_sign(of);
	gate_verdicts[sign >> (64 - GATE_VERDICTS_LOG)] =
		sign + (g->flags ? GATE_INSIDE : GATE_OUTSIDE);
}

/*
 * The answer for what the memory does not know: found where the cgroup was seen before, or looked
 * at now (first_sight). Gives GATE_*.
 */
#define GATE_LOST    0
#define GATE_UNKNOWN 1 /* not seen yet */
#define GATE_FOUND   2
static __always_inline int gate_search(const struct gate_task *of, struct gate *g, bool first_sight)
{
	const struct cgroup_value *v;
	struct cgroup_key key = {};

	g->cgroup = 0;
	g->hier = 0;
	g->flags = 0;
	key.css_set = (__u64)of->cset;
	key.dfl_id = gate_cgroup_id(of->dfl);
	if (of->css)
		key.v1_id = gate_cgroup_id(LOAD(struct cgroup_subsys_state, of->css, cgroup));
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
	gate_keep(of, g);
	return GATE_FOUND;
}

/* The same with a frame of its own. */
static __noinline int gate_search_aside(const struct gate_task *of, struct gate *g)
{
	return of && g ? gate_search(of, g, true) : GATE_LOST;
}

/*
 * first_sight: tell about a cgroup that was not seen yet, else say nothing about it. typed: t has
 * its type. (What is seldom needed has a frame of its own where the stack allows it.)
 */
static __always_inline bool gate_look(const struct task_struct *t, const struct gate_task *of,
				      struct gate *g, bool first_sight, bool typed)
{
	int known = GATE_FOUND;

	g->hflags = 0;
	if (!gate_recall(of, g))
		known = COMPAT_KERNEL >= 602 && first_sight ? gate_search_aside(of, g) :
							      gate_search(of, g, first_sight);
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

/* Finds the verdict for the current task, when it was not known. */
__noinline int gate_settle(void)
{
	struct gate_task of = {};
	struct gate g;

	gate_find(&of, compat_current(), true);
	if (gate_recall(&of, &g) || gate_search(&of, &g, true) == GATE_FOUND)
		gate_conclude(&of, &g);
	return 0;
}

/* Is the task in no container, for sure? Asked where a program begins; see gate_find_trusted(). */
static __always_inline bool gate_is_outside(const struct task_struct *t)
{
	struct gate_task of;
	__u64 verdict;

	gate_find_trusted(&of, t);
	verdict = gate_verdict(gate_sign(&of));
	if (verdict > GATE_INSIDE)
		gate_settle();
	return verdict == GATE_OUTSIDE && !gate_foreign_ns(t, of.pid, true);
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

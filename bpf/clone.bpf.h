/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What clone3 was asked for stands in memory, where it can be rewritten before the call returns: by
 * a second thread, or by the child, when it shares that memory. What the kernel made of it is seen
 * at the fork, by what the child does not share with its parent, and kept until the call's end.
 */
#ifndef ROOTWATCH_CLONE_BPF_H
#define ROOTWATCH_CLONE_BPF_H

#include "cgroup.bpf.h"
#include "compat.bpf.h"
#include "emit.bpf.h"
#include "maps.bpf.h"

#define CLONE_NEWTIME_	   0x80ull
#define CLONE_NEWNS_	   0x20000ull
#define CLONE_NEWCGROUP_   0x2000000ull
#define CLONE_NEWUTS_	   0x4000000ull
#define CLONE_NEWIPC_	   0x8000000ull
#define CLONE_NEWUSER_	   0x10000000ull
#define CLONE_NEWPID_	   0x20000000ull
#define CLONE_NEWNET_	   0x40000000ull
#define CLONE_INTO_CGROUP_ 0x200000000ull
#define CLONE_NR_	   435 /* of clone3, on every architecture and in both ABIs */

#define CLONE_NEWS_                                                                         \
	(CLONE_NEWTIME_ | CLONE_NEWNS_ | CLONE_NEWCGROUP_ | CLONE_NEWUTS_ | CLONE_NEWIPC_ | \
	 CLONE_NEWUSER_ | CLONE_NEWPID_ | CLONE_NEWNET_)
#define CLONE_SIGNAL_ 0xffull /* of clone's flags the signal at the child's end */

/* By thread, the flags of a clone3 under way that has made a child unlike its parent. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u64);
} clones SEC(".maps");

/* Into which cgroup its child was born, for those that have CLONE_INTO_CGROUP_ among them. */
struct clone_cgroup {
	__u32 id[2]; /* of the kernfs node, which its directory has as inode number */
	struct wire_cgroup_name name; /* from the hierarchy's root */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, struct clone_cgroup);
} clone_cgroups SEC(".maps");

/* How many clones there are; 0: nobody has to look. (More, when one was evicted: then they look.) */
volatile __u32 clones_kept = 0;

static __always_inline const void *clone_user_ns(const struct task_struct *t)
{
	const struct cred *c = TYPED(t, real_cred);

	return TYPED(c, user_ns);
}

static __always_inline const void *clone_cgroup_of(__u64 task)
{
	const void *cset = LOAD(struct task_struct, task, cgroups);

	return LOAD(struct cgroup, LOAD(struct css_set, cset, dfl_cgrp), kn);
}

/* Keeps where the child is, whose parent has that thread id. */
__noinline int clone_keep_cgroup(__u64 child, __u32 tid)
{
	const void *kn = clone_cgroup_of(child);
	__u64 id = LOAD(struct kernfs_node, kn, id);
	struct scratch *s = emit_begin(0);
	__u32 *kept;

	if (!s)
		return 0;
	/* As struct clone_cgroup: right before the path that cgroup_path() writes. */
	kept = (__u32 *)(s->record + sizeof(struct wire_cgroup)) - 3;
	kept[2] = cgroup_path(s, kn) & CGROUP_LEN_MASK;
	kept[0] = id;
	kept[1] = id >> 32;
	bpf_map_update_elem(&clone_cgroups, &tid, kept, BPF_ANY);
	emit_cancel(s);
	return 0;
}

#define CLONE_OTHER(field, flag)                                                 \
	if (LOAD(struct nsproxy, was, field) != LOAD(struct nsproxy, is, field)) \
	made = FORGET(made | (flag))

/* Keeps what is new for a child of the current task. (Global: the verifier looks at it once.) */
__noinline int clone_keep(__u64 parent, __u64 child, __u64 made)
{
	const void *was = LOAD(struct task_struct, parent, nsproxy);
	const void *is = LOAD(struct task_struct, child, nsproxy);
	__u32 tid = LOAD(struct task_struct, parent, pid);

	if (compat_nr_of(compat_user_regs(compat_current())) != CLONE_NR_)
		return 0;
	CLONE_OTHER(mnt_ns, CLONE_NEWNS_);
	CLONE_OTHER(uts_ns, CLONE_NEWUTS_);
	CLONE_OTHER(ipc_ns, CLONE_NEWIPC_);
	CLONE_OTHER(pid_ns_for_children, CLONE_NEWPID_);
	CLONE_OTHER(net_ns, CLONE_NEWNET_);
	CLONE_OTHER(cgroup_ns, CLONE_NEWCGROUP_);
	CLONE_OTHER(time_ns_for_children, CLONE_NEWTIME_);
	if (made & CLONE_INTO_CGROUP_)
		clone_keep_cgroup(child, tid);
	if (made && !bpf_map_update_elem(&clones, &tid, &made, BPF_NOEXIST))
		__sync_fetch_and_add(&clones_kept, 1);
	return 0;
}

/* At a fork by the current task. */
static __noinline int clone_forked(const struct task_struct *parent,
				   const struct task_struct *child)
{
	__u64 made = 0;

	if (!parent || !child)
		return 0;
	if (TYPED(parent, cgroups) != TYPED(child, cgroups))
		made = CLONE_INTO_CGROUP_;
	if (clone_user_ns(parent) != clone_user_ns(child))
		made |= CLONE_NEWUSER_;
	if (made || TYPED(parent, nsproxy) != TYPED(child, nsproxy))
		clone_keep(compat_untyped(parent), compat_untyped(child), OPAQUE(made));
	return 0;
}

/* Of the current task's clone3: the flags that it is known by; 0: none is. */
static __always_inline __u64 clone_kept(const struct task_struct *t)
{
	__u32 tid = TYPED(t, pid);
	const __u64 *made;

	if (!clones_kept)
		return 0;
	made = bpf_map_lookup_elem(&clones, &tid);
	return made ? *made : 0;
}

/* At the end of a clone3, whatever became of it, and of a task. */
static __always_inline void clone_drop(__u32 tid)
{
	if (!clones_kept)
		return;
	bpf_map_delete_elem(&clone_cgroups, &tid);
	if (!bpf_map_delete_elem(&clones, &tid))
		__sync_fetch_and_add(&clones_kept, -1);
}

#endif /* ROOTWATCH_CLONE_BPF_H */

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is remembered of a task of a container from one act to the next: its credentials, and
 * whether it has entered the container.
 *
 * A runtime prepares a container from inside its cgroup and namespaces (runc's init opens,
 * mounts, writes and changes its uid there); none of that is the container's doing. A task has
 * entered once it executes a program in the container's mount namespace; its children have
 * entered with it, for good. Without a memory of the task (it ran before rootwatch
 * did, or its entry was evicted) the program that it runs now decides.
 *
 * The runtime's mount namespace is the host's, or one of its own: an engine that a snap, a unit
 * with PrivateTmp= or a user started (rootless, by runc). The latter is where a parent lives that
 * is in no container: the runtime sees to a container from outside.
 */
#ifndef ROOTWATCH_TASK_BPF_H
#define ROOTWATCH_TASK_BPF_H

#include "compat.bpf.h"
#include "creds.bpf.h"
#include "gate.bpf.h"
#include "maps.bpf.h"
#include "object.bpf.h"

/* The file behind a descriptor of the current task; NULL: closed by another thread since. */
static __always_inline const void *task_file(const struct task_struct *t, __u32 fd)
{
	const struct files_struct *files = TYPED(t, files);
	const struct fdtable *fdt = TYPED(files, fdt);

	if (fd >= TYPED(fdt, max_fds))
		return NULL;
	return (const void *)compat_read_u64((const char *)TYPED(fdt, fd) +
					     (__u64)fd * sizeof(void *));
}

static __always_inline const void *task_exe(const struct task_struct *t)
{
	const void *mm = LOAD(struct task_struct, t, mm);

	return mm ? LOAD(struct mm_struct, mm, exe_file) : NULL;
}

/* NULL: on a detached mount, or on one that the kernel made for itself (a memfd). */
static __always_inline const void *task_exe_mnt_ns(const void *exe)
{
	const void *ns = LOAD(struct mount, path_mount(LOAD(struct file, exe, f_path.mnt)), mnt_ns);

	return (__u64)ns == MNT_NS_INTERNAL_ ? NULL : ns;
}

/* Runs another program than its parent: a runtime starts itself again to prepare a container. */
static __always_inline bool task_has_own_exe(const struct task_struct *t, const void *exe)
{
	const void *parent_exe = task_exe(LOAD(struct task_struct, t, real_parent));

	return !parent_exe ||
	       LOAD(struct file, exe, f_inode) != LOAD(struct file, parent_exe, f_inode);
}

static __always_inline __u32 task_ns_inum(const void *mnt_ns)
{
	return mnt_ns ? LOAD(struct mnt_namespace, mnt_ns, ns.inum) : 0;
}

static __always_inline struct task_value *task_find(const struct task_struct *t)
{
	__u32 tid = TYPED(t, pid);
	struct task_value *v = bpf_map_lookup_elem(&tasks, &tid);

	if (v && v->start != TYPED(t, start_boottime))
		return NULL;
	return v;
}

/*
 * Is this mount namespace the one of the runtime that prepares the task? (Of a parent whose cgroup
 * was not seen yet nobody knows: then it is not. Where the task is still in it and no cgroup tells,
 * neither: a runtime has executed what it needs before the task is in namespaces of its own.)
 */
__noinline int task_is_runtimes_ns(__u64 task, __u32 mnt_ns)
{
	const struct task_struct *t = (const struct task_struct *)task;
	const struct task_struct *parent;
	const void *pid;

	if (mnt_ns == knob_host_mnt_ns)
		return true;
	parent = LOAD(struct task_struct, t, real_parent);
	pid = LOAD(struct task_struct, parent, thread_pid);
	return task_ns_inum(object_mnt_ns(parent)) == mnt_ns && LOAD(struct pid, pid, level) == 0 &&
	       gate_cgroup_flags((__u64)parent) == 0 &&
	       (task_ns_inum(object_mnt_ns(t)) != mnt_ns ||
		gate_cgroup_flags(task) == WIRE_TASK_CGROUP_ID);
}

/*
 * A runtime needs less than that to prepare a container. (One that was created and not started yet
 * waits, and does nothing.)
 */
#define TASK_SETUP_NS 5000000000ull

/* Without a memory of the task: does the program that it runs tell that it acts for the container? */
__noinline int task_looks_entered(__u64 task)
{
	const struct task_struct *t = (const struct task_struct *)task;
	const void *exe = task_exe(t), *ns;

	if (!exe)
		return false;
	ns = task_exe_mnt_ns(exe);
	/*
	 * On no mount: a memfd or detached copy of the runtime, but for a task that is too old to
	 * be one: what the container runs from memory. On the runtime's: the runtime, also where it
	 * was just put into the cgroup and has no namespaces yet.
	 */
	if (!ns)
		return bpf_ktime_get_boot_ns() - LOAD(struct task_struct, t, start_boottime) >
		       TASK_SETUP_NS;
	return !task_is_runtimes_ns(task, task_ns_inum(ns)) ||
	       (object_mnt_ns(t) == ns && task_has_own_exe(t, exe));
}

/* Does the task act for the container (true), or is it still the runtime's set-up? */
static __always_inline bool task_entered(const struct task_struct *t)
{
	const struct task_value *v = task_find(t);

	return v ? v->flags & TASK_ENTERED : task_looks_entered(compat_untyped(t));
}

/*
 * The same at an exec, for the program just loaded. Runtimes prepare a container without an exec
 * in its mount namespace (runc copies itself before it enters one), so the first one there is the
 * container's, wherever its file lies. A container that shares the runtime's mount namespace is
 * entered by the first program that is not its parent's own (runc starts itself again as "runc
 * init") nor an unlinked copy of that.
 */
static __always_inline bool task_enters(const struct task_struct *t, const struct task_value *v)
{
	const void *exe = task_exe(t);

	if (v && (v->flags & TASK_ENTERED))
		return true;
	if (!exe)
		return false;
	if (!task_is_runtimes_ns(compat_untyped(t), task_ns_inum(object_mnt_ns(t))))
		return true;
	return task_exe_mnt_ns(exe) == object_mnt_ns(t) && task_has_own_exe(t, exe) &&
	       LOAD(struct inode, LOAD(struct file, exe, f_inode), i_nlink) != 0;
}

/* Stores what is known now. */
static __always_inline void task_remember(const struct task_struct *t, struct task_value *v)
{
	__u32 tid = TYPED(t, pid);

	v->start = TYPED(t, start_boottime);
	bpf_map_update_elem(&tasks, &tid, v, BPF_ANY);
}

/*
 * What a capset made effective or inheritable since the task's program was started or its
 * user changed last. (It cannot raise what is permitted.)
 */
static __always_inline __u64 task_caps_gained(const struct task_struct *t)
{
	const struct cred *c = TYPED(t, cred);
	__u64 effective = compat_caps(c, cap_effective);
	__u64 inheritable = compat_caps(c, cap_inheritable);
	const struct task_value *v = task_find(t);

	if (!v || !(v->flags & TASK_CREDS))
		return inheritable;
	return (effective & ~v->creds.cap_effective) | (inheritable & ~v->creds.cap_inheritable);
}

#endif /* ROOTWATCH_TASK_BPF_H */

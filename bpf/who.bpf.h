/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who did it: everything that describes a task in a record, and where it stood. */
#ifndef ROOTWATCH_WHO_BPF_H
#define ROOTWATCH_WHO_BPF_H

#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "maps.bpf.h"
#include "path.bpf.h"
#include "task.bpf.h"

#define PID_LEVEL_MASK 63 /* the deepest, MAX_PID_NS_LEVEL, is 32: 31 would make it the host's */

/* A pid as the initial (level 0) and as its own pid namespace numbers it. */
static __always_inline __u32 who_pid_at(const struct pid *pid, __u32 level)
{
	const void *at = ADDR(struct pid, pid, numbers) + level * bpf_core_type_size(struct upid);

	return LOAD(struct upid, at, nr);
}

static __always_inline const void *who_pid_ns_at(const struct pid *pid, __u32 level)
{
	const void *at = ADDR(struct pid, pid, numbers) + level * bpf_core_type_size(struct upid);

	return LOAD(struct upid, at, ns);
}

static __always_inline const void *who_pid_ns(const struct pid *pid)
{
	return who_pid_ns_at(pid, LOAD(struct pid, pid, level) & PID_LEVEL_MASK);
}

/* comm is 8-byte aligned in every record. */
static __always_inline void who_comm(char *comm, const void *t)
{
	const char *from = ADDR(struct task_struct, t, comm);

#if COMPAT_KERNEL >= 602
	*(__u64 *)comm = compat_read_u64(from);
	*(__u64 *)(comm + 8) = compat_read_u64(from + 8);
#else
	bpf_probe_read_kernel(comm, WIRE_COMM_LEN, from);
#endif
}

/* How the records about an act begin. */
struct record_who {
	struct wire_header h;
	struct wire_task t;
	struct wire_creds c;
};
#define RECORD_WHO(type)                                                           \
	_Static_assert(__builtin_offsetof(struct type, t) ==                       \
				       __builtin_offsetof(struct record_who, t) && \
			       __builtin_offsetof(struct type, c) ==               \
				       __builtin_offsetof(struct record_who, c),   \
		       "see who_fill()")
RECORD_WHO(wire_exec);
RECORD_WHO(wire_open);
RECORD_WHO(wire_connect);
RECORD_WHO(wire_syscall);
RECORD_WHO(wire_net);

static __always_inline int who_task_by(struct wire_task *w, const struct task_struct *t,
				       const struct gate *g)
{
	const struct pid *pid, *leader_pid, *sid;
	const struct task_struct *leader, *parent;
	const struct signal_struct *signal;
	const struct mnt_namespace *mnt_ns;
	__u32 level;

	if (!w || !g)
		return 0;
	parent = TRUSTED(t, real_parent); /* of all threads the same (forget_original_parent) */
	pid = LOAD(struct task_struct, t, thread_pid); /* as an index is added to it */
	signal = TYPED(t, signal);
	level = LOAD(struct pid, pid, level) & PID_LEVEL_MASK;
	w->cgroup = g->cgroup;
	w->cgroup_hier = g->hier;
	w->tid = TYPED(t, pid);
	w->pid = TYPED(t, tgid);
	w->vtid = who_pid_at(pid, level);
	if (w->tid == w->pid) { /* the leader itself: most are */
		w->start = TYPED(t, start_boottime);
		w->vpid = w->vtid;
	} else {
		leader = TYPED(t, group_leader);
		leader_pid = LOAD(struct task_struct, leader, thread_pid);
		w->start = TYPED(leader, start_boottime);
		w->vpid = who_pid_at(leader_pid, level);
	}
	w->ppid = TYPED(parent, tgid);
	w->loginuid = bpf_core_field_exists(struct task_struct, loginuid) ? TYPED(t, loginuid.val) :
									    0xffffffffu;
	sid = TYPED_AT(signal, pids, PIDTYPE_SID);
	w->sid = who_pid_at(sid, 0);
	w->pid_ns = LOAD(struct pid_namespace, who_pid_ns_at(pid, level), ns.inum);
	mnt_ns = TYPED(TYPED(t, nsproxy), mnt_ns);
	w->mnt_ns = TYPED(mnt_ns, ns.inum);
	w->flags = g->flags;
	w->pad = 0;
	if (w->mnt_ns == knob_host_mnt_ns)
		SET_FLAG(w->flags, WIRE_TASK_HOST_MNT);
	else if (level > 0)
		SET_FLAG(w->flags, WIRE_TASK_FOREIGN_NS);
	if (TYPED(t, atomic_flags) & 1) /* PFA_NO_NEW_PRIVS */
		SET_FLAG(w->flags, WIRE_TASK_NO_NEW_PRIVS);
	if (bpf_core_field_exists(struct task_struct, seccomp.mode) && TYPED(t, seccomp.mode))
		SET_FLAG(w->flags, WIRE_TASK_SECCOMP);
	who_comm(w->comm, t);
	who_comm(w->pcomm, parent);
	return 0;
}

/* The same with a frame of its own, for where the stack is short. */
static __noinline int who_task(struct wire_task *w, const struct task_struct *t,
			       const struct gate *g)
{
	return who_task_by(w, t, g);
}

/*
 * struct wire_task and struct wire_creds of a record that begins with them; of the current task,
 * as a task that was passed here as a number would have lost its type.
 */
__noinline int who_fill_of_arg(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	struct record_who *r;

	if (!s)
		return 0;
	r = (struct record_who *)s->record;
	who_task_by(&r->t, t, &s->gate);
	creds_fill_by(&r->c, TYPED(t, cred), true);
	return 0;
}

static __always_inline void who_fill(struct scratch *s, const struct gate *g)
{
	s->gate = *g;
	who_fill_of_arg(s->slot);
}

/* The task's working directory as a blob. */
static __always_inline void who_cwd(struct scratch *s, struct wire_blob *b,
				    const struct task_struct *t)
{
	const struct fs_struct *fs = TYPED(t, fs);

	path_blob(s, b, TYPED(fs, pwd.dentry), path_mount(TYPED(fs, pwd.mnt)));
}

/* And the current task's directory of that descriptor, where a path may start, if it still has it. */
static __always_inline void who_dir(struct scratch *s, struct wire_blob *b, __u32 fd)
{
	const void *f = task_file(compat_current(), fd);

	if (f)
		path_blob(s, b, LOAD(struct file, f, f_path.dentry),
			  path_mount(LOAD(struct file, f, f_path.mnt)));
}

#endif /* ROOTWATCH_WHO_BPF_H */

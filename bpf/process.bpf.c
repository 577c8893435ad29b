// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The life of a container's processes: exec, fork and exit. */
#include "acts.bpf.h"
#include "argv.bpf.h"
#include "clone.bpf.h"
#include "compat.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "object.bpf.h"
#include "open.bpf.h"
#include "risen.bpf.h"
#include "sock.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

/*
 * Of these programs, too, there are copies where the kernel stops them in the middle (turn.bpf.h),
 * which need no turns: what one has seen of a task stands in the task's entry, and there each looks
 * first whether there is something left to do. (A second look at a rename or an exit finds nothing
 * changed, or no entry.)
 */

/*
 * Every exec passes here after the point of no return and before the new credentials are
 * installed (begin_new_exec calls __set_task_comm, then commit_creds): the last moment at which
 * the old ones can be seen without a system call tracepoint. Also called for a new comm, which
 * does no harm.
 */
static __always_inline bool rename_is_exec(struct task_struct *t)
{
	long nr = compat_nr_of(compat_user_regs(t));
	bool is32 = compat_flag(t);

	return COMPAT_IS_EXEC(nr, is32);
}

SEC("tp_btf/task_rename")
int BPF_PROG(rootwatch_rename, struct task_struct *t)
{
	struct task_value fresh = {};
	struct task_value *v;
	struct gate g;
	__u32 execs;

	/* Another thread's comm: who knows what that one is doing. */
	if (t != compat_current())
		return 0;
	if (!gate_known(t, &g))
		return 0;
	execs = rename_is_exec(t) ? TASK_EXECS : 0;
	v = task_find(t);
	if (v) {
		if (risen(0) & RISEN_ABOVE) {
			v->flags |= execs ? TASK_RISEN : 0;
			return 0; /* told at the exec, or at the next act */
		}
		creds_fill(&v->creds, TYPED(t, cred));
		v->flags |= TASK_CREDS | execs;
		return 0;
	}
	creds_fill(&fresh.creds, TYPED(t, cred));
	fresh.groups = creds_groups(compat_untyped(TYPED(t, cred)));
	fresh.flags = TASK_CREDS | execs | (task_entered(t) ? TASK_ENTERED : 0);
	task_remember(t, &fresh);
	return 0;
}

/* The longest "#!" line that the kernel reads (linux/binfmts.h). */
#define BINPRM_BUF_SIZE_ 256

static __always_inline void exec_gain(struct wire_exec *r, const struct wire_creds *prev)
{
	r->prev = *prev;
	SET_FLAG(r->flags, WIRE_EXEC_PREV);
	/*
	 * Who was it by its real id had it: an exec that would give capabilities under no_new_privs
	 * takes both real ids for the effective ones, without any bit of the file's.
	 */
	if (prev->euid != r->c.euid && prev->uid != r->c.euid)
		SET_FLAG(r->flags, WIRE_EXEC_SUID);
	if (prev->egid != r->c.egid && prev->gid != r->c.egid)
		SET_FLAG(r->flags, WIRE_EXEC_SGID);
	/*
	 * Uid 0 is given all capabilities anyway. What was permitted alone, neither effective nor
	 * inheritable (SECBIT_KEEP_CAPS, as setpriv sets it), an exec takes away: it is the file's.
	 */
	if ((r->c.cap_permitted &
	     ~(prev->cap_permitted & (prev->cap_effective | prev->cap_inheritable))) &&
	    (prev->euid == r->c.euid || r->c.root == WIRE_ROOT_NONE))
		SET_FLAG(r->flags, WIRE_EXEC_FCAPS);
}

/* When the program was changed, and when its container was started (as far as a pid namespace
 * says). */
__noinline int exec_times(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	const void *exe = task_exe(t), *inode, *pid, *init;
	struct wire_exec *r;

	if (!s)
		return 0;
	r = (struct wire_exec *)s->record;
	if (exe) {
		inode = LOAD(struct file, exe, f_inode);
		r->exe_ctime = COMPAT_INODE_TIME(inode, ctime);
		r->exe_mtime = COMPAT_INODE_TIME(inode, mtime);
	}
	pid = LOAD(struct task_struct, t, thread_pid);
	if (LOAD(struct pid, pid, level) == 0)
		return 0;
	init = LOAD(struct pid_namespace, who_pid_ns(pid), child_reaper);
	if (init)
		r->init_start = LOAD(struct task_struct, init, start_boottime);
	return 0;
}

/* A pipe, also one that has a name, as one number; 0: the file is none. */
static __always_inline __u64 exec_pipe(const void *f)
{
	const void *inode = LOAD(struct file, f, f_inode);

	if ((LOAD(struct inode, inode, i_mode) & S_IFMT_) != S_IFIFO_)
		return 0;
	return (__u64)LOAD(struct super_block, LOAD(struct inode, inode, i_sb), s_dev) << 32 ^
	       LOAD(struct inode, inode, i_ino);
}

/* A file that an interpreter would read its script from (sh <file). */
static __always_inline void exec_input(struct scratch *s, struct wire_exec *r, const void *f)
{
	struct object o = {};

	object_find(&o, LOAD(struct file, f, f_path.dentry), LOAD(struct file, f, f_path.mnt));
	if ((o.mode & S_IFMT_) != S_IFREG_)
		return;
	if (object_is_memfd(&o))
		SET_FLAG(r->flags, WIRE_EXEC_INMEM);
	else if (s->used <= WIRE_RECORD_MAX - 2 * WIRE_PATH_MAX)
		path_blob(s, &r->input, o.dentry, o.mount);
	else
		r->input.full = WIRE_PATH_MAX;
}

/* What the program finds as its standard input and output: connections, pipes, files. */
__noinline int exec_stdio(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	const void *in = task_file(t, 0), *out = task_file(t, 1);
	struct wire_exec *r;

	if (!s)
		return 0;
	r = (struct wire_exec *)s->record;
	if ((in && sock_is_ip(in)) || (out && sock_is_ip(out)))
		SET_FLAG(r->flags, WIRE_EXEC_NET);
	if (in) {
		r->pipe_in = exec_pipe(in);
		exec_input(s, r, in);
	}
	if (out)
		r->pipe_out = exec_pipe(out);
	return 0;
}

static __always_inline void exec_fill(struct scratch *s, struct wire_exec *r,
				      const struct task_struct *t, const struct linux_binprm *bprm)
{
	const void *exe = task_exe(t);
	const void *tty = LOAD(struct signal_struct, TYPED(t, signal), tty);
	const void *filename = LOAD(struct linux_binprm, bprm, filename);
	const void *interp = LOAD(struct linux_binprm, bprm, interp);
	struct object o = {};
	char head[8] = {};

	if (exe) {
		object_find(&o, LOAD(struct file, exe, f_path.dentry),
			    LOAD(struct file, exe, f_path.mnt));
		object_place(s, &o, t);
		object_record(s, &r->exe, &o, t, false);
	}
	if (BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec))
		SET_FLAG(r->flags, WIRE_EXEC_SECURE);
	emit_kernel_str(s, &r->filename, filename, WIRE_PATH_MAX);
	/* A script's interp is another string than its filename (fs/binfmt_script.c). */
	if (interp != filename) {
		SET_FLAG(r->flags, WIRE_EXEC_SCRIPT);
		emit_kernel_str(s, &r->interp, interp, BINPRM_BUF_SIZE_);
	}
	bpf_probe_read_kernel(head, 8, filename);
	if (head[0] == '/' && head[1] == 'd' && head[2] == 'e' && head[3] == 'v' &&
	    head[4] == '/' && head[5] == 'f' && head[6] == 'd' && head[7] == '/')
		SET_FLAG(r->flags, WIRE_EXEC_FDPATH);
	exec_times(s->slot);
	exec_stdio(s->slot);
	argv_fill(s, r, TYPED(t, mm));
	if (s->used <= WIRE_RECORD_MAX - WIRE_PATH_MAX - WIRE_TTY_LEN)
		who_cwd(s, &r->cwd, t);
	else
		r->cwd.full = WIRE_PATH_MAX; /* each path as long as can be: this one goes */
	if (tty)
		emit_kernel_str(s, &r->tty, ADDR(struct tty_struct, tty, name), WIRE_TTY_LEN);
}

/* A runtime has made a container, or joins one: whose is the root that the program finds? */
static __noinline int exec_first(struct scratch *s, const struct task_struct *t)
{
	const void *ns = object_mnt_ns(t);
	__u64 id = compat_mnt_ns_id(ns);
	__u32 entered = OVERLAY_NS_ENTERED;

	if (!s)
		return 0;
	/* Not a second time: the container may have changed its root since. */
	if (task_ns_inum(ns) == knob_host_mnt_ns ||
	    bpf_map_update_elem(&namespaces, &id, &entered, BPF_NOEXIST))
		return 0;
	return overlay_keep(path_root_mount(s, LOAD(struct fs_struct,
						    LOAD(struct task_struct, t, fs), root.mnt)));
}

/* The credentials that the program starts with. (With a frame of its own: the hook's is large.) */
static __noinline int exec_remember(const struct task_struct *t, const struct wire_exec *r,
				    __u32 groups)
{
	struct task_value fresh = {};

	if (!r)
		return 0;
	fresh.creds = r->c;
	fresh.groups = groups;
	fresh.flags = TASK_ENTERED | TASK_CREDS | TASK_REPORTED;
	task_remember(t, &fresh);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(rootwatch_exec, struct task_struct *t, int old_pid, struct linux_binprm *bprm)
{
	struct task_value *v;
	struct wire_exec *r;
	struct scratch *s;
	struct gate g;
	__u32 old = old_pid;
	bool root;

	if (!gate_container(t, &g))
		return 0;
	if (TYPED(t, tgid) == (int)knob_agent)
		return 0;
	if (old != (__u32)TYPED(t, pid))
		bpf_map_delete_elem(&tasks, &old); /* a thread took over its leader's pid */
	v = task_find(t);
	if (knob_copy && v && !(v->flags & TASK_EXECS))
		return 0; /* told, as is its beginning: see exec_remember() */
	if (!v || !(v->flags & TASK_CREDS))
		emit_count(WIRE_C_EVICTED);
	if (!task_enters(t, v))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	if (v && !(v->flags & TASK_ENTERED))
		exec_first(s, t);
	if (v && (v->flags & TASK_RISEN)) {
		v->flags &= ~TASK_RISEN;
		if (risen(0) & RISEN_ABOVE)
			risen_tell(g.cgroup, gate_packed(&g));
	}
	r = (struct wire_exec *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_fill(s, &g);
	if (v && (v->flags & TASK_CREDS))
		exec_gain(r, &v->creds);
	exec_fill(s, r, t, bprm);

	root = r->c.root != WIRE_ROOT_NONE ||
	       ((r->flags & WIRE_EXEC_PREV) && r->prev.root != WIRE_ROOT_NONE) ||
	       (r->flags & (WIRE_EXEC_SUID | WIRE_EXEC_SGID | WIRE_EXEC_FCAPS));
	exec_remember(t, r, v ? v->groups : 0); /* an exec leaves the groups as they are */
	/* Another user's exec explains later events; it is not one itself. */
	emit_submit(s, WIRE_EXEC, root ? 0 : WIRE_F_CONTEXT, root);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(rootwatch_fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_value *v = task_find(parent);
	struct task_value copy;
	struct wire_fork *r;
	struct scratch *s;
	struct gate g = {};
	const void *pid;

	/* Born into another cgroup (CLONE_INTO_CGROUP). That alone does not say that moves are
	 * seen. */
	if (LOAD(struct task_struct, child, cgroups) != LOAD(struct task_struct, parent, cgroups) &&
	    gate_moves)
		__sync_fetch_and_add(&gate_moves, 1);
	clone_forked(parent, child);
	if (!v || (knob_copy && task_find(child)))
		return 0;
	/* Before the child inherits it. */
	if ((risen(0) & RISEN_ABOVE) && gate_known(parent, &g))
		risen_tell(g.cgroup, gate_packed(&g));
	copy = *v;
	task_remember(child, &copy);
	if (LOAD(struct task_struct, child, pid) != LOAD(struct task_struct, child, tgid) ||
	    !(v->flags & TASK_ENTERED))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	gate_known(child, &g);
	pid = LOAD(struct task_struct, child, thread_pid);
	r = (struct wire_fork *)s->record;
	r->parent_start = LOAD(struct task_struct, LOAD(struct task_struct, parent, group_leader),
			       start_boottime);
	r->child_start = LOAD(struct task_struct, child, start_boottime);
	r->cgroup = g.cgroup;
	r->cgroup_hier = g.hier;
	r->parent_pid = LOAD(struct task_struct, parent, tgid);
	r->child_pid = LOAD(struct task_struct, child, pid);
	r->child_vpid = who_pid_at(pid, LOAD(struct pid, pid, level) & PID_LEVEL_MASK);
	emit_submit(s, WIRE_FORK, WIRE_F_CONTEXT, false);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(rootwatch_exit, struct task_struct *t)
{
	__u32 tid = TYPED(t, pid);
	struct task_value *v = task_find(t);
	const void *signal, *cred;
	struct wire_exit *r;
	struct scratch *s;
	struct gate g = {};
	__u32 flags, group_code;

	if (knob_acts) /* of a call whose end was missed */
		acts_drop_dentry(tid);
	if (!v)
		return 0;
	flags = v->flags;
	bpf_map_delete_elem(&tasks, &tid);
	clone_drop(tid);
	if (knob_acts)
		acts_drop(tid, 0);
	signal = TYPED(t, signal);
	/* do_exit() counts the thread off before it comes here: 0 is the process' end. */
	if (!(flags & TASK_REPORTED) || LOAD(struct signal_struct, signal, live.counter) != 0)
		return 0;
	gate_known(t, &g);
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_exit *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_task(&r->t, t, &g);
	cred = TYPED(t, cred);
	r->euid = LOAD(struct cred, cred, euid.val);
	group_code = LOAD(struct signal_struct, signal, group_exit_code);
	r->code = group_code ? group_code : (__u32)TYPED(t, exit_code);
	emit_submit(s, WIRE_EXIT, creds_root(cred) ? 0 : WIRE_F_CONTEXT, false);
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(rootwatch_moved)
{
	__sync_fetch_and_add(&gate_moves, 1);
	return 0;
}

/* The tasks that ran before rootwatch did: run once at start. */
SEC("iter/task")
int rootwatch_seed(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct task_value v = {};
	__u32 tid, seeded = OVERLAY_NS_SEEDED;
	struct gate g;
	__u64 ns;

	if (!t || !gate_container(t, &g) || task_find(t))
		return 0;
	if (task_entered(t)) {
		v.flags |= TASK_ENTERED | TASK_REPORTED;
		ns = compat_mnt_ns_id(object_mnt_ns(t));
		bpf_map_update_elem(&namespaces, &ns, &seeded, BPF_NOEXIST);
	}
	creds_fill(&v.creds, TYPED(t, cred));
	v.groups = creds_groups(compat_untyped(TYPED(t, cred)));
	v.flags |= TASK_CREDS | TASK_SEEDED;
	v.start = TYPED(t, start_boottime);
	tid = TYPED(t, pid);
	bpf_map_update_elem(&tasks, &tid, &v, BPF_NOEXIST);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The objects of system calls that take paths, where the kernel has looked them up and has not
 * acted yet: at security_path_*(), which every such call of a task passes, and nobody else does
 * (what a file system does beneath its own comes by other functions, but for cachefiles, which
 * works with credentials that are not the task's). They are there with CONFIG_SECURITY_PATH, which
 * AppArmor and TOMOYO bring, and look the same from 5.10 to 7.3.
 *
 * A call that has to look up once more (the file had a delegation, or was stale) passes twice: what
 * was noted last counts.
 */
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

/* Which call is the task in, and does it pass by that hook? */
static __always_inline __u32 acts_call(const struct task_struct *t, const struct pt_regs *regs,
				       __u32 flag, __u32 hook)
{
	unsigned long nr = compat_nr_of(regs);
	__u32 call;

	if (nr >= WIRE_CALL_NUMBERS || (TYPED(t, flags) & PF_IO_WORKER_))
		return WIRE_CALL_NONE;
	call = calls_at[nr] >> flag & 255;
	return acts_hooks(call) & WIRE_BIT(hook) ? call : WIRE_CALL_NONE;
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
	__u32 flag = compat_flag(t), call = acts_call(t, regs, flag, hook);
	struct acts_note *n;
	struct scratch *s;
	struct gate g;

	if (call == WIRE_CALL_NONE && !acts_proof)
		return 0;
	if (TYPED(t, cred) != TYPED(t, real_cred))
		return 0; /* not its own doing */
	if (!acts_may_count(t) || !gate_known(t, &g) || TYPED(t, tgid) == (int)knob_agent)
		return 0;
	s = emit_begin(ACTS_FIXED);
	if (!s)
		return 0;
	n = (struct acts_note *)s->record;
	__builtin_memset(n, 0, ACTS_FIXED);
	n->call = call;
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

/* An act on what lies at a path. */
static __always_inline int acts_path(__u32 hook, const struct path *at)
{
	__u64 dentry = compat_untyped(LOAD(struct path, at, dentry));
	__u64 vfsmnt = compat_untyped(LOAD(struct path, at, mnt));
	__u32 slot = acts_begin(hook);

	if (!slot)
		return 0;
	if (acts_matter(slot - 1, dentry, vfsmnt))
		acts_object(slot - 1, 0, dentry, vfsmnt);
	return acts_end(slot - 1, hook);
}

/* And on one name in a directory, or two (of one mount: else it was refused before this). */
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

SEC("fentry/security_path_rename")
int BPF_PROG(rootwatch_act_rename, const struct path *old_dir, struct dentry *old,
	     const struct path *new_dir, struct dentry *new)
{
	return acts_name(WIRE_ACT_RENAME, old_dir, old, new);
}

SEC("fentry/security_path_link")
int BPF_PROG(rootwatch_act_link, struct dentry *old, const struct path *new_dir, struct dentry *new)
{
	return acts_name(WIRE_ACT_LINK, new_dir, old, new);
}

SEC("fentry/security_path_unlink")
int BPF_PROG(rootwatch_act_unlink, const struct path *dir, struct dentry *d)
{
	return acts_name(WIRE_ACT_UNLINK, dir, d, NULL);
}

SEC("fentry/security_path_rmdir")
int BPF_PROG(rootwatch_act_rmdir, const struct path *dir, struct dentry *d)
{
	return acts_name(WIRE_ACT_RMDIR, dir, d, NULL);
}

SEC("fentry/security_path_symlink")
int BPF_PROG(rootwatch_act_symlink, const struct path *dir, struct dentry *d)
{
	return acts_name(WIRE_ACT_SYMLINK, dir, d, NULL);
}

SEC("fentry/security_path_mkdir")
int BPF_PROG(rootwatch_act_mkdir, const struct path *dir, struct dentry *d)
{
	return acts_name(WIRE_ACT_MKDIR, dir, d, NULL);
}

SEC("fentry/security_path_mknod")
int BPF_PROG(rootwatch_act_mknod, const struct path *dir, struct dentry *d)
{
	return acts_name(WIRE_ACT_MKNOD, dir, d, NULL);
}

SEC("fentry/security_path_truncate")
int BPF_PROG(rootwatch_act_truncate, const struct path *at)
{
	return acts_path(WIRE_ACT_TRUNCATE, at);
}

SEC("fentry/security_path_chmod")
int BPF_PROG(rootwatch_act_chmod, const struct path *at)
{
	return acts_path(WIRE_ACT_CHMOD, at);
}

SEC("fentry/security_path_chown")
int BPF_PROG(rootwatch_act_chown, const struct path *at)
{
	return acts_path(WIRE_ACT_CHOWN, at);
}

/* Before 6.1, where no program can be for a function that is passed a struct: its caller. */
SEC("fentry/chown_common")
int BPF_PROG(rootwatch_act_chown_old, const struct path *at)
{
	return acts_path(WIRE_ACT_CHOWN, at);
}

SEC("fentry/security_path_chroot")
int BPF_PROG(rootwatch_act_chroot, const struct path *at)
{
	return acts_path(WIRE_ACT_CHROOT, at);
}

/*
 * Mounts, and a file that is truncated by its descriptor (since 6.2; before by its path, above).
 * These ask whatever CONFIG_SECURITY_PATH says.
 */
SEC("fentry/security_sb_mount")
int BPF_PROG(rootwatch_act_mount, const char *source, const struct path *at)
{
	return acts_path(WIRE_ACT_MOUNT, at);
}

SEC("fentry/security_move_mount")
int BPF_PROG(rootwatch_act_move_mount, const struct path *from, const struct path *to)
{
	__u64 one = compat_untyped(LOAD(struct path, from, dentry));
	__u64 one_mnt = compat_untyped(LOAD(struct path, from, mnt));
	__u64 two = compat_untyped(LOAD(struct path, to, dentry));
	__u64 two_mnt = compat_untyped(LOAD(struct path, to, mnt));
	__u32 slot = acts_begin(WIRE_ACT_MOVE);

	if (!slot)
		return 0;
	acts_object(slot - 1, 0, one, one_mnt);
	acts_object(slot - 1, 1, two, two_mnt);
	return acts_end(slot - 1, WIRE_ACT_MOVE);
}

/* What is taken away: the root of a mount, by the path where it lies. */
SEC("fentry/security_sb_umount")
int BPF_PROG(rootwatch_act_umount, struct vfsmount *mnt)
{
	__u64 root = compat_untyped(LOAD(struct vfsmount, mnt, mnt_root));
	__u64 vfsmnt = compat_untyped(mnt);
	__u32 slot = acts_begin(WIRE_ACT_UMOUNT);

	if (!slot)
		return 0;
	acts_object(slot - 1, 0, root, vfsmnt);
	return acts_end(slot - 1, WIRE_ACT_UMOUNT);
}

SEC("fentry/security_sb_pivotroot")
int BPF_PROG(rootwatch_act_pivot, const struct path *put_old, const struct path *root)
{
	return acts_path(WIRE_ACT_PIVOT, root);
}

SEC("fentry/security_file_truncate")
int BPF_PROG(rootwatch_act_ftruncate, struct file *f)
{
	__u64 dentry = compat_untyped(LOAD(struct file, f, f_path.dentry));
	__u64 vfsmnt = compat_untyped(LOAD(struct file, f, f_path.mnt));
	__u32 slot = acts_begin(WIRE_ACT_FTRUNC);

	if (!slot)
		return 0;
	if (acts_matter(slot - 1, dentry, vfsmnt))
		acts_object(slot - 1, 0, dentry, vfsmnt);
	return acts_end(slot - 1, WIRE_ACT_FTRUNC);
}

/*
 * Extended attributes, and ACLs, which since 6.2 are asked about by hooks of their own. None of
 * these has the mount. That is known when the kernel lets it go, right behind the change: it holds
 * what it has looked up until after that.
 */
static __always_inline int acts_will_change(__u32 hook, const struct dentry *d)
{
	struct task_struct *t = compat_current();
	__u64 dentry = compat_untyped(d);
	__u32 tid = TYPED(t, pid);

	if (acts_call(t, compat_user_regs(t), compat_flag(t), hook) == WIRE_CALL_NONE &&
	    !acts_proof)
		return 0;
	/* Not its own doing: the file below an overlay's. */
	if (TYPED(t, cred) != TYPED(t, real_cred))
		return 0;
	if (!bpf_map_update_elem(&acts_dentries, &tid, &dentry, BPF_ANY))
		acts_prove(hook);
	return 0;
}

SEC("fentry/security_inode_setxattr")
int BPF_PROG(rootwatch_act_setxattr, void *idmap, struct dentry *d)
{
	return acts_will_change(WIRE_ACT_SETXATTR, d);
}

SEC("fentry/security_inode_removexattr")
int BPF_PROG(rootwatch_act_removexattr, void *idmap, struct dentry *d)
{
	return acts_will_change(WIRE_ACT_RMXATTR, d);
}

SEC("fentry/security_inode_set_acl")
int BPF_PROG(rootwatch_act_set_acl, void *idmap, struct dentry *d)
{
	return acts_will_change(WIRE_ACT_SET_ACL, d);
}

SEC("fentry/security_inode_remove_acl")
int BPF_PROG(rootwatch_act_remove_acl, void *idmap, struct dentry *d)
{
	return acts_will_change(WIRE_ACT_RM_ACL, d);
}

/* (An overlay changes what lies below it meanwhile, by another mount.) */
SEC("fentry/mnt_drop_write")
int BPF_PROG(rootwatch_act_changed, struct vfsmount *mnt)
{
	const struct task_struct *t = compat_current();
	__u64 vfsmnt = compat_untyped(mnt), dentry;
	__u32 tid = TYPED(t, pid), slot;
	const __u64 *kept;

	kept = bpf_map_lookup_elem(&acts_dentries, &tid);
	if (!kept)
		return 0;
	dentry = *kept;
	if (LOAD(struct dentry, dentry, d_sb) != LOAD(struct vfsmount, vfsmnt, mnt_sb))
		return 0;
	slot = acts_begin(WIRE_ACT_CHANGED);
	if (!slot)
		return 0;
	acts_object(slot - 1, 0, dentry, vfsmnt);
	return acts_end(slot - 1, WIRE_ACT_CHANGED);
}

SEC("fentry/mnt_drop_write_file")
int BPF_PROG(rootwatch_act_changed_fd, struct file *f)
{
	__u64 dentry = compat_untyped(LOAD(struct file, f, f_path.dentry));
	__u64 vfsmnt = compat_untyped(LOAD(struct file, f, f_path.mnt));
	__u32 slot = acts_begin(WIRE_ACT_CHANGED_FD);

	if (!slot)
		return 0;
	acts_object(slot - 1, 0, dentry, vfsmnt);
	return acts_end(slot - 1, WIRE_ACT_CHANGED_FD);
}

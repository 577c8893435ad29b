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
#include "acts_note.bpf.h"
#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "object.bpf.h"
#include "placed.bpf.h"

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
	return acts_one(WIRE_ACT_UMOUNT, compat_untyped(LOAD(struct vfsmount, mnt, mnt_root)),
			compat_untyped(mnt), false);
}

SEC("fentry/security_sb_pivotroot")
int BPF_PROG(rootwatch_act_pivot, const struct path *put_old, const struct path *root)
{
	return acts_path(WIRE_ACT_PIVOT, root);
}

SEC("fentry/security_file_truncate")
int BPF_PROG(rootwatch_act_ftruncate, struct file *f)
{
	return acts_file(WIRE_ACT_FTRUNC, f, true);
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
	struct gate g;

	if (acts_call(t, hook) == WIRE_CALL_NONE && !acts_proof)
		return 0;
	if (!acts_are_its_own(t) || !acts_may_count(t) || !gate_known(t, &g))
		return 0;
	if (acts_keep_dentry(TYPED(t, pid), dentry))
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

/*
 * The end of every act on a file system that goes by a path passes here, on the host as well. (An
 * overlay changes what lies below it meanwhile, by another mount.)
 */
SEC("fentry/mnt_drop_write")
int BPF_PROG(rootwatch_act_changed, struct vfsmount *mnt)
{
	const struct task_struct *t;
	const __u64 *kept;
	__u64 dentry;
	__u32 tid;

	if (!acts_changing)
		return 0;
	t = compat_current();
	tid = TYPED(t, pid);
	kept = bpf_map_lookup_elem(&acts_dentries, &tid);
	if (!kept)
		return 0;
	dentry = *kept;
	if (LOAD(struct dentry, dentry, d_sb) != LOAD(struct vfsmount, mnt, mnt_sb))
		return 0;
	acts_drop_dentry(tid);
	return acts_one(WIRE_ACT_CHANGED, dentry, compat_untyped(mnt), false);
}

SEC("fentry/mnt_drop_write_file")
int BPF_PROG(rootwatch_act_changed_fd, struct file *f)
{
	return acts_file(WIRE_ACT_CHANGED_FD, f, false);
}

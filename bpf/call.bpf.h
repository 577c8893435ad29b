/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any other system call, as it was asked for: its arguments, its paths and where they start. Which
 * arguments those are stands in wire_calls.h. What the paths led to is not known any more here,
 * unless it was noted before the act (acts.bpf.h).
 */
#ifndef ROOTWATCH_CALL_BPF_H
#define ROOTWATCH_CALL_BPF_H

#include "acl.bpf.h"
#include "acts.bpf.h"
#include "clone.bpf.h"
#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "magic.bpf.h"
#include "open.bpf.h"
#include "placed.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

struct call_row {
	__u8 path[WIRE_SYSCALL_PATHS];
	__u8 dir[WIRE_SYSCALL_PATHS];
	__u8 fd;
};

/* In the order of the calls. */
#define CALL_ROW(id, name, x86, i386, arm64, arm, path, dir, path2, dir2, fd, ...) \
	{{path, path2}, {dir, dir2}, fd},
static const struct call_row call_rows[WIRE_CALL_END - WIRE_CALL_FIRST] = {WIRE_CALLS(CALL_ROW)};

/* Is it asked for now? (For who has the call by another way than calls_at.) */
static __always_inline bool call_wanted(__u32 call)
{
	return call != WIRE_CALL_NONE &&
	       (knob_all || wire_call_always(call) ||
		wire_calls_has(&prefilters[prefilter_active & 1].calls, call));
}

/* Argument n, counted from 1, of the record; or what the call returned. */
static __always_inline __u64 call_arg(const struct wire_syscall *r, __u32 n)
{
	if (n == WIRE_CALL_RESULT)
		return (__s64)r->ret;
	n--;
	return n < WIRE_SYSCALL_ALL ? r->args[n] : 0;
}

/* struct clone_args, as far as it counts here. */
struct call_clone {
	__u64 flags, skipped[9], cgroup;
};

/* struct mount_attr, likewise. */
struct call_attr {
	__u64 set, taken;
};

/* WIRE_CALL_WORD: what stands beside the arguments. */
__noinline int call_words(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	struct call_clone clone = {};
	struct call_attr attr = {};
	struct wire_syscall *r;
	__u64 *words;

	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	words = &r->args[WIRE_SYSCALL_ARGS];
	switch (r->call) {
	case WIRE_CALL_CLONE:
		words[0] = r->args[0] & ~CLONE_SIGNAL_ & 0xffffffff;
		break;
	case WIRE_CALL_CLONE3:
		bpf_probe_read_user(&clone, sizeof(clone), (const void *)r->args[0]);
		/* Without the last field when it is of before 5.7. */
		words[0] = clone.flags ? clone.flags : compat_user_u64(r->args[0]);
		words[1] = words[0] & CLONE_INTO_CGROUP_ ? clone.cgroup : ~0ull;
		if (r->ret > 0) /* which the memory may not say any more */
			words[0] |= clone_kept(compat_current());
		break;
	case WIRE_CALL_IOCTL:
		words[0] = compat_user_u32(r->args[2]);
		break;
	case WIRE_CALL_FILE_SETATTR:
		words[0] = compat_user_u64(r->args[2]);
		break;
	case WIRE_CALL_MOUNT_SETATTR:
	case WIRE_CALL_OPEN_TREE_ATTR:
		bpf_probe_read_user(&attr, sizeof(attr), (const void *)r->args[3]);
		words[0] = attr.set;
		words[1] = attr.taken;
		break;
	case WIRE_CALL_ADJTIMEX:
		words[0] = compat_user_u32(r->args[0]);
		break;
	case WIRE_CALL_CLOCK_ADJTIME:
		words[0] = compat_user_u32(r->args[1]);
		break;
	case WIRE_CALL_CAPSET:
		words[0] = task_caps_gained(compat_current());
		break;
	case WIRE_CALL_SETXATTR:
	case WIRE_CALL_LSETXATTR:
	case WIRE_CALL_FSETXATTR:
		words[0] = acl_of_xattr(r->args[1], r->args[2], r->args[3]);
		break;
	case WIRE_CALL_SETXATTRAT: /* struct xattr_args: u64 value, u32 size */
		words[0] = acl_of_xattr(r->args[3], compat_user_u64(r->args[4]),
					compat_user_u32(r->args[4] + sizeof(__u64)));
		break;
	default:
		break;
	}
	return 0;
}

/*
 * The file of a descriptor: where it lies; of one that lies nowhere (a pipe, a socket, a memfd)
 * what it is, so that "/" is not said of it.
 */
__noinline int call_file(__u32 slot, __u32 fd)
{
	struct scratch *s = emit_scratch(slot);
	const void *f = task_file(compat_current(), fd);
	struct wire_syscall *r;
	struct object o = {};
	struct wire_file *w;

	if (!s || !f)
		return 0;
	r = (struct wire_syscall *)s->record;
	object_find(&o, LOAD(struct file, f, f_path.dentry), LOAD(struct file, f, f_path.mnt));
	if ((__u64)LOAD(struct mount, o.mount, mnt_ns) != MNT_NS_INTERNAL_) {
		path_blob(s, &r->base[0], o.dentry, o.mount);
		return 0;
	}
	w = &r->f[0];
	w->ino = LOAD(struct inode, o.inode, i_ino);
	w->dev = LOAD(struct super_block, o.sb, s_dev);
	w->mode = o.mode;
	w->fs_magic = o.magic;
	if (!object_is_memfd(&o)) {
		w->flags = WIRE_FILE_CUT;
		return 0;
	}
	w->flags = WIRE_FILE_MEMFD;
	emit_kernel_str(s, &w->sbpath, LOAD(struct dentry, o.dentry, d_name.name), 256);
	return 0;
}

/* Where a path that begins with that character starts. */
static __always_inline void call_start(struct scratch *s, struct wire_syscall *r,
				       const struct call_row *row, __u32 which, char first)
{
	__u32 dir = row->dir[which];

	if (dir == WIRE_CALL_A_NAME)
		return;
	if (first == '/')
		r->magic[which] = magic_base(s, &r->asked[which], &r->base[which]);
	else if (dir && (__s32)call_arg(r, dir) >= 0 && !first && which == 0) /* AT_EMPTY_PATH */
		call_file(s->slot, call_arg(r, dir));
	else if (dir && (__s32)call_arg(r, dir) >= 0)
		who_dir(s, &r->base[which], call_arg(r, dir));
	else
		r->base[which] = r->cwd;
}

/*
 * Of a clone3 the cgroup that its child was born into: by the descriptor, if that still is one of
 * it, else from the hierarchy's root.
 */
__noinline int call_cgroup(__u32 slot, __u32 fd)
{
	struct task_struct *t = compat_current();
	struct scratch *s = emit_scratch(slot);
	__u32 tid = TYPED(t, pid);
	const struct clone_cgroup *c = bpf_map_lookup_elem(&clone_cgroups, &tid);
	const void *f = task_file(t, fd), *d;
	struct wire_syscall *r;
	__u64 id;

	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	id = c ? c->id[0] | (__u64)c->id[1] << 32 :
		 LOAD(struct kernfs_node, clone_cgroup_of(compat_untyped(t)), id);
	d = LOAD(struct file, f, f_path.dentry);
	if (f && LOAD(struct inode, LOAD(struct dentry, d, d_inode), i_ino) == id &&
	    LOAD(struct super_block, LOAD(struct dentry, d, d_sb), s_magic) == CGROUP2_MAGIC_) {
		who_dir(s, &r->base[0], fd);
	} else if (c) {
		emit_blob_start(s, &r->base[0]);
		emit_kernel(s, c->name.path, c->name.len, WIRE_CGROUP_PATH_MAX - 1);
		emit_blob_end(s, &r->base[0], c->name.len);
	}
	return 0;
}

/*
 * What a chroot made the root: it is the caller's now, whatever led there. (The text that was
 * passed begins at another root from now on.)
 */
__noinline int call_new_root(__u32 slot)
{
	const struct task_struct *t = compat_current();
	const struct fs_struct *fs = TYPED(t, fs);
	struct scratch *s = emit_scratch(slot);
	struct object o = {};
	struct wire_syscall *r;

	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	object_find(&o, (const void *)compat_untyped(TYPED(fs, root.dentry)),
		    (const void *)compat_untyped(TYPED(fs, root.mnt)));
	object_place(s, &o, t);
	object_record(s, &r->f[0], &o, t, true);
	return 0;
}

/* The path of that number, for a record whose call and arguments are filled in. */
__noinline int call_path_of_arg(__u32 slot, __u32 which)
{
	struct scratch *s = emit_scratch(slot);
	const struct call_row *row;
	struct wire_syscall *r;
	const void *asked;
	char first = 0;
	bool known;
	__u32 call;

	if (!s || which >= WIRE_SYSCALL_PATHS)
		return 0;
	r = (struct wire_syscall *)s->record;
	call = r->call - WIRE_CALL_FIRST;
	if (call >= WIRE_CALL_END - WIRE_CALL_FIRST)
		return 0;
	row = &call_rows[call];
	known = which ? r->f[1].fs_magic : r->f[0].fs_magic;
	if (call == WIRE_CALL_CLONE3 - WIRE_CALL_FIRST && r->ret > 0) {
		if (which == 0 && (r->args[WIRE_SYSCALL_ARGS] & CLONE_INTO_CGROUP_))
			call_cgroup(slot, call_arg(r, row->fd));
		return 0;
	}
	if (which == 0 && row->fd) {
		if (!known)
			call_file(slot, call_arg(r, row->fd));
		return 0;
	}
	if (!row->path[which])
		return 0;
	asked = (const void *)call_arg(r, row->path[which]);
	if (emit_user_str(s, &r->asked[which], asked, WIRE_PATH_MAX) < 0) {
		if (asked)
			SET_FLAG(s->flags, WIRE_F_TRUNC);
		return 0;
	}
	if (known)
		return 0;
	bpf_probe_read_user(&first, 1, asked);
	call_start(s, r, row, which, first);
	return 0;
}

#define AT_SYMLINK_NOFOLLOW_ 0x100
#define AT_SYMLINK_FOLLOW_   0x400

/* A link at the very end of a path is followed. (Of the calls that are compared.) */
static __always_inline bool call_follows(const struct wire_syscall *r)
{
	switch (r->call) {
	case WIRE_CALL_CHMOD:
	case WIRE_CALL_FCHMODAT:
	case WIRE_CALL_CHOWN:
	case WIRE_CALL_TRUNCATE:
		return true;
	case WIRE_CALL_FCHMODAT2:
		return !(r->args[3] & AT_SYMLINK_NOFOLLOW_);
	case WIRE_CALL_FCHOWNAT:
		return !(r->args[4] & AT_SYMLINK_NOFOLLOW_);
	case WIRE_CALL_LINKAT:
		return r->args[4] & AT_SYMLINK_FOLLOW_;
	default:
		return false;
	}
}

/* It acts on what is there, mounted or not, and not on the name. (Of those that are compared.) */
static __always_inline bool call_is_object(__u32 call)
{
	return call == WIRE_CALL_LCHOWN || call == WIRE_CALL_FCHOWNAT ||
	       call == WIRE_CALL_FCHMODAT2;
}

/* Can somebody care about that path of the call? */
__noinline int call_path_matters(__u32 slot, __u32 which)
{
	const struct task_struct *t = compat_current();
	const struct fs_struct *fs = TYPED(t, fs);
	struct scratch *s = emit_scratch(slot);
	const struct call_row *row;
	struct wire_syscall *r;
	__u64 dentry, vfsmnt;
	const void *f;
	__u32 call, dir;

	if (!s || which >= WIRE_SYSCALL_PATHS)
		return 1;
	r = (struct wire_syscall *)s->record;
	call = r->call - WIRE_CALL_FIRST;
	if (call >= WIRE_CALL_END - WIRE_CALL_FIRST)
		return 1;
	row = &call_rows[call];
	dir = row->dir[which];
	if (!row->path[which] || dir == WIRE_CALL_A_NAME)
		return 0;
	if (!placed_name(slot, call_arg(r, row->path[which])))
		return 1;
	if (!dir || (__s32)call_arg(r, dir) < 0) {
		dentry = compat_untyped(TYPED(fs, pwd.dentry));
		vfsmnt = compat_untyped(TYPED(fs, pwd.mnt));
	} else {
		f = task_file(t, call_arg(r, dir));
		if (!f)
			return 1;
		dentry = compat_untyped(LOAD(struct file, f, f_path.dentry));
		vfsmnt = compat_untyped(LOAD(struct file, f, f_path.mnt));
	}
	return placed_in(slot, dentry, vfsmnt) ||
	       (call_is_object(call + WIRE_CALL_FIRST) && placed_mounted(dentry, vfsmnt));
}

/* The same of all of the call, whose arguments are filled in, where nobody noted its objects. */
__noinline int call_matters(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	struct wire_syscall *r;
	const void *f;
	__u32 call;

	if (!s)
		return 1;
	r = (struct wire_syscall *)s->record;
	call = r->call - WIRE_CALL_FIRST;
	if (call >= WIRE_CALL_END - WIRE_CALL_FIRST || call_follows(r))
		return 1;
	if (!call_rows[call].fd)
		return call_path_matters(slot, 0) || call_path_matters(slot, 1);
	f = task_file(compat_current(), call_arg(r, call_rows[call].fd));
	return !f || placed_watched(slot, compat_untyped(LOAD(struct file, f, f_path.dentry)),
				    compat_untyped(LOAD(struct file, f, f_path.mnt)));
}

static __always_inline void call_submit(struct scratch *s, __u32 call, long ret, __u32 hflags)
{
	__u32 set = s->set & 1;

	if (wire_calls_has(&prefilters[set].calls, call))
		SET_FLAG(s->flags, WIRE_F_WATCHED);
	if (ret < 0)
		SET_FLAG(s->flags, WIRE_F_BLOCKED);
	emit_submit(s, WIRE_SYSCALL, hflags, false);
}

static __always_inline int call_done(const struct task_struct *t, const struct gate *g,
				     const struct pt_regs *regs, __u32 call, long ret)
{
	bool is32 = g->hflags & WIRE_F_COMPAT;
	__u32 hflags = g->hflags;
	struct wire_syscall *r;
	struct scratch *s;

	if (!risen_acts(t, g))
		return 0;
	if (knob_acts && ret >= 0 && acts_marked(call, is32))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	r->call = call;
	r->ret = ret;
	r->args[0] = compat_arg(regs, is32, 0);
	r->args[1] = compat_arg(regs, is32, 1);
	r->args[2] = compat_arg(regs, is32, 2);
	r->args[3] = compat_arg(regs, is32, 3);
	r->args[4] = compat_arg(regs, is32, 4);
	if (ret >= 0 && placed_compared(s->set, call) && !(knob_acts && acts_noted()) &&
	    !call_matters(s->slot)) {
		emit_cancel(s);
		return 0;
	}
	who_fill(s, g);
	call_words(s->slot);
	who_cwd(s, &r->cwd, t);
	if (knob_acts && acts_hooks(call) && acts_take(s->slot))
		hflags = (hflags & ~WIRE_F_TIER(3u)) | WIRE_F_TIER(WIRE_TIER_FENTRY);
	else if (call == WIRE_CALL_CHROOT && ret >= 0)
		call_new_root(s->slot);
	call_path_of_arg(s->slot, 0);
	call_path_of_arg(s->slot, 1);
	call_submit(s, call, ret, hflags);
	return 0;
}

#endif /* ROOTWATCH_CALL_BPF_H */

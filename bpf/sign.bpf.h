/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The signature of an open. It covers every value that decides what the open means to the rules
 * (the way of prefilter_file(), object_place() and prefilter_place()), not where it lies: the bytes
 * of each name up to the root of the file system, and where on that way the roots of the mount and
 * of the container are; where another mount than the container's root lies, in the same manner, up
 * to the root of all; the file system's type and device, and whether it has a disk; the file's
 * type, SUID bit and device number; whether the task sees the host's mounts; how the file is
 * opened. Pointers are only compared with each other. So who is at an address, and whether another
 * was there before, does not matter: two opens with one signature get the same answer.
 *
 * A name too long to lie in its dentry, more than SIGN_LEVELS components, a file that is not below
 * its mount's root or whose parents are not known, a root that was changed in a strange way, an
 * overlay that was not asked for last: no signature.
 *
 * Words are mixed with a secret odd factor on both sides of a shift, after a secret start: who
 * chooses names cannot choose their difference.
 */
#ifndef ROOTWATCH_SIGN_BPF_H
#define ROOTWATCH_SIGN_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "knobs.bpf.h"
#include "maps.bpf.h"
#include "overlay.bpf.h"
#include "path.bpf.h"
#include "prefilter.bpf.h"

#define SIGN_LEVELS   12
#define SIGN_NAME_MAX 31 /* DNAME_INLINE_LEN is 32 or more */

/* What is mixed in between names. */
#define SIGN_MOUNT_ROOT	    1
#define SIGN_CONTAINER_ROOT 2
#define SIGN_HOP	    3

static __always_inline __u64 sign_mix(__u64 h, __u64 word, __u64 factor)
{
	h = (h ^ word) * factor;
	h ^= h >> 32;
	return h * factor;
}

#if COMPAT_KERNEL >= 602
#define SIGN_FILE(f) ((const struct file *)bpf_rdonly_cast(f, bpf_core_type_id_kernel(struct file)))
#define SIGN_FS(fs)                                                    \
	((const struct fs_struct *)bpf_rdonly_cast((const void *)(fs), \
						   bpf_core_type_id_kernel(struct fs_struct)))
#else
#define SIGN_FILE(f) ((const struct file *)(f))
#endif

/* A dentry: which one is above it, its name. As it lies in memory from d_parent on. */
struct sign_level {
	__u64 parent, hash_len, name, inode;
	__u64 w[4];
	__u64 sb_root, ctr_root, mnt_root, far; /* beside it: see SIGN_PUT */
};

#if COMPAT_KERNEL >= 602
#define SIGN_WORD(l, d, n) \
	(*(const __u64 *)((const char *)(d) + compat_short_name_at() + (n) * sizeof(__u64)))
#define SIGN_HASH_LEN(l, d) ((d)->d_name.hash_len)
#else
#define SIGN_WORD(l, d, n)  ((l)->w[n])
#define SIGN_HASH_LEN(l, d) ((l)->hash_len)
#endif

/* What is only compared lies in the buffer where the stack is short. */
#if COMPAT_KERNEL >= 602
#define SIGN_PUT(l, name)
#define SIGN_IS(l, name, d) ((d) == (name))
#else
#define SIGN_PUT(l, name)   (*(volatile __u64 *)&(l)->name = (__u64)(name))
#define SIGN_IS(l, name, d) ((__u64)(d) == *(volatile __u64 *)&(l)->name)
#endif

/* Of what was found; where the stack is short it is looked for again. */
#if COMPAT_KERNEL >= 602
#define SIGN_FOUND(o, name, v) ((o)->name = (v))
#else
#define SIGN_FOUND(o, name, v)
#endif

static __always_inline bool sign_knows_layout(void)
{
#if COMPAT_KERNEL >= 602
	return bpf_core_field_exists(struct dentry___named, d_iname) ||
	       bpf_core_field_exists(struct dentry___short, d_shortname);
#else
	__u32 at = bpf_core_field_offset(struct dentry, d_parent);

	return bpf_core_field_exists(struct dentry___named, d_iname) &&
	       bpf_core_field_offset(struct dentry, d_name) ==
		       at + __builtin_offsetof(struct sign_level, hash_len) &&
	       compat_short_name_at() == at + __builtin_offsetof(struct sign_level, w);
#endif
}

/* Gives the dentry above d; itself: d is the root of its file system. */
static __always_inline const struct dentry *sign_read(struct sign_level *l, const struct dentry *d)
{
#if COMPAT_KERNEL >= 602
	return d->d_parent;
#else
	if (bpf_probe_read_kernel(l, __builtin_offsetof(struct sign_level, sb_root),
				  ADDR(struct dentry, d, d_parent)))
		return d;
	return (const struct dentry *)l->parent;
#endif
}

/* Mixes in the name of d, which l was read from; false: it is too long. */
static __always_inline bool sign_name(const struct sign_level *l, const struct dentry *d, __u64 *h,
				      __u64 factor)
{
	__u64 hash_len = SIGN_HASH_LEN(l, d);
	__u32 len = hash_len >> 32;

	if (len > SIGN_NAME_MAX)
		return false;
	/* The length ends the words; the hash is of no use, but comes with it. */
	*h = sign_mix(*h ^ hash_len * factor, SIGN_WORD(l, d, 0), factor);
	if (len > 8) {
		*h = sign_mix(*h, SIGN_WORD(l, d, 1), factor);
		if (len > 16) {
			*h = sign_mix(*h, SIGN_WORD(l, d, 2), factor);
			*h = sign_mix(*h, SIGN_WORD(l, d, 3), factor);
		}
	}
	return true;
}

/* The sequence number of a lock is what a seqcount_spinlock_t and a seqlock_t begin with. */
static __always_inline __u32 sign_count(const void *seq)
{
	return compat_read_u64(seq);
}

/* Counts the changes of a dentry. */
static __always_inline void sign_watch(__u64 *counts, const void *d)
{
	*counts = sign_mix(*counts, sign_count(ADDR(struct dentry, d, d_seq)), knob_harmless);
}

/* What of a file's kind and place is a number; of flags in the first bits. */
#define SIGN_ROOT_MOUNT 256u
#define SIGN_HOST_MNT	512u
#define SIGN_DISK	1024u

/* Whether it matters where the mount of d lies: not of a file on the container's root. */
static __always_inline bool sign_is_far(__u64 what, __u32 magic, bool is_mnt_root)
{
	return prefilter_scope(magic) || is_mnt_root ||
	       (what & (SIGN_ROOT_MOUNT | SIGN_HOST_MNT)) != SIGN_ROOT_MOUNT;
}

/*
 * The signature of an open of file f by the current task, whose fs_struct fs is, for access; 0:
 * there is none. What was looked at on the way is put into o (its mount last), for whoever goes on.
 */
static __always_inline __u64 sign_open_in(const void *f, const struct fs_struct *fs, __u32 access,
					  struct sign_level *l, struct object *o)
{
	const struct file *file = SIGN_FILE(f);
	const struct dentry *d = FIELD(file, f_path.dentry);
	const struct super_block *sb = FIELD(d, d_sb);
	const struct dentry *sb_root = FIELD(sb, s_root);
	const struct dentry *mnt_root, *ctr_root, *parent, *top;
	const struct mount *m, *root, *up;
	const struct mnt_namespace *mnt_ns = NULL;
	const struct inode *inode;
	__u32 magic = FIELD(sb, s_magic), dev = FIELD(sb, s_dev), mode;
	__u64 factor = knob_harmless, what = access, h;
	bool met = false;
	__u32 far;
	int i;

	if (!factor || !sign_knows_layout())
		return 0;
	SIGN_PUT(l, sb_root);
	if (magic == OVERLAYFS_MAGIC_) {
		if (!overlay_was_last(sb, sb_root, dev, access & WIRE_WATCH_WRITE))
			return 0;
	} else {
		const struct nsproxy *nsproxy = TYPED(compat_current(), nsproxy);

		mnt_ns = TYPED(nsproxy, mnt_ns);
		if (TYPED(mnt_ns, ns.inum) == knob_host_mnt_ns)
			what |= SIGN_HOST_MNT;
		if (FIELD(sb, s_bdev))
			what |= SIGN_DISK;
	}
	h = sign_mix(prefilters[prefilter_active & 1].start, (__u64)magic << 32 | dev, factor);
	inode = FIELD(d, d_inode);
	mode = FIELD(inode, i_mode);
	SIGN_FOUND(o, mode, mode);
	mode &= S_IFMT_ | S_ISUID_; /* prefilter_kind() */
	what |= mode;
	if ((mode & S_IFMT_) == S_IFCHR_)
		what |= (__u64)FIELD(inode, i_rdev) << 32;
	m = path_typed_mount(FIELD(file, f_path.mnt));
	mnt_root = FIELD(m, mnt.mnt_root);
	SIGN_PUT(l, mnt_root);
	root = path_root_mount_near(path_typed_mount(FIELD(fs, root.mnt)));
	if (!root)
		return 0;
	if (mnt_ns && FIELD(root, mnt_ns) != mnt_ns) /* foreign_root of struct object */
		what |= SIGN_HOST_MNT;
	ctr_root = mnt_root;
	if (root == m)
		what |= SIGN_ROOT_MOUNT;
	else
		ctr_root = FIELD(root, mnt.mnt_root);
	SIGN_PUT(l, ctr_root);
	SIGN_FOUND(o, dentry, d);
	SIGN_FOUND(o, inode, inode);
	SIGN_FOUND(o, sb, sb);
	SIGN_FOUND(o, magic, magic);
	SIGN_FOUND(o, sb_root, sb_root);
	SIGN_FOUND(o, mnt_root, mnt_root);
	SIGN_FOUND(o, ctr_root, ctr_root);
	SIGN_FOUND(o, root_mount, root);
	SIGN_FOUND(o, mount, m);
	far = OPAQUE(sign_is_far(what, magic, d == mnt_root));
	h = sign_mix(h, what, factor);
#pragma clang loop unroll(disable)
	for (i = 0; i < SIGN_LEVELS; i++) {
		if (SIGN_IS(l, mnt_root, d)) {
			h = sign_mix(h, SIGN_MOUNT_ROOT, factor);
			met = true;
		}
		if (SIGN_IS(l, ctr_root, d))
			h = sign_mix(h, SIGN_CONTAINER_ROOT, factor);
		if (SIGN_IS(l, sb_root, d))
			break;
		parent = sign_read(l, d);
		if (!sign_name(l, d, &h, factor))
			return 0;
		d = parent;
	}
	if (!met || i == SIGN_LEVELS)
		return 0;
	if (!far)
		return h | 1;
	top = d = FIELD(m, mnt.mnt_root);
#pragma clang loop unroll(disable)
	for (i = 0; i < SIGN_LEVELS; i++) {
		if (d == top) {
			up = FIELD(m, mnt_parent);
			if (up == m)
				return h | 1;
			d = FIELD(m, mnt_mountpoint);
			top = FIELD(up, mnt.mnt_root);
			m = up;
			h = sign_mix(h, SIGN_HOP, factor);
			continue;
		}
		parent = sign_read(l, d);
		if (parent == d || !sign_name(l, d, &h, factor))
			return 0;
		d = parent;
	}
	return 0;
}

#if COMPAT_KERNEL >= 602
/* What sign_open() wants to know of the current task (t). */
static __always_inline __u64 sign_fs(const struct task_struct *t)
{
	return compat_read_u64(ADDR(struct task_struct, t, fs));
}

/*
 * Without a buffer, as most opens end here. (Global: the verifier looks at it once. The fs_struct
 * comes as a number from who has the task: to ask for that is a helper, and each return from one
 * costs some 15 ns where returns are guarded, as by AMD's safe RET.)
 */
__noinline __u64 sign_open(__u64 f, __u64 fs, __u32 access, struct object *o)
{
	return o ? sign_open_in((const void *)f, SIGN_FS(fs), access, NULL, o) : 0;
}
#else
/* Of the open in s->open. There is no record yet: the stack is short, a name lies where it will be.
 */
__noinline __u64 sign_look(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);

	if (!s)
		return 0;
	return sign_open_in((const void *)s->open.file, TYPED(compat_current(), fs), s->open.access,
			    (struct sign_level *)s->record, NULL);
}
#endif

/* The signature of the open in s->open, as of now. */
static __always_inline __u64 sign_now(struct scratch *s)
{
#if COMPAT_KERNEL >= 602
	return sign_open(s->open.file, sign_fs(compat_current()), s->open.access, &s->open.now);
#else
	return sign_look(s->slot);
#endif
}

/*
 * What counts changes of whatever that signature is made of, and the highest bit: the same number
 * before and after means that nothing was changed in between. Each rename counts in the dentry
 * (d_seq), each mount and move in the mount namespace (event), each chroot in the fs_struct (seq).
 * 0: nothing counts them.
 */
__noinline __u64 sign_changes(__u32 slot)
{
	const struct task_struct *t = compat_current();
	const struct nsproxy *nsproxy = TYPED(t, nsproxy);
	const void *ns = TYPED(nsproxy, mnt_ns), *fs = TYPED(t, fs), *d, *top, *m, *up;
	struct scratch *s = emit_scratch(slot);
	__u64 counts;
	int i;

	if (!s || !bpf_core_field_exists(struct mnt_namespace, event))
		return 0;
	d = LOAD(struct file, s->open.file, f_path.dentry);
	m = path_mount(LOAD(struct file, s->open.file, f_path.mnt));
	if (LOAD(struct mount, m, mnt_ns) != ns ||
	    LOAD(struct mount, path_mount(LOAD(struct fs_struct, fs, root.mnt)), mnt_ns) != ns)
		return 0;
	counts =
		LOAD(struct mnt_namespace, ns, event) + sign_count(ADDR(struct fs_struct, fs, seq));
	for (i = 0; i < SIGN_LEVELS; i++) {
		up = LOAD(struct dentry, d, d_parent);
		if (up == d)
			break;
		sign_watch(&counts, d);
		d = up;
	}
	top = d = LOAD(struct mount, m, mnt.mnt_root);
	for (i = 0; i < SIGN_LEVELS; i++) {
		if (d == top) {
			up = LOAD(struct mount, m, mnt_parent);
			if (up == m)
				break;
			d = LOAD(struct mount, m, mnt_mountpoint);
			top = LOAD(struct mount, up, mnt.mnt_root);
			m = up;
			continue;
		}
		sign_watch(&counts, d);
		d = LOAD(struct dentry, d, d_parent);
	}
	return counts | 1ull << 63;
}

#endif /* ROOTWATCH_SIGN_BPF_H */

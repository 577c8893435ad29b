/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths, from what the kernel holds: dentries and mounts. (Loop state lives in memory: with a
 * number that it knows the verifier would follow every combination.) A chain is a list of dentries,
 * leaf first. The superblock chain goes from a file up to the root of its superblock; on the way it
 * notes where the root of the mount and the root of the container were met, so that one walk
 * gives all views of the path. The namespace chain hops over mount points instead.
 */
#ifndef ROOTWATCH_PATH_BPF_H
#define ROOTWATCH_PATH_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "maps.bpf.h"

#define PATH_NAME_MAX	255 /* NAME_MAX */
#define PATH_MOUNTS_MAX 16  /* mounts stacked one in another */

static __always_inline const void *path_mount(const void *vfsmnt)
{
	return vfsmnt - bpf_core_field_offset(struct mount, mnt);
}

#define NULL_FS_MAGIC_ 0x4e554c4cu

static __always_inline bool path_on_nullfs(const void *m)
{
	const void *up = LOAD(struct mount, m, mnt_parent);

	return LOAD(struct super_block, LOAD(struct mount, up, mnt.mnt_sb), s_magic) ==
	       NULL_FS_MAGIC_;
}

/* With its type, where that spares a load its check. */
static __always_inline const struct mount *path_typed(const void *m)
{
#if COMPAT_KERNEL >= 602
	return bpf_rdonly_cast(m, bpf_core_type_id_kernel(struct mount));
#else
	return m;
#endif
}

static __always_inline const struct mount *path_typed_mount(const struct vfsmount *vfsmnt)
{
	return path_typed(path_mount(vfsmnt));
}

/* As path_root_mount(), which goes on looking where this gives up: NULL. */
static __always_inline const struct mount *path_root_mount_near(const struct mount *m)
{
	const struct mount *up = FIELD(m, mnt_parent), *top;

	if (up == m)
		return m;
	top = FIELD(up, mnt_parent);
	if (top == up)
		return m;
	if (FIELD(top, mnt_parent) == top && FIELD(m, mnt_mountpoint) == FIELD(up, mnt.mnt_root) &&
	    path_on_nullfs(up))
		return m;
	return NULL;
}

/* Is d in mount m the root of the mount namespace, with nothing but the hidden mount above it? */
static __always_inline bool path_is_top(__u64 d, const struct mount *m)
{
	const struct mount *up = FIELD(m, mnt_parent);

	return (__u64)FIELD(m, mnt.mnt_root) == d && up != m && FIELD(up, mnt_parent) == up &&
	       FIELD(m, mnt_mountpoint) == FIELD(up, mnt.mnt_root);
}

/*
 * The mount that is the container's root: up from the task's root directory (which chroot can
 * move) until the next mount up is the hidden one at the bottom of every mount namespace. Since
 * 7.0 that one is an empty file system, on which the initramfs may still lie, hidden by the root
 * that was moved upon it.
 */
__noinline int path_root_mount_of_arg(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	const void *m, *below = NULL;
	int i;

	if (!s)
		return 0;
	m = path_mount((const void *)s->arg[0]);
	if (COMPAT_KERNEL >= 602) { /* the common case is spared the checks */
		const struct mount *near = path_root_mount_near(path_typed(m));

		if (near) {
			s->arg[0] = (__u64)near;
			return 0;
		}
	}
	for (i = 0; i < PATH_MOUNTS_MAX; i++) {
		const void *up = LOAD(struct mount, m, mnt_parent);

		if (up == m || LOAD(struct mount, up, mnt_parent) == up)
			break;
		below = m;
		m = up;
	}
	if (below &&
	    LOAD(struct mount, below, mnt_mountpoint) == LOAD(struct mount, m, mnt.mnt_root) &&
	    path_on_nullfs(m))
		m = below;
	s->arg[0] = (__u64)m;
	return 0;
}

static __always_inline const void *path_root_mount(struct scratch *s, const void *vfsmnt)
{
	s->arg[0] = (__u64)vfsmnt;
	path_root_mount_of_arg(s->slot);
	return (const void *)s->arg[0];
}

/*
 * So many components of the superblock chain, from number `from` on: the verifier looks at the loop
 * once, and not CHAIN_MAX times.
 */
#define PATH_PART 16
__noinline int path_sb_chain_part(__u32 slot, __u32 from)
{
	struct scratch *s = emit_scratch(slot);
	__u64 mnt_root, ctr_root;
	const void *d;
	int i;

	if (!s || from > CHAIN_MAX - PATH_PART)
		return 1;
	d = (const void *)s->arg[0];
	mnt_root = s->arg[1];
	ctr_root = s->arg[2];
	for (i = 0; i < PATH_PART; i++) {
		const void *parent = LOAD(struct dentry, d, d_parent);

		if ((__u64)d == mnt_root)
			s->chain_mnt = from + i;
		if ((__u64)d == ctr_root)
			s->chain_root = from + i;
		if (parent == d || !parent) {
			s->chain_cut = 0;
			break;
		}
		s->chain[from + i] = (__u64)d;
		d = parent;
	}
	s->chain_n = from + i;
	s->arg[0] = (__u64)d; /* where it ended */
	return i < PATH_PART;
}

/* The superblock chain of d. mnt_root, ctr_root: where to note the length so far. */
static __always_inline void path_sb_chain(struct scratch *s, const void *d, const void *mnt_root,
					  const void *ctr_root)
{
	int i;

	s->arg[0] = (__u64)d;
	s->arg[1] = (__u64)mnt_root;
	s->arg[2] = (__u64)ctr_root;
	s->chain_mnt = CHAIN_NONE;
	s->chain_root = CHAIN_NONE;
	s->chain_cut = 1;
	for (i = 0; i < CHAIN_MAX; i += PATH_PART)
		if (path_sb_chain_part(s->slot, i))
			break;
}

struct path_step {
	__u32 slot;
	__u32 start;
};

/* One level up: s->arg holds the dentry, its mount, and that mount's root. Gives 1 at the end. */
static __always_inline int path_ns_step(struct scratch *s)
{
	__u64 d = s->arg[0], m, parent;
	__u32 n = s->chain_n;

	if (d == s->arg[2]) {
		if (s->chain_mnt == CHAIN_NONE)
			s->chain_mnt = n;
		m = s->arg[1];
		parent = (__u64)LOAD(struct mount, m, mnt_parent);
		if (parent == m || !parent) {
			s->chain_cut = 0;
			return 1;
		}
		s->arg[0] = (__u64)LOAD(struct mount, m, mnt_mountpoint);
		s->arg[1] = parent;
		s->arg[2] = (__u64)LOAD(struct mount, parent, mnt.mnt_root);
		return 0;
	}
	parent = (__u64)LOAD(struct dentry, d, d_parent);
	if (parent == d || !parent) {
		s->chain_cut = 0; /* reached without its mount: detached */
		return 1;
	}
	if (n >= CHAIN_MAX)
		return 1;
	s->chain[n] = d;
	s->chain_n = n + 1;
	s->arg[0] = parent;
	return 0;
}

/* So many levels up, as one more would make the verifier look at many more. Gives 1 at the end. */
#define PATH_STEPS 4
static __always_inline int path_ns_steps(struct scratch *s)
{
	int i;

	for (i = 0; i < PATH_STEPS; i++)
		if (path_ns_step(s))
			return 1;
	return 0;
}

__noinline int path_ns_chain_part(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);

	return s ? path_ns_steps(s) : 1;
}

__noinline int path_ns_chain_of_arg(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	int i;

	if (!s)
		return 0;
	s->chain_mnt = CHAIN_NONE;
	s->chain_root = CHAIN_NONE;
	s->chain_n = 0;
	if (COMPAT_KERNEL >= 602 && path_is_top(s->arg[0], path_typed((const void *)s->arg[1]))) {
		s->chain_mnt = 0;
		s->chain_cut = 0;
		return 0;
	}
	s->arg[2] = (__u64)LOAD(struct mount, s->arg[1], mnt.mnt_root);
	s->chain_cut = 1;
	/* The common path is short: without another call, where the stack allows it. */
	if (COMPAT_KERNEL >= 602 && path_ns_steps(s))
		return 0;
	for (i = COMPAT_KERNEL >= 602 ? PATH_STEPS : 0; i < CHAIN_MAX + PATH_MOUNTS_MAX;
	     i += PATH_STEPS)
		if (path_ns_chain_part(slot))
			break;
	return 0;
}

/*
 * The namespace chain of d in mount m: up to the root of the mount namespace. Notes how much of it
 * lies in m itself.
 */
static __always_inline void path_ns_chain(struct scratch *s, const void *d, const void *m)
{
	s->arg[0] = (__u64)d;
	s->arg[1] = (__u64)m;
	path_ns_chain_of_arg(s->slot);
}

/* Where the part below a mark of the chain begins: entry mark - 1, or the path's end. */
static __always_inline __u32 path_mark(const struct scratch *s, __u32 mark, __u32 start)
{
	if (mark == 0)
		return s->used - start;
	mark--;
	return mark < s->chain_n && mark < CHAIN_MAX ? s->pos[mark] : 0;
}

/* Adds the length of a name; cuts the chain where the path would become too long. */
static long path_length_step(__u32 i, struct path_step *c)
{
	struct scratch *s = emit_scratch(c->slot);

	if (!s || i >= s->chain_n || i >= CHAIN_MAX)
		return 1;
	s->run = s->run + 1 + LOAD(struct dentry, s->chain[i], d_name.len);
	if (s->run < WIRE_PATH_MAX)
		return 0;
	s->chain_n = i;
	s->chain_cut = 1;
	return 1;
}

/*
 * Puts a name of len bytes, at most PATH_NAME_MAX, to p, where PATH_NAME_MAX bytes have room. A
 * short one by words, with what lies behind it, which whoever comes next writes over: see
 * pattern_read_name().
 */
static __always_inline bool path_put_name(__u8 *p, const char *name, __u32 len)
{
#if COMPAT_KERNEL >= 602
	__u64 *to = (__u64 *)p;

	if (len <= 32) {
		to[0] = compat_read_u64(name);
		if (len <= 8)
			return true;
		to[1] = compat_read_u64(name + 8);
		if (len <= 16)
			return true;
		to[2] = compat_read_u64(name + 16);
		to[3] = compat_read_u64(name + 24);
		return true;
	}
#endif
	return !bpf_probe_read_kernel(p, len & PATH_NAME_MAX, name);
}

/* So many names, those nearest the root first, behind `done` others. Gives 1 at the end. */
#define PATH_NAMES 4
__noinline int path_append_part(__u32 slot, __u32 done)
{
	struct scratch *s = emit_scratch(slot);
	__u32 at, len, k;
	__u8 *p;
	int i;

	if (!s)
		return 1;
	for (i = 0; i < PATH_NAMES; i++) {
		const void *d;

		k = s->chain_n - 1 - done - i;
		at = s->used;
		if (k >= CHAIN_MAX || at > WIRE_RECORD_MAX) /* also below zero */
			return 1;
		s->pos[k] = at - s->run;
		d = (const void *)s->chain[k];
		len = LOAD(struct dentry, d, d_name.len) & PATH_NAME_MAX;
		p = AT(s->record, at, WIRE_RECORD_MAX);
		*p = '/';
		if (!path_put_name(p + 1, (const char *)LOAD(struct dentry, d, d_name.name), len))
			return 1;
		s->used = at + 1 + len;
	}
	return 0;
}

/*
 * Appends the chain as "/name/name...", the entry nearest the root first; of a path of more than
 * WIRE_PATH_MAX bytes the head is left out, and the chain is marked as cut. Gives in off_mnt and
 * off_root the offsets at which the marks of the chain lie.
 */
__noinline int path_append(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	struct path_step c = {.slot = slot};
	__u32 start;
	int i;

	if (!s)
		return 0;
	start = s->used;
	/* The common path is short: look at its length only when it could be too long. */
	if (s->chain_n > WIRE_PATH_MAX / (PATH_NAME_MAX + 1)) {
		s->run = 0;
		LOOP(CHAIN_MAX, path_length_step, &c);
	}
	s->run = start;
	for (i = 0; i < CHAIN_MAX; i += PATH_NAMES)
		if (path_append_part(slot, i))
			break;
	s->off_mnt = path_mark(s, s->chain_mnt, start);
	s->off_root = path_mark(s, s->chain_root, start);
	return 0;
}

/* The namespace path of a struct path as a blob; empty means "/". */
static __always_inline void path_blob(struct scratch *s, struct wire_blob *b, const void *d,
				      const void *m)
{
	emit_blob_start(s, b);
	path_ns_chain(s, d, m);
	if (s->chain_n)
		path_append(s->slot);
	emit_blob_end(s, b, s->used - b->off + (s->chain_cut ? 1 : 0));
}

#endif /* ROOTWATCH_PATH_BPF_H */

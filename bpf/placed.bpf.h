/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls on files (chown, unlink, rename, ...): can any rule care about what they act upon? Compared
 * as opens are, with the patterns of WIRE_WATCH_CALL. Never too little is let pass: user space has
 * to see
 * - what was denied, and what is the root of a container itself;
 * - files of procfs and the like, of overlays that are not the container's own, and what the host's
 *   mounts show to a task of the host's mount namespace;
 * - where nobody noted the objects before the act, all that is not a plain name in a directory, or
 *   a descriptor: a path may lead over links, and where they led is not known here any more.
 */
#ifndef ROOTWATCH_PLACED_BPF_H
#define ROOTWATCH_PLACED_BPF_H

#include "compat.bpf.h"
#include "object.bpf.h"
#include "pattern.bpf.h"
#include "prefilter.bpf.h"

static __always_inline bool placed_compared(__u32 set, __u32 call)
{
	return !knob_all && wire_calls_has(&prefilters[set & 1].compared, call);
}

/* By where the object lies: prefilter_place(), without what user space is to see anyway. */
static __always_inline __u32 placed_where(struct scratch *s, const struct object *o)
{
	__u32 got = 0;

	if (prefilter_scope(o->magic) || o->foreign_root ||
	    LOAD(struct mnt_namespace, o->mnt_ns, ns.inum) == knob_host_mnt_ns)
		return WIRE_WATCH_CALL;
	if (o->magic == OVERLAYFS_MAGIC_ && !overlay_is_own(o->sb, o->sb_root, true))
		return WIRE_WATCH_CALL;
	object_chain(s, o);
	if (s->chain_cut || s->chain_root == 0)
		return WIRE_WATCH_CALL;
	if (s->chain_root != CHAIN_NONE)
		got = prefilter_seen(s, o, s->chain_root);
	else if (o->magic == OVERLAYFS_MAGIC_)
		got = prefilter_seen(s, o, s->chain_n);
	if ((got & WIRE_WATCH_CALL) || (o->mount == o->root_mount && s->chain_root != CHAIN_NONE))
		return got;
	if (s->chain_root == CHAIN_NONE && object_may_be_hosts(o))
		got = pattern_path(s->slot, WIRE_SCOPE_HOST, s->chain_n);
	if (got & WIRE_WATCH_CALL)
		return got;
	path_ns_chain(s, o->dentry, o->mount);
	if (s->chain_cut || s->chain_mnt == CHAIN_NONE)
		return WIRE_WATCH_CALL;
	return prefilter_seen(s, o, s->chain_n);
}

/* Can somebody care about an act of the current task on this object? */
__noinline int placed_watched(__u32 slot, __u64 dentry, __u64 vfsmnt)
{
	struct scratch *s = emit_scratch(slot);
	struct object o = {};
	__u32 got;

	if (!s)
		return 1;
	object_find(&o, (const void *)dentry, (const void *)vfsmnt);
	o.set = s->set;
	got = pattern_name(s->set, o.dentry);
	if (o.dentry == o.mnt_root)
		got |= prefilter_mount_point(&o);
	if (got & WIRE_WATCH_CALL)
		return 1;
	object_place(s, &o, compat_current());
	return (placed_where(s, &o) & WIRE_WATCH_CALL) != 0;
}

/* The patterns against the path of s->leaf in the directory whose chain below `top` this is. */
__noinline int placed_child(__u32 slot, __u32 top)
{
	struct scratch *s = emit_scratch(slot);
	struct wire_name n;
	__u32 got, i, v;
	__u64 h;

	if (!s)
		return 1;
	h = wire_hash_seed(s->set, WIRE_SCOPE_PATH);
	got = pattern_prefilter(s->set)->scope_root[WIRE_SCOPE_PATH];
	for (i = 0; i < WIRE_WATCH_DEPTH; i++) {
		__u32 at = top - 1 - i;

		if (i < top && at < CHAIN_MAX)
			pattern_read_name(
				&n, (const char *)LOAD(struct dentry, s->chain[at], d_name.name),
				LOAD(struct dentry, s->chain[at], d_name.len));
		else
			n = s->leaf;
		h = wire_hash_step(h, &n);
		v = pattern_find(s->set, h);
		got |= v;
		if (!(v & WIRE_WATCH_DEEPER) || i >= top)
			break;
	}
	return (got & WIRE_WATCH_CALL) != 0;
}

/* Can somebody care about s->leaf in this directory? Known of those on the container's root only. */
__noinline int placed_in(__u32 slot, __u64 dentry, __u64 vfsmnt)
{
	struct scratch *s = emit_scratch(slot);
	struct object o = {};

	if (!s)
		return 1;
	object_find(&o, (const void *)dentry, (const void *)vfsmnt);
	object_place(s, &o, compat_current());
	if (o.mount != o.root_mount || prefilter_scope(o.magic) || o.foreign_root ||
	    LOAD(struct mnt_namespace, o.mnt_ns, ns.inum) == knob_host_mnt_ns)
		return 1;
	object_chain(s, &o);
	if (s->chain_cut || s->chain_root == CHAIN_NONE)
		return 1;
	if (pattern_prefilter(s->set)->folder_access & WIRE_WATCH_CALL &&
	    pattern_folders(slot, 0, s->chain_root) & WIRE_WATCH_CALL)
		return 1;
	return placed_child(slot, s->chain_root);
}

/* Mounts that are looked at; of more nothing is said. */
#define PLACED_MOUNTS 64

struct placed_mounts {
	__u64 at, end; /* struct list_head */
	__u64 dir;
	__u64 found;
};

static long placed_mount_step(__u32 i, struct placed_mounts *w)
{
	__u64 point;

	if (w->at == w->end)
		return 1;
	point = w->at - bpf_core_field_offset(struct mount, mnt_child);
	point = compat_untyped(LOAD(struct mount, point, mnt_mountpoint));
	if (compat_untyped(LOAD(struct dentry, point, d_parent)) == w->dir) {
		w->found = 1;
		return 1;
	}
	w->at = compat_untyped(LOAD(struct list_head, w->at, next));
	return 0;
}

/*
 * May something be mounted on a name in this directory? (Only the mounts on this one are looked
 * at: what is mounted on another one of the same directory is not seen by this path.)
 */
__noinline int placed_mounted(__u64 dir, __u64 vfsmnt)
{
	__u64 m = compat_untyped(path_mount((const void *)vfsmnt));
	struct placed_mounts w = {.dir = dir};

	w.end = m + bpf_core_field_offset(struct mount, mnt_mounts);
	w.at = compat_untyped(LOAD(struct list_head, w.end, next));
	LOOP(PLACED_MOUNTS, placed_mount_step, &w);
	return w.found || w.at != w.end;
}

#define PLACED_SLASHES 0x2f2f2f2f2f2f2f2full
#define PLACED_ONES    0x0101010101010101ull
#define PLACED_HIGHS   0x8080808080808080ull

static __always_inline bool placed_has_slash(__u64 word)
{
	word ^= PLACED_SLASHES;
	return ((word - PLACED_ONES) & ~word & PLACED_HIGHS) != 0;
}

/* Is the path a plain name, which no pattern is about? Puts it into s->leaf. */
__noinline int placed_name(__u32 slot, __u64 path)
{
	struct scratch *s = emit_scratch(slot);
	__u32 at, set;
	__u64 tail = 0;
	long len;

	if (!s)
		return 0;
	at = s->used;
	if (at > WIRE_RECORD_MAX || at < sizeof(tail))
		return 0;
	len = bpf_probe_read_user_str(AT(s->record, at, WIRE_RECORD_MAX), WIRE_NAME_LEN,
				      (const void *)path) -
	      1;
	if (len < 1 || len >= WIRE_NAME_LEN - 1)
		return 0;
	bpf_probe_read_kernel(&s->leaf, sizeof(s->leaf), AT(s->record, at, WIRE_RECORD_MAX));
	pattern_mask_name(&s->leaf, len);
	if (placed_has_slash(s->leaf.w[0]) || placed_has_slash(s->leaf.w[1]) ||
	    placed_has_slash(s->leaf.w[2]) || placed_has_slash(s->leaf.w[3]) ||
	    s->leaf.w[0] == '.' || s->leaf.w[0] == ('.' << 8 | '.'))
		return 0;
	set = s->set;
	if (pattern_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_NAME), &s->leaf)) &
	    WIRE_WATCH_CALL)
		return 0;
	at += len - sizeof(tail);
	bpf_probe_read_kernel(&tail, sizeof(tail), AT(s->record, at, WIRE_RECORD_MAX));
	return !(pattern_suffix_of(set, tail) & WIRE_WATCH_CALL);
}

#endif /* ROOTWATCH_PLACED_BPF_H */

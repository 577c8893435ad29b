/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Overlays: where a file that lies on one really is. The root that a runtime made for a container
 * is the container's own, and nothing more is asked about it. Any other overlay was mounted by the
 * container itself, or for it, and writes to whatever its upper directory is: the host's, perhaps.
 *
 * A container may make an overlay of its own its root. So the root that counts is the one that the
 * first program of its mount namespace found there. Of a namespace older than rootwatch it is
 * the present one, if the host mounts it as well.
 */
#ifndef ROOTWATCH_OVERLAY_BPF_H
#define ROOTWATCH_OVERLAY_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "path.bpf.h"

#define OVERLAYFS_MAGIC_ 0x794c7630u

/* Mount namespaces that containers were seen in. */
#define OVERLAY_NS_SEEDED  1u /* is older than rootwatch */
#define OVERLAY_NS_ENTERED 2u /* its first program was seen */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* compat_mnt_ns_id */
	__type(value, __u32);
} namespaces SEC(".maps");

/* Overlays that are containers' own. The addresses are reused; all at once they hardly are. */
struct overlay_key {
	__u64 sb, root;
	__u64 upper, ino; /* of the upper directory; 0: none */
	__u32 dev, pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct overlay_key);
	__type(value, __u8);
} overlays SEC(".maps");

/* Those asked for last, by device: looking here costs next to nothing. */
#define OVERLAY_LASTS 64
#define OVERLAY_LAST  4 /* words: sb, root and upper of struct overlay_key */
volatile __u64 overlay_lasts[OVERLAY_LASTS * OVERLAY_LAST] = {};

/*
 * overlayfs keeps the dentry of the writable layer's file right behind the VFS inode in struct
 * ovl_inode (fs/overlayfs/ovl_entry.h, all versions since 4.14); the module's own types are in
 * no BTF that could be relied on.
 */
static __always_inline __u64 overlay_word(const void *inode, __u32 n)
{
	return compat_read_u64(inode + bpf_core_type_size(struct inode) + n * sizeof(__u64));
}

static __always_inline const void *overlay_upper(const void *inode)
{
	return (const void *)overlay_word(inode, 0);
}

/*
 * Is the dentry of the upper layer one by which the file's place is known? Older kernels make a
 * copy as a file without a name (O_TMPFILE), whose dentry stays the overlay's: "#17", in the
 * working directory, and in no table of names.
 */
static __always_inline bool overlay_placed(const void *upper)
{
	return upper && LOAD(struct dentry, upper, d_hash.pprev);
}

/* Can this be the dentry of a file of that type? Reading what is no address gives 0. */
static __always_inline bool overlay_is_dentry(__u64 d, __u32 type)
{
	const void *inode = LOAD(struct dentry, d, d_inode);
	const void *sb = LOAD(struct dentry, d, d_sb);

	return inode && sb && LOAD(struct inode, inode, i_sb) == sb &&
	       (LOAD(struct inode, inode, i_mode) & S_IFMT_) == type;
}

/*
 * The file's dentry in the layer that it is read from; NULL: not found. What follows the upper
 * dentry has changed: up to 5.18 it is the lower inode, up to 6.4 the lower layer and then the
 * dentry, and since then a struct ovl_entry, with the dentry behind its number of layers and
 * the first of those. Each is tried, and believed when it is a dentry.
 */
static __noinline const void *overlay_file(const void *inode)
{
	__u64 upper = overlay_word(inode, 0), second, d;
	__u32 type = LOAD(struct inode, inode, i_mode) & S_IFMT_;

	if (upper)
		return (const void *)upper;
	d = overlay_word(inode, 2);
	if (overlay_is_dentry(d, type))
		return (const void *)d;
	second = overlay_word(inode, 1);
	d = compat_read_u64((const void *)second + 2 * sizeof(__u64));
	if (overlay_is_dentry(d, type))
		return (const void *)d;
	if (!bpf_core_field_exists(struct dentry, d_u.d_alias) ||
	    !bpf_core_field_exists(struct inode, i_dentry))
		return NULL;
	d = (__u64)LOAD(struct inode, second, i_dentry.first);
	if (!d)
		return NULL;
	d -= bpf_core_field_offset(struct dentry, d_u.d_alias);
	return overlay_is_dentry(d, type) ? (const void *)d : NULL;
}

/*
 * The chain of a file where it really lies, as path_sb_chain() makes one: of a file of an overlay
 * that is about to be copied up, by the directory above it of where the copy will be. s->arg[0] is
 * its superblock's root then.
 */
static long overlay_chain_step(__u32 i, struct path_step *c)
{
	struct scratch *s = emit_scratch(c->slot);
	__u64 d, parent, upper;
	__u32 n;

	if (!s)
		return 1;
	d = s->arg[0];
	if (s->arg[1]) { /* still in the overlay */
		upper = (__u64)overlay_upper(LOAD(struct dentry, d, d_inode));
		if (overlay_placed((const void *)upper)) {
			d = upper;
			s->arg[1] = 0;
		}
	}
	parent = (__u64)LOAD(struct dentry, d, d_parent);
	n = s->chain_n;
	if (parent == d || !parent || n >= CHAIN_MAX) {
		s->chain_cut = n >= CHAIN_MAX;
		s->arg[0] = d;
		return 1;
	}
	s->chain[n] = d;
	s->chain_n = n + 1;
	s->arg[0] = parent;
	return 0;
}

__noinline int overlay_chain_of_arg(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	struct path_step c = {.slot = slot};
	const void *sb;

	if (!s)
		return 0;
	sb = LOAD(struct dentry, s->arg[0], d_sb);
	s->arg[1] = LOAD(struct super_block, sb, s_magic) == OVERLAYFS_MAGIC_;
	s->chain_mnt = CHAIN_NONE;
	s->chain_root = CHAIN_NONE;
	s->chain_cut = 1;
	s->chain_n = 0;
	LOOP(CHAIN_MAX + 1, overlay_chain_step, &c);
	return 0;
}

static __always_inline void overlay_chain(struct scratch *s, const void *d)
{
	s->arg[0] = (__u64)d;
	overlay_chain_of_arg(s->slot);
}

static __always_inline void overlay_describe(struct overlay_key *k, const void *sb,
					     const void *root)
{
	const void *upper = overlay_upper(LOAD(struct dentry, root, d_inode));

	k->sb = (__u64)sb;
	k->root = (__u64)root;
	k->upper = (__u64)upper;
	k->ino = upper ? LOAD(struct inode, LOAD(struct dentry, upper, d_inode), i_ino) : 0;
	k->dev = LOAD(struct super_block, sb, s_dev);
	k->pad = 0;
}

/* The root mount of a container was found: what it shows is the container's own. */
static __noinline int overlay_keep(const void *root_mount)
{
	const void *sb = LOAD(struct mount, root_mount, mnt.mnt_sb);
	struct overlay_key k;
	__u8 yes = 1;

	if (LOAD(struct super_block, sb, s_magic) != OVERLAYFS_MAGIC_)
		return 0;
	overlay_describe(&k, sb, LOAD(struct super_block, sb, s_root));
	bpf_map_update_elem(&overlays, &k, &yes, BPF_ANY);
	return 0;
}

/* Looks it up, and notes it among the last ones. */
static __noinline int overlay_find(const void *sb, const void *root)
{
	volatile __u64 *last;
	struct overlay_key k;

	overlay_describe(&k, sb, root);
	if (!bpf_map_lookup_elem(&overlays, &k))
		return 0;
	last = &overlay_lasts[k.dev % OVERLAY_LASTS * OVERLAY_LAST];
	last[0] = k.sb;
	last[1] = k.root;
	last[2] = k.upper;
	return 1;
}

/*
 * Is it among those asked for last? Of an overlay that is to be written the upper directory is
 * compared in any case.
 */
static __always_inline bool overlay_was_last(const void *sb, const void *root, __u32 dev,
					     bool write)
{
	const volatile __u64 *last = &overlay_lasts[dev % OVERLAY_LASTS * OVERLAY_LAST];

	return last[0] == (__u64)sb && last[1] == (__u64)root &&
	       (!write || last[2] == (__u64)overlay_upper(LOAD(struct dentry, root, d_inode)));
}

/* Is the overlay a container's own? */
static __always_inline bool overlay_is_own(const void *sb, const void *root, bool write)
{
	return overlay_was_last(sb, root, LOAD(struct super_block, sb, s_dev), write) ||
	       overlay_find(sb, root);
}

#endif /* ROOTWATCH_OVERLAY_BPF_H */

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Can any loaded rule care about this file? Filled from the rules by user space; it may let too
 * much pass, never too little.
 */
#ifndef ROOTWATCH_PREFILTER_BPF_H
#define ROOTWATCH_PREFILTER_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "object.bpf.h"

#define PROC_MAGIC_ 0x9fa0u
#define SYSFS_MAGIC_ 0x62656572u
#define CGROUP_MAGIC_ 0x27e0ebu
#define CGROUP2_MAGIC_ 0x63677270u
#define DEBUGFS_MAGIC_ 0x64626720u
#define TRACEFS_MAGIC_ 0x74726163u
#define SECURITYFS_MAGIC_ 0x73636673u
#define BINFMT_MAGIC_ 0x42494e4du
#define BPF_MAGIC_ 0xcafe4a11u
#define CONFIGFS_MAGIC_ 0x62656570u
#define PSTORE_MAGIC_ 0x6165676cu

static __always_inline __u32 prefilter_scope(__u32 magic)
{
	switch (magic) {
	case PROC_MAGIC_:
		return WIRE_SCOPE_PROC;
	case SYSFS_MAGIC_:
		return WIRE_SCOPE_SYSFS;
	case CGROUP_MAGIC_:
	case CGROUP2_MAGIC_:
		return WIRE_SCOPE_CGROUP;
	case DEBUGFS_MAGIC_:
	case TRACEFS_MAGIC_:
	case SECURITYFS_MAGIC_:
	case BINFMT_MAGIC_:
	case BPF_MAGIC_:
	case CONFIGFS_MAGIC_:
	case PSTORE_MAGIC_:
		return WIRE_SCOPE_KERNFS;
	default:
		return 0;
	}
}

static __always_inline void prefilter_read_name(struct wire_name *n, const void *dentry)
{
	__builtin_memset(n, 0, sizeof(*n));
	bpf_probe_read_kernel_str(n, sizeof(*n), LOAD(struct dentry, dentry, d_name.name));
	/* _str ends a cut name with a NUL; the tables do the same: 31 bytes count. */
}

/* The patterns of a scope against the chain's entries below `top`, the one nearest the root first. */
__noinline __u32 prefilter_path(__u32 slot, __u32 scope, __u32 top)
{
	struct scratch *s = emit_scratch(slot);
	__u64 h = wire_hash_seed(scope);
	struct wire_name n;
	__u32 got;
	int i;

	if (!s)
		return 0;
	got = knob_scope_root[scope & 7];
	for (i = 0; i < WIRE_WATCH_DEPTH; i++) {
		__u32 at = top - 1 - i;
		__u32 *v;

		if (at >= CHAIN_MAX) /* also below zero */
			break;
		prefilter_read_name(&n, (const void *)s->chain[at]);
		h = wire_hash_step(h, &n);
		v = bpf_map_lookup_elem(&watch_paths, &h);
		if (!v)
			break;
		if (*v & WIRE_WATCH_IGNORE)
			got = 0;
		got |= *v & (WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_URGENT);
		if (!(*v & WIRE_WATCH_DEEPER))
			break;
	}
	return got;
}

/* The file's own name: whole, or by its end. */
static __always_inline __u32 prefilter_name(const struct object *o)
{
	__u32 len = LOAD(struct dentry, o->dentry, d_name.len);
	const void *name = LOAD(struct dentry, o->dentry, d_name.name);
	__u32 got = 0;
	__u64 tail;
	__u32 i;

	if (len < 64 && (knob_name_lengths >> len) & 1) {
		struct wire_name n;
		__u32 *v;

		prefilter_read_name(&n, o->dentry);
		v = bpf_map_lookup_elem(&watch_names, &n);
		if (v)
			got = *v;
	}
	if (knob_suffixes_n == 0 || len < 2)
		return got;
	/* The 8 bytes up to the name's end; of a shorter name what lies before it is masked. */
	tail = compat_read_u64(name + len - 8);
	for (i = 0; i < WIRE_SUFFIXES_MAX; i++) {
		if (i >= knob_suffixes_n)
			break;
		if ((tail & knob_suffixes[i].mask) == knob_suffixes[i].value)
			got |= knob_suffixes[i].access;
	}
	return got;
}

static __always_inline __u32 prefilter_device(const struct object *o)
{
	__u32 type = o->mode & S_IFMT_;
	__u32 rdev, i;

	if (type == S_IFBLK_)
		return knob_block_access;
	if (type != S_IFCHR_)
		return 0;
	rdev = LOAD(struct inode, o->inode, i_rdev);
	for (i = 0; i < WIRE_DEVICES_MAX; i++)
		if (knob_devices[i].access && knob_devices[i].rdev == rdev)
			return knob_devices[i].access;
	return 0;
}

/*
 * access: WIRE_WATCH_READ, WIRE_WATCH_WRITE or both. Gives the part of it that is watched, with
 * WIRE_WATCH_URGENT when it is. s->chained says that s->chain holds the superblock chain.
 */
static __always_inline __u32 prefilter_open(struct scratch *s, const struct object *o,
					    __u32 access)
{
	__u32 scope = prefilter_scope(o->magic);
	__u32 want = access | WIRE_WATCH_URGENT;
	__u32 got;

	got = (prefilter_name(o) | prefilter_device(o)) & want;
	if (got & access)
		return got;
	if (scope) {
		if (!(knob_scope_access[scope & 7] & access))
			return 0;
		path_sb_chain(s, o->dentry, o->mnt_root, o->ctr_root);
		s->chained = 1;
		return prefilter_path(s->slot, scope, s->chain_n) & want;
	}
	if (!((knob_scope_access[WIRE_SCOPE_PATH] | knob_scope_access[WIRE_SCOPE_HOST]) & access))
		return 0;
	path_sb_chain(s, o->dentry, o->mnt_root, o->ctr_root);
	s->chained = 1;
	if (s->chain_root != CHAIN_NONE) {
		got = prefilter_path(s->slot, WIRE_SCOPE_PATH, s->chain_root) & want;
		if ((got & access) || o->mount == o->root_mount)
			return got;
	}
	if ((knob_scope_access[WIRE_SCOPE_HOST] & access) &&
	    s->chain_root == CHAIN_NONE && (object_is_bind(o) || object_on_disk(o))) {
		got = prefilter_path(s->slot, WIRE_SCOPE_HOST, s->chain_n) & want;
		if (got & access)
			return got;
	}
	/* Came in through a mount: where does that lie? */
	path_ns_chain(s, o->dentry, o->mount);
	s->chained = 0;
	return prefilter_path(s->slot, WIRE_SCOPE_PATH, s->chain_n) & want;
}

#endif /* ROOTWATCH_PREFILTER_BPF_H */

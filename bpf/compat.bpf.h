/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All kernel drift in one place: what is called or kept otherwise in other kernels. */
#ifndef ROOTWATCH_COMPAT_BPF_H
#define ROOTWATCH_COMPAT_BPF_H

#include "abi.bpf.h"
#include "read.bpf.h"

/* kernfs_node.parent became __parent in 6.15 (commit 633488947ef6). */
struct kernfs_node___old {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

struct kernfs_node___new {
	struct kernfs_node *__parent;
} __attribute__((preserve_access_index));

static __always_inline struct kernfs_node *compat_kernfs_parent(const struct kernfs_node *kn)
{
	struct kernfs_node *p = NULL;

	if (bpf_core_field_exists(struct kernfs_node___new, __parent))
		bpf_core_read(&p, sizeof(p), &((const struct kernfs_node___new *)kn)->__parent);
	else
		bpf_core_read(&p, sizeof(p), &((const struct kernfs_node___old *)kn)->parent);
	return p;
}

/*
 * A number that no other mount namespace had or will have: mnt_namespace.seq, since 6.18
 * ns_common.ns_id.
 */
struct mnt_namespace___seq {
	__u64 seq;
} __attribute__((preserve_access_index));

struct ns_common___id {
	__u64 ns_id;
} __attribute__((preserve_access_index));

static __always_inline __u64 compat_mnt_ns_id(const void *ns)
{
	__u64 id = 0;

	if (bpf_core_field_exists(struct mnt_namespace___seq, seq))
		bpf_core_read(&id, sizeof(id), &((const struct mnt_namespace___seq *)ns)->seq);
	else if (bpf_core_field_exists(struct ns_common___id, ns_id))
		bpf_core_read(
			&id, sizeof(id),
			&((const struct ns_common___id *)ADDR(struct mnt_namespace, ns, ns))->ns_id);
	else
		id = LOAD(struct mnt_namespace, ns, ns.inum);
	return id;
}

/* The path of a request of io_uring: a struct with a pointer in it since 7.0, not the pointer. */
struct delayed_filename {
	struct filename *__incomplete_filename;
} __attribute__((preserve_access_index));

struct io_rename___delayed {
	struct delayed_filename oldpath, newpath;
} __attribute__((preserve_access_index));

struct io_link___delayed {
	struct delayed_filename oldpath, newpath;
} __attribute__((preserve_access_index));

struct io_unlink___delayed {
	struct delayed_filename filename;
} __attribute__((preserve_access_index));

struct io_mkdir___delayed {
	struct delayed_filename filename;
} __attribute__((preserve_access_index));

struct io_xattr___delayed {
	struct delayed_filename filename;
} __attribute__((preserve_access_index));

#define COMPAT_URING_PATH(type, req, field)                                                     \
	({                                                                                      \
		struct filename *__f = NULL;                                                    \
		if (bpf_core_field_exists(struct type, field))                                  \
			bpf_core_read(&__f, sizeof(__f), &((const struct type *)(req))->field); \
		else                                                                            \
			bpf_core_read(&__f, sizeof(__f),                                        \
				      &((const struct type##___delayed *)(req))                 \
					       ->field.__incomplete_filename);                  \
		(const void *)__f;                                                              \
	})

/* kernel_cap_t was two __u32 before 6.3; in memory the same 64 bits on little-endian. */
#if COMPAT_KERNEL >= 517 && COMPAT_KERNEL < 602
#define COMPAT_CAPS_AT(ptr, field, n)                                            \
	(*(const volatile __u32 *)((const char *)ADDR(struct cred, ptr, field) + \
				   (n) * sizeof(__u32)))
#define compat_caps(ptr, field) \
	((__u64)COMPAT_CAPS_AT(ptr, field, 1) << 32 | COMPAT_CAPS_AT(ptr, field, 0))
#else
#define compat_caps(ptr, field) compat_read_u64(ADDR(struct cred, ptr, field))
#endif

/* A name that is short lies in its dentry: d_iname, which is in a union, d_shortname, since 6.14. */
struct dentry___named {
	unsigned char d_iname[32];
} __attribute__((preserve_access_index));

struct dentry___short {
	union {
		__u64 words[4];
	} d_shortname;
} __attribute__((preserve_access_index));

/* Where it lies. (The compiler must not do both and choose then: one of them is refused.) */
static __always_inline __u64 compat_short_name_at(void)
{
	__u64 at;

	if (bpf_core_field_exists(struct dentry___named, d_iname)) {
		at = bpf_core_field_offset(struct dentry___named, d_iname);
		barrier_var(at);
	} else {
		at = bpf_core_field_offset(struct dentry___short, d_shortname);
		barrier_var(at);
	}
	return at;
}

/* Times of an inode: one struct each, with another name from 6.6 (6.7: mtime) on, two fields
 * since 6.11. */
struct inode___named {
	struct timespec64 i_ctime, i_mtime;
} __attribute__((preserve_access_index));

struct inode___hidden {
	struct timespec64 __i_ctime, __i_mtime;
} __attribute__((preserve_access_index));

struct inode___split {
	__s64 i_ctime_sec, i_mtime_sec;
	__u32 i_ctime_nsec, i_mtime_nsec;
} __attribute__((preserve_access_index));

#define COMPAT_NS 1000000000ll
/* Since 6.13 the highest bit says that somebody has asked for the time (I_CTIME_QUERIED). */
#define COMPAT_CTIME_QUERIED (1u << 31)
#define COMPAT_INODE_TIME(inode, time)                                                            \
	({                                                                                        \
		struct timespec64 __t = {};                                                       \
		__u32 __nsec = 0;                                                                 \
		if (bpf_core_field_exists(struct inode___split, i_##time##_sec)) {                \
			bpf_core_read(&__t.tv_sec, sizeof(__t.tv_sec),                            \
				      &((const struct inode___split *)(inode))->i_##time##_sec);  \
			bpf_core_read(&__nsec, sizeof(__nsec),                                    \
				      &((const struct inode___split *)(inode))->i_##time##_nsec); \
			__t.tv_nsec = __nsec & ~COMPAT_CTIME_QUERIED;                             \
		} else if (bpf_core_field_exists(struct inode___hidden, __i_##time)) {            \
			bpf_core_read(&__t, sizeof(__t),                                          \
				      &((const struct inode___hidden *)(inode))->__i_##time);     \
		} else if (bpf_core_field_exists(struct inode___named, i_##time)) {               \
			bpf_core_read(&__t, sizeof(__t),                                          \
				      &((const struct inode___named *)(inode))->i_##time);        \
		}                                                                                 \
		__t.tv_sec *COMPAT_NS + __t.tv_nsec;                                              \
	})

#endif /* ROOTWATCH_COMPAT_BPF_H */

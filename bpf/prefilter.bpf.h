/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Can any loaded rule care about this file, or this end of a connection? Filled from the rules by
 * user space; it may let too much pass, never too little.
 */
#ifndef ROOTWATCH_PREFILTER_BPF_H
#define ROOTWATCH_PREFILTER_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "object.bpf.h"
#include "pattern.bpf.h"

#define PROC_MAGIC_	  0x9fa0u
#define SYSFS_MAGIC_	  0x62656572u
#define CGROUP_MAGIC_	  0x27e0ebu
#define CGROUP2_MAGIC_	  0x63677270u
#define DEBUGFS_MAGIC_	  0x64626720u
#define TRACEFS_MAGIC_	  0x74726163u
#define SECURITYFS_MAGIC_ 0x73636673u
#define BINFMT_MAGIC_	  0x42494e4du
#define BPF_MAGIC_	  0xcafe4a11u
#define CONFIGFS_MAGIC_	  0x62656570u
#define PSTORE_MAGIC_	  0x6165676cu

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

/* A path in the task's mount namespace, which the chain's entries below `top` are. */
static __always_inline __u32 prefilter_seen(struct scratch *s, const struct object *o, __u32 top)
{
	__u32 got = pattern_path(s->slot, WIRE_SCOPE_PATH, top);

	if (pattern_prefilter(o->set)->folder_access)
		got |= pattern_folders(s->slot, 1, top);
	return got;
}

/* By what kind of file it is. */
static __always_inline __u32 prefilter_kind(const struct object *o)
{
	const struct wire_prefilter *p = pattern_prefilter(o->set);
	__u32 type = o->mode & S_IFMT_;
	__u32 rdev, i;

	if (type == S_IFBLK_)
		return p->block_access;
	if (type == S_IFREG_)
		return o->mode & S_ISUID_ ? p->suid_access : 0;
	if (type != S_IFCHR_)
		return 0;
	rdev = LOAD(struct inode, o->inode, i_rdev);
	for (i = 0; i < WIRE_DEVICES_MAX; i++) {
		if (p->devices[i].access == 0)
			break;
		if (p->devices[i].rdev == rdev)
			return p->devices[i].access;
	}
	return 0;
}

/*
 * By the name of the mount point that a file was bound to. Where that is the root of another mount,
 * one mount hides another, and the name is the hidden one's mount point's: user space decides,
 * unless it is the root of all, which has no name. (That hides the initramfs, on an empty file
 * system since 7.0.)
 */
static __always_inline __u32 prefilter_mount_point(const struct object *o)
{
	const void *point = LOAD(struct mount, o->mount, mnt_mountpoint);
	const void *up = LOAD(struct mount, o->mount, mnt_parent);

	if (point == LOAD(struct mount, up, mnt.mnt_root) &&
	    LOAD(struct mount, up, mnt_parent) != up && !path_on_nullfs(up))
		return WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL;
	return pattern_name(o->set, point);
}

/*
 * What the file's own name and kind decide, without a look at where it lies. A file that was bound
 * to a mount point goes by that one's name as well.
 */
static __always_inline __u32 prefilter_file(const struct object *o)
{
	__u32 got = pattern_prefilter(o->set)->any;

	got |= pattern_name(o->set, o->dentry) | prefilter_kind(o);
	if (o->dentry == o->mnt_root)
		got |= prefilter_mount_point(o);
	return got;
}

/* Can it matter to any pattern where the file lies? */
static __always_inline bool prefilter_place_matters(const struct object *o, __u32 access)
{
	const struct wire_prefilter *p = pattern_prefilter(o->set);
	__u32 scope = prefilter_scope(o->magic);
	__u32 of = scope ? scope : WIRE_SCOPE_HOST;

	return (p->scope_access[WIRE_SCOPE_PATH] | p->scope_access[of % WIRE_SCOPES]) & access;
}

/*
 * Files of the kernel's own file systems: by their path in there, and by the path at which the
 * task sees them. The first is the lower part of the second unless only a part is mounted.
 */
static __always_inline __u32 prefilter_kernfs(struct scratch *s, const struct object *o,
					      __u32 scope, __u32 access)
{
	const struct wire_prefilter *p = pattern_prefilter(o->set);
	__u32 got = 0;

	s->chained = 0;
	if (o->mnt_root != o->sb_root) {
		object_chain(s, o);
		if (s->chain_cut)
			return access;
		got = pattern_path(s->slot, scope, s->chain_n);
	}
	path_ns_chain(s, o->dentry, o->mount);
	if (s->chain_cut || s->chain_mnt == CHAIN_NONE)
		return access;
	if (o->mnt_root == o->sb_root)
		got |= pattern_path(s->slot, scope, s->chain_mnt);
	if (p->scope_access[WIRE_SCOPE_PATH] & access)
		got |= prefilter_seen(s, o, s->chain_n);
	return got;
}

/* By where a file lies that an overlay which is not the container's own shows. */
static __noinline __u32 prefilter_real(struct scratch *s, const void *real, __u32 access)
{
	if (!s)
		return 0;
	s->chained = 0;
	overlay_chain(s, real);
	if (!object_real_may_be_hosts(s))
		return 0;
	if (s->chain_cut)
		return access;
	return pattern_path(s->slot, WIRE_SCOPE_HOST, s->chain_n);
}

/*
 * What the place of the file decides, for access (WIRE_WATCH_READ, WIRE_WATCH_WRITE or both).
 * s->chained says that s->chain holds the superblock chain.
 */
static __always_inline __u32 prefilter_place(struct scratch *s, const struct object *o,
					     const struct task_struct *t, __u32 access)
{
	const struct wire_prefilter *p = pattern_prefilter(o->set);
	__u32 scope = prefilter_scope(o->magic);
	const void *real;
	__u32 got = 0;

	if (scope)
		return prefilter_kernfs(s, o, scope, access);
	object_chain(s, o);
	s->chained = 1;
	/* No pattern can be asked: user space decides. (A pipe has no place at all.) */
	if (s->chain_cut)
		return (o->mode & S_IFMT_) == S_IFIFO_ ? 0 : access;
	if (s->chain_root != CHAIN_NONE)
		got = prefilter_seen(s, o, s->chain_root);
	else if (o->magic == OVERLAYFS_MAGIC_) /* an image's root, seen from elsewhere */
		got = prefilter_seen(s, o, s->chain_n);
	if (got & access)
		return got;
	if (o->magic == OVERLAYFS_MAGIC_ && (p->scope_access[WIRE_SCOPE_HOST] & access)) {
		real = object_real(o, t, access & WIRE_WATCH_WRITE);
		if (real) {
			got |= prefilter_real(s, real, access);
			if (got & access)
				return got;
			object_chain(s, o);
			s->chained = 1;
		}
	}
	if (o->mount == o->root_mount && s->chain_root != CHAIN_NONE && !o->host_mnt)
		return got;
	if ((p->scope_access[WIRE_SCOPE_HOST] & access) &&
	    (o->host_mnt || (s->chain_root == CHAIN_NONE && object_may_be_hosts(o)))) {
		got |= pattern_path(s->slot, WIRE_SCOPE_HOST, s->chain_n);
		if (got & access)
			return got;
	}
	/* Came in through a mount: where does that lie? (It may have been moved out of it since.) */
	path_ns_chain(s, o->dentry, o->mount);
	s->chained = 0;
	if (s->chain_cut || s->chain_mnt == CHAIN_NONE)
		return access;
	return prefilter_seen(s, o, s->chain_n);
}

/* A listener by its command (16 bytes, zero-padded by the kernel). */
static __always_inline __u32 prefilter_listener(__u32 set, const char *comm)
{
	struct wire_name n = {};

	n.w[0] = *(const __u64 *)comm;
	n.w[1] = *(const __u64 *)(comm + 8);
	return pattern_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_LISTENER), &n));
}

/* Position behind the last '/' of the name at s->record[at], in s->last. */
static long prefilter_slash_step(__u32 i, struct path_step *c)
{
	struct scratch *s = emit_scratch(c->slot);
	__u32 at = c->start + i;
	const __u8 *ch;

	if (!s || at >= RECORD_SIZE)
		return 1;
	if (i >= s->run)
		return 1;
	ch = AT(s->record, at, RECORD_SIZE - 1);
	if (*ch == '/')
		s->last = i + 1;
	return 0;
}

/* A listener by the last component of its bound name, which lies in the record as blob b. */
static __always_inline __u32 prefilter_socket(struct scratch *s, const struct wire_blob *b)
{
	struct path_step c = {.slot = s->slot, .start = b->off};
	struct wire_name n;
	__u32 at, len;

	s->run = b->len;
	s->last = 0;
	LOOP(WIRE_SUN_MAX, prefilter_slash_step, &c);
	at = c.start + s->last;
	len = b->len - s->last;
	if (at > WIRE_RECORD_MAX)
		return 0;
	if (len >= WIRE_NAME_LEN)
		len = WIRE_NAME_LEN - 1;
	bpf_probe_read_kernel(&n, sizeof(n), AT(s->record, at, WIRE_RECORD_MAX));
	pattern_mask_name(&n, len);
	return pattern_find(s->set, wire_hash_step(wire_hash_seed(s->set, WIRE_SCOPE_SOCKET), &n));
}

/*
 * A listener by its bound name and its command. Of one without a name, rules can only ask for what
 * the client called it: user space decides.
 */
static __always_inline __u32 prefilter_connect(struct scratch *s, const struct wire_blob *name,
					       const char *comm)
{
	__u32 got = pattern_prefilter(s->set)->any | prefilter_listener(s->set, comm);

	return got | (name->len > 0 ? prefilter_socket(s, name) : WIRE_WATCH_CONNECT);
}

/*
 * The server's end of a connection, for an access (WIRE_WATCH_OUT, _IN or _SEND): its port, or its
 * address, or that it was denied.
 */
static __always_inline bool prefilter_end(__u32 set, __u32 access, const struct wire_address *a,
					  __u32 port, bool denied)
{
	const struct wire_prefilter *p = pattern_prefilter(set);
	const struct wire_ports *ports = &p->ports[WIRE_END_OF(access) & (WIRE_ENDS - 1)];
	struct wire_name n = {};
	__u32 i;

	if ((p->any & access) || (denied && (p->denied & access)) || port < ports->below ||
	    port >= ports->from)
		return true;
	n.w[0] = port;
	if (pattern_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_PORT), &n)) & access)
		return true;
	for (i = 0; i < WIRE_NETWORKS_MAX; i++) {
		const struct wire_network *w = &p->networks[i];

		if (i >= p->networks_n)
			break;
		if ((w->access & access) && (a->w[0] & w->mask.w[0]) == w->value.w[0] &&
		    (a->w[1] & w->mask.w[1]) == w->value.w[1])
			return true;
	}
	return false;
}

#endif /* ROOTWATCH_PREFILTER_BPF_H */

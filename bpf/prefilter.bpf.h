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

/* [length][word]: which bytes of a name's word count. */
#define W_ALL 0xffffffffffffffffull
#define W_ROWS(a, b, c)                                                                       \
	{a 0x0ull b}, {a 0xffull c}, {a 0xffffull c}, {a 0xffffffull c}, {a 0xffffffffull c}, \
		{a 0xffffffffffull c}, {a 0xffffffffffffull c},                               \
	{                                                                                     \
		a 0xffffffffffffffull c                                                       \
	}
#define W_1
#define W_2 W_ALL,
#define W_3 W_ALL, W_ALL,
#define W_4 W_ALL, W_ALL, W_ALL,
#define W_NONE
static const __u64 prefilter_mask[WIRE_NAME_LEN][WIRE_NAME_LEN / 8] = {
	W_ROWS(W_1, W_NONE, W_NONE),
	W_ROWS(W_2, W_NONE, W_NONE),
	W_ROWS(W_3, W_NONE, W_NONE),
	W_ROWS(W_4, W_NONE, W_NONE),
};

#define MASK_ROW sizeof(prefilter_mask[0])
static __always_inline const __u64 *prefilter_mask_of(__u32 len)
{
	return AT(prefilter_mask[0], len * MASK_ROW, (WIRE_NAME_LEN - 1) * MASK_ROW);
}

/*
 * A dentry's name as 32 zero-padded bytes, of which 31 count. Reads up to 31 bytes behind a short
 * name, which is kernel memory all the same (the name lies in the dentry or in an allocation; a
 * fault would read as 0), and masks them.
 */
static __always_inline void prefilter_read_name(struct wire_name *n, const char *name, __u32 len)
{
	const __u64 *mask;

	if (len >= WIRE_NAME_LEN)
		len = WIRE_NAME_LEN - 1;
	mask = prefilter_mask_of(len);
	n->w[0] = compat_read_u64(name) & mask[0];
	n->w[1] = compat_read_u64(name + 8) & mask[1];
	n->w[2] = compat_read_u64(name + 16) & mask[2];
	n->w[3] = compat_read_u64(name + 24) & mask[3];
}

/* Of 32 bytes that begin with a name of len ones; what lies behind it is taken away. */
static __always_inline void prefilter_mask_name(struct wire_name *n, __u32 len)
{
	const __u64 *mask = prefilter_mask_of(len);

	n->w[0] &= mask[0];
	n->w[1] &= mask[1];
	n->w[2] &= mask[2];
	n->w[3] &= mask[3];
}

static __always_inline const struct wire_prefilter *prefilter_of(__u32 set)
{
	return &prefilters[set & 1];
}

static __always_inline __u32 prefilter_find(__u32 set, __u64 h)
{
	__u32 bit = WIRE_FILTER_BIT(h);
	__u32 *v;

	if (!((prefilter_of(set)->filter[bit / 64] >> (bit % 64)) & 1))
		return 0;
	v = bpf_map_lookup_elem(&watch, &h);
	return v ? *v : 0;
}

/* A listener by its command (16 bytes, zero-padded by the kernel). */
static __always_inline __u32 prefilter_listener(__u32 set, const char *comm)
{
	struct wire_name n = {};

	n.w[0] = *(const __u64 *)comm;
	n.w[1] = *(const __u64 *)(comm + 8);
	return prefilter_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_LISTENER), &n));
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
	prefilter_mask_name(&n, len);
	return prefilter_find(s->set,
			      wire_hash_step(wire_hash_seed(s->set, WIRE_SCOPE_SOCKET), &n));
}

/*
 * A listener by its bound name and its command. Of one without a name, rules can only ask for what
 * the client called it: user space decides.
 */
static __always_inline __u32 prefilter_connect(struct scratch *s, const struct wire_blob *name,
					       const char *comm)
{
	__u32 got = prefilter_of(s->set)->any | prefilter_listener(s->set, comm);

	return got | (name->len > 0 ? prefilter_socket(s, name) : WIRE_WATCH_CONNECT);
}

/*
 * The server's end of a connection, for an access (WIRE_WATCH_OUT, _IN or _SEND): its port, or its
 * address, or that it was denied.
 */
static __always_inline bool prefilter_end(__u32 set, __u32 access, const struct wire_address *a,
					  __u32 port, bool denied)
{
	const struct wire_prefilter *p = prefilter_of(set);
	const struct wire_ports *ports = &p->ports[WIRE_END_OF(access) & (WIRE_ENDS - 1)];
	struct wire_name n = {};
	__u32 i;

	if ((p->any & access) || (denied && (p->denied & access)) || port < ports->below ||
	    port >= ports->from)
		return true;
	n.w[0] = port;
	if (prefilter_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_PORT), &n)) & access)
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

/* The patterns of a scope against the chain's entries below `top`, nearest the root first. */
__noinline __u32 prefilter_path(__u32 slot, __u32 scope, __u32 top)
{
	struct scratch *s = emit_scratch(slot);
	struct wire_name n;
	__u32 got, set;
	__u64 h;
	int i;

	if (!s)
		return 0;
	set = s->set;
	h = wire_hash_seed(set, scope);
	got = prefilter_of(set)->scope_root[scope % WIRE_SCOPES];
	for (i = 0; i < WIRE_WATCH_DEPTH; i++) {
		__u32 at = top - 1 - i;
		__u32 v;

		if (at >= CHAIN_MAX) /* also below zero */
			break;
		prefilter_read_name(&n,
				    (const char *)LOAD(struct dentry, s->chain[at], d_name.name),
				    LOAD(struct dentry, s->chain[at], d_name.len));
		h = wire_hash_step(h, &n);
		v = prefilter_find(set, h);
		if ((v & WIRE_WATCH_IGNORE) && scope == WIRE_SCOPE_HOST)
			got &= WIRE_WATCH_CALL;
		got |= v &
		       (WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL | WIRE_WATCH_URGENT);
		if (!(v & WIRE_WATCH_DEEPER))
			break;
	}
	return got;
}

/* One folder, in s->chain[s->last + i]: what its name wants is added to s->run. */
static long prefilter_folder_step(__u32 i, struct path_step *c)
{
	struct scratch *s = emit_scratch(c->slot);
	const struct wire_prefilter *p;
	struct wire_name n;
	const char *name;
	__u32 first;

	if (!s)
		return 1;
	i += s->last;
	if (i >= c->start || i >= CHAIN_MAX)
		return 1;
	p = prefilter_of(s->set);
	name = (const char *)LOAD(struct dentry, s->chain[i], d_name.name);
	first = compat_read_u64(name) & 0xff;
	if (!((p->folder_firsts[first / 64] >> (first % 64)) & 1))
		return 0;
	prefilter_read_name(&n, name, LOAD(struct dentry, s->chain[i], d_name.len));
	s->run |= prefilter_find(s->set,
				 wire_hash_step(wire_hash_seed(s->set, WIRE_SCOPE_FOLDER), &n));
	return 0;
}

/*
 * Folders by their names: the chain's entries from `first` on and below `top` (number 0 is the file
 * itself). Where there are more than can be looked at, user space decides.
 */
#define PREFILTER_FOLDERS (COMPAT_KERNEL >= 517 ? CHAIN_MAX : 16)
__noinline __u32 prefilter_folders(__u32 slot, __u32 first, __u32 top)
{
	struct scratch *s = emit_scratch(slot);
	struct path_step c = {.slot = slot, .start = top};

	if (!s)
		return 0;
	if (top > PREFILTER_FOLDERS + 1)
		return prefilter_of(s->set)->folder_access;
	s->run = 0;
	s->last = first;
	LOOP(PREFILTER_FOLDERS, prefilter_folder_step, &c);
	return s->run;
}

/* A path in the task's mount namespace, which the chain's entries below `top` are. */
static __always_inline __u32 prefilter_seen(struct scratch *s, const struct object *o, __u32 top)
{
	__u32 got = prefilter_path(s->slot, WIRE_SCOPE_PATH, top);

	if (prefilter_of(o->set)->folder_access)
		got |= prefilter_folders(s->slot, 1, top);
	return got;
}

/* By the 8 bytes up to the name's end; of a shorter name what lies before it is masked. */
static __always_inline __u32 prefilter_suffix_of(__u32 set, __u64 tail)
{
	const struct wire_prefilter *p = prefilter_of(set);
	__u32 got = 0, last = tail >> 56, i;

	if (!((p->suffix_ends[last / 64] >> (last % 64)) & 1))
		return 0;
	for (i = 0; i < WIRE_SUFFIXES_MAX; i++) {
		if (i >= p->suffixes_n)
			break;
		if ((tail & p->suffixes[i].mask) == p->suffixes[i].value)
			got |= p->suffixes[i].access;
	}
	return got;
}

static __always_inline __u32 prefilter_suffix(__u32 set, const char *name, __u32 len)
{
	return prefilter_suffix_of(set, compat_read_u64(name + len - 8));
}

/* "memfd:", as the first bytes of a word. */
#define MEMFD_BYTES_ 0x3a64666d656dull
#define MEMFD_MASK_  0xffffffffffffull

/*
 * A name: whole, or by its end. That of a memfd, whose path is its name, may hold slashes: user
 * space decides.
 */
static __always_inline __u32 prefilter_name(__u32 set, const void *dentry)
{
	const char *name = (const char *)LOAD(struct dentry, dentry, d_name.name);
	__u32 len = LOAD(struct dentry, dentry, d_name.len);
	struct wire_name n;

	prefilter_read_name(&n, name, len);
	if ((n.w[0] & MEMFD_MASK_) == MEMFD_BYTES_)
		return WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL;
	return prefilter_find(set, wire_hash_step(wire_hash_seed(set, WIRE_SCOPE_NAME), &n)) |
	       prefilter_suffix(set, name, len);
}

/* By what kind of file it is. */
static __always_inline __u32 prefilter_kind(const struct object *o)
{
	const struct wire_prefilter *p = prefilter_of(o->set);
	__u32 type = o->mode & S_IFMT_;
	__u32 rdev, i;

	if (type == S_IFBLK_)
		return p->block_access;
	if (type == S_IFREG_)
		return o->mode & S_ISUID_ ? p->suid_access : 0;
	if (type != S_IFCHR_)
		return 0;
	rdev = LOAD(struct inode, o->inode, i_rdev);
	for (i = 0; i < WIRE_DEVICES_MAX; i++)
		if (p->devices[i].access && p->devices[i].rdev == rdev)
			return p->devices[i].access;
	return 0;
}

/*
 * By the name of the mount point that a file was bound to. Where that is the root of another mount,
 * one mount hides another, and the name is the hidden one's mount point's: user space decides,
 * unless it is the root of all, which has no name.
 */
static __always_inline __u32 prefilter_mount_point(const struct object *o)
{
	const void *point = LOAD(struct mount, o->mount, mnt_mountpoint);
	const void *up = LOAD(struct mount, o->mount, mnt_parent);

	if (point == LOAD(struct mount, up, mnt.mnt_root) &&
	    LOAD(struct mount, up, mnt_parent) != up)
		return WIRE_WATCH_READ | WIRE_WATCH_WRITE | WIRE_WATCH_CALL;
	return prefilter_name(o->set, point);
}

/*
 * What the file's own name and kind decide, without a look at where it lies. A file that was bound
 * to a mount point goes by that one's name as well.
 */
static __always_inline __u32 prefilter_file(const struct object *o)
{
	__u32 got = prefilter_of(o->set)->any;

	got |= prefilter_name(o->set, o->dentry) | prefilter_kind(o);
	if (o->dentry == o->mnt_root)
		got |= prefilter_mount_point(o);
	return got;
}

/* Can it matter to any pattern where the file lies? */
static __always_inline bool prefilter_place_matters(const struct object *o, __u32 access)
{
	const struct wire_prefilter *p = prefilter_of(o->set);
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
	const struct wire_prefilter *p = prefilter_of(o->set);
	__u32 got = 0;

	s->chained = 0;
	if (o->mnt_root != o->sb_root) {
		object_chain(s, o);
		if (s->chain_cut)
			return access;
		got = prefilter_path(s->slot, scope, s->chain_n);
	}
	path_ns_chain(s, o->dentry, o->mount);
	if (s->chain_cut || s->chain_mnt == CHAIN_NONE)
		return access;
	if (o->mnt_root == o->sb_root)
		got |= prefilter_path(s->slot, scope, s->chain_mnt);
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
	return prefilter_path(s->slot, WIRE_SCOPE_HOST, s->chain_n);
}

/*
 * What the place of the file decides, for access (WIRE_WATCH_READ, WIRE_WATCH_WRITE or both).
 * s->chained says that s->chain holds the superblock chain.
 */
static __always_inline __u32 prefilter_place(struct scratch *s, const struct object *o,
					     const struct task_struct *t, __u32 access)
{
	const struct wire_prefilter *p = prefilter_of(o->set);
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
		got |= prefilter_path(s->slot, WIRE_SCOPE_HOST, s->chain_n);
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

#endif /* ROOTWATCH_PREFILTER_BPF_H */

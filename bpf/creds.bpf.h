/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Credentials, as the host and as the task's own user namespace see them (decision 3). */
#ifndef ROOTWATCH_CREDS_BPF_H
#define ROOTWATCH_CREDS_BPF_H

#include "compat.bpf.h"
#include "wire.h"

#define CREDS_UNMAPPED 0xffffffffu

/*
 * Maps host id k into the namespace's view. Up to five extents lie in the map itself, more in a
 * separate array (kernel/user_namespace.c, UID_GID_MAP_MAX_BASE_EXTENTS); of those the first
 * CREDS_EXTENTS are looked at, which is more than container runtimes write.
 */
#define CREDS_BASE_EXTENTS 5
#define CREDS_EXTENTS	   16
struct uid_gid_extent_ {
	__u32 first, lower, count;
};

/* up: gives for the id k of the namespace the host's instead. */
static __always_inline __u32 creds_map_look(const void *map, __u32 k, bool up)
{
	__u32 n = LOAD(struct uid_gid_map, map, nr_extents);
	const void *at = ADDR(struct uid_gid_map, map, extent);
	int i;

	if (n > CREDS_BASE_EXTENTS)
		at = LOAD(struct uid_gid_map, map, forward);
	for (i = 0; i < CREDS_EXTENTS; i++) {
		struct uid_gid_extent_ e = {};
		__u32 from, to;

		if ((__u32)i >= n)
			break;
		bpf_probe_read_kernel(&e, sizeof(e), at + i * sizeof(e));
		from = up ? e.first : e.lower;
		to = up ? e.lower : e.first;
		if (k - from < e.count)
			return to + (k - from);
	}
	return CREDS_UNMAPPED;
}

__noinline __u32 creds_map_at(__u64 map, __u32 k)
{
	return creds_map_look((const void *)map, k, false);
}

static __always_inline __u32 creds_map(const void *map, __u32 k)
{
	return creds_map_at(compat_untyped(map), k);
}

/* Is host id k uid 0 of the namespace, or of one around it (where it was root before unshare)? */
#define CREDS_LEVELS 4
__noinline int creds_root_inside(__u64 user_ns, __u32 k)
{
	const void *ns = (const void *)user_ns;
	int i;

	for (i = 0; i < CREDS_LEVELS; i++) {
		if (LOAD(struct user_namespace, ns, level) == 0)
			break;
		/* Without a call: the stack has room for one less. */
		if (creds_map_look(ADDR(struct user_namespace, ns, uid_map), k, false) == 0)
			return 1;
		ns = LOAD(struct user_namespace, ns, parent);
	}
	return 0;
}

/* Where the only user namespace of level 0 lies, once it was met. It is never freed. */
volatile __u64 creds_init_user_ns = 0;

/* typed: credentials whose pointer has its type; see TYPED. */
#define CREDS_LOAD(ptr, field) (typed ? TYPED(ptr, field) : LOAD(typeof(*(ptr)), ptr, field))
#define CREDS_PAIR(ptr, a, b)  (typed ? TYPED_PAIR(ptr, a, b) : LOAD_PAIR(typeof(*(ptr)), ptr, a, b))
#define CREDS_CAPS(ptr, field) \
	(typed ? compat_caps(ptr, field) : compat_read_u64(ADDR(struct cred, ptr, field)))

/*
 * WIRE_ROOT_* of credentials. Uid 0 of the host is root whatever a user namespace calls it (a task
 * that left its uid unmapped still owns root's files), and the file system uid counts as well: it
 * is what opens are judged by, and setfsuid can make it 0 alone.
 */
static __always_inline __u32 creds_root_of(const struct cred *c, __u32 euid, __u32 fsuid,
					   bool typed)
{
	struct user_namespace *ns;
	__u64 at;

	if (euid == 0 || fsuid == 0)
		return WIRE_ROOT_HOST;
	ns = CREDS_LOAD(c, user_ns);
	if ((__u64)ns == creds_init_user_ns)
		return WIRE_ROOT_NONE;
	if (CREDS_LOAD(ns, level) == 0) {
		creds_init_user_ns = (__u64)ns;
		return WIRE_ROOT_NONE;
	}
	at = compat_untyped(ns);
	return creds_root_inside(at, euid) || creds_root_inside(at, fsuid) ? WIRE_ROOT_USERNS :
									     WIRE_ROOT_NONE;
}

static __always_inline __u32 creds_root_by(const struct cred *c, bool typed)
{
	__u32 euid = CREDS_LOAD(c, euid.val);

	return euid == 0 ? WIRE_ROOT_HOST : creds_root_of(c, euid, CREDS_LOAD(c, fsuid.val), typed);
}

static __always_inline __u32 creds_root(const struct cred *c)
{
	return creds_root_by(c, true);
}

/* The same of credentials that were found by an address. */
static __always_inline __u32 creds_root_at(const void *c)
{
	return creds_root_by(c, false);
}

/* The host's id of the user namespace's group 0; CREDS_UNMAPPED: it has none. */
static __always_inline __u32 creds_root_gid(const void *ns)
{
	if (LOAD(struct user_namespace, ns, level) == 0)
		return 0;
	return creds_map_look(ADDR(struct user_namespace, ns, gid_map), 0, true);
}

/*
 * What is remembered of the supplementary groups of credentials: a hash, and whether root's group,
 * of the host or of their user namespace, is among them (the first CREDS_GROUPS; they are sorted).
 */
#define CREDS_GROUPS	   32
#define CREDS_GROUPS_ROOT  1u
#define CREDS_GROUPS_KNOWN 2u
__noinline __u32 creds_groups(__u64 cred)
{
	const void *info = LOAD(struct cred, (const void *)cred, group_info);
	__u32 n = LOAD(struct group_info, info, ngroups), gid = 0, found = 0, h = n;
	__u32 root = creds_root_gid(LOAD(struct cred, (const void *)cred, user_ns));
	int i;

	for (i = 0; i < CREDS_GROUPS; i++) {
		if ((__u32)i >= n)
			break;
		bpf_probe_read_kernel(&gid, sizeof(gid),
				      ADDR(struct group_info, info, gid) + i * sizeof(gid));
		h = (h ^ gid) * 0x9e3779b1u;
		h ^= h >> 15;
		if (gid == 0 || gid == root)
			found = CREDS_GROUPS_ROOT;
	}
	return h << 2 | CREDS_GROUPS_KNOWN | found;
}

/* Is one of these ids root's group? */
__noinline int creds_root_group(__u64 ns, __u64 gid_egid, __u64 sgid_fsgid)
{
	__u32 root = creds_root_gid((const void *)ns);
	__u32 gid = gid_egid, egid = gid_egid >> 32, sgid = sgid_fsgid, fsgid = sgid_fsgid >> 32;

	return !gid || !egid || !sgid || !fsgid || gid == root || egid == root || sgid == root ||
	       fsgid == root;
}

/* Was an act refused for who did it, or where? */
static __always_inline bool creds_denied(long ret)
{
	return ret == -EACCES_ || ret == -EPERM_ || ret == -EROFS_;
}

/* As its own user namespace sees a gid. */
static __always_inline __u32 creds_gid_inside(const struct cred *c, __u32 gid)
{
	const struct user_namespace *ns = TYPED(c, user_ns);

	return TYPED(ns, level) == 0 ? gid :
				       creds_map(ADDR(struct user_namespace, ns, gid_map), gid);
}

static __always_inline int creds_fill_by(struct wire_creds *w, const struct cred *c, bool typed)
{
	struct user_namespace *ns = CREDS_LOAD(c, user_ns);
	__u64 pair;

	if (!w)
		return 0;
	pair = CREDS_PAIR(c, uid.val, gid.val);
	w->uid = pair;
	w->gid = pair >> 32;
	pair = CREDS_PAIR(c, euid.val, egid.val);
	w->euid = pair;
	w->egid = pair >> 32;
	pair = CREDS_PAIR(c, suid.val, sgid.val);
	w->suid = pair;
	w->sgid = pair >> 32;
	pair = CREDS_PAIR(c, fsuid.val, fsgid.val);
	w->fsuid = pair;
	w->fsgid = pair >> 32;
	w->cap_effective = CREDS_CAPS(c, cap_effective);
	w->cap_permitted = CREDS_CAPS(c, cap_permitted);
	w->cap_inheritable = CREDS_CAPS(c, cap_inheritable);
	w->cap_bset = CREDS_CAPS(c, cap_bset);
	w->user_ns = CREDS_LOAD(ns, ns.inum);
	if (CREDS_LOAD(ns, level) == 0) {
		w->ns_uid = w->uid;
		w->ns_euid = w->euid;
		w->ns_gid = w->gid;
		w->ns_egid = w->egid;
	} else {
		w->ns_uid = creds_map(ADDR(struct user_namespace, ns, uid_map), w->uid);
		w->ns_euid = creds_map(ADDR(struct user_namespace, ns, uid_map), w->euid);
		w->ns_gid = creds_map(ADDR(struct user_namespace, ns, gid_map), w->gid);
		w->ns_egid = creds_map(ADDR(struct user_namespace, ns, gid_map), w->egid);
	}
	w->root = OPAQUE(creds_root_of(c, w->euid, w->fsuid, typed));
	return 0;
}

static __noinline int creds_fill(struct wire_creds *w, const struct cred *c)
{
	return creds_fill_by(w, c, true);
}

static __noinline int creds_fill_at(struct wire_creds *w, const void *c)
{
	return creds_fill_by(w, c, false);
}

#endif /* ROOTWATCH_CREDS_BPF_H */

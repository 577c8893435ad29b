/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which file was it really? Everything that describes an object in a record. */
#ifndef ROOTWATCH_OBJECT_BPF_H
#define ROOTWATCH_OBJECT_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "overlay.bpf.h"
#include "path.bpf.h"

#define TMPFS_MAGIC_ 0x01021994u

static __always_inline const void *object_mnt_ns(const struct task_struct *t)
{
	return LOAD(struct nsproxy, LOAD(struct task_struct, t, nsproxy), mnt_ns);
}

/* Finds the parts of a path: a dentry in a vfsmount. */
static __always_inline void object_find(struct object *o, const void *dentry, const void *vfsmnt)
{
	o->dentry = dentry;
	o->mount = path_mount(vfsmnt);
	o->inode = LOAD(struct dentry, dentry, d_inode);
	o->sb = LOAD(struct dentry, dentry, d_sb);
	o->magic = LOAD(struct super_block, o->sb, s_magic);
	o->mode = LOAD(struct inode, o->inode, i_mode);
	o->mnt_root = LOAD(struct mount, o->mount, mnt.mnt_root);
	o->root_mount = NULL;
	o->set = prefilter_active & 1;
}

/* And how that lies to the root of task t's container. */
static __always_inline void object_place(struct scratch *s, struct object *o,
					 const struct task_struct *t)
{
	const struct fs_struct *fs = TYPED(t, fs);
	const struct nsproxy *nsproxy = TYPED(t, nsproxy);
	const struct mnt_namespace *mnt_ns = TYPED(nsproxy, mnt_ns);

	o->mnt_ns = mnt_ns;
	if (!o->root_mount) {
		o->root_mount = path_root_mount(s, TYPED(fs, root.mnt));
		o->ctr_root = LOAD(struct mount, o->root_mount, mnt.mnt_root);
		o->sb_root = LOAD(struct super_block, o->sb, s_root);
	}
	/* As after a chroot to /proc/PID/root. Then nothing there is the container's own. */
	o->foreign_root = LOAD(struct mount, o->root_mount, mnt_ns) != mnt_ns;
	/* An overlay is an image's root, never the host's: spare the look. */
	o->host_mnt = o->magic != OVERLAYFS_MAGIC_ &&
		      (o->foreign_root || TYPED(mnt_ns, ns.inum) == knob_host_mnt_ns);
}

static __always_inline bool object_is_bind(const struct object *o)
{
	return o->mount != o->root_mount && o->sb_root != o->mnt_root;
}

static __always_inline bool object_on_disk(const struct object *o)
{
	return LOAD(struct super_block, o->sb, s_bdev) != NULL;
}

/* Of a mount that the kernel made for itself: ERR_PTR(-EINVAL) (fs/mount.h). */
#define MNT_NS_INTERNAL_ ((__u64)-22)

/* Could it be a file of the host's: a part of something, or on a device that the host mounts? */
static __always_inline bool object_may_be_hosts(const struct object *o)
{
	__u32 dev = LOAD(struct super_block, o->sb, s_dev);

	return object_is_bind(o) || object_on_disk(o) || bpf_map_lookup_elem(&host_devices, &dev);
}

/* memfds live on the kernel's own tmpfs mount and are called "memfd:NAME". */
static __always_inline bool object_is_memfd(const struct object *o)
{
	char name[8] = {};

	if (o->magic != TMPFS_MAGIC_ ||
	    (__u64)LOAD(struct mount, o->mount, mnt_ns) != MNT_NS_INTERNAL_)
		return false;
	bpf_probe_read_kernel(name, 6, LOAD(struct dentry, o->dentry, d_name.name));
	return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' &&
	       name[4] == 'd' && name[5] == ':';
}

static __always_inline __u32 object_layer(const struct object *o)
{
	if (o->magic != OVERLAYFS_MAGIC_)
		return 0;
	return overlay_upper(o->inode) ? WIRE_FILE_UPPER : WIRE_FILE_LOWER;
}

/*
 * The root of a namespace older than rootwatch: the container's own, if the host mounts it too.
 * (Functions are inlined here, or not, so that the stack does for all.)
 */
static __always_inline bool object_root_is_own(const void *sb, const void *root_mount,
					       const struct task_struct *t)
{
	__u64 ns = compat_mnt_ns_id(object_mnt_ns(t));
	__u32 dev = LOAD(struct super_block, sb, s_dev);
	__u32 *seen = bpf_map_lookup_elem(&namespaces, &ns);

	if (!seen || *seen != OVERLAY_NS_SEEDED || !bpf_map_lookup_elem(&host_devices, &dev))
		return false;
	overlay_keep(root_mount);
	return true;
}

/*
 * Of a file on an overlay that is not the container's own: the dentry where it really lies, else
 * NULL. Of one that is to be written and was not copied up yet (the LSM hook comes before that), or
 * whose copy does not know its place, the overlay's own: overlay_chain() knows what to make of it.
 */
static __noinline const void *object_behind(const struct object *o, const struct task_struct *t,
					    bool write)
{
	const void *d, *sb, *upper;

	if (!o || (LOAD(struct mount, o->root_mount, mnt.mnt_sb) == o->sb &&
		   object_root_is_own(o->sb, o->root_mount, t)))
		return NULL;
	upper = overlay_upper(o->inode);
	if (upper ? !overlay_placed(upper) && o->dentry != o->sb_root : write)
		return o->dentry;
	d = overlay_file(o->inode);
	/* Overlays are stacked two deep at most (FILESYSTEM_MAX_STACK_DEPTH). */
	sb = LOAD(struct dentry, d, d_sb);
	if (d && LOAD(struct super_block, sb, s_magic) == OVERLAYFS_MAGIC_) {
		if (overlay_is_own(sb, LOAD(struct super_block, sb, s_root), true))
			return NULL;
		d = overlay_file(LOAD(struct dentry, d, d_inode));
	}
	return d;
}

static __always_inline const void *object_real(const struct object *o, const struct task_struct *t,
					       bool write)
{
	if (o->magic != OVERLAYFS_MAGIC_ || overlay_is_own(o->sb, o->sb_root, write))
		return NULL;
	return object_behind(o, t, write);
}

/* Of a chain that overlay_chain() made: may it lie on a file system of the host's? */
static __always_inline bool object_real_may_be_hosts(const struct scratch *s)
{
	const void *sb = LOAD(struct dentry, s->arg[0], d_sb);
	__u32 dev = LOAD(struct super_block, sb, s_dev);

	return LOAD(struct super_block, sb, s_bdev) || bpf_map_lookup_elem(&host_devices, &dev);
}

static __always_inline void object_flags(struct wire_file *w, const struct object *o)
{
	const void *ns = LOAD(struct mount, o->mount, mnt_ns);

	SET_FLAG(w->flags, object_layer(o));
	if (object_is_bind(o))
		SET_FLAG(w->flags, WIRE_FILE_BIND);
	if (object_on_disk(o))
		SET_FLAG(w->flags, WIRE_FILE_BLOCKDEV);
	if (object_is_memfd(o))
		SET_FLAG(w->flags, WIRE_FILE_MEMFD);
	if (ns != o->mnt_ns)
		SET_FLAG(w->flags, WIRE_FILE_DETACHED);
	/* d_unlinked(): unhashed and not a root */
	if (w->nlink == 0 || (!LOAD(struct dentry, o->dentry, d_hash.pprev) &&
			      LOAD(struct dentry, o->dentry, d_parent) != o->dentry))
		SET_FLAG(w->flags, WIRE_FILE_DELETED);
}

/* The superblock chain of the object; cut as well when it does not end at the root. */
static __always_inline void object_chain(struct scratch *s, const struct object *o)
{
	path_sb_chain(s, o->dentry, o->mnt_root, o->ctr_root);
	/* A dentry that open_by_handle_at made has no parent known yet. */
	if (s->arg[0] != (__u64)o->sb_root)
		s->chain_cut = 1;
}

/*
 * Is it no longer below its mount's root, since a folder was moved out of a bind mount? No path
 * leads there by that mount, and the kernel's own is "/" then. What there is to tell is where it
 * lies.
 */
static __always_inline bool object_astray(const struct scratch *s)
{
	return s->chain_mnt == CHAIN_NONE && !s->chain_cut;
}

/* What lies behind the name's end comes with it, as there is room: the reader looks for the end. */
static __always_inline void object_fstype(char *to, const void *type)
{
	const char *from = LOAD(struct file_system_type, type, name);

#if COMPAT_KERNEL >= 602
	*(__u64 *)to = compat_read_u64(from);
	*(__u64 *)(to + 8) = compat_read_u64(from + 8);
#else
	bpf_probe_read_kernel_str(to, WIRE_FSTYPE_LEN, from);
#endif
}

/* The paths of the last record are these ones: see open_paths_before(). */
static __always_inline void object_use_kept(struct scratch *s, struct wire_file *w)
{
	w->sbpath = s->kept.sbpath;
	w->mntpath = s->kept.mntpath;
	w->mnt_off = s->kept.mnt_off;
	w->root_off = s->kept.root_off;
	SET_FLAG(w->flags, s->kept.flags);
	s->used = s->kept.used;
}

/* What is told of the object but its paths. */
static __always_inline void object_facts(struct wire_file *w, const struct object *o)
{
	__u64 pair;

	w->ino = LOAD(struct inode, o->inode, i_ino);
	w->dev = LOAD(struct super_block, o->sb, s_dev);
	w->mode = o->mode;
	pair = LOAD_PAIR(struct inode, o->inode, i_uid.val, i_gid.val);
	w->uid = pair;
	w->gid = pair >> 32;
	pair = LOAD_PAIR(struct inode, o->inode, i_nlink, i_rdev);
	w->nlink = pair;
	w->rdev = pair >> 32;
	w->fs_magic = o->magic;
	object_flags(w, o);
	w->mnt_id = LOAD(struct mount, o->mount, mnt_id);
	object_fstype(w->fstype, LOAD(struct super_block, o->sb, s_type));
}

/*
 * Describes the object in w (inside the record), its paths appended. s->chained: s->chain is the
 * superblock chain of this object already.
 */
static __noinline int object_fill(struct scratch *s, struct wire_file *w, const struct object *o)
{
	if (!s || !w || !o)
		return 0;
	object_facts(w, o);
	if (w->flags & WIRE_FILE_MEMFD) { /* has a name, but no place */
		emit_kernel_str(s, &w->sbpath, LOAD(struct dentry, o->dentry, d_name.name), 256);
		return 0;
	}
	if (!s->chained)
		object_chain(s, o);
	if (s->chain_root != CHAIN_NONE && !o->foreign_root)
		SET_FLAG(w->flags, WIRE_FILE_ROOTFS);
	emit_blob_start(s, &w->sbpath);
	path_append(s->slot);
	w->mnt_off = s->off_mnt;
	w->root_off = s->off_root;
	if (s->chain_cut) {
		SET_FLAG(w->flags, WIRE_FILE_CUT);
		if (s->chain_mnt <= s->chain_n &&
		    (s->chain_root == CHAIN_NONE || s->chain_root <= s->chain_n))
			SET_FLAG(w->flags, WIRE_FILE_WHOLE);
	}
	emit_blob_end(s, &w->sbpath, s->used - w->sbpath.off + (s->chain_cut ? 1 : 0));
	emit_blob_start(s, &w->mntpath);
	if (object_astray(s)) {
		w->mnt_off = s->chain_root != CHAIN_NONE ? s->off_root : 0;
	} else if (o->mount != o->root_mount) {
		path_ns_chain(s, LOAD(struct mount, o->mount, mnt_mountpoint),
			      LOAD(struct mount, o->mount, mnt_parent));
		path_append(s->slot);
		emit_blob_end(s, &w->mntpath, s->used - w->mntpath.off + (s->chain_cut ? 1 : 0));
	}
	return 0;
}

/* The file behind a foreign overlay's. (s->chain is another one then.) */
static __noinline int object_fill_real(struct scratch *s, struct wire_file *w, const void *real)
{
	const void *sb;

	if (!s || !w)
		return 0;
	overlay_chain(s, real);
	sb = LOAD(struct dentry, s->arg[0], d_sb);
	SET_FLAG(w->flags, WIRE_FILE_STACKED);
	if (LOAD(struct dentry, real, d_sb) != sb)
		real = overlay_upper(LOAD(struct dentry, real, d_inode));
	if (real) /* else the copy is yet to be made */
		w->real_ino = LOAD(struct inode, LOAD(struct dentry, real, d_inode), i_ino);
	w->real_dev = LOAD(struct super_block, sb, s_dev);
	if (LOAD(struct super_block, sb, s_bdev))
		w->real_flags = WIRE_FILE_BLOCKDEV;
	emit_blob_start(s, &w->real);
	path_append(s->slot);
	emit_blob_end(s, &w->real, s->used - w->real.off + (s->chain_cut ? 1 : 0));
	return 0;
}

/* Describes the object in w, and the file behind it. */
static __always_inline void object_record(struct scratch *s, struct wire_file *w,
					  const struct object *o, const struct task_struct *t,
					  bool write)
{
	const void *real;

	object_fill(s, w, o);
	real = object_real(o, t, write);
	if (real)
		object_fill_real(s, w, real);
}

#endif /* ROOTWATCH_OBJECT_BPF_H */

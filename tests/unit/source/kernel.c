// SPDX-License-Identifier: Apache-2.0
/*
 * What stands around the prefilter in the kernel, made up: objects, maps, helpers. The headers of
 * bpf/ that would bring the real ones are switched off by their guards.
 */
#include "source/kernel.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define ROOTWATCH_COMPAT_BPF_H
#define COMPAT_KERNEL 510
#define ROOTWATCH_MAPS_BPF_H
#define ROOTWATCH_EMIT_BPF_H
#define ROOTWATCH_KNOBS_BPF_H
#define ROOTWATCH_OBJECT_BPF_H

#undef __always_inline
#undef __noinline
#define __always_inline inline __attribute__((always_inline))
#define __noinline	__attribute__((noinline))

#define S_IFMT_	 0170000
#define S_IFIFO_ 0010000
#define S_IFREG_ S_IFREG
#define S_ISUID_ S_ISUID
#define S_IFBLK_ 0060000
#define S_IFCHR_ 0020000

#define OVERLAYFS_MAGIC_ 0x794c7630u
#define TMPFS_MAGIC_	 0x01021994u

/* The kernel reads up to 8 bytes before and 31 bytes behind a name. */
#define BEFORE 8
#define BEHIND 32

struct dentry {
	struct dentry *d_parent;
	struct {
		uint32_t len;
		const unsigned char *name;
	} d_name;
	unsigned char memory[BEFORE + KERNEL_NAME_MAX + BEHIND];
};

struct super_block {
	unsigned long s_magic;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct inode {
	uint32_t i_rdev;
};

struct object {
	const void *dentry, *mount, *inode;
	const void *root_mount;
	const void *mnt_root, *ctr_root, *sb_root;
	uint32_t magic, mode, set;
	bool bind, disk, host_device, host_mnt;
};

static bool object_may_be_hosts(const struct object *o)
{
	return o->bind || o->disk || o->host_device;
}

/* Every overlay here is a container's own. */
struct task_struct;
static const void *object_real(const struct object *o, const struct task_struct *t, bool write)
{
	(void)o;
	(void)t;
	(void)write;
	return NULL;
}

/* As bpf/maps.bpf.h, as far as paths need it. */
#define CHAIN_MAX   256
#define CHAIN_NONE  0xffffffffu
#define RECORD_SIZE (WIRE_RECORD_MAX + WIRE_PATH_MAX + 256)

struct scratch {
	uint32_t used, chain_n, chain_mnt, chain_root, chain_cut, off_mnt, off_root, slot, set;
	uint32_t run, last, chained;
	uint64_t arg[3];
	uint64_t chain[CHAIN_MAX];
	uint16_t pos[CHAIN_MAX];
	uint8_t record[RECORD_SIZE];
};

static struct scratch scratch;

static bool object_real_may_be_hosts(const struct scratch *s)
{
	return s;
}

static void overlay_chain(struct scratch *s, const void *d)
{
	s->arg[0] = (uintptr_t)d;
}

static struct scratch *emit_scratch(uint32_t slot)
{
	return slot == 0 ? &scratch : NULL;
}

static void emit_blob_start(struct scratch *s, struct wire_blob *b)
{
	*b = (struct wire_blob){.off = (uint16_t)s->used};
}

static void emit_blob_end(struct scratch *s, struct wire_blob *b, uint32_t full)
{
	b->len = (uint16_t)(s->used - b->off);
	b->full = full;
}

/* As bpf/knobs.bpf.h. */
static struct wire_prefilter prefilters[2];
static uint32_t prefilter_active;

static struct prefilter_entry *map;
static size_t n_map;

static uint32_t *map_find(uint64_t hash)
{
	size_t i;

	for (i = 0; i < n_map; i++)
		if (map[i].hash == hash)
			return &map[i].value;
	return NULL;
}

static uint64_t compat_read_u64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static long bpf_probe_read_kernel(void *dst, uint32_t n, const void *src)
{
	memcpy(dst, src, n);
	return 0;
}

#define AT(base, at, max)		   ((typeof(&*(base)))(uintptr_t)((uintptr_t)(base) + (at)))
#define bpf_map_lookup_elem(of, key)	   map_find(*(key))
#define bpf_core_field_offset(type, field) offsetof(type, field)
#define LOAD(type, ptr, field)		   (((const type *)(ptr))->field)
#define FIELD(ptr, field)		   ((ptr)->field)
#define LOOP(n, step, ctx)                            \
	do {                                          \
		for (uint32_t i_ = 0; i_ < (n); i_++) \
			if (step(i_, ctx))            \
				break;                \
	} while (0)

/* The flags that bpf/ is compiled with ask for less. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wpointer-arith"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "../../../bpf/path.bpf.h"

/* As bpf/object.bpf.h. */
static void object_chain(struct scratch *s, const struct object *o)
{
	path_sb_chain(s, o->dentry, o->mnt_root, o->ctr_root);
	if (s->arg[0] != (uint64_t)o->sb_root)
		s->chain_cut = 1;
}

#include "../../../bpf/prefilter.bpf.h"
#pragma GCC diagnostic pop

/* The objects of one file: dentries of its superblock, of the way to its mount, and the mounts. */
static struct {
	struct dentry dentries[2 * KERNEL_DEPTH_MAX + 4];
	size_t n;
	struct super_block bottom_sb, other_sb;
	struct mount bottom, initramfs, root, covered, own;
	struct inode inode;
} vfs;

/* Bytes around a name that look like more of it, or like a suffix. */
static const char around[] = "/key.pem_key-/.p12/id_rsa.";

static struct dentry *new_dentry(struct dentry *parent, const char *name)
{
	struct dentry *d = &vfs.dentries[vfs.n++];
	size_t len = strlen(name), i;

	assert_true(vfs.n <= sizeof(vfs.dentries) / sizeof(vfs.dentries[0]));
	assert_true(len <= KERNEL_NAME_MAX);
	for (i = 0; i < sizeof(d->memory); i++)
		d->memory[i] = (unsigned char)around[i % (sizeof(around) - 1)];
	memcpy(d->memory + BEFORE, name, len + 1);
	d->d_parent = parent ? parent : d;
	d->d_name.len = (uint32_t)len;
	d->d_name.name = d->memory + BEFORE;
	return d;
}

/* Gives the dentry, and in *mark the one that lies `above` names below root. */
static struct dentry *new_path(struct dentry *root, const char *const *names, size_t n,
			       size_t above, struct dentry **mark)
{
	struct dentry *d = root;
	size_t i;

	for (i = 0;; i++) {
		if (i == above && mark)
			*mark = d;
		if (i == n)
			return d;
		d = new_dentry(d, names[i]);
	}
}

/* Since 7.0 the initramfs lies on an empty file system. */
enum bottom { BEFORE_7, SINCE_7 };

static struct object build(const struct kernel_file *f, enum bottom bottom)
{
	struct dentry *sb_root, *ctr_root, *mnt_root = NULL, *file, *marked = NULL;
	struct object o = {.magic = f->magic,
			   .mode = f->mode,
			   .disk = f->disk,
			   .host_device = f->host_device,
			   .host_mnt = f->host_task && f->magic != OVERLAYFS_MAGIC_};

	assert_true(f->mnt_root <= f->n_names);
	assert_true(!f->root_mount || (f->on_root && f->mnt_root == f->ctr_root));
	vfs.n = 0;
	sb_root = new_dentry(NULL, "/");
	file = new_path(sb_root, f->names, f->n_names, f->mnt_root, &mnt_root);
	if (f->alone) {
		assert_true(f->n_names > 0 && f->mnt_root == 0 && !f->on_root);
		file = new_dentry(NULL, f->names[f->n_names - 1]);
	}
	if (f->escaped) {
		assert_true(f->mnt_root == 0 && !f->on_root);
		mnt_root = new_dentry(sb_root, "elsewhere");
	}
	if (f->on_root) {
		struct dentry *d = file;
		size_t up;

		assert_true(f->ctr_root <= f->n_names);
		for (up = f->n_names - f->ctr_root; up > 0; up--)
			d = d->d_parent;
		marked = d;
	}
	ctr_root = marked ? marked : new_dentry(NULL, "/");

	vfs.bottom.mnt_parent = &vfs.bottom;
	vfs.bottom.mnt.mnt_root = new_dentry(NULL, "/");
	vfs.bottom.mnt_mountpoint = vfs.bottom.mnt.mnt_root;
	vfs.root.mnt_parent = &vfs.bottom;
	vfs.root.mnt_mountpoint = vfs.bottom.mnt.mnt_root;
	vfs.root.mnt.mnt_root = ctr_root;
	vfs.bottom.mnt.mnt_sb = &vfs.bottom_sb;
	vfs.bottom_sb.s_magic = TMPFS_MAGIC_;
	vfs.initramfs.mnt.mnt_sb = vfs.root.mnt.mnt_sb = vfs.own.mnt.mnt_sb = &vfs.other_sb;
	vfs.covered.mnt.mnt_sb = &vfs.other_sb;
	if (bottom == SINCE_7) {
		vfs.bottom_sb.s_magic = NULL_FS_MAGIC_;
		vfs.initramfs.mnt_parent = &vfs.bottom;
		vfs.initramfs.mnt_mountpoint = vfs.bottom.mnt.mnt_root;
		vfs.initramfs.mnt.mnt_root = new_dentry(NULL, "/");
		vfs.root.mnt_parent = &vfs.initramfs;
		vfs.root.mnt_mountpoint = vfs.initramfs.mnt.mnt_root;
	}
	vfs.own.mnt_parent = &vfs.root;
	vfs.own.mnt_mountpoint = new_path(ctr_root, f->place, f->n_place, 0, NULL);
	vfs.own.mnt.mnt_root = mnt_root;
	if (f->hidden) { /* what lies between them has another name */
		vfs.covered.mnt_parent = &vfs.root;
		vfs.covered.mnt_mountpoint = vfs.own.mnt_mountpoint;
		vfs.covered.mnt.mnt_root = new_dentry(NULL, "covered");
		vfs.own.mnt_parent = &vfs.covered;
		vfs.own.mnt_mountpoint = vfs.covered.mnt.mnt_root;
	}
	vfs.inode.i_rdev = f->rdev;

	o.dentry = file;
	o.inode = &vfs.inode;
	o.mount = f->root_mount ? &vfs.root : &vfs.own;
	o.root_mount = path_root_mount(&scratch, &((const struct mount *)o.mount)->mnt);
	assert_ptr_equal(o.root_mount, &vfs.root);
	o.mnt_root = mnt_root;
	o.ctr_root = ctr_root;
	o.sb_root = sb_root;
	o.set = prefilter_active;
	o.bind = !f->root_mount && mnt_root != sb_root;
	return o;
}

void kernel_load(const struct prefilter *p)
{
	prefilter_active = p->number;
	prefilters[p->number] = p->set;
	map = p->entries;
	n_map = p->n_entries;
}

/* As open_done() of bpf/open.bpf.h. */
static uint32_t watched_on(const struct kernel_file *f, enum bottom bottom, uint32_t access)
{
	struct object o = build(f, bottom);
	uint32_t watched = prefilter_file(&o);

	if (!(watched & access)) {
		if (!prefilter_place_matters(&o, access))
			return 0;
		scratch.set = o.set;
		watched |= prefilter_place(&scratch, &o, NULL, access);
	}
	return watched & access ? watched : 0;
}

/* What lies at the bottom of the mounts is nothing that a rule could name. */
uint32_t kernel_watched(const struct kernel_file *f, uint32_t access)
{
	uint32_t watched = watched_on(f, BEFORE_7, access);

	assert_int_equal(watched_on(f, SINCE_7, access), watched);
	return watched;
}

uint32_t kernel_connects(const char *name, const char *comm)
{
	size_t len = strlen(name), i;
	struct wire_blob b = {.off = 100, .len = (uint16_t)len, .full = (uint32_t)len};
	_Alignas(8) char padded[WIRE_COMM_LEN] = {0};

	assert_true(len <= WIRE_SUN_MAX && strlen(comm) < sizeof(padded));
	for (i = 0; i < sizeof(scratch.record); i++)
		scratch.record[i] = (uint8_t)around[i % (sizeof(around) - 1)];
	memcpy(scratch.record + b.off, name, len);
	memcpy(padded, comm, strlen(comm));
	scratch.set = prefilter_active;
	return prefilter_connect(&scratch, &b, padded);
}

bool kernel_ends(uint32_t access, const struct wire_address *a, uint16_t port, int32_t ret)
{
	if (access == WIRE_WATCH_SEND && !prefilters[prefilter_active].datagrams)
		return false;
	return prefilter_end(prefilter_active, access, a, port, ret == -EACCES || ret == -EPERM);
}

bool kernel_makes(uint32_t kind)
{
	return prefilters[prefilter_active].sockets & kind;
}

bool kernel_wants(uint32_t call)
{
	return wire_calls_has(&prefilters[prefilter_active].calls, call);
}

bool kernel_compares(uint32_t call)
{
	return wire_calls_has(&prefilters[prefilter_active].compared, call);
}

static struct wire_blob append(struct record *r)
{
	struct wire_blob b;

	scratch.used = 0;
	path_append(0);
	b = record_blob(r, scratch.record, scratch.used);
	b.full += scratch.chain_cut;
	return b;
}

static bool is_memfd(const struct kernel_file *f)
{
	return f->alone && f->magic == TMPFS_MAGIC_ &&
	       strncmp(f->names[f->n_names - 1], "memfd:", 6) == 0;
}

/* As object_fill() of bpf/object.bpf.h. */
void kernel_record(const struct kernel_file *f, struct record *r)
{
	struct wire_open *w = record_begin(r, WIRE_OPEN);
	struct object o = build(f, SINCE_7);

	w->f.ino = 4711;
	w->f.dev = 8 << 20 | 1;
	w->f.rdev = f->rdev;
	w->f.mode = f->mode;
	w->f.nlink = 1;
	w->f.fs_magic = f->magic;
	w->f.flags = (o.bind ? WIRE_FILE_BIND : 0) | (o.disk ? WIRE_FILE_BLOCKDEV : 0);
	if (is_memfd(f)) {
		w->f.flags |= WIRE_FILE_MEMFD;
		w->f.sbpath = record_str(r, f->names[f->n_names - 1]);
		return;
	}
	object_chain(&scratch, &o);
	if (scratch.chain_root != CHAIN_NONE)
		w->f.flags |= WIRE_FILE_ROOTFS;
	w->f.sbpath = append(r);
	w->f.mnt_off = (uint16_t)scratch.off_mnt;
	w->f.root_off = (uint16_t)scratch.off_root;
	if (scratch.chain_cut)
		w->f.flags |= WIRE_FILE_CUT;
	if (o.mount != o.root_mount) {
		path_ns_chain(&scratch, vfs.own.mnt_mountpoint, vfs.own.mnt_parent);
		w->f.mntpath = append(r);
	}
}

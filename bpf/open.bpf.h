/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The open family: what was really opened, or what was denied. */
#ifndef ROOTWATCH_OPEN_BPF_H
#define ROOTWATCH_OPEN_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "harmless.bpf.h"
#include "magic.bpf.h"
#include "mapped.bpf.h"
#include "object.bpf.h"
#include "prefilter.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

/* As who_cwd(); where it is the root, as most containers', at once. */
static __always_inline void open_cwd(struct scratch *s, struct wire_blob *b,
				     const struct task_struct *t)
{
	const struct fs_struct *fs = TYPED(t, fs);

	if (COMPAT_KERNEL >= 602 &&
	    path_is_top((__u64)TYPED(fs, pwd.dentry), path_typed_mount(TYPED(fs, pwd.mnt))))
		emit_blob_start(s, b);
	else
		who_cwd(s, b, t);
}

static __always_inline void open_common(struct scratch *s, struct wire_open *r,
					const struct task_struct *t, __u32 call, long ret)
{
	who_fill_of_arg(s->slot);
	r->call = call;
	r->ret = ret;
	open_cwd(s, &r->cwd, t);
}

/* openat2 passes its flags in a struct. */
static __always_inline __u32 open_asked_flags(const struct pt_regs *regs, bool is32, __u32 call)
{
	__u64 flags = 0;

	switch (call) {
	case WIRE_CALL_OPEN:
		return compat_arg(regs, is32, 1);
	case WIRE_CALL_CREAT:
		return O_CREAT_ | O_WRONLY_ | O_TRUNC_;
	case WIRE_CALL_OPENAT2:
		bpf_probe_read_user(&flags, sizeof(flags), (const void *)compat_arg(regs, is32, 2));
		return flags;
	default:
		return compat_arg(regs, is32, 2);
	}
}

/* A flag of ours beside the O_*: the file did not exist before. */
#define OPEN_CREATED 0x80000000u

#if COMPAT_KERNEL >= 602
/*
 * An open that is told again and again has the paths of the one before, which still lie in the
 * buffer: writing them is a third of what a record costs. They are used when the signature is the
 * same (it is made of all that they are made of), and when it was when they were written, and
 * nothing was changed meanwhile, which is looked at the second time. (Any other record in that
 * buffer, before it was begun, has made them nobody's.) What is begun here ends in the other one.
 */
static __always_inline __u64 open_paths_before(struct scratch *s, bool known)
{
	bool again = known && s->open.sign && s->kept.before == s->open.sign;

	s->kept.use = again && s->kept.proven;
	if (!again)
		s->kept.proven = false;
	return again && !s->kept.proven ? sign_changes(s->slot) : 0;
}

static __always_inline void open_paths_after(struct scratch *s, const struct wire_file *w,
					     bool known, __u64 counts)
{
	if (!known || !s->open.sign ||
	    (w->flags & (WIRE_FILE_CUT | WIRE_FILE_MEMFD | WIRE_FILE_STACKED)))
		return;
	s->kept.sign = s->open.sign;
	if (s->kept.use)
		return;
	s->kept.proven = counts && sign_now(s) == s->open.sign && sign_changes(s->slot) == counts;
	s->kept.sbpath = w->sbpath;
	s->kept.mntpath = w->mntpath;
	s->kept.mnt_off = w->mnt_off;
	s->kept.root_off = w->root_off;
	s->kept.flags = w->flags & WIRE_FILE_ROOTFS;
	s->kept.used = s->used;
}
#else
static __always_inline __u64 open_paths_before(struct scratch *s, bool known)
{
	return 0;
}

static __always_inline void open_paths_after(struct scratch *s, const struct wire_file *w,
					     bool known, __u64 counts)
{
}
#endif

/*
 * What somebody may care about an open of the current task, in s->open and s->gate, is looked at
 * and told. (Global: the verifier looks at it once, not for each way to it.)
 */
__noinline int open_tell(__u32 slot)
{
	const struct task_struct *t = compat_current();
	struct scratch *s = emit_scratch(slot);
	__u32 access, watched, known, by_handle;
	struct object *o;
	struct wire_open *r;
	const void *f;
	__u64 counts;
	bool wanted;

	if (!s)
		return 0;
	f = (const void *)s->open.file;
	o = &s->open.o;
	access = s->open.access;
	/* Opens by a handle are rare, and never by chance: user space decides. */
	by_handle = OPAQUE(s->open.call == WIRE_CALL_OPEN_BY_HANDLE_AT);
	known = OPAQUE(harmless_watched(s->open.sign));
	if (!known && !harmless_begin(s) && !by_handle)
		goto out;
	if (o->mount)
		o->set = prefilter_active & 1;
	else
		object_find(o, LOAD(struct file, f, f_path.dentry),
			    LOAD(struct file, f, f_path.mnt));
	s->set = o->set;
	watched = known ? known : prefilter_file(o);
	if (by_handle)
		watched |= access;
	wanted = (watched & access) || (knob_all && (access & WIRE_WATCH_WRITE));
	if (!wanted && !prefilter_place_matters(o, access))
		goto out;
	object_place(s, o, t);
	if (!known) {
		if (!(watched & access))
			watched |= prefilter_place(s, o, t, access);
		if (!wanted && !(watched & access)) {
			harmless_end(s);
			goto out;
		}
		if (!by_handle)
			harmless_not_this(s, watched);
	}
	/* (Here and not in a function: opens are what there is most of.) */
	if (!risen_acts_as(t, &s->gate, risen_of(t)))
		goto out;
	r = (struct wire_open *)s->record;
	/* (The rest is written in any case.) */
	__builtin_memset(&r->f, 0, sizeof(*r) - __builtin_offsetof(struct wire_open, f));
	r->oflags = s->open.oflags & ~OPEN_CREATED;
	/* (One without a name is not created as others are: FMODE_CREATED is not set.) */
	if (s->open.oflags & OPEN_CREATED ||
	    (s->open.oflags & O_TMPFILE_ && s->open.call < WIRE_CALL_RECVMSG))
		SET_FLAG(r->f.flags, WIRE_FILE_CREATED);
	r->flags = s->open.flags;
	r->prot = s->open.prot;
	r->mapping = s->open.mapping;
	counts = open_paths_before(s, known);
	/* (A signature is of a file that has none behind it.) */
	if (COMPAT_KERNEL >= 602 && s->kept.use) {
		object_facts(&r->f, o);
		object_use_kept(s, &r->f);
	} else if (known) {
		object_fill(s, &r->f, o);
	} else {
		object_record(s, &r->f, o, t, access & WIRE_WATCH_WRITE);
	}
	open_paths_after(s, &r->f, known, counts);
	open_common(s, r, t, s->open.call, s->open.ret);
	emit_submit(s, WIRE_OPEN, s->open.hflags | (watched & access ? WIRE_F_WATCHED : 0),
		    watched & WIRE_WATCH_URGENT);
	return 0;
out:
	emit_cancel(s);
	return 0;
}

/*
 * The current task (t) got file f (as a number) open: with oflags, O_ONCE_ of them as they were
 * asked for, by a call. NULL: nobody cares; else the buffer for open_tell(), which more may be put
 * into.
 */
static __always_inline struct scratch *open_begin(const struct task_struct *t, const struct gate *g,
						  __u64 f, __u32 oflags, __u32 call)
{
	struct object o = {};
	struct scratch *s;
	__u64 sign = 0;
	__u32 access;

	/* (The file goes on saying so when it is handed on.) */
	if ((LOAD(struct file, f, f_mode) & FMODE_CREATED_) && call < WIRE_CALL_RECVMSG)
		oflags |= OPEN_CREATED;
	barrier_var(oflags);
	access = (oflags & O_ACCMODE_) == O_WRONLY_ ? 0 : WIRE_WATCH_READ;
	if (oflags & (O_ACCMODE_ | O_TRUNC_ | OPEN_CREATED))
		access |= WIRE_WATCH_WRITE;
	access = OPAQUE(access);
#if COMPAT_KERNEL >= 602
	sign = sign_open(f, sign_fs(t), access, &o);
	if (harmless_knows(sign) && call != WIRE_CALL_OPEN_BY_HANDLE_AT)
		return NULL;
#endif
	s = emit_begin(sizeof(struct wire_open));
	if (!s)
		return NULL;
	s->gate = *g;
	s->open.file = f;
	s->open.sign = sign;
	s->open.access = access;
	s->open.oflags = oflags;
	s->open.call = call;
	s->open.flags = 0;
	s->open.prot = 0;
	s->open.mapping = 0;
	s->open.ret = 0;
	s->open.hflags = s->gate.hflags;
	s->open.o = o;
	return s;
}

/* An open whose descriptor is not known where it is seen. */
static __always_inline int open_seen(const struct task_struct *t, const struct gate *g,
				     const void *f, __u32 oflags, __u32 call)
{
	struct scratch *s = open_begin(t, g, compat_address(f), oflags, call);

	if (!s)
		return 0;
	s->open.flags = WIRE_OPEN_NO_FD;
	return open_tell(s->slot);
}

/*
 * The current task (t) was handed open file f (as a number): as open_begin(). NULL as well for what
 * has no place (pipes, sockets, memfds) and what is a path only.
 */
static __always_inline struct scratch *open_handed(const struct task_struct *t,
						   const struct gate *g, __u64 f)
{
	const void *mount = path_mount(LOAD(struct file, f, f_path.mnt));
	__u32 oflags = LOAD(struct file, f, f_flags);
	struct scratch *s;

	if ((__u64)LOAD(struct mount, mount, mnt_ns) == MNT_NS_INTERNAL_ || (oflags & O_PATH_))
		return NULL;
	s = open_begin(t, g, f, oflags & ~O_ONCE_, WIRE_CALL_RECVMSG);
	if (s)
		s->open.flags = WIRE_OPEN_NO_FD;
	return s;
}

/*
 * What a call of the current task opened is looked at here and told by open_tell() for the buffer
 * of slot n - 1, where n is what these give; 0: nobody cares. (In two steps, so that the frame of
 * the first is gone when the second needs the stack.)
 */

/* A mapping of file f, which lets the current task write it: what it is read for, it does not tell.
 */
static __always_inline __u32 open_mapped(const struct task_struct *t, const struct gate *g, __u64 f,
					 __u32 prot, __u32 flags)
{
	struct scratch *s = open_begin(t, g, f, O_WRONLY_, WIRE_CALL_MMAP);

	if (!s)
		return 0;
	s->open.flags = WIRE_OPEN_NO_FD;
	s->open.prot = prot;
	s->open.mapping = flags;
	return s->slot + 1;
}

/* By the system call, when it has returned a descriptor. */
static __always_inline __u32 open_done(const struct task_struct *t, const struct gate *g,
				       const struct pt_regs *regs, __u32 call, long ret)
{
	struct scratch *s;
	const void *f;
	__u32 oflags;

	if (ret < 0)
		return 0;
	f = task_file(t, ret);
	if (!f) { /* another thread was quicker, on purpose perhaps */
		if (task_entered(t))
			emit_lost(WIRE_C_LOST_READ);
		return 0;
	}
	oflags = LOAD(struct file, f, f_flags);
	if (oflags & O_PATH_)
		return 0; /* a mere handle: what is done with it is seen when it is opened */
	/* These are done with when the file is open, and a file does not keep them. */
	oflags |= open_asked_flags(regs, g->hflags & WIRE_F_COMPAT, call) & O_ONCE_;
	s = open_begin(t, g, (__u64)f, oflags, call);
	if (!s)
		return 0;
	s->open.ret = ret;
	return s->slot + 1;
}

/* An open that was denied, as it was asked for. */
struct open_try {
	const void *path;
	__u32 oflags;
	__s32 dirfd; /* AT_FDCWD: the working directory */
	bool copied; /* path is the kernel's copy, else the task's own memory */
};

#define AT_FDCWD_ (-100)

/* There is no object, only what was asked for, and where a relative path would start. */
static __always_inline int open_refused(const struct task_struct *t, const struct gate *g,
					const struct open_try *a, __u32 call, long ret)
{
	struct wire_open *r;
	struct scratch *s;
	char first = 0;

	/* (A handle is no path: open_handle_denied(). O_PATH opens nothing, be it denied or not.) */
	if (call == WIRE_CALL_OPEN_BY_HANDLE_AT || a->oflags & O_PATH_ || !risen_acts(t, g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_open *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	s->gate = *g;
	open_common(s, r, t, call, ret);
	r->oflags = a->oflags;
	if (a->copied) {
		emit_kernel_str(s, &r->asked, a->path, WIRE_PATH_MAX);
		bpf_probe_read_kernel(&first, 1, a->path);
	} else {
		if (emit_user_str(s, &r->asked, a->path, WIRE_PATH_MAX) < 0)
			SET_FLAG(s->flags, WIRE_F_TRUNC);
		bpf_probe_read_user(&first, 1, a->path);
	}
	if (first == '/')
		r->magic = magic_base(s, &r->asked, &r->base);
	else if (a->dirfd >= 0)
		who_dir(s, &r->base, a->dirfd);
	else
		r->base = r->cwd;
	emit_submit(s, WIRE_OPEN, g->hflags | (WIRE_F_BLOCKED), false);
	return 0;
}

static __always_inline int open_denied(const struct task_struct *t, const struct gate *g,
				       const struct pt_regs *regs, bool is32, __u32 call, long ret)
{
	bool has_dirfd = call == WIRE_CALL_OPENAT || call == WIRE_CALL_OPENAT2;
	struct open_try a = {};

	a.path = (const void *)compat_arg(regs, is32, has_dirfd ? 1 : 0);
	a.oflags = open_asked_flags(regs, is32, call);
	a.dirfd = has_dirfd ? (__s32)compat_arg(regs, is32, 0) : AT_FDCWD_;
	return open_refused(t, g, &a, call, ret);
}

/*
 * An open by a handle that was denied, mostly before the kernel looked for a file at all: on every
 * tier told at the call's end. Which file it would have been, only its file system knows.
 */
static __always_inline int open_handle_denied(const struct task_struct *t, const struct gate *g,
					      const struct pt_regs *regs, bool is32, long ret)
{
	const void *handle = (const void *)compat_arg(regs, is32, 1);
	__s32 mount = compat_arg(regs, is32, 0);
	struct wire_open *r;
	struct scratch *s;
	__u32 bytes = 0;

	if (!risen_acts(t, g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_open *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	s->gate = *g;
	open_common(s, r, t, WIRE_CALL_OPEN_BY_HANDLE_AT, ret);
	r->oflags = compat_arg(regs, is32, 2);
	r->flags = WIRE_OPEN_HANDLE;
	bpf_probe_read_user(&bytes, sizeof(bytes), handle);
	if (bytes > WIRE_HANDLE_MAX - 8)
		bytes = WIRE_HANDLE_MAX - 8;
	emit_user(s, &r->asked, handle, bytes + 8);
	if (mount >= 0)
		who_dir(s, &r->base, mount);
	else if (mount == AT_FDCWD_)
		r->base = r->cwd;
	emit_submit(s, WIRE_OPEN, g->hflags | (WIRE_F_BLOCKED), false);
	return 0;
}

#endif /* ROOTWATCH_OPEN_BPF_H */

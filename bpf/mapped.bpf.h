/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files that a process can write through its memory: mmap, shared, by a descriptor that is open for
 * writing. Whether PROT_WRITE was asked for does not count: mprotect gives it later, and asks for
 * no file. Each exec maps some 20 times, but not like this.
 *
 * A file that the process opened itself was told, and judged, when it was opened. So what counts
 * are descriptors of others: inherited (from the host, or over an exec), received, or older than
 * rootwatch.
 */
#ifndef ROOTWATCH_MAPPED_BPF_H
#define ROOTWATCH_MAPPED_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "object.bpf.h"
#include "task.bpf.h"

#define MAP_SHARED_    0x1u /* of the type; also in MAP_SHARED_VALIDATE, but not in MAP_PRIVATE */
#define MAP_ANONYMOUS_ 0x20u

/* What mmap was passed, as far as it counts. */
struct mapped_args {
	__u32 prot, flags, fd;
};

/* i386's first mmap has its arguments in memory: struct mmap_arg_struct32. */
static __always_inline bool mapped_in_memory(const struct pt_regs *regs, bool is32)
{
	return is32 && compat_nr_of(regs) == COMPAT_NR_OLD_MMAP;
}

static __always_inline void mapped_read(struct mapped_args *a, const struct pt_regs *regs,
					bool is32)
{
	struct {
		__u32 addr, len, prot, flags, fd;
	} old = {};

	if (mapped_in_memory(regs, is32)) {
		bpf_probe_read_user(&old, sizeof(old), (const void *)compat_arg(regs, is32, 0));
		a->prot = old.prot;
		a->flags = old.flags;
		a->fd = old.fd;
		return;
	}
	a->prot = compat_arg(regs, is32, 2);
	a->flags = compat_arg(regs, is32, 3);
	a->fd = compat_arg(regs, is32, 4);
}

static __always_inline bool mapped_is_shared(__u32 flags)
{
	return (flags & (MAP_SHARED_ | MAP_ANONYMOUS_)) == MAP_SHARED_;
}

/*
 * The end of an open, or of a mapping: that gives an address, which at the end of a 32-bit call of
 * arm64 looks negative when it is a high one (syscall_get_return_value() extends the sign).
 */
static __always_inline long mapped_result(__u32 call, long ret)
{
	return call == WIRE_CALL_MMAP && (__u64)ret < (__u64)-MAX_ERRNO_ ? 0 : ret;
}

/* Can nobody care, by its arguments or because it failed? Nearly always. */
static __always_inline bool mapped_is_dull(const struct pt_regs *regs, bool is32, __u32 call,
					   long ret)
{
	if (call != WIRE_CALL_MMAP)
		return false;
	return ret < 0 ||
	       (!mapped_is_shared(compat_arg(regs, is32, 3)) && !mapped_in_memory(regs, is32));
}

/* Is f open for writing, in a place of its own, and not opened by this very process? */
static __always_inline bool mapped_counts(const struct task_struct *t, const void *f)
{
	const struct task_value *v;
	const void *mount;

	if (!(LOAD(struct file, f, f_mode) & FMODE_WRITE_))
		return false;
	mount = path_mount(LOAD(struct file, f, f_path.mnt));
	if ((__u64)LOAD(struct mount, mount, mnt_ns) == MNT_NS_INTERNAL_)
		return false; /* a memfd, memory of System V, a socket's ring */
	/* An exec, and whatever else changes credentials, makes new ones. */
	if ((__u64)LOAD(struct file, f, f_cred) != compat_untyped(TYPED(t, cred)))
		return true;
	v = task_find(t);
	return !v || (v->flags & (TASK_ENTERED | TASK_SEEDED)) != TASK_ENTERED ||
	       /* Its ring could have opened it; not every tier sees that. */
	       (bpf_core_field_exists(struct task_struct, io_uring) && TYPED(t, io_uring));
}

#endif /* ROOTWATCH_MAPPED_BPF_H */

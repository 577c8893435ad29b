/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All kernel drift, in one place: what differs between kernels and between architectures. */
#ifndef ROOTWATCH_COMPAT_BPF_H
#define ROOTWATCH_COMPAT_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "knobs.bpf.h"

/* kfunc since 6.2: gives an untyped kernel pointer its type, so that loads need no helper. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/*
 * One field of a kernel object whose pointer may be untyped. A direct load (a few ns, faults read
 * as 0) where the kernel has bpf_rdonly_cast, else bpf_probe_read_kernel. The knob is read-only
 * data, so the verifier drops the branch not taken.
 */
#define LOAD(type, ptr, field)                                                                     \
	({                                                                                         \
		const void *__p = (const void *)(ptr);                                             \
		typeof(((type *)0)->field) __v;                                                    \
		if (knob_rdonly_cast)                                                              \
			__v = ((type *)bpf_rdonly_cast(__p, bpf_core_type_id_kernel(type)))        \
				      ->field;                                                     \
		else                                                                               \
			bpf_core_read(&__v, sizeof(__v), &((type *)__p)->field);                   \
		__v;                                                                               \
	})

/* The address of a field, for what is not a scalar. */
#define ADDR(type, ptr, field)                                                                     \
	((const void *)((const char *)(ptr) + bpf_core_field_offset(type, field)))

/* Element i of an array of pointers that is a field. */
#define LOAD_AT(type, ptr, field, i)                                                               \
	((const void *)compat_read_u64(ADDR(type, ptr, field) + (i) * sizeof(void *)))

static __always_inline __u64 compat_read_u64(const void *p)
{
	__u64 v = 0;

	bpf_probe_read_kernel(&v, sizeof(v), p);
	return v;
}

/* bpf_get_current_task_btf exists since 5.11 and makes LOAD on the task itself cheap. */
static __always_inline struct task_struct *compat_current(void)
{
	if (knob_task_btf)
		return bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

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

/* kernel_cap_t was two __u32 before 6.3; in memory the same 64 bits on little-endian. */
#define compat_caps(ptr, field) compat_read_u64(ADDR(struct cred, ptr, field))

/* O_* and FMODE_* of both architectures (those in use have the same values). */
#define O_ACCMODE_ 03
#define O_WRONLY_ 01
#define O_RDWR_ 02
#define O_CREAT_ 0100
#define O_TRUNC_ 01000
#define O_PATH_ 010000000
#define FMODE_CREATED_ 0x100000u

#define EPERM_ 1
#define EACCES_ 13
#define EROFS_ 30

#define S_IFMT_ 0170000
#define S_IFBLK_ 0060000
#define S_IFCHR_ 0020000

#include "wire.h"

/*
 * System calls. Numbers of the native and of the 32-bit ABI, from the kernel's syscall tables.
 * compat_call() maps both to WIRE_CALL_*; compat_arg() gives the arguments, which are still in
 * the registers at exit.
 */
#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT_ 0x2
static __always_inline bool compat_is32(struct task_struct *t)
{
	return LOAD(struct task_struct, t, thread_info.status) & TS_COMPAT_;
}

static __always_inline long compat_nr(const struct pt_regs *regs)
{
	return (long)(regs->orig_ax & ~0x40000000ul); /* x32 calls carry that bit */
}

static __always_inline __u64 compat_arg(const struct pt_regs *regs, bool is32, int n)
{
	__u64 v = 0;

	if (is32)
		v = n == 0 ? regs->bx : n == 1 ? regs->cx : n == 2 ? regs->dx : regs->si;
	else
		v = n == 0 ? regs->di : n == 1 ? regs->si : n == 2 ? regs->dx : regs->r10;
	return is32 ? (__u32)v : v;
}

static __always_inline __u32 compat_call(long nr, bool is32)
{
	if (is32) {
		switch (nr) {
		case 5:
			return WIRE_CALL_OPEN;
		case 8:
			return WIRE_CALL_CREAT;
		case 295:
			return WIRE_CALL_OPENAT;
		case 437:
			return WIRE_CALL_OPENAT2;
		case 342:
			return WIRE_CALL_OPEN_BY_HANDLE_AT;
		case 23:
		case 213:
			return WIRE_CALL_SETUID;
		case 70:
		case 203:
			return WIRE_CALL_SETREUID;
		case 164:
		case 208:
			return WIRE_CALL_SETRESUID;
		case 138:
		case 215:
			return WIRE_CALL_SETFSUID;
		case 362:
			return WIRE_CALL_CONNECT;
		case 102: /* socketcall: the caller looks whether it is a connect */
			return WIRE_CALL_CONNECT;
		default:
			return WIRE_CALL_NONE;
		}
	}
	switch (nr) {
	case 2:
		return WIRE_CALL_OPEN;
	case 85:
		return WIRE_CALL_CREAT;
	case 257:
		return WIRE_CALL_OPENAT;
	case 437:
		return WIRE_CALL_OPENAT2;
	case 304:
		return WIRE_CALL_OPEN_BY_HANDLE_AT;
	case 105:
		return WIRE_CALL_SETUID;
	case 113:
		return WIRE_CALL_SETREUID;
	case 117:
		return WIRE_CALL_SETRESUID;
	case 122:
		return WIRE_CALL_SETFSUID;
	case 42:
		return WIRE_CALL_CONNECT;
	default:
		return WIRE_CALL_NONE;
	}
}
/* One cheap look first: could this number be a watched call, native or 32-bit? Most are not. */
static __always_inline bool compat_any(long nr)
{
	switch (nr) {
	case 2:
	case 5:
	case 8:
	case 23:
	case 42:
	case 70:
	case 85:
	case 102:
	case 105:
	case 113:
	case 117:
	case 122:
	case 138:
	case 164:
	case 203:
	case 208:
	case 213:
	case 215:
	case 257:
	case 295:
	case 304:
	case 342:
	case 362:
	case 437:
		return true;
	default:
		return false;
	}
}

#define COMPAT_NR_SOCKETCALL 102
#elif defined(__TARGET_ARCH_arm64)
#define TIF_32BIT_ (1ul << 22)
static __always_inline bool compat_is32(struct task_struct *t)
{
	return LOAD(struct task_struct, t, thread_info.flags) & TIF_32BIT_;
}

static __always_inline long compat_nr(const struct pt_regs *regs)
{
	return regs->syscallno;
}

/* x0 holds the result at exit; orig_x0 the first argument. */
static __always_inline __u64 compat_arg(const struct pt_regs *regs, bool is32, int n)
{
	__u64 v = n == 0 ? regs->orig_x0 : n == 1 ? regs->regs[1]
				       : n == 2	  ? regs->regs[2]
						  : regs->regs[3];

	return is32 ? (__u32)v : v;
}

static __always_inline __u32 compat_call(long nr, bool is32)
{
	if (is32) {
		switch (nr) {
		case 5:
			return WIRE_CALL_OPEN;
		case 8:
			return WIRE_CALL_CREAT;
		case 322:
			return WIRE_CALL_OPENAT;
		case 437:
			return WIRE_CALL_OPENAT2;
		case 371:
			return WIRE_CALL_OPEN_BY_HANDLE_AT;
		case 23:
		case 213:
			return WIRE_CALL_SETUID;
		case 70:
		case 203:
			return WIRE_CALL_SETREUID;
		case 164:
		case 208:
			return WIRE_CALL_SETRESUID;
		case 138:
		case 215:
			return WIRE_CALL_SETFSUID;
		case 283:
			return WIRE_CALL_CONNECT;
		default:
			return WIRE_CALL_NONE;
		}
	}
	switch (nr) {
	case 56:
		return WIRE_CALL_OPENAT;
	case 437:
		return WIRE_CALL_OPENAT2;
	case 265:
		return WIRE_CALL_OPEN_BY_HANDLE_AT;
	case 146:
		return WIRE_CALL_SETUID;
	case 145:
		return WIRE_CALL_SETREUID;
	case 147:
		return WIRE_CALL_SETRESUID;
	case 151:
		return WIRE_CALL_SETFSUID;
	case 203:
		return WIRE_CALL_CONNECT;
	default:
		return WIRE_CALL_NONE;
	}
}
/* One cheap look first: could this number be a watched call, native or 32-bit? Most are not. */
static __always_inline bool compat_any(long nr)
{
	switch (nr) {
	case 5:
	case 8:
	case 23:
	case 56:
	case 70:
	case 138:
	case 145:
	case 146:
	case 147:
	case 151:
	case 164:
	case 203:
	case 208:
	case 213:
	case 215:
	case 265:
	case 283:
	case 322:
	case 371:
	case 437:
		return true;
	default:
		return false;
	}
}

#define COMPAT_NR_SOCKETCALL (-1)
#endif

#endif /* ROOTWATCH_COMPAT_BPF_H */

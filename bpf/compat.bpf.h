/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All kernel drift, in one place: what differs between kernels and between architectures. */
#ifndef ROOTWATCH_COMPAT_BPF_H
#define ROOTWATCH_COMPAT_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "knobs.bpf.h"

/*
 * The programs are compiled for each of these, and the loader (user/source/object.c) picks: a
 * kernel refuses what it does not know even in code that cannot be reached, and to take such code
 * out costs it as much time as all its other checks.
 *   602  bpf_rdonly_cast, which came with the helper bpf_cgrp_storage_get in 6.2
 *   517  bpf_loop
 *   510  neither
 */
#ifndef COMPAT_KERNEL
#define COMPAT_KERNEL 602
#endif

/*
 * Whether the kernel has a helper that came in 5.11 to 5.16: a constant by the time that the
 * verifier looks, so that it drops the branch not taken, and no memory is read for it.
 */
#if COMPAT_KERNEL >= 517
#define COMPAT_HAS(helper) true
#else
#define COMPAT_HAS(helper) bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_##helper)
#endif

/* kfunc: gives an untyped kernel pointer its type, so that loads need no helper. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym;

/*
 * One field of a kernel object whose pointer may be untyped: a direct load (a few ns, faults read
 * as 0) or bpf_probe_read_kernel.
 */
#if COMPAT_KERNEL >= 602
#define LOAD(type, ptr, field) \
	(((type *)bpf_rdonly_cast((const void *)(ptr), bpf_core_type_id_kernel(type)))->field)
#else
#define LOAD(type, ptr, field)                                                   \
	({                                                                       \
		const void *__p = (const void *)(ptr);                           \
		volatile typeof(((type *)0)->field) __r;                         \
		bpf_core_read((void *)&__r, sizeof(__r), &((type *)__p)->field); \
		(typeof(((type *)0)->field))__r;                                 \
	})
#endif

/*
 * The same where the pointer has its type: the task that a hook is about, and what such a field
 * points to. A direct load since 5.11; LOAD would take the type away and pay for the guard of an
 * unknown address, or for a helper. But where a trusted pointer leads on to another, the verifier
 * of today goes through all of the kernel's types by name (btf_nested_type_is_trusted), which made
 * the start three times as long: pointers are loaded by LOAD where that needs no helper.
 */
#define TYPE_OF_POINTERS 5 /* as gcc and clang number them */
#if COMPAT_KERNEL >= 602
#define TYPED(ptr, field)                                                                \
	__builtin_choose_expr(__builtin_classify_type((ptr)->field) == TYPE_OF_POINTERS, \
			      LOAD(typeof(*(ptr)), ptr, field), (ptr)->field)
#elif COMPAT_KERNEL >= 517
#define TYPED(ptr, field) ((ptr)->field)
#else
#define TYPED(ptr, field) LOAD(typeof(*(ptr)), ptr, field)
#endif

/*
 * And a pointer by its type all the same, for those few that every watched call loads: the verifier
 * pays for each, and the call is spared the guard (8 instructions), as are loads from what is known
 * to live as long as the program runs (a task's css_set).
 */
#if COMPAT_KERNEL >= 602
#define TRUSTED(ptr, field) ((ptr)->field)
#else
#define TRUSTED(ptr, field) TYPED(ptr, field)
#endif

/*
 * A field of what has a type by where it was found, which needs no other check then: half the cost
 * of LOAD().
 */
#if COMPAT_KERNEL >= 602
#define FIELD(ptr, field) ((ptr)->field)
#else
#define FIELD(ptr, field) LOAD(typeof(*(ptr)), ptr, field)
#endif

/* The address of a field, for what is not a scalar. */
#define ADDR(type, ptr, field) \
	((const void *)((const char *)(ptr) + bpf_core_field_offset(type, field)))

/* Element i of an array of pointers that is a field. */
#define LOAD_AT(type, ptr, field, i) \
	((const void *)compat_read_u64(ADDR(type, ptr, field) + (i) * sizeof(void *)))

/* And by TYPED, with an index that the verifier knows. */
#define FIELD_AT(ptr, field, i)                                                      \
	(*(typeof((ptr)->field[0]) *)((const char *)(ptr) +                          \
				      bpf_core_field_offset(typeof(*(ptr)), field) + \
				      (i) * sizeof((ptr)->field[0])))
#if COMPAT_KERNEL >= 517 && COMPAT_KERNEL < 602
#define TYPED_AT(ptr, field, i) FIELD_AT(ptr, field, i)
#else
#define TYPED_AT(ptr, field, i) LOAD_AT(typeof(*(ptr)), ptr, field, i)
#endif
#if COMPAT_KERNEL >= 602
#define TRUSTED_AT(ptr, field, i) FIELD_AT(ptr, field, i)
#else
#define TRUSTED_AT(ptr, field, i) TYPED_AT(ptr, field, i)
#endif

/*
 * Calls step(i, ctx) for i from 0 to n - 1 until it gives 1. With bpf_loop the verifier looks at
 * the step once, not n times.
 */
#if COMPAT_KERNEL >= 517
#define LOOP(n, step, ctx) bpf_loop(n, step, ctx, 0)
#else
#define LOOP(n, step, ctx)                            \
	do {                                          \
		for (__u32 __i = 0; __i < (n); __i++) \
			if (step(__i, ctx))           \
				break;                \
	} while (0)
#endif

/*
 * A number that the verifier knows nothing about. It follows code once for each value that it can
 * tell apart; where that multiplies, the values are better not known.
 */
#define OPAQUE(v) ((v) | opaque_zero)
/* Nothing at all: where ways that have told its values apart come together again. */
#define FORGET(v) ((v) + opaque_zero)
/* The same for flags that are set bit by bit: kept in memory, not in registers. */
#define SET_FLAG(field, bit) (*(volatile typeof(field) *)&(field) |= (bit))

/*
 * A number of at most max (a constant), which must have been asked already: this is for verifiers
 * before 6.3, which forget what they knew of a number that the compiler keeps on the stack. To be
 * used right before the call that needs it; v is 64 bits wide.
 */
#define BOUND(v, max) asm volatile("if %0 <= %1 goto +1\n\t%0 = %1" : "+r"(v) : "i"(max))

/*
 * The address `at` bytes behind base, where at is known to be at most max (a constant). As one
 * piece, for the reason of BOUND: a pointer with its bounds survives on the stack.
 */
#define AT(base, at, max)                                                          \
	({                                                                         \
		typeof(&*(base)) __p = (base);                                     \
		__u64 __at = (at);                                                 \
		asm volatile("if %[i] <= %[m] goto +1\n\t%[i] = 0\n\t%[p] += %[i]" \
			     : [p] "+r"(__p), [i] "+r"(__at)                       \
			     : [m] "i"(max));                                      \
		__p;                                                               \
	})

/* 8 bytes of kernel memory as a number; without a helper call where LOAD needs none either. */
static __always_inline __u64 compat_read_u64(const void *p)
{
	return LOAD(struct timespec64, p, tv_sec);
}

/*
 * Two 32-bit fields, a below b: as one load where they lie side by side (which the verifier knows,
 * and drops the other branch), as they do unless the kernel was built to shuffle its structs.
 */
#define LOAD_PAIR(type, ptr, a, b)                                              \
	(bpf_core_field_offset(type, b) == bpf_core_field_offset(type, a) + 4 ? \
		 compat_read_u64(ADDR(type, ptr, a)) :                          \
		 (__u64)(__u32)LOAD(type, ptr, b) << 32 | (__u32)LOAD(type, ptr, a))

/* And by TYPED. */
#if COMPAT_KERNEL >= 517 && COMPAT_KERNEL < 602
#define TYPED_PAIR(ptr, a, b) ((__u64)(__u32)(ptr)->b << 32 | (__u32)(ptr)->a)
#else
#define TYPED_PAIR(ptr, a, b) LOAD_PAIR(typeof(*(ptr)), ptr, a, b)
#endif

/*
 * A typed pointer as a mere number, which is all that a global function can be passed. By way of
 * memory: no arithmetic makes the verifier forget a type.
 */
static __always_inline __u64 compat_untyped(const void *p)
{
	__u64 v = 0;

	bpf_probe_read_kernel(&v, sizeof(v), &p);
	return v;
}

/* With its type since 5.11 (bpf_get_current_task_btf). */
static __always_inline struct task_struct *compat_current(void)
{
#if COMPAT_KERNEL >= 517
	return bpf_get_current_task_btf();
#else
	return (struct task_struct *)bpf_get_current_task();
#endif
}

/* A field of registers that may have no type, as they may not before bpf_task_pt_regs. */
#if COMPAT_KERNEL >= 517
#define REG(regs, field) ((regs)->field)
#else
#define REG(regs, field) LOAD(struct pt_regs, regs, field)
#endif

/*
 * The registers with which a task entered the kernel. Before bpf_task_pt_regs (5.15): they lie at
 * the very top of its stack, which has 16 KiB (x86-64; elsewhere no older kernel has the hooks that
 * ask).
 */
#define COMPAT_STACK_SIZE 16384
static __always_inline const struct pt_regs *compat_user_regs(struct task_struct *t)
{
	if (COMPAT_HAS(task_pt_regs))
		return (const struct pt_regs *)bpf_task_pt_regs(t);
	return (const struct pt_regs *)((const char *)LOAD(struct task_struct, t, stack) +
					COMPAT_STACK_SIZE - bpf_core_type_size(struct pt_regs));
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

/* O_* and FMODE_* of both architectures (those in use have the same values). */
#define O_ACCMODE_     03
#define O_WRONLY_      01
#define O_RDWR_	       02
#define O_CREAT_       0100
#define O_TRUNC_       01000
#define O_ONCE_	       01700 /* O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC */
#define O_PATH_	       010000000
#define FMODE_WRITE_   0x2u
#define FMODE_CREATED_ 0x100000u
#define FMODE_EXEC_    0x20u /* among f_flags: opened to be executed */
/* of f_mode: an inner file, which a file system (overlayfs) opens for its own (1 << 29) */
#define FMODE_NOACCOUNT_ 0x20000000u

#define PF_IO_WORKER_ 0x10u

#define EPERM_	      1
#define EINTR_	      4
#define EACCES_	      13
#define EROFS_	      30
#define ENOSYS_	      38
#define ENETUNREACH_  101
#define ECONNRESET_   104
#define ETIMEDOUT_    110
#define ECONNREFUSED_ 111
#define EHOSTUNREACH_ 113
#define EINPROGRESS_  115
#define ERESTARTSYS_  512 /* seen at the end of a call only: it becomes EINTR or a new call */

#define S_IFMT_	  0170000
#define S_IFREG_  0100000
#define S_ISUID_  0004000
#define S_IFBLK_  0060000
#define S_IFIFO_  0010000
#define S_IFCHR_  0020000
#define S_IFSOCK_ 0140000

#include "wire.h"

/*
 * System calls. compat_nr() gives the number; compat_arg() the arguments, which are still in the
 * registers at exit.
 */

#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT_ 0x2
/* WIRE_F_COMPAT when the task is in a 32-bit system call. */
static __always_inline __u32 compat_flag(const struct task_struct *t)
{
	return (TYPED(t, thread_info.status) & TS_COMPAT_) / TS_COMPAT_ * WIRE_F_COMPAT;
}

/* The kernel looks at the low 32 bits only (do_syscall_64); x32 calls carry bit 30. */
static __always_inline long compat_nr(const struct pt_regs *regs)
{
	return (__u32)regs->orig_ax & ~0x40000000u;
}

/* What the call gives, once that is known. */
static __always_inline long compat_result(const struct pt_regs *regs)
{
	return regs->ax;
}

/* The number of registers that have no type. */
static __always_inline long compat_nr_of(const struct pt_regs *regs)
{
	return (__u32)REG(regs, orig_ax) & ~0x40000000u;
}

/* Has the call been made, and does its result stand there? While it is made -ENOSYS does. */
static __always_inline bool compat_is_over(const struct pt_regs *regs)
{
	return (int)REG(regs, ax) != -ENOSYS_;
}

static __always_inline __u64 compat_arg(const struct pt_regs *regs, bool is32, int n)
{
	__u64 v = 0;

	if (is32)
		v = n == 0 ? REG(regs, bx) :
		    n == 1 ? REG(regs, cx) :
		    n == 2 ? REG(regs, dx) :
		    n == 3 ? REG(regs, si) :
			     REG(regs, di);
	else
		v = n == 0 ? REG(regs, di) :
		    n == 1 ? REG(regs, si) :
		    n == 2 ? REG(regs, dx) :
		    n == 3 ? REG(regs, r10) :
			     REG(regs, r8);
	return is32 ? (__u32)v : v;
}

/* Sets argument n (a constant below 5) in registers of our own, as of a 64-bit call. */
static __always_inline void compat_set_arg(struct pt_regs *regs, int n, __u64 v)
{
	*(n == 0 ? &regs->di :
	  n == 1 ? &regs->si :
	  n == 2 ? &regs->dx :
	  n == 3 ? &regs->r10 :
		   &regs->r8) = v;
}

#define COMPAT_NATIVE(id, x86, ...)	  [x86].native = WIRE_CALL_##id,
#define COMPAT_NARROW(id, x86, i386, ...) [i386].compat = WIRE_CALL_##id,
#define COMPAT_NR_SOCKETCALL		  WIRE_CALL_SOCKETCALL
#define COMPAT_NR_OLD_MMAP		  WIRE_CALL_OLD_MMAP
#define COMPAT_IS_EXEC(nr, is32)              \
	((is32) ? (nr) == 11 || (nr) == 358 : \
		  (nr) == 59 || (nr) == 322 || (nr) == 520 || (nr) == 545)
#elif defined(__TARGET_ARCH_arm64)
#define TIF_32BIT_ (1ul << 22)
static __always_inline __u32 compat_flag(const struct task_struct *t)
{
	return (TYPED(t, thread_info.flags) & TIF_32BIT_) / TIF_32BIT_ * WIRE_F_COMPAT;
}

/* Unsigned: the verifier loses the bounds of a number whose sign is extended after it is compared. */
static __always_inline long compat_nr(const struct pt_regs *regs)
{
	return (__u32)regs->syscallno;
}

static __always_inline long compat_result(const struct pt_regs *regs)
{
	return regs->regs[0];
}

static __always_inline long compat_nr_of(const struct pt_regs *regs)
{
	return (__u32)REG(regs, syscallno);
}

/* (While it is made its first argument stands there.) */
static __always_inline bool compat_is_over(const struct pt_regs *regs)
{
	return REG(regs, regs[0]) != REG(regs, orig_x0);
}

/* x0 holds the result at exit; orig_x0 the first argument. */
static __always_inline __u64 compat_arg(const struct pt_regs *regs, bool is32, int n)
{
	__u64 v = n == 0 ? REG(regs, orig_x0) :
		  n == 1 ? REG(regs, regs[1]) :
		  n == 2 ? REG(regs, regs[2]) :
		  n == 3 ? REG(regs, regs[3]) :
			   REG(regs, regs[4]);

	return is32 ? (__u32)v : v;
}

static __always_inline void compat_set_arg(struct pt_regs *regs, int n, __u64 v)
{
	*(n == 0 ? &regs->orig_x0 :
	  n == 1 ? &regs->regs[1] :
	  n == 2 ? &regs->regs[2] :
	  n == 3 ? &regs->regs[3] :
		   &regs->regs[4]) = v;
}

#define COMPAT_NATIVE(id, x86, i386, arm64, ...) [arm64].native = WIRE_CALL_##id,
#define COMPAT_NARROW(id, x86, i386, arm64, arm) [arm].compat = WIRE_CALL_##id,
#define COMPAT_NR_SOCKETCALL			 (-1)
#define COMPAT_NR_OLD_MMAP			 (-1)
#define COMPAT_IS_EXEC(nr, is32)		 ((is32) ? (nr) == 11 || (nr) == 387 : (nr) == 221 || (nr) == 281)
#endif

/*
 * The calls of both ABIs behind a number, for those that have records of their own. (What comes
 * from a table is not known to the verifier, which would else follow each call alone.)
 */
struct compat_call {
	__u8 native, compat; /* WIRE_CALL_* */
};
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides" /* of WIRE_CALL_NO_NR */
static const struct compat_call compat_own[WIRE_CALL_NUMBERS + 1] = {
	WIRE_CALLS_OWN(COMPAT_NATIVE) WIRE_CALLS_OWN(COMPAT_NARROW)};
#pragma clang diagnostic pop

static __always_inline __u32 compat_own_call(long nr, bool is32)
{
	if ((unsigned long)nr >= WIRE_CALL_NUMBERS)
		return WIRE_CALL_NONE;
	return is32 ? compat_own[nr].compat : compat_own[nr].native;
}

#endif /* ROOTWATCH_COMPAT_BPF_H */

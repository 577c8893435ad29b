/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two architectures: constants of their kernels, and where a system call's number, arguments
 * and result are. */
#ifndef ROOTWATCH_ABI_BPF_H
#define ROOTWATCH_ABI_BPF_H

#include "read.bpf.h"
#include "wire.h"

/* O_* and FMODE_* of both architectures (those in use have the same values). */
#define O_ACCMODE_     03
#define O_WRONLY_      01
#define O_CREAT_       0100
#define O_TRUNC_       01000
#define O_ONCE_	       01700 /* O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC */
#define O_PATH_	       010000000
#define O_TMPFILE_     020000000 /* its own bit, which an open file keeps */
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
#define MAX_ERRNO_    4095 /* include/linux/err.h */
#define ERESTARTSYS_  512  /* seen at the end of a call only: it becomes EINTR or a new call */

#define S_IFMT_	  0170000
#define S_IFREG_  0100000
#define S_ISUID_  0004000
#define S_IFBLK_  0060000
#define S_IFIFO_  0010000
#define S_IFCHR_  0020000
#define S_IFSOCK_ 0140000

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

/* The same by one load, but for an x32 call, whose number is beyond all others here. */
static __always_inline unsigned long compat_nr_asked(const struct pt_regs *regs)
{
	return *(const __u32 *)((const char *)regs +
				bpf_core_field_offset(struct pt_regs, orig_ax));
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
		    n == 4 ? REG(regs, di) :
			     REG(regs, bp);
	else
		v = n == 0 ? REG(regs, di) :
		    n == 1 ? REG(regs, si) :
		    n == 2 ? REG(regs, dx) :
		    n == 3 ? REG(regs, r10) :
		    n == 4 ? REG(regs, r8) :
			     REG(regs, r9);
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
#define COMPAT_IS_RECVMMSG(nr, is32) ((is32) ? (nr) == 337 || (nr) == 417 : (nr) == 299)
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

static __always_inline unsigned long compat_nr_asked(const struct pt_regs *regs)
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
		  n == 4 ? REG(regs, regs[4]) :
			   REG(regs, regs[5]);

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
#define COMPAT_IS_RECVMMSG(nr, is32)		 ((is32) ? (nr) == 365 || (nr) == 417 : (nr) == 243)
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

#endif /* ROOTWATCH_ABI_BPF_H */

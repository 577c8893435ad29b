/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How kernel memory is read, and how the verifiers of all kernels are kept content. */
#ifndef ROOTWATCH_READ_BPF_H
#define ROOTWATCH_READ_BPF_H

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
 * the step once, not n times: before 6.7 (commit ab5cfac139ab) at the first one only, and where
 * that finds a constant on the stack the code for other values is taken out. What steps hand on to
 * each other there has to begin as OPAQUE().
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

/* A number in the memory of the current task; 0 where that cannot be read. */
static __always_inline __u32 compat_user_u32(__u64 from)
{
	__u32 v = 0;

	bpf_probe_read_user(&v, sizeof(v), (const void *)from);
	return v;
}

static __always_inline __u64 compat_user_u64(__u64 from)
{
	__u64 v = 0;

	bpf_probe_read_user(&v, sizeof(v), (const void *)from);
	return v;
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
 * A pointer that may have a type as a mere number, which is all that a global function can be
 * passed. By way of memory: no arithmetic makes the verifier forget a type, with one exception:
 * see below.
 */
static __always_inline __u64 compat_untyped(const void *p)
{
	__u64 v = 0;

	bpf_probe_read_kernel(&v, sizeof(v), &p);
	return v;
}

/*
 * A pointer that has a type as a number that is good for comparisons only, without a helper: one
 * pointer less another one. (Before 5.17 pointers have no types here.)
 */
volatile __u64 compat_anchor = 0; /* where this lies itself, once that was asked */
static __always_inline __u64 compat_number(const void *typed)
{
	__u64 v = (__u64)typed;

#if COMPAT_KERNEL >= 517
	asm volatile("%0 -= %1" : "+r"(v) : "r"(&compat_anchor));
#endif
	return v;
}

#if COMPAT_KERNEL >= 517
__noinline __u64 compat_find_anchor(void)
{
	compat_anchor = compat_untyped((const void *)&compat_anchor);
	return compat_anchor;
}
#endif

/* The same number of a pointer that has lost its type. */
static __always_inline __u64 compat_number_of_address(__u64 address)
{
#if COMPAT_KERNEL >= 517
	__u64 at = compat_anchor;

	return address - (at ? at : compat_find_anchor());
#else
	return address;
#endif
}

/* The same as compat_untyped() gives. */
static __always_inline __u64 compat_address(const void *typed)
{
#if COMPAT_KERNEL >= 517
	__u64 at = compat_anchor;

	return compat_number(typed) + (at ? at : compat_find_anchor());
#else
	return compat_untyped(typed);
#endif
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

#endif /* ROOTWATCH_READ_BPF_H */

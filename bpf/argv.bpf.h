/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The arguments of a program: as many as a record has room for, and a hash of them all when that is
 * not all of them, so that two long command lines can be told apart, or be recognised.
 */
#ifndef ROOTWATCH_ARGV_BPF_H
#define ROOTWATCH_ARGV_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"

#if COMPAT_KERNEL >= 517
/*
 * FNV-1a, 64 bits (isthe.com/chongo/tech/comp/fnv): a byte at a time, some 2 ns each. What is
 * longer than ARGV_HASHED, which a container can only have by a larger stack limit than usual,
 * would keep the CPU for too long.
 */
#define FNV_START_  0xcbf29ce484222325ull
#define FNV_PRIME_  0x100000001b3ull
#define ARGV_CHUNK  64
#define ARGV_HASHED (2u << 20)

/* One chunk, in the record's room behind its longest end. arg: where, how much, the hash. */
static long argv_hash_step(__u32 i, const __u32 *slot)
{
	struct scratch *s = emit_scratch(*slot);
	const __u8 *chunk;
	__u64 n, hash;
	__u32 k;

	if (!s)
		return 1;
	n = s->arg[1];
	hash = s->arg[2];
	if (n == 0)
		return 1;
	if (n > ARGV_CHUNK)
		n = ARGV_CHUNK;
	BOUND(n, ARGV_CHUNK);
	if (bpf_probe_read_user(s->record + WIRE_RECORD_MAX, n, (const void *)s->arg[0]))
		return 1;
	chunk = s->record + WIRE_RECORD_MAX;
	for (k = 0; k < ARGV_CHUNK; k++) {
		if (k >= n)
			break;
		hash = (hash ^ chunk[k]) * FNV_PRIME_;
	}
	s->arg[0] += n;
	s->arg[1] -= n;
	s->arg[2] = hash;
	return 0;
}

/* Global: looked at by the verifier once. True: the hash is in arg[2]. */
__noinline int argv_hash_of(__u32 slot, __u64 start, __u64 len)
{
	struct scratch *s = emit_scratch(slot);

	if (!s || len > ARGV_HASHED)
		return false;
	s->arg[0] = start;
	s->arg[1] = len;
	s->arg[2] = FNV_START_;
	LOOP((len + ARGV_CHUNK - 1) / ARGV_CHUNK, argv_hash_step, &slot);
	return s->arg[1] == 0;
}

static __always_inline void argv_hash(struct scratch *s, struct wire_exec *w, __u64 start,
				      __u64 len)
{
	if (!argv_hash_of(s->slot, start, len))
		return;
	w->argv_hash = s->arg[2];
	SET_FLAG(w->flags, WIRE_EXEC_HASH);
}
#else
/* Without bpf_loop the verifier would follow each of the bytes. */
static __always_inline void argv_hash(struct scratch *s, struct wire_exec *w, __u64 start,
				      __u64 len)
{
}
#endif

static __always_inline void argv_fill(struct scratch *s, struct wire_exec *w, const void *mm)
{
	__u64 start = LOAD(struct mm_struct, mm, arg_start);
	__u64 end = LOAD(struct mm_struct, mm, arg_end);
	__u64 len = end - start;

	if (len <= WIRE_ARGV_MAX) {
		emit_user(s, &w->argv, (const void *)start, len);
	} else {
		emit_user(s, &w->argv, (const void *)start, WIRE_ARGV_MAX / 2);
		emit_user(s, &w->argv_tail, (const void *)(end - WIRE_ARGV_MAX / 2),
			  WIRE_ARGV_MAX / 2);
		SET_FLAG(s->flags, WIRE_F_TRUNC);
		argv_hash(s, w, start, len);
	}
	w->argv.full = len;
}

#endif /* ROOTWATCH_ARGV_BPF_H */

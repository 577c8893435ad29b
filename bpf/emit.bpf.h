/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one place that takes a scratch buffer, numbers a record, submits it, and counts what was
 * lost and why: produced = delivered + all lost_* holds at any time.
 */
#ifndef ROOTWATCH_EMIT_BPF_H
#define ROOTWATCH_EMIT_BPF_H

#include "compat.bpf.h"
#include "knobs.bpf.h"
#include "maps.bpf.h"
#include "share.bpf.h"

static __always_inline struct counters *emit_counters(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&counters, &zero);
}

/*
 * Another task's program may come between, on the same CPU (see struct scratch): no two records may
 * get one number, and no loss be forgotten. Gives the number counted to. (Before 5.12 BPF can only
 * add; there it does not come between.)
 */
static __always_inline __u64 emit_add(__u64 *counter)
{
#if COMPAT_KERNEL >= 517
	return __sync_fetch_and_add(counter, 1) + 1;
#else
	return ++*counter;
#endif
}

static __always_inline void emit_count(__u32 what)
{
	struct counters *c = emit_counters();

	if (c && what < WIRE_C_END)
		emit_add(&c->c[what]);
}

/* Counts a record that cannot even be put together. */
static __always_inline void emit_lost(__u32 reason)
{
	struct counters *c = emit_counters();

	if (!c)
		return;
	emit_add(&c->c[WIRE_C_PRODUCED]);
	if (reason < WIRE_C_END)
		emit_add(&c->c[reason]);
}

/*
 * The buffer of a slot. Functions with loops are global (not static): the verifier then looks at
 * them once and not at every call, but they can only be passed numbers.
 */
static __always_inline struct scratch *emit_scratch(__u32 slot)
{
	return bpf_map_lookup_elem(&scratches, &slot);
}

/*
 * Before 5.12 BPF can only add: in two steps then, and whoever comes between them makes both give
 * up, never both succeed.
 */
static __always_inline bool emit_take(struct scratch *s)
{
#if COMPAT_KERNEL >= 517
	return __sync_val_compare_and_swap(&s->busy, 0, 1) == 0;
#else
	__sync_fetch_and_add(&s->busy, 1);
	if (*(volatile __u32 *)&s->busy == 1)
		return true;
	__sync_fetch_and_add(&s->busy, -1);
	return false;
#endif
}

static __always_inline void emit_cancel(struct scratch *s)
{
#if COMPAT_KERNEL >= 517
	*(volatile __u32 *)&s->busy = 0;
#else
	__sync_fetch_and_add(&s->busy, -1);
#endif
}

/* The buffer of a slot, if nobody has it. (One key on the stack for all of them.) */
static __always_inline struct scratch *emit_free(__u32 *slot, __u32 n)
{
	struct scratch *s;

	*slot = n;
	s = bpf_map_lookup_elem(&scratches, slot);
	if (!s || !emit_take(s))
		return NULL;
	s->slot = n;
	return s;
}

/* A buffer whose first `fixed` bytes are the record's struct; NULL: counted as lost. */
static __always_inline struct scratch *emit_begin(__u32 fixed)
{
	struct scratch *s;
	__u32 slot;

	s = emit_free(&slot, 0);
	if (!s)
		s = emit_free(&slot, 1);
	if (!s && knob_copies)
		s = emit_free(&slot, 2);
	if (!s && knob_copies)
		s = emit_free(&slot, 3);
	if (!s) {
		emit_lost(WIRE_C_LOST_BUSY);
		return NULL;
	}
	s->used = fixed;
	s->flags = 0;
	s->chained = 0;
	s->set = prefilter_active & 1;
	s->kept.before = s->kept.sign;
	s->kept.sign = 0;
	s->kept.use = false;
	return s;
}

/*
 * Wakes the reader when it sleeps and must know. How full the ring is, is asked for one in
 * EMIT_ASKS records of a CPU (seq): that is another helper.
 */
#define EMIT_ASKS 16
static __always_inline __u64 emit_wakeup(bool urgent, __u64 seq)
{
	__u32 state = reader_state;

	if (state == WIRE_READER_RUNNING)
		return BPF_RB_NO_WAKEUP;
	if (state == WIRE_READER_BATCH && !urgent &&
	    (seq % EMIT_ASKS || bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) < knob_ring_bytes / 8))
		return BPF_RB_NO_WAKEUP;
	reader_state = WIRE_READER_RUNNING;
	return BPF_RB_FORCE_WAKEUP;
}

/* Where a record of that kind says which cgroup it is of; its hierarchy lies behind that. */
#define EMIT_CGROUP(kind)                                                         \
	((kind) == WIRE_CGROUP ? __builtin_offsetof(struct wire_cgroup, cgroup) : \
	 (kind) == WIRE_FORK   ? __builtin_offsetof(struct wire_fork, cgroup) :   \
				 sizeof(struct wire_header) +                     \
				       __builtin_offsetof(struct wire_task, cgroup))

/* Puts the record into the ring, if its container may take that room. */
static __always_inline bool emit_put(struct scratch *s, __u16 kind, __u64 size, bool urgent)
{
	struct wire_header *h = (struct wire_header *)s->record;
	const __u64 *cgroup = (const __u64 *)(s->record + EMIT_CGROUP(kind));
	__u32 share = share_of(*cgroup);
	__u64 wakeup;

	h->share = share;
	if (share_take(share, size) || kind == WIRE_CGROUP) {
		wakeup = emit_wakeup(urgent, h->seq);
		if (!bpf_ringbuf_output(&ring, s->record, size, wakeup))
			return true;
	}
	share_lose(share, size, *cgroup, *(const __u32 *)(cgroup + 1));
	return false;
}

/* Numbers and submits the record in s, and gives the buffer back. */
static __always_inline void emit_submit(struct scratch *s, __u16 kind, __u16 flags, bool urgent)
{
	struct wire_header *h = (struct wire_header *)s->record;
	struct counters *c = emit_counters();
	__u64 size = s->used;

	if (c) {
		h->size = size;
		h->kind = kind;
		h->flags = flags | s->flags | s->set * WIRE_F_SET;
		h->cpu = bpf_get_smp_processor_id();
		h->share = 0;
		h->time = bpf_ktime_get_boot_ns();
		h->seq = emit_add(&c->c[WIRE_C_PRODUCED]);
		if (size > WIRE_RECORD_MAX) {
			emit_add(&c->c[WIRE_C_LOST_READ]);
		} else {
			BOUND(size, WIRE_RECORD_MAX);
			if (emit_put(s, kind, size, urgent))
				__sync_fetch_and_add(&c->c[WIRE_C_BYTES], size);
			else
				emit_add(&c->c[WIRE_C_LOST_RING]);
		}
	}
	emit_cancel(s);
}

/* Blobs. The position is checked so that the verifier sees it, whatever is in the map. */

static __always_inline void emit_blob_start(struct scratch *s, struct wire_blob *b)
{
	b->off = s->used;
	b->len = 0;
	b->full = 0;
}

static __always_inline void emit_blob_end(struct scratch *s, struct wire_blob *b, __u32 full)
{
	b->len = s->used - b->off;
	b->full = full;
	if (full > b->len)
		SET_FLAG(s->flags, WIRE_F_TRUNC);
}

/* Appends n bytes (at most max, a power of two less one) from kernel memory; no blob mark. */
static __always_inline void emit_kernel(struct scratch *s, const void *src, __u32 n, __u32 max)
{
	__u32 at = s->used;

	n &= max;
	if (at > WIRE_RECORD_MAX)
		return;
	if (bpf_probe_read_kernel(AT(s->record, at, WIRE_RECORD_MAX), n, src) == 0)
		s->used = at + n;
}

/* A NUL-terminated kernel string as a blob; at most max bytes with its NUL. */
static __always_inline void emit_kernel_str(struct scratch *s, struct wire_blob *b, const void *src,
					    __u32 max)
{
	__u32 at = s->used;
	long n;

	emit_blob_start(s, b);
	if (at > WIRE_RECORD_MAX)
		return;
	n = bpf_probe_read_kernel_str(AT(s->record, at, WIRE_RECORD_MAX), max, src);
	if (n > 1 && n <= max) {
		s->used = at + n - 1;
		emit_blob_end(s, b, n == max ? n : n - 1);
	}
}

/* A NUL-terminated user string; gives its length, or less than 0 when it could not be read. */
static __always_inline long emit_user_str(struct scratch *s, struct wire_blob *b, const void *src,
					  __u64 max)
{
	__u32 at = s->used;
	long n;

	emit_blob_start(s, b);
	if (at > WIRE_RECORD_MAX || max > WIRE_PATH_MAX)
		return -1;
	BOUND(max, WIRE_PATH_MAX);
	n = bpf_probe_read_user_str(AT(s->record, at, WIRE_RECORD_MAX), max, src);
	if (n <= 0) /* 0 is "": older kernels' strncpy_from_user_nofault() does not count its NUL */
		return n;
	if (n > 1 && (__u64)n <= max) {
		s->used = at + n - 1;
		emit_blob_end(s, b, (__u64)n == max ? n : n - 1);
	}
	return n - 1;
}

/* n bytes of user memory, at most WIRE_ARGV_MAX. */
static __always_inline void emit_user(struct scratch *s, struct wire_blob *b, const void *src,
				      __u64 n)
{
	__u32 at = s->used;

	emit_blob_start(s, b);
	if (at > WIRE_RECORD_MAX || n == 0 || n > WIRE_ARGV_MAX)
		return;
	BOUND(n, WIRE_ARGV_MAX);
	if (bpf_probe_read_user(AT(s->record, at, WIRE_RECORD_MAX), n, src) == 0)
		s->used = at + n;
	emit_blob_end(s, b, n);
}

#endif /* ROOTWATCH_EMIT_BPF_H */

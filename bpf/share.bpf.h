/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ring is shared: who holds more than a share of what waits in it is not let into its last
 * part, which is there for the other containers. Held is what was put in, counted here, less what
 * the reader took out, counted by it. Containers have a place each by a secret hash; two that meet
 * at one count as one.
 */
#ifndef ROOTWATCH_SHARE_BPF_H
#define ROOTWATCH_SHARE_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"

struct wire_share shares[WIRE_SHARES] = {};
/* The reader's: bytes taken out. */
volatile __u64 shares_out[WIRE_SHARES] = {};
/* So many bytes are a share; so many have to be free for who holds more than one. */
volatile __u64 share_bytes = ~0ull;
volatile __u64 share_reserve = 0;

static __always_inline __u32 share_of(__u64 cgroup)
{
	return cgroup * knob_harmless >> (64 - WIRE_SHARES_LOG);
}

/* Takes room for so many bytes; false: it has its share, and the ring is nearly full. */
static __always_inline bool share_take(__u32 at, __u64 size)
{
	struct wire_share *s = &shares[at & (WIRE_SHARES - 1)];
	__u64 used;

	__sync_fetch_and_add(&s->in, size);
	if (*(volatile __u64 *)&s->in - shares_out[at & (WIRE_SHARES - 1)] <= share_bytes)
		return true;
	used = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	return used + size + share_reserve <= knob_ring_bytes;
}

/* What was taken is not used: the record is lost. */
static __always_inline void share_lose(__u32 at, __u64 size, __u64 cgroup, __u32 hier)
{
	struct wire_share *s = &shares[at & (WIRE_SHARES - 1)];

	__sync_fetch_and_add(&s->in, -size);
	*(volatile __u64 *)&s->cgroup = cgroup;
	*(volatile __u64 *)&s->hier = hier;
	__sync_fetch_and_add(&s->lost, 1);
}

#endif /* ROOTWATCH_SHARE_BPF_H */

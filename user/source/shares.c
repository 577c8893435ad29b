/* SPDX-License-Identifier: Apache-2.0 */
#include "source/shares.h"

#include <string.h>

#include "source/source.h"

#include "rootwatch.skel.h"

/* Of the ring, a share is an eighth. Who holds more leaves free the last quarter, or, while there
 * is nobody else, a part that is enough for the first acts of a container that has just begun. */
#define SHARE_PART   8
#define RESERVE_PART 4
#define ALONE_PART   32

/* The kernel side reads at each record what was taken out: it is told of so large a part of the
 * ring at a time, as the processors would else pass that memory to and fro. */
#define TOLD_PART 64

/* So long after the last record of another container one is alone. */
#define ALONE_NS (10ull * 1000 * 1000 * 1000)

static void reserve(struct shares *sh, bool alone)
{
	sh->alone = alone;
	__atomic_store_n((uint64_t *)&sh->skel->bss->share_reserve,
			 sh->ring_bytes / (alone ? ALONE_PART : RESERVE_PART), __ATOMIC_RELAXED);
}

void shares_begin(struct shares *sh, struct rootwatch_bpf *skel, uint32_t ring_bytes)
{
	memset(sh, 0, sizeof(*sh));
	sh->skel = skel;
	sh->ring_bytes = ring_bytes;
	reserve(sh, true);
	__atomic_store_n((uint64_t *)&skel->data->share_bytes, ring_bytes / SHARE_PART,
			 __ATOMIC_RELAXED);
}

/* Nobody else writes it. */
static void tell(struct shares *sh)
{
	uint64_t *out = (uint64_t *)&sh->skel->bss->shares_out[sh->last];

	__atomic_store_n(out, *out + sh->taken, __ATOMIC_RELAXED);
	sh->taken = 0;
}

void shares_taken(struct shares *sh, const void *record, size_t size)
{
	const struct wire_header *h = record;

	if (size < sizeof(*h) || h->share >= WIRE_SHARES)
		return;
	if (h->share != sh->last) {
		tell(sh);
		sh->last = h->share;
		sh->changed = h->time;
		if (sh->alone)
			reserve(sh, false);
	} else if (!sh->alone && h->time > sh->changed + ALONE_NS) {
		reserve(sh, true);
	}
	sh->taken += size;
	if (sh->taken >= sh->ring_bytes / TOLD_PART)
		tell(sh);
}

bool shares_loss(struct shares *sh, uint64_t max, struct source_loss *loss)
{
	for (size_t i = 0; i < WIRE_SHARES && max > 0; i++) {
		uint64_t lost = __atomic_load_n(&sh->skel->bss->shares[i].lost, __ATOMIC_RELAXED);

		if (lost == sh->told[i])
			continue;
		lost -= sh->told[i];
		loss->lost = lost < max ? lost : max;
		loss->cgroup = __atomic_load_n(&sh->skel->bss->shares[i].cgroup, __ATOMIC_RELAXED);
		loss->hier =
			(uint32_t)__atomic_load_n(&sh->skel->bss->shares[i].hier, __ATOMIC_RELAXED);
		sh->told[i] += loss->lost;
		return true;
	}
	return false;
}

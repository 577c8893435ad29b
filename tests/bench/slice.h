/* SPDX-License-Identifier: Apache-2.0 */
/* What the workload (guest/load.c) hands to the bench through a pipe, as raw structs. */
#ifndef BENCH_SLICE_H
#define BENCH_SLICE_H

#include <stdint.h>

/* How often a pass may slice one workload, at most; and at least, however noisy it is. */
#define SLICES_MAX   400
#define SLICES_LEAST 8

/*
 * One run of the fixed user-space loop. It makes no system call, so no detector can make it slower.
 * Its first part is arithmetic that waits for itself: only the processor's clock changes it. The
 * second part walks through memory of the size of the near caches: whoever shares the core (on a
 * rented machine often a stranger) shows there at once, and in a system call, too.
 */
struct probe {
	uint64_t pace;	/* ns */
	uint64_t cache; /* ns */
};

/* One slice of a workload between two probes. */
struct slice {
	struct probe before, after;
	uint64_t spent; /* ns of all operations */
	uint64_t ops;
};

/* A probe is quiet when its second part takes no longer than the best one and this. */
#define PROBE_NEAR 1.10

static inline int probe_quiet(const struct probe *p, const struct probe *best)
{
	return (double)p->cache <= (double)best->cache * PROBE_NEAR;
}

static inline int slice_quiet(const struct slice *s, const struct probe *best)
{
	return probe_quiet(&s->before, best) && probe_quiet(&s->after, best);
}

/*
 * ns per operation, at the processor's best pace. An interrupt in one of the probes must not make
 * the operation look cheap: the faster one tells the pace.
 */
static inline double slice_cost(const struct slice *s, const struct probe *best)
{
	uint64_t pace = s->before.pace < s->after.pace ? s->before.pace : s->after.pace;

	return (double)s->spent / (double)s->ops * (double)best->pace / (double)pace;
}

/* load count: how often, and how often before that. */
#define COUNT_TURNS_MAX 64
#define COUNT_WARM	3

/* A tight loop of one operation. Times are CLOCK_REALTIME, ns. */
struct burst {
	uint64_t first; /* before the first operation */
	uint64_t last;	/* after the last one */
	uint64_t done;
};

#endif

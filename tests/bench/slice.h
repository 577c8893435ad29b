/* SPDX-License-Identifier: Apache-2.0 */
/* What the workload (guest/load.c) hands to the bench through a pipe, as raw structs. */
#ifndef BENCH_SLICE_H
#define BENCH_SLICE_H

#include <stdint.h>

/* How often a pass may slice one workload, at most. */
#define SLICES_MAX 400

/*
 * One slice of a workload. The fixed user-space loop that runs before and after it tells whether
 * the machine was quiet: it makes no system call, so no detector can make it slower.
 */
struct slice {
	uint64_t before; /* ns of the fixed loop */
	uint64_t spent;	 /* ns of all operations of the slice */
	uint64_t after;	 /* ns of the fixed loop */
	uint64_t ops;
};

/*
 * Quiet: the two loops agree, so that nothing came or went meanwhile, and neither took much longer
 * than on the quiet machine (best, ns). What remains is the slow drift of a shared machine's
 * clock, and that stretches loop and workload alike: slice_cost takes it out.
 */
#define SLICE_NEAR  1.10
#define SLICE_AGREE 0.03

static inline int slice_quiet(const struct slice *s, double best)
{
	double before = (double)s->before, after = (double)s->after;
	double apart = before > after ? before - after : after - before;

	return before <= best * SLICE_NEAR && after <= best * SLICE_NEAR &&
	       apart <= best * SLICE_AGREE;
}

/* ns per operation, as it would be on the quiet machine. */
static inline double slice_cost(const struct slice *s, double best)
{
	double loop = ((double)s->before + (double)s->after) / 2;

	return (double)s->spent / (double)s->ops * best / loop;
}

/* A tight loop of one operation. Times are CLOCK_REALTIME, ns. */
struct burst {
	uint64_t first; /* before the first operation */
	uint64_t last;	/* after the last one */
	uint64_t done;
};

#endif

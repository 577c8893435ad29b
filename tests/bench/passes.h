/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measurements: what each operation takes with each variant. A round is one pass of every
 * variant over every row.
 */
#ifndef BENCH_PASSES_H
#define BENCH_PASSES_H

#include <stdbool.h>

#include "box.h"
#include "detector.h"
#include "slice.h"

#define ROUNDS_MAX 256

struct row {
	const char *id, *what;
	enum place place;
	const char *op;
	const char *path; /* in the container, or below the host's copy of its files */
	double target;	  /* of rootwatch's ratio */
};

#define ROWS 19
extern const struct row rows[ROWS];

struct sample {
	unsigned int round;
	enum variant variant;
	unsigned int row;
	struct slice s;
};

struct passes {
	const struct box *box;
	struct detector_setup setup;
	bool row_on[ROWS];
	bool variant_on[VARIANTS];
	unsigned int rounds;
	unsigned int want;	  /* quiet slices of a row in a pass */
	unsigned int patience_ms; /* how long to wait for them */

	struct sample *v;
	size_t n, cap;
	struct probe best;	/* on a quiet machine */
	unsigned int disturbed; /* passes while somebody else's BPF programs were loaded */
	unsigned int passes;
	struct progs resident; /* programs of others that were there all the time */
};

/* Learns how fast the quiet machine is. */
int passes_calibrate(struct passes *p);

int passes_run(struct passes *p);

/* One row's operation in a tight loop, for the kernel's own statistics; *ops: how often. */
int passes_burst(const struct passes *p, unsigned int row, uint64_t *ops);

#endif

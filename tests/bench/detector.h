/* SPDX-License-Identifier: Apache-2.0 */
/* What is compared: no detector, programs that do nothing, rootwatch. */
#ifndef BENCH_DETECTOR_H
#define BENCH_DETECTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "progs.h"

enum variant { VARIANT_NONE, VARIANT_EMPTY, VARIANT_ROOTWATCH, VARIANTS };

extern const char *const variant_names[VARIANTS];

struct empty_bpf;

struct detector {
	enum variant kind;
	struct empty_bpf *empty;
	pid_t pid;	   /* of rootwatch */
	int out;	   /* reading end of its stdout, or -1: lines go to the file */
	char lines[300];   /* that file */
	char talk[300];	   /* its stderr */
	uint64_t started;  /* CLOCK_MONOTONIC ns, before the fork */
	uint64_t ready;	   /* when it said so */
	struct progs mine; /* what it loaded */
};

/*
 * Where rootwatch is, where its output goes, which CPU it leaves to the workload. tier: which hook
 * sees opens, "tracepoint", "fentry" or "lsm"; NULL: rootwatch chooses, the empty programs are
 * those of the tracepoint.
 */
struct detector_setup {
	const char *tier;
	const char *program;
	const char *scratch;
	int cpu;
};

/*
 * Starts one and waits until it is ready. piped: its lines come through d->out instead of the
 * file, and it is returned at once, before it is ready (detector_ready waits).
 */
int detector_start(struct detector *d, enum variant kind, const struct detector_setup *setup,
		   bool piped);
int detector_ready(struct detector *d);

/* What rootwatch said at its end (--stats). */
struct detector_stats {
	bool known;
	char line[512];
	uint64_t produced, delivered, lost_ring;
};

/* Ends it, with all it has delivered, and removes its files. stats may be NULL. */
int detector_stop(struct detector *d, struct detector_stats *stats);

/* Waits until the file of lines has not grown for ms; when it last grew: CLOCK_REALTIME ns. */
int detector_settle(const struct detector *d, unsigned int ms, uint64_t *grown);

#endif

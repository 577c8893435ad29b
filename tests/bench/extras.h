/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is measured of rootwatch alone, each part printed as it comes and added to report: run
 * statistics of its programs, delivery, latency, memory, idle cost, start, judging by rules.
 */
#ifndef BENCH_EXTRAS_H
#define BENCH_EXTRAS_H

#include <jansson.h>

#include "passes.h"

/* What stands behind a number that has a target. */
static inline const char *verdict(bool ok)
{
	return ok ? "" : "  missed";
}

struct extras {
	const struct passes *passes;
	unsigned int burst;  /* opens in the delivery part */
	unsigned int ticks;  /* opens in the latency part */
	unsigned int idle_s; /* of the idle part */
	unsigned int starts;
	json_t *report;
};

int extras_programs(struct extras *x); /* of the empty ones beside them, when both are on */
int extras_delivery(struct extras *x); /* and memory */
int extras_latency(struct extras *x);
int extras_idle(struct extras *x);
int extras_start(struct extras *x);
int extras_rules(struct extras *x); /* judging.c: without rootwatch itself */

#endif

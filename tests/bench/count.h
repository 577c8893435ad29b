/* SPDX-License-Identifier: Apache-2.0 */
/* Costs on a machine whose clock counts instructions: no noise, so no statistics. */
#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

#include "passes.h"

/*
 * Prints "count VARIANT[:TIER] ROW NS LEAST" for each word of list (like "none,empty:lsm") and
 * row: ns of one operation in the turn in the middle, and in the shortest one. A detector that does
 * not start is said, "count VARIANT:TIER - WHY", and the next one is tried.
 */
int count_run(struct passes *p, const char *list);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table: what each operation costs with each variant, as a ratio to none. Ratios are taken
 * within a round (passes.h), and the median is reported.
 */
#ifndef BENCH_COSTS_H
#define BENCH_COSTS_H

#include <jansson.h>

#include "passes.h"

/* Prints the table, and gives the same as JSON (a new reference). */
json_t *costs_report(const struct passes *p);

/*
 * ns of a row with no detector, and the ratio of the empty programs. NAN: not measured, or the row
 * came out impossible.
 */
void costs_base(const struct passes *p, unsigned int row, double *none_ns, double *empty_ratio);

#endif

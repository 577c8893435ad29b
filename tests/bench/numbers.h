/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_NUMBERS_H
#define BENCH_NUMBERS_H

#include <stddef.h>

/* The q-quantile (0 lowest, 0.5 median, 1 highest) of v, which is sorted on the way; 0 of none. */
double numbers_quantile(double *v, size_t n, double q);

#endif

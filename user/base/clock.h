/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks. */
#ifndef ROOTWATCH_BASE_CLOCK_H
#define ROOTWATCH_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Any of them, ns. */
static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* CLOCK_MONOTONIC, ms: for deadlines. */
static inline int64_t clock_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1000000;
}

#endif /* ROOTWATCH_BASE_CLOCK_H */

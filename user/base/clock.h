/* SPDX-License-Identifier: Apache-2.0 */
/* Time for deadlines. */
#ifndef ROOTWATCH_BASE_CLOCK_H
#define ROOTWATCH_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC, ms. */
static inline int64_t clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#endif /* ROOTWATCH_BASE_CLOCK_H */

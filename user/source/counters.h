/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side counts, on each CPU for itself. */
#ifndef ROOTWATCH_SOURCE_COUNTERS_H
#define ROOTWATCH_SOURCE_COUNTERS_H

#include "source/source.h"

/* map: that of the counters. What user space counts is 0 in *st. 0 or -errno. */
int counters_read(int map, struct source_stats *st);

#endif /* ROOTWATCH_SOURCE_COUNTERS_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a run, of all stages, as they are told: on stderr and in a JSON stream. */
#ifndef ROOTWATCH_CMD_STATS_H
#define ROOTWATCH_CMD_STATS_H

#include "cmd/judges.h"
#include "cmd/pipeline.h"
#include "output/output.h"
#include "source/source.h"

#define STATS_MAX 24

struct stats {
	struct output_counter list[STATS_MAX];
	size_t n;
};

/* since: clock_ms() of the start. 0, or -errno when the kernel does not say: *st is as it was. */
int stats_take(struct stats *st, const struct source *source, const struct pipeline *pipeline,
	       const struct judges *judges, int64_t since);

/* One line to stderr. */
void stats_print(const struct stats *st);

#endif /* ROOTWATCH_CMD_STATS_H */

// SPDX-License-Identifier: Apache-2.0
#include "cmd/stats.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static void fill(struct stats *st, const struct source_stats *s, const struct pipeline_stats *p,
		 const struct judges *judges, int64_t since)
{
	const struct output_counter list[] = {
		{F_ST_PRODUCED, s->produced},
		{F_ST_DELIVERED, s->delivered},
		{F_ST_LOST_RING, s->lost_ring},
		{F_ST_LOST_BUSY, s->lost_busy},
		{F_ST_LOST_READ, s->lost_read},
		{F_ST_LOST_RECURSION, s->lost_recursion},
		{F_ST_BYTES, s->bytes},
		{F_ST_UNKNOWN_CREDS, s->unknown_creds},
		{F_ST_EVENTS, p->events},
		{F_ST_LINES, p->lines},
		{F_ST_ALERTS, p->alerts},
		{F_ST_CONTEXT, p->context},
		{F_ST_NOT_CONTAINER, p->not_container},
		{F_ST_FILTERED, p->filtered},
		{F_ST_MALFORMED, p->malformed},
		{F_ST_LOST_SEEN, p->lost_seen},
		{F_ST_UPTIME, (uint64_t)(clock_ms() - since) / 1000},
		{F_ST_RULES, judges->active},
		{F_ST_RELOADS, judges->reloads},
		{F_ST_REFUSED, judges->refused},
	};

	_Static_assert(sizeof(list) <= sizeof(st->list), "there is room for all");
	memcpy(st->list, list, sizeof(list));
	st->n = sizeof(list) / sizeof(list[0]);
}

int stats_take(struct stats *st, const struct source *source, const struct pipeline *pipeline,
	       const struct judges *judges, int64_t since)
{
	struct pipeline_stats p;
	struct source_stats s;
	int err = source_stats(source, &s);

	if (err)
		return err;
	pipeline_stats(pipeline, &p);
	fill(st, &s, &p, judges, since);
	return 0;
}

void stats_print(const struct stats *st)
{
	char line[OUTPUT_LINE_MAX];
	size_t len = output_stats_text(line, st->list, st->n);

	(void)fwrite(line, 1, len, stderr);
}

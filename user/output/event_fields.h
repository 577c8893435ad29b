/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_OUTPUT_EVENT_FIELDS_H
#define ROOTWATCH_OUTPUT_EVENT_FIELDS_H

#include "event/event.h"
#include "output/line.h"
#include "output/output.h"
#include "rules/engine/engine.h"

/*
 * The members of output_fields for an event, without the braces around them: first the schema, the
 * time and the number (*time, *num: where the digits of these begin), then the others; of those
 * that only the rule names at most named_cap bytes each, 0: they are left out.
 */
void event_fields_begin(struct line *l, const struct event *e, char **time, char **num);
void event_fields_write(struct line *l, const struct event *e, const struct verdict *v,
			size_t named_cap);

/* The same for the line about lost events; c: whose, or NULL. */
void event_fields_write_lost(struct line *l, uint64_t lost, uint64_t total, uint64_t time_ns,
			     const struct container *c);

/* And for the first line of a stream. */
void event_fields_write_start(struct line *l, struct str tier, struct str hooks, uint64_t time_ns);

/* And for a line of counters. */
void event_fields_write_stats(struct line *l, const struct output_counter *counters, size_t n,
			      uint64_t time_ns);

#endif /* ROOTWATCH_OUTPUT_EVENT_FIELDS_H */

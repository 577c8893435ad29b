/* SPDX-License-Identifier: Apache-2.0 */
/* The stages, wired: a record goes in, a line comes out. */
#ifndef ROOTWATCH_CMD_PIPELINE_H
#define ROOTWATCH_CMD_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/output.h"
#include "source/source.h"

struct engine;
struct host_mounts;
struct pipeline;

struct pipeline_options {
	bool json;
	bool color;
	bool all;
	const char *container; /* only this one: id, prefix of it, or name; NULL: every */
	const char *hostname;
	struct host_mounts *host; /* the caller's; NULL: where files lie on the host is not known */
	/*
	 * How many records were lost so far, by the source's own count; false: it does not say.
	 * NULL: a number that is missing counts as lost.
	 */
	bool (*lost)(void *arg, uint64_t *lost);
	/* Whose records were lost: source_loss(). NULL: nobody knows. */
	bool (*loss)(void *arg, uint64_t max, struct source_loss *loss);
	void *loss_arg;		       /* of both */
	const uint32_t *hidden_pid_ns; /* of rootwatch's own canary: counted, not shown */
};

struct pipeline_stats {
	uint64_t events; /* judged */
	uint64_t lines;	 /* written: alerts, and with --all the rest */
	uint64_t alerts;
	uint64_t context;	/* records that only explain others */
	uint64_t not_container; /* looked like a container to the kernel side, but is none */
	uint64_t filtered;	/* of other containers than the one asked for */
	uint64_t malformed;	/* records that could not be decoded */
	uint64_t lost_seen;	/* gaps in the numbering, told in the stream */
};

/* source: asked for cgroup names whose record was lost; NULL: none. Gives 0 or -errno. */
int pipeline_new(struct pipeline **out, const struct pipeline_options *o,
		 const struct source *source, struct sink *sink);
void pipeline_free(struct pipeline *p);

/*
 * The rules that judge the records of a filter (event.set, 0 or 1); they have to stay until others
 * take their place or the pipeline is freed. Without any nothing matches.
 */
void pipeline_rules(struct pipeline *p, uint32_t set, struct engine *engine);

/* The first line of a JSON stream: output_start_json(). 0 or -errno. */
int pipeline_start(struct pipeline *p, const char *tier, const char *hooks);

/* The counters as a line, of a JSON stream: output_stats_json(). 0 or -errno. */
int pipeline_tell_stats(struct pipeline *p, const struct output_counter *counters, size_t n);

/* Time is short: after so many ms paths of calls are told as they were asked for. */
void pipeline_hurry(struct pipeline *p, unsigned int after_ms);

/* A source_fn: 0, or -errno when the sink failed. */
int pipeline_record(void *pipeline, const void *data, size_t size);

/*
 * At the end: tells of losses that no later record has shown by a gap in the numbers. lost: all
 * that the source has counted. Gives 0 or -errno.
 */
int pipeline_settle(struct pipeline *p, uint64_t lost);

void pipeline_stats(const struct pipeline *p, struct pipeline_stats *st);

#endif /* ROOTWATCH_CMD_PIPELINE_H */

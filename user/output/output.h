/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Format and sink: event + verdict -> line; line -> stdout or file.
 */
#ifndef ROOTWATCH_OUTPUT_OUTPUT_H
#define ROOTWATCH_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "event/fields.h"
#include "rules/engine/engine.h"

/* A line with its newline never takes more. */
#define OUTPUT_LINE_MAX 4096

struct output_options {
	const char *hostname;
	bool color; /* text only */
};

/*
 * One JSON object and '\n' into line; gives the length. Cannot fail: what does not fit is cut,
 * strings first and longest first, and rootwatch.truncated says so. v may have n == 0 (--all).
 */
size_t output_json(char line[static OUTPUT_LINE_MAX], const struct event *e,
		   const struct verdict *v, const struct output_options *o);

/*
 * A JSON line that was written, and where the time and the number of the event stand in it: the
 * same act again gives the same line but for these.
 */
struct output_kept {
	size_t len; /* 0: none */
	size_t clock, time, num, rest;
	char text[OUTPUT_LINE_MAX];
};

/* output_json() that also fills *kept; with none when such a line cannot be repeated. */
size_t output_json_keep(char line[static OUTPUT_LINE_MAX], const struct event *e,
			const struct verdict *v, const struct output_options *o,
			struct output_kept *kept);

/*
 * The line for an event that differs from the one of *kept in nothing but time and num. 0: it has
 * to be written anew.
 */
size_t output_json_again(char line[static OUTPUT_LINE_MAX], const struct output_kept *kept,
			 const struct event *e);

/* The same for a person at a terminal; control characters of the event never reach it. */
size_t output_text(char line[static OUTPUT_LINE_MAX], const struct event *e,
		   const struct verdict *v, const struct output_options *o);

/*
 * What was lost between two events: a line of its own, priority Critical, rule "Events lost". c:
 * whose it was; NULL: not known.
 */
size_t output_lost_json(char line[static OUTPUT_LINE_MAX], uint64_t lost, uint64_t total_lost,
			uint64_t time_ns, const struct container *c,
			const struct output_options *o);
size_t output_lost_text(char line[static OUTPUT_LINE_MAX], uint64_t lost, uint64_t total_lost,
			uint64_t time_ns, const struct container *c,
			const struct output_options *o);

/*
 * The first line of a JSON stream, and of each file of it, priority Informational, rule "Watching":
 * by which tier opens are seen, and all hooks, with commas. (A person is told on stderr.)
 */
size_t output_start_json(char line[static OUTPUT_LINE_MAX], const char *tier, const char *hooks,
			 uint64_t time_ns, const struct output_options *o);

/* What was counted so far. */
struct output_counter {
	enum field_id field; /* rootwatch.stats.* */
	uint64_t value;
};

/*
 * A line of counters, priority Informational, rule "Statistics": an agent learns by it that the
 * stream is alive, and complete.
 */
size_t output_stats_json(char line[static OUTPUT_LINE_MAX], const struct output_counter *counters,
			 size_t n, uint64_t time_ns, const struct output_options *o);

/* The same for a person, who has no field names: "stats: produced=1041 delivered=1041 ...". */
size_t output_stats_text(char line[static OUTPUT_LINE_MAX], const struct output_counter *counters,
			 size_t n);

/* A buffered file descriptor: many lines, few writes. */
struct sink;

/*
 * path NULL: stdout. Gives 0 or -errno; -ENXIO of a FIFO that nobody reads (yet), -EOPNOTSUPP of a
 * block device. The file is appended to, behind a half line on a line of its own; made 0600 when
 * new.
 */
int sink_open(struct sink **s, const char *path);

/* What such an error means, in words; for others strerror(). */
const char *sink_error(int err);
/* Copies the line; writes when the buffer is full. 0 or -errno (-EPIPE: the reader has gone). */
int sink_write(struct sink *s, const char *line, size_t len);
/*
 * Where a line of up to OUTPUT_LINE_MAX bytes can be built in place; writes when there is no room
 * left. NULL: that failed, and *err says why. sink_add: len bytes stand there now.
 */
char *sink_room(struct sink *s, int *err);
void sink_add(struct sink *s, size_t len);
/*
 * While the reader takes nothing, patience(arg) is asked at first and whenever wake_fd is readable,
 * which it has to end: for how many ms more is it waited (-1: for ever; 0: no longer)? The time
 * counts from the first such answer and anew when something was taken. Who runs out of it is
 * written to no more: -ECANCELED, of this and of all later calls.
 */
void sink_patience(struct sink *s, int wake_fd, int (*patience)(void *arg), void *arg);
/*
 * Opens the file anew, as sink_open did: it may have been renamed. What was added before goes to
 * the old one. On an error (-errno) that one stays in use.
 */
int sink_reopen(struct sink *s, const char *path);
/* A file in which nothing stands yet. */
bool sink_begins(const struct sink *s);
/* Whole lines and begun ones that are not written yet. */
size_t sink_pending(const struct sink *s);
int sink_flush(struct sink *s);
int sink_close(struct sink *s); /* flushes; gives the first error that occurred */

#endif /* ROOTWATCH_OUTPUT_OUTPUT_H */

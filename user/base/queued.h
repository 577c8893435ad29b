/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a thread was held up by something else than the want of a processor: on a starved
 * machine most of the time that passes is not that of the work which the thread does.
 */
#ifndef ROOTWATCH_BASE_QUEUED_H
#define ROOTWATCH_BASE_QUEUED_H

#include <stdbool.h>
#include <stdint.h>

/* What a thread had so far, ns (/proc/PID/schedstat, Documentation/scheduler/sched-stats.rst). */
struct queued_times {
	uint64_t ran;	 /* on a processor; up to the last tick */
	uint64_t waited; /* for one, until it got it */
};

/* A measure of one thread, from queued_begin() to a look at it. */
struct queued {
	uint64_t at;
	struct queued_times first, last;
	uint64_t last_at;
	bool was_ready; /* at the last look, and since when it has not got a processor */
	uint64_t since;
};

/* Of the calling thread: a descriptor from which any thread of the process reads its times; -errno.
 */
int queued_open(void);

/* All zero where the kernel does not count them, or of a descriptor that is none (below 0). */
void queued_read(int fd, struct queued_times *t);

/* now_ns: of a clock that is the same in all calls. */
void queued_begin(struct queued *q, uint64_t now_ns, const struct queued_times *t);

/* One look more. ready: the thread is on a processor or waits for one (R in its stat). */
void queued_look(struct queued *q, uint64_t now_ns, const struct queued_times *t, bool ready);

/*
 * Of the time from the beginning to the last look, what it did not wait for a processor, ns. What
 * cannot be told from being blocked counts as that.
 */
uint64_t queued_not(const struct queued *q);

#endif /* ROOTWATCH_BASE_QUEUED_H */

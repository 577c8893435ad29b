/* SPDX-License-Identifier: Apache-2.0 */
/* The detector's lines: from its pipe with the time of their arrival, or counted in its file. */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <stddef.h>
#include <stdint.h>

struct lines {
	char *text; /* the line that is not complete yet */
	size_t n, cap;
};

/*
 * Reads lines from fd (non-blocking) until want of them held needle, or timeout_ms are over, or
 * the writer is gone. seen[i]: CLOCK_REALTIME ns at which the i-th arrived; *got how many came.
 * 0, or -EINTR when the bench is to stop, -ENOMEM.
 */
int lines_until(struct lines *l, int fd, const char *needle, uint64_t *seen, size_t want,
		unsigned int timeout_ms, size_t *got);
void lines_free(struct lines *l);

/* How many lines of a file hold needle, and how long they are together; 0 if it cannot be read. */
uint64_t lines_count(const char *path, const char *needle, uint64_t *bytes);

#endif

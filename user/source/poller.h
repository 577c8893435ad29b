/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for records: when to sleep, when to look again without being woken, and for how long the
 * kernel side is to let them lie in the ring before it wakes who sleeps. Without that each record
 * would cost the process that it is about a wake-up.
 */
#ifndef ROOTWATCH_SOURCE_POLLER_H
#define ROOTWATCH_SOURCE_POLLER_H

#include <stdint.h>

#include "source/ring.h"

struct poller {
	struct ring *ring;  /* NULL: not open */
	int epoll;	    /* -1: not open */
	int map_fd;	    /* the ring's; -1: not open */
	int wake_fd;	    /* -1: none */
	uint32_t *state;    /* the kernel side's reader_state */
	unsigned int quiet; /* polls in a row that found nothing */
	unsigned int naps;  /* that are left after the last wake-up */
};
#define POLLER_INIT                                      \
	{                                                \
		.epoll = -1, .map_fd = -1, .wake_fd = -1 \
	}

/*
 * map_fd: the ring, of so many bytes; wake_fd: ends a wait as well, -1: none; state:
 * bpf/knobs.bpf.h's reader_state. They stay the caller's. 0 or -errno; poller_close() frees what
 * was opened either way.
 */
int poller_open(struct poller *p, int map_fd, uint32_t bytes, int wake_fd, uint32_t *state);
void poller_close(struct poller *p);

/*
 * Gives what there is to fn (as ring_consume() does, a part of a flood), or waits for it, at most
 * timeout_ms (-1: without end). Gives the number of records, or what fn gave, or -errno.
 */
int poller_poll(struct poller *p, int timeout_ms, ring_fn fn, void *arg);

#endif /* ROOTWATCH_SOURCE_POLLER_H */

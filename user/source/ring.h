/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a BPF ring buffer (kernel/bpf/ringbuf.c) that is mapped once. libbpf maps the data twice
 * in a row, so that no record is ever split; those pages count twice as resident. Here a record
 * that runs over the end is put together in a buffer, and for the same memory the ring is twice as
 * large: what matters when the reader falls behind for a moment.
 */
#ifndef ROOTWATCH_SOURCE_RING_H
#define ROOTWATCH_SOURCE_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring;

/* map_fd: a BPF_MAP_TYPE_RINGBUF of size bytes. Gives 0 or -errno. */
int ring_open(struct ring **out, int map_fd, uint32_t size);
void ring_close(struct ring *r);

/*
 * Gives all records that there are, and those that come meanwhile, at most max of them, to fn,
 * which gives 0, or a negative value that ends it. Gives their number, or what fn gave.
 */
typedef int (*ring_fn)(void *arg, const void *data, size_t size);
int ring_consume(struct ring *r, int max, ring_fn fn, void *arg);

/* Gives to fn all that lies in the ring at this moment. 0, or what fn gave. */
int ring_catch_up(struct ring *r, ring_fn fn, void *arg);

#endif /* ROOTWATCH_SOURCE_RING_H */

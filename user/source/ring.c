/* SPDX-License-Identifier: Apache-2.0 */
#include "source/ring.h"

#include <errno.h>
#include <sched.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wire.h"

struct ring {
	unsigned long *consumer;       /* position, the reader's to write; a page of its own */
	const unsigned long *producer; /* position, in the page before the data */
	const char *data;
	uint32_t size; /* of the data: a power of two */
	size_t page;
	char split[WIRE_RECORD_MAX];
};

int ring_open(struct ring **out, int map_fd, uint32_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct ring *r = calloc(1, sizeof(*r));
	void *p;

	if (!r)
		return -ENOMEM;
	r->size = size;
	r->page = page;
	p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (p == MAP_FAILED)
		goto fail;
	r->consumer = p;
	p = mmap(NULL, page + size, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (p == MAP_FAILED)
		goto fail;
	r->producer = p;
	r->data = (const char *)p + page;
	*out = r;
	return 0;
fail:;
	int err = -errno;

	ring_close(r);
	return err;
}

void ring_close(struct ring *r)
{
	if (!r)
		return;
	if (r->consumer)
		munmap(r->consumer, r->page);
	if (r->producer)
		munmap((void *)(uintptr_t)r->producer, r->page + r->size);
	free(r);
}

/* The record of n bytes that begins at offset at, in one piece. NULL: none of ours is that long. */
static const void *whole(struct ring *r, size_t at, size_t n)
{
	size_t first = r->size - at;

	if (n <= first)
		return r->data + at;
	if (n > sizeof(r->split) || !r->data)
		return NULL;
	memcpy(r->split, r->data + at, first);
	memcpy(r->split + first, r->data, n - first);
	return r->split;
}

int ring_consume(struct ring *r, int max, ring_fn fn, void *arg)
{
	unsigned long pos = __atomic_load_n(r->consumer, __ATOMIC_RELAXED);
	int n = 0;

	while (n < max && pos < __atomic_load_n(r->producer, __ATOMIC_ACQUIRE)) {
		size_t mask = r->size - 1;
		/* Records and their headers are 8-byte aligned: a header is never split. */
		const uint32_t *header = (const uint32_t *)(const void *)(r->data + (pos & mask));
		uint32_t word = __atomic_load_n(header, __ATOMIC_ACQUIRE);
		size_t len = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		const void *record;
		int err = 0;

		if (word & BPF_RINGBUF_BUSY_BIT)
			break; /* being written: it and what follows come next time */
		record = whole(r, (pos + BPF_RINGBUF_HDR_SZ) & mask, len);
		if (!(word & BPF_RINGBUF_DISCARD_BIT) && record) {
			err = fn(arg, record, len);
			n++;
		}
		pos += (len + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
		__atomic_store_n(r->consumer, pos, __ATOMIC_RELEASE);
		if (err < 0)
			return err;
	}
	return n;
}

int ring_catch_up(struct ring *r, ring_fn fn, void *arg)
{
	unsigned long end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);

	while (__atomic_load_n(r->consumer, __ATOMIC_RELAXED) < end) {
		int n = ring_consume(r, 1024, fn, arg);

		if (n < 0)
			return n;
		if (n == 0)
			sched_yield(); /* a record is just being written */
	}
	return 0;
}

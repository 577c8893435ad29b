/* SPDX-License-Identifier: Apache-2.0 */
/* io_uring without a library. */
#ifndef ROOTWATCH_TESTS_RING_H
#define ROOTWATCH_TESTS_RING_H

#include "truth.h"

#include <linux/io_uring.h>
#include <sys/mman.h>

struct ring {
	int fd;
	struct io_uring_params p;
	unsigned char *sq, *cq;
	struct io_uring_sqe *sqes;
};

static inline void *ring_map(int fd, size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	if (p == MAP_FAILED)
		truth_die("mmap");
	return p;
}

/* flags: IORING_SETUP_* */
static inline void ring_open(struct ring *r, unsigned flags)
{
	memset(r, 0, sizeof(*r));
	r->p.flags = flags;
	r->fd = (int)syscall(SYS_io_uring_setup, 4, &r->p);
	if (r->fd < 0 && (errno == EPERM || errno == ENOSYS))
		truth_no_ring();
	if (r->fd < 0)
		truth_die("io_uring_setup");
	r->sq = ring_map(r->fd, r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned),
			 IORING_OFF_SQ_RING);
	r->cq = ring_map(r->fd, r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe),
			 IORING_OFF_CQ_RING);
	r->sqes = ring_map(r->fd, r->p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
}

static inline unsigned *ring_tail(const struct ring *r)
{
	return (unsigned *)(void *)(r->sq + r->p.sq_off.tail);
}

/* The next request; a thread of the kernel (IORING_SETUP_SQPOLL) sees it after ring_give() only. */
static inline struct io_uring_sqe *ring_next(struct ring *r)
{
	unsigned *array = (unsigned *)(void *)(r->sq + r->p.sq_off.array);
	unsigned i = *ring_tail(r) & (r->p.sq_entries - 1);

	array[i] = i;
	memset(&r->sqes[i], 0, sizeof(r->sqes[i]));
	return &r->sqes[i];
}

static inline void ring_give(struct ring *r)
{
	__atomic_store_n(ring_tail(r), *ring_tail(r) + 1, __ATOMIC_RELEASE);
}

/* The result of the request number `want` of those that were sent, from 1. */
static inline int ring_wait(struct ring *r, unsigned n, uint64_t want, bool spin)
{
	unsigned *head = (unsigned *)(void *)(r->cq + r->p.cq_off.head);
	unsigned *tail = (unsigned *)(void *)(r->cq + r->p.cq_off.tail);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(void *)(r->cq + r->p.cq_off.cqes);
	unsigned flags = IORING_ENTER_GETEVENTS;

	if (r->p.flags & IORING_SETUP_SQPOLL)
		flags |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, r->fd, n, spin ? 0 : n, flags, NULL, 0) < 0)
		truth_die("io_uring_enter");
	for (;;) {
		while (*head != __atomic_load_n(tail, __ATOMIC_ACQUIRE)) {
			struct io_uring_cqe *c = &cqes[*head & (r->p.cq_entries - 1)];
			uint64_t data = c->user_data;
			int res = c->res;

			__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
			if (data == want)
				return res;
		}
		syscall(SYS_getppid); /* at the end of which the kernel goes on with the requests */
	}
}

#endif /* ROOTWATCH_TESTS_RING_H */

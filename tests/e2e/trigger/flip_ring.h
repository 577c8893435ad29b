/* SPDX-License-Identifier: Apache-2.0 */
/* What act_flip does through io_uring. */
#ifndef ROOTWATCH_TESTS_FLIP_RING_H
#define ROOTWATCH_TESTS_FLIP_RING_H

#include "flip.h"
#include "flip_files.h"
#include "ring.h"

/* Not in the headers of all distributions. */
enum { OP_SETXATTR = 42 };

static struct ring *asked;

/* What is asked for next. */
static struct io_uring_sqe *ring_ask(uint8_t op, const void *addr)
{
	static struct ring ring;
	struct io_uring_sqe *s;

	if (!ring.sqes)
		ring_open(&ring, 0);
	s = ring_next(&ring);
	s->opcode = op;
	s->addr = (uint64_t)(uintptr_t)addr;
	s->user_data = 1;
	asked = &ring;
	return s;
}

static long ring_done(void)
{
	int ret;

	ring_give(asked);
	ret = ring_wait(asked, 1, 1, false);
	if (ret == -EINVAL)
		must(-1, "not here"); /* else it would try for ever */
	errno = ret < 0 ? -ret : 0;
	return ret < 0 ? -1 : 0;
}

static long act_ring_setxattr(void)
{
	struct io_uring_sqe *s = ring_ask(OP_SETXATTR, ATTRIBUTE);
	char value = (char)step;

	s->addr2 = (uint64_t)(uintptr_t)&value;
	s->len = 1;
	memcpy((char *)s + 48, &(uint64_t){(uint64_t)(uintptr_t)path}, 8); /* addr3 */
	return ring_done();
}

static long act_ring_unlink(void)
{
	ring_ask(IORING_OP_UNLINKAT, path)->fd = AT_FDCWD;
	return ring_done();
}

#endif /* ROOTWATCH_TESTS_FLIP_RING_H */

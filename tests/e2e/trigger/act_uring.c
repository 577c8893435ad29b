/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens one file through io_uring, without a library, and says what it was: at once, on a worker
 * thread, or behind another request, when whatever call comes next returns to user space.
 */
#include "truth.h"

#include <linux/io_uring.h>
#include <sys/mman.h>

static const char usage[] = "act_uring now|worker|later FLAGS PATH\n"
			    "FLAGS: letters of r(ead) w(rite) c(reat) t(runc) - (none)";

struct ring {
	int fd;
	struct io_uring_params p;
	unsigned char *sq, *cq;
	struct io_uring_sqe *sqes;
};

static void *map(int fd, size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	if (p == MAP_FAILED)
		truth_die("mmap");
	return p;
}

static void ring_open(struct ring *r)
{
	r->fd = (int)syscall(SYS_io_uring_setup, 4, &r->p);
	if (r->fd < 0)
		truth_die("io_uring_setup");
	r->sq = map(r->fd, r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned),
		    IORING_OFF_SQ_RING);
	r->cq = map(r->fd, r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe),
		    IORING_OFF_CQ_RING);
	r->sqes = map(r->fd, r->p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
}

static struct io_uring_sqe *ring_next(struct ring *r)
{
	unsigned *tail = (unsigned *)(void *)(r->sq + r->p.sq_off.tail);
	unsigned *array = (unsigned *)(void *)(r->sq + r->p.sq_off.array);
	unsigned i = *tail & (r->p.sq_entries - 1);

	array[i] = i;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	memset(&r->sqes[i], 0, sizeof(r->sqes[i]));
	return &r->sqes[i];
}

/* The result of the request number `want` of those that were sent, from 1. */
static int ring_wait(struct ring *r, unsigned n, uint64_t want, bool spin)
{
	unsigned *head = (unsigned *)(void *)(r->cq + r->p.cq_off.head);
	unsigned *tail = (unsigned *)(void *)(r->cq + r->p.cq_off.tail);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(void *)(r->cq + r->p.cq_off.cqes);

	if (syscall(SYS_io_uring_enter, r->fd, n, spin ? 0 : n, IORING_ENTER_GETEVENTS, NULL, 0) <
	    0)
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

static int flags_of(const char *letters)
{
	bool r = strchr(letters, 'r'), w = strchr(letters, 'w');
	int flags = r && w ? O_RDWR : w ? O_WRONLY : O_RDONLY;

	flags |= strchr(letters, 'c') ? O_CREAT : 0;
	flags |= strchr(letters, 't') ? O_TRUNC : 0;
	return flags;
}

int main(int argc, char **argv)
{
	bool worker, later;
	struct ring r = {0};
	struct io_uring_sqe *s;
	struct stat st;
	unsigned n = 1;
	int fd;

	if (argc != 4)
		truth_usage(usage);
	worker = !strcmp(argv[1], "worker");
	later = !strcmp(argv[1], "later");
	if (!worker && !later && strcmp(argv[1], "now") != 0)
		truth_usage(usage);
	ring_open(&r);
	if (later) {
		s = ring_next(&r);
		s->opcode = IORING_OP_NOP;
		s->flags = IOSQE_ASYNC | IOSQE_IO_LINK;
		n = 2;
	}
	s = ring_next(&r);
	s->opcode = IORING_OP_OPENAT;
	s->flags = worker ? IOSQE_ASYNC : 0;
	s->fd = AT_FDCWD;
	s->addr = (uint64_t)(uintptr_t)argv[3];
	s->open_flags = (uint32_t)flags_of(argv[2]);
	s->len = 0644;
	s->user_data = n;
	fd = ring_wait(&r, n, n, later);

	truth_begin("open");
	truth_str("call", "io_uring");
	truth_str("path", argv[3]);
	truth_result("fd", fd < 0 ? -1 : fd, -fd);
	if (fd >= 0 && !fstat(fd, &st))
		truth_stat(&st);
	truth_end();
	return fd < 0 ? 1 : 0;
}

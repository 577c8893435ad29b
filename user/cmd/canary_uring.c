/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/canary_uring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
	struct io_uring_params p;
	int fd;
	void *queues, *requests;
	size_t queues_size, requests_size;
};

static void ring_close(struct ring *r)
{
	if (r->queues != MAP_FAILED)
		munmap(r->queues, r->queues_size);
	if (r->requests != MAP_FAILED)
		munmap(r->requests, r->requests_size);
	if (r->fd >= 0)
		close(r->fd);
}

/* For one request. 0 or -errno. */
static int ring_open(struct ring *r)
{
	const int access = PROT_READ | PROT_WRITE;
	int err;

	*r = (struct ring){.queues = MAP_FAILED, .requests = MAP_FAILED};
	r->fd = (int)syscall(SYS_io_uring_setup, 1, &r->p);
	if (r->fd < 0)
		return -errno;
	/* Since 5.4 both queues lie in one piece, which ends with the results. */
	r->queues_size = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->requests_size = r->p.sq_entries * sizeof(struct io_uring_sqe);
	r->queues = mmap(NULL, r->queues_size, access, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->requests = mmap(NULL, r->requests_size, access, MAP_SHARED, r->fd, IORING_OFF_SQES);
	if (r->queues != MAP_FAILED && r->requests != MAP_FAILED)
		return 0;
	err = -errno;
	ring_close(r);
	return err;
}

static void *ring_at(const struct ring *r, uint32_t offset)
{
	return (char *)r->queues + offset;
}

/* Has one request done. Gives its result, or -errno. */
static int ring_do(const struct io_uring_sqe *request)
{
	const struct io_uring_cqe *done;
	uint32_t *tail, *filled;
	struct ring r;
	int res = ring_open(&r);

	if (res)
		return res;
	*(struct io_uring_sqe *)r.requests = *request;
	*(uint32_t *)ring_at(&r, r.p.sq_off.array) = 0;
	tail = ring_at(&r, r.p.sq_off.tail);
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, r.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) {
		res = -errno;
	} else {
		filled = ring_at(&r, r.p.cq_off.tail);
		done = ring_at(&r, r.p.cq_off.cqes);
		res = __atomic_load_n(filled, __ATOMIC_ACQUIRE) ? done->res : -EIO;
	}
	ring_close(&r);
	return res;
}

bool canary_uring_works(void)
{
	FILE *f = fopen("/proc/sys/kernel/io_uring_disabled", "re");
	int c = f ? getc(f) : '0';
	struct ring r;

	if (f)
		(void)fclose(f);
	if (c != '0' || ring_open(&r))
		return false;
	ring_close(&r);
	return true;
}

int canary_uring_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	const struct io_uring_sqe request = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uint64_t)(uintptr_t)addr,
		.off = len,
	};

	return ring_do(&request);
}

int canary_uring_unlink(const char *path)
{
	const struct io_uring_sqe request = {
		.opcode = IORING_OP_UNLINKAT,
		.fd = AT_FDCWD,
		.addr = (uint64_t)(uintptr_t)path,
	};

	return ring_do(&request);
}

/* Not in the headers of all distributions. */
enum { OP_SOCKET = 45, OP_SEND_ZC = 47, OP_SENDMSG_ZC, OP_BIND = 56, OP_LISTEN };

static void ring_try(uint8_t op, int fd, const void *addr, uint32_t len, uint64_t off)
{
	const struct io_uring_sqe request = {
		.opcode = op,
		.fd = fd,
		.addr = (uint64_t)(uintptr_t)addr,
		.len = len,
		.off = off,
		.msg_flags = op == IORING_OP_SEND || op == IORING_OP_SENDMSG ?
				     MSG_DONTWAIT | MSG_NOSIGNAL :
				     0,
	};
	int res = ring_do(&request);

	/* What was made or accepted is a descriptor. */
	if (res > 2 && (op == OP_SOCKET || op == IORING_OP_ACCEPT))
		close(res);
}

void canary_uring_sockets(int listener)
{
	struct iovec io = {&(char){0}, 1};
	const struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
	const struct sockaddr any = {.sa_family =
					     AF_UNIX}; /* an abstract name of the kernel's choice */
	int fresh = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), pair[2];

	ring_try(OP_SOCKET, AF_UNIX, NULL, 0, SOCK_STREAM);
	/* The connections of before wait there. */
	ring_try(IORING_OP_ACCEPT, listener, NULL, 0, 0);
	if (fresh >= 0) {
		ring_try(OP_BIND, fresh, &any, 0, sizeof(any.sa_family));
		ring_try(OP_LISTEN, fresh, NULL, 1, 0);
		close(fresh);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return;
	ring_try(IORING_OP_SEND, pair[0], io.iov_base, 1, 0);
	ring_try(IORING_OP_SENDMSG, pair[0], &m, 1, 0);
	ring_try(OP_SEND_ZC, pair[0], io.iov_base, 1, 0);
	ring_try(OP_SENDMSG_ZC, pair[0], &m, 1, 0);
	close(pair[0]);
	close(pair[1]);
}

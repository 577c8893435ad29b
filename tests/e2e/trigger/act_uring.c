/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens one file through io_uring, without a library, and says what it was: at once, on a worker
 * thread, or behind another request, when whatever call comes next returns to user space.
 */
#include "ring.h"

static const char usage[] = "act_uring now|worker|later FLAGS PATH\n"
			    "FLAGS: letters of r(ead) w(rite) c(reat) t(runc) - (none)";

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
	struct ring r;
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
	ring_open(&r, 0);
	if (later) {
		s = ring_next(&r);
		s->opcode = IORING_OP_NOP;
		s->flags = IOSQE_ASYNC | IOSQE_IO_LINK;
		ring_give(&r);
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
	ring_give(&r);
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

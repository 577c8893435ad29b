/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends datagrams to Unix sockets by their addresses, by one socket that was not connected; or
 * receives them until it is killed. By ring: through io_uring, on a worker thread (worker) or not.
 */
#include "ring.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char usage[] =
	"act_datagram [--chdir DIR] [--times N] [--connected PATH] HOW PATH...\n"
	"HOW: sendto, sendmsg, sendmmsg (one to each PATH), ring, worker, listen\n"
	"--connected: to that socket first\n"
	"A PATH that begins with @ is a name without a file.";

#define PATHS_MAX 8

static char byte = 'x';
static struct iovec io = {&byte, 1};
static struct sockaddr_un names[PATHS_MAX];
static struct mmsghdr messages[PATHS_MAX];

static socklen_t name_of(struct sockaddr_un *to, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof(to->sun_path))
		truth_usage(usage);
	to->sun_family = AF_UNIX;
	memcpy(to->sun_path, path, len + 1);
	if (path[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] != '@'));
}

static int by_ring(int fd, bool worker)
{
	static struct ring r;
	struct io_uring_sqe *s;

	if (!r.sqes)
		ring_open(&r, 0);
	s = ring_next(&r);
	s->opcode = IORING_OP_SENDMSG;
	s->flags = worker ? IOSQE_ASYNC : 0;
	s->fd = fd;
	s->addr = (uint64_t)(uintptr_t)&messages[0].msg_hdr;
	s->len = 1;
	s->user_data = 1;
	ring_give(&r);
	return ring_wait(&r, 1, 1, false);
}

/* -1, or how many. */
static long send_all(int fd, const char *how, unsigned n)
{
	const struct msghdr *m = &messages[0].msg_hdr;
	int ret;

	if (!strcmp(how, "sendmsg"))
		return sendmsg(fd, m, 0);
	if (!strcmp(how, "sendmmsg"))
		return sendmmsg(fd, messages, n, 0);
	if (!strcmp(how, "sendto"))
		return sendto(fd, &byte, 1, 0, m->msg_name, m->msg_namelen);
	if (strcmp(how, "ring") != 0 && strcmp(how, "worker") != 0)
		truth_usage(usage);
	ret = by_ring(fd, how[0] == 'w');
	if (ret < 0)
		errno = -ret;
	return ret < 0 ? -1 : ret;
}

static void receive(int fd)
{
	const struct msghdr *m = &messages[0].msg_hdr;
	int ret = bind(fd, m->msg_name, m->msg_namelen);

	truth_begin("listen");
	truth_result("ret", ret, errno);
	truth_end();
	if (ret)
		exit(1);
	while (recv(fd, &byte, 1, 0) >= 0)
		;
	exit(1);
}

int main(int argc, char **argv)
{
	struct sockaddr_un peer = {0};
	const char *connected = NULL;
	unsigned long times = 1;
	long ret = 0, i = 1;
	unsigned n = 0;
	struct stat st;
	int fd;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--times"))
			times = strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--connected"))
			connected = argv[i + 1];
		else if (strcmp(argv[i], "--chdir") != 0 || chdir(argv[i + 1]))
			truth_usage(usage);
	}
	if (argc - i < 2 || argc - i > PATHS_MAX + 1)
		truth_usage(usage);
	for (long at = i + 1; at < argc; at++, n++) {
		struct msghdr *m = &messages[n].msg_hdr;

		m->msg_name = &names[n];
		m->msg_namelen = name_of(&names[n], argv[at]);
		m->msg_iov = &io;
		m->msg_iovlen = 1;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		truth_die("socket");
	if (connected && connect(fd, (struct sockaddr *)&peer, name_of(&peer, connected)))
		truth_die("connect");
	if (!strcmp(argv[i], "listen"))
		receive(fd);
	while (times-- && ret >= 0)
		ret = send_all(fd, argv[i], n);
	truth_begin("datagram");
	truth_result("ret", ret, errno);
	if (!stat(argv[i + 1], &st))
		truth_stat(&st);
	truth_end();
	return ret < 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one thing with IP, raw or packet sockets through io_uring: at once (now), on a worker thread
 * (worker), or by the kernel's own thread that polls (poll).
 */
#include "ring.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char usage[] =
	"act_ring_net now|worker|poll ACT ADDRESS PORT (of IPv4)\n"
	"ACT: bind, listen, accept, accept-direct (into the ring's own table), accept-many (three, by\n"
	"one request), accept-hidden (so, by a task that is always at an accept4 of its own, which\n"
	"fails), sendto, sendmsg (datagrams), fastopen, fastopen-msg (to a listener of its own)\n"
	"act_ring_net now|worker|poll bind-unix PATH\n"
	"act_ring_net now|worker|poll socket|socket-direct FAMILY TYPE PROTOCOL (numbers)";

/* Not in the headers of all distributions. */
enum { OP_SOCKET = 45, OP_BIND = 56, OP_LISTEN };
#define MANY 3
#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif
#ifndef IORING_ACCEPT_MULTISHOT
#define IORING_ACCEPT_MULTISHOT 1u
#endif

static struct sockaddr_in to = {.sin_family = AF_INET};
static struct sockaddr_un at_path = {.sun_family = AF_UNIX};
static char byte = 'x';
static struct iovec io = {&byte, 1};
static struct msghdr message = {
	.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &io, .msg_iovlen = 1};

static int make(int type)
{
	const int yes = 1;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)))
		truth_die("socket");
	return fd;
}

static int make_listener(void)
{
	int fd = make(SOCK_STREAM);

	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) || listen(fd, MANY))
		truth_die("listen");
	return fd;
}

/* Connects, in a process of its own, one client after the other. */
static void connect_later(int clients)
{
	pid_t pid = fork();

	if (pid < 0)
		truth_die("fork");
	while (pid == 0 && clients--) {
		usleep(20000);
		if (connect(make(SOCK_STREAM), (struct sockaddr *)&to, sizeof(to)))
			_exit(1);
	}
	if (pid == 0)
		_exit(0);
}

static int make_waiting(int clients)
{
	int fd = make_listener();

	while (clients--)
		if (connect(make(SOCK_STREAM), (struct sockaddr *)&to, sizeof(to)))
			truth_die("connect");
	return fd;
}

/* The ring's own table, of one place. */
static void make_table(const struct ring *r)
{
	const int none[MANY] = {-1, -1, -1};

	if (syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_FILES, none, MANY))
		truth_die("io_uring_register");
}

static uint64_t at(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* Open until the end. */
static int listener;

static void ask_send(struct io_uring_sqe *s, bool msg, bool fast)
{
	s->opcode = msg ? IORING_OP_SENDMSG : IORING_OP_SEND;
	if (fast)
		listener = make_listener();
	s->fd = make(fast ? SOCK_STREAM : SOCK_DGRAM);
	s->addr = msg ? at(&message) : at(&byte);
	s->len = 1;
	s->msg_flags = fast ? MSG_FASTOPEN : 0;
	if (!msg) {
		s->off = at(&to); /* addr2 */
		s->addr_len = sizeof(to);
	}
}

static void ask_accept(struct io_uring_sqe *s, const struct ring *r, const char *how)
{
	bool hidden = !strcmp(how, "accept-hidden"), many = hidden || !strcmp(how, "accept-many");

	s->opcode = IORING_OP_ACCEPT;
	s->fd = hidden ? make_listener() : make_waiting(many ? MANY : 1);
	if (hidden) {
		listener = s->fd;
		connect_later(MANY);
	}
	if (many)
		s->ioprio = IORING_ACCEPT_MULTISHOT;
	if (!strcmp(how, "accept-direct")) {
		make_table(r);
		s->splice_fd_in = 1; /* the first place */
	}
}

static bool ask(struct io_uring_sqe *s, const struct ring *r, const char *act, char **words, int n)
{
	if (!strncmp(act, "socket", 6) && n == 3) {
		s->opcode = OP_SOCKET;
		s->fd = (int)strtoul(words[0], NULL, 10);
		s->off = strtoul(words[1], NULL, 10);
		s->len = (uint32_t)strtoul(words[2], NULL, 10);
		if (!strcmp(act, "socket-direct")) {
			make_table(r);
			s->splice_fd_in = 1;
		}
		return true;
	}
	if (!strcmp(act, "bind-unix") && n == 1 && strlen(words[0]) < sizeof(at_path.sun_path)) {
		memcpy(at_path.sun_path, words[0], strlen(words[0]) + 1);
		s->opcode = OP_BIND;
		s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		s->addr = at(&at_path);
		s->off = sizeof(at_path);
		return true;
	}
	if (n != 2 || inet_pton(AF_INET, words[0], &to.sin_addr) != 1)
		return false;
	to.sin_port = htons((uint16_t)strtoul(words[1], NULL, 10));
	if (!strcmp(act, "bind")) {
		s->opcode = OP_BIND;
		s->fd = make(SOCK_STREAM);
		s->addr = at(&to);
		s->off = sizeof(to);
	} else if (!strcmp(act, "listen")) {
		s->opcode = OP_LISTEN;
		s->fd = make(SOCK_STREAM);
		s->len = 1;
		if (bind(s->fd, (struct sockaddr *)&to, sizeof(to)))
			truth_die("bind");
	} else if (!strncmp(act, "accept", 6)) {
		ask_accept(s, r, act);
	} else if (!strcmp(act, "sendto") || !strcmp(act, "sendmsg")) {
		ask_send(s, act[4] == 'm', false);
	} else if (!strcmp(act, "fastopen") || !strcmp(act, "fastopen-msg")) {
		ask_send(s, act[8], true);
	} else {
		return false;
	}
	return true;
}

/* Of each request's end, that its task was at the same accept4 all the time. */
static int wait_hidden(struct ring *r)
{
	unsigned *head = (unsigned *)(void *)(r->cq + r->p.cq_off.head);
	unsigned *tail = (unsigned *)(void *)(r->cq + r->p.cq_off.tail);
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(void *)(r->cq + r->p.cq_off.cqes);
	int res = 0;

	if (syscall(SYS_io_uring_enter, r->fd, 1, 0, 0, NULL, 0) != 1)
		truth_die("io_uring_enter");
	for (int i = 0; i < MANY && res >= 0; i++) {
		while (*head == __atomic_load_n(tail, __ATOMIC_ACQUIRE))
			(void)syscall(SYS_accept4, listener, NULL, NULL, -1);
		res = cqes[*head & (r->p.cq_entries - 1)].res;
		__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	}
	return res;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	struct io_uring_sqe *s;
	struct ring r;
	int res, more;

	if (argc < 3)
		truth_usage(usage);
	ring_open(&r, !strcmp(how, "poll") ? IORING_SETUP_SQPOLL : 0);
	s = ring_next(&r);
	if (!ask(s, &r, argv[2], argv + 3, argc - 3))
		truth_usage(usage);
	s->user_data = 1;
	s->flags = !strcmp(how, "worker") ? IOSQE_ASYNC : 0;
	more = s->ioprio ? MANY - 1 : 0;
	ring_give(&r);
	if (!strcmp(argv[2], "accept-hidden")) {
		res = wait_hidden(&r);
		more = 0;
	} else {
		res = ring_wait(&r, 1, 1, false);
	}
	while (more-- && res >= 0)
		res = ring_wait(&r, 0, 1, true);

	truth_begin(argv[2]);
	truth_result("ret", res < 0 ? -1 : res, -res);
	truth_end();
	return res < 0 ? 1 : 0;
}

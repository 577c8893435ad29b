/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one thing other than an open through io_uring: at once (now), on a worker thread (worker),
 * by the kernel's own thread that polls (poll), or as the root that it was before it became user
 * 1000 (lent).
 */
#include "ring.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char usage[] =
	"act_ring now|worker|poll|lent [--chdir DIR] [--fd DIR] ACT\n"
	"ACT: rename OLD NEW | exchange OLD NEW | link OLD NEW | symlink TARGET NEW | unlink PATH |\n"
	"rmdir PATH | mkdir PATH | setxattr PATH NAME | fsetxattr PATH NAME | ftruncate PATH |\n"
	"connect PATH | inet ADDRESS PORT\n"
	"--fd: of a pair the last path starts there";

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

/* Not in the headers of all distributions. */
enum {
	OP_MKDIRAT = 37,
	OP_SYMLINKAT,
	OP_LINKAT,
	OP_FSETXATTR = 41,
	OP_SETXATTR,
	OP_FTRUNCATE = 55
};

static union {
	struct sockaddr any;
	struct sockaddr_un un;
	struct sockaddr_in in;
} to;
static const unsigned char caps[20] = {1, 0, 0, 2,
				       1}; /* VFS_CAP_REVISION_2, effective; CAP_CHOWN */
static int dir = AT_FDCWD;

static uint64_t at(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void ask_pair(struct io_uring_sqe *s, int op, char **path, unsigned flags)
{
	s->opcode = (uint8_t)op;
	s->fd = AT_FDCWD;
	s->addr = at(path[0]);
	s->len = (uint32_t)dir;
	s->addr2 = at(path[1]);
	s->rename_flags = flags;
}

static void ask_name(struct io_uring_sqe *s, int op, int fd, const char *path, unsigned flags)
{
	s->opcode = (uint8_t)op;
	s->fd = fd;
	s->addr = at(path);
	s->rename_flags = flags;
}

static int open_it(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		truth_die(path);
	return fd;
}

static void ask_attribute(struct io_uring_sqe *s, char **words, bool open)
{
	s->opcode = open ? OP_FSETXATTR : OP_SETXATTR;
	s->addr = at(words[1]);
	s->addr2 = at(caps);
	s->len = sizeof(caps);
	if (open)
		s->fd = open_it(words[0]);
	else
		memcpy((char *)s + 48, &(uint64_t){at(words[0])}, 8); /* addr3 */
}

static void ask_connect(struct io_uring_sqe *s, int family, size_t len)
{
	s->opcode = IORING_OP_CONNECT;
	s->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		truth_die("socket");
	to.any.sa_family = (sa_family_t)family;
	s->addr = at(&to);
	s->off = len;
}

/* False: no such act, or other words than it has. */
static bool ask(struct io_uring_sqe *s, const char *act, char **words, int n)
{
	if (!strcmp(act, "rename") && n == 2) {
		ask_pair(s, IORING_OP_RENAMEAT, words, 0);
	} else if (!strcmp(act, "exchange") && n == 2) {
		ask_pair(s, IORING_OP_RENAMEAT, words, RENAME_EXCHANGE);
	} else if (!strcmp(act, "link") && n == 2) {
		ask_pair(s, OP_LINKAT, words, 0);
	} else if (!strcmp(act, "symlink") && n == 2) {
		ask_name(s, OP_SYMLINKAT, dir, words[0], 0);
		s->addr2 = at(words[1]);
	} else if (!strcmp(act, "unlink") && n == 1) {
		ask_name(s, IORING_OP_UNLINKAT, dir, words[0], 0);
	} else if (!strcmp(act, "rmdir") && n == 1) {
		ask_name(s, IORING_OP_UNLINKAT, dir, words[0], AT_REMOVEDIR);
	} else if (!strcmp(act, "mkdir") && n == 1) {
		ask_name(s, OP_MKDIRAT, dir, words[0], 0);
		s->len = 0755;
	} else if ((!strcmp(act, "setxattr") || !strcmp(act, "fsetxattr")) && n == 2) {
		ask_attribute(s, words, act[0] == 'f');
	} else if (!strcmp(act, "ftruncate") && n == 1) {
		ask_name(s, OP_FTRUNCATE, open_it(words[0]), NULL, 0);
	} else if (!strcmp(act, "connect") && n == 1 && strlen(words[0]) < sizeof(to.un.sun_path)) {
		memcpy(to.un.sun_path, words[0], strlen(words[0]));
		ask_connect(s, AF_UNIX, sizeof(to.un));
	} else if (!strcmp(act, "inet") && n == 2) {
		inet_pton(AF_INET, words[0], &to.in.sin_addr);
		to.in.sin_port = htons((uint16_t)strtoul(words[1], NULL, 10));
		ask_connect(s, AF_INET, sizeof(to.in));
	} else {
		return false;
	}
	return true;
}

/* From now on what the ring does is done by who this is now. */
static void lend(const struct ring *r, struct io_uring_sqe *s)
{
	long id = syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_PERSONALITY, NULL, 0);

	if (id < 0)
		truth_die("io_uring_register");
	s->personality = (uint16_t)id;
	if (syscall(SYS_setresuid, 1000, 1000, 0))
		truth_die("setresuid");
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	struct io_uring_sqe *s;
	struct ring r;
	int i, res;

	for (i = 2; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--chdir") && chdir(argv[i + 1]))
			truth_die("chdir");
		if (!strcmp(argv[i], "--fd"))
			dir = open(argv[i + 1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (i >= argc)
		truth_usage(usage);
	ring_open(&r, !strcmp(how, "poll") ? IORING_SETUP_SQPOLL : 0);
	s = ring_next(&r);
	if (!ask(s, argv[i], argv + i + 1, argc - i - 1))
		truth_usage(usage);
	s->user_data = 1;
	s->flags = !strcmp(how, "worker") ? IOSQE_ASYNC : 0;
	if (!strcmp(how, "lent"))
		lend(&r, s);
	ring_give(&r);
	res = ring_wait(&r, 1, 1, false);

	truth_begin(argv[i]);
	truth_result("ret", res < 0 ? -1 : res, -res);
	truth_end();
	return res < 0 ? 1 : 0;
}

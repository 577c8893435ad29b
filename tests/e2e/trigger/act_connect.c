/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connects to a Unix socket, or listens on one. The listener says so when it is ready, and stays
 * until it is killed.
 */
#include "truth.h"

#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char usage[] =
	"act_connect [--chdir DIR] [--abstract] [--datagram] [--exact] [--listen|--bind] PATH\n"
	"--bind: listens and ends\n"
	"--abstract: PATH is a name without a file\n"
	"--exact: without the NUL, and nothing is mapped behind it";

/* A copy of the n bytes whose end is that of what is mapped. */
static const void *at_an_end(const void *from, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	/* (Which descriptor is of no meaning: cppcheck wants one that could be.) */
	char *pages =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0, 0);

	if (pages == MAP_FAILED || munmap(pages + page, page))
		truth_die("mmap");
	return memcpy(pages + page - n, from, n);
}

int main(int argc, char **argv)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	bool abstract = false, do_listen = false, stays = true, exact = false;
	const void *address = &sun;
	int type = SOCK_STREAM, i = 1, fd, ret;
	struct stat st;
	size_t len;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] == '-'; i++) {
		if (!strcmp(argv[i], "--abstract")) {
			abstract = true;
		} else if (!strcmp(argv[i], "--listen")) {
			do_listen = true;
		} else if (!strcmp(argv[i], "--bind")) {
			do_listen = true;
			stays = false;
		} else if (!strcmp(argv[i], "--exact")) {
			exact = true;
		} else if (!strcmp(argv[i], "--datagram")) {
			type = SOCK_DGRAM;
		} else if (!strcmp(argv[i], "--chdir") && i + 1 < argc) {
			if (chdir(argv[++i]))
				truth_die("chdir");
		} else {
			truth_usage(usage);
		}
	}
	if (argc - i != 1 || strlen(argv[i]) + abstract + !exact > sizeof(sun.sun_path))
		truth_usage(usage);
	len = strlen(argv[i]);
	memcpy(sun.sun_path + abstract, argv[i], len);
	len += offsetof(struct sockaddr_un, sun_path) + 1;
	if (exact) {
		len -= !abstract;
		address = at_an_end(&sun, len);
	}
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		truth_die("socket");
	if (do_listen)
		ret = bind(fd, address, (socklen_t)len) || (type == SOCK_STREAM && listen(fd, 8)) ?
			      -1 :
			      0;
	else
		ret = connect(fd, address, (socklen_t)len);
	truth_begin(do_listen ? "listen" : "connect");
	truth_result("ret", ret, errno);
	truth_str("path", argv[i]);
	if (!abstract && !stat(argv[i], &st))
		truth_stat(&st);
	truth_end();
	if (ret)
		return 1;
	while (do_listen && stays) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			pause();
		else
			close(peer);
	}
	return 0;
}

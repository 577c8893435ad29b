/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor becomes others: a connection to ADDRESS PORT, or (ADDRESS is a path) a file. Says so
 * first, as its standard output may be another one afterwards.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "truth.h"

static const char usage[] = "act_dup dup|dup2|dup3 ADDRESS|FILE PORT NEW...";

static int connected(const char *address, const char *port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
				  .sin6_port = htons((uint16_t)atoi(port))};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = v6.sin6_port};
	bool is4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	int fd;

	if (!is4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)
		truth_usage(usage);
	fd = socket(is4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, is4 ? (void *)&v4 : (void *)&v6, is4 ? sizeof(v4) : sizeof(v6)))
		truth_die("connect");
	return fd;
}

static void copy(const char *call, int fd, int to)
{
	long ret = -1;

	if (!strcmp(call, "dup")) {
		close(to); /* and the lowest one is free */
		ret = dup(fd);
	} else if (!strcmp(call, "dup3")) {
		ret = dup3(fd, to, 0);
	} else if (!strcmp(call, "dup2")) {
#ifdef SYS_dup2
		ret = syscall(SYS_dup2, fd, to);
#else
		truth_no_call();
#endif
	} else {
		truth_usage(usage);
	}
	if (ret != to)
		truth_die(call);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 5)
		truth_usage(usage);
#ifndef SYS_dup2
	if (!strcmp(argv[1], "dup2"))
		truth_no_call();
#endif
	fd = argv[2][0] == '/' ? open(argv[2], O_RDWR) : connected(argv[2], argv[3]);
	if (fd < 0)
		truth_die(argv[2]);
	truth_begin(argv[1]);
	truth_int("fd", fd);
	truth_end();
	for (int i = 4; i < argc; i++)
		copy(argv[1], fd, atoi(argv[i]));
	return 0;
}

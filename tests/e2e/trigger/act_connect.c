/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connects to a Unix socket, or listens on one. The listener says so when it is ready, and stays
 * until it is killed.
 */
#include "truth.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char usage[] = "act_connect [--chdir DIR] [--abstract] [--datagram] [--listen] PATH\n"
			    "--abstract: PATH is a name without a file";

int main(int argc, char **argv)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	bool abstract = false, do_listen = false;
	int type = SOCK_STREAM, i = 1, fd, ret;
	struct stat st;
	size_t len;

	for (; i < argc && argv[i][0] == '-' && argv[i][1] == '-'; i++) {
		if (!strcmp(argv[i], "--abstract")) {
			abstract = true;
		} else if (!strcmp(argv[i], "--listen")) {
			do_listen = true;
		} else if (!strcmp(argv[i], "--datagram")) {
			type = SOCK_DGRAM;
		} else if (!strcmp(argv[i], "--chdir") && i + 1 < argc) {
			if (chdir(argv[++i]))
				truth_die("chdir");
		} else {
			truth_usage(usage);
		}
	}
	if (argc - i != 1 || strlen(argv[i]) + 1 >= sizeof(sun.sun_path))
		truth_usage(usage);
	len = strlen(argv[i]);
	memcpy(sun.sun_path + abstract, argv[i], len);
	len += offsetof(struct sockaddr_un, sun_path) + 1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		truth_die("socket");
	if (do_listen)
		ret = bind(fd, (struct sockaddr *)&sun, (socklen_t)len) ||
				      (type == SOCK_STREAM && listen(fd, 8)) ?
			      -1 :
			      0;
	else
		ret = connect(fd, (struct sockaddr *)&sun, (socklen_t)len);
	truth_begin(do_listen ? "listen" : "connect");
	truth_result("ret", ret, errno);
	truth_str("path", argv[i]);
	if (!abstract && !stat(sun.sun_path, &st))
		truth_stat(&st);
	truth_end();
	if (ret)
		return 1;
	while (do_listen) {
		int peer = accept(fd, NULL, NULL);

		if (peer < 0)
			pause();
		else
			close(peer);
	}
	return 0;
}

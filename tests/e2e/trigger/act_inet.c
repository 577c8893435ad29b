/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts of IP, raw and packet sockets. Each end says where it is, by the kernel's own word. A
 * listener says so when it is ready, and stays until it is killed.
 */
#include "truth.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static const char usage[] =
	"act_inet [--v6] [--udp] [--mptcp] [--nonblock] [--multiplexed] ACT ADDRESS PORT\n"
	"ACT: connect, bind, listen, accept, sendto, sendmsg, sendmmsg,\n"
	"     fastopen, fastopen-msg, unspec (connects, and takes the peer away)\n"
	"act_inet [--multiplexed] socket FAMILY TYPE PROTOCOL (numbers)\n"
	"--v6: a socket of IPv6, whatever the address; --multiplexed: by socketcall (32-bit only)";

#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif
#define MPTCP 262

static struct options {
	bool v6, udp, mptcp, nonblock, multiplexed;
} o;

/* socketcall's numbers (linux/net.h). */
enum { DO_SOCKET = 1, DO_BIND = 2, DO_CONNECT = 3, DO_LISTEN = 4, DO_SENDTO = 11 };

#ifdef __i386__
static long multiplexed(long call, long a, long b, long c, long d, long e, long f)
{
	long args[6] = {a, b, c, d, e, f};

	return syscall(SYS_socketcall, call, args);
}
#else
static long multiplexed(long call, long a, long b, long c, long d, long e, long f)
{
	(void)call, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	truth_no_call(); /* 64-bit, and 32-bit arm */
}
#endif

static long do_socket(int family, int type, int protocol)
{
	if (o.multiplexed)
		return multiplexed(DO_SOCKET, family, type, protocol, 0, 0, 0);
	return socket(family, type, protocol);
}

static long do_bind(int fd, const void *a, socklen_t len)
{
	if (o.multiplexed)
		return multiplexed(DO_BIND, fd, (long)a, (long)len, 0, 0, 0);
	return bind(fd, a, len);
}

static long do_connect(int fd, const void *a, socklen_t len)
{
	if (o.multiplexed)
		return multiplexed(DO_CONNECT, fd, (long)a, (long)len, 0, 0, 0);
	return connect(fd, a, len);
}

static long do_send(int fd, const char *act, void *a, socklen_t len)
{
	struct iovec text = {.iov_base = (void *)(uintptr_t) "x", .iov_len = 1};
	struct mmsghdr many = {
		.msg_hdr = {.msg_name = a, .msg_namelen = len, .msg_iov = &text, .msg_iovlen = 1}};
	int flags = strncmp(act, "fastopen", 8) == 0 ? MSG_FASTOPEN : 0;

	if (!strcmp(act, "sendmsg") || !strcmp(act, "fastopen-msg"))
		return sendmsg(fd, &many.msg_hdr, flags);
	if (!strcmp(act, "sendmmsg"))
		return sendmmsg(fd, &many, 1, flags);
	if (o.multiplexed)
		return multiplexed(DO_SENDTO, fd, (long)text.iov_base, 1, flags, (long)a,
				   (long)len);
	return sendto(fd, text.iov_base, 1, flags, a, len);
}

static socklen_t parse(struct sockaddr_storage *a, const char *address, const char *port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)a;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;

	memset(a, 0, sizeof(*a));
	v4->sin_port = htons((uint16_t)atoi(port)); /* of both at the same place */
	if (!o.v6 && inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1)
		truth_usage(usage);
	v6->sin6_family = AF_INET6;
	return sizeof(*v6);
}

static void tell_port(const char *key, int fd, int (*of)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in6 a;
	socklen_t len = sizeof(a);

	truth_int(key, of(fd, (struct sockaddr *)&a, &len) ? 0 : ntohs(a.sin6_port));
}

static int act_socket(char **argv)
{
	long fd = do_socket(atoi(argv[0]), atoi(argv[1]), atoi(argv[2]));

	truth_begin("socket");
	truth_result("ret", fd, errno);
	truth_end();
	return fd < 0;
}

static void wait_for_it(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	if (poll(&p, 1, 5000) != 1)
		truth_die("poll");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		bool *flag;
	} words[] = {{"--v6", &o.v6},
		     {"--udp", &o.udp},
		     {"--mptcp", &o.mptcp},
		     {"--nonblock", &o.nonblock},
		     {"--multiplexed", &o.multiplexed}};
	struct sockaddr_storage a;
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	const char *act;
	bool stays, connects;
	socklen_t len;
	long ret;
	int i, fd;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		size_t w = 0;

		while (w < sizeof(words) / sizeof(words[0]) && strcmp(argv[i], words[w].word) != 0)
			w++;
		if (w == sizeof(words) / sizeof(words[0]))
			truth_usage(usage);
		*words[w].flag = true;
	}
	if (argc - i == 4 && !strcmp(argv[i], "socket"))
		return act_socket(argv + i + 1);
	if (argc - i != 3)
		truth_usage(usage);
	act = argv[i];
	len = parse(&a, argv[i + 1], argv[i + 2]);
	stays = !strcmp(act, "listen") || !strcmp(act, "accept");
	connects = !strcmp(act, "connect") || !strcmp(act, "unspec");
	fd = (int)do_socket(a.ss_family, (o.udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC,
			    o.mptcp ? MPTCP : 0);
	if (fd < 0 && o.mptcp && errno == EPROTONOSUPPORT)
		truth_no_call();
	if (fd < 0)
		truth_die("socket");
	if (o.nonblock && fcntl(fd, F_SETFL, O_NONBLOCK))
		truth_die("fcntl");
	if (connects)
		ret = do_connect(fd, &a, len);
	else if (!strcmp(act, "bind") || stays)
		ret = do_bind(fd, &a, len);
	else
		ret = do_send(fd, act, &a, len);
	truth_begin(act);
	truth_result("ret", ret, errno);
	if (stays && ret == 0 && listen(fd, 8))
		truth_die("listen");
	if (connects && ret < 0 && errno == EINPROGRESS)
		wait_for_it(fd);
	if (!strcmp(act, "unspec"))
		truth_int("unspec", connect(fd, &none, sizeof(none)));
	tell_port("local", fd, getsockname);
	tell_port("remote", fd, getpeername);
	truth_end();
	if (ret < 0)
		return 1;
	while (stays) {
		int peer = accept(fd, NULL, NULL);
		char text[16];

		if (peer < 0) {
			pause();
			continue;
		}
		/* What is left unread would reset the connection before anybody has looked. */
		while (read(peer, text, sizeof(text)) > 0)
			;
		close(peer);
	}
	return 0;
}

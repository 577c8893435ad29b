/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets: the one behind a descriptor, and the arguments of the calls on them. */
#ifndef ROOTWATCH_SOCK_BPF_H
#define ROOTWATCH_SOCK_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "open.bpf.h"
#include "task.bpf.h"

#define AF_UNIX_   1
#define AF_INET_   2
#define AF_INET6_  10
#define AF_PACKET_ 17
#define AF_XDP_	   44

#define SOCK_STREAM_ 1
#define SOCK_DGRAM_  2
#define SOCK_RAW_    3

#define SUN_PATH_OFF_ 2 /* of sun_path in struct sockaddr_un, in every ABI */

static __always_inline bool sock_is_multiplexed(const struct pt_regs *regs, bool is32)
{
	return is32 && compat_nr_of(regs) == COMPAT_NR_SOCKETCALL;
}

/* Argument n, counted from 0, of a call on a socket: those of socketcall lie in memory. */
static __always_inline __u64 sock_arg(const struct pt_regs *regs, bool is32, int n)
{
	__u32 v = 0;

	if (!sock_is_multiplexed(regs, is32))
		return compat_arg(regs, is32, n);
	bpf_probe_read_user(&v, sizeof(v), (const char *)compat_arg(regs, is32, 1) + n * sizeof(v));
	return v;
}

/* Where sendmsg's address lies: struct msghdr begins with it, and struct mmsghdr with that. */
static __always_inline const void *sock_msg_name(const struct pt_regs *regs, bool is32)
{
	const void *msg = (const void *)sock_arg(regs, is32, 1);
	__u64 name = 0;

	bpf_probe_read_user(&name, is32 ? 4 : 8, msg);
	return (const void *)name;
}

/* Where the address lies that a send was passed; NULL: there is none. */
static __always_inline const void *sock_sent_to(const struct pt_regs *regs, bool is32, __u32 call)
{
	return call == WIRE_CALL_SENDTO ? (const void *)sock_arg(regs, is32, 4) :
					  sock_msg_name(regs, is32);
}

/*
 * The name in a struct sockaddr_un, in user memory or in the kernel's: a path up to its NUL, should
 * it have one, or what follows the 0 of an abstract one, if that is wanted. Gives the first byte;
 * -1: there is no name. No byte more is read than there are: what lies behind need not be mapped.
 */
static __always_inline int sock_name(struct scratch *s, struct wire_blob *b, const void *addr,
				     __u32 size, bool kernel, bool abstract)
{
	const char *name = (const char *)addr + SUN_PATH_OFF_;
	__u64 len = size - (__u32)SUN_PATH_OFF_;
	__u32 at = s->used;
	char *to;
	long n;

	emit_blob_start(s, b);
	if (at > WIRE_RECORD_MAX || len == 0 || len > WIRE_SUN_MAX)
		return -1;
	to = (char *)AT(s->record, at, WIRE_RECORD_MAX);
	BOUND(len, WIRE_SUN_MAX);
	if (kernel ? bpf_probe_read_kernel(to, len, name) : bpf_probe_read_user(to, len, name))
		return -1;
	if (!*to) {
		if (abstract) {
			b->off = at + 1;
			s->used = at + len;
			emit_blob_end(s, b, len - 1);
		}
		return 0;
	}
	BOUND(len, WIRE_SUN_MAX);
	to[len] = '\0';
	n = bpf_probe_read_kernel_str(to, WIRE_SUN_MAX + 1, to); /* for its length */
	if (n > 1 && n <= WIRE_SUN_MAX + 1) {
		s->used = at + n - 1;
		emit_blob_end(s, b, n - 1);
	}
	return (__u8)*to;
}

/* The one that a call was passed. */
static __always_inline int sock_asked(struct scratch *s, struct wire_blob *b,
				      const struct pt_regs *regs, bool is32, bool abstract)
{
	return sock_name(s, b, (const void *)sock_arg(regs, is32, 1), sock_arg(regs, is32, 2),
			 false, abstract);
}

/*
 * The calls behind socketcall's first argument (linux/net.h); 0: none that is watched. One more
 * than the mask needs: the compiler would put 32 bytes into a section of their own, which libbpf
 * does not know.
 */
#define SOCK_CALLS_MASK 31
static const __u8 sock_calls[SOCK_CALLS_MASK + 2] = {
	[1] = WIRE_CALL_SOCKET,	  [2] = WIRE_CALL_BIND,	    [3] = WIRE_CALL_CONNECT,
	[4] = WIRE_CALL_LISTEN,	  [5] = WIRE_CALL_ACCEPT,   [11] = WIRE_CALL_SENDTO,
	[16] = WIRE_CALL_SENDMSG, [18] = WIRE_CALL_ACCEPT4, [20] = WIRE_CALL_SENDMMSG,
};

static __always_inline bool sock_is_file(const void *f)
{
	return (LOAD(struct inode, LOAD(struct file, f, f_inode), i_mode) & S_IFMT_) == S_IFSOCK_;
}

/*
 * The socket behind a descriptor, or NULL. A call that succeeded on what is no socket now had its
 * descriptor taken away by another thread: counted as lost.
 */
static __always_inline const void *sock_of(const struct task_struct *t, __u32 fd, long ret)
{
	const void *f = task_file(t, fd);

	if (!f || !sock_is_file(f)) {
		if (ret >= 0 && task_entered(t))
			emit_lost(WIRE_C_LOST_READ);
		return NULL;
	}
	return LOAD(struct socket, LOAD(struct file, f, private_data), sk);
}

/* AF_*; 0, which is none that counts: f is no socket. */
static __always_inline __u32 sock_family(const void *f)
{
	if (!sock_is_file(f))
		return 0;
	return LOAD(struct sock, LOAD(struct socket, LOAD(struct file, f, private_data), sk),
		    __sk_common.skc_family);
}

static __always_inline bool sock_is_ip(const void *f)
{
	__u32 family = sock_family(f);

	return family == AF_INET_ || family == AF_INET6_;
}

/* Is a descriptor that of an IP socket? */
static __always_inline bool sock_is_connection(const struct task_struct *t, __u32 fd)
{
	const void *f = task_file(t, fd);

	return f && sock_is_ip(f);
}

#endif /* ROOTWATCH_SOCK_BPF_H */

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IP, raw and packet sockets. After the call the socket itself says where it is bound and connected
 * to; what was passed counts only where the socket forgot: a refused connect, a datagram.
 */
#ifndef ROOTWATCH_NET_BPF_H
#define ROOTWATCH_NET_BPF_H

#include "call.bpf.h"
#include "compat.bpf.h"
#include "connect.bpf.h"
#include "datagram.bpf.h"
#include "emit.bpf.h"
#include "prefilter.bpf.h"
#include "sock.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

#define MSG_FASTOPEN_  0x20000000u
#define TCP_SYN_SENT_  2
#define TCP_CLOSE_     7
#define TCP_LISTEN_    10
#define NET_V4_PREFIX_ 0xffff0000ull /* bytes 8 to 11 of ::ffff:a.b.c.d */

static __always_inline bool net_is_call(__u32 call)
{
	return call >= WIRE_CALL_CONNECT && call <= WIRE_CALL_SOCKET;
}

static __always_inline bool net_is_accept(__u32 call)
{
	return call == WIRE_CALL_ACCEPT || call == WIRE_CALL_ACCEPT4;
}

static __always_inline bool net_is_send(__u32 call)
{
	return call >= WIRE_CALL_SENDTO && call <= WIRE_CALL_SENDMMSG;
}

/* An error that says no more than that the connection is not there yet, or that nobody answered. */
static __always_inline bool net_tried(__u32 call, long ret)
{
	const __u32 errors =
		1u << (ECONNRESET_ - ENETUNREACH_) | 1u << (ETIMEDOUT_ - ENETUNREACH_) |
		1u << (ECONNREFUSED_ - ENETUNREACH_) | 1u << (EHOSTUNREACH_ - ENETUNREACH_) |
		1u << (EINPROGRESS_ - ENETUNREACH_) | 1u;
	__u32 bit = -ret - ENETUNREACH_;

	if (call != WIRE_CALL_CONNECT && !net_is_send(call))
		return false;
	return ret == -EINTR_ || ret == -ERESTARTSYS_ || (bit < 32 && (errors >> bit & 1));
}

static __always_inline __u32 net_send_flags(const struct pt_regs *regs, bool is32, __u32 call)
{
	return sock_arg(regs, is32, call == WIRE_CALL_SENDMSG ? 2 : 3);
}

/* By its arguments: may it go to a Unix socket by its address? (Where no hook sees that itself.) */
static __always_inline bool net_may_be_unix(const struct pt_regs *regs, bool is32, __u32 call)
{
	return !knob_datagrams && (call != WIRE_CALL_SENDTO || sock_arg(regs, is32, 4));
}

/* Most of what is sent opens no connection, and no rule asks for datagrams. */
static __always_inline bool net_is_dull(const struct pt_regs *regs, bool is32, __u32 call)
{
	return net_is_send(call) && !prefilters[prefilter_active & 1].datagrams &&
	       !(net_send_flags(regs, is32, call) & MSG_FASTOPEN_) &&
	       !net_may_be_unix(regs, is32, call);
}

/* One end of a connection. */
struct net_end {
	struct wire_address a;
	__u32 port;
};

static __always_inline void net_v4(struct wire_address *a, __u32 v4)
{
	a->w[0] = 0;
	a->w[1] = NET_V4_PREFIX_ | (__u64)v4 << 32;
}

/* The address that was passed, in user memory or in the kernel's; false: there is none. */
static __always_inline bool net_asked(struct net_end *e, const void *addr, bool kernel)
{
	struct {
		__u16 family;
		__be16 port;
		__u32 v4;
	} in = {};

	if (!addr || (kernel ? bpf_probe_read_kernel(&in, sizeof(in), addr) :
			       bpf_probe_read_user(&in, sizeof(in), addr)))
		return false;
	e->port = __builtin_bswap16(in.port);
	if (in.family == AF_INET_) {
		net_v4(&e->a, in.v4);
		return true;
	}
	addr += 8;
	return in.family == AF_INET6_ &&
	       (kernel ? bpf_probe_read_kernel(&e->a, sizeof(e->a), addr) :
			 bpf_probe_read_user(&e->a, sizeof(e->a), addr)) == 0;
}

/* Io_uring keeps some addresses in the kernel (uring_net.bpf.c), and no others are found there. */
static __always_inline bool net_is_kept(const struct gate *g, __u32 call)
{
	return (g->hflags & WIRE_F_IO_URING) &&
	       (call == WIRE_CALL_BIND ||
		(call == WIRE_CALL_SENDTO && !bpf_core_field_exists(struct io_sr_msg, addr)));
}

static __always_inline void net_v6(struct wire_address *a, const void *from)
{
	a->w[0] = compat_read_u64(from);
	a->w[1] = compat_read_u64((const char *)from + 8);
}

static __always_inline void net_local(struct net_end *e, const void *sk, __u32 family)
{
	e->port = LOAD(struct sock, sk, __sk_common.skc_num);
	if (family == AF_INET6_ && bpf_core_field_exists(struct sock_common, skc_v6_rcv_saddr))
		net_v6(&e->a, ADDR(struct sock, sk, __sk_common.skc_v6_rcv_saddr));
	else
		net_v4(&e->a, LOAD(struct sock, sk, __sk_common.skc_rcv_saddr));
}

static __always_inline void net_remote(struct net_end *e, const void *sk, __u32 family)
{
	e->port = __builtin_bswap16(LOAD(struct sock, sk, __sk_common.skc_dport));
	if (family == AF_INET6_ && bpf_core_field_exists(struct sock_common, skc_v6_daddr))
		net_v6(&e->a, ADDR(struct sock, sk, __sk_common.skc_v6_daddr));
	else
		net_v4(&e->a, LOAD(struct sock, sk, __sk_common.skc_daddr));
}

/* The address that was passed to a connect, bind or send, in user memory; NULL: none. */
static __always_inline const void *net_passed(const struct pt_regs *regs, bool is32, __u32 call)
{
	if (call == WIRE_CALL_CONNECT || call == WIRE_CALL_BIND)
		return (const void *)sock_arg(regs, is32, 1);
	return sock_sent_to(regs, is32, call);
}

static __always_inline bool net_is_nowhere(const struct net_end *e)
{
	return !e->port && !e->a.w[0] && (!e->a.w[1] || e->a.w[1] == NET_V4_PREFIX_);
}

/*
 * Begins the record of an act of the current task, when it acts for its container: gives the slot
 * of the buffer and one; 0: none, or lost. (Global: the verifier looks at it once.)
 */
__noinline int net_begin_slot(__u64 cgroup, __u64 gate, __u32 call, long ret)
{
	const struct task_struct *t = compat_current();
	struct wire_net *r;
	struct scratch *s;
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	if (!risen_acts(t, &g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_net *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_fill(s, &g);
	r->call = call;
	r->ret = ret == -ERESTARTSYS_ ? -EINTR_ : ret;
	who_cwd(s, &r->cwd, t);
	return s->slot + 1;
}

/* NULL: it is not to be told. set: the prefilter that was asked. */
static __always_inline struct scratch *net_begin(const struct gate *g, __u32 call, long ret,
						 __u32 set)
{
	__u32 slot = net_begin_slot(g->cgroup, gate_packed(g), call, ret);
	struct scratch *s = slot ? emit_scratch(slot - 1) : NULL;

	if (s)
		s->set = set;
	return s;
}

static __always_inline void net_describe(struct wire_net *r, const void *sk, __u32 family)
{
	__u32 state = LOAD(struct sock, sk, __sk_common.skc_state);

	r->family = family;
	r->type = LOAD(struct sock, sk, sk_type);
	r->protocol = LOAD(struct sock, sk, sk_protocol);
	r->net_ns = LOAD(struct net, LOAD(struct sock, sk, __sk_common.skc_net.net), ns.inum);
	if (r->net_ns == knob_host_net_ns)
		SET_FLAG(r->flags, WIRE_NET_HOST);
	if (r->ret >= 0 && state != TCP_SYN_SENT_ && state != TCP_CLOSE_ && state != TCP_LISTEN_)
		SET_FLAG(r->flags, WIRE_NET_CONNECTED);
}

static __always_inline bool net_denied(long ret)
{
	return ret == -EACCES_ || ret == -EPERM_;
}

static __always_inline void net_submit(struct scratch *s, const struct gate *g, long ret,
				       bool watched)
{
	if (net_denied(ret))
		SET_FLAG(s->flags, WIRE_F_BLOCKED);
	if (watched)
		SET_FLAG(s->flags, WIRE_F_WATCHED);
	emit_submit(s, WIRE_NET, g->hflags, false);
}

/* A socket was made; or was not, and then only what was asked for is known. */
static __always_inline int net_made(const struct gate *g, const struct pt_regs *regs,
				    const void *sk, long ret)
{
	bool is32 = g->hflags & WIRE_F_COMPAT;
	__u32 family, type, kind, wanted, set = prefilter_active & 1;
	struct wire_net *r;
	struct scratch *s;

	if (sk) {
		family = LOAD(struct sock, sk, __sk_common.skc_family);
		type = LOAD(struct sock, sk, sk_type);
	} else {
		family = sock_arg(regs, is32, 0);
		type = sock_arg(regs, is32, 1) & 15; /* SOCK_TYPE_MASK */
	}
	if (family == AF_PACKET_ || family == AF_XDP_)
		kind = WIRE_SOCKET_PACKET;
	else if (family == AF_INET_ || family == AF_INET6_)
		kind = type == SOCK_RAW_ ? WIRE_SOCKET_RAW : WIRE_SOCKET_OTHER;
	else
		return 0;
	wanted = prefilters[set].sockets & kind;
	if (!wanted && !(knob_all && kind != WIRE_SOCKET_OTHER))
		return 0;
	s = net_begin(g, WIRE_CALL_SOCKET, ret, set);
	if (!s)
		return 0;
	r = (struct wire_net *)s->record;
	if (sk) {
		net_describe(r, sk, family);
	} else {
		r->family = family;
		r->type = type;
		r->protocol = sock_arg(regs, is32, 2);
		SET_FLAG(r->flags, WIRE_NET_ASKED);
	}
	net_submit(s, g, ret, wanted);
	return 0;
}

/* An IP socket was connected, bound, listens, was accepted, or sent something. */
static __always_inline int net_done(const struct gate *g, const struct pt_regs *regs, __u32 call,
				    const void *sk, long ret)
{
	bool is32 = g->hflags & WIRE_F_COMPAT;
	__u32 family = LOAD(struct sock, sk, __sk_common.skc_family);
	__u32 access = WIRE_WATCH_OUT, flags = 0, set;
	bool watched;
	struct net_end server = {};
	struct wire_net *r;
	struct scratch *s;

	if (call >= WIRE_CALL_BIND && call <= WIRE_CALL_ACCEPT4) {
		access = WIRE_WATCH_IN;
		net_local(&server, sk, family);
	} else if (net_is_send(call)) {
		if (net_send_flags(regs, is32, call) & MSG_FASTOPEN_)
			flags = WIRE_NET_FASTOPEN;
		else
			access = WIRE_WATCH_SEND;
		/* Each way by its own kind of socket: a stream has its peer already. */
		if ((LOAD(struct sock, sk, sk_type) == SOCK_STREAM_) != (access == WIRE_WATCH_OUT))
			return 0;
	}
	if (access == WIRE_WATCH_OUT)
		net_remote(&server, sk, family);
	/* Failed, or it is only sent there: the socket knows nothing. */
	if (access == WIRE_WATCH_SEND || (access == WIRE_WATCH_OUT && !server.port) ||
	    (ret < 0 && call == WIRE_CALL_BIND)) {
		if (!net_asked(&server, net_passed(regs, is32, call), net_is_kept(g, call)))
			return 0; /* AF_UNSPEC: it was disconnected; or a descriptor's own peer */
		flags |= WIRE_NET_ASKED;
	}
	if (net_is_nowhere(&server))
		return 0;
	/* From here on it is one way for the verifier, whatever the call was. */
	access = OPAQUE(access);
	flags = OPAQUE(flags);
	call = OPAQUE(call);
	ret = FORGET(ret);
	set = prefilter_active & 1;
	watched = prefilter_end(set, access, &server.a, server.port, net_denied(ret));
	if (!watched && !(knob_all && access != WIRE_WATCH_SEND))
		return 0;
	s = net_begin(g, call, ret, set);
	if (!s)
		return 0;
	r = (struct wire_net *)s->record;
	net_describe(r, sk, family);
	SET_FLAG(r->flags, flags);
	if (access == WIRE_WATCH_IN) {
		r->local = server.a;
		r->local_port = server.port;
		if (net_is_accept(call)) {
			net_remote(&server, sk, family);
			r->remote = server.a;
			r->remote_port = server.port;
		}
	} else {
		r->remote = server.a;
		r->remote_port = server.port;
		net_local(&server, sk, family);
		r->local = server.a;
		r->local_port = server.port;
	}
	net_submit(s, g, ret, watched);
	return 0;
}

static __always_inline int net_report(const struct task_struct *t, const struct gate *g,
				      const struct pt_regs *regs, __u32 call, long ret)
{
	bool is32 = g->hflags & WIRE_F_COMPAT, made;
	const void *sk = NULL;
	__u32 family;

	if (sock_is_multiplexed(regs, is32)) {
		call = sock_calls[compat_arg(regs, is32, 0) & SOCK_CALLS_MASK];
		if (!(call_wanted(call) || (net_is_send(call) && !knob_datagrams)) ||
		    net_is_dull(regs, is32, call) ||
		    (ret < 0 && net_tried(WIRE_CALL_CONNECT, ret) && !net_tried(call, ret)))
			return 0;
	}
	made = call == WIRE_CALL_SOCKET;
	if (!made || ret >= 0) {
		sk = sock_of(
			t, made || net_is_accept(call) ? ret : (long)(__u32)sock_arg(regs, is32, 0),
			ret);
		if (!sk)
			return 0;
	}
	if (made)
		return net_made(g, regs, sk, ret);
	family = LOAD(struct sock, sk, __sk_common.skc_family);
	if (family == AF_INET_ || family == AF_INET6_)
		return net_done(g, regs, call, sk, ret);
	if (family == AF_UNIX_ && call == WIRE_CALL_CONNECT && (ret >= 0 || !net_tried(call, ret)))
		return connect_done(t, g, regs, is32, sk, ret);
	if (family == AF_UNIX_ && net_is_send(call) && !knob_datagrams)
		return datagram_done(compat_untyped(sk), g->cgroup, gate_packed(g), call, ret);
	return 0;
}

#endif /* ROOTWATCH_NET_BPF_H */

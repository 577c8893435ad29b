// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sockets that io_uring connects, binds, makes, accepts and sends by, told as the system call would
 * be that does the same. The socket says itself what came of it; its descriptor is not told of what
 * was made or accepted: it may have none (a place in the ring's own table).
 */
#include "bind.bpf.h"
#include "call.bpf.h"
#include "compat.bpf.h"
#include "connect.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "net.bpf.h"
#include "uring.bpf.h"

/* enum io_uring_op, which is for user space and never changes. */
static const __u8 uring_net_calls[URING_OPS] = {
	[9] = WIRE_CALL_SENDMSG, [16] = WIRE_CALL_CONNECT, [26] = WIRE_CALL_SENDTO,
	[47] = WIRE_CALL_SENDTO, [48] = WIRE_CALL_SENDMSG, [56] = WIRE_CALL_BIND,
	[57] = WIRE_CALL_LISTEN,
};

/* Registers with what a system call would have been passed, as large as any architecture's. */
struct uring_regs {
	__u64 w[48];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct uring_regs);
} uring_regs SEC(".maps");

/*
 * All functions for such requests have the same arguments; one program tells of all of them, and
 * those for the others only go on to it when there is something to tell.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} uring_net_next SEC(".maps");

static __always_inline void uring_prove(__u32 hook)
{
	hook &= WIRE_PROVEN_MAX - 1;
	if (uring_proof && !uring_proven[hook])
		uring_proven[hook] = 1;
}

/* Is it over, and of interest? Gives the call, or 0. */
static __always_inline __u32 uring_net_call(__u64 req, int err)
{
	__u32 op = LOAD(struct io_kiocb, req, opcode), call;
	long ret;

	if (err || op >= URING_OPS) /* not over yet */
		return WIRE_CALL_NONE;
	call = uring_net_calls[FORGET(op) & (URING_OPS - 1)]; /* (it loses what it knew of op) */
	if (!call_wanted(call))
		return WIRE_CALL_NONE;
	if (net_is_send(call) && !prefilters[prefilter_active & 1].datagrams &&
	    !(LOAD(struct io_sr_msg, req, msg_flags) & MSG_FASTOPEN_))
		return WIRE_CALL_NONE;
	ret = LOAD(struct io_kiocb, req, cqe.res);
	if (ret < 0 && !creds_denied(ret) && !net_tried(call, ret))
		return WIRE_CALL_NONE;
	if (!creds_root(TYPED(compat_current(), cred)) && !(creds_denied(ret) && knob_blocked))
		return WIRE_CALL_NONE;
	return call;
}

/*
 * What the kernel has copied of a request that sends or binds: it still hangs there, or was just
 * put back, as the last one, among those that the ring (which is locked, then) uses again.
 */
static __always_inline __u64 uring_message(__u64 req)
{
	__u64 m = (__u64)LOAD(struct io_kiocb, req, async_data);
	const void *ctx = LOAD(struct io_kiocb, req, ctx);
	__u32 n;

	if (m || !bpf_core_field_exists(struct io_alloc_cache, entries))
		return m;
	n = LOAD(struct io_ring_ctx, ctx, netmsg_cache.nr_cached);
	return n ? compat_read_u64(LOAD(struct io_ring_ctx, ctx, netmsg_cache.entries) + n - 1) : 0;
}

/* The address in it; 0: there is none, or it is not what we take it for. */
static __always_inline __u64 uring_sent_to(__u64 req)
{
	__u64 m = uring_message(req), addr = (__u64)ADDR(struct io_async_msghdr, m, addr);

	return m && (__u64)LOAD(struct io_async_msghdr, m, msg.msg_name) == addr ? addr : 0;
}

/* Of a bind newer kernels (and 6.12.107) keep the address alone: it says what it is. */
static __always_inline __u64 uring_bound_to(__u64 req, __u32 family)
{
	__u64 m = uring_message(req), addr = (__u64)ADDR(struct io_async_msghdr, m, addr);

	if (m && (__u16)compat_read_u64((const void *)m) == family)
		return m;
	return m && (__u16)compat_read_u64((const void *)addr) == family ? addr : 0;
}

/* What the system call would have been passed. */
static __always_inline void uring_net_arguments(struct pt_regs *regs, __u64 req, __u32 call)
{
	__u64 addr = 0;

	if (call == WIRE_CALL_CONNECT) {
		compat_set_arg(regs, 1, (__u64)LOAD(struct io_connect, req, addr));
		compat_set_arg(regs, 2, LOAD(struct io_connect, req, addr_len));
	} else if (call == WIRE_CALL_SENDTO) {
		/* Since 6.15 it is copied only. */
		addr = bpf_core_field_exists(struct io_sr_msg, addr) ?
			       (__u64)LOAD(struct io_sr_msg, req, addr) :
			       uring_sent_to(req);
		compat_set_arg(regs, 3, LOAD(struct io_sr_msg, req, msg_flags));
		compat_set_arg(regs, 4, addr);
	} else if (call == WIRE_CALL_SENDMSG) {
		compat_set_arg(regs, 1, (__u64)LOAD(struct io_sr_msg, req, umsg));
		compat_set_arg(regs, 2, LOAD(struct io_sr_msg, req, msg_flags));
	}
}

/* The socket of a file, or NULL. */
static __always_inline const void *uring_sock(__u64 file)
{
	return sock_is_file((const void *)file) ?
		       LOAD(struct socket, LOAD(struct file, file, private_data), sk) :
		       NULL;
}

static __always_inline __u32 uring_family(__u64 req)
{
	const void *sk = uring_sock((__u64)LOAD(struct io_kiocb, req, file));

	return LOAD(struct sock, sk, __sk_common.skc_family);
}

/* A Unix socket that was bound, or was not, because that was denied: no other has made a file. */
__noinline int uring_bound(__u64 req, __u64 cgroup, __u64 gate)
{
	const void *sk = uring_sock((__u64)LOAD(struct io_kiocb, req, file));
	__u64 from = uring_bound_to(req, AF_UNIX_);
	__u32 len = 0;
	struct gate g;

	if (!sk)
		return 0;
	if (from && bpf_core_field_exists(struct io_bind, addr_len))
		len = LOAD(struct io_bind, req, addr_len);
	gate_unpack(&g, cgroup, gate);
	g.hflags = URING_FLAGS;
	return bind_tell(compat_current(), &g, NULL, sk, LOAD(struct io_kiocb, req, cqe.res),
			 (const void *)from, len);
}

/* (What is known at compile time spares the verifier the ways of 32-bit calls.) */
__noinline int uring_net(__u64 req, __u64 cgroup, __u64 gate, __u32 call)
{
	const void *f = LOAD(struct io_kiocb, req, file);
	long ret = LOAD(struct io_kiocb, req, cqe.res);
	struct task_struct *t = compat_current();
	struct pt_regs *regs;
	__u32 family, zero = 0;
	const void *sk;
	struct gate g;

	regs = bpf_map_lookup_elem(&uring_regs, &zero);
	if (!regs || !f || !sock_is_file(f))
		return 0;
	gate_unpack(&g, cgroup, gate);
	g.hflags = URING_FLAGS;
	uring_net_arguments(regs, req, call);
	sk = LOAD(struct socket, LOAD(struct file, f, private_data), sk);
	family = LOAD(struct sock, sk, __sk_common.skc_family);
	if (call == WIRE_CALL_BIND && ret < 0)
		compat_set_arg(regs, 1, uring_bound_to(req, family));
	if (family == AF_INET_ || family == AF_INET6_)
		return net_done(&g, regs, call, sk, ret);
	if (family == AF_UNIX_ && call == WIRE_CALL_CONNECT && (ret >= 0 || !net_tried(call, ret)))
		return connect_done(t, &g, regs, false, sk, ret);
	return 0;
}

SEC("fexit/io_connect")
int BPF_PROG(rootwatch_uring_connect, struct io_kiocb *request, unsigned int how, int err)
{
	__u64 req = compat_untyped(request);
	__u32 call = uring_net_call(req, err);
	struct gate g;

	if (!call || !uring_gate(compat_current(), &g))
		return 0;
	/* (From here and not from there: it needs the stack.) */
	if (call == WIRE_CALL_BIND && uring_family(req) == AF_UNIX_)
		return uring_bound(req, g.cgroup, gate_packed(&g));
	return uring_net(req, g.cgroup, gate_packed(&g), call);
}

static __always_inline int uring_net_on(void *ctx, struct io_kiocb *request, int err, __u32 hook)
{
	uring_prove(hook);
	if (uring_net_call(compat_untyped(request), err))
		bpf_tail_call(ctx, &uring_net_next, 0);
	return 0;
}

SEC("fexit/io_bind")
int BPF_PROG(rootwatch_uring_bind, struct io_kiocb *request, unsigned int how, int err)
{
	return uring_net_on(ctx, request, err, WIRE_URING_BIND);
}

SEC("fexit/io_listen")
int BPF_PROG(rootwatch_uring_listen, struct io_kiocb *request, unsigned int how, int err)
{
	return uring_net_on(ctx, request, err, WIRE_URING_LISTEN);
}

SEC("fexit/io_send")
int BPF_PROG(rootwatch_uring_send, struct io_kiocb *request, unsigned int how, int err)
{
	return uring_net_on(ctx, request, err, WIRE_URING_SEND);
}

SEC("fexit/io_sendmsg")
int BPF_PROG(rootwatch_uring_sendmsg, struct io_kiocb *request, unsigned int how, int err)
{
	return uring_net_on(ctx, request, err, WIRE_URING_SENDMSG);
}

SEC("fexit/io_send_zc")
int BPF_PROG(rootwatch_uring_send_zc, struct io_kiocb *request, unsigned int how, int err)
{
	return uring_net_on(ctx, request, err, WIRE_URING_SEND_ZC);
}

SEC("fexit/io_sendmsg_zc")
int BPF_PROG(rootwatch_uring_sendmsg_zc, struct io_kiocb *request, unsigned int how, int err)
{
	return uring_net_on(ctx, request, err, WIRE_URING_SENDMSG_ZC);
}

/* Is that pointer an error? (MAX_ERRNO) */
static __always_inline bool uring_is_error(__u64 pointer)
{
	return pointer >= -4095ull;
}

/* Nobody else makes a socket by this. */
SEC("fexit/__sys_socket_file")
int BPF_PROG(rootwatch_uring_socket, int family, int type, int protocol, struct file *file)
{
	__u64 f = compat_untyped(file);
	long ret = uring_is_error(f) ? (long)f : 0;
	struct pt_regs *regs;
	__u32 zero = 0;
	struct gate g;

	uring_prove(WIRE_URING_SOCKET);
	if (!call_wanted(WIRE_CALL_SOCKET) || (ret < 0 && !creds_denied(ret)))
		return 0;
	if (!creds_root(TYPED(compat_current(), cred)) && !(ret < 0 && knob_blocked))
		return 0;
	regs = bpf_map_lookup_elem(&uring_regs, &zero);
	if (!regs || !uring_gate(compat_current(), &g))
		return 0;
	g.hflags = URING_FLAGS;
	compat_set_arg(regs, 0, family);
	compat_set_arg(regs, 1, type);
	compat_set_arg(regs, 2, protocol);
	return net_made(&g, regs, ret < 0 ? NULL : uring_sock(f), ret);
}

/*
 * Is the task at an accept of its own from that listener? Not each accept is that comes while the
 * task is at such a call: what a ring has waited for is done at the end of any, when its result
 * stands already. (A worker of a ring makes no system calls.)
 */
static __always_inline bool uring_accepts_itself(struct task_struct *t, __u64 listener)
{
	const struct pt_regs *regs = compat_user_regs(t);
	bool is32 = compat_flag(t);
	__u32 call;

	if ((TYPED(t, flags) & PF_IO_WORKER_) || compat_is_over(regs))
		return false;
	call = sock_is_multiplexed(regs, is32) ?
		       sock_calls[compat_arg(regs, is32, 0) & SOCK_CALLS_MASK] :
		       compat_own_call(compat_nr_of(regs), is32);
	return net_is_accept(call) && (__u64)task_file(t, sock_arg(regs, is32, 0)) == listener;
}

__noinline int uring_accepted(__u64 file, __u64 cgroup, __u64 gate)
{
	const void *sk = uring_sock(file);
	struct pt_regs *regs;
	__u32 family, zero = 0;
	struct gate g;

	regs = bpf_map_lookup_elem(&uring_regs, &zero);
	if (!sk || !regs)
		return 0;
	family = LOAD(struct sock, sk, __sk_common.skc_family);
	if (family != AF_INET_ && family != AF_INET6_)
		return 0;
	gate_unpack(&g, cgroup, gate);
	g.hflags = URING_FLAGS;
	return net_done(&g, regs, WIRE_CALL_ACCEPT, sk, 0);
}

/*
 * Here and not where io_uring ends an accept: one that is asked for once and goes on (multi-shot)
 * accepts several. The system call passes by, too.
 */
SEC("fexit/do_accept")
int BPF_PROG(rootwatch_uring_accept, struct file *listener, __u64 how, __u64 addr, __u64 len,
	     int flags, struct file *file)
{
	__u64 f = compat_untyped(file), from = compat_untyped(listener);
	struct task_struct *t;
	struct gate g;

	t = compat_current();
	if (uring_proof && !uring_accepts_itself(t, from))
		uring_prove(WIRE_URING_ACCEPT);
	if (uring_is_error(f) || !call_wanted(WIRE_CALL_ACCEPT))
		return 0;
	if (!creds_root(TYPED(t, cred)) || uring_accepts_itself(t, from) || !uring_gate(t, &g))
		return 0;
	return uring_accepted(f, g.cgroup, gate_packed(&g));
}

// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Datagrams that are sent to a Unix socket by its address, where the kernel asks whether they may
 * be: at security_unix_may_send(), which looks the same from 5.10 to 7.x. It has both sockets,
 * whatever the call was and whatever is made of its arguments meanwhile.
 *
 * Asked for each datagram, also of a socket that is connected (a connect told of that), and again
 * while it waits for room at the receiver. So that is told once for a process, its socket and the
 * receiver, as a connect is; what no rule asks for is looked at once as well.
 */
#include "compat.bpf.h"
#include "connect.bpf.h"
#include "creds.bpf.h"
#include "datagram.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "net.bpf.h"

/* Who sends by which socket to which one. An address is used again; with its inode it is not. */
struct datagram_way {
	__u64 from, to;	       /* struct sock */
	__u32 inode, to_inode; /* their sockets' */
	__u32 tgid;
	__u32 pad;
};

/* Those that were looked at, with wire_prefilter.start: other rules look again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct datagram_way);
	__type(value, __u64);
} datagram_ways SEC(".maps");

/* SOCK_INODE() */
static __always_inline __u32 datagram_inode(const struct socket *socket)
{
	const void *inode = ADDR(struct socket_alloc, socket, vfs_inode);

	return LOAD(struct inode, inode, i_ino);
}

/*
 * By which call the current task sends; WIRE_CALL_NONE: it connects, which its end tells. What it
 * does beside such calls io_uring does for it, which does not say here by which request.
 */
static __always_inline __u32 datagram_call(struct task_struct *t, __u32 *hflags)
{
	const struct pt_regs *regs = compat_user_regs(t);
	bool is32 = compat_flag(t);
	__u32 call;

	if (!(TYPED(t, flags) & PF_IO_WORKER_) && !compat_is_over(regs)) {
		call = sock_is_multiplexed(regs, is32) ?
			       sock_calls[compat_arg(regs, is32, 0) & SOCK_CALLS_MASK] :
			       compat_own_call(compat_nr_of(regs), is32);
		*hflags = compat_flag(t);
		if (net_is_send(call))
			return call;
		if (call == WIRE_CALL_CONNECT)
			return WIRE_CALL_NONE;
	}
	*hflags = WIRE_F_IO_URING;
	return WIRE_CALL_SENDTO;
}

/* Gives 0 when it is to be looked at again: it was not told though it may have to be. */
__noinline int datagram_tell(__u64 peer, __u64 cgroup, __u64 gate, __u32 call)
{
	const struct pt_regs *regs = compat_user_regs(compat_current());
	struct wire_connect *r;
	struct scratch *s;
	__u32 watched;
	struct gate g;
	bool is32;

	gate_unpack(&g, cgroup, gate);
	is32 = g.hflags & WIRE_F_COMPAT;
	s = datagram_begin(&g, 0);
	if (!s)
		return 0;
	r = (struct wire_connect *)s->record;
	connect_peer(s, r, (const void *)peer);
	watched = prefilter_connect(s, &r->name, r->peer_comm);
	if (!(watched & WIRE_WATCH_CONNECT) && !knob_all) {
		emit_cancel(s);
		return 1;
	}
	/* (Which of sendmmsg's messages it is nobody says; io_uring's address is not in memory.) */
	if (!(g.hflags & WIRE_F_IO_URING) &&
	    (call != WIRE_CALL_SENDMMSG || sock_arg(regs, is32, 2) == 1))
		datagram_asked(s, r, regs, is32, call);
	datagram_submit(s, g.hflags, watched, false);
	return 1;
}

SEC("fexit/security_unix_may_send")
int BPF_PROG(rootwatch_datagram, struct socket *from, struct socket *to, int err)
{
	const void *sk = LOAD(struct socket, from, sk), *peer = LOAD(struct socket, to, sk);
	struct datagram_way way = {};
	struct task_struct *t;
	const __u64 *start;
	__u64 now;
	__u32 call;
	struct gate g;

	if (err || LOAD(struct unix_sock, sk, peer) == peer)
		return 0;
	t = compat_current();
	if (!creds_root(TYPED(t, cred)) || !gate_container(t, &g) ||
	    TYPED(t, tgid) == (int)knob_agent)
		return 0;
	call = datagram_call(t, &g.hflags);
	if (call == WIRE_CALL_NONE)
		return 0;
	way.from = compat_untyped(sk);
	way.to = compat_untyped(peer);
	way.inode = datagram_inode(from);
	way.to_inode = datagram_inode(to);
	way.tgid = TYPED(t, tgid);
	now = prefilters[prefilter_active & 1].start;
	start = bpf_map_lookup_elem(&datagram_ways, &way);
	if (start && *start == now)
		return 0;
	g.hflags |= WIRE_F_TIER(WIRE_TIER_FENTRY);
	if (datagram_tell(way.to, g.cgroup, gate_packed(&g), call))
		bpf_map_update_elem(&datagram_ways, &way, &now, BPF_ANY);
	return 0;
}

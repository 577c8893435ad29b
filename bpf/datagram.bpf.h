/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Datagrams that are sent to a Unix socket by its address, without a connect: told as the connect
 * would be. Here by the end of the call, where no hook sees the receiver (datagram.bpf.c does). The
 * sending socket keeps nothing of it: what was asked for stands in memory only, where another thread
 * can change it before the call returns, and whose socket a path led to is not known any more.
 */
#ifndef ROOTWATCH_DATAGRAM_BPF_H
#define ROOTWATCH_DATAGRAM_BPF_H

#include "compat.bpf.h"
#include "connect.bpf.h"
#include "emit.bpf.h"
#include "object.bpf.h"
#include "prefilter.bpf.h"
#include "risen.bpf.h"
#include "sock.bpf.h"
#include "who.bpf.h"

/* What the client called it, of a call that is given its address. */
static __always_inline void datagram_asked(struct scratch *s, struct wire_connect *r,
					   const struct pt_regs *regs, bool is32, __u32 call)
{
	const void *addr = sock_sent_to(regs, is32, call);
	__u32 len = 0;

	if (call == WIRE_CALL_SENDTO) /* else it lies behind the name */
		len = sock_arg(regs, is32, 5);
	else
		bpf_probe_read_user(&len, sizeof(len),
				    (const char *)sock_arg(regs, is32, 1) + (is32 ? 4 : 8));
	if (addr && sock_name(s, &r->asked, addr, len, false, true) == 0)
		SET_FLAG(r->flags, WIRE_CONNECT_ASKED_ABSTRACT);
}

/* Begins the record of one that the current task sent; NULL: it is not to be told, or lost. */
static __always_inline struct scratch *datagram_begin(const struct gate *g, long ret)
{
	struct wire_connect *r;
	struct scratch *s;

	if (!risen_acts(compat_current(), g))
		return NULL;
	s = emit_begin(sizeof(*r));
	if (!s)
		return NULL;
	r = (struct wire_connect *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_fill(s, g);
	r->ret = ret < 0 ? ret : 0;
	r->flags = WIRE_CONNECT_UNCONNECTED;
	return s;
}

static __always_inline void datagram_submit(struct scratch *s, __u32 hflags, __u32 watched,
					    bool denied)
{
	struct wire_connect *r = (struct wire_connect *)s->record;

	who_cwd(s, &r->cwd, compat_current());
	if (denied)
		SET_FLAG(s->flags, WIRE_F_BLOCKED);
	else if (watched & WIRE_WATCH_CONNECT)
		SET_FLAG(s->flags, WIRE_F_WATCHED);
	emit_submit(s, WIRE_CONNECT, hflags, true);
}

/* Of the current task's call on Unix socket sk. (Global: the verifier looks at it once.) */
__noinline int datagram_done(__u64 sk, __u64 cgroup, __u64 gate, __u32 call, long ret)
{
	const struct pt_regs *regs = compat_user_regs(compat_current());
	struct wire_connect *r;
	struct scratch *s;
	__u32 watched;
	struct gate g;

	if (LOAD(struct sock, sk, sk_type) != SOCK_DGRAM_ || (ret < 0 && !creds_denied(ret)))
		return 0;
	gate_unpack(&g, cgroup, gate);
	s = datagram_begin(&g, ret);
	if (!s)
		return 0;
	r = (struct wire_connect *)s->record;
	datagram_asked(s, r, regs, g.hflags & WIRE_F_COMPAT, call);
	watched = r->asked.len ? prefilter_connect(s, &r->asked, r->peer_comm) : 0;
	/* Without an address it goes to the peer, which a connect told. */
	if (!r->asked.len || (ret >= 0 && !(watched & WIRE_WATCH_CONNECT) && !knob_all)) {
		emit_cancel(s);
		return 0;
	}
	datagram_submit(s, g.hflags, watched, ret < 0);
	return 0;
}

#endif /* ROOTWATCH_DATAGRAM_BPF_H */

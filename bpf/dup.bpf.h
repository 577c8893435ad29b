/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Descriptors made anew from others: dup, dup2, dup3. What counts is what became standard input or
 * output: a shell that speaks over a connection is made so. Shells do this at every pipe, so by the
 * new number and the kind of file the rules' filter decides before anything is written.
 */
#ifndef ROOTWATCH_DUP_BPF_H
#define ROOTWATCH_DUP_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "net.bpf.h"
#include "object.bpf.h"
#include "open.bpf.h"
#include "prefilter.bpf.h"
#include "risen.bpf.h"
#include "sock.bpf.h"

static __always_inline bool dup_is_call(__u32 call)
{
	return call >= WIRE_CALL_DUP && call <= WIRE_CALL_DUP3;
}

/* WIRE_SOCKET_DUP_* of a new descriptor, whatever it is of. */
static __always_inline __u32 dup_kinds(long fd)
{
	return fd < WIRE_SOCKET_STDIO ? WIRE_SOCKET_DUP_STDIO : WIRE_SOCKET_DUP_OTHER;
}

/* It failed, or no rule asks for such a number. */
static __always_inline bool dup_is_dull(__u32 call, long ret)
{
	return dup_is_call(call) &&
	       (ret < 0 || !(prefilters[prefilter_active & 1].sockets & dup_kinds(ret)));
}

static __always_inline void dup_ends(struct wire_net *r, const void *sk, __u32 family)
{
	struct net_end end = {};

	net_describe(r, sk, family);
	net_local(&end, sk, family);
	r->local = end.a;
	r->local_port = end.port;
	net_remote(&end, sk, family);
	r->remote = end.a;
	r->remote_port = end.port;
}

static __always_inline int dup_report(const struct task_struct *t, const struct gate *g,
				      const struct pt_regs *regs, __u32 call, long ret)
{
	__u32 family, mode, kind, set = prefilter_active & 1;
	const void *f = task_file(t, ret), *sk = NULL;
	bool is32 = g->hflags & WIRE_F_COMPAT;
	struct wire_net *r;
	struct scratch *s;

	if (!f) { /* another thread was quicker */
		if (task_entered(t))
			emit_lost(WIRE_C_LOST_READ);
		return 0;
	}
	mode = LOAD(struct inode, LOAD(struct file, f, f_inode), i_mode);
	family = 0;
	if ((mode & S_IFMT_) == S_IFSOCK_) {
		sk = LOAD(struct socket, LOAD(struct file, f, private_data), sk);
		family = LOAD(struct sock, sk, __sk_common.skc_family);
	}
	kind = family == AF_INET_ || family == AF_INET6_ ? WIRE_SOCKET_DUP_IP :
	       family == AF_UNIX_			 ? WIRE_SOCKET_DUP_UNIX :
							   WIRE_SOCKET_DUP_FILE;
	kind &= dup_kinds(ret);
	if (!(prefilters[set].sockets & kind))
		return 0;
	s = net_begin(g, call, ret, set);
	if (!s)
		return 0;
	r = (struct wire_net *)s->record;
	r->mode = mode;
	r->oldfd = compat_arg(regs, is32, 0);
	r->family = family;
	if (kind & WIRE_SOCKET_DUP_IP)
		dup_ends(r, sk, family);
	else if ((mode & S_IFMT_) != S_IFSOCK_ && (mode & S_IFMT_) != S_IFIFO_)
		path_blob(s, &r->path, LOAD(struct file, f, f_path.dentry),
			  path_mount(LOAD(struct file, f, f_path.mnt)));
	if (sock_is_connection(t, 0) && (sock_is_connection(t, 1) || sock_is_connection(t, 2)))
		SET_FLAG(r->flags, WIRE_NET_STDIO);
	net_submit(s, g, ret, true);
	return 0;
}

#endif /* ROOTWATCH_DUP_BPF_H */

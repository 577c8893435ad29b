/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bind() on AF_UNIX makes a file (unix_bind_bsd), without an open or a mknod. The socket keeps
 * where it lies; of what was denied only the path is known that was asked for.
 */
#ifndef ROOTWATCH_BIND_BPF_H
#define ROOTWATCH_BIND_BPF_H

#include "call.bpf.h"
#include "compat.bpf.h"
#include "connect.bpf.h"
#include "emit.bpf.h"
#include "object.bpf.h"
#include "risen.bpf.h"
#include "sock.bpf.h"
#include "who.bpf.h"

/* Of a call that is, or may be, a bind: its Unix socket; NULL: it is none, or another call. */
static __always_inline const void *bind_socket(const struct task_struct *t,
					       const struct pt_regs *regs, bool is32, __u32 call)
{
	const void *f, *sk;

	if (sock_is_multiplexed(regs, is32))
		call = sock_calls[compat_arg(regs, is32, 0) & SOCK_CALLS_MASK];
	if (call != WIRE_CALL_BIND)
		return NULL;
	f = task_file(t, sock_arg(regs, is32, 0));
	if (!f || !sock_is_file(f)) /* (counted where IP sockets are told) */
		return NULL;
	sk = LOAD(struct socket, LOAD(struct file, f, private_data), sk);
	return LOAD(struct sock, sk, __sk_common.skc_family) == AF_UNIX_ ? sk : NULL;
}

/*
 * Tells of a Unix socket that was bound, or was not. Abstract names and none make no file. regs: of
 * the call; NULL: io_uring did it, with the address that lies at `from` in the kernel.
 */
static __always_inline int bind_tell(const struct task_struct *t, const struct gate *g,
				     const struct pt_regs *regs, const void *sk, long ret,
				     const void *from, __u32 len)
{
	const void *dentry = LOAD(struct unix_sock, sk, path.dentry);
	bool is32 = g->hflags & WIRE_F_COMPAT;
	struct object o = {};
	struct wire_syscall *r;
	struct scratch *s;
	int first;

	if (!call_wanted(WIRE_CALL_BIND_FILE) || (ret >= 0 && !dentry) || !risen_acts(t, g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_fill(s, g);
	r->call = WIRE_CALL_BIND_FILE;
	r->ret = ret;
	who_cwd(s, &r->cwd, t);
	if (regs) {
		r->args[0] = sock_arg(regs, is32, 0);
		r->args[1] = sock_arg(regs, is32, 1);
		r->args[2] = sock_arg(regs, is32, 2);
		first = sock_asked(s, &r->asked[0], regs, is32, false);
	} else {
		first = sock_name(s, &r->asked[0], from, len, true, false);
	}
	if (first >= 0 && first != '/')
		r->base[0] = r->cwd;
	if (ret < 0 && !r->asked[0].len) {
		emit_cancel(s); /* a name without a file, or none that can be read */
		return 0;
	}
	if (ret >= 0) {
		object_find(&o, dentry, LOAD(struct unix_sock, sk, path.mnt));
		object_place(s, &o, t);
		object_record(s, &r->f[0], &o, t, true);
	}
	call_submit(s, WIRE_CALL_BIND_FILE, ret, g->hflags);
	return 0;
}

/* (Global: the verifier looks at it once.) */
__noinline int bind_done(__u64 cgroup, __u64 gate, __u32 call, long ret)
{
	struct task_struct *t = compat_current();
	const struct pt_regs *regs = compat_user_regs(t);
	const void *sk;
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	sk = bind_socket(t, regs, g.hflags & WIRE_F_COMPAT, call);
	return sk ? bind_tell(t, &g, regs, sk, ret, NULL, 0) : 0;
}

#endif /* ROOTWATCH_BIND_BPF_H */

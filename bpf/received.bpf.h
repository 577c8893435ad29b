/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Open files that come over a Unix socket, where no hook sees each of them being received: the end
 * of the call has left their descriptors in the caller's memory (put_cmsg() and scm_detach_fds() of
 * the kernel: what a message brought beside its bytes lies one after the other from msg_control on,
 * msg_controllen bytes in all). Each file is judged as an open is.
 */
#ifndef ROOTWATCH_RECEIVED_BPF_H
#define ROOTWATCH_RECEIVED_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "open.bpf.h"
#include "sock.bpf.h"
#include "task.bpf.h"

#define RECEIVED_FILES_MAX 253 /* SCM_MAX_FD */
#define RECEIVED_PARTS_MAX 8   /* credentials, label, pidfd, files: of each kind there is one */
/* UIO_MAXIOV, of one recvmmsg. (Before 5.17 each step counts for the verifier: more is lost.) */
#define RECEIVED_MESSAGES_MAX (COMPAT_KERNEL >= 517 ? 1024 : 128)

#define SOL_SOCKET_ 1
#define SCM_RIGHTS_ 1

/* The calls behind socketcall's first argument. */
#define RECEIVED_BY_RECVMSG  17
#define RECEIVED_BY_RECVMMSG 19

/* struct msghdr's last members, and struct cmsghdr. */
struct received_control {
	__u64 at, len;
};

struct received_head {
	__u64 len;
	__u32 level, type;
};

struct received_control_32 {
	__u32 at, len;
};

struct received_head_32 {
	__u32 len, level, type;
};

/* Where the first are, and how long a struct mmsghdr is. */
#define RECEIVED_CONTROL(is32) ((is32) ? 16u : 32u)
#define RECEIVED_MMSGHDR(is32) ((is32) ? 32u : 64u)

static __always_inline long received_read_control(struct received_control *c, __u64 msg, bool is32)
{
	struct received_control_32 narrow = {};
	const void *from = (const void *)(msg + RECEIVED_CONTROL(is32));
	long err;

	if (!is32)
		return bpf_probe_read_user(c, sizeof(*c), from);
	err = bpf_probe_read_user(&narrow, sizeof(narrow), from);
	c->at = narrow.at;
	c->len = narrow.len;
	return err;
}

static __always_inline long received_read_head(struct received_head *h, __u64 at, bool is32)
{
	struct received_head_32 narrow = {};
	long err;

	if (!is32)
		return bpf_probe_read_user(h, sizeof(*h), (const void *)at);
	err = bpf_probe_read_user(&narrow, sizeof(narrow), (const void *)at);
	h->len = narrow.len;
	h->level = narrow.level;
	h->type = narrow.type;
	return err;
}

/* What cannot be read back though the kernel has just written it there was taken away since. */
static __always_inline void received_lost(void)
{
	if (task_entered(compat_current()))
		emit_lost(WIRE_C_LOST_READ);
}

/*
 * Where the descriptors lie that the message (struct msghdr) at that address brought, and behind
 * that, in 8 bits, how many there are; 0: none. (An address of a task has 56 bits at most.)
 */
__noinline __u64 received_rights(__u64 msg, __u32 is32)
{
	__u64 head = is32 ? sizeof(struct received_head_32) : sizeof(struct received_head);
	__u64 align = is32 ? 3 : 7;
	struct received_control c;
	struct received_head h;
	int i;

	if (received_read_control(&c, msg, is32)) {
		received_lost();
		return 0;
	}
	for (i = 0; i < RECEIVED_PARTS_MAX && c.len >= head; i++) {
		if (received_read_head(&h, c.at, is32)) {
			received_lost();
			return 0;
		}
		if (h.len < head || h.len > c.len)
			return 0;
		if (h.level == SOL_SOCKET_ && h.type == SCM_RIGHTS_) {
			h.len = (h.len - head) / sizeof(__u32);
			if (h.len > RECEIVED_FILES_MAX)
				h.len = RECEIVED_FILES_MAX;
			return (c.at + head) << 8 | h.len;
		}
		h.len = (h.len + align) & ~align;
		if (h.len > c.len)
			return 0;
		c.at += h.len;
		c.len -= h.len;
	}
	return 0;
}

/*
 * The file behind the descriptor at that address: gives the slot of the buffer for open_tell() and
 * one; 0: nobody cares.
 */
__noinline __u32 received_file(__u64 at, __u64 cgroup, __u64 gate)
{
	const struct task_struct *t = compat_current();
	struct scratch *s;
	const void *f;
	__u32 fd;
	struct gate g;

	f = bpf_probe_read_user(&fd, sizeof(fd), (const void *)at) ? NULL : task_file(t, fd);
	if (!f) {
		received_lost();
		return 0;
	}
	gate_unpack(&g, cgroup, gate);
	s = open_handed(t, &g, (__u64)f);
	return s ? s->slot + 1 : 0;
}

/* All that received_rights() has found. */
__noinline int received_files(__u64 rights, __u64 cgroup, __u64 gate)
{
	__u64 at = rights >> 8;
	__u32 n = rights & 0xff, slot, i;

#pragma clang loop unroll(disable)
	for (i = 0; i < RECEIVED_FILES_MAX; i++) {
		if (i >= n)
			break;
		slot = received_file(at + i * sizeof(__u32), cgroup, gate);
		if (slot)
			open_tell(slot - 1);
	}
	return 0;
}

/* Messages that lie one after the other (struct mmsghdr). */
struct received_walk {
	__u64 msg, size, n, cgroup, gate;
};

/* Everything that message i brought. */
static long received_step(__u32 i, struct received_walk *w)
{
	__u64 rights;

	if (i >= w->n)
		return 1;
	rights = received_rights(w->msg + i * w->size, w->gate & WIRE_F_COMPAT);
	if (rights)
		received_files(rights, w->cgroup, w->gate);
	return 0;
}

/* Is the call that has ended one that receives several messages (1), or one (0)? -1: none. */
static __always_inline int received_many(const struct pt_regs *regs, bool is32)
{
	__u32 how;

	if (!sock_is_multiplexed(regs, is32))
		return COMPAT_IS_RECVMMSG(compat_nr_of(regs), is32);
	how = compat_arg(regs, is32, 0);
	return how == RECEIVED_BY_RECVMMSG ? 1 : how == RECEIVED_BY_RECVMSG ? 0 : -1;
}

/*
 * A call of the current task that may have received something has ended; sign: see
 * gate_sign_aside(), 0: not asked. (Only a Unix socket brings files; who receives many messages at
 * once receives them from elsewhere.)
 */
__noinline int received_tell(__u64 sign, __u32 hflags, long ret)
{
	struct task_struct *t = compat_current();
	const struct pt_regs *regs = compat_user_regs(t);
	bool is32 = hflags & WIRE_F_COMPAT;
	int many = received_many(regs, is32);
	struct received_walk w = {};
	const void *f;
	struct gate g;

	if (knob_open_tier != WIRE_TIER_TRACEPOINT || many < 0 || ret < 0 ||
	    !creds_root(TRUSTED(t, cred)))
		return 0;
	g.hflags = hflags;
	if (!gate_ask_signed(t, sign, &g))
		return 0;
	if (many) {
		f = task_file(t, sock_arg(regs, is32, 0));
		if (f && sock_family(f) != AF_UNIX_)
			return 0;
	}
	/* (See LOOP.) */
	w.n = OPAQUE(many ? ret : 1);
	w.size = OPAQUE(RECEIVED_MMSGHDR(is32));
	w.msg = sock_arg(regs, is32, 1);
	w.cgroup = g.cgroup;
	w.gate = gate_packed(&g);
	if (w.n > RECEIVED_MESSAGES_MAX)
		emit_lost(WIRE_C_LOST_READ);
	LOOP(RECEIVED_MESSAGES_MAX, received_step, &w);
	return 0;
}

#endif /* ROOTWATCH_RECEIVED_BPF_H */

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * connect() on AF_UNIX. The peer's address is the listener's bound name, whatever path, link or
 * bind mount the client used (unix_stream_connect shares it with the new connection).
 */
#ifndef ROOTWATCH_CONNECT_BPF_H
#define ROOTWATCH_CONNECT_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "object.bpf.h"
#include "open.bpf.h"
#include "prefilter.bpf.h"
#include "sock.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"
#include "who.bpf.h"

/* sun_path of a kernel address as a blob. */
static __always_inline void connect_name(struct scratch *s, struct wire_connect *r,
					 const void *addr)
{
	const void *name = ADDR(struct unix_address, addr, name) + SUN_PATH_OFF_;
	__u32 len = LOAD(struct unix_address, addr, len) - SUN_PATH_OFF_;
	char first = 0;

	emit_blob_start(s, &r->name);
	if (len == 0 || len > WIRE_SUN_MAX)
		return;
	bpf_probe_read_kernel(&first, 1, name);
	if (first == 0) {
		SET_FLAG(r->flags, WIRE_CONNECT_ABSTRACT);
		emit_kernel(s, name + 1, len - 1, 127);
		emit_blob_end(s, &r->name, len - 1);
		return;
	}
	emit_kernel_str(s, &r->name, name, WIRE_SUN_MAX + 2); /* the longest has a NUL behind it */
}

/* The listening process: connect() notes it in the client's own socket as its peer. */
static __always_inline void connect_peer_task(struct wire_connect *r, const void *sk,
					      const struct gate *g, const struct task_struct *t)
{
	const void *pid = LOAD(struct sock, sk, sk_peer_pid);
	const void *node, *task, *ns;
	struct gate pg;

	if (!pid)
		return;
	r->peer_pid = who_pid_at(pid, 0);
	ns = who_pid_ns(pid);
	r->peer_pid_ns = LOAD(struct pid_namespace, ns, ns.inum);
	SET_FLAG(r->flags, WIRE_CONNECT_PEER);
	node = LOAD_AT(struct pid, pid, tasks, PIDTYPE_TGID);
	/* A pid namespace of its own is a container's, also when the process has ended. */
	if (LOAD(struct pid, pid, level) > 0) {
		SET_FLAG(r->flags, WIRE_CONNECT_PEER_CONTAINER);
		if (ns == who_pid_ns(LOAD(struct task_struct, t, thread_pid)))
			SET_FLAG(r->flags, WIRE_CONNECT_PEER_SAME);
	}
	if (!node)
		return; /* it has ended */
	task = node - bpf_core_field_offset(struct task_struct, pid_links) -
	       PIDTYPE_TGID * bpf_core_type_size(struct hlist_node);
	/* _str, since the kernel pads comm with zeros only from 5.17 on. */
	bpf_probe_read_kernel_str(r->peer_comm, sizeof(r->peer_comm),
				  ADDR(struct task_struct, task, comm));
	if (!gate_container_at(task, &pg))
		return;
	r->peer_cgroup = pg.cgroup;
	r->peer_cgroup_hier = pg.hier;
	SET_FLAG(r->flags, WIRE_CONNECT_PEER_CONTAINER);
	if (pg.cgroup == g->cgroup && pg.hier == g->hier && object_mnt_ns(task) == object_mnt_ns(t))
		SET_FLAG(r->flags, WIRE_CONNECT_PEER_SAME);
}

/* To whom it goes: the bound name, and the file. */
static __always_inline void connect_peer(struct scratch *s, struct wire_connect *r,
					 const void *peer)
{
	const void *addr = LOAD(struct unix_sock, peer, addr);
	const void *d = LOAD(struct unix_sock, peer, path.dentry);

	if (addr)
		connect_name(s, r, addr);
	if (!d)
		return;
	r->ino = LOAD(struct inode, LOAD(struct dentry, d, d_inode), i_ino);
	r->dev = LOAD(struct super_block, LOAD(struct dentry, d, d_sb), s_dev);
	path_blob(s, &r->path, d, path_mount(LOAD(struct unix_sock, peer, path.mnt)));
}

static __always_inline int connect_done(const struct task_struct *t, const struct gate *g,
					const struct pt_regs *regs, bool is32, const void *sk,
					long ret)
{
	const void *peer;
	__u32 watched = 0;
	struct wire_connect *r;
	struct scratch *s;

	/* Connected, but to nobody: AF_UNSPEC takes a datagram socket's peer away. */
	if (ret == 0 && !LOAD(struct unix_sock, sk, peer))
		return 0;
	/* Io_uring's of a datagram socket, which cannot be told from a send there. */
	if (ret == 0 && knob_datagrams && (g->hflags & WIRE_F_IO_URING) &&
	    LOAD(struct sock, sk, sk_type) == SOCK_DGRAM_)
		return 0;
	if (!risen_acts(t, g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_connect *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_fill(s, g);
	r->ret = ret;
	peer = ret == 0 ? LOAD(struct unix_sock, sk, peer) : NULL;
	if (peer) {
		connect_peer(s, r, peer);
		connect_peer_task(r, sk, g, t);
	}
	watched = prefilter_connect(s, &r->name, r->peer_comm);
	if (ret == 0 && !(watched & WIRE_WATCH_CONNECT) && !knob_all) {
		emit_cancel(s);
		return 0;
	}
	if (sock_asked(s, &r->asked, regs, is32, true) == 0)
		SET_FLAG(r->flags, WIRE_CONNECT_ASKED_ABSTRACT);
	who_cwd(s, &r->cwd, t);
	if (ret < 0)
		SET_FLAG(s->flags, WIRE_F_BLOCKED);
	else if (watched & WIRE_WATCH_CONNECT)
		SET_FLAG(s->flags, WIRE_F_WATCHED);
	emit_submit(s, WIRE_CONNECT, g->hflags, !(r->flags & WIRE_CONNECT_PEER_CONTAINER));
	return 0;
}

#endif /* ROOTWATCH_CONNECT_BPF_H */

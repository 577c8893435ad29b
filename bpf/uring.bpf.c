// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What io_uring does beside opens (for those see opened.bpf.c) and sockets (uring_net.bpf.c), told
 * as the system call would be that does the same. These hooks lie in io_uring: nobody else passes
 * them.
 *
 * Calls that change names (rename, link, unlink, mkdir, attributes) are always handed to a worker
 * thread (io_wq_submit_work), where the paths, which the kernel has copied, are gone when the call
 * is done: they are kept from the beginning. Who asked is what the request says, not the worker.
 */
#include "call.bpf.h"
#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "gate.bpf.h"
#include "uring.bpf.h"
#include "who.bpf.h"

/* enum io_uring_op, which is for user space and never changes. */
static const __u8 uring_calls[URING_OPS] = {
	[35] = WIRE_CALL_RENAMEAT2, [36] = WIRE_CALL_UNLINKAT,	[37] = WIRE_CALL_MKDIRAT,
	[38] = WIRE_CALL_SYMLINKAT, [39] = WIRE_CALL_LINKAT,	[41] = WIRE_CALL_FSETXATTR,
	[42] = WIRE_CALL_SETXATTR,  [55] = WIRE_CALL_FTRUNCATE,
};
#define URING_FIXED_FILE 1u /* REQ_F_FIXED_FILE: its file has no descriptor */

/* A call under way. */
struct uring_act {
	__u64 req;
	__u64 cgroup, gate; /* gate_packed() */
	__u64 args[WIRE_SYSCALL_ARGS];
	__u32 call;
	__u32 root; /* not 0: by root */
	char path[WIRE_SYSCALL_PATHS][WIRE_PATH_MAX];
};
_Static_assert(sizeof(struct uring_act) <= WIRE_RECORD_MAX, "it is put together in a scratch");

/* By thread: of as many workers at the same time; one more is counted as lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct uring_act);
} uring_acts SEC(".maps");

static __always_inline __u64 uring_request(const struct io_wq_work *work)
{
	return compat_untyped(work) - bpf_core_field_offset(struct io_kiocb, work);
}

static __always_inline __u32 uring_call(__u64 req)
{
	__u32 op = LOAD(struct io_kiocb, req, opcode);

	return op < URING_OPS ? uring_calls[op] : WIRE_CALL_NONE;
}

static __always_inline void uring_copy(struct uring_act *a, __u32 which, const void *name)
{
	bpf_probe_read_kernel_str(a->path[which], WIRE_PATH_MAX, LOAD(struct filename, name, name));
}

/* The arguments where the system call has them; see wire_calls.h. */
static __always_inline void uring_arguments(struct uring_act *a, __u64 req)
{
	switch (a->call) {
	case WIRE_CALL_RENAMEAT2:
		a->args[0] = LOAD(struct io_rename, req, old_dfd);
		a->args[2] = LOAD(struct io_rename, req, new_dfd);
		a->args[4] = LOAD(struct io_rename, req, flags);
		uring_copy(a, 0, COMPAT_URING_PATH(io_rename, req, oldpath));
		uring_copy(a, 1, COMPAT_URING_PATH(io_rename, req, newpath));
		break;
	case WIRE_CALL_LINKAT:
		a->args[0] = LOAD(struct io_link, req, old_dfd);
		a->args[2] = LOAD(struct io_link, req, new_dfd);
		a->args[4] = LOAD(struct io_link, req, flags);
		uring_copy(a, 0, COMPAT_URING_PATH(io_link, req, oldpath));
		uring_copy(a, 1, COMPAT_URING_PATH(io_link, req, newpath));
		break;
	case WIRE_CALL_SYMLINKAT:
		a->args[1] = LOAD(struct io_link, req, new_dfd);
		uring_copy(a, 0, COMPAT_URING_PATH(io_link, req, oldpath));
		uring_copy(a, 1, COMPAT_URING_PATH(io_link, req, newpath));
		break;
	case WIRE_CALL_UNLINKAT:
		a->args[0] = LOAD(struct io_unlink, req, dfd);
		a->args[2] = LOAD(struct io_unlink, req, flags);
		uring_copy(a, 0, COMPAT_URING_PATH(io_unlink, req, filename));
		break;
	case WIRE_CALL_MKDIRAT:
		a->args[0] = LOAD(struct io_mkdir, req, dfd);
		a->args[2] = LOAD(struct io_mkdir, req, mode);
		uring_copy(a, 0, COMPAT_URING_PATH(io_mkdir, req, filename));
		break;
	case WIRE_CALL_SETXATTR:
	case WIRE_CALL_FSETXATTR:
		a->args[3] = LOAD(struct io_xattr, req, ctx.size);
		a->args[4] = LOAD(struct io_xattr, req, ctx.flags);
		bpf_probe_read_kernel_str(a->path[a->call == WIRE_CALL_FSETXATTR],
					  sizeof(struct xattr_name),
					  LOAD(struct io_xattr, req, ctx.kname));
		if (a->call == WIRE_CALL_SETXATTR)
			uring_copy(a, 1, COMPAT_URING_PATH(io_xattr, req, filename));
		break;
	default: /* ftruncate, whose length nobody asks for */
		break;
	}
	/* (Before the call the result's place holds the descriptor.) */
	if (a->call == WIRE_CALL_FSETXATTR || a->call == WIRE_CALL_FTRUNCATE)
		a->args[0] = LOAD(struct io_kiocb, req, flags) & URING_FIXED_FILE ?
				     -1 :
				     LOAD(struct io_kiocb, req, cqe.fd);
}

/* The hooks before an act (acts.bpf.c) are to note what it is done to. */
static __always_inline void uring_expect(const struct uring_act *a, __u32 tid)
{
	struct acts_ring ring = {};

	__builtin_memcpy(ring.args, a->args, sizeof(ring.args));
	ring.call = a->call;
	ring.creds = compat_untyped(LOAD(struct io_kiocb, a->req, creds));
	bpf_map_update_elem(&acts_rings, &tid, &ring, BPF_ANY);
}

/* Keeps what will be gone at the end. call_root: the call, and URING_ROOT when root asks for it. */
#define URING_ROOT 0x100u
__noinline int uring_keep(__u64 req, __u64 cgroup, __u64 gate, __u32 call_root)
{
	struct scratch *s = emit_begin(0);
	const struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid);
	struct uring_act *a;
	long err;

	if (!s)
		return 0;
	a = (struct uring_act *)s->record;
	__builtin_memset(a, 0, __builtin_offsetof(struct uring_act, path));
	a->req = req;
	a->cgroup = cgroup;
	a->gate = gate;
	a->call = call_root & 0xff;
	a->root = call_root & URING_ROOT;
	a->path[0][0] = 0;
	a->path[1][0] = 0;
	uring_arguments(a, req);
	err = bpf_map_update_elem(&uring_acts, &tid, a, BPF_ANY);
	if (!err && knob_acts && acts_hooks(a->call))
		uring_expect(a, tid);
	emit_cancel(s);
	if (err && task_entered(t))
		emit_lost(WIRE_C_LOST_BUSY);
	return 0;
}

SEC("fentry/io_wq_submit_work")
int BPF_PROG(rootwatch_uring_begun, struct io_wq_work *work)
{
	__u64 req = uring_request(work);
	__u32 call = uring_call(req);
	struct task_struct *t;
	struct gate g;

	if (!call || !(uring_proof || call_wanted(call)))
		return 0;
	t = compat_current();
	if (creds_root_at(LOAD(struct io_kiocb, req, creds)))
		call |= URING_ROOT;
	else if (!knob_blocked)
		return 0;
	if (!uring_gate(t, &g))
		return 0;
	return uring_keep(req, g.cgroup, gate_packed(&g), call);
}

/* The path of that number of the current thread's call. */
__noinline int uring_path(__u32 slot, __u32 which)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid), call;
	const struct call_row *row;
	struct wire_syscall *r;
	struct uring_act *a;
	bool known;

	a = bpf_map_lookup_elem(&uring_acts, &tid);
	if (!s || !a || which >= WIRE_SYSCALL_PATHS)
		return 0;
	r = (struct wire_syscall *)s->record;
	call = r->call - WIRE_CALL_FIRST;
	if (call >= WIRE_CALL_END - WIRE_CALL_FIRST)
		return 0;
	row = &call_rows[call];
	known = knob_acts && (which ? r->f[1].fs_magic : r->f[0].fs_magic);
	if (which == 0 && row->fd) {
		if (!known)
			who_dir(s, &r->base[0], call_arg(r, row->fd));
		return 0;
	}
	if (!row->path[which])
		return 0;
	emit_kernel_str(s, &r->asked[which], a->path[which], WIRE_PATH_MAX);
	if (!known)
		call_start(s, r, row, which, a->path[which][0]);
	return 0;
}

__noinline int uring_tell(__u64 req, __u32 call, long ret)
{
	struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid);
	struct wire_syscall *r;
	struct uring_act *a;
	struct scratch *s;
	struct gate g;

	a = bpf_map_lookup_elem(&uring_acts, &tid);
	if (!a)
		return 0;
	gate_unpack(&g, a->cgroup, a->gate);
	if (!risen_acts(t, &g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	who_fill(s, &g);
	creds_fill_at(&r->c, LOAD(struct io_kiocb, req, creds));
	r->call = call;
	r->ret = ret;
	__builtin_memcpy(r->args, a->args, sizeof(a->args));
	who_cwd(s, &r->cwd, t);
	if (knob_acts)
		acts_take(s->slot);
	uring_path(s->slot, 0);
	uring_path(s->slot, 1);
	call_submit(s, call, ret, g.hflags);
	return 0;
}

SEC("fexit/io_wq_submit_work")
int BPF_PROG(rootwatch_uring_done, struct io_wq_work *work)
{
	/* io-wq holds it until after this (io_wq_free_work). */
	__u64 req = uring_request(work);
	const struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid);
	const struct uring_act *a;
	long ret;

	if (!uring_call(req))
		return 0;
	a = bpf_map_lookup_elem(&uring_acts, &tid);
	if (!a)
		return 0;
	ret = LOAD(struct io_kiocb, req, cqe.res);
	if (a->req == req && (creds_denied(ret) || (ret >= 0 && a->root)))
		uring_tell(req, a->call, ret);
	bpf_map_delete_elem(&uring_acts, &tid);
	if (knob_acts && !bpf_map_delete_elem(&acts_rings, &tid))
		acts_drop(tid, ACT(CHANGED));
	return 0;
}

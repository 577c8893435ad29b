/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any other system call, as it was asked for: its arguments, its paths and where they start. Which
 * arguments those are stands in wire_calls.h. What the paths led to is not known any more here.
 */
#ifndef ROOTWATCH_CALL_BPF_H
#define ROOTWATCH_CALL_BPF_H

#include "compat.bpf.h"
#include "creds.bpf.h"
#include "emit.bpf.h"
#include "object.bpf.h"
#include "open.bpf.h"
#include "risen.bpf.h"
#include "task.bpf.h"

struct call_row {
	__u8 path[WIRE_SYSCALL_PATHS];
	__u8 dir[WIRE_SYSCALL_PATHS];
	__u8 fd;
};

/* In the order of the calls. */
#define CALL_ROW(id, name, x86, i386, arm64, arm, path, dir, path2, dir2, fd, ...) \
	{{path, path2}, {dir, dir2}, fd},
static const struct call_row call_rows[WIRE_CALL_END - WIRE_CALL_FIRST] = {WIRE_CALLS(CALL_ROW)};

/* Is it asked for now? (For who has the call by another way than calls_at.) */
static __always_inline bool call_wanted(__u32 call)
{
	return call != WIRE_CALL_NONE &&
	       (knob_all || wire_call_always(call) ||
		wire_calls_has(&prefilters[prefilter_active & 1].calls, call));
}

static __always_inline void call_base(struct scratch *s, struct wire_blob *b, __u32 fd)
{
	const void *f = open_file(compat_current(), fd);

	if (f)
		path_blob(s, b, LOAD(struct file, f, f_path.dentry),
			  path_mount(LOAD(struct file, f, f_path.mnt)));
}

/* Argument n, counted from 1, of the record. */
static __always_inline __u64 call_arg(const struct wire_syscall *r, __u32 n)
{
	n--;
	return n < WIRE_SYSCALL_ARGS ? r->args[n] : 0;
}

/* The path of that number, for a record whose call and arguments are filled in. */
__noinline int call_path_of_arg(__u32 slot, __u32 which)
{
	struct scratch *s = emit_scratch(slot);
	const struct call_row *row;
	struct wire_syscall *r;
	const void *asked;
	__u32 call, dir;
	char first = 0;

	if (!s || which >= WIRE_SYSCALL_PATHS)
		return 0;
	r = (struct wire_syscall *)s->record;
	call = r->call - WIRE_CALL_FIRST;
	if (call >= WIRE_CALL_END - WIRE_CALL_FIRST)
		return 0;
	row = &call_rows[call];
	if (which == 0 && row->fd) {
		call_base(s, &r->base[0], call_arg(r, row->fd));
		return 0;
	}
	if (!row->path[which])
		return 0;
	asked = (const void *)call_arg(r, row->path[which]);
	if (emit_user_str(s, &r->asked[which], asked, WIRE_PATH_MAX) < 0) {
		if (asked)
			SET_FLAG(s->flags, WIRE_F_TRUNC);
		return 0;
	}
	bpf_probe_read_user(&first, 1, asked);
	dir = row->dir[which];
	if (first == '/' || dir == WIRE_CALL_A_NAME)
		return 0;
	if (dir && (__s32)call_arg(r, dir) >= 0)
		call_base(s, &r->base[which], call_arg(r, dir));
	else
		r->base[which] = r->cwd;
	return 0;
}

static __always_inline int call_done(const struct task_struct *t, const struct gate *g,
				     const struct pt_regs *regs, __u32 call, long ret)
{
	bool is32 = g->hflags & WIRE_F_COMPAT;
	struct wire_syscall *r;
	struct scratch *s;
	__u32 set;

	if (!risen_acts(t, g))
		return 0;
	s = emit_begin(sizeof(*r));
	if (!s)
		return 0;
	r = (struct wire_syscall *)s->record;
	__builtin_memset(r, 0, sizeof(*r));
	object_who(s, g);
	r->call = call;
	r->ret = ret;
	r->args[0] = compat_arg(regs, is32, 0);
	r->args[1] = compat_arg(regs, is32, 1);
	r->args[2] = compat_arg(regs, is32, 2);
	r->args[3] = compat_arg(regs, is32, 3);
	r->args[4] = compat_arg(regs, is32, 4);
	object_cwd(s, &r->cwd, t);
	call_path_of_arg(s->slot, 0);
	call_path_of_arg(s->slot, 1);
	set = s->set & 1;
	if (wire_calls_has(&prefilters[set].calls, call))
		SET_FLAG(s->flags, WIRE_F_WATCHED);
	if (ret < 0)
		SET_FLAG(s->flags, WIRE_F_BLOCKED);
	emit_submit(s, WIRE_SYSCALL, g->hflags, false);
	return 0;
}

#endif /* ROOTWATCH_CALL_BPF_H */

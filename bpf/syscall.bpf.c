// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of every system call. One program that looks at the number first is cheaper than a
 * pair of programs for each busy call, needs no tracefs, and sees 32-bit callers too.
 */
#include "call.bpf.h"
#include "compat.bpf.h"
#include "connect.bpf.h"
#include "gate.bpf.h"
#include "open.bpf.h"
#include "setid.bpf.h"

static __always_inline bool syscall_denied(long ret)
{
	return ret == -EACCES_ || ret == -EPERM_ || ret == -EROFS_;
}

static __always_inline bool syscall_is_open(__u32 call)
{
	return call >= WIRE_CALL_OPEN && call <= WIRE_CALL_OPEN_BY_HANDLE_AT;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(rootwatch_syscall, struct pt_regs *regs, long ret)
{
	__u32 calls = compat_calls_at(compat_nr(regs));
	struct task_struct *t;
	struct gate g;
	__u32 call, root;
	__u64 mask;
	bool is32, denied;
	__u32 flag;

	if (!calls)
		return 0;
	mask = call_mask();
	if (!call_wanted(mask, calls))
		return 0;
	t = compat_current();
	flag = compat_flag(t);
	is32 = flag;
	call = compat_call(calls, is32);
	if (!(mask >> (call & 63) & 1))
		return 0;
	denied = syscall_denied(ret);
	if (ret < 0 && !denied)
		return 0;
	root = creds_root(TYPED(t, cred));
	if (!root && !(denied && knob_blocked) && call != WIRE_CALL_SETUID &&
	    call != WIRE_CALL_SETREUID && call != WIRE_CALL_SETRESUID && call != WIRE_CALL_SETFSUID)
		return 0;
	if (!gate_container(t, &g) || TYPED(t, tgid) == (int)knob_agent)
		return 0;
	g.hflags = flag;
	if (call >= WIRE_CALL_FIRST)
		return call_done(t, &g, regs, call, ret);
	if (syscall_is_open(call))
		return denied ? open_denied(t, &g, regs, is32, call, ret) :
				open_done(t, &g, regs, is32, call, ret);
	if (call == WIRE_CALL_CONNECT)
		return connect_done(t, &g, regs, is32, ret);
	return denied ? 0 : setid_done(t, &g, call);
}

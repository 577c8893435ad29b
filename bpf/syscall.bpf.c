// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The end of a system call. At the tracepoint that all of them pass, one program that looks at the
 * number first is cheaper than a pair of programs for each busy call, needs no tracefs, and sees
 * 32-bit callers too. It costs every call of the host something, though; where the kernel can
 * (5.18 and later, with CONFIG_FPROBE), return probes on the functions of the watched calls alone
 * cost the others nothing. Only one of the two programs is loaded.
 */
#include "bind.bpf.h"
#include "call.bpf.h"
#include "compat.bpf.h"
#include "connect.bpf.h"
#include "dull.bpf.h"
#include "dup.bpf.h"
#include "gate.bpf.h"
#include "mapped.bpf.h"
#include "net.bpf.h"
#include "open.bpf.h"
#include "received.bpf.h"
#include "setid.bpf.h"
#include "turn.bpf.h"

/*
 * The ways that part behind the gate, each for the verifier alone, and each with a stack of its
 * own: all frames of a chain of calls have to fit into 512 bytes.
 */

__noinline int syscall_net(__u64 cgroup, __u64 gate, __u32 call, long ret)
{
	struct task_struct *t = compat_current();
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return net_report(t, &g, compat_user_regs(t), call, ret);
}

__noinline int syscall_dup(__u64 cgroup, __u64 gate, __u32 call, long ret)
{
	struct task_struct *t = compat_current();
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return dup_report(t, &g, compat_user_regs(t), call, ret);
}

__noinline int syscall_other(__u64 cgroup, __u64 gate, __u32 call, long ret)
{
	struct task_struct *t = compat_current();
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return call_done(t, &g, compat_user_regs(t), call, ret);
}

__noinline int syscall_setid(__u64 cgroup, __u64 gate, __u32 call)
{
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return setid_done(compat_current(), &g, call);
}

__noinline int syscall_setgid(__u64 cgroup, __u64 gate, __u32 call)
{
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return setgid_done(compat_current(), &g, call);
}

__noinline int syscall_open_denied(__u64 cgroup, __u64 gate, __u32 call, long ret)
{
	struct task_struct *t = compat_current();
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return open_denied(t, &g, compat_user_regs(t), g.hflags & WIRE_F_COMPAT, call, ret);
}

__noinline int syscall_handle_denied(__u64 cgroup, __u64 gate, long ret)
{
	struct task_struct *t = compat_current();
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	return open_handle_denied(t, &g, compat_user_regs(t), g.hflags & WIRE_F_COMPAT, ret);
}

/* (Another thread may have replaced the descriptor since: then that file is told.) */
__noinline __u32 syscall_mmap(__u64 cgroup, __u64 gate)
{
	struct task_struct *t = compat_current();
	struct mapped_args a = {};
	const void *f;
	struct gate g;

	gate_unpack(&g, cgroup, gate);
	mapped_read(&a, compat_user_regs(t), g.hflags & WIRE_F_COMPAT);
	if (!mapped_is_shared(a.flags))
		return 0;
	f = task_file(t, a.fd);
	if (!f) {
		if (task_entered(t))
			emit_lost(WIRE_C_LOST_READ);
		return 0;
	}
	if (!mapped_counts(t, f))
		return 0;
	return open_mapped(t, &g, (__u64)f, a.prot, a.flags);
}

/* Does nobody care for such a call (no open), whoever makes it? */
__noinline int syscall_is_dull(__u32 call, __u32 is32, long ret)
{
	const struct pt_regs *regs = compat_user_regs(compat_current());

	if (ret < 0 && !creds_denied(ret) && !net_tried(call, ret))
		return true;
	return net_is_dull(regs, is32, call) || dup_is_dull(call, ret) ||
	       dull_call(regs, is32, call, ret);
}

static __always_inline bool syscall_may_make_root(__u32 call)
{
	return call == WIRE_CALL_UNSHARE || call == WIRE_CALL_CLONE || call == WIRE_CALL_CLONE3;
}

/* A user namespace was asked for: whoever makes one is its root. */
__noinline int syscall_makes_root(__u32 call)
{
	struct task_struct *t = compat_current();
	__u64 flags = compat_arg(compat_user_regs(t), compat_flag(t), 0);

	if (call == WIRE_CALL_CLONE3)
		flags = compat_user_u64(flags) | clone_kept(t);
	return (flags & CLONE_NEWUSER_) != 0;
}

/* (The one for all calls on sockets that 32-bit ones may make has the place of a connect.) */
static __always_inline bool syscall_may_bind(__u32 call, __u32 flag)
{
	return call == WIRE_CALL_BIND || (call == WIRE_CALL_CONNECT && (flag & WIRE_F_COMPAT));
}

/* Failed, but not for who did it, or where: a file is looked for in many a place where it is not. */
static __always_inline bool syscall_is_vain(long ret)
{
	return ret < 0 && !creds_denied(ret);
}

/*
 * What the two below are passed of a call: WIRE_CALL_*, and the flags of its record above. They
 * have frames of their own: what they need of registers and stack, others do not pay.
 */
#define SYSCALL_WHAT(call, hflags) ((call) | (hflags) << 8)
#define SYSCALL_CALL(what)	   ((what)&255)
#define SYSCALL_HFLAGS(what)	   ((what) >> 8)

/*
 * An open that somebody wants to see, of the current task (t, with regs): does it count? Then it is
 * told. sign: see gate_sign_aside(); 0: not asked.
 */
static __noinline int syscall_opened(struct task_struct *t, const struct pt_regs *regs, __u32 what,
				     long ret, __u64 sign)
{
	__u32 call = SYSCALL_CALL(what), n;
	struct gate g;

	if (syscall_is_vain(ret)) /* from here on what failed was denied */
		return 0;
	if (!creds_root(TRUSTED(t, cred)) && !(knob_blocked && ret < 0))
		return 0;
	g.hflags = SYSCALL_HFLAGS(what);
	if (!gate_ask_signed(t, sign, &g))
		return 0;
	call = FORGET(call);
	if (ret < 0 && call == WIRE_CALL_OPEN_BY_HANDLE_AT)
		return syscall_handle_denied(g.cgroup, gate_packed(&g), ret);
	if (knob_open_tier != WIRE_TIER_TRACEPOINT)
		return 0;
	if (ret < 0 && call != WIRE_CALL_MMAP)
		return syscall_open_denied(g.cgroup, gate_packed(&g), call, ret);
	n = call == WIRE_CALL_MMAP ? syscall_mmap(g.cgroup, gate_packed(&g)) :
				     open_done(t, &g, regs, call, ret);
	return n ? open_tell(n - 1) : 0;
}

/* The same of any other call. */
static __always_inline int syscall_tell(struct task_struct *t, struct gate *g, __u32 call, long ret)
{
	bool denied = creds_denied(ret);

	if (!creds_root(TRUSTED(t, cred)) && !(knob_blocked && denied) &&
	    (call < WIRE_CALL_SETUID || call > WIRE_CALL_SETGROUPS) &&
	    !(syscall_may_make_root(call) && ret >= 0 && syscall_makes_root(call)))
		return 0;
	if (syscall_is_dull(call, g->hflags & WIRE_F_COMPAT, ret))
		return 0;
	if (!gate_ask(t, g))
		return 0;
	call = FORGET(call);
	if (syscall_may_bind(call, g->hflags))
		bind_done(g->cgroup, gate_packed(g), call, ret);
	return net_is_call(call)	 ? syscall_net(g->cgroup, gate_packed(g), call, ret) :
	       dup_is_call(call)	 ? syscall_dup(g->cgroup, gate_packed(g), call, ret) :
	       call >= WIRE_CALL_FIRST	 ? syscall_other(g->cgroup, gate_packed(g), call, ret) :
	       denied			 ? 0 :
	       wire_call_is_setgid(call) ? syscall_setgid(g->cgroup, gate_packed(g), call) :
					   syscall_setid(g->cgroup, gate_packed(g), call);
}

/* And what is remembered of it from its beginning on is forgotten. */
static __noinline int syscall_watched(struct task_struct *t, __u32 what, long ret)
{
	__u32 call = SYSCALL_CALL(what);
	struct gate g;

	g.hflags = SYSCALL_HFLAGS(what);
	syscall_tell(t, &g, call, ret);
	if (knob_acts && acts_hooks(call))
		acts_drop(TYPED(t, pid), acts_hooks(call));
	if (call == WIRE_CALL_CLONE3)
		clone_drop(TYPED(t, pid));
	return 0;
}

/* Of a call that a seccomp filter refused: it opened, made and changed nothing. */
static __always_inline int syscall_refused(const struct task_struct *t, __u32 flag, __u32 call,
					   long ret)
{
	struct gate g;

	if (!creds_root(TRUSTED(t, cred)) && !knob_blocked)
		return 0;
	if (!wire_call_is_open(call) && syscall_is_dull(call, flag, ret))
		return 0;
	g.hflags = flag | WIRE_F_TIER(WIRE_TIER_FENTRY);
	if (!gate_ask(t, &g))
		return 0;
	call = FORGET(call);
	if (syscall_may_bind(call, flag))
		bind_done(g.cgroup, gate_packed(&g), call, ret);
	return call == WIRE_CALL_OPEN_BY_HANDLE_AT ?
		       syscall_handle_denied(g.cgroup, gate_packed(&g), ret) :
	       wire_call_is_open(call) ? syscall_open_denied(g.cgroup, gate_packed(&g), call, ret) :
	       net_is_call(call)       ? syscall_net(g.cgroup, gate_packed(&g), call, ret) :
	       call >= WIRE_CALL_FIRST ? syscall_other(g.cgroup, gate_packed(&g), call, ret) :
					 0;
}

/* What is watched by the number of that call, of either ABI; 0: nothing, as of most calls. */
static __always_inline __u32 syscall_calls(const struct pt_regs *regs)
{
	unsigned long nr = compat_nr_asked(regs);

	if (nr < WIRE_CALL_NUMBERS)
		return calls_at[nr];
	nr = compat_nr(regs);
	return nr < WIRE_CALL_NUMBERS ? calls_at[nr] : 0;
}

/* Native, and not a mapping: most are. (Before 5.17 nothing is won by telling them apart.) */
static __always_inline bool syscall_is_common_open(__u32 call)
{
	return COMPAT_KERNEL >= 517 && wire_call_is_open(call) && call != WIRE_CALL_MMAP;
}

/* What is needed behind a call, in memory: in registers it would cost each call of the host. */
struct syscall_kept {
	__u64 *ctx;
	__u32 calls; /* two bytes; above them SYSCALL_IS_COMPAT */
};
#define SYSCALL_IS_COMPAT (1u << 16)

/* A watched call has ended. */
static __always_inline int syscall_end(volatile struct syscall_kept *k)
{
	struct task_struct *t = compat_current();
	__u32 flag = compat_flag(t), call = k->calls & 255;
	struct task_struct *volatile kept_t = t;
	__u64 sign;
	long ret;

	if (flag)
		call = k->calls >> WIRE_F_COMPAT; /* that of the other ABI */
	if (!call) /* which is the one with that number: as of fstat, mprotect and others */
		return 0;
	if (!flag && syscall_is_common_open(call)) {
		if (gate_is_others(t, (long)k->ctx[1] < 0) || syscall_is_vain(k->ctx[1]))
			return 0;
		sign = gate_sign_aside(t);
		if (!sign)
			return 0;
		call = k->calls & 255;
		return call == WIRE_CALL_RECVMSG ?
			       received_tell(sign, 0, k->ctx[1]) :
			       syscall_opened(kept_t, (const struct pt_regs *)k->ctx[0], call,
					      k->ctx[1], sign);
	}
	if (!wire_call_is_open(call)) {
		if (flag)
			k->calls |= SYSCALL_IS_COMPAT;
		syscall_watched(t, SYSCALL_WHAT(call, flag), k->ctx[1]);
		return (k->calls & SYSCALL_IS_COMPAT) &&
				       sock_is_multiplexed((const struct pt_regs *)k->ctx[0],
							   true) ?
			       received_tell(0, WIRE_F_COMPAT, k->ctx[1]) :
			       0;
	}
	if (call == WIRE_CALL_RECVMSG)
		return received_tell(0, flag, k->ctx[1]);
	/* Maps before all else: these are many. */
	ret = mapped_result(call, k->ctx[1]);
	if (mapped_is_dull((const struct pt_regs *)k->ctx[0], flag, call, ret))
		return 0;
	return syscall_opened(kept_t, (const struct pt_regs *)k->ctx[0], SYSCALL_WHAT(call, flag),
			      ret, 0);
}

/* (Before 7.0 a tracepoint's programs are not stopped.) */
#define SYSCALL_TURNS (COMPAT_KERNEL > 517)

SEC("tp_btf/sys_exit")
int rootwatch_syscall(__u64 *ctx)
{
	__u32 calls = syscall_calls((const struct pt_regs *)ctx[0]);
	volatile struct syscall_kept kept;

	if (!calls)
		return 0;
	kept.ctx = ctx;
	kept.calls = calls;
	if (SYSCALL_TURNS && !turn_begin(WIRE_TURN_SYSCALL))
		return 0;
	syscall_end(&kept);
	if (SYSCALL_TURNS)
		turn_end(WIRE_TURN_SYSCALL);
	return 0;
}

SEC("kretprobe.multi")
int rootwatch_calls(struct pt_regs *ctx)
{
#if COMPAT_KERNEL >= 517 /* those before have no such probes */
	struct task_struct *t = compat_current();
	const struct pt_regs *regs = compat_user_regs(t);
	__u32 flag = compat_flag(t), call = syscall_calls(regs) >> flag & 255;
	__u32 what = SYSCALL_WHAT(call, flag | WIRE_F_TIER(WIRE_TIER_KPROBE));
	long ret = PT_REGS_RC(ctx);

	if (!call || mapped_is_dull(regs, flag, call, ret))
		return 0;
	return wire_call_is_open(call) ? syscall_opened(t, regs, what, ret, 0) :
					 syscall_watched(t, what, ret);
#else
	return 0;
#endif
}

/*
 * What a seccomp filter refuses comes to no function of a call. Here is the end of the filter,
 * which gives -1 (__secure_computing()) or false (__seccomp_permit_syscall(), as it is called in
 * 7.x) for a call that is not done. Its result stands in the registers by then: for a refused one
 * the error; for one that is answered by a signal its own number; and for one whose answer a
 * supervisor or a tracer gave, that.
 */
SEC("fexit/__secure_computing")
int rootwatch_refused(__u64 *ctx)
{
#if COMPAT_KERNEL >= 517 /* bpf_get_func_ret; those before have no return probes */
	const struct pt_regs *regs;
	__u64 given = 0;
	__u32 call, flag;
	unsigned long nr;
	long ret;

	bpf_get_func_ret(ctx, &given);
	if (knob_permits ? (__u8)given != 0 : (int)given != -1)
		return 0;
	regs = compat_user_regs(compat_current());
	ret = (int)compat_result(regs);
	nr = compat_nr(regs);
	if (nr >= WIRE_CALL_NUMBERS || !creds_denied(ret))
		return 0;
	flag = compat_flag(compat_current());
	call = calls_at[nr] >> flag & 255;
	if (!call) { /* opens are seen elsewhere, where they are done */
		call = compat_own_call(nr, flag);
		if (!wire_call_is_open(call))
			return 0;
	}
	if (call == WIRE_CALL_MMAP || dup_is_call(call))
		return 0;
	return syscall_refused(compat_current(), flag, call, ret);
#else
	return 0;
#endif
}

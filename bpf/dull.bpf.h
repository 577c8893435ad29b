/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls that nobody can care about, by their arguments alone: those that wire_call_dull() knows
 * (include/wire.h), which are many, and most of which ask for nothing that any rule is about.
 */
#ifndef ROOTWATCH_DULL_BPF_H
#define ROOTWATCH_DULL_BPF_H

#include "clone.bpf.h"
#include "compat.bpf.h"
#include "knobs.bpf.h"
#include "task.bpf.h"

#define TIOCL_PASTESEL_ 3

static __always_inline bool dull_ioctl(__u32 request, __u64 arg)
{
	__u8 what = 0;

	if (request == WIRE_IOCTL_TIOCLINUX) {
		bpf_probe_read_user(&what, sizeof(what), (const void *)arg);
		return what != TIOCL_PASTESEL_;
	}
	return request != WIRE_IOCTL_TIOCSTI && request != WIRE_IOCTL_SETFLAGS &&
	       request != WIRE_IOCTL_SETFLAGS_32 && request != WIRE_IOCTL_FSSETXATTR;
}

/* Can nobody care, by its arguments? Of those that wire_call_dull() knows. */
__noinline int dull_by_args(__u32 call, __u64 first, __u64 second, __u64 third)
{
	if (wire_call_is_chown(call))
		return wire_owner_is_dull(call == WIRE_CALL_FCHOWNAT ? third : second);
	if (wire_call_is_chmod(call))
		return !((call < WIRE_CALL_FCHMODAT ? second : third) & WIRE_MODE_TOLD);
	switch (call) {
	case WIRE_CALL_CLONE:
		return !(first & ~CLONE_SIGNAL_ & CLONE_NEWS_);
	case WIRE_CALL_CLONE3:
		return !((compat_user_u64(first) | clone_kept(compat_current())) &
			 (CLONE_NEWS_ | CLONE_INTO_CGROUP_));
	case WIRE_CALL_IOCTL:
		return dull_ioctl(second, third);
	case WIRE_CALL_ADJTIMEX: /* asks only, when it has no modes */
		return !compat_user_u32(first);
	case WIRE_CALL_CLOCK_ADJTIME:
		return !compat_user_u32(second);
	case WIRE_CALL_CAPSET:
		return !task_caps_gained(compat_current());
	default:
		return 0;
	}
}

/*
 * Such a call that no rule asks for. The child of a clone comes back from it as well, with 0: its
 * parent's end of the call tells of it.
 */
static __always_inline bool dull_call(const struct pt_regs *regs, bool is32, __u32 call, long ret)
{
	__u32 bit = wire_call_dull(call);

	if (!bit)
		return false;
	if (ret == 0 && (call == WIRE_CALL_CLONE || call == WIRE_CALL_CLONE3))
		return true;
	if (prefilters[prefilter_active & 1].dull & bit)
		return false;
	return dull_by_args(call, compat_arg(regs, is32, 0), compat_arg(regs, is32, 1),
			    compat_arg(regs, is32, 2));
}

#endif /* ROOTWATCH_DULL_BPF_H */

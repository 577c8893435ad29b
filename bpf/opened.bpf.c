// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Opens where the kernel does them, whoever asks: a system call of either width, by a path or by a
 * handle, or io_uring, also on its worker threads.
 *
 * path_openat() is where every one of them ends, with the file or the error: one program sees what
 * was opened and what was denied, after all that can still refuse (other LSMs, the file's own
 * open). The LSM hook sees only what was opened, and overlayfs' inner opens as well; beside it the
 * first program looks at denied ones alone.
 */
#include "compat.bpf.h"
#include "creds.bpf.h"
#include "gate.bpf.h"
#include "object.bpf.h"
#include "open.bpf.h"
#include "turn.bpf.h"

#define NR_PIDFD_GETFD_ 438 /* in all ABIs */

/*
 * Which call is it? WIRE_CALL_NONE: the kernel opens for itself (the program of an exec, a core
 * dump, firmware). What io_uring does for a task can be run at the end of any call of it.
 */
static __always_inline __u32 opened_call(struct task_struct *t, __u32 *hflags)
{
	bool worker = TYPED(t, flags) & PF_IO_WORKER_;
	const struct pt_regs *regs;
	__u32 call;

	if (!worker) {
		regs = compat_user_regs(t);
		*hflags = compat_flag(t);
		call = compat_own_call(compat_nr_of(regs), *hflags);
		if (wire_call_is_open(call))
			return call;
	}
	if (!bpf_core_field_exists(struct task_struct, io_uring) ||
	    (!worker && !TYPED(t, io_uring)))
		return WIRE_CALL_NONE;
	*hflags = WIRE_F_IO_URING;
	return WIRE_CALL_OPENAT;
}

/* Is it root's, or a denied attempt that is asked for, in a container, and not our own? */
static __always_inline bool opened_gate(struct task_struct *t, __u64 sign, struct gate *g,
					bool denied)
{
	if (!creds_root(TRUSTED(t, cred)) && !(denied && knob_blocked))
		return false;
	g->hflags = 0;
	return gate_ask_signed(t, sign, g);
}

static __always_inline bool opened_failed(long f)
{
	return f < 0 && f >= -MAX_ERRNO_;
}

/* f: or its error. */
static __noinline int opened_tell(struct task_struct *t, __u64 sign, struct nameidata *nd,
				  const struct open_flags *op, struct file *f)
{
	bool failed = opened_failed((long)f);
	struct gate g;
	__u32 call;

	if (!opened_gate(t, sign, &g, failed))
		return 0;
	if (op->open_flag & (O_PATH_ | FMODE_EXEC_))
		return 0;
	call = opened_call(t, &g.hflags);
	if (call == WIRE_CALL_NONE)
		return 0;
	g.hflags |= WIRE_F_TIER(WIRE_TIER_FENTRY);
	if (failed) {
		struct open_try a = {};

		a.path = LOAD(struct filename, nd->name, name);
		a.oflags = op->open_flag;
		a.dirfd = nd->dfd;
		a.copied = true;
		return open_refused(t, &g, &a, call, (long)f);
	}
	return open_seen(t, &g, f, LOAD(struct file, f, f_flags) | (op->open_flag & O_ONCE_), call);
}

/* (What is needed behind a call is kept in memory: in registers it would cost each open.) */
SEC("fexit/path_openat")
int rootwatch_opened(__u64 *ctx)
{
	__u64 *volatile kept = ctx;
	struct task_struct *volatile t;
	long f = ctx[3];
	__u64 sign;

	if (opened_failed(f) ? !creds_denied(f) : knob_open_tier != WIRE_TIER_FENTRY)
		return 0;
	t = compat_current();
	if (gate_is_others(t, opened_failed(kept[3])) || !turn_begin(WIRE_TURN_OPENED))
		return 0;
	sign = gate_sign_aside(t);
	if (sign)
		opened_tell(t, sign, (struct nameidata *)kept[0],
			    (const struct open_flags *)kept[1], (struct file *)kept[3]);
	turn_end(WIRE_TURN_OPENED);
	return 0;
}

static __always_inline int opened_received(struct file *f)
{
	struct task_struct *t;
	struct scratch *s;
	struct gate g;

	t = compat_current();
	g.hflags = compat_flag(t) | WIRE_F_TIER(WIRE_TIER_FENTRY);
	if (!creds_root(TRUSTED(t, cred)) || !gate_ask(t, &g))
		return 0;
	if (compat_nr_of(compat_user_regs(t)) == NR_PIDFD_GETFD_)
		return 0;
	s = open_handed(t, &g, compat_address(f));
	return s ? open_tell(s->slot) : 0;
}

/*
 * An open file that a process is handed over a Unix socket (or takes by seccomp's notifications;
 * what pidfd_getfd takes is told as that call). It is judged as an open is.
 */
SEC("fexit/security_file_receive")
int BPF_PROG(rootwatch_received, struct file *f, int err)
{
	if (err || !turn_begin(WIRE_TURN_RECEIVED))
		return 0;
	opened_received(f);
	turn_end(WIRE_TURN_RECEIVED);
	return 0;
}

static __always_inline int opened_mapped(struct file *f, unsigned long prot, unsigned long flags)
{
	struct task_struct *t;
	struct gate g;
	__u32 n;

	t = compat_current();
	g.hflags = compat_flag(t) | WIRE_F_TIER(WIRE_TIER_FENTRY);
	if (!creds_root(TRUSTED(t, cred)) || !gate_ask(t, &g) || !mapped_counts(t, f))
		return 0;
	n = open_mapped(t, &g, compat_address(f), prot, flags);
	return n ? open_tell(n - 1) : 0;
}

/*
 * A mapping, when the other LSMs have allowed it. (What maps is called with too many arguments for
 * such a program on older kernels; where it fails after this it is told as done.)
 */
SEC("fexit/security_mmap_file")
int BPF_PROG(rootwatch_mapped, struct file *f, unsigned long prot, unsigned long flags, int err)
{
	if (!mapped_is_shared(flags) || !f || err || !turn_begin(WIRE_TURN_MAPPED))
		return 0;
	opened_mapped(f, prot, flags);
	turn_end(WIRE_TURN_MAPPED);
	return 0;
}

/*
 * A file that a file system opens beneath its own: overlayfs that of a layer, for each of its files
 * (marked) and to copy one up (on a mount of its own, as memfds are).
 */
static __always_inline bool opened_beneath(const struct file *f)
{
	struct object o = {};

	if (LOAD(struct file, f, f_mode) & FMODE_NOACCOUNT_)
		return true;
	object_find(&o, LOAD(struct file, f, f_path.dentry), LOAD(struct file, f, f_path.mnt));
	return (__u64)LOAD(struct mount, o.mount, mnt_ns) == MNT_NS_INTERNAL_ &&
	       !object_is_memfd(&o);
}

static __noinline int opened_tell_lsm(struct task_struct *t, __u64 sign, struct file *f)
{
	__u32 call, oflags;
	struct gate g;

	if (!opened_gate(t, sign, &g, false))
		return 0;
	oflags = LOAD(struct file, f, f_flags);
	if ((oflags & FMODE_EXEC_) || opened_beneath(f))
		return 0;
	call = opened_call(t, &g.hflags);
	if (call == WIRE_CALL_NONE)
		return 0;
	g.hflags |= WIRE_F_TIER(WIRE_TIER_LSM);
	return open_seen(t, &g, f, oflags, call);
}

SEC("lsm/file_open")
int rootwatch_opened_lsm(__u64 *ctx)
{
	__u64 *volatile kept = ctx;
	struct task_struct *volatile t = compat_current();
	__u64 sign;

	if (gate_is_others(t, false))
		return 0;
	sign = gate_sign_aside(t);
	return sign ? opened_tell_lsm(t, sign, (struct file *)kept[0]) : 0;
}

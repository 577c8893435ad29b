/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a system call really acts on, noted by the hooks of acts.bpf.c between the kernel's look-up
 * and its act, for the record that is put together at the call's end: by then the path that was
 * passed can say, and lead to, something else.
 *
 * A note is kept by thread and taken away at the end of the same call, whatever became of it. A
 * call that has none (its hook was not reached, or no place was free) is told by its path.
 */
#ifndef ROOTWATCH_ACTS_BPF_H
#define ROOTWATCH_ACTS_BPF_H

#include "compat.bpf.h"
#include "emit.bpf.h"
#include "knobs.bpf.h"
#include "maps.bpf.h"

/* By which hooks a call passes (bits of WIRE_ACT_*), and for which of its paths the first object
 * is. */
struct acts_row {
	__u32 hooks;
	__u32 path;
};

#define ACT(id)	    WIRE_BIT(WIRE_ACT_##id)
#define ACTS_SET    (ACT(SETXATTR) | ACT(SET_ACL) | ACT(CHANGED))
#define ACTS_REMOVE (ACT(RMXATTR) | ACT(RM_ACL) | ACT(CHANGED))

static const struct acts_row acts_rows[WIRE_CALL_END] = {
	[WIRE_CALL_RENAME] = {ACT(RENAME), 0},
	[WIRE_CALL_RENAMEAT] = {ACT(RENAME), 0},
	[WIRE_CALL_RENAMEAT2] = {ACT(RENAME), 0},
	[WIRE_CALL_LINK] = {ACT(LINK), 0},
	[WIRE_CALL_LINKAT] = {ACT(LINK), 0},
	[WIRE_CALL_SYMLINK] = {ACT(SYMLINK), 1},
	[WIRE_CALL_SYMLINKAT] = {ACT(SYMLINK), 1},
	[WIRE_CALL_UNLINK] = {ACT(UNLINK), 0},
	[WIRE_CALL_UNLINKAT] = {ACT(UNLINK) | ACT(RMDIR), 0},
	[WIRE_CALL_RMDIR] = {ACT(RMDIR), 0},
	[WIRE_CALL_CHMOD] = {ACT(CHMOD), 0},
	[WIRE_CALL_FCHMOD] = {ACT(CHMOD), 0},
	[WIRE_CALL_FCHMODAT] = {ACT(CHMOD), 0},
	[WIRE_CALL_FCHMODAT2] = {ACT(CHMOD), 0},
	[WIRE_CALL_CHOWN] = {ACT(CHOWN), 0},
	[WIRE_CALL_FCHOWN] = {ACT(CHOWN), 0},
	[WIRE_CALL_LCHOWN] = {ACT(CHOWN), 0},
	[WIRE_CALL_FCHOWNAT] = {ACT(CHOWN), 0},
	[WIRE_CALL_TRUNCATE] = {ACT(TRUNCATE), 0},
	[WIRE_CALL_FTRUNCATE] = {ACT(TRUNCATE) | ACT(FTRUNC), 0},
	[WIRE_CALL_MKDIR] = {ACT(MKDIR), 0},
	[WIRE_CALL_MKDIRAT] = {ACT(MKDIR), 0},
	[WIRE_CALL_MKNOD] = {ACT(MKNOD), 0},
	[WIRE_CALL_MKNODAT] = {ACT(MKNOD), 0},
	[WIRE_CALL_CHROOT] = {ACT(CHROOT), 0},
	[WIRE_CALL_MOUNT] = {ACT(MOUNT), 1},
	[WIRE_CALL_MOVE_MOUNT] = {ACT(MOVE), 0},
	[WIRE_CALL_UMOUNT] = {ACT(UMOUNT), 0},
	[WIRE_CALL_UMOUNT2] = {ACT(UMOUNT), 0},
	[WIRE_CALL_PIVOT_ROOT] = {ACT(PIVOT), 0},
	[WIRE_CALL_SETXATTR] = {ACTS_SET, 1},
	[WIRE_CALL_LSETXATTR] = {ACTS_SET, 1},
	/* (Up to Linux 6.12 io_uring's lets go of it as if it had a path.) */
	[WIRE_CALL_FSETXATTR] = {ACTS_SET | ACT(CHANGED_FD), 0},
	[WIRE_CALL_SETXATTRAT] = {ACTS_SET | ACT(CHANGED_FD), 1},
	[WIRE_CALL_REMOVEXATTR] = {ACTS_REMOVE, 1},
	[WIRE_CALL_LREMOVEXATTR] = {ACTS_REMOVE, 1},
	[WIRE_CALL_FREMOVEXATTR] = {ACT(CHANGED_FD), 0},
	[WIRE_CALL_REMOVEXATTRAT] = {ACTS_REMOVE | ACT(CHANGED_FD), 1},
};

/* Of two paths of WIRE_PATH_MAX with the mounts that lead there; more is not kept. */
#define ACTS_TEXT 10240u

struct acts_note {
	__u64 args[WIRE_SYSCALL_ARGS]; /* of the call, whose end must show the same ones */
	__u32 call;		       /* WIRE_CALL_* */
	__u32 flags;		       /* WIRE_F_TRUNC */
	__u32 text;		       /* bytes in use below */
	__u32 dull;		       /* no rule can care about what was looked at so far */
	/* Blobs count from the beginning of the note. */
	struct wire_file f[WIRE_SYSCALL_PATHS];
	__u8 bytes[ACTS_TEXT];
};
#define ACTS_FIXED __builtin_offsetof(struct acts_note, bytes)

/* As many calls at the same time, between the hook and the end. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct acts_note);
} acts_notes SEC(".maps");

/*
 * What a call is about to change, where that is asked about without the mount: the dentry, by
 * thread, until the change is done or the call's end.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u64);
} acts_dentries SEC(".maps");

/*
 * How many there are; 0: nobody has to look. An entry is made and taken away by its own thread
 * alone, and none is evicted: each that was made is counted before its thread goes on, once, and
 * each that was taken away (only one who takes finds it there) once. So a thread that has one never
 * reads 0. One whose call's end was missed stays until that thread's next such call, or its exit:
 * meanwhile others look, and find nothing.
 */
volatile __u32 acts_changing = 0;

/* And those about whose objects no rule can care, instead of a note. */
struct acts_mark {
	__u64 args[WIRE_SYSCALL_ARGS];
	__u32 call;
	__u32 set; /* the prefilter that was asked, 0 or 1 */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct acts_mark);
} acts_marks SEC(".maps");

/*
 * Such calls of io_uring's, which a worker thread does for somebody (uring.bpf.c): by thread, what
 * there are no registers for.
 */
struct acts_ring {
	__u64 args[WIRE_SYSCALL_ARGS];
	__u64 creds; /* who asked: they are the thread's while it is done */
	__u32 call;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct acts_ring);
} acts_rings SEC(".maps");

/* The hooks by which a call passes, a bit each; 0: none. */
static __always_inline __u32 acts_hooks(__u32 call)
{
	/* (In one piece: the first row is of no call, and has none.) */
	return AT(acts_rows, call * sizeof(acts_rows[0]),
		  (WIRE_CALL_END - 1) * sizeof(acts_rows[0]))
		->hooks;
}

static __always_inline bool acts_keep_dentry(__u32 tid, __u64 dentry)
{
	if (!bpf_map_update_elem(&acts_dentries, &tid, &dentry, BPF_NOEXIST)) {
		__sync_fetch_and_add(&acts_changing, 1);
		return true;
	}
	return !bpf_map_update_elem(&acts_dentries, &tid, &dentry, BPF_EXIST);
}

/* When the change is done, when its call is, and when the thread is. */
static __always_inline void acts_drop_dentry(__u32 tid)
{
	if (acts_changing && !bpf_map_delete_elem(&acts_dentries, &tid))
		__sync_fetch_and_add(&acts_changing, -1);
}

/* At the end of a call, also of one that is not told. */
__noinline int acts_drop(__u32 tid, __u32 hooks)
{
	bpf_map_delete_elem(&acts_notes, &tid);
	bpf_map_delete_elem(&acts_marks, &tid);
	if (hooks & ACT(CHANGED))
		acts_drop_dentry(tid);
	return 0;
}

/* Is there a note of the current thread's call? */
__noinline int acts_noted(void)
{
	const struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid);

	return bpf_map_lookup_elem(&acts_notes, &tid) != NULL;
}

/* Was it seen, before the act, that no rule in use can care about the current thread's call? */
__noinline int acts_marked(__u32 call, __u32 flag)
{
	struct task_struct *t = compat_current();
	const struct pt_regs *regs = compat_user_regs(t);
	__u32 tid = TYPED(t, pid);
	const struct acts_mark *m = bpf_map_lookup_elem(&acts_marks, &tid);

	return m && m->call == call && m->set == (prefilter_active & 1) &&
	       m->args[0] == compat_arg(regs, flag, 0) && m->args[1] == compat_arg(regs, flag, 1) &&
	       m->args[2] == compat_arg(regs, flag, 2) && m->args[3] == compat_arg(regs, flag, 3) &&
	       m->args[4] == compat_arg(regs, flag, 4);
}

static __always_inline void acts_moved(struct wire_file *w, __u32 by)
{
	w->sbpath.off += by;
	w->mntpath.off += by;
	w->real.off += by;
}

/* Where a record's text may begin for the note's to fit behind it. */
#define ACTS_AT_MAX 8192

/*
 * Puts what was noted of the current thread's call into its record, whose call and arguments are
 * filled in. Gives 1, or 0: there is no such note.
 */
__noinline int acts_take(__u32 slot)
{
	struct scratch *s = emit_scratch(slot);
	const struct task_struct *t = compat_current();
	__u32 tid = TYPED(t, pid), at;
	struct acts_note *n;
	struct wire_syscall *r;
	__u64 len;
	int i;

	n = bpf_map_lookup_elem(&acts_notes, &tid);
	if (!s || !n)
		return 0;
	r = (struct wire_syscall *)s->record;
	at = s->used;
	len = n->text;
	if (n->call != r->call || at > ACTS_AT_MAX || len > ACTS_TEXT)
		return 0;
	for (i = 0; i < WIRE_SYSCALL_ARGS; i++)
		if (n->args[i] != r->args[i])
			return 0;
	BOUND(len, ACTS_TEXT);
	if (bpf_probe_read_kernel(AT(s->record, at, ACTS_AT_MAX), len, n->bytes))
		return 0;
	__builtin_memcpy(r->f, n->f, sizeof(r->f));
	acts_moved(&r->f[0], at - ACTS_FIXED);
	acts_moved(&r->f[1], at - ACTS_FIXED);
	s->used = at + n->text;
	SET_FLAG(s->flags, n->flags);
	return 1;
}

#endif /* ROOTWATCH_ACTS_BPF_H */

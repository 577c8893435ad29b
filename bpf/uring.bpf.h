/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs in io_uring share. */
#ifndef ROOTWATCH_URING_BPF_H
#define ROOTWATCH_URING_BPF_H

#include "compat.bpf.h"
#include "gate.bpf.h"
#include "knobs.bpf.h"

/* enum io_uring_op has less. */
#define URING_OPS   64
#define URING_FLAGS (WIRE_F_IO_URING | WIRE_F_TIER(WIRE_TIER_FENTRY))

/* (Not inlined: what comes behind it finds a stack to use.) */
static __noinline bool uring_gate(struct task_struct *t, struct gate *g)
{
	if (!gate_container(t, g) || TYPED(t, tgid) == (int)knob_agent)
		return false;
	g->hflags = URING_FLAGS;
	return true;
}

#endif /* ROOTWATCH_URING_BPF_H */

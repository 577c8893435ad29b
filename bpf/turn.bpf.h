/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Turns. A kernel that takes the processor from a task in the middle of a program skips that
 * program on this processor, for all others, until the task has gone on and ended it: it counts who
 * is inside by program and processor (bpf_prog.active). There user space attaches the same program
 * more than once (user/source/turns.c). Each copy has a count of its own, and works only if none of
 * those before it did: who worked says so at its end, by processor.
 *
 * (A task that is stopped right between that and the next copy, while others pass, is not known to
 * have been seen: that one act is told twice.)
 */
#ifndef ROOTWATCH_TURN_BPF_H
#define ROOTWATCH_TURN_BPF_H

#include "compat.bpf.h"
#include "knobs.bpf.h"
#include "wire.h"

volatile struct wire_turns turns[WIRE_TURN_CPUS] __attribute__((aligned(64))) = {};

static __always_inline __u32 turn_task(void)
{
	return TYPED(compat_current(), pid);
}

/* (Out of line, as is the other below: registers that they keep all calls of the host would save.) */
static __noinline bool turn_is_mine(enum wire_turn of)
{
	__u32 cpu = bpf_get_smp_processor_id();
	volatile struct wire_turns *mine;

	if (cpu >= WIRE_TURN_CPUS)
		return false;
	mine = &turns[cpu];
	if (mine->seen[of] == turn_task()) {
		if (knob_copy_last)
			mine->seen[of] = 0;
		return false;
	}
	return true;
}

/* Is this call of the program for this copy? Then it ends with turn_end(). */
static __always_inline bool turn_begin(enum wire_turn of)
{
	return !knob_copy || turn_is_mine(of);
}

static __noinline int turn_say(enum wire_turn of)
{
	__u32 cpu = bpf_get_smp_processor_id();

	if (cpu < WIRE_TURN_CPUS)
		turns[cpu].seen[of] = turn_task();
	return 0;
}

static __always_inline void turn_end(enum wire_turn of)
{
	if (knob_copies && !knob_copy_last)
		turn_say(of);
}

#endif /* ROOTWATCH_TURN_BPF_H */

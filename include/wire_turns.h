/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies of programs, as both sides see them: bpf/turn.bpf.h, user/source/turns.c. */
#ifndef ROOTWATCH_WIRE_TURNS_H
#define ROOTWATCH_WIRE_TURNS_H

/* On a processor beyond these the first alone works. */
#define WIRE_TURN_CPUS 1024

/* The programs that there may be copies of. */
enum wire_turn {
	WIRE_TURN_SYSCALL,
	WIRE_TURN_OPENED,
	WIRE_TURN_RECEIVED,
	WIRE_TURN_MAPPED,
	WIRE_TURN_END
};

/* Of one processor: a line of its cache. */
struct wire_turns {
	__u32 seen[WIRE_TURN_END]; /* the thread whose act the copy before this one saw */
	__u32 pad[16 - WIRE_TURN_END];
};
_Static_assert(sizeof(struct wire_turns) == 64, "a cache line");

#endif /* ROOTWATCH_WIRE_TURNS_H */

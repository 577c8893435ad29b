/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of programs, for kernels that take the processor from a task in the middle of one and skip
 * it for all others meanwhile. How the copies take turns: bpf/turn.bpf.h.
 */
#ifndef ROOTWATCH_SOURCE_TURNS_H
#define ROOTWATCH_SOURCE_TURNS_H

#include <stddef.h>

#include "source/preempt.h"
#include "source/programs.h"

struct rootwatch_bpf;

#define TURNS_MAX 16

struct turns {
	struct programs_copy copies[TURNS_MAX];
	int links[TURNS_MAX]; /* -1: none */
	size_t n;
};

/*
 * Before the load, when all other constants are set and it is decided which programs are loaded.
 * Where a copy is not to be had, the first works alone. What *t had before is freed; to be freed.
 */
void turns_prepare(struct turns *t, struct rootwatch_bpf *skel, struct preempt need);

/*
 * After the load, around the attachment of the program of that name: copies have to come behind the
 * first. The kernel runs the programs of a tracepoint in the order of their attachment
 * (tracepoint.c, func_add()), those of a function in the other one (trampoline.c,
 * __bpf_trampoline_link_prog()).
 */
void turns_attach_before(struct turns *t, const char *program);
void turns_attach_after(struct turns *t, const char *program);

/* The program whose runs, when skipped, are nobody's any more: the last copy, or that one itself. */
int turns_last(const struct turns *t, const char *program, int fd);

/* They stay to be asked of, until they are freed. */
void turns_detach(struct turns *t);
void turns_free(struct turns *t);

#endif /* ROOTWATCH_SOURCE_TURNS_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* The prefilter in the kernel: two of them, of which one is asked; see struct wire_prefilter. */
#ifndef ROOTWATCH_SOURCE_SWAP_H
#define ROOTWATCH_SOURCE_SWAP_H

#include "rules/filter/filter.h"
#include "source/prefilter.h"

struct rootwatch_bpf;

struct swap {
	struct prefilter sets[2]; /* as they lie in the kernel */
	uint32_t active;
};

/* Waits for the programs that run: those that still ask the set before last have ended then. */
void swap_wait(void);

/*
 * Puts f beside the set in use and makes it the one that is asked, and calls those that are looked
 * at when they end; *number gets which one it is
 * (WIRE_F_SET of the records that it let pass). 0 or -errno; the old one then stays. A filter with
 * more entries than the map holds becomes one that lets everything pass. But for the first one
 * swap_wait has to come before it.
 */
int swap_filter(struct swap *w, struct rootwatch_bpf *skel, const struct filter *f,
		const struct wire_calls *calls, uint32_t *number);
/* The kernel side forgets what was harmless: something else than the rules has changed. */
void swap_forget(const struct swap *w, struct rootwatch_bpf *skel);

/* A number that no container can guess; 0: there is none to be had. */
uint64_t swap_random(void);
void swap_free(struct swap *w);

#endif /* ROOTWATCH_SOURCE_SWAP_H */

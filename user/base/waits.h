/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long what others decide (their file systems, their memory) may keep everybody waiting: of one
 * of them, a mount namespace or a cgroup, and of all together. What was waited is taken from a
 * store, which fills again by a part of the time that passes, so that one container with a slow
 * file system does not hold up the others' alerts.
 */
#ifndef ROOTWATCH_BASE_WAITS_H
#define ROOTWATCH_BASE_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#define WAITS_PLACES 256u

struct wait_store {
	int64_t spent; /* ns, of what there is when it is full */
	uint64_t at;   /* when that was so, ns */
};

/* All zero to begin with. */
struct waits {
	struct wait_store all, of[WAITS_PLACES]; /* those of a place share it */
};

/* Is there something left? */
bool waits_may(struct waits *w, uint32_t whose, uint64_t now_ns);

/* So long was waited, until now. Moments do not count. */
void waits_spend(struct waits *w, uint32_t whose, uint64_t now_ns, uint64_t ns);

#endif /* ROOTWATCH_BASE_WAITS_H */

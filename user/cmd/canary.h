/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof that the hooks work: acts of our own in a throw-away container must come back
 * through the ring.
 */
#ifndef ROOTWATCH_CMD_CANARY_H
#define ROOTWATCH_CMD_CANARY_H

#include <stdbool.h>
#include <stdint.h>

#include "source/source.h"

struct canary_proof {
	bool exec, rename, fork, exit, open, denied, received, mapped, setid, connect, moved;
	bool refused;  /* a connect, by a seccomp filter */
	bool datagram; /* sent to a Unix socket by its address */
	bool uring, uring_connect;
	uint32_t uring_sockets; /* bits of WIRE_URING_* that were seen */
	uint32_t acts;		/* bits of WIRE_ACT_* that were noted before they were done */
	bool uring_tried;   /* else io_uring is not for the canary, which has few capabilities */
	uint32_t open_tier; /* WIRE_TIER_* by which the open came */
	uint32_t pid_ns;    /* of the canary: set before its first record can come */
	int pid_ns_fd;	    /* holds it, so that its number is not given to a container; -1: none */
};

#define CANARY_WHY_MAX 256

/*
 * Acts and waits for the records, up to timeout_ms. All records go to fn
 * (NULL: dropped), which can tell the canary's own by p->pid_ns.
 * Gives 0 whatever was proven, or -errno with why when the acts could not be done.
 */
int canary_prove(struct source *s, int timeout_ms, source_fn fn, void *arg, struct canary_proof *p,
		 char why[static CANARY_WHY_MAX]);

/* Lets go of the canary's namespace: from then on p->pid_ns tells nothing. */
void canary_release(struct canary_proof *p);

/* Was there an act that would prove the hook? */
bool canary_tries(const struct canary_proof *p, const struct source_hook *hook);

/* True when the hook was seen at work. */
bool canary_proves(const struct canary_proof *p, const struct source_hook *hook);

#endif /* ROOTWATCH_CMD_CANARY_H */

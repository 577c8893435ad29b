/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks of a source: which of them, and their life from before the load to the end. */
#ifndef ROOTWATCH_SOURCE_HOOKS_H
#define ROOTWATCH_SOURCE_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "source/choice.h"
#include "source/probe.h"
#include "source/source.h"
#include "source/turns.h"

struct bpf_link;
struct btf;
struct rootwatch_bpf;

#define HOOKS_MAX 56
/* One for the calls of the first rules, and one for each reload that asks for more of them. */
#define HOOKS_PROBES_MAX 64

struct hooks {
	struct rootwatch_bpf *skel; /* not owned */
	struct probe probe;
	struct choice choice;
	char why[CHOICE_WHY_MAX]; /* no better tier than this one */
	struct source_hook list[HOOKS_MAX];
	struct bpf_link *links[HOOKS_MAX];
	size_t n;
	struct bpf_link *probes[HOOKS_PROBES_MAX];
	size_t n_probes;
	struct turns turns;
	struct wire_calls probed; /* the calls that have return probes */
	uint64_t missed;	  /* runs that the links that are gone have missed */
};

/*
 * Looks what there is and chooses. kernel: its types; tier: a WIRE_TIER_* to force, or
 * SOURCE_TIER_AUTO. 0, -ENOMEM, or -ENOTSUP when the forced one is not to be had: why gets a
 * sentence.
 */
int hooks_choose(struct hooks *h, uint32_t tier, const struct btf *kernel,
		 char why[static SOURCE_WHY_MAX]);

/* After a load or an attach that failed: chooses what asks less of the kernel. False: nothing does.
 */
bool hooks_degrade(struct hooks *h);

/* Before the load: has only the chosen programs loaded. */
void hooks_prepare(struct hooks *h, struct rootwatch_bpf *skel);

/* After the load. calls: those that are wanted. 0 or -errno with why. */
int hooks_attach(struct hooks *h, const struct wire_calls *calls, char why[static SOURCE_WHY_MAX]);

/*
 * Sees these calls as well from now on; to be called before the kernel side asks for them. Probes
 * of calls that nobody asks for any more stay, until the end. 0 or -errno.
 */
int hooks_follow(struct hooks *h, const struct wire_calls *calls);

void hooks_detach(struct hooks *h);

/* Runs that the kernel skipped, as far as it tells. */
uint64_t hooks_missed(const struct hooks *h);

void hooks_free(struct hooks *h);

#endif /* ROOTWATCH_SOURCE_HOOKS_H */

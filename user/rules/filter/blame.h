/* SPDX-License-Identifier: Apache-2.0 */
/* Why a condition may match anything in a world. Internal to the filter. */
#ifndef ROOTWATCH_RULES_FILTER_BLAME_H
#define ROOTWATCH_RULES_FILTER_BLAME_H

#include "rules/filter/world.h"

struct blame {
	const struct node *node; /* the part at fault: a test, or an AND whose parts say nothing */
	bool negated;		 /* what has to hold is its opposite */
	const char *reason;	 /* a clause: "..., since <reason>" */
};

/* The condition's reach is `any` in that world. 0 or -ENOMEM. */
int blame_find(struct blame *b, enum world w, const struct node *condition);

/*
 * Calls each for the tests of the condition of which the kernel cannot tell anything: those that
 * world_truth() leaves open and that give no pattern. 0 or -ENOMEM.
 */
int blame_each(enum world w, const struct node *condition,
	       void (*each)(void *arg, const struct node *test), void *arg);

#endif /* ROOTWATCH_RULES_FILTER_BLAME_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* What a condition can match in one of the worlds. Internal to the filter. */
#ifndef ROOTWATCH_RULES_FILTER_WALK_H
#define ROOTWATCH_RULES_FILTER_WALK_H

#include "rules/filter/reach.h"
#include "rules/filter/world.h"

/* Deeper than that a condition is not looked at: it may match anything. */
#define WALK_DEPTH_MAX 256

/*
 * Fills *s, which is empty, from a condition, or from its opposite. 0 or -ENOMEM; *s has to be
 * freed in any case. depth: how deep the node lies.
 */
int walk(struct reach *s, enum world w, const struct node *node, bool negated, unsigned depth);

/* True when all of a node's kids have to hold: AND, or the opposite of OR. */
bool walk_needs_all(const struct node *node, bool negated);

#endif /* ROOTWATCH_RULES_FILTER_WALK_H */

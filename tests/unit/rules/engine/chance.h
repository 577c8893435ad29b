/* SPDX-License-Identifier: Apache-2.0 */
/* Random conditions, and random events that they can meet. */
#ifndef ROOTWATCH_TEST_RULES_ENGINE_CHANCE_H
#define ROOTWATCH_TEST_RULES_ENGINE_CHANCE_H

#include <stddef.h>

#include "event/event.h"
#include "rules/lang/ast.h"

struct container;
struct process;

/* Prints the seed; SEED=... repeats a run. */
void chance_begin(void);

/* 0 to n - 1. */
size_t chance_below(size_t n);

/* Lives until tree_reset. */
struct node *chance_tree(unsigned depth);

/* Of that container and that process, or of none; both are filled. */
void chance_event(struct event *e, struct container *c, struct process *p);

#endif /* ROOTWATCH_TEST_RULES_ENGINE_CHANCE_H */

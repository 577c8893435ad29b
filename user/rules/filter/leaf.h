/* SPDX-License-Identifier: Apache-2.0 */
/* What one test can match, as patterns for the kernel. Internal to the filter. */
#ifndef ROOTWATCH_RULES_FILTER_LEAF_H
#define ROOTWATCH_RULES_FILTER_LEAF_H

#include "rules/filter/reach.h"
#include "rules/filter/world.h"

/*
 * Fills *s, which is empty, with what a test matches that world_truth() does not decide. 0 or
 * -ENOMEM.
 */
int leaf_patterns(struct reach *s, enum world w, const struct node *test);

/*
 * True for a test that excludes directories of a superblock when it is negated. Only by the path
 * inside the superblock, which is what the kernel compares: a file below /var/lib/docker there may
 * have any path on the host.
 */
bool leaf_excludes(const struct node *test);
/* Adds those directories to what the set's `host` need not match. 0 or -ENOMEM. */
int leaf_exclude(struct reach *s, const struct node *test);

/* Parts of leaf_patterns(): a file's type, a device's number, everything of a connect. */
int leaf_types(struct reach *s, const struct node *test);
int leaf_suid(struct reach *s, const struct node *test);
int leaf_devices(struct reach *s, const struct node *test);
int leaf_sockets(struct reach *s, const struct node *test);
/* And of what an IP socket does. */
int leaf_ends(struct reach *s, enum world w, const struct node *test);

static inline struct str leaf_value(const struct rule_value *v)
{
	return (struct str){v->text, (uint32_t)v->len, (uint32_t)v->len};
}

#endif /* ROOTWATCH_RULES_FILTER_LEAF_H */

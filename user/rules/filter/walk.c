// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/walk.h"

#include "rules/filter/leaf.h"

bool walk_needs_all(const struct node *node, bool negated)
{
	return (node->kind == NODE_AND) != negated;
}

static int test(struct reach *s, enum world w, const struct node *node, bool negated)
{
	switch (world_truth(w, node)) {
	case TRUTH_YES:
		if (!negated)
			reach_any(s);
		return 0;
	case TRUTH_NO:
		if (negated)
			reach_any(s);
		return 0;
	case TRUTH_UNKNOWN:
		break;
	}
	if (!negated)
		return leaf_patterns(s, w, node);
	reach_any(s);
	return 0;
}

/* The directories that a condition excludes, taken away from what its set has to match. */
static int exclude(struct reach *s, const struct node *node, bool negated, unsigned depth)
{
	int err = 0;
	size_t i;

	if (depth > WALK_DEPTH_MAX)
		return 0;
	switch (node->kind) {
	case NODE_NOT:
		return exclude(s, node->kids[0], !negated, depth + 1);
	case NODE_TEST:
		return negated && leaf_excludes(node) ? leaf_exclude(s, node) : 0;
	case NODE_AND:
	case NODE_OR:
		break;
	}
	for (i = 0; i < node->n_kids && !err && walk_needs_all(node, negated); i++)
		err = exclude(s, node->kids[i], negated, depth + 1);
	return err;
}

/* Whatever fulfils all of them fulfils the one that lets the least pass. */
static int all(struct reach *s, enum world w, const struct node *node, bool negated, unsigned depth)
{
	int err = 0;
	size_t i;

	reach_any(s);
	for (i = 0; i < node->n_kids && !err && !reach_is_empty(s); i++) {
		struct reach kid = {.any = false};

		err = walk(&kid, w, node->kids[i], negated, depth + 1);
		if (!err && reach_cost(&kid) < reach_cost(s)) {
			struct reach worse = *s;

			*s = kid;
			kid = worse;
		}
		reach_free(&kid);
	}
	if (!err && s->host)
		err = exclude(s, node, negated, depth);
	return err;
}

static int either(struct reach *s, enum world w, const struct node *node, bool negated,
		  unsigned depth)
{
	int err = 0;
	size_t i;

	for (i = 0; i < node->n_kids && !err && !s->any; i++) {
		struct reach kid = {.any = false};

		err = walk(&kid, w, node->kids[i], negated, depth + 1);
		if (!err)
			err = reach_join(s, &kid);
		reach_free(&kid);
	}
	return err;
}

int walk(struct reach *s, enum world w, const struct node *node, bool negated, unsigned depth)
{
	if (depth > WALK_DEPTH_MAX) {
		reach_any(s);
		return 0;
	}
	switch (node->kind) {
	case NODE_NOT:
		return walk(s, w, node->kids[0], !negated, depth + 1);
	case NODE_TEST:
		return test(s, w, node, negated);
	case NODE_AND:
	case NODE_OR:
		break;
	}
	if (walk_needs_all(node, negated))
		return all(s, w, node, negated, depth);
	return either(s, w, node, negated, depth);
}

// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/blame.h"

#include "rules/filter/leaf.h"
#include "rules/filter/walk.h"

enum verdict { NOTHING, SOMETHING, ANYTHING };

/* What the kernel can tell of a part of the condition. */
static int judge(enum verdict *v, enum world w, const struct node *node, bool negated,
		 unsigned depth)
{
	struct reach r = {.any = false};
	int err = walk(&r, w, node, negated, depth);

	*v = r.any ? ANYTHING : reach_is_empty(&r) ? NOTHING : SOMETHING;
	reach_free(&r);
	return err;
}

/* True when some part of it could be compared, were it not for another. */
static int compares(bool *yes, enum world w, const struct node *node, bool negated, unsigned depth)
{
	enum verdict v = NOTHING;
	int err = 0;
	size_t i;

	if (depth > WALK_DEPTH_MAX)
		return 0;
	if (node->kind == NODE_TEST) {
		err = judge(&v, w, node, negated, depth);
		*yes |= v == SOMETHING;
		return err;
	}
	for (i = 0; i < node->n_kids && !err && !*yes; i++)
		err = compares(yes, w, node->kids[i], negated != (node->kind == NODE_NOT),
			       depth + 1);
	return err;
}

/* Of parts that all have to hold: the one that nearly says something. */
static int find_nearest(const struct node **kid, enum world w, const struct node *node,
			bool negated, unsigned depth)
{
	int err = 0;
	size_t i;

	*kid = NULL;
	for (i = 0; i < node->n_kids && !err && !*kid; i++) {
		bool yes = false;

		err = compares(&yes, w, node->kids[i], negated, depth + 1);
		if (yes)
			*kid = node->kids[i];
	}
	return err;
}

/* Of parts of which one is enough: the first that may be anything. */
static int find_first(const struct node **kid, enum world w, const struct node *node, bool negated,
		      unsigned depth)
{
	enum verdict v = NOTHING;
	int err = 0;
	size_t i;

	*kid = NULL;
	for (i = 0; i < node->n_kids && !err && !*kid; i++) {
		err = judge(&v, w, node->kids[i], negated, depth + 1);
		if (v == ANYTHING)
			*kid = node->kids[i];
	}
	return err;
}

static bool is_place(enum field_id id)
{
	switch (id) {
	case F_FD_NAME:
	case F_FILE_PATHS:
	case F_FD_DIRECTORY:
	case F_FD_FILENAME:
	case F_FILE_NAME:
	case F_FILE_SBPATH:
	case F_FILE_TYPE:
	case F_FILE_SUID:
	case F_FILE_RDEV:
	case F_SOCKET_NAME:
	case F_PEER_COMM:
		return true;
	default:
		return false;
	}
}

static const char *reason(enum world w, const struct node *node, bool negated)
{
	if (node->kind != NODE_TEST)
		return w == WORLD_CONNECT ? "none of its parts names a socket" :
					    "none of its parts says which files";
	if (world_truth(w, node) != TRUTH_UNKNOWN)
		return "it always holds for these";
	if (negated)
		return "what is excluded leaves everything else";
	if (!is_place(node->left.id))
		return "the kernel does not compare that";
	if (w == WORLD_CONNECT)
		return "it does not name the last part of a socket's name";
	return "it leaves open where the file lies and how its name ends";
}

int blame_find(struct blame *b, enum world w, const struct node *condition)
{
	const struct node *node = condition, *kid;
	bool negated = false;
	unsigned depth = 0;
	int err = 0;

	while (!err && node->kind != NODE_TEST && depth <= WALK_DEPTH_MAX) {
		if (node->kind == NODE_NOT) {
			negated = !negated;
			kid = node->kids[0];
		} else if (walk_needs_all(node, negated)) {
			err = find_nearest(&kid, w, node, negated, depth);
		} else {
			err = find_first(&kid, w, node, negated, depth);
		}
		if (err || !kid)
			break;
		node = kid;
		depth++;
	}
	*b = (struct blame){node, negated, reason(w, node, negated)};
	return err;
}

struct visit {
	enum world w;
	void (*each)(void *arg, const struct node *test);
	void *arg;
};

static int visit(const struct visit *to, const struct node *node, bool negated, unsigned depth)
{
	enum verdict v = NOTHING;
	int err = 0;
	size_t i;

	if (depth > WALK_DEPTH_MAX)
		return 0;
	if (node->kind == NODE_TEST) {
		if (world_truth(to->w, node) != TRUTH_UNKNOWN)
			return 0;
		err = judge(&v, to->w, node, negated, depth);
		if (!err && v == ANYTHING)
			to->each(to->arg, node);
		return err;
	}
	for (i = 0; i < node->n_kids && !err; i++)
		err = visit(to, node->kids[i], negated != (node->kind == NODE_NOT), depth + 1);
	return err;
}

int blame_each(enum world w, const struct node *condition,
	       void (*each)(void *arg, const struct node *test), void *arg)
{
	const struct visit to = {w, each, arg};

	return visit(&to, condition, false, 0);
}

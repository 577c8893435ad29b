// SPDX-License-Identifier: Apache-2.0
/*
 * Which tests of a condition are worth looking up: of `and` one part is enough, the one that is
 * true least often; of `or` it takes all of them. Behind `not`, and of what says how a value must
 * not be, there is nothing to be had. What comes out may be true too often, never too seldom.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/engine/internal.h"

/* How often a test is true, roughly, as it is compared with others. */
#define WEIGHT_NAME   1u
#define WEIGHT_DEEP   4u  /* below /a/b */
#define WEIGHT_TOP    20u /* below /a */
#define WEIGHT_COMMON 200u
#define WEIGHT_NEVER  400u /* from here on: not worth it */

/* Fields with a few values, which most events have in common. */
static bool is_common(enum field_id id)
{
	switch (id) {
	case F_TYPE:
	case F_DIR:
	case F_RES:
	case F_ARG_RES:
	case F_CATEGORY:
	case F_HOSTNAME:
	case F_ROOT:
	case F_USER_NAME:
	case F_FD_TYPE:
	case F_FD_TYPECHAR:
	case F_FILE_TYPE:
	case F_FILE_SUID:
	case F_FILE_FSTYPE:
	case F_FILE_LAYER:
	case F_ARG_FLAGS:
	case F_CONTAINER_TYPE:
	case F_CONTAINER_ID:
	case F_CONTAINER_FULL_ID:
	case F_CONTAINER_NAME:
	case F_CONTAINER_REPOSITORY:
	case F_CONTAINER_TAG:
	case F_K8S_NS:
	case F_K8S_POD:
		return true;
	default:
		return false;
	}
}

/* Without what comes behind the last slash: that is no whole component. */
static struct str whole_components(struct str s)
{
	while (s.len > 0 && s.p[s.len - 1] != '/')
		s.len--;
	return s;
}

static struct str until(struct str s, const char *stops)
{
	uint32_t n = 0;

	while (n < s.len && !(s.p[n] && strchr(stops, s.p[n])))
		n++;
	return n == s.len ? s : (struct str){s.p, n, n};
}

struct str clue_prefix(const struct test *t, const struct rule_value *v)
{
	struct str s = {v->text, (uint32_t)v->len, (uint32_t)v->len}, head;

	switch (t->op) {
	case OP_PMATCH: /* whose wildcards stay within a component */
		head = until(s, "*?[");
		return head.len == s.len ? s : whole_components(head);
	case OP_GLOB:
		return whole_components(until(s, "*?[\\"));
	case OP_STARTSWITH:
		return whole_components(s);
	default:
		return STR_LIT("");
	}
}

static uint32_t prefix_weight(const struct test *t)
{
	uint32_t weight = 0;

	for (size_t i = 0; i < t->node->n_values; i++) {
		struct str s = clue_prefix(t, &t->node->values[i]);
		uint32_t at = 0, depth = 0;

		while (depth < 2 && path_component(s, &at).len > 0)
			depth++;
		if (depth == 0)
			return WEIGHT_NEVER;
		weight += depth == 1 ? WEIGHT_TOP : WEIGHT_DEEP;
	}
	return weight;
}

static uint32_t test_weight(const struct engine *g, const struct test *t)
{
	const struct slot *s = &g->slots[t->left];

	if (t->right != NONE || (s->type != FIELD_STRING && s->type != FIELD_STRINGS))
		return WEIGHT_NEVER;
	switch (t->op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return is_common(s->use.id) ? WEIGHT_COMMON : WEIGHT_NAME;
	case OP_PMATCH:
	case OP_STARTSWITH:
	case OP_GLOB:
		return prefix_weight(t);
	default:
		return WEIGHT_NEVER;
	}
}

static uint32_t node_weight(const struct flat *flat, size_t i)
{
	const struct flat *f = &flat[i];
	bool any = f->kind == NODE_OR;
	uint32_t weight = any ? 0 : WEIGHT_NEVER;

	if (f->kind == NODE_NOT)
		return WEIGHT_NEVER;
	for (size_t kid = i + 1; kid < f->end; kid = flat[kid].end) {
		uint32_t w = flat[kid].weight;

		if (flat[kid].outcome != UNKNOWN)
			continue;
		if (any)
			weight += w;
		else if (w < weight)
			weight = w;
	}
	return weight < WEIGHT_NEVER ? weight : WEIGHT_NEVER;
}

static int add(struct clues *c, uint32_t candidate, uint32_t test)
{
	struct clue *p = engine_grown(c->p, c->n, &c->max, sizeof(*p));

	if (!p)
		return -ENOMEM;
	c->p = p;
	c->p[c->n++] = (struct clue){candidate, test};
	return 0;
}

/* Nodes from i on that are not looked into stand outside of what was chosen. */
static int collect(struct clues *c, const struct flat *flat, size_t i, uint32_t candidate)
{
	const struct flat *f = &flat[i];
	int err = 0;

	if (f->kind == NODE_TEST)
		return add(c, candidate, f->test);
	for (size_t kid = i + 1; kid < f->end && !err; kid = flat[kid].end) {
		if (flat[kid].outcome != UNKNOWN)
			continue;
		if (f->kind == NODE_OR)
			err = collect(c, flat, kid, candidate);
		else if (flat[kid].weight == f->weight)
			return collect(c, flat, kid, candidate);
	}
	return err;
}

int clues_add(struct clues *c, const struct engine *g, struct flat *flat, size_t n,
	      uint32_t candidate)
{
	if (flat[0].outcome != UNKNOWN)
		return add(c, candidate, NONE);
	/* Kids stand behind their parents. */
	for (size_t i = n; i-- > 0;)
		flat[i].weight = flat[i].kind == NODE_TEST ?
					 test_weight(g, &g->tests[flat[i].test]) :
					 node_weight(flat, i);
	if (flat[0].weight >= WEIGHT_NEVER)
		return add(c, candidate, NONE);
	return collect(c, flat, 0, candidate);
}

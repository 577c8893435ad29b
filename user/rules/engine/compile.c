// SPDX-License-Identifier: Apache-2.0
/*
 * A condition becomes, for each type of event, the list of its tests with jumps between them. What
 * the type of the event decides is decided here: comparisons of evt.type, and of fields that such
 * events do not have. A rule that cannot match a type is not asked about it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/engine/internal.h"

struct compiler {
	struct engine *g;
	struct intern *in;
	struct flat *flat;
	size_t n_flat, max_flat;
	int32_t *labels; /* where they stand, in steps from the rule's first */
	size_t n_labels, max_labels;
	size_t first; /* step of the rule */
	char *why;
};

static int flatten(struct compiler *c, const struct node *node, unsigned depth)
{
	size_t at = c->n_flat;
	struct flat *flat = engine_grown(c->flat, c->n_flat, &c->max_flat, sizeof(*flat));
	int err = 0;

	if (!flat)
		return -ENOMEM;
	c->flat = flat;
	c->flat[c->n_flat++] = (struct flat){.kind = node->kind, .test = NONE};
	if (node->kind == NODE_TEST) {
		err = intern_test(c->g, c->in, node, &c->flat[at].test, c->why, ENGINE_WHY_MAX);
	} else if (depth == 0 || node->n_kids == 0) {
		snprintf(c->why, ENGINE_WHY_MAX, "the condition is nested too deeply");
		return -EINVAL;
	}
	for (size_t i = 0; i < node->n_kids && node->kind != NODE_TEST && !err; i++)
		err = flatten(c, node->kids[i], depth - 1);
	c->flat[at].end = (uint32_t)c->n_flat;
	return err;
}

/* Fields that the type of an event decides; transformers have no memory before all are known. */
static bool decided(const struct slot *s, bool odd)
{
	if (s->plain != NONE)
		return false;
	return s->use.id == F_DIR || s->use.id == F_CATEGORY || (s->use.id == F_TYPE && !odd);
}

static enum outcome test_outcome(struct engine *g, struct test *t, const struct event *example,
				 bool odd)
{
	const struct slot *left = &g->slots[t->left];
	const struct slot *right = t->right == NONE ? left : &g->slots[t->right];
	unsigned kind = 1u << example->kind;

	if (!(value_kinds(left->use.id) & kind) || !(value_kinds(right->use.id) & kind))
		return NEVER;
	if (!decided(left, odd) || !decided(right, odd))
		return UNKNOWN;
	return test_run(g, t, example) ? ALWAYS : NEVER;
}

/* Kids stand behind their parents: from the end, each finds its own decided already. */
static enum outcome node_outcome(const struct compiler *c, size_t i)
{
	const struct flat *f = &c->flat[i];
	enum outcome decisive = f->kind == NODE_AND ? NEVER : ALWAYS;
	enum outcome all = f->kind == NODE_AND ? ALWAYS : NEVER;

	if (f->kind == NODE_NOT) {
		enum outcome kid = c->flat[i + 1].outcome;

		return kid == UNKNOWN ? UNKNOWN : kid == ALWAYS ? NEVER : ALWAYS;
	}
	for (size_t kid = i + 1; kid < f->end; kid = c->flat[kid].end) {
		if (c->flat[kid].outcome == decisive)
			return decisive;
		if (c->flat[kid].outcome == UNKNOWN)
			all = UNKNOWN;
	}
	return all;
}

static void decide(struct compiler *c, size_t type)
{
	bool odd = c->g->types.types[type].odd;
	struct event example;

	event_types_example(&c->g->types, type, &example);
	test_forget(c->g);
	for (size_t i = c->n_flat; i-- > 0;) {
		struct flat *f = &c->flat[i];

		if (f->kind == NODE_TEST)
			f->outcome = test_outcome(c->g, &c->g->tests[f->test], &example, odd);
		else
			f->outcome = node_outcome(c, i);
	}
}

static int emit_test(struct engine *g, struct step step)
{
	struct step *steps = engine_grown(g->steps, g->n_steps, &g->max_steps, sizeof(*steps));

	if (!steps)
		return -ENOMEM;
	g->steps = steps;
	g->steps[g->n_steps++] = step;
	return 0;
}

/* A label that stands nowhere yet, the last one. */
static int add_label(struct compiler *c)
{
	int32_t *labels = engine_grown(c->labels, c->n_labels, &c->max_labels, sizeof(*labels));

	if (!labels)
		return -ENOMEM;
	c->labels = labels;
	c->n_labels++;
	return 0;
}

/* While a rule is emitted, jumps are labels: 0 and up. */
static int emit(struct compiler *c, size_t i, int32_t yes, int32_t no, bool negated)
{
	const struct flat f = c->flat[i];
	struct engine *g = c->g;
	size_t last = 0;
	int err = 0;

	if (f.kind == NODE_NOT)
		return emit(c, i + 1, no, yes, !negated);
	if (f.kind == NODE_TEST)
		return emit_test(g, (struct step){f.test, yes, no, !negated});
	for (size_t kid = i + 1; kid < f.end; kid = c->flat[kid].end) {
		if (c->flat[kid].outcome == UNKNOWN)
			last = kid;
	}
	for (size_t kid = i + 1; kid < last && !err; kid = c->flat[kid].end) {
		int32_t label = (int32_t)c->n_labels;

		if (c->flat[kid].outcome != UNKNOWN)
			continue;
		err = add_label(c);
		if (err)
			return err;
		err = f.kind == NODE_AND ? emit(c, kid, label, no, negated) :
					   emit(c, kid, yes, label, negated);
		c->labels[label] = (int32_t)(g->n_steps - c->first);
	}
	return err ? err : emit(c, last, yes, no, negated);
}

static int32_t target(const struct compiler *c, int32_t jump)
{
	return jump < 0 ? jump : c->labels[jump];
}

/* The steps of the rule for the type that was decided. *start: where they are. */
static int emit_rule(struct compiler *c, uint32_t *start, size_t *previous, size_t *n_previous)
{
	struct engine *g = c->g;
	size_t n;
	int err;

	c->first = g->n_steps;
	c->n_labels = 0;
	err = emit(c, 0, GO_TRUE, GO_FALSE, false);
	if (err)
		return err;
	n = g->n_steps - c->first;
	for (size_t i = c->first; i < g->n_steps; i++) {
		g->steps[i].yes = target(c, g->steps[i].yes);
		g->steps[i].no = target(c, g->steps[i].no);
	}
	/* Of openat mostly the same is left as of open. */
	if (n == *n_previous &&
	    memcmp(&g->steps[*previous], &g->steps[c->first], n * sizeof(*g->steps)) == 0) {
		g->n_steps = c->first;
	} else {
		*previous = c->first;
		*n_previous = n;
	}
	*start = (uint32_t)*previous;
	return 0;
}

static int add_candidate(struct compiler *c, struct candidates *list, const struct rule *r,
			 uint32_t start)
{
	struct candidate *p = engine_grown(list->p, list->n, &list->max, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	list->p = p;
	err = clues_add(&list->clues, c->g, c->flat, c->n_flat, (uint32_t)list->n);
	if (!err)
		list->p[list->n++] = (struct candidate){r, start};
	return err;
}

static int compile_rule(struct compiler *c, const struct rule *r)
{
	struct engine *g = c->g;
	size_t previous = 0, n_previous = 0;
	int err;

	c->n_flat = 0;
	err = flatten(c, r->condition, ENGINE_DEPTH_MAX);
	for (size_t type = 0; type < g->types.n && !err; type++) {
		uint32_t start = NONE;

		decide(c, type);
		if (c->flat[0].outcome == NEVER)
			continue;
		if (c->flat[0].outcome == UNKNOWN)
			err = emit_rule(c, &start, &previous, &n_previous);
		if (!err)
			err = add_candidate(c, &g->by_type[type], r, start);
	}
	g->n_rules += !err;
	return err;
}

static bool same_bytes(const void *a, const void *b, size_t n)
{
	return n == 0 || memcmp(a, b, n) == 0;
}

/* Of most calls the same candidates are left: they share one. */
static struct lookup *like_before(const struct engine *g, size_t type)
{
	const struct candidates *c = &g->by_type[type];

	for (size_t i = type; i-- > 0;) {
		const struct candidates *o = &g->by_type[i];

		if (o->lookup && o->n == c->n && o->clues.n == c->clues.n &&
		    same_bytes(o->clues.p, c->clues.p, c->clues.n * sizeof(*c->clues.p)))
			return o->lookup;
	}
	return NULL;
}

static int add_lookups(struct engine *g)
{
	int err = 0;

	for (size_t type = 0; type < g->types.n && !err; type++) {
		struct candidates *c = &g->by_type[type];

		if (c->n == 0)
			continue;
		c->lookup = like_before(g, type);
		if (!c->lookup)
			err = lookup_new(&c->lookup, g, &c->clues, c->n);
	}
	for (size_t type = 0; type < g->types.n; type++) {
		free(g->by_type[type].clues.p);
		g->by_type[type].clues = (struct clues){0};
	}
	return err;
}

/* Most severe first; of the same priority, the one that is defined first. */
static int by_severity(const void *a, const void *b)
{
	const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return (x > y) - (x < y);
}

static int compile_all(struct compiler *c, const struct rule **order, size_t n)
{
	char what[ENGINE_WHY_MAX];

	for (size_t i = 0; i < n; i++) {
		int err = compile_rule(c, order[i]);

		if (err == -EINVAL) {
			snprintf(what, sizeof(what), "%s", c->why);
			snprintf(c->why, ENGINE_WHY_MAX, "rule \"%.80s\": %.160s", order[i]->name,
				 what);
		}
		if (err)
			return err;
	}
	return 0;
}

int compile_rules(struct engine *g, const struct rule *rules, size_t n, char why[ENGINE_WHY_MAX])
{
	struct compiler c = {.g = g};
	const struct rule **order = calloc(n + 1, sizeof(struct rule *));
	size_t active = 0;
	int err = order ? intern_new(&c.in) : -ENOMEM;

	c.why = why;
	for (size_t i = 0; i < n && !err; i++) {
		if (rules[i].enabled && !rules[i].left_out && rules[i].condition)
			order[active++] = &rules[i];
	}
	if (!err) {
		qsort(order, active, sizeof(struct rule *), by_severity);
		err = compile_all(&c, order, active);
	}
	if (!err)
		err = add_lookups(g);
	intern_free(c.in);
	free(c.flat);
	free(c.labels);
	free(order);
	return err;
}

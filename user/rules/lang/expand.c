// SPDX-License-Identifier: Apache-2.0
/* Macros into the places where they are used: syntax -> nodes. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/nearest.h"
#include "rules/lang/closed.h"
#include "rules/lang/template.h"

/* The expansion of one rule. */
struct expansion {
	struct lang *g;
	bool skip_unknown;
	size_t nodes;
	bool stop; /* a bound was passed: said already */
	struct verdict verdict;
};

/* Where one is: how deep, below an odd number of NOT?, which macros can be seen. */
struct place {
	unsigned depth, macros, seen;
	bool odd;
};

struct kids {
	struct node **p;
	size_t n, room;
};

static int expand(struct expansion *x, const struct syntax *s, struct place at, struct node **out);

static void judge(struct expansion *x, enum verdict_kind kind, const char *why, struct rule_pos pos)
{
	/* The first reason for leaving it out stays, but for an error. */
	if (x->verdict.kind == VERDICT_OK || kind == VERDICT_BAD)
		x->verdict = (struct verdict){kind, why, pos};
}

static void take_verdict(struct expansion *x, const struct verdict *v)
{
	if (v->kind == VERDICT_UNKNOWN && !x->skip_unknown) {
		log_error(x->g->log, v->pos, "%s", v->why);
		judge(x, VERDICT_BAD, NULL, v->pos);
	} else if (v->kind == VERDICT_UNKNOWN) {
		judge(x, VERDICT_MISSING, v->why, v->pos);
	} else if (v->kind != VERDICT_OK) {
		judge(x, v->kind, v->why, v->pos);
	}
}

static int too_much(struct expansion *x, struct rule_pos pos, const char *what, unsigned limit)
{
	if (!x->stop)
		log_error(x->g->log, pos,
			  "with its macros expanded this condition %s %u: split the rule", what,
			  limit);
	x->stop = true;
	judge(x, VERDICT_BAD, NULL, pos);
	return 0;
}

static struct node *new_node(struct expansion *x, enum node_kind kind, struct rule_pos pos)
{
	struct node *node = ARENA_NEW(x->g->out, struct node);

	if (node) {
		node->kind = kind;
		node->pos = pos;
	}
	x->nodes++;
	x->g->nodes++;
	if (x->nodes > EXPANDED_NODES_MAX)
		(void)too_much(x, pos, "has more parts than", EXPANDED_NODES_MAX);
	else if (x->g->nodes > EXPANDED_TOTAL_MAX)
		(void)too_much(x, pos, "makes more parts in all rules than", EXPANDED_TOTAL_MAX);
	return node;
}

/* ---- macros ---------------------------------------------------------------------------------- */

int lang_macro(struct lang *g, struct macro_def *macro)
{
	struct text *text;
	int err;

	if (macro->parsed != STATE_NEW)
		return macro->parsed == STATE_BAD ? -EINVAL : 0;
	text = ARENA_NEW(&g->tmp, struct text);
	if (!text)
		return -ENOMEM;
	*text = text_join(&g->tmp, macro->condition.first);
	if (!text->p)
		return -ENOMEM;
	err = syntax_parse(&macro->syntax, &g->tmp, text, g->log);
	macro->parsed = err ? STATE_BAD : STATE_DONE;
	return err;
}

static const char *nearest_macro(struct lang *g, const struct word *name)
{
	struct nearest near = {0};

	if (g->nearest == 0 || name->len > NEAREST_WORD_MAX)
		return NULL;
	g->nearest--;
	for (const struct macro_def *m = g->first_macro; m; m = m->next)
		nearest_try(&near, name->p, m->name.p);
	return near.word;
}

static void unknown_macro(struct expansion *x, const struct word *name,
			  const struct macro_def *later)
{
	const char *near;

	judge(x, VERDICT_BAD, NULL, name->pos);
	if (later) {
		log_error(x->g->log, name->pos,
			  "the macro %s is defined only later, in line %u of %s: a macro can use "
			  "those that stand before it",
			  SHOW(name->p, name->len), later->name.pos.line, later->name.pos.file);
		return;
	}
	if (x->g->incomplete)
		return;
	near = nearest_macro(x->g, name);
	log_error(x->g->log, name->pos, "there is no macro %s%s%s%s", SHOW(name->p, name->len),
		  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* The syntax of the macro, *macro; NULL in *macro: it cannot be used, which was said. */
static int enter(struct expansion *x, const struct word *name, struct place *at,
		 struct macro_def **macro)
{
	struct macro_def *m = dict_get(&x->g->macros, name->p, name->len);
	int err;

	*macro = NULL;
	if (!m || m->index >= at->seen) {
		unknown_macro(x, name, m);
		return 0;
	}
	if (m->expanding) {
		log_error(x->g->log, name->pos, "the macro %s uses itself",
			  SHOW(name->p, name->len));
		judge(x, VERDICT_BAD, NULL, name->pos);
		return 0;
	}
	if (at->macros == MACRO_DEPTH_MAX)
		return too_much(x, name->pos, "has macros inside each other deeper than",
				MACRO_DEPTH_MAX);
	err = lang_macro(x->g, m);
	if (err == -EINVAL)
		judge(x, VERDICT_BAD, NULL, name->pos);
	if (err)
		return err == -EINVAL ? 0 : err;
	at->macros++;
	at->seen = m->seen;
	m->expanding = true;
	*macro = m;
	return 0;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static int add_kid(struct lang *g, struct kids *kids, struct node *kid)
{
	struct node **p = arena_room(&g->tmp, kids->p, kids->n, &kids->room, sizeof(struct node *));

	if (!p)
		return -ENOMEM;
	kids->p = p;
	kids->p[kids->n++] = kid;
	return 0;
}

/* The kids of an AND or OR; those of an AND in an AND are its own. */
static int gather(struct expansion *x, enum syntax_kind kind, const struct syntax *s,
		  struct place at, struct kids *kids)
{
	struct node *node = NULL;
	int err;

	if (x->stop)
		return 0;
	if (at.depth == EXPANDED_DEPTH_MAX)
		return too_much(x, s->pos, "is nested deeper than", EXPANDED_DEPTH_MAX);
	if (s->kind == kind) {
		at.depth++;
		err = 0;
		for (const struct syntax *kid = s->kids; kid && !err; kid = kid->next)
			err = gather(x, kind, kid, at, kids);
		return err;
	}
	if (s->kind == SYNTAX_MACRO) {
		struct macro_def *macro;

		err = enter(x, &s->macro, &at, &macro);
		if (err || !macro)
			return err;
		at.depth++;
		err = gather(x, kind, macro->syntax, at, kids);
		macro->expanding = false;
		return err;
	}
	err = expand(x, s, at, &node);
	return err || !node ? err : add_kid(x->g, kids, node);
}

static int expand_chain(struct expansion *x, const struct syntax *s, struct place at,
			struct node **out)
{
	struct kids kids = {0};
	struct node *node = new_node(x, s->kind == SYNTAX_AND ? NODE_AND : NODE_OR, s->pos);
	int err;

	if (!node)
		return -ENOMEM;
	err = gather(x, s->kind, s, at, &kids);
	if (err || kids.n == 0)
		return err;
	node->kids = ARENA_ARRAY(x->g->out, struct node *, kids.n);
	if (!node->kids)
		return -ENOMEM;
	memcpy(node->kids, kids.p, kids.n * sizeof(struct node *));
	node->n_kids = kids.n;
	*out = node;
	return 0;
}

/* NOT of it; of a NOT what stands below. */
static int negate(struct expansion *x, struct node *kid, struct rule_pos pos, struct node **out)
{
	struct node *node;

	if (kid->kind == NODE_NOT) {
		*out = kid->kids[0];
		return 0;
	}
	node = new_node(x, NODE_NOT, pos);
	if (!node)
		return -ENOMEM;
	node->kids = ARENA_NEW(x->g->out, struct node *);
	if (!node->kids)
		return -ENOMEM;
	node->kids[0] = kid;
	node->n_kids = 1;
	*out = node;
	return 0;
}

static struct node *new_test(struct expansion *x, enum field_id id, enum operator_kind op,
			     const struct rule_value *values, size_t n, struct rule_pos pos)
{
	struct node *node = new_node(x, NODE_TEST, pos);

	if (node) {
		node->left.id = id;
		node->op = op;
		node->values = values;
		node->n_values = n;
	}
	return node;
}

static struct node *new_pair(struct expansion *x, enum node_kind kind, struct node *a,
			     struct node *b, struct rule_pos pos)
{
	struct node *node = new_node(x, kind, pos);
	struct node **kids = ARENA_ARRAY(x->g->out, struct node *, 2);

	if (!node || !kids || !a || !b)
		return NULL;
	kids[0] = a;
	kids[1] = b;
	node->kids = kids;
	node->n_kids = 2;
	return node;
}

/*
 * evt.type = container, Falco's own event for the start of one, is here what its first process
 * executes: its later ones are no start, but process 1 may execute more than once.
 */
static int expand_start(struct expansion *x, const struct node *test, struct node **out)
{
	static const struct rule_value execs[] = {{"execve", 6}, {"execveat", 8}}, first = {"1", 1};
	struct rule_value *others = ARENA_ARRAY(x->g->out, struct rule_value, test->n_values);
	struct node *start, *rest;
	size_t n = 0;

	if (!others)
		return -ENOMEM;
	for (size_t i = 0; i < test->n_values; i++)
		if (!closed_starts(test->op, &test->values[i]))
			others[n++] = test->values[i];
	start = new_pair(x, NODE_AND, new_test(x, F_TYPE, OP_IN, execs, 2, test->pos),
			 new_test(x, F_PROC_VPID, OP_EQ, &first, 1, test->pos), test->pos);
	if (!start)
		return -ENOMEM;
	*out = start;
	if (n == 0)
		return 0;
	rest = new_test(x, F_TYPE, OP_IN, others, n, test->pos);
	*out = new_pair(x, NODE_OR, rest, start, test->pos);
	return *out ? 0 : -ENOMEM;
}

static bool asks_for_start(const struct node *test)
{
	for (size_t i = 0; i < test->n_values; i++)
		if (test->left.id == F_TYPE && !test->left.n_transforms && !test->right &&
		    closed_starts(test->op, &test->values[i]))
			return true;
	return false;
}

static int expand_test(struct expansion *x, struct syntax_test *test, bool odd, struct node **out)
{
	const struct template *t;
	struct node *node;

	if (!test->template) {
		int err = template_make(x->g, test);

		if (err)
			return err;
	}
	t = test->template;
	take_verdict(x, &t->verdict);
	if (t->verdict.kind == VERDICT_OK)
		take_verdict(x, &t->used[odd]);
	if (asks_for_start(&t->node)) {
		struct node start = t->node;

		start.pos = test->pos;
		return expand_start(x, &start, out);
	}
	node = new_node(x, NODE_TEST, test->pos);
	if (!node)
		return -ENOMEM;
	*node = t->node;
	if (t->negated)
		return negate(x, node, test->pos, out);
	*out = node;
	return 0;
}

static int expand_macro(struct expansion *x, const struct syntax *s, struct place at,
			struct node **out)
{
	struct macro_def *macro;
	int err = enter(x, &s->macro, &at, &macro);

	if (err || !macro)
		return err;
	at.depth++;
	err = expand(x, macro->syntax, at, out);
	macro->expanding = false;
	return err;
}

/* *out stays NULL where something is wrong, which the verdict says then. */
static int expand(struct expansion *x, const struct syntax *s, struct place at, struct node **out)
{
	struct node *kid = NULL;
	int err;

	if (x->stop)
		return 0;
	if (at.depth == EXPANDED_DEPTH_MAX)
		return too_much(x, s->pos, "is nested deeper than", EXPANDED_DEPTH_MAX);
	switch (s->kind) {
	case SYNTAX_TEST:
		return expand_test(x, s->test, at.odd, out);
	case SYNTAX_MACRO:
		return expand_macro(x, s, at, out);
	case SYNTAX_NOT:
		at.depth++;
		at.odd = !at.odd;
		err = expand(x, s->kids, at, &kid);
		return err || !kid ? err : negate(x, kid, s->pos, out);
	default:
		return expand_chain(x, s, at, out);
	}
}

int lang_expand(struct lang *g, const struct syntax *condition, bool skip_unknown,
		struct node **out, struct verdict *verdict)
{
	struct expansion x = {.g = g, .skip_unknown = skip_unknown};
	struct node *root = NULL;
	int err = expand(&x, condition, (struct place){.seen = UINT_MAX}, &root);

	if (err)
		return err;
	*verdict = x.verdict;
	*out = root;
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "rules/engine/internal.h"

void *engine_grown(void *array, size_t n, size_t *max, size_t size)
{
	size_t want = *max ? *max * 2 : 16;
	void *grown;

	if (n < *max)
		return array;
	if (n >= INT32_MAX / 2)
		return NULL;
	grown = reallocarray(array, want, size);
	if (grown)
		*max = want;
	return grown;
}

/* Fewer tests than that search faster than the value is looked at as a whole. */
#define GRAMS_WORTH 8

static int add_grams(struct engine *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_slots; i++)
		n += g->slots[i].n_parts >= GRAMS_WORTH;
	if (n == 0)
		return 0;
	g->grams = calloc(n, sizeof(*g->grams));
	if (!g->grams)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < g->n_slots; i++)
		if (g->slots[i].n_parts >= GRAMS_WORTH)
			g->slots[i].grams = &g->grams[n++];
	return 0;
}

int engine_new(struct engine **out, const struct rule *rules, size_t n, char why[ENGINE_WHY_MAX])
{
	struct engine *g = calloc(1, sizeof(*g));
	int err;

	why[0] = '\0';
	if (!g)
		return -ENOMEM;
	event_types_fill(&g->types);
	err = compile_rules(g, rules, n, why);
	if (!err && g->n_scratches > 0) {
		g->scratches = calloc(g->n_scratches, sizeof(*g->scratches));
		err = g->scratches ? 0 : -ENOMEM;
	}
	if (!err)
		err = add_grams(g);
	if (err) {
		engine_free(g);
		return err;
	}
	*out = g;
	return 0;
}

/* Types share them. */
static void forget_lookup(struct engine *g, size_t type)
{
	struct lookup *l = g->by_type[type].lookup;

	for (size_t i = type; i < TYPES_MAX; i++)
		if (g->by_type[i].lookup == l)
			g->by_type[i].lookup = NULL;
	lookup_free(l);
}

void engine_free(struct engine *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->n_tests; i++)
		operand_free(g, &g->tests[i]);
	for (size_t i = 0; i < TYPES_MAX; i++) {
		free(g->by_type[i].p);
		free(g->by_type[i].clues.p);
		forget_lookup(g, i);
	}
	free(g->grams);
	free(g->scratches);
	free(g->slots);
	free(g->tests);
	free(g->steps);
	free(g);
}

static bool matches(struct engine *g, uint32_t start, const struct event *e)
{
	const struct step *first = &g->steps[start];
	int32_t at = 0;

	while (at >= 0) {
		const struct step *s = &first[at];
		struct test *t = &g->tests[s->test];
		bool yes = test_run(g, t, e);

		at = (t->given_up ? s->given_up : yes) ? s->yes : s->no;
	}
	return at == GO_TRUE;
}

void engine_judge(struct engine *g, const struct event *e, struct verdict *v)
{
	const struct candidates *list;
	const uint64_t *can;
	uint32_t type = e->context ? NONE : event_types_of(&g->types, e);

	v->n = 0;
	if (type == NONE || g->by_type[type].n == 0)
		return;
	test_forget(g);
	list = &g->by_type[type];
	can = lookup_find(list->lookup, g, e);
	for (size_t word = 0; word * 64 < list->n; word++) {
		for (uint64_t left = can[word]; left; left &= left - 1) {
			const struct candidate *c =
				&list->p[word * 64 + (size_t)__builtin_ctzll(left)];

			if (c->start != NONE && !matches(g, c->start, e))
				continue;
			v->hits[v->n++] = c->rule;
			if (v->n == VERDICT_MAX)
				return;
		}
	}
}

static bool is_timed(enum field_id id)
{
	return id == F_TIME || id == F_NUM || id == F_PROC_DURATION || id == F_EXIT_DURATION;
}

void engine_stats(const struct engine *g, struct engine_stats *s)
{
	*s = (struct engine_stats){.rules = g->n_rules,
				   .steps = g->n_steps,
				   .tests = g->n_tests,
				   .fields = g->n_slots,
				   .regex_limits = g->regex_limits};
	for (size_t i = 0; i < g->n_slots; i++)
		s->timed |= is_timed(g->slots[i].use.id);
}

bool engine_output_timed(const struct rule *r)
{
	for (size_t i = 0; i < r->n_output; i++)
		if (r->output[i].has_field && is_timed(r->output[i].field.id))
			return true;
	return false;
}

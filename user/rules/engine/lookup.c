// SPDX-License-Identifier: Apache-2.0
/*
 * From the values of an event to the candidates that can match: values are hashed once, whole or
 * from their first component on, whatever the number of rules. A hash that two have in common only
 * means that one candidate more is asked.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/engine/internal.h"

/* A field, and how it is looked up. */
struct look {
	uint32_t slot;
	uint32_t depth; /* components at most; 0: the value as a whole */
	uint64_t salt;
};

struct key {
	uint64_t hash;
	uint32_t first, n; /* of candidates; n 0: free */
};

struct lookup {
	size_t words;
	uint64_t *always, *found;
	struct look *looks;
	size_t n_looks, max_looks;
	struct key *keys;
	uint32_t mask;
	uint32_t *candidates;
};

/* While it is made. */
struct entry {
	uint64_t hash;
	uint32_t candidate;
};

struct entries {
	struct entry *p;
	size_t n, max;
};

static uint64_t salted(uint64_t salt, uint64_t hash)
{
	uint64_t h = (salt ^ hash) * 0xff51afd7ed558ccdull;

	return h ^ h >> 32;
}

static int add_entry(struct entries *all, uint64_t hash, uint32_t candidate)
{
	struct entry *p = engine_grown(all->p, all->n, &all->max, sizeof(*p));

	if (!p)
		return -ENOMEM;
	all->p = p;
	all->p[all->n++] = (struct entry){hash, candidate};
	return 0;
}

/* The look of that slot and kind, made when there is none. NULL: no memory. */
static struct look *look_of(struct lookup *l, uint32_t slot, bool whole)
{
	struct look *p;

	for (size_t i = 0; i < l->n_looks; i++) {
		if (l->looks[i].slot == slot && (l->looks[i].depth == 0) == whole)
			return &l->looks[i];
	}
	p = engine_grown(l->looks, l->n_looks, &l->max_looks, sizeof(*p));
	if (!p)
		return NULL;
	l->looks = p;
	p = &l->looks[l->n_looks++];
	*p = (struct look){slot, whole ? 0 : 1, (l->n_looks + 1) * 0x9e3779b97f4a7c15ull};
	return p;
}

static int add_test(struct lookup *l, struct entries *all, const struct test *t, uint32_t candidate)
{
	bool whole = t->op == OP_EQ || t->op == OP_IN || t->op == OP_INTERSECTS;
	struct look *look = look_of(l, t->left, whole);
	int err = look ? 0 : -ENOMEM;

	for (size_t i = 0; i < t->node->n_values && !err; i++) {
		const struct rule_value *v = &t->node->values[i];
		struct str s = {v->text, (uint32_t)v->len, (uint32_t)v->len}, c;
		uint64_t h = PATH_HASH;
		uint32_t at = 0, depth = 0;

		if (whole) {
			err = add_entry(all, salted(look->salt, set_hash(s)), candidate);
			continue;
		}
		s = clue_prefix(t, v);
		for (c = path_component(s, &at); c.len > 0; c = path_component(s, &at)) {
			h = path_hash(h, c);
			depth++;
		}
		if (depth > look->depth)
			look->depth = depth;
		err = add_entry(all, salted(look->salt, h), candidate);
	}
	return err;
}

static int by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

static struct key *slot_of(const struct lookup *l, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & l->mask;

	while (l->keys[i].n > 0 && l->keys[i].hash != hash)
		i = (i + 1) & l->mask;
	return &l->keys[i];
}

static int fill(struct lookup *l, struct entries *all)
{
	size_t size = 2;

	while (size < 2 * all->n)
		size *= 2;
	l->mask = (uint32_t)(size - 1);
	l->keys = calloc(size, sizeof(*l->keys));
	l->candidates = calloc(all->n + 1, sizeof(*l->candidates));
	if (!l->keys || !l->candidates)
		return -ENOMEM;
	if (all->n > 0)
		qsort(all->p, all->n, sizeof(*all->p), by_hash);
	for (size_t i = 0; i < all->n; i++) {
		struct key *k = slot_of(l, all->p[i].hash);

		if (k->n == 0) {
			k->hash = all->p[i].hash;
			k->first = (uint32_t)i;
		}
		l->candidates[i] = all->p[i].candidate;
		k->n++;
	}
	return 0;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

int lookup_new(struct lookup **out, struct engine *g, const struct clues *clues, size_t n)
{
	struct lookup *l = calloc(1, sizeof(*l));
	struct entries all = {0};
	int err = 0;

	if (!l)
		return -ENOMEM;
	l->words = n / 64 + 1;
	l->always = calloc(2 * l->words, sizeof(*l->always));
	if (!l->always)
		err = -ENOMEM;
	else
		l->found = l->always + l->words;
	for (size_t i = 0; i < clues->n && !err; i++) {
		const struct clue *c = &clues->p[i];

		if (c->test == NONE)
			set_bit(l->always, c->candidate);
		else
			err = add_test(l, &all, &g->tests[c->test], c->candidate);
	}
	if (!err)
		err = fill(l, &all);
	free(all.p);
	if (err) {
		lookup_free(l);
		return err;
	}
	*out = l;
	return 0;
}

void lookup_free(struct lookup *l)
{
	if (!l)
		return;
	free(l->always);
	free(l->looks);
	free(l->keys);
	free(l->candidates);
	free(l);
}

static void add_found(struct lookup *l, uint64_t hash)
{
	const struct key *k = slot_of(l, hash);

	for (uint32_t i = 0; i < k->n; i++)
		set_bit(l->found, l->candidates[k->first + i]);
}

static void look_along(struct lookup *l, const struct look *look, struct str path)
{
	uint64_t h = PATH_HASH;
	uint32_t at = 0;

	for (uint32_t depth = 0; depth < look->depth; depth++) {
		struct str c = path_component(path, &at);

		if (c.len == 0)
			return;
		h = path_hash(h, c);
		add_found(l, salted(look->salt, h));
	}
}

static void look_for(struct lookup *l, const struct look *look, struct engine *g,
		     const struct event *e)
{
	const struct value *v = slot_value(g, look->slot, e);

	if (v->type == VALUE_STRING && look->depth == 0) {
		add_found(l, salted(look->salt, slot_hash(g, &g->slots[look->slot])));
	} else if (v->type == VALUE_STRING) {
		look_along(l, look, v->s);
	} else if (v->type == VALUE_LIST) {
		for (size_t i = 0; i < v->n_list; i++) {
			if (look->depth == 0)
				add_found(l, salted(look->salt, set_hash(v->list[i])));
			else
				look_along(l, look, v->list[i]);
		}
	}
}

const uint64_t *lookup_find(struct lookup *l, struct engine *g, const struct event *e)
{
	memcpy(l->found, l->always, l->words * sizeof(*l->found));
	for (size_t i = 0; i < l->n_looks; i++)
		look_for(l, &l->looks[i], g, e);
	return l->found;
}

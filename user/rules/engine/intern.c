// SPDX-License-Identifier: Apache-2.0
/* Slots and tests, each once: rules that come from the same macros ask the same questions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/engine/internal.h"

#define BUCKETS 4096

struct intern {
	uint32_t slots[BUCKETS]; /* first of the chain, + 1 */
	uint32_t tests[BUCKETS];
	uint32_t *next_slot; /* by slot, + 1 */
	size_t max_next;
};

int intern_new(struct intern **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void intern_free(struct intern *in)
{
	if (in)
		free(in->next_slot);
	free(in);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	return h ^ h >> 32;
}

static uint64_t hash_text(uint64_t h, const char *p, size_t len)
{
	return mix(h, set_hash((struct str){p, (uint32_t)len, (uint32_t)len}));
}

static uint64_t hash_use(const struct field_use *u)
{
	uint64_t h = mix(u->id, u->has_index ? u->index + 1ull : 0);

	for (size_t i = 0; i < u->n_transforms; i++)
		h = mix(h, u->transforms[i] + 1u);
	return u->arg ? hash_text(h, u->arg, strlen(u->arg)) : h;
}

static enum field_type type_behind(const struct field_use *u)
{
	enum field_type type = value_field_type(u->id);

	for (size_t i = 0; i < u->n_transforms; i++) {
		if (u->transforms[i] == TRANSFORM_LEN)
			type = FIELD_NUMBER;
	}
	return type;
}

static int add_slot(struct engine *g, const struct field_use *u, uint32_t plain, uint32_t *slot)
{
	struct slot *slots = engine_grown(g->slots, g->n_slots, &g->max_slots, sizeof(*slots));
	struct slot *s;

	if (!slots)
		return -ENOMEM;
	g->slots = slots;
	s = &g->slots[g->n_slots];
	memset(s, 0, sizeof(*s));
	s->use = *u;
	s->type = type_behind(u);
	s->all = s->type == FIELD_STRINGS;
	s->ends = u->id == F_FD_IP || u->id == F_FD_NET || u->id == F_FD_PORT;
	s->plain = plain;
	if (u->n_transforms > 0)
		s->scratch = (uint32_t)g->n_scratches++;
	*slot = (uint32_t)g->n_slots++;
	return 0;
}

static int intern_slot(struct engine *g, struct intern *in, const struct field_use *u,
		       uint32_t *slot)
{
	uint32_t *head = &in->slots[hash_use(u) % BUCKETS], plain = NONE, *next;
	int err = 0;

	for (uint32_t id = *head; id > 0; id = in->next_slot[id - 1]) {
		if (field_use_same(&g->slots[id - 1].use, u)) {
			*slot = id - 1;
			return 0;
		}
	}
	if (u->n_transforms > 0) {
		struct field_use bare = *u;

		bare.n_transforms = 0;
		err = intern_slot(g, in, &bare, &plain);
	}
	if (!err)
		err = add_slot(g, u, plain, slot);
	if (err)
		return err;
	next = engine_grown(in->next_slot, *slot, &in->max_next, sizeof(*next));
	if (!next)
		return -ENOMEM;
	in->next_slot = next;
	in->next_slot[*slot] = *head;
	*head = *slot + 1;
	return 0;
}

static uint64_t hash_test(const struct test *t)
{
	uint64_t h = mix(mix(t->op, t->left), t->right);

	if (t->right == NONE) {
		for (size_t i = 0; i < t->node->n_values; i++)
			h = hash_text(h, t->node->values[i].text, t->node->values[i].len);
	}
	return h;
}

static bool same_test(const struct test *a, const struct test *b)
{
	if (a->op != b->op || a->left != b->left || a->right != b->right)
		return false;
	if (a->right != NONE)
		return true;
	if (a->node->n_values != b->node->n_values)
		return false;
	for (size_t i = 0; i < a->node->n_values; i++) {
		const struct rule_value *x = &a->node->values[i], *y = &b->node->values[i];

		if (x->len != y->len || memcmp(x->text, y->text, x->len) != 0)
			return false;
	}
	return true;
}

int intern_test(struct engine *g, struct intern *in, const struct node *node, uint32_t *test,
		char *why, size_t why_size)
{
	struct test t = {.op = (uint8_t)node->op, .right = NONE, .node = node};
	int err = intern_slot(g, in, &node->left, &t.left);
	struct test *tests;
	uint32_t *head;

	if (!err && node->right)
		err = intern_slot(g, in, node->right, &t.right);
	if (err)
		return err;
	head = &in->tests[hash_test(&t) % BUCKETS];
	for (uint32_t id = *head; id > 0; id = g->tests[id - 1].next) {
		if (same_test(&g->tests[id - 1], &t)) {
			*test = id - 1;
			return 0;
		}
	}
	tests = engine_grown(g->tests, g->n_tests, &g->max_tests, sizeof(*tests));
	if (!tests)
		return -ENOMEM;
	g->tests = tests;
	err = operand_new(g, &t, why, why_size);
	if (err)
		return err;
	g->slots[t.left].n_parts += t.op == OP_CONTAINS || t.op == OP_ICONTAINS;
	t.next = *head;
	*test = (uint32_t)g->n_tests;
	*head = *test + 1;
	g->tests[g->n_tests++] = t;
	return 0;
}

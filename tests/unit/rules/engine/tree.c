// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct block {
	struct block *next;
} * blocks;

void tree_reset(void)
{
	while (blocks) {
		struct block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
}

int tree_end(void **state)
{
	(void)state;
	tree_reset();
	return 0;
}

void *tree_alloc(size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + size);

	if (!b)
		abort();
	b->next = blocks;
	blocks = b;
	return b + 1;
}

struct node *tree_use(struct field_use use, enum operator_kind op, const char *values)
{
	struct node *n = tree_alloc(sizeof(*n));
	struct rule_value *v;
	size_t max = 1;

	n->kind = NODE_TEST;
	n->left = use;
	n->op = op;
	if (!values)
		return n;
	for (const char *p = values; *p; p++)
		max += *p == '|';
	v = tree_alloc(max * sizeof(*v));
	n->values = v;
	for (;;) {
		size_t len = strcspn(values, op == OP_REGEX ? "" : "|");
		char *text = tree_alloc(len + 1);

		memcpy(text, values, len);
		v[n->n_values++] = (struct rule_value){text, len};
		if (!values[len])
			return n;
		values += len + 1;
	}
}

struct node *tree_test(enum field_id id, enum operator_kind op, const char *values)
{
	return tree_use((struct field_use){.id = id}, op, values);
}

struct node *tree_fields(enum field_id left, enum operator_kind op, enum field_id right)
{
	struct node *n = tree_test(left, op, NULL);
	struct field_use *use = tree_alloc(sizeof(*use));

	use->id = right;
	n->right = use;
	return n;
}

struct node *tree_join(enum node_kind kind, size_t n, struct node *const *kids)
{
	struct node *node = tree_alloc(sizeof(*node));

	node->kind = kind;
	node->kids = tree_alloc(n * sizeof(struct node *));
	memcpy(node->kids, kids, n * sizeof(struct node *));
	node->n_kids = n;
	return node;
}

struct node *tree_and(struct node *a, struct node *b)
{
	return tree_join(NODE_AND, 2, (struct node *[]){a, b});
}

struct node *tree_or(struct node *a, struct node *b)
{
	return tree_join(NODE_OR, 2, (struct node *[]){a, b});
}

struct node *tree_not(struct node *a)
{
	return tree_join(NODE_NOT, 1, &a);
}

struct rule tree_rule(const char *name, enum priority priority, const struct node *condition)
{
	return (struct rule){
		.name = name, .priority = priority, .enabled = true, .condition = condition};
}

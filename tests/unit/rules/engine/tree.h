/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions by hand. What they are made of lives until tree_reset. */
#ifndef ROOTWATCH_TEST_RULES_ENGINE_TREE_H
#define ROOTWATCH_TEST_RULES_ENGINE_TREE_H

#include "rules/lang/ast.h"

void tree_reset(void);
int tree_end(void **state);    /* the same, as a teardown of a group */
void *tree_alloc(size_t size); /* zeroed */

/* values: "a|b|c", but one for OP_REGEX; NULL: none. */
struct node *tree_test(enum field_id id, enum operator_kind op, const char *values);
struct node *tree_use(struct field_use use, enum operator_kind op, const char *values);
struct node *tree_fields(enum field_id left, enum operator_kind op, enum field_id right);
struct node *tree_join(enum node_kind kind, size_t n, struct node *const *kids);
struct node *tree_and(struct node *a, struct node *b);
struct node *tree_or(struct node *a, struct node *b);
struct node *tree_not(struct node *a);

struct rule tree_rule(const char *name, enum priority priority, const struct node *condition);

#endif /* ROOTWATCH_TEST_RULES_ENGINE_TREE_H */

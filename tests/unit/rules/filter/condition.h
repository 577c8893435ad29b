/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions built by hand, and derived filters as text. All of it lives until condition_reset. */
#ifndef ROOTWATCH_TESTS_UNIT_RULES_FILTER_CONDITION_H
#define ROOTWATCH_TESTS_UNIT_RULES_FILTER_CONDITION_H

#include "rules/lang/ast.h"
#include "rules/filter/filter.h"

void condition_reset(void);
/* The same as cmocka's teardown of each test. */
int condition_teardown(void **state);

/* A copy that lives as long. */
const char *condition_keep(const char *s, size_t len);

struct node *condition_test(enum field_id id, enum operator_kind op, const char *const *values,
			    size_t n);
struct node *condition_join(enum node_kind kind, struct node *const *kids, size_t n);

#define TEST(field, op, ...)                                                         \
	condition_test(F_##field, OP_##op, (const char *const[]){__VA_ARGS__, NULL}, \
		       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define EXISTS(field) condition_test(F_##field, OP_EXISTS, NULL, 0)
#define JOIN(kind, ...)                                      \
	condition_join(kind, (struct node *[]){__VA_ARGS__}, \
		       sizeof((struct node *[]){__VA_ARGS__}) / sizeof(struct node *))
#define AND(...) JOIN(NODE_AND, __VA_ARGS__)
#define OR(...)	 JOIN(NODE_OR, __VA_ARGS__)
#define NOT(kid) JOIN(NODE_NOT, kid)

#define WRITES TEST(IS_OPEN_WRITE, EQ, "true")
#define READS  TEST(IS_OPEN_READ, EQ, "true")

/* The test with transformers, the innermost first. */
struct node *condition_transform(struct node *test, enum transform t);

/* An enabled rule of priority Warning. */
struct rule condition_rule(const struct node *condition);

/*
 * "path /etc W; name x RW!; any R; kinds open connect": the entries in their order, ! for urgent,
 * "- /x" for what is ignored.
 */
const char *condition_filter(const struct filter *f);

/* The same of what rules come to. */
const char *condition_derive(const struct rule *rules, size_t n);

void condition_expect(const char *want, const struct node *condition);
/* Of opens alone; what is wanted stands without the last access and the kinds. */
void condition_expect_open(const char *want, struct node *condition);

#endif /* ROOTWATCH_TESTS_UNIT_RULES_FILTER_CONDITION_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that rootwatch comes with, for the tests of what they raise. */
#ifndef ROOTWATCH_TEST_RULES_SHIPPED_H
#define ROOTWATCH_TEST_RULES_SHIPPED_H

#include "event/event.h"
#include "rules/lang/ast.h"

#define SHIPPED_RULES "user/rules/rootwatch.yaml"

struct engine;

struct raised {
	size_t n;
	const char *ids[8]; /* most severe first */
};

/* Group setup and teardown of cmocka. */
int shipped_load(void **state);
int shipped_free(void **state);

void shipped_judge(const struct event *e, struct raised *r);

const struct rule *shipped_rules(size_t *n);

struct engine *shipped_engine(void);

#endif /* ROOTWATCH_TEST_RULES_SHIPPED_H */

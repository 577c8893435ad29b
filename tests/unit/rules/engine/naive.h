/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluator that walks the tree of each rule for each event: slow, and easy to believe. */
#ifndef ROOTWATCH_TEST_RULES_ENGINE_NAIVE_H
#define ROOTWATCH_TEST_RULES_ENGINE_NAIVE_H

#include "rules/engine/engine.h"

void naive_judge(const struct rule *rules, size_t n, const struct event *e, struct verdict *v);

#endif /* ROOTWATCH_TEST_RULES_ENGINE_NAIVE_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* What `in` and `pmatch` look up: the cost does not grow with the list. */
#ifndef ROOTWATCH_RULES_ENGINE_SET_H
#define ROOTWATCH_RULES_ENGINE_SET_H

#include "base/str.h"
#include "rules/lang/ast.h"

uint64_t set_hash(struct str s);

/* Strings; they stay the caller's. */
struct set;
int set_new(struct set **out, const struct rule_value *values, size_t n); /* 0 or -ENOMEM */
void set_free(struct set *set);
bool set_has(const struct set *set, struct str s, uint64_t hash);

/* Paths and what lies below them. */
struct path_set;
int path_set_new(struct path_set **out, const struct rule_value *values, size_t n);
void path_set_free(struct path_set *set);
bool path_set_has(const struct path_set *set, struct str path);

#endif /* ROOTWATCH_RULES_ENGINE_SET_H */

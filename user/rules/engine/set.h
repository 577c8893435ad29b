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

/* The component at *i, from where it moves behind it; an empty one: there is none any more. */
static inline struct str path_component(struct str path, uint32_t *i)
{
	uint32_t from = *i, to;

	while (from < path.len && path.p[from] == '/')
		from++;
	to = from;
	while (to < path.len && path.p[to] != '/')
		to++;
	*i = to;
	if (from == to)
		return STR_LIT("");
	return (struct str){path.p + from, to - from, to - from};
}

/* Of a path: PATH_HASH, then one component more. */
#define PATH_HASH 0xcbf29ce484222325ull
static inline uint64_t path_hash(uint64_t h, struct str component)
{
	h = (h ^ set_hash(component)) * 0xff51afd7ed558ccdull;
	return h ^ h >> 32;
}

/* Paths and what lies below them. */
struct path_set;
int path_set_new(struct path_set **out, const struct rule_value *values, size_t n);
void path_set_free(struct path_set *set);
bool path_set_has(const struct path_set *set, struct str path);

#endif /* ROOTWATCH_RULES_ENGINE_SET_H */

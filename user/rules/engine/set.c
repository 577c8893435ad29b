// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/set.h"

#include <errno.h>
#include <stdlib.h>

struct member {
	const char *p; /* NULL: free */
	uint32_t len;
	uint32_t hash; /* its upper half */
};

struct set {
	uint32_t mask;
	uint32_t shortest, longest;
	struct member members[];
};

uint64_t set_hash(struct str s)
{
	uint64_t h = s.len * 0x9e3779b97f4a7c15ull, w;
	uint32_t i = 0;

	for (; i + 8 <= s.len; i += 8) {
		memcpy(&w, s.p + i, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdull;
		h ^= h >> 32;
	}
	if (i < s.len) {
		w = 0;
		memcpy(&w, s.p + i, s.len - i);
		h = (h ^ w) * 0xff51afd7ed558ccdull;
		h ^= h >> 32;
	}
	return h ^ h >> 29;
}

static bool is_member(const struct member *m, struct str s, uint64_t hash)
{
	return m->hash == (uint32_t)(hash >> 32) && m->len == s.len &&
	       (s.len == 0 || memcmp(m->p, s.p, s.len) == 0);
}

static void add(struct set *set, const struct rule_value *value)
{
	struct str s = {value->text, (uint32_t)value->len, (uint32_t)value->len};
	uint64_t hash = set_hash(s);
	uint32_t i = (uint32_t)hash & set->mask;

	while (set->members[i].p) {
		if (is_member(&set->members[i], s, hash))
			return;
		i = (i + 1) & set->mask;
	}
	set->members[i] = (struct member){s.p, s.len, (uint32_t)(hash >> 32)};
	if (s.len < set->shortest)
		set->shortest = s.len;
	if (s.len > set->longest)
		set->longest = s.len;
}

int set_new(struct set **out, const struct rule_value *values, size_t n)
{
	size_t size = 2;
	struct set *set;

	while (size < 2 * n)
		size *= 2;
	set = calloc(1, sizeof(*set) + size * sizeof(set->members[0]));
	if (!set)
		return -ENOMEM;
	set->mask = (uint32_t)(size - 1);
	set->shortest = UINT32_MAX;
	for (size_t i = 0; i < n; i++)
		add(set, &values[i]);
	*out = set;
	return 0;
}

void set_free(struct set *set)
{
	free(set);
}

bool set_has(const struct set *set, struct str s, uint64_t hash)
{
	if (s.len < set->shortest || s.len > set->longest)
		return false;
	for (uint32_t i = (uint32_t)hash & set->mask; set->members[i].p; i = (i + 1) & set->mask) {
		if (is_member(&set->members[i], s, hash))
			return true;
	}
	return false;
}

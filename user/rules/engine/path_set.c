// SPDX-License-Identifier: Apache-2.0
/*
 * Paths by whole components. Those without wildcards are hashed, and a path is looked up at the end
 * of each of its components; those with wildcards are tried one after the other.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/engine/glob.h"
#include "rules/engine/set.h"

struct path {
	struct str text; /* "/a/b": one slash before each component; "" for the root */
	uint32_t next;	 /* of the bucket, + 1; 0: none */
};

struct path_set {
	uint32_t *buckets;
	uint32_t mask;
	uint32_t longest;
	bool root;	/* everything lies below it */
	size_t n_globs; /* they stand at the beginning */
	size_t n;
	struct path *paths;
	char *bytes;
};

static uint32_t *bucket(const struct path_set *set, uint64_t h)
{
	return &set->buckets[(uint32_t)h & set->mask];
}

/* Writes the path with one slash before each component; gives how many bytes. */
static uint32_t normalize(char *to, struct str path)
{
	uint32_t n = 0, i = 0;

	for (;;) {
		struct str c = path_component(path, &i);

		if (c.len == 0)
			return n;
		to[n++] = '/';
		memcpy(to + n, c.p, c.len);
		n += c.len;
	}
}

static bool has_wildcard(struct str s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[')
			return true;
	}
	return false;
}

static void index_path(struct path_set *set, size_t i)
{
	struct str s = set->paths[i].text;
	uint64_t h = PATH_HASH;
	uint32_t *b, j = 0;

	while (j < s.len)
		h = path_hash(h, path_component(s, &j));
	b = bucket(set, h);
	set->paths[i].next = *b;
	*b = (uint32_t)i + 1;
	if (s.len > set->longest)
		set->longest = s.len;
}

static void fill(struct path_set *set, const struct rule_value *values, size_t n)
{
	uint32_t used = 0;

	for (int globs = 1; globs >= 0; globs--) {
		for (size_t i = 0; i < n; i++) {
			struct str s = {values[i].text, (uint32_t)values[i].len, 0};

			if (has_wildcard(s) != globs)
				continue;
			s.p = set->bytes + used;
			s.len = normalize(set->bytes + used,
					  (struct str){values[i].text, s.len, s.len});
			used += s.len;
			set->root = set->root || s.len == 0;
			set->paths[set->n++].text = s;
		}
		if (globs)
			set->n_globs = set->n;
	}
	for (size_t i = set->n_globs; i < set->n; i++)
		index_path(set, i);
}

int path_set_new(struct path_set **out, const struct rule_value *values, size_t n)
{
	struct path_set *set = calloc(1, sizeof(*set));
	size_t size = 2, bytes = 1;

	if (!set)
		return -ENOMEM;
	while (size < 2 * n)
		size *= 2;
	for (size_t i = 0; i < n; i++)
		bytes += values[i].len + 1;
	set->mask = (uint32_t)(size - 1);
	set->buckets = calloc(size, sizeof(*set->buckets));
	set->paths = calloc(n + 1, sizeof(*set->paths));
	set->bytes = malloc(bytes);
	if (!set->buckets || !set->paths || !set->bytes) {
		path_set_free(set);
		return -ENOMEM;
	}
	fill(set, values, n);
	*out = set;
	return 0;
}

void path_set_free(struct path_set *set)
{
	if (!set)
		return;
	free(set->buckets);
	free(set->paths);
	free(set->bytes);
	free(set);
}

/* Does the path, up to end, consist of these components? */
static bool same(struct str text, struct str path, uint32_t end)
{
	uint32_t i = 0, j = 0;

	path.len = end;
	for (;;) {
		struct str a = path_component(text, &i), b = path_component(path, &j);

		if (!str_eq(a, b))
			return false;
		if (a.len == 0)
			return true;
	}
}

static bool known(const struct path_set *set, uint64_t h, struct str path, uint32_t end)
{
	for (uint32_t id = *bucket(set, h); id > 0; id = set->paths[id - 1].next) {
		if (same(set->paths[id - 1].text, path, end))
			return true;
	}
	return false;
}

static bool glob_has(struct str pattern, struct str path)
{
	uint32_t i = 0, j = 0;

	for (;;) {
		struct str p = path_component(pattern, &i), c;

		if (p.len == 0)
			return true;
		c = path_component(path, &j);
		if (c.len == 0 || !glob_match(p, c, false))
			return false;
	}
}

bool path_set_has(const struct path_set *set, struct str path)
{
	uint64_t h = PATH_HASH;
	uint32_t i = 0, n = 0;

	if (set->root)
		return true;
	while (n <= set->longest) {
		struct str c = path_component(path, &i);

		n += c.len + 1;
		if (c.len == 0 || n > set->longest)
			break;
		h = path_hash(h, c);
		if (known(set, h, path, i))
			return true;
	}
	for (size_t k = 0; k < set->n_globs; k++) {
		if (glob_has(set->paths[k].text, path))
			return true;
	}
	return false;
}

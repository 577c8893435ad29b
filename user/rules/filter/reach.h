/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a part of a condition can match, as an over-approximation: nothing, whatever one of some
 * patterns matches, or anything. Internal to the filter.
 */
#ifndef ROOTWATCH_RULES_FILTER_REACH_H
#define ROOTWATCH_RULES_FILTER_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "rules/filter/filter.h"

/* The text points into the rule's values, or is "". */
struct pattern {
	enum filter_scope scope;
	struct str text;
	bool exact; /* the text names one file, not a directory: a guess at how much matches */
	/* FILTER_HOST: only says what is urgent, for the set's `host` covers it */
	bool hint;
};

/*
 * The empty one is {0}. `host` is the pattern "" of FILTER_HOST; below `ignores` (paths inside a
 * superblock) it need not match. They are freed by whoever holds them.
 */
struct reach {
	bool any; /* then there is nothing else */
	bool host;
	struct pattern *patterns;
	size_t n, room;
	struct str *ignores;
	size_t n_ignores;
};

/* More patterns than these in one set are `any`. */
#define REACH_PATTERNS_MAX (4 * FILTER_ENTRIES_MAX)
/* More directories than these are not ignored: then more is sent. */
#define REACH_IGNORES_MAX 256

void reach_free(struct reach *s);
bool reach_is_empty(const struct reach *s);
/* Forgets what is in it; it matches anything then. */
void reach_any(struct reach *s);

/* Both give 0 or -ENOMEM. reach_join takes all of `from`, which is empty afterwards. */
int reach_add(struct reach *s, struct pattern p);
int reach_join(struct reach *s, struct reach *from);

/* Each pattern once, by scope and text. */
void reach_compact(struct reach *s);

/* Directories that a condition excludes: added to what `host` need not match. 0 or -ENOMEM. */
int reach_ignore(struct reach *s, struct str dir);
/* Keeps of *list what lies in both; *list and *n get the new list. 0 or -ENOMEM. */
int reach_ignores_meet(struct str **list, size_t *n, const struct str *other, size_t n_other);

/* A guess at how many events it matches, to compare two of them: 0 for none, UINT64_MAX for any. */
uint64_t reach_cost(const struct reach *s);
uint32_t pattern_breadth(const struct pattern *p);

#endif /* ROOTWATCH_RULES_FILTER_REACH_H */

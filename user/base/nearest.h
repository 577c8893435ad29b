/* SPDX-License-Identifier: Apache-2.0 */
/* Which word was meant? */
#ifndef ROOTWATCH_BASE_NEAREST_H
#define ROOTWATCH_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_WORD_MAX 64

/* The search so far; begin with {0}. */
struct nearest {
	const char *word; /* NULL: none is near */
	size_t distance;
};

/* Takes the candidate when it is nearer to the word (by edit distance) than what was found. */
void nearest_try(struct nearest *n, const char *word, const char *candidate);

/* The nearest of a NULL-ended list; NULL when none is near. */
const char *nearest_of(const char *word, const char *const *candidates);

#endif /* ROOTWATCH_BASE_NEAREST_H */

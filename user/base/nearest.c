// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edit distance (Levenshtein); words are short. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NEAREST_WORD_MAX + 1];
	size_t n = strlen(a), m = strlen(b), i, j;

	if (n > NEAREST_WORD_MAX || m > NEAREST_WORD_MAX)
		return SIZE_MAX;
	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= m; j++) {
			size_t above = row[j];

			row[j] = min3(row[j] + 1, row[j - 1] + 1,
				      diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
			diagonal = above;
		}
	}
	return row[m];
}

void nearest_try(struct nearest *n, const char *word, const char *candidate)
{
	size_t d = distance(word, candidate);

	if (d <= strlen(word) / 2 + 1 && (!n->word || d < n->distance)) {
		n->word = candidate;
		n->distance = d;
	}
}

const char *nearest_of(const char *word, const char *const *candidates)
{
	struct nearest n = {0};

	for (; *candidates; candidates++)
		nearest_try(&n, word, *candidates);
	return n.word;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of bytes that a value has: `contains` and `icontains` of something else need not search,
 * and most of many such comparisons are of something else. The case of ASCII letters is folded.
 */
#ifndef ROOTWATCH_RULES_ENGINE_GRAMS_H
#define ROOTWATCH_RULES_ENGINE_GRAMS_H

#include "base/str.h"

/* A command line of 4 KiB leaves most of them free. */
#define GRAMS_BITS 16384

struct grams {
	uint64_t bits[GRAMS_BITS / 64];
};

/* Some pairs of what is searched for. */
#define GRAMS_ASKED 4
struct grams_of_part {
	uint16_t at[GRAMS_ASKED];
	uint8_t n;
};

void grams_fill(struct grams *g, struct str value);
void grams_ask(struct grams_of_part *p, struct str part);

/* False: the value does not contain the part. */
static inline bool grams_may(const struct grams *g, const struct grams_of_part *p)
{
	for (unsigned i = 0; i < p->n; i++)
		if (!(g->bits[p->at[i] / 64] & UINT64_C(1) << p->at[i] % 64))
			return false;
	return true;
}

#endif /* ROOTWATCH_RULES_ENGINE_GRAMS_H */

// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/grams.h"

static unsigned folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static uint16_t gram(unsigned a, unsigned b)
{
	return (uint16_t)((a * 131 ^ b) % GRAMS_BITS);
}

void grams_fill(struct grams *g, struct str value)
{
	unsigned before = value.len > 0 ? folded(value.p[0]) : 0;

	memset(g, 0, sizeof(*g));
	for (uint32_t i = 1; i < value.len; i++) {
		unsigned c = folded(value.p[i]);
		uint16_t at = gram(before, c);

		g->bits[at / 64] |= UINT64_C(1) << at % 64;
		before = c;
	}
}

void grams_ask(struct grams_of_part *p, struct str part)
{
	uint32_t pairs = part.len > 0 ? part.len - 1 : 0;

	p->n = 0;
	for (uint32_t i = 0; i < GRAMS_ASKED && i < pairs; i++) {
		/* From the first to the last. */
		uint32_t at = pairs <= GRAMS_ASKED ?
				      i :
				      (uint32_t)((uint64_t)(pairs - 1) * i / (GRAMS_ASKED - 1));

		p->at[p->n++] = gram(folded(part.p[at]), folded(part.p[at + 1]));
	}
}

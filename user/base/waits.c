// SPDX-License-Identifier: Apache-2.0
#include "base/waits.h"

#define MS 1000000ll

/* What a full store holds, and which part of the time that passes goes back into it. */
#define ONE_FULL (500 * MS)
#define ONE_PART 20
#define ALL_FULL (1500 * MS)
#define ALL_PART 5

/* A thread is asked in less. */
#define MOMENT (1 * MS)

static void refill(struct wait_store *s, uint64_t now_ns, int64_t part)
{
	int64_t passed = (int64_t)(now_ns - s->at);

	if (passed <= 0)
		return;
	s->spent = passed / part >= s->spent ? 0 : s->spent - passed / part;
	s->at = now_ns;
}

bool waits_may(struct waits *w, uint32_t whose, uint64_t now_ns)
{
	struct wait_store *one = &w->of[whose % WAITS_PLACES];

	refill(one, now_ns, ONE_PART);
	refill(&w->all, now_ns, ALL_PART);
	return one->spent < ONE_FULL && w->all.spent < ALL_FULL;
}

void waits_spend(struct waits *w, uint32_t whose, uint64_t now_ns, uint64_t ns)
{
	if (ns < MOMENT)
		return;
	refill(&w->of[whose % WAITS_PLACES], now_ns, ONE_PART);
	refill(&w->all, now_ns, ALL_PART);
	w->of[whose % WAITS_PLACES].spent += (int64_t)ns;
	w->all.spent += (int64_t)ns;
}

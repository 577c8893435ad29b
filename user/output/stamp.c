// SPDX-License-Identifier: Apache-2.0
#include "output/stamp.h"

#include <time.h>

#define NS_PER_S 1000000000ull

/* "2026-11-22T01:02:03": the clock starts at byte 11. The year has four digits until 2554. */
#define STAMP_LEN   19
#define STAMP_CLOCK 11

struct stamp {
	uint64_t second;
	bool known;
	char text[STAMP_LEN];
};

static void stamp_fill(struct stamp *s, uint64_t second,
		       struct tm *(*convert)(const time_t *, struct tm *))
{
	static const char separators[] = "--T::";
	time_t t = (time_t)second;
	struct tm tm = {0};
	struct line l = {.p = s->text, .end = s->text + sizeof(s->text)};
	int parts[6];

	(void)convert(&t, &tm);
	parts[0] = tm.tm_year + 1900;
	parts[1] = tm.tm_mon + 1;
	parts[2] = tm.tm_mday;
	parts[3] = tm.tm_hour;
	parts[4] = tm.tm_min;
	parts[5] = tm.tm_sec;
	for (size_t i = 0; i < 6; i++) {
		line_digits(&l, (unsigned)parts[i], i == 0 ? 4 : 2);
		if (i < 5)
			line_raw(&l, separators + i, 1);
	}
	s->second = second;
	s->known = true;
}

static const char *stamp_text(uint64_t ns)
{
	static _Thread_local struct stamp s;

	if (!s.known || s.second != ns / NS_PER_S)
		stamp_fill(&s, ns / NS_PER_S, gmtime_r);
	return s.text;
}

void stamp_utc(struct line *l, uint64_t ns)
{
	line_raw(l, stamp_text(ns), STAMP_LEN);
	line_literal(l, ".");
	line_digits(l, ns % NS_PER_S, 9);
	line_literal(l, "Z");
}

void stamp_utc_clock(struct line *l, uint64_t ns)
{
	line_raw(l, stamp_text(ns) + STAMP_CLOCK, STAMP_LEN - STAMP_CLOCK);
	line_literal(l, ".");
	line_digits(l, ns % NS_PER_S, 9);
}

void stamp_local_clock(struct line *l, uint64_t ns)
{
	static _Thread_local struct stamp s;

	if (!s.known || s.second != ns / NS_PER_S)
		stamp_fill(&s, ns / NS_PER_S, localtime_r);
	line_raw(l, s.text + STAMP_CLOCK, STAMP_LEN - STAMP_CLOCK);
	line_literal(l, ".");
	line_digits(l, ns % NS_PER_S / 1000000, 3);
}

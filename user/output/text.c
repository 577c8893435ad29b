// SPDX-License-Identifier: Apache-2.0
#include "container/container.h"
#include "output/line.h"
#include "output/output.h"
#include "output/sentence.h"
#include "output/stamp.h"

/* Of a path or a command line: two lines of a wide terminal. */
#define SENTENCE_CAP 240
#define ADVICE_CAP   400

/* Priorities stand in a column: as wide as "Informational". */
#define PRIORITY_WIDTH 13

#define RESET "\033[0m"
#define BOLD  "\033[1m"
#define DIM   "\033[2m"

static const char *const colors[] = {
	[PRIORITY_EMERGENCY] = "\033[1;97;41m", [PRIORITY_ALERT] = "\033[1;97;41m",
	[PRIORITY_CRITICAL] = "\033[1;31m",	[PRIORITY_ERROR] = "\033[31m",
	[PRIORITY_WARNING] = "\033[33m",	[PRIORITY_NOTICE] = "\033[36m",
	[PRIORITY_INFORMATIONAL] = "\033[32m",	[PRIORITY_DEBUG] = "\033[2m",
};
_Static_assert(sizeof(colors) / sizeof(colors[0]) == PRIORITY_END, "every priority has a colour");

struct job {
	const struct event *e;
	const struct verdict *v;
	const struct output_options *o;
	const struct container *c;
	uint64_t lost, total_lost, time_ns;
	const struct output_counter *counters;
	size_t n_counters;
};

static void style(struct line *l, const struct output_options *o, const char *sequence)
{
	if (o->color)
		line_raw(l, sequence, strlen(sequence));
}

static void write_top(struct line *l, const struct output_options *o, uint64_t time_ns,
		      struct str title, enum priority priority)
{
	static const char blanks[PRIORITY_WIDTH + 1] = "             ";
	struct str p = str_from(priority_name(priority));

	style(l, o, DIM);
	stamp_local_clock(l, time_ns);
	style(l, o, RESET);
	line_literal(l, " ");
	style(l, o, colors[priority < PRIORITY_END ? priority : PRIORITY_DEBUG]);
	line_raw(l, p.p, p.len);
	style(l, o, RESET);
	line_raw(l, blanks, p.len < PRIORITY_WIDTH ? PRIORITY_WIDTH - p.len : 0);
	line_literal(l, " ");
	style(l, o, BOLD);
	line_capped(l, title, SENTENCE_TITLE_MAX);
	style(l, o, RESET);
	line_literal(l, ": ");
}

static void write_event(struct line *l, void *arg)
{
	const struct job *j = arg;
	struct headline h = sentence_headline(j->e, j->v);

	write_top(l, j->o, j->e->time, h.title, h.priority);
	sentence_write(l, j->e, h.hit, SENTENCE_CAP, SENTENCE_ALL);
	if (j->e->blocked) {
		line_literal(l, " ");
		style(l, j->o, "\033[1;32m");
		line_literal(l, "[blocked]");
		style(l, j->o, RESET);
	}
	if (h.hit && h.hit->advice && h.hit->advice[0]) {
		style(l, j->o, DIM);
		line_literal(l, " \u2014 ");
		line_capped(l, str_from(h.hit->advice), ADVICE_CAP);
		style(l, j->o, RESET);
	}
	line_literal(l, "\n");
}

size_t output_text(char line[static OUTPUT_LINE_MAX], const struct event *e,
		   const struct verdict *v, const struct output_options *o)
{
	struct job j = {.e = e, .v = v, .o = o};

	return line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_TEXT, write_event, &j);
}

static void write_lost(struct line *l, void *arg)
{
	const struct job *j = arg;

	write_top(l, j->o, j->time_ns, STR_LIT("Events lost"), PRIORITY_CRITICAL);
	sentence_lost(l, j->lost, j->total_lost, j->c);
	line_literal(l, "\n");
}

size_t output_lost_text(char line[static OUTPUT_LINE_MAX], uint64_t lost, uint64_t total_lost,
			uint64_t time_ns, const struct container *c, const struct output_options *o)
{
	struct job j = {.o = o, .c = c, .lost = lost, .total_lost = total_lost, .time_ns = time_ns};

	return line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_TEXT, write_lost, &j);
}

static void write_stats(struct line *l, void *arg)
{
	const struct job *j = arg;

	line_literal(l, "stats:");
	for (size_t i = 0; i < j->n_counters; i++) {
		/* The name without what all of them begin with. */
		const char *name = strrchr(field_name(j->counters[i].field), '.') + 1;

		line_literal(l, " ");
		line_raw(l, name, strlen(name));
		line_literal(l, "=");
		line_i64(l, (int64_t)j->counters[i].value);
	}
	line_literal(l, "\n");
}

size_t output_stats_text(char line[static OUTPUT_LINE_MAX], const struct output_counter *counters,
			 size_t n)
{
	struct job j = {.counters = counters, .n_counters = n};

	return line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_TEXT, write_stats, &j);
}

// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"
#include "container/container.h"
#include "output/event_fields.h"
#include "output/json.h"
#include "output/output.h"
#include "output/sentence.h"
#include "output/stamp.h"

/* Of a path or a command line in the sentence; the fields have them in full. */
#define SENTENCE_CAP 120

/* What every line begins with; the time follows. */
#define TIME_BEFORE "{\"time\":\""

/* Of the time as a number, from 2001 to 2286. */
#define TIME_WIDTH 19

/* Distinct tags of one line. */
#define TAGS_MAX 16
#define TAG_CAP	 40

/*
 * What a rule adds to a line is never cut by line_render(), and an administrator's rule may add
 * more than there is room for, the more so with values that a container chooses: then it is less,
 * so that no alert is lost by it.
 */
static const struct budget {
	size_t output; /* of what the rule says */
	size_t named;  /* of each field that only the rule names; 0: they are left out */
	size_t tags;
} budgets[] = {{SENTENCE_ALL, 160, TAGS_MAX}, {400, 24, TAGS_MAX}, {200, 0, 4}};
#define BUDGETS (sizeof(budgets) / sizeof(budgets[0]))

/* Where in the line what stands that differs between two lines about the same act. */
struct places {
	char *clock, *time, *num;
	bool cut;
};

struct job {
	const struct event *e;
	const struct verdict *v;
	const struct output_options *o;
	const struct container *c;
	uint64_t lost, total_lost, time_ns;
	struct str tier, hooks;
	const struct output_counter *counters;
	size_t n_counters;
	struct places *at;
	size_t budget; /* which of budgets */
};

static void write_tags(struct line *l, const struct verdict *v, size_t max)
{
	const char *seen[TAGS_MAX] = {"container"};
	size_t n = 1, k;

	line_literal(l, ",\"tags\":[\"container\"");
	for (size_t i = 0; i < v->n; i++) {
		for (const char *const *id = v->hits[i]->tags; id && *id && n < max; id++) {
			for (k = 0; k < n && strcmp(seen[k], *id) != 0; k++)
				;
			if (k < n)
				continue;
			seen[n++] = *id;
			line_literal(l, ",\"");
			line_capped(l, str_from(*id), TAG_CAP);
			line_literal(l, "\"");
		}
	}
	line_literal(l, "]");
}

/* From the opening brace to where the sentence about it starts; gives where the clock stands. */
static char *write_top(struct line *l, uint64_t time_ns, struct str title, enum priority priority,
		       const char *hostname)
{
	struct str p = str_from(priority_name(priority));
	char *clock;

	line_literal(l, TIME_BEFORE);
	stamp_utc(l, time_ns);
	line_literal(l, "\",\"rule\":\"");
	line_capped(l, title, SENTENCE_TITLE_MAX);
	line_literal(l, "\",\"priority\":\"");
	line_raw(l, p.p, p.len);
	line_literal(l, "\",\"source\":\"syscall\",\"hostname\":\"");
	line_string(l, str_from(hostname));
	line_literal(l, "\",\"output\":\"");
	clock = l->p;
	stamp_utc_clock(l, time_ns);
	line_literal(l, ": ");
	line_raw(l, p.p, p.len);
	line_literal(l, " ");
	line_capped(l, title, SENTENCE_TITLE_MAX);
	line_literal(l, ": ");
	return clock;
}

static void write_event(struct line *l, void *arg)
{
	const struct job *j = arg;
	struct headline h = sentence_headline(j->e, j->v);
	const struct budget *b = &budgets[j->budget];

	l->cut |= j->budget > 0;
	j->at->cut = l->cut;
	j->at->clock = write_top(l, j->e->time, h.title, h.priority, j->o->hostname);
	sentence_write(l, j->e, h.hit, SENTENCE_CAP, b->output);
	line_literal(l, "\"");
	write_tags(l, j->v, b->tags);
	line_literal(l, ",\"output_fields\":{");
	event_fields_begin(l, j->e, &j->at->time, &j->at->num);
	event_fields_write(l, j->e, j->v, b->named);
	line_literal(l, "}}\n");
}

/* Less than 4 KiB: one byte less. */
static size_t render_event(char *line, struct job *j)
{
	size_t len = 0;

	for (j->budget = 0; len == 0 && j->budget < BUDGETS; j->budget++)
		len = line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_JSON, write_event, j);
	return len;
}

size_t output_json(char line[static OUTPUT_LINE_MAX], const struct event *e,
		   const struct verdict *v, const struct output_options *o)
{
	struct places at = {0};
	struct job j = {.e = e, .v = v, .o = o, .at = &at};

	return render_event(line, &j);
}

/* How many digits. */
static size_t width(uint64_t v)
{
	char text[DECIMAL_MAX] = "";

	return decimal(text, (int64_t)v).len;
}

size_t output_json_keep(char line[static OUTPUT_LINE_MAX], const struct event *e,
			const struct verdict *v, const struct output_options *o,
			struct output_kept *kept)
{
	struct places at = {0};
	struct job j = {.e = e, .v = v, .o = o, .at = &at};
	size_t len = render_event(line, &j);

	kept->len = 0;
	if (len == 0 || at.cut || width(e->time) != TIME_WIDTH ||
	    (v->n > 0 && engine_output_timed(v->hits[0])))
		return len;
	kept->clock = (size_t)(at.clock - line);
	kept->time = (size_t)(at.time - line);
	kept->num = (size_t)(at.num - line);
	kept->rest = kept->num + width(e->num);
	memcpy(kept->text, line, len);
	kept->len = len;
	return len;
}

size_t output_json_again(char line[static OUTPUT_LINE_MAX], const struct output_kept *kept,
			 const struct event *e)
{
	size_t rest = kept->len - kept->rest;
	struct line l = {.flavour = ESCAPE_JSON, .cap = SIZE_MAX};

	if (kept->len == 0 || kept->num + DECIMAL_MAX + rest >= OUTPUT_LINE_MAX ||
	    width(e->time) != TIME_WIDTH)
		return 0;
	l.end = line + OUTPUT_LINE_MAX - 1;
	memcpy(line, kept->text, kept->num);
	l.p = line + sizeof(TIME_BEFORE) - 1;
	stamp_utc(&l, e->time);
	l.p = line + kept->clock;
	stamp_utc_clock(&l, e->time);
	l.p = line + kept->time;
	line_i64(&l, (int64_t)e->time);
	l.p = line + kept->num;
	line_i64(&l, (int64_t)e->num);
	memcpy(l.p, kept->text + kept->rest, rest);
	return (size_t)(l.p - line) + rest;
}

static void write_lost(struct line *l, void *arg)
{
	const struct job *j = arg;
	const struct verdict none = {0};

	(void)write_top(l, j->time_ns, STR_LIT("Events lost"), PRIORITY_CRITICAL, j->o->hostname);
	sentence_lost(l, j->lost, j->total_lost, j->c);
	line_literal(l, "\"");
	write_tags(l, &none, TAGS_MAX);
	line_literal(l, ",\"output_fields\":{");
	event_fields_write_lost(l, j->lost, j->total_lost, j->time_ns, j->c);
	line_literal(l, "}}\n");
}

size_t output_lost_json(char line[static OUTPUT_LINE_MAX], uint64_t lost, uint64_t total_lost,
			uint64_t time_ns, const struct container *c, const struct output_options *o)
{
	struct job j = {.o = o, .c = c, .lost = lost, .total_lost = total_lost, .time_ns = time_ns};

	return line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_JSON, write_lost, &j);
}

static void write_start(struct line *l, void *arg)
{
	const struct job *j = arg;
	const struct verdict none = {0};

	(void)write_top(l, j->time_ns, STR_LIT("Watching"), PRIORITY_INFORMATIONAL, j->o->hostname);
	line_literal(l, "opens are seen by ");
	line_string(l, j->tier);
	line_literal(l, "; all hooks: ");
	line_string(l, j->hooks);
	line_literal(l, "\"");
	write_tags(l, &none, TAGS_MAX);
	line_literal(l, ",\"output_fields\":{");
	event_fields_write_start(l, j->tier, j->hooks, j->time_ns);
	line_literal(l, "}}\n");
}

size_t output_start_json(char line[static OUTPUT_LINE_MAX], const char *tier, const char *hooks,
			 uint64_t time_ns, const struct output_options *o)
{
	struct job j = {
		.o = o, .time_ns = time_ns, .tier = str_from(tier), .hooks = str_from(hooks)};

	return line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_JSON, write_start, &j);
}

static uint64_t counted(const struct job *j, enum field_id field)
{
	for (size_t i = 0; i < j->n_counters; i++)
		if (j->counters[i].field == field)
			return j->counters[i].value;
	return 0;
}

static void write_stats(struct line *l, void *arg)
{
	const struct job *j = arg;
	const struct verdict none = {0};

	(void)write_top(l, j->time_ns, STR_LIT("Statistics"), PRIORITY_INFORMATIONAL,
			j->o->hostname);
	line_i64(l, (int64_t)counted(j, F_ST_ALERTS));
	line_literal(l, " alerts of ");
	line_i64(l, (int64_t)counted(j, F_ST_EVENTS));
	line_literal(l, " events in ");
	line_i64(l, (int64_t)counted(j, F_ST_UPTIME));
	line_literal(l, " s, ");
	line_i64(l, (int64_t)counted(j, F_ST_LOST_SEEN));
	line_literal(l, " events were lost\"");
	write_tags(l, &none, TAGS_MAX);
	line_literal(l, ",\"output_fields\":{");
	event_fields_write_stats(l, j->counters, j->n_counters, j->time_ns);
	line_literal(l, "}}\n");
}

size_t output_stats_json(char line[static OUTPUT_LINE_MAX], const struct output_counter *counters,
			 size_t n, uint64_t time_ns, const struct output_options *o)
{
	struct job j = {.o = o, .time_ns = time_ns, .counters = counters, .n_counters = n};

	return line_render(line, OUTPUT_LINE_MAX - 1, ESCAPE_JSON, write_stats, &j);
}

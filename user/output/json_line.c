// SPDX-License-Identifier: Apache-2.0
#include "output/event_fields.h"
#include "output/json.h"
#include "output/output.h"
#include "output/sentence.h"
#include "output/stamp.h"

/* Of a path or a command line in the sentence; the fields have them in full. */
#define SENTENCE_CAP 120

/* Distinct tags of one line. */
#define TAGS_MAX 16
#define TAG_CAP	 40

struct job {
	const struct event *e;
	const struct verdict *v;
	const struct output_options *o;
	uint64_t lost, total_lost, time_ns;
	struct str tier, hooks;
};

static void write_tags(struct line *l, const struct verdict *v)
{
	const char *seen[TAGS_MAX] = {"container"};
	size_t n = 1, k;

	line_literal(l, ",\"tags\":[\"container\"");
	for (size_t i = 0; i < v->n; i++) {
		for (const char *const *id = v->hits[i]->tags; id && *id && n < TAGS_MAX; id++) {
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

/* From the opening brace to where the sentence about it starts. */
static void write_top(struct line *l, uint64_t time_ns, struct str title, enum priority priority,
		      const char *hostname)
{
	struct str p = str_from(priority_name(priority));

	line_literal(l, "{\"time\":\"");
	stamp_utc(l, time_ns);
	line_literal(l, "\",\"rule\":\"");
	line_capped(l, title, SENTENCE_TITLE_MAX);
	line_literal(l, "\",\"priority\":\"");
	line_raw(l, p.p, p.len);
	line_literal(l, "\",\"source\":\"syscall\",\"hostname\":\"");
	line_string(l, str_from(hostname));
	line_literal(l, "\",\"output\":\"");
	stamp_utc_clock(l, time_ns);
	line_literal(l, ": ");
	line_raw(l, p.p, p.len);
	line_literal(l, " ");
	line_capped(l, title, SENTENCE_TITLE_MAX);
	line_literal(l, ": ");
}

static void write_event(struct line *l, void *arg)
{
	const struct job *j = arg;
	struct headline h = sentence_headline(j->e, j->v);

	write_top(l, j->e->time, h.title, h.priority, j->o->hostname);
	sentence_write(l, j->e, h.hit, SENTENCE_CAP);
	line_literal(l, "\"");
	write_tags(l, j->v);
	line_literal(l, ",\"output_fields\":{");
	event_fields_write(l, j->e, j->v);
	line_literal(l, "}}\n");
}

size_t output_json(char line[static OUTPUT_LINE_MAX], const struct event *e,
		   const struct verdict *v, const struct output_options *o)
{
	struct job j = {.e = e, .v = v, .o = o};

	/* Less than 4 KiB: one byte less. */
	return line_render(line, OUTPUT_LINE_MAX - 1, LINE_JSON, write_event, &j);
}

static void write_lost(struct line *l, void *arg)
{
	const struct job *j = arg;
	const struct verdict none = {0};

	write_top(l, j->time_ns, STR_LIT("Events lost"), PRIORITY_CRITICAL, j->o->hostname);
	line_i64(l, (int64_t)j->lost);
	line_literal(l, " events were lost (");
	line_i64(l, (int64_t)j->total_lost);
	line_literal(l, " since the start)\"");
	write_tags(l, &none);
	line_literal(l, ",\"output_fields\":{");
	event_fields_write_lost(l, j->lost, j->total_lost, j->time_ns);
	line_literal(l, "}}\n");
}

size_t output_lost_json(char line[static OUTPUT_LINE_MAX], uint64_t lost, uint64_t total_lost,
			uint64_t time_ns, const struct output_options *o)
{
	struct job j = {.o = o, .lost = lost, .total_lost = total_lost, .time_ns = time_ns};

	return line_render(line, OUTPUT_LINE_MAX - 1, LINE_JSON, write_lost, &j);
}

static void write_start(struct line *l, void *arg)
{
	const struct job *j = arg;
	const struct verdict none = {0};

	write_top(l, j->time_ns, STR_LIT("Watching"), PRIORITY_INFORMATIONAL, j->o->hostname);
	line_literal(l, "opens are seen by ");
	line_string(l, j->tier);
	line_literal(l, "; all hooks: ");
	line_string(l, j->hooks);
	line_literal(l, "\"");
	write_tags(l, &none);
	line_literal(l, ",\"output_fields\":{");
	event_fields_write_start(l, j->tier, j->hooks, j->time_ns);
	line_literal(l, "}}\n");
}

size_t output_start_json(char line[static OUTPUT_LINE_MAX], const char *tier, const char *hooks,
			 uint64_t time_ns, const struct output_options *o)
{
	struct job j = {
		.o = o, .time_ns = time_ns, .tier = str_from(tier), .hooks = str_from(hooks)};

	return line_render(line, OUTPUT_LINE_MAX - 1, LINE_JSON, write_start, &j);
}

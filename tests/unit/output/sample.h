/* SPDX-License-Identifier: Apache-2.0 */
/* Events to print, and what a consumer does with the printed line. */
#ifndef ROOTWATCH_TESTS_OUTPUT_SAMPLE_H
#define ROOTWATCH_TESTS_OUTPUT_SAMPLE_H

#include <jansson.h>

#include "container/container.h"
#include "event/event.h"
#include "output/output.h"
#include "process/process.h"
#include "rules/engine/engine.h"

struct sample {
	struct event e;
	struct container c;
	struct process p, parent;
	struct verdict v;
	struct output_options o;
	struct rule d[VERDICT_MAX];
	char bytes[8192]; /* of sample_hostile's strings */
};

/* The kinds that are printed. */
#define SAMPLE_KINDS 7
extern const enum event_kind sample_kinds[SAMPLE_KINDS];

/* All is known, two rules matched. */
void sample_rich(struct sample *s, enum event_kind kind);

/* Nothing is known that can be unknown, no rule matched. */
void sample_poor(struct sample *s, enum event_kind kind);

/* All strings are as long as they can be and repeat unit; all numbers are as large. */
void sample_hostile(struct sample *s, enum event_kind kind, struct str unit);

/*
 * Prints the event as JSON, checks what holds for every line (its length, one newline at its end,
 * valid JSON, no duplicate member) and gives it parsed. *text, when asked for, gets the line.
 */
json_t *sample_json(const struct sample *s, char text[static OUTPUT_LINE_MAX]);

/* A member of output_fields; fails the test when it is not there. */
const json_t *sample_field(const json_t *line, const char *name);

/* The bytes that our escapes stand for: gives how many, into out; fails on a broken escape. */
size_t sample_unescape(char *out, const char *s, size_t len);

#endif /* ROOTWATCH_TESTS_OUTPUT_SAMPLE_H */

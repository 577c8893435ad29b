/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event is called and what it says in plain words; the same in both flavours of a line.
 */
#ifndef ROOTWATCH_OUTPUT_SENTENCE_H
#define ROOTWATCH_OUTPUT_SENTENCE_H

#include "event/event.h"
#include "output/line.h"
#include "rules/engine/engine.h"

struct headline {
	struct str title;
	enum priority priority;
	const struct rule *hit; /* NULL: no rule matched */
};

/* From the first rule that matched, or, when none did, from the kind of event. */
struct headline sentence_headline(const struct event *e, const struct verdict *v);

/*
 * What the rule that matched says of it; without one who did what to which object in which
 * container. Each path or command line takes at most cap bytes, names less, what the rule says all
 * bytes together.
 */
void sentence_write(struct line *l, const struct event *e, const struct rule *hit, size_t cap,
		    size_t all);

/* A rule's output in all: long enough to read, short enough for any line that has not much else. */
#define SENTENCE_ALL 1200

/* So many events of the container (NULL: nobody knows of which) were lost, of so many in all. */
void sentence_lost(struct line *l, uint64_t lost, uint64_t total, const struct container *c);

/* All arguments with blanks between them, in scratch or where they are; "" when not known. */
#define SENTENCE_SCRATCH EVENT_ARGV_SCRATCH
struct str sentence_cmdline(const struct event *e, char scratch[static SENTENCE_SCRATCH]);

/* Titles longer than this are cut. */
#define SENTENCE_TITLE_MAX 128

#endif /* ROOTWATCH_OUTPUT_SENTENCE_H */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judge: events -> alerts; pure. In this issue from one built-in table of detections.
 */
#ifndef ROOTWATCH_RULES_RULES_H
#define ROOTWATCH_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "rules/lang/ast.h" /* enum priority */

/* "Emergency" ... "Debug", as Falco prints them. */
const char *priority_name(enum priority p);

struct facts; /* what the detections ask about an event: facts.h */

/* What a detection matches: an act of root that fulfils any of wrote, read, match. */
struct detection {
	const char *id;	   /* "package-manager": stable, kebab-case */
	const char *title; /* the rule's name in the output */
	enum priority priority;
	const char *const *mitre; /* ATT&CK ids, NULL-terminated: "T1072" */
	const char *advice;	  /* one sentence */
	const char *summary;	  /* one line for README and help: what it sees */
	bool report_exit;	  /* say at its exit whether the process succeeded */
	unsigned kinds;		  /* 1u << EVENT_*: events that can match */
	uint32_t wrote;		  /* 1u << WATCH_C_*: classes of files opened for writing */
	uint32_t read;		  /* and for reading */
	bool (*match)(const struct facts *f); /* NULL: wrote and read say all */
	bool any_user; /* acts of others than root count too: match compares credentials */
};

/* All detections, in order of precedence; *n gets their number. */
const struct detection *detection_table(size_t *n);

#define VERDICT_MAX 8

/* What one event raised; the first is the one that is reported, the others are named with it. */
struct verdict {
	size_t n;
	const struct detection *hits[VERDICT_MAX];
};

/*
 * Judges one event. v->n is 0 when nothing matched. Blocked events match as the act itself
 * would have (the output says that it was stopped).
 */
void rules_judge(const struct event *e, struct verdict *v);

#endif /* ROOTWATCH_RULES_RULES_H */

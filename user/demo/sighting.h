/* SPDX-License-Identifier: Apache-2.0 */
/* One line of `rootwatch run -o json`, as far as the demo needs it; pure. */
#ifndef ROOTWATCH_DEMO_SIGHTING_H
#define ROOTWATCH_DEMO_SIGHTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container/container.h"

#define SIGHTING_RULES_MAX  320 /* eight ids with commas */
#define SIGHTING_OBJECT_MAX 256

struct sighting {
	int64_t time; /* CLOCK_REALTIME, ns */
	bool blocked;
	char container[CONTAINER_ID_MAX + 1]; /* "" when it is in none, or its id is not known */
	char priority[16];
	char rules[SIGHTING_RULES_MAX]; /* ids with commas, the reported one first; "": no alert */
	char result[16];		/* "SUCCESS", "EACCES" */
	char object[SIGHTING_OBJECT_MAX]; /* file, socket or program; cut when longer */
};

/* Gives 0, or -EPROTO for what is not such a line; *s is then untouched. */
int sighting_parse(struct sighting *s, const char *line, size_t len);

/* True when id is one of s's rules. */
bool sighting_has_rule(const struct sighting *s, const char *id);

/* What to look for. */
struct wanted {
	const char *container; /* full id */
	int64_t from, to;      /* time */
	bool blocked;
	const char *rule;   /* NULL: any */
	const char *object; /* how the object begins; NULL: any */
};

bool sighting_matches(const struct sighting *s, const struct wanted *w);

#endif /* ROOTWATCH_DEMO_SIGHTING_H */

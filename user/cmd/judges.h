/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a run: loaded at start, loaded again on demand. There can be two sets for a moment:
 * what happened under the old one is judged by it.
 */
#ifndef ROOTWATCH_CMD_JUDGES_H
#define ROOTWATCH_CMD_JUDGES_H

#include "cmd/pipeline.h"
#include "cmd/rule_options.h"
#include "source/source.h"

struct judges {
	const struct rule_options *options;
	struct ruleset *first;	 /* until judges_begin */
	struct ruleset *sets[2]; /* by event.set */
	size_t active;		 /* rules, of the set that was loaded last */
	uint64_t reloads;	 /* times that judges_reload() put others in force */
	uint64_t refused;	 /* and times that it did not */
};

/*
 * Loads the rules that the options name; says on standard error what is wrong with them and what
 * was left out. 0 or -errno: -EINVAL, said already.
 */
int judges_load(struct judges *j, const struct rule_options *options);

/* For source_open(). */
const struct filter *judges_filter(const struct judges *j);

/* The source was opened with judges_filter(): its records are judged from now on. */
void judges_begin(struct judges *j, const struct source *s, struct pipeline *p);

/*
 * Loads them again and puts them in force, or says why not, and all stays as it was. 0, or -errno
 * when the sink of the pipeline failed.
 */
int judges_reload(struct judges *j, struct source *s, struct pipeline *p);

void judges_free(struct judges *j);

#endif /* ROOTWATCH_CMD_JUDGES_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* The options that choose rules, of every command that has rules. */
#ifndef ROOTWATCH_CMD_RULE_OPTIONS_H
#define ROOTWATCH_CMD_RULE_OPTIONS_H

#include <argp.h>

#include "rules/ruleset.h"

struct rule_options {
	struct ruleset_options o;
	const char **paths, **tags, **disabled; /* what o points to */
};

/* The shipped rules and those of RULESET_DIR, all of them. */
#define RULE_OPTIONS_INIT                                                                 \
	{                                                                                 \
		.o = {.shipped = true, .standard_dir = true, .priority = PRIORITY_DEBUG } \
	}

/*
 * -r, -T, -D, -M: a child of a command's argp, whose parser hands it the struct rule_options at
 * ARGP_KEY_INIT: state->child_inputs[0] = &options. The options keep pointers into argv.
 */
extern const struct argp rule_options_argp;

/* Frees the arrays, not the struct. */
void rule_options_free(struct rule_options *r);

/*
 * Says on standard error each tag of -T and each name of -D that fits no rule of the set, with the
 * nearest that does. 0, or -EINVAL when there is one.
 */
int rule_options_check(const struct rule_options *r, const struct ruleset *set);

/* What a log says, as lines for people: "FILE:LINE:COLUMN: error: TEXT". */
void rule_options_log(FILE *f, const struct rule_log *log);

#endif /* ROOTWATCH_CMD_RULE_OPTIONS_H */

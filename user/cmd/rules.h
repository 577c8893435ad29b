/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands of `rootwatch rules` share. */
#ifndef ROOTWATCH_CMD_RULES_H
#define ROOTWATCH_CMD_RULES_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd/rule_options.h"

struct filter; /* rules/filter/filter.h */

/* Each gets argv[0] = its name, and gives the program's exit code. */
int rules_check(int argc, char **argv);
int rules_list(int argc, char **argv);
int rules_explain(int argc, char **argv);
int rules_test(int argc, char **argv);
int rules_fields(int argc, char **argv);

/* All fields as a table for people. 0, or -EIO when f could not be written. */
int rules_fields_print(FILE *f);

/*
 * Loads the rules; what is wrong with them (warnings: when they are asked for) goes to standard
 * error. EXIT_CODE_OK, or what the command has to end with.
 */
int rules_load(struct ruleset **out, const struct rule_options *o, bool warnings);

/* "active", "off" or "left out", and why; *reason is NULL for the first. */
const char *rules_state(const struct rule *r, const struct ruleset_options *o, const char **reason);

/* A line that says so of a rule that is not active, and where it stands. */
void rules_say(FILE *f, const char *state, const struct rule *r, const char *reason);

/* What the kernel needs for this rule alone, whether it is enabled or not. NULL: no memory, or the
 * rule is left out. */
struct filter *rules_filter(const struct rule *r);

/* Does the kernel compare paths and names for this filter ("paths"), or a server's ports and
 * addresses ("ports"), does the kind of event say all ("kind"), or has it to send everything of
 * some kind ("none")? */
const char *rules_filter_kind(const struct filter *f);

/* The system calls of these kinds (1u << EVENT_*), as evt.type has them; NULL behind the last.
 * Valid until the next call. */
const char *const *rules_events(unsigned kinds, const struct wire_calls *calls);

/* Both formats of -o. */
bool rules_json(const char *arg, struct argp_state *state);

#endif /* ROOTWATCH_CMD_RULES_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands' option parsing shares. */
#ifndef ROOTWATCH_CMD_OPTIONS_H
#define ROOTWATCH_CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

/*
 * argp_parse for a command: name is "rootwatch run". An option that does not exist is answered
 * with the nearest one that does. Does not return on --help, --usage, --version (exit 0) and on
 * wrong usage (exit 2). Gives argp_parse's result.
 */
int options_parse(const char *name, const struct argp *argp, int argc, char **argv, void *input);

/* Colours for a descriptor: it is a terminal that is not dumb, and NO_COLOR is unset or empty. */
bool options_color(int fd);

/* "90", "90s", "15m", "2h" -> seconds; -EINVAL for anything else, also for 0. */
int options_seconds(const char *text, unsigned int *seconds);

/* The candidate nearest to word by edit distance; NULL when none is near. NULL-ended list. */
const char *options_nearest(const char *word, const char *const *candidates);

#endif /* ROOTWATCH_CMD_OPTIONS_H */

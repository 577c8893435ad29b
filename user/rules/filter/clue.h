/* SPDX-License-Identifier: Apache-2.0 */
/* What a value of a test says for sure about a path. Internal to the filter. */
#ifndef ROOTWATCH_RULES_FILTER_CLUE_H
#define ROOTWATCH_RULES_FILTER_CLUE_H

#include <stdbool.h>

#include "base/str.h"

/*
 * The head of an absolute path up to its first empty component, without '/' at its end: "" for
 * "/". False when nothing can be said: no absolute path, one with "." or "..", or with a NUL.
 * (The kernel's paths never hold such components; whoever writes them means something else.)
 */
bool clue_directory(struct str value, struct str *dir);

/* Up to the last '/', which is left out. False when there is none. */
bool clue_cut(struct str value, struct str *head);

/* What follows the last '/', or all. */
struct str clue_last(struct str value);

/* True for a whole component of a path. */
bool clue_is_name(struct str value);

/* What stands before the first and behind the last wildcard; true when there is any. */
bool clue_wild(struct str value, struct str *head, struct str *tail);

/*
 * The next whole component from *at on that a path must have above its last one, if it is to match
 * the wildcards of value; false when there is none.
 */
bool clue_folder(struct str value, uint32_t *at, struct str *name);

#endif /* ROOTWATCH_RULES_FILTER_CLUE_H */

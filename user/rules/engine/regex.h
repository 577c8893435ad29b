/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: the only place that knows PCRE2. */
#ifndef ROOTWATCH_RULES_ENGINE_REGEX_H
#define ROOTWATCH_RULES_ENGINE_REGEX_H

#include <stddef.h>

#include "base/str.h"

struct regex;

/*
 * 0; -ENOMEM; -EINVAL when it does not compile: why then says so, and *where (may be NULL) is the
 * offset in the pattern.
 */
int regex_new(struct regex **out, struct str pattern, char *why, size_t why_size, size_t *where);
void regex_free(struct regex *r);

/*
 * Does it match all of the text? Bytes, not characters: no text is invalid. 1 or 0; -1 when that
 * would take too long to find out.
 */
int regex_match(const struct regex *r, struct str text);

#endif /* ROOTWATCH_RULES_ENGINE_REGEX_H */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Few words, of which rules and events are made, so that they meet. Texts live until
 * condition_reset.
 */
#ifndef ROOTWATCH_TESTS_UNIT_RULES_FILTER_WORDS_H
#define ROOTWATCH_TESTS_UNIT_RULES_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/fields.h"

#define WORDS_NAMES 5
#define WORDS_PATHS 11
extern const char *const words_names[WORDS_NAMES];
extern const char *const words_paths[WORDS_PATHS];

bool words_one_in(uint32_t n);
const char *words_pick(const char *const *from, size_t n);

/* A path, a part of one, or something that is none. */
const char *words_path(void);
const char *words_socket(void);
/* The text with a wildcard in it, which it still matches, or does not. */
const char *words_glob(const char *path);
/* What such a field can be, among other things. */
const char *words_for(enum field_id id);

#endif /* ROOTWATCH_TESTS_UNIT_RULES_FILTER_WORDS_H */

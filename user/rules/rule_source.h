/* SPDX-License-Identifier: Apache-2.0 */
/* Where rules' texts come from: the built-in one, files, directories. Internal to the rules. */
#ifndef ROOTWATCH_RULES_RULE_SOURCE_H
#define ROOTWATCH_RULES_RULE_SOURCE_H

#include <stdbool.h>

#include "rules/lang/rule_file.h"

#define RULE_FILES_MAX 256

struct rule_texts {
	struct rule_text texts[RULE_FILES_MAX];
	size_t n;
	char *owned[2 * RULE_FILES_MAX]; /* name and bytes of each file that was read */
	size_t n_owned;
};

/*
 * Adds a file, or all *.yaml and *.yml files of a directory in the order of their names. What is
 * missing is an error unless optional. 0; -EINVAL with a message in the log; -ENOMEM.
 */
int rule_texts_add(struct rule_texts *t, const char *path, bool optional, struct rule_log *log);
void rule_texts_free(struct rule_texts *t);

/* Warns of a directory that was added and held nothing: who names one expects something in it. */
void rule_texts_warn(const struct rule_texts *t, const char *path, struct rule_log *log);

/* A message about a whole file. */
void rule_log_file(struct rule_log *log, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* ROOTWATCH_RULES_RULE_SOURCE_H */

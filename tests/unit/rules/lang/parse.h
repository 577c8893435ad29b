/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from text, for tests. */
#ifndef TESTS_RULES_LANG_PARSE_H
#define TESTS_RULES_LANG_PARSE_H

#include "rules/lang/rule_file.h"

/* The log of the last parse. */
extern struct rule_log parse_log;

/* Has to succeed; free it with rule_list_free(). */
struct rule_list *parse_good(const char *yaml);

/* One rule of that condition, behind `before` (macros, lists; may be ""). */
struct rule_list *parse_condition(const char *before, const char *condition);

/* Has to fail; the messages as "LINE:COLUMN: text\n", warnings with a "warning: " in front. */
const char *parse_bad(const char *yaml);
/* As parse_bad() writes them. */
const char *parse_messages(void);

/* The condition of the only rule comes out as this text, and that again as the same tree. */
void expect_condition(const char *before, const char *condition, const char *expanded);

/* Fails with what is different. */
void expect_same_tree(const struct node *a, const struct node *b);

#endif /* TESTS_RULES_LANG_PARSE_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting what is wrong with rules files. */
#ifndef ROOTWATCH_RULES_LANG_LOG_H
#define ROOTWATCH_RULES_LANG_LOG_H

#include "rules/lang/rule_file.h"

/* Adds a message; the same one at the same place only once. */
void log_error(struct rule_log *log, struct rule_pos pos, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void log_warning(struct rule_log *log, struct rule_pos pos, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* By file in the order of texts, line and column. */
void log_sort(struct rule_log *log, const struct rule_text *texts, size_t n);

/* Text of a rules file as messages may show it: in quotes, printable, cut when long. */
#define SHOWN_MAX 72
struct shown {
	char text[SHOWN_MAX];
};
struct shown log_show(const char *p, size_t len);
#define SHOW(p, len) (log_show((p), (len)).text)
#define SHOW_STR(s)  (log_show((s), strlen(s)).text)

#endif /* ROOTWATCH_RULES_LANG_LOG_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files: YAML in Falco's shape -> struct rule. Pure: bytes in, rules and messages out. */
#ifndef ROOTWATCH_RULES_LANG_RULE_FILE_H
#define ROOTWATCH_RULES_LANG_RULE_FILE_H

#include "rules/lang/ast.h"

/* One file's bytes, whole; later texts may append to and override what earlier ones define. */
struct rule_text {
	const char *name; /* for messages; has to outlive the list and the log, which point to it */
	const char *bytes;
	size_t len;
};

#define RULE_TEXT_MAX (4u << 20)

enum rule_severity { RULE_ERROR, RULE_WARNING };

struct rule_message {
	enum rule_severity severity;
	struct rule_pos pos;
	char text[400];
};

/* The messages, in the order of their places; at most RULE_MESSAGES_MAX, then `more` counts. */
#define RULE_MESSAGES_MAX 100
struct rule_log {
	struct rule_message messages[RULE_MESSAGES_MAX];
	size_t n, more;
	size_t errors;
};

struct rule_list {
	struct rule *rules; /* in the order of definition; also those left out or not enabled */
	size_t n;
	void *arena; /* owns everything */
};

/*
 * Parses all texts into *out. 0; -EINVAL when there is any error (the log says where and what;
 * *out untouched); -ENOMEM. Rules that need an event or a field that does not exist here are left
 * out (rule.left_out), which is no error. Never recurses without bound, never takes memory without
 * bound.
 */
int rule_list_parse(struct rule_list **out, const struct rule_text *texts, size_t n,
		    struct rule_log *log);
void rule_list_free(struct rule_list *list);

#endif /* ROOTWATCH_RULES_LANG_RULE_FILE_H */

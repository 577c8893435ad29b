// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a rules file: no crash, bounded work, and the condition of every rule that came out
 * is text that gives the same condition again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/rule_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rule_log log_first, log_again;

static struct rule_list *again(const char *condition)
{
	static const char head[] =
		"- rule: r\n  desc: d\n  output: o\n  priority: debug\n  condition: '";
	char *yaml = malloc(sizeof(head) + 2 * strlen(condition) + 2);
	struct rule_list *list = NULL;
	struct rule_text text = {"again", yaml, sizeof(head) - 1};

	if (!yaml)
		abort();
	memcpy(yaml, head, sizeof(head) - 1);
	for (const char *p = condition; *p; p++) {
		if (*p == '\'')
			yaml[text.len++] = '\'';
		yaml[text.len++] = *p;
	}
	yaml[text.len++] = '\'';
	if (rule_list_parse(&list, &text, 1, &log_again) != 0) {
		fprintf(stderr, "%s\n%s\n", condition, log_again.messages[0].text);
		abort();
	}
	free(yaml);
	return list;
}

static void check(const struct rule *rule)
{
	struct rule_list *list;

	if (!rule->name || !rule->id || !rule->desc || !rule->tags || !rule->output_text)
		abort();
	if (rule->left_out) {
		if (rule->condition || rule->condition_text || rule->output)
			abort();
		return;
	}
	if (strlen(rule->condition_text) > 16384)
		return; /* an hour of these teaches nothing */
	list = again(rule->condition_text);
	if (list->n != 1 || list->rules[0].left_out ||
	    strcmp(list->rules[0].condition_text, rule->condition_text) != 0) {
		fprintf(stderr, "%s\n%s\n", rule->condition_text, list->rules[0].condition_text);
		abort();
	}
	rule_list_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rule_text text = {"fuzz", (const char *)data, size};
	struct rule_list *list = NULL;

	if (rule_list_parse(&list, &text, 1, &log_first) != 0) {
		if (list || !log_first.errors)
			abort();
		return 0;
	}
	for (size_t i = 0; i < list->n; i++)
		check(&list->rules[i]);
	rule_list_free(list);
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/parse.h"

struct rule_log parse_log;

const char *parse_messages(void)
{
	static char text[64 * 1024];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < parse_log.n; i++) {
		const struct rule_message *m = &parse_log.messages[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u:%u: %s\n",
				      m->severity == RULE_WARNING ? "warning: " : "", m->pos.line,
				      m->pos.column, m->text);
	}
	return text;
}

struct rule_list *parse_good(const char *yaml)
{
	struct rule_text text = {"test.yaml", yaml, strlen(yaml)};
	struct rule_list *list = NULL;
	int err = rule_list_parse(&list, &text, 1, &parse_log);

	if (err)
		fail_msg("%d:\n%s\nfor\n%s", err, parse_messages(), yaml);
	assert_int_equal(parse_log.errors, 0);
	assert_non_null(list);
	return list;
}

const char *parse_bad(const char *yaml)
{
	struct rule_text text = {"test.yaml", yaml, strlen(yaml)};
	struct rule_list *list = (struct rule_list *)&text;

	assert_int_equal(rule_list_parse(&list, &text, 1, &parse_log), -EINVAL);
	assert_ptr_equal(list, &text); /* untouched */
	assert_true(parse_log.errors > 0);
	return parse_messages();
}

struct rule_list *parse_condition(const char *before, const char *condition)
{
	size_t room = strlen(before) + 2 * strlen(condition) + 200, n;
	char *yaml = malloc(room);
	struct rule_list *list;

	assert_non_null(yaml);
	n = (size_t)snprintf(yaml, room,
			     "%s- rule: r\n  desc: d\n  output: o\n  priority: debug\n"
			     "  condition: '",
			     before);
	for (const char *p = condition; *p; p++) {
		if (*p == '\'')
			yaml[n++] = '\'';
		yaml[n++] = *p;
	}
	memcpy(yaml + n, "'\n", 3);
	list = parse_good(yaml);
	free(yaml);
	return list;
}

static void same_use(const struct field_use *a, const struct field_use *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->has_index, b->has_index);
	assert_int_equal(a->index, b->index);
	assert_int_equal(!a->arg, !b->arg);
	if (a->arg)
		assert_string_equal(a->arg, b->arg);
	assert_int_equal(a->n_transforms, b->n_transforms);
	for (size_t i = 0; i < a->n_transforms; i++)
		assert_int_equal(a->transforms[i], b->transforms[i]);
}

void expect_same_tree(const struct node *a, const struct node *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->n_kids, b->n_kids);
	for (size_t i = 0; i < a->n_kids; i++)
		expect_same_tree(a->kids[i], b->kids[i]);
	if (a->kind != NODE_TEST)
		return;
	same_use(&a->left, &b->left);
	assert_int_equal(a->op, b->op);
	assert_int_equal(a->n_values, b->n_values);
	for (size_t i = 0; i < a->n_values; i++) {
		assert_int_equal(a->values[i].len, b->values[i].len);
		assert_memory_equal(a->values[i].text, b->values[i].text, a->values[i].len + 1);
	}
	assert_int_equal(!a->right, !b->right);
	if (a->right)
		same_use(a->right, b->right);
}

void expect_condition(const char *before, const char *condition, const char *expanded)
{
	struct rule_list *first = parse_condition(before, condition), *second;
	const struct rule *rule;

	assert_int_equal(first->n, 1);
	rule = &first->rules[0];
	if (rule->left_out)
		fail_msg("%s: left out: it %s", condition, rule->left_out);
	assert_string_equal(rule->condition_text, expanded);
	second = parse_condition("", rule->condition_text);
	assert_string_equal(second->rules[0].condition_text, expanded);
	expect_same_tree(rule->condition, second->rules[0].condition);
	rule_list_free(second);
	rule_list_free(first);
}

// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/condition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event/event.h"

/* One allocation a thing, so that ASan sees where it ends. */
struct thing {
	struct thing *next;
	_Alignas(16) char bytes[];
};
static struct thing *things;

static void *new_thing(size_t size)
{
	struct thing *t = calloc(1, sizeof(*t) + size);

	assert_non_null(t);
	t->next = things;
	things = t;
	return t->bytes;
}

void condition_reset(void)
{
	while (things) {
		struct thing *next = things->next;

		free(things);
		things = next;
	}
}

const char *condition_keep(const char *s, size_t len)
{
	char *copy = new_thing(len + 1);

	memcpy(copy, s, len);
	return copy;
}

struct node *condition_test(enum field_id id, enum operator_kind op, const char *const *values,
			    size_t n)
{
	struct node *node = new_thing(sizeof(*node));
	struct rule_value *v = new_thing(n * sizeof(*v));
	size_t i;

	for (i = 0; i < n; i++) {
		v[i].len = strlen(values[i]);
		v[i].text = condition_keep(values[i], v[i].len);
	}
	node->kind = NODE_TEST;
	node->pos = (struct rule_pos){"test.yaml", 1, 1};
	node->left.id = id;
	node->op = op;
	node->values = v;
	node->n_values = n;
	return node;
}

struct node *condition_join(enum node_kind kind, struct node *const *kids, size_t n)
{
	struct node *node = new_thing(sizeof(*node));

	node->kind = kind;
	node->pos = kids[0]->pos;
	node->kids = new_thing(n * sizeof(struct node *));
	for (size_t i = 0; i < n; i++)
		node->kids[i] = kids[i];
	node->n_kids = n;
	return node;
}

struct node *condition_transform(struct node *test, enum transform t)
{
	assert_true(test->left.n_transforms < FIELD_TRANSFORMS_MAX);
	test->left.transforms[test->left.n_transforms++] = t;
	return test;
}

struct rule condition_rule(const struct node *condition)
{
	return (struct rule){.name = "rule",
			     .priority = PRIORITY_WARNING,
			     .enabled = true,
			     .condition = condition};
}

static void add_access(char *text, uint32_t access)
{
	if (access & FILTER_READ)
		strcat(text, "R");
	if (access & FILTER_WRITE)
		strcat(text, "W");
	if (access & FILTER_CONNECT)
		strcat(text, "C");
	if (access & FILTER_OUT)
		strcat(text, "O");
	if (access & FILTER_IN)
		strcat(text, "I");
	if (access & FILTER_SEND)
		strcat(text, "S");
	if (access & FILTER_CALL)
		strcat(text, "K");
}

/* "(chmod chown)": which calls, when they are few. */
static void add_calls(char *text, const struct wire_calls *calls)
{
	const char *before = "(";
	int n = 0;

	for (uint32_t call = 0; call < WIRE_CALL_END; call++)
		n += wire_calls_has(calls, call);
	if (n > 4 || n == 0)
		return;
	for (uint32_t call = 0; call < WIRE_CALL_END; call++) {
		if (!wire_calls_has(calls, call))
			continue;
		sprintf(text + strlen(text), "%s%s", before, event_call_name(call));
		before = " ";
	}
	strcat(text, ")");
}

const char *condition_filter(const struct filter *f)
{
	static const char *const scopes[] = {"path", "proc", "sysfs",  "cgroup",   "kern",
					     "host", "name", "suffix", "folder",   "block",
					     "suid", "char", "socket", "listener", "port",
					     "from", "to",   "net",    "denied"};
	static const char *const kinds[] = {"",	     "",     "",	"exec", "exit",
					    "setid", "open", "connect", "call", "net"};
	size_t size = 192, i;
	char *text;

	for (i = 0; i < f->n; i++)
		size += strlen(f->entries[i].pattern) + 32;
	text = new_thing(size);
	for (i = 0; i < f->n; i++) {
		const struct filter_entry *e = &f->entries[i];

		sprintf(text + strlen(text), "%s%s%s%s ", scopes[e->scope], e->ignore ? "-" : "",
			e->pattern[0] ? " " : "", e->pattern);
		add_access(text, e->access);
		strcat(text, e->urgent ? "!; " : "; ");
	}
	if (f->any) {
		strcat(text, "any ");
		add_access(text, f->any);
		strcat(text, "; ");
	}
	strcat(text, "kinds");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (f->kinds & (1u << i))
			sprintf(text + strlen(text), " %s", kinds[i]);
	add_calls(text, &f->calls);
	if (text[strlen(text) - 1] == ')') /* else of many */
		for (uint32_t call = WIRE_CALL_FIRST; call < WIRE_CALL_END; call++)
			if (f->dull & wire_call_dull(call))
				sprintf(text + strlen(text), " dull %s", event_call_name(call));
	return text;
}

int condition_teardown(void **state)
{
	(void)state;
	condition_reset();
	return 0;
}

const char *condition_derive(const struct rule *rules, size_t n)
{
	struct filter *f;
	const char *text;

	assert_int_equal(filter_derive(&f, rules, n), 0);
	text = condition_filter(f);
	filter_free(f);
	return text;
}

void condition_expect(const char *want, const struct node *condition)
{
	struct rule rule = condition_rule(condition);

	assert_string_equal(condition_derive(&rule, 1), want);
}

void condition_expect_open(const char *want, struct node *condition)
{
	char text[256];

	snprintf(text, sizeof(text), "%s RW; kinds open(mmap)", want);
	condition_expect(text, AND(EXISTS(IS_OPEN_READ), condition));
}

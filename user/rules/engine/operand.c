// SPDX-License-Identifier: Apache-2.0
/* The right side of a comparison, made ready: numbers parsed, lists hashed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/engine/internal.h"

static bool is_text(enum field_type type)
{
	return type == FIELD_STRING || type == FIELD_STRINGS;
}

/* Decimal, or hexadecimal behind 0x. */
static bool parse_number(const struct rule_value *v, int64_t *n)
{
	const char *s = v->text + (v->len > 0 && v->text[0] == '-');
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	char *end;

	if (v->len == 0 || strlen(v->text) != v->len || s[0] < '0' || s[0] > '9')
		return false;
	errno = 0;
	*n = strtoimax(v->text, &end, hex ? 16 : 10);
	return *end == '\0' && errno == 0;
}

static bool parse_bool(const struct rule_value *v, int64_t *n)
{
	struct str s = {v->text, (uint32_t)v->len, (uint32_t)v->len};

	*n = str_is(s, "true") || str_is(s, "1");
	return *n || str_is(s, "false") || str_is(s, "0");
}

static int parse(enum field_type type, const struct rule_value *v, int64_t *n, char *why,
		 size_t size)
{
	bool ok = type == FIELD_BOOL ? parse_bool(v, n) : parse_number(v, n);

	if (ok)
		return 0;
	snprintf(why, size, "\"%.60s\" is no %s", v->text,
		 type == FIELD_BOOL ? "true or false" : "number");
	return -EINVAL;
}

static int compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int numbers(struct test *t, enum field_type type, char *why, size_t size)
{
	const struct node *node = t->node;
	int err = 0;

	t->numbers.n = node->n_values;
	t->numbers.p = calloc(node->n_values + 1, sizeof(int64_t));
	if (!t->numbers.p)
		return -ENOMEM;
	for (size_t i = 0; i < node->n_values && !err; i++)
		err = parse(type, &node->values[i], &t->numbers.p[i], why, size);
	if (err) {
		free(t->numbers.p);
		return err;
	}
	qsort(t->numbers.p, t->numbers.n, sizeof(int64_t), compare_numbers);
	return 0;
}

static int number_operand(struct test *t, enum field_type type, char *why, size_t size)
{
	switch (t->op) {
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		if (type == FIELD_BOOL)
			break;
		return parse(type, &t->node->values[0], &t->number, why, size);
	case OP_EQ:
	case OP_NE:
		return parse(type, &t->node->values[0], &t->number, why, size);
	case OP_IN:
	case OP_INTERSECTS:
		return numbers(t, type, why, size);
	default:
		break;
	}
	snprintf(why, size, "%s does not compare %s", operator_name(t->op),
		 type == FIELD_BOOL ? "true and false" : "numbers");
	return -EINVAL;
}

static int address_operand(struct test *t, char *why, size_t size)
{
	const struct node *node = t->node;

	if (t->op != OP_EQ && t->op != OP_NE && t->op != OP_IN && t->op != OP_INTERSECTS) {
		snprintf(why, size, "%s does not compare addresses", operator_name(t->op));
		return -EINVAL;
	}
	t->networks.p = calloc(node->n_values + 1, sizeof(t->networks.p[0]));
	if (!t->networks.p)
		return -ENOMEM;
	for (size_t i = 0; i < node->n_values; i++) {
		const struct rule_value *v = &node->values[i];

		if (network_parse(&t->networks.p[i], v->text, v->len)) {
			free(t->networks.p);
			snprintf(why, size, "\"%.60s\" is no address and no network", v->text);
			return -EINVAL;
		}
	}
	t->networks.n = node->n_values;
	return 0;
}

static int text_operand(struct test *t, char *why, size_t size)
{
	const struct node *node = t->node;

	switch (t->op) {
	case OP_IN:
	case OP_INTERSECTS:
		return set_new(&t->set, node->values, node->n_values);
	case OP_PMATCH:
		return path_set_new(&t->paths, node->values, node->n_values);
	default:
		break;
	}
	t->text = (struct str){node->values[0].text, (uint32_t)node->values[0].len,
			       (uint32_t)node->values[0].len};
	if (t->op == OP_CONTAINS || t->op == OP_ICONTAINS)
		grams_ask(&t->grams, t->text);
	return t->op == OP_REGEX ? regex_new(&t->regex, t->text, why, size, NULL) : 0;
}

/* val(field): the operator has to be one that can do without preparation. */
static int check_fields(const struct engine *g, const struct test *t, char *why, size_t size)
{
	enum field_type left = g->slots[t->left].type, right = g->slots[t->right].type;
	bool equality = t->op == OP_EQ || t->op == OP_NE || t->op == OP_IN ||
			t->op == OP_INTERSECTS;
	bool order = t->op == OP_LT || t->op == OP_LE || t->op == OP_GT || t->op == OP_GE;

	if (is_text(left) != is_text(right) || (!is_text(left) && left != right)) {
		snprintf(why, size, "the fields on both sides of %s are of different types",
			 operator_name(t->op));
		return -EINVAL;
	}
	if (t->op == OP_REGEX || t->op == OP_PMATCH || t->op == OP_EXISTS ||
	    (left == FIELD_NUMBER && !equality && !order) ||
	    ((left == FIELD_BOOL || left == FIELD_ADDRESS) && !equality)) {
		snprintf(why, size, "%s cannot have a field on its right side",
			 operator_name(t->op));
		return -EINVAL;
	}
	return 0;
}

int operand_new(const struct engine *g, struct test *t, char *why, size_t why_size)
{
	enum field_type type = g->slots[t->left].type;
	bool many = t->op == OP_IN || t->op == OP_INTERSECTS || t->op == OP_PMATCH;

	if (t->op >= OP_END) {
		snprintf(why, why_size, "there is no such operator");
		return -EINVAL;
	}
	if (t->right != NONE)
		return check_fields(g, t, why, why_size);
	if (t->op == OP_EXISTS)
		return 0;
	if (t->node->n_values == 0 ? !many : !many && t->node->n_values > 1) {
		snprintf(why, why_size, "%s has one value on its right side", operator_name(t->op));
		return -EINVAL;
	}
	for (size_t i = 0; i < t->node->n_values; i++) {
		if (t->node->values[i].len >= UINT32_MAX / 2)
			return -ENOMEM;
	}
	if (is_text(type))
		return text_operand(t, why, why_size);
	if (type == FIELD_ADDRESS)
		return address_operand(t, why, why_size);
	return number_operand(t, type, why, why_size);
}

void operand_free(const struct engine *g, struct test *t)
{
	bool in = t->op == OP_IN || t->op == OP_INTERSECTS;

	if (t->right != NONE || t->op == OP_EXISTS)
		return;
	if (g->slots[t->left].type == FIELD_ADDRESS) {
		free(t->networks.p);
		return;
	}
	if (t->op == OP_REGEX)
		regex_free(t->regex);
	else if (t->op == OP_PMATCH)
		path_set_free(t->paths);
	else if (in && is_text(g->slots[t->left].type))
		set_free(t->set);
	else if (in)
		free(t->numbers.p);
}

// SPDX-License-Identifier: Apache-2.0
#include "naive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "rules/engine/regex.h"
#include "rules/value.h"

static struct value_scratch scratch;

static bool is_below(struct str path, const struct rule_value *dir)
{
	char a[256], b[256];
	int n;

	/* Both with one slash behind each component, and none doubled: a prefix then. */
	struct {
		struct str s;
		char *out;
	} sides[2] = {{{dir->text, (uint32_t)dir->len, 0}, a}, {path, b}};

	for (int i = 0; i < 2; i++) {
		n = 0;
		sides[i].out[n++] = '/';
		for (uint32_t j = 0; j < sides[i].s.len; j++) {
			if (sides[i].s.p[j] != '/' || sides[i].out[n - 1] != '/')
				sides[i].out[n++] = sides[i].s.p[j];
		}
		if (sides[i].out[n - 1] != '/')
			sides[i].out[n++] = '/';
		sides[i].out[n] = '\0';
	}
	return strncmp(a, b, strlen(a)) == 0;
}

static bool fits(const char *pattern, const char *text, int flags)
{
	return fnmatch(pattern, text, flags) == 0;
}

static bool regex_fits(const char *pattern, struct str text)
{
	struct regex *r;
	char why[64];
	bool is;

	assert_int_equal(regex_new(&r, str_from(pattern), why, sizeof(why), NULL), 0);
	is = regex_match(r, text) != 0;
	regex_free(r);
	return is;
}

/* Bit by bit. */
static bool address_holds(enum operator_kind op, struct str s, const struct rule_value *v)
{
	struct network one, all;
	bool same = true;

	assert_int_equal(network_parse(&one, s.p, s.len), 0);
	assert_int_equal(network_parse(&all, v->text, v->len), 0);
	for (unsigned i = 0; i < all.bits; i++)
		same &= (one.base.bytes[i / 8] >> (7 - i % 8) & 1) ==
			(all.base.bytes[i / 8] >> (7 - i % 8) & 1);
	return same != (op == OP_NE);
}

static bool text_holds(enum operator_kind op, struct str s, const struct rule_value *v)
{
	char a[256];

	snprintf(a, sizeof(a), "%.*s", (int)s.len, s.p);
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return strcmp(a, v->text) == 0;
	case OP_NE:
		return strcmp(a, v->text) != 0;
	case OP_LT:
		return strcmp(a, v->text) < 0;
	case OP_LE:
		return strcmp(a, v->text) <= 0;
	case OP_GT:
		return strcmp(a, v->text) > 0;
	case OP_GE:
		return strcmp(a, v->text) >= 0;
	case OP_CONTAINS:
	case OP_BCONTAINS:
		return strstr(a, v->text);
	case OP_ICONTAINS:
		return strcasestr(a, v->text);
	case OP_STARTSWITH:
	case OP_BSTARTSWITH:
		return strncmp(a, v->text, v->len) == 0;
	case OP_ENDSWITH:
		return s.len >= v->len && strcmp(a + s.len - v->len, v->text) == 0;
	case OP_GLOB:
		return fits(v->text, a, 0);
	case OP_IGLOB:
		return fits(v->text, a, FNM_CASEFOLD);
	case OP_REGEX:
		return regex_fits(v->text, s);
	case OP_PMATCH:
		return is_below(s, v);
	default:
		fail_msg("operator %d", (int)op);
		return false;
	}
}

static bool number_holds(enum operator_kind op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	default:
		return a >= b;
	}
}

static int64_t number_of(const struct rule_value *v)
{
	if (strcmp(v->text, "true") == 0)
		return 1;
	return strtoll(v->text, NULL, 10);
}

/* One element of the left side with the values of the right. */
static bool element_holds(const struct node *n, const struct value *v, size_t i)
{
	for (size_t j = 0; j < n->n_values; j++) {
		if (v->type == VALUE_NUMBER || v->type == VALUE_BOOL) {
			if (number_holds(n->op, v->n, number_of(&n->values[j])))
				return true;
		} else if (value_field_type(n->left.id) == FIELD_NUMBER) { /* a list of them */
			char text[24];

			snprintf(text, sizeof(text), "%.*s", (int)v->list[i].len, v->list[i].p);
			if (number_holds(n->op, atoi(text), number_of(&n->values[j])))
				return true;
		} else if (value_field_type(n->left.id) == FIELD_ADDRESS) {
			if (address_holds(n->op, v->type == VALUE_LIST ? v->list[i] : v->s,
					  &n->values[j]))
				return true;
		} else if (text_holds(n->op, v->type == VALUE_LIST ? v->list[i] : v->s,
				      &n->values[j])) {
			return true;
		}
	}
	return false;
}

static bool field_holds(const struct node *n, const struct value *v, size_t i,
			const struct value *right)
{
	struct str a = v->type == VALUE_LIST ? v->list[i] : v->s;
	char text[256];

	if (right->type == VALUE_NUMBER)
		return number_holds(n->op, v->n, right->n);
	for (size_t j = 0; j < (right->type == VALUE_LIST ? right->n_list : 1); j++) {
		struct str b = right->type == VALUE_LIST ? right->list[j] : right->s;
		struct rule_value value = {text, b.len};

		snprintf(text, sizeof(text), "%.*s", (int)b.len, b.p);
		if (text_holds(n->op, a, &value))
			return true;
	}
	return false;
}

static bool test_holds(const struct node *n, const struct event *e)
{
	bool ends = n->left.id == F_FD_IP || n->left.id == F_FD_NET || n->left.id == F_FD_PORT;
	bool all = (n->op == OP_IN && value_field_type(n->left.id) == FIELD_STRINGS) ||
		   (n->op == OP_NE && ends);
	struct value v, right = {.type = VALUE_MISSING};
	size_t count, holding = 0;

	scratch.used = 0;
	value_of(&v, e, &n->left, &scratch);
	value_transform(&v, &n->left, &scratch);
	if (v.type == VALUE_MISSING)
		return false;
	if (n->op == OP_EXISTS)
		return true;
	if (n->right) {
		value_of(&right, e, n->right, &scratch);
		value_transform(&right, n->right, &scratch);
		if (right.type == VALUE_MISSING)
			return false;
	}
	count = v.type == VALUE_LIST ? v.n_list : 1;
	for (size_t i = 0; i < count; i++)
		holding += n->right ? field_holds(n, &v, i, &right) : element_holds(n, &v, i);
	return all ? holding == count : holding > 0;
}

static bool holds(const struct node *n, const struct event *e)
{
	size_t holding = 0;

	switch (n->kind) {
	case NODE_NOT:
		return !holds(n->kids[0], e);
	case NODE_TEST:
		return test_holds(n, e);
	default:
		for (size_t i = 0; i < n->n_kids; i++)
			holding += holds(n->kids[i], e);
		return n->kind == NODE_AND ? holding == n->n_kids : holding > 0;
	}
}

void naive_judge(const struct rule *rules, size_t n, const struct event *e, struct verdict *v)
{
	v->n = 0;
	for (int p = 0; p < PRIORITY_END && !e->context; p++) {
		for (size_t i = 0; i < n && v->n < VERDICT_MAX; i++) {
			if (rules[i].enabled && !rules[i].left_out &&
			    rules[i].priority == (enum priority)p && holds(rules[i].condition, e))
				v->hits[v->n++] = &rules[i];
		}
	}
}

// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "rules/engine/glob.h"
#include "rules/engine/internal.h"

const struct value *slot_value(struct engine *g, uint32_t slot, const struct event *e)
{
	struct slot *s = &g->slots[slot];

	if (s->stamp == g->stamp)
		return &s->v;
	if (s->plain == NONE) {
		value_of(&s->v, e, &s->use, &g->scratch);
	} else {
		s->v = *slot_value(g, s->plain, e);
		g->scratches[s->scratch].used = 0;
		value_transform(&s->v, &s->use, &g->scratches[s->scratch]);
	}
	s->stamp = g->stamp;
	return &s->v;
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool contains(struct str s, struct str part)
{
	return part.len == 0 || (s.len >= part.len && memmem(s.p, s.len, part.p, part.len));
}

static bool contains_folded(struct str s, struct str part)
{
	for (uint32_t i = 0; i + (uint64_t)part.len <= s.len; i++) {
		uint32_t j = 0;

		while (j < part.len && lower(s.p[i + j]) == lower(part.p[j]))
			j++;
		if (j == part.len)
			return true;
	}
	return false;
}

static int order(struct str a, struct str b)
{
	uint32_t n = a.len < b.len ? a.len : b.len;
	int d = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return d ? d : (a.len > b.len) - (a.len < b.len);
}

static bool starts(struct str s, struct str part)
{
	return s.len >= part.len && (part.len == 0 || memcmp(s.p, part.p, part.len) == 0);
}

static bool ends(struct str s, struct str part)
{
	return s.len >= part.len &&
	       (part.len == 0 || memcmp(s.p + s.len - part.len, part.p, part.len) == 0);
}

/* The operators that need two strings and no more. */
static bool compare_texts(enum operator_kind op, struct str a, struct str b)
{
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return str_eq(a, b);
	case OP_NE:
		return !str_eq(a, b);
	case OP_LT:
		return order(a, b) < 0;
	case OP_LE:
		return order(a, b) <= 0;
	case OP_GT:
		return order(a, b) > 0;
	case OP_GE:
		return order(a, b) >= 0;
	case OP_CONTAINS:
	case OP_BCONTAINS:
		return contains(a, b);
	case OP_ICONTAINS:
		return contains_folded(a, b);
	case OP_STARTSWITH:
	case OP_BSTARTSWITH:
		return starts(a, b);
	case OP_ENDSWITH:
		return ends(a, b);
	case OP_GLOB:
		return glob_match(b, a, false);
	case OP_IGLOB:
		return glob_match(b, a, true);
	default:
		return false;
	}
}

static bool compare_numbers(enum operator_kind op, int64_t a, int64_t b)
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
	case OP_GE:
		return a >= b;
	default:
		return false;
	}
}

static bool among(const struct test *t, int64_t n)
{
	size_t low = 0, high = t->numbers.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->numbers.p[mid] == n)
			return true;
		if (t->numbers.p[mid] < n)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool test_number(const struct test *t, int64_t n)
{
	if (t->op == OP_IN || t->op == OP_INTERSECTS)
		return among(t, n);
	return compare_numbers((enum operator_kind)t->op, n, t->number);
}

/* Of a match that is given up nobody knows: see test_run(). */
static bool test_regex(struct engine *g, const struct test *t, struct str s)
{
	int found = regex_match(t->regex, s);

	if (found < 0)
		g->regex_limits++;
	return found != 0;
}

static bool test_address(const struct test *t, struct str s)
{
	struct network one;
	bool found = false;

	if (network_parse(&one, s.p, s.len))
		return false;
	for (size_t i = 0; i < t->networks.n && !found; i++)
		found = network_has(&t->networks.p[i], &one.base);
	return found != (t->op == OP_NE);
}

/* hash: of s, where t needs one. */
static bool test_text(struct engine *g, const struct test *t, struct str s, uint64_t hash)
{
	switch (t->op) {
	case OP_IN:
	case OP_INTERSECTS:
		return set_has(t->set, s, hash);
	case OP_PMATCH:
		return path_set_has(t->paths, s);
	case OP_REGEX:
		return test_regex(g, t, s);
	default:
		return compare_texts((enum operator_kind)t->op, s, t->text);
	}
}

uint64_t slot_hash(const struct engine *g, struct slot *s)
{
	if (s->hash_stamp != g->stamp) {
		s->hash = set_hash(s->v.s);
		s->hash_stamp = g->stamp;
	}
	return s->hash;
}

/* The decimal elements of a list of numbers. */
static int64_t number_of(struct str s)
{
	char text[24];
	uint32_t n = s.len < sizeof(text) - 1 ? s.len : (uint32_t)sizeof(text) - 1;

	memcpy(text, s.p, n);
	text[n] = '\0';
	return strtoll(text, NULL, 10);
}

static bool test_element(struct engine *g, const struct test *t, struct str s)
{
	if (g->slots[t->left].type == FIELD_NUMBER)
		return test_number(t, number_of(s));
	if (g->slots[t->left].type == FIELD_ADDRESS)
		return test_address(t, s);
	return test_text(g, t, s, t->op == OP_IN || t->op == OP_INTERSECTS ? set_hash(s) : 0);
}

/* Must all elements of a list pass, or is one enough? */
static bool wants_all(const struct engine *g, const struct test *t)
{
	return (t->op == OP_IN && g->slots[t->left].all) ||
	       (t->op == OP_NE && g->slots[t->left].ends);
}

static bool test_list(struct engine *g, const struct test *t, const struct value *v)
{
	bool all = wants_all(g, t);

	for (size_t i = 0; i < v->n_list; i++) {
		if (test_element(g, t, v->list[i]) != all)
			return !all;
	}
	return all;
}

static struct str element(const struct value *v, size_t i)
{
	return v->type == VALUE_LIST ? v->list[i] : v->s;
}

static size_t count(const struct value *v)
{
	return v->type == VALUE_LIST ? v->n_list : 1;
}

static bool compare_elements(const struct engine *g, const struct test *t, const struct value *a,
			     size_t i, const struct value *b, size_t j)
{
	enum operator_kind op = (enum operator_kind)t->op;
	int64_t x, y;

	if (g->slots[t->left].type == FIELD_STRING || g->slots[t->left].type == FIELD_STRINGS ||
	    g->slots[t->left].type == FIELD_ADDRESS) /* in one way only, therefore as texts */
		return compare_texts(op, element(a, i), element(b, j));
	x = a->type == VALUE_LIST ? number_of(a->list[i]) : a->n;
	y = b->type == VALUE_LIST ? number_of(b->list[j]) : b->n;
	return compare_numbers(op, x, y);
}

/* val(): some element of the left side with some of the right; with `in`, all of a list's. */
static bool test_fields(const struct engine *g, const struct test *t, const struct value *a,
			const struct value *b)
{
	bool all = wants_all(g, t);

	for (size_t i = 0; i < count(a); i++) {
		bool some = false;

		for (size_t j = 0; j < count(b) && !some; j++)
			some = compare_elements(g, t, a, i, b, j);
		if (some != all)
			return !all;
	}
	return all;
}

/* False: what is searched for is not in the value, by the pairs of bytes that it has. */
static bool may_contain(struct engine *g, const struct test *t)
{
	struct slot *s = &g->slots[t->left];

	if (!s->grams || (t->op != OP_CONTAINS && t->op != OP_ICONTAINS))
		return true;
	if (s->grams_stamp != g->stamp) {
		grams_fill(s->grams, s->v.s);
		s->grams_stamp = g->stamp;
	}
	return grams_may(s->grams, &t->grams);
}

static bool answer(struct engine *g, const struct test *t, const struct event *e)
{
	const struct value *v = slot_value(g, t->left, e), *right;
	bool lookup = t->op == OP_IN || t->op == OP_INTERSECTS;

	if (v->type == VALUE_MISSING)
		return false;
	if (t->op == OP_EXISTS)
		return true;
	if (t->right != NONE) {
		right = slot_value(g, t->right, e);
		return right->type != VALUE_MISSING && test_fields(g, t, v, right);
	}
	switch (v->type) {
	case VALUE_STRING:
		if (g->slots[t->left].type == FIELD_ADDRESS)
			return test_address(t, v->s);
		return may_contain(g, t) &&
		       test_text(g, t, v->s, lookup ? slot_hash(g, &g->slots[t->left]) : 0);
	case VALUE_LIST:
		return test_list(g, t, v);
	default:
		return test_number(t, v->n);
	}
}

bool test_run(struct engine *g, struct test *t, const struct event *e)
{
	if (t->stamp != g->stamp) {
		uint64_t limits = g->regex_limits;

		t->answer = answer(g, t, e);
		t->given_up = g->regex_limits > limits;
		t->stamp = g->stamp;
	}
	return t->answer;
}

void test_forget(struct engine *g)
{
	g->scratch.used = 0;
	if (++g->stamp > 0)
		return;
	/* All around once: stamps from then are not to be mistaken for this one. */
	for (size_t i = 0; i < g->n_slots; i++)
		g->slots[i].stamp = g->slots[i].hash_stamp = g->slots[i].grams_stamp = 0;
	for (size_t i = 0; i < g->n_tests; i++)
		g->tests[i].stamp = 0;
	g->stamp = 1;
}

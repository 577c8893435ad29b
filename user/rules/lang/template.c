// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/template.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/nearest.h"
#include "rules/lang/closed.h"

static enum field_type type_of(const struct field_use *use)
{
	for (size_t i = 0; i < use->n_transforms; i++)
		if (use->transforms[i] == TRANSFORM_LEN)
			return FIELD_NUMBER;
	return field_type(use->id);
}

static const char *type_name(enum field_type type)
{
	switch (type) {
	case FIELD_NUMBER:
		return "a number";
	case FIELD_BOOL:
		return "true or false";
	case FIELD_ADDRESS:
		return "an address";
	default:
		return "a string";
	}
}

static bool fits(enum operator_kind op, enum field_type type)
{
	switch (op) {
	case OP_EQ:
	case OP_NE:
	case OP_IN:
	case OP_EXISTS:
		return true;
	case OP_INTERSECTS:
		return type != FIELD_BOOL;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return type == FIELD_NUMBER;
	default:
		return type == FIELD_STRING || type == FIELD_STRINGS;
	}
}

static int bad(struct template *t, struct rule_pos pos)
{
	t->verdict = (struct verdict){VERDICT_BAD, NULL, pos};
	return 0;
}

/* ---- values ---------------------------------------------------------------------------------- */

struct values {
	struct rule_value *p;
	size_t n, room;
};

static int add(struct lang *g, struct values *v, const struct rule_value *from, size_t n)
{
	if (n == 0)
		return 0;
	if (!v->p || v->room - v->n < n) {
		size_t room = v->n ? (v->n + n) * 2 : n;
		struct rule_value *wide = ARENA_ARRAY(g->out, struct rule_value, room);

		if (!wide)
			return -ENOMEM;
		if (v->n)
			memcpy(wide, v->p, v->n * sizeof(*wide));
		v->p = wide;
		v->room = room;
	}
	memcpy(v->p + v->n, from, n * sizeof(*from));
	v->n += n;
	return 0;
}

static int from_list(struct lang *g, const struct syntax_test *test, struct template *t,
		     const struct word *word, struct list_def *list, struct values *v)
{
	int err = lang_list(g, list);

	if (err)
		return err == -ENOMEM ? err : bad(t, word->pos);
	if (!operator_takes_list(test->op) && list->n != 1) {
		log_error(g->log, word->pos,
			  "%s takes one value, and the list %s has %zu; use in, or put the word in "
			  "quotes if it is not meant to be the list",
			  operator_name(test->op), SHOW(word->p, word->len), list->n);
		return bad(t, word->pos);
	}
	g->values += list->n;
	if (g->values > LIST_VALUES_MAX) {
		log_error(g->log, word->pos, "the conditions hold more than %d values together",
			  LIST_VALUES_MAX);
		return bad(t, word->pos);
	}
	return add(g, v, list->values, list->n);
}

static const char *nearest_list(struct lang *g, const struct word *word)
{
	struct nearest near = {0};

	if (g->nearest == 0 || word->len > NEAREST_WORD_MAX)
		return NULL;
	g->nearest--;
	for (const struct list_def *l = g->first_list; l; l = l->next)
		nearest_try(&near, word->p, l->name.p);
	return near.word;
}

static int take_words(struct lang *g, const struct syntax_test *test, struct template *t,
		      struct values *v)
{
	int err = 0;

	for (size_t i = 0; !err && i < test->n_words; i++) {
		const struct word *word = &test->words[i];
		struct list_def *list = word->quoted ? NULL :
						       dict_get(&g->lists, word->p, word->len);
		char *copy;

		if (list) {
			err = from_list(g, test, t, word, list, v);
			continue;
		}
		if (test->list_name) {
			const char *near = nearest_list(g, word);

			if (g->incomplete)
				return bad(t, word->pos);
			log_error(g->log, word->pos,
				  "there is no list %s%s%s%s; values go in parentheses",
				  SHOW(word->p, word->len), near ? "; did you mean " : "",
				  near ? near : "", near ? "?" : "");
			return bad(t, word->pos);
		}
		copy = arena_copy(g->out, word->p, word->len);
		err = copy ? add(g, v, &(struct rule_value){copy, word->len}, 1) : -ENOMEM;
	}
	return err;
}

/* Where the value came from, as well as that is known: those of a list all from its name. */
static struct rule_pos value_pos(const struct syntax_test *test, const struct values *v, size_t i)
{
	return test->n_words == v->n ? test->words[i].pos :
	       test->n_words	     ? test->words[0].pos :
				       test->op_pos;
}

static bool number(const char *p, int64_t *out)
{
	const char *digits = *p == '-' || *p == '+' ? p + 1 : p;
	int base = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') ? 16 : 10;
	char *end;

	/* strtoll takes blanks, and a second sign behind ours. */
	if (base == 16 ? digits[2] == '\0' : *digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*out = strtoll(p, &end, base);
	return *end == '\0' && errno == 0;
}

static int to_number(struct lang *g, const struct syntax_test *test, struct template *t,
		     struct values *v, size_t i)
{
	const char *text;
	int64_t n;

	if (!number(v->p[i].text, &n)) {
		log_error(g->log, value_pos(test, v, i), "%s%s is a whole number, which %s is not",
			  t->node.left.n_transforms ? "the length of " : "",
			  field_name(t->node.left.id), SHOW(v->p[i].text, v->p[i].len));
		return bad(t, value_pos(test, v, i));
	}
	text = lang_say(g, "%lld", (long long)n);
	if (!text)
		return -ENOMEM;
	v->p[i] = (struct rule_value){text, strlen(text)};
	return 0;
}

static int digit(char c)
{
	const char *all = "0123456789abcdef", *at = strchr(all, c | 0x20);

	return c && at ? (int)(at - all) : -1;
}

static int to_bytes(struct lang *g, const struct syntax_test *test, struct template *t,
		    struct values *v, size_t i)
{
	size_t len = v->p[i].len;
	char *bytes = arena_new(g->out, len / 2 + 1, 1);

	if (!bytes)
		return -ENOMEM;
	for (size_t k = 0; k + 1 < len; k += 2) {
		int high = digit(v->p[i].text[k]), low = digit(v->p[i].text[k + 1]);

		if (high < 0 || low < 0) {
			len = 1;
			break;
		}
		bytes[k / 2] = (char)(high << 4 | low);
	}
	if (len % 2 || len == 0) {
		log_error(g->log, value_pos(test, v, i),
			  "%s takes bytes as pairs of hex digits such as 7f454c46, not %s",
			  operator_name(test->op), SHOW(v->p[i].text, v->p[i].len));
		return bad(t, value_pos(test, v, i));
	}
	v->p[i] = (struct rule_value){bytes, len / 2};
	return 0;
}

static int check_address(struct lang *g, const struct syntax_test *test, struct template *t,
			 const struct values *v, size_t i)
{
	struct network n;

	if (network_parse(&n, v->p[i].text, v->p[i].len) == 0)
		return 0;
	log_error(g->log, value_pos(test, v, i), "%s is an address or a network, which %s is not",
		  field_name(t->node.left.id), SHOW(v->p[i].text, v->p[i].len));
	return bad(t, value_pos(test, v, i));
}

static int check_value(struct lang *g, const struct syntax_test *test, struct template *t,
		       struct values *v, size_t i)
{
	enum field_type type = type_of(&t->node.left);

	if (test->op == OP_BCONTAINS || test->op == OP_BSTARTSWITH)
		return to_bytes(g, test, t, v, i);
	if (type == FIELD_NUMBER)
		return to_number(g, test, t, v, i);
	if (type == FIELD_ADDRESS)
		return check_address(g, test, t, v, i);
	if (type == FIELD_BOOL && strcmp(v->p[i].text, "true") != 0 &&
	    strcmp(v->p[i].text, "false") != 0) {
		log_error(g->log, value_pos(test, v, i), "%s is true or false, not %s",
			  field_name(t->node.left.id), SHOW(v->p[i].text, v->p[i].len));
		return bad(t, value_pos(test, v, i));
	}
	return 0;
}

static int take_values(struct lang *g, const struct syntax_test *test, struct template *t)
{
	struct values v = {0};
	int err = take_words(g, test, t, &v);

	if (!err && t->verdict.kind == VERDICT_OK)
		err = closed_check(g, test, t, v.p, v.n);
	for (size_t i = 0; !err && t->verdict.kind == VERDICT_OK && i < v.n && !t->settled; i++)
		err = check_value(g, test, t, &v, i);
	if (!t->settled) {
		t->node.values = v.p;
		t->node.n_values = v.n;
	}
	return err;
}

/* ---- the other field ------------------------------------------------------------------------- */

static bool compares_fields(enum operator_kind op)
{
	switch (op) {
	case OP_BCONTAINS:
	case OP_BSTARTSWITH:
	case OP_GLOB:
	case OP_IGLOB:
	case OP_REGEX:
	case OP_PMATCH:
		return false;
	default:
		return true;
	}
}

static int take_right(struct lang *g, const struct syntax_test *test, struct template *t)
{
	struct field_use *right = ARENA_NEW(g->out, struct field_use);
	enum field_type a = type_of(&t->node.left), b;
	int err;

	if (!right)
		return -ENOMEM;
	err = lang_field(g, test->right, right, &t->verdict);
	if (err || t->verdict.kind != VERDICT_OK)
		return err;
	b = type_of(right);
	if (!compares_fields(test->op)) {
		log_error(g->log, test->right->name.pos, "%s takes a value, not a field",
			  operator_name(test->op));
		return bad(t, test->right->name.pos);
	}
	a = a == FIELD_STRINGS ? FIELD_STRING : a;
	b = b == FIELD_STRINGS ? FIELD_STRING : b;
	if (a != b) {
		log_error(g->log, test->right->name.pos,
			  "%s is %s, %s is %s: they cannot be compared",
			  field_name(t->node.left.id), type_name(a), field_name(right->id),
			  type_name(b));
		return bad(t, test->right->name.pos);
	}
	t->node.right = right;
	return 0;
}

int template_make(struct lang *g, struct syntax_test *test)
{
	struct template *t = ARENA_NEW(&g->tmp, struct template);
	enum field_type type;
	int err;

	if (!t)
		return -ENOMEM;
	t->node.kind = NODE_TEST;
	t->node.pos = test->pos;
	t->node.op = test->op;
	test->template = t;
	err = lang_field(g, &test->left, &t->node.left, &t->verdict);
	if (err || t->verdict.kind != VERDICT_OK)
		return err;
	type = type_of(&t->node.left);
	if (closed_rewrites(test, t))
		return take_values(g, test, t);
	if (!fits(test->op, type)) {
		log_error(g->log, test->op_pos, "%s cannot be asked of %s%s, which is %s",
			  operator_name(test->op),
			  type == FIELD_NUMBER && t->node.left.n_transforms ? "the length of " : "",
			  field_name(t->node.left.id), type_name(type));
		return bad(t, test->op_pos);
	}
	if (test->right)
		return take_right(g, test, t);
	return test->op == OP_EXISTS ? 0 : take_values(g, test, t);
}

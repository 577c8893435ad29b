// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/syntax.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "rules/lang/lexer.h"

static int take_or(struct lexer *l, unsigned depth, struct syntax **out);

/* ---- fields ---------------------------------------------------------------------------------- */

static int find_transform(const char *p, size_t n)
{
	for (int t = TRANSFORM_TOLOWER; t <= TRANSFORM_B64; t++)
		if (strlen(transform_name((enum transform)t)) == n &&
		    memcmp(transform_name((enum transform)t), p, n) == 0)
			return t;
	return -1;
}

/* "tolower(" and its like, blanks before the parenthesis not allowed. */
static bool transform_here(const struct lexer *l)
{
	size_t n = lexer_name(l);

	return n && l->text->p[l->at + n] == '(' && find_transform(l->text->p + l->at, n) >= 0;
}

/* A name with a parenthesis at it where none of ours stands: Falco has others, and some are
 * guessed. */
static bool call_here(const struct lexer *l, size_t n)
{
	return n && l->text->p[l->at + n] == '(';
}

static int no_transform(const struct lexer *l, size_t n)
{
	char all[128] = "";
	size_t used = 0;

	for (int t = TRANSFORM_TOLOWER; t <= TRANSFORM_B64; t++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "",
					 transform_name((enum transform)t));
	return lexer_fail(l, l->at, "there is no transformer %s; there are %s",
			  SHOW(l->text->p + l->at, n), all);
}

static int take_plain_field(struct lexer *l, struct syntax_field *out)
{
	size_t n = lexer_name(l);
	int err;

	if (n == 0 || !memchr(l->text->p + l->at, '.', n))
		return lexer_fail(l, l->at, "expected a field such as proc.name, found %s",
				  lexer_shown(l).text);
	err = lexer_take_bytes(l, n, &out->name);
	if (err || !lexer_take(l, '['))
		return err;
	out->has_arg = true;
	err = lexer_argument(l, &out->arg);
	if (!err && !lexer_take(l, ']'))
		err = lexer_fail(l, l->at, "expected ] behind the field's argument, found %s",
				 lexer_shown(l).text);
	return err;
}

static int take_field(struct lexer *l, struct syntax_field *out)
{
	enum transform outer[FIELD_TRANSFORMS_MAX];
	size_t n = 0;
	int err;

	while (transform_here(l)) {
		size_t len = lexer_name(l);

		if (n == FIELD_TRANSFORMS_MAX)
			return lexer_fail(l, l->at, "more than %d transformers on one field",
					  FIELD_TRANSFORMS_MAX);
		outer[n++] = (enum transform)find_transform(l->text->p + l->at, len);
		l->at += len + 1;
		lexer_blanks(l);
	}
	err = take_plain_field(l, out);
	for (size_t i = 0; !err && i < n; i++) {
		lexer_blanks(l);
		if (!lexer_take(l, ')'))
			err = lexer_fail(l, l->at, "expected ) to close %s(, found %s",
					 transform_name(outer[n - 1 - i]), lexer_shown(l).text);
		out->transforms[i] = outer[n - 1 - i];
	}
	out->n_transforms = n;
	return err;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static int take_operator(struct lexer *l, enum operator_kind *op)
{
	static const char *const symbols[] = {"<=", "<", ">=", ">", "==", "=", "!="};
	const char *p = l->text->p + l->at, *near;
	size_t n = lexer_name(l);
	const char *names[OP_END + 1];
	char word[NEAREST_WORD_MAX + 1];

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (strncmp(p, symbols[i], strlen(symbols[i])) == 0) {
			*op = operator_lookup(symbols[i], strlen(symbols[i]));
			l->at += strlen(symbols[i]);
			return 0;
		}
	*op = operator_lookup(p, n);
	if (*op != OP_END) {
		l->at += n;
		return 0;
	}
	if (n == 0 || n > NEAREST_WORD_MAX)
		return lexer_fail(l, l->at, "expected an operator behind the field, found %s",
				  lexer_shown(l).text);
	for (unsigned i = 0; i <= OP_END; i++)
		names[i] = operator_name((enum operator_kind)i);
	memcpy(word, p, n);
	word[n] = '\0';
	near = nearest_of(word, names);
	return lexer_fail(l, l->at, "there is no operator %s%s%s%s", SHOW(p, n),
			  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

struct words {
	struct word *p;
	size_t n, room;
};

static int add_word(struct arena *a, struct words *w, const struct word *word)
{
	struct word *p = arena_room(a, w->p, w->n, &w->room, sizeof(*p));

	if (!p)
		return -ENOMEM;
	w->p = p;
	w->p[w->n++] = *word;
	return 0;
}

/* Behind the opening parenthesis. */
static int take_list(struct lexer *l, struct words *words)
{
	size_t start = l->at - 1;
	struct word word;
	int err = 0;

	lexer_blanks(l);
	if (lexer_take(l, ')'))
		return 0;
	do {
		lexer_blanks(l);
		err = lexer_value(l, &word);
		if (!err)
			err = add_word(l->arena, words, &word);
		lexer_blanks(l);
	} while (!err && lexer_take(l, ','));
	if (!err && lexer_end(l))
		return lexer_fail(l, start, "this list is never closed: expected )");
	if (!err && !lexer_take(l, ')'))
		err = lexer_fail(l, l->at, "expected , or ) in the list, found %s",
				 lexer_shown(l).text);
	return err;
}

/* val(field), or a transformer of a field; *found: it was one. */
static int take_right_field(struct lexer *l, struct syntax_test *test, bool *found)
{
	bool val = strncmp(l->text->p + l->at, "val(", 4) == 0;
	struct syntax_field *field;
	int err;

	*found = val || transform_here(l);
	if (!*found)
		return 0;
	field = ARENA_NEW(l->arena, struct syntax_field);
	if (!field)
		return -ENOMEM;
	if (val)
		l->at += 4;
	lexer_blanks(l);
	err = take_field(l, field);
	lexer_blanks(l);
	if (!err && val && !lexer_take(l, ')'))
		err = lexer_fail(l, l->at, "expected ) to close val(, found %s",
				 lexer_shown(l).text);
	test->right = field;
	return err;
}

static int take_values(struct lexer *l, struct syntax_test *test)
{
	struct words words = {0};
	struct word word;
	bool found;
	int err = take_right_field(l, test, &found);

	if (err || found)
		return err;
	if (!operator_takes_list(test->op)) {
		if (lexer_peek(l) == '(')
			return lexer_fail(l, l->at,
					  "%s takes one value; a list goes with in, "
					  "intersects or pmatch",
					  operator_name(test->op));
		err = lexer_value(l, &word);
		if (!err)
			err = add_word(l->arena, &words, &word);
	} else if (lexer_take(l, '(')) {
		err = take_list(l, &words);
	} else {
		char c = lexer_peek(l);

		if (c == '"' || c == '\'' || lexer_bare(l) == 0)
			return lexer_fail(l, l->at,
					  "%s takes a list in parentheses, or the name of one, "
					  "found %s",
					  operator_name(test->op), lexer_shown(l).text);
		test->list_name = true;
		err = lexer_value(l, &word);
		if (!err)
			err = add_word(l->arena, &words, &word);
	}
	test->words = words.p;
	test->n_words = words.n;
	return err;
}

static int take_test(struct lexer *l, struct syntax *node)
{
	struct syntax_test *test = ARENA_NEW(l->arena, struct syntax_test);
	int err;

	if (!test)
		return -ENOMEM;
	node->kind = SYNTAX_TEST;
	node->test = test;
	test->pos = node->pos;
	err = take_field(l, &test->left);
	if (err)
		return err;
	lexer_blanks(l);
	test->op_pos = lexer_pos(l);
	err = take_operator(l, &test->op);
	if (err || test->op == OP_EXISTS)
		return err;
	lexer_blanks(l);
	return take_values(l, test);
}

/* A word that is none of a macro. */
static bool keyword(const char *p, size_t n)
{
	return operator_lookup(p, n) != OP_END || (n == 3 && memcmp(p, "and", 3) == 0) ||
	       (n == 2 && memcmp(p, "or", 2) == 0) || (n == 3 && memcmp(p, "val", 3) == 0);
}

/* ---- and, or, not ---------------------------------------------------------------------------- */

static int take_term(struct lexer *l, unsigned depth, struct syntax **out)
{
	struct syntax *node;
	size_t n;
	int err;

	lexer_blanks(l);
	if (lexer_peek(l) == '(') {
		size_t start = l->at;

		if (depth == SYNTAX_DEPTH_MAX)
			return lexer_fail(l, l->at, "more than %d parentheses in each other",
					  SYNTAX_DEPTH_MAX);
		l->at++;
		err = take_or(l, depth + 1, out);
		if (!err && lexer_end(l))
			return lexer_fail(l, start, "this parenthesis is never closed");
		if (!err && !lexer_take(l, ')'))
			err = lexer_fail(l, l->at, "expected 'and', 'or' or ), found %s",
					 lexer_shown(l).text);
		return err;
	}
	node = ARENA_NEW(l->arena, struct syntax);
	if (!node)
		return -ENOMEM;
	*out = node;
	node->pos = lexer_pos(l);
	n = lexer_name(l);
	if (n && (memchr(l->text->p + l->at, '.', n) || transform_here(l)))
		return take_test(l, node);
	if (n == 0 || keyword(l->text->p + l->at, n))
		return lexer_fail(l, l->at, "expected a field, the name of a macro or (, found %s",
				  lexer_shown(l).text);
	if (call_here(l, n))
		return no_transform(l, n);
	node->kind = SYNTAX_MACRO;
	return lexer_take_bytes(l, n, &node->macro);
}

static int take_not(struct lexer *l, unsigned depth, struct syntax **out)
{
	struct rule_pos pos;
	bool negated = false;
	int err;

	lexer_blanks(l);
	pos = lexer_pos(l);
	while (lexer_word(l, "not")) {
		negated = !negated;
		lexer_blanks(l);
	}
	err = take_term(l, depth, out);
	if (!err && negated) {
		struct syntax *node = ARENA_NEW(l->arena, struct syntax);

		if (!node)
			return -ENOMEM;
		node->kind = SYNTAX_NOT;
		node->pos = pos;
		node->kids = *out;
		*out = node;
	}
	return err;
}

/* One or more of what take() takes, with the word between. */
static int take_chain(struct lexer *l, unsigned depth, const char *word, enum syntax_kind kind,
		      int (*take)(struct lexer *, unsigned, struct syntax **), struct syntax **out)
{
	struct syntax *first, **tail, *node;
	int err = take(l, depth, &first);

	if (err)
		return err;
	*out = first;
	lexer_blanks(l);
	if (!lexer_word(l, word))
		return 0;
	node = ARENA_NEW(l->arena, struct syntax);
	if (!node)
		return -ENOMEM;
	*node = (struct syntax){.kind = kind, .pos = first->pos, .kids = first};
	*out = node;
	tail = &first->next;
	do {
		err = take(l, depth, tail);
		if (err)
			return err;
		tail = &(*tail)->next;
		lexer_blanks(l);
	} while (lexer_word(l, word));
	return 0;
}

static int take_and(struct lexer *l, unsigned depth, struct syntax **out)
{
	return take_chain(l, depth, "and", SYNTAX_AND, take_not, out);
}

static int take_or(struct lexer *l, unsigned depth, struct syntax **out)
{
	return take_chain(l, depth, "or", SYNTAX_OR, take_and, out);
}

/* ---- whole texts ----------------------------------------------------------------------------- */

static int expect_end(struct lexer *l, const char *instead)
{
	lexer_blanks(l);
	return lexer_end(l) ?
		       0 :
		       lexer_fail(l, l->at, "expected %s, found %s", instead, lexer_shown(l).text);
}

int syntax_parse(struct syntax **out, struct arena *a, const struct text *text,
		 struct rule_log *log)
{
	struct lexer l = {a, log, text, 0};
	struct syntax *root = NULL;
	int err;

	lexer_blanks(&l);
	if (lexer_end(&l))
		return lexer_fail(&l, 0, "the condition is empty");
	err = take_or(&l, 0, &root);
	if (!err)
		err = expect_end(&l, "'and', 'or' or the end of the condition");
	if (!err)
		*out = root;
	return err;
}

int syntax_parse_list(const struct word **out, size_t *n, struct arena *a, const struct text *text,
		      struct rule_log *log)
{
	struct lexer l = {a, log, text, 0};
	struct words words = {0};
	int err;

	lexer_blanks(&l);
	if (!lexer_take(&l, '('))
		return lexer_fail(&l, l.at, "expected a list in parentheses");
	err = take_list(&l, &words);
	if (!err)
		err = expect_end(&l, "the end of the list");
	if (!err) {
		*out = words.p;
		*n = words.n;
	}
	return err;
}

int syntax_parse_field(struct syntax_field *out, struct arena *a, const struct text *text,
		       struct rule_log *log)
{
	struct lexer l = {a, log, text, 0};
	int err;

	lexer_blanks(&l);
	err = take_field(&l, out);
	return err ? err : expect_end(&l, "one field and nothing behind it");
}

int syntax_take_field(struct syntax_field *out, struct arena *a, const struct text *text,
		      size_t *offset, struct rule_log *log)
{
	struct lexer l = {a, log, text, *offset};
	int err = take_field(&l, out);

	if (!err)
		*offset = l.at;
	return err;
}

int syntax_item(struct word *out, struct arena *a, const struct text *text, struct rule_log *log)
{
	struct lexer l = {a, log, text, 0};

	if (text->p[0] == '"' || text->p[0] == '\'') {
		int err = lexer_quoted(&l, out);

		return err ? err : expect_end(&l, "the end of the item behind its quote");
	}
	*out = (struct word){text->p, text->len, text_pos(text, 0), false};
	return 0;
}

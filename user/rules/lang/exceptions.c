// SPDX-License-Identifier: Apache-2.0
/* `exceptions`: fields, comparisons and rows of values, each `and not (...)` behind a condition. */
#include <errno.h>
#include <string.h>

#include "rules/lang/item.h"

/* ---- reading --------------------------------------------------------------------------------- */

static int take_field(struct lang *g, struct exception_def *e, size_t i, const struct yaml *y)
{
	return syntax_parse_field(&e->fields[i], &g->tmp, &y->text, g->log);
}

static int take_comp(struct lang *g, struct exception_def *e, size_t i, const struct yaml *y)
{
	e->comps[i] = operator_lookup(y->text.p, y->text.len);
	if (e->comps[i] == OP_END || e->comps[i] == OP_EXISTS) {
		log_error(g->log, text_pos(&y->text, 0), "%s is no comparison that exceptions take",
			  SHOW(y->text.p, y->text.len));
		return -EINVAL;
	}
	if (e->single && !operator_takes_list(e->comps[i])) {
		log_error(g->log, text_pos(&y->text, 0),
			  "with one field comps is in, intersects or pmatch; write fields and "
			  "comps as lists for %s",
			  SHOW(y->text.p, y->text.len));
		return -EINVAL;
	}
	return 0;
}

/* fields and comps: both one, or both lists of the same length. */
static int take_comps(struct lang *g, struct exception_def *e, const struct yaml *map)
{
	const struct yaml *y = yaml_get(map, "comps", NULL), *list = NULL;
	int err = 0;

	for (size_t i = 0; i < e->n; i++)
		e->comps[i] = e->single ? OP_IN : OP_EQ;
	if (!y)
		return 0;
	if (e->single && y->kind != YAML_SCALAR) {
		log_error(g->log, y->pos, "fields is one field, so comps has to be one comparison");
		return -EINVAL;
	}
	if (e->single)
		return take_comp(g, e, 0, y);
	if (item_list(g, map, "comps", &list))
		return -EINVAL;
	if (list->n != e->n) {
		log_error(g->log, list->pos, "there are %zu fields, but %zu comps", e->n, list->n);
		return -EINVAL;
	}
	for (size_t i = 0; i < e->n; i++)
		err = take_comp(g, e, i, list->kids[i]) ? -EINVAL : err;
	return err;
}

static int take_fields(struct lang *g, struct exception_def *e, const struct yaml *map)
{
	const struct yaml *y = yaml_get(map, "fields", NULL), *list = NULL;
	int err = 0;

	e->single = y->kind == YAML_SCALAR;
	if (e->single) {
		if (item_scalar(g, map, "fields", true, &y))
			return -EINVAL;
	} else if (item_list(g, map, "fields", &list)) {
		return -EINVAL;
	}
	e->n = e->single ? 1 : list->n;
	if (e->n == 0) {
		log_error(g->log, y->pos, "fields is empty");
		return -EINVAL;
	}
	e->fields = ARENA_ARRAY(&g->tmp, struct syntax_field, e->n);
	e->comps = ARENA_ARRAY(&g->tmp, enum operator_kind, e->n);
	if (!e->fields || !e->comps)
		return -ENOMEM;
	for (size_t i = 0; i < e->n && err != -ENOMEM; i++) {
		int e1 = take_field(g, e, i, e->single ? y : list->kids[i]);

		err = e1 ? e1 : err;
	}
	return err ? err : take_comps(g, e, map);
}

static int take_values(struct lang *g, struct exception_def *e, const struct yaml *map)
{
	const struct yaml *y = yaml_get(map, "values", NULL);

	if (!y || yaml_is_null(y))
		return 0;
	if (y->kind != YAML_LIST) {
		log_error(g->log, item_pos(map, "values"), "values has to be a list");
		return -EINVAL;
	}
	return item_add_list(g, &e->values, y) ? 0 : -ENOMEM;
}

static struct exception_def *find(const struct rule_def *rule, const struct word *name)
{
	struct exception_def *e = rule->exceptions;

	while (e && strcmp(e->name.p, name->p) != 0)
		e = e->next;
	return e;
}

/* More values for one that is there. */
static int extend(struct lang *g, struct exception_def *e, const struct yaml *map)
{
	static const char *const fixed[] = {"fields", "comps"};

	for (size_t i = 0; i < 2; i++)
		if (yaml_get(map, fixed[i], NULL)) {
			log_error(g->log, item_pos(map, fixed[i]),
				  "the exception %s is there already, in line %u: only values can "
				  "be appended to it",
				  SHOW(e->name.p, e->name.len), e->name.pos.line);
			return -EINVAL;
		}
	if (!yaml_get(map, "values", NULL))
		log_warning(g->log, map->pos, "nothing is appended: there are no values");
	return take_values(g, e, map);
}

static int read_one(struct lang *g, struct rule_def *rule, const struct yaml *map, bool append)
{
	static const char *const known[] = {"name", "fields", "comps", "values", NULL};
	struct exception_def *e, **tail = &rule->exceptions;
	const struct yaml *y;
	struct word name;
	int err;

	if (map->kind != YAML_MAP) {
		log_error(g->log, map->pos,
			  "an exception is a mapping with name, fields, comps and "
			  "values");
		return -EINVAL;
	}
	item_check_keys(g, map, "an exception", known);
	if (item_scalar(g, map, "name", true, &y))
		return -EINVAL;
	name = item_word(y);
	e = find(rule, &name);
	if (e && append)
		return extend(g, e, map);
	if (e) {
		log_error(g->log, name.pos, "there is an exception %s already, in line %u",
			  SHOW(name.p, name.len), e->name.pos.line);
		return -EINVAL;
	}
	if (!yaml_get(map, "fields", NULL)) {
		log_error(g->log, map->pos, "fields is missing here");
		return -EINVAL;
	}
	if (++rule->n_exceptions > EXCEPTIONS_MAX) {
		log_error(g->log, map->pos, "more than %d exceptions for one rule", EXCEPTIONS_MAX);
		return -EINVAL;
	}
	e = ARENA_NEW(&g->tmp, struct exception_def);
	if (!e)
		return -ENOMEM;
	e->name = name;
	err = take_fields(g, e, map);
	if (!err)
		err = take_values(g, e, map);
	if (err)
		return err;
	while (*tail)
		tail = &(*tail)->next;
	*tail = e;
	return 0;
}

int lang_read_exceptions(struct lang *g, struct rule_def *rule, const struct yaml *list,
			 bool append)
{
	int err = 0;

	if (yaml_is_null(list))
		return 0;
	if (list->kind != YAML_LIST) {
		log_error(g->log, list->pos, "exceptions has to be a list, this is %s",
			  yaml_kind_name(list));
		return -EINVAL;
	}
	for (size_t i = 0; i < list->n; i++) {
		int e = read_one(g, rule, list->kids[i], append);

		if (e == -ENOMEM)
			return e;
		err = e ? e : err;
	}
	return err;
}

/* ---- as a condition -------------------------------------------------------------------------- */

struct words {
	struct word *p;
	size_t n, room;
};

static int add_word(struct lang *g, struct words *w, const struct yaml *item)
{
	struct word *p;

	if (item->kind != YAML_SCALAR || yaml_is_null(item)) {
		log_error(g->log, item->pos, "expected a single value, this is %s",
			  yaml_kind_name(item));
		return -EINVAL;
	}
	p = arena_room(&g->tmp, w->p, w->n, &w->room, sizeof(*p));
	if (!p)
		return -ENOMEM;
	w->p = p;
	return syntax_item(&w->p[w->n++], &g->tmp, &item->text, g->log);
}

static int add_words(struct lang *g, struct words *w, const struct yaml *list)
{
	int err = 0;

	for (size_t i = 0; i < list->n && err != -ENOMEM; i++) {
		int e = add_word(g, w, list->kids[i]);

		err = e ? e : err;
	}
	return err;
}

static struct syntax *new_syntax(struct lang *g, enum syntax_kind kind, struct rule_pos pos)
{
	struct syntax *s = ARENA_NEW(&g->tmp, struct syntax);

	if (s) {
		s->kind = kind;
		s->pos = pos;
	}
	return s;
}

static int make_test(struct lang *g, const struct exception_def *e, size_t i,
		     const struct word *words, size_t n, struct rule_pos pos, struct syntax **out)
{
	struct syntax *s = new_syntax(g, SYNTAX_TEST, pos);
	struct syntax_test *test = ARENA_NEW(&g->tmp, struct syntax_test);

	if (!s || !test)
		return -ENOMEM;
	*test = (struct syntax_test){.pos = pos,
				     .op_pos = pos,
				     .left = e->fields[i],
				     .op = e->comps[i],
				     .words = words,
				     .n_words = n};
	s->test = test;
	*out = s;
	return 0;
}

/* The value of one column of a row. */
static int make_cell(struct lang *g, const struct exception_def *e, size_t i,
		     const struct yaml *cell, struct syntax **out)
{
	const struct word *listed = NULL;
	struct words words = {0};
	size_t n = 0;
	int err;

	if (!operator_takes_list(e->comps[i])) {
		if (cell->kind != YAML_SCALAR) {
			log_error(g->log, cell->pos, "%s takes one value, this is %s",
				  operator_name(e->comps[i]), yaml_kind_name(cell));
			return -EINVAL;
		}
		err = add_word(g, &words, cell);
	} else if (cell->kind == YAML_LIST) {
		err = add_words(g, &words, cell);
	} else if (cell->kind == YAML_SCALAR && cell->text.p[0] == '(') {
		err = syntax_parse_list(&listed, &n, &g->tmp, &cell->text, g->log);
		return err ? err : make_test(g, e, i, listed, n, cell->pos, out);
	} else {
		err = add_word(g, &words, cell);
	}
	return err ? err : make_test(g, e, i, words.p, words.n, cell->pos, out);
}

static int make_row(struct lang *g, const struct exception_def *e, const struct yaml *row,
		    struct syntax **out)
{
	struct syntax *first = NULL, **tail = &first, *and;
	int err = 0;

	if (row->kind != YAML_LIST || row->n != e->n) {
		log_error(g->log, row->pos,
			  "expected a list of %zu values, one for each field; this "
			  "is %s of %zu",
			  e->n, yaml_kind_name(row), row->kind == YAML_LIST ? row->n : 1);
		return -EINVAL;
	}
	for (size_t i = 0; i < e->n; i++) {
		int e1 = make_cell(g, e, i, row->kids[i], tail);

		if (e1 == -ENOMEM)
			return e1;
		if (*tail)
			tail = &(*tail)->next;
		err = e1 ? e1 : err;
	}
	*out = first;
	if (err || e->n == 1)
		return err;
	and = new_syntax(g, SYNTAX_AND, row->pos);
	if (!and)
		return -ENOMEM;
	and->kids = first;
	*out = and;
	return 0;
}

static int make_rows(struct lang *g, const struct exception_def *e, struct syntax **out)
{
	struct syntax *first = NULL, **tail = &first, * or ;
	int err = 0;

	for (const struct yaml_part *part = e->values.first; part; part = part->next)
		for (size_t i = 0; i < part->list->n; i++) {
			int e1 = make_row(g, e, part->list->kids[i], tail);

			if (e1 == -ENOMEM)
				return e1;
			if (*tail)
				tail = &(*tail)->next;
			err = e1 ? e1 : err;
		}
	*out = first;
	if (err || !first || !first->next)
		return err;
	or = new_syntax(g, SYNTAX_OR, e->name.pos);
	if (! or)
		return -ENOMEM;
	or->kids = first;
	*out = or ;
	return 0;
}

static int make_single(struct lang *g, const struct exception_def *e, struct syntax **out)
{
	struct words words = {0};
	int err = 0;

	for (const struct yaml_part *part = e->values.first; part && !err; part = part->next)
		err = add_words(g, &words, part->list);
	if (err || words.n == 0)
		return err;
	return make_test(g, e, 0, words.p, words.n, e->name.pos, out);
}

int lang_exceptions(struct lang *g, const struct rule_def *rule, struct syntax **out)
{
	struct syntax *first = NULL, **tail = &first;
	int err = 0;

	for (const struct exception_def *e = rule->exceptions; e; e = e->next) {
		struct syntax *s = NULL, *not ;
		int e1 = e->single ? make_single(g, e, &s) : make_rows(g, e, &s);

		if (e1 == -ENOMEM)
			return e1;
		err = e1 ? e1 : err;
		if (e1 || !s)
			continue;
		not = new_syntax(g, SYNTAX_NOT, e->name.pos);
		if (!not )
			return -ENOMEM;
		not ->kids = s;
		*tail = not ;
		tail = &not ->next;
	}
	*out = first;
	return err;
}

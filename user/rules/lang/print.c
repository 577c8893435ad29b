// SPDX-License-Identifier: Apache-2.0
/* The expanded condition as text. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/lang/lang.h"

struct printer {
	struct arena *arena;
	char *p;
	size_t n, room;
	int err;
};

static void put(struct printer *o, const char *p, size_t n)
{
	if (o->err || n == 0)
		return;
	if (o->n + n > CONDITION_TEXT_MAX) {
		o->err = -E2BIG;
		return;
	}
	if (!o->p || o->room - o->n < n) {
		size_t room = (o->n + n) * 2;
		char *wide = arena_new(o->arena, room, 1);

		if (!wide) {
			o->err = -ENOMEM;
			return;
		}
		if (o->p)
			memcpy(wide, o->p, o->n);
		o->p = wide;
		o->room = room;
	}
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

static void put_str(struct printer *o, const char *s)
{
	put(o, s, strlen(s));
}

static void put_hex(struct printer *o, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	put(o, &digits[c >> 4], 1);
	put(o, &digits[c & 15], 1);
}

static void put_quoted(struct printer *o, const char *p, size_t n)
{
	put_str(o, "\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '"' || c == '\\') {
			put_str(o, "\\");
			put(o, p + i, 1);
		} else if (c < 0x20 || c >= 0x7f) {
			put_str(o, "\\x");
			put_hex(o, c);
		} else {
			put(o, p + i, 1);
		}
	}
	put_str(o, "\"");
}

static bool bare(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && !strchr("._/:+-*?@%", p[i]))
			return false;
	return n > 0;
}

static void put_value(struct printer *o, enum operator_kind op, const struct rule_value *v)
{
	if (op == OP_BCONTAINS || op == OP_BSTARTSWITH)
		for (size_t i = 0; i < v->len; i++)
			put_hex(o, (unsigned char)v->text[i]);
	else if (bare(v->text, v->len))
		put(o, v->text, v->len);
	else
		put_quoted(o, v->text, v->len);
}

static void put_field(struct printer *o, const struct field_use *f)
{
	char index[16];

	for (size_t i = f->n_transforms; i-- > 0;) {
		put_str(o, transform_name(f->transforms[i]));
		put_str(o, "(");
	}
	put_str(o, field_name(f->id));
	if (f->has_index) {
		(void)snprintf(index, sizeof(index), "[%u]", f->index);
		put_str(o, index);
	} else if (f->arg) {
		put_str(o, "[");
		put_quoted(o, f->arg, strlen(f->arg));
		put_str(o, "]");
	}
	for (size_t i = 0; i < f->n_transforms; i++)
		put_str(o, ")");
}

static void put_test(struct printer *o, const struct node *n)
{
	put_field(o, &n->left);
	put_str(o, " ");
	put_str(o, operator_name(n->op));
	if (n->op == OP_EXISTS)
		return;
	put_str(o, " ");
	if (n->right) {
		put_str(o, "val(");
		put_field(o, n->right);
		put_str(o, ")");
	} else if (operator_takes_list(n->op)) {
		put_str(o, "(");
		for (size_t i = 0; i < n->n_values; i++) {
			if (i)
				put_str(o, ", ");
			put_value(o, n->op, &n->values[i]);
		}
		put_str(o, ")");
	} else {
		put_value(o, n->op, &n->values[0]);
	}
}

/* No deeper than EXPANDED_DEPTH_MAX. */
static void put_node(struct printer *o, const struct node *n, bool inside)
{
	bool chain = n->kind == NODE_AND || n->kind == NODE_OR;

	if (chain && inside)
		put_str(o, "(");
	switch (n->kind) {
	case NODE_TEST:
		put_test(o, n);
		break;
	case NODE_NOT:
		put_str(o, "not ");
		put_node(o, n->kids[0], true);
		break;
	default:
		for (size_t i = 0; i < n->n_kids && !o->err; i++) {
			if (i)
				put_str(o, n->kind == NODE_AND ? " and " : " or ");
			put_node(o, n->kids[i], true);
		}
	}
	if (chain && inside)
		put_str(o, ")");
}

int lang_print(struct lang *g, const struct node *node, const char **out)
{
	struct printer o = {.arena = &g->tmp};
	const char *copy;

	put_node(&o, node, false);
	if (o.err)
		return o.err;
	copy = arena_copy(g->out, o.p, o.n);
	if (!copy)
		return -ENOMEM;
	*out = copy;
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "output/rule_fields.h"

#include "output/json.h"
#include "rules/engine/engine.h"

/* So that no rule makes a line too long. */
#define FIELDS_MAX 16
#define KEY_CAP	   80

static bool printed_anyway(const struct field_use *u, const struct event *e)
{
	return u->id < F_END && u->n_transforms == 0 &&
	       (field_table[u->id].kinds & (1u << e->kind));
}

/* Words of the sentence that say nothing about the event that its fields do not. */
static bool wording(const struct field_use *u)
{
	return u->id == F_DID;
}

static bool seen_before(const struct rule *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (r->output[i].has_field &&
		    field_use_same(&r->output[i].field, &r->output[n].field))
			return true;
	return false;
}

static void put_key(struct line *l, const struct field_use *u)
{
	size_t i;

	line_literal(l, ",\"");
	for (i = u->n_transforms; i > 0; i--) {
		line_capped(l, str_from(transform_name(u->transforms[i - 1])), KEY_CAP);
		line_literal(l, "(");
	}
	line_capped(l, str_from(field_name(u->id)), KEY_CAP);
	if (u->has_index) {
		line_literal(l, "[");
		line_i64(l, u->index);
		line_literal(l, "]");
	} else if (u->arg) {
		line_literal(l, "[");
		line_capped(l, str_from(u->arg), KEY_CAP);
		line_literal(l, "]");
	}
	for (i = u->n_transforms; i > 0; i--)
		line_literal(l, ")");
	line_literal(l, "\":");
}

struct rendering {
	struct line *l;
	size_t left;
};

static void put_piece(void *arg, struct str piece, bool foreign)
{
	struct rendering *r = arg;

	(void)foreign;
	if (r->left > 0)
		r->left -= line_capped(r->l, piece, r->left);
}

static void put_value(struct line *l, const struct event *e, const struct field_use *u,
		      struct value_scratch *scratch, size_t cap)
{
	struct rendering r = {l, cap};
	struct value v;

	value_of(&v, e, u, scratch);
	if (v.type == VALUE_MISSING) {
		json_put_null(l);
	} else if (v.type == VALUE_NUMBER && u->n_transforms == 0) {
		line_i64(l, v.n);
	} else if (v.type == VALUE_BOOL && u->n_transforms == 0) {
		json_put_bool(l, v.n != 0);
	} else {
		line_literal(l, "\"");
		engine_output_field(u, e, scratch, put_piece, &r);
		line_literal(l, "\"");
	}
}

void rule_fields_write(struct line *l, const struct event *e, const struct rule *r, size_t cap)
{
	static _Thread_local struct value_scratch scratch;
	size_t n = 0;

	for (size_t i = 0; i < r->n_output && n < FIELDS_MAX; i++) {
		const struct output_piece *p = &r->output[i];

		if (!p->has_field || wording(&p->field) || printed_anyway(&p->field, e) ||
		    seen_before(r, i))
			continue;
		scratch.used = 0;
		put_key(l, &p->field);
		put_value(l, e, &p->field, &scratch, cap);
		n++;
	}
}

// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"
#include "rules/engine/engine.h"

static void put_number(int64_t n, engine_put *put, void *arg)
{
	char text[DECIMAL_MAX];

	put(arg, decimal(text, n), false);
}

static void put_list(const struct value *v, engine_put *put, void *arg)
{
	put(arg, STR_LIT("("), false);
	for (size_t i = 0; i < v->n_list; i++) {
		if (i > 0)
			put(arg, STR_LIT(","), false);
		put(arg, v->list[i], true);
	}
	put(arg, STR_LIT(")"), false);
}

void engine_output_field(const struct field_use *use, const struct event *e,
			 struct value_scratch *scratch, engine_put *put, void *arg)
{
	struct value v;

	value_of(&v, e, use, scratch);
	value_transform(&v, use, scratch);
	switch (v.type) {
	case VALUE_STRING:
		put(arg, v.s, use->id != F_DID); /* those words are the rule's */
		break;
	case VALUE_NUMBER:
		put_number(v.n, put, arg);
		break;
	case VALUE_BOOL:
		put(arg, v.n ? STR_LIT("true") : STR_LIT("false"), false);
		break;
	case VALUE_LIST:
		put_list(&v, put, arg);
		break;
	case VALUE_MISSING:
		put(arg, STR_LIT("<NA>"), false);
		break;
	}
}

void engine_output(const struct rule *r, const struct event *e, struct value_scratch *scratch,
		   engine_put *put, void *arg)
{
	for (size_t i = 0; i < r->n_output; i++) {
		const struct output_piece *p = &r->output[i];
		size_t used = scratch->used;

		if (p->len > 0)
			put(arg, (struct str){p->text, (uint32_t)p->len, (uint32_t)p->len}, false);
		if (p->has_field)
			engine_output_field(&p->field, e, scratch, put, arg);
		scratch->used = used; /* put has taken what it wants */
	}
}

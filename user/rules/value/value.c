// SPDX-License-Identifier: Apache-2.0
#include "rules/value/internal.h"

struct row {
	unsigned kinds;
	enum field_type type;
};

/* clang-format off */
#define OUTPUT_ROW(id, name, type, null, when, kinds, meaning, example)                            \
	[F_##id] = {FIELD_##when == FIELD_ALERT ? 0 : FIELD_##kinds & ~(FIELD_LOST | FIELD_START), FIELD_##type},
#define RULE_ROW(id, name, type, argument, kinds, meaning, example)                                \
	[F_##id] = {FIELD_##kinds, FIELD_##type},
/* clang-format on */

static const struct row rows[F_RULE_END] = {FIELD_LIST(OUTPUT_ROW) FIELD_RULE_LIST(RULE_ROW)};

unsigned value_kinds(enum field_id id)
{
	switch (id) {
	case F_PROC_EXE: /* printed with an exec only, and remembered of every process */
	case F_PROC_ARGS:
	case F_PROC_PEXEPATH:
		return FIELD_EVENT;
	default:
		return (unsigned)id < F_RULE_END ? rows[id].kinds : 0;
	}
}

enum field_type value_field_type(enum field_id id)
{
	return (unsigned)id < F_RULE_END ? rows[id].type : FIELD_STRING;
}

void value_of(struct value *v, const struct event *e, const struct field_use *use,
	      struct value_scratch *scratch)
{
	enum field_id id = use->id;

	v->type = VALUE_MISSING;
	if (!(value_kinds(id) & 1u << e->kind))
		return;
	(void)(value_of_net(v, e, id, scratch) || value_of_syscall(v, e, id, scratch) ||
	       value_of_event(v, e, id, scratch) || value_of_object(v, e, id, scratch) ||
	       value_of_file(v, e, id, scratch) || value_of_process(v, e, use, scratch) ||
	       value_of_exec(v, e, id, scratch) || value_of_creds(v, e, id, scratch) ||
	       value_of_container(v, e, id, scratch));
}

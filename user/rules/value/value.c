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

#define WHO_MAX 9
static bool value_by(unsigned who, struct value *v, const struct event *e,
		     const struct field_use *use, struct value_scratch *scratch)
{
	switch (who) {
	case 1:
		return value_of_net(v, e, use->id, scratch);
	case 2:
		return value_of_syscall(v, e, use->id, scratch);
	case 3:
		return value_of_event(v, e, use->id, scratch);
	case 4:
		return value_of_object(v, e, use->id, scratch);
	case 5:
		return value_of_file(v, e, use->id, scratch);
	case 6:
		return value_of_process(v, e, use, scratch);
	case 7:
		return value_of_exec(v, e, use->id, scratch);
	case 8:
		return value_of_creds(v, e, use->id, scratch);
	case 9:
		return value_of_container(v, e, use, scratch);
	default:
		return false;
	}
}

void value_of(struct value *v, const struct event *e, const struct field_use *use,
	      struct value_scratch *scratch)
{
	/* Who knew the field of such events before: each kind and field has one. */
	static uint8_t knows[F_RULE_END][EVENT_KIND_END];
	uint8_t *who;

	v->type = VALUE_MISSING;
	if (!(value_kinds(use->id) & 1u << e->kind))
		return;
	who = &knows[use->id][e->kind];
	if (value_by(*who, v, e, use, scratch))
		return;
	for (uint8_t i = 1; i <= WHO_MAX; i++) {
		if (value_by(i, v, e, use, scratch)) {
			*who = i;
			return;
		}
	}
}

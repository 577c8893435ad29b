// SPDX-License-Identifier: Apache-2.0
#include "rules/value/internal.h"

struct row {
	unsigned kinds;
	enum field_type type;
};

/* clang-format off */
#define OUTPUT_ROW(id, name, type, null, when, kinds, meaning, example)                            \
	[F_##id] = {FIELD_##when == FIELD_ALERT ? 0 : FIELD_##kinds & ~(FIELD_LOST | FIELD_START | FIELD_STATS), FIELD_##type},
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

typedef bool provider_fn(struct value *v, const struct event *e, const struct field_use *use,
			 struct value_scratch *scratch);

/* In this order: sockets know better than the events that they are a kind of. */
static provider_fn *const providers[] = {
	value_of_args, value_of_net,	 value_of_syscall, value_of_event, value_of_object,
	value_of_file, value_of_process, value_of_exec,	   value_of_creds, value_of_container,
};
#define PROVIDERS_N (sizeof(providers) / sizeof(providers[0]))

void value_of(struct value *v, const struct event *e, const struct field_use *use,
	      struct value_scratch *scratch)
{
	/* Who knew the field of such events last: each kind and field has one, so it is asked
	 * first. */
	static uint8_t last[F_RULE_END][EVENT_KIND_END];
	uint8_t *known;

	v->type = VALUE_MISSING;
	if (!(value_kinds(use->id) & 1u << e->kind))
		return;
	known = &last[use->id][e->kind];
	if (providers[*known](v, e, use, scratch))
		return;
	for (size_t i = 0; i < PROVIDERS_N; i++) {
		if (providers[i](v, e, use, scratch)) {
			*known = (uint8_t)i;
			return;
		}
	}
}

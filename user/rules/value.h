/* SPDX-License-Identifier: Apache-2.0 */
/* What a field of an event is worth to a rule. */
#ifndef ROOTWATCH_RULES_VALUE_H
#define ROOTWATCH_RULES_VALUE_H

#include "base/str.h"
#include "event/event.h"
#include "rules/lang/ast.h"

enum value_type { VALUE_MISSING, VALUE_STRING, VALUE_NUMBER, VALUE_BOOL, VALUE_LIST };

/* What is more than that is not looked at (the library path of a dynamic loader could be longer). */
#define VALUE_LIST_MAX 32

/*
 * Strings point into the event, into scratch, or into static memory; none is empty. A list has at
 * least one element; of a FIELD_NUMBER (proc.apid) its elements are decimal.
 */
struct value {
	enum value_type type;
	struct str s;
	int64_t n; /* VALUE_NUMBER; VALUE_BOOL: 0 or 1 */
	size_t n_list;
	struct str *list; /* in the scratch: a value is kept for each field that rules use */
};

/*
 * Memory for strings that had to be made (a joined command line); reset for each event. Enough for
 * all fields of one event at once.
 */
#define VALUE_SCRATCH_MAX 131072
struct value_scratch {
	size_t used;
	_Alignas(struct str) char bytes[VALUE_SCRATCH_MAX];
};

/*
 * The value of a field without its transformers. Pure; VALUE_MISSING: it does not apply, or is not
 * known. Members of *v that its type does not use are left as they were. The result is valid until
 * the event has left the pipeline, or the scratch is reset.
 *
 * What a rule's alert adds to the line (rootwatch.rule.id, rootwatch.rules, rootwatch.advice) and
 * what belongs to the line about lost events is missing to rules.
 */
void value_of(struct value *v, const struct event *e, const struct field_use *use,
	      struct value_scratch *scratch);

/* Which kinds of events can have the field at all (FIELD_* bits), and its type. */
unsigned value_kinds(enum field_id id);
enum field_type value_field_type(enum field_id id);

/*
 * Applies use's transformers to v; strings and lists that they make go to the scratch. len gives a
 * number; what cannot be transformed (b64 of something else, no room left) is missing.
 */
void value_transform(struct value *v, const struct field_use *use, struct value_scratch *scratch);

#endif /* ROOTWATCH_RULES_VALUE_H */

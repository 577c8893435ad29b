/* SPDX-License-Identifier: Apache-2.0 */
/* What a field of an event is worth to a rule. */
#ifndef ROOTWATCH_RULES_VALUE_H
#define ROOTWATCH_RULES_VALUE_H

#include "base/str.h"
#include "event/event.h"
#include "rules/lang/ast.h"

enum value_type { VALUE_MISSING, VALUE_STRING, VALUE_NUMBER, VALUE_BOOL, VALUE_LIST };

#define VALUE_LIST_MAX 16

/* Strings point into the event, into scratch, or into static memory. */
struct value {
	enum value_type type;
	struct str s;
	int64_t n; /* VALUE_NUMBER; VALUE_BOOL: 0 or 1 */
	size_t n_list;
	struct str list[VALUE_LIST_MAX];
};

/* Memory for strings that had to be made (a joined command line); reset for each event. */
#define VALUE_SCRATCH_MAX 16384
struct value_scratch {
	size_t used;
	char bytes[VALUE_SCRATCH_MAX];
};

/* The value of a field without its transformers. Pure; VALUE_MISSING: it does not apply, or is not
 * known. */
void value_of(struct value *v, const struct event *e, const struct field_use *use,
	      struct value_scratch *scratch);

#endif /* ROOTWATCH_RULES_VALUE_H */

// SPDX-License-Identifier: Apache-2.0
#include "event/fields.h"

#include <string.h>

/* clang-format off */
#define FIELD_ROW(id, name, type, null, when, kinds, meaning, example)                             \
	[F_##id] = {name, FIELD_##type, null, FIELD_##when, FIELD_##kinds, meaning, example},
#define RULE_ROW(id, name, type, argument, kinds, meaning, example)                                \
	[F_##id - F_END] = {name, FIELD_##type, FIELD_ARG_##argument, FIELD_##kinds, meaning, example},
/* clang-format on */

const struct field field_table[F_END] = {FIELD_LIST(FIELD_ROW)};
const struct rule_field field_rule_table[F_RULE_END - F_END] = {FIELD_RULE_LIST(RULE_ROW)};

const char *field_name(enum field_id id)
{
	return id < F_END ? field_table[id].name : field_rule_table[id - F_END].name;
}

enum field_type field_type(enum field_id id)
{
	return id < F_END ? field_table[id].type : field_rule_table[id - F_END].type;
}

enum field_argument field_argument(enum field_id id)
{
	return id < F_END ? FIELD_ARG_NONE : field_rule_table[id - F_END].argument;
}

enum field_id field_lookup(const char *name, size_t len)
{
	for (unsigned i = 0; i < F_RULE_END; i++) {
		const char *have = field_name((enum field_id)i);

		if (strlen(have) == len && memcmp(have, name, len) == 0)
			return (enum field_id)i;
	}
	return F_RULE_END;
}

// SPDX-License-Identifier: Apache-2.0
/* The names of operators and transformers. */
#include <string.h>

#include "rules/lang/syntax.h"

static const char *const operators[] = {
	[OP_EQ] = "=",
	[OP_NE] = "!=",
	[OP_LT] = "<",
	[OP_LE] = "<=",
	[OP_GT] = ">",
	[OP_GE] = ">=",
	[OP_CONTAINS] = "contains",
	[OP_ICONTAINS] = "icontains",
	[OP_BCONTAINS] = "bcontains",
	[OP_STARTSWITH] = "startswith",
	[OP_BSTARTSWITH] = "bstartswith",
	[OP_ENDSWITH] = "endswith",
	[OP_GLOB] = "glob",
	[OP_IGLOB] = "iglob",
	[OP_REGEX] = "regex",
	[OP_IN] = "in",
	[OP_INTERSECTS] = "intersects",
	[OP_PMATCH] = "pmatch",
	[OP_EXISTS] = "exists",
	[OP_END] = NULL,
};

static const char *const transforms[] = {
	[TRANSFORM_TOLOWER] = "tolower",   [TRANSFORM_TOUPPER] = "toupper",
	[TRANSFORM_BASENAME] = "basename", [TRANSFORM_LEN] = "len",
	[TRANSFORM_B64] = "b64",
};

const char *operator_name(enum operator_kind op)
{
	return operators[op];
}

enum operator_kind operator_lookup(const char *name, size_t len)
{
	if (len == 2 && memcmp(name, "==", 2) == 0)
		return OP_EQ;
	for (unsigned i = 0; i < OP_END; i++)
		if (strlen(operators[i]) == len && memcmp(operators[i], name, len) == 0)
			return (enum operator_kind)i;
	return OP_END;
}

bool operator_takes_list(enum operator_kind op)
{
	return op == OP_IN || op == OP_INTERSECTS || op == OP_PMATCH;
}

const char *transform_name(enum transform t)
{
	return transforms[t];
}

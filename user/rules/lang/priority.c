// SPDX-License-Identifier: Apache-2.0
#include <strings.h>

#include "base/nearest.h"
#include "rules/lang/ast.h"

static const char *const names[] = {
	[PRIORITY_EMERGENCY] = "Emergency",
	[PRIORITY_ALERT] = "Alert",
	[PRIORITY_CRITICAL] = "Critical",
	[PRIORITY_ERROR] = "Error",
	[PRIORITY_WARNING] = "Warning",
	[PRIORITY_NOTICE] = "Notice",
	[PRIORITY_INFORMATIONAL] = "Informational",
	[PRIORITY_DEBUG] = "Debug",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == PRIORITY_END, "every priority has a name");

const char *priority_name(enum priority p)
{
	return (unsigned)p < PRIORITY_END ? names[p] : "Debug";
}

enum priority priority_lookup(const char *name)
{
	if (strcasecmp(name, "info") == 0)
		return PRIORITY_INFORMATIONAL;
	for (unsigned i = 0; i < PRIORITY_END; i++)
		if (strcasecmp(name, names[i]) == 0)
			return (enum priority)i;
	return PRIORITY_END;
}

const char *priority_nearest(const char *name)
{
	static const char *const small[] = {"emergency",     "alert",	"critical",
					    "error",	     "warning", "notice",
					    "informational", "debug",	NULL};
	char word[NEAREST_WORD_MAX + 1];
	size_t i = 0;

	for (; i < NEAREST_WORD_MAX && name[i]; i++)
		word[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
	word[i] = '\0';
	return nearest_of(word, small);
}

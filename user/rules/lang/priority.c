/* SPDX-License-Identifier: Apache-2.0 */
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

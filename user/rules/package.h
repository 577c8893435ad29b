/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of package managers. Internal to the rules. */
#ifndef ROOTWATCH_RULES_PACKAGE_H
#define ROOTWATCH_RULES_PACKAGE_H

#include "rules/program.h"

enum package_act {
	PACKAGE_NONE,  /* not a package manager, or one used for something else (npm start) */
	PACKAGE_QUERY, /* only asks */
	PACKAGE_ACT,   /* installs, removes, updates; or nobody knows */
};

/* What this program does about packages. In doubt it acts. */
enum package_act package_judge(const struct program *p);

/* True for the name of a package manager. */
bool package_tool(struct str name);

#endif /* ROOTWATCH_RULES_PACKAGE_H */

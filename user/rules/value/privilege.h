/* SPDX-License-Identifier: Apache-2.0 */
/* Privilege raised: by the setuid family, or by what an executed file carries. Pure. */
#ifndef ROOTWATCH_RULES_VALUE_PRIVILEGE_H
#define ROOTWATCH_RULES_VALUE_PRIVILEGE_H

#include "event/event.h"

/* Of an EVENT_EXEC, any of them at once. */
#define PRIVILEGE_ROOT	1u /* another user became root by a SUID bit */
#define PRIVILEGE_GROUP 2u /* another group became root's by a SGID bit */
#define PRIVILEGE_MAJOR 4u /* file capabilities that are as good as root */
#define PRIVILEGE_MINOR 8u /* file capabilities that do not lead to root */

unsigned privilege_of_exec(const struct event *e);

enum privilege_setid {
	PRIVILEGE_NONE,
	PRIVILEGE_RAISED,   /* root was gained by one whose real user was another */
	PRIVILEGE_REGAINED, /* a process of root that had set its uid aside took it back */
};

/* Of an EVENT_SETID. */
enum privilege_setid privilege_of_setid(const struct event *e);

#endif /* ROOTWATCH_RULES_VALUE_PRIVILEGE_H */

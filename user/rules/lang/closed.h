/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields whose values are known: a rule that asks for one that cannot come here (another event, a
 * socket of another kind) would silently never match, so it is left out with the reason.
 */
#ifndef ROOTWATCH_RULES_LANG_CLOSED_H
#define ROOTWATCH_RULES_LANG_CLOSED_H

#include "rules/lang/template.h"

/* Fills t->used, t->verdict; may rewrite the test (t->settled). 0 or -ENOMEM. */
int closed_check(struct lang *g, const struct syntax_test *test, struct template *t,
		 struct rule_value *values, size_t n);

/* proc.tty is a number elsewhere, 0 for none: `proc.tty != 0` asks whether there is one. */
bool closed_rewrites(const struct syntax_test *test, const struct template *t);

/* Does the value stand for the start of a container (evt.type = container)? */
bool closed_starts(enum operator_kind op, const struct rule_value *value);

#endif /* ROOTWATCH_RULES_LANG_CLOSED_H */

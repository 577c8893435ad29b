/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule gets that asks an event for a field. */
#ifndef ROOTWATCH_TEST_RULES_VALUE_ASKED_H
#define ROOTWATCH_TEST_RULES_VALUE_ASKED_H

#include "rules/value.h"

/* A setup for each test: forgets the values of the one before. */
int asked_reset(void **state);

struct value asked_value(const struct event *e, struct field_use use);

/* want: NULL for a missing one, else the string, the decimal number, or a list with blanks. */
void asked_expect(const struct event *e, struct field_use use, const char *want);

#endif /* ROOTWATCH_TEST_RULES_VALUE_ASKED_H */

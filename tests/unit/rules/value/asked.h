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

/* The same of a field without more, and of one element of a list. */
struct value asked_get(const struct event *e, enum field_id id);
void asked_has(const struct event *e, enum field_id id, const char *want);
void asked_nth(const struct event *e, enum field_id id, uint32_t index, const char *want);

#endif /* ROOTWATCH_TEST_RULES_VALUE_ASKED_H */

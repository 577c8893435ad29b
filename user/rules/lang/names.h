/* SPDX-License-Identifier: Apache-2.0 */
/* Names of events and fields, also of those that only other engines of the language have. */
#ifndef ROOTWATCH_RULES_LANG_NAMES_H
#define ROOTWATCH_RULES_LANG_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "event/fields.h"

/* Can evt.type be this? */
bool names_event(const char *p, size_t len);
/* Is it an event that exists, only not here? */
bool names_other_event(const char *p, size_t len);
/* The first of those that fits; NULL: none. */
const char *names_other_event_where(bool (*fits)(const char *name, const void *data),
				    const void *data);
/* Is it a field that exists, only not here? */
bool names_other_field(const char *p, size_t len);

/* NULL: none is near. */
const char *names_nearest_event(const char *word);
const char *names_nearest_field(const char *word);

#endif /* ROOTWATCH_RULES_LANG_NAMES_H */

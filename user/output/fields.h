/* SPDX-License-Identifier: Apache-2.0 */
/* The list of fields as the JSON line needs it, and as people read it. */
#ifndef ROOTWATCH_OUTPUT_FIELDS_H
#define ROOTWATCH_OUTPUT_FIELDS_H

#include <stdio.h>

#include "event/fields.h"
#include "output/json.h"

/* By enum field_id. */
extern const struct json_key field_keys[F_END];

/* The list as a plain table, for people. 0, or -EIO when f could not be written. */
int fields_print(FILE *f);

#endif /* ROOTWATCH_OUTPUT_FIELDS_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* The list of fields as the JSON line needs it. */
#ifndef ROOTWATCH_OUTPUT_FIELDS_H
#define ROOTWATCH_OUTPUT_FIELDS_H

#include "event/fields.h"
#include "output/json.h"

/* By enum field_id. */
extern const struct json_key field_keys[F_END];

#endif /* ROOTWATCH_OUTPUT_FIELDS_H */

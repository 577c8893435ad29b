// SPDX-License-Identifier: Apache-2.0
#include "output/fields.h"

/* clang-format off */
#define FIELD_KEY(id, name, type, null, when, kinds, meaning, example) [F_##id] = JSON_KEY(name),
#define FIELD_FITS(id, name, type, null, when, kinds, meaning, example)                            \
	_Static_assert(sizeof(",\"" name "\":") - 1 <= JSON_KEY_MAX, "raise JSON_KEY_MAX");
/* clang-format on */

FIELD_LIST(FIELD_FITS)

const struct json_key field_keys[F_END] = {FIELD_LIST(FIELD_KEY)};

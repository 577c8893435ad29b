// SPDX-License-Identifier: Apache-2.0
/*
 * A hole in a wire struct is a build error: the kernel side would send whatever lay there before,
 * and another architecture could lay the struct out differently.
 */
#pragma GCC diagnostic error "-Wpadded"
#include <stdint.h>

#include "wire.h"

/* A blob's offset is 16 bits wide. */
_Static_assert(WIRE_RECORD_MAX <= UINT16_MAX, "a blob's offset must reach the record's end");
/* Records lie one behind the other in the ring and in recordings. */
_Static_assert(sizeof(struct wire_header) % 8 == 0, "wire_header keeps what follows aligned");
_Static_assert(sizeof(struct wire_task) % 8 == 0, "wire_task keeps what follows aligned");
_Static_assert(sizeof(struct wire_creds) % 8 == 0, "wire_creds keeps what follows aligned");
_Static_assert(sizeof(struct wire_file) % 8 == 0, "wire_file keeps what follows aligned");

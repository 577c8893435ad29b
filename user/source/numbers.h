/* SPDX-License-Identifier: Apache-2.0 */
/* System calls by their numbers on this architecture: pure. */
#ifndef ROOTWATCH_SOURCE_NUMBERS_H
#define ROOTWATCH_SOURCE_NUMBERS_H

#include <stdint.h>

#include "wire.h"

/*
 * The kernel side's table (calls_at): behind each number the call of the 64-bit ABI in the low byte
 * and that of the 32-bit ABI in the high one, or 0 when the call is not in the set.
 */
void numbers_fill(uint16_t at[static WIRE_CALL_NUMBERS], const struct wire_calls *set);

#endif /* ROOTWATCH_SOURCE_NUMBERS_H */

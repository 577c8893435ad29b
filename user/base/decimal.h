/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_BASE_DECIMAL_H
#define ROOTWATCH_BASE_DECIMAL_H

#include <stdint.h>

#include "base/str.h"

/* "-9223372036854775808", and one more: linters mind a pointer to the end of what is passed. */
#define DECIMAL_MAX 21

/* The number in decimal, at the end of buf. */
struct str decimal(char buf[static DECIMAL_MAX], int64_t v);

/* The last n digits of v, with zeros in front, to out. */
void decimal_digits(char *out, uint64_t v, unsigned n);

#endif /* ROOTWATCH_BASE_DECIMAL_H */

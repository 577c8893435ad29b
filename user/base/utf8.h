/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_BASE_UTF8_H
#define ROOTWATCH_BASE_UTF8_H

#include <stddef.h>

/* How many of the n > 0 bytes at s make one valid multi-byte character: 2 to 4, else 0. */
size_t utf8_len(const unsigned char *s, size_t n);

/* How many bytes from the start are valid UTF-8: no overlong forms, no surrogates. */
size_t utf8_valid(const char *p, size_t len);

#endif /* ROOTWATCH_BASE_UTF8_H */

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_BASE_UTF8_H
#define ROOTWATCH_BASE_UTF8_H

#include <stddef.h>

/* How many bytes from the start are valid UTF-8: no overlong forms, no surrogates. */
size_t utf8_valid(const char *p, size_t len);

#endif /* ROOTWATCH_BASE_UTF8_H */

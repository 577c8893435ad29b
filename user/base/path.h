/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_BASE_PATH_H
#define ROOTWATCH_BASE_PATH_H

#include <stddef.h>

#include "base/str.h"

/* Stands for the missing head of a path: no absolute path begins like this. */
#define PATH_CUT "..."

/*
 * Joins asked to base and removes ".", "..", doubled and trailing slashes, by the letter only:
 * symbolic links are not looked at. An absolute asked does not need base; ".." never leads above
 * "/". A base whose head is missing (full > len) gives PATH_CUT "/..."; with no base a relative
 * path stays relative. Writes at most cap bytes, without NUL, and gives how many; what does not
 * fit is cut at the end. base.len + asked.len + 8 bytes are always enough.
 */
size_t path_resolve(char *dst, size_t cap, struct str base, struct str asked);

#endif /* ROOTWATCH_BASE_PATH_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of hooks by which an act can be seen (WIRE_TIER_*), by name. */
#ifndef ROOTWATCH_BASE_TIER_H
#define ROOTWATCH_BASE_TIER_H

#include <stdint.h>

/* "tracepoint", "fentry", "lsm", "kprobe"; "unknown" for another number. */
const char *tier_name(uint32_t tier);

/* What --tier takes, which is the kinds of hooks for opens: 0, or -EINVAL for any other word. */
int tier_of_name(const char *name, uint32_t *tier);

#endif /* ROOTWATCH_BASE_TIER_H */

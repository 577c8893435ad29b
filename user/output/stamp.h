/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times into a line; ns is CLOCK_REALTIME. The calendar is only asked once for each second.
 */
#ifndef ROOTWATCH_OUTPUT_STAMP_H
#define ROOTWATCH_OUTPUT_STAMP_H

#include "output/line.h"

/* RFC 3339, UTC: 2026-11-22T01:02:03.123456789Z */
void stamp_utc(struct line *l, uint64_t ns);

/* UTC: 01:02:03.123456789 */
void stamp_utc_clock(struct line *l, uint64_t ns);

/* The local time of day: 01:02:03.123 */
void stamp_local_clock(struct line *l, uint64_t ns);

#endif /* ROOTWATCH_OUTPUT_STAMP_H */

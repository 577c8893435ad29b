/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of the rules, compiled into what the kernel side compares: pure. */
#ifndef ROOTWATCH_SOURCE_PREFILTER_H
#define ROOTWATCH_SOURCE_PREFILTER_H

#include <stddef.h>
#include <stdint.h>

#include "rules/filter/filter.h"
#include "wire.h"

struct prefilter_entry {
	uint64_t hash;
	uint32_t value; /* WIRE_WATCH_* */
};

struct prefilter {
	uint32_t number;		 /* which of the kernel side's two: 0 or 1 */
	struct prefilter_entry *entries; /* no hash twice */
	size_t n_entries;
	struct wire_prefilter set;
};

/*
 * Gives 0, -ENOMEM, -E2BIG when the list has more suffixes or devices than the kernel side can
 * hold, or -EINVAL for a pattern that could never match. On failure *p is empty.
 */
int prefilter_compile(struct prefilter *p, const struct filter *f, uint32_t number);
void prefilter_free(struct prefilter *p);

#endif /* ROOTWATCH_SOURCE_PREFILTER_H */

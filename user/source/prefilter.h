/* SPDX-License-Identifier: Apache-2.0 */
/* The watch list, compiled into what the kernel side compares: pure. */
#ifndef ROOTWATCH_SOURCE_PREFILTER_H
#define ROOTWATCH_SOURCE_PREFILTER_H

#include <stddef.h>
#include <stdint.h>

#include "rules/watch.h"
#include "wire.h"

struct prefilter_entry {
	uint64_t hash;
	uint32_t value; /* WIRE_WATCH_* */
};

struct prefilter {
	struct prefilter_entry *entries; /* no hash twice */
	size_t n_entries;
	struct wire_suffix suffixes[WIRE_SUFFIXES_MAX];
	uint32_t n_suffixes;
	struct wire_device devices[WIRE_DEVICES_MAX];
	uint64_t suffix_ends[4];
	uint64_t filter[WIRE_FILTER_WORDS];
	uint32_t block_access;
	uint32_t scope_access[WIRE_SCOPES];
	uint32_t scope_root[WIRE_SCOPES];
};

/*
 * Gives 0, -ENOMEM, -E2BIG when the list has more suffixes or devices than the kernel side can
 * hold, or -EINVAL for a pattern that could never match. On failure *p is empty.
 */
int prefilter_compile(struct prefilter *p, const struct watch *watch, size_t n);
void prefilter_free(struct prefilter *p);

#endif /* ROOTWATCH_SOURCE_PREFILTER_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* Watch lists in the kernel side's own code: what of files passes them. */
#ifndef ROOTWATCH_TESTS_UNIT_SOURCE_LISTS_H
#define ROOTWATCH_TESTS_UNIT_SOURCE_LISTS_H

#include "rules/filter/filter.h"
#include "source/files.h"

#define READ   WIRE_WATCH_READ
#define WRITE  WIRE_WATCH_WRITE
#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Compiles the list as one of the kernel side's two sets: now the one, now the other. */
int lists_compile(struct prefilter *p, const struct filter_entry *list, size_t n);

/* Has the kernel side use it, as compiled, until the next one. */
extern struct prefilter lists_compiled;
void lists_load(const struct filter_entry *list, size_t n);

bool lists_passes(struct kernel_file f, uint32_t access);
void lists_expect(bool pass, struct kernel_file f, uint32_t access);

/* A teardown of each test: the list, and the files that were made for it. */
int lists_forget(void **state);

#endif /* ROOTWATCH_TESTS_UNIT_SOURCE_LISTS_H */

/* SPDX-License-Identifier: Apache-2.0 */
/* What a file's names are to the patterns of a filter, by the letter of filter.h. */
#ifndef ROOTWATCH_TESTS_UNIT_SOURCE_VIEWS_H
#define ROOTWATCH_TESTS_UNIT_SOURCE_VIEWS_H

#include "rules/filter/filter.h"
#include "source/files.h"

/* Components of the pattern, when it leads to the path or to something above it; else -1. */
int views_leads_to(const char *pattern, const char *const *names, size_t n);

/* The path at which the task sees it: does the pattern lead there? Is a folder on it called so? */
bool views_path(const struct kernel_file *k, const char *pattern);
bool views_folder(const struct kernel_file *k, const char *name);

/* FILTER_SCOPE_END: none of the kernel's own file systems. */
enum filter_scope views_scope(uint32_t magic);

#endif /* ROOTWATCH_TESTS_UNIT_SOURCE_VIEWS_H */

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel side sends by a filter, by the letter of filter.h and no more than that: paths
 * and names are compared whole, where the kernel's own code may let more pass.
 */
#ifndef ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H
#define ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H

#include "rules/filter/filter.h"
#include "source/kernel.h"

/* placeless: a memfd, or a path of which not all is known. */
bool model_opens(const struct filter *f, const struct kernel_file *k, bool placeless,
		 uint32_t access);

/* name: the listener's bound name; comm: its command. */
bool model_connects(const struct filter *f, struct str name, struct str comm);

#endif /* ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H */

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

/*
 * What an IP socket does, by one of FILTER_OUT, _IN and _SEND; then the making of a socket, by
 * FILTER_SOCKET_*.
 */
bool model_ends(const struct filter *f, const struct event *e, uint32_t access);
bool model_makes(const struct filter *f, uint32_t kind);

#endif /* ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H */

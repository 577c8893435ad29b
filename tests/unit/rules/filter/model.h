/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel side sends by a filter, by the letter of filter.h and no more than that: paths
 * and names are compared whole, where the kernel's own code may let more pass.
 */
#ifndef ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H
#define ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H

#include "rules/filter/filter.h"
#include "source/kernel.h"

/* A file, and what its dentries do not say. */
struct model_file {
	struct kernel_file k;
	bool host_device; /* the host mounts its device */
	bool host_task;	  /* opened by a task of the host's mount namespace */
	bool placeless;	  /* a memfd, or a path whose head the kernel cannot see */
};

bool model_opens(const struct filter *f, const struct model_file *file, uint32_t access);

/* name: the listener's bound name; comm: its command. */
bool model_connects(const struct filter *f, struct str name, struct str comm);

#endif /* ROOTWATCH_TESTS_UNIT_RULES_FILTER_MODEL_H */

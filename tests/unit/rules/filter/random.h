/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and events at random, made of few words so that they meet. Numbers come from files_random. */
#ifndef ROOTWATCH_TESTS_UNIT_RULES_FILTER_RANDOM_H
#define ROOTWATCH_TESTS_UNIT_RULES_FILTER_RANDOM_H

#include "rules/filter/model.h"
#include "rules/lang/ast.h"

struct random_event {
	struct event e;
	struct kernel_file file;    /* EVENT_OPEN */
	bool placeless;		    /* see model.h */
	uint32_t access;	    /* FILTER_*; 0: sent whatever the filter says */
	uint32_t makes;		    /* FILTER_SOCKET_*, of socket() */
	struct wire_address server; /* EVENT_NET: as it crosses */
};

/* Valid until the next one. */
void random_event(struct random_event *r);

/*
 * A condition that has good chances to match the event; that a number or a regular expression is
 * none may happen. Lives until condition_reset.
 */
struct node *random_condition(const struct event *e);

void random_print(const struct random_event *r);

#endif /* ROOTWATCH_TESTS_UNIT_RULES_FILTER_RANDOM_H */

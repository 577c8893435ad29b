/* SPDX-License-Identifier: Apache-2.0 */
/* A test of a condition with its field, operator and values checked: made once, used wherever the
 * macro that holds it is. */
#ifndef ROOTWATCH_RULES_LANG_TEMPLATE_H
#define ROOTWATCH_RULES_LANG_TEMPLATE_H

#include "rules/lang/lang.h"

struct template
{
	struct verdict verdict;
	struct node node;
	bool negated;		/* node is to be put under NOT */
	bool settled;		/* the values were used up by a rewrite */
	struct verdict used[2]; /* besides: below an even [0], an odd [1] number of NOT */
};

/* test->template. 0 or -ENOMEM. */
int template_make(struct lang *g, struct syntax_test *test);

#endif /* ROOTWATCH_RULES_LANG_TEMPLATE_H */

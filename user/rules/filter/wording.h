/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions and patterns as text for people. Internal to the filter. */
#ifndef ROOTWATCH_RULES_FILTER_WORDING_H
#define ROOTWATCH_RULES_FILTER_WORDING_H

#include <stdio.h>

#include "rules/filter/reach.h"
#include "rules/lang/ast.h"

/* A part of a condition as one writes it; what is long is cut, and "..." stands for the rest. */
void wording_node(FILE *out, const struct node *node);

/* "the paths /etc, /root/.ssh; the names x, y"; it is neither empty nor any. */
void wording_reach(FILE *out, const struct reach *r);

#endif /* ROOTWATCH_RULES_FILTER_WORDING_H */

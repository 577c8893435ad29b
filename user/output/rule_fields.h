/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_OUTPUT_RULE_FIELDS_H
#define ROOTWATCH_OUTPUT_RULE_FIELDS_H

#include "event/event.h"
#include "output/line.h"
#include "rules/lang/ast.h"

/*
 * The fields of the rule's output that the kind of event does not have in output_fields anyway, as
 * members, with the name that stands in the rule: "proc.aname[2]". A value that is missing is null,
 * one that takes more than cap bytes loses its middle.
 */
void rule_fields_write(struct line *l, const struct event *e, const struct rule *r, size_t cap);

#endif /* ROOTWATCH_OUTPUT_RULE_FIELDS_H */

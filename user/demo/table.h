/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo prints: two columns, at most TABLE_WIDTH columns wide. */
#ifndef ROOTWATCH_DEMO_TABLE_H
#define ROOTWATCH_DEMO_TABLE_H

#include <stdio.h>

#include "demo/attack.h"

#define TABLE_WIDTH 100

struct table {
	FILE *f;
	bool color;
	int error; /* errno of the first write to f that failed */
};

/* ids: of the two containers. */
void table_head(struct table *t, const char *const ids[static SIDES]);

/* One attack. v NULL: it cannot be shown here. Gives how many of its two halves are amiss. */
int table_row(struct table *t, size_t number, const struct attack *a,
	      const struct attack_variant *v, const struct attack_result r[static SIDES]);

struct table_totals {
	size_t rows, amiss;   /* halves of rows */
	size_t done[SIDES];   /* attacks that worked */
	size_t alerts[SIDES]; /* lines that were not about a blocked act */
	size_t blocked[SIDES];
	size_t unexpected;
};

void table_foot(struct table *t, const struct table_totals *n);

#endif /* ROOTWATCH_DEMO_TABLE_H */

// SPDX-License-Identifier: Apache-2.0
#include "costs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "numbers.h"

/* So many quiet slices make a median. */
#define QUIET_LEAST 3

#define ALL_ROUNDS ROUNDS_MAX

/* The costs of a row in one round (or all of them), ns per operation; *n of them, to be freed. */
static double *costs_of(const struct passes *p, unsigned int round, enum variant variant,
			unsigned int row, bool quiet, size_t *n)
{
	double *v = malloc((p->n ? p->n : 1) * sizeof(*v));

	*n = 0;
	for (size_t i = 0; v && i < p->n; i++) {
		const struct sample *a = &p->v[i];

		if ((a->round == round || round == ALL_ROUNDS) && a->variant == variant &&
		    a->row == row && (!quiet || slice_quiet(&a->s, &p->best)))
			v[(*n)++] = slice_cost(&a->s, &p->best);
	}
	return v;
}

static double cost_of(const struct passes *p, unsigned int round, enum variant variant,
		      unsigned int row, bool quiet, double quantile, size_t least)
{
	size_t n;
	double *v = costs_of(p, round, variant, row, quiet, &n);
	double cost = n < least ? (double)NAN : numbers_quantile(v, n, quantile);

	free(v);
	return cost;
}

struct cell {
	double ns;
	double ratio;		/* to none */
	double lowest, highest; /* of the rounds */
	size_t rounds;
	bool noisy;
};

/*
 * Within a round what counts is the median of the quiet slices, and of the rounds' ratios again
 * the median. When most rounds had too few quiet slices the machine was busy all the time: then the
 * lowest fiftieth of all slices of the whole run, since noise only ever adds.
 */
#define BUSY_QUANTILE 0.02

static struct cell cell_of(const struct passes *p, enum variant variant, unsigned int row)
{
	double ns[ROUNDS_MAX], ratio[ROUNDS_MAX];
	size_t n = 0;
	struct cell c = {.ns = (double)NAN,
			 .ratio = (double)NAN,
			 .lowest = (double)NAN,
			 .highest = (double)NAN};

	for (unsigned int round = 0; round < p->rounds && round < ROUNDS_MAX; round++) {
		double mine = cost_of(p, round, variant, row, true, 0.5, QUIET_LEAST);
		double none = cost_of(p, round, VARIANT_NONE, row, true, 0.5, QUIET_LEAST);

		if (isnan(mine) || isnan(none))
			continue;
		ns[n] = mine;
		ratio[n++] = mine / none;
	}
	c.rounds = n;
	c.noisy = 2 * n <= p->rounds;
	if (n) {
		c.lowest = numbers_quantile(ratio, n, 0);
		c.highest = numbers_quantile(ratio, n, 1);
	}
	if (!c.noisy) {
		c.ns = numbers_quantile(ns, n, 0.5);
		c.ratio = numbers_quantile(ratio, n, 0.5);
	} else {
		c.ns = cost_of(p, ALL_ROUNDS, variant, row, false, BUSY_QUANTILE, 1);
		c.ratio = c.ns / cost_of(p, ALL_ROUNDS, VARIANT_NONE, row, false, BUSY_QUANTILE, 1);
	}
	return c;
}

/*
 * Programs that do nothing cannot make anything faster, and rootwatch cannot beat them: a row that
 * says so was measured while the machine changed, in which direction nobody knows.
 */
#define POSSIBLE 0.97

static bool is_possible(const struct passes *p, unsigned int row)
{
	double empty = cell_of(p, VARIANT_EMPTY, row).ratio;
	double rootwatch = cell_of(p, VARIANT_ROOTWATCH, row).ratio;

	if (empty < POSSIBLE || rootwatch < POSSIBLE)
		return false;
	return isnan(empty) || isnan(rootwatch) || rootwatch >= empty * POSSIBLE;
}

void costs_base(const struct passes *p, unsigned int row, double *none_ns, double *empty_ratio)
{
	*none_ns = cell_of(p, VARIANT_NONE, row).ns;
	*empty_ratio = is_possible(p, row) ? cell_of(p, VARIANT_EMPTY, row).ratio : (double)NAN;
}

static double quiet_share(const struct passes *p)
{
	size_t quiet = 0;

	for (size_t i = 0; i < p->n; i++)
		quiet += (size_t)slice_quiet(&p->v[i].s, &p->best);
	return p->n ? (double)quiet / (double)p->n : 0;
}

static void print_ratio(const struct cell *c)
{
	char spread[32] = "";

	if (isnan(c->ratio)) {
		printf("  %-21s", "-");
		return;
	}
	if (!isnan(c->lowest))
		snprintf(spread, sizeof(spread), "(%.3f-%.3f)", c->lowest, c->highest);
	printf("  %5.3f%s %-14s", c->ratio, c->noisy ? "~" : " ", spread);
}

static json_t *cell_json(const struct cell *c)
{
	json_t *j = json_pack("{s:f, s:f, s:i, s:b}", "ns", c->ns, "ratio", c->ratio, "rounds",
			      (int)c->rounds, "noisy", c->noisy);

	if (!isnan(c->lowest)) {
		json_object_set_new(j, "lowest", json_real(c->lowest));
		json_object_set_new(j, "highest", json_real(c->highest));
	}
	return j;
}

json_t *costs_report(const struct passes *p)
{
	json_t *list = json_array();
	unsigned int impossible = 0;

	printf("\nCost per operation: ns with no detector, then times that (lowest-highest quiet round)\n\n");
	printf("%-3s %-31s %10s", "", "", "none ns");
	for (int v = VARIANT_EMPTY; v < VARIANTS; v++)
		if (p->variant_on[v])
			printf("  %-21s", variant_names[v]);
	printf("%s\n", p->variant_on[VARIANT_ROOTWATCH] ? "  target" : "");
	for (unsigned int row = 0; row < ROWS; row++) {
		bool possible = is_possible(p, row);
		json_t *entry;

		if (!p->row_on[row])
			continue;
		impossible += !possible;
		entry = json_pack("{s:s, s:s, s:f, s:b}", "row", rows[row].id, "what",
				  rows[row].what, "target", rows[row].target, "possible", possible);
		printf("%-3s %-31s", rows[row].id, rows[row].what);
		for (int v = 0; v < VARIANTS; v++) {
			struct cell c;

			if (!p->variant_on[v])
				continue;
			c = cell_of(p, (enum variant)v, row);
			if (v == VARIANT_NONE)
				printf(" %10.1f", c.ns);
			else
				print_ratio(&c);
			if (v == VARIANT_ROOTWATCH)
				printf("  %.2f%s", rows[row].target,
				       !possible		  ? "  unsure" :
				       c.ratio > rows[row].target ? "  missed" :
								    "");
			if (!isnan(c.ns))
				json_object_set_new(entry, variant_names[v], cell_json(&c));
		}
		putchar('\n');
		json_array_append_new(list, entry);
	}
	printf("\n%zu slices of about 3 ms, %.0f %% of them quiet (the loops before and after within "
	       "%.0f %% of\n%llu ns); ~ where most rounds had too few, and the lowest fiftieth of the run counts. "
	       "%u of %u passes\nran beside BPF programs of others.\n",
	       p->n, 100 * quiet_share(p), 100 * (PROBE_NEAR - 1),
	       (unsigned long long)p->best.cache, p->disturbed, p->passes);
	if (impossible)
		printf("%u rows are impossible (faster with a detector than without): the machine was too "
		       "busy; run it again.\n",
		       impossible);
	return json_pack("{s:o, s:f, s:i, s:i}", "rows", list, "quiet", quiet_share(p), "passes",
			 (int)p->passes, "disturbed", (int)p->disturbed);
}

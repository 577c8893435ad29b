// SPDX-License-Identifier: Apache-2.0
/* Nanoseconds in each BPF program, by the kernel's own statistics. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "costs.h"
#include "extras.h"
#include "numbers.h"
#include "say.h"

/* Short ones, each row in turn: some fall into quiet moments even on a busy machine. */
#define BURSTS 80

/* Noise only ever adds: the lowest are what a program takes by itself. */
#define LOWEST 0.03

/* For each operation: ns in the programs and how often they ran. */
struct cost {
	double ns[BURSTS], runs[BURSTS];
};

struct measure {
	struct extras *x;
	struct detector d[VARIANTS]; /* of one row's bursts all see the same */
	struct cost of[VARIANTS][ROWS][PROGS_MAX];
};

static int start(struct measure *m)
{
	const struct passes *p = m->x->passes;
	int err = 0;

	for (int v = VARIANT_EMPTY; v < VARIANTS && !err; v++)
		if (p->variant_on[v])
			err = detector_start(&m->d[v], (enum variant)v, &p->setup, false);
	return err;
}

static int read_all(struct measure *m)
{
	int err = 0;

	for (int v = VARIANT_EMPTY; v < VARIANTS && !err; v++)
		err = progs_read(&m->d[v].mine);
	return err;
}

static int one_burst(struct measure *m, unsigned int row, int burst)
{
	struct progs before[VARIANTS];
	uint64_t ops = 0;
	int err = read_all(m);

	for (int v = 0; v < VARIANTS; v++)
		before[v] = m->d[v].mine;
	if (!err)
		err = passes_burst(m->x->passes, row, &ops);
	if (!err)
		err = read_all(m);
	if (err || !ops)
		return err ? err : -EIO;
	for (int v = 0; v < VARIANTS; v++) {
		for (size_t i = 0; i < before[v].n; i++) {
			const struct prog *now = &m->d[v].mine.v[i], *then = &before[v].v[i];

			m->of[v][row][i].ns[burst] = (double)(now->ns - then->ns) / (double)ops;
			m->of[v][row][i].runs[burst] =
				(double)(now->runs - then->runs) / (double)ops;
		}
	}
	/* The lines of one burst must not be written during the next one. */
	if (!strcmp(rows[row].op, "create"))
		return detector_settle(&m->d[VARIANT_ROOTWATCH], 15, NULL);
	return 0;
}

static void print_program(const struct prog *prog, const char *row, const struct cost *cost,
			  json_t *list)
{
	struct cost sorted = *cost;
	double ns = numbers_quantile(sorted.ns, BURSTS, LOWEST);
	double runs = numbers_quantile(sorted.runs, BURSTS, 0.5);

	/* What runs less often than this belongs to the noise around the workload. */
	if (runs < 0.1)
		return;
	printf("  %-3s  %-16s %8.1f ns/run  %6.2f runs/operation %9.1f ns/operation\n", row,
	       prog->name, ns / runs, runs, ns);
	json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f}", "row", row, "program",
					      prog->name, "ns", ns / runs, "runs_per_op", runs));
}

static void print_programs(const struct measure *m, enum variant v, json_t *list)
{
	printf("\nTime in each program of %s, by the kernel's own statistics (which add their own)\n\n",
	       variant_names[v]);
	for (unsigned int row = 0; row < ROWS; row++)
		for (size_t i = 0; i < m->d[v].mine.n; i++)
			if (m->x->passes->row_on[row])
				print_program(&m->d[v].mine.v[i], rows[row].id, &m->of[v][row][i],
					      list);
}

/* All programs of a variant together, ns per operation. */
static double together(const struct measure *m, enum variant v, unsigned int row)
{
	double sum[BURSTS];

	for (int b = 0; b < BURSTS; b++) {
		sum[b] = 0;
		for (size_t i = 0; i < m->d[v].mine.n; i++)
			sum[b] += m->of[v][row][i].ns[b];
	}
	return numbers_quantile(sum, BURSTS, LOWEST);
}

/*
 * The difference of two variants' programs that ran side by side has neither the statistics' own
 * cost in it nor much of the machine's noise: a second way to rootwatch's ratio.
 */
static void print_differences(const struct measure *m, json_t *list)
{
	const struct passes *p = m->x->passes;

	printf("\nWhat rootwatch's programs take over the empty ones, and the ratio that follows\n\n");
	for (unsigned int row = 0; row < ROWS; row++) {
		double none, empty, more;

		if (!p->row_on[row])
			continue;
		more = together(m, VARIANT_ROOTWATCH, row) - together(m, VARIANT_EMPTY, row);
		costs_base(p, row, &none, &empty);
		printf("  %-3s %-31s %8.0f ns", rows[row].id, rows[row].what, more);
		if (!isnan(none) && !isnan(empty))
			printf("  %.3f%s", empty + more / none,
			       verdict(empty + more / none <= rows[row].target));
		putchar('\n');
		json_array_append_new(list,
				      json_pack("{s:s, s:f}", "row", rows[row].id, "ns", more));
	}
}

static void print_all(const struct measure *m, json_t *report)
{
	const struct passes *p = m->x->passes;

	for (int v = VARIANT_EMPTY; v < VARIANTS; v++) {
		json_t *list = json_array();

		if (p->variant_on[v])
			print_programs(m, (enum variant)v, list);
		json_object_set_new(report, variant_names[v], list);
	}
	if (p->variant_on[VARIANT_EMPTY] && p->variant_on[VARIANT_ROOTWATCH]) {
		json_t *list = json_array();

		print_differences(m, list);
		json_object_set_new(report, "over_empty", list);
	}
}

int extras_programs(struct extras *x)
{
	static struct measure m;
	json_t *report = json_object();
	int count = -1, err;

	m.x = x;
	err = start(&m);
	if (!err) {
		count = progs_count();
		if (count < 0)
			err = bench_fail(-count, "run statistics of BPF programs");
	}
	for (int burst = 0; burst < BURSTS && !err; burst++)
		for (unsigned int row = 0; row < ROWS && !err; row++)
			if (x->passes->row_on[row])
				err = one_burst(&m, row, burst);
	if (!err)
		print_all(&m, report);
	if (count >= 0)
		close(count);
	for (int v = 0; v < VARIANTS; v++)
		if (m.d[v].kind != VARIANT_NONE)
			detector_stop(&m.d[v], NULL);
	json_object_set_new(x->report, "programs", report);
	return err;
}

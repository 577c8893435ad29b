// SPDX-License-Identifier: Apache-2.0
#include "count.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "say.h"

/*
 * A turn is shorter than the clock's tick (4 ms, which are 4 million instructions), so most turns
 * have none in them: the median is one of those.
 */
#define OPS	    100
#define OPS_SPAWN   2
#define TURNS	    40
#define TURNS_SPAWN 60

static int count_row(const struct passes *p, const struct row *r, const char *variant)
{
	uint64_t spent[COUNT_TURNS_MAX];
	bool spawn = !strcmp(r->op, "spawn");
	unsigned int ops = spawn ? OPS_SPAWN : OPS, turns = spawn ? TURNS_SPAWN : TURNS;
	char path[400], number[2][24];
	const char *args[] = {"count", r->op, path, number[0], number[1], NULL};
	double ns[COUNT_TURNS_MAX];
	size_t len = 0, n;
	int err;

	snprintf(path, sizeof(path), "%s%s", r->place == PLACE_HOST ? p->box->host : "", r->path);
	snprintf(number[0], sizeof(number[0]), "%u", ops);
	snprintf(number[1], sizeof(number[1]), "%u", turns);
	err = box_run(p->box, r->place, args, spent, sizeof(spent), &len);
	if (err)
		return err;
	n = len / sizeof(spent[0]);
	for (size_t i = 0; i < n; i++)
		ns[i] = (double)spent[i] / ops;
	printf("count %s %s %.1f %.1f\n", variant, r->id, numbers_quantile(ns, n, 0.5),
	       numbers_quantile(ns, n, 0));
	return 0;
}

static int count_variant(struct passes *p, const char *word)
{
	struct detector d;
	char *tier;
	char name[64];
	int kind, err;

	snprintf(name, sizeof(name), "%s", word);
	tier = strchr(name, ':');
	if (tier)
		*tier++ = '\0';
	for (kind = 0; kind < VARIANTS && strcmp(name, variant_names[kind]) != 0; kind++)
		;
	if (kind == VARIANTS)
		return bench_fail(EINVAL, "%s", word);
	p->setup.tier = tier;
	err = detector_start(&d, (enum variant)kind, &p->setup, false);
	if (err) {
		printf("count %s - %s\n", word, strerror(-err));
		return err == -EINTR ? err : 0;
	}
	for (unsigned int row = 0; row < ROWS && !err; row++)
		if (p->row_on[row])
			err = count_row(p, &rows[row], word);
	detector_stop(&d, NULL);
	return err;
}

int count_run(struct passes *p, const char *list)
{
	char *words = strdup(list), *rest = words, *word;
	int err = words ? 0 : bench_fail(ENOMEM, "%s", list);

	while (!err && (word = strsep(&rest, ",")))
		if (*word)
			err = count_variant(p, word);
	free(words);
	return err;
}

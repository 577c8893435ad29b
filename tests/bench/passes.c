// SPDX-License-Identifier: Apache-2.0
#include "passes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "say.h"

const struct row rows[ROWS] = {
	{"a", "getppid, host", PLACE_HOST, "getppid", "", 1.13},
	{"a2", "getppid, container root", PLACE_ROOT, "getppid", "", 1.13},
	{"a3", "getppid under a seccomp filter", PLACE_HOST, "confined", "", 1.13},
	{"b", "open+close, host root", PLACE_HOST, "read", "/srv/file", 1.10},
	{"c", "open+close, container uid 1000", PLACE_USER, "read", "/srv/file", 1.04},
	{"d1", "container root, /srv/file", PLACE_ROOT, "read", "/srv/file", 1.06},
	{"d2", "  8 folders deep", PLACE_ROOT, "read", "/srv/1/2/3/4/5/6/7/8/file", 1.06},
	{"d3", "  on a bind-mounted volume", PLACE_ROOT, "read", "/data/file", 1.06},
	{"d4", "  /proc/self/status", PLACE_ROOT, "read", "/proc/self/status", 1.06},
	{"d5", "  /tmp/file", PLACE_ROOT, "read", "/tmp/file", 1.06},
	{"d6", "  /tmp/file, for writing", PLACE_ROOT, "write", "/tmp/file", 1.06},
	{"e", "container root writes /etc/x", PLACE_ROOT, "create", "/etc/x", 1.25},
	{"f1", "fork+exec, host root", PLACE_HOST, "spawn", "/bin/nop", 1.05},
	{"f2", "fork+exec, container uid 1000", PLACE_USER, "spawn", "/bin/nop", 1.05},
	{"f3", "fork+exec, container root", PLACE_ROOT, "spawn", "/bin/nop", 1.05},
	{"g1", "make+remove a node, host root", PLACE_HOST, "node", "/srv/node", 1.10},
	{"g2", "make+remove a node, container root", PLACE_ROOT, "node", "/srv/node", 1.25},
	{"h1", "datagram to a Unix socket, host root", PLACE_HOST, "datagram", "", 1.10},
	{"h2", "datagram to a Unix socket, container root", PLACE_ROOT, "datagram", "", 1.25},
};

/* How long a pass waits for other people's BPF programs to go away. */
#define FOREIGN_WAIT_MS 15000

static void path_of(const struct passes *p, const struct row *r, char out[400])
{
	snprintf(out, 400, "%s%s", r->place == PLACE_HOST ? p->box->host : "", r->path);
}

static int slices_of(const struct passes *p, unsigned int row, struct slice *s, size_t *n)
{
	const struct row *r = &rows[row];
	char path[400], numbers[4][24];
	const char *args[] = {"slices",	  r->op,      path,	  numbers[0],
			      numbers[1], numbers[2], numbers[3], NULL};
	size_t len = 0;
	int err;

	path_of(p, r, path);
	snprintf(numbers[0], sizeof(numbers[0]), "%u", p->want);
	snprintf(numbers[1], sizeof(numbers[1]), "%u", p->patience_ms);
	snprintf(numbers[2], sizeof(numbers[2]), "%llu", (unsigned long long)p->best.pace);
	snprintf(numbers[3], sizeof(numbers[3]), "%llu", (unsigned long long)p->best.cache);
	err = box_run(p->box, r->place, args, s, SLICES_MAX * sizeof(*s), &len);
	if (err)
		return err;
	*n = len / sizeof(*s);
	return 0;
}

int passes_burst(const struct passes *p, unsigned int row, uint64_t *ops)
{
	const struct row *r = &rows[row];
	char path[400];
	const char *args[] = {"burst", r->op, path, "1500", NULL};
	struct burst b = {0};
	size_t len = 0;
	int err;

	if (!strcmp(r->op, "spawn"))
		args[3] = "20";
	path_of(p, r, path);
	err = box_run(p->box, r->place, args, &b, sizeof(b), &len);
	if (!err)
		*ops = b.done;
	return err;
}

/* The lowest fiftieth, and not the very lowest, which may be a freak. */
#define BEST_QUANTILE 0.02

int passes_calibrate(struct passes *p)
{
	static const char *const args[] = {"probes", "1000", NULL};
	struct probe probes[1000];
	double pace[1000], cache[1000];
	size_t len = 0, n;
	int err = box_run(p->box, PLACE_HOST, args, probes, sizeof(probes), &len);

	if (err)
		return err;
	n = len / sizeof(probes[0]);
	for (size_t i = 0; i < n; i++) {
		pace[i] = (double)probes[i].pace;
		cache[i] = (double)probes[i].cache;
	}
	p->best.pace = (uint64_t)numbers_quantile(pace, n, BEST_QUANTILE);
	p->best.cache = (uint64_t)numbers_quantile(cache, n, BEST_QUANTILE);
	return 0;
}

static int keep(struct passes *p, unsigned int round, enum variant variant, unsigned int row,
		const struct slice *s, size_t n)
{
	if (p->n + n > p->cap) {
		size_t cap = p->cap ? 2 * p->cap + n : 4096;
		struct sample *v = realloc(p->v, cap * sizeof(*v));

		if (!v)
			return bench_fail(ENOMEM, "samples");
		p->v = v;
		p->cap = cap;
	}
	for (size_t i = 0; i < n; i++)
		p->v[p->n++] = (struct sample){round, variant, row, s[i]};
	return 0;
}

/* The machine may have shown since that it can do better than when it was calibrated. */
static void learn_best(struct passes *p)
{
	double *cache = calloc(p->n ? p->n : 1, sizeof(*cache));
	uint64_t best;

	for (size_t i = 0; cache && i < p->n; i++)
		cache[i] = (double)p->v[i].s.after.cache;
	best = cache ? (uint64_t)numbers_quantile(cache, p->n, BEST_QUANTILE) : 0;
	free(cache);
	if (best && best < p->best.cache)
		p->best.cache = best;
}

/* Are there BPF programs of others, but for those that never go away? */
static bool is_disturbed(const struct passes *p, const struct progs *mine)
{
	struct progs others;

	progs_foreign(mine, &p->resident, &others);
	return others.n > 0;
}

static int wait_alone(const struct passes *p)
{
	for (int ms = 0; ms < FOREIGN_WAIT_MS && is_disturbed(p, NULL); ms += 100)
		if (bench_nap(100))
			return -EINTR;
	return 0;
}

/* What was there before and is still there after a while belongs to this host. */
static int find_resident(struct passes *p)
{
	struct progs first;

	progs_foreign(NULL, NULL, &first);
	if (wait_alone(p))
		return -EINTR;
	progs_keep_loaded(&first);
	p->resident = first;
	if (first.n)
		printf("%zu tracing programs of others stay loaded: the ratios are to a host with them\n",
		       first.n);
	return 0;
}

static int one_pass(struct passes *p, unsigned int round, enum variant variant, bool last_try,
		    bool *disturbed)
{
	struct slice s[SLICES_MAX];
	struct detector d;
	int err;

	err = wait_alone(p);
	if (!err)
		err = detector_start(&d, variant, &p->setup, false);
	if (err)
		return err;
	*disturbed = !last_try && is_disturbed(p, &d.mine);
	for (unsigned int row = 0; row < ROWS && !err && !*disturbed; row++) {
		size_t n = 0;

		if (!p->row_on[row])
			continue;
		err = slices_of(p, row, s, &n);
		if (!err)
			err = keep(p, round, variant, row, s, n);
		/* The lines of one row must not be written while the next one is measured. */
		if (!err)
			err = detector_settle(&d, 30, NULL);
		*disturbed = !last_try && is_disturbed(p, &d.mine);
	}
	*disturbed |= is_disturbed(p, &d.mine);
	detector_stop(&d, NULL);
	return err;
}

/*
 * Somebody else's BPF programs would be measured, too: such a pass is done again, but in the end
 * a disturbed one is better than none.
 */
static int clean_pass(struct passes *p, unsigned int round, enum variant variant)
{
	size_t mark = p->n;
	bool disturbed = false;

	for (int left = 3; left > 0 && (left == 3 || disturbed); left--) {
		int err;

		p->n = mark;
		err = one_pass(p, round, variant, left == 1, &disturbed);
		if (err)
			return err;
	}
	learn_best(p);
	p->passes++;
	p->disturbed += disturbed;
	return 0;
}

int passes_run(struct passes *p)
{
	if (find_resident(p))
		return -EINTR;
	for (unsigned int round = 0; round < p->rounds; round++) {
		/* Each round in another order: what drifts, drifts for all. */
		for (unsigned int i = 0; i < VARIANTS; i++) {
			enum variant variant = (enum variant)((round + i) % VARIANTS);
			int err;

			if (!p->variant_on[variant])
				continue;
			err = clean_pass(p, round, variant);
			if (err)
				return err;
		}
		bench_say("round %u of %u done", round + 1, p->rounds);
	}
	return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "extras.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "numbers.h"
#include "procfs.h"
#include "say.h"

#define TARGET_RSS_KB	24576
#define TARGET_LINE_MS	50
#define TARGET_FIRST_MS 500
#define DRAIN_MS	500 /* a file that has not grown for so long has all of its lines */

/* ---- delivery and memory -------------------------------------------------------------------- */

struct delivery {
	uint64_t opens, lines;
	double open_rate, line_rate; /* a second */
	double lag_ms;		     /* from the last open to the last line */
	double reader_us;	     /* of CPU time of rootwatch for each line */
	double line_bytes;
	struct detector_stats stats;
};

static int deliver(struct extras *x, const char *const args[], struct delivery *out,
		   struct procfs_memory memory[2])
{
	const struct passes *p = x->passes;
	struct burst b = {0};
	struct detector d;
	uint64_t grown = 0;
	size_t len = 0;
	struct procfs_cpu cpu[2];
	uint64_t bytes = 0;
	int err = detector_start(&d, VARIANT_ROOTWATCH, &p->setup, false);

	if (err)
		return err;
	procfs_cpu(d.pid, &cpu[0]);
	procfs_memory(d.pid, &memory[0]);
	err = box_run(p->box, PLACE_ROOT, args, &b, sizeof(b), &len);
	if (!err && len != sizeof(b))
		err = -EIO;
	if (!err)
		err = detector_settle(&d, DRAIN_MS, &grown);
	procfs_memory(d.pid, &memory[1]);
	procfs_cpu(d.pid, &cpu[1]);
	out->lines = lines_count(d.lines, "/etc/x\"", &bytes);
	detector_stop(&d, &out->stats);
	if (err)
		return err;
	out->reader_us = (double)(cpu[1].run_ns - cpu[0].run_ns) / 1e3 /
			 (double)(out->lines ? out->lines : 1);
	out->line_bytes = (double)bytes / (double)(out->lines ? out->lines : 1);
	out->opens = b.done;
	out->open_rate = (double)b.done * 1e9 / (double)(b.last - b.first);
	out->line_rate = (double)out->lines * 1e9 / (double)(grown - b.first);
	out->lag_ms = grown > b.last ? (double)(grown - b.last) / 1e6 : 0;
	return 0;
}

static json_t *delivery_json(const struct delivery *d)
{
	return json_pack("{s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:s}", "opens", (json_int_t)d->opens,
			 "lines", (json_int_t)d->lines, "opens_per_s", d->open_rate, "lines_per_s",
			 d->line_rate, "lag_ms", d->lag_ms, "us_per_line", d->reader_us,
			 "bytes_per_line", d->line_bytes, "stats", d->stats.line);
}

static void print_delivery(const struct delivery *d)
{
	printf("  %" PRIu64 " of %" PRIu64 " opens of /etc/x as lines; %.0f opens/s, %.0f lines/s, "
	       "last line %.0f ms after the last open%s\n",
	       d->lines, d->opens, d->open_rate, d->line_rate, d->lag_ms,
	       verdict(d->lines == d->opens));
	printf("  a line: %.0f bytes, %.2f us of rootwatch's CPU time\n", d->line_bytes,
	       d->reader_us);
	if (d->stats.known)
		printf("  %s\n", d->stats.line);
	else
		printf("  (no --stats line on stderr)\n");
}

int extras_delivery(struct extras *x)
{
	char n[24], rate[24];
	const char *tight[] = {"burst", "create", "/etc/x", n, NULL};
	const char *paced[] = {"paced", rate, "2000", "/etc/x", NULL};
	struct procfs_memory memory[2] = {{0}}, ignored[2];
	struct delivery d;
	double sure, tried;
	int err;

	snprintf(n, sizeof(n), "%u", x->burst);
	printf("\nDelivery: one process opens /etc/x for writing in a tight loop\n\n");
	err = deliver(x, tight, &d, memory);
	if (err)
		return err;
	print_delivery(&d);
	json_object_set_new(x->report, "delivery", delivery_json(&d));
	/* Without loss at full speed: that is the answer. Else go down until nothing is lost. */
	sure = d.lines == d.opens ? d.open_rate : 0;
	tried = d.open_rate;
	while (!sure && tried > 1000 && !err) {
		tried *= 0.8;
		snprintf(rate, sizeof(rate), "%.0f", tried);
		err = deliver(x, paced, &d, ignored);
		if (!err && d.lines == d.opens)
			sure = d.open_rate;
	}
	if (err)
		return err;
	printf("  events a second delivered without loss: %.0f\n", sure);
	json_object_set_new(x->report, "lossless_per_s", json_real(sure));

	printf("\nMemory (kB): %" PRIu64 " resident after start, %" PRIu64
	       " after the load, %" PRIu64 " at most (target under "
	       "%d)%s\n",
	       memory[0].rss_kb, memory[1].rss_kb, memory[1].peak_kb, TARGET_RSS_KB,
	       verdict(memory[1].rss_kb < TARGET_RSS_KB));
	json_object_set_new(x->report, "memory_kb",
			    json_pack("{s:I, s:I, s:I}", "start", (json_int_t)memory[0].rss_kb,
				      "load", (json_int_t)memory[1].rss_kb, "peak",
				      (json_int_t)memory[1].peak_kb));
	return 0;
}

/* ---- latency -------------------------------------------------------------------------------- */

#define TICKS_MAX 2000

static int latency_of(struct extras *x, const char *path, const char *what)
{
	static uint64_t at[TICKS_MAX], seen[TICKS_MAX];
	double ms[TICKS_MAX];
	const struct passes *p = x->passes;
	unsigned int want = x->ticks < TICKS_MAX ? x->ticks : TICKS_MAX;
	char n[24], needle[80];
	const char *args[] = {"ticks", n, path, NULL};
	struct lines lines = {0};
	struct detector d;
	size_t got = 0, len = 0;
	int fd = -1, err;
	pid_t pid = -1;

	snprintf(n, sizeof(n), "%u", want);
	snprintf(needle, sizeof(needle), "%s\"", path);
	err = detector_start(&d, VARIANT_ROOTWATCH, &p->setup, true);
	if (err)
		return err;
	err = detector_ready(&d);
	if (!err)
		err = box_start(p->box, PLACE_ROOT, args, &pid, &fd);
	if (!err)
		err = lines_until(&lines, d.out, needle, seen, want, want * 100 + 3000, &got);
	if (fd >= 0) {
		while (!err && len < want * sizeof(at[0])) {
			ssize_t r = read(fd, (char *)at + len, want * sizeof(at[0]) - len);

			if (r <= 0)
				break;
			len += (size_t)r;
		}
		close(fd);
	}
	if (pid > 0 && box_wait(pid) && !err)
		err = -ECHILD;
	lines_free(&lines);
	detector_stop(&d, NULL);
	if (err)
		return err;
	if (got < want || len < want * sizeof(at[0])) {
		printf("  %-28s only %zu of %u lines came  missed\n", what, got, want);
		return 0;
	}
	for (size_t i = 0; i < want; i++)
		ms[i] = ((double)seen[i] - (double)at[i]) / 1e6;
	printf("  %-28s median %6.2f ms, p99 %6.2f ms, most %6.2f ms (target %d)%s\n", what,
	       numbers_quantile(ms, want, 0.5), numbers_quantile(ms, want, 0.99),
	       numbers_quantile(ms, want, 1), TARGET_LINE_MS,
	       verdict(numbers_quantile(ms, want, 0.99) < TARGET_LINE_MS));
	json_object_set_new(x->report, what,
			    json_pack("{s:f, s:f, s:f}", "median_ms",
				      numbers_quantile(ms, want, 0.5), "p99_ms",
				      numbers_quantile(ms, want, 0.99), "most_ms",
				      numbers_quantile(ms, want, 1)));
	return 0;
}

int extras_latency(struct extras *x)
{
	int err;

	printf("\nTime from before the system call to the line in the reader's hands\n\n");
	err = latency_of(x, "/etc/x", "a write under /etc");
	if (!err)
		err = latency_of(x, "/etc/ld.so.preload", "a critical one (ld.so.preload)");
	return err;
}

/* ---- idle cost ------------------------------------------------------------------------------ */

int extras_idle(struct extras *x)
{
	struct procfs_cpu before, after;
	struct detector d;
	double s;
	int err = detector_start(&d, VARIANT_ROOTWATCH, &x->passes->setup, false);

	if (err)
		return err;
	err = bench_nap(500);
	procfs_cpu(d.pid, &before);
	if (!err)
		err = bench_nap(x->idle_s * 1000);
	procfs_cpu(d.pid, &after);
	detector_stop(&d, NULL);
	if (err)
		return err;
	s = (double)(after.at - before.at) / 1e9;
	printf("\nIdle over %.1f s with one quiet container: %.0f ms by the clock tick, %.3f ms by the "
	       "scheduler (%.4f %% of a CPU), %.1f context switches/s\n",
	       s, (double)(after.ticks_ms - before.ticks_ms),
	       (double)(after.run_ns - before.run_ns) / 1e6,
	       (double)(after.run_ns - before.run_ns) / 1e7 / s,
	       (double)(after.switches - before.switches) / s);
	json_object_set_new(x->report, "idle",
			    json_pack("{s:f, s:f, s:f}", "seconds", s, "run_ms",
				      (double)(after.run_ns - before.run_ns) / 1e6,
				      "switches_per_s",
				      (double)(after.switches - before.switches) / s));
	return 0;
}

/* ---- start ---------------------------------------------------------------------------------- */

static int one_start(struct extras *x, double *ready_ms, double *first_ms)
{
	static const char *const args[] = {"until", "/etc/first", NULL};
	const struct passes *p = x->passes;
	struct lines lines = {0};
	uint64_t seen, started;
	struct detector d;
	size_t got = 0;
	pid_t pid = -1;
	int fd, err = box_start(p->box, PLACE_ROOT, args, &pid, &fd);

	if (err)
		return err;
	close(fd); /* it prints nothing */
	started = bench_now(CLOCK_REALTIME);
	err = detector_start(&d, VARIANT_ROOTWATCH, &p->setup, true);
	if (!err) {
		err = lines_until(&lines, d.out, "/etc/first\"", &seen, 1, 20000, &got);
		if (!err)
			err = detector_ready(&d);
		if (!err && !got)
			err = bench_fail(ETIMEDOUT, "no line within 20 s of start");
		*ready_ms = (double)(d.ready - d.started) / 1e6;
		detector_stop(&d, NULL);
	}
	kill(pid, SIGKILL);
	box_wait(pid);
	lines_free(&lines);
	if (!err)
		*first_ms = (double)(seen - started) / 1e6;
	return err;
}

int extras_start(struct extras *x)
{
	double ready[64], first[64];
	unsigned int n = x->starts < 64 ? x->starts : 64;

	for (unsigned int i = 0; i < n; i++) {
		int err = one_start(x, &ready[i], &first[i]);

		if (err)
			return err;
	}
	printf("\nStart (%u times): first line after %.0f ms (%.0f-%.0f; target %d)%s\n", n,
	       numbers_quantile(first, n, 0.5), numbers_quantile(first, n, 0),
	       numbers_quantile(first, n, 1), TARGET_FIRST_MS,
	       verdict(numbers_quantile(first, n, 0.5) < TARGET_FIRST_MS));
	json_object_set_new(x->report, "start",
			    json_pack("{s:f, s:f}", "first_ms", numbers_quantile(first, n, 0.5),
				      "first_most_ms", numbers_quantile(first, n, 1)));
	return 0;
}

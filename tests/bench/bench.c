// SPDX-License-Identifier: Apache-2.0
/*
 * What rootwatch costs: a table, not a test. See bench --help; `make bench BENCH_ARGS=...` passes
 * them on.
 */
#include <argp.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "costs.h"
#include "count.h"
#include "extras.h"
#include "passes.h"
#include "say.h"

struct options {
	unsigned int rounds, want, patience_ms, cpu;
	unsigned int burst, ticks, idle_s, starts;
	const char *only, *variants, *parts, *rootwatch, *json, *scratch, *count;
	bool verbose;
};

static const struct argp_option known[] = {
	{"rounds", 'r', "N", 0, "Rounds of all variants (default 24)", 0},
	{"slices", 's', "N", 0, "Quiet slices wanted of each row in a pass (default 8)", 0},
	{"patience", 'w', "MS", 0, "Go on so long to get them (default 60)", 0},
	{"only", 'o', "LIST", 0, "Rows to measure, by the start of their names: a,b,d1", 0},
	{"variants", 'v', "LIST", 0, "Of none,empty,rootwatch (default all)", 0},
	{"quick", 'q', NULL, 0, "A short look: 6 rounds, smaller loads", 0},
	{"parts", 't', "LIST", 0,
	 "Of table,programs,delivery,latency,idle,start,rules (default all; memory is told with "
	 "delivery)",
	 0},
	{"burst", 'b', "N", 0, "Opens in the delivery part (default 200000)", 0},
	{"cpu", 'c', "N", 0, "The workload's CPU (default the last one)", 0},
	{"rootwatch", 'p', "FILE", 0, "The program (default beside the bench's folder)", 0},
	{"scratch", 'd', "DIR", 0, "Where files go (default /tmp)", 0},
	{"json", 'j', "FILE", 0, "Write all numbers there, too", 0},
	{"count", 'k', "LIST", 0,
	 "Only ns per operation, as it is: for a machine whose clock counts instructions (make "
	 "bench-vm). LIST: of VARIANT and VARIANT:TIER, separated by commas",
	 0},
	{"debug", 'g', NULL, 0, "Let libbpf talk", 0},
	{0},
};

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned int number = arg ? (unsigned int)strtoul(arg, NULL, 10) : 0;

	if (arg && strchr("rsbw", key) && !number)
		argp_error(state, "%s is not a number above 0", arg);
	switch (key) {
	case 'r':
		o->rounds = number < ROUNDS_MAX ? number : ROUNDS_MAX;
		return 0;
	case 's':
		o->want = number < SLICES_MAX / 4 ? number : SLICES_MAX / 4;
		return 0;
	case 'w':
		o->patience_ms = number;
		return 0;
	case 'o':
		o->only = arg;
		return 0;
	case 'v':
		o->variants = arg;
		return 0;
	case 'q':
		o->rounds = 6;
		o->burst = 50000;
		o->ticks = 50;
		o->idle_s = 2;
		o->starts = 2;
		return 0;
	case 't':
		o->parts = arg;
		return 0;
	case 'b':
		o->burst = number;
		return 0;
	case 'c':
		o->cpu = number;
		return 0;
	case 'p':
		o->rootwatch = arg;
		return 0;
	case 'd':
		o->scratch = arg;
		return 0;
	case 'j':
		o->json = arg;
		return 0;
	case 'k':
		o->count = arg;
		return 0;
	case 'g':
		o->verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: no arguments are taken", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Is some word of the comma-separated list a beginning of name? No list: everything is. */
static bool listed(const char *list, const char *name)
{
	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (len && strncmp(list, name, len) == 0)
			return true;
		list += len + (list[len] == ',');
	}
	return !list;
}

static void on_signal(int sig)
{
	(void)sig;
	bench_stop = 1;
}

static void catch_signals(void)
{
	/* No SA_RESTART: whatever waits shall notice. */
	struct sigaction sa = {.sa_handler = on_signal};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

static void leave_cpu(unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (unsigned int i = 0; i < (unsigned int)sysconf(_SC_NPROCESSORS_ONLN); i++)
		if (i != cpu)
			CPU_SET(i, &cpus);
	if (CPU_COUNT(&cpus))
		sched_setaffinity(0, sizeof(cpus), &cpus);
}

static int quiet_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

static void print_machine(const struct passes *p)
{
	struct utsname u;
	double load = 0;

	uname(&u);
	getloadavg(&load, 1);
	printf("Linux %s %s, %ld CPUs, load %.2f; workload on CPU %d; fixed loop %llu+%llu ns\n",
	       u.release, u.machine, sysconf(_SC_NPROCESSORS_ONLN), load, p->box->cpu,
	       (unsigned long long)p->best.pace, (unsigned long long)p->best.cache);
}

static int measure(const struct options *o, struct passes *p)
{
	static const struct {
		const char *name;
		int (*fn)(struct extras *x);
	} parts[] = {{"delivery", extras_delivery},
		     {"latency", extras_latency},
		     {"idle", extras_idle},
		     {"start", extras_start}};
	struct extras x = {.passes = p,
			   .burst = o->burst,
			   .ticks = o->ticks,
			   .idle_s = o->idle_s,
			   .starts = o->starts,
			   .report = json_object()};
	int err = passes_calibrate(p);

	if (!err) {
		print_machine(p);
		if (listed(o->parts, "table"))
			err = passes_run(p);
	}
	/* Interrupted: what there is is still worth a look. */
	if (p->n)
		json_object_set_new(x.report, "table", costs_report(p));
	if (!err && listed(o->parts, "programs"))
		err = extras_programs(&x);
	if (p->variant_on[VARIANT_ROOTWATCH]) {
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
			if (listed(o->parts, parts[i].name))
				err = parts[i].fn(&x);
	}
	if (!err && listed(o->parts, "rules"))
		err = extras_rules(&x);
	if (!err && o->json && json_dump_file(x.report, o->json, JSON_INDENT(1)))
		err = bench_fail(EIO, "%s", o->json);
	json_decref(x.report);
	return err;
}

/* The folder of this program: the guests and rootwatch lie at known places from there. */
static int own_folder(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	char *slash;

	if (n <= 0)
		return bench_fail(errno, "/proc/self/exe");
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
	return 0;
}

static void choose(const struct options *o, struct passes *p)
{
	for (unsigned int i = 0; i < ROWS; i++)
		p->row_on[i] = listed(o->only, rows[i].id);
	for (int i = 0; i < VARIANTS; i++)
		p->variant_on[i] = listed(o->variants, variant_names[i]);
	/* Everything is told as a ratio to it. */
	p->variant_on[VARIANT_NONE] = true;
	p->rounds = o->rounds;
	p->want = o->want;
	p->patience_ms = o->patience_ms;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = known,
		.parser = parse_one,
		.doc = "What rootwatch costs, against no detector and against empty BPF programs.",
	};
	struct options o = {.rounds = 24,
			    .want = 8,
			    .patience_ms = 60,
			    .burst = 200000,
			    .ticks = 200,
			    .idle_s = 5,
			    .starts = 5,
			    .scratch = "/tmp"};
	char folder[200], program[256], guests[256], scratch[200];
	struct passes p = {0};
	struct box box;
	int err;

	o.cpu = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return 2;
	if (geteuid()) {
		bench_say("it makes a container and loads BPF programs: run it as root");
		return 4;
	}
	if (own_folder(folder, sizeof(folder)))
		return 1;
	snprintf(program, sizeof(program), "%s/../rootwatch", folder);
	snprintf(guests, sizeof(guests), "%s/guest", folder);
	snprintf(scratch, sizeof(scratch), "%.150s/rootwatch-bench.XXXXXX", o.scratch);
	setvbuf(stdout, NULL, _IOLBF, 0);
	catch_signals();
	if (!o.verbose)
		libbpf_set_print(quiet_libbpf);
	choose(&o, &p);
	if (p.variant_on[VARIANT_ROOTWATCH] && access(o.rootwatch ? o.rootwatch : program, X_OK)) {
		bench_fail(errno, "%s (build it, or leave it out with --variants none,empty)",
			   o.rootwatch ? o.rootwatch : program);
		return 1;
	}
	if (!mkdtemp(scratch)) {
		bench_fail(errno, "%s", scratch);
		return 1;
	}
	leave_cpu(o.cpu);
	p.box = &box;
	p.setup = (struct detector_setup){.program = o.rootwatch ? o.rootwatch : program,
					  .scratch = scratch,
					  .cpu = (int)o.cpu};
	err = box_open(&box, scratch, guests, (int)o.cpu);
	if (!err) {
		err = o.count ? count_run(&p, o.count) : measure(&o, &p);
		box_close(&box);
	}
	if (rmdir(scratch))
		bench_say("left behind: %s", scratch);
	free(p.v);
	if (bench_stop)
		bench_say("interrupted; everything is cleaned up");
	return err ? 1 : 0;
}

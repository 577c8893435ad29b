// SPDX-License-Identifier: Apache-2.0
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tier.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "demo/attack.h"
#include "demo/detector.h"
#include "demo/stage.h"
#include "demo/table.h"

/* A package tool takes a second; on a busy machine longer. */
#define ATTACK_MS 60000
/* From the act to its line it takes some 50 ms. */
#define ALERT_MS 15000
/* Time stamps come from two clocks that are set against each other once. */
#define SLACK_NS 2000000

static volatile sig_atomic_t stop;

struct options {
	bool json;
	const char *tier; /* NULL: the best that there is */
};

struct demo {
	struct options options;
	struct stage stage;
	struct detector *detector;
	struct table table;
	struct attack_result (*results)[SIDES];
	struct table_totals totals;
};

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* Without SA_RESTART: what waits is to notice. */
static void catch_signals(void)
{
	const struct sigaction act = {.sa_handler = on_signal};
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &act, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* ---- one attack -------------------------------------------------------------------------- */

static int run_script(const struct sandbox *sb, const char *script, const struct attack *a,
		      char *out, size_t size, int *code)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const struct sandbox_command c = {.argv = argv,
					  .as_uid = a && a->as_user,
					  .uid = ATTACK_UID,
					  .no_new_privs = a && a->no_new_privs};

	return sandbox_run(sb, &c, ATTACK_MS, out, size, code);
}

static int attack_side(struct demo *d, const struct attack *a, const struct attack_variant *v,
		       enum side side, struct attack_result *r)
{
	static char output[65536];
	const struct attack_expect *e = &a->expect[side];
	const struct sandbox *sb = d->stage.sandbox[side];
	struct wanted w = {.container = sandbox_id(sb)};
	int err = 0;

	memset(r, 0, sizeof(*r));
	/* What is done in preparation raises alerts, too. */
	r->from = w.from = clock_ns(CLOCK_REALTIME) - SLACK_NS;
	if (a->prepare && side == SIDE_ROOT)
		r->err = run_script(sb, a->prepare, NULL, output, sizeof(output), &r->code);
	if (!r->err && r->code == 0) {
		r->err = run_script(sb, v->script, a, output, sizeof(output), &r->code);
		r->to = w.to = clock_ns(CLOCK_REALTIME) + SLACK_NS;
	}
	attack_said(r->said, output, r->code != 0);
	if (r->err)
		return r->err == -EINTR ? -EINTR : 0;
	if (!e->denied && r->code == 0) {
		for (size_t i = 0; i < ATTACK_RULES && e->rules[i] && err != -EINTR; i++) {
			w.rule = e->rules[i];
			err = detector_wait(d->detector, &w, ALERT_MS, &r->alerts[i]);
			r->seen[i] = err == 0;
		}
	} else if (e->denied && e->blocked && r->code != 0) {
		w.blocked = true;
		w.object = e->blocked;
		w.rule = e->rules[0];
		err = detector_wait(d->detector, &w, ALERT_MS, &r->blocked);
		r->blocked_seen = err == 0;
	}
	return err == -EINTR || err == -EPIPE ? err : 0;
}

static int attack_all(struct demo *d)
{
	const struct attack *table;
	size_t n;

	table = attack_table(&n);
	for (size_t i = 0; i < n; i++) {
		const struct attack_variant *v = attack_choose(&table[i]);
		int err = 0;

		for (int side = 0; v && !err && side < SIDES; side++)
			err = stop ? -EINTR :
				     attack_side(d, &table[i], v, (enum side)side,
						 &d->results[i][side]);
		if (err)
			return err;
		d->totals.rows++;
		d->totals.amiss += (size_t)table_row(&d->table, i + 1, &table[i], v, d->results[i]);
		for (int side = 0; v && side < SIDES; side++)
			d->totals.done[side] += !d->results[i][side].err &&
						d->results[i][side].code == 0;
	}
	return 0;
}

/* ---- afterwards -------------------------------------------------------------------------- */

/* An alert has to belong to an attack that was to work. */
static bool explained(const struct demo *d, const struct sighting *s, enum side side)
{
	const struct attack *table;
	size_t n;

	table = attack_table(&n);
	for (size_t i = 0; i < n; i++) {
		const struct attack_result *r = &d->results[i][side];

		if (!table[i].expect[side].denied && s->time >= r->from && s->time <= r->to)
			return true;
	}
	return false;
}

static void count_seen(struct demo *d, char ids[static SIDES][SANDBOX_ID_LEN + 1])
{
	const struct sighting *seen;
	size_t n;

	seen = detector_seen(d->detector, &n);
	for (size_t i = 0; i < n; i++) {
		for (int side = 0; side < SIDES; side++) {
			if (!seen[i].rules[0] || strcmp(seen[i].container, ids[side]) != 0)
				continue;
			if (seen[i].blocked) {
				d->totals.blocked[side]++;
				continue;
			}
			d->totals.alerts[side]++;
			if (!explained(d, &seen[i], (enum side)side)) {
				d->totals.unexpected++;
				(void)fprintf(stderr, "rootwatch: not expected: %s %s %s\n",
					      side == SIDE_ROOT ? "root" : "uid 1000",
					      seen[i].rules, seen[i].object);
			}
		}
	}
}

static json_t *side_json(const struct attack_expect *e, const struct attack_result *r)
{
	char amiss[ATTACK_TEXT_MAX];
	bool ok = attack_check(e, r, amiss);
	json_t *alerts = json_array(), *side;

	for (size_t i = 0; i < ATTACK_RULES; i++) {
		if (r->seen[i])
			(void)json_array_append_new(alerts, json_string(e->rules[i]));
	}
	side = json_pack("{sb sb ss si so so? sb ss}", "done", !r->err && r->code == 0,
			 "expected_denied", e->denied, "said", r->said, "exit_code", r->code,
			 "alerts", alerts, "blocked",
			 r->blocked_seen ? json_pack("{ss ss}", "result", r->blocked.result,
						     "object", r->blocked.object) :
					   NULL,
			 "ok", ok, "amiss", amiss);
	return side;
}

/* 0 or the errno of why not. */
static int print_json(const struct demo *d, char ids[static SIDES][SANDBOX_ID_LEN + 1])
{
	const struct attack *table;
	json_t *rows = json_array(), *all;
	char *text;
	size_t n;
	int err = 0;

	table = attack_table(&n);
	for (size_t i = 0; i < n; i++) {
		const struct attack_variant *v = attack_choose(&table[i]);
		json_t *row = json_pack(
			"{ss ss? so? so?}", "attack", table[i].title, "command",
			v ? v->shown : NULL, "root",
			v ? side_json(&table[i].expect[SIDE_ROOT], &d->results[i][SIDE_ROOT]) :
			    NULL,
			"user",
			v ? side_json(&table[i].expect[SIDE_USER], &d->results[i][SIDE_USER]) :
			    NULL);

		(void)json_array_append_new(rows, row);
	}
	all = json_pack("{sb s{ss ss} so si}", "ok", !d->totals.amiss && !d->totals.unexpected,
			"containers", "root", ids[SIDE_ROOT], "user", ids[SIDE_USER], "attacks",
			rows, "unexpected", (int)d->totals.unexpected);
	text = all ? json_dumps(all, JSON_INDENT(2)) : NULL;
	json_decref(all);
	if (!text)
		return ENOMEM;
	if (puts(text) < 0 || fflush(stdout))
		err = errno;
	free(text);
	return err;
}

/* ---- the whole --------------------------------------------------------------------------- */

static int perform(struct demo *d)
{
	char ids[SIDES][SANDBOX_ID_LEN + 1];
	const char *heads[SIDES];
	int err;

	for (int side = 0; side < SIDES; side++) {
		(void)snprintf(ids[side], sizeof(ids[side]), "%s",
			       sandbox_id(d->stage.sandbox[side]));
		heads[side] = ids[side];
	}
	if (d->stage.why_package[0])
		(void)fprintf(stderr, "rootwatch: %s\n", d->stage.why_package);
	table_head(&d->table, heads);
	err = attack_all(d);
	stage_close(&d->stage);
	if (err)
		return err;
	err = detector_stop(d->detector);
	count_seen(d, ids);
	table_foot(&d->table, &d->totals);
	if (!err && d->options.json)
		d->table.error = print_json(d, ids);
	return err;
}

static int say_failure(const struct demo *d, int err)
{
	if (err == -EINTR) {
		(void)fprintf(stderr, "rootwatch: interrupted; nothing is left behind\n");
		return EXIT_CODE_ERROR;
	}
	if (d->detector)
		detector_complaints(d->detector);
	(void)fprintf(stderr, "rootwatch: the detector %s\n",
		      err == -EPIPE ? "ended before the demo did" : "did not end well");
	return EXIT_CODE_ERROR;
}

static int run_demo(struct demo *d)
{
	char why[SANDBOX_WHY_MAX], mark[SANDBOX_MARK_LEN + 1];
	int code = EXIT_CODE_ERROR, err;
	size_t n;

	(void)attack_table(&n);
	d->results = calloc(n, sizeof(*d->results));
	if (!d->results)
		return EXIT_CODE_ERROR;
	/* First: the detector is to stay in the host's mount namespace. */
	sandbox_mark(mark);
	err = detector_start(&d->detector, mark, d->options.tier, &stop, &code);
	if (err) {
		(void)fprintf(stderr, "rootwatch: %s\n",
			      err == -EINTR ? "interrupted" : "the detector did not start");
	} else if ((err = stage_open(&d->stage, why))) {
		(void)fprintf(stderr, "rootwatch: no container for the demo: %s\n", why);
		code = err == -EPERM || err == -EACCES ? EXIT_CODE_PRIVILEGE : EXIT_CODE_ERROR;
	} else if ((err = perform(d))) {
		stage_close(&d->stage);
		code = say_failure(d, err);
	} else {
		code = d->totals.amiss || d->totals.unexpected ? EXIT_CODE_ERROR : EXIT_CODE_OK;
	}
	detector_free(d->detector);
	free(d->results);
	return code;
}

/* A table that nobody got has shown nothing; a reader that has seen enough (head) is no error. */
static int end(const struct demo *d, int code)
{
	int err = d->table.error;

	if (!err && ferror(stdout))
		err = EIO;
	/* Said here. */
	__fpurge(stdout);
	clearerr(stdout);
	if (!err || err == EPIPE)
		return code;
	(void)fprintf(stderr, "rootwatch: cannot write to stdout: %s\n", strerror(err));
	return EXIT_CODE_ERROR;
}

enum { OPT_TIER = 256 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	uint32_t tier;

	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	case OPT_TIER:
		o->tier = arg;
		if (tier_of_name(arg, &tier))
			argp_error(state, "the tier is fentry, lsm or tracepoint, not '%s'", arg);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{"json", 'j', NULL, 0, "Print the result as one JSON object instead of the table", 0},
	{"tier", OPT_TIER, "TIER", 0, "As of rootwatch run: fentry, lsm or tracepoint", 0},
	{0},
};

static const struct argp command = {
	.options = option_table,
	.parser = parse,
	.doc = "Show what root can do in a container, what rootwatch says about it, and what "
	       "another user is denied: the same harmless attacks in two throw-away containers, "
	       "side by side.\v"
	       "The containers need no runtime, image or network. Their root is an overlay over "
	       "the host's, with all changes in memory; they have mount, pid, network, ipc, uts "
	       "and cgroup namespaces of their own and Docker's default capabilities, but "
	       "/proc/sys is writable as with --privileged, and there is no seccomp filter. "
	       "Nothing is left behind, even after a SIGKILL.\n\n"
	       "Exit code: 0 every expected alert came; 1 one is missing, or an error; 2 usage; "
	       "3 the kernel lacks something; 4 not enough privilege.",
};

int cmd_demo(int argc, char **argv)
{
	struct demo d = {.table = {.f = stdout}};
	FILE *nowhere = NULL;
	int code;

	if (options_parse("rootwatch demo", &command, argc, argv, &d.options))
		return EXIT_CODE_USAGE;
	if (geteuid() != 0) {
		(void)fprintf(stderr, "rootwatch: the demo makes containers and loads BPF: run it "
				      "as root (sudo rootwatch demo)\n");
		return EXIT_CODE_PRIVILEGE;
	}
	d.table.color = options_color(STDOUT_FILENO);
	if (d.options.json) {
		nowhere = fopen("/dev/null", "we");
		if (!nowhere)
			return EXIT_CODE_ERROR;
		d.table.f = nowhere;
	}
	catch_signals();
	code = run_demo(&d);
	if (nowhere)
		(void)fclose(nowhere);
	return end(&d, code);
}
